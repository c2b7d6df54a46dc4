"""Bring the database's tables up to this version."""

import argparse

HELP = "bring the database up to date"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--check` changes nothing."""
    parser.add_argument("--check", action="store_true", help="only say whether something is to be done (exit 1)")


def pending() -> list[str]:
    """Names of migrations that are not applied."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [str(step[0]) for step in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def run(args: argparse.Namespace) -> int:
    """Apply what is pending."""
    from django.conf import settings
    from django.core.management import call_command

    todo = pending()
    if args.check:
        print("\n".join(todo) or "up to date")
        return 1 if todo else 0
    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    from toso.insight.indicators import services as indicators

    indicators.adopt_definitions()
    print(f"{len(todo)} migrations applied")
    return 0
