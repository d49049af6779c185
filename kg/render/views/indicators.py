"""Plans to a heat table: what each place promises of each indicator.

One table for a year, the others folded; of one indicator its years side by side. A cell's colour
is its rank among the figures of its column that can be compared with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kg.page import fill
from kg.page.words import Pair, in_both, pair, told
from kg.render.links import Links
from kg.render.views.base import View, Wanted
from kg.render.views.figures import details, figure, shown
from kg.reports.compare import SILENT, in_year, regions_of
from kg.reports.holdings import LEVELS, Holding
from kg.reports.planned import (
    Asked,
    Chosen,
    Planned,
    Plans,
    find_indicators,
    fold,
    in_order,
    names_of,
    read_plans,
    years_of,
)
from kg.store import Store

MOST_COLUMNS = 60  # in one table
MOST_CELLS = 12_000  # in all tables: what a browser still opens at once
MOST_ABSENT = 12  # rows without a plan; more are named below the table
MOST_ROWS = 60  # of more, those that promise nothing here are named below the table
FEW_COLUMNS = 8  # whose names stand upright
STEPS = 5  # of colour
TOP = LEVELS[0]
SHARED = 2  # places that promise it, to make an indicator comparable

_SUBJECTS = "SELECT ?indicator ?subject { ?indicator a pol:Indicator ; dcterms:subject ?subject }"
_BROADER = "SELECT ?indicator ?above { ?indicator a pol:Indicator ; skos:broader ?above }"

Basis = tuple[str, bool, bool, str, int]  # what two figures share that can be compared


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of the table stands for."""

    indicator: str  # IRI
    year: int
    head: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A target in the table, with the plan that sets it."""

    target: Planned
    plan: Holding


@dataclass(frozen=True, slots=True)
class Cell:
    """What a place promises in a column, what can be compared first; its colour, 0 for none."""

    promises: tuple[Promise, ...]
    step: int


Cells = Mapping[tuple[str, Column], Cell]  # by region and column


@dataclass(frozen=True, slots=True)
class Book:
    """What is known of all places, indicators and years."""

    regions: tuple[str, ...]  # IRIs, each below the one that holds it
    plans: Plans
    names: Mapping[str, str]
    labels: Mapping[str, str]  # of indicators
    held: Mapping[tuple[str, int], tuple[Holding, ...]]
    cells: Mapping[tuple[str, str, int], Sequence[Promise]]  # region, indicator, year

    def counts(self, year: int) -> Counter[str]:
        """Count the places that promise something of each indicator in a year."""
        return Counter(indicator for _, indicator, one in self.cells if one == year)

    def years(self) -> list[int]:
        """Return the years of which something is said."""
        return sorted({year for *_, year in self.cells})

    def promises(self, region: str, column: Column) -> tuple[Promise, ...]:
        """Return what a place promises of a column, the same thing said twice as one."""
        found = self.cells.get((region, column.indicator, column.year), ())
        plans = {one.plan.document: one.plan for one in found}
        folded = fold(in_year(one.target, column.year) for one in found)
        return tuple(Promise(one, plans[one.document]) for one in folded)


def draw(store: Store, wanted: Wanted, links: Links) -> View:
    """Draw places × indicators; raise NotFoundError for a region or indicator that is not known."""
    asked = find_indicators(store, wanted.indicator) if wanted.indicator else None
    chosen = Chosen(region=wanted.region, issuer=wanted.issuer)
    plans = read_plans(store, chosen, asked.iris if asked else None)
    book = _book(plans, chosen)
    drawn = Drawing(book, _sectors(store), links)
    if asked and wanted.year is None:
        tables = list(drawn.of_indicator(asked))
    else:
        tables = list(drawn.of_years(wanted.year, everything=asked is not None))
    body = fill("render/views/indicators.html", tables=tables, steps=range(1, STEPS + 1))
    counts = told(
        "view-plans-compared", plans=len(plans.held), places=len({p.region for p in plans.held})
    )
    return View(
        "indicators",
        _title(wanted, asked),
        body,
        (counts, *drawn.notes, pair("view-how-coloured")),
        empty=not tables,
    )


def _title(wanted: Wanted, asked: Asked | None) -> Pair:
    chinese, english = pair("view-indicators")
    choice = (asked.name if asked else "", wanted.region, wanted.issuer, str(wanted.year or ""))
    said = shown("，".join(filter(None, choice)))
    return (f"{chinese}：{said}", f"{english}: {said}") if said else (chinese, english)


# -- what is known -----------------------------------------------------------------------------


def _book(plans: Plans, chosen: Chosen) -> Book:
    regions = in_order(regions_of(plans, chosen), plans.places)
    held: dict[tuple[str, int], list[Holding]] = defaultdict(list)
    for plan in plans.held:
        for year in plan.years:
            held[plan.region, year].append(plan)
    return Book(
        regions=tuple(regions),
        plans=plans,
        names=names_of(regions, plans.places),
        labels={target.indicator: target.label for target in plans.targets},
        held={place: tuple(several) for place, several in held.items()},
        cells=_cells(plans),
    )


def _cells(plans: Plans) -> dict[tuple[str, str, int], list[Promise]]:
    held = {plan.document: plan for plan in plans.held}
    found: dict[tuple[str, str, int], list[Promise]] = defaultdict(list)
    for target in plans.targets:
        plan = held[target.document]
        for year in years_of(target, plan):
            found[plan.region, target.indicator, year].append(Promise(target, plan))
    return dict(found)


def _sectors(store: Store) -> dict[str, str]:
    """Return the sector of each indicator; what lies below one is of its sector."""
    # Of two the first in order, so that the answer does not depend on luck.
    rows = sorted(store.select(_SUBJECTS), key=lambda row: row["subject"], reverse=True)
    sectors = {row["indicator"]: row["subject"] for row in rows}
    above = {row["indicator"]: row["above"] for row in store.select(_BROADER)}
    for indicator in sorted(above):
        outer, seen = above[indicator], {indicator}
        while outer not in sectors and outer in above and outer not in seen:
            seen.add(outer)
            outer = above[outer]
        if outer in sectors:
            sectors.setdefault(indicator, sectors[outer])
    return sectors


# -- which columns -----------------------------------------------------------------------------


class Drawing:
    """Draws tables of a book, and keeps what must be said of them."""

    def __init__(self, book: Book, sectors: Mapping[str, str], links: Links) -> None:
        self._book, self._sectors, self._links = book, sectors, links
        self.notes: list[Pair] = []
        self._alone: dict[int, int] = {}

    def of_years(self, year: int | None, *, everything: bool) -> Iterator[dict[str, object]]:
        """Yield a table for each year, the one with most promises open; only one if it is asked."""
        years = [year] if year is not None else self._book.years()
        chosen = {one: self._shared(one, everything=everything) for one in years}
        chosen = {one: columns for one, columns in chosen.items() if columns}
        if not chosen:
            return
        weights = {one: self._weight(one, columns) for one, columns in chosen.items()}
        first = max(chosen, key=lambda one: (weights[one], one))
        kept = self._kept(chosen, first)
        for one in kept:
            self._say_left_out(one, chosen[one], everything=everything)
            yield self._table(str(one), self._by_sector(chosen[one], one), opened=one == first)
        if self._alone:
            told_of = "；".join(f"{one}: {number}" for one, number in self._alone.items())
            self.notes.append(told("view-alone", years=told_of))

    def _shared(self, year: int, *, everything: bool) -> list[str]:
        """Return the indicators of a year that can be compared, those of most places first."""
        counts = self._book.counts(year)
        enough = [one for one, number in counts.items() if number >= SHARED or everything]
        found = enough or (list(counts) if len(self._book.years()) == 1 else [])
        ranked = sorted(found, key=lambda one: (-counts[one], self._book.labels[one], one))
        return ranked[:MOST_COLUMNS]

    def _weight(self, year: int, columns: Iterable[str]) -> int:
        counts = self._book.counts(year)
        return sum(counts[one] for one in columns)

    def _kept(self, chosen: Mapping[int, Sequence[str]], first: int) -> list[int]:
        """Return the years that are drawn: the first, and of the others what there is room for."""
        room = MOST_CELLS - len(chosen[first]) * len(self._book.regions)
        kept, left = [first], list[int]()
        for year in sorted(set(chosen) - {first}, key=lambda one: (abs(one - first), one)):
            size = len(chosen[year]) * len(self._book.regions)
            (kept if size <= room else left).append(year)
            room -= size if size <= room else 0
        if left:
            years = "、".join(str(year) for year in sorted(left))
            self.notes.append(told("view-years-left", years=years))
        return [first, *sorted(kept[1:], reverse=True)]

    def _say_left_out(self, year: int, shown_here: Sequence[str], *, everything: bool) -> None:
        counts = self._book.counts(year)
        alone = sum(number < SHARED for number in counts.values())
        rest = len(counts) - len(shown_here) - (0 if everything else alone)
        if rest > 0:
            self.notes.append(
                told("view-columns-left", year=year, shown=len(shown_here), left=rest)
            )
        if alone and not everything and any(counts[one] >= SHARED for one in shown_here):
            self._alone[year] = alone

    def _by_sector(self, chosen: Iterable[str], year: int) -> list[tuple[Pair, list[Column]]]:
        """Group the columns by sector, the sector with most promises first."""
        groups: dict[str, list[Column]] = defaultdict(list)
        for one in chosen:
            column = Column(one, year, self._book.labels[one])
            groups[self._sectors.get(one, "")].append(column)
        counts = self._book.counts(year)

        def weight(sector: str) -> tuple[bool, int, str]:
            return not sector, -max(counts[one.indicator] for one in groups[sector]), sector

        return [
            ((sector, sector) if sector else pair("view-no-sector"), groups[sector])
            for sector in sorted(groups, key=weight)
        ]

    def of_indicator(self, asked: Asked) -> Iterator[dict[str, object]]:
        """Yield one table: an indicator and what lies below it, each with its years."""
        places: dict[str, set[str]] = defaultdict(set)
        for region, indicator, _ in self._book.cells:
            places[indicator].add(region)
        labels = self._book.labels

        def rank(one: str) -> tuple[bool, int, str, str]:
            return labels[one] != asked.name, -len(places[one]), labels[one], one

        groups: list[tuple[Pair, list[Column]]] = []
        room = MOST_COLUMNS
        for indicator in sorted(places, key=rank):
            years = self._years_of(indicator)
            if len(years) > room:
                break
            room -= len(years)
            head = (labels[indicator], labels[indicator])
            groups.append((head, [Column(indicator, year, str(year)) for year in years]))
        if len(groups) < len(places):
            left = len(places) - len(groups)
            self.notes.append(told("view-indicators-left", shown=len(groups), left=left))
        drawn = {column.year for _, several in groups for column in several}
        silent = {year for _, year in self._book.held if year > min(drawn, default=year)} - drawn
        if silent:
            listed = "、".join(str(year) for year in sorted(silent))
            self.notes.append(told("view-years-silent", years=listed))
        if groups:
            yield self._table("", groups, opened=True)

    def _years_of(self, indicator: str) -> list[int]:
        return sorted({year for _, one, year in self._book.cells if one == indicator})

    # -- a table -------------------------------------------------------------------------------

    def _table(
        self, year: str, groups: Sequence[tuple[Pair, Sequence[Column]]], *, opened: bool
    ) -> dict[str, object]:
        columns = [column for _, several in groups for column in several]
        cells = self._cells(columns)
        rows, folded = self._rows(columns, cells)
        stated = [self._stated(column) for column in columns]
        return {
            "year": year,
            "open": opened,
            "upright": len(columns) <= FEW_COLUMNS or not year,
            "groups": [(in_both(*_seen(head)), len(several)) for head, several in groups],
            "columns": [
                (shown(one.head), self._links.entity(one.indicator), number)
                for one, number in zip(columns, stated, strict=True)
            ],
            # Where one group ends and the next begins.
            "edges": {sum(len(several) for _, several in groups[:n]) for n in range(len(groups))},
            "rows": rows,
            "folded": [(words, names) for words, names in folded.items() if names],
            "count": told("view-size", places=len(rows), columns=len(columns)),
        }

    def _stated(self, column: Column) -> int:
        key = column.indicator, column.year
        return sum((region, *key) in self._book.cells for region in self._book.regions)

    def _rows(
        self, columns: Sequence[Column], cells: Cells
    ) -> tuple[list[dict[str, object]], dict[str, list[str]]]:
        """Return the rows; where they are many, the names of the places that have none, by why."""
        years = {column.year for column in columns}
        regions = list(self._book.regions)
        empty = [one for one in regions if not self._has_plan(one, years)]
        empty = empty if len(empty) > MOST_ABSENT else []
        regions = [one for one in regions if one not in set(empty)]
        silent = [one for one in regions if not self._says(one, columns)]
        silent = silent if len(regions) > MOST_ROWS else []
        regions = [one for one in regions if one not in set(silent)]
        rows = [self._row(region, regions, columns, cells) for region in regions]
        names = {iri: shown(name) for iri, name in self._book.names.items()}
        return rows, {
            "view-no-plan": [names[one] for one in empty],
            "view-silent-places": [names[one] for one in silent],
        }

    def _says(self, region: str, columns: Iterable[Column]) -> bool:
        return any((region, one.indicator, one.year) in self._book.cells for one in columns)

    def _has_plan(self, region: str, years: Iterable[int]) -> bool:
        return any((region, year) in self._book.held for year in years)

    def _row(
        self,
        region: str,
        regions: Collection[str],
        columns: Sequence[Column],
        cells: Cells,
    ) -> dict[str, object]:
        place = self._book.plans.places.by_iri[region]
        chain = self._book.plans.places.chain(region)[1:]
        above = [one.iri for one in chain]
        outer = chain[0] if chain and chain[0].level != TOP else None
        years = {column.year for column in columns}
        plans = {
            plan.document: plan
            for year in sorted(years)
            for plan in self._book.held.get((region, year), ())
        }
        return {
            "name": shown(self._book.names[region]),
            "link": self._links.entity(region),
            "level": pair(place.level, "classes"),
            "depth": sum(one in regions for one in above),
            "outer": shown(outer.name) if outer and outer.iri not in regions else "",
            "plans": len(plans),
            "titles": shown("；".join(plan.title for plan in plans.values())),
            "cells": [self._cell(region, one, cells.get((region, one))) for one in columns],
        }

    def _cell(self, region: str, column: Column, found: Cell | None) -> dict[str, object]:
        if found is None:
            held = (region, column.year) in self._book.held
            return {"state": SILENT if held else "absent"}
        masked = found.promises[0].target.low is None
        state = "masked" if masked else f"s{found.step}" if found.step else "said"
        return {"state": state, "said": [self._said(one) for one in found.promises]}

    def _said(self, one: Promise) -> dict[str, object]:
        place = one.target.evidence[0]
        return {
            "figure": figure(one.target),
            "details": details(one.target),
            "link": self._links.place(place.source, place.begin, place.end),
        }

    # -- colours -------------------------------------------------------------------------------

    def _cells(self, columns: Iterable[Column]) -> Cells:
        """Return the cells that say something, coloured where their figures can be compared."""
        found: dict[tuple[str, Column], Cell] = {}
        for column in columns:
            said = {
                region: self._book.promises(region, column)
                for region in self._book.regions
                if (region, column.indicator, column.year) in self._book.cells
            }
            basis = _commonest(said.values())
            steps = dict(_ranked(said, basis))
            for region, several in said.items():
                ordered = sorted(several, key=lambda one: _order(one, basis))
                found[region, column] = Cell(tuple(ordered), steps.get(region, 0))
        return found


def _seen(words: Pair) -> Pair:
    return shown(words[0]), shown(words[1])


def _order(one: Promise, basis: Basis | None) -> tuple[bool, bool, bool, tuple[str, int, int]]:
    """Sort the promises of a cell: what applies to all and can be compared comes first."""
    target = one.target
    return bool(target.group), _basis(one) != basis, target.low is None, target.place


def _basis(one: Promise) -> Basis:
    target = one.target
    # What is added in five years is no measure for a year's; a rate is one at its end.
    span = 1 if target.unit == "%" else len(one.plan.years)
    return target.unit, target.change, target.each, target.recurrence, span


def _commonest(cells: Iterable[Sequence[Promise]]) -> Basis | None:
    """Return the basis that most cells of a column share."""
    counts = Counter(
        basis for cell in cells for basis in sorted({_basis(one) for one in cell if _counts(one)})
    )
    return min(counts, key=lambda basis: (-counts[basis], basis)) if counts else None


def _counts(one: Promise) -> bool:
    return one.target.low is not None and not one.target.group and not one.target.masked


def _ranked(
    cells: Mapping[str, Sequence[Promise]], basis: Basis | None
) -> Iterator[tuple[str, int]]:
    """Yield the colour of each place's figure among those that can be compared with it."""
    values: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for region, cell in cells.items():
        first = min(cell, key=lambda one: _order(one, basis))
        if _counts(first) and _basis(first) == basis:
            # A province adds more than its counties: amounts compare within a level only.
            level = "" if first.target.unit == "%" else first.plan.level
            values[level][region] = _middle(first.target)
    for among in values.values():
        yield from _steps_of(among)


def _middle(target: Planned) -> Decimal:
    low, high = target.low or Decimal(0), target.high or target.low or Decimal(0)
    return (low + high) / 2


def _steps_of(values: Mapping[str, Decimal]) -> Iterator[tuple[str, int]]:
    """Yield a step from 1 (lowest) to STEPS for each; one alone has no rank."""
    if len(values) < SHARED:
        return
    ordered = sorted(values.values())
    for region, value in values.items():
        below, equal = sum(one < value for one in ordered), ordered.count(value)
        share = (below + (equal - 1) / 2) / (len(ordered) - 1)
        yield region, 1 + min(STEPS - 1, int(share * STEPS))
