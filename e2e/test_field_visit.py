"""The main job in a real browser: a visit recorded without a network arrives once, whatever happens in between."""

from __future__ import annotations

import gzip
import json
import os
import re
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from e2e.conftest import Server
from e2e.pages.field import FieldApp

pytestmark = pytest.mark.browser
Picture = Callable[[Page, str], None]


def _call(server: Server, path: str, token: str | None = None, body: object = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as response:
        result: dict[str, Any] = json.loads(response.read())
        return result


def _visit_rows(answer: dict[str, Any]) -> dict[str, list[object]]:
    rows: list[list[Any]] = (answer.get("rows") or {}).get("visits", {}).get("rows", [])
    return {row[0]: row for row in rows}


def visits_on_server(server: Server) -> dict[str, list[object]]:
    """Visits of the member's hamlet as another device of his sees them: id -> row."""
    signed = _call(
        server,
        "/api/v1/sign-in",
        body={"username": "thanhvien1", "password": "demo-to-so", "device": {"name": "e2e"}},
    )
    token = str(signed["token"])
    me = _call(server, "/api/v1/me", token)
    found: dict[str, list[object]] = {}
    for cell in me["cells"]:
        if cell["held"]:
            answer: dict[str, Any] = _call(server, f"/api/v1/cells/{cell['id']}/snapshot", token)
            found.update(_visit_rows(answer))
            behind = True  # a snapshot may have been stored a while ago
            while behind:
                place = f"after={answer['seq']}&epoch={answer['epoch']}&since={answer.get('since') or ''}"
                answer = _call(server, f"/api/v1/cells/{cell['id']}/changes?{place}", token)
                found.update(_visit_rows(answer))
                behind = bool(answer["more"])
    return found


def _enter(app: FieldApp, server: Server) -> None:
    if "thanhvien1" in server.codes:
        app.enrol(server.codes["thanhvien1"])
    else:
        app.sign_in("thanhvien1", "demo-to-so")


def _opened(phone: BrowserContext, server: Server) -> FieldApp:
    phone.grant_permissions(["notifications"])
    app = FieldApp(phone.new_page(), server.url)
    app.open()
    _enter(app, server)
    app.wait_for_households()
    app.wait_for_worker()
    return app


def test_enrol_sync_offline_visit_kill_and_arrive_once(phone: BrowserContext, server: Server, picture: Picture) -> None:
    app = FieldApp(phone.new_page(), server.url)
    app.open()
    app.page.get_by_test_id("enrol").wait_for()
    picture(app.page, "field-enrol")
    _enter(app, server)
    app.wait_for_households()
    app.wait_for_worker()
    app.expect_status("Đã gửi hết|Không có việc chờ gửi")
    picture(app.page, "field-households")
    before = visits_on_server(server)

    # Without a network the app opens cold.
    phone.set_offline(True)
    app.page.reload()
    app.wait_for_households()
    if app.count("not_visited"):
        app.filter("not_visited")
    label = app.open_household()
    picture(app.page, "field-household")
    app.start_visit()
    picture(app.page, "field-visit-outcome")
    app.outcome("met")
    app.choose_unnamed()
    app.help_with(service=0, stage=1)

    # Killed in the middle of the visit, and opened anew: it is where it was.
    app.page.close()
    app = FieldApp(phone.new_page(), server.url)
    app.open()
    app.page.get_by_test_id("given").wait_for()
    expect(app.page.get_by_test_id("outcome-met")).to_have_attribute("aria-pressed", "true")
    expect(app.page.locator("header h1")).to_contain_text(label)
    picture(app.page, "field-visit-resumed")
    app.note("Đã cài xong, hẹn hướng dẫn nộp hồ sơ")
    app.save_visit()
    app.expect_status("^1 việc chưa gửi$")
    picture(app.page, "field-saved-offline")
    app.go("#/today")
    expect(app.page.get_by_test_id("waiting-count").locator("b")).to_have_text("1")
    picture(app.page, "field-today-waiting")
    app.go("#/outbox")
    picture(app.page, "field-outbox-waiting")
    assert app.stored() == {"waiting": 1}

    # Killed once more before anything was sent; then the network comes back.
    app.page.close()
    phone.set_offline(False)
    app = FieldApp(phone.new_page(), server.url)
    app.open()
    app.expect_status("^Đã gửi hết \\d")
    after = visits_on_server(server)
    new = [row for id, row in after.items() if id not in before]
    assert len(new) == 1, new
    assert "met" in new[0]
    app.go("#/today")
    expect(app.page.get_by_test_id("waiting-count").locator("b")).to_have_text("0")
    picture(app.page, "field-today-sent")

    # And once only, after another round.
    app.page.reload()
    app.expect_status("^Đã gửi hết \\d")
    assert len([id for id in visits_on_server(server) if id not in before]) == 1


def test_undo_before_sending_leaves_nothing_and_after_sending_voids(phone: BrowserContext, server: Server) -> None:
    app = _opened(phone, server)
    before = visits_on_server(server)
    phone.set_offline(True)
    app.open_household(0)
    app.start_visit()
    app.outcome("absent")
    app.save_visit()
    app.undo()
    app.expect_status("Đã gửi hết|Không có việc chờ gửi")
    assert app.stored() == {}

    phone.set_offline(False)
    app.start_visit()
    app.outcome("absent")
    app.save_visit()
    app.expect_status("^Đã gửi hết \\d")
    expect(app.page.get_by_test_id("visit").first).to_contain_text("Vắng nhà")
    app.undo()
    app.expect_status("^Đã gửi hết \\d")
    new = [row for id, row in visits_on_server(server).items() if id not in before]
    assert len(new) == 1
    assert "void" in new[0]


def test_search_without_marks_and_filters(phone: BrowserContext, server: Server) -> None:
    app = _opened(phone, server)
    name = app.rows.first.locator("b").first.inner_text()
    plain = re.sub(r"^Hộ (ông|bà) ", "", name)
    table = str.maketrans(
        "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ",
        "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd",
    )
    app.search(plain.lower().translate(table))
    expect(app.rows.first).to_contain_text(plain.split()[-1])
    app.search("zzzzzz")
    expect(app.rows).to_have_count(0)
    app.search("")
    # Of a long list only what is near the screen exists.
    assert app.count("all") > 100
    assert app.rows.count() < 40
    for name in ("not_visited", "come_back"):
        app.filter(name)
        expect(app.rows).to_have_count(app.count(name)) if app.count(name) < 8 else expect(
            app.rows.first
        ).to_be_visible()


def test_a_new_household_at_the_door_and_a_visit_there_without_a_network(
    phone: BrowserContext, server: Server, picture: Picture
) -> None:
    app = _opened(phone, server)
    phone.set_offline(True)
    app.page.get_by_test_id("add-household").click()
    number = int(time.time()) % 100_000
    app.page.fill("input[name=label]", f"Hộ bà Thạch Thị Na Ri {number}")
    app.page.fill("input[name=people]", "3")
    picture(app.page, "field-new-household")
    app.page.locator("#save-household").click()
    app.page.locator("#record-visit").wait_for()
    app.start_visit()
    app.outcome("come_back")
    app.page.get_by_text("Ngày mai").click()
    app.save_visit()
    app.expect_status("^2 việc chưa gửi$")
    phone.set_offline(False)
    app.expect_status("^Đã gửi hết \\d")
    app.tab_home()
    app.search(f"na ri {number}")
    expect(app.rows.first).to_contain_text("Hẹn ngày")


def test_inside_zalo_nothing_is_written(
    new_phone: Callable[..., BrowserContext], server: Server, picture: Picture
) -> None:
    agent = (
        "Mozilla/5.0 (Linux; Android 11; SM-A107F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/120.0.0.0 Mobile Safari/537.36 Zalo android/12100687 ZaloTheme/light ZaloLanguage/vi"
    )
    app = FieldApp(new_phone(agent).new_page(), server.url)
    app.open("#enrol=123456")
    link = app.page.get_by_test_id("open-outside")
    href = link.get_attribute("href") or ""
    assert href.startswith("intent://")
    assert "enrol=123456" in href
    expect(app.page.locator("body")).to_contain_text("Zalo")
    assert app.databases() == []
    picture(app.page, "field-inside-zalo")


def test_a_captive_portal_counts_as_no_network(phone: BrowserContext, server: Server) -> None:
    app = _opened(phone, server)
    page = "<html><body>Wi-Fi quán cà phê</body></html>"
    phone.route("**/api/**", lambda route: route.fulfill(status=200, content_type="text/html", body=page))
    app.open_household(0)
    app.start_visit()
    app.outcome("absent")
    app.save_visit()
    expect(app.page.get_by_test_id("status")).to_contain_text("Wi-Fi này đòi đăng nhập", timeout=20_000)
    app.expect_status("^1 việc chưa gửi$")
    phone.unroute("**/api/**")
    app.page.reload()
    app.expect_status("^Đã gửi hết \\d")


def test_a_refused_operation_says_why_and_is_put_right(phone: BrowserContext, server: Server, picture: Picture) -> None:
    app = _opened(phone, server)
    phone.set_offline(True)
    app.open_household(2)
    app.start_visit()
    app.outcome("come_back")
    app.save_visit()

    def refuse(route: Route) -> None:
        raw = route.request.post_data_buffer or b"{}"
        body = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
        results = [
            {
                "op_id": one["op_id"],
                "status": "refused",
                "code": "day_in_future",
                "title": "",
                "detail": "",
                "params": {},
            }
            for one in body["operations"]
        ]
        answer = {"results": results, "now": int(time.time() * 1000)}
        route.fulfill(status=200, content_type="application/json", body=json.dumps(answer))

    phone.route("**/api/v1/operations", refuse)
    phone.set_offline(False)
    app.expect_status("^1 việc cần xem lại$")
    app.go("#/outbox")
    refused = app.page.get_by_test_id("refused")
    expect(refused.locator(".note b")).not_to_be_empty()
    picture(app.page, "field-needs-attention")
    phone.unroute("**/api/v1/operations")
    before = visits_on_server(server)
    refused.get_by_text("Sửa rồi gửi lại").click()
    app.outcome("absent")
    app.save_visit()
    app.expect_status("^Đã gửi hết \\d")
    new = [row for id, row in visits_on_server(server).items() if id not in before]
    assert len(new) == 1
    assert "absent" in new[0]


def test_two_tabs_send_once(phone: BrowserContext, server: Server) -> None:
    app = _opened(phone, server)
    before = visits_on_server(server)
    other = FieldApp(phone.new_page(), server.url)
    other.open()
    other.wait_for_households()
    phone.set_offline(True)
    for tab in (app, other):
        tab.open_household(0)
        tab.start_visit()
        tab.outcome("absent")
        tab.save_visit()
    app.expect_status("^2 việc chưa gửi$")
    other.expect_status("^2 việc chưa gửi$")
    phone.set_offline(False)
    app.expect_status("^Đã gửi hết \\d")
    other.expect_status("^Đã gửi hết \\d")
    assert len([id for id in visits_on_server(server) if id not in before]) == 2


@pytest.mark.parametrize("language", ["km", "en"])
def test_every_word_changes_with_the_language(
    phone: BrowserContext, server: Server, language: str, picture: Picture
) -> None:
    app = _opened(phone, server)
    app.tab("more")
    app.page.get_by_test_id(f"language-{language}").click()
    expect(app.page.locator("html")).to_have_attribute("lang", language)
    app.tab("households")
    app.wait_for_households()
    picture(app.page, f"field-households-{language}")
    app.open_household(0)
    app.start_visit()
    app.outcome("met")
    picture(app.page, f"field-visit-{language}")
    loaded = app.page.evaluate(
        "() => performance.getEntriesByType('resource').some((one) => one.name.includes('noto-sans-khmer'))"
    )
    assert loaded == (language == "km")


@pytest.mark.skipif(
    "TOSO_E2E_SIMULATOR" not in os.environ, reason="the turns of a server that only the simulator takes"
)
def test_a_revoked_phone_keeps_its_outbox_and_says_so(phone: BrowserContext, server: Server, picture: Picture) -> None:
    app = _opened(phone, server)
    phone.set_offline(True)
    app.open_household(0)
    app.start_visit()
    app.outcome("absent")
    app.save_visit()
    urllib.request.urlopen(f"{server.url}/sim/revoke", timeout=5)
    phone.set_offline(False)
    expect(app.page.get_by_test_id("status")).to_contain_text("Cần vào lại bằng mã mới", timeout=20_000)
    picture(app.page, "field-signed-out")
    app.open("#/sign-in")
    app.enrol(server.codes["thanhvien1"])
    app.expect_status("^Đã gửi hết \\d")
