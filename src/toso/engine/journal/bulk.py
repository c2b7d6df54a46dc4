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


def db_kind(field: Any) -> str:
    """The database's type of a column."""
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


@cache
def _columns(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[str], list[str]]:
    fields = [model._meta.get_field(name) for name in names]
    columns = [str(getattr(field, "column", name)) for field, name in zip(fields, names, strict=True)]
    kinds = [db_kind(field) for field in fields]
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


def _hexes(column: Sequence[Any]) -> str:
    return "{" + ",".join(["NULL" if value is None else value.hex for value in column]) + "}"


def _texts(column: Sequence[Any]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"


def _quoted_texts(column: Sequence[Any]) -> str:
    return (
        "{"
        + ",".join(
            [
                "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
                for value in column
            ]
        )
        + "}"
    )


# One text for a whole array of ids, numbers, days or truth values: element by element costs ten times as much.
_ARRAYS: dict[str, Callable[[Sequence[Any]], str]] = {
    "uuid": _hexes, "text": _quoted_texts, "varchar": _quoted_texts,
    **dict.fromkeys(("integer", "bigint", "smallint", "date", "boolean"), _texts),
}  # fmt: skip


def _array(kind: str, column: Sequence[Any]) -> Any:
    return _ARRAYS.get(kind.split("(")[0], list)(column)


def _copy_texts(column: Sequence[Any]) -> list[str]:
    return [
        "\\N"
        if value is None
        else value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
        for value in column
    ]


def _copy_column(kind: str, column: Sequence[Any]) -> list[str]:
    """A column in the text form of COPY."""
    if kind == "uuid":
        return ["\\N" if value is None else value.hex for value in column]
    if kind == "bytea":
        return ["\\N" if value is None else "\\\\x" + bytes(value).hex() for value in column]
    if kind.startswith(("varchar", "text", "char")):
        return _copy_texts(column)
    return ["\\N" if value is None else str(value) for value in column]


def _copy_block(kinds: Sequence[str], rows: Rows) -> str:
    columns = [_copy_column(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _arrays(kinds: Sequence[str], rows: Rows) -> list[Any]:
    return [_array(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]


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
                    copy.write(_copy_block(kinds, rows))
            else:
                cursor.execute(
                    f'INSERT INTO "{table}" ({_quoted(columns)}) SELECT * FROM unnest({_unnest(kinds)})',
                    _arrays(kinds, rows),
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
                _arrays(kinds, rows),
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
                _arrays(kinds, rows),
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
                _arrays(kinds, rows),
            )
        else:
            where = " AND ".join(f'"{c}" = %s' for c in columns)
            cursor.executemany(f'DELETE FROM "{table}" WHERE {where}', _adapted(kinds, rows))


def _read_uuid(value: Any) -> Any:
    return UUID(hex=value) if isinstance(value, str) else value


def _read_date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


_FROM_SQLITE: dict[str, Callable[[Any], Any]] = {"char(32)": _read_uuid, "date": _read_date}

_RAW_IN: dict[str, Callable[[Any], Any]] = {
    "char(32)": bytes.hex,
    "date": lambda day: date.fromordinal(day).isoformat(),
}
_RAW_OUT: dict[str, Callable[[Any], Any]] = {
    "char(32)": lambda text: None if text is None else bytes.fromhex(text),
    "date": lambda day: date.fromisoformat(day).toordinal() if isinstance(day, str) else day.toordinal(),
}
_Y2K = date(2000, 1, 1).toordinal()


def select_raw(
    model: type[models.Model], names: Sequence[str], key: Sequence[str], keys: Rows, where: str = "", least: str = ""
) -> list[tuple[Any, ...]]:
    """The `names` columns of the rows whose `key` is one of `keys` (distinct), by one statement and without the ORM.

    Ids go in and come out as 16 bytes, days as ordinals: for work on very many rows, where UUIDs cost most of the time.
    `where` is a further SQL condition on the table's own columns, which are written `t."column"`. With `least`, one row
    for each combination of `names`, and the least value of that column at its end.
    """
    if not keys:
        return []
    every = (*names, least) if least else tuple(names)
    table, columns, kinds = _columns(model, (*key, *every))
    key_columns, key_kinds = columns[: len(key)], kinds[: len(key)]
    wanted = [f't."{column}"' for column in columns[len(key) :]]
    if is_postgres():
        days = [kind == "date" for kind in kinds[len(key) :]]
        wanted = [f"{c} - DATE '2000-01-01' + {_Y2K}" if day else c for c, day in zip(wanted, days, strict=True)]
    tail = f" AND {where}" if where else ""
    group = ""
    if least:
        wanted[-1] = f"min({wanted[-1]})"
        group = " GROUP BY " + ", ".join(str(n + 1) for n in range(len(names)))
    picked = ", ".join(wanted)
    if is_postgres():
        # OFFSET 0 keeps the planner from reading a whole table instead of looking the keys up one by one.
        on = " AND ".join(
            f't."{c}" = DATE \'2000-01-01\' + (k."{c}" - {_Y2K})' if kind == "date" else f't."{c}" = k."{c}"'
            for c, kind in zip(key_columns, key_kinds, strict=True)
        )
        arrays = ", ".join(f"%s::{'int' if kind == 'date' else kind.split('(')[0]}[]" for kind in key_kinds)
        return binary(
            f"SELECT {picked} FROM unnest({arrays}) AS k({_quoted(key_columns)}) CROSS JOIN LATERAL "
            f'(SELECT * FROM "{table}" t WHERE {on}{tail} OFFSET 0) t{group}',
            [listed(column) for column in zip(*keys, strict=True)],
            raw=True,
        )
    left = ", ".join(f't."{c}"' for c in key_columns)
    items = ", ".join(f"json_extract(value, '$[{i}]')" for i in range(len(key_columns)))
    into = [_RAW_IN.get(kind, _same) for kind in key_kinds]
    adapted = json.dumps([[adapt(value) for adapt, value in zip(into, row, strict=True)] for row in keys])
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {picked} FROM "{table}" t WHERE ({left}) IN (SELECT {items} FROM json_each(%s)){tail}{group}',
            [adapted],
        )
        rows = cursor.fetchall()
    readers = [_RAW_OUT.get(kind, _same) for kind in kinds[len(key) :]]
    return [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in rows]


def listed(values: Sequence[Any]) -> str:
    """Ids as 16 bytes, or numbers, as the text of a PostgreSQL array: one parameter, put together at the speed of C."""
    return "{" + ",".join(map(bytes.hex if values and isinstance(values[0], bytes) else str, values)) + "}"


def binary(sql: str, params: Sequence[Any], raw: bool = False) -> list[tuple[Any, ...]]:
    """Rows of a statement on PostgreSQL, fetched in binary form (`raw`: ids as 16 bytes)."""
    import psycopg
    from psycopg.types.string import ByteaBinaryLoader

    with connection.cursor() as wrapped, psycopg.Cursor(wrapped.connection) as cursor:
        if raw:
            cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
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
                [_array(kinds[-1], values), *args],
            )
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
        adapt = _SQLITE.get(kinds[-1], _same)
        listed = orjson.dumps([adapt(value) for value in values]).decode()
        plain = [_hex(a) if isinstance(a, UUID) else _iso(a) if isinstance(a, date) else a for a in args]
        cursor.execute(
            f'SELECT {picked} FROM "{table}" WHERE "{columns[-1]}" IN (SELECT value FROM json_each(%s)){more}',
            [listed, *plain],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
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
