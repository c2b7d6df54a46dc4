"""Write a consistent, encrypted backup of the whole database to one file, verify it, and mark what it holds as durable.

Phones keep what the server accepted until a verified backup holds it.
"""

import argparse
from pathlib import Path

HELP = "back up to one encrypted, verified file"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file and its key."""
    parser.add_argument("file", type=Path, help="the file to write (never overwritten)")
    parser.add_argument("--key", type=Path, help="file with the key; made when missing (HOME/backup.key)")


def run(args: argparse.Namespace) -> int:
    """0 when written and verified."""
    from django.conf import settings

    from toso.engine.journal import archive

    if args.file.exists():
        print(f"{args.file} exists; choose another name")
        return 2
    key = archive.key_from(args.key or settings.HOME / "backup.key", make=True)
    summary = archive.write(args.file, key, lambda line: print(f"  {line}", flush=True))
    print(f"{args.file}: {summary.rows} rows of {summary.tables} tables, verified; keep the key elsewhere")
    return 0
