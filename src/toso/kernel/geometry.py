"""Schematic maps: one equal tile for each place, near where the place really is."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Final, TypeVar

K = TypeVar("K", bound=Hashable)
Cell = tuple[int, int]
Point = tuple[float, float]

_ROOM: Final = 1.3
_MOST_ROUNDS: Final = 20


def schematic(points: dict[K, Point]) -> dict[K, Cell]:
    """A cell of its own for each point (longitude, latitude in degrees): (column, row), both from 0.

    Columns grow eastwards, rows southwards, some cells stay empty. The result depends on the keys and points
    only, not on the order of the dict; keys at one point are told apart by repr(). Quadratic: meant for up to
    some thousand points. Raises ValueError for coordinates that are not finite.
    """
    keys = sorted(points, key=lambda key: (points[key], repr(key)))
    wanted = _scale([points[key] for key in keys])
    cells = _settle(wanted)
    _improve(wanted, cells)
    left = min((column for column, _ in cells), default=0)
    top = min((row for _, row in cells), default=0)
    return {key: (column - left, row - top) for key, (column, row) in zip(keys, cells, strict=True)}


def _scale(points: list[Point]) -> list[Point]:
    """The places on a plane whose unit is one cell, with room for all."""
    if not all(math.isfinite(lon) and math.isfinite(lat) for lon, lat in points):
        raise ValueError("coordinates must be finite")
    if not points:
        return []
    west, north = min(lon for lon, _ in points), max(lat for _, lat in points)
    shrink = math.cos(math.radians(math.fsum(lat for _, lat in points) / len(points)))
    plane = [((lon - west) * shrink, north - lat) for lon, lat in points]
    width, height = max(x for x, _ in plane), max(y for _, y in plane)
    longest = max(width, height)
    if longest == 0:
        return plane
    # A strip of places needs room along its length, a round area in both directions.
    area = max(width, longest / len(points)) * max(height, longest / len(points))
    unit = math.sqrt(area / (len(points) * _ROOM))
    return [(x / unit, y / unit) for x, y in plane]


def _settle(wanted: list[Point]) -> list[Cell]:
    """Nearest free cell for each place, the crowded middle first."""
    if not wanted:
        return []
    middle = (math.fsum(x for x, _ in wanted) / len(wanted), math.fsum(y for _, y in wanted) / len(wanted))
    order = sorted(range(len(wanted)), key=lambda index: (_cost(wanted[index], middle), index))
    taken: dict[Cell, int] = {}
    for index in order:
        taken[_nearest_free(wanted[index], taken)] = index
    cells = {index: cell for cell, index in taken.items()}
    return [cells[index] for index in range(len(wanted))]


def _nearest_free(place: Point, taken: dict[Cell, int]) -> Cell:
    column, row = round(place[0]), round(place[1])
    best: tuple[float, Cell] | None = None
    reach = 0
    # Cells at distance `reach` lie at least reach - 1/2 away.
    while best is None or (reach - 0.5) ** 2 <= best[0]:
        for cell in _ring(column, row, reach):
            if cell not in taken:
                candidate = (_cost(place, cell), cell)
                best = candidate if best is None else min(best, candidate)
        reach += 1
    return best[1]


def _ring(column: int, row: int, reach: int) -> list[Cell]:
    span = range(-reach, reach + 1)
    return [(column + x, row + y) for y in span for x in (span if abs(y) == reach else {-reach, reach})]


def _improve(wanted: list[Point], cells: list[Cell]) -> None:
    """Swap cells of two places while that brings the two together nearer to where they are."""
    for _ in range(_MOST_ROUNDS):
        swapped = False
        for one in range(len(cells)):
            for other in range(one + 1, len(cells)):
                now = _cost(wanted[one], cells[one]) + _cost(wanted[other], cells[other])
                then = _cost(wanted[one], cells[other]) + _cost(wanted[other], cells[one])
                if then < now - 1e-9:
                    cells[one], cells[other] = cells[other], cells[one]
                    swapped = True
        if not swapped:
            return


def _cost(place: Point, cell: Point | Cell) -> float:
    return (place[0] - cell[0]) ** 2 + (place[1] - cell[1]) ** 2
