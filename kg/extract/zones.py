"""Places to the development zones, metropolitan areas and city clusters named after them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from kg.extract.boundary import tagged
from kg.extract.longer_names import in_longer_name, is_cut_out, verbs
from kg.extract.places import find_names
from kg.extract.text import places_of
from kg.models import Place
from kg.vocabulary import regions, rows, short_name

# What may stand between a place and its zone (云陵|石桥|经济开发区): no level, no link.
TOPIC = r"(?:(?![省市县区国家级各等个和与及至建之的])[一-鿿]){0,3}?"
PILOT = re.compile(r"中国（(?P<place>[一-鿿]{2,4})）(?:自由贸易|自贸)试验区(?:[一-鿿]{2,4}?片区)?")
BARE = re.compile(
    r"(?P<level>[市县])(?P<form>经济技术开发区|经济开发区|经开区|高新区|综保区|开发区)"
    r"|(?P<plain>经开区|高新区|综保区)"
)
PROPER = ("n", "j", "z", "ag")  # parts of speech of what makes up a proper name
GENERAL = re.compile("^新|[省市县区城]$")  # 新一轮|开发区, 城市|新区
TOPIC_WINDOW = 10
CITY_FIRST = ("高新区", "高新技术产业开发区", "经开区", "经济技术开发区")
BEFORE = ("v", "c", "p", "x")  # parts of speech before a zone that is named by its kind alone
DEVELOPMENT = ("经济技术开发区", "经济开发区")
STATISTICAL = "7"  # fifth digit of the codes by which zones are counted like counties


@cache
def _table() -> dict[str, dict[str, str]]:
    return {row["form"]: row for row in rows("zones.tsv")}


@cache
def _forms() -> re.Pattern[str]:
    forms = sorted(_table(), key=len, reverse=True)
    return re.compile(rf"(?P<topic>{TOPIC})(?P<form>{'|'.join(forms)})")


def as_zone(place: Place) -> Place:
    """Return a zone that the tables count among the counties as the area that it is."""
    if place.level != "county" or place.code[4:5] != STATISTICAL:
        return place
    above = regions().by_code[place.parent]
    return _within(above, place.name.removeprefix(above.name))


def zone_of(text: str, end: int, place: Place) -> tuple[int, Place] | None:
    """Return where the zone ends that a place's name opens, and the zone: 云陵|高新区."""
    match = _forms().match(text, end)
    if match is None or place.level not in ("province", "prefecture", "county"):
        return None
    if not is_cut_out(text, match.start("form"), match.end()):
        return None
    kind = _table()[match["form"]]["kind"]
    if kind == "cluster":
        name = short_name(place.name, place.level) + match["form"]
        return (match.end(), Place(name, "area", full_name=name)) if not match["topic"] else None
    if kind == "trade":
        if match["topic"] or place.level != "province":
            return None
        return match.end(), _pilot(short_name(place.name, place.level), "")
    if not match["topic"] and match["form"] in ("新区", "开发区") and place.level == "province":
        return None
    return match.end(), _named(place, match["topic"], match["form"])


def shared_form(name: str) -> str:
    """Return the form of a zone that its text names by a place and nothing else, or nothing."""
    begin, end, _ = next(iter(find_names(name)), (1, 0, ""))
    return name[end:] if begin == 0 and name[end:] in _table() else ""


def sharing(name: str, place: Place, form: str) -> Place | None:
    """Return what a place named before a zone or cluster means there: 云陵|、青禾都市圈."""
    if name != short_name(place.name, place.level) or place.level not in ("prefecture", "county"):
        return None
    if _table()[form]["kind"] == "cluster":
        return Place(name + form, "area", full_name=name + form)
    return _named(place, "", form) if _table()[form]["kind"] == "zone" else None


def find_pilots(text: str) -> Iterator[tuple[int, int, Place]]:
    """Yield the pilot free trade zones under their official names: 中国（云南）自由贸易试验区."""
    for match in PILOT.finditer(text):
        if not in_longer_name(text, *match.span(), full=True):
            part = match[0].rpartition("试验区")[2]
            yield match.start(), match.end(), _pilot(match["place"], part)


def find_bare(text: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the zones of the document's city or county named by their kind: 经开区, 县开发区."""
    if place is None or place.level not in ("prefecture", "county"):
        return
    for match in BARE.finditer(text):
        form = match["form"] or match["plain"]
        own = place.name.endswith(match["level"] or "市") and (match["level"] or _is_city(place))
        if own and _stands_alone(text, match.start()):
            if form == "开发区":
                form = "经开区"
            if not in_longer_name(text, *match.span(), full=True):
                yield match.start(), match.end(), _named(place, "", form)


def _is_city(place: Place) -> bool:
    return place.level == "prefecture"


def find_listed(text: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the zones of the document's city that the tables hold by what else they are called."""
    if place is None or not _is_city(place):
        return
    for name, zone in _own_zones(place.code).items():
        for begin, end in places_of(name, text):
            if _stands_alone(text, begin) and not in_longer_name(text, begin, end, full=True):
                yield begin, end, as_zone(zone)


@lru_cache(maxsize=256)
def _own_zones(code: str) -> dict[str, Place]:
    """Return the zones of a city that have a name besides the city's, by how they are called."""
    found: dict[str, Place] = {}
    for zone in regions().below.get(code, ()):
        topic, official = _taken_apart(zone) if zone.code[4:5] == STATISTICAL else ("", "")
        for form, row in _table().items() if len(topic) > 1 else ():
            if official in (form, row["official"]) or (
                form == "经开区" and official in DEVELOPMENT
            ):
                found[topic + form] = zone
    return found


def _taken_apart(zone: Place) -> tuple[str, str]:
    """Return what a zone's name says besides its places, and its form: 稀土, 高新技术产业开发区."""
    name = zone.name
    for above in regions().above(zone.parent):
        name = name.removeprefix(above.name).removeprefix(short_name(above.name, above.level))
    form = _ending().search(name)
    return (name[: form.start()], form[0]) if form and form.end() == len(name) else ("", "")


def find_topical(text: str, place: Place | None) -> Iterator[tuple[int, int, Place]]:
    """Yield the zones named after something smaller than a county: 石桥|新区, 澄岭|高新区."""
    if place is None or place.level not in ("province", "prefecture", "county"):
        return
    for match in _ending().finditer(text):
        begin = _topic_begin(text, match.start())
        if begin is None or in_longer_name(text, begin, match.end(), full=True):
            continue
        form = match[0]
        name = text[begin : match.start()] + (_table()[form]["official"] or form)
        if place.level == "prefecture" and form in CITY_FIRST:
            name = short_name(place.name, place.level) + name
        yield begin, match.end(), _within(place, name)


@cache
def _ending() -> re.Pattern[str]:
    forms = (form for form, row in _table().items() if row["kind"] == "zone")
    return re.compile("|".join(sorted(forms, key=len, reverse=True)))


def _topic_begin(text: str, end: int) -> int | None:
    """Return where the proper name of two or three characters begins that ends there."""
    words = tagged(re.split("[^一-鿿]", text[max(0, end - TOPIC_WINDOW) : end])[-1])
    for count in (1, 2, 3):
        topic = words[-count:]
        name = "".join(word for word, _ in topic)
        if len(topic) < count or len(name) > 3 or not _is_proper(topic):
            return None
        if len(name) > 1 and _stands_alone(text, end - len(name)):
            inside = any(
                b < end and end - len(name) < e and other != name
                for b, e, other in find_names(text)
            )
            return None if inside or GENERAL.search(name) else end - len(name)
    return None


def _is_proper(topic: tuple[tuple[str, str], ...]) -> bool:
    """Tell whether words make up a proper name: 澄|湖, 石桥, but not 国际 or 深化."""
    if len(topic) == 1 and len(topic[0][0]) > 1 and topic[0][1] in ("n", "j"):
        return False
    return all(flag.startswith(PROPER) and not _leads(word) for word, flag in topic)


def _leads(word: str) -> bool:
    return word in verbs("governor") or word in verbs("leading")


def _stands_alone(text: str, begin: int) -> bool:
    """Tell whether no modifier stands before: not 省级|高新区, 各|开发区, 三大|综保区."""
    if not re.match("[一-鿿]", text[begin - 1 : begin] or "，"):
        return True
    before = re.split("[^一-鿿]", text[max(0, begin - 8) : begin])[-1]
    words = tagged(before)
    return (
        not words
        or words[-1][0] in verbs("governor") | verbs("leading")
        or words[-1][1].startswith(BEFORE)
    )


def _pilot(short: str, part: str) -> Place:
    name = f"中国（{short}）自由贸易试验区{part}"
    return Place(name, "area", full_name=name)


def _named(place: Place, topic: str, form: str) -> Place:
    official = _table()[form]["official"] or form
    if form in ("经开区", "开发区") and place.level == "county":
        official = "经济开发区"  # a county's zone is mostly one of the province
    name = short_name(place.name, place.level) + topic + official
    return _within(place, _listed(place, name, official) or name)


def _listed(place: Place, name: str, official: str) -> str | None:
    """Return the official name in the tables: a city's 经开区 may be an 经济开发区."""
    endings = DEVELOPMENT if official in (*DEVELOPMENT, "开发区") else (official,)
    stem = name.removesuffix(official)
    for ending in endings:
        for zone in regions().below.get(place.code, ()):
            if zone.name.removeprefix(place.name) == stem + ending:
                return zone.name.removeprefix(place.name)
    return None


def _within(above: Place, name: str) -> Place:
    return Place(name, "area", full_name=above.full_name + name, parent=above.code)
