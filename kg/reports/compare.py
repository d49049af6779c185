"""Plans to a matrix: what each place promises of an indicator for each year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kg.reports.holdings import Holding
from kg.reports.planned import (
    EVERYTHING,
    Chosen,
    Planned,
    Plans,
    find_indicators,
    fold,
    in_order,
    names_of,
    read_duties,
    read_plans,
    said,
    several,
    years_of,
)
from kg.reports.report import Evidence, Report, Row, Value
from kg.store import Store

PIVOTS = ("region×year", "region", "year", "none")
SILENT, NO_PLAN = "silent", "no plan"
BETWEEN = "; "
Layout = tuple[tuple[str, ...], tuple[Row, ...]]  # columns, rows
Duties = Mapping[str, set[tuple[str, str]]]  # of targets: task, who leads it
FLAT = (
    *("region", "level", "years", "document", "indicator", "group", "comparator"),
    *("value", "to", "unit", "base value", "base to", "base unit", "change", "per item", "masked"),
    *("modality", "due", "due basis", "recurrence", "task", "lead"),
)


@dataclass(frozen=True, slots=True)
class Matrix:
    """What the plans say of an indicator, by place and year."""

    regions: tuple[str, ...]  # IRIs, each below the one that holds it
    names: dict[str, str]
    levels: dict[str, str]
    years: tuple[int, ...]
    held: frozenset[tuple[str, int]]  # for which place and year there is a plan
    cells: dict[tuple[str, int], list[Planned]]
    label: str  # of the indicator that was asked for

    def told(self, region: str, year: int) -> str:
        """Give the text of a cell."""
        found = self.cells.get((region, year))
        if found:
            return BETWEEN.join(said(target, year, name=self.label) for target in found)
        return SILENT if (region, year) in self.held else NO_PLAN


def compare(
    store: Store, indicator: str, chosen: Chosen = EVERYTHING, *, pivot: str = PIVOTS[0]
) -> Report:
    """Compare what plans promise of an indicator, which takes in all that lies below it.

    `chosen` says which plans, `pivot` how it is laid out (PIVOTS; "none" gives a row for each
    target). Values are in the indicator's base unit. Raise NotFoundError where no indicator's name
    holds these words, or there is no such region.
    """
    asked = find_indicators(store, indicator)
    plans = read_plans(store, replace(chosen, year=None), asked.iris)
    choice = f" ({chosen})" if str(chosen) else ""
    notes = [*asked.notes, plans.told()]
    if pivot == "none":
        layout: Layout = FLAT, tuple(_flat(plans, chosen.year, read_duties(store, asked.iris)))
    else:
        matrix = matrix_of(plans, chosen, asked.name)
        layout = _LAYOUTS[pivot](matrix)
        notes += _notes(plans, matrix, chosen.year)
    return Report("compare", f"{asked.name}{choice}", *layout, tuple(notes), "compare")


# -- the matrix --------------------------------------------------------------------------------


def matrix_of(plans: Plans, chosen: Chosen, label: str) -> Matrix:
    cells = _cells(plans)
    years = {chosen.year} if chosen.year is not None else _years(plans, cells)
    known = plans.places
    regions = in_order(regions_of(plans, chosen), known)
    return Matrix(
        regions=tuple(regions),
        names=names_of(regions, known),
        levels={iri: known.by_iri[iri].level for iri in regions},
        years=tuple(sorted(years)),
        held=frozenset((plan.region, year) for plan in plans.held for year in plan.years),
        cells=cells,
        label=label,
    )


def _years(plans: Plans, cells: Iterable[tuple[str, int]]) -> set[int]:
    """Give the years of which something is said, and those since that have a plan of their own.

    A plan for several years says little of those in the middle.
    """
    stated = {year for _, year in cells}
    yearly = {plan.years[0] for plan in plans.held if len(plan.years) == 1}
    return stated | {year for year in yearly if stated and year > min(stated)}


def _cells(plans: Plans) -> dict[tuple[str, int], list[Planned]]:
    held = {plan.document: plan for plan in plans.held}
    cells: dict[tuple[str, int], list[Planned]] = defaultdict(list)
    for target in plans.targets:
        plan = held[target.document]
        for year in years_of(target, plan):
            # The year itself and no date at all say the same in the plan of a year.
            cells[plan.region, year].append(in_year(target, year))
    return {place: fold(targets) for place, targets in sorted(cells.items())}


def in_year(target: Planned, year: int) -> Planned:
    return target if target.due else replace(target, due=str(year), basis="Inherited")


def regions_of(plans: Plans, chosen: Chosen) -> set[str]:
    """Give the places with a plan, and in a region that was named also those without one."""
    found = {plan.region for plan in plans.held}
    if not chosen.region:
        return found
    known, levels = plans.places, {plan.level for plan in plans.held}
    levels = {chosen.level} if chosen.level else levels
    for outer in known.named(chosen.region):
        found |= {
            iri
            for iri, region in known.by_iri.items()
            if region.level in levels and known.is_within(iri, outer)
        }
    return found


def _notes(plans: Plans, matrix: Matrix, year: int | None) -> Iterator[str]:
    if not matrix.years:
        yield "no plan says anything of it"
    elif year is None:
        yield "shown are the years since the first that promises something of it"
    for one in matrix.years:
        yield _silence(matrix, one)


def _silence(matrix: Matrix, year: int) -> str:
    states: dict[str, list[str]] = {"": [], SILENT: [], NO_PLAN: []}
    for region in matrix.regions:
        told = matrix.told(region, year)
        is_said = (region, year) in matrix.cells
        states["" if is_said else told].append(matrix.names[region])
    silent = f" ({several(states[SILENT])})" if states[SILENT] else ""
    return (
        f"{year}: {len(states[''])} of {len(matrix.regions)} places promise something,"
        f" {len(states[SILENT])} are silent{silent}, of {len(states[NO_PLAN])} no plan is held"
    )


# -- layouts -----------------------------------------------------------------------------------


def _by_region_and_year(matrix: Matrix) -> Layout:
    columns = ("region", "level", *(str(year) for year in matrix.years))
    return columns, tuple(_region_row(matrix, region) for region in matrix.regions)


def _region_row(matrix: Matrix, region: str) -> Row:
    cells = [matrix.told(region, year) for year in matrix.years]
    evidence = [
        replace(one, column=str(year))
        for year in matrix.years
        for target in matrix.cells.get((region, year), ())
        for one in target.evidence
    ]
    return Row((matrix.names[region], matrix.levels[region], *cells), tuple(evidence))


def _by_region(matrix: Matrix) -> Layout:
    """Lay out a row for each place, its years one behind the other."""
    rows = []
    for region in matrix.regions:
        places = [(region, year) for year in matrix.years]
        told = _joined(matrix, places, [str(year) for year in matrix.years])
        counts = _counts(matrix, places)
        rows.append(
            Row(
                (matrix.names[region], matrix.levels[region], told, *counts),
                _evidence(matrix, places),
            )
        )
    return ("region", "level", "targets", "years stated", "years silent"), tuple(rows)


def _by_year(matrix: Matrix) -> Layout:
    """Lay out a row for each year, its places one behind the other."""
    rows = []
    for year in matrix.years:
        places = [(region, year) for region in matrix.regions]
        told = _joined(matrix, places, [matrix.names[region] for region in matrix.regions])
        rows.append(Row((year, told, *_counts(matrix, places)), _evidence(matrix, places)))
    return ("year", "targets", "places stated", "places silent"), tuple(rows)


def _joined(matrix: Matrix, places: Sequence[tuple[str, int]], names: Sequence[str]) -> str | None:
    told = [
        f"{name} {matrix.told(*place)}"
        for place, name in zip(places, names, strict=True)
        if place in matrix.cells
    ]
    return " | ".join(told) or None


def _counts(matrix: Matrix, places: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Count for how many something is stated, and for how many a plan is held that is silent."""
    listed = set(places)
    return len(listed & matrix.cells.keys()), len(listed & (matrix.held - matrix.cells.keys()))


def _evidence(matrix: Matrix, places: Iterable[tuple[str, int]]) -> tuple[Evidence, ...]:
    found = (one for place in places for t in matrix.cells.get(place, ()) for one in t.evidence)
    return tuple(replace(one, column="targets") for one in dict.fromkeys(found))


_LAYOUTS = {"region×year": _by_region_and_year, "region": _by_region, "year": _by_year}


# -- a row for each target ---------------------------------------------------------------------


def _flat(plans: Plans, year: int | None, duties: Duties) -> Iterator[Row]:
    known, targets = plans.places, plans.by_document()
    held: dict[str, list[Holding]] = defaultdict(list)
    for plan in plans.held:
        held[plan.region].append(plan)
    regions = in_order(held, known)
    names = names_of(regions, known)
    for region in regions:
        for plan in sorted(held[region], key=lambda one: (one.years, one.title, one.document)):
            for target in targets[plan.document]:
                if year is None or year in years_of(target, plan):
                    yield _target_row(target, plan, names[region], duties)


def _target_row(target: Planned, plan: Holding, region: str, duties: Duties) -> Row:
    low, high, unit = target.written
    values: tuple[Value, ...] = (
        *(region, plan.level, span(plan), plan.title, target.label, target.group or None),
        *(target.comparator, low, _upper(low, high), unit or None),
        *(target.low, _upper(target.low, target.high), target.unit or None),
        *(_yes(target.change), _yes(target.each), _yes(target.masked), target.modality),
        *(target.due or None, target.basis or None, target.recurrence or None),
        *_duty(target, duties),
    )
    return Row(values, target.evidence)


def _duty(target: Planned, duties: Duties) -> tuple[str | None, str | None]:
    found = {duty for iri in target.iris for duty in duties.get(iri, ())}
    tasks, leads = {task for task, _ in found}, {lead for _, lead in found} - {""}
    return "、".join(sorted(tasks)) or None, "、".join(sorted(leads)) or None


def _upper(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    return high if high != low else None


def _yes(holds: bool) -> str | None:
    return "yes" if holds else None


def span(plan: Holding) -> str:
    """Give the years of a plan: 2022 or 2021–2025."""
    first, last = plan.years[0], plan.years[-1]
    return str(first) if first == last else f"{first}–{last}"
