"""A store to a map of its places: provinces as tiles, below them the tree of what is held.

One figure is shown at a time; which one a reader chooses without a script. Where there is no
figure the place says why, and is never drawn as 0.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kg.page import fill
from kg.page.words import Pair, pair, told
from kg.render.links import Links
from kg.render.views.base import View, Wanted
from kg.render.views.places import (
    COUNTS,
    MASKED,
    NO_DOCUMENT,
    NO_PLAN,
    OTHER,
    PROMISE,
    SILENT,
    Figure,
    Promised,
    Region,
    Regions,
    read_regions,
)
from kg.render.views.spread import LONGEST, seen
from kg.reports.write import text_of
from kg.store import Store
from kg.vocabulary import rows as table

NAME = "regions"
CLASSES = 5  # colours of the ramp
OPEN = 40  # places that are listed unfolded
TEN_THOUSAND, THOUSAND, MILLION = 10_000, 1_000, 1_000_000
STATES = (NO_DOCUMENT, SILENT, NO_PLAN, MASKED, OTHER)


@dataclass(frozen=True, slots=True)
class Classes:
    """How figures become colours."""

    highest: tuple[Decimal, ...]  # of each class
    lowest: tuple[Decimal, ...]
    colours: tuple[int, ...]  # of each class, from 0 to CLASSES - 1
    by_value: bool  # a class for each value, for there are few

    def colour(self, value: Decimal) -> int:
        """Give the colour of a figure."""
        return self.colours[bisect_left(self.highest, value)]


@dataclass(frozen=True, slots=True)
class Tile:
    """A province on the map, or a place of the region that was asked for."""

    name: str
    column: int  # from 1; 0 where places stand one after the other
    row: int
    region: Region | None  # None where the store does not know it


@dataclass(frozen=True, slots=True)
class Branch:
    """A place with those below it."""

    region: Region
    below: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure that a reader can look at, with its legend."""

    name: str
    words: Pair
    unit: str
    classes: Classes | None
    legend: tuple[tuple[int, Pair], ...]  # colour, values
    states: tuple[str, ...]  # why places have none
    most: Mapping[str, Decimal]  # of each level


def draw(store: Store, wanted: Wanted, links: Links) -> View:
    """Return the places of a store, or of one region, with what is held of each."""
    regions = read_regions(store, wanted)
    tiles = _below(regions) if regions.outer else _provinces(regions)
    names = [*COUNTS, *([PROMISE] if regions.promised else [])]
    choices = [_choice(name, regions, tiles) for name in names]
    branches = _branches(regions.listed)
    body = fill(
        "render/views/regions.html",
        is_empty=not regions.listed,
        choices=choices,
        first=PROMISE if wanted.indicator and regions.promised else COUNTS[0],
        tiles=tiles,
        is_country=not regions.outer,
        branches=branches,
        is_open=len(regions.listed) <= OPEN,
        listed=regions.listed,
        names={one.iri: seen(one.name) for one in regions.listed},
        links=links,
        **_SAID,
    )
    title = (
        told("regions-of", region=seen(wanted.region)) if wanted.region else pair("regions-title")
    )
    return View(NAME, title, body, tuple(_notes(regions, wanted)), not regions.listed)


def _provinces(regions: Regions) -> tuple[Tile, ...]:
    by_code = {one.code: one for one in regions.listed}
    return tuple(
        Tile(row["name"], int(row["column"]), int(row["row"]), by_code.get(row["code"]))
        for row in table("province_tiles.tsv")
    )


def _below(regions: Regions) -> tuple[Tile, ...]:
    """Return the places directly below the one asked for, in the order of their codes."""
    return tuple(
        Tile(seen(one.name), 0, 0, one) for one in regions.listed if one.above in regions.outer
    )


def _notes(regions: Regions, wanted: Wanted) -> Iterable[Pair]:
    promised = regions.promised
    if not regions.listed:
        yield pair("regions-empty")
    if promised and not promised.chosen:
        yield told("regions-promise-chosen-by-us", **_named(promised))
    if promised:
        yield told("regions-promise-told", **_named(promised))
    if wanted.year is not None:
        yield told("regions-year", year=wanted.year)
    if regions.placeless:
        yield told("regions-placeless", number=regions.placeless)


def _named(promised: Promised) -> dict[str, Any]:
    label = {"indicator": promised.name}
    return {**label, "year": promised.year, "places": promised.places, "stated": promised.stated}


# -- figures -----------------------------------------------------------------------------------


def _choice(name: str, regions: Regions, tiles: Sequence[Tile]) -> Choice:
    shown = [tile.region.figures[name] for tile in tiles if tile.region]
    values = [figure.value for figure in shown if figure.value is not None]
    classes = classes_of(values)
    figures = [one.figures[name] for one in regions.listed]
    absent = {figure.state for figure in figures if figure.state}
    absent.add(NO_PLAN if name == PROMISE else NO_DOCUMENT)
    most: dict[str, Decimal] = defaultdict(Decimal)
    for one in regions.listed:
        most[one.level] = max(most[one.level], one.figures[name].value or Decimal())
    words = pair(f"regions-{name}")
    if name == PROMISE and regions.promised:
        words = told("regions-promise", **_named(regions.promised))
    unit = regions.promised.unit if name == PROMISE and regions.promised else ""
    return Choice(
        name=name,
        words=words,
        unit=unit,
        classes=classes,
        legend=_legend(classes, unit),
        states=tuple(state for state in STATES if state in absent),
        most=dict(most),
    )


def classes_of(values: Iterable[Decimal]) -> Classes | None:
    """Return quantiles, each with about as many values; a class for each value where few differ."""
    ordered = sorted(values)
    distinct = sorted(set(ordered))
    if not ordered:
        return None
    if len(distinct) <= CLASSES:
        highest = distinct
    else:
        cuts = {ordered[-(-len(ordered) * part // CLASSES) - 1] for part in range(1, CLASSES + 1)}
        highest = sorted(cuts)
    lowest = [distinct[0], *(min(v for v in distinct if v > top) for top in highest[:-1])]
    return Classes(
        highest=tuple(highest),
        lowest=tuple(lowest),
        colours=_spread_out(len(highest)),
        by_value=len(distinct) <= CLASSES,
    )


def _spread_out(number: int) -> tuple[int, ...]:
    """Return colours that differ as much as so many classes can."""
    if number == 1:
        return (CLASSES // 2,)
    return tuple(round(at * (CLASSES - 1) / (number - 1)) for at in range(number))


def _legend(classes: Classes | None, unit: str) -> tuple[tuple[int, Pair], ...]:
    if classes is None:
        return ()
    found = []
    for low, high, colour in zip(classes.lowest, classes.highest, classes.colours, strict=True):
        lows, highs = short(low), short(high)
        both = (
            f"{a}{unit}" if a == b else f"{a}–{b}{unit}" for a, b in zip(lows, highs, strict=True)
        )
        chinese, english = both
        found.append((colour, (chinese, english)))
    return tuple(found)


def short(value: Decimal) -> Pair:
    """Return a number that fits into a tile: 12万, 120k."""
    if value < TEN_THOUSAND:
        return (text_of(value),) * 2
    chinese = f"{text_of(round(value / TEN_THOUSAND, 1))}万"
    if value >= MILLION:
        return chinese, f"{text_of(round(value / MILLION, 1))}m"
    return chinese, f"{text_of(round(value / THOUSAND, 1))}k"


# -- the tree ----------------------------------------------------------------------------------


def _branches(listed: Sequence[Region]) -> tuple[Branch, ...]:
    below: dict[str, list[Region]] = defaultdict(list)
    for one in listed:
        below[one.above].append(one)

    def branch(region: Region) -> Branch:
        return Branch(region, tuple(map(branch, below[region.iri])))

    return tuple(map(branch, below[""]))


# -- words -------------------------------------------------------------------------------------


def _tile_words(figure: Figure, unit: str) -> Pair:
    """Return what a tile says: its number, or why it has none."""
    if figure.value is None:
        return pair(f"regions-{figure.state}")
    sign = figure.text[:1] if figure.text[:1] in tuple("≥≤≈+") else ""
    chinese, english = short(figure.value)
    unit = unit if len(unit) == 1 and not unit.isalnum() else ""  # %, ‰
    return f"{sign}{chinese}{unit}", f"{sign}{english}{unit}"


def _row_words(figure: Figure) -> Pair:
    """Return what a line of the tree says: the number in full."""
    if figure.text and figure.state != MASKED:
        return seen(figure.text), seen(figure.text)
    if figure.value is None:
        return pair(f"regions-{figure.state}")
    return (f"{figure.value:,}",) * 2


def _share(figure: Figure, level: str, choice: Choice) -> float:
    """Return how long a bar is, in hundredths of the longest of its level."""
    most = choice.most.get(level)
    return round(float(100 * (figure.value or 0) / most), 1) if most else 0.0


def _class(figure: Figure | None, choice: Choice) -> str:
    if figure is None or figure.value is None or choice.classes is None:
        return "absent"
    return f"c{choice.classes.colour(figure.value)}"


def _hint(figure: Figure) -> str:
    said = seen(figure.evidence.sentence) if figure.evidence else ""
    return f"{said[:LONGEST]}…" if len(said) > LONGEST else said


def _absent(name: str) -> Figure:
    return Figure(None, state=NO_PLAN if name == PROMISE else NO_DOCUMENT)


_SAID: dict[str, Any] = {
    "tile_words": _tile_words,
    "row_words": _row_words,
    "share": _share,
    "colour": _class,
    "hint": _hint,
    "absent": _absent,
    "told": told,
    "pair": pair,
    "promise": PROMISE,
}
