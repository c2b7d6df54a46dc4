"""Measure what the product promises, beside a naive baseline in the same run; results are kept with their date."""

import argparse
import runpy
import sys
from pathlib import Path

HELP = "measure"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Everything after `--` goes to the benchmark."""
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="arguments of the benchmark (see benchmarks/README.md)")


def run(args: argparse.Namespace) -> int:
    """Run benchmarks/run.py of this checkout."""
    from django.conf import settings

    script = Path(settings.ROOT) / "benchmarks" / "run.py"
    if not script.exists():
        print("Benchmarks are part of a checkout, not of an installation.")
        return 2
    sys.argv = [str(script), *args.rest]
    runpy.run_path(str(script), run_name="__main__")
    return 0
