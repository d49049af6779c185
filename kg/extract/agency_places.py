"""A stretch to the levels (市) and places (温岭市) that a local body's form can stand behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kg.extract.agency_bounds import GENERIC, follows_verb, is_edge
from kg.extract.boundary import tagged
from kg.extract.places import choose, find_names
from kg.extract.text import up_to
from kg.models import Place
from kg.vocabulary import regions

# Each by its first letter, not [市县…]: so `re` finds the next one in half the time.
LEVEL = re.compile(r"自治区|自治州|街道|省(?!会)|市|县|区|州|旗|盟|镇|乡")
# 各市、县人民政府; 省、市、县教育局: several levels at once are no one body.
SEVERAL_LEVELS = re.compile(
    r"(?:各|直辖|(?<![一-鿿])(?:省|市|县|区|州|镇|乡|自治区|设区市)|[（(]市)[、（(]$|各[级地]?$|直辖$|各[市县区州][（(]?[、]?$|[（(]$(?<=[市县区][（(])"
    r"|各[市县区][（(][市县区旗、]{1,3}[）)]、?$|相关$|有关$|直管$"
)
SEVERAL_REACH = 7  # characters that its longest alternative can look at
STREETS = re.compile(r"(?<![一-鿿])街道办事?处?")  # without a name it is all of them
PARTY_OR_GOVERNMENT = re.compile(r"(?:省|市|县|区|州|镇|乡)(?:委|政府|党委)$")
PARTY_REACH = 4
TOWNSHIP = re.compile(r"[一-鿿]{1,6}?(?:街道|镇|乡)")
NO_PLACE = re.compile(
    f"{GENERIC.pattern}|简称|[委府]|城市|社区|园区|新区|校区|片区|城区|地区|辖区|小区|市[县区州]|[县州]市|[县管]县|[区县]区|区县|省市|城乡|乡镇|村镇|开发区|经开区|都市|^自治"
)
TOWN_LEVELS = ("街道", "镇", "乡")
# The levels of the others in a row, behind the last: 云陵、青禾省|（自治区、直辖市）人民政府.
OTHER_LEVELS = re.compile(r"（(?:(?:自治区|直辖市|省|市|区)、?){1,3}）")
ALL_LISTED = ("省", "自治区")  # the tables have every one of these


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before a local body's form: a level or a place."""

    begin: int
    end: int
    scope: str


def find_prefixes(
    stretch: str, place: Place | None, leads: Callable[[int], bool]
) -> Iterator[Prefix]:
    """Yield the places and the levels behind which a body's form may stand.

    `leads` tells of where a level ends whether one can begin there at all: most are parts of words,
    which is dearer to find out.
    """
    local = _local_names(place)
    yield from find_place_prefixes(stretch, place)
    for match in LEVEL.finditer(stretch):
        if not leads(match.end()) or _is_of_several(stretch, match.start()):
            continue
        prefix = _level_prefix(stretch, match, local)
        if prefix is not None and not _is_of_every_town(prefix, place):
            yield prefix


def _is_of_several(stretch: str, begin: int) -> bool:
    """Tell a level that stands for many: 各市、|县人民政府, 街道办事处."""
    before = up_to(stretch, begin, SEVERAL_REACH)
    return SEVERAL_LEVELS.search(before) is not None or STREETS.match(stretch, begin) is not None


def _is_of_every_town(prefix: Prefix, place: Place | None) -> bool:
    """Tell 镇|人民政府 without a name in a paper of what has many towns."""
    return prefix.scope in TOWN_LEVELS and place is not None and place.level != "township"


def _local_names(place: Place | None) -> tuple[str, ...]:
    return (place.name,) if place is not None and not place.code else ()


def find_place_prefixes(stretch: str, place: Place | None) -> Iterator[Prefix]:
    """Yield the places named, a chain of them (浙江省温岭市) as its last."""
    previous: Prefix | None = None
    for begin, end, name in find_names(stretch):
        found = choose(name, _place_of(previous) or place) or choose(name, place)
        if found is None:
            continue
        scope = f"@{found.code}" if found.code else f"={name}"
        start = begin
        if previous is not None and previous.end == begin and _lies_in(found, previous):
            start = previous.begin
        previous = Prefix(start, end, scope)
        yield previous
        levels = OTHER_LEVELS.match(stretch, end)
        if levels is not None:
            yield Prefix(start, levels.end(), scope)
        if found.level == "county":
            yield from _township_behind(stretch, previous, found)


def _township_behind(stretch: str, county: Prefix, place: Place) -> Iterator[Prefix]:
    """Yield the township that a county's name leads to: 温岭市|大溪镇."""
    match = TOWNSHIP.match(stretch, county.end)
    if match is None:
        return
    for town in regions().within(place.code, ("township",)):
        if town.name == match[0]:
            yield Prefix(county.begin, match.end(), f"@{town.code}")


def _place_of(prefix: Prefix | None) -> Place | None:
    return regions().by_code.get(prefix.scope[1:]) if prefix is not None else None


def _lies_in(found: Place, prefix: Prefix) -> bool:
    return prefix.scope[1:] in {above.code for above in regions().above(found.code)}


def _level_prefix(stretch: str, match: re.Match[str], local: tuple[str, ...]) -> Prefix | None:
    begin, end = match.start(), match.end()
    for name in local:
        if stretch.endswith(name, 0, end):
            return Prefix(end - len(name), end, "")
    if is_edge(stretch, begin) or PARTY_OR_GOVERNMENT.search(up_to(stretch, begin, PARTY_REACH)):
        return Prefix(begin, end, match[0])
    # 集聚区, 合作区 are words too.
    own = match[0] != "区" or stretch.startswith(("委", "政府", "人民政府"), end)
    if own and follows_verb(stretch, begin, end):
        return Prefix(begin, end, match[0])
    return _behind_a_word(stretch, match, own)


def _behind_a_word(stretch: str, match: re.Match[str], own: bool) -> Prefix | None:
    """Return the level behind a word of the sentence (今年|市政府), or a place of two letters."""
    begin, end = match.start(), match.end()
    for length in (2, 3):
        start = begin - length
        name = stretch[start:end]
        if start < 0 or not is_edge(stretch, start) or not re.fullmatch(r"[一-鿿]+", name):
            continue
        if _begins_with_a_word(name):
            if own and tagged(name)[0][0] == stretch[start:begin]:
                return Prefix(begin, end, match[0])
        elif match[0] not in ALL_LISTED and not NO_PLACE.search(name):
            return Prefix(start, end, f"={name}")
    return None


def _begins_with_a_word(name: str) -> bool:
    """Tell 今年|市政府, 办理|市…, 用|好|市…: words of the sentence, not the name of a place."""
    word, flag = tagged(name)[0]
    return flag[0] in "vpuf" or (1 < len(word) < len(name) and flag[:2] not in ("ns", "nr", "nz"))
