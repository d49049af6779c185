"""Phrases of time to ISO 8601: when something is due, how often it recurs."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

CHINESE_DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")}
CHINESE_DIGITS |= {"○": "0", "零": "0"}
# 1958年, 一九五八年
YEAR = r"(?P<year>(?:19|20)\d\d|(?:一九|二[〇○零])[〇○零一二三四五六七八九]{2})\s*年"
MONTHS = "十一|十二|[一二三四五六七八九十]"
# A year, a part of one or both; blanks before it belong to it. Where none begins nothing matches,
# not even the empty string: that would be a match at every character.
CALENDAR = re.compile(
    rf"(?:(?:{YEAR}(?:度)?|(?P<this>今年|本年度?|当年|全年)|(?P<next>明年))\s*"
    r"|(?:(?<!\s)\s+)?(?=[\d上下第一二三四年底末]))"
    r"(?:(?P<month>\d{1,2})\s*月(?:份)?\s*(?:(?P<day>\d{1,2})\s*日|(?P<monthend>底|末|下旬))?"
    r"|(?P<half>上半年|下半年)|第?(?P<quarter>[一二三四1-4])季度"
    r"|(?P<yearend>年?底|年?末)(?!考|端))?"
)
TIME = re.compile("[年月季底末]")  # of which each phrase of the calendar has one
PLAN_END = re.compile(r"“?(?P<plan>十[二三四五六])五”?(?:规划)?(?:期?末|末期|期间|时期|规划期)")
PLAN_YEARS = {"十二": "2015", "十三": "2020", "十四": "2025", "十五": "2030", "十六": "2035"}
YEAREND = re.compile(r"(?:年底|年末|岁末)")
WITHIN = re.compile(r"(?<![\d一二两三四五六七八九十])年内|全年|今年|本年度?|当年")
CENTURY = re.compile(r"到本世纪中叶")
EVERY = re.compile(
    r"每(?P<count>[两二三四五\d])?个?(?P<unit>年度|学年|学期|年|半年|季度|季|月|周|星期|日|天)(?!轻)"
    r"|(?P<word>一年一度|逐年|半年一次|按季度?|按月|每日|每天|两年一次)"
)
DURATION = {
    "年度": "Y", "学年": "Y", "年": "Y", "学期": "6M", "半年": "6M", "季度": "3M", "季": "3M",
    "月": "M", "周": "W", "星期": "W", "日": "D", "天": "D",
}  # fmt: skip
WORDS = {"一年一度": "P1Y", "半年一次": "P6M", "按季": "P3M", "按季度": "P3M", "按月": "P1M"}
WORDS |= {"两年一次": "P2Y", "每日": "P1D", "每天": "P1D"}
COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5}
QUARTER_ENDS = ("03-31", "06-30", "09-30", "12-31")
# A year that is not a deadline: 2020年以来, 2020年起, 比2020年, 2020年版.
NO_DEADLINE = re.compile(r"以来|起|版|印发|发布|出台|以后|生|级|颁布|修订|同期|基础上|增长")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, a month or a year that a phrase names, or an interval that recurs."""

    begin: int
    end: int
    iso: str  # 2017-12-31, 2022-09, 2025; "" for a recurrence
    recurrence: str = ""  # an ISO 8601 duration


def find_moments(text: str, year: str) -> Iterator[Moment]:
    """Yield the phrases of time in a stretch of text with even widths.

    `year` is the year that the document plans for, "" where that is not known: 年底 and 6月 are
    read as of that year.
    """
    if TIME.search(text):
        yield from _calendar(text, year)
    if "五" in text:
        yield from _plans(text)
    yield from find_recurrences(text)


def _calendar(text: str, year: str) -> Iterator[Moment]:
    known = year
    for match in CALENDAR.finditer(text):
        if not match[0].strip() or _is_noise(text, match):
            continue
        stated = "".join(CHINESE_DIGITS.get(char, char) for char in match["year"] or "")
        known = stated or known
        base = str(int(year) + 1) if match["next"] and year else known
        iso = _iso(match, base)
        if iso:
            yield Moment(match.start(), match.end(), iso)
    for match in WITHIN.finditer(text) if year else ():
        yield Moment(match.start(), match.end(), year)


def _is_noise(text: str, match: re.Match[str]) -> bool:
    if match["year"] and NO_DEADLINE.match(text, match.end()):
        return True
    bare_end = match["yearend"] and len(match["yearend"]) == 1 and not match["year"]
    return bool(bare_end and not match["this"] and not match["next"])


def _iso(match: re.Match[str], year: str) -> str:
    if not year:
        return ""
    if match["month"]:
        return _month(match, year)
    if match["half"]:
        return f"{year}-06-30" if match["half"] == "上半年" else f"{year}-12-31"
    if match["quarter"]:
        number = "一二三四".find(match["quarter"]) + 1 or int(match["quarter"])
        return f"{year}-{QUARTER_ENDS[number - 1]}"
    if match["yearend"]:
        return f"{year}-12-31"
    return year if match["year"] or match["next"] else ""


def _month(match: re.Match[str], year: str) -> str:
    month, day = int(match["month"]), int(match["day"] or 0)
    if not 1 <= month <= 12 or day > monthrange(int(year), month)[1]:
        return ""
    if match["monthend"] in ("底", "末"):
        day = monthrange(int(year), month)[1]
    return f"{year}-{month:02}-{day:02}" if day else f"{year}-{month:02}"


def _plans(text: str) -> Iterator[Moment]:
    for match in PLAN_END.finditer(text):
        yield Moment(match.start(), match.end(), PLAN_YEARS[match["plan"]])


def find_recurrences(text: str) -> Iterator[Moment]:
    """Yield how often something recurs: 每两年 → P2Y, 每学期 → P6M."""
    for match in EVERY.finditer(text):
        if match["word"]:
            duration = WORDS.get(match["word"], "")
        else:
            duration = _duration(match["count"], match["unit"])
        if duration:
            yield Moment(match.start(), match.end(), "", duration)


def _duration(count: str | None, unit: str) -> str:
    step = DURATION[unit]
    times = COUNTS.get(count or "", 0) or int(count or 1)
    if step[0].isdigit():
        return f"P{int(step[:-1]) * times}{step[-1]}"
    return f"P{times}{step}"
