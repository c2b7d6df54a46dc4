"""Figures on PostgreSQL, warm: every unit on every day of 60 days, and one indicator over a country's hamlets."""

import time
from pathlib import Path
from typing import Any

import orjson

from .. import databases, servers
from ..measuring import Sample, read, sample
from ..results import Figure
from ..scale import Scale
from ..wire import Line


def measure(scale: Scale, folder: Path) -> list[Figure]:
    """All figures of figures."""
    return [*_province(scale, folder), *_country(scale, folder)]


def _province(scale: Scale, folder: Path) -> list[Figure]:
    with (
        databases.database("postgresql", "figures", folder) as url,
        databases.database("postgresql", "rows", folder) as naive_url,
    ):
        env = servers.environment(folder / "figures", url)
        naive_env = servers.environment(folder / "rows", naive_url)
        counts = str(folder / "counts.json")
        wanted: dict[str, Any] = {"hamlets": scale.hamlets, "people": scale.people, "counts": counts}
        told = servers.program(env, "benchmarks.tallies", "province", orjson.dumps(wanted).decode())
        databases.settle(url)
        naive_told = servers.program(
            naive_env, "benchmarks.naive.prepare", "province", orjson.dumps({"counts": counts}).decode()
        )
        databases.settle(naive_url)
        period = {"first": told["first"], "last": told["last"]}
        asked = orjson.dumps({"root": told["root"], **period, "warm": 3, "times": scale.times}).decode()
        own = servers.program(env, "benchmarks.inside", "share-by-day", asked)
        asked = orjson.dumps({**period, "warm": 1, "times": scale.slow_times}).decode()
        naive = servers.program(naive_env, "benchmarks.inside", "naive-share-by-day", asked)
        _same(own["root"], naive["root"])
        json = _http(scale, env, told)
        naive_json = _naive_http(scale, naive_env, naive_told, told)
    size = f"{scale.people / 1e6:.3g} million people in {scale.hamlets} hamlets"
    return [
        Figure(
            "share-in-process", f"Share a day × {own['units']} units × 60 days, {size}: in process", "ms",
            read(own["ms"]), 50, "at most", read(naive["ms"]),
            f"{own['values']} values, the same as the baseline's; {own['ms']['cpu']:.0f} ms of it on our own processor time, "
            f"the rest waits for the database",
        ),
        Figure(
            "share-json", f"Share a day × {own['units']} units × 60 days, {size}: as JSON over HTTP", "ms", json[0], 100,
            "at most", naive_json, f"{json[1] / 1000:.0f} KB compressed",
        ),
    ]  # fmt: skip


def _same(own: list[float], naive: list[float]) -> None:
    if len(own) != len(naive) or any(abs(a - b) > 1e-9 for a, b in zip(own, naive, strict=True)):
        raise AssertionError(f"the product and the baseline do not agree: {own[:3]} … {naive[:3]} …")


def _http(scale: Scale, env: dict[str, str], told: dict[str, Any]) -> tuple[Sample, int]:
    with servers.toso(env) as server:
        with Line(server.port) as line:
            enrolled = line.post("/api/v1/enrol", {"code": told["official_code"], "device": {"name": "benchmark"}})
        path = (
            f"/api/v1/figures?indicator=participation&unit={told['root']}&on={told['last']}&boundaries={told['last']}"
            f"&from={told['first']}&by=descendant,day"
        )
        with Line(server.port, enrolled.json()["token"]) as line:
            return _asked(line, path, scale.times, 3)


def _naive_http(scale: Scale, env: dict[str, str], naive_told: dict[str, Any], told: dict[str, Any]) -> Sample:
    with servers.naive(env) as server, Line(server.port, naive_told["token"], "Token") as line:
        path = f"/api/participation/?from={told['first']}&to={told['last']}"
        return _asked(line, path, scale.slow_times, 1)[0]


def _asked(line: Line, path: str, times: int, warm: int) -> tuple[Sample, int]:
    for _ in range(warm):
        line.get(path)
    took, size = [], 0
    for _ in range(times):
        began = time.perf_counter()
        size = len(line.get(path).body)
        took.append((time.perf_counter() - began) * 1000)
    return sample(took), size


def _country(scale: Scale, folder: Path) -> list[Figure]:
    with databases.database("postgresql", "country", folder) as url:
        env = servers.environment(folder / "country", url)
        wanted = orjson.dumps({"hamlets": scale.country_hamlets}).decode()
        told = servers.program(env, "benchmarks.tallies", "country", wanted)
        databases.settle(url)
        asked = {"root": told["root"], "last": told["last"], "warm": 2, "times": max(scale.times // 2, 3)}
        own = servers.program(env, "benchmarks.inside", "one-indicator", orjson.dumps(asked).decode())
    size = f"{scale.country_hamlets:,} hamlets"
    return [
        Figure(
            "country", f"One indicator over {size}", "ms", read(own["ms"]), 300, "at most",
            note=f"in process, {told['units']:,} units in the tree; the baseline would need "
            f"{scale.country_hamlets * 430 / 1e6:.0f} million rows of households and is not measured",
        ),
        Figure("country-by-child", f"One indicator over {size}, by the units below", "ms", read(own["by_child_ms"])),
    ]  # fmt: skip
