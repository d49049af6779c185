"""Programmes of a document to the same ones under the shorter names that it gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.extract.overlap import Spans
from kg.extract.program_names import level_end, place_end
from kg.extract.program_words import head_of, heads, kind_of_name
from kg.extract.text import ABBREVIATED, places_of
from kg.models import Mention, Outline
from kg.vocabulary import terms

# “云陵申报系统”（www.example.cn，以下简称申报系统）
ADDRESSED = re.compile(
    r"（[\x21-\x7e]{1,60}[，；]以下[简统]?称[：“]*(?P<short>[^（）“”，、]{2,12})”?[，）]"
)
# What a paper is about is one thing wherever it says it: 云陵示范煤矿是指….
DEFINED = re.compile(
    r"(?:所称的?|条[ \u3000]*|[\n。][ \u3000]*)(?!本|我)(?P<name>[一-鿿]{5,20}?)"
    r"(?:（以下[^（）]{2,20}）)?，?(?:是指|系指)"
)
COLLECTED = re.compile(
    r"(?:组织|开展|做好|启动|关于)(?:组织|开展|做好)?(?P<year>20\d\d年度?)?(?!组织|开展|做好|我|本)(?P<name>[一-鿿]{6,24}?)(?:的)?"
    r"(?:征集|遴选|申报|推荐|认定|评选|评定|评审|管理)(?:[和与及、][一-鿿]{2,4})?工作"
)
TITLE = 3  # characters of a head that shows a title by itself: 示范煤矿
# What a document leaves out where it comes back to a name: “云陵通”平台 … “云陵通”.
LEFT_OUT = ("平台", "项目", "行动", "工程", "计划")
SHORTEST_PLAIN = 5  # characters of a shorter name that means no other thing without marks
SHORTEST = 7  # characters that a title without its level needs to be no common noun


def same_names(outline: Outline, plain: str, found: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions, those under a shorter name of the document with the full one."""
    abbreviated = _abbreviations(plain, found)
    defined = {name: name for name in _defined(plain)}
    levelled = {short: one for short, one in _without_level(found).items() if short not in defined}
    full = {short: one.name for short, one in levelled.items()}
    full |= _without_head(found) | defined | abbreviated
    fuller = _fuller(found)
    for mention in (*found, *_plain(outline, plain, full, abbreviated)):
        # What stands in front of 省级示范园 is not yet said to be that: 建设示范园.
        first = levelled.get(mention.name) or fuller.get(mention.name)
        name = full.get(mention.name) or (first.name if first is not None else None)
        if name is not None and (first is None or first.begin < mention.begin):
            mention = replace(mention, name=name, kind=kind_of_name(name))
        yield mention


def _abbreviations(plain: str, found: Iterable[Mention]) -> dict[str, str]:
    """Return the names that the document says it will use: A（以下称B）."""
    short: dict[str, str] = {}
    for mention in found:
        behind = mention.end + (plain[mention.end : mention.end + 1] == "”")
        match = ABBREVIATED.match(plain, behind) or ADDRESSED.match(plain, behind)
        if match is not None:
            short[match["short"]] = mention.name
    return short


def _defined(plain: str) -> Iterator[str]:
    """Yield the titles that a paper defines, or is about."""
    for match in (*DEFINED.finditer(plain), *COLLECTED.finditer(plain)):
        name = match["name"]
        head = head_of(name) or ""
        if TITLE <= len(head) <= len(name) - 2 and heads()[head]["kind"] == "designation":
            yield name
            if match.groupdict().get("year") and not level_end(name):
                yield match["year"] + name  # each year's cases are a title of their own


def _without_level(found: Iterable[Mention]) -> dict[str, Mention]:
    """Return titles by what they are called without their level, where only one is meant."""
    named: dict[str, dict[str, Mention]] = {}
    titles = (m for m in found if m.kind == "Designation" and m.rule == "program.built")
    for title in titles:
        rest = title.name[level_end(title.name) :]
        if rest != title.name and len(rest) >= SHORTEST:
            named.setdefault(rest, {}).setdefault(title.name, title)
    return {rest: next(iter(of.values())) for rest, of in named.items() if len(of) == 1}


def _fuller(found: Iterable[Mention]) -> dict[str, Mention]:
    """Return nationwide programmes by a name without what the text has in front of it elsewhere."""
    named: dict[str, dict[str, Mention]] = {}
    for mention in found:
        term = terms("programs.ttl").get(mention.name)
        if term is not None:
            named.setdefault(term.label, {}).setdefault(mention.name, mention)
    return {
        short: of[max(longer, key=len)]
        for of in named.values()
        for short in of
        if (longer := [name for name in of if name.endswith(short) and short != name])
    }


def _without_head(found: Iterable[Mention]) -> dict[str, str]:
    names = dict.fromkeys(m.name for m in found)  # in their order, so that the result has one
    pairs = ((name, name + head) for name in names for head in LEFT_OUT)
    return {name: longer for name, longer in pairs if longer in names}


def _of_another(before: str) -> bool:
    """Tell what a place or level of its own sets apart: 云陵市|创业园 is not 省级|创业园."""
    ends = (before[at:] for at in range(len(before) - 1))
    return any(len(end) in (level_end(end), place_end(end, short=True)) for end in ends)


def _plain(
    outline: Outline, plain: str, full: Iterable[str], abbreviated: Iterable[str]
) -> Iterator[Mention]:
    """Yield the other places of the body that hold a shorter name."""
    places = [
        (short, begin, end)
        for short in full
        if _stands_alone(short, abbreviated)
        for begin, end in places_of(short, plain)
        if not _of_another(plain[max(0, begin - 8) : begin])
    ]
    if not places:
        return
    body = Spans((s.begin, s.end) for s in outline.sentences if s.part in ("body", "work"))
    for short, begin, end in places:
        if body.meets(begin, begin + 1):
            text = outline.source.text[begin:end]
            yield Mention("Program", kind_of_name(short), begin, end, text, short, "program.short")


def _stands_alone(short: str, abbreviated: Iterable[str]) -> bool:
    """Tell a shorter name that is looked for outside quotation marks, too."""
    return len(short) >= SHORTEST_PLAIN or short in abbreviated
