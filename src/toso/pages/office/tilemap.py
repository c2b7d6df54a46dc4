"""The schematic map: one equal tile for each unit, near where it lies; no outlines, so none can be wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from toso.kernel.geometry import schematic

WIDTH: Final = 132
HEIGHT: Final = 84
GAP: Final = 8
STEPS: Final = 5
LINE: Final = 17


@dataclass(frozen=True, slots=True)
class Place:
    """One unit on the map. `ratio` orders the tints; None: no value."""

    id: UUID
    name: str
    label: str
    shown: str
    value: float | None
    lon: float | None
    lat: float | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as drawn. `step` 1 … 5 from low to high, 0: no value."""

    x: int
    y: int
    lines: Sequence[tuple[int, str]]
    shown: str
    step: int
    bars: Sequence[int]
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class TileMap:
    """A map as drawn. `steps` are (step, lowest, highest) of the tints in use; `placed` is false without positions."""

    width: int
    height: int
    tiles: Sequence[Tile]
    steps: Sequence[tuple[int, float, float]]
    placed: bool
    missing: bool


def draw(places: Sequence[Place]) -> TileMap:
    """Lay out the tiles and tint them by rank: equal numbers of units in each step, equal values in one step."""
    cells, placed = _cells(places)
    step_of, steps = _steps([place.value for place in places if place.value is not None])
    tiles = []
    for place, (column, row) in zip(places, cells, strict=True):
        step = 0 if place.value is None else step_of[place.value]
        lines = _wrapped(place.label)
        tiles.append(
            Tile(
                column * (WIDTH + GAP), row * (HEIGHT + GAP),
                [(24 + LINE * i, line) for i, line in enumerate(lines)],
                place.shown, step, [WIDTH - 16 - 9 * i for i in range(step)], place.name, place.url,
            )
        )  # fmt: skip
    columns = 1 + max((column for column, _ in cells), default=0)
    rows = 1 + max((row for _, row in cells), default=0)
    return TileMap(
        columns * (WIDTH + GAP) - GAP, rows * (HEIGHT + GAP) - GAP, tiles, steps, placed,
        any(tile.step == 0 for tile in tiles),
    )  # fmt: skip


def _cells(places: Sequence[Place]) -> tuple[list[tuple[int, int]], bool]:
    points = {p.id: (p.lon, p.lat) for p in places if p.lon is not None and p.lat is not None}
    if places and len(points) == len(places):
        found = schematic(points)
        return [found[place.id] for place in places], True
    wide = min(6, max(1, len(places)))
    return [(i % wide, i // wide) for i in range(len(places))], False


def _steps(values: Sequence[float]) -> tuple[dict[float, int], list[tuple[int, float, float]]]:
    distinct = sorted(set(values))
    if not distinct:
        return {}, []
    ranked = sorted(values)
    count = min(STEPS, len(distinct))
    step_of: dict[float, int] = {}
    for value in distinct:
        # The middle rank among equals, so that ties share one step.
        rank = (ranked.index(value) + len(ranked) - 1 - ranked[::-1].index(value)) / 2
        part = min(count - 1, int(rank * count / len(ranked)))
        step_of[value] = 1 + round(part * (STEPS - 1) / max(1, count - 1)) if count > 1 else 3
    used = sorted(set(step_of.values()))
    return step_of, [
        (step, min(v for v in distinct if step_of[v] == step), max(v for v in distinct if step_of[v] == step))
        for step in used
    ]


def _wrapped(label: str, room: int = 15) -> list[str]:
    lines = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2:
        lines = [lines[0], lines[1][: room - 1] + "…"]
    return lines
