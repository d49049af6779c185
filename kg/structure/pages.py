"""Blocks to the title that a web page gives itself: in its head, and again above its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from kg.structure.blocks import PAGE_TITLE, Block
from kg.structure.titles import TitleLine, compact

# What a page says right below the title of its text: 发表时间：2024-03-04 09:22.
DATED = re.compile(r"(?:发表|发布|更新)?(?:时间|日期)[：:]")
LONGEST_TITLE = 60


def find_page_title(blocks: Sequence[Block], body: Sequence[Block]) -> TitleLine | None:
    """Return the title that a page names before its site (…答记者问_云陵市政府网), where it stands.

    Whatever its last word is; None where it does not stand above the text once more. A head that
    names no site is repeated right above the date.
    """
    if not blocks:
        return None
    head = PAGE_TITLE.match(blocks[0].text)
    if head is None:
        return _dated_title(blocks)
    wanted = compact(head["title"])
    again = (block for block in body if block is not blocks[0] and compact(block.text) == wanted)
    title = next(again, None)
    return TitleLine(title.begin, title.end, title.text, False) if title is not None else None


def _dated_title(blocks: Sequence[Block]) -> TitleLine | None:
    head = blocks[0].text
    if len(head) > LONGEST_TITLE:
        return None
    for title, below in pairwise(blocks[1:]):
        if title.text == head and DATED.match(below.text):
            return TitleLine(title.begin, title.end, title.text, False)
    return None
