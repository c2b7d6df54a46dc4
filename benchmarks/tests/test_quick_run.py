"""The quick run works from end to end: a benchmark that nobody runs is broken within a month."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.databases import ROOT
from benchmarks.results import Figure, exact, table

EXPECTED = (
    "first-sync-requests", "first-sync-kb", "first-syncs", "nothing-kb", "push40-kb", "pull40-ms", "visits", "visits-single",
    "share-in-process", "share-json", "country", "hamlet-memory",
)  # fmt: skip


@pytest.mark.bench
def test_the_quick_run_measures_every_figure(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    (kept,) = tmp_path.glob("*.json")
    found = json.loads(kept.read_text())
    names = [figure["name"] for figure in found["figures"]]
    for wanted in EXPECTED:
        assert any(name.startswith(wanted) for name in names), f"{wanted} is not among {names}"
    durability = found["facts"]["durability on postgresql"]
    assert durability["product"]["synchronous_commit"] == durability["baseline"]["synchronous_commit"] == "on"
    limited = [figure for figure in found["figures"] if figure["limit"] is not None]
    assert {figure["verdict"] for figure in limited} <= {"held", "missed"}
    (page,) = tmp_path.glob("*.md")
    assert "| Figure |" in page.read_text()


@pytest.mark.bench
def test_verdicts_and_ratios() -> None:
    slow = Figure("a", "A", "ms", exact(20), 10, "at most", exact(100))
    fast = Figure("b", "B", "syncs/s", exact(600), 500, "at least", exact(2))
    none = Figure("c", "C", "ms", None, 10, "at most")
    assert [one.verdict for one in (slow, fast, none)] == ["missed", "held", "not measured"]
    assert (slow.ratio, fast.ratio) == (5, 300)
    assert "**missed**" in table([slow, fast, none])
