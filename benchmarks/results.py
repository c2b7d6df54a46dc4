"""Figures with their limits, as JSON that is kept with its date and as a table for people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from .measuring import Sample

Direction = Literal["at most", "at least", ""]


@dataclass(slots=True)
class Figure:
    """One measured figure. `limit` is what the product promises; without one the figure is for information."""

    name: str
    what: str
    unit: str
    ours: Sample | None
    limit: float | None = None
    direction: Direction = ""
    naive: Sample | None = None
    note: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """ "held" or "missed" by the median; "not measured"; "–" without a limit."""
        if self.ours is None:
            return "not measured"
        if self.limit is None:
            return "–"
        held = self.ours.median <= self.limit if self.direction == "at most" else self.ours.median >= self.limit
        return "held" if held else "missed"

    @property
    def ratio(self) -> float | None:
        """How many times better than the baseline; below 1: worse."""
        if self.ours is None or self.naive is None or not self.ours.median or not self.naive.median:
            return None
        if self.unit.endswith("/s"):
            return self.ours.median / self.naive.median
        return self.naive.median / self.ours.median

    def as_json(self) -> dict[str, Any]:
        """As results keep it."""
        return {
            "name": self.name, "what": self.what, "unit": self.unit, "limit": self.limit, "direction": self.direction,
            "ours": self.ours.as_json() if self.ours else None, "naive": self.naive.as_json() if self.naive else None,
            "ratio": round(self.ratio, 2) if self.ratio else None, "verdict": self.verdict, "note": self.note,
            **({"more": self.more} if self.more else {}),
        }  # fmt: skip


def exact(value: float) -> Sample:
    """A figure that is counted, not measured."""
    return Sample(value, value, value, 1)


def number(value: float) -> str:
    """For people."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spread(one: Sample | None) -> str:
    if one is None:
        return "–"
    if one.n == 1 or one.low == one.high:
        return number(one.median)
    return f"{number(one.median)} ({number(one.low)}–{number(one.high)})"


def table(figures: Sequence[Figure]) -> str:
    """The markdown table: median (lowest–highest)."""
    lines = [
        "| Figure | Unit | Tổ Số | Limit | Verdict | Baseline (DRF) | Times better |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in figures:
        limit = f"{'≤' if one.direction == 'at most' else '≥'} {number(one.limit)}" if one.limit is not None else "–"
        ratio = number(one.ratio) if one.ratio else "–"
        verdict = f"**{one.verdict}**" if one.verdict == "missed" else one.verdict
        lines.append(
            f"| {one.what} | {one.unit} | {_spread(one.ours)} | {limit} | {verdict} | {_spread(one.naive)} | {ratio} |"
        )
    return "\n".join(lines)


def document(facts: dict[str, Any], figures: Sequence[Figure]) -> str:
    """The whole page for people."""
    lines = [f"# Benchmark of {facts['date']}{' (quick: smaller data, short runs)' if facts['quick'] else ''}", ""]
    lines += [f"- {name}: {_words(value)}" for name, value in facts.items() if name not in ("date", "quick")]
    lines += ["", "Median (lowest–highest) of the repetitions. What each figure means: [README](../README.md).", ""]
    lines += [table(figures), ""]
    notes = [f"- {one.what}: {one.note}" for one in figures if one.note]
    if notes:
        lines += ["Notes:", "", *notes, ""]
    return "\n".join(lines)


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def write(folder: Path, facts: dict[str, Any], figures: Sequence[Figure]) -> list[Path]:
    """Keep a run: dated JSON and the table."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = str(facts["date"]).replace(":", "").replace(" ", "-") + ("-quick" if facts["quick"] else "")
    data = {"facts": facts, "figures": [one.as_json() for one in figures]}
    paths = [folder / f"{stem}.json", folder / f"{stem}.md"]
    paths[0].write_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    paths[1].write_text(document(facts, figures))
    return paths
