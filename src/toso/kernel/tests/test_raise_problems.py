import pytest

from toso.kernel import problems
from toso.kernel.problems import Problem


def test_a_problem_becomes_a_problem_document():
    assert Problem("text_too_long", field="no_such_label", limit=500).as_json("vi") == {
        "type": "urn:toso:problem:text_too_long",
        "title": "Nội dung ở ô “no_such_label” dài quá 500 ký tự.",
        "detail": "Xin viết ngắn lại.",
        "status": 422,
        "code": "text_too_long",
        "params": {"field": "no_such_label", "limit": 500},
    }


def test_people_read_the_label_of_a_field_and_programs_its_code(tmp_path, monkeypatch):
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi" / "fields.json").write_text('{"head_count": "Số nhân khẩu"}')
    (tmp_path / "vi" / "problems.json").write_text('{"value_invalid.title": "Ô {field} sai."}')
    monkeypatch.setenv("TOSO_LOCALE_DIR", str(tmp_path))
    document = Problem("value_invalid", field="head_count").as_json("en")
    assert document["title"] == "Ô Số nhân khẩu sai."
    assert document["params"] == {"field": "head_count"}


def test_a_problem_knows_its_status_and_whether_repeating_helps():
    assert Problem("op_blocked").final is False
    assert Problem("op_blocked", by="x").params == {"by": "x"}
    assert Problem("forbidden").final is True
    assert Problem("stream_ended").status == 410


def test_an_unknown_code_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        Problem("no_such_code")


def test_a_problem_without_a_parameter_it_needs_is_a_mistake_of_the_program():
    with pytest.raises(TypeError, match="limit"):
        Problem("text_too_long", field="note")


def test_a_code_is_defined_once():
    with pytest.raises(ValueError, match="twice"):
        problems.define("forbidden", 403)
