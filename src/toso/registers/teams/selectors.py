"""Reads of teams, members, groups and hamlet aggregates."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from toso.engine.journal.bulk import chunks

from .models import Ethnicity, Group, GroupCount, Member, Team
from .types import GroupView, MemberView, TeamView


def teams_of(unit_ids: Sequence[UUID]) -> list[TeamView]:
    """Teams of these units, ended ones included."""
    return [
        TeamView(*row)
        for part in chunks(unit_ids)
        for row in Team.objects.filter(unit_id__in=part).values_list("unit_id", "id", "name", "starts", "ends")
    ]


def members_of(unit_ids: Sequence[UUID]) -> list[MemberView]:
    """Members' times in the teams of these units."""
    return [
        MemberView(*row)
        for part in chunks(unit_ids)
        for row in Member.objects.filter(unit_id__in=part).values_list(
            "unit_id", "team_id", "id", "name", "role", "starts", "ends"
        )
    ]


def groups_of(unit_ids: Sequence[UUID]) -> list[GroupView]:
    """Groups of the teams of these units, with their counts over time."""
    counts: dict[UUID, list[tuple[date, int]]] = {}
    for part in chunks(unit_ids):
        rows = GroupCount.objects.filter(unit_id__in=part).order_by("on")
        for group, on, members in rows.values_list("group_id", "on", "members"):
            counts.setdefault(group, []).append((on, members))
    return [
        GroupView(*row, tuple(counts.get(row[1], ())))
        for part in chunks(unit_ids)
        for row in Group.objects.filter(unit_id__in=part).values_list(
            "unit_id", "id", "team_id", "name", "topic", "starts", "ends"
        )
    ]


def ethnicity_of(unit_ids: Sequence[UUID]) -> list[tuple[UUID, str, date, int]]:
    """Hamlet aggregates over time: (unit, group, from day on, people)."""
    return [
        row
        for part in chunks(unit_ids)
        for row in Ethnicity.objects.filter(unit_id__in=part)
        .order_by("on")
        .values_list("unit_id", "group", "on", "people")
    ]


def teams_by_id(ids: Sequence[UUID]) -> dict[UUID, TeamView]:
    """Teams by id."""
    rows = Team.objects.filter(id__in=ids).values_list("unit_id", "id", "name", "starts", "ends")
    return {row[1]: TeamView(*row) for row in rows}
