"""Outline to period: the year or years that a document plans for."""

from __future__ import annotations

import re

from kg.extract.dates import PLAN_YEARS
from kg.extract.text import even
from kg.models import Outline

RANGE = re.compile(r"(?P<first>(?:19|20)\d\d)\s*年?\s*[—\-至到]{1,2}\s*(?P<last>(?:19|20)\d\d)")
YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)\s*年?")
AHEAD = re.compile(
    r"(?:到|至|截至|力争)?(?P<year>20\d\d)年(?:底|末)?(?=[，前]|全|基本|实现|建成|力争|底|末)"
)
PLAN = re.compile(r"“?(?P<plan>十[二三四五六])五”?")
PLAN_STARTS = {"十二": "2011", "十三": "2016", "十四": "2021", "十五": "2026", "十六": "2031"}
LONG_PLANS = re.compile(r"规划|纲要|行动计划|行动方案|实施方案|意见|措施|方案|办法")


def find_period(outline: Outline, issued: str) -> str:
    """Return the period as `2022` or `2021-2025`, "" where the text shows none.

    The title's years; else the plan it names; else from the year of issue to the furthest year
    by which the text wants something done.
    """
    text = even(outline.source.text)
    title = text[outline.title[0] : outline.title[1]] if outline.title else ""
    stated = RANGE.search(title)
    if stated is not None:
        return f"{stated['first']}-{stated['last']}"
    year = YEAR.search(title)
    if year is not None:
        return year["year"]
    plan = PLAN.search(title)
    if plan is not None and plan["plan"] in PLAN_YEARS:
        return f"{PLAN_STARTS[plan['plan']]}-{PLAN_YEARS[plan['plan']]}"
    return _from_text(outline, text, title, issued[:4])


def _from_text(outline: Outline, text: str, title: str, issued: str) -> str:
    start = outline.title[1] if outline.title else 0
    ahead = [match["year"] for match in AHEAD.finditer(text, start) if match["year"] < "2050"]
    known = issued or _dated(outline)
    if known:
        last = max((year for year in ahead if known < year <= str(int(known) + 6)), default=known)
        return known if last == known else f"{known}-{last}"
    if ahead:
        return max(set(ahead), key=lambda year: (ahead.count(year), year))
    return ""


def _dated(outline: Outline) -> str:
    for name in ("issued", "signed", "published", "number"):
        for field in outline.fields:
            year = YEAR.search(even(field.value)) if field.name == name else None
            if year is not None:
                return year["year"]
    return ""
