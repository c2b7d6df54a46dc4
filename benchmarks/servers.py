"""Servers of the benchmark: started on free loopback ports, watched, stopped. Programs that answer in JSON."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from . import databases
from .databases import ROOT

START_SECONDS = 40
STOP_SECONDS = 15
PROGRAM_SECONDS = 600


class Failed(Exception):
    """A program or server of the benchmark did not work; the message says what it printed."""


def environment(home: Path, url: str, **more: str) -> dict[str, str]:
    """The environment of the product for one database; nothing of the caller's own settings gets through."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("TOSO_", "DJANGO_", "DATABASE_URL"))}
    home.mkdir(parents=True, exist_ok=True)
    return own | {
        "DATABASE_URL": url, "TOSO_HOME": str(home), "SECRET_KEY": "benchmark-only-0000000000000000000000000000000",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "DJANGO_SETTINGS_MODULE": SETTINGS, **more,
    }  # fmt: skip


SETTINGS = os.environ.get("BENCH_SETTINGS", "toso.config.settings")


def program(env: Mapping[str, str], module: str, *arguments: str, seconds: float = PROGRAM_SECONDS) -> Any:
    """Run `python -m module`; the JSON of its last line. Raises Failed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], env=dict(env), cwd=ROOT, capture_output=True, timeout=seconds,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failed(f"{module} {' '.join(arguments)}: exit {done.returncode}\n{done.stderr.decode()[-3000:]}")
    lines = done.stdout.strip().splitlines()
    return orjson.loads(lines[-1]) if lines and lines[-1][:1] in b"{[" else None


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers; `url` is its database."""

    port: int
    pid: int
    url: str

    def memory_mb(self) -> tuple[float, float]:
        """(resident, proportional) megabytes of the server's processes together."""
        resident = proportional = 0.0
        for pid in _tree(self.pid):
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            for line in text.splitlines():
                name, _, rest = line.partition(":")
                if name == "Rss":
                    resident += int(rest.split()[0]) / 1024
                elif name == "Pss":
                    proportional += int(rest.split()[0]) / 1024
        return resident, proportional

    def cpu_seconds(self) -> float:
        """Processor time that the server's processes and those of its database have used."""
        ticks = 0
        for pid in _tree(self.pid):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK") + databases.cpu_seconds(self.url)


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def toso(env: Mapping[str, str], workers: int = 1) -> Iterator[Server]:
    """`toso serve` on a free port."""
    port = free_port()
    command = ["-m", "toso.pages.console.main", "serve", "--port", str(port), "--workers", str(workers)]
    with _running(command, env, port) as server:
        yield server


@contextmanager
def naive(env: Mapping[str, str], workers: int = 1) -> Iterator[Server]:
    """The baseline behind the same HTTP server with the same options."""
    port = free_port()
    command = [
        "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
        "--workers-kill-timeout", "5", "--no-ws", "--log-level", "warning", "benchmarks.naive.wsgi:application",
    ]  # fmt: skip
    with _running(command, env, port) as server:
        yield server


@contextmanager
def _running(command: list[str], env: Mapping[str, str], port: int) -> Iterator[Server]:
    log = Path(env["TOSO_HOME"]) / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command], env=dict(env), cwd=ROOT, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(process, port, log)
        yield Server(port, process.pid, env["DATABASE_URL"])
    finally:
        _stop(process)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    from .wire import Line

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Failed(f"the server ended: exit {process.returncode}\n{log.read_text()[-3000:]}")
        try:
            with Line(port) as line:
                if line.ask("GET", "/healthz").status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise Failed(f"the server does not answer\n{log.read_text()[-3000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
