"""What the interface says about itself and about its health."""

from importlib.metadata import version
from typing import Final

from django.db import connection

from toso.kernel.clock import now_ms

from .. import schemas
from ..access import Access
from ..call import Call
from ..http import Answer
from ..registry import endpoint

VERSION: Final = version("toso")


@endpoint("GET", "/api/v1/openapi.json", access=Access.OPEN, answer=schemas.OBJECT)
def openapi(call: Call) -> Answer:
    """This description of the interface"""
    from ..openapi import document

    return Answer(document())


@endpoint("GET", "/healthz", access=Access.OPEN, answer=schemas.HEALTH, problems=("unavailable",))
def health(call: Call) -> Answer:
    """Whether the server and its database answer"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Answer({"status": "ok", "version": VERSION, "database": connection.vendor, "now": now_ms()})
