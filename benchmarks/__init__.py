"""Benchmarks: what the product promises in numbers, measured beside a naive baseline in the same run.

Owns its own databases and servers, which it makes and removes. Called by `toso bench`, `make bench`, or directly:
`python benchmarks/run.py --help`. Nothing in the product imports it.
"""
