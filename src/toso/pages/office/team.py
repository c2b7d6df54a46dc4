"""The team of a unit as its leader and commune see it: members, and codes that let their phones in."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import segno

from toso.kernel.messages import day
from toso.kernel.problems import Problem
from toso.registers.teams import selectors as teams

from .visit import Visit

HOURS: Final = 72


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member as shown; `key` is the person's id in hexadecimal."""

    key: str
    name: str
    role: str
    until: str


@dataclass(frozen=True, slots=True)
class TeamPart:
    """One team with the members it has on a day."""

    name: str
    members: list[MemberLine]


@dataclass(frozen=True, slots=True)
class Code:
    """A code as shown once: grouped digits and a picture of the link that enters it."""

    name: str
    digits: str
    picture: str


def parts(visit: Visit, unit_id: UUID, on: date) -> list[TeamPart]:
    """The teams of a unit with their members on a day, leaders first."""
    order = {"leader": 0, "deputy": 1}
    found = []
    members = [one for one in teams.members_of([unit_id]) if _runs(one.starts, one.ends, on)]
    for team in teams.teams_of([unit_id]):
        if not _runs(team.starts, team.ends, on):
            continue
        own = sorted((one for one in members if one.team_id == team.id), key=lambda one: order.get(one.role, 2))
        lines = [
            MemberLine(one.id.hex, one.name, visit.t(f"role.{one.role}"), day(visit.lang, one.ends) if one.ends else "")
            for one in own
        ]
        found.append(TeamPart(team.name, lines))
    return found


def _runs(starts: date, ends: date | None, on: date) -> bool:
    return starts <= on and (ends is None or on < ends)


def member_name(unit_id: UUID, member_id: UUID, on: date) -> str:
    """The name of a person who is a member at a unit on a day. Raises Problem member_unknown."""
    for one in teams.members_of([unit_id]):
        if one.id == member_id and _runs(one.starts, one.ends, on):
            return one.name
    raise Problem("member_unknown")


def code_shown(visit: Visit, name: str, digits: str) -> Code:
    """A code with the picture that a phone's camera reads."""
    link = visit.request.build_absolute_uri(f"/app/#enrol={digits}")
    picture = segno.make(link, error="m", micro=False).svg_data_uri(scale=6, border=2)
    return Code(name, f"{digits[:3]} {digits[3:]}", picture)
