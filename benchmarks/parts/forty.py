"""40 visits: pushed in one request, pulled by another phone; and a phone that asks when there is nothing new."""

import base64
import gzip
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from toso.engine.accounts.sealing import seal
from toso.kernel.ids import parse_id

from .. import documents, servers
from ..measuring import Sample, sample
from ..results import Figure
from ..stage import Stage
from ..wire import Line

PUSHED = 40
NEVER = "2999-01-01T00:00:00Z"


def measure(stage: Stage) -> list[Figure]:
    """All figures of a phone that has had its first sync."""
    token, naive_token = stage.tokens[0][0], stage.naive_told["tokens"][0]
    with (
        servers.toso(stage.env) as server,
        servers.naive(stage.naive_env) as naive,
        Line(server.port, token) as line,
        Line(naive.port, naive_token, "Token") as other,
    ):
        return _forty(stage, line, other)


def _forty(stage: Stage, line: Line, other: Line) -> list[Figure]:
    dice = random.Random("forty")
    cell, homes, services = stage.cells[0]["cell"], stage.homes[0].by_household(), stage.told["services"]
    homes = [home for home in homes if home[1]]
    key = line.get("/api/v1/me").json()["server"]["seal_key"]
    held = line.get(f"/api/v1/cells/{cell}/snapshot").json()
    mark = line.get(f"/api/v1/cells/{cell}/changes?after={held['seq']}&epoch={held['epoch']}").json()
    noted = Notes()
    for _ in range(stage.scale.times + 1):
        visits = [documents.new_visit(dice, stage.today, *dice.choice(homes)) for _ in range(2 * PUSHED)]
        operations = [
            documents.operation(dice, "visit.record", v.on, documents.visit_data(v, services), cell, mark)
            for v in visits
        ]
        body = gzip.compress(orjson.dumps({"operations": operations[:PUSHED]}), 6)
        noted.push("push", line, "/api/v1/operations", body, packed=True)
        after = f"&epoch={mark['epoch']}&since={held['since']}"
        mark = noted.pull("pull", line, [f"/api/v1/cells/{cell}/changes?after={mark['seq']}{after}"])
        noted.pull("nothing", line, [f"/api/v1/cells/{cell}/changes?after={mark['seq']}{after}"])
        sealed = gzip.compress(orjson.dumps({"operations": [_sealed(op, key) for op in operations[PUSHED:]]}), 6)
        noted.push("sealed", line, "/api/v1/operations", sealed, packed=True)
        mark = line.get(f"/api/v1/cells/{cell}/changes?after={mark['seq']}{after}").json()
        stamp = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        noted.push("naive push", other, "/api/visits/", orjson.dumps(documents.naive_visits(visits[:PUSHED])))
        for name, moment in (("naive pull", stamp), ("naive nothing", NEVER)):
            paths = [f"/api/{part}/?updated_after={moment}" for part in ("households", "residents", "visits")]
            noted.pull(name, other, paths)
    return _figures(stage.engine, noted)


def _sealed(operation: dict[str, object], key: str) -> dict[str, object]:
    op_id = str(operation["op_id"])
    box = seal(parse_id(op_id), orjson.dumps(operation), key)
    return {"op_id": op_id, "sealed": base64.urlsafe_b64encode(box).decode().rstrip("=")}


@dataclass(slots=True)
class Notes:
    """Times in ms and bodies in bytes, by name. The first of each name warms up and does not count."""

    times: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, list[float]] = field(default_factory=dict)

    def push(self, name: str, line: Line, path: str, body: bytes, packed: bool = False) -> None:
        """Send a body; every act of it must be accepted."""
        began = time.perf_counter()
        reply = line.ask("POST", path, body, packed)
        self._note(name, began, len(body))
        if reply.status // 100 != 2 or b'"refused"' in reply.plain or b'"blocked_by"' in reply.plain:
            raise AssertionError(f"{name}: {reply.status} {reply.plain[:300]!r}")

    def pull(self, name: str, line: Line, paths: Sequence[str]) -> Any:
        """Ask these, and for pages the next ones; the last answer."""
        began, size, found = time.perf_counter(), 0, None
        for path in paths:
            at: str | None = path
            while at:
                reply = line.get(at)
                size += len(reply.body)
                found = reply.json()
                following = found.get("next")
                at = following[following.index("/api/") :] if following else None
        self._note(name, began, size)
        return found

    def _note(self, name: str, began: float, size: int) -> None:
        self.times.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        self.sizes.setdefault(name, []).append(size / 1000)

    def ms(self, name: str) -> Sample:
        """Median and spread of the times."""
        return sample(self.times[name][1:])

    def kb(self, name: str) -> Sample:
        """Median and spread of the bodies."""
        return sample(self.sizes[name][1:])


def _figures(engine: str, noted: Notes) -> list[Figure]:
    on, ms, kb = f"on {engine}", noted.ms, noted.kb
    return [
        Figure(f"nothing-kb-{engine}", f"Nothing new {on}: body", "KB", kb("nothing"), 0.3, "at most", kb("naive nothing")),
        Figure(f"nothing-ms-{engine}", f"Nothing new {on}", "ms", ms("nothing"), naive=ms("naive nothing")),
        Figure(
            f"push40-kb-{engine}", f"Push of {PUSHED} visits {on}: compressed body, one request", "KB", kb("push"), 5,
            "at most", kb("naive push"), "the baseline's clients send plain JSON: Django does not unpack requests",
        ),
        Figure(f"push40-ms-{engine}", f"Push of {PUSHED} visits {on}", "ms", ms("push"), naive=ms("naive push")),
        Figure(
            f"push40-sealed-kb-{engine}", f"Push of {PUSHED} sealed visits {on}: body", "KB", kb("sealed"),
            note="what a locked phone sends in the background; encrypted bytes do not compress",
        ),
        Figure(f"push40-sealed-ms-{engine}", f"Push of {PUSHED} sealed visits {on}", "ms", ms("sealed")),
        Figure(
            f"pull40-kb-{engine}", f"Pull of what {PUSHED} visits changed {on}: bodies", "KB", kb("pull"),
            naive=kb("naive pull"),
            note="visits, last calls and stages of all who were helped, digest included; the baseline asks three times",
        ),
        Figure(
            f"pull40-ms-{engine}", f"Pull of what {PUSHED} visits changed {on}", "ms", ms("pull"), naive=ms("naive pull")
        ),
    ]  # fmt: skip
