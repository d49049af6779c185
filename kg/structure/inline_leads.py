"""Items to those with leads inside them: the work items that a report runs into one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest

from kg.structure.blocks import Block
from kg.structure.items import HEADING, LEADING, NO_LEAD, Item

# （一）打好收官战。…。做强主导产业。…。三是培育新兴产业。…
SENTENCE = re.compile(
    r"(?<=。)[ \u3000]{0,4}(?P<lead>(?:(?P<number>[一二三四五六七八九十]{1,2})是)?"
    r"(?P<title>[^，。；：:、？！\d（）]{4,16}))。"
)
SHORTEST_HEAD = 250  # characters of a paragraph that holds several work items
SHORTEST_TEXT = 50  # characters behind a lead
LEAST_LEADS = 2
# A single short sentence says little: so must most of the paragraphs side by side be written.
LEAST_HEADS, LEAST_SHARE = 3, 0.75


def with_inline_leads(items: Sequence[Item], blocks: Sequence[Block]) -> list[Item]:
    """Return the items, each followed by the leads that stand inside its paragraph."""
    texts = {block.begin: block.text for block in blocks}
    found: list[Item] = []
    for group in _side_by_side(items):
        leads = {item.begin: list(_leads(item, texts[item.begin])) for item in group}
        several = sum(len(inside) >= LEAST_LEADS for inside in leads.values())
        if several >= max(LEAST_HEADS, LEAST_SHARE * len(group)):
            found += (lead for inside in leads.values() for lead in inside)
    return sorted((*items, *found), key=lambda item: item.begin) if found else list(items)


def _side_by_side(items: Sequence[Item]) -> Iterable[list[Item]]:
    """Return the long numbered paragraphs of each section that have no items below them."""
    groups: dict[tuple[int, int], list[Item]] = {}
    above: list[Item] = []
    for item, below in pairwise([*items, None]):
        assert item is not None  # only the last of all is none, and nothing follows it
        while above and above[-1].level >= item.level:
            above.pop()
        leaf = below is None or below.level <= item.level
        if leaf and _is_long(item):
            section = above[-1].begin if above else -1
            groups.setdefault((section, item.level), []).append(item)
        above.append(item)
    return groups.values()


def _is_long(item: Item) -> bool:
    numbered = item.number != "" and item.level <= HEADING
    return numbered and item.closed and item.body >= SHORTEST_HEAD


def _leads(head: Item, text: str) -> Iterator[Item]:
    """Yield the leads inside a paragraph, each with enough text up to the next short sentence."""
    sentences = list(SENTENCE.finditer(text, head.title_end - head.begin))
    for sentence, following in zip_longest(sentences, sentences[1:]):
        end = following.start() if following is not None else len(text)
        body = end - sentence.end()
        if body >= SHORTEST_TEXT and not NO_LEAD.search(sentence["title"]):
            begin, title = sentence.start("lead"), sentence.start("title")
            yield Item(
                head.begin + begin,
                head.begin + end,
                LEADING,
                sentence["number"] or "",
                head.begin + title,
                head.begin + title + len(sentence["title"]),
                sentence["title"],
                body,
                True,
            )
