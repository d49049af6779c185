"""An agency or a task to who answers for what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from kg.errors import NotFoundError
from kg.reports.duties import (
    Duty,
    WorkItem,
    agencies_called,
    agencies_like,
    duties,
    named,
    task_titles,
    the_one,
    work_items,
)
from kg.reports.holdings import Holding
from kg.reports.report import Evidence, Report, Row
from kg.reports.scope import chosen, described
from kg.store import Store

COLUMNS = ("agency", "role", "basis", "task", "due", "document")
BASIS = (
    "Explicit: the task names the agency. Inherited: its section does. "
    "Implied: nobody is named, so the issuer is taken for it."
)
NOBODY = "No agency: nobody is named, and the issuer is not known."
DUES = "A due date in brackets is not the task's own but that of its targets."
_DUES = "SELECT ?task ?due { ?target pol:inTask ?task ; pol:due ?due }"


def who(store: Store, name: str, *, region: str = "", document: str = "") -> Report:
    """Return the tasks of an agency, or who answers for the tasks of a title.

    `name` is an agency (name, alias, as texts write it, part of a name, IRI) or a task
    (title, part of one, IRI). The whole name of an agency goes first, then a task's title, then
    a part of an agency's name. Raise NotFoundError where it is nothing, or several agencies.
    """
    held = chosen(store, region, document)
    agencies = named(store, held)
    found = agencies_called(store, name, agencies, held)
    tasks = {} if found else _tasks(store, name, held)
    if tasks:
        places = {one.evidence.source: held[one.evidence.source] for one in tasks.values()}
        facts = duties(store, places, part=_shared(name, tasks))
        rows = _task_rows(store, held, tasks, facts)
        title = f"Who answers for {name}"
    else:
        agency = the_one(store, name, _known(name, found or agencies_like(name, agencies)))
        dues = _dues(store)
        rows = [_row(fact, dues, held) for fact in duties(store, held, agency=agency)]
        title = f"What {agencies[agency]} answers for"
    title += described(region, document)
    notes = (BASIS, DUES, NOBODY) if any(not row.values[0] for row in rows) else (BASIS, DUES)
    return Report("who", title, COLUMNS, tuple(rows), notes, "who")


def _known(name: str, found: list[str]) -> list[str]:
    if not found:
        raise NotFoundError(
            f"{name!r}: neither an agency that answers for a task here nor a task; "
            "`kg query --name agencies` lists agencies"
        )
    return found


def _tasks(store: Store, name: str, held: Mapping[str, Holding]) -> dict[str, WorkItem]:
    """Return the tasks of this IRI; else of this title; else those in whose title it is."""
    titles = task_titles(store, held)
    found = (
        {task for task in titles if task in (name, store.base + name)}
        or {task for task, (title, _) in titles.items() if title == name}
        or {task for task, (title, _) in titles.items() if name in title}
    )
    sources = {titles[task][1] for task in found}
    items = work_items(store, {source: held[source] for source in sources}) if sources else ()
    return {one.task: one for one in items if one.task in found}


def _shared(name: str, tasks: Mapping[str, WorkItem]) -> str:
    """Return words that all titles hold, for the query to look for; an IRI is one task's."""
    titles = {one.title for one in tasks.values()}
    return name if all(name in title for title in titles) else min(titles)


def _task_rows(
    store: Store, held: Mapping[str, Holding], tasks: Mapping[str, WorkItem], facts: Iterable[Duty]
) -> list[Row]:
    """Return a row for each answer, and one for a task without any, in the order of the texts."""
    by_task: dict[str, list[Duty]] = defaultdict(list)
    for fact in facts:
        by_task[fact.task].append(fact)
    dues, rows = _dues(store), []
    for task in tasks.values():
        rows += [_row(fact, dues, held) for fact in by_task[task.task]]
        if not by_task[task.task]:
            due = _due(task.task, task.due, dues)
            rows.append(_values((None, None, None), task.title, due, held, task.evidence))
    return rows


def _row(fact: Duty, dues: Mapping[str, set[str]], held: Mapping[str, Holding]) -> Row:
    said = (fact.answer.name, fact.answer.role, fact.answer.basis)
    return _values(said, fact.title, _due(fact.task, fact.due, dues), held, fact.evidence)


def _values(
    said: tuple[str | None, str | None, str | None],
    task: str,
    due: str | None,
    held: Mapping[str, Holding],
    evidence: Evidence,
) -> Row:
    return Row((*said, task, due, held[evidence.source].title), (evidence,))


def _dues(store: Store) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in store.select(_DUES):
        found[row["task"]].add(row["due"])
    return found


def _due(task: str, own: str, dues: Mapping[str, set[str]]) -> str | None:
    if own:
        return own
    return f"({', '.join(sorted(dues[task]))})" if task in dues else None
