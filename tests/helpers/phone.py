"""A phone as the wire describes it: server rows, outbox, log of what became of each operation. No merge code."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import brotli
import orjson

from toso.engine.journal.types import cell_stream, user_stream
from toso.engine.sync import services as sync
from toso.engine.sync.types import DeviceIdentity
from toso.kernel import digest, hlc
from toso.kernel.clock import now_ms
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem

Op = dict[str, Any]


@dataclass(slots=True)
class Held:
    """What the phone holds of one stream."""

    epoch: str
    seq: int
    since: str
    durable_seq: int
    rows: dict[str, dict[str, list[Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class Phone:
    """One device of one user; `skew_ms` is how wrong its clock is."""

    user: UUID
    device: UUID = field(default_factory=new_id)
    skew_ms: int = 0
    offset_ms: int | None = None
    contact_ms: int | None = None
    clock: int = 0
    revoked: bool = False
    streams: dict[str, Held] = field(default_factory=dict)
    outbox: list[Op] = field(default_factory=list)
    accepted: dict[str, tuple[str, int, Op]] = field(default_factory=dict)
    attention: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    mismatches: int = 0
    restored: bool = False

    @property
    def identity(self) -> DeviceIdentity:
        """As the server knows it."""
        return DeviceIdentity(self.device, self.user, self.revoked, self.contact_ms)

    def now(self) -> int:
        """The phone's own clock."""
        return max(1, now_ms() + self.skew_ms)

    def record(
        self, kind: str, data: dict[str, Any], cell: UUID | None = None, day: date | None = None, **more: Any
    ) -> Op:
        """Make an operation and put it into the outbox."""
        self.clock = hlc.tick(self.clock, max(1, self.now() + (self.offset_ms or 0)))
        held = self.streams.get(cell_stream(cell)) if cell else None
        op: Op = {
            "op_id": short(new_id()), "kind": kind, "cell": short(cell) if cell else None,
            "base_seq": held.seq if held else 0, "made_at": hlc.encode(self.clock), "phone_at": self.now(),
            "offset_ms": self.offset_ms, "contact_at": self.contact_ms, "day": day.isoformat() if day else None,
            "replaces": None, "data": data, **more,
        }  # fmt: skip
        self.outbox.append(op)
        return op

    def batch(self) -> list[Op]:
        """What the next push sends, as bytes and back: exactly what the wire carries."""
        sent: list[Op] = orjson.loads(orjson.dumps(self.outbox[:100]))
        return sent

    def answered(self, results: list[dict[str, Any]]) -> None:
        """Take the server's answers to the batch in."""
        by_id = {op["op_id"]: op for op in [*self.outbox, *(op for _, _, op in self.accepted.values())]}
        self._contact(now_ms())
        for result in results:
            op = by_id.get(result["op_id"])
            if op is None:
                continue
            if result["status"] in ("accepted", "duplicate", "conflict"):
                self.accepted[op["op_id"]] = (result["stream"], result["seq"], op)
                self.acknowledged.add(op["op_id"])
                self.attention.pop(op["op_id"], None)
                self._drop(op)
            elif result["status"] == "refused":
                self.attention[op["op_id"]] = {**result, "operation": op}
                self.acknowledged.discard(op["op_id"])
                self._drop(op)

    def _drop(self, op: Op) -> None:
        self.outbox = [kept for kept in self.outbox if kept["op_id"] != op["op_id"]]

    def push(self) -> list[dict[str, Any]]:
        """Send the outbox until it is empty or only blocked operations are left."""
        results: list[dict[str, Any]] = []
        for _ in range(20):
            batch = self.batch()
            if not batch:
                break
            answers = sync.push(self.identity, batch)
            self.answered(answers)
            results += answers
            if all(answer["status"] == "blocked_by" for answer in answers):
                break
        return results

    def _contact(self, server_now: int) -> None:
        self.offset_ms = server_now - self.now()
        self.contact_ms = server_now

    def pull(self, stream: str) -> Held:
        """Bring one stream to the server's head; heals itself by a fresh snapshot. Raises the server's Problem."""
        held = self.streams.get(stream)
        if held is None:
            held = self._snapshot(stream)
        while True:
            try:
                answer = orjson.loads(sync.pull_changes(self.identity, stream, held.seq, held.epoch, held.since).body)
            except Problem as problem:
                if problem.code != "cursor_ahead":
                    raise
                held = self._snapshot(stream)
                self._offer_again()
                continue
            self._apply(held, answer)
            self._contact(answer["now"])
            if not answer["more"]:
                break
        if self.digest(held) != answer["digest"]:
            self.mismatches += 1
            held = self._snapshot(stream)
        return held

    def _snapshot(self, stream: str) -> Held:
        pulled = sync.pull_snapshot(self.identity, stream)
        body = brotli.decompress(pulled.body) if pulled.encoding == "br" else pulled.body
        answer = orjson.loads(body)
        held = Held(answer["epoch"], answer["seq"], answer["since"], answer["durable_seq"])
        self._apply(held, answer)
        self.streams[stream] = held
        assert self.digest(held) == answer["digest"], "a snapshot carries its own digest"
        return held

    def _apply(self, held: Held, answer: dict[str, Any]) -> None:
        for name, table in answer.get("rows", {}).items():
            held.rows.setdefault(name, {}).update({row[0]: row for row in table["rows"]})
        for name, ids in answer.get("gone", {}).items():
            for key in ids:
                held.rows.get(name, {}).pop(key, None)
        held.seq, held.durable_seq = answer["seq"], answer["durable_seq"]

    def digest(self, held: Held) -> str:
        """Sum of the hashes of the rows held."""
        total = 0
        for name, rows in held.rows.items():
            for row in rows.values():
                total = digest.add(total, digest.row_hash(name, row))
        return digest.encode(total)

    def _offer_again(self) -> None:
        # The server was restored. Only what was seen durable before that is safe: the restored server counts anew.
        self.restored = True
        self.outbox += [op for _, _, op in self.accepted.values()]
        self.accepted.clear()
        # What waits for a verdict may be lost in quarantine too.
        self.outbox += [waiting["operation"] for waiting in self.attention.values()]
        self.attention.clear()
        self.outbox.sort(key=lambda op: str(op["made_at"]))

    def _forget_durable(self, stream: str, held: Held) -> None:
        for op_id, (name, seq, _) in list(self.accepted.items()):
            if name == stream and seq <= held.durable_seq:
                del self.accepted[op_id]

    def follow(self, cell: UUID) -> None:
        """Push, pull the cell and the user's stream, push again what that offered.

        What is durable is forgotten only after a round in which no stream showed a new epoch.
        """
        self.restored = False
        self.push()
        for stream in (cell_stream(cell), user_stream(self.user)):
            try:
                self.pull(stream)
            except Problem as problem:
                if problem.code == "stream_ended":
                    self.streams.pop(stream, None)
                elif problem.code != "stream_not_yours":
                    raise
                else:
                    self.streams.pop(stream, None)
        for op_id, row in (
            self.streams[user_stream(self.user)].rows.get("verdicts", {}).items()
            if user_stream(self.user) in self.streams
            else ()
        ):
            if row[1] in ("released", "discarded"):
                self.attention.pop(op_id, None)
        if not self.restored:
            for stream in (cell_stream(cell), user_stream(self.user)):
                if stream in self.streams:
                    self._forget_durable(stream, self.streams[stream])
        if self.outbox:
            self.push()
            if cell_stream(cell) in self.streams:
                self.pull(cell_stream(cell))
