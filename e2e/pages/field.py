"""The phone app."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect


class FieldApp:
    """One phone in a hand."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    # Opening

    def open(self, fragment: str = "") -> None:
        self.page.goto(f"{self.url}/app/{fragment}")

    def wait_for_worker(self) -> None:
        """Until the service worker controls the page: from then on the app opens without a network."""
        self.page.wait_for_function(
            "async () => { await navigator.serviceWorker.ready; return !!navigator.serviceWorker.controller; }"
        )

    # Entering

    def enrol(self, code: str, device: str = "Máy thử") -> None:
        self.page.get_by_test_id("enrol").wait_for()
        self.page.fill("input[name=code]", code)
        self.page.fill("input[name=device]", device)
        self.page.locator("button[type=submit]").click()

    def sign_in(self, username: str, password: str, device: str = "Máy thử") -> None:
        self.page.get_by_test_id("enrol").wait_for()
        self.page.locator("#by-name").click()
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", password)
        self.page.fill("input[name=device]", device)
        self.page.locator("button[type=submit]").click()

    def wait_for_households(self) -> None:
        self.page.get_by_test_id("household-row").first.wait_for(timeout=60_000)

    # Finding

    @property
    def rows(self) -> Locator:
        return self.page.get_by_test_id("household-row")

    def search(self, text: str) -> None:
        self.page.get_by_test_id("search").fill(text)

    def filter(self, name: str) -> None:
        self.page.get_by_test_id(f"filter-{name}").click()

    def count(self, name: str) -> int:
        """The number that stands on a filter."""
        return int(re.sub(r"\D", "", self.page.get_by_test_id(f"filter-{name}").locator("b").inner_text()))

    def open_household(self, index: int = 0) -> str:
        row = self.rows.nth(index)
        label = row.locator("b").first.inner_text()
        row.click()
        self.page.locator("#record-visit").wait_for()
        return label

    # Visiting

    def start_visit(self) -> None:
        self.page.locator("#record-visit").click()
        self.page.get_by_test_id("outcomes").wait_for()

    def outcome(self, name: str) -> None:
        self.page.get_by_test_id(f"outcome-{name}").click()

    def choose_unnamed(self) -> None:
        choice = self.page.get_by_test_id("choose-unnamed")
        if choice.get_attribute("aria-pressed") != "true":
            choice.click()

    def choose_person(self, index: int = 0) -> None:
        choice = self.page.get_by_test_id("choose-person").nth(index)
        if choice.get_attribute("aria-pressed") != "true":
            choice.click()

    def help_with(self, service: int = 0, stage: int = 1) -> None:
        self.page.get_by_test_id("services").locator("button").nth(service).click()
        self.page.get_by_test_id("stages").locator("button").nth(stage).click()
        self.page.get_by_test_id("given").wait_for()

    def note(self, text: str) -> None:
        if self.page.locator("#more").count():
            self.page.locator("#more").click()
        self.page.fill("textarea[name=note]", text)

    def save_visit(self) -> None:
        self.page.locator("#save-visit").click()
        self.page.locator("#record-visit").wait_for()

    def undo(self) -> None:
        self.page.get_by_test_id("toast").locator("button").click()
        expect(self.page.get_by_test_id("toast")).to_contain_text("Đã hoàn tác")

    # Knowing

    def tab(self, name: str) -> None:
        self.page.locator(f"nav.tabs a[href='#/{name}']").click()

    def tab_home(self) -> None:
        self.go("#/households")
        self.wait_for_households()

    def go(self, fragment: str) -> None:
        self.page.evaluate("fragment => { location.hash = fragment; }", fragment)

    @property
    def status(self) -> Locator:
        return self.page.get_by_test_id("status-main")

    def expect_status(self, pattern: str, timeout: float = 30_000) -> None:
        expect(self.status).to_have_text(re.compile(pattern), timeout=timeout)

    def stored(self) -> dict[str, Any]:
        """How many operations stand in which state, read from IndexedDB itself."""
        result: dict[str, Any] = self.page.evaluate(
            """() => new Promise((done, fail) => {
                const open = indexedDB.open('toso-field');
                open.onerror = () => fail(open.error);
                open.onsuccess = () => {
                    const all = open.result.transaction('outbox').objectStore('outbox').getAll();
                    all.onsuccess = () => {
                        const counts = {};
                        for (const entry of all.result) counts[entry.state] = (counts[entry.state] || 0) + 1;
                        open.result.close();
                        done(counts);
                    };
                };
            })"""
        )
        return result

    def databases(self) -> list[str]:
        names: list[str] = self.page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)")
        return names
