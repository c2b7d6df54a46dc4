import os
import threading
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel import ids
from toso.kernel.clock import now_ms
from toso.kernel.tests import vectors

VECTORS = vectors.load("ids")


@pytest.mark.parametrize("case", VECTORS["ids"])
def test_short_form_and_time_agree_with_the_vectors(case):
    id = uuid.UUID(case["hyphenated"])
    assert ids.short(id) == case["short"]
    assert ids.parse_id(case["short"]) == ids.parse_id(case["hyphenated"]) == id
    if case["time_ms"] is None:
        with pytest.raises(ValueError):
            ids.id_time_ms(id)
    else:
        assert ids.id_time_ms(id) == case["time_ms"]


@pytest.mark.parametrize("case", VECTORS["also_read"])
def test_upper_case_hyphenated_ids_are_read(case):
    assert ids.short(ids.parse_id(case["text"])) == case["short"]


@pytest.mark.parametrize("text", VECTORS["refused"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError):
        ids.parse_id(text)


@pytest.mark.parametrize("value", [None, 5, b"AAAAAAAAAAAAAAAAAAAAAA", uuid.UUID(int=0)])
def test_values_that_are_no_text_are_refused(value):
    with pytest.raises(ValueError):
        ids.parse_id(value)


def test_ids_sort_by_their_bytes_and_not_by_their_short_form():
    ascending = [ids.parse_id(text) for text in VECTORS["ascending"]]
    assert ascending == sorted(ascending)
    assert VECTORS["ascending"] != sorted(VECTORS["ascending"])


@given(st.uuids())
def test_every_id_survives_both_forms(id):
    assert ids.parse_id(ids.short(id)) == ids.parse_id(str(id)) == id


@given(st.text(alphabet="ABQgwz09-_", min_size=22, max_size=22))
def test_a_readable_short_form_is_the_only_one_of_its_id(text):
    try:
        id = ids.parse_id(text)
    except ValueError:
        return
    assert ids.short(id) == text


def test_new_ids_ascend_and_carry_the_time():
    before = now_ms()
    made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert before <= ids.id_time_ms(made[0]) <= now_ms() + 1


def test_new_ids_of_several_threads_are_distinct():
    made: list[list[uuid.UUID]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda own=own: own.extend(ids.new_id() for _ in range(2000))) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id for own in made for id in own}) == 8000
    assert all(own == sorted(own) for own in made)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_processes_draw_different_ids():
    ids.new_id()
    reader, writer = os.pipe()
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            os.write(writer, b"".join(ids.new_id().bytes for _ in range(20)))
            os._exit(0)
        children.append(child)
    os.close(writer)
    for child in children:
        os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as pipe:
        drawn = pipe.read()
    assert len({drawn[at : at + 16] for at in range(0, len(drawn), 16)}) == 80
