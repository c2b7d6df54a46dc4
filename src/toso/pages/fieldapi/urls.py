"""Paths, made out of the registry: there is no other way to add one."""

from collections.abc import Mapping
from typing import Final

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.urls import path

from toso.kernel.problems import Problem

from . import views
from .access import admit
from .call import Call
from .http import respond
from .registry import Endpoint, registry

assert views.__all__  # importing it registers the endpoints


class Methods:
    """All methods of one path: finds the endpoint, admits the caller, answers."""

    def __init__(self, methods: Mapping[str, Endpoint]) -> None:
        self.methods: Final = methods

    def __call__(self, request: WSGIRequest, lang: str, **ids: str) -> HttpResponse:
        """Answer a request. Raises Problem."""
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = self.methods.get(str(method))
        if endpoint is None:
            raise Problem("method_not_allowed", allow=", ".join(sorted(self.methods)))
        caller = admit(endpoint.access, request)
        answer = endpoint.view(Call(request, caller, lang), **ids)
        return respond(answer, str(request.META.get("HTTP_ACCEPT_ENCODING", "")))


def _route(template: str) -> str:
    return template.lstrip("/").replace("{", "<str:").replace("}", ">")


urlpatterns = [path(_route(template), Methods(methods)) for template, methods in registry.paths().items()]
