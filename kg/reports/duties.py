"""A store to who answers for which task."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph

from kg import queries
from kg.errors import NotFoundError
from kg.reports.holdings import Holding
from kg.reports.report import Evidence, evidence
from kg.sparql import shorten
from kg.store import Store, Term

LEAD, SUPPORT = "Lead", "Support"
EXPLICIT, INHERITED, IMPLIED = "Explicit", "Inherited", "Implied"
BASES = (EXPLICIT, INHERITED, IMPLIED)  # the firmest first
SHOWN = 10  # names in a message
FEW = 5  # documents that are asked one at a time

_ANSWERS = """
SELECT ?task ?agency ?role ?basis {
    ?fact pol:ofTask ?task ; pol:agency ?agency ; pol:role ?role ; pol:basis ?basis
}
"""
_NAMES = """
SELECT ?agency ?name {
    { SELECT DISTINCT ?agency { ?fact pol:agency ?agency } }
    ?agency skos:prefLabel ?name
}
"""
_NAMES_IN = """
SELECT ?agency ?name ?source {
    { SELECT DISTINCT ?agency ?source { ?fact pol:agency ?agency ; nif:referenceContext ?source } }
    ?agency skos:prefLabel ?name
}
"""
_VARIABLE = re.compile(r"\?(\w+)")
_NAMED = """
SELECT DISTINCT ?agency ?label {
    ?agency skos:prefLabel|skos:altLabel ?label ; a pol:Agency
}
"""
_WRITTEN = """
SELECT DISTINCT ?agency ?source ?words {
    ?mention nif:anchorOf ?words ; itsrdf:taIdentRef ?agency ; nif:referenceContext ?source .
    ?agency a pol:Agency
}
"""
_TITLES = """
SELECT ?task ?title ?source {
    ?task a pol:Task ; dcterms:title ?title ; nif:referenceContext ?source
}
"""
_TASKS = """
SELECT ?task ?number ?title ?due ?sentence ?file ?source ?begin ?end {
    ?task a pol:Task ; dcterms:title ?title ; nif:referenceContext ?source ;
        nif:beginIndex ?begin ; nif:endIndex ?end .
    OPTIONAL { ?task pol:sentence ?sentence }
    OPTIONAL { ?task pol:number ?number }
    OPTIONAL { ?task pol:due ?due }
    OPTIONAL { ?source dcterms:source ?file }
}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """An agency that answers for a task."""

    agency: str  # IRI
    name: str
    role: str  # Lead, Support
    basis: str  # Explicit, Inherited, Implied


@dataclass(frozen=True, slots=True)
class Duty:
    """An agency that answers for a task, with the words that say so."""

    task: str  # IRI
    title: str  # of the task
    due: str  # of the task itself
    answer: Answer
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A task of a document."""

    task: str  # IRI
    number: str
    title: str
    due: str
    evidence: Evidence


def answers(store: Store) -> dict[str, tuple[Answer, ...]]:
    """Read who answers for each task, leaders first, then by name."""
    names = named(store)
    found: dict[str, set[Answer]] = defaultdict(set)
    for row in store.select(_ANSWERS):
        role, basis = (row[key].partition("#")[2] for key in ("role", "basis"))
        found[row["task"]].add(
            Answer(row["agency"], names.get(row["agency"], row["agency"]), role, basis)
        )
    return {task: in_order(several) for task, several in found.items()}


def in_order(several: Iterable[Answer]) -> tuple[Answer, ...]:
    """Sort by role, name and basis."""
    return tuple(sorted(several, key=lambda one: (one.role, one.name, one.agency, one.basis)))


def named(store: Store, sources: Collection[str] | None = None) -> dict[str, str]:
    """Read the names of the agencies that answer for something (in some texts), by IRI."""
    rows = store.select(_NAMES if sources is None else _NAMES_IN)
    rows = [row for row in rows if sources is None or row["source"] in sources]
    # Of several names the first in order, so that the answer does not depend on luck.
    return {row["agency"]: row["name"] for row in sorted(rows, key=_name, reverse=True)}


def _name(row: Mapping[str, str]) -> str:
    return row["name"]


def rows_in(
    store: Store,
    text: str,
    sources: Mapping[str, Holding],
    choice: Mapping[str, Term | str] | None = None,
) -> list[dict[str, str]]:
    """Ask a query that projects ?source about some texts; of a few it asks one at a time.

    A document of 516 is asked in 0.1 s, all of them together in 1 s.
    """
    if len(sources) > FEW:
        unsorted, _, order = text.rpartition("ORDER BY")
        if not unsorted or "DESC" in order:
            return [row for row in store.select(text, choice) if row["source"] in sources]
        # Sorting here takes a tenth of the time that the engine takes for it.
        rows = store.select(unsorted, choice)
        return in_the_order(order, [row for row in rows if row["source"] in sources])
    by_title = sorted(sources, key=lambda source: (sources[source].title, source))
    return [
        row
        for source in by_title
        for row in store.select(text, {**(choice or {}), "source": pyoxigraph.NamedNode(source)})
    ]


def in_the_order(order: str, rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Sort rows by the variables of an ORDER BY that they have."""
    names = [name for name in _VARIABLE.findall(order) if rows and name in rows[0]]
    return sorted(rows, key=lambda row: [_key(row[name]) for name in names])


def _key(value: str) -> tuple[int, str]:
    return (int(value), "") if value.isdecimal() else (-1, value)


def duties(
    store: Store, sources: Mapping[str, Holding], agency: str = "", part: str = ""
) -> tuple[Duty, ...]:
    """Read who answers for what in some texts, by document, place and role.

    `agency` is the IRI of one; `part` a part of the tasks' titles.
    """
    choice: dict[str, Term | str] = {}
    if agency:
        choice["body"] = pyoxigraph.NamedNode(agency)
    if part:
        choice["task"] = part
    rows = rows_in(store, queries.find("who").text, sources, choice)
    return tuple(dict.fromkeys(_duty(row) for row in rows))


def _duty(row: dict[str, str]) -> Duty:
    answer = Answer(row["body"], row["who"], row["role"], row["basis"])
    return Duty(row["item"], row["what"], row["due"], answer, evidence(row))


def task_titles(store: Store, sources: Collection[str]) -> dict[str, tuple[str, str]]:
    """Read the title and the text of each task of some texts."""
    rows = store.select(_TITLES)
    return {row["task"]: (row["title"], row["source"]) for row in rows if row["source"] in sources}


def work_items(store: Store, sources: Mapping[str, Holding]) -> tuple[WorkItem, ...]:
    """Read the tasks of some texts, in their order."""
    rows = rows_in(store, _TASKS, sources)
    rows.sort(key=lambda row: (row["file"], row["source"], int(row["begin"])))
    items: dict[str, WorkItem] = {}
    for row in rows:
        item = WorkItem(row["task"], row["number"], row["title"], row["due"], evidence(row))
        items.setdefault(item.task, item)
    return tuple(items.values())


def agency_of(store: Store, name: str, among: Mapping[str, str], sources: Collection[str]) -> str:
    """Return which of some agencies (names by IRI) is meant by a name, raise unless it is one.

    A name is an IRI, a label or alias, how some texts write it (团县委), or a part of a name.
    """
    found = agencies_called(store, name, among, sources) or agencies_like(name, among)
    if not found:
        raise NotFoundError(
            f"agency {name!r}: answers for no task here; `kg query --name agencies` lists them"
        )
    return the_one(store, name, found)


def agencies_called(
    store: Store, name: str, among: Mapping[str, str], sources: Collection[str]
) -> list[str]:
    """Return the agencies of this IRI; else of this label or alias; else so written in texts."""
    for iri in (name, store.base + name):
        if iri in among:
            return [iri]
    labels = (pyoxigraph.Literal(name, language="zh"), pyoxigraph.Literal(name))
    found = {row["agency"] for label in labels for row in store.select(_NAMED, {"label": label})}
    if not found & among.keys():
        written = store.select(_WRITTEN, {"words": pyoxigraph.Literal(name)})
        found = {row["agency"] for row in written if row["source"] in sources}
    return sorted(found & among.keys())


def agencies_like(name: str, among: Mapping[str, str]) -> list[str]:
    """Return the agencies in whose name it is."""
    return sorted(iri for iri, known in among.items() if name in known)


def the_one(store: Store, name: str, found: Sequence[str]) -> str:
    """Return the agency that was found; of several say how to choose."""
    if len(found) == 1:
        return found[0]
    some = ", ".join(shorten(iri, store.base) for iri in found[:SHOWN])
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    raise NotFoundError(f"agency {name!r}: {len(found):,} have this name; say which: {some}{more}")


def joined(names: Iterable[str]) -> str:
    """Return names as a list, each once."""
    return "、".join(dict.fromkeys(names))
