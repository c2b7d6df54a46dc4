"""A cheap hasher: the real one takes half a second a password."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _cheap_hasher(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
