"""Visits stored a second over HTTP, with two assists each: in batches over several cells, and one by one."""

import gzip
import random
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import orjson

from .. import documents, servers
from ..databases import Engine
from ..load import Rate, writing
from ..measuring import sample
from ..results import Figure, exact
from ..servers import Server
from ..stage import Stage
from ..wire import Line

WANTED = 3000
BATCH = 200
WORKERS = 2
ROUNDS = 3


def measure(stage: Stage) -> list[Figure]:
    """Rates of the product and of the baseline, and whether everything stands where it should."""
    before = _stored(stage)
    sent: list[int] = []
    batches, single = _own(stage, sent)
    spanning = _spanning(stage, sent)
    after = _stored(stage)
    added = {name: after[name] - before[name] for name in after}
    caught_up = all(value == sum(sent) for value in added.values())
    if not caught_up:
        raise AssertionError(f"{sum(sent)} visits were accepted, but {added} stand")
    naive_batches, naive_single = _naive(stage)
    on = f"on {stage.engine}"
    limit = _limit(stage.engine)
    return [
        Figure(
            f"visits-{stage.engine}", f"Visits stored {on}, batches of {BATCH}, {len(stage.cells)} phones in as many cells",
            "visits/s", batches.sample, *limit, naive_batches.sample,
            f"{WORKERS} server processes; afterwards journal, receipts, tables and tallies each hold {sum(sent)} visits more; "
            f"the client takes {batches.client_cores:.2f} of a core",
        ),
        Figure(
            f"visits-spanning-{stage.engine}", f"Visits stored {on}, batches of {BATCH}, each over all {len(stage.cells)} cells",
            "visits/s", spanning.sample, note="one official's device; two batches at a time, which lock the same cells in turn",
        ),
        Figure(
            f"visits-single-{stage.engine}", f"Visits stored {on}, one a request, {len(stage.cells)} phones", "visits/s",
            single.sample, naive=naive_single.sample, note=f"the client takes {single.client_cores:.2f} of a core",
        ),
        Figure(
            f"visit-cpu-{stage.engine}", f"A visit stored {on}, batches of {BATCH}: processor time, server and database",
            "ms", exact(batches.cpu_ms), naive=exact(naive_batches.cpu_ms),
            note=f"what a visit costs however busy the machine is; alone {single.cpu_ms:.2f} ms, baseline {naive_single.cpu_ms:.2f} ms",
        ),
    ]  # fmt: skip


def _limit(engine: Engine) -> tuple[Any, Any]:
    return (WANTED, "at least") if engine == "postgresql" else (None, "")


def _stored(stage: Stage) -> dict[str, int]:
    wanted = orjson.dumps({"province": stage.told["province"]}).decode()
    return dict(servers.program(stage.env, "benchmarks.inside", "stored", wanted))


def _visits(stage: Stage, dice: random.Random, cell: int, count: int) -> list[documents.Visit]:
    homes = stage.homes[cell].by_household()
    homes = [home for home in homes if home[1]]
    return [documents.new_visit(dice, stage.today, *dice.choice(homes)) for _ in range(count)]


def _operations(stage: Stage, dice: random.Random, cell: int, count: int) -> list[dict[str, object]]:
    ground, services = stage.cells[cell]["cell"], stage.told["services"]
    return [
        documents.operation(dice, "visit.record", v.on, documents.visit_data(v, services), ground)
        for v in _visits(stage, dice, cell, count)
    ]


def _packed(line: Line, operations: Sequence[object]) -> bytes:
    return line.message(
        "POST", "/api/v1/operations", gzip.compress(orjson.dumps({"operations": operations}), 6), packed=True
    )


def _rounds(server: Server, lines: Sequence[Line], rounds: Sequence[Sequence[Sequence[bytes]]], size: int) -> Rate:
    # The first round warms up.
    writing(lines, rounds[0])
    before = server.cpu_seconds()
    loads = [writing(lines, messages) for messages in rounds[1:]]
    spent = server.cpu_seconds() - before
    return Rate(
        sample([load.per_second * size for load in loads]), max(load.client_cores for load in loads),
        spent * 1000 / sum(load.answers * size for load in loads),
    )  # fmt: skip


def _own(stage: Stage, sent: list[int]) -> tuple[Rate, Rate]:
    dice, cells = random.Random("intake"), len(stage.cells)
    per_cell = max(stage.scale.visits // cells // ROUNDS // BATCH, 1)
    singles = max(stage.scale.single_visits // cells // ROUNDS, 1)
    tokens = [own[0] for own in stage.tokens]
    with servers.toso(stage.env, WORKERS) as server, ExitStack() as stack:
        lines = [stack.enter_context(Line(server.port, token)) for token in tokens]
        big: list[list[list[bytes]]] = []
        small: list[list[list[bytes]]] = []
        for n in range(ROUNDS + 1):
            batches = 1 if n == 0 else per_cell
            big.append(
                [
                    [_packed(line, _operations(stage, dice, cell, BATCH)) for _ in range(batches)]
                    for cell, line in enumerate(lines)
                ]
            )
            small.append(
                [
                    [_packed(line, _operations(stage, dice, cell, 1)) for _ in range(singles)]
                    for cell, line in enumerate(lines)
                ]
            )
        found = _rounds(server, lines, big, BATCH)
        single = _rounds(server, lines, small, 1)
    sent.append(cells * BATCH * (1 + ROUNDS * per_cell) + cells * singles * (ROUNDS + 1))
    return found, single


def _spanning(stage: Stage, sent: list[int]) -> Rate:
    dice, cells = random.Random("spanning"), len(stage.cells)
    per_line = max(stage.scale.visits // 4 // ROUNDS // BATCH // 2, 1)
    with servers.toso(stage.env, WORKERS) as server, ExitStack() as stack:
        lines = [stack.enter_context(Line(server.port, stage.commune_token)) for _ in range(2)]
        rounds = []
        for n in range(ROUNDS + 1):
            rounds.append(
                [
                    [
                        _packed(line, [op for c in range(cells) for op in _operations(stage, dice, c, BATCH // cells)])
                        for _ in range(1 if n == 0 else per_line)
                    ]
                    for line in lines
                ]
            )
        found = _rounds(server, lines, rounds, BATCH // cells * cells)
    sent.append(BATCH // cells * cells * 2 * (1 + ROUNDS * per_line))
    return found


def _naive(stage: Stage) -> tuple[Rate, Rate]:
    dice, cells = random.Random("naive intake"), len(stage.cells)
    batches = max(stage.scale.visits // 4 // cells // ROUNDS // BATCH, 1)
    singles = max(stage.scale.single_visits // cells // ROUNDS // 2, 1)

    def message(line: Line, content: Any) -> bytes:
        return line.message("POST", "/api/visits/", orjson.dumps(content))

    with servers.naive(stage.naive_env, WORKERS) as server, ExitStack() as stack:
        lines = [stack.enter_context(Line(server.port, token, "Token")) for token in stage.naive_told["tokens"]]
        big = [
            [
                [
                    message(line, documents.naive_visits(_visits(stage, dice, cell, BATCH)))
                    for _ in range(1 if n == 0 else batches)
                ]
                for cell, line in enumerate(lines)
            ]
            for n in range(ROUNDS + 1)
        ]
        small = [
            [
                [message(line, documents.naive_visits(_visits(stage, dice, cell, 1))[0]) for _ in range(singles)]
                for cell, line in enumerate(lines)
            ]
            for _ in range(ROUNDS + 1)
        ]
        return _rounds(server, lines, big, BATCH), _rounds(server, lines, small, 1)
