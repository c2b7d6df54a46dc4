"""Repeating work and saying how long it took: warm-up, repetitions, median and spread."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """Several measurements of one thing: the median, the lowest and the highest, and how many there were."""

    median: float
    low: float
    high: float
    n: int
    #: processor time of the measuring process itself, where work is done in process
    cpu: float | None = None

    def as_json(self) -> dict[str, Any]:
        """As results keep it."""
        return {name: round(value, 3) for name, value in asdict(self).items() if value is not None}


def read(found: dict[str, Any]) -> Sample:
    """A sample that a program printed."""
    return Sample(**found)


def sample(values: Sequence[float]) -> Sample:
    """Median and spread of some measurements."""
    return Sample(statistics.median(values), min(values), max(values), len(values))


def timed(work: Callable[[], object], *, warm: int, times: int) -> Sample:
    """Milliseconds that `work` takes, after `warm` runs that do not count."""
    for _ in range(warm):
        work()
    values, used = [], []
    for _ in range(times):
        began, spent = time.perf_counter(), time.process_time()
        work()
        values.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - spent) * 1000)
    return replace(sample(values), cpu=statistics.median(used))
