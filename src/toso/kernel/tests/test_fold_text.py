import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel import text
from toso.kernel.tests import vectors

NFC, FOLD, SORT = vectors.load("nfc"), vectors.load("fold"), vectors.load("sort")
KHMER = "កខតដណមរសញ្៉៊ាិីុើេោៅំះ់៌៍\u200b\u17d2"
TEXTS = st.text() | st.text(alphabet="aAăâđĐơưéệ\u0301\u0323\u0302\u031b \t\u200b09-" + KHMER)


@pytest.mark.parametrize("case", NFC["cases"])
def test_stored_form_agrees_with_the_vectors(case):
    assert text.nfc(case["text"]) == case["nfc"]


@pytest.mark.parametrize("case", NFC["lines"])
def test_stored_form_of_several_lines_agrees_with_the_vectors(case):
    assert text.nfc_lines(case["text"]) == case["nfc"]


@pytest.mark.parametrize("case", FOLD["vietnamese"] + FOLD["khmer"])
def test_folding_agrees_with_the_vectors(case):
    assert text.fold(case["text"]) == case["fold"]


@pytest.mark.parametrize("expected", SORT["ascending"], ids=lambda names: names[-1])
def test_sorting_agrees_with_the_vectors(expected):
    shuffled = random.sample(expected, len(expected))
    assert sorted(shuffled, key=text.sort_key) == expected


@pytest.mark.parametrize("same", SORT["equal"])
def test_spellings_of_one_word_sort_alike(same):
    assert len({text.sort_key(spelling) for spelling in same}) == 1


@pytest.mark.parametrize("case", SORT["keys"])
def test_sort_keys_agree_with_the_vectors(case):
    assert text.sort_key(case["text"]) == case["key"]


def test_lone_surrogates_are_removed_before_storing():
    assert text.nfc("a\ud83db") == "ab"


@given(TEXTS)
def test_stored_form_is_stable_and_clean(raw):
    stored = text.nfc(raw)
    assert text.nfc(stored) == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert stored.encode().decode() == stored
    assert text.nfc_lines(text.nfc_lines(raw)) == text.nfc_lines(raw)


@given(TEXTS)
def test_folding_is_stable_and_blind_to_normal_forms(raw):
    folded = text.fold(raw)
    assert text.fold(folded) == folded
    assert text.fold(unicodedata.normalize("NFD", raw)) == folded
    assert text.fold(text.nfc(raw)) == folded


@given(TEXTS)
def test_sort_keys_are_plain_and_blind_to_normal_forms(raw):
    key = text.sort_key(raw)
    assert re.fullmatch("[0-9a-z]+", key)
    assert text.sort_key(unicodedata.normalize("NFD", raw)) == key


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_numbers_sort_by_value(one, other):
    assert (text.sort_key(f"Ấp {one}") < text.sort_key(f"Ấp {other}")) == (one < other)
