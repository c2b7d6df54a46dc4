"""Check that the tables are what the journal says, or that the tallies are what the records say. Changes nothing."""

import argparse

HELP = "check journal or tallies"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to check."""
    parser.add_argument("what", choices=("journal", "tallies"))


def run(args: argparse.Namespace) -> int:
    """0 when all is well, 1 with a line for each difference."""
    found = _journal() if args.what == "journal" else _tallies()
    for line in found:
        print(line)
    print("all is well" if not found else f"{len(found)} differences")
    return 1 if found else 0


def _journal() -> list[str]:
    from toso.engine.journal import checking

    return [*checking.gaps(), *checking.differences(lambda line: print(f"  {line}", flush=True))]


def _tallies() -> list[str]:
    from toso.insight.indicators import services

    return [str(line) for line in services.check_tallies()]
