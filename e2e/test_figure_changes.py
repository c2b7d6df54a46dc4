"""The main job end to end: a visit recorded without a network changes the commune's figure that an official sees."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.conftest import Server
from e2e.pages.field import FieldApp

pytestmark = pytest.mark.browser
OFFICE = {"width": 1366, "height": 768}


def _signed_in(browser: Browser, server: Server, username: str) -> Page:
    page = browser.new_context(viewport=OFFICE, locale="vi-VN").new_page()
    page.goto(f"{server.url}/office/")
    page.fill("#username", username)
    page.fill("#password", "demo-to-so")
    page.press("#password", "Enter")
    page.wait_for_url("**/units/**")
    return page


def _visits(page: Page) -> int:
    page.reload()
    text = page.locator("#card-visits").inner_text()
    number = re.search(r"\d[\d.]*", text)
    assert number, text
    return int(number[0].replace(".", ""))


def test_a_visit_without_network_changes_the_figure_of_the_commune(
    browser: Browser, phone: BrowserContext, server: Server, picture: Callable[[Page, str], None]
) -> None:
    official = _signed_in(browser, server, "xa")
    expect(official.locator("h1")).to_contain_text("Trường Khánh")
    before = _visits(official)

    app = FieldApp(phone.new_page(), server.url)
    app.open()
    app.enrol(server.codes["thanhvien2"])
    app.wait_for_households()
    app.wait_for_worker()
    phone.set_offline(True)
    app.open_household(3)
    app.start_visit()
    app.outcome("met")
    app.choose_unnamed()
    app.help_with(service=1, stage=1)
    picture(app.page, "phone-visit")
    app.save_visit()
    app.expect_status("^1 việc chưa gửi")
    assert _visits(official) == before, "what waits on the phone is not counted"

    phone.set_offline(False)
    app.page.evaluate("window.dispatchEvent(new Event('online'))")
    app.expect_status("^Đã gửi hết \\d")
    assert _visits(official) == before + 1
    picture(official, "office-commune")
    official.goto(official.url.split("?")[0] + "?on=2024-09-30&boundaries=2024-09-30")
    expect(official.locator("main")).to_be_visible()
    province = _signed_in(browser, server, "tinh")
    picture(province, "office-province")
    for page in (official, province):
        page.context.close()


def test_the_article_stands_on_the_overview_by_the_boundaries_of_then(
    browser: Browser, server: Server, picture: Callable[[Page, str], None]
) -> None:
    page = _signed_in(browser, server, "huyen")
    page.goto(page.url.split("?")[0] + "?on=2024-09-30&boundaries=2024-09-30")
    expect(page.locator("h1")).to_contain_text("Long Phú")
    for code, shown in (
        ("people", "93.360"), ("households", "26.291"), ("hamlets", "61"), ("units", "11"), ("teams", "73"),
        ("participation", "50,6"), ("guided_directly", "100"), ("zalo_dissemination", "98"),
    ):  # fmt: skip
        expect(page.locator(f"#card-{code}")).to_contain_text(shown)
    picture(page, "office-district-2024")
    page.get_by_role("link", name="Trường Khánh").first.click()
    expect(page.locator("#card-online_service_accounts")).to_contain_text("8.326")
    page.get_by_role("link", name="Trường Thành B").first.click()
    expect(page.locator("h1")).to_contain_text("Trường Thành B")
    page.context.close()
