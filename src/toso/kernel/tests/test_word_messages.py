import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel import messages, problems
from toso.kernel.tests import vectors

VECTORS = vectors.load("messages")


@pytest.fixture
def write_locale(tmp_path, monkeypatch):
    def write(**languages):
        for lang in messages.LANGUAGES:
            (tmp_path / lang).mkdir()
            for domain, table in languages.get(lang, {}).items():
                content = table if isinstance(table, str) else json.dumps(table)
                (tmp_path / lang / f"{domain}.json").write_text(content)
        monkeypatch.setenv("TOSO_LOCALE_DIR", str(tmp_path))
        return tmp_path

    return write


@pytest.mark.parametrize("case", VECTORS["format"])
def test_filling_agrees_with_the_vectors(case):
    assert messages.format(case["sentence"], case["params"]) == case["text"]


@pytest.mark.parametrize("case", VECTORS["number"])
def test_numbers_agree_with_the_vectors(case):
    assert messages.number(case["lang"], case["value"], case["digits"]) == case["text"]


@pytest.mark.parametrize("case", VECTORS["percent"])
def test_percentages_agree_with_the_vectors(case):
    assert messages.percent(case["lang"], case["ratio"], case["digits"]) == case["text"]


@pytest.mark.parametrize("case", VECTORS["day"])
def test_days_agree_with_the_vectors(case):
    assert messages.day(case["lang"], date.fromisoformat(case["day"])) == case["text"]


def test_decimals_are_written_exactly():
    assert messages.number("vi", Decimal("0.5"), 0) == "1"
    assert messages.number("vi", Decimal("1234.50"), 2) == "1.234,50"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("-Infinity")])
def test_numbers_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError):
        messages.number("vi", value)


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_can_be_read_back(value):
    assert int(messages.number("vi", value).replace(".", "")) == value


def test_a_sentence_falls_back_to_vietnamese_and_then_to_its_key(write_locale):
    write_locale(vi={"a": {"x": "Chào {name}", "y": "Có"}}, km={"a": {"x": "សួស្ដី {name}", "y": ""}})
    assert messages.text("km", "a", "x", name="An") == "សួស្ដី An"
    assert messages.text("km", "a", "y") == "Có"
    assert messages.text("en", "a", "x", name="An") == "Chào An"
    assert messages.text("fr", "a", "x", name="An") == "Chào An"
    assert messages.text("en", "a", "nothing") == "nothing"
    assert messages.text("en", "nowhere", "x") == "x"


def test_a_domain_is_completed_from_vietnamese(write_locale):
    catalogue = messages.load(write_locale(vi={"a": {"x": "1", "y": "2"}}, km={"a": {"x": "3", "y": ""}}))
    assert catalogue.domain("km", "a") == {"x": "3", "y": "2"}


def test_missing_lists_every_gap(write_locale):
    root = write_locale(
        vi={"a": {"same": "{n}", "differs": "{n}", "lacking": "x", "blank": "x"}},
        km={
            "a": {"same": "{n}", "differs": "{m}", "lacking": "x", "blank": " ", "only": "x"},
            "review": {"reviewed": {}},
        },
        en={"a": {"same": "{n}", "differs": "{n}", "blank": "x", "only": "x"}},
    )
    assert messages.missing(messages.load(root)) == [
        "en/a.json: lacking: missing",
        "km/a.json: blank: empty",
        "km/a.json: differs: placeholders differ from vi",
        "vi/a.json: only: missing",
    ]


@pytest.mark.parametrize("content", ["[]", '{"a": {"b": "c"}}', '{"a": 1}', '{"a": "1", "a": "2"}', "{", ""])
def test_a_file_that_is_no_flat_object_of_sentences_is_named(write_locale, content):
    with pytest.raises(ValueError, match=r"a\.json"):
        messages.load(write_locale(vi={"a": content}))


def test_a_folder_without_vietnamese_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        messages.load(tmp_path)


def test_every_problem_has_its_sentences_and_no_sentence_lacks_a_problem():
    parts = {f"{code}.{part}" for code in problems.CATALOGUE for part in ("title", "todo")}
    assert set(messages.load().sentences["vi"]["problems"]) == parts


def test_the_sentences_of_problems_are_complete_in_all_languages():
    assert [line for line in messages.missing() if "/problems.json" in line] == []


@pytest.mark.parametrize("kind", problems.CATALOGUE.values(), ids=lambda kind: kind.code)
def test_problems_declare_what_their_sentences_use(kind):
    for part in ("title", "todo"):
        sentence = messages.load().sentences["vi"]["problems"][f"{kind.code}.{part}"]
        assert messages.placeholders(sentence) <= set(kind.params)
        assert sentence.endswith(".")
    assert 400 <= kind.status < 600
