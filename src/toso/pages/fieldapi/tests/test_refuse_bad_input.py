"""The gate: every bad request gets a code and a sentence, nothing is read beyond its limit."""

import gzip
import zlib
from io import BytesIO

import brotli
import orjson
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.test import Client, RequestFactory
from pytest_django import Settings

from toso.engine.accounts.tests.factories import make_device, make_user
from toso.kernel.problems import Problem
from toso.pages.fieldapi.http import BODY_LIMIT, encodings, language, read_json
from toso.pages.fieldapi.registry import registry

from .client import Phone, code_of

pytestmark = pytest.mark.django_db
SIGN_IN = "/api/v1/sign-in"


@pytest.fixture
def phone() -> Phone:
    return Phone(make_device(make_user()).token)


@pytest.mark.parametrize(
    ("body", "code"),
    ids=range(13),
    argvalues=[
        (b"", "malformed_request"),
        (b"{", "malformed_request"),
        (b"[]", "malformed_request"),
        (b'"text"', "malformed_request"),
        (b'{"a": NaN}', "malformed_request"),
        (b'{"username": "\xff"}', "not_utf8"),
        (b'{"username": "\\ud800"}', "malformed_request"),
        (b"[" * 100_000, "malformed_request"),
        (b"{}", "value_invalid"),
        (b'{"username": 5, "password": "x", "device": {"name": "x"}}', "value_invalid"),
        (b'{"username": "x", "password": "x", "device": "x"}', "value_invalid"),
        (b'{"username": "x", "password": "x", "device": {"name": " "}}', "value_invalid"),
        (b'{"username": "x", "password": "x", "device": {"name": "x", "app": 1}}', "value_invalid"),
    ],
)
def test_bodies_that_cannot_be_read(body, code):
    assert code_of(Phone().post(SIGN_IN, body)) == code


def test_oversized_body_is_refused_before_it_is_read():
    assert code_of(Phone().post(SIGN_IN, b" " * (BODY_LIMIT + 1))) == "body_too_large"


def test_cut_body():
    request = RequestFactory().post(SIGN_IN, b"{}", content_type="application/json")
    environ = {**request.environ, "CONTENT_LENGTH": "100", "wsgi.input": BytesIO(b"{}")}
    with pytest.raises(Problem, match="malformed_request"):
        read_json(WSGIRequest(environ))


def test_chunked_body():
    request = RequestFactory().post(SIGN_IN, b"", content_type="application/json")
    environ = {**request.environ, "CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assert read_json(WSGIRequest({**environ, "wsgi.input": BytesIO(b'{"a": 1}')})) == {"a": 1}
    with pytest.raises(Problem, match="body_too_large"):
        read_json(WSGIRequest({**environ, "wsgi.input": BytesIO(b" " * (BODY_LIMIT + 2))}))


def test_gzip_bodies_are_read():
    assert code_of(Phone().post(SIGN_IN, gzip.compress(b"{}"), content_encoding="gzip")) == "value_invalid"


def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(b" " * (BODY_LIMIT * 4)) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encoding", "code"),
    [
        (b"no gzip", "gzip", "malformed_request"),
        (gzip.compress(b"{}")[:-4], "gzip", "malformed_request"),
        (gzip.compress(b"{}") + b"more", "gzip", "malformed_request"),
        (_bomb(), "gzip", "body_too_large"),
        (brotli.compress(b"{}"), "br", "malformed_request"),
    ],
    ids=["no gzip", "cut", "with a tail", "bomb", "br"],
)
def test_compressed_bodies_that_are_refused(body, encoding, code):
    assert len(body) < BODY_LIMIT
    assert code_of(Phone().post(SIGN_IN, body, content_encoding=encoding)) == code


def test_unknown_paths_and_methods(phone: Phone):
    for path in ("/api/", "/api/v1", "/api/v1/nothing", "/api/v2/me", "/api/v1/me/", "/api/v1/cells//snapshot"):
        assert code_of(phone.get(path)) == "not_found"
    refused = phone.post("/api/v1/me")
    assert code_of(refused) == "method_not_allowed"
    assert refused["Allow"] == "GET"
    assert code_of(phone.get(SIGN_IN)) == "method_not_allowed"
    assert phone.client.head("/healthz").status_code == 200
    assert code_of(phone.client.delete("/healthz")) == "method_not_allowed"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/cells/no-id/snapshot", "not_found"),
        ("/api/v1/common/changes?after=-1", "value_invalid"),
        ("/api/v1/common/changes?after=1e3", "value_invalid"),
        ("/api/v1/common/changes?after=%D9%A1", "value_invalid"),
        ("/api/v1/common/changes?after=99999999999999999999999999", "value_invalid"),
        ("/api/v1/common/changes?since=2024-13", "date_invalid"),
        ("/api/v1/units?boundaries=31/12/2024", "date_invalid"),
        ("/api/v1/units?boundaries=2024-02-30", "date_invalid"),
        ("/api/v1/units?boundaries=20240230", "date_invalid"),
        ("/api/v1/units?parent=x", "unit_unknown"),
        ("/api/v1/units?level=village", "value_invalid"),
        ("/api/v1/units?limit=0", "value_invalid"),
        ("/api/v1/units?q=" + "x" * 300, "text_too_long"),
        ("/api/v1/figures", "value_invalid"),
        ("/api/v1/figures?indicator=people", "value_invalid"),
        ("/api/v1/figures?indicator=people&unit=zzz", "unit_unknown"),
        ("/api/v1/figures?indicator=people&unit=AZM0Xh1AcAC0AAAAAAAAAA", "unit_unknown"),
        ("/api/v1/figures?indicator=people&unit=x&by=week", "unit_unknown"),
        ("/api/v1/units?q=%FF%FE", ""),
    ],
)  # fmt: skip
def test_query_parameters(phone: Phone, path, code):
    assert code_of(phone.get(path)) == code


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer wrong", "Bearer " + "x" * 5000])
def test_tokens_that_are_none(header):
    response = Client().get("/api/v1/me", headers={"authorization": header} if header else {})
    assert code_of(response) == "unauthorised"
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_answers_carry_safe_headers_and_are_compressed_when_long(phone: Phone):
    short = phone.get("/healthz", accept_encoding="br, gzip")
    assert "Content-Encoding" not in short
    for coding, unpack in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        long = phone.get("/api/v1/openapi.json", accept_encoding=coding)
        assert long["Content-Encoding"] == coding
        assert orjson.loads(unpack(long.content))["openapi"].startswith("3.1")
    assert "Content-Encoding" not in phone.get("/api/v1/openapi.json", accept_encoding="br;q=0, zstd")
    for response in (short, phone.get("/api/v1/nothing"), phone.post("/api/v1/sign-out")):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response


def test_snapshots_are_unpacked_for_clients_without_brotli(phone: Phone):
    plain = orjson.loads(phone.get("/api/v1/common/snapshot").content)
    packed = phone.get("/api/v1/common/snapshot", accept_encoding="br")
    assert packed["Content-Encoding"] == "br"
    again = orjson.loads(brotli.decompress(packed.content))
    assert plain["digest"] == again["digest"]
    assert plain["stream"] == "common"


def test_problems_speak_the_language_of_the_caller():
    titles = {
        lang: orjson.loads(Phone().get("/api/v1/me", accept_language=lang).content)["title"]
        for lang in ("vi", "km", "en", "fr", "en-GB,km;q=0.5", "*")
    }
    assert len({titles["vi"], titles["km"], titles["en"]}) == 3
    assert titles["fr"] == titles["*"] == titles["vi"]
    assert titles["en-GB,km;q=0.5"] == titles["en"]


def test_language_and_encoding_headers():
    assert language("en;q=0.1, km;q=0.9") == "km"
    assert language("en;q=bad, vi;q=0") == "vi"
    assert encodings("gzip;q=0, br") == {"br"}
    assert encodings("*") == frozenset()


def test_a_failure_is_a_problem_with_an_incident_that_stands_in_the_log(phone: Phone, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("toso.pages.fieldapi.views.about.now_ms", broken)
    response = phone.get("/healthz")
    assert code_of(response) == "server_error"
    body = orjson.loads(response.content)
    assert body["params"]["incident"] in caplog.text
    assert b"secret" not in response.content
    assert "Traceback" in caplog.text


def test_a_silent_database_is_unavailable(phone: Phone, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("no connection")

    monkeypatch.setattr("toso.pages.fieldapi.views.about.connection.cursor", gone)
    response = Client().get("/healthz")
    assert code_of(response) == "unavailable"
    assert response.status_code == 503
    assert response["Retry-After"]


def test_health():
    body = orjson.loads(Client().get("/healthz").content)
    assert body["status"] == "ok"
    assert body["version"]


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/healthz", "/office/"])
@pytest.mark.parametrize(("host", "address", "fine"), [("127.0.0.1:8000", "127.0.0.1", True), ("localhost", "127.0.0.1", True),
                                                       ("[::1]:8000", "::1", True), ("evil.example", "127.0.0.1", False),
                                                       ("127.0.0.1:8000", "10.0.0.7", False)])  # fmt: skip
def test_a_demonstration_speaks_to_loopback_only(settings: Settings, path, host, address, fine):
    settings.DEMO = True
    response = Client().get(path, headers={"host": host}, REMOTE_ADDR=address)
    assert (response.status_code != 403) == fine
    if not fine and path.startswith("/api"):
        assert code_of(response) == "loopback_only"


def test_unknown_hosts_are_refused(settings: Settings):
    settings.ALLOWED_HOSTS = ["toso.example"]
    assert code_of(Client().get("/healthz", headers={"host": "evil.example"})) == "malformed_request"


def test_an_endpoint_is_registered_once():
    with pytest.raises(ValueError, match="already"):
        registry.add(registry.endpoints[0])
