"""A real server, a real browser, a real service worker."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
PHONE: ViewportSize = {"width": 360, "height": 740}
AGENT = (
    "Mozilla/5.0 (Linux; Android 11; SM-A107F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36"
)
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_SECONDS = 600


@dataclass
class Server:
    """Where the product answers, and the enrolment codes it printed (user name -> code)."""

    url: str
    codes: dict[str, str] = field(default_factory=dict)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _codes(text: str) -> dict[str, str]:
    """Enrolment codes in what `toso demo` prints: a line with a user name and six digits."""
    found = {}
    for line in text.splitlines():
        name = re.search(r"\b(totruong|thanhvien1|thanhvien2|hangxom)\b", line)
        code = re.search(r"(?<!\d)(\d{6})(?!\d)", line)
        if name and code:
            found[name[1]] = code[1]
    return found


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """TOSO_E2E_URL (with TOSO_E2E_CODES="thanhvien1=123456,…"), or `toso demo` on a fresh database."""
    given = os.environ.get("TOSO_E2E_URL")
    if given:
        pairs = os.environ.get("TOSO_E2E_CODES", "").split(",")
        yield Server(given.rstrip("/"), dict(pair.split("=", 1) for pair in pairs if "=" in pair))
        return
    command = ROOT / ".venv" / "bin" / "toso"
    if not command.exists():
        pytest.fail("neither TOSO_E2E_URL nor .venv/bin/toso: no server to drive")
    home = Path(tempfile.mkdtemp(prefix="toso-e2e-"))
    port = _free_port()
    log = home / "demo.log"
    # `toso demo` seals itself against other hosts; the database is thrown away afterwards.
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(command), "demo", "--port", str(port), "--home", str(home)],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(f"{url}/healthz"):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"toso demo did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.5)
        time.sleep(0.5)
        yield Server(url, _codes(log.read_text(errors="replace")))
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("TOSO_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def new_phone(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Fresh phones: 360 × 740, Vietnamese, service workers on."""
    contexts: list[BrowserContext] = []

    def make(user_agent: str = AGENT) -> BrowserContext:
        context = browser.new_context(
            viewport=PHONE,
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            user_agent=user_agent,
            service_workers="allow",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def phone(new_phone: Callable[..., BrowserContext]) -> BrowserContext:
    return new_phone()


@pytest.fixture(scope="session")
def picture() -> Callable[[Page, str], None]:
    """Keeps a screen as docs/images/<name>.png (only when TOSO_PICTURES is set: the repository keeps them)."""
    wanted = bool(os.environ.get("TOSO_PICTURES"))

    def keep(page: Page, name: str) -> None:
        if not wanted:
            return
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(250)
        page.screenshot(path=str(IMAGES / f"{name}.png"))

    return keep
