"""A very light HTTP client on one kept-open connection that counts every byte it sends and receives.

Counted are request line, headers and body as they pass the socket; packets, TCP and TLS come on top for every
system alike.
"""

import gzip
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import brotli
import orjson

TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `body` as it came, still compressed; `sent` and `received` are whole messages."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent: int
    received: int

    @property
    def plain(self) -> bytes:
        """The body unpacked."""
        encoding = self.headers.get("content-encoding", "")
        if encoding == "br":
            return bytes(brotli.decompress(self.body))
        return gzip.decompress(self.body) if encoding == "gzip" else self.body

    def json(self) -> Any:
        """The body read."""
        return orjson.loads(self.plain)


class Refused(Exception):
    """The server answered something else than was asked for."""


class Line:
    """One connection to a server on this machine, with a token."""

    def __init__(self, port: int, token: str = "", scheme: str = "Bearer", accept: str = "br, gzip") -> None:
        self.port = port
        self._fixed = f"Host: 127.0.0.1:{port}\r\nAccept-Encoding: {accept}\r\n"
        if token:
            self._fixed += f"Authorization: {scheme} {token}\r\n"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""
        self.requests = self.sent = self.received = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def message(self, method: str, path: str, body: bytes | None = None, packed: bool = False) -> bytes:
        """The bytes of a request; `packed` says that the body is gzip."""
        head = f"{method} {path} HTTP/1.1\r\n{self._fixed}"
        if body is None:
            return (head + "\r\n").encode()
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return (head + ("Content-Encoding: gzip\r\n" if packed else "") + "\r\n").encode() + body

    def ask(self, method: str, path: str, body: bytes | None = None, packed: bool = False) -> Reply:
        """Send a request and wait for its answer, whatever it is."""
        return self.send(self.message(method, path, body, packed))

    def get(self, path: str) -> Reply:
        """GET. Raises Refused unless it answers 200."""
        return self._good(self.ask("GET", path), path)

    def post(self, path: str, content: object, packed: bool = False) -> Reply:
        """POST JSON. Raises Refused unless it answers 2xx."""
        body = orjson.dumps(content)
        return self._good(self.ask("POST", path, gzip.compress(body, 6) if packed else body, packed), path)

    def _good(self, reply: Reply, path: str) -> Reply:
        if reply.status // 100 != 2:
            raise Refused(f"{path}: {reply.status} {reply.plain[:300]!r}")
        return reply

    def send(self, message: bytes) -> Reply:
        """Send a finished request and read the answer."""
        self._socket.sendall(message)
        head, body, size = self._read()
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        self.requests += 1
        self.sent += len(message)
        self.received += size
        return Reply(int(lines[0].split(" ", 2)[1]), headers, body, len(message), size)

    def _read(self) -> tuple[bytes, bytes, int]:
        data = self._left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, rest = data[:end], data[end + 4 :]
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            body, used, rest = self._chunks(rest)
        else:
            at = lower.find(b"content-length:")
            wanted = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            parts, have = [rest], len(rest)
            while have < wanted:
                parts.append(self._more())
                have += len(parts[-1])
            joined = b"".join(parts)
            body, rest, used = joined[:wanted], joined[wanted:], wanted
        self._left = rest
        return head, body, end + 4 + used

    def _chunks(self, data: bytes) -> tuple[bytes, int, bytes]:
        body, used = b"", 0
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self._more()
            size = int(data[:end].split(b";")[0], 16)
            while len(data) < end + 2 + size + 2:
                data += self._more()
            body += data[end + 2 : end + 2 + size]
            used += end + 2 + size + 2
            data = data[end + 2 + size + 2 :]
            if size == 0:
                return body, used, data

    def _more(self) -> bytes:
        part = self._socket.recv(262_144)
        if not part:
            raise ConnectionError("the server hung up")
        return part
