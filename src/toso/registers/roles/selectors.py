"""Reads of terms. Who may do what is answered by `access`."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from toso.engine.journal import bulk
from toso.engine.journal.bulk import chunks

from .models import Term
from .types import Role, TermView

_COLUMNS = (
    "id", "person_id", "role", "unit_id", "team_id", "starts", "ends", "end_recorded_at", "successor_of",
)  # fmt: skip


def _views(rows: "QuerySet[Term]") -> list[TermView]:
    found = rows.order_by("starts", "id").values_list(*_COLUMNS)
    return [TermView(row[0], row[1], Role(row[2]), *row[3:]) for row in found]


def _running(on: date | None) -> Q:
    if on is None:
        return Q()
    return Q(starts__lte=on) & (Q(ends__isnull=True) | Q(ends__gt=on))


def terms(term_ids: Sequence[UUID]) -> dict[UUID, TermView]:
    """The terms that are known, by id."""
    return {view.id: view for some in chunks(term_ids) for view in _views(Term.objects.filter(pk__in=some))}


def terms_of(person_ids: Sequence[UUID], on: date | None = None) -> dict[UUID, list[TermView]]:
    """The terms of each person, oldest first: all, or those that run on a day."""
    found: dict[UUID, list[TermView]] = {person: [] for person in person_ids}
    # Asked at every pull and push, so without the ORM.
    rows = bulk.fetch(Term, _COLUMNS, "person_id", list(found))
    for row in sorted(rows, key=lambda row: (row[5], row[0])):
        view = TermView(row[0], row[1], Role(row[2]), *row[3:])
        if on is None or view.covers(on):
            found[view.person_id].append(view)
    return found


def terms_at(unit_ids: Sequence[UUID], on: date | None = None) -> dict[UUID, list[TermView]]:
    """The terms at each unit itself (not below), oldest first: all, or those that run on a day."""
    found: dict[UUID, list[TermView]] = {unit: [] for unit in unit_ids}
    for some in chunks(list(found)):
        for view in _views(Term.objects.filter(_running(on), unit_id__in=some)):
            found[view.unit_id].append(view)
    return found


def terms_in(team_ids: Sequence[UUID], on: date | None = None) -> dict[UUID, list[TermView]]:
    """The terms in each team, oldest first: all, or those that run on a day."""
    found: dict[UUID, list[TermView]] = {team: [] for team in team_ids}
    for some in chunks(list(found)):
        for view in _views(Term.objects.filter(_running(on), team_id__in=some)):
            if view.team_id is not None:
                found[view.team_id].append(view)
    return found


def holders(
    *, roles: Sequence[Role], on: date, unit_ids: Sequence[UUID] | None = None, person_ids: Sequence[UUID] | None = None
) -> list[TermView]:
    """The terms of some roles that run on a day, at some units or anywhere, of some persons or anybody."""
    rows = Term.objects.filter(_running(on), role__in=[role.value for role in roles])
    if unit_ids is not None:
        rows = rows.filter(unit_id__in=unit_ids)
    if person_ids is not None:
        rows = rows.filter(person_id__in=person_ids)
    return _views(rows)
