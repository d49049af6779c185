"""Titles and issuers to the place that they begin with, where the tables do not hold it."""

from __future__ import annotations

import re

from kg.extract.places import find_names
from kg.extract.text import places_of
from kg.models import Place
from kg.vocabulary import level_of, regions, short_name

UNIT = "[一-鿿]{2,4}?(?:省|市|县|区|镇|乡|街道)"
CITY_OF = re.compile(f"、?(?P<city>{UNIT})(?<=市)")
UNKNOWN = re.compile(
    rf"(?P<above>(?:{UNIT}){{0,2}})(?P<name>{UNIT})(?=人民政府|党委|委员会)|"
    rf"(?P<plain>{UNIT})(?![级属直内域场民])(?=[一-鿿]{{2,14}}(?:局|厅|委员会|办公室|委|办)"
    r"|[一-鿿“”]{0,12}(?:20\d\d|第.{1,3}届)|[一-鿿“”]{4,})"
)
TITLES = re.compile(r"《[^《》]{1,80}》")


def find_unlisted(heads: list[str], known: Place | None) -> Place | None:
    """Return a place that the tables do not hold, if a title or issuer begins with its name."""
    for head in heads:
        start = _known_prefix(head)
        match = UNKNOWN.match(head, start)
        if match is None:
            continue
        name, above = match["name"] or match["plain"], match["above"] or ""
        headed = known if known is not None and _is_named(known, head) else None
        if name in regions().by_name or not _reads_as_name(above + name):
            continue
        if start or headed is None or _holds(headed, name):
            return _unlisted(name, above, headed)
    return None


def _is_named(place: Place, heads: str) -> bool:
    return place.name in heads or short_name(place.name, place.level) in heads


def _known_prefix(head: str) -> int:
    """Return how far a title or issuer begins with names that the tables hold."""
    end = 0
    for begin, stop, name in find_names(head):
        if begin != end or name not in regions().by_name:
            break
        end = stop
    return end


def _reads_as_name(name: str) -> bool:
    return (
        re.search(
            r"^(?:关于|印发|支持|促进|推进|推动|加快|加强|鼓励|全|各|本|我|该|国家|中央|中国|[市县区省])|[和与及的]|城乡|公安|社区",
            name,
        )
        is None
    )


def _holds(known: Place, name: str) -> bool:
    """Tell whether a place of this kind can lie in the known one: a county in a province."""
    order = ("country", "province", "prefecture", "county", "township")
    return order.index(level_of(name)) > order.index(known.level) if known.level in order else False


def _unlisted(name: str, between: str, known: Place | None) -> Place:
    township = _township(name, known)
    if township is not None:
        return township
    above = known.full_name if known is not None and known.level != "country" else ""
    parent = known.code if known is not None else ""
    return Place(name, level_of(name), "", above + between + name, parent)


def put_below(place: Place, text: str) -> Place:
    """Put an unlisted place below the province, and the city, that its text names as its own.

    The text says so by naming both in a row (江西省、云陵市), or one province only.
    """
    if place.code or place.parent:
        return place
    own = TITLES.sub("", text)  # what a title of another paper names is not said of this place
    named = [regions().by_name[name][0] for _, _, name in find_names(own) if name[-1] in "省区"]
    provinces = {found.code: found for found in named if found.level == "province"}
    rows = {
        code: row["city"]
        for code, province in provinces.items()
        if (row := _city_behind(province.name, own)) and row["city"] not in regions().by_name
    }
    chosen = rows or provinces
    if len(chosen) != 1:
        return place
    province = provinces[next(iter(chosen))]
    city = rows.get(province.code, "") if place.level in ("county", "township") else ""
    between = "" if place.full_name.startswith(city or "-") else city
    full_name = province.name + between + place.full_name
    return Place(place.name, place.level, "", full_name, province.code)


def _city_behind(province: str, text: str) -> re.Match[str] | None:
    """Return the first city that a text names behind its province: 江西省、|云陵市."""
    rows = (CITY_OF.match(text, end) for _, end in places_of(province, text))
    return next(filter(None, rows), None)


def _township(name: str, known: Place | None) -> Place | None:
    if known is None or not known.code:
        return None
    found = [p for p in regions().within(known.code, ("township",)) if p.name == name]
    return found[0] if len(found) == 1 else None
