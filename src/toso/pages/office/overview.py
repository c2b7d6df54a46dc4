"""Puts the page of a unit together: cards, table, map, ways up and down."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from toso.kernel.messages import day, number, percent
from toso.kernel.text import sort_key
from toso.registers.places import selectors as places
from toso.registers.places.types import Level, UnitView

from . import access, figures, tilemap
from .link import EARLIEST, Link
from .types import Card, Choice, Column, Group, Legend, Overview, Reading, Row
from .visit import Visit

RATIO: Final = "ratio"
BELOW_LIMIT: Final = 200


def overview(visit: Visit, link: Link) -> Overview:
    """The page of a unit. Raises Problem unit_unknown, unit_not_on_boundaries, forbidden."""
    unit = access.unit_for_view(visit.someone, link.unit_id, link.boundaries)
    below = places.units(link.boundaries, parent=unit.id, limit=BELOW_LIMIT)
    codes = dict.fromkeys((*figures.LEAD, *figures.TEAM, *figures.GROUND))
    read = figures.readings(unit.id, link.on, link.boundaries, visit.lang, list(codes))
    if unit.level in (Level.COMMUNE, Level.HAMLET):
        read.pop("units", None)
    if unit.level is Level.HAMLET:
        read.pop("hamlets", None)
    columns = [code for code in figures.COLUMNS if code in read and _tells(read[code], below)]
    if below and below[0].level is Level.HAMLET:
        columns = [code for code in columns if code != "hamlets"]
    tints = [code for code in figures.MAPPED if code in columns]
    tint = link.tint if link.tint in tints else (tints[0] if tints else "")
    tiles = _map(visit, link, below, read[tint]) if tint and len(below) > 1 else None
    return Overview(
        unit=unit,
        name=unit.name(visit.lang),
        path=_path(visit, link),
        groups=_groups(visit, read),
        freshness=_freshness(visit, read),
        coverage=_coverage(visit, unit, link.boundaries),
        below_title=visit.t(f"below.{below[0].level.value}", count=number(visit.lang, len(below))) if below else "",
        columns=_columns(visit, link, columns, read),
        rows=_rows(visit, link, below, columns, read),
        total=_total(visit, unit, columns, read) if below else None,
        map=tiles,
        map_title=read[tint].name if tint else "",
        tints=[Choice(read[code].name, link.to(tint=code) + "#map", code == tint) for code in tints],
        legend=_legend(visit, tiles, read[tint]) if tiles else [],
    )


def shown(lang: str, reading: Reading, value: float | None) -> str:
    """A value as people write it; empty when there is none."""
    if value is None:
        return ""
    return percent(lang, value) if reading.kind == RATIO else number(lang, value)


def _tells(reading: Reading, below: Sequence[UnitView]) -> bool:
    return any(reading.below.get(unit.id) is not None for unit in below)


def _path(visit: Visit, link: Link) -> list[Choice]:
    above = places.ancestors(link.unit_id, link.boundaries)
    open_to = access.visible(visit.someone, [unit.id for unit in above], link.boundaries)
    return [
        Choice(unit.name(visit.lang), link.to(unit_id=unit.id, order="", tint=link.tint) if unit.id in open_to else "")
        for unit in above
    ]


def _groups(visit: Visit, read: Mapping[str, Reading]) -> list[Group]:
    kinds = (("results", figures.LEAD, True), ("teams", figures.TEAM, False), ("ground", figures.GROUND, False))
    groups = []
    for name, codes, lead in kinds:
        cards = [_card(visit, read[code]) for code in codes if code in read]
        if cards:
            groups.append(Group(visit.t(f"group.{name}"), lead, cards))
    return groups


def _card(visit: Visit, reading: Reading) -> Card:
    value = shown(visit.lang, reading, reading.value)
    declared = ""
    if reading.value is not None and reading.declared:
        of_it = shown(visit.lang, reading, reading.declared)
        declared = visit.t("card.all_declared" if reading.declared == reading.value else "card.declared", value=of_it)
    share = None
    if reading.kind == RATIO and reading.value is not None:
        share = max(0, min(100, round(reading.value * 100)))
    having = sum(one is not None for one in reading.below.values())
    part = ""
    if value and 0 < having < len(reading.below):
        counts = {"some": number(visit.lang, having), "all": number(visit.lang, len(reading.below))}
        part = visit.t("card.part", **counts)
    return Card(
        reading.code, reading.name, value or visit.t("no_figure"), declared, part, reading.explanation, not value, share
    )


def _freshness(visit: Visit, read: Mapping[str, Reading]) -> str:
    one = next((read[code] for code in (*figures.LEAD, *figures.GROUND) if code in read), None)
    if one is None or not one.hamlets:
        return ""
    counts = {"reporting": number(visit.lang, one.reporting), "hamlets": number(visit.lang, one.hamlets)}
    if one.freshest is None:
        return visit.t("freshness.none", **counts)
    days = {"freshest": day(visit.lang, one.freshest), "stalest": day(visit.lang, one.stalest or one.freshest)}
    return visit.t("freshness.many", **counts, **days)


def _coverage(visit: Visit, unit: UnitView, boundaries: date) -> str:
    if not unit.coverage_of:
        return ""
    tree = places.tree(boundaries)
    loaded = sum(tree.units[i].level is Level.COMMUNE for i in tree.subtree(tree.index[unit.id]))
    if loaded >= unit.coverage_of:
        return ""
    return visit.t("coverage", loaded=number(visit.lang, loaded), all=number(visit.lang, unit.coverage_of))


def _columns(visit: Visit, link: Link, codes: Sequence[str], read: Mapping[str, Reading]) -> list[Column]:
    heads = [("name", visit.t("column.name"))] + [(code, read[code].name) for code in codes]
    columns = []
    for code, name in heads:
        now = "down" if link.order == f"-{code}" else "up" if link.order == code else ""
        if code == "name" and not link.order:
            now = "up"
        # Names begin with A, figures with the greatest.
        turned = f"-{code}" if now == "up" or (not now and code != "name") else code
        columns.append(Column(code, name, link.to(order=turned) + "#below", now))
    return columns


def _rows(
    visit: Visit, link: Link, below: Sequence[UnitView], codes: Sequence[str], read: Mapping[str, Reading]
) -> list[Row]:
    greatest = {code: max((v for v in read[code].below.values() if v is not None), default=0) for code in codes}
    rows = []
    for unit in ordered(below, link.order, read):
        cells = []
        for code in codes:
            value = read[code].below.get(unit.id)
            top = 1.0 if read[code].kind == RATIO else greatest[code]
            part = round(20 * min(value, top) / top) * 5 if value and top > 0 else 0
            cells.append((shown(visit.lang, read[code], value), value is None, part))
        rows.append(Row(unit.name(visit.lang), replace(link, unit_id=unit.id, order="").url(), cells))
    return rows


def _total(visit: Visit, unit: UnitView, codes: Sequence[str], read: Mapping[str, Reading]) -> Row:
    cells = [(shown(visit.lang, read[code], read[code].value), read[code].value is None, 0) for code in codes]
    return Row(unit.name(visit.lang), "", cells)


def ordered(below: Sequence[UnitView], order: str, read: Mapping[str, Reading]) -> list[UnitView]:
    """Units by name or by a column; those without a value always last."""
    code, down = order.removeprefix("-"), order.startswith("-")
    by_name = sorted(below, key=lambda unit: sort_key(unit.name_vi))
    if code not in read:
        return by_name[::-1] if down else by_name
    values = read[code].below
    having = [(value, unit) for unit in by_name if (value := values.get(unit.id)) is not None]
    having.sort(key=lambda pair: -pair[0] if down else pair[0])
    return [unit for _, unit in having] + [unit for unit in by_name if values.get(unit.id) is None]


def _map(visit: Visit, link: Link, below: Sequence[UnitView], reading: Reading) -> tilemap.TileMap:
    # A town and the commune around it often bear one name.
    names = Counter(unit.name_vi for unit in below)
    return tilemap.draw(
        [
            tilemap.Place(
                unit.id,
                unit.name(visit.lang),
                unit.name(visit.lang) if names[unit.name_vi] > 1 else unit.name_vi,
                shown(visit.lang, reading, reading.below.get(unit.id)) or visit.t("no_figure"),
                reading.below.get(unit.id),
                unit.lon,
                unit.lat,
                replace(link, unit_id=unit.id, order="").url(),
            )
            for unit in below
        ]
    )


def _legend(visit: Visit, tiles: tilemap.TileMap, reading: Reading) -> list[Legend]:
    rows = []
    for step, low, high in tiles.steps:
        first, last = shown(visit.lang, reading, low), shown(visit.lang, reading, high)
        rows.append(Legend(step, first if first == last else f"{first} – {last}"))
    if tiles.missing:
        rows.append(Legend(0, visit.t("no_figure")))
    return rows


def day_choices(visit: Visit, link: Link, today: date) -> list[Choice]:
    """Preset days of the figures."""
    month = today.replace(day=1) - timedelta(days=1)
    year = date(today.year - 1, 12, 31)
    presets = {
        today: visit.t("preset.today"),
        month: visit.t("preset.last_month"),
        year: visit.t("preset.last_year"),
    }
    return [Choice(name, link.to(on=on), link.on == on) for on, name in presets.items()]


def boundary_choices(visit: Visit, link: Link, today: date) -> list[Choice]:
    """Preset days of the boundaries: today's, and those before each reorganisation."""
    presets = {today: visit.t("preset.today")}
    for decision in reversed(places.reorganisations(since=EARLIEST)):
        before = decision.on - timedelta(days=1)
        presets.setdefault(before, visit.t("preset.before", day=day(visit.lang, before)))
    return [Choice(name, link.to(boundaries=on), link.boundaries == on) for on, name in presets.items()]


def elsewhere(visit: Visit, link: Link) -> tuple[str, list[Choice], Choice]:
    """For a unit that does not exist on the boundaries: its name, its successors, and the way to its own days."""
    alive = places.lives([link.unit_id])[link.unit_id].nearest(link.boundaries)
    unit = places.require_unit(link.unit_id, alive)
    heirs = places.successors(link.unit_id, link.boundaries)
    open_to = access.visible(visit.someone, [heir.id for heir in heirs], link.boundaries)
    ways = [
        Choice(heir.name(visit.lang), link.to(unit_id=heir.id, order="") if heir.id in open_to else "")
        for heir in heirs
    ]
    own = Choice(visit.t("elsewhere.own_days", day=day(visit.lang, alive)), link.to(boundaries=alive))
    return unit.name(visit.lang), ways, own
