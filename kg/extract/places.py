"""Text to the names of places that it holds, each with the place that it means there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from kg.models import Place
from kg.vocabulary import areas, place_aliases, regions, rows, segmenter, short_name, words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

LEVELS = ("province", "prefecture", "county")
AROUND = 4  # characters on either side of names that overlap, to cut words
NEAR = 6  # how many names behind one may begin inside it
SENTENCE = 1000  # characters; what is longer is a document
COUNTRY = ("中国", "中华人民共和国")


@cache
def _names() -> tuple[AhoCorasick, tuple[str, ...]]:
    """Return a matcher over the names of counties and larger places, full and short."""
    from ahocorasick_rs import AhoCorasick

    table = regions()
    names = {
        name
        for name, places in table.by_name.items()
        if any(place.level in LEVELS for place in places)
    }
    names |= {name for name in table.by_short if len(name) > 1}
    names |= {*areas(), *place_aliases(), *COUNTRY}
    listed = tuple(sorted(names))
    return AhoCorasick(list(listed)), listed


@cache
def names_over(marks: str) -> tuple[str, ...]:
    """Return the names that hold one of these characters behind their first: 呼和浩特."""
    return tuple(name for name in _names()[1] if any(mark in name[1:] for mark in marks))


def find_names(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return every name of a county or larger place or area, longest first, none overlapping.

    What a county's short name has in common with a longer name of something larger is the larger's:
    新建平顶山市展厅 names 平顶山市, not 建平; with one as long, where words begin: 亲|临|河北.
    """
    return _in_sentence(text) if len(text) <= SENTENCE else _in_document(text)


@lru_cache(maxsize=4096)  # the finders of agencies, programmes and regions ask for the same
def _in_sentence(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(_apart(text))


@lru_cache(maxsize=4)  # by itself: what is kept keeps its text
def _in_document(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(_apart(text))


def _apart(text: str) -> Iterator[tuple[int, int, str]]:
    matcher, names = _names()
    found = matcher.find_matches_as_indexes(text, overlapping=True)
    if not found:
        return
    spans = sorted(((begin, end, names[i]) for i, begin, end in found), key=lambda s: (s[0], -s[1]))
    at = 0
    for position, (begin, end, name) in enumerate(spans):
        if begin < at:
            continue
        inside = ((b, n) for b, _, n in spans[position + 1 : position + NEAR] if begin < b < end)
        if not any(_outdoes(text, other, b, name, begin) for b, other in inside):
            yield begin, end, name
            at = end


def _outdoes(text: str, name: str, begin: int, county: str, before: int) -> bool:
    """Tell whether what a name shares with a county's that begins before it belongs to it.

    Of two counties it is the one named in full, where a word begins: 确|保靖|西市 names 靖西市.
    """
    if len(name) < len(county) or not _is_county(county):
        return False
    longer = len(name) > len(county)
    if _is_county(name):
        full = longer and is_full_name(name) and not is_full_name(county)
        return full and begin in _starts(text, begin, before)
    starts = set() if longer else _starts(text, begin, before)
    return longer or (begin in starts and before not in starts)


def _starts(text: str, begin: int, before: int) -> set[int]:
    """Return where words begin around two names that overlap."""
    at = max(0, before - AROUND)
    starts = set()
    for word, _ in segmenter().tag(text[at : begin + AROUND]):
        starts.add(at)
        at += len(word)
    return starts


@lru_cache(maxsize=10_000)
def _is_county(name: str) -> bool:
    """Tell whether a name is none of a prefecture, a province or an area."""
    larger = any(place.level != "county" for place in places_named(name))
    return name not in areas() and not larger


@cache
def _continuation() -> re.Pattern[str]:
    found = (row["word"] for row in rows("place_continuations.tsv") if row["role"] == "next")
    return re.compile("|".join(found))


def name_goes_on(text: str, end: int) -> bool:
    """Tell whether a short name is the beginning of another name: 青岛|港, 上海|路."""
    return _continuation().match(text, end) is not None


@cache
def everyday() -> frozenset[str]:
    """Return the short names of places that are everyday words as well."""
    return frozenset(words("ambiguous_places.tsv"))


@cache
def by_chance() -> frozenset[str]:
    """Return those of them that are no words, but arise where two words meet: 服|务川|渝."""
    return frozenset(
        row["name"] for row in rows("ambiguous_places.tsv") if row["meaning"] == "a place"
    )


@lru_cache(maxsize=10_000)
def is_full_name(name: str) -> bool:
    """Tell whether a county or larger place has this full name; a farm may be called 永兴."""
    return any(place.level in LEVELS for place in regions().by_name.get(name, ()))


def places_named(name: str) -> list[Place]:
    """Return the counties and larger places of this full name, or else of this short name."""
    table = regions()
    places = [place for place in table.by_name.get(name, ()) if place.level in LEVELS]
    return places or table.by_short.get(name, [])


@lru_cache(maxsize=10_000)
def choose(name: str, place: Place | None, listed: bool = False) -> Place | None:
    """Return the place of this name nearest to the document's own; None if undecided.

    `listed` tells that it stands in a row of places, where no other word is to be feared.
    """
    alias = place_aliases().get(name)
    if alias is not None and in_province_of(alias, place):
        return alias
    candidates = places_named(name)
    if not candidates:
        return None
    full = is_full_name(name)
    chain = {p.code for p in regions().above(place.code)} if place is not None else set()
    near = [
        p
        for p in candidates
        if p.code in chain or p.parent in chain or (place and p.parent == place.parent)
    ]
    if not near and place is not None and place.code and place.level == "province":
        near = [p for p in candidates if place.code in {a.code for a in regions().above(p.code)}]
    if len(near) == 1:
        return near[0]
    larger = [p for p in candidates if p.level in ("province", "prefecture")]
    if full and not larger and short_name(name, "county") in everyday():
        return None
    if not full and (listed or name not in everyday()) and not larger:
        return _fellow(candidates, place, listed and name not in everyday())
    if not full and name in everyday():
        return None
    pool = larger if larger and not full else candidates
    pool = [p for p in pool if p.level == "province"] or pool
    return pool[0] if len(pool) == 1 else None


def _fellow(candidates: list[Place], place: Place | None, listed: bool) -> Place | None:
    """Return the only one of these places that lies in the same province as the document's.

    In a row of places in a text of the whole country, the only one of the name.
    """
    national = place is not None and place.level == "country"
    within = [p for p in candidates if (national and listed) or in_province_of(p, place)]
    return within[0] if len(within) == 1 else None


def in_province_of(found: Place, place: Place | None) -> bool:
    """Tell whether a place lies in the province in which the document's place lies."""
    own = regions().ancestor(place.code, "province") if place is not None else None
    return own is not None and regions().ancestor(found.code, "province") == own
