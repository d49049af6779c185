"""Commitments to a calendar (RFC 5545): a whole-day event on the day by which each is to be done."""

from __future__ import annotations

import datetime
import uuid
from calendar import monthrange
from collections.abc import Iterable, Iterator

from kg.reports.commitments import (
    Commitment,
    figure,
    interval,
    is_date,
    last_day,
    lead,
    lead_basis,
    repeats,
)
from kg.results import printable

PRODUCT = "-//Policy KG//kg due//ZH"
NAME = "政策期限"
# Of a document without a date; a clock would make other bytes of the same store.
STAMP = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_FREQUENCIES = {"D": "DAILY", "W": "WEEKLY", "M": "MONTHLY", "Y": "YEARLY"}
_PERIODS = {4: "the end of the year", 7: "the end of the month"}


def calendar(commitments: Iterable[Commitment]) -> bytes:
    """Return a calendar of what has a date, the same bytes for the same commitments.

    An event, not a to-do, because Google's and Outlook's calendars show no to-dos. What is due in
    a month or year stands on its last day. What recurs is repeated at the end of each interval,
    from when the plan was issued until its date.
    """
    from icalendar import Calendar

    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", NAME)
    book.add("name", NAME)
    for one in sorted(commitments, key=lambda one: (one.due, one.item)):
        if is_date(one.due):
            _add_event(book, one)
    return bytes(book.to_ical())


def _add_event(book: object, one: Commitment) -> None:
    from icalendar import Event

    event = Event()
    last = last_day(one.due)
    rule = _repetition(one, last)
    first = rule[0] if rule else last
    event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, one.item)))
    event.add("dtstamp", _stamp(one))
    event.add("dtstart", first)
    if first < datetime.date.max:
        event.add("dtend", first + datetime.timedelta(days=1))  # the end is exclusive
    if rule:
        event.add("rrule", rule[1])
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


def _repetition(
    one: Commitment, last: datetime.date
) -> tuple[datetime.date, dict[str, object]] | None:
    """Return the first day and the rule of what recurs; None of what comes once until its date.

    Intervals are counted within the years of the plan, as a quarter or a term ends in each.
    """
    number, unit = interval(one.recurrence)
    if not number:
        return None
    days = _ends(_beginning(one, last), last, number, unit)
    first = next(days, None)
    if first is None or next(days, None) is None:
        return None
    rule: dict[str, object] = {"freq": _FREQUENCIES[unit], "until": last}
    if number > 1:
        rule["interval"] = number
    if unit == "M":
        rule["bymonthday"] = -1
    return first, rule


def _beginning(one: Commitment, last: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Return the first day of the plan's years, and the day from which it can be kept."""
    years = [year for year in one.holding.years if year <= last.year]
    start = datetime.date(max(1, min(years, default=last.year)), 1, 1)
    issued = last_day(one.holding.issued) if len(one.holding.issued) == 10 else start
    return start, max(start, issued)


def _ends(
    beginning: tuple[datetime.date, datetime.date], last: datetime.date, number: int, unit: str
) -> Iterator[datetime.date]:
    """Yield the last days of the intervals that end between the beginning and the last day."""
    start, kept_from = beginning
    for index in range(1, 20_000):
        try:
            end = _end(start, index * number, unit)
        except (ValueError, OverflowError):
            return
        if end > last:
            return
        if end >= kept_from:
            yield end


def _end(start: datetime.date, count: int, unit: str) -> datetime.date:
    """Return the last day of so many days, weeks (to Sunday), months or years from a 1 January."""
    if unit == "D":
        return start + datetime.timedelta(days=count - 1)
    if unit == "W":
        return start + datetime.timedelta(days=6 - start.weekday() + 7 * (count - 1))
    months = count * (12 if unit == "Y" else 1)
    year, month = start.year + (months - 1) // 12, (months - 1) % 12 + 1
    return datetime.date(year, month, monthrange(year, month)[1])
