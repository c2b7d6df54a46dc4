"""Starting and ending terms."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from toso.engine.journal import selectors as journal
from toso.engine.journal import services as journal_services
from toso.engine.journal.types import unit_stream
from toso.kernel.ids import new_id
from toso.kernel.problems import Problem
from toso.registers.roles import models, selectors, services
from toso.registers.roles.types import EndTerm, Role, StartTerm

from .factories import AFTER, AUTHOR, BEFORE, LONG_AGO, MERGER, end, make_land, merge_land, on_day, start

pytestmark = pytest.mark.django_db


def code(act: StartTerm) -> str:
    with pytest.raises(Problem) as caught:
        services.start_terms(acts=[act], author=AUTHOR)
    return caught.value.code


def test_a_term_is_an_entry_in_the_stream_of_its_unit():
    land = make_land()
    team, person = new_id(), new_id()
    act = StartTerm(person_id=person, role=Role.LEADER, unit_id=land["H000"], starts=LONG_AGO, team_id=team)
    assert services.start_terms(acts=[act], author=AUTHOR) == [act.id]
    (entry,) = [entry for page in journal.entries_of(unit_stream(land["H000"])) for entry in page]
    assert (entry.kind, entry.record_id, entry.touches) == ("term.started", act.id, (("members", person),))
    (term,) = selectors.terms_of([person])[person]
    assert (term.role, term.team_id, term.starts, term.ends) == (Role.LEADER, team, LONG_AGO, None)
    assert selectors.terms_in([team], BEFORE)[team] == [term]


def test_ends_are_half_open_and_only_brought_forward():
    land = make_land()
    with on_day(BEFORE) as now:
        term = start(land["H000"])
        end(term, BEFORE)
    (view,) = selectors.terms_of([term.person_id])[term.person_id]
    assert (view.ends, view.end_recorded_at) == (BEFORE, now)
    assert selectors.terms_at([land["H000"]], BEFORE)[land["H000"]] == []
    assert len(selectors.terms_at([land["H000"]], date(2025, 6, 29))[land["H000"]]) == 1
    for ends, problem in ((MERGER, "day_invalid"), (date(2023, 1, 1), "day_invalid")):
        with pytest.raises(Problem) as caught:
            end(term, ends)
        assert caught.value.code == problem
    end(term, LONG_AGO)
    with pytest.raises(Problem) as caught:
        services.end_terms(acts=[EndTerm(term_id=new_id(), ends=BEFORE)], author=AUTHOR)
    assert caught.value.code == "member_unknown"


def test_the_unfit_is_refused():
    land = make_land()
    merge_land(land)

    def act(unit, role=Role.MEMBER, starts=LONG_AGO, ends=None):
        return StartTerm(person_id=new_id(), role=role, unit_id=unit, starts=starts, ends=ends)

    assert code(act(new_id())) == "unit_unknown"
    assert code(act(land["D0"], starts=AFTER)) == "unit_not_on_boundaries"
    assert code(act(land["NC"], starts=BEFORE)) == "unit_not_on_boundaries"
    assert code(act(land["H000"], ends=date(2020, 1, 1))) == "day_invalid"
    assert code(act(land["H000"], role=Role.COMMUNE_OFFICIAL)) == "value_invalid"
    assert code(act(land["C11"], role=Role.DISTRICT_OFFICIAL)) == "value_invalid"
    assert models.Term.objects.count() == 0


def test_a_service_joins_an_open_batch_and_the_fold_replays():
    land = make_land()
    acts = [StartTerm(person_id=new_id(), role=Role.MEMBER, unit_id=land[h], starts=LONG_AGO) for h in ("H000", "H010")]
    with journal_services.writing(services.streams_of_starts(acts)) as writer:
        services.start_terms(acts=acts, author=AUTHOR, writer=writer)
        services.end_terms(acts=[EndTerm(term_id=acts[0].id, ends=BEFORE)], author=AUTHOR, writer=writer)
    rows = sorted(models.Term.objects.values_list())
    journal_services.refold()
    assert sorted(models.Term.objects.values_list()) == rows


def test_holders_are_found_by_role_unit_and_day():
    land = make_land()
    official = start(land["C00"], Role.COMMUNE_OFFICIAL)
    start(land["C00"], Role.MEMBER)
    found = selectors.holders(roles=[Role.COMMUNE_OFFICIAL], on=BEFORE, unit_ids=[land["C00"], land["C01"]])
    assert [term.id for term in found] == [official.id]
    assert selectors.holders(roles=[Role.COMMUNE_OFFICIAL], on=date(2020, 1, 1)) == []


def test_the_number_of_statements_does_not_grow_with_the_acts():
    land = make_land()
    counted = []
    for many in (3, 300):
        acts = [
            StartTerm(person_id=new_id(), role=Role.MEMBER, unit_id=land["H000"], starts=LONG_AGO) for _ in range(many)
        ]
        with CaptureQueriesContext(connection) as queries:
            services.start_terms(acts=acts, author=AUTHOR)
        counted.append(len(queries))
    assert counted[1] <= counted[0] + 5
