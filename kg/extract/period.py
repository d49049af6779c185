"""Outline to period: the year or years that a document plans for."""

from __future__ import annotations

import re

from kg.extract.dates import PLAN_YEARS
from kg.extract.text import even
from kg.models import Outline

RANGE = re.compile(r"(?P<first>(?:19|20)\d\d)\s*年?\s*[—\-至到]{1,2}\s*(?P<last>(?:19|20)\d\d)")
YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)\s*年?")
AHEAD = re.compile(
    r"(?:到|至|截至|力争)?(?P<year>20\d\d) ?年(?:底|末)?(?=[，前]|全|基本|实现|建成|力争|底|末)"
)
PLAN = re.compile(r"“?(?P<plan>十[二三四五六])五”?")
PLAN_STARTS = {"十二": "2011", "十三": "2016", "十四": "2021", "十五": "2026", "十六": "2031"}
# 一、2023年工作回顾: what such a paper promises is for the year after.
LOOKS_BACK = re.compile(
    r"(?:(?<=[\n、。 ])|^)(?P<year>20\d\d)\s*年(?:的|主要|政府|全市|全县|全区|全省)*工作的?"
    r"(?:主要)?(?:情况|成效)?的?(?:回顾|总结)|刚刚过去的(?P<past>20\d\d)\s*年"
)
# …2023年工作总结和2024年工作思路
LOOKS_AHEAD = re.compile(
    r"(?<=[和及与暨、])(?P<year>20\d\d)\s*年[^，。]{0,8}(?:安排|任务|目标|打算|计划|思路|要点)"
)
ADDRESS = re.compile(r"各位代表[：:！，]")


def find_period(outline: Outline, issued: str) -> str:
    """Return the period as `2022` or `2021-2025`, "" where the text shows none.

    The title's years; else the plan it names; else the year that a report turns to; else from the
    year of issue to the furthest year by which the text wants something done.
    """
    text = even(outline.source.text)
    title = text[outline.title[0] : outline.title[1]] if outline.title else ""
    stated = RANGE.search(title)
    if stated is not None:
        return f"{stated['first']}-{stated['last']}"
    year = LOOKS_AHEAD.search(title) or YEAR.search(title)
    if year is not None:
        return year["year"]
    plan = PLAN.search(title)
    if plan is not None and plan["plan"] in PLAN_YEARS:
        return f"{PLAN_STARTS[plan['plan']]}-{PLAN_YEARS[plan['plan']]}"
    return _reported(text, issued[:4]) or _from_text(outline, text, issued[:4])


def _reported(text: str, issued: str) -> str:
    """Return the year that a report plans for: after the one it looks back on; else its own."""
    back = LOOKS_BACK.search(text)
    if back is not None:
        return str(int(back["year"] or back["past"]) + 1)
    return issued if ADDRESS.search(text[:1000]) else ""


def _from_text(outline: Outline, text: str, issued: str) -> str:
    start = outline.title[1] if outline.title else 0
    ahead = [match["year"] for match in AHEAD.finditer(text, start) if match["year"] < "2050"]
    known = issued or _dated(outline)
    if known:
        last = max((year for year in ahead if known < year <= str(int(known) + 7)), default=known)
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
