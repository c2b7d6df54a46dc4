import enum
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel import digest
from toso.kernel.tests import vectors

VECTORS = vectors.load("digest")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-digest.MAX_INT, digest.MAX_INT) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


class _Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize("case", VECTORS["canonical"])
def test_canonical_form_agrees_with_the_vectors(case):
    assert digest.canonical(case["value"]) == case["text"].encode()


@pytest.mark.parametrize(
    "value",
    [
        *(case["value"] for case in VECTORS["refused"]),
        1.0,
        float("nan"),
        (1, 2),
        {1: 2},
        {None: 2},
        b"x",
        {1},
        _Number.ONE,
        "\ud83d",
        {"\ud83d": 1},
    ],
)
def test_values_without_one_form_are_refused(value):
    with pytest.raises(TypeError):
        digest.canonical(value)


def test_very_deep_values_are_refused_without_breaking():
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(TypeError):
        digest.canonical(deep)


@pytest.mark.parametrize("case", VECTORS["rows"])
def test_row_hashes_agree_with_the_vectors(case):
    assert digest.encode(digest.row_hash(case["collection"], case["row"])) == case["hash"]


@pytest.mark.parametrize("case", VECTORS["sums"])
def test_sums_agree_with_the_vectors(case):
    total = 0
    for hash in case["hashes"]:
        total = digest.add(total, digest.decode(hash))
    assert digest.encode(total) == case["sum"]


@pytest.mark.parametrize("case", VECTORS["payloads"])
def test_payload_digests_agree_with_the_vectors(case):
    assert digest.payload_digest(case["value"]).hex() == case["digest"]


@given(PLAIN)
def test_canonical_form_is_the_json_of_the_value(value):
    form = digest.canonical(value)
    assert json.loads(form) == value
    assert form == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@given(st.lists(st.integers(0, 2**64 - 1)), st.randoms(use_true_random=False))
def test_a_sum_forgets_the_order_and_what_was_taken_out(hashes, order):
    total = 0
    for hash in hashes:
        total = digest.add(total, hash)
    order.shuffle(hashes)
    for hash in hashes:
        total = digest.sub(total, hash)
    assert total == 0


@pytest.mark.parametrize("value", [-1, 2**64])
def test_numbers_that_are_no_digest_are_refused(value):
    with pytest.raises(ValueError):
        digest.encode(value)


@pytest.mark.parametrize("text", ["", "0" * 15, "0" * 17, "F" * 16, "g" * 16, None])
def test_texts_that_are_no_digest_are_refused(text):
    with pytest.raises(ValueError):
        digest.decode(text)
