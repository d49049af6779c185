"""Text to the townships of the document's own place that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from kg.extract.boundary import tagged
from kg.extract.longer_names import in_longer_name, words_of
from kg.models import Place
from kg.vocabulary import regions, short_name

COUNTED = re.compile(r"等?(?:\d+|[一二三四五六七八九十]+)个(?:镇|乡|街道)|等(?:镇|乡|街道)")
LINKS = "、和"
PROPER = ("n", "x", "j", "b", "f", "s", "g", "z")  # parts of speech of names, not of 奋进 or 团结


@lru_cache(maxsize=256)
def _townships(code: str) -> tuple[tuple[str, Place], ...]:
    """Return the townships below a place by full and short name, without names that two share."""
    found: dict[str, list[Place]] = {}
    for place in regions().within(code, ("township",)):
        short = short_name(place.name, "township")
        if short != place.name:  # farms, zones and prisons have no such suffix and common names
            for name in {place.name, short if len(short) > 1 else place.name}:
                found.setdefault(name, []).append(place)
    return tuple((name, places[0]) for name, places in sorted(found.items()) if len(places) == 1)


def local_townships(place: Place | None) -> Mapping[str, Place]:
    """Return the townships of the document's county or city by name."""
    if place is None or place.level not in ("county", "township", "prefecture"):
        return {}
    code = place.parent if place.level == "township" else place.code
    return dict(_townships(code)) if code else {}


def find_townships(text: str, local: Mapping[str, Place]) -> Iterator[tuple[int, int, Place]]:
    """Yield the townships named: in full, or by their short names in a row or before 等镇."""
    for begin, end, name in _occurrences(text, local):
        named = name == local[name].name and not name[:-1].endswith(words_of("later"))
        if named and not in_longer_name(text, begin, end, full=True):
            yield begin, end, local[name]
    for row in _rows(text, local):
        if len(row) > 1 or COUNTED.match(text, row[-1][1]):
            for begin, end in row:
                if not in_longer_name(text, begin, end, full=False):
                    yield begin, end, local[text[begin:end]]


def _occurrences(text: str, local: Mapping[str, Place]) -> Iterator[tuple[int, int, str]]:
    for name in local:
        for match in re.finditer(name, text):
            yield *match.span(), name


def _rows(text: str, local: Mapping[str, Place]) -> Iterator[list[tuple[int, int]]]:
    """Yield the short names that stand one behind the other: 江湾、中云、清华."""
    short = sorted(
        (begin, end)
        for begin, end, name in _occurrences(text, local)
        if name != local[name].name and _is_name(name)
    )
    row: list[tuple[int, int]] = []
    for begin, end in short:
        if row and not (begin == row[-1][1] + 1 and text[begin - 1] in LINKS):
            yield row
            row = []
        row.append((begin, end))
    if row:
        yield row


def _is_name(word: str) -> bool:
    """Tell a name from a word of every day by how it is tagged."""
    words = tagged(word)
    if word.endswith(words_of("later")):
        return False  # 大桥, 中心
    return len(words) > 1 or (words[0][1].startswith(PROPER) and words[0][1] != "vn")
