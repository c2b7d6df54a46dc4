"""Staged import of households: judged row by row outside the journal, then applied in short transactions.

An import can be cut anywhere and applied again: every row has its own operation id, fixed when it was staged. It is
undone as a whole, sparing and naming the records that somebody has worked on since.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import orjson

from toso.engine.journal import bulk
from toso.engine.journal import selectors as journal
from toso.engine.journal.services import Writer, writing
from toso.engine.journal.types import Author, Receipt, cell_stream
from toso.engine.sync.types import Act, Header
from toso.kernel.clock import now_ms, vn_day
from toso.kernel.digest import payload_digest
from toso.kernel.hlc import pack
from toso.kernel.ids import new_id, short
from toso.kernel.problems import Problem
from toso.kernel.text import fold

from . import rules, services
from .models import Household, ImportJob, ImportRow
from .types import HouseholdAdd, HouseholdClose

BATCH = 500
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What became of a row: `verdict` ready, refused, applied, undone or spared; `code` says why."""

    number: int
    verdict: str
    code: str
    params: Mapping[str, Any]


def stage(*, cell_id: UUID, rows: Sequence[Mapping[str, Any]], author: UUID, on: date | None = None) -> UUID:
    """Judge a list of households (fields as in `household.add` without id); nothing reaches the journal yet.

    A row with the label and cluster of a household that is here, or of an earlier row, is refused as already_exists.
    """
    job = ImportJob(id=new_id(), cell_id=cell_id, author_id=author, staged_at=now_ms(), on=on or vn_day(now_ms()))
    known = set(Household.objects.filter(cell_id=cell_id, state="here").values_list("folded", "cluster"))
    staged: list[tuple[Any, ...]] = []
    for number, given in enumerate(rows, start=1):
        code, params = "", "{}"
        record = new_id()
        try:
            body = _checked(given, record)
            key = (fold(body.label)[:160], body.cluster)
            if key in known:
                raise Problem("already_exists")
            known.add(key)
        except Problem as problem:
            code, params = problem.code, orjson.dumps(problem.params).decode()
        shown = orjson.dumps(dict(given), default=str).decode()
        staged.append((job.id, number, new_id(), record, shown, "refused" if code else "ready", code, params, None))
    job.save(force_insert=True)
    names = ("job", "number", "op_id", "record_id", "given", "verdict", "code", "params", "seq")
    bulk.insert(ImportRow, names, staged)
    return job.id


def _checked(given: Mapping[str, Any], record: UUID) -> HouseholdAdd:
    try:
        body = msgspec.convert({**given, "id": short(record)}, HouseholdAdd)
    except msgspec.ValidationError as error:
        _, _, path = str(error).rpartition("$.")
        raise Problem("import_row_invalid", field=path.rstrip("`")[:40] or "label") from None
    for name in rules.HOUSEHOLD_FIELDS:
        setattr(body, name, rules.checked(name, getattr(body, name)))
    return body


def verdicts(job_id: UUID) -> list[RowVerdict]:
    """The verdict of every row, in order."""
    rows = ImportRow.objects.filter(job_id=job_id).order_by("number")
    return [
        RowVerdict(number, verdict, code, orjson.loads(params))
        for number, verdict, code, params in rows.values_list("number", "verdict", "code", "params")
    ]


def apply(*, job_id: UUID, progress: Progress = lambda done, all: None) -> list[RowVerdict]:
    """Apply the rows that are ready, 500 in a transaction; call again after a cut to go on. Answers all verdicts."""
    job = ImportJob.objects.get(pk=job_id)
    total = ImportRow.objects.filter(job=job, verdict="ready").count()
    done = 0
    while True:
        rows = list(
            ImportRow.objects.filter(job=job, verdict="ready")
            .order_by("number")
            .values_list("number", "op_id", "record_id", "given")[:BATCH]
        )
        if not rows:
            break
        with writing([cell_stream(job.cell_id)]) as writer:
            _apply_batch(writer, job, rows)
        done += len(rows)
        progress(done, total)
    ImportJob.objects.filter(pk=job_id).update(state="applied")
    return verdicts(job_id)


def _header(job: ImportJob, op_id: UUID) -> Header:
    return Header(
        op_id, Author(job.author_id), pack(job.staged_at, 0), job.on, base_seq=2**53, cell=job.cell_id
    )  # fmt: skip


def _apply_batch(writer: Writer, job: ImportJob, rows: Sequence[tuple[int, UUID, UUID, str]]) -> None:
    known = journal.receipts([row[1] for row in rows])
    acts = [
        Act(_header(job, op_id), "household.add", _checked(orjson.loads(given), record))
        for _, op_id, record, given in rows
        if op_id not in known
    ]
    outcomes = {outcome.op_id: outcome for outcome in services.decide(writer=writer, acts=acts)}
    changes: list[tuple[Any, ...]] = []
    for number, op_id, _, given in rows:
        outcome = outcomes.get(op_id)
        problem = outcome.problem if outcome else None
        seq = outcome.seq if outcome else known[op_id].seq
        params = orjson.dumps(problem.params).decode() if problem else "{}"
        changes.append(
            (job.id, number, "refused" if problem else "applied", problem.code if problem else "", params, seq)
        )
        if outcome is not None and problem is None:
            digest = payload_digest(given)
            writer.receipt(Receipt(op_id, digest, "accepted", outcome.stream, outcome.seq))
    bulk.update_rows(ImportRow, ("job", "number"), ("verdict", "code", "params", "seq"), changes)


def undo(*, job_id: UUID, author: UUID) -> list[RowVerdict]:
    """Close what the import added; spare, and name by `spared`, what somebody has worked on since."""
    job = ImportJob.objects.get(pk=job_id)
    stream = cell_stream(job.cell_id)
    while True:
        rows = list(
            ImportRow.objects.filter(job=job, verdict="applied")
            .order_by("number")
            .values_list("number", "record_id", "seq")[:BATCH]
        )
        if not rows:
            break
        with writing([stream]) as writer:
            touched = _worked_on(stream, {record: seq or 0 for _, record, seq in rows})
            closing = [(number, record) for number, record, _ in rows if record not in touched]
            acts = [
                Act(
                    Header(new_id(), Author(author), pack(now_ms(), 0), job.on, base_seq=2**53),
                    "household.close",
                    HouseholdClose(short(record), "mistake"),
                )
                for _, record in closing
            ]
            outcomes = services.decide(writer=writer, acts=acts)
            changes = [(job.id, number, "spared") for number, record, _ in rows if record in touched]
            for (number, _), outcome in zip(closing, outcomes, strict=True):
                changes.append((job.id, number, "spared" if outcome.problem else "undone"))
            bulk.update_rows(ImportRow, ("job", "number"), ("verdict",), changes)
    ImportJob.objects.filter(pk=job_id).update(state="undone")
    return verdicts(job_id)


def _worked_on(stream: str, imported: Mapping[UUID, int]) -> set[UUID]:
    found: set[UUID] = set()
    by_text = {short(record): record for record in imported}
    for page in journal.entries_of(stream, after=min(imported.values())):
        for entry in page:
            for _, record in entry.touches:
                if record in imported and entry.seq > imported[record]:
                    found.add(record)
            home = entry.data.get("household")
            if isinstance(home, str) and home in by_text:
                found.add(by_text[home])
    return found
