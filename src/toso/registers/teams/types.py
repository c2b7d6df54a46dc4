"""What crosses the boundary of teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

GROUP_TOPICS = ("policy", "weather", "salinity", "pests", "safety", "local")
MEMBER_ROLES = ("leader", "deputy", "member")


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member at the founding of a team or joining later; `id` is the person's id."""

    id: UUID
    name: str
    role: str = "member"
    speaks_khmer: bool | None = None


@dataclass(frozen=True, slots=True)
class FoundTeam:
    """Found a team at a unit on a day, with its members."""

    id: UUID
    unit_id: UUID
    name: str
    starts: date
    members: Sequence[NewMember] = ()
    decision: str = ""


@dataclass(frozen=True, slots=True)
class JoinTeam:
    """A member joins."""

    team_id: UUID
    unit_id: UUID
    member: NewMember
    starts: date


@dataclass(frozen=True, slots=True)
class LeaveTeam:
    """A member's term ends; `ends` is the first day he is no longer a member."""

    team_id: UUID
    unit_id: UUID
    member_id: UUID
    ends: date


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A team opens a community group."""

    id: UUID
    team_id: UUID
    unit_id: UUID
    name: str
    topic: str
    starts: date


@dataclass(frozen=True, slots=True)
class CountGroup:
    """A group has so many members from a day on."""

    group_id: UUID
    unit_id: UUID
    members: int
    on: date


@dataclass(frozen=True, slots=True)
class CountEthnicity:
    """A hamlet has so many people of an ethnic group from a day on."""

    unit_id: UUID
    group: str
    people: int
    on: date


TeamAct = FoundTeam | JoinTeam | LeaveTeam | OpenGroup | CountGroup | CountEthnicity


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as others read it."""

    unit_id: UUID
    id: UUID
    name: str
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member's time in a team."""

    unit_id: UUID
    team_id: UUID
    id: UUID
    name: str
    role: str
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its counts over time: (day, members)."""

    unit_id: UUID
    id: UUID
    team_id: UUID
    name: str
    topic: str
    starts: date
    ends: date | None
    counts: tuple[tuple[date, int], ...]
