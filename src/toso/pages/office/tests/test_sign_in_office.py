"""The door of the office: password, language, idle end, forms."""

import pytest
from django.test import Client
from pytest_django import Settings

from toso.engine.accounts import services
from toso.engine.accounts.rules import LOCK_AFTER
from toso.engine.accounts.sessions import IDLE_MS
from toso.engine.accounts.tests.factories import PASSWORD
from toso.kernel.clock import frozen, now_ms
from toso.kernel.ids import short


def test_sign_in_leads_to_the_page_that_was_asked_for(world, told):
    client = Client()
    asked = f"/office/units/{short(world.merged)}/?on=2026-01-31&boundaries=2026-01-31"
    door = client.get(asked)
    assert door.status_code == 302
    assert door["Location"].startswith("/office/sign-in?next=")
    form = client.get(door["Location"]).content.decode()
    assert "on=2026-01-31&amp;boundaries=2026-01-31" in form
    there = client.post("/office/sign-in", {"username": "xa", "password": PASSWORD, "next": asked})
    assert there["Location"] == asked
    assert client.get(asked).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_never_leads_to_another_site(world, elsewhere):
    answer = Client().post("/office/sign-in", {"username": "xa", "password": PASSWORD, "next": elsewhere})
    assert answer["Location"] == "/office/"


def test_wrong_password_gets_a_sentence_and_keeps_the_name(world):
    client = Client()
    answer = client.post("/office/sign-in", {"username": "xa", "password": "wrong"})
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page
    assert 'value="xa"' in page
    assert client.get("/office/").status_code == 302
    assert client.post("/office/sign-in", {"username": "", "password": ""}).status_code == 400
    codes = [
        client.post("/office/sign-in", {"username": "xa", "password": "wrong"}).status_code for _ in range(LOCK_AFTER)
    ]
    assert codes[-1] == 429
    assert "quá nhiều lần" in client.post("/office/sign-in", {"username": "xa", "password": PASSWORD}).content.decode()


def test_sessions_end_after_fifteen_idle_minutes(sign_in, told):
    client, now = sign_in("xa"), now_ms()
    for minutes in (10, 20, 30):
        with frozen(now + minutes * 60_000):
            assert client.get("/office/", follow=True).status_code == 200
    with frozen(now + 30 * 60_000 + IDLE_MS + 1):
        ended = client.get("/office/")
        assert "idle=1" in ended["Location"]
        assert "15 phút" in client.get(ended["Location"]).content.decode()


def test_signing_out_and_a_new_password_end_sessions(world, sign_in):
    client = sign_in("xa")
    client.post("/office/sign-out")
    assert client.get("/office/").status_code == 302
    assert "/sign-in" in client.get("/office/")["Location"]
    client = sign_in("xa")
    services.set_password(user_id=world.users["xa"], password="another password, longer")
    assert "/sign-in" in client.get("/office/")["Location"]


def test_disabled_users_are_out_at_once(world, sign_in):
    client = sign_in("xa")
    services.disable_users(user_ids=[world.users["xa"]])
    assert "/sign-in" in client.get("/office/")["Location"]


def test_session_key_changes_on_sign_in(world):
    client = Client()
    client.get("/office/sign-in")
    client.session.save()
    before = client.session.session_key
    client.post("/office/sign-in", {"username": "xa", "password": PASSWORD})
    assert client.session.session_key != before


def test_language_is_chosen_and_kept(world, sign_in, told):
    client = Client()
    assert (
        client.post("/office/language", {"language": "en", "next": "/office/sign-in"})["Location"] == "/office/sign-in"
    )
    assert '<html lang="en">' in client.get("/office/sign-in").content.decode()
    assert client.post("/office/language", {"language": "fr"}).status_code == 422
    client = sign_in("xa")
    client.post("/office/language", {"language": "km"})
    again = sign_in("xa")
    assert '<html lang="km">' in again.get("/office/", follow=True).content.decode()


def test_forms_need_their_secret(world):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/office/sign-in", {"username": "xa", "password": PASSWORD})
    assert answer.status_code == 403
    assert "tải lại trang" in answer.content.decode()


def test_demonstration_shows_banner_and_accounts_else_not(world, settings: Settings):
    for demo in (True, False):
        settings.DEMO = demo
        page = Client().get("/office/sign-in").content.decode()
        assert ("DỮ LIỆU MẪU" in page) == demo
        assert ("demo-to-so" in page) == demo


def test_headers_allow_no_inline_script_or_style(world, sign_in, told):
    answer = sign_in("xa").get("/office/", follow=True)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert "<script" not in page
    assert " style=" not in page
    assert " onclick" not in page


def test_unknown_paths_and_methods_get_a_page(world, sign_in):
    client = sign_in("xa")
    for path in ("/nothing", "/office/nothing", "/office/units/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Không tìm thấy nội dung này." in answer.content.decode()
    refused = client.post("/office/")
    assert refused.status_code == 405
    assert refused["Allow"] == "GET"
    assert client.delete("/office/sign-in")["Allow"] == "GET, POST"


def test_a_failure_is_a_page_with_a_number(world, sign_in, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("toso.pages.office.views.access.own_unit", broken)
    client = sign_in("xa")
    client.raise_request_exception = False
    answer = client.get("/office/")
    assert answer.status_code == 500
    assert "Mã sự cố" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_the_way_in(world):
    page = Client().get("/").content.decode()
    assert 'href="/app/"' in page
    assert 'href="/office/"' in page
