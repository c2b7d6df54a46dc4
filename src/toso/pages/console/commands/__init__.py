"""One file for each sub-command: HELP, arguments(parser), run(args) → exit code, perhaps before_setup(args)."""
