"""Backups: one encrypted file with every row, readable by any database kind; verified before it counts.

Form: `TOSOBAK1`, 8 bytes of nonce prefix, then chunks of (4 bytes length, AES-256-GCM of up to 1 MB of zlib stream).
The plain text is lines of JSON: a manifest, then for each table its name and columns and its rows, then a closing line
with counts. Caches and office sessions are not in it; the server's keys (HOME/keys) are, so that what phones have
sealed can be opened after a restore elsewhere.
"""

import base64
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from toso import __version__
from toso.kernel.clock import now_ms

from . import bulk, services
from .models import Stream
from .selectors import reading

MAGIC = b"TOSOBAK1"
CHUNK = 1 << 20
PAGE = 2000
# Rebuilt when needed, or of no use elsewhere.
LEFT_OUT = {
    "sync_snapshot",
    "sync_digeststate",
    "sync_rowhash",
    "django_session",
    "django_migrations",
    "django_content_type",
}
Progress = Callable[[str], None]


class Damaged(Exception):
    """The file is cut, changed, or encrypted with another key."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds; `heads` are the numbers of the streams' last entries."""

    tables: int
    rows: int
    heads: dict[str, int]


def key_from(path: Path, *, make: bool) -> bytes:
    """The 32-byte key in a file (hexadecimal); with `make`, a new one when the file is missing. Raises OSError, Damaged."""
    if make and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        raise Damaged(f"{path} holds no key") from None
    if len(key) != 32:
        raise Damaged(f"{path} holds no key")
    return key


def keys_folder() -> Path:
    """Where the server's own keys lie."""
    return Path(settings.HOME) / "keys"


def _put_key(name: str, content: bytes) -> None:
    keys_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    path = keys_folder() / Path(name).name
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def tables() -> list[type[models.Model]]:
    """Every table that a backup holds, referred ones first."""
    found = [
        m for m in apps.get_models(include_auto_created=True) if m._meta.db_table not in LEFT_OUT and m._meta.managed
    ]
    ordered: list[type[models.Model]] = []
    while found:
        for model in found:
            targets = {f.related_model for f in model._meta.concrete_fields if f.is_relation}
            if not (targets - {model}) & set(found):
                ordered.append(model)
                found.remove(model)
                break
        else:
            raise RuntimeError("tables refer to each other in a circle")
    return ordered


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if field.column]


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview | bytes):
        return {"b": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, UUID):
        return {"u": value.hex}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return value


class _Sealed:
    """Writes a zlib stream in encrypted chunks."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self.file, self.cipher, self.number = file, AESGCM(key), 0
        self.prefix = secrets.token_bytes(8)
        self.packer, self.buffer = zlib.compressobj(6), bytearray()
        file.write(MAGIC + self.prefix)

    def line(self, value: Any) -> None:
        self.buffer += self.packer.compress(orjson.dumps(value, default=_plain) + b"\n")
        while len(self.buffer) >= CHUNK:
            self._chunk(bytes(self.buffer[:CHUNK]), last=False)
            del self.buffer[:CHUNK]

    def close(self) -> None:
        self.buffer += self.packer.flush()
        self._chunk(bytes(self.buffer), last=True)

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        nonce = self.prefix + self.number.to_bytes(4, "big")
        sealed = self.cipher.encrypt(nonce, plain, b"last" if last else b"more")
        self.file.write(len(sealed).to_bytes(4, "big") + sealed)
        self.number += 1


def write(path: Path, key: bytes, progress: Progress = lambda line: None) -> Summary:
    """Back up to `path`, read it back, and mark the heads it holds as durable. Raises Damaged when it cannot be read."""
    part = path.with_name(path.name + ".part")
    with part.open("xb") as file:
        with reading():
            summary = _write_rows(_Sealed(file, key), progress)
        file.flush()
        os.fsync(file.fileno())
    progress("reading the file back")
    if verify(part, key) != summary:
        raise Damaged("what was written is not what was read back")
    part.rename(path)
    services.mark_durable(summary.heads)
    return summary


def _write_rows(out: _Sealed, progress: Progress) -> Summary:
    heads = dict(Stream.objects.values_list("name", "head"))
    out.line({"version": __version__, "made_at": now_ms(), "heads": heads})
    total, all_tables = 0, tables()
    for model in all_tables:
        columns = _columns(model)
        out.line({"table": model._meta.db_table, "columns": columns})
        names = ", ".join(f'"{column}"' for column in columns)
        count = 0
        with connection.chunked_cursor() as cursor:
            cursor.execute(f'SELECT {names} FROM "{model._meta.db_table}"')
            while rows := cursor.fetchmany(PAGE):
                for row in rows:
                    out.line([_plain(value) for value in row])
                count += len(rows)
        total += count
        progress(f"{model._meta.db_table}: {count} rows")
    for path in sorted(keys_folder().glob("*")) if keys_folder().is_dir() else ():
        out.line({"file": path.name, "content": base64.b64encode(path.read_bytes()).decode()})
    out.line({"rows": total, "tables": len(all_tables)})
    out.close()
    return Summary(len(all_tables), total, heads)


def _chunks(path: Path, key: bytes) -> Iterator[bytes]:
    cipher, number, unpack, ended = AESGCM(key), 0, zlib.decompressobj(), False
    with path.open("rb") as file:
        head = file.read(16)
        if head[:8] != MAGIC:
            raise Damaged("this is no backup")
        while size := file.read(4):
            sealed = file.read(int.from_bytes(size, "big"))
            nonce = head[8:] + number.to_bytes(4, "big")
            number += 1
            try:
                plain = cipher.decrypt(nonce, sealed, b"more")
            except InvalidTag:
                try:
                    plain, ended = cipher.decrypt(nonce, sealed, b"last"), True
                except InvalidTag:
                    raise Damaged("damaged, or another key") from None
            yield unpack.decompress(plain)
    if not ended:
        raise Damaged("the file is cut")
    yield unpack.flush()


def _lines(path: Path, key: bytes) -> Iterator[Any]:
    rest = b""
    for piece in _chunks(path, key):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (json.loads(line) for line in whole)
    if rest:
        raise Damaged("the file is cut")


def verify(path: Path, key: bytes) -> Summary:
    """Read a whole backup without using it. Raises Damaged."""
    heads: dict[str, int] = {}
    count, closing = 0, None
    for number, line in enumerate(_lines(path, key)):
        if number == 0:
            heads = line["heads"]
        elif isinstance(line, list):
            count += 1
        elif "rows" in line:
            closing = line
    if closing is None or closing["rows"] != count:
        raise Damaged("rows are missing")
    return Summary(closing["tables"], count, heads)


def holds_data() -> bool:
    """Whether the database holds any stream."""
    return Stream.objects.exists()


def restore(path: Path, key: bytes, progress: Progress = lambda line: None) -> Summary:
    """Replace all data by a backup's, in one transaction; then new epochs for all streams. Raises Damaged."""
    summary = verify(path, key)
    by_table = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    with transaction.atomic():
        _empty(by_table)
        model: type[models.Model] | None = None
        columns: list[str] = []
        page: list[list[Any]] = []
        for line in _lines(path, key):
            if isinstance(line, list):
                page.append([_value(value) for value in line])
                if len(page) >= PAGE and model is not None:
                    _put(model, columns, page)
            elif "table" in line:
                if model is not None:
                    _put(model, columns, page)
                if line["table"] not in by_table:
                    raise Damaged(f"table {line['table']} is unknown to this version")
                model, columns = by_table[line["table"]], line["columns"]
                progress(f"{line['table']}")
            elif "file" in line:
                _put_key(line["file"], base64.b64decode(line["content"]))
            elif "rows" in line and model is not None:
                _put(model, columns, page)
        _set_sequences(by_table)
        services.change_epochs()
        services.mark_durable(summary.heads)
    return summary


def _empty(by_table: dict[str, type[models.Model]]) -> None:
    every = [
        *reversed(tables()),
        *(m for name, m in by_table.items() if name in LEFT_OUT - {"django_migrations", "django_content_type"}),
    ]
    with connection.cursor() as cursor:
        if not bulk.is_postgres():
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for model in every:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        if "b" in value:
            return base64.b64decode(value["b"])
        if "u" in value:
            return UUID(hex=value["u"])
        if "d" in value:
            return date.fromisoformat(value["d"])
        return datetime.fromisoformat(value["t"])
    return value


def _put(model: type[models.Model], columns: list[str], page: list[list[Any]]) -> None:
    if not page:
        return
    known = {field.column: field for field in model._meta.concrete_fields if field.column}
    fields = [known[column] for column in columns]
    kinds = [bulk.db_kind(field) for field in fields]
    rows = [[_fitting(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in page]
    bulk.insert(model, [field.name for field in fields], rows)
    page.clear()


def _fitting(value: Any, kind: str) -> Any:
    # SQLite gives ids, days and truth values as text and numbers; each database takes its own kind.
    if value is None:
        return None
    if kind in ("uuid", "char(32)") and isinstance(value, str):
        return UUID(hex=value)
    if kind in ("boolean", "bool"):
        return bool(value)
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if kind.startswith("timestamp") and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value


def _set_sequences(by_table: dict[str, type[models.Model]]) -> None:
    if not bulk.is_postgres():
        return
    with connection.cursor() as cursor:
        for model in tables():
            key = model._meta.pk
            if isinstance(key, models.AutoField):
                table = model._meta.db_table
                cursor.execute(
                    f"""SELECT setval(pg_get_serial_sequence('"{table}"', '{key.column}'),
                    COALESCE((SELECT MAX("{key.column}") FROM "{table}"), 0) + 1, false)"""
                )
