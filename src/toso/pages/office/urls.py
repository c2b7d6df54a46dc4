"""Paths, made out of the registry, and the one place where a page's caller is admitted and its problems worded."""

import logging
from typing import Final
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import path

from toso.engine.accounts import sessions
from toso.kernel.clock import now_ms
from toso.kernel.problems import Problem

from . import views
from .registry import Access, Page, registry
from .visit import Visit, language_of

log = logging.getLogger("toso.office")
app_name = "office"
assert views.__all__  # importing it registers the pages


class Door:
    """One path: admits, calls the view, turns problems into pages."""

    def __init__(self, page: Page) -> None:
        self.page: Final = page

    def __call__(self, request: HttpRequest, **ids: str) -> HttpResponse:
        """Answer a request."""
        now = now_ms()
        user = sessions.current(request.session, now)
        visit = Visit(request, language_of(request, user), user)
        view = self.page.methods.get("GET" if request.method == "HEAD" else str(request.method))
        if view is None:
            refused = problem_page(visit, Problem("method_not_allowed"))
            refused["Allow"] = ", ".join(sorted(self.page.methods))
            return refused
        if self.page.access is not Access.OPEN:
            if user is None:
                return visit.to_sign_in(idle=sessions.idle(request.session, now))
            sessions.keep(request.session, now)
        try:
            return view(visit, **ids)
        except Problem as problem:
            return problem_page(visit, problem)


def problem_page(visit: Visit, problem: Problem) -> HttpResponse:
    """A page that says what happened and what to do."""
    return visit.show(
        "problem", problem.status, title=problem.title(visit.lang), todo=problem.todo(visit.lang),
        incident=problem.params.get("incident", ""),
    )  # fmt: skip


def _outside(request: HttpRequest, problem: Problem) -> HttpResponse:
    # No database here: it may be what failed.
    return problem_page(Visit(request, language_of(request, None), None), problem)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses."""
    return _outside(request, Problem("malformed_request"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself forbids."""
    return _outside(request, Problem("forbidden"))


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its secret: too old, or sent by another site."""
    visit = Visit(request, language_of(request, None), None)
    return visit.show("problem", 403, title=visit.t("form_too_old.title"), todo=visit.t("form_too_old.todo"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    return _outside(request, Problem("not_found"))


def server_error(request: HttpRequest) -> HttpResponse:
    """A failure; Django has logged its trace, the number leads to it."""
    incident = uuid4().hex[:8]
    log.error("incident %s: %s %s", incident, request.method, request.path)
    return _outside(request, Problem("server_error", incident=incident))


urlpatterns = [path(known.path, Door(known), name=known.name) for known in registry.pages.values()]
