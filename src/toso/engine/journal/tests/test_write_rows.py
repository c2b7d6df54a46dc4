"""Set-based writing keeps every value as it is, however many rows and whatever is in them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toso.engine.journal import bulk
from toso.engine.journal.models import Receipt
from toso.kernel.ids import new_id

pytestmark = pytest.mark.django_db
NAMES = ("op_id", "digest", "verdict", "stream", "seq", "code", "params", "device_id", "received_at")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
@given(texts=st.lists(TEXT, min_size=1, max_size=5), count=st.sampled_from([1, 3, 60]))
def test_any_text_comes_back_as_it_was(texts: list[str], count: int) -> None:
    rows = [
        (
            new_id(),
            bytes([n % 256, 0, 92, 10]),
            "refused",
            None,
            n,
            "",
            texts[n % len(texts)],
            new_id() if n % 2 else None,
            n,
        )
        for n in range(count)
    ]
    bulk.insert(Receipt, NAMES, rows)
    stored = {row[0]: row for row in bulk.fetch(Receipt, NAMES, "op_id", [row[0] for row in rows])}
    assert all((*stored[row[0]][:1], bytes(stored[row[0]][1]), *stored[row[0]][2:]) == row for row in rows)
    changed = [(row[0], row[6] + "\\\"'\t\n{}", row[7]) for row in rows]
    bulk.update_rows(Receipt, ("op_id",), ("params", "device_id"), changed)
    bulk.upsert(Receipt, NAMES, [(*row[:5], "x", *row[6:]) for row in rows], ("op_id",), ("code",))
    again = {
        row[0]: row
        for row in bulk.fetch(Receipt, ("op_id", "params", "device_id", "code"), "op_id", [r[0] for r in rows])
    }
    assert all(again[key] == (key, text, device, "x") for key, text, device in changed)
    bulk.delete_rows(Receipt, ("op_id",), [(row[0],) for row in rows])
    assert not bulk.fetch(Receipt, ("op_id",), "op_id", [row[0] for row in rows])
