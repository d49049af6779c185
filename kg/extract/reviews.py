"""Outline to the stretches that look back: what they report is reached already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.models import Outline
from kg.vocabulary import rows

YEARS = (
    r"(?:20\d\d\s*年|“?十[二三四五六]五”?时期|今年|明年|新的一年|今后[一五]年|未来[一五]年"
    r"|下一?年度?)"
)
START = r"^[ \t\u3000]*+"
# Blanks over so many lines at most: of more, each would be looked at from all before it.
BLANKS = r"\s{0,40}"
NUMBER = rf"(?:[（(]?[一二三四五][）)、])?{BLANKS}"
# On a line of its own, or run into the text: …提出意见。一、2023年工作回顾 2023年是…
HEADING = re.compile(
    rf"(?:^|(?<=[。：\s])){NUMBER}(?:20\d\d\s*年|过去的?[一五]年)[^，。；\n]{{0,12}}"
    r"(?:回顾|总结)(?=\s|20\d\d\s*年|过去|刚刚过去|$)",
    re.MULTILINE,
)
OPENING = re.compile(
    rf"{START}(?:各位代表[，！：])?{BLANKS}(?:在?(?:刚刚)?过去的?(?:[一五]年|20\d\d年)|[一五]年来"
    r"|回[顾首望]过去|近年来)",
    re.MULTILINE,
)
# Where a paper turns to what is to come.
TURN = re.compile(
    rf"{START}{NUMBER}{YEARS}(?![^\n]*(?:回顾|总结|完成|情况))[^，。；\n]{{0,20}}"
    r"(?:安排|任务|目标|打算|思路|要求|部署|重点|计划|要点)[^，。；\n]{0,12}$"
    rf"|(?:预期|奋斗|主要|总体)目标(?:任务)?(?:是|为|：)|做好{YEARS}"
    rf"|{YEARS}[^，。；\n]{{0,14}}(?:要求|思路|原则|目标|思想)(?:是|为|：)"
    rf"|(?P<opens>{START}今年是)",
    re.MULTILINE,
)
TURN_IN_LINE = re.compile(
    r"力争|争取|确保|(?<!截至)(?:到|至)20\d\d年|下一步|今后|为进一步|特制[定订]|接下来"
)
ADDRESS = re.compile(r"各位代表[：:！，]")
# A review may open with 今年是…的一年 as well as what follows it.
OPENING_LENGTH = 200


def find_reviews(outline: Outline, text: str) -> Iterator[tuple[int, int]]:
    """Yield the sections, and where there is none the paragraphs, that report on the past.

    `text` has even widths.
    """
    headed = list(_headed(outline, text)) or list(_addressed(text))
    for begin, end in headed:
        yield begin, _turned(text, begin, end)
    for match in OPENING.finditer(text):
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        turn = TURN_IN_LINE.search(text, match.end(), end)
        yield match.start(), _turned(text, match.end(), turn.start() if turn else end)


def _headed(outline: Outline, text: str) -> Iterator[tuple[int, int]]:
    for section in outline.sections:
        if _reviewing().search(section.title):
            yield section.begin, section.end
    if "回顾" in text or "总结" in text:
        for match in HEADING.finditer(text):
            yield match.start(), len(text)


@cache
def _reviewing() -> re.Pattern[str]:
    found = (row["word"] for row in rows("commitment_words.tsv") if row["role"] == "review")
    return re.compile("|".join(found))


def _addressed(text: str) -> Iterator[tuple[int, int]]:
    """Yield what a report to deputies says before it turns to what is to come."""
    address = ADDRESS.search(text, 0, 1000)
    if address is not None and _turned(text, address.end(), len(text)) < len(text):
        yield address.end(), len(text)


def _turned(text: str, begin: int, end: int) -> int:
    """Return where a review ends: at what turns to the time to come, at the latest at `end`."""
    for turn in TURN.finditer(text, text.find("\n", begin) + 1, end):
        if turn["opens"] is None or turn.start() - begin > OPENING_LENGTH:
            return turn.start()
    return end
