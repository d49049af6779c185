"""A store to the agencies that are named together for a task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby, permutations

from kg.reports.duties import Duty, agency_of, duties, joined, named
from kg.reports.holdings import Holding
from kg.reports.report import Evidence, Report, Row, evidence
from kg.reports.scope import chosen, described
from kg.store import Store

COLUMNS = ("agency", "with", "tasks", "documents", "roles", "titles")
SENTENCES = 3
NAMED = ("Explicit", "Inherited")
NOTE = "Named for the same task, by the task itself or its section; an implied issuer is not named."


def pairs(store: Store, *, agency: str = "", region: str = "", document: str = "") -> Report:
    """Return the pairs of agencies with the number of tasks that they share, and in what.

    `roles` says how often who leads: Lead+Support 5 is that the first one leads and the other
    one supports in five tasks. Each pair has its first sentences.
    """
    held = chosen(store, region, document)
    rows = _together(duties(store, held), held)
    if agency:
        meant = agency_of(store, agency, named(store, held), held)
        rows = [_turned(row, meant) for row in rows if meant in (row["first"], row["second"])]
    rows.sort(key=_pair)
    found = [_row(list(several)) for _, several in groupby(rows, key=_pair)]
    found.sort(key=lambda row: (-int(str(row.values[2])), -int(str(row.values[3])), row.values))
    return Report(
        "pairs",
        "Which agencies work together"
        + (f", with {agency}" if agency else "")
        + described(region, document),
        COLUMNS,
        tuple(found),
        (NOTE, f"At most {SENTENCES} sentences of each pair are given."),
        "pairs",
    )


def _together(several: Iterable[Duty], held: Mapping[str, Holding]) -> list[dict[str, str]]:
    """Return each two agencies named for a task, as the saved query does, which takes longer."""
    by_task: dict[str, list[Duty]] = defaultdict(list)
    for duty in several:
        if duty.answer.basis in NAMED:
            by_task[duty.task].append(duty)
    return [
        _told(one, other, held[one.evidence.source].title)
        for sharing in by_task.values()
        for one, other in permutations(sharing, 2)
        if one.answer.agency < other.answer.agency
    ]


def _told(one: Duty, other: Duty, title: str) -> dict[str, str]:
    place, further = one.evidence, other.evidence
    return {
        "one": one.answer.name,
        "first": one.answer.agency,
        "oneRole": one.answer.role,
        "other": other.answer.name,
        "second": other.answer.agency,
        "otherRole": other.answer.role,
        "item": one.task,
        "title": title,
        "sentence": place.sentence,
        "file": place.file,
        "source": place.source,
        "begin": str(place.begin),
        "end": str(place.end),
        "otherSentence": further.sentence,
        "otherBegin": str(further.begin),
        "otherEnd": str(further.end),
    }


def _pair(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["one"], row["other"], row["first"], row["second"]


def _turned(row: dict[str, str], meant: str) -> dict[str, str]:
    """Return a row with the agency that was asked for first."""
    if row["first"] == meant:
        return row
    swapped = {"one": "other", "first": "second", "oneRole": "otherRole"}
    back = {two: one for one, two in swapped.items()}
    return {key: row[{**swapped, **back}.get(key, key)] for key in row}


def _row(rows: list[dict[str, str]]) -> Row:
    tasks = {row["item"] for row in rows}
    titles = {row["source"]: row["title"] for row in rows}
    roles: dict[str, set[str]] = {}
    for row in rows:
        roles.setdefault(f"{row['oneRole']}+{row['otherRole']}", set()).add(row["item"])
    counted = ", ".join(f"{names} {len(items)}" for names, items in sorted(roles.items()))
    first = rows[0]
    return Row(
        (
            first["one"],
            first["other"],
            len(tasks),
            len(titles),
            counted,
            joined(sorted(titles.values())),
        ),
        first_sentences([side for row in rows for side in (row, _other(row))], SENTENCES),
    )


def _other(row: dict[str, str]) -> dict[str, str]:
    """Return a row with the words that name the other agency; often they are the same sentence."""
    words = {"sentence": "otherSentence", "begin": "otherBegin", "end": "otherEnd"}
    return {**row, **{key: row[other] for key, other in words.items()}}


def first_sentences(rows: list[dict[str, str]], number: int) -> tuple[Evidence, ...]:
    """Return the first places of a query's rows, one for each sentence."""
    places: dict[tuple[str, str], Evidence] = {}
    for row in sorted(rows, key=lambda one: (one["title"], one["source"], int(one["begin"]))):
        places.setdefault((row["source"], row["sentence"]), evidence(row))
    return tuple(places.values())[:number]
