"""A stretch to the organisations that their last word gives away: schools, companies, groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kg.extract.agency_begin import begin_of
from kg.extract.agency_bounds import GENERIC, ends_name, goes_on, mention_agency, written_out
from kg.extract.agency_names import (
    DESCRIBED,
    KIND_WORDS,
    ORDINAL,
    is_of_an_institution,
    is_proper,
    names_itself,
    words,
)
from kg.extract.agency_national import own_name
from kg.extract.agency_places import LEVEL, find_place_prefixes
from kg.extract.boundary import tagged
from kg.extract.places import find_names
from kg.models import Mention, Place
from kg.vocabulary import KINDS, areas, automaton, regions, rows, template

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

# An alliance of a whole industry and a laboratory of the state are no place's: 智能装备产业联盟.
OF_NO_PLACE = ("产业联盟", "产业技术创新联盟", "产业创新联盟", "实验室")
CITY_BANK = re.compile("银行")


@cache
def _heads() -> tuple[AhoCorasick, tuple[str, ...], dict[str, tuple[str, str]]]:
    """Return a matcher over the last words of organisations, these, and what each tells."""
    table = {
        row["head"]: (KINDS[row["kind"]], row["proper"]) for row in rows("organisation_heads.tsv")
    }
    return automaton(tuple(table)), tuple(table), table


def find_organisations(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield schools, hospitals, companies, associations, working groups by their last word."""
    found, heads, table = _heads()
    joined = -1  # where 、 behind an institution just found joins another
    for index, start, end in found.find_matches_as_indexes(stretch):
        kind, proper = table[heads[index]]
        ends = ends_name(stretch, end)
        if proper == "never" or not (ends or heads[index] in words("firm")):
            continue
        begin = begin_of(stretch, start, kind)
        if begin is None or not (ends or _is_cut_off(stretch, begin, end)):
            continue
        modifier = stretch[begin:start]
        if is_proper(modifier, proper, place):
            scope, name = _scope_of(stretch, begin, end, place)
            if not scope and _is_full(modifier, proper, heads[index], place):
                scope, name = "=", stretch[begin:end]
        elif proper == "place" and begin == joined and _is_named_in_list(modifier, heads[index]):
            scope, name = "=", stretch[begin:end]
        else:
            continue
        yield mention_agency(kind, stretch, begin, end, name, f"agency.{kind}", scope)
        if kind == "PublicInstitution" and stretch.startswith("、", end):
            joined = end + 1


def _is_full(modifier: str, proper: str, head: str, place: Place | None) -> bool:
    """Tell a name that is told without its place: 虹溪医院, 城投集团, but 青禾县|虹溪中学."""
    if ORDINAL.match(modifier) is not None or any(w in modifier + head for w in words("local")):
        return False
    return names_itself(modifier, proper) or is_of_an_institution(modifier, place)


def _is_cut_off(stretch: str, begin: int, end: int) -> bool:
    """Tell whether a word ends with the name: 云陵大学|获奖, but not 云陵大|学生."""
    if stretch.startswith(("全国", "世界", "国家"), begin) or goes_on(stretch, end):
        return False
    at = begin
    for word, _ in tagged(stretch[begin : end + 4]):
        at += len(word)
        if at >= end:
            break
    return at == end


def _is_named_in_list(modifier: str, head: str) -> bool:
    """Tell a name beside another institution's: 云陵数据中心、|澜砚云计算中心."""
    return (
        len(modifier + head) >= 6
        and GENERIC.match(modifier) is None
        and DESCRIBED.search(modifier) is None
        and re.match("国家级|省级|市级|县级|重点|综合|基层|乡镇|街道|社区|农村", modifier) is None
        and len(KIND_WORDS.sub("", modifier)) >= 2
    )


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
        if CITY_BANK.fullmatch(name, last.end):
            return "=", name + "股份有限公司"
        rest = written_out(name[last.end :])
        return last.scope, template(rest) if full and not country else name[: last.end] + rest
    if any(begin == 0 and found in areas() for begin, _, found in find_names(name)):
        return "=", name
    own = own_name(name)
    if own is not None or name.endswith(OF_NO_PLACE):
        # A ministry's institutions are called after it without the country: 应急管理部地震预警中心.
        return "=", (own or name).removeprefix("中华人民共和国")
    level = LEVEL.match(name)
    if level is None and name.endswith("研究院") and ORDINAL.match(name) is None:
        return "=", name
    if level is not None and not re.match(r"[省市县区镇乡]级", name):
        return level[0], template(written_out(name[level.end() :]))
    return "", template(written_out(name))
