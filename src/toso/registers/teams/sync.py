"""Teams on phones: the stream of a unit."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.sync.registry import Collection, Row, registry
from toso.kernel.ids import short

from .models import Group, GroupCount, Member, Team


def load_teams(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of the unit's teams."""
    rows = Team.objects.filter(unit_id=key)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    return [
        [short(r[0]), r[1], short(r[2]), "ended" if r[3] else "ok"]
        for r in rows.values_list("id", "name", "unit_id", "ends")
    ]


def load_members(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of members: the present or latest time of each person."""
    rows = Member.objects.filter(unit_id=key).order_by("starts")
    if ids is not None:
        rows = rows.filter(id__in=ids)
    latest = {
        r[0]: [short(r[0]), short(r[1]), r[2], r[3], r[4].isoformat() if r[4] else None]
        for r in rows.values_list("id", "team_id", "name", "role", "ends")
    }
    return list(latest.values())


def load_groups(key: UUID, ids: Sequence[UUID] | None, since: date | None) -> list[Row]:
    """Wire rows of groups with their latest size."""
    groups = Group.objects.filter(unit_id=key)
    counts = GroupCount.objects.filter(unit_id=key).order_by("on")
    if ids is not None:
        groups, counts = groups.filter(id__in=ids), counts.filter(group_id__in=ids)
    sizes = dict(counts.values_list("group_id", "members"))
    return [
        [short(r[0]), short(r[1]), r[2], r[3], sizes.get(r[0])]
        for r in groups.values_list("id", "team_id", "name", "topic")
    ]


def register() -> None:
    """Register the collections."""
    registry.collection(Collection("teams", "unit", ("id", "name", "unit", "state"), load_teams))
    registry.collection(Collection("members", "unit", ("id", "team", "name", "role", "ends"), load_members))
    registry.collection(Collection("groups", "unit", ("id", "team", "name", "topic", "members"), load_groups))
