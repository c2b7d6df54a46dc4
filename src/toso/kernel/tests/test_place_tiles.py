import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toso.kernel.geometry import schematic

POINTS = st.tuples(st.floats(104, 107), st.floats(8, 11))


@given(st.dictionaries(st.text(max_size=4), POINTS, max_size=40), st.randoms(use_true_random=False))
def test_every_place_has_its_own_tile_whatever_the_order(points, order):
    tiles = schematic(points)
    assert set(tiles) == set(points)
    assert len(set(tiles.values())) == len(points)
    if points:
        assert min(column for column, _ in tiles.values()) == min(row for _, row in tiles.values()) == 0
    shuffled = list(points.items())
    order.shuffle(shuffled)
    assert schematic(dict(shuffled)) == tiles


def test_neighbours_keep_their_directions():
    grid = {(x, y): (105 + x / 10, 10 - y / 10) for x in range(5) for y in range(5)}
    tiles = schematic(grid)
    for x, y in grid:
        if x < 4:
            assert tiles[x, y][0] < tiles[x + 1, y][0]
        if y < 4:
            assert tiles[x, y][1] < tiles[x, y + 1][1]


def test_places_at_one_point_lie_side_by_side():
    tiles = schematic(dict.fromkeys("abcdefghi", (106.0, 9.6)))
    assert {max(abs(column), abs(row)) <= 2 for column, row in tiles.values()} == {True}


def test_coordinates_that_are_not_finite_are_refused():
    with pytest.raises(ValueError):
        schematic({"a": (math.nan, 9.6)})
