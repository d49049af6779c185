"""A store to what falls due when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from kg.reports.commitments import (
    INHERITED,
    RECURRING,
    STATED,
    Choice,
    Commitment,
    dated,
    figure,
    lead,
    lead_basis,
    repeats,
    undated,
)
from kg.reports.report import Report, Row, Value
from kg.reports.scope import described
from kg.store import Store

COLUMNS = ("due", "basis", "repeats", "what", "target", "lead", "lead basis", "document")
BASES = (STATED, INHERITED, RECURRING)
UNDATED = (
    "A task is listed where neither it nor any of its targets has a date. A date in its words "
    "beside no figure is not read."
)
PRECISION = "A due month or year means by its end: 2022-06 is 2022-06-30, 2022 is 2022-12-31."
BASIS = (
    "Inherited: the plan's own year or period, where the text names no date. Recurring: at the "
    "end of each interval within the plan's years; due is the first such day."
)


def due(
    store: Store,
    *,
    before: str = "",
    after: str = "",
    agency: str = "",
    region: str = "",
    document: str = "",
    bases: Collection[str] = (),
    without_date: bool = False,
) -> Report:
    """Return targets, and tasks of tables, with their due dates, the earliest first.

    `before` and `after` are dates (2022, 2022-06, 2022-06-30), both inclusive. `agency` is a
    name, part of one or an IRI: what it leads or supports. `region` takes in what lies in it.
    `bases` are Stated, Inherited, Recurring; none: all. `without_date` gives what has none
    instead. Raise QueryError for a date that is none, NotFoundError for a name that the store
    does not hold.
    """
    choice = Choice(region, document, agency)
    if without_date:
        found = undated(store, choice)
    else:
        found = dated(store, choice, before, after)
        found = tuple(one for one in found if not bases or one.basis in bases)
    columns = ("role", *COLUMNS) if agency else COLUMNS
    rows = tuple(_row(one, bool(agency)) for one in found)
    title = _title(choice, before, after, bases, without_date)
    notes = _notes(found, without_date)
    query = "undated" if without_date else "due"
    return Report("due", title, columns, rows, notes, query)


def _row(one: Commitment, with_role: bool) -> Row:
    values: tuple[Value, ...] = (
        one.due or None,
        one.basis or None,
        repeats(one) or None,
        one.what or None,
        figure(one) or None,
        lead(one) or None,
        lead_basis(one) or None,
        one.holding.title,
    )
    return Row((one.role, *values) if with_role else values, (one.evidence,))


def _title(
    choice: Choice, before: str, after: str, bases: Collection[str], without_date: bool
) -> str:
    parts = [
        "What has no date" if without_date else "What falls due",
        f", on or after {after}" if after else "",
        f", on or before {before}" if before else "",
        f", {' and '.join(sorted(bases)).lower()} dates only" if bases else "",
        f", for {choice.agency}" if choice.agency else "",
        described(choice.region, choice.document),
    ]
    return "".join(parts)


def _notes(found: tuple[Commitment, ...], without_date: bool) -> tuple[str, ...]:
    if without_date:
        return (UNDATED,)
    counts = Counter(one.basis for one in found)
    told = ", ".join(f"{counts[one]:,} {one.lower()}" for one in BASES) + "."
    return (told, BASIS, PRECISION)
