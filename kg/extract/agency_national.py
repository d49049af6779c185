"""A stretch to the national bodies that it names, with their units and branches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kg.extract.agency_bounds import (
    CHINESE,
    EDGE,
    continues,
    ends_name,
    is_edge,
    is_of_provinces,
    mention_agency,
)
from kg.extract.places import everyday, find_names
from kg.extract.text import places_of
from kg.models import Mention, Place
from kg.vocabulary import Term, automaton, contextual, matcher, terms

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

BRANCH = re.compile(
    r"(?:税务局|海关|缉私局|邮政管理局|通信管理局|气象局|管理局|调查队|分行|中心支行|支行|营管部|营业管理部|分公司|公司|监管局|监管分局|分局|办事处|分院|分社|特派办)+"
)

# What papers for the country leave away, of names with which ends; of two the last counts.
IN_CONTEXT = {"中央": ("办",), "国务院": ("办",), "国家": ("局", "署", "委", "办")}
OF_THE_COUNTRY = re.compile(r"中国|中华|全国|国家(?!级)")
CENTRAL = re.compile(
    "中央(?=“|《|决策|决定|部署|要求|关于|有关|和省委|巡视|精神"
    "|(?:[、和](?:自治区|[省市县区州])(?:党委|委)?){1,4}的?(?:关于|决策|决定|部署|要求|精神)"
    "|(?!和|与|对|会议|规定|财政|预算|企业|增发|储备)[一-鿿]{2,4}政策)"
)
# 中办、国办印发, 落实国办文件; not 高中办学, 中国办事处, 国办发〔2024〕1号.
GENERAL_OFFICE = re.compile(
    r"(?:(?<![一-鿿])|(?<=[、由与和按据将实照彻]))(?:中办|国办)"
    r"(?=[、和印关正近的《]|通知|文件|转发|督查|有关|要求)"
)
DEPARTMENT = r"(?P<department>(?!会同|联合|与|和|及|对|由)[一-鿿]{1,10}?(?<!公)司)(?![法机])"
# The general office of a ministry, and its departments: 办公厅, 科学技术与信息化司.
UNIT = re.compile(rf"办公[厅室]|交通管理局|秘书局|{DEPARTMENT}")
BRACKETED = re.compile(rf"（{DEPARTMENT}）")
# What a body does, in words that the tagger takes for nouns; and a date that it did it.
ACTS = re.compile("建议|批复|审核|安排(?!的)|研究(?!院|所|中心|室|会|生|员)")
DATED = re.compile(r"\d[年月日]")


def find_national(stretch: str) -> Iterator[Mention]:
    """Yield the national bodies named in full or by a short name of their own."""
    found, names = matcher("agencies.ttl")
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        if continues(name, stretch, end) or _is_part(name, stretch, begin):
            continue
        term = terms("agencies.ttl")[name]
        branch = _branch(stretch, end)
        if branch:
            full = term.label + stretch[end : end + branch].replace("营管部", "营业管理部")
            yield mention_agency(
                term.kind, stretch, begin, end + branch, full, "agency.national.branch", "="
            )
            continue
        if branch is None:
            continue  # 中科院济南科创城 is the name of something else
        unit = UNIT.match(stretch, end)
        if unit is not None and term.level == "National" and _has_unit(name, unit[0]):
            kind = "GovernmentBody" if unit["department"] is None else "InternalUnit"
            kind = term.kind if unit[0] == "秘书局" else kind
            # The traffic police put out papers as 公安部交通管理局, without the country's name.
            full = (name if unit[0] == "交通管理局" else term.label) + unit[0]
            yield mention_agency(
                kind, stretch, begin, unit.end(), full, "agency.national.unit", "="
            )
        else:
            yield mention_agency(term.kind, stretch, begin, end, term.label, "agency.national", "=")
            yield from _bracketed(term, stretch, end)
    yield from _general_offices(stretch)
    yield from _central(stretch)
    yield from _central_bank(stretch)


def _central_bank(stretch: str) -> Iterator[Mention]:
    """Yield the branches of the central bank by its everyday name: 人行云陵中心支行."""
    if "人行" not in stretch:
        return
    for begin, end in places_of("人行", stretch):
        branch = _branch(stretch, end)
        if branch and is_edge(stretch, begin):
            term = contextual("agencies.ttl")["人行"]
            full = term.label + stretch[end : end + branch].replace("营管部", "营业管理部")
            yield mention_agency(
                term.kind, stretch, begin, end + branch, full, "agency.national.branch", "="
            )


def _has_unit(name: str, unit: str) -> bool:
    """Tell whether a national body has such a part: a court has an office, but no 司."""
    if unit == "秘书局":
        return name.endswith(("办公厅", "办公室", "网信办"))  # 国务院办公厅秘书局
    return name[-1] in "部委会局署" or (name.endswith("法院") and unit.startswith("办公"))


def _bracketed(term: Term, stretch: str, end: int) -> Iterator[Mention]:
    """Yield the department named in brackets behind its ministry: 商务部（电子商务司）."""
    behind = BRACKETED.match(stretch, end)
    if behind is not None and term.level == "National":
        begin, stop = behind.span("department")
        name = term.label + behind["department"]
        yield mention_agency(
            "InternalUnit", stretch, begin, stop, name, "agency.national.unit", "="
        )


def _branch(stretch: str, end: int) -> int | None:
    """Return how far a branch's name goes on behind its head office (济南分行); 0 for none.

    None where a place follows and no branch: the letters are part of another name.
    """
    places = [
        (begin, stop)
        for begin, stop, name in find_names(stretch[end : end + 12])
        if begin == 0 and name not in everyday()
    ]
    if not places:
        return 0
    tail = BRANCH.match(stretch, end + places[0][1])
    if tail is not None:
        return tail.end() - end
    return None if CHINESE.match(stretch, end + places[0][1]) else 0


def _general_offices(stretch: str) -> Iterator[Mention]:
    """Yield the general offices by the names that everybody knows: 中办、国办印发."""
    for match in GENERAL_OFFICE.finditer(stretch) if "办" in stretch else ():
        term = contextual("agencies.ttl")[match[0]]
        yield mention_agency(
            term.kind, stretch, match.start(), match.end(), term.label, "agency.national", "="
        )


def _central(stretch: str) -> Iterator[Mention]:
    """Yield 中央 where it is the authority that decided something: 中央“双减”工作要求."""
    if "中央" not in stretch:
        return
    for match in CENTRAL.finditer(stretch):
        term = contextual("agencies.ttl").get("中央")
        if term is not None and stretch[match.start() - 1 : match.start()] not in ("党", "共"):
            yield mention_agency(
                term.kind, stretch, match.start(), match.end(), term.label, "agency.central", "="
            )


def find_contextual(stretch: str, place: Place | None) -> Iterator[Mention]:
    """Yield bodies whose names need a context (发展改革委) where that is the whole country."""
    if place is None or place.level != "country":
        return
    found, names = _contextual_names()
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        ends = end == len(stretch) or stretch[end] in EDGE or ends_name(stretch, end)
        ends = ends or ACTS.match(stretch, end) is not None
        begins = is_edge(stretch, begin) or DATED.search(stretch, max(0, begin - 2), begin)
        stands = begins and not continues(name, stretch, end)
        if stands and ends and not is_of_provinces(stretch, begin):
            term = _in_context()[name]
            rule = "agency.national.context"
            yield mention_agency(term.kind, stretch, begin, end, term.label, rule, "=")


@cache
def _in_context() -> dict[str, Term]:
    """Return national bodies by the names that papers for the country use: 文物局, 网信办.

    Of 国家网信办 and 中央网信办 the former counts: such papers put the latter's name in full.
    """
    found = {
        name.removeprefix(head): term
        for head, tails in IN_CONTEXT.items()
        for name, term in terms("agencies.ttl").items()
        if name.startswith(head) and name.endswith(tails) and len(name) > 4
    }
    return found | {n: t for n, t in contextual("agencies.ttl").items() if n != "中央"}


@cache
def _contextual_names() -> tuple[AhoCorasick, tuple[str, ...]]:
    names = tuple(sorted(_in_context()))
    return automaton(names), names


def _is_part(name: str, stretch: str, begin: int) -> bool:
    """Tell a name that is the end of a longer one: 市卫生健康委, 省人力资源社会保障部门."""
    before = stretch[max(0, begin - 1) : begin]
    return bool(before) and before in "省市县区州旗盟镇乡团" and not name.startswith(("国", "中"))


def own_name(name: str) -> str | None:
    """Return a name that no place belongs to (中国…, 国家…), its head body in full; else None."""
    body = next(
        (name[:length] for length in range(len(name) - 1, 2, -1) if name[:length] in _bodies()),
        None,
    )
    if body is not None:
        return _bodies()[body] + name[len(body) :]
    return name if OF_THE_COUNTRY.match(name) else None


@cache
def _bodies() -> dict[str, str]:
    """Return bodies whose units carry their name: 中科院 → 中国科学院."""
    return {
        name: term.label
        for name, term in terms("agencies.ttl").items()
        if name.endswith(("院", "部", "局", "总署"))
    }


def head_office(name: str) -> str | None:
    """Return the full name of a national body's branch: 人民银行…支行 → 中国人民银行…支行."""
    table = terms("agencies.ttl")
    for length in range(len(name) - 2, 2, -1):
        if name[:length] in table and BRANCH.search(name, length):
            return table[name[:length]].label + name[length:].replace("营管部", "营业管理部")
    return None
