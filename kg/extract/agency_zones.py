"""A stretch to the committees that run zones with a name of their own: 青溪湖新区管委会."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extract.agency_bounds import GENERIC, is_edge, mention_agency
from kg.extract.places import find_names
from kg.models import Mention

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
    "[含的了与和及将由为对在是或并向给经报等]|推进|建设|成立|组建|设立|作为|所在|入驻"
)
REACH = 16  # characters of a zone's name that are looked at


def find_committees(stretch: str) -> Iterator[Mention]:
    """Yield the committees of named zones, also of those listed before: 青河新区、|某新区管委会."""
    if "管" not in stretch:
        return
    for tail in COMMITTEE.finditer(stretch):
        begin, end = _zone_before(stretch, tail.start()), tail.end()
        while begin is not None:
            name = stretch[begin : min(end, tail.start())] + "管理委员会"
            placed = any(first == 0 for first, _, _ in find_names(name))
            name, scope = (name, "=") if placed else ("{}" + name, "")
            yield mention_agency("GovernmentBody", stretch, begin, end, name, "agency.zone", scope)
            end = begin - 1
            begin = _zone_before(stretch, end) if stretch[end:begin] == "、" else None


def _zone_before(stretch: str, end: int) -> int | None:
    """Return where the name of a zone begins that ends here."""
    for begin in range(max(0, end - REACH), end - 3):
        name = stretch[begin:end]
        if is_edge(stretch, begin) and ZONE.fullmatch(name) and _is_own(name):
            return begin
    return None


def _is_own(name: str) -> bool:
    """Tell a zone's own name from a kind of zones."""
    if GENERIC.match(name) or VERBAL.search(name):
        return False
    rest = KIND.sub("", name)
    return len(rest) >= 2 and rest[0] not in "省市县区州镇"
