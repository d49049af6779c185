"""Programmes of a document to the same ones under the shorter names that it gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kg.extract.overlap import Spans
from kg.extract.program_names import level_end, place_end
from kg.extract.program_words import kind_of_name
from kg.extract.text import ABBREVIATED, places_of
from kg.models import Mention, Outline

# What a document leaves out where it comes back to a name: “云陵通”平台 … “云陵通”.
LEFT_OUT = ("平台", "项目", "行动", "工程", "计划")
SHORTEST = 7  # characters that a title without its level needs to be no common noun


def same_names(outline: Outline, plain: str, found: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions, those under a shorter name of the document with the full one."""
    abbreviated = _abbreviations(plain, found)
    full = abbreviated | _without_level(found) | _without_head(found)
    for mention in found:
        name = full.get(mention.name)
        if name is not None:
            mention = replace(mention, name=name, kind=kind_of_name(name))
        yield mention
    plainly = {s: name for s, name in full.items() if len(s) >= 5 or s in abbreviated}
    yield from _plain(outline, plain, plainly)


def _abbreviations(plain: str, found: Iterable[Mention]) -> dict[str, str]:
    """Return the names that the document says it will use: A（以下称B）."""
    short: dict[str, str] = {}
    for mention in found:
        match = ABBREVIATED.match(plain, mention.end)
        if match is not None:
            short[match["short"]] = mention.name
    return short


def _without_level(found: Iterable[Mention]) -> dict[str, str]:
    """Return titles by what they are called without their level, where only one is meant."""
    names: dict[str, set[str]] = {}
    titles = (m.name for m in found if m.kind == "Designation" and m.rule == "program.built")
    for name in dict.fromkeys(titles):
        rest = name[level_end(name) :]
        if rest != name and len(rest) >= SHORTEST:
            names.setdefault(rest, set()).add(name)
    return {rest: full.pop() for rest, full in names.items() if len(full) == 1}


def _without_head(found: Iterable[Mention]) -> dict[str, str]:
    names = dict.fromkeys(m.name for m in found)  # in their order, so that the result has one
    pairs = ((name, name + head) for name in names for head in LEFT_OUT)
    return {name: longer for name, longer in pairs if longer in names}


def _of_another(before: str) -> bool:
    """Tell what a place or level of its own sets apart: 云陵市|创业园 is not 省级|创业园."""
    ends = (before[at:] for at in range(len(before) - 1))
    return any(len(end) in (level_end(end), place_end(end, short=True)) for end in ends)


def _plain(outline: Outline, plain: str, full: dict[str, str]) -> Iterator[Mention]:
    """Yield the other places of the body that hold a shorter name."""
    body = Spans((s.begin, s.end) for s in outline.sentences if s.part in ("body", "work"))
    for short, name in full.items():
        for begin, end in places_of(short, plain):
            if _of_another(plain[max(0, begin - 8) : begin]):
                continue
            if body.meets(begin, begin + 1):
                text = outline.source.text[begin:end]
                yield Mention(
                    "Program", kind_of_name(name), begin, end, text, name, "program.short"
                )
