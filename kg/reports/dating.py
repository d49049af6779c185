"""Dates as exact as documents give them: which came first, and how many days lie between."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

STATED, BY_NUMBER, BY_NOTICE, BY_PLAN, GIVEN = "stated", "number", "notice", "plan year", "given"

# The year of a 文号: 云府办发〔2021〕33号.
_YEAR = re.compile(r"[〔\[［【（(]((?:19|20)\d\d)[〕\]］】）)]")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dating:
    """When a document was issued: some day from `first` to `last`."""

    text: str  # ISO 8601 date, month or year
    basis: str  # stated; else by what it was inferred: number, notice, plan year, given
    first: datetime.date
    last: datetime.date

    @property
    def is_of_issue(self) -> bool:
        """Tell whether it is when the document was issued, not just the year that it plans."""
        return self.basis != BY_PLAN


def dating(text: str, basis: str = STATED) -> Dating | None:
    """Return what a date, month or year says; None where it is empty or no such day exists."""
    parts = text.split("-")
    try:
        year, month, day = (*map(int, parts), 0, 0)[:3]
        first = datetime.date(year, month or 1, day or 1)
    except ValueError:
        return None
    if len(parts) > 3:
        return None
    if day:
        return Dating(text, basis, first, first)
    if month:
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        return Dating(text, basis, first, following - _DAY)
    return Dating(text, basis, first, datetime.date(year, 12, 31))


def year_of_number(number: str) -> str:
    """Return the year that a 文号 names, "" where it names none: 云府办发〔2021〕33号 → 2021."""
    match = _YEAR.search(number)
    return match[1] if match else ""


def lag_days(earlier: Dating | None, later: Dating | None) -> int | str | None:
    """Return the days from one document to a later one; negative where it came before.

    Of dates that are not exact to the day a range: "300 to 664"; "at most 364" where both may be
    the same day, since what takes up comes after. None where a date is not known.
    """
    if earlier is None or later is None or not (earlier.is_of_issue and later.is_of_issue):
        return None
    least, most = (later.first - earlier.last).days, (later.last - earlier.first).days
    if least == most:
        return least
    return f"at most {most}" if least <= 0 <= most else f"{least} to {most}"


def is_before(one: Dating | None, other: Dating | None) -> bool:
    """Tell whether a document is older than another one for certain.

    A plan is often issued before the year that it plans, so nothing is older than such a date.
    """
    if one is None or other is None:
        return False
    return other.is_of_issue and one.last < other.first


def earliest(datings: Iterable[Dating | None]) -> tuple[Dating, ...]:
    """Return the dates that may be the first, one where it is certain; undated ones never are."""
    known = {one for one in datings if one is not None and one.is_of_issue}
    limit = min((one.last for one in known), default=None)
    first = [one for one in known if limit is not None and one.first <= limit]
    return tuple(sorted(first, key=by_time))


def by_time(one: Dating | None) -> tuple[int, datetime.date, datetime.date, str]:
    """Return what sorts documents by time; behind those dated the ones that only plan a year."""
    if one is None:
        return 2, datetime.date.max, datetime.date.max, ""
    return 0 if one.is_of_issue else 1, one.first, one.last, one.text
