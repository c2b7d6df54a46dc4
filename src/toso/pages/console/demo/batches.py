"""Events go through the services in batches of at most 500 acts, at the moment at which a phone would have sent them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from toso.engine.journal.services import writing
from toso.engine.journal.types import Author, cell_stream
from toso.engine.sync.types import Act, Header, Outcome
from toso.kernel.clock import frozen, vn_day
from toso.kernel.hlc import pack
from toso.records.visits import services as visits
from toso.registers.people import services as people

from .dice import HOUR
from .life import ActPlan, Event

LIMIT: Final = 500


class Refused(Exception):
    """The services refused an act of the plan: a fault of the plan or of the services, never of the person at the keyboard."""


def batches(events: Iterable[Event], cuts: Sequence[int]) -> Iterator[list[Event]]:
    """Events in order, at most 500 acts together, never across a cut."""
    batch: list[Event] = []
    size = 0
    until = -1
    for event in events:
        part = bisect_right(cuts, event.at)
        if batch and (part != until or size + event.size > LIMIT):
            yield batch
            batch, size = [], 0
        until = part
        batch.append(event)
        size += event.size
    if batch:
        yield batch


def send(events: Sequence[Event]) -> int:
    """Decide one batch; answers how many acts. Raises Refused."""
    streams = {cell_stream(event.cell) for event in events}
    streams |= {cell_stream(event.also) for event in events if event.also}
    with frozen(events[-1].at + HOUR // 2), writing(streams) as writer:
        heads = {event.cell: writer.head(cell_stream(event.cell)) for event in events}
        on_people = [act for event in events for act in _acts(event, event.people, heads[event.cell])]
        if on_people:
            _check(on_people, people.decide(writer=writer, acts=on_people))
            writer.flush()
        of_visits = [act for event in events for act in _acts(event, event.visits, heads[event.cell])]
        if of_visits:
            _check(of_visits, visits.decide(writer=writer, acts=of_visits))
    return len(on_people) + len(of_visits)


def _acts(event: Event, plans: Sequence[ActPlan], head: int) -> Iterator[Act]:
    author, day = Author(event.author), vn_day(event.at)
    for n, (op_id, kind, body) in enumerate(plans):
        # A move into another hamlet is let through by who serves both.
        released = kind == "household.move"
        yield Act(Header(op_id, author, pack(event.at, n), day, head, released=released, cell=event.cell), kind, body)


def _check(acts: Sequence[Act], outcomes: Sequence[Outcome]) -> None:
    for act, outcome in zip(acts, outcomes, strict=True):
        if outcome.status != "accepted":
            code = outcome.problem.code if outcome.problem else outcome.status
            raise Refused(f"{act.kind} on {act.header.happened_on}: {code} {dict(outcome.lost)}")
