"""Data files to the words that programmes' names are made of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from kg.vocabulary import automaton, rows, words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

KINDS = {
    "initiative": "Initiative",
    "policy": "PolicyInstrument",
    "designation": "Designation",
    "platform": "Platform",
    "event": "Event",
}
# What a name's own last words tell of its kind where no head does; the same in every document,
# so that one programme is of one kind wherever it is read.
LABEL_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Event",
        re.compile(
            r"(?:杯|大赛|论坛|节|周|月|季|春晚|联赛|展评|双年展|(?<![委议学协][员事长])(?<!社)会)$"
        ),
    ),
    (
        "Platform",
        re.compile(
            r"(?:[平云]台|系统|云|网|APP|通办|通|码|热线|在线|驿站|大脑|智库|馆|一张图|中心|办)$"
        ),
    ),
    (
        "Initiative",
        re.compile(
            r"(?:进课堂|课堂|年|讲堂|战|活动|专项|进社区|下乡|教育|服务队|伴成长|课|[诵晨]读|讲台|[进访入](?:千家|万家|千企|万企|万户|千村|基层|校园|乡村|企业)"
            r"|走廊|科学城|科创城|班列|发展)$"
        ),
    ),
    (
        "Designation",
        re.compile(
            r"^最美|百?\d{0,8}强$|^(?:国家级|省级|市级)|(?:校园|家庭|教师|企业|学校|园区|工厂|城市|示范.{0,2}|先锋|标兵|楷模|少年|学生|校长"
            r"|班主任|书记|工匠|巨人|之星|名师|社区|乡村|小镇|品牌|百强|十强|称号|奖|人物|艺术团|车间|[示典]范校|服务商|案例)$"
        ),
    ),
)


@cache
def heads() -> dict[str, dict[str, str]]:
    """Load the last words of names; those with `*` once for each thing that bears a title."""
    table = list(rows("program_heads.tsv"))
    found = {row["head"]: row for row in table if "*" not in row["head"]}
    open_heads = (row for row in table if "*" in row["head"])
    for row, bearer in product(open_heads, words("program_bearers.tsv")):
        found.setdefault(row["head"].replace("*", bearer), row)
    return found


@cache
def head_matcher() -> tuple[AhoCorasick, tuple[str, ...]]:
    """Return a matcher over the heads of names without quotation marks, with them in its order."""
    # Heads of quoted names alone would hide others; those that make no name at all are to hide.
    names = tuple(
        head for head, row in heads().items() if row["unquoted"] != "no" or row["quoted"] == "no"
    )
    return automaton(names), names


def each_head(stretch: str) -> Iterator[tuple[str, int, int]]:
    """Yield every head with its place, the longest of those that begin or end at one place."""
    found, names = head_matcher()
    for index, begin, end in found.find_matches_as_indexes(stretch):
        yield names[index], begin, end
        # 传承基地|学校: the head of the phrase is the last one.
        for at in range(begin + 1, end + 1):
            head = head_at(stretch, at)
            if head is not None and at + len(head) > end:
                yield head, at, at + len(head)
                break


@cache
def _lengths(at: int) -> dict[str, list[int]]:
    """Return how long heads are by their first character (0) or their last (-1), longest first."""
    found: dict[str, set[int]] = defaultdict(set)
    for head in heads():
        found[head[at]].add(len(head))
    return {character: sorted(lengths, reverse=True) for character, lengths in found.items()}


def head_at(stretch: str, begin: int) -> str | None:
    """Return the longest head that begins here."""
    for length in _lengths(0).get(stretch[begin : begin + 1], ()):
        if stretch[begin : begin + length] in heads():
            return stretch[begin : begin + length]
    return None


def head_of(name: str) -> str | None:
    """Return the longest head that a name ends with."""
    for length in _lengths(-1).get(name[-1:], ()):
        if name[-length:] in heads():
            return name[-length:]
    return None


def unquoted(name: str) -> str:
    """Return a name without quotation marks."""
    return name.replace("“", "").replace("”", "")


def kind_of_name(name: str) -> str:
    """Return the kind of programme that a name's own last words make it."""
    head = head_of(name)
    if head is not None:
        return KINDS[heads()[head]["kind"]]
    return next((kind for kind, pattern in LABEL_KINDS if pattern.search(name)), "PolicyInstrument")


@cache
def role(name: str) -> frozenset[str]:
    """Return the words of a role in program_words.tsv."""
    return frozenset(row["word"] for row in rows("program_words.tsv") if row["role"] == name)


@cache
def choice(name: str) -> str:
    """Return the words of a role as an alternation, the longest first."""
    return "|".join(sorted(map(re.escape, role(name)), key=len, reverse=True))
