"""A store to what is to be done by when: targets and tasks with their dates and owners."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from kg import queries
from kg.errors import QueryError
from kg.reports.duties import (
    LEAD,
    Answer,
    agencies_called,
    agencies_like,
    agency_of,
    answers,
    joined,
    named,
    rows_in,
    the_one,
)
from kg.reports.holdings import Holding
from kg.reports.recurrence import days, interval
from kg.reports.report import Evidence, evidence
from kg.reports.scope import chosen
from kg.store import Store

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_PERIOD = re.compile(r"[0-9]{4}-[0-9]{4}")
_SIGNS = {"Exactly": "", "AtLeast": "≥ ", "AtMost": "≤ ", "About": "≈ ", "Between": ""}
_PHRASES = {"AtLeast": "at least ", "AtMost": "at most ", "About": "about "}
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
TIMES = "次"
STATED, INHERITED, RECURRING = "Stated", "Inherited", "Recurring"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for; "" where it does not matter."""

    region: str = ""
    document: str = ""
    agency: str = ""


EVERYTHING = Choice()


@dataclass(frozen=True, slots=True)
class Commitment:
    """A target, or a task as a whole, with its date."""

    item: str  # IRI
    what: str  # the indicator's words, or the task's title
    comparator: str
    value: str  # 93, 60–70, or "" where there is none
    unit: str
    masked: bool
    due: str  # ISO 8601 date, month or year: by the end of it; "" where there is none
    basis: str  # Stated, Inherited; Recurring: the first day of a recurrence within the plan
    recurrence: str  # ISO 8601 duration
    until: datetime.date  # the last day on which it may recur
    holding: Holding
    answers: tuple[Answer, ...]
    role: str  # Lead or Support of the agency that was asked for
    evidence: Evidence

    @property
    def leaders(self) -> tuple[Answer, ...]:
        """Give who leads."""
        return tuple(one for one in self.answers if one.role == LEAD)


def dated(
    store: Store, choice: Choice = EVERYTHING, before: str = "", after: str = ""
) -> tuple[Commitment, ...]:
    """Read what falls due on or between two dates, the earliest first.

    Dates are 2022, 2022-06 or 2022-06-30; of a partial one the first day counts for `after`, the
    last for `before`. A due month or year means by its end. What recurs is due at the end of
    each interval from when its plan was issued until the end of the plan's last year; it is
    given once, with the first day that falls between the dates.
    """
    first = first_day(after, "after") if after else datetime.date.min
    last = last_day(before, "before") if before else datetime.date.max
    if first > last:
        raise QueryError(f"after {after}: is later than before {before}; exchange them")
    bounds = {"from": after} if after else {}
    if last < datetime.date.max:
        bounds["until"] = (last + datetime.timedelta(days=1)).isoformat()
    found = _read(store, "due", bounds, choice)
    placed = (_first_between(one, first, last) for one in found)
    return tuple(sorted((one for one in placed if one is not None), key=_by_day))


def _by_day(one: Commitment) -> tuple[str, str, str, str, int, str]:
    day = last_day(one.due).isoformat() if is_date(one.due) else one.due
    place = one.evidence
    return day, one.due, one.holding.title, place.source, place.begin, one.item


def _first_between(one: Commitment, first: datetime.date, last: datetime.date) -> Commitment | None:
    """Return what recurs with its first day between two; None where it has none."""
    if one.basis != RECURRING:
        return one
    issued = one.holding.issued
    kept_from = max(first, first_day(issued)) if is_date(issued) else first
    day = next(days(one.recurrence, one.holding.years, kept_from, last), None)
    return None if day is None else replace(one, due=day.isoformat(), until=last)


def undated(store: Store, choice: Choice = EVERYTHING) -> tuple[Commitment, ...]:
    """Read what has no date, by document and place."""
    return _read(store, "undated", {}, choice)


def _read(
    store: Store, name: str, bounds: Mapping[str, str], choice: Choice
) -> tuple[Commitment, ...]:
    held = chosen(store, choice.region, choice.document)
    rows = rows_in(store, queries.find(name).text, held, bounds)
    answering = answers(store) if rows else {}
    if choice.agency:
        wanted = _agency(store, choice.agency, rows, answering, held)
        rows = [row for row in rows if wanted in {a.agency for a in _of(row, answering)}]
    else:
        wanted = ""
    found = (_commitment(row, held[row["source"]], _of(row, answering), wanted) for row in rows)
    return tuple({one.item: one for one in found}.values())


def _of(row: Mapping[str, str], answering: Mapping[str, tuple[Answer, ...]]) -> tuple[Answer, ...]:
    return answering.get(row["task"], ())


def _agency(
    store: Store,
    name: str,
    rows: Iterable[Mapping[str, str]],
    answering: Mapping[str, tuple[Answer, ...]],
    sources: Collection[str],
) -> str:
    """Return which agency is meant: of those that answer for what was chosen, or for anything."""
    here = {one.agency: one.name for row in rows for one in _of(row, answering)}
    found = agencies_called(store, name, here, sources) or agencies_like(name, here)
    return the_one(store, name, found) if found else agency_of(store, name, named(store), sources)


def _commitment(
    row: Mapping[str, str], holding: Holding, answering: tuple[Answer, ...], agency: str
) -> Commitment:
    return Commitment(
        item=row["item"],
        what=row["what"],
        comparator=row["comparator"],
        value=row["value"],
        unit=row["unit"],
        masked=row["masked"] == "true",
        due=row.get("due", ""),
        basis=row.get("basis", ""),
        recurrence=row["recurrence"],
        until=datetime.date.max,
        holding=holding,
        answers=answering,
        role=joined(answer.role for answer in answering if answer.agency == agency),
        evidence=evidence(row),
    )


# -- dates -------------------------------------------------------------------------------------


def last_day(iso: str, option: str = "") -> datetime.date:
    """Return the last day of a date, month or year; of what is due also of a period of years."""
    is_period = not option and _PERIOD.fullmatch(iso) is not None
    match = _DATE.fullmatch(iso[5:] if is_period else iso)
    try:
        if match is None:
            raise ValueError(iso)
        year, month = int(match[1]), int(match[2] or 12)
        return datetime.date(year, month, int(match[3] or monthrange(year, month)[1]))
    except ValueError as error:
        raise QueryError(
            f"{option or 'date'} {iso!r}: no such date; write 2022, 2022-06 or 2022-06-30"
        ) from error


def first_day(iso: str, option: str = "") -> datetime.date:
    """Return the first day of a date, month or year."""
    last = last_day(iso, option)
    return last if len(iso) == 10 else last.replace(day=1, month=1 if len(iso) == 4 else last.month)


def is_date(iso: str) -> bool:
    """Tell whether there is such a date, month or year."""
    try:
        last_day(iso)
    except QueryError:
        return False
    return True


# -- words -------------------------------------------------------------------------------------


def figure(one: Commitment) -> str:
    """Return what is to be reached: ≥ 93 %, 60–70 名, masked 个; "" of a task."""
    return amount(one.comparator, one.value, one.unit, one.masked)


def amount(comparator: str, value: str, unit: str, masked: bool) -> str:
    """Return a comparator, figure and unit as a person reads them."""
    if not value:
        return f"masked {unit}".strip() if masked else ""
    return f"{_SIGNS.get(comparator, '')}{_plain(value)} {unit}".strip()


def _plain(value: str) -> str:
    """Return a figure, or two, without superfluous zeros and never as 1E+4."""
    parts = value.split("–")
    return "–".join(format(Decimal(part).normalize(), "f") for part in parts)


def repeats(one: Commitment) -> str:
    """Return a recurrence in words: every 3 months, 2 times; "" where there is none."""
    number, unit = interval(one.recurrence)
    if not number:
        return one.recurrence
    often = f"every {_UNITS[unit]}" if number == 1 else f"every {number} {_UNITS[unit]}s"
    if not one.value:
        return often
    count = _plain(one.value)
    named_unit = one.unit if one.unit != TIMES else "time" if count == "1" else "times"
    return f"{often}, {_PHRASES.get(one.comparator, '')}{count} {named_unit}".strip()


def lead(one: Commitment) -> str:
    """Return who leads."""
    return joined(answer.name for answer in one.leaders)


def lead_basis(one: Commitment) -> str:
    """Return on what the leaders rest: Explicit, Inherited, Implied."""
    return joined(answer.basis for answer in one.leaders)
