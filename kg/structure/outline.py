"""Blocks to outline: headings, sections and tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.models import Section, Task
from kg.structure.blocks import Block
from kg.vocabulary import rows

NUMERAL = "[一二三四五六七八九十百零〇]{1,5}"
# In the order of rank: what stands further down may stand inside what stands further up.
STYLES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第({NUMERAL})[编篇部](?:分)?(?=[\s\u3000：:])")),
    (2, re.compile(rf"第({NUMERAL}|\d{{1,2}})章")),
    (3, re.compile(rf"第({NUMERAL}|\d{{1,2}})节")),
    (4, re.compile(rf"第({NUMERAL}|\d{{1,3}})条(?![的规第、])")),
    (5, re.compile(rf"({NUMERAL})(?:、|[.．](?!\d))")),
    (6, re.compile(rf"[（(]({NUMERAL})[）)]、?")),
    (7, re.compile(r"(\d{1,2})(?:[.．、](?!\d)|[.．](?=\d{4}年)|(?=[\u3000]))")),
    (8, re.compile(r"[（(](\d{1,2})[）)]、?")),
    (9, re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩])")),
)
ARTICLE = 4
LEAD = re.compile(r"[^。]*")
LONGEST_HEADING = 60  # a line longer than this that is one sentence is text, not a heading
LONGEST_LEAD = 100
LONGEST_GENERAL = 24
LONGEST_BOLD_LEAD = 25
SHORTEST_BODY = 20


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered paragraph, or one with a lead title but no number."""

    begin: int
    end: int  # of its own paragraph
    level: int
    number: str
    title_begin: int
    title_end: int
    title: str
    body: int  # characters of its paragraph behind the lead
    closed: bool  # the lead ends in 。


def read_item(block: Block) -> Item | None:
    """Return the numbered item that a paragraph begins, if it begins one."""
    for level, style in STYLES:
        found = style.match(block.text)
        if found is not None:
            return _item(block, level, found[1], found.end())
    return None


def _item(block: Block, level: int, number: str, start: int) -> Item | None:
    while start < len(block.text) and block.text[start] in " \u3000\u00a0\t":
        start += 1
    lead = LEAD.match(block.text, start)
    assert lead is not None  # the pattern matches the empty string
    title = lead[0].rstrip(" \u3000：:")
    if not title:
        return None
    begin = block.begin + start
    return Item(
        block.begin,
        block.end,
        level,
        number,
        begin,
        begin + len(title),
        title,
        len(block.text) - lead.end() - 1,
        lead.end() < len(block.text),
    )


@cache
def _general(match: str) -> tuple[str, ...]:
    return tuple(row["heading"] for row in rows("general_sections.tsv") if row["match"] == match)


def is_general(title: str) -> bool:
    """Tell a heading of frame or review, whose section holds no work items."""
    bare = re.sub(r"[\s\u3000：:]", "", title)
    if len(bare) > LONGEST_GENERAL:
        return False
    if bare.endswith(_general("end")):
        return True
    words = {*_general("end"), *_general("whole")}
    return all(part in words for part in re.split("[和及与、]", bare))


def build(blocks: Sequence[Block], end: int) -> tuple[tuple[Section, ...], tuple[Task, ...]]:
    """Return sections and tasks of a document whose content ends at `end`."""
    items = list(_with_bold_leads(blocks))
    ends = [_end(items, index, end) for index in range(len(items))]
    sections: list[Section] = []
    tasks: list[Task] = []
    open_sections: list[int] = []
    lowest = _lowest_level(items)
    for index, item in enumerate(items):
        while open_sections and sections[open_sections[-1]].level >= item.level:
            open_sections.pop()
        above = open_sections[-1] if open_sections else None
        has_children = _has_children(items, index)
        if is_task(item, has_children, _above(sections, above), lowest):
            tasks.append(_task(item, ends[index], _headed(sections, above)))
        if has_children or not _is_leaf_like(item):
            sections.append(
                Section(item.begin, ends[index], item.title, item.number, item.level, above)
            )
            open_sections.append(len(sections) - 1)
    return tuple(sections), tuple(tasks)


def _task(item: Item, end: int, section: int | None) -> Task:
    return Task(item.begin, end, item.title, item.title_begin, item.title_end, item.number, section)


def _headed(sections: Sequence[Section], index: int | None) -> int | None:
    """Return the section that a task is under; an article has no heading of its own to name."""
    while index is not None and sections[index].level == ARTICLE:
        index = sections[index].parent
    return index


def _above(sections: Sequence[Section], index: int | None) -> list[Section]:
    chain = []
    while index is not None:
        chain.append(sections[index])
        index = sections[index].parent
    return chain


def is_task(item: Item, has_children: bool, above: Sequence[Section], lowest: int) -> bool:
    """Tell whether an item is a work item with a lead title of its own.

    Not: articles of a regulation and the conditions they list, frame and review sections,
    the members of an enumeration (；), headings that only group.
    """
    if item.level <= ARTICLE or len(item.title) > LONGEST_LEAD or is_general(item.title):
        return False
    if any(is_general(section.title) for section in above):
        return False
    if item.body >= SHORTEST_BODY or (item.body > 0 and item.closed):
        return True
    if has_children or any(section.level == ARTICLE for section in above):
        return False
    if item.closed:
        return True
    return (
        item.title[-1] not in "；;" and item.level >= lowest and len(item.title) <= LONGEST_HEADING
    )


def _is_leaf_like(item: Item) -> bool:
    """Tell an item that is a paragraph of text from a heading that stands alone."""
    return item.closed or len(item.title) > LONGEST_HEADING or item.title[-1] in "；;，,"


def _has_children(items: Sequence[Item], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].level > items[index].level


def _end(items: Sequence[Item], index: int, end: int) -> int:
    for later in items[index + 1 :]:
        if later.level <= items[index].level:
            return later.begin
    return end


def _lowest_level(items: Sequence[Item]) -> int:
    """Return the level at which headings without text of their own can be tasks.

    Where most headings of a level have items below them, the odd one without is a section too.
    """
    lowest = 0
    for level in sorted({item.level for item in items}):
        here = [index for index, item in enumerate(items) if item.level == level]
        parents = sum(_has_children(items, index) for index in here)
        if parents * 2 >= len(here):
            lowest = level + 1
    return lowest


def _with_bold_leads(blocks: Sequence[Block]) -> Iterator[Item]:
    """Yield numbered items, and unnumbered leads where a section holds two or more of them."""
    pending: list[Item] = []
    level = 0
    for block in blocks:
        item = read_item(block)
        if item is None:
            lead = _bold_lead(block, level)
            pending.extend([lead] if lead and level else [])
            continue
        yield from pending if len(pending) > 1 else []
        pending = []
        yield item
        # Under an item that is a paragraph of its own what follows is its text, not its parts.
        level = 0 if item.closed or item.level == ARTICLE else item.level
    yield from pending if len(pending) > 1 else []


def _bold_lead(block: Block, level: int) -> Item | None:
    item = _item(block, level + 1, "", 0)
    if item is None or not item.closed or len(item.title) > LONGEST_BOLD_LEAD:
        return None
    if item.body < SHORTEST_BODY or re.search(r"[：:；\d]", item.title):
        return None
    return replace(item, level=10)
