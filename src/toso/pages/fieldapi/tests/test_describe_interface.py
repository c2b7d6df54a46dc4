"""The OpenAPI document: valid, complete, and true to the URLconf."""

import re

import schemathesis

from toso.kernel.problems import CATALOGUE
from toso.pages.fieldapi.access import Access
from toso.pages.fieldapi.openapi import document, problems_of
from toso.pages.fieldapi.registry import registry
from toso.pages.fieldapi.urls import Methods, urlpatterns


def _templates() -> dict[str, set[str]]:
    found = {}
    for pattern in urlpatterns:
        assert isinstance(pattern.callback, Methods)
        template = "/" + re.sub(r"<str:(\w+)>", r"{\1}", str(pattern.pattern))
        found[template] = {method.lower() for method in pattern.callback.methods}
    return found


def test_document_names_every_path_and_method_and_no_other():
    assert {path: set(methods) for path, methods in document()["paths"].items()} == _templates()


def test_document_is_valid_openapi():
    schemathesis.openapi.from_dict(document()).validate()


def test_every_endpoint_names_rule_summary_and_known_problems():
    for endpoint in registry.endpoints:
        assert isinstance(endpoint.access, Access)
        assert endpoint.summary
        assert set(problems_of(endpoint)) <= set(CATALOGUE)
        assert endpoint.path.startswith("/api/v1/") or endpoint.path == "/healthz"


def test_only_these_endpoints_are_open():
    found = {endpoint.path for endpoint in registry.endpoints if endpoint.access is Access.OPEN}
    assert found == {"/api/v1/sign-in", "/api/v1/enrol", "/api/v1/openapi.json", "/healthz"}


def test_operation_ids_are_unique():
    ids = [method["operationId"] for methods in document()["paths"].values() for method in methods.values()]
    assert len(ids) == len(set(ids))
