"""Sentences to the divisions and areas that they name on their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from kg.extract.places import choose, everyday, find_names, name_goes_on
from kg.models import Mention, Outline, Place
from kg.vocabulary import areas, regions, rows, short_name

KIND = {
    "country": "Country", "province": "Province", "prefecture": "Prefecture",
    "county": "County", "township": "Township", "area": "Area",
}  # fmt: skip
LISTED = re.compile(
    r"(?:[一-鿿]{2,3}、)*(?:(?!等)[一-鿿]){2,3}(?=等?(?:\d+个|[一二三四五六七八九十]+个)?(?:镇|乡镇|街道|镇街|乡))"
)

ACROSS = re.compile("国(?=[际家有内产营])")


def find_regions(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the divisions and areas that the text names on their own."""
    text = outline.source.text
    local = _local(place)
    for sentence in outline.sentences:
        if sentence.part in ("metadata", "title"):
            continue
        stretch = text[sentence.begin : sentence.end]
        for begin, end, found in _chained(stretch, place):
            at = sentence.begin + begin
            yield _mention(text, at, sentence.begin + end, found, "region.name")
        yield from _find_townships(text, sentence.begin, stretch, local)


def _chained(stretch: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the places named; one that follows the place it lies in (河池市|宜州区) with it."""
    open_: tuple[int, int, Place] | None = None
    for begin, end, name in find_names(stretch):
        found = _region(stretch, begin, end, name, open_[2] if open_ else place)
        found = found or _region(stretch, begin, end, name, place)
        if found is None:
            continue
        if open_ is not None and open_[1] == begin and _is_in(found, open_[2]):
            open_ = (open_[0], end, found)
            continue
        if open_ is not None:
            yield open_
        open_ = (begin, end, found)
    if open_ is not None:
        yield open_


def _is_in(place: Place, above: Place) -> bool:
    return bool(above.code) and above.code in {p.code for p in regions().above(place.code)}


def _region(stretch: str, begin: int, end: int, name: str, place: Place | None) -> Place | None:
    if name in areas():
        # 中韩|国际航线: the last character begins the next word.
        return None if ACROSS.match(stretch, end - 1) else areas()[name]
    full = name in regions().by_name
    if name == "中国" and re.match(r"[一-鿿]", stretch[end:]):
        return None
    if (
        not full
        and name in everyday()
        and not _is_own(name, place)
        and not _in_row(stretch, begin, end)
    ):
        return None
    if not full and (name_goes_on(stretch, end) or _longer_name().match(stretch, end)):
        return None
    if full and len(name) == 2 and re.match(r"[一-鿿]", stretch[begin - 1 : begin] or " "):
        return None  # 提高|县级: two characters are easily a chance
    return choose(name, place)


@cache
def _longer_name() -> re.Pattern[str]:
    """Return a pattern of the rest of a name that a place only opens: 山东|技改展洽会."""
    heads = (row["word"] for row in rows("place_continuations.tsv") if row["role"] == "later")
    return re.compile(rf"[^，。；：！？、的“”（）在和与]{{0,14}}?(?:{'|'.join(heads)})")


def _in_row(stretch: str, begin: int, end: int) -> bool:
    """Tell whether a name stands in a row of names of places: 郑州、开封、洛阳."""
    before = [
        b
        for b, e, _ in find_names(stretch[:begin].rstrip("、和"))
        if e == len(stretch[:begin].rstrip("、和"))
    ]
    after = stretch[end:].lstrip("、和")
    behind = (
        next((b for b, _, _ in find_names(after[:8])), -1) == 0 and len(after) < len(stretch) - end
    )
    return bool(before and stretch[begin - 1] in "、和") or behind


def _is_own(name: str, place: Place | None) -> bool:
    return place is not None and short_name(place.name, place.level) == name


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


def _local(place: Place | None) -> dict[str, Place]:
    if place is None or place.level not in ("county", "township", "prefecture"):
        return {}
    code = place.parent if place.level == "township" else place.code
    return dict(_townships(code)) if code else {}


def _find_townships(
    text: str, offset: int, stretch: str, local: dict[str, Place]
) -> Iterator[Mention]:
    """Yield the townships of the document's county: by full name, or listed before 等镇."""
    if not local:
        return
    full = [name for name in local if name[-1] in "镇乡" or name.endswith("街道")]
    for name in full:
        at = stretch.find(name)
        while at >= 0:
            yield _mention(
                text, offset + at, offset + at + len(name), local[name], "region.township"
            )
            at = stretch.find(name, at + 1)
    for listed in LISTED.finditer(stretch):
        at = listed.start()
        for name in listed[0].split("、"):
            if name in local and name not in full:
                yield _mention(
                    text,
                    offset + at,
                    offset + at + len(name),
                    local[name],
                    "region.township.listed",
                )
            at += len(name) + 1


def _mention(text: str, begin: int, end: int, place: Place, rule: str) -> Mention:
    scope = f"@{place.code}" if place.code else "="
    return Mention(
        "Region", KIND[place.level], begin, end, text[begin:end], place.name, rule, scope
    )
