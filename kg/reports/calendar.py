"""Commitments to a calendar (RFC 5545): whole-day events on the days by which each is due."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator

from kg.reports.commitments import (
    RECURRING,
    Commitment,
    figure,
    is_date,
    last_day,
    lead,
    lead_basis,
    repeats,
)
from kg.reports.recurrence import days, interval
from kg.results import printable

PRODUCT = "-//Policy KG//kg due//ZH"
NAME = "政策期限"
# Of a document without a date; a clock would make other bytes of the same store.
STAMP = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_FREQUENCIES = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
_PERIODS = {4: "the end of the year", 7: "the end of the month", 9: "the end of its last year"}


def calendar(commitments: Iterable[Commitment]) -> bytes:
    """Return a calendar of what has a date, the same bytes for the same commitments.

    An event, not a to-do, because Google's and Outlook's calendars show no to-dos. What is due in
    a month or year stands on its last day. What recurs is repeated at the end of each interval
    until the plan's last year ends.
    """
    from icalendar import Calendar

    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("x-wr-calname", NAME)
    book.add("name", NAME)
    for one in sorted(commitments, key=lambda one: (one.due, one.item)):
        if is_date(one.due):
            _add_event(book, one)
    return bytes(book.to_ical())


def _add_event(book: object, one: Commitment) -> None:
    from icalendar import Event

    event = Event()
    first = last_day(one.due)
    rule = _repetition(one, first)
    event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, one.item)))
    event.add("dtstamp", _stamp(one))
    event.add("dtstart", first)
    if first < datetime.date.max:
        event.add("dtend", first + datetime.timedelta(days=1))  # the end is exclusive
    if rule is not None:
        event.add("rrule", rule)
    event.add("summary", _summary(one))
    event.add("description", "\n".join(_description(one)))
    event.add("categories", [one.basis])
    event.add("url", one.item)
    event.add("transp", "TRANSPARENT")  # nobody is busy on that day because of it
    book.add_component(event)  # type: ignore[attr-defined]


def _stamp(one: Commitment) -> datetime.datetime:
    issued = one.holding.issued
    if not is_date(issued):
        return STAMP
    return datetime.datetime.combine(last_day(issued), datetime.time(), datetime.UTC)


def _summary(one: Commitment) -> str:
    return printable(" ".join(filter(None, (one.what, figure(one)))) or one.evidence.sentence)


def _description(one: Commitment) -> Iterator[str]:
    """Yield lines; a document's own words cannot end one."""
    yield printable(one.evidence.sentence)
    yield printable(f"{one.holding.title} ({one.evidence.file})")
    if lead(one):
        yield printable(f"lead: {lead(one)} ({lead_basis(one)})")
    helping = "、".join(answer.name for answer in one.answers if answer not in one.leaders)
    if helping:
        yield printable(f"support: {helping}")
    if repeats(one):
        yield printable(repeats(one))
    meant = f", meaning {_PERIODS[len(one.due)]}" if len(one.due) in _PERIODS else ""
    yield f"due: {one.due}{meant} ({one.basis})"


# -- what recurs -------------------------------------------------------------------------------


def _repetition(one: Commitment, first: datetime.date) -> dict[str, object] | None:
    """Return the rule of what recurs; None of what comes once."""
    if one.basis != RECURRING:
        return None
    every = list(days(one.recurrence, one.holding.years, first, one.until))
    if len(every) < 2:
        return None
    number, unit = interval(one.recurrence)
    rule: dict[str, object] = {"freq": _FREQUENCIES[unit], "until": every[-1]}
    if number > 1:
        rule["interval"] = number
    if unit == "M":
        rule["bymonthday"] = -1
    return rule
