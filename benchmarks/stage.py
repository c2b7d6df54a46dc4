"""A stage: the same hamlets in the product and in the baseline, on one kind of database, each behind its server."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from . import databases, documents, servers
from .databases import Engine
from .documents import Documents
from .scale import Scale
from .wire import Line

Env = dict[str, str]


@dataclass
class Stage:
    """Environments of both systems over loaded databases, and what was loaded."""

    engine: Engine
    scale: Scale
    folder: Path
    env: Env
    naive_env: Env
    told: dict[str, Any]
    naive_told: dict[str, Any]

    @cached_property
    def today(self) -> date:
        """The day on which everything was loaded."""
        return date.fromisoformat(self.told["today"])

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """Hamlets: ids, enrolment codes."""
        return list(self.told["cells"])

    @cached_property
    def homes(self) -> list[Documents]:
        """The documents of each hamlet."""
        return [
            documents.hamlet(self.today, n, **({} if n == 0 else others(self.scale))) for n in range(len(self.cells))
        ]

    def enrol(self, port: int, code: str) -> str:
        """A phone's token, by enrolment code over HTTP."""
        with Line(port) as line:
            answer = line.post("/api/v1/enrol", {"code": code, "device": {"name": "benchmark", "app": "bench"}})
            return str(answer.json()["token"])

    @cached_property
    def _enrolled(self) -> tuple[list[list[str]], str]:
        with servers.toso(self.env) as server:
            members = [[self.enrol(server.port, code) for code in cell["codes"]] for cell in self.cells]
            return members, self.enrol(server.port, self.told["commune_code"])

    @property
    def tokens(self) -> list[list[str]]:
        """Tokens of 8 members of each hamlet; every code serves once."""
        return self._enrolled[0]

    @property
    def commune_token(self) -> str:
        """The token of an official who serves all hamlets."""
        return self._enrolled[1]

    def durability(self) -> dict[str, Any]:
        """What the databases say about commits."""
        own = servers.program(self.env, "benchmarks.inside", "durability")
        other = servers.program(self.naive_env, "benchmarks.inside", "naive-durability")
        return {"product": own, "baseline": other}


def others(scale: Scale) -> dict[str, int]:
    """Sizes of the hamlets beside the first one."""
    return {"households": scale.cell_households, "residents": scale.cell_households * 3, "visits": 60}


@contextmanager
def stage(engine: Engine, scale: Scale, folder: Path) -> Iterator[Stage]:
    """Make databases, load both systems; everything is gone afterwards."""
    with ExitStack() as stack:
        url = stack.enter_context(databases.database(engine, "own", folder))
        naive_url = stack.enter_context(databases.database(engine, "drf", folder))
        env = servers.environment(folder / f"{engine}-own", url)
        naive_env = servers.environment(folder / f"{engine}-drf", naive_url)
        sizes: dict[str, Any] = {"cells": scale.cells, "first": {}, "others": others(scale)}
        told = servers.program(env, "benchmarks.scene", orjson.dumps(sizes).decode())
        sizes["today"] = told["today"]
        naive_told = servers.program(naive_env, "benchmarks.naive.prepare", "hamlets", orjson.dumps(sizes).decode())
        databases.settle(url)
        databases.settle(naive_url)
        yield Stage(engine, scale, folder, env, naive_env, told, naive_told)
