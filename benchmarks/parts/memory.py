"""The demonstration: how long its data takes to load, and what a one-process server holds after a round of requests."""

import resource
import subprocess
import sys
import time
from pathlib import Path

from .. import servers
from ..databases import ROOT
from ..measuring import sample
from ..results import Figure, exact
from ..stage import Stage
from ..wire import Line

PASSWORD = "demo-to-so"
SECONDS = 400


def demonstration(folder: Path) -> list[Figure]:
    """How long the demonstration takes to load, and what serving it takes."""
    home = folder / "demo"
    env = servers.environment(home, f"sqlite:///{home / 'demo.sqlite3'}", TOSO_DEMO="1")
    command = [sys.executable, "-m", "toso.pages.console.main", "demo", "--no-serve", "--home", str(home)]
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, timeout=SECONDS, check=False)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode != 0:
        note = f"`toso demo --no-serve` ended with {done.returncode}: {done.stderr.decode()[-200:].strip()}"
        return [
            Figure("demo-seconds", "Demonstration data loaded", "s", None, 90, "at most", note=note),
            Figure("demo-memory", "One-process server with the demonstration", "MB", None, 256, "at most", note=note),
        ]
    with servers.toso(env) as server:
        asked = _round(server.port)
        resident, proportional = server.memory_mb()
    size = (home / "demo.sqlite3").stat().st_size / 1e6
    return [
        Figure(
            "demo-seconds", "Demonstration data loaded (SQLite)", "s", exact(took), 90, "at most",
            note=f"once, tables included; {spent:.0f} s of processor time; the file has {size:.0f} MB",
        ),
        Figure(
            "demo-memory", "One-process server with the demonstration", "MB", exact(resident), 256, "at most",
            note=f"resident set of the server and its worker together after {asked} requests of all kinds; "
            f"{proportional:.0f} MB when shared pages count once",
        ),
    ]  # fmt: skip


def _round(port: int) -> int:
    """Requests of a day: phones, officials, figures of every kind. Answers how many."""
    asked = 0
    for username in ("thanhvien1", "totruong", "hangxom", "xa", "huyen", "tinh"):
        with Line(port) as line:
            body = {"username": username, "password": PASSWORD, "device": {"name": "benchmark"}}
            token = line.post("/api/v1/sign-in", body).json()["token"]
        with Line(port, token) as line:
            me = line.get("/api/v1/me").json()
            for name in me["streams"]:
                kind, _, key = name.partition(":")
                path = f"/api/v1/{kind + 's/' + key if key else kind}"
                held = line.get(f"{path}/snapshot").json()
                line.get(f"{path}/changes?after={held['seq']}&epoch={held['epoch']}")
            unit = me["roles"][0]["unit"]["id"]
            for one in line.get("/api/v1/indicators").json()["items"]:
                for by in ("", "&by=child", "&by=day", "&by=descendant,day"):
                    line.ask("GET", f"/api/v1/figures?indicator={one['code']}&unit={unit}{by}")
            line.ask("GET", "/office/")
            line.ask("GET", "/app/")
            asked += line.requests + 1
    return asked


def hamlet(stage: Stage) -> Figure:
    """The same requests over the loaded hamlets, the baseline beside."""

    def after(line: Line, paths: list[str]) -> None:
        for _ in range(6):
            for path in paths:
                line.get(path)

    cell = stage.cells[0]["cell"]
    with servers.toso(stage.env) as server, Line(server.port, stage.tokens[0][1]) as line:
        after(line, ["/api/v1/me", f"/api/v1/cells/{cell}/snapshot", f"/api/v1/cells/{cell}/changes?after=0"])
        own = server.memory_mb()
    with servers.naive(stage.naive_env) as server, Line(server.port, stage.naive_told["tokens"][0], "Token") as line:
        after(line, ["/api/households/", "/api/residents/", "/api/visits/"])
        naive = server.memory_mb()
    return Figure(
        f"hamlet-memory-{stage.engine}", f"One-process server over the hamlets on {stage.engine}", "MB",
        sample([own[0]]), naive=sample([naive[0]]), note=f"{own[1]:.0f} MB when shared pages count once",
    )  # fmt: skip
