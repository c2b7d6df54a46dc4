"""The only writer of teams, members, groups and hamlet aggregates: `apply`, live and when rebuilding."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from toso.engine.journal import bulk
from toso.engine.journal.registry import registry
from toso.engine.journal.types import Entry, key_of, stream_key
from toso.kernel.ids import parse_id
from toso.kernel.text import fold

from .models import Ethnicity, Group, GroupCount, Member, Team

TEAM = ("unit_id", "id", "name", "decision", "starts", "ends")
MEMBER = ("unit_id", "team_id", "id", "name", "folded", "role", "speaks_khmer", "starts", "ends")
GROUP = ("unit_id", "id", "team_id", "name", "topic", "starts", "ends")
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


def apply(entries: Sequence[Entry]) -> None:
    """Write what these entries mean."""
    teams: Rows = {}
    members: Rows = {}
    groups: Rows = {}
    counts: Rows = {}
    ethnicity: Rows = {}
    left: list[Entry] = []
    for entry in entries:
        unit, data, on = stream_key(entry.stream), entry.data, entry.happened_on
        if unit is None:
            continue
        if entry.kind == "team.founded":
            teams[(unit, entry.record_id)] = (unit, entry.record_id, data["name"], data["decision"], on, None)
            for given in data["members"]:
                _join(members, unit, entry.record_id, given, on)
        elif entry.kind == "team.joined":
            _join(members, unit, parse_id(data["team"]), data, on)
        elif entry.kind == "team.left":
            left.append(entry)
        elif entry.kind == "group.opened":
            groups[(unit, entry.record_id)] = (
                unit, entry.record_id, parse_id(data["team"]), data["name"], data["topic"], on, None,
            )  # fmt: skip
        elif entry.kind == "group.counted":
            counts[(unit, entry.record_id, on)] = (unit, entry.record_id, on, data["members"])
        elif entry.kind == "ethnicity.counted":
            ethnicity[(unit, data["group"], on)] = (unit, data["group"], on, data["people"])
    bulk.upsert(Team, TEAM, list(teams.values()), ("unit_id", "id"))
    bulk.upsert(Member, MEMBER, list(members.values()), ("unit_id", "team_id", "id", "starts"))
    bulk.upsert(Group, GROUP, list(groups.values()), ("unit_id", "id"))
    bulk.upsert(
        GroupCount, ("unit_id", "group_id", "on", "members"), list(counts.values()), ("unit_id", "group_id", "on")
    )
    bulk.upsert(Ethnicity, ("unit_id", "group", "on", "people"), list(ethnicity.values()), ("unit_id", "group", "on"))
    for entry in left:
        Member.objects.filter(
            unit_id=key_of(entry.stream), team_id=parse_id(entry.data["team"]), id=entry.record_id, ends=None
        ).update(ends=entry.happened_on)


def _join(members: Rows, unit: UUID, team: UUID, data: dict[str, Any], starts: date) -> None:
    person = parse_id(data["id"])
    members[(unit, team, person, starts)] = (
        unit, team, person, data["name"], fold(data["name"])[:160], data["role"], data.get("speaks_khmer"), starts,
        None,
    )  # fmt: skip


def register() -> None:
    """Register the fold."""
    registry.fold(
        "teams",
        order=40,
        kinds=("team", "group", "ethnicity"),
        apply=apply,
        tables=(Team, Member, Group, GroupCount, Ethnicity),
    )
