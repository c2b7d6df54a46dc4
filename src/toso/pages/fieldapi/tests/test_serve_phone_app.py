"""The phone app's files: the page is asked for again each time, hashed files are kept for ever."""

import warnings
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from toso.pages.fieldapi.files import Files


def outside(request: HttpRequest) -> HttpResponse:
    return HttpResponse("passed on", status=404)


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Files:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Tổ Số</title>")
    (dist / "sw.js").write_text("self.skipWaiting()")
    (dist / "assets" / "index-DiwrgTda.js").write_text("1")
    settings.FIELD_DIST = dist
    settings.STATIC_ROOT = tmp_path / "static"
    return Files(outside)


def get(files: Files, path: str):
    answer = files(RequestFactory().get(path))
    # Not close(): it would ask for a database.
    if getattr(answer, "file_to_stream", None):
        answer.file_to_stream.close()
    return answer


def test_page_and_service_worker_are_never_stale(files: Files):
    for path in ("/app/", "/app/sw.js"):
        answer = get(files, path)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-cache"
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_hashed_files_are_kept_for_ever(files: Files):
    answer = get(files, "/app/assets/index-DiwrgTda.js")
    assert "immutable" in answer["Cache-Control"]


def test_app_without_slash_leads_to_the_app(files: Files):
    answer = get(files, "/app")
    assert answer.status_code == 302
    assert answer["Location"] == "app/"


def test_other_paths_are_passed_on(files: Files):
    assert get(files, "/app/nothing.js").status_code == 404
    assert get(files, "/../secret").status_code == 404


def test_without_a_built_app_nothing_is_served_and_nobody_is_warned(settings: Settings, tmp_path: Path):
    settings.FIELD_DIST, settings.STATIC_ROOT = tmp_path / "none", tmp_path / "no static"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert get(Files(outside), "/app/").status_code == 404
