"""Bodies in, answers out: limits, encodings, languages. No endpoint is known here."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final
from uuid import uuid4

import brotli
import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.http.request import UnreadablePostError

from toso.kernel.messages import LANGUAGES, SOURCE
from toso.kernel.problems import Problem

BODY_LIMIT: Final = 8 * 1024 * 1024
COMPRESS_FROM: Final = 400
BROTLI_QUALITY: Final = 4
GZIP_LEVEL: Final = 6
JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
_GZIP: Final = 16 + zlib.MAX_WBITS
_RETRY_AFTER: Final = {"too_many_attempts": "60", "unavailable": "5"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers: `content` is JSON as bytes, or anything that orjson writes."""

    content: Any = None
    status: int = 200
    encoding: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=256)
def language(header: str) -> str:
    """The best of vi, km, en for an Accept-Language header; Vietnamese when none is asked for."""
    ranked = []
    for position, part in enumerate(header.split(",")[:20]):
        name, _, weight = part.strip().partition(";")
        code = name.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if code in LANGUAGES and quality > 0:
            ranked.append((-quality, position, code))
    return min(ranked)[2] if ranked else SOURCE


@lru_cache(maxsize=256)
def encodings(header: str) -> frozenset[str]:
    """Which of br and gzip an Accept-Encoding header allows."""
    allowed = set()
    for part in header.split(",")[:20]:
        name, _, weight = part.strip().partition(";")
        if name.strip().lower() in ("br", "gzip") and _quality(weight) > 0:
            allowed.add(name.strip().lower())
    return frozenset(allowed)


def _quality(weight: str) -> float:
    name, _, value = weight.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def address_of(request: WSGIRequest) -> str:
    """Where a request comes from; behind the TLS proxy the address that the proxy saw."""
    if settings.BEHIND_TLS and "HTTP_X_FORWARDED_FOR" in request.META:
        return str(request.META["HTTP_X_FORWARDED_FOR"]).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def read_json(request: WSGIRequest) -> dict[str, Any]:
    """The JSON object of a body. Raises Problem body_too_large, not_utf8, malformed_request."""
    raw = _unpacked(_raw(request), str(request.META.get("HTTP_CONTENT_ENCODING", "")).strip().lower())
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Problem("not_utf8") from None
        raise Problem("malformed_request") from None
    if not isinstance(parsed, dict):
        raise Problem("malformed_request")
    return parsed


def _raw(request: WSGIRequest) -> bytes:
    length = str(request.META.get("CONTENT_LENGTH") or "")
    if "chunked" in str(request.META.get("HTTP_TRANSFER_ENCODING", "")).lower() and not length:
        body = request.environ["wsgi.input"].read(BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            raise Problem("body_too_large")
        return bytes(body)
    if length.isdecimal() and int(length) > BODY_LIMIT:
        raise Problem("body_too_large")
    try:
        body = request.body
    except RequestDataTooBig:
        raise Problem("body_too_large") from None
    except UnreadablePostError:
        raise Problem("malformed_request") from None
    if length.isdecimal() and len(body) != int(length):
        raise Problem("malformed_request")
    return body


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Problem("malformed_request")
    unpacker = zlib.decompressobj(_GZIP)
    try:
        # Never more than the limit in memory, however much a small body pretends to hold.
        opened = unpacker.decompress(body, BODY_LIMIT + 1)
    except zlib.error:
        raise Problem("malformed_request") from None
    if len(opened) > BODY_LIMIT:
        raise Problem("body_too_large")
    if not unpacker.eof or unpacker.unused_data:
        raise Problem("malformed_request")
    return opened


def respond(answer: Answer, accept_encoding: str) -> HttpResponse:
    """The response of an answer, compressed when that saves something."""
    if answer.status == 204:
        return _headed(HttpResponse(status=204), answer)
    body = answer.content if isinstance(answer.content, bytes) else orjson.dumps(answer.content)
    encoding, allowed = answer.encoding, encodings(accept_encoding)
    if encoding == "br" and "br" not in allowed:
        body, encoding = brotli.decompress(body), ""
    if not encoding and len(body) > COMPRESS_FROM:
        if "br" in allowed:
            body, encoding = brotli.compress(body, quality=BROTLI_QUALITY), "br"
        elif "gzip" in allowed:
            packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _GZIP)
            body, encoding = packer.compress(body) + packer.flush(), "gzip"
    response = HttpResponse(body, content_type=JSON, status=answer.status)
    if encoding:
        response["Content-Encoding"] = encoding
    return _headed(response, answer)


def _headed(response: HttpResponse, answer: Answer) -> HttpResponse:
    if response.status_code != 204:
        response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Vary"] = "Accept-Encoding, Accept-Language"
    for name, value in answer.headers.items():
        response[name] = value
    return response


def problem_answer(problem: Problem, lang: str) -> Answer:
    """The RFC 9457 document of a problem, with the headers its status asks for."""
    headers = {"Content-Type": PROBLEM_JSON, "Content-Language": lang}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="toso"'
    if "allow" in problem.params:
        headers["Allow"] = str(problem.params["allow"])
    if problem.code in _RETRY_AFTER:
        headers["Retry-After"] = _RETRY_AFTER[problem.code]
    return Answer(problem.as_json(lang), problem.status, headers=headers)


def new_incident() -> str:
    """A short number by which a person can ask about a failure that stands in the log."""
    return uuid4().hex[:8]
