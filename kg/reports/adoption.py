"""How a document or a program spread: adopters by level of government, or by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Literal

from kg.reports.dating import by_time
from kg.reports.holdings import LEVELS
from kg.reports.report import Evidence, Report, Row
from kg.reports.subjects import subject, taken_up
from kg.reports.traced import trace_notes
from kg.reports.uptakes import Holdings, read_holdings
from kg.store import Store

By = Literal["level", "year"]
COLUMNS: Mapping[By, tuple[str, ...]] = {
    "level": ("level", "documents", "places", "first", "last", "where"),
    "year": ("year", "documents", "places", "new_places", "places_so_far", "where"),
}


def adoption(
    store: Store,
    name: str,
    *,
    by: By = "level",
    kinds: Collection[str] = (),
    level: str = "",
    region: str = "",
) -> Report:
    """Return how many documents and places took something up, by level or by year.

    Each document counts once, whatever the ways in which it does; those of no known level or year
    stand in a row of their own, so that the column sums to all. `new_places` had none before.
    The other arguments are those of `trace`. Raise NotFoundError where the name is not one thing.
    """
    held = read_holdings(store)
    about = subject(store, held, name)
    regions = held.regions_named(region)
    adopters: dict[str, Evidence] = {}
    for one in taken_up(store, about, kinds):
        if one.is_answer and held.is_chosen(one.later, level, regions):
            adopters.setdefault(one.later, one.evidence)
    rows = _by_level(adopters, held) if by == "level" else _by_year(adopters, held)
    return Report(
        name="trace",
        title=f"Who took up {about.name}, by {by}",
        columns=COLUMNS[by],
        rows=tuple(rows),
        notes=(*_notes(adopters, held, by), *trace_notes(store)),
        query="adoption",
    )


def _notes(adopters: Collection[str], held: Holdings, by: By) -> tuple[str, ...]:
    total = f"{len(adopters)} documents of {len(_places(adopters, held))} places"
    if by == "level":
        return (total,)
    planned = sum(_basis(iri, held) == "plan year" for iri in adopters)
    more = f"{planned} documents without a date stand in the year that they plan"
    return (total, more) if planned else (total,)


def _basis(document: str, held: Holdings) -> str:
    when = held.dating(document)
    return when.basis if when is not None else ""


def _in_order(documents: Collection[str], held: Holdings) -> list[str]:
    return sorted(documents, key=lambda iri: (by_time(held.dating(iri)), iri))


def _places(documents: Collection[str], held: Holdings) -> dict[str, str]:
    """Return the places of documents, IRI to name, by when they came."""
    known = (held.documents[iri] for iri in _in_order(documents, held) if iri in held.documents)
    return {one.region: one.place for one in known if one.region}


def _by_level(adopters: Mapping[str, Evidence], held: Holdings) -> list[Row]:
    groups: dict[str, list[str]] = defaultdict(list)
    for document in _in_order(adopters, held):
        groups[held.documents[document].level if document in held.documents else ""].append(
            document
        )
    ranked = sorted(groups, key=lambda name: LEVELS.index(name) if name in LEVELS else len(LEVELS))
    return [_level_row(name, groups[name], adopters, held) for name in ranked]


def _level_row(
    level: str, documents: list[str], adopters: Mapping[str, Evidence], held: Holdings
) -> Row:
    dates = [when.text for iri in documents if (when := held.dating(iri)) and when.is_of_issue]
    places = _places(documents, held)
    return Row(
        (
            level or None,
            len(documents),
            len(places),
            dates[0] if dates else None,
            dates[-1] if dates else None,
            "、".join(places.values()) or None,
        ),
        (adopters[documents[0]],),
    )


def _by_year(adopters: Mapping[str, Evidence], held: Holdings) -> list[Row]:
    groups: dict[str, list[str]] = defaultdict(list)
    for document in _in_order(adopters, held):
        when = held.dating(document)
        groups[when.text[:4] if when else ""].append(document)
    rows, so_far = [], set[str]()
    for year in sorted(groups, key=lambda name: (not name, name)):
        places = _places(groups[year], held)
        new = set(places) - so_far
        so_far |= new
        # What has no year adds nothing to a sum over the years.
        counts = (len(new), len(so_far)) if year else (None, None)
        rows.append(
            Row(
                (
                    year or None,
                    len(groups[year]),
                    len(places),
                    *counts,
                    "、".join(places.values()) or None,
                ),
                (adopters[groups[year][0]],),
            )
        )
    return rows
