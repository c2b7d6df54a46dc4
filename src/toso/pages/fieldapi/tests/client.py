"""A small client of the interface for tests."""

from typing import Any

import orjson
from django.test import Client


class Phone:
    """Speaks to the interface with a token."""

    def __init__(self, token: str = "") -> None:
        self.client = Client()
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={**self.headers, **headers})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else orjson.dumps(body if body is not None else {})
        return self.client.post(path, raw, content_type="application/json", headers={**self.headers, **headers})


def code_of(response: Any) -> str:
    """The code of a problem document, '' for an answer."""
    if response.status_code < 400:
        return ""
    assert response["Content-Type"] == "application/problem+json", response.content
    body = orjson.loads(response.content)
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return str(body["code"])
