"""Measure what the product promises, beside a naive baseline in the same run; results are kept with their date."""

import argparse
import runpy
import sys
from pathlib import Path

HELP = "measure"


def arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it."""
    parser.add_argument("--quick", action="store_true", help="smaller runs, in two minutes")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="one part (may be repeated)")


def run(args: argparse.Namespace) -> int:
    """Run benchmarks/run.py of this checkout."""
    from django.conf import settings

    script = Path(settings.ROOT) / "benchmarks" / "run.py"
    if not script.exists():
        print("Benchmarks are part of a checkout, not of an installation.")
        return 2
    sys.argv = [str(script), *(["--quick"] if args.quick else []), *(f"--only={name}" for name in args.only)]
    runpy.run_path(str(script), run_name="__main__")
    return 0
