"""Measure everything that the product promises about speed and memory: `python benchmarks/run.py --help`."""

import argparse
import fcntl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks import machine, results  # noqa: E402
from benchmarks.databases import Engine  # noqa: E402
from benchmarks.parts import figures, first, forty, intake, memory, rates  # noqa: E402
from benchmarks.results import Figure  # noqa: E402
from benchmarks.scale import FULL, QUICK, Scale  # noqa: E402
from benchmarks.stage import Stage, stage  # noqa: E402

PARTS = ("first", "rates", "forty", "intake", "figures", "memory")
#: in this order: what writes comes last, so that first syncs meet the hamlet as it was loaded
ON_A_STAGE: dict[str, Callable[[Stage], list[Figure]]] = {
    "first": first.measure,
    "rates": lambda stage: rates.measure(stage, (2,) if stage.scale.quick else (1, 2)),
    "memory": lambda stage: [memory.hamlet(stage)],
    "forty": forty.measure,
    "intake": intake.measure,
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    own = argparse.ArgumentParser(prog="toso bench", description=__doc__)
    own.add_argument("--quick", action="store_true", help="small data and short runs: shows that everything works")
    own.add_argument(
        "--only", action="append", choices=PARTS, metavar="NAME", help=f"one of {', '.join(PARTS)}; may be repeated"
    )
    own.add_argument("--engine", action="append", choices=("postgresql", "sqlite"), help="only on this database")
    own.add_argument(
        "--out", type=Path, help="folder for the results (full: benchmarks/results, quick or --only: var/bench)"
    )
    return own


def main(argv: Sequence[str] | None = None) -> int:
    """Run; 0 when everything could be measured, 1 when a part failed. Missed limits are told, not failures."""
    args = parser().parse_args(argv)
    scale, only = QUICK if args.quick else FULL, args.only or list(PARTS)
    kept = ROOT / "benchmarks" / "results" if not (args.quick or args.only or args.engine) else ROOT / "var" / "bench"
    engines: Sequence[Engine] = args.engine or (("postgresql",) if args.quick else ("postgresql", "sqlite"))
    facts = machine.facts(args.quick)
    found: list[Figure] = []
    failed: list[str] = []
    with _alone(), tempfile.TemporaryDirectory(prefix="toso-bench-") as name:
        folder = Path(name)
        for engine in engines:
            if set(only) & set(ON_A_STAGE):
                _on_stage(engine, scale, folder, only, found, failed, facts)
        if "memory" in only and scale.demo:
            _part("demonstration", failed, found, lambda: memory.demonstration(folder))
        if "figures" in only and "postgresql" in engines:
            _part("figures", failed, found, lambda: figures.measure(scale, folder))
    facts["load average after"] = machine.busy()
    if failed:
        facts["parts that failed"] = failed
    print("\n" + results.document(facts, found), flush=True)
    for path in results.write(args.out or kept, facts, found):
        print(f"kept: {path}")
    return 1 if failed else 0


def _on_stage(
    engine: Engine, scale: Scale, folder: Path, only: Sequence[str], found: list[Figure], failed: list[str],
    facts: dict[str, object],
) -> None:  # fmt: skip
    say(f"{engine}: loading the hamlets into both systems")
    try:
        with stage(engine, scale, folder) as ready:
            facts[f"durability on {engine}"] = ready.durability()
            for name, measure in ON_A_STAGE.items():
                if name in only:
                    _part(f"{engine}: {name}", failed, found, lambda m=measure: m(ready))  # type: ignore[misc]
    except Exception as error:
        failed.append(f"{engine}: {error}")
        say(f"FAILED {engine}: {error}")


def _part(name: str, failed: list[str], found: list[Figure], measure: Callable[[], list[Figure]]) -> None:
    """One part; a failure is told and does not keep the others from being measured."""
    say(name)
    try:
        for one in measure():
            found.append(one)
            value = results.number(one.ours.median) if one.ours else "–"
            say(f"  {one.what}: {value} {one.unit}  {one.verdict if one.limit is not None else ''}".rstrip())
    except Exception as error:
        failed.append(f"{name}: {error}")
        say(f"FAILED {name}: {error}")


_BEGAN = time.monotonic()


def say(text: str) -> None:
    """A line of progress."""
    print(f"[{time.monotonic() - _BEGAN:5.0f} s] {text}", flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs from one checkout would share databases and cores: the second one is refused."""
    path = ROOT / "var" / "bench.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit("Another benchmark of this checkout is running.") from None
        yield


if __name__ == "__main__":
    sys.exit(main())
