"""Set-based writing: one statement for many rows, on PostgreSQL and SQLite.

`insert`, `upsert` and `update_rows` take Python values (UUID, date, int, str, bool, bytes, None) and adapt them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection, models

Rows = Sequence[Sequence[Any]]
T = TypeVar("T")


@cache
def _columns(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[str], list[str]]:
    fields = [model._meta.get_field(name) for name in names]
    columns = [str(getattr(field, "column", name)) for field, name in zip(fields, names, strict=True)]
    kinds = [str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection)) for field in fields]
    return model._meta.db_table, columns, kinds


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _same(value: Any) -> Any:
    return value


_SQLITE: dict[str, Callable[[Any], Any]] = {"char(32)": _hex, "date": _iso}


def _adapted(kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    adapters = [_SQLITE.get(kind, _same) for kind in kinds]
    if all(adapter is _same for adapter in adapters):
        return [tuple(row) for row in rows]
    by_column = [
        column if adapter is _same else map(adapter, column)
        for adapter, column in zip(adapters, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*by_column, strict=True))


def is_postgres() -> bool:
    """True when the database is PostgreSQL."""
    return connection.vendor == "postgresql"


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _unnest(kinds: Sequence[str]) -> str:
    return ", ".join(f"%s::{kind.split('(')[0]}[]" for kind in kinds)


def insert(model: type[models.Model], names: Sequence[str], rows: Rows) -> None:
    """Insert rows; a clash of keys is an error. PostgreSQL: COPY from 50 rows on, else one INSERT … unnest."""
    if not rows:
        return
    table, columns, kinds = _columns(model, tuple(names))
    with connection.cursor() as cursor:
        if is_postgres():
            if len(rows) >= 50:
                with cursor.copy(f'COPY "{table}" ({_quoted(columns)}) FROM STDIN') as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.execute(
                    f'INSERT INTO "{table}" ({_quoted(columns)}) SELECT * FROM unnest({_unnest(kinds)})',
                    [list(column) for column in zip(*rows, strict=True)],
                )
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES ({marks})', _adapted(kinds, rows))


def upsert(
    model: type[models.Model], names: Sequence[str], rows: Rows, key: Sequence[str], change: Sequence[str] | None = None
) -> None:
    """Insert rows or overwrite `change` (all but the key by default) of those whose `key` exists. Keys are distinct."""
    if not rows:
        return
    table, columns, kinds = _columns(model, tuple(names))
    _, key_columns, _ = _columns(model, tuple(key))
    if change is None:
        changed = [column for column in columns if column not in key_columns]
    else:
        changed = _columns(model, tuple(change))[1]
    action = "DO UPDATE SET " + ", ".join(f'"{c}" = excluded."{c}"' for c in changed) if changed else "DO NOTHING"
    tail = f"ON CONFLICT ({_quoted(key_columns)}) {action}"
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(
                f'INSERT INTO "{table}" ({_quoted(columns)}) SELECT * FROM unnest({_unnest(kinds)}) {tail}',
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES ({marks}) {tail}', _adapted(kinds, rows)
            )


def update_rows(
    model: type[models.Model], key: Sequence[str], change: Sequence[str], rows: Rows, *, add: bool = False
) -> None:
    """Set (or with `add`, increase) the `change` columns of the rows named by `key`; rows hold key then change."""
    if not rows:
        return
    table, columns, kinds = _columns(model, (*key, *change))
    key_columns, change_columns = columns[: len(key)], columns[len(key) :]
    with connection.cursor() as cursor:
        if is_postgres():
            sets = ", ".join(f'"{c}" = t."{c}" + v."{c}"' if add else f'"{c}" = v."{c}"' for c in change_columns)
            where = " AND ".join(f't."{c}" = v."{c}"' for c in key_columns)
            cursor.execute(
                f'UPDATE "{table}" t SET {sets} FROM unnest({_unnest(kinds)}) AS v({_quoted(columns)}) WHERE {where}',
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            sets = ", ".join(f'"{c}" = "{c}" + %s' if add else f'"{c}" = %s' for c in change_columns)
            where = " AND ".join(f'"{c}" = %s' for c in key_columns)
            adapted = _adapted(kinds, rows)
            cursor.executemany(
                f'UPDATE "{table}" SET {sets} WHERE {where}', [row[len(key) :] + row[: len(key)] for row in adapted]
            )


def delete_rows(model: type[models.Model], key: Sequence[str], rows: Rows) -> None:
    """Delete the rows named by `key`."""
    if not rows:
        return
    table, columns, kinds = _columns(model, tuple(key))
    with connection.cursor() as cursor:
        if is_postgres():
            where = " AND ".join(f't."{c}" = v."{c}"' for c in columns)
            cursor.execute(
                f'DELETE FROM "{table}" t USING unnest({_unnest(kinds)}) AS v({_quoted(columns)}) WHERE {where}',
                [list(column) for column in zip(*rows, strict=True)],
            )
        else:
            where = " AND ".join(f'"{c}" = %s' for c in columns)
            cursor.executemany(f'DELETE FROM "{table}" WHERE {where}', _adapted(kinds, rows))


def _read_uuid(value: Any) -> Any:
    return UUID(hex=value) if isinstance(value, str) else value


def _read_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


_FROM_SQLITE: dict[str, Callable[[Any], Any]] = {"char(32)": _read_uuid, "date": _read_date}


def select_by(
    model: type[models.Model], names: Sequence[str], key: Sequence[str], keys: Rows, where: str = ""
) -> list[tuple[Any, ...]]:
    """The `names` columns of the rows whose `key` is one of `keys` (distinct), without the ORM, in one statement.

    `where` is a further SQL condition on the table's own columns, which are written `t."column"`.
    """
    if not keys:
        return []
    table, columns, kinds = _columns(model, (*key, *names))
    key_columns, wanted = columns[: len(key)], ", ".join(f't."{c}"' for c in columns[len(key) :])
    tail = f" AND {where}" if where else ""
    with connection.cursor() as cursor:
        if is_postgres():
            on = " AND ".join(f't."{c}" = k."{c}"' for c in key_columns)
            arrays = ", ".join(f"%s::{kind.split('(')[0]}[]" for kind in kinds[: len(key)])
            return binary(
                f'SELECT {wanted} FROM unnest({arrays}) AS k({_quoted(key_columns)}) JOIN "{table}" t ON {on}{tail}',
                [list(column) for column in zip(*keys, strict=True)],
            )
        left = ", ".join(f't."{c}"' for c in key_columns)
        items = ", ".join(f"json_extract(value, '$[{i}]')" for i in range(len(key_columns)))
        adapted = json.dumps(_adapted(kinds[: len(key)], keys))
        cursor.execute(
            f'SELECT {wanted} FROM "{table}" t WHERE ({left}) IN (SELECT {items} FROM json_each(%s)){tail}', [adapted]
        )
        readers = [_FROM_SQLITE.get(kind, _same) for kind in kinds[len(key) :]]
        return [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in cursor.fetchall()]


def binary(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of a statement on PostgreSQL, fetched in binary form: ids, days and bytes cost a fraction of the text's."""
    import psycopg

    with connection.cursor() as wrapped, psycopg.Cursor(wrapped.connection) as cursor:
        return cursor.execute(sql.encode(), params, binary=True).fetchall()


def _from_sqlite(kind: str) -> Callable[[Any], Any]:
    if kind == "char(32)":
        return lambda value: None if value is None else UUID(hex=value)
    if kind == "date":
        return _read_date  # the driver itself reads columns declared as dates
    if kind == "bool":
        return lambda value: None if value is None else bool(value)
    return _same


def fetch(
    model: type[models.Model], names: Sequence[str], key: str, values: Sequence[Any], where: str = "", *args: Any
) -> list[tuple[Any, ...]]:
    """Rows whose `key` is one of `values` (any number), by one statement with one parameter for all of them.

    `where` is further SQL over the table's columns with %s marks for `args`; UUIDs and days may be given.
    """
    if not values:
        return []
    table, columns, kinds = _columns(model, (*names, key))
    picked = _quoted(columns[:-1])
    more = f" AND {where}" if where else ""
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute(
                f'SELECT {picked} FROM "{table}" WHERE "{columns[-1]}" = ANY(%s::{kinds[-1].split("(")[0]}[]){more}',
                [list(values), *args],
            )
            return cursor.fetchall()
        adapt = _SQLITE.get(kinds[-1], _same)
        listed = orjson.dumps([adapt(value) for value in values]).decode()
        plain = [_hex(a) if isinstance(a, UUID) else _iso(a) if isinstance(a, date) else a for a in args]
        cursor.execute(
            f'SELECT {picked} FROM "{table}" WHERE "{columns[-1]}" IN (SELECT value FROM json_each(%s)){more}',
            [listed, *plain],
        )
        rows = cursor.fetchall()
    readers = [_from_sqlite(kind) for kind in kinds[:-1]]
    plain_columns = [n for n, reader in enumerate(readers) if reader is not _same]
    if not plain_columns or not rows:
        return rows
    return list(zip(*(map(r, c) for r, c in zip(readers, zip(*rows, strict=True), strict=True)), strict=True))


CHUNK = 5000


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """Slices of at most `size`, so that no statement exceeds a database's number of parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def json_text(value: Any) -> str:
    """JSON for a text column, keys sorted: folding live and folding again must write the same bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
