"""A stretch to the committees that run zones with a name of their own: 青溪湖新区管委会."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extract.agency_bounds import GENERIC, is_edge, mention_agency
from kg.extract.agency_places import LEVEL
from kg.extract.places import find_names
from kg.models import Mention
from kg.vocabulary import forms, rows

COMMITTEE = re.compile("管委会?|管理委员会")
ZONE = re.compile(
    "[一-鿿]{2,14}(?:新区|开发区|经开区|高新区|园区|示范区|试验区|集聚区|集中区|保税区|度假区|风景区|名胜区"
    "|经济区|合作区|港区|新城|商贸城)"
)
# What zones of a kind are called; a zone's own name holds more: 通河湾|示范区, not 工业|园区.
KIND = re.compile(
    r"(?:国家级|省级|市级|县级|国家|工业|产业|经济|技术|高新|新|综合|现代|农业|旅游|科技|文化|物流|自由|贸易|自贸|边境"
    r"|生态|风景|名胜|进出口|出口|加工|保税|集聚|集中|示范|试验|先行|合作|度假|开发|园|港|商贸|城|区)*"
)
VERBAL = re.compile(
    "[含的了与和及将由为对在是或并向给报等各属]|经(?![济开])|推进|建设|成立|组建|设立|作为|所在|入驻"
)
COMMITTEE_IN_FULL = "管理委员会"
# Zones that the state approves carry a name of their own without the city's.
OF_THE_STATE = ("经济技术开发区", "高新技术产业开发区")
REACH = 16  # characters of a zone's name that are looked at


def find_committees(stretch: str) -> Iterator[Mention]:
    """Yield the committees of zones, also of those listed before: 青河新区、|某新区管委会."""
    if "管" not in stretch:
        return
    for tail in COMMITTEE.finditer(stretch):
        listed = list(_zones_before(stretch, tail.start()))
        for order, (begin, end) in enumerate(listed):
            name = _official(stretch[begin:end], alone=len(listed) == 1)
            if name is not None:
                stop = end if order else tail.end()
                yield mention_agency(
                    "GovernmentBody", stretch, begin, stop, name[1], "agency.zone", name[0]
                )


def _zones_before(stretch: str, end: int) -> Iterator[tuple[int, int]]:
    """Yield where the zones of a list begin and end, the last first."""
    begin = _zone_before(stretch, end)
    while begin is not None:
        yield begin, end
        end = begin - 1
        begin = _zone_before(stretch, end) if stretch[end:begin] == "、" else None


def _zone_before(stretch: str, end: int) -> int | None:
    """Return where the name of a zone begins that ends here."""
    for begin in range(max(0, end - REACH), end - 2):
        name = stretch[begin:end]
        if GENERIC.match(name) or VERBAL.search(name):
            continue
        if is_edge(stretch, begin) and ZONE.fullmatch(name):
            return begin
    return None


def _official(name: str, alone: bool) -> tuple[str, str] | None:
    """Return whose a zone's committee is and its name; of a kind of zones where a list names it."""
    if any(first == 0 for first, _, _ in find_names(name)):
        return ("=", name + COMMITTEE_IN_FULL) if _is_own(name) else None
    level = LEVEL.match(name)
    rest = name[level.end() :] if level is not None else name
    scope = level[0] if level is not None else ""
    if _is_own(rest):
        if rest.endswith(OF_THE_STATE) and level is None:
            return "=", name + COMMITTEE_IN_FULL
        short = next((row for row in rows("zones.tsv") if rest.endswith(row["form"])), None)
        if short is not None and short["official"]:  # 稀土高新区: the city's one for this trade
            own = rest.removesuffix(short["form"]) + short["official"]
            return scope, "{~}" + own + COMMITTEE_IN_FULL
        return scope, "{}" + rest + COMMITTEE_IN_FULL
    form = forms().get(rest + "管委会")
    return None if alone or form is None else (scope, form.official)


def _is_own(name: str) -> bool:
    """Tell a zone's own name from a kind of zones."""
    rest = KIND.sub("", name)
    return len(rest) >= 2 and rest[0] not in "省市县区州镇"
