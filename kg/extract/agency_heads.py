"""A stretch to the organisations that their last word gives away: schools, companies, groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.extract.agency_bounds import GENERIC, ends_name, mention_agency
from kg.extract.agency_places import LEVEL, find_place_prefixes
from kg.extract.boundary import name_begin
from kg.extract.places import choose, find_names
from kg.models import Mention, Place
from kg.vocabulary import KINDS, regions, rows, short_name, template

ORDINAL = re.compile(r"第?[一二三四五六七八九十]{1,2}$|第[一二三四五六七八九十\d]{1,3}")
COLLECTIVE = re.compile(
    r"[省市县区]?(?:充分|发挥|级|各类|行业|专业|单项|区域|产业|技术|体育|教学|相关|商会|跨界|社会)*"
)


@cache
def _heads() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    table = {
        row["head"]: (KINDS[row["kind"]], row["proper"]) for row in rows("organisation_heads.tsv")
    }
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table


def find_organisations(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield schools, hospitals, companies, associations, working groups by their last word."""
    pattern, table = _heads()
    for match in pattern.finditer(stretch):
        kind, proper = table[match[0]]
        if proper == "never" or not ends_name(stretch, match.end()):
            continue
        begin = name_begin(stretch, match.start(), quotes=kind == "WorkingGroup")
        begin = _skip_openers(stretch, begin, match.start())
        modifier = stretch[begin : match.start()]
        if not _is_proper(modifier, proper, place):
            continue
        scope, name = _scope_of(stretch, begin, match.end(), place)
        yield mention_agency(kind, stretch, begin, match.end(), name, f"agency.{kind}", scope)


def _skip_openers(stretch: str, begin: int, head: int) -> int:
    opener = re.match(
        r"(?:全[市县区省镇]|我[市县区省镇]|各[市县区省镇]?|[一两二三四五六七八九十\d]+[所家个名]|等\d*[所家个]?|全|本|的|了|和|与|及)+",
        stretch[begin:head],
    )
    return begin + opener.end() if opener is not None else begin


def _is_own_topic(modifier: str) -> bool:
    """Tell a topic that sets an organisation apart (校园安全工作) from a kind of them (行业)."""
    placed = any(begin == 0 for begin, _, _ in find_names(modifier))
    topic = modifier.replace("工作", "").replace("专项", "")
    return len(topic) >= (2 if placed else 4) and COLLECTIVE.fullmatch(modifier) is None


def _is_proper(modifier: str, proper: str, place: Place | None) -> bool:
    """Tell whether what stands before the last word makes it a name."""
    if len(modifier) < 1 or GENERIC.match(modifier):
        return False
    if proper == "topic":
        return _is_own_topic(modifier)
    if LEVEL.match(modifier) and not re.match(
        r"省会|[省市县区镇乡](?:级(?!机关)|属|直|域|场|民|委?内)", modifier
    ):
        return not re.match(r"[省市县区镇乡][外内县市区镇村乡、]|[市县][中小]", modifier)
    if ORDINAL.search(modifier):
        return True
    if (
        place is not None
        and not place.code
        and modifier.startswith(short_name(place.name, place.level))
    ):
        return True
    return any(
        begin == 0 and choose(name, place) is not None for begin, _, name in find_names(modifier)
    ) or any(modifier.startswith(name) for name in _town_names(place))


def _town_names(place: Place | None) -> tuple[str, ...]:
    if place is None or not place.code or place.level not in ("county", "prefecture"):
        return ()
    return tuple(p.name for p in regions().within(place.code, ("township",)))


def _scope_of(stretch: str, begin: int, end: int, place: Place | None) -> tuple[str, str]:
    """Return what an organisation's name hangs on, and the name with `{}` for the place."""
    name = stretch[begin:end]
    chain = [prefix for prefix in find_place_prefixes(name, place) if prefix.begin == 0]
    if chain and chain[-1].scope.startswith("@"):
        last = chain[-1]
        full = (
            regions().by_code[last.scope[1:]].name
            == name[: last.end][-len(regions().by_code[last.scope[1:]].name) :]
        )
        country = last.scope == "@100000"
        return last.scope, template(name[last.end :]) if full and not country else name
    level = LEVEL.match(name)
    if level is not None and not re.match(r"[省市县区镇乡]级", name):
        return level[0], template(name[level.end() :])
    return "", template(name)
