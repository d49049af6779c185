"""Text to the names of places that it holds, each with the place that it means there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.models import Place
from kg.vocabulary import areas, automaton, regions, rows, short_name, words

LEVELS = ("province", "prefecture", "county")


@cache
def _names() -> tuple[object, tuple[str, ...]]:
    """Return a matcher over the names of counties and larger places, full and short."""
    table = regions()
    names = {
        name
        for name, places in table.by_name.items()
        if any(place.level in LEVELS for place in places)
    }
    names |= {name for name in table.by_short if len(name) > 1}
    names |= set(areas())
    listed = tuple(sorted(names))
    return automaton(listed), listed


def find_names(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield every name of a county or larger place or area, longest first, none overlapping."""
    matcher, names = _names()
    for index, begin, end in matcher.find_matches_as_indexes(text):  # type: ignore[attr-defined]
        yield begin, end, names[index]


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


def places_named(name: str) -> list[Place]:
    """Return the counties and larger places of this full name, or else of this short name."""
    table = regions()
    places = [place for place in table.by_name.get(name, ()) if place.level in LEVELS]
    return places or table.by_short.get(name, [])


def choose(name: str, place: Place | None) -> Place | None:
    """Return the place of this name nearest to the document's own; None if undecided."""
    candidates = places_named(name)
    if not candidates:
        return None
    full = name in regions().by_name
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
    if not full and (name in everyday() or not larger):
        return None
    pool = larger if larger and not full else candidates
    pool = [p for p in pool if p.level == "province"] or pool
    return pool[0] if len(pool) == 1 else None
