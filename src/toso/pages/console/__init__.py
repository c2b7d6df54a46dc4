"""The `toso` command: serve, worker, migrate, demo, backup, restore, check, rebuild, bench.

Owns the command line and the demonstration data. Commands parse, call services, print progress in plain words, and
answer with an exit code: 0 done, 1 something is wrong, 2 the call was wrong.
"""
