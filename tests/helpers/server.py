"""A real server process on a database of its own, that can be killed at any moment."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`start`, `kill` (-9, with everything below it), and `call` over HTTP."""

    url: str
    home: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the server runs with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TOSO_", "DJANGO_"))}
        return {**kept, "DATABASE_URL": self.url, "TOSO_HOME": str(self.home), "PYTHONPATH": str(ROOT)}

    def run(self, *arguments: str) -> str:
        """Run a Python program against the server's database; its standard output."""
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environment, cwd=ROOT, check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self) -> None:
        """Start and wait until it answers."""
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "toso.pages.console.main", "serve", "--port", str(self.port)],
                env=self.environment,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError((self.home / "server.log").read_text()[-2000:])

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the server and all its workers at once."""
        if self.process is not None:
            os.killpg(self.process.pid, how)
            self.process.wait()
            self.process = None

    def call(self, method: str, path: str, token: str, body: Any = None) -> Any:
        """One request; the answer's JSON. Raises OSError when nobody answers whole."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body is not None else None,
            method=method,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return json.loads(error.read())


def _admin_url() -> str | None:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else None


@contextmanager
def fresh(home: Path) -> Iterator[Server]:
    """A server on a new database of the kind this test run uses; nothing is left behind."""
    admin = _admin_url()
    if admin is None:
        server = Server(f"sqlite:///{home / 'world.sqlite3'}", home)
        try:
            yield server
        finally:
            server.kill()
        return
    import psycopg

    name = f"toso_world_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    server = Server(admin.rsplit("/", 1)[0] + f"/{name}", home)
    try:
        yield server
    finally:
        server.kill()
        with psycopg.connect(admin, autocommit=True) as connection:
            # WITH (FORCE): a killed worker's session may still stand.
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
