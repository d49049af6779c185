"""Durations and the years of a plan to the days on which something recurs."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Iterator

_DURATION = re.compile(r"P(\d{1,4})([DWMY])")
MOST = 20_000  # days of a plan of half a century


def interval(duration: str) -> tuple[int, str]:
    """Return how many days, weeks, months or years a duration is: P3M → 3, M; 0 where unknown."""
    match = _DURATION.fullmatch(duration)
    return (int(match[1]), match[2]) if match and int(match[1]) else (0, "")


def days(
    duration: str, years: tuple[int, ...], kept_from: datetime.date, until: datetime.date
) -> Iterator[datetime.date]:
    """Yield the last day of each interval within the years of a plan, in a stretch of time.

    Intervals are counted from the 1 January of the first year, so that quarters and terms end
    where they do in the calendar; weeks end on Sunday.
    """
    number, unit = interval(duration)
    if not number or not years or min(years) < 1:
        return
    start, last = datetime.date(min(years), 1, 1), datetime.date(max(years), 12, 31)
    for index in range(1, MOST):
        try:
            end = _end(start, index * number, unit)
        except (ValueError, OverflowError):
            return
        if end > min(last, until):
            return
        if end >= kept_from:
            yield end


def _end(start: datetime.date, count: int, unit: str) -> datetime.date:
    """Return the last day of so many days, weeks, months or years from a 1 January."""
    if unit == "D":
        return start + datetime.timedelta(days=count - 1)
    if unit == "W":
        return start + datetime.timedelta(days=6 - start.weekday() + 7 * (count - 1))
    months = count * (12 if unit == "Y" else 1)
    year, month = start.year + (months - 1) // 12, (months - 1) % 12 + 1
    return datetime.date(year, month, monthrange(year, month)[1])
