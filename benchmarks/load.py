"""Load from several clients at once.

Reading: `wrk`, a client in C, where it is installed (Debian: `apt-get install wrk`); else processes with the light client
of `wire`. Writing: threads with the light client, whose messages were packed beforehand. What the client costs is
measured as its processor time: it runs on the same cores as the server.
"""

import multiprocessing
import re
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from .measuring import Sample
from .wire import Line, Refused

CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Load:
    """What a run under load gave: answers a second, and the clients' share of one core."""

    per_second: float
    client_cores: float
    answers: int


@dataclass(frozen=True, slots=True)
class Rate:
    """Several runs under load: a second, the clients' share of one core, the server's processor time for each in ms."""

    sample: Sample
    client_cores: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A GET: path and headers."""

    path: str
    headers: dict[str, str]


def reading(port: int, asked: Sequence[Asked], seconds: float, folder: Path) -> Load:
    """Ask these again and again from 8 connections for some seconds. Raises Refused when an answer is not 200."""
    if shutil.which("wrk"):
        return _wrk(port, asked, seconds, folder)
    return _processes(port, asked, seconds)


_SCRIPT = """
local asked, at = {}, 0
%s
request = function() at = at %% #asked + 1; return asked[at] end
done = function(summary, latency, requests)
  io.write(string.format("JSON {\\"requests\\": %%d, \\"us\\": %%d, \\"bad\\": %%d}\\n", summary.requests,
    summary.duration, summary.errors.status + summary.errors.read + summary.errors.connect + summary.errors.timeout))
end
"""


def _wrk(port: int, asked: Sequence[Asked], seconds: float, folder: Path) -> Load:
    lines = []
    for one in asked:
        headers = ", ".join(f'["{name}"] = "{value}"' for name, value in one.headers.items())
        lines.append(f'asked[#asked + 1] = wrk.format("GET", "{one.path}", {{{headers}}})')
    script = folder / "asked.lua"
    # wrk.format needs the host, which is known only when threads start.
    body = "init = function(args)\n" + "\n".join(lines) + "\nend"
    script.write_text(_SCRIPT % body)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds:.0f}s", "-s", str(script), f"http://127.0.0.1:{port}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = re.search(r"JSON (\{.*\})", done.stdout)
    if done.returncode != 0 or found is None:
        raise Refused(f"wrk: {done.stdout[-500:]} {done.stderr[-500:]}")
    told = orjson.loads(found.group(1))
    if told["bad"] or not told["requests"]:
        raise Refused(f"wrk: {told['bad']} of {told['requests']} answers were not good")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = told["us"] / 1e6
    return Load(told["requests"] / wall, spent / wall, told["requests"])


def _reader(
    port: int, asked: Sequence[Asked], seconds: float, results: "multiprocessing.Queue[tuple[int, int]]"
) -> None:
    count = bad = 0
    with Line(port) as line:
        messages = []
        for one in asked:
            extra = "".join(f"{name}: {value}\r\n" for name, value in one.headers.items())
            messages.append(f"GET {one.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{extra}\r\n".encode())
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            bad += line.send(messages[count % len(messages)]).status != 200
            count += 1
    results.put((count, bad))


def _processes(port: int, asked: Sequence[Asked], seconds: float) -> Load:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[tuple[int, int]] = context.Queue()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    readers = [context.Process(target=_reader, args=(port, asked, seconds, results)) for _ in range(CLIENTS)]
    for reader in readers:
        reader.start()
    told = [results.get(timeout=seconds + 60) for _ in readers]
    for reader in readers:
        reader.join(30)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if any(bad for _, bad in told):
        raise Refused("answers were not good")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    answers = sum(count for count, _ in told)
    return Load(answers / seconds, spent / seconds, answers)


def writing(lines: Sequence[Line], messages: Sequence[Sequence[bytes]]) -> Load:
    """Each line sends its messages as fast as they are answered. Messages a second. Raises Refused."""
    problems: list[str] = []

    def send(line: Line, own: Sequence[bytes]) -> None:
        for message in own:
            reply = line.send(message)
            if reply.status // 100 != 2 or b'"refused"' in reply.plain or b'"blocked_by"' in reply.plain:
                problems.append(f"{reply.status} {reply.plain[:300]!r}")
                return

    spent, began = time.process_time(), time.perf_counter()
    threads = [threading.Thread(target=send, args=pair) for pair in zip(lines, messages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    if problems:
        raise Refused(problems[0])
    answers = sum(map(len, messages))
    return Load(answers / wall, (time.process_time() - spent) / wall, answers)
