"""The entry of the `toso` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

COMMANDS = ("serve", "worker", "migrate", "demo", "backup", "restore", "check", "rebuild", "bench")


def parser() -> argparse.ArgumentParser:
    """The command line, every sub-command with its help."""
    top = argparse.ArgumentParser(prog="toso", description="Tổ Số: the working platform of community digital teams.")
    below = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = import_module(f"toso.pages.console.commands.{name}")
        own = below.add_parser(name, help=module.HELP, description=module.__doc__)
        module.arguments(own)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the process's exit code."""
    args = parser().parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toso.config.settings")
    module = import_module(f"toso.pages.console.commands.{args.command}")
    prepare = getattr(module, "before_setup", None)
    if prepare is not None:
        prepare(args)
    import django

    from toso.kernel.problems import Problem

    django.setup()
    try:
        return int(module.run(args))
    except Problem as problem:
        print(f"{problem.title('vi')}\n{problem.todo('vi')}  [{problem.code}]", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
