"""The gate: outermost, so that phones pay neither for sessions nor for forms, and every failure has one form."""

import logging
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

from toso.kernel.problems import Problem

from .http import address_of, language, new_incident, problem_answer, respond

log = logging.getLogger("toso.api")
URLCONF: Final = "toso.pages.fieldapi.urls"
LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1", "[::1]", "testserver"))


class ApiGate:
    """Answers everything below `/api/` and `/healthz` itself; in a demonstration refuses any host but loopback."""

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponseBase:
        """Answer, or pass on what is no interface for programs."""
        path = request.path_info
        for_programs = path.startswith("/api/") or path == "/healthz"
        if not for_programs:
            if settings.DEMO and not _from_loopback(request):
                return _plain(Problem("loopback_only"), request)
            return self.get_response(request)
        lang = language(str(request.META.get("HTTP_ACCEPT_LANGUAGE", "")))
        started = time.perf_counter()
        response = self._answer(request, lang)
        # Django would log every refused request once more, as a warning.
        response.__dict__["_has_been_logged"] = True
        if log.isEnabledFor(logging.INFO):
            spent = (time.perf_counter() - started) * 1000
            log.info("%s %s %d %.1f ms", request.method, path, response.status_code, spent)
        return response

    def _answer(self, request: WSGIRequest, lang: str) -> HttpResponse:
        accept = str(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        try:
            if settings.DEMO and not _from_loopback(request):
                raise Problem("loopback_only")
            request.get_host()
            match = resolve(request.path_info, URLCONF)
            response = match.func(request, lang, **match.kwargs)
            assert isinstance(response, HttpResponse)
            return response
        except Problem as problem:
            return respond(problem_answer(problem, lang), accept)
        except Resolver404:
            return respond(problem_answer(Problem("not_found"), lang), accept)
        except DisallowedHost:
            return respond(problem_answer(Problem("malformed_request"), lang), accept)
        except (OperationalError, InterfaceError):
            incident = new_incident()
            log.exception("incident %s: the database did not answer %s", incident, request.path_info)
            return respond(problem_answer(Problem("unavailable", incident=incident), lang), accept)
        except Exception:
            incident = new_incident()
            log.exception("incident %s: %s %s", incident, request.method, request.path_info)
            return respond(problem_answer(Problem("server_error", incident=incident), lang), accept)


def _from_loopback(request: WSGIRequest) -> bool:
    host = str(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", ""))
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    # The address alone would let a page on another name through (DNS rebinding), the name alone a neighbour.
    return name.lower() in LOOPBACK and address_of(request) in ("127.0.0.1", "::1", "")


def _plain(problem: Problem, request: WSGIRequest) -> HttpResponse:
    lang = language(str(request.META.get("HTTP_ACCEPT_LANGUAGE", "")))
    text = f"{problem.title(lang)} {problem.todo(lang)}\n"
    return HttpResponse(text, status=problem.status, content_type="text/plain; charset=utf-8")
