"""What the leader of Trường Thành B finds on the end day: two conflicts, and a visit that waits in quarantine."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from toso.engine.journal.services import writing
from toso.engine.journal.types import Author, cell_stream
from toso.engine.sync.services import push
from toso.engine.sync.types import Act, DeviceIdentity, Header
from toso.kernel.clock import day_start_ms, frozen
from toso.kernel.hlc import encode, pack
from toso.kernel.ids import short
from toso.registers.people import services as people
from toso.registers.people.types import Change

from . import facts, signing_in
from .dice import HOUR, Dice
from .homes import Home
from .province import ProvincePlan


def leave(plan: ProvincePlan, homes: Mapping[UUID, Sequence[Home]], end: date) -> None:
    """Let two members write different values without having seen each other, and a neighbour go to the wrong door."""
    hamlet = next(h for h in plan.hamlets[facts.COMMUNE] if h.name == facts.HAMLET)
    dice = Dice("trouble")
    here = [home for home in homes[hamlet.id][1:] if home.gone_from is None and home.text]
    first, second, third = dice.sample(here, 3)
    _conflict(dice, hamlet.cell, end, first, {"people": first.size + 1}, {"people": first.size + 2})
    label = second.label
    _conflict(dice, hamlet.cell, end, second, {"label": f"{label} (đầu kênh)"}, {"label": f"{label} (ngang miễu)"})
    _wrong_door(dice, end, third)


def _conflict(dice: Dice, cell: UUID, end: date, home: Home, one: dict[str, Any], other: dict[str, Any]) -> None:
    stream = cell_stream(cell)
    with frozen(day_start_ms(end) + 20 * HOUR), writing([stream]) as writer:
        seen = writer.head(stream)
        acts = []
        for hour, account, values in ((9.2, signing_in.MEMBER_1, one), (17.5, signing_in.MEMBER_2, other)):
            at = day_start_ms(end) + int(hour * HOUR)
            header = Header(dice.id_at(at), Author(account.id), pack(at), end, seen, cell=cell)
            acts.append(Act(header, "household.change", Change(home.text, values)))
        outcomes = people.decide(writer=writer, acts=acts)
        if [outcome.problem for outcome in outcomes] != [None, None]:
            raise AssertionError("the conflict was refused")


def _wrong_door(dice: Dice, end: date, home: Home) -> None:
    """A member of the neighbouring hamlet recorded a visit at a household that is not his."""
    at = day_start_ms(end) + 18 * HOUR
    device = DeviceIdentity(dice.id_at(at), signing_in.NEIGHBOUR.id, revoked=False, last_contact_ms=at - 30 * HOUR)
    operation = {
        "op_id": short(dice.id_at(at)), "kind": "visit.record", "base_seq": 0, "made_at": encode(pack(at)),
        "phone_at": at, "offset_ms": 0, "contact_at": at - 30 * HOUR,
        "data": {
            "id": short(dice.id_at(at)), "household": home.text, "outcome": "met", "assists": [],
            "note": "Gặp chủ hộ ở nhà lồng chợ.",
        },
    }  # fmt: skip
    with frozen(at + HOUR):
        push(device, [operation])
