"""Settings of every test run."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("toso", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", settings.get_profile("toso"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "toso")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need PostgreSQL are skipped on SQLite; `make test` runs them on both."""
    from django.conf import settings as django

    if "postgresql" not in django.DATABASES["default"]["ENGINE"]:
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL (make test-postgres)"))
