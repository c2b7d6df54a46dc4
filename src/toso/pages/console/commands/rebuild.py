"""Rebuild the tallies from the records, without stopping anybody's work for long."""

import argparse

HELP = "rebuild tallies"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to rebuild."""
    parser.add_argument("what", choices=("tallies",))


def run(args: argparse.Namespace) -> int:
    """0 when done."""
    from toso.insight.indicators import services

    services.rebuild_tallies(lambda line: print(f"  {line}", flush=True))
    print("tallies rebuilt")
    return 0
