"""Tiles, tints and labels of the schematic map."""

from toso.kernel.ids import new_id
from toso.pages.office.tilemap import GAP, HEIGHT, STEPS, WIDTH, Place, draw


def place(value, lon=None, lat=None, label="Trường Khánh"):
    return Place(new_id(), label, label, str(value), value, lon, lat)


def test_tiles_do_not_overlap_and_keep_north_and_south():
    north, south = place(1, 106.0, 9.9), place(2, 106.0, 9.5)
    drawn = draw([south, north])
    assert drawn.placed
    assert drawn.tiles[1].y < drawn.tiles[0].y
    assert len({(tile.x, tile.y) for tile in drawn.tiles}) == 2


def test_without_positions_tiles_stand_in_rows():
    drawn = draw([place(n) for n in range(8)])
    assert not drawn.placed
    assert drawn.width == 6 * (WIDTH + GAP) - GAP
    assert drawn.height == 2 * (HEIGHT + GAP) - GAP


def test_equal_values_have_one_tint_and_more_is_darker():
    drawn = draw([place(value) for value in (1, 1, 1, 5, 9, 9, 30, 40, 100, None)])
    steps = [tile.step for tile in drawn.tiles]
    assert steps[:3] == [steps[0]] * 3
    assert steps[:9] == sorted(steps[:9])
    assert steps[8] == STEPS
    assert steps[9] == 0
    assert drawn.missing
    assert all(len(tile.bars) == tile.step for tile in drawn.tiles)
    assert [low for _, low, _ in drawn.steps] == sorted(low for _, low, _ in drawn.steps)


def test_one_value_has_the_middle_tint_and_no_value_none():
    assert {tile.step for tile in draw([place(4), place(4)]).tiles} == {3}
    assert draw([place(None)]).steps == []
    assert draw([]).tiles == []


def test_long_names_are_wrapped_and_cut():
    tile = draw([place(1, label="Thị trấn Long Phú Rất Là Dài Quá Chừng")]).tiles[0]
    assert len(tile.lines) == 2
    assert tile.lines[1][1].endswith("…")
