"""What the model reads as a programme's name to where the name begins and ends.

Where its words part, rules know better than weights: what a programme has or goes through is
behind its name (the fame of a festival), what is done to it in front, and of two names that are
joined each is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from kg.extract.boundary import tagged
from kg.extract.program_names import held, member_begin, runs
from kg.extract.program_words import choice, head_of, heads, kind_of_name, role
from kg.extract.text import up_to
from kg.models import Mention
from kg.vocabulary import terms

Span = tuple[int, int]

SHORTEST = 4  # characters of a name that is left
JOINS = re.compile("”?(?:[、与及]|和(?!美|谐|平)|以及)“?")
MARKS = "“”"
REACH = 12  # characters in front of a name in which a verb is looked for that governs it
# What counts the things: 百所|劳动教育示范学校, 20条（段）|幸福河湖.
COUNTS = re.compile(
    r"(?:(?:\d+|[百千])余?[个所家项条座批](?:（[一-鿿]）)?|一[届次]|第[一二三四五六七八九十]批|若干)"
    r"(?=[一-鿿]{4})"
)


# Levels that each have one of their own: 省、市、县级|“一校一品”课堂.
LEVELS = re.compile(
    "[国省市县区]家?级?(?:[、和][省市县区](?:（[市县区旗、]{1,5}）)?级?)+(?:[两三四]级)?“"
)
MEMBER = re.compile("(?P<item>[一-鿿]{2,18})[、和]$")
LONGEST_MEMBER = 20  # characters in front of a name in which another member is looked for
MEMBERS = 6
PHRASE = 4  # characters of the phrases that such lists are mostly made of: 产业提升|行动
OF_ALL = tuple("“一二三四五六七八九十")  # how what all members are begins: “四大行动”, 三大工程


class Edges:
    """Where the rules see names begin and end in a document."""

    def __init__(self, text: str, mentions: Iterable[Mention]) -> None:
        self._text = text
        programs = [m for m in mentions if m.type == "Program"]
        self._ends = {m.begin: m.end for m in programs}
        self._begins = {m.end: m.begin for m in programs}

    def of(self, begin: int, end: int) -> Iterator[Span]:
        """Yield the names in what was read as one; what the rules read as a whole stays."""
        if self._ends.get(begin) == end:
            yield self._with_members(begin, end), end
            return
        begin = self._begin(begin, end)
        first = self._ends.get(begin, end)
        join = JOINS.match(self._text, first, end)
        rest = self._text[join.end() : end] if join is not None else ""
        # 论文评选及|报告会 is one, 未来工厂和|智能车间 are two
        if join is not None and rest and (head_of(rest) != rest or len(rest) >= SHORTEST):
            yield begin, first
            begin = join.end()
        yield self._with_members(begin, end), self._end(begin, end)

    def _begin(self, begin: int, end: int) -> int:
        """Return where a name begins that the rules see behind a word that governs it."""
        inner = self._begins.get(end, begin)
        if begin < inner and _governed(self._text[max(begin, inner - REACH) : inner]):
            return inner
        several = LEVELS.match(self._text, begin, end)
        # A title is conferred by each level, works are the work of all.
        if several is not None and kind_of_name(self._text[several.end() : end]) != "Designation":
            return several.end()
        counts = COUNTS.match(self._text, begin, end) if self._text[begin - 1] != "“" else None
        begin = counts.end() if counts is not None else begin
        return begin + held(self._text[begin:end])

    def _with_members(self, begin: int, end: int) -> int:
        """Return where a list begins whose members share a head: 提档升级、|增效提质专项行动.

        All its members, as long as each other, stand behind a verb that runs such things.
        """
        head = head_of(self._text[begin:end])
        if head is None or heads()[head]["kind"] != "initiative":
            return begin
        at, length = begin, 0
        for _ in range(MEMBERS):
            item = MEMBER.search(up_to(self._text, at, LONGEST_MEMBER))
            if item is None:
                return begin
            cut = member_begin(item["item"])
            name = item["item"][cut:]
            if len(name) < SHORTEST or head_of(name) is not None or length not in (0, len(name)):
                return begin
            at, length = at - len(item["item"]) - 1 + cut, len(name)
            if cut:
                rest = self._text[begin + length : end]
                alike = rest == head or (length == PHRASE and rest and head.endswith(rest))
                alike = alike or rest[:1] in OF_ALL
                return at if alike and runs(up_to(self._text, at)) else begin
        return begin

    def _end(self, begin: int, end: int) -> int:
        """Return where a name ends without what it has or goes through: 云陵科学城|影响力."""
        name = self._text[begin:end]
        tail = _tails().search(name)
        if tail is None:
            return end
        rest = name[: tail.start()]
        whole = rest.endswith("”") or head_of(rest) is not None or rest in terms("programs.ttl")
        return begin + len(rest.rstrip(MARKS)) if whole and len(rest) >= SHORTEST else end


def _governed(before: str) -> bool:
    """Tell whether the last word of what stands in front of a name governs it."""
    *others, last = ["", *(word for word, _ in tagged(before.rstrip(MARKS)))]
    joined = bool(others) and others[-1] in ("暨", "和", "与", "及", "、")  # 文艺晚会暨|开展…演出
    return last in role("effect") | role("award") and not joined


@cache
def _tails() -> re.Pattern[str]:
    return re.compile(f"(?:{choice('tail')})$")
