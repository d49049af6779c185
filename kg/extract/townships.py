"""Text to the townships of the document's own place that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from kg.extract.boundary import tagged
from kg.extract.longer_names import in_longer_name, opens_word, words_of
from kg.models import Place
from kg.vocabulary import automaton, regions, short_name

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

COUNTED = re.compile(r"等?(?:\d+|[一二三四五六七八九十]+)个(?:镇|乡|街道)|等(?:镇|乡|街道)")
TOWN = re.compile(r"[一-鿿]{1,6}?(?:街道|镇|乡)")
BRACKETED = re.compile(r"（((?:[一-鿿]{1,7}(?:街道|镇|乡)[、和]?){1,12})）")
LEVELS = ("province", "prefecture", "county", "township")
LINKS = "、和"
PROPER = ("n", "x", "j", "b", "f", "s", "g", "z")  # parts of speech of names, not of 奋进 or 团结


@lru_cache(maxsize=256)
def _townships(code: str, full: bool) -> tuple[AhoCorasick, tuple[str, ...], dict[str, Place]]:
    """Return the townships below a place by name, without names that two share, with a matcher.

    In full only, or by the short name too.
    """
    found: dict[str, list[Place]] = {}
    for place in regions().within(code, ("township",)):
        short = short_name(place.name, "township")
        if short != place.name:  # farms, zones and prisons have no such suffix and common names
            shorter = {short, place.name.removesuffix("道")}  # a subdistrict is 石桥街 too
            for name in {place.name} if full or len(short) < 2 else {place.name} | shorter:
                found.setdefault(name, []).append(place)
    single = {name: places[0] for name, places in sorted(found.items()) if len(places) == 1}
    return automaton(tuple(single)), tuple(single), single


def find_townships(text: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the townships of the document's own place that the text names.

    In full, or by their short names in a row or before 等镇 where the place is no province.
    """
    code = place.parent if place and place.level == "township" else place.code if place else ""
    if place is None or place.level not in LEVELS or not code:
        return
    matcher, names, townships = _townships(code, place.level == "province")
    matches = matcher.find_matches_as_indexes(text)
    if not matches:
        return
    found = [(begin, end, names[i]) for i, begin, end in matches]
    short = [(begin, end) for begin, end, name in found if name != townships[name].name]
    rows = (span for row in _rows(text, short) for span in row)
    whole = ((begin, end) for begin, end, name in found if _is_whole(name, townships[name]))
    for full, spans in ((False, rows), (True, whole)):
        for begin, end in spans:
            chance = place.level == "province" and not opens_word(text, begin)  # 提|高城镇|化
            if not chance and not in_longer_name(text, begin, end, full):
                yield begin, end, townships[text[begin:end]]


def town_behind(text: str, end: int, county: Place) -> tuple[int, Place] | None:
    """Return where the township ends that right behind a county's name is one of it, and which."""
    match = TOWN.match(text, end)
    town = _full_names(county.code).get(match[0]) if match else None
    return (match.end(), town) if match and town else None


def find_bracketed(text: str, end: int, county: Place) -> Iterator[tuple[int, int, Place]]:
    """Yield the townships of a county that its name has in brackets: 青禾县（|澄岭镇、石桥乡）."""
    listed = BRACKETED.match(text, end)
    for match in TOWN.finditer(listed[0]) if listed else ():
        town = _full_names(county.code).get(match[0])
        if town is not None:
            yield end + match.start(), end + match.end(), town


@lru_cache(maxsize=256)
def _full_names(code: str) -> dict[str, Place]:
    return {place.name: place for place in regions().within(code, ("township",))}


def _is_whole(name: str, place: Place) -> bool:
    """Tell a name in full, but not 中心|镇."""
    return name == place.name and short_name(name, "township") not in words_of("later")


def _rows(text: str, short: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Yield the short names that stand one behind the other, or counted: 江湾、中云、清华."""
    row: list[tuple[int, int]] = []
    for begin, end in (*((b, e) for b, e in short if _is_name(text[b:e])), (-1, -1)):
        if row and not (begin == row[-1][1] + 1 and text[begin - 1] in LINKS):
            alone = row[0] == (0, len(text))  # fills a cell of a table
            if len(row) > 1 or alone or COUNTED.match(text, row[-1][1]):
                yield row
            row = []
        row.append((begin, end))


def _is_name(word: str) -> bool:
    """Tell a name from a word of every day by how it is tagged."""
    words = tagged(word)
    if word in words_of("later"):
        return False  # 大桥, 中心
    return len(words) > 1 or (words[0][1].startswith(PROPER) and words[0][1] != "vn")
