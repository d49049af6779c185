"""A document's groups to where it names them: 成立竹业专项协调小组, then 协调小组."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg.extract.agency_bounds import is_edge
from kg.extract.text import even, places_of
from kg.models import Mention, Outline

# A body with a task of its own; 领导小组, 工作专班, 协调小组 alone are what many are called.
FOUNDED = re.compile(
    r"(?:成立|组建|设立)(?P<name>(?!各|相应|专门|专项|市级|省级|县级|区级|领导|工作|协调|由|了|的|全|本)"
    r"[^\W\d_a-zA-Z及和与]{3,14}?(?:办公室|专班|协调小组|指导小组|工作组|工作队|服务队))"
    r"(?=[，。；（\n]|并(?!列))"
)
# 组建竹业联盟、|竹匠援教联盟: what is founded beside another of its kind.
BESIDE = re.compile(
    r"(?:成立|组建)[一-鿿]{2,14}联盟、(?P<name>[^\W\d_a-zA-Z及和与]{4,12}联盟)(?=[，。；（\n])"
)
# What a text calls its one group by, behind its full name.
CALLED = re.compile("(?:领导|协调|指导)小组|联席会议|指挥部")
ITS_OFFICE = "办公室"


def find_founded(outline: Outline, found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield the bodies that the text founds, wherever it names them: 成立项目推进办公室."""
    plain = even(outline.source.text)
    taken = [(m.begin, m.end) for m in found]
    names = {match["name"]: "WorkingGroup" for match in FOUNDED.finditer(plain)}
    names |= {match["name"]: "Association" for match in BESIDE.finditer(plain)}
    for name in sorted(names, key=len, reverse=True):
        for begin, end in places_of(name, plain):
            if _is_free(taken, begin, end):
                taken.append((begin, end))
                text = outline.source.text[begin:end]
                official = "{}" + name
                yield Mention(
                    "Agency", names[name], begin, end, text, official, "agency.founded", ""
                )


def find_called(outline: Outline, found: Sequence[Mention]) -> Iterator[Mention]:
    """Yield a group again where the text calls it by its last word, if it names one such."""
    plain = even(outline.source.text)
    taken = [(m.begin, m.end) for m in found]
    named: dict[str, list[Mention]] = {}
    for mention in found:
        head = CALLED.search(mention.name, max(0, len(mention.name) - 4))
        if mention.kind == "WorkingGroup" and head is not None and head.end() == len(mention.name):
            named.setdefault(head[0], []).append(mention)
    for word, groups in named.items():
        if len({group.name for group in groups}) > 1:
            continue  # which of them is meant?
        since = min(group.end for group in groups)
        for begin, end in places_of(word, plain):
            if begin >= since and is_edge(plain, begin) and _is_free(taken, begin, end):
                yield _called(outline.source.text, groups[0], begin, end)


def _called(text: str, group: Mention, begin: int, end: int) -> Mention:
    """Return the group by its last word, or its office."""
    office = ITS_OFFICE if text.startswith(ITS_OFFICE, end) else ""
    end += len(office)
    return replace(
        group,
        begin=begin,
        end=end,
        text=text[begin:end],
        name=group.name + office,
        rule="agency.called",
    )


def _is_free(taken: Iterable[tuple[int, int]], begin: int, end: int) -> bool:
    return not any(begin < stop and start < end for start, stop in taken)
