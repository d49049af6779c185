"""Text to figures that cannot be as written: ranges upside down, due dates that have gone by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg.extract.numerals import POWER, decimal
from kg.extract.text import even
from kg.reports.statements import has
from kg.vocabulary import words

LEAD = 24  # characters looked at before a figure
REACH = 40  # … around a date
LATEST = 3  # years by which a due date may lie back and still be a slip, not history
_START = re.compile(r"[，。；：、！？（）()\s]")
_END = re.compile(r"[。；！？\n\r]")
_RANGE = (
    r"(?<![\d.A-Za-z—/：第〔号\-])(?P<low>\d{{1,9}}(?:\.\d{{1,4}})?)(?P<first>{powers})(?:%|{units})?"
    r"(?:—{{1,2}}|-|至|到)(?P<high>\d{{1,9}}(?:\.\d{{1,4}})?)(?P<power>{powers})(?P<unit>{units})"
)
# Where a range or a date may stand; only there a text is brought to even widths.
_DASH = re.compile(r"[—–―─−～~\-－至到]{1,2}(?=\d)")
_LOW = re.compile(r"(?<![\d.．])\d[\d.．]{0,12}[^\d，。；、：\s]{0,3}$")
_DEADLINE_CUE = re.compile(r"\d{4}年[^，。；\n]{0,8}前")
# From more to less is no range: 由15天缩短至10天, 压减5%—3%.
_FALLING = re.compile(r"[从由自缩减降压调少]")
_DEADLINE = re.compile(
    r"(?P<year>(?:19|20)\d\d)年(?:(?P<month>\d{1,2})月)?(?:(?P<day>\d{1,2})日|[底末])?之?前"
)
# A date that something is only compared with, or that names a year's projects.
_MENTIONED = re.compile(r"[比与较自从]\D{0,2}(?:20|19)\d\d年|(?:20|19)\d\d年度")


@dataclass(frozen=True, slots=True)
class Slip:
    """A stretch of a text that cannot be as it is written."""

    begin: int
    end: int
    about: str
    figures: str


@cache
def _range() -> re.Pattern[str]:
    units = "|".join(sorted(map(re.escape, words("units.tsv")), key=len, reverse=True))
    return re.compile(_RANGE.format(units=units, powers=POWER))


def find_falling_ranges(text: str) -> Iterator[Slip]:
    """Yield ranges whose first figure is the greater one: 95%—90%."""
    for dash in _DASH.finditer(text):
        first = max(0, dash.start() - LEAD)
        low = _LOW.search(text, first, dash.start())
        if low is None:
            continue
        plain = even(text[first : dash.end() + REACH])
        match = _range().match(plain, low.start() - first)
        before = plain[: low.start() - first]
        if match is not None and _falls(match) and not _FALLING.search(before):
            begin, end = match.span()
            yield Slip(first + begin, first + end, _START.split(before)[-1], match[0])


def _falls(match: re.Match[str]) -> bool:
    low = decimal(match["low"], match["first"] or match["power"])
    high = decimal(match["high"], match["power"])
    return low is not None and high is not None and low > high


def find_past_deadlines(text: str, issued: str) -> Iterator[Slip]:
    """Yield dates by which something is to be done and that lie before the day of issue."""
    for cue in _DEADLINE_CUE.finditer(text) if issued else ():
        first = max(0, cue.start() - LEAD)
        plain = even(text[first : cue.end() + REACH])
        match = _DEADLINE.match(plain, cue.start() - first)
        if match is None:
            continue
        due, (begin, end) = _iso(match), match.span()
        is_past = due < issued[: len(due)] and int(issued[:4]) - int(due[:4]) <= LATEST
        around = clauses(plain, begin, end)
        if is_past and sets_date(around) and has("act", around):
            yield Slip(first + begin, first + end, _end(plain, end), f"{due} < {issued}")


def sets_date(around: str) -> bool:
    """Tell whether the words around a date promise something, and do not tell what has been."""
    return not has("past", around) and _MENTIONED.search(around) is None


def clauses(plain: str, begin: int, end: int) -> str:
    """Give the sentence around a place, as far as it is near."""
    lead = _END.split(plain[max(0, begin - LEAD) : begin])[-1]
    return lead + plain[begin:end] + _END.split(plain[end : end + REACH])[0]


def _iso(match: re.Match[str]) -> str:
    parts = (match["year"], match["month"], match["day"] if match["month"] else None)
    return "-".join(part.zfill(2) for part in parts if part is not None)


def _end(plain: str, at: int) -> str:
    """Give the words behind a date up to the end of their clause."""
    return re.split(r"[，。；：！？（\n\r]", plain[at : at + REACH])[0].strip()
