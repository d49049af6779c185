"""Sentences to the divisions and areas that they name on their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from kg.extract.joined_provinces import find_joined
from kg.extract.longer_names import in_longer_name, is_cut_out, opens_word
from kg.extract.places import (
    COUNTRY,
    by_chance,
    choose,
    everyday,
    find_names,
    in_province_of,
    is_full_name,
    names_over,
)
from kg.extract.text import ABBREVIATED, even, places_of, running_text
from kg.extract.townships import find_bracketed, find_townships, town_behind
from kg.extract.zones import (
    as_zone,
    find_bare,
    find_listed,
    find_pilots,
    find_topical,
    shared_form,
    sharing,
    zone_of,
)
from kg.models import Mention, Outline, Place, Sentence
from kg.vocabulary import areas, regions, short_name

KIND = {
    "country": "Country", "province": "Province", "prefecture": "Prefecture",
    "county": "County", "township": "Township", "area": "Area",
}  # fmt: skip
LINKS = "、和—"
SEATS = ("首都", "省会", "首府")  # words that the segmenter cuts together with the name
CELL = re.compile(r"[ ]*(?:[\t|]|$)")  # what ends, or read backwards begins, a cell of a table
# What may stand behind the country's name where it is no part of a name: 中国|公民, not 中国|特色.
ALONE = re.compile(
    "境[内外]|公民|领[土海域]|现代化建设|[的将]|政府(?!网)|企业(?!\\d)|市场|内政|一贯|始终|主张|愿意|加入|"
    "方面|代表团|自己|同世界|[^一-鿿（A-Za-z—-]"
)


def find_regions(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the divisions and areas that the text names on their own."""
    text = outline.source.text
    plain = even(text)
    found = [
        mention
        for sentence in running_text(outline)
        for mention in _shared(text, _joined(_in_sentence(text, plain, sentence, place)))
    ]
    yield from found
    yield from _shortened(outline, found)


def _in_sentence(
    text: str, plain: str, sentence: Sentence, place: Place | None
) -> Iterator[Mention]:
    stretch = plain[sentence.begin : sentence.end]
    ways: list[tuple[str, Iterator[tuple[int, int, Place]]]] = [
        ("region.name", _chained(stretch, place)),
        ("region.joined", find_joined(stretch)),
        ("region.township", find_townships(stretch, place)),
    ]
    if "区" in stretch:  # as every kind of zone has it
        ways[1:1] = [
            ("region.zone", find_pilots(stretch)),
            ("region.zone", find_listed(stretch, place)),
            ("region.zone", find_topical(stretch, place)),
            ("region.zone.own", find_bare(stretch, place)),
        ]
    for rule, found in ways:
        for begin, end, region in found:
            at = sentence.begin + begin
            yield _mention(at, text[at : sentence.begin + end], region, rule)


def _joined(found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield the places of a sentence; a township behind its county (青禾县|澄岭镇) with it."""
    before: Mention | None = None
    for mention in sorted(found, key=lambda m: (m.begin, -m.end)):
        joins = before is not None and before.end == mention.begin and _lies_in(mention, before)
        if before is not None and joins:
            text = before.text + mention.text
            mention = replace(mention, begin=before.begin, text=text)
        elif before is not None:
            yield before
        before = mention
    if before is not None:
        yield before


def _shared(text: str, found: Iterable[Mention]) -> list[Mention]:
    """Return places of a sentence; what a row's last zone is the others are: 云陵、青禾|都市圈."""
    mentions = sorted(found, key=lambda m: m.begin)
    form, begin, level = "", -1, ""
    for at, mention in reversed([*enumerate(mentions)]):
        if form and text[mention.end : begin] == "、" and mention.rule == "region.name":
            place = _place_of(mention)
            zone = sharing(mention.text, place, form) if place and place.level == level else None
            if zone is not None:
                mentions[at] = _mention(mention.begin, mention.text, zone, "region.zone.shared")
                begin = mention.begin
                continue
        form = shared_form(mention.text) if mention.rule == "region.zone" else ""
        begin, above = mention.begin, _place_of(mention)
        level = above.level if above else "prefecture"
    return mentions


def _place_of(mention: Mention) -> Place | None:
    """Return the place of the tables that a mention names, or in which its zone lies."""
    return regions().by_code.get(mention.scope.removeprefix("@"))


def _lies_in(mention: Mention, above: Mention) -> bool:
    place, outer = _place_of(mention), _place_of(above)
    return mention.kind == "Township" and bool(place and outer and _is_in(place, outer))


def _shortened(outline: Outline, found: list[Mention]) -> Iterator[Mention]:
    """Yield the areas again under the shorter names that the document gives them."""
    text = outline.source.text
    for named in found:
        given = ABBREVIATED.match(text, named.end) if named.kind == "Area" else None
        short = given["short"] if given else ""
        for begin, end in places_of(short, text) if short else ():
            if _in_body(outline, begin) and not in_longer_name(text, begin, end, full=True):
                yield replace(named, begin=begin, end=end, text=short, rule="region.short")


def _in_body(outline: Outline, at: int) -> bool:
    return any(s.begin <= at < s.end and s.part in ("body", "work") for s in outline.sentences)


def _chained(stretch: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the places named; one that follows the place it lies in (台州市|椒江区) with it."""
    open_: tuple[int, int, Place] | None = None
    for begin, end, name in _names(stretch):
        if open_ is not None and begin < open_[1]:
            continue  # 滦平县|滦平镇
        follows = open_ is not None and open_[1] == begin
        former = _former(stretch, begin, end, name, open_[2] if open_ else place)
        end += former is not None
        found = former or _region(stretch, begin, end, name, open_[2] if open_ else place, follows)
        if found is None and open_ is not None:
            found = _region(stretch, begin, end, name, place, follows)
        if found is None:
            continue
        end, found = _whole(stretch, end, name, found)
        if open_ is not None and follows and _is_in(found, open_[2]):
            open_ = (open_[0], end, found)
            continue
        if open_ is not None:
            yield from _on_its_own(stretch, *open_)
        open_ = (begin, end, found)
    if open_ is not None:
        yield from _on_its_own(stretch, *open_)


def _whole(stretch: str, end: int, name: str, found: Place) -> tuple[int, Place]:
    """Return where a place's name ends with the township behind it, and what it then means.

    青禾县|澄岭镇; what is left of it before a word for its field: 浦江|县域.
    """
    behind = town_behind(stretch, end, found) if found.level == "county" else None
    if behind is not None:
        return behind
    return end - (stretch.startswith("域", end) and name[-1] in "省市县"), found


def _names(stretch: str) -> Iterator[tuple[int, int, str]]:
    """Yield the names of places; before a word for a region only the short one: 海南|区域."""
    for begin, end, name in find_names(stretch):
        region = name[-1] == "区" and stretch.startswith("域", end) and is_full_name(name)
        yield (begin, end - 1, name[:-1]) if region else (begin, end, name)


def _on_its_own(
    stretch: str, begin: int, end: int, place: Place
) -> Iterator[tuple[int, int, Place]]:
    """Yield a place, or the zone that its name opens, unless a longer name holds it."""
    zone = zone_of(stretch, end, place)
    if zone is not None:
        end, place = zone
    full = zone is not None or (
        stretch[begin:end].endswith(place.name) and place.level not in ("country", "area")
    )
    if not in_longer_name(stretch, begin, end, full):
        yield begin, end, as_zone(place)
        if place.level == "county":
            yield from find_bracketed(stretch, end, place)


def _is_in(place: Place, above: Place) -> bool:
    return bool(above.code) and above.code in {p.code for p in regions().above(place.code)}


def _former(stretch: str, begin: int, end: int, name: str, place: Place | None) -> Place | None:
    """Return the county that had this name before it became a city or district: 京山|县.

    One of the document's province, or of the place right before.
    """
    suffix = stretch[end : end + 1]
    if suffix not in ("县", "市", "区") or len(name) < 2 or name in everyday():
        return None
    if is_full_name(name) or (name[-1] == "城" and suffix != "县"):
        return None  # 大|城市
    found = choose(name, place)
    if found is None or found.level != "county" or not in_province_of(found, place):
        return None
    return found if is_cut_out(stretch, begin, end + 1) else None


def _region(
    stretch: str, begin: int, end: int, name: str, place: Place | None, follows: bool
) -> Place | None:
    """Return the place that a name means there; `follows` tells that another stands before it."""
    if name in COUNTRY:
        alone = ALONE.match(stretch, end) or stretch[begin - 1 : begin] == "—"
        return regions().by_code["100000"] if alone else None
    if name in areas():
        known = len(name) > 2 or _is_area(stretch, begin, end)
        return areas()[name] if known and _is_here(areas()[name], place) else None
    if is_full_name(name):
        return _by_full_name(stretch, begin, end, place, follows)
    return _by_short_name(stretch, begin, end, place, follows)


def _by_full_name(
    stretch: str, begin: int, end: int, place: Place | None, follows: bool
) -> Place | None:
    found = choose(stretch[begin:end], place)
    if found is None or follows:
        return found
    common = found.name.removesuffix("新区") in everyday()
    if not _begins(stretch, begin) or (common and not in_province_of(found, place)):
        return None  # 新|增城区|绿地; a 滨海新区 of another city
    if end - begin == 2 and re.match(r"[一-鿿]", stretch[begin - 1 : begin] or " "):
        # 提高|县级: two characters are easily a chance
        sure = in_province_of(found, place) and is_cut_out(stretch, begin, end)
        return found if sure else None
    return found


def _by_short_name(
    stretch: str, begin: int, end: int, place: Place | None, follows: bool
) -> Place | None:
    name = stretch[begin:end]
    listed = _in_row(stretch, begin, end)
    if name in everyday() and not (_is_own(name, place) or listed or follows):
        cut_out = name in by_chance() and is_cut_out(stretch, begin, end)
        if not cut_out:
            return None
    found = choose(name, place, listed)
    if found is None or (listed and name not in everyday() and in_province_of(found, place)):
        return found  # 永康|和|武义, whatever the words may be
    if found.level == "county":
        return found if is_cut_out(stretch, begin, end) else None
    return found if follows or _begins(stretch, begin) else None


def _begins(stretch: str, begin: int) -> bool:
    """Tell whether a name can begin there: not in 均|衡水|平 or 隆|重庆|祝."""
    return opens_word(stretch, begin) or stretch.endswith(SEATS, 0, begin)


def _is_area(stretch: str, begin: int, end: int) -> bool:
    """Tell whether an area's name of two characters stands there: not 滇西|北, 有|关中."""
    longer = re.match("[部东西南北](?!南亚|北亚)", stretch[end : end + 3]) is not None
    return not longer and is_cut_out(stretch, begin, end, opening=True)


def _is_here(area: Place, place: Place | None) -> bool:
    """Tell whether an area can be meant: 南疆 outside Xinjiang is the southern frontier."""
    above = area.full_name.removesuffix(area.name)
    bound = len(area.name) == 2 and above in regions().by_name
    return not bound or (place is not None and place.full_name.startswith(above))


def _in_row(stretch: str, begin: int, end: int) -> bool:
    """Tell whether a name stands in a row of names (郑州、开封、洛阳), or fills a cell."""
    table = "\t" in stretch or "|" in stretch
    if table and CELL.match(stretch[:begin][::-1]) and CELL.match(stretch, end):
        return True
    head = stretch[:begin].rstrip(LINKS)
    before = head != stretch[:begin] and _name_ends(stretch, len(head))
    after = stretch[end:].lstrip(LINKS)
    behind = len(after) < len(stretch) - end and any(b == 0 for b, _, _ in find_names(after[:8]))
    return before or behind


def _name_ends(stretch: str, at: int) -> bool:
    """Tell whether the last name in what stands before a link ends there.

    It is one of the whole stretch, found once for a row however long, unless a name holds a link:
    what is left of 呼和浩特 before its 和 may be read otherwise.
    """
    ends = _ends_of_names(stretch)
    if ends is None:
        return any(end == at for _, end, _ in find_names(stretch[:at]))
    return at in ends


@lru_cache(maxsize=16)
def _ends_of_names(stretch: str) -> frozenset[int] | None:
    """Return where names of places end; None where a link may stand inside of one."""
    if any(name in stretch for name in names_over(LINKS)):
        return None
    return frozenset(end for _, end, _ in find_names(stretch))


def _is_own(name: str, place: Place | None) -> bool:
    return place is not None and short_name(place.name, place.level) == name


def _mention(begin: int, text: str, place: Place, rule: str) -> Mention:
    if rule == "region.name" and place.level == "area" and place.name not in areas():
        rule = "region.zone"
    code = place.code or place.parent
    scope = f"@{code}" if code else "="
    kind = KIND[place.level]
    return Mention("Region", kind, begin, begin + len(text), text, place.name, rule, scope)
