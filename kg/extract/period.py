"""Outline to period: the year or years that a document plans for."""

from __future__ import annotations

import re

from kg.extract.dates import PLAN_YEARS
from kg.extract.text import even
from kg.models import Outline

RANGE = re.compile(r"(?P<first>(?:19|20)\d\d)\s*年?\s*[—\-至到]{1,2}\s*(?P<last>(?:19|20)\d\d)")
YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)\s*年")
BARE_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)")
# Of an edition a title gives the year in which it was made: （2023年版）.
EDITION = re.compile(r"(?P<year>(?:19|20)\d\d)\s*年?(?:版|本|修订|修正|修改)")
# 2023年工作总结和2024年工作计划: the last of such years is planned for.
REVIEW = "总结|回顾|执行情况|完成情况"
REVIEWED_IN_TITLE = re.compile(
    rf"(?:19|20)\d\d年?[^，。]{{0,90}}(?:{REVIEW}).{{0,90}}?(?=(?:19|20)\d\d)"
)
AHEAD = re.compile(
    r"(?<!截至)(?<!截止)(?<!比)(?:到|至|力争)?(?P<year>20\d\d)\s*年(?:底|末)?(?=[，前]|全|基本|实现|建成|力争|底|末)"
)
PLAN = re.compile(r"“?(?P<plan>十[二三四五六])五”?")
PLAN_STARTS = {"十二": "2011", "十三": "2016", "十四": "2021", "十五": "2026", "十六": "2031"}
# How a report heads what it says of the year that ends (一、2023年工作回顾) and of the next.
HEADING = r"(?:^|(?<=[。！：]))[ \u3000]*+(?:[一二三四五六][、.．])?[ ]*+"
REVIEWED = re.compile(
    rf"{HEADING}(?:“十[二三四五]五”时期[和及])?(?P<year>20\d\d)[ ]*年[^，。；\n]{{0,20}}?"
    rf"(?:{REVIEW}|成就|成绩)|刚刚过去的(?P<past>20\d\d)[ ]*年",
    re.M,
)
PLANNED = re.compile(
    rf"{HEADING}(?:关于)?(?P<year>20\d\d)[ ]*年[^，。；\n]{{0,12}}"
    r"(?:工作|安排|任务|重点|目标|要求|思路|部署|打算|建议|举措)[^，。；\n]{0,12}$",
    re.M,
)
# 实施期限为2022年4月至2025年2月
SPAN = re.compile(
    r"(?<!有效)(?:时限|期限|规划期|实施期|行动期|周期|年度)[为是：自从]{1,2}\s*"
    r"(?P<first>(?:19|20)\d\d)\s*年?\s*(?:\d{1,2}月)?(?:\d{1,2}日)?\s*[—\-至到]{1,2}\s*"
    r"(?P<last>(?:19|20)\d\d)\s*年"
)
FURTHEST = 7  # years from the issue: what is wanted later is a vision
ADDRESS = re.compile(r"各位代表[：:！，]")
REVIEWING = ("Report", "WorkPlan", "Other")
WITHOUT_PERIOD = ("Regulation", "Law", "Standard")  # in force until further notice


def find_period(outline: Outline, issued: str, kind: str = "") -> str:
    """Return the period as `2022` or `2021-2025`, "" where the text shows none.

    The title's years; else the plan it names; else, of a report, the year after the one that it
    reviews; else the term that the text sets; else from the year of issue to the furthest year by
    which the text wants something done.
    """
    text = even(outline.source.text)
    title = text[outline.title[0] : outline.title[1]] if outline.title else ""
    stated = _in_title(title)
    if stated:
        return stated
    if kind in WITHOUT_PERIOD:
        return ""
    if kind in REVIEWING or not kind:
        planned = _after_review(text) or (issued[:4] if ADDRESS.search(text[:1000]) else "")
        if planned:
            return planned
    span = SPAN.search(text)
    if span is not None:
        return f"{span['first']}-{span['last']}"
    return _from_text(outline, text, issued[:4] or _edition(title))


def _in_title(title: str) -> str:
    """Return the years that a title plans for, or the plan it names."""
    title = REVIEWED_IN_TITLE.sub("", EDITION.sub("", title))
    stated = RANGE.search(title)
    if stated is not None:
        return f"{stated['first']}-{stated['last']}"
    year = YEAR.search(title) or BARE_YEAR.search(title)
    if year is not None:
        return year["year"]
    plan = PLAN.search(title)
    if plan is not None and plan["plan"] in PLAN_YEARS:
        return f"{PLAN_STARTS[plan['plan']]}-{PLAN_YEARS[plan['plan']]}"
    return ""


def _edition(title: str) -> str:
    edition = EDITION.search(title)
    return edition["year"] if edition is not None else ""


def _after_review(text: str) -> str:
    """Return the year that a report plans for by its headings (2023年工作回顾, 2024年工作安排)."""
    reviewed = REVIEWED.search(text)
    if reviewed is not None:
        return str(int(reviewed["year"] or reviewed["past"]) + 1)
    return max((planned["year"] for planned in PLANNED.finditer(text)), default="")


def _from_text(outline: Outline, text: str, issued: str) -> str:
    start = outline.title[1] if outline.title else 0
    ahead = {match["year"] for match in AHEAD.finditer(text, start) if match["year"] < "2050"}
    known = issued or _dated(outline)
    if known:
        last = max(
            (year for year in ahead if known < year <= str(int(known) + FURTHEST)), default=known
        )
        return known if last == known else f"{known}-{last}"
    return "-".join(sorted({min(ahead), max(ahead)})) if ahead else ""


def _dated(outline: Outline) -> str:
    for name in ("issued", "signed", "published", "number"):
        for field in outline.fields:
            year = BARE_YEAR.search(even(field.value)) if field.name == name else None
            if year is not None:
                return year["year"]
    return ""
