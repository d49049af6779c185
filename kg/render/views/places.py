"""A store to what it holds of each place: documents, tasks, targets, programs, and a promise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pyoxigraph

from kg.render.views.base import Wanted
from kg.reports.compare import Matrix, matrix_of
from kg.reports.holdings import Holding, Places
from kg.reports.planned import Chosen, Planned, amount, find_indicators, in_order, read_plans
from kg.reports.report import Evidence
from kg.reports.uptakes import Holdings, read_holdings
from kg.store import Store

COUNTS = ("documents", "tasks", "targets", "programs")
PROMISE = "promise"
# Why there is no figure.
NO_DOCUMENT, SILENT, NO_PLAN, MASKED, OTHER = "none-held", "silent", "no-plan", "masked", "other"

_PARTS = """
SELECT ?source ?class (COUNT(?part) AS ?number) {
    VALUES ?class { pol:Task pol:Target }
    ?part a ?class ; nif:referenceContext ?source .
} GROUP BY ?source ?class
"""
_PROGRAMS = "SELECT ?document ?program { ?program a pol:Program . ?document pol:mentions ?program }"
# How many documents set a target for which indicator. Not sorted here: to have the IRIs of
# those that are equal in order took 0.6 s for 7,000 indicators, all the rest 0.06 s.
_PROMISED = """
SELECT ?indicator (COUNT(DISTINCT ?source) AS ?documents) {
    { SELECT ?target ?indicator { ?target pol:indicator ?indicator } }
    { SELECT ?target ?source { ?target nif:referenceContext ?source } }
} GROUP BY ?indicator
"""
_LABEL = "SELECT ?label {{ {indicator} skos:prefLabel ?label }} ORDER BY ?label"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for a place, or why there is none."""

    value: Decimal | None  # with all places below; of a promise the place's own
    own: Decimal | None = None  # without them
    text: str = ""  # of a promise: as it is said
    state: str = ""
    more: int = 0  # further promises of the same place and year
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A place with its figures, by their names."""

    iri: str
    name: str
    level: str
    code: str
    above: str  # IRI of a place that is listed too, or ""
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Promised:
    """Which promise is shown."""

    name: str  # of the indicator
    year: int
    unit: str
    stated: int  # places that promise something
    places: int  # with a plan for the year
    chosen: bool  # by whoever asked, not by us


@dataclass(frozen=True, slots=True)
class Regions:
    """All places of which something is held, each below the one that holds it."""

    listed: tuple[Region, ...]
    promised: Promised | None
    outer: tuple[str, ...]  # IRIs of the region that was asked for
    placeless: int  # documents of no known place


@dataclass(slots=True)
class _Held:
    """What the documents of one place hold."""

    counts: Counter[str] = field(default_factory=Counter)
    programs: set[str] = field(default_factory=set)

    def add(self, other: _Held) -> None:
        """Take in what another place holds."""
        self.counts += other.counts
        self.programs |= other.programs

    def number(self, name: str) -> Decimal:
        """Give one of the counts."""
        return Decimal(len(self.programs) if name == "programs" else self.counts[name])


def read_regions(store: Store, wanted: Wanted) -> Regions:
    """Return the places with their figures; raise NotFoundError for what is not there."""
    held = read_holdings(store)
    chosen = [one for one in held.documents.values() if _is_chosen(one, wanted, held)]
    own = _own(store, chosen)
    known = held.places
    promised, promises = _promises(store, wanted)
    of_plans = {iri for iri, figure in promises.items() if figure.state != NO_PLAN}
    outer = held.regions_named(wanted.region)
    # A place that is silent in a year, or has no plan for it, is shown as that.
    anywhen = {one.region for one in held.documents.values() if one.region}
    shown = {
        one.iri
        for iri in anywhen | of_plans
        for one in known.chain(iri)
        if not outer or any(known.is_within(one.iri, region) for region in outer)
    }
    total = _with_below(own, shown, known)
    return Regions(
        listed=tuple(
            _region(iri, known, shown, own.get(iri), total[iri], promises.get(iri), promised)
            for iri in in_order(shown, known)
        ),
        promised=promised,
        outer=outer,
        placeless=sum(not one.region for one in chosen),
    )


def _is_chosen(one: Holding, wanted: Wanted, held: Holdings) -> bool:
    when = held.dating(one.document)
    year = wanted.year
    return (
        held.is_chosen(one.document, "", held.regions_named(wanted.region))
        and any(wanted.issuer in issuer for issuer in one.issuers or ("",))
        and (year is None or year in one.years or (when is not None and when.first.year == year))
    )


def _own(store: Store, documents: Iterable[Holding]) -> dict[str, _Held]:
    """Read what the documents of each place hold."""
    parts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in store.select(_PARTS):
        name = "tasks" if row["class"].endswith("#Task") else "targets"
        parts[row["source"]][name] = int(row["number"])
    programs: dict[str, set[str]] = defaultdict(set)
    for row in store.select(_PROGRAMS):
        programs[row["document"]].add(row["program"])
    found: dict[str, _Held] = defaultdict(_Held)
    for one in documents:
        if one.region:
            counts = Counter({"documents": 1}) + parts[one.source]
            found[one.region].add(_Held(counts, programs[one.document]))
    return dict(found)


def _with_below(own: Mapping[str, _Held], shown: Iterable[str], known: Places) -> dict[str, _Held]:
    found = {iri: _Held() for iri in shown}
    for iri, held in own.items():
        for region in known.chain(iri):
            if region.iri in found:
                found[region.iri].add(held)
    return found


def _region(
    iri: str,
    known: Places,
    shown: set[str],
    own: _Held | None,
    total: _Held,
    promise: Figure | None,
    promised: Promised | None,
) -> Region:
    region = known.by_iri[iri]
    figures = {name: _counted(name, own or _Held(), total) for name in COUNTS}
    if promised is not None:
        figures[PROMISE] = promise or Figure(None, state=NO_PLAN)
    return Region(
        iri=iri,
        name=region.name,
        level=region.level,
        code=region.code,
        above=region.above if region.above in shown else "",
        figures=figures,
    )


def _counted(name: str, own: _Held, total: _Held) -> Figure:
    """Count; where no document is held nothing is known of tasks and targets either."""
    if not total.counts["documents"]:
        return Figure(None, state=NO_DOCUMENT)
    return Figure(total.number(name), own.number(name))


# -- what is promised --------------------------------------------------------------------------


def _promises(store: Store, wanted: Wanted) -> tuple[Promised | None, dict[str, Figure]]:
    """Return the promise that is asked for, else of what most places promise, by region."""
    name = wanted.indicator or _most_promised(store)
    if not name:
        return None, {}
    asked = find_indicators(store, name)
    chosen = Chosen(region=wanted.region, issuer=wanted.issuer)
    plans = read_plans(store, chosen, asked.iris)
    matrix = matrix_of(plans, replace(chosen, year=wanted.year), asked.name)
    year = wanted.year or _fullest(matrix)
    if not year:
        return None, {}
    kind = _commonest(matrix, year)
    found = {iri: _promise(matrix, iri, year, kind) for iri in matrix.regions}
    stated = sum(iri_year[1] == year for iri_year in matrix.cells)
    planning = sum(figure.state != NO_PLAN for figure in found.values())
    unit = kind[2] if kind else ""
    promised = Promised(asked.name, year, unit, stated, planning, bool(wanted.indicator))
    return promised, found


def _most_promised(store: Store) -> str:
    """Return the indicator for which most documents set a target, "" where none does."""
    rows = store.select(_PROMISED)
    most = min(rows, key=lambda row: (-int(row["documents"]), row["indicator"]), default=None)
    if most is None:
        return ""
    indicator = str(pyoxigraph.NamedNode(most["indicator"]))
    named = store.select(_LABEL.format(indicator=indicator))
    return named[0]["label"] if named else ""


def _fullest(matrix: Matrix) -> int:
    """Return the year in which most places promise something, the latest of several."""
    years = Counter(year for _, year in matrix.cells)
    return max(years, key=lambda year: (years[year], year), default=0)


_Kind = tuple[str, str, str, bool, bool]


def _kind(target: Planned) -> _Kind:
    return target.indicator, target.group, target.unit, target.change, target.each


def _commonest(matrix: Matrix, year: int) -> _Kind | None:
    """Return what most promises are of: figures of another unit or group do not compare."""
    kinds = Counter(
        kind
        for (_, of_year), found in sorted(matrix.cells.items())
        if of_year == year
        for kind in {_kind(target) for target in found}
    )
    return max(kinds, key=lambda kind: (kinds[kind], *map(str, kind)), default=None)


def _promise(matrix: Matrix, region: str, year: int, kind: _Kind | None) -> Figure:
    found: Sequence[Planned] = matrix.cells.get((region, year), ())
    if not found:
        return Figure(None, state=SILENT if (region, year) in matrix.held else NO_PLAN)
    same = [target for target in found if _kind(target) == kind]
    first = same[0] if same else found[0]
    state = MASKED if first.low is None else "" if same else OTHER
    return Figure(
        value=None if state else first.low,
        text=amount(first),
        state=state,
        more=len(found) - 1,
        evidence=first.evidence[0],
    )
