"""Restore a backup into the database of DATABASE_URL (any kind: a backup moves from SQLite to PostgreSQL too).

Every stream gets a new epoch, so that phones offer again what the server has lost.
"""

import argparse
from pathlib import Path

HELP = "restore a backup"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The file, its key, and consent to overwrite."""
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--key", type=Path, help="file with the key (HOME/backup.key)")
    parser.add_argument("--force", action="store_true", help="replace what the database holds")


def run(args: argparse.Namespace) -> int:
    """0 when restored; 1 when the file is damaged or the key is wrong; 2 when the database is not empty."""
    from django.conf import settings
    from django.core.management import call_command

    from toso.engine.journal import archive

    call_command("migrate", verbosity=0, interactive=False)
    if not args.force and archive.holds_data():
        print("The database is not empty; --force replaces what it holds.")
        return 2
    try:
        key = archive.key_from(args.key or settings.HOME / "backup.key", make=False)
        summary = archive.restore(args.file, key, lambda line: print(f"  {line}", flush=True))
    except (archive.Damaged, OSError) as error:
        print(f"not restored: {error}")
        return 1
    print(f"{summary.rows} rows of {summary.tables} tables restored; streams have new epochs. Restart the server.")
    return 0
