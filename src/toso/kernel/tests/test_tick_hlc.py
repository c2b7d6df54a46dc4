import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel import hlc
from toso.kernel.tests import vectors

VECTORS = vectors.load("hlc")
VALUES = st.integers(0, hlc.MAX - 1)
MOMENTS = st.integers(0, hlc.MAX_MS)


@pytest.mark.parametrize("case", VECTORS["packed"])
def test_packing_agrees_with_the_vectors(case):
    value = hlc.pack(case["ms"], case["counter"])
    assert hlc.encode(value) == case["text"]
    assert hlc.decode(case["text"]) == value
    assert hlc.unpack(value) == (case["ms"], case["counter"])


@pytest.mark.parametrize("case", VECTORS["out_of_range"])
def test_values_out_of_range_are_refused(case):
    with pytest.raises(ValueError):
        hlc.pack(case["ms"], case["counter"])


@pytest.mark.parametrize("text", [*VECTORS["refused"], None, 5])
def test_texts_that_are_no_clock_value_are_refused(text):
    with pytest.raises(ValueError):
        hlc.decode(text)


@pytest.mark.parametrize("value", [-1, hlc.MAX + 1])
def test_numbers_that_are_no_clock_value_are_refused(value):
    for call in (hlc.encode, hlc.unpack, lambda value: hlc.tick(value, 0), lambda value: hlc.clamp(value, 0)):
        with pytest.raises(ValueError):
            call(value)


@pytest.mark.parametrize("case", VECTORS["tick"])
def test_tick_agrees_with_the_vectors(case):
    assert hlc.encode(hlc.tick(hlc.decode(case["last"]), case["now_ms"])) == case["then"]


@pytest.mark.parametrize("case", VECTORS["receive"])
def test_receive_agrees_with_the_vectors(case):
    value = hlc.receive(hlc.decode(case["last"]), hlc.decode(case["remote"]), case["now_ms"])
    assert hlc.encode(value) == case["then"]


@pytest.mark.parametrize("case", VECTORS["clamp"])
def test_clamp_agrees_with_the_vectors(case):
    value = hlc.clamp(hlc.decode(case["made_at"]), case["now_ms"], hlc.decode(case["floor"]))
    assert hlc.encode(value) == case["then"]


def test_the_end_of_the_range_is_refused():
    with pytest.raises(ValueError):
        hlc.tick(hlc.MAX, 0)


@given(VALUES, VALUES, MOMENTS)
def test_a_clock_never_goes_back(last, remote, now_ms):
    assert hlc.tick(last, now_ms) > last
    received = hlc.receive(last, remote, now_ms)
    assert received > max(last, remote)
    assert received >= hlc.pack(now_ms)


@given(VALUES, VALUES)
def test_texts_compare_like_values(one, other):
    assert (hlc.encode(one) < hlc.encode(other)) == (one < other)


@given(VALUES, MOMENTS)
def test_a_clamped_value_is_never_later_than_now(made_at, now_ms):
    clamped = hlc.clamp(made_at, now_ms)
    assert hlc.unpack(clamped)[0] <= now_ms
    assert clamped == made_at or hlc.unpack(made_at)[0] > now_ms
