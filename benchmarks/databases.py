"""Databases of the benchmark: made anew, named after the checkout, removed at the end."""

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
SUFFIX = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
Engine = Literal["postgresql", "sqlite"]


class NoPostgres(Exception):
    """No PostgreSQL could be found or started."""


def postgres() -> str:
    """The address of a PostgreSQL on this machine (found or started by scripts/postgres.py). Raises NoPostgres."""
    path = ROOT / "scripts" / "postgres.py"
    spec = importlib.util.spec_from_file_location("toso_scripts_postgres", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    url = module.server()
    if url is None:
        raise NoPostgres("PostgreSQL: none found, and none could be started")
    return str(url)


@contextmanager
def database(engine: Engine, purpose: str, folder: Path) -> Iterator[str]:
    """The address of an empty database; it is gone afterwards."""
    if engine == "sqlite":
        path = folder / f"{purpose}.sqlite3"
        yield f"sqlite:///{path}"
        for left in folder.glob(f"{purpose}.sqlite3*"):
            left.unlink()
        return
    server = postgres()
    name = f"toso_bench_{purpose}_{SUFFIX}"
    _drop(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        _drop(server, name)


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def cpu_seconds(url: str) -> float:
    """Processor time of the processes that serve this PostgreSQL database now; 0 for SQLite, whose work is the server's."""
    if not url.startswith("postgres"):
        return 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    ticks = 0
    for (pid,) in rows:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def settle(url: str) -> None:
    """After loading: statistics and a checkpoint, so that measuring starts from rest."""
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
