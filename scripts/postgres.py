"""Find (or start) a PostgreSQL for tests and print its address; exit 1 when there is none.

Tried in this order: DATABASE_URL_TEST_PG; the local server as `postgres` without a password, started when it is down;
as root, a role of our own on the local server; else a private server under var/ when the programs are installed.
The tests get a database named after this checkout, so that two checkouts never meet.
"""

import glob
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
NAME = "toso_" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
PRIVATE_PORT = 54320 + int(hashlib.sha256(str(ROOT).encode()).hexdigest()[:4], 16) % 1000


def answers(url: str) -> bool:
    """Whether a server answers there and lets us create databases."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            return bool(row and row[0])
    except psycopg.Error:
        return False


def run(*command: str) -> bool:
    """Whether the command ended well; its words are not wanted on stdout."""
    try:
        return (
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
        )
    except OSError:
        return False


def wait(url: str, seconds: float = 10) -> bool:
    """Whether the server answers within that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answers(url):
            return True
        time.sleep(0.3)
    return False


def start_cluster() -> bool:
    """Start Debian's cluster when it is down; True when one was started."""
    if not shutil.which("pg_lsclusters"):
        return False
    lines = subprocess.run(["pg_lsclusters", "-h"], capture_output=True, text=True, check=False).stdout.splitlines()
    down = [
        line.split()
        for line in lines
        if len(line.split()) > 3 and line.split()[2] == "5432" and "online" not in line.split()[3]
    ]
    return any(run("pg_ctlcluster", version, cluster, "start") for version, cluster, *_ in down)


def own_role() -> str | None:
    """As root: a role that may create databases, its password kept in var/."""
    if os.geteuid() != 0 or not shutil.which("runuser") or not shutil.which("psql"):
        return None
    kept = ROOT / "var" / "test-postgres"
    password = kept.read_text().strip() if kept.exists() else secrets.token_urlsafe(24)
    role = f"{NAME}_role"
    statement = (
        f"DO $$ BEGIN CREATE ROLE {role} LOGIN CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        f"ALTER ROLE {role} PASSWORD '{password}'"
    )
    if not run("runuser", "-u", "postgres", "--", "psql", "-q", "-c", statement):
        return None
    kept.parent.mkdir(exist_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(password)
    return f"postgres://{role}:{password}@127.0.0.1:5432/postgres"


def private_server() -> str | None:
    """A server of our own under var/, for those who are not root but have the programs."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if os.geteuid() == 0 or not programs:
        return None
    folder, tools = ROOT / "var" / "test-postgres-data", Path(programs[-1]).parent
    url = f"postgres://postgres@127.0.0.1:{PRIVATE_PORT}/postgres"
    if answers(url):
        return url
    folder.parent.mkdir(exist_ok=True)
    if not (folder / "PG_VERSION").exists() and not run(
        str(tools / "initdb"), "-D", str(folder), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
    ):
        return None
    options = f"-p {PRIVATE_PORT} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    run(str(tools / "pg_ctl"), "-D", str(folder), "-l", str(folder / "log"), "-o", options, "-w", "start")
    return url if wait(url) else None


def server() -> str | None:
    """The address of a usable server."""
    given = os.environ.get("DATABASE_URL_TEST_PG")
    if given:
        return given if answers(given) else None
    if answers(LOCAL) or (start_cluster() and wait(LOCAL)):
        return LOCAL
    role = own_role()
    if role and wait(role, 3):
        return role
    return private_server()


def main() -> int:
    """Print the address of this checkout's own database."""
    url = server()
    if url is None:
        print("PostgreSQL: none found, and none could be started", file=sys.stderr)
        return 1
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(NAME))
            )
    print(urlunsplit(urlsplit(url)._replace(path=f"/{NAME}")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
