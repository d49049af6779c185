"""Items to outline: sections, tasks, and which is under which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from kg.models import Section, Task
from kg.structure.blocks import Block, ordinal
from kg.structure.inline_leads import with_inline_leads
from kg.structure.items import (
    ARTICLE,
    HEADING,
    LONGEST_LEAD,
    PERIOD,
    SHORTEST_BODY,
    Item,
    read_items,
)
from kg.vocabulary import rows

TOP = 5  # the level of 一、
LONGEST_HEADING = 60  # a line longer than this that is one sentence is text, not a heading
LONGEST_SENTENCE = 100  # what is longer has no lead title
LONGEST_GENERAL = 24
SHORTEST_TEXT = 80  # characters below an odd heading: fewer only introduce what is under it
LONGEST_LABEL = 7  # 活动宗旨, 奖项设置: a heading so short names a topic, unless a verb opens it
QUESTION = re.compile(r"^问\d{0,2}[：:]|[？?]$")
# What an explanation of a paper tells of it: 《教研措施》主要内容.
EXPLAINS = re.compile(r"》的?(?:主要|基本|政策)?(?:内容|特点|亮点|依据|意义|创新点)$")
# 本办法自2024年1月1日起施行, 由教育局负责解释: what closes a paper is no work.
FORMALITY = re.compile(
    r"^本[一-鿿]{1,10}?(?:[自于从].{1,20}起|由.{2,30}解释|所称|所指|有效期|适用于)"
)
TOPICAL_VERBS = ("组织", "安排", "评选", "推荐")  # 组织机构, 评选办法
TOPIC = re.compile(r"^关于")
BETWEEN_WORDS = re.compile(r"[\s\u3000：:]")
JOINT = re.compile("[和及与、]")


@cache
def _general(match: str) -> tuple[str, ...]:
    return tuple(row["heading"] for row in rows("general_sections.tsv") if row["match"] == match)


@lru_cache(maxsize=4096)  # of each item its own title is asked, and those above it
def is_general(title: str) -> bool:
    """Tell a heading of frame or review, whose section holds no work items."""
    if QUESTION.search(title) or EXPLAINS.search(title):
        return True
    bare = BETWEEN_WORDS.sub("", title)
    if len(bare) > LONGEST_GENERAL:
        return False
    if bare.endswith(_general("end")):
        return True
    return all(part in _general_words() for part in JOINT.split(bare))


@cache
def _general_words() -> frozenset[str]:
    return frozenset((*_general("end"), *_general("whole")))


def build(blocks: Sequence[Block], end: int) -> tuple[tuple[Section, ...], tuple[Task, ...]]:
    """Return sections and tasks of a document whose content ends at `end`."""
    items = with_inline_leads(list(read_items(blocks)), blocks)
    parents, ends = _nest(items, end)
    work = _work_items(items, parents)
    sections: list[Section] = []
    tasks: list[Task] = []
    section_of: dict[int, int] = {}
    for index, item in enumerate(items):
        above = _nearest(section_of, parents, index)
        if index in work:
            tasks.append(_task(item, ends[index], _headed(sections, above)))
        if _has_children(items, index) or not _is_leaf_like(item):
            section_of[index] = len(sections)
            sections.append(
                Section(item.begin, ends[index], item.title, item.number, item.level, above)
            )
    return tuple(sections), tuple(tasks)


def _nest(items: Sequence[Item], end: int) -> tuple[list[int | None], list[int]]:
    """Return for each item which one it is under, and where it ends."""
    parents: list[int | None] = []
    ends = [end] * len(items)
    is_open: list[int] = []
    for index, item in enumerate(items):
        while is_open and _closes(items, parents, is_open[-1], item):
            ends[is_open.pop()] = item.begin
        parents.append(is_open[-1] if is_open else None)
        is_open.append(index)
    return parents, ends


def _closes(items: Sequence[Item], parents: Sequence[int | None], above: int, item: Item) -> bool:
    """Tell whether an open item ends where another begins.

    A review or a list that begins to count anew is over, though the next heading has no number
    or is lost. So is a regulation whose last article is followed by the 一、 of another paper.
    """
    if items[above].level >= item.level:
        return True
    if item.level == TOP and ordinal(item.number) == 1 and _ends_paper(items[above]):
        return True
    counted = items[above].lists or is_general(items[above].title)
    if ordinal(item.number) != 1 or not counted:
        return False
    return any(
        parent == above and items[index].number and items[index].level >= item.level
        for index, parent in enumerate(parents)
    )


def _ends_paper(item: Item) -> bool:
    closes = FORMALITY.match(item.title) or BETWEEN_WORDS.sub("", item.title) == "附则"
    return item.level <= ARTICLE and bool(closes)


def _nearest(section_of: dict[int, int], parents: Sequence[int | None], index: int) -> int | None:
    return next((section_of[at] for at in _chain(parents, index) if at in section_of), None)


def _chain(parents: Sequence[int | None], index: int) -> Iterator[int]:
    """Yield what an item is under, from the nearest to the top."""
    at = parents[index]
    while at is not None:
        yield at
        at = parents[at]


def _task(item: Item, end: int, section: int | None) -> Task:
    return Task(item.begin, end, item.title, item.title_begin, item.title_end, item.number, section)


def _headed(sections: Sequence[Section], index: int | None) -> int | None:
    """Return the section that a task is under; an article has no heading of its own to name."""
    while index is not None and sections[index].level == ARTICLE:
        index = sections[index].parent
    return index


def _work_items(items: Sequence[Item], parents: Sequence[int | None]) -> set[int]:
    """Return which items are work items: of those in one another only the innermost."""
    found: set[int] = set()
    holding: set[int] = set()
    listed = _enumerated(items, parents)
    beside_groups = _beside_groups(items, parents)
    for index in reversed(range(len(items))):
        if index in holding or index in listed:
            continue
        above = [items[at] for at in _chain(parents, index)]
        groups, odd = _has_children(items, index), index in beside_groups
        if index + 1 in listed and parents[index + 1] == index and items[index].level > TOP:
            groups = odd = False
        if is_task(items[index], groups, odd, above):
            found.add(index)
            holding.update(_held(items, parents, index))
    return found


def _held(items: Sequence[Item], parents: Sequence[int | None], index: int) -> Iterator[int]:
    """Yield what a work item makes a section of: not one that says who answers for its own text."""
    for at in _chain(parents, index):
        if not (items[index].answered and items[at].answered):
            yield at


def _enumerated(items: Sequence[Item], parents: Sequence[int | None]) -> set[int]:
    """Return the members of enumerations: items under a heading none of which says more than its
    one sentence, so that none has a lead title (推荐单位 / 1.各市主管部门。 / 2.直属单位。), or
    one that announces them (应当具备下列条件：).
    """
    return {
        index
        for group in _siblings(items, parents)
        if (above := parents[group[0]]) is not None and items[group[0]].level > TOP
        if items[above].lists
        or (len(group) > 1 and not any(_says_more(items, at) for at in group))
        or (_is_paragraph(items[above]) and not _mostly_led(items, group))
        for index in group
    }


def _is_paragraph(item: Item) -> bool:
    """Tell an item that could be a work item itself: its parts must have leads to be some."""
    return item.closed or item.level > HEADING


def _mostly_led(items: Sequence[Item], group: Sequence[int]) -> bool:
    led = (
        items[at].answered or (_says_more(items, at) and len(items[at].title) <= LONGEST_LEAD)
        for at in group
    )
    return sum(led) * 2 >= len(group)


def _says_more(items: Sequence[Item], index: int) -> bool:
    return items[index].body > 0 or items[index].below > 0 or _has_children(items, index)


def is_task(item: Item, groups: bool, odd: bool, above: Sequence[Item]) -> bool:
    """Tell whether an item is a work item with a lead title of its own.

    `groups` – has items below it; `odd` – has none, and stands beside headings that do.
    Not: articles of a regulation without a title and the conditions they list, frame and review
    sections, the members of an enumeration (；), headings that only group.
    """
    if _is_frame(item) or any(is_general(part.title) for part in (item, *above)):
        return False
    if item.level <= ARTICLE:
        return item.labelled and item.body + item.below > 0
    if item.answered and (item.below > 0 or item.closed):
        return not _in_article(above)
    if len(item.title) > LONGEST_SENTENCE or (_in_article(above[:1]) and not _leads_work(item)):
        return False
    if item.body >= SHORTEST_BODY or (item.body > 0 and item.closed):
        return True
    if groups or _in_article(above):
        return False
    return item.closed or _is_heading_of_work(item, odd)


def _is_frame(item: Item) -> bool:
    """Tell a heading that sets no work itself: 主要任务, 2023年工作回顾; and a formality."""
    if item.title in _general("itself") or PERIOD.fullmatch(item.title):
        return True
    return FORMALITY.match(item.title) is not None


def _in_article(above: Sequence[Item]) -> bool:
    return any(other.level == ARTICLE for other in above)


def _leads_work(item: Item) -> bool:
    """Tell a short lead that sets work: what else an article counts are its terms."""
    return len(item.title) <= LONGEST_LEAD and sets_work(item.title)


def _is_heading_of_work(item: Item, odd: bool) -> bool:
    """Tell a heading that stands alone and is a work item, with its text below it or none."""
    if item.title[-1] in "；;" or len(item.title) > LONGEST_HEADING:
        return False
    if not odd:
        return True
    if item.level > HEADING:
        return item.below >= SHORTEST_BODY
    return item.below >= SHORTEST_TEXT and sets_work(item.title)


def _is_leaf_like(item: Item) -> bool:
    """Tell an item that is a paragraph of text from a heading that stands alone."""
    return item.closed or len(item.title) > LONGEST_HEADING or item.title[-1] in "；;，,"


def _has_children(items: Sequence[Item], index: int) -> bool:
    return index + 1 < len(items) and items[index + 1].level > items[index].level


def _beside_groups(items: Sequence[Item], parents: Sequence[int | None]) -> set[int]:
    """Return the items that stand beside headings that only group, as most of their level do:
    there the odd one without items below it is a section too.
    """
    found: set[int] = set()
    alike: dict[int, list[bool]] = {}  # level → which of its items have some below them
    for index, item in enumerate(items):
        alike.setdefault(item.level, []).append(_has_children(items, index))
    mostly = {level: sum(holding) * 2 >= len(holding) for level, holding in alike.items()}
    some = {level for level, holding in alike.items() if any(holding)}
    for group in _siblings(items, parents):
        level = items[group[0]].level
        if mostly[level] and _mostly_hold(items, group):
            found.update(group)
        elif level <= TOP and level in some:
            found.update(index for index in group if _is_topic(items[index].title))
    return found


def _is_topic(title: str) -> bool:
    """Tell a heading that names a topic from one that says what to do."""
    if TOPIC.search(title):
        return True
    return len(title) <= LONGEST_LABEL and not title.startswith((*_verbs(), *_lead_words()))


def sets_work(title: str) -> bool:
    """Tell a heading that opens as a work item does: 加强跟踪管理, 持续优化环境."""
    return title.startswith(_lead_words())


@cache
def _lead_words() -> tuple[str, ...]:
    return tuple(row["word"] for row in rows("lead_words.tsv"))


@cache
def _verbs() -> tuple[str, ...]:
    return tuple(row["verb"] for row in rows("verbs.tsv") if row["verb"] not in TOPICAL_VERBS)


def _mostly_hold(items: Sequence[Item], group: Sequence[int]) -> bool:
    return sum(_has_children(items, index) for index in group) * 2 >= len(group)


def _siblings(items: Sequence[Item], parents: Sequence[int | None]) -> list[list[int]]:
    groups: dict[tuple[int | None, int], list[int]] = {}
    for index, item in enumerate(items):
        groups.setdefault((parents[index], item.level), []).append(index)
    return list(groups.values())
