"""The OpenAPI 3.1 document, made out of the registry, problems included."""

from functools import cache
from importlib.metadata import version
from typing import Any

from toso.kernel.problems import CATALOGUE

from .access import Access
from .http import JSON, PROBLEM_JSON
from .registry import Endpoint, registry
from .schemas import ID, PROBLEM

ALWAYS = ("malformed_request", "server_error", "unavailable", "loopback_only", "method_not_allowed")
OF_BODIES = ("body_too_large", "not_utf8", "malformed_request")
OF_ACCESS = {
    Access.OPEN: (),
    Access.DEPOSIT: ("unauthorised",),
    Access.DEVICE: ("unauthorised", "device_revoked"),
    Access.SIGNED_IN: ("unauthorised", "device_revoked"),
}


def problems_of(endpoint: Endpoint) -> list[str]:
    """Every code that a request to this endpoint may get, in order."""
    codes = {*ALWAYS, *OF_ACCESS[endpoint.access], *endpoint.problems}
    if endpoint.body is not None:
        codes.update(OF_BODIES)
    if endpoint.query:
        codes.add("text_too_long")
    return sorted(codes)


@cache
def document() -> dict[str, Any]:
    """The document; the same for everybody."""
    from . import views

    assert views.__all__  # importing it registers the endpoints
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tổ Số",
            "version": version("toso"),
            "description": "What server and phone promise each other: docs/reference/wire.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            path: {method.lower(): _operation(endpoint) for method, endpoint in methods.items()}
            for path, methods in registry.paths().items()
        },
        "components": {
            "schemas": {"Problem": PROBLEM},
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": "the token of sign-in or enrol"},
                "office": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            },
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.view.__name__,
        "summary": endpoint.summary,
        "x-access": endpoint.access.value,
        "responses": {str(endpoint.status): _answer(endpoint), **_problems(endpoint)},
    }
    parameters = [{"name": name, "in": "path", "required": True, "schema": ID} for name in _names(endpoint.path)] + [
        {"name": name, "in": "query", "required": name in endpoint.required, "schema": schema}
        for name, schema in endpoint.query.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": endpoint.body}}}
    if endpoint.access is not Access.OPEN:
        ways = ["device", "office"] if endpoint.access is Access.SIGNED_IN else ["device"]
        operation["security"] = [{way: []} for way in ways]
    return operation


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _answer(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.answer is None:
        return {"description": "done"}
    return {"description": "the answer", "content": {JSON: {"schema": endpoint.answer}}}


def _problems(endpoint: Endpoint) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in problems_of(endpoint):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    return {
        str(status): {
            "description": ", ".join(codes),
            "content": {
                PROBLEM_JSON: {
                    "schema": {
                        "allOf": [
                            {"$ref": "#/components/schemas/Problem"},
                            {"type": "object", "properties": {"code": {"enum": codes}}},
                        ]
                    }
                }
            },
        }
        for status, codes in sorted(by_status.items())
    }
