"""Whether the tables are what the journal says: fold everything again, compare, roll back."""

from collections.abc import Callable
from typing import Any

from django.db import connection, models, transaction

from .models import Entry, Stream
from .registry import registry
from .services import refold

Progress = Callable[[str], None]


class _RollBack(Exception):
    """Undo the refold: checking changes nothing."""


def _rows(table: type[models.Model]) -> set[tuple[Any, ...]]:
    columns = [field.column for field in table._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {", ".join(f"{chr(34)}{c}{chr(34)}" for c in columns)} FROM "{table._meta.db_table}"')
        return {tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()}


def differences(progress: Progress = lambda line: None, limit: int = 20) -> list[str]:
    """Lines that say where a folded table differs from the fold of the streams; empty when all is well.

    Reads whole tables into memory; locks nothing but its own transaction, which is rolled back.
    """
    tables = [table for fold in registry.folds for table in fold.tables]
    found: list[str] = []
    try:
        with transaction.atomic():
            before = {table: _rows(table) for table in tables}
            progress("folding all streams again")
            refold()
            for table in tables:
                after = _rows(table)
                for sign, rows in (("table only", before[table] - after), ("fold only", after - before[table])):
                    name = table._meta.db_table
                    found.extend(f"{name}: {sign}: {row}" for row in sorted(rows, key=repr)[:limit])
                progress(f"{table._meta.db_table}: {len(after)} rows compared")
            raise _RollBack
    except _RollBack:
        return found


def gaps() -> list[str]:
    """Streams whose entries are not numbered without gaps up to their head; empty when all is well."""
    found: list[str] = []
    for stream in Stream.objects.order_by("id"):
        numbers = Entry.objects.filter(stream=stream).aggregate(
            count=models.Count("seq"), first=models.Min("seq"), last=models.Max("seq")
        )
        wanted = stream.head - stream.born_seq
        if numbers["count"] != wanted or (
            wanted and (numbers["first"] != stream.born_seq + 1 or numbers["last"] != stream.head)
        ):
            found.append(f"{stream.name}: {numbers['count']} entries where {wanted} should stand")
    return found
