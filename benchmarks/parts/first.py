"""The first sync of a phone: requests, bytes on the wire, time; and what the first phone of all waits for."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .. import servers
from ..measuring import Sample, sample
from ..results import Figure, exact
from ..stage import Stage
from ..wire import Line


def measure(stage: Stage) -> list[Figure]:
    """All figures of a first sync on this stage."""
    token, naive_token = stage.tokens[0][0], stage.naive_told["tokens"][0]
    with (
        servers.toso(stage.env) as server,
        servers.naive(stage.naive_env) as naive,
        Line(server.port, token) as line,
        Line(naive.port, naive_token, "Token") as other,
    ):
        return _first(stage, line, other)


def _repeat(work: Callable[[], Any], times: int, warm: int = 3) -> tuple[Sample, list[Any]]:
    for _ in range(warm):
        work()
    took, answers = [], []
    for _ in range(times):
        began = time.perf_counter()
        answers.append(work())
        took.append((time.perf_counter() - began) * 1000)
    return sample(took), answers


def first_sync(line: Line, cell: str) -> dict[str, int]:
    """The hamlet onto a new phone: who am I, the snapshot, what came after it. Requests and bytes, both ways."""
    before = (line.requests, line.sent, line.received)
    line.get("/api/v1/me").json()
    held = line.get(f"/api/v1/cells/{cell}/snapshot").json()
    line.get(f"/api/v1/cells/{cell}/changes?after={held['seq']}&epoch={held['epoch']}&since={held['since']}").json()
    rows = {name: len(table["rows"]) for name, table in held["rows"].items()}
    return {
        "requests": line.requests - before[0],
        "sent": line.sent - before[1],
        "received": line.received - before[2],
    } | rows


def _everything(line: Line) -> dict[str, int]:
    """All streams that a phone holds, as the phone app asks for them the first time."""
    before = (line.requests, line.sent, line.received)
    for name in line.get("/api/v1/me").json()["streams"]:
        kind, _, key = name.partition(":")
        line.get(f"/api/v1/{kind + 's/' + key if key else kind}/snapshot").json()
    return {"requests": line.requests - before[0], "sent": line.sent - before[1], "received": line.received - before[2]}


def naive_first_sync(line: Line, since: str) -> dict[str, int]:
    """The same documents page by page."""
    before = (line.requests, line.sent, line.received)
    rows = {}
    for path in naive_paths(since):
        found: Any = {"next": path}
        rows[path.split("/")[2]] = 0
        while found["next"]:
            at = found["next"]
            found = line.get(at[at.index("/api/") :]).json()
            rows[path.split("/")[2]] += len(found["results"])
    return {
        "requests": line.requests - before[0],
        "sent": line.sent - before[1],
        "received": line.received - before[2],
    } | rows


def naive_paths(since: str) -> tuple[str, ...]:
    """The three collections of the baseline."""
    return "/api/households/", "/api/residents/", f"/api/visits/?since={since}"


def since(stage: Stage) -> str:
    """The first day of the window of visits that both systems send."""
    return f"{stage.today - timedelta(days=90):%Y-%m}-01"


def _first(stage: Stage, line: Line, other: Line) -> list[Figure]:
    cell, on = stage.cells[0]["cell"], f"on {stage.engine}"
    line.get("/api/v1/me")
    began = time.perf_counter()
    held = line.get(f"/api/v1/cells/{cell}/snapshot").json()
    cold = (time.perf_counter() - began) * 1000
    line.get(f"/api/v1/cells/{cell}/changes?after={held['seq']}")
    cold_changes = (time.perf_counter() - began) * 1000 - cold
    took, told = _repeat(lambda: first_sync(line, cell), stage.scale.times)
    naive_took, naive_told = _repeat(lambda: naive_first_sync(other, since(stage)), max(stage.scale.times // 4, 2), 1)
    one, naive = told[-1], naive_told[-1]
    all_took, all_told = _repeat(lambda: _everything(line), stage.scale.times)
    whole = all_told[-1]
    rows = {key: value for key, value in one.items() if key not in ("requests", "sent", "received")}
    wire, naive_wire = (one["sent"] + one["received"]) / 1000, (naive["sent"] + naive["received"]) / 1000
    return [
        Figure(
            f"first-sync-requests-{stage.engine}", f"First sync {on}: requests", "requests", exact(one["requests"]), 3,
            "at most", exact(naive["requests"]), "who am I, snapshot, changes after it; rows: "
            + ", ".join(f"{n} {name}" for name, n in rows.items()),
        ),
        Figure(
            f"first-sync-kb-{stage.engine}", f"First sync {on}: on the wire, both ways", "KB", exact(wire), 110,
            "at most", exact(naive_wire), f"up {one['sent']} bytes, down {one['received']} bytes, headers included",
        ),
        Figure(f"first-sync-ms-{stage.engine}", f"First sync {on}", "ms", took, naive=naive_took),
        Figure(
            f"first-snapshot-ms-{stage.engine}", f"First sync {on}: snapshot and changes for the first phone of all", "ms",
            exact(cold + cold_changes),
            note=f"snapshot {cold:.0f} ms, once for up to 300 entries; changes {cold_changes:.0f} ms, sums of all rows for the "
            f"digest, once; everybody after gets what is stored",
        ),
        Figure(
            f"all-streams-{stage.engine}", f"First sync {on}: all streams a phone holds", "ms", all_took,
            note=f"{whole['requests']} requests, {(whole['sent'] + whole['received']) / 1000:.1f} KB: who am I and the "
            "snapshots of common, user, unit and cell, as the phone app asks for them",
            more={"requests": whole["requests"], "bytes": whole["sent"] + whole["received"]},
        ),
    ]  # fmt: skip
