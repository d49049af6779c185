"""Documents to a responsibility matrix: who leads (●) and who supports (○).

Of one document a row for each task; of several a row for each document. A column is an agency;
those of one place stand together, who leads most first, so that blocks show. Where they are too
many to draw, bodies of the same name in all places are one column.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markupsafe import Markup

from kg.page import fill
from kg.page.words import Pair, attribute, in_both, pair, told
from kg.render.links import Links
from kg.render.views.base import View, Wanted
from kg.render.views.figures import shown
from kg.reports.duties import (
    BASES,
    EXPLICIT,
    IMPLIED,
    INHERITED,
    LEAD,
    Duty,
    WorkItem,
    duties,
    rows_in,
    work_items,
)
from kg.reports.holdings import Holding, Places, places
from kg.reports.matrix import gap
from kg.reports.planned import in_order, names_of
from kg.reports.scope import chosen
from kg.store import Store

MOST_AGENCIES = 60
MOST_ROWS = 200
FEW_AGENCIES = 6  # whose names stand upright
STATE = "中华人民共和国"  # stands before the names of many of its bodies
MARKS = {EXPLICIT: "{}", INHERITED: "({})", IMPLIED: "[{}]"}
SIGNS = {LEAD: "●", "Support": "○"}

_REGIONS = "SELECT ?agency ?region { ?agency a pol:Agency ; pol:region ?region }"
_SECTIONS = """SELECT ?task ?title ?begin ?source {
    ?task nif:referenceContext ?source ; a pol:Task ; dcterms:isPartOf ?section .
    ?section a pol:Section ; dcterms:title ?title ; nif:beginIndex ?begin
}"""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix: a task, or a document with all its tasks."""

    head: str
    link: str
    group: str  # the section, or the place
    facts: tuple[Duty, ...]
    tasks: int
    gaps: tuple[str, ...]  # of its tasks: nobody, only implied, no lead


def draw(store: Store, wanted: Wanted, links: Links) -> View:
    """Draw who answers for what; raise NotFoundError where there is no such document or place."""
    held = _held(store, wanted)
    facts, items = duties(store, held), work_items(store, held)
    known = places(store)
    of_one, regions = len(held) == 1, _regions(store, known)
    every = _columns(facts, regions, known)
    merged = not of_one and len(every) > MOST_AGENCIES
    if merged:
        facts = _merged(facts, every)
        every = _columns(facts, {}, known)
    if of_one:
        lines = _of_tasks(items, facts, _sections(store, held), links)
    else:
        lines = _of_documents(held, items, facts, known, links)
    notes: list[Pair] = [_counted(held, items, facts)]
    bare = [] if of_one else [line for line in lines if not _named(line)]
    lines = [line for line in lines if line not in bare]
    if merged:
        notes.append(pair("view-merged"))
    columns = _cut_columns(every, notes)
    lines = _cut_lines(lines, columns, notes, of_one=of_one)
    body = fill(
        "render/views/duties.html",
        of_one=of_one,
        groups=_heads(columns, "view-same-name" if merged else "view-no-place"),
        columns=[_column(one, "" if merged else links.entity(one.iri)) for one in columns],
        edges=_edges(columns),
        upright=len(columns) <= FEW_AGENCIES,
        blocks=_blocks(lines, columns, links, of_one=of_one),
        others=len(columns) < len(every),
        width=len(columns) + 3 + (len(columns) < len(every)),
        bare=[(line.head, line.tasks) for line in bare],
    )
    return View("duties", _title(wanted, held), body, tuple(notes), empty=not lines and not bare)


def _title(wanted: Wanted, held: Mapping[str, Holding]) -> Pair:
    chinese, english = pair("view-duties")
    title = next(iter(held.values())).title if len(held) == 1 else wanted.document
    choice = (title, wanted.region, wanted.issuer, str(wanted.year or ""))
    said = shown("，".join(filter(None, choice)))
    return (f"{chinese}：{said}", f"{english}: {said}") if said else (chinese, english)


def _held(store: Store, wanted: Wanted) -> dict[str, Holding]:
    held = chosen(store, wanted.region, wanted.document)
    return {
        source: one
        for source, one in held.items()
        if any(wanted.issuer in issuer for issuer in one.issuers or ("",))
        and (wanted.year is None or wanted.year in one.years)
    }


def _sections(store: Store, held: Mapping[str, Holding]) -> dict[str, str]:
    """Return the heading under which each task stands."""
    rows = sorted(rows_in(store, _SECTIONS, held), key=lambda row: int(row["begin"]))
    return {row["task"]: row["title"] for row in rows}


def _counted(held: Mapping[str, Holding], items: Sequence[WorkItem], facts: Iterable[Duty]) -> Pair:
    by_task = _by_task(facts)
    gaps = Counter(gap(by_task.get(item.task, [])) or "" for item in items)
    return told(
        "view-duties-counted",
        documents=len(held),
        tasks=len(items),
        led=gaps[""],
        implied=gaps["only implied"],
        unled=gaps["no lead"],
        nobody=gaps["nobody"],
    )


def _by_task(facts: Iterable[Duty]) -> dict[str, list[Duty]]:
    found: dict[str, list[Duty]] = defaultdict(list)
    for fact in facts:
        found[fact.task].append(fact)
    return found


# -- rows --------------------------------------------------------------------------------------


def _of_tasks(
    items: Iterable[WorkItem], facts: Iterable[Duty], sections: Mapping[str, str], links: Links
) -> list[Line]:
    by_task = _by_task(facts)
    return [
        Line(
            head=shown(f"{item.number} {item.title}".strip()),
            link=_place(item, links),
            group=shown(sections.get(item.task, "")),
            facts=tuple(by_task[item.task]),
            tasks=1,
            gaps=tuple(filter(None, [gap(by_task[item.task])])),
        )
        for item in items
    ]


def _place(one: WorkItem | Duty, links: Links) -> str:
    said = one.evidence
    return links.place(said.source, said.begin, said.end)


def _of_documents(
    held: Mapping[str, Holding],
    items: Iterable[WorkItem],
    facts: Iterable[Duty],
    known: Places,
    links: Links,
) -> list[Line]:
    """Return the documents with tasks, by place, then by date."""
    by_task = _by_task(facts)
    tasks: dict[str, list[WorkItem]] = defaultdict(list)
    for item in items:
        tasks[item.evidence.source].append(item)
    order = in_order({one.region for one in held.values()} & known.by_iri.keys(), known)
    names, rank = names_of(order, known), {iri: n for n, iri in enumerate(order)}

    def place(source: str) -> tuple[int, tuple[int, ...], str, str, str]:
        one = held[source]
        return rank.get(one.region, len(rank)), one.years, one.issued, one.title, source

    return [
        Line(
            head=shown(held[source].title),
            link=links.entity(held[source].document),
            group=shown(names.get(held[source].region, "")),
            facts=tuple(fact for item in tasks[source] for fact in by_task[item.task]),
            tasks=len(tasks[source]),
            gaps=tuple(filter(None, (gap(by_task[item.task]) for item in tasks[source]))),
        )
        for source in sorted(tasks, key=place)
    ]


def _cut_lines(
    lines: list[Line], columns: Sequence[Agency], notes: list[Pair], *, of_one: bool
) -> list[Line]:
    """Return the rows that are shown, in their order: of too many those with most marks.

    Documents that name none of the agencies that are drawn are left out, tasks are not.
    """
    drawn = {one.iri for one in columns}
    marks = [sum(fact.answer.agency in drawn for fact in _named(line)) for line in lines]
    worth = [n for n in range(len(lines)) if marks[n] or of_one]
    kept = sorted(sorted(worth, key=lambda n: (-marks[n], n))[:MOST_ROWS])
    if len(kept) < len(lines):
        notes.append(told("view-rows-left", shown=len(kept), left=len(lines) - len(kept)))
    return [lines[n] for n in kept]


def _named(line: Line) -> list[Duty]:
    """Return what the text says itself."""
    return [fact for fact in line.facts if fact.answer.basis != IMPLIED]


# -- columns -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agency:
    """A column: an agency with the number of tasks that it leads and supports here."""

    iri: str
    name: str
    group: str  # its place
    rank: int  # of the place
    leads: int
    supports: int
    implied: int  # tasks that name nobody, of which it is taken for the leader

    @property
    def only_supports(self) -> bool:
        """Tell whether it is named, and never to lead."""
        return not self.leads and self.supports > 0


def _regions(store: Store, known: Places) -> dict[str, str]:
    """Return the place of each agency, of several the first in order."""
    rows = sorted(store.select(_REGIONS), key=lambda row: row["region"], reverse=True)
    return {row["agency"]: row["region"] for row in rows if row["region"] in known.by_iri}


def _merged(facts: Iterable[Duty], columns: Iterable[Agency]) -> tuple[Duty, ...]:
    """Return the duties with bodies of the same name in all places as one: 教育局, 财政局."""
    names = {one.iri: _without_place(one) for one in columns}
    return tuple(
        replace(fact, answer=replace(fact.answer, agency=names[fact.answer.agency]))
        for fact in facts
    )


def _without_place(one: Agency) -> str:
    """Return 教育局 of 青禾县教育局, 共青团县委员会 of 共青团青禾县委员会."""
    if one.group and one.name.startswith(one.group) and len(one.name) > len(one.group) + 1:
        return one.name.removeprefix(one.group)
    kept = one.name.replace(one.group, one.group[-1]) if one.group else one.name
    return kept.removeprefix(STATE) or one.name


def _columns(facts: Iterable[Duty], regions: Mapping[str, str], known: Places) -> list[Agency]:
    """Return the agencies: those of one place together, who leads most first.

    Bodies that were merged have no IRI, but their name.
    """
    names: dict[str, str] = {}
    tasks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact in facts:
        key = fact.answer.agency
        names[key] = fact.answer.name if ":" in key else key
        role = IMPLIED if fact.answer.basis == IMPLIED else fact.answer.role
        tasks[fact.answer.agency, role].add(fact.task)
    order = in_order({regions[iri] for iri in names if iri in regions}, known)
    called, rank = names_of(order, known), {iri: n for n, iri in enumerate(order)}
    found = [
        Agency(
            iri=iri,
            name=name,
            group=called.get(regions.get(iri, ""), ""),
            rank=rank.get(regions.get(iri, ""), len(rank)),
            leads=len(tasks[iri, LEAD]),
            supports=len(tasks[iri, "Support"]),
            implied=len(tasks[iri, IMPLIED]),
        )
        for iri, name in names.items()
    ]
    return sorted(found, key=lambda one: (one.rank, *_weight(one)))


def _weight(one: Agency) -> tuple[int, int, int, str, str]:
    return -one.leads, -one.supports, -one.implied, one.name, one.iri


def _cut_columns(columns: list[Agency], notes: list[Pair]) -> list[Agency]:
    if len(columns) <= MOST_AGENCIES:
        return columns
    kept = set(sorted(columns, key=_weight)[:MOST_AGENCIES])
    notes.append(told("view-agencies-left", shown=len(kept), left=len(columns) - len(kept)))
    return [one for one in columns if one in kept]


def _heads(columns: Sequence[Agency], without: str) -> list[tuple[str | Markup, int]]:
    """Return the places over the columns, with how many columns each spans."""
    counts = Counter(one.group for one in columns)
    return [
        (shown(group) if group else in_both(*pair(without)), number)
        for group, number in counts.items()
    ]


def _edges(columns: Sequence[Agency]) -> set[int]:
    return {n for n, one in enumerate(columns) if n == 0 or one.group != columns[n - 1].group}


def _column(one: Agency, link: str) -> dict[str, object]:
    short = one.name.removeprefix(one.group).removeprefix(STATE)
    counts = (("●", one.leads), ("○", one.supports), ("[●]", one.implied))
    return {
        "name": shown(short if len(short) > 1 else one.name),
        "title": shown(one.name),
        "link": link,
        "counts": [(sign, number) for sign, number in counts if number],
        "only": one.only_supports,
    }


# -- cells -------------------------------------------------------------------------------------


def _blocks(
    lines: Iterable[Line], columns: Sequence[Agency], links: Links, *, of_one: bool
) -> list[dict[str, object]]:
    """Return the rows under the heading that they share: a section, or a place."""
    return [
        {"head": head, "rows": [_row(line, columns, links, of_one=of_one) for line in several]}
        for head, several in groupby(lines, lambda line: line.group)
    ]


def _row(line: Line, columns: Sequence[Agency], links: Links, *, of_one: bool) -> dict[str, object]:
    by_agency: dict[str, list[Duty]] = defaultdict(list)
    for fact in line.facts:
        by_agency[fact.answer.agency].append(fact)
    named, drawn = _named(line), {one.iri for one in columns}
    cell = _marks if of_one else _counts
    return {
        "head": line.head,
        "link": line.link,
        "tasks": line.tasks,
        "leads": len({f.answer.agency for f in named if f.answer.role == LEAD}),
        "supports": len({f.answer.agency for f in named if f.answer.role != LEAD}),
        "gaps": [(kind, _GAPS[kind], number) for kind, number in _sorted(line.gaps)],
        "bare": bool(line.gaps) and len(line.gaps) == line.tasks,
        "others": len({fact.answer.agency for fact in named} - drawn),
        "cells": [cell(by_agency.get(one.iri, ()), links) for one in columns],
    }


_GAPS = {"nobody": "view-nobody", "only implied": "view-only-implied", "no lead": "view-no-lead"}


def _sorted(gaps: Iterable[str]) -> list[tuple[str, int]]:
    counts = Counter(gaps)
    return [(kind, counts[kind]) for kind in _GAPS if counts[kind]]


def _marks(facts: Sequence[Duty], links: Links) -> dict[str, object]:
    """Return a task's cell: ● leads, (○) supports as its section says, [●] implied."""
    signs: dict[str, Duty] = {}
    for fact in sorted(facts, key=_firmness):
        signs.setdefault(_sign(fact), fact)
    return {
        "kind": _kind(facts),
        "links": [(sign, _place(fact, links), _title_of(fact)) for sign, fact in signs.items()],
        "more": [],
    }


def _firmness(fact: Duty) -> tuple[int, str]:
    return BASES.index(fact.answer.basis), fact.answer.role


def _sign(fact: Duty) -> str:
    return MARKS[fact.answer.basis].format(SIGNS[fact.answer.role])


def _title_of(fact: Duty) -> Markup:
    role, basis = (pair(one, "answers") for one in (fact.answer.role, fact.answer.basis))
    name = shown(fact.answer.name)
    return attribute(
        "title", (f"{name} · {role[0]} · {basis[0]}", f"{name} · {role[1]} · {basis[1]}")
    )


def _counts(facts: Sequence[Duty], links: Links) -> dict[str, object]:
    """Return a document's cell: of how many of its tasks; unfolded, which."""
    tasks: dict[str, dict[str, Duty]] = defaultdict(dict)
    for fact in sorted(facts, key=_firmness):
        tasks[_sign(fact)].setdefault(fact.task, fact)
    several = sum(len(duties) for duties in tasks.values()) > 1
    listed = [(sign, fact) for sign, duties in tasks.items() for fact in duties.values()]
    first = [
        (f"{sign}{len(duties)}", next(iter(duties.values()))) for sign, duties in tasks.items()
    ]
    return {
        "kind": _kind(facts),
        "links": [(said, _place(fact, links), _title_of(fact)) for said, fact in first],
        "more": [(sign, shown(fact.title), _place(fact, links)) for sign, fact in listed]
        if several
        else [],
    }


def _kind(facts: Sequence[Duty]) -> str:
    """Return how a cell looks: by the firmest that it holds."""
    if not facts:
        return ""
    if all(fact.answer.basis == IMPLIED for fact in facts):
        return "implied"
    named = [fact for fact in facts if fact.answer.basis != IMPLIED]
    return "lead" if any(fact.answer.role == LEAD for fact in named) else "support"
