"""A store to the plans that it holds and the targets that they set, in figures that compare.

A plan is a document that says which years it plans for, and for which place: by its kind a plan
or report, or one of another kind (a notice, an opinion) that sets a target.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from kg import queries
from kg.errors import NotFoundError
from kg.reports.holdings import LEVELS, Holding, Places, holdings, places
from kg.reports.report import Evidence, evidence
from kg.reports.write import text_of
from kg.store import Store
from kg.vocabulary import rows as table

SIGNS = {"AtLeast": "≥", "AtMost": "≤", "About": "≈"}
# What is a plan by its kind, even where it sets no target.
KINDS = ("WorkPlan", "Plan", "ImplementationPlan", "Report")
FIRMEST = ("Ensure", "Plan", "Strive")  # 确保 > 完成 > 力争
MOST_ASKED = 500  # indicators that a query is narrowed to; of more, all are read
MOST_NAMED = 5  # names in a note, before it only counts
_SETTING_TARGETS = """SELECT DISTINCT ?source {
    { SELECT ?target { ?target pol:comparator ?any } }
    { SELECT ?target ?source { ?target nif:referenceContext ?source } }
}"""
_PERIOD = re.compile(r"\d{4}-(\d{4})")


@dataclass(frozen=True, slots=True)
class Planned:
    """A target that a plan sets, with where it is said."""

    document: str  # IRI
    iris: tuple[str, ...]  # its own, several of one that is said twice
    indicator: str  # IRI
    label: str
    measure: str  # Amount, Rate, Growth; "" where the scheme does not hold the indicator
    group: str  # to whom or where alone it applies
    comparator: str
    low: Decimal | None  # in the base unit; equal to `high` unless it is a range
    high: Decimal | None
    unit: str  # the base unit
    written: tuple[Decimal | None, Decimal | None, str]  # low, high and unit as written
    change: bool
    each: bool
    masked: bool
    modality: str
    due: str  # ISO 8601 date, month, year or period; "" where none is said
    basis: str  # of the due date
    recurrence: str  # ISO 8601 duration
    evidence: tuple[Evidence, ...]
    corrected: bool = False  # by hand: it may say something else than its sentence

    @property
    def is_growth(self) -> bool:
        """Tell whether it is measured against an earlier period."""
        return self.change or self.measure == "Growth"

    @property
    def kind(self) -> tuple[str, str, str, bool, bool, str]:
        """Give what two targets share that promise a figure for the same thing."""
        return self.indicator, self.group, self.unit, self.change, self.each, self.recurrence

    @property
    def figure(self) -> tuple[str, Decimal | None, Decimal | None, bool]:
        """Give what is promised of it."""
        return self.comparator, self.low, self.high, self.masked

    @property
    def place(self) -> tuple[str, int, int]:
        """Give where it stands, to sort by."""
        first = self.evidence[0]
        return first.source, first.begin, first.end


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans of a store with their targets: the closed set that is compared."""

    held: tuple[Holding, ...]
    places: Places
    targets: tuple[Planned, ...]

    def by_document(self) -> dict[str, list[Planned]]:
        """Give the targets of each plan, those said twice in it folded into one."""
        found: dict[str, list[Planned]] = {plan.document: [] for plan in self.held}
        for target in self.targets:
            found[target.document].append(target)
        return {document: fold(targets) for document, targets in found.items()}

    def told(self) -> str:
        """Say which plans are compared."""
        years = sorted({year for plan in self.held for year in plan.years})
        span = f" for {years[0]}–{years[-1]}" if years else ""
        regions = len({plan.region for plan in self.held})
        kinds = Counter(plan.kind or "other" for plan in self.held)
        listed = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
        return (
            f"compared: {len(self.held)} plans of {regions} places{span}"
            f"{f' ({listed})' if listed else ''};"
            " a plan has a place and years; a notice or an opinion counts if it sets a target"
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which plans are to be compared; what is empty lets all through."""

    region: str = ""  # name or IRI of a place; what lies in it counts too
    level: str = ""  # Province, Prefecture, County …
    year: int | None = None
    issuer: str = ""  # part of an issuer's name
    kind: str = ""  # WorkPlan, Report …

    def __str__(self) -> str:
        """Say what was chosen, for a title."""
        said = (self.region, self.level, str(self.year or ""), self.issuer, self.kind)
        return ", ".join(filter(None, said))


EVERYTHING = Chosen()


def read_plans(
    store: Store, chosen: Chosen = EVERYTHING, indicators: Sequence[str] | None = None
) -> Plans:
    """Read the plans that were chosen with their targets, of all indicators or of these (IRIs).

    Raise NotFoundError where the store knows no region of that name.
    """
    known = places(store)
    held = tuple(plan for plan in _plans(store) if _is_chosen(plan, chosen, known))
    documents = {plan.document for plan in held}
    found = (t for t in _targets(store, indicators) if t.document in documents)
    return Plans(held, known, tuple(sorted(found, key=lambda target: target.place)))


def _plans(store: Store) -> Iterable[Holding]:
    """Yield the plans: a notice of holidays is none, and so not silent about anything."""
    setting = {row["source"] for row in store.select(_SETTING_TARGETS)}
    for one in holdings(store):
        if one.years and one.region and (one.kind in KINDS or one.source in setting):
            yield one


def _is_chosen(plan: Holding, chosen: Chosen, known: Places) -> bool:
    return (
        is_in(plan.region, chosen.region, known)
        and chosen.level in ("", plan.level)
        and (chosen.year is None or chosen.year in plan.years)
        and any(chosen.issuer in issuer for issuer in plan.issuers or ("",))
        and chosen.kind in ("", plan.kind)
    )


def is_in(region: str, name: str, known: Places) -> bool:
    """Tell whether a region is, or lies in, one of this name."""
    return not name or any(known.is_within(region, outer) for outer in known.named(name))


def _targets(store: Store, indicators: Sequence[str] | None) -> Iterable[Planned]:
    details: dict[str, dict[str, str]] = defaultdict(dict)
    for row in store.select(queries.find("target-details").text):
        details[row["target"]][row["property"].rpartition("#")[2]] = row["value"]
    measures = _measures(store)
    rows = _of_indicators(store, "plan-targets", indicators)
    # A text that two documents have brings its targets for both.
    once = {(row["target"], row["document"]): row for row in rows}
    for row in once.values():
        yield _planned(row, details.get(row["target"], {}), measures.get(row["measured"], ""))


def _of_indicators(
    store: Store, query: str, indicators: Sequence[str] | None
) -> list[dict[str, str]]:
    """Answer a saved query for all indicators, or for these alone."""
    text = queries.find(query).text
    if indicators is not None and len(indicators) <= MOST_ASKED:
        text += f"VALUES ?measured {{ {' '.join(f'<{iri}>' for iri in indicators)} }}"
    meant = None if indicators is None else set(indicators)
    return [row for row in store.select(text) if meant is None or row["measured"] in meant]


def _measures(store: Store) -> dict[str, str]:
    rows = store.select("SELECT ?indicator ?measure { ?indicator pol:measure ?measure }")
    return {row["indicator"]: row["measure"].rpartition("#")[2] for row in rows}


def _planned(row: Mapping[str, str], details: Mapping[str, str], measure: str) -> Planned:
    value = row["value"]
    low = _number(value or details.get("minValue", ""))
    high = _number(value or details.get("maxValue", ""))
    written = (low, high, row["unit"])
    if "baseUnit" in details:
        base = details.get("baseValue", "")
        low = _number(base or details.get("baseMinValue", ""))
        high = _number(base or details.get("baseMaxValue", ""))
    return Planned(
        document=row["document"],
        iris=(row["target"],),
        indicator=row["measured"],
        label=row["label"],
        measure=measure,
        group=details.get("subjectGroup", ""),
        comparator=row["compared"].rpartition("#")[2],
        low=low,
        high=high,
        unit=details.get("baseUnit", row["unit"]),
        written=written,
        change=details.get("isChange") == "true",
        each=details.get("perItem") == "true",
        masked=details.get("masked") == "true",
        modality=row["promised"].rpartition("#")[2],
        due=row["due"],
        basis=row["stated"].rpartition("#")[2],
        recurrence=details.get("recurrence", ""),
        evidence=(evidence(row),),
        corrected="correctedBy" in details,
    )


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def read_duties(store: Store, indicators: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """Read in which tasks the targets of some indicators stand (by IRI), and who leads those."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in _of_indicators(store, "target-tasks", indicators):
        found[row["target"]].add((row["task"], row["lead"]))
    return found


# -- the same thing said twice -----------------------------------------------------------------


def fold(targets: Iterable[Planned]) -> list[Planned]:
    """Give targets with those that say the same as one, which has the evidence of all.

    Whoever hears a promise twice holds on to its firmest form: 确保 rather than 力争.
    """
    same: dict[object, list[Planned]] = defaultdict(list)
    for target in sorted(targets, key=lambda one: one.place):
        same[target.kind, target.figure, last_day(target.due)].append(target)
    return [_folded(several) for several in same.values()]


def _folded(several: Sequence[Planned]) -> Planned:
    first = several[0]
    if len(several) == 1:
        return first
    said = {one: None for target in several for one in target.evidence}
    return replace(
        first,
        modality=min((t.modality for t in several), key=_firmness),
        basis="Stated" if any(t.basis == "Stated" for t in several) else first.basis,
        iris=tuple(sorted({iri for target in several for iri in target.iris})),
        evidence=tuple(sorted(said, key=lambda one: (one.source, one.begin, one.end))),
        corrected=any(t.corrected for t in several),
    )


def _firmness(modality: str) -> int:
    return FIRMEST.index(modality) if modality in FIRMEST else len(FIRMEST)


# -- dates -------------------------------------------------------------------------------------


def last_day(due: str) -> str:
    """Give the day on which a due date, month, year or period ends: 2022-06 → 2022-06-30."""
    period = _PERIOD.fullmatch(due)
    due = period[1] if period else due
    if len(due) == len("2022"):
        return f"{due}-12-31"
    if len(due) == len("2022-06"):
        return f"{due}-{calendar.monthrange(int(due[:4]), int(due[5:]))[1]:02}"
    return due


def ends(target: Planned, plan: Holding) -> str:
    """Give the day by which a target is to be reached: with the plan, where it says nothing."""
    return last_day(target.due) if target.due else f"{plan.years[-1]}-12-31"


def years_of(target: Planned, plan: Holding) -> tuple[int, ...]:
    """Give the years of its plan to which a target belongs.

    What recurs every year belongs to each; what is due outside the plan's years to the last.
    """
    if not target.due and target.recurrence.endswith(("D", "W", "M", "1Y")):
        return plan.years
    year = int(ends(target, plan)[:4])
    return (year,) if year in plan.years else plan.years[-1:]


# -- wording -----------------------------------------------------------------------------------


def said(target: Planned, year: int | None = None, *, name: str = "") -> str:
    """Say what a target promises: 农村: ≥93%, each, by 2025, strive.

    `year` is where it is listed, so that a date which says no more is left out; `name` the
    indicator that was asked for, so that only another one is named.
    """
    label = "" if name in ("", target.label) else target.label
    front = " ".join(filter(None, (label, target.group)))
    tail = (
        "each" if target.each else "",
        f"every {target.recurrence}" if target.recurrence else "",
        f"by {target.due}" if target.due and not _is_plain(target.due, year) else "",
        {"Ensure": "ensure", "Strive": "strive"}.get(target.modality, ""),
        "corrected" if target.corrected else "",
    )
    return ", ".join(
        filter(None, (f"{front}: {amount(target)}" if front else amount(target), *tail))
    )


def amount(target: Planned) -> str:
    """Give a target's figure: ≥93%, +80元, masked 个; a fall that its name tells has no sign."""
    if target.low is None or target.high is None:
        return f"masked {target.unit}".strip()
    figure = text_of(target.low)
    if target.low != target.high:
        figure = f"{figure}–{text_of(target.high)}"
    sign = SIGNS.get(target.comparator, "")
    change = "+" if target.change and better(target.label) != "fall" else ""
    return f"{sign}{change}{figure}{target.unit}"


def _is_plain(due: str, year: int | None) -> bool:
    return year is not None and last_day(due) == f"{year}-12-31"


def better(label: str) -> str:
    """Tell by its name which way an indicator is to go: more, less, fall, or "" (not known)."""
    found = {way for word, way in _directions() if word in label}
    return next((way for way in ("fall", "less", "more") if way in found), "")


@cache
def _directions() -> tuple[tuple[str, str], ...]:
    return tuple((row["word"], row["better"]) for row in table("directions.tsv"))


# -- places ------------------------------------------------------------------------------------


def in_order(regions: Iterable[str], known: Places) -> list[str]:
    """Sort regions so that each stands below the one that holds it."""

    def path(iri: str) -> list[tuple[str, str]]:
        chain = reversed(known.chain(iri))
        return [(region.code or "~" + region.name, region.iri) for region in chain]

    return sorted(set(regions), key=path)


def names_of(regions: Sequence[str], known: Places) -> dict[str, str]:
    """Give what each region is called, with the one above where two have the same name."""
    common = Counter(known.by_iri[iri].name for iri in regions)
    found = {}
    for iri in regions:
        region, *above = known.chain(iri)
        outer = above[0].name if above and common[region.name] > 1 else ""
        found[iri] = outer + region.name
    return found


def level_rank(level: str) -> int:
    """Give how far below the country a level is."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


# -- indicators --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which indicators are meant by the words of a question."""

    name: str  # the label of the one that was meant, or the words
    iris: tuple[str, ...]
    notes: tuple[str, ...]


def find_indicators(store: Store, words: str) -> Asked:
    """Find an indicator by a name, with all below it; else those whose names hold the words.

    Raise NotFoundError with the nearest names where there is none.
    """
    if not words.strip():
        raise NotFoundError("indicator: no name is given; `kg query --name indicator-names`")
    rows = store.select(queries.find("indicator-names").text)
    meant = {row["indicator"] for row in rows if words in (row["label"], row["other"])}
    holding = {row["indicator"] for row in rows if words in row["label"] or words in row["other"]}
    if not holding:
        raise NotFoundError(_no_indicator(words, rows))
    labels = {row["indicator"]: row["label"] for row in rows}
    chosen = _with_narrower(meant or holding, rows)
    name = min(labels[iri] for iri in meant) if meant else words
    note = _note_on(words, name, meant, holding - chosen if meant else holding, labels)
    return Asked(name, tuple(sorted(chosen)), note)


def _with_narrower(meant: set[str], rows: Iterable[Mapping[str, str]]) -> set[str]:
    below: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        below[row["above"]].add(row["indicator"])
    found, open_ = set(meant), list(meant)
    while open_:
        new = below[open_.pop()] - found
        found |= new
        open_ += new
    return found


def _note_on(
    words: str, name: str, meant: set[str], others: set[str], labels: Mapping[str, str]
) -> tuple[str, ...]:
    listed = several(labels[iri] for iri in others)
    if not meant:
        return (f"no indicator is called {words}; taken are those with these words: {listed}",)
    also = f"{words} is another name of {name}" if name != words else ""
    left = f"not taken in, though their names hold {words}: {listed}" if others else ""
    return tuple(filter(None, (also, left)))


def several(names: Iterable[str]) -> str:
    """List names, the first of many."""
    found = sorted(set(names))
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return "、".join(found[:MOST_NAMED]) + more


def _no_indicator(words: str, rows: Iterable[Mapping[str, str]]) -> str:
    from difflib import get_close_matches

    names = sorted({row[column] for row in rows for column in ("label", "other")} - {""})
    near = get_close_matches(words, names, n=5, cutoff=0.4)
    hint = f"similar: {'、'.join(near)}" if near else "`kg query --name indicator-names` lists all"
    return f"indicator {words!r}: no plan speaks of it; {hint}"
