"""Requests made up by schemathesis out of the document, good and bad: never a failure, always what is promised."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from toso.pages.fieldapi import views
from toso.pages.fieldapi.openapi import document
from toso.pages.fieldapi.registry import registry

from .world import make_world

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
assert views.__all__  # importing it registers the endpoints
SPARED = ("sign_out",)


@pytest.fixture(autouse=True)
def _one_connection():
    """The whole application closes connections between requests; the test's transaction lives in one."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, pytest.param(GenerationMode.NEGATIVE, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("name", [e.view.__name__ for e in registry.endpoints if e.view.__name__ not in SPARED])
def test_strange_requests(name, mode):
    token = make_world().phones["leader"].headers["authorization"]
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    operation = schema.find_operation_by_id(name)

    @settings(
        max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        response = case.call(
            headers={"Authorization": token, "Accept-Encoding": "identity"}, base_url="http://localhost"
        )
        case.validate_response(response, checks=CHECKS)

    try:
        run()
    except Exception as error:
        if "Unsatisfiable" in type(error).__name__ or "Impossible to generate negative" in str(error):
            pytest.skip("this endpoint has nothing that could be wrong")
        raise
