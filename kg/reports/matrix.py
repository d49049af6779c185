"""A choice of documents to the matrix of their tasks and the agencies that answer for them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from kg.errors import QueryError
from kg.reports.duties import (
    EXPLICIT,
    IMPLIED,
    INHERITED,
    LEAD,
    SUPPORT,
    Duty,
    WorkItem,
    duties,
    joined,
    work_items,
)
from kg.reports.holdings import Holding
from kg.reports.report import Report, Row
from kg.reports.scope import chosen, described
from kg.sparql import shorten
from kg.store import Store

MOST_CELLS = 200_000  # more is no table that anyone reads
_MARKS = {EXPLICIT: "{}", INHERITED: "({})", IMPLIED: "[{}]"}
KEY = "L leads, S supports; (L) from the section's heading, [L] implied: the issuer."
GAPS = "gap: nobody (no agency at all), only implied (the issuer), no lead (support only)."


def matrix(store: Store, *, region: str = "", document: str = "") -> Report:
    """Return a row for each task and a column for each agency, with who leads and who supports.

    The column `gap` says what is missing; the agencies that lead most come first. Raise
    QueryError where the table would be too large to read.
    """
    held = chosen(store, region, document)
    tasks = work_items(store, held)
    facts = duties(store, held)
    names = _names(facts, store.base)
    if len(names) * len(tasks) > MOST_CELLS:
        raise QueryError(
            f"matrix: {len(tasks):,} tasks × {len(names):,} agencies are too many to read; "
            "choose with --document or --region"
        )
    by_task: dict[str, list[Duty]] = defaultdict(list)
    for fact in facts:
        by_task[fact.task].append(fact)
    rows = tuple(_row(task, by_task[task.task], names, held) for task in tasks)
    return Report(
        "matrix",
        f"Who answers for which task{described(region, document)}",
        ("document", "task", "gap", *names.values()),
        rows,
        (KEY, GAPS, *_told(rows, facts)),
        "who",
    )


def _names(facts: Iterable[Duty], base: str) -> dict[str, str]:
    """Return the columns by the agencies' IRIs: who leads most first; no two have one name."""
    leads: Counter[str] = Counter()
    every: dict[str, str] = {}
    for fact in facts:
        every[fact.answer.agency] = fact.answer.name
        leads[fact.answer.agency] += fact.answer.role == LEAD and fact.answer.basis != IMPLIED
    same = Counter(every.values())
    order = sorted(every, key=lambda iri: (-leads[iri], every[iri], iri))
    return {
        iri: every[iri] if same[every[iri]] == 1 else f"{every[iri]} <{shorten(iri, base)}>"
        for iri in order
    }


def _row(
    task: WorkItem, facts: list[Duty], names: Mapping[str, str], held: Mapping[str, Holding]
) -> Row:
    marks: dict[str, list[str]] = defaultdict(list)
    for fact in facts:
        marks[fact.answer.agency].append(_MARKS[fact.answer.basis].format(fact.answer.role[0]))
    cells = (
        joined(marks[iri]).replace("、", " ") or None if iri in marks else None for iri in names
    )
    said = {fact.evidence.sentence: fact.evidence for fact in reversed(facts)}
    title = f"{task.number} {task.title}".strip()
    return Row(
        (held[task.evidence.source].title, title, gap(facts), *cells),
        tuple(reversed(said.values())) or (task.evidence,),
    )


def gap(facts: Iterable[Duty]) -> str | None:
    """Return what is missing in who answers for a task, None where somebody is named to lead."""
    said = {(fact.answer.role, fact.answer.basis) for fact in facts}
    if not said:
        return "nobody"
    if said & {(LEAD, EXPLICIT), (LEAD, INHERITED)}:
        return None
    return "no lead" if {role for role, _ in said} == {SUPPORT} else "only implied"


def _told(rows: Iterable[Row], facts: Iterable[Duty]) -> list[str]:
    gaps = Counter(str(row.values[2]) for row in rows if row.values[2])
    counts = ", ".join(f"{name} {number:,}" for name, number in sorted(gaps.items()))
    roles: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.answer.basis != IMPLIED:
            roles[fact.answer.name].add(fact.answer.role)
    only = joined(sorted(name for name, said in roles.items() if said == {SUPPORT}))
    return [f"Gaps: {counts or 'none'}.", f"Named in support only: {only or 'nobody'}."]
