from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel import clock
from toso.kernel.happened import EARLIEST_DAY, Happened, happened_on
from toso.kernel.tests import vectors

CLOCK = vectors.load("clock")
SANE_MS = st.integers(clock.day_start_ms(EARLIEST_DAY), clock.day_start_ms(date(2100, 1, 1)))


@pytest.mark.parametrize("case", CLOCK["vn_day"])
def test_days_agree_with_the_vectors(case):
    assert clock.vn_day(case["ms"]).isoformat() == case["day"]


@pytest.mark.parametrize("case", CLOCK["day_start"])
def test_day_starts_agree_with_the_vectors(case):
    assert clock.day_start_ms(date.fromisoformat(case["day"])) == case["ms"]


@given(SANE_MS)
def test_days_agree_with_the_time_zone(ms):
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    assert clock.vn_day(ms) == moment.astimezone(clock.VN).date()


@given(st.dates())
def test_a_day_starts_where_the_one_before_ends(day):
    start = clock.day_start_ms(day)
    assert clock.vn_day(start) == day
    if day > date.min:
        assert clock.vn_day(start - 1) == day - timedelta(days=1)


@pytest.mark.parametrize("ms", [10**18, -(10**18), 10**30])
def test_moments_outside_the_calendar_are_refused(ms):
    with pytest.raises(ValueError):
        clock.vn_day(ms)


def test_a_frozen_clock_stands_still_and_nests():
    with clock.frozen(1725555600000):
        assert clock.now_ms() == 1725555600000
        assert clock.today() == date(2024, 9, 6)
        with clock.frozen(0):
            assert clock.now_ms() == 0
        assert clock.now_ms() == 1725555600000
    assert clock.now_ms() > 1725555600000


@pytest.mark.parametrize("case", vectors.load("happened")["cases"], ids=lambda case: case["note"])
def test_happened_on_agrees_with_the_vectors(case):
    given = {name: case[name] for name in ("phone_at_ms", "offset_ms", "contact_ms", "pushed_ms")}
    stated = date.fromisoformat(case["stated"]) if case["stated"] else None
    if case.get("refused"):
        with pytest.raises(ValueError):
            happened_on(**given, stated=stated)
    else:
        expected = Happened(date.fromisoformat(case["day"]), case["uncertain"])
        assert happened_on(**given, stated=stated) == expected


@given(
    phone_at=st.integers(-(2**60), 2**60),
    offset=st.none() | st.integers(-(2**60), 2**60),
    contact=st.none() | SANE_MS,
    pushed=SANE_MS,
)
def test_the_day_lies_between_contact_and_push_whatever_the_phone_says(phone_at, offset, contact, pushed):
    day = happened_on(phone_at_ms=phone_at, offset_ms=offset, contact_ms=contact, pushed_ms=pushed).day
    assert day <= clock.vn_day(pushed)
    if contact is not None and contact <= pushed:
        assert day >= clock.vn_day(contact)
    assert day >= EARLIEST_DAY
