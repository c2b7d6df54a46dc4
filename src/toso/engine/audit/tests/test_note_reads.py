"""The access log: noted, found, pruned."""

import pytest

from toso.engine.audit import selectors, services
from toso.kernel.clock import frozen
from toso.kernel.ids import new_id

pytestmark = pytest.mark.django_db


def test_reads_are_found_by_user_and_subject():
    one, two = new_id(), new_id()
    services.note_reads(user_id=one, subjects=["cell:a", "cell:b"], page="office:people", address="10.0.0.1")
    services.note_reads(user_id=two, subjects=["cell:a"], page="office:people", address="10.0.0.2")
    assert [read.user_id for read in selectors.reads(subject="cell:a")] == [two, one]
    assert {read.subject for read in selectors.reads(user_id=one)} == {"cell:a", "cell:b"}
    assert len(selectors.reads(limit=1)) == 1


def test_many_subjects_take_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        services.note_reads(user_id=new_id(), subjects=[f"residents:{n}" for n in range(100)], page="p", address="a")


def test_prune_keeps_twelve_months():
    with frozen(1_700_000_000_000):
        services.note_reads(user_id=new_id(), subjects=["cell:a"], page="p", address="a")
    year = 366 * 86_400_000
    assert services.prune(now=1_700_000_000_000 + year) == 0
    assert services.prune(now=1_700_000_000_000 + year + 1) == 1
    assert selectors.reads(since=0, until=2_000_000_000_000) == []
