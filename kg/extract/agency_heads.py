"""A stretch to the organisations that their last word gives away: schools, companies, groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from kg.extract.agency_bounds import GENERIC, ends_name, mention_agency, written_out
from kg.extract.agency_national import own_name
from kg.extract.agency_places import LEVEL, find_place_prefixes
from kg.extract.boundary import name_begin, tagged
from kg.extract.places import choose, find_names
from kg.models import Mention, Place
from kg.vocabulary import KINDS, areas, automaton, matcher, regions, rows, short_name, template

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

# 江夏湖实验室 is named after a feature of the land; 联合实验室 is a kind of them.
LABORATORY = re.compile(r"[一-鿿]{1,3}[山湖江河溪州岛]")
ALL_CHINA = re.compile(
    r"(?:中国|全国)(?!特色|一流|知名|重点|示范|优秀|文明|先进|各|最|首|领先|性)[一-鿿（）]{2,}"
)
# 杭州优质学校, 省义务教育阶段学校: a word of praise or of kind makes it no one school.
DESCRIBED = re.compile(
    r"(?:优质|知名|骨干|龙头|优秀|一流|标杆|领军|阶段|同一|相关|有关|部分|所有|[学院校中园][新老])$|\d[个家所]|第.批|一[县市校院企]一|实体化$"
)
# An alliance of a whole industry and a laboratory of the state are no place's: 智能装备产业联盟.
OF_NO_PLACE = ("产业联盟", "产业技术创新联盟", "产业创新联盟", "实验室")
CITY_BANK = re.compile("银行")
DIRECTIONS = ("北方", "南方", "东部", "西部", "中部", "东北", "西南", "西北")
ORDINAL = re.compile(r"第?[一二三四五六七八九十]{1,2}$|第[一二三四五六七八九十\d]{1,3}")
COUNTED = re.compile(r"\d[余多]?[所家个支](?!等)[一-鿿]*$")
SUBJECT = re.compile(r"[省市县区](?:委|政府)|国务院|自治区")
BRACKETED_PLACE = re.compile(r"(?:中国|[一-鿿]{2})（(?P<place>[一-鿿]{2,4})）$")
COLLECTIVE = re.compile(
    r"[省市县区]?(?:全国性|全省性|地方性|充分|发挥|级|各类|行业|专业|单项|区域|产业|技术|体育|教学|相关|商会|学会|协会|跨界|社会|华人|华侨|海外|异地|在外|[各强])*"
)

# Alliances and research institutes of a kind: 产业技术创新战略联盟, 新型产业技术研究院.
KIND_WORDS = re.compile(
    r"(?:产业|技术|科技|创新|战略|服务业?|行业|发展|试点|合作|协同|大学|高校|院校|校企|校地|联合|学生|社团|乐?团"
    r"|先进|新型|共性|应用|工程|企业|高等|专业|研发|科学|科研|首批|未来|或|等|与|和)*"
)
FOUNDING = re.compile(r"共建(?!共享)|委托|引进|组建|筹建|重组|建成|运营(?=[一-鿿]{2})")
INSTITUTE_UNIT = re.compile(r"(?!直属|所属|属|下属|认定|批准|主管|重点|工程|各|有关|等).{2,}")


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
        if proper == "never" or not ends_name(stretch, end):
            continue
        begin = _begin_of(stretch, start, kind)
        if begin is None:
            continue
        modifier = stretch[begin:start]
        if _is_proper(modifier, proper, place):
            scope, name = _scope_of(stretch, begin, end, place)
        elif proper == "place" and begin == joined and _is_named_in_list(modifier, heads[index]):
            scope, name = "=", stretch[begin:end]
        else:
            continue
        yield mention_agency(kind, stretch, begin, end, name, f"agency.{kind}", scope)
        if kind == "PublicInstitution" and stretch.startswith("、", end):
            joined = end + 1


def _begin_of(stretch: str, head: int, kind: str) -> int | None:
    """Return where the name begins whose last word begins at `head`; None for a counted kind."""
    begin = name_begin(stretch, head, quotes=kind == "WorkingGroup")
    if COUNTED.search(stretch[max(0, begin - 6) : head]):
        return None  # 2所云陵市学生艺术团: so many of a kind
    begin = _behind_subject(stretch, begin, head)
    begin = _at_governed_place(stretch, begin, head)
    begin = _behind_founding(stretch, begin, head)
    begin = _skip_openers(stretch, begin, head)
    begin = stretch.rfind("号", begin, head) + 1 or begin  # an address before it
    return _with_bracketed_place(stretch, _with_whole_body(stretch, begin))


def _is_named_in_list(modifier: str, head: str) -> bool:
    """Tell a name beside another institution's: 云陵数据中心、|澜砚云计算中心."""
    return (
        len(modifier + head) >= 6
        and GENERIC.match(modifier) is None
        and DESCRIBED.search(modifier) is None
        and re.match("国家级|重点|综合|基层|乡镇|街道|社区|农村", modifier) is None
        and len(KIND_WORDS.sub("", modifier)) >= 2
    )


def _skip_openers(stretch: str, begin: int, head: int) -> int:
    opener = re.match(
        r"(?:首届|首批|高(?:标准|水平|质量|起点)(?:建设|建好|打造|推进)?|好|全[市县区省镇]|我[市县区省镇]|各[市县区省镇]?|[一两二三四五六七八九十\d]+[所家个名]|等\d*[所家个]?|全(?!国)|本|的|了|和|与|及)+",
        stretch[begin:head],
    )
    return begin + opener.end() if opener is not None else begin


def _behind_subject(stretch: str, begin: int, head: int) -> int:
    """Return where the name begins behind a body that acts on it: 省政府支持|云陵学院."""
    words = tagged(stretch[begin:head])
    if len(words) < 3 or SUBJECT.fullmatch(words[0][0]) is None or words[1][1] != "v":
        return begin
    behind = begin + len(words[0][0])
    for word, flag in words[1:]:
        if not flag.startswith("v"):
            break
        behind += len(word)
    return behind


def _behind_founding(stretch: str, begin: int, head: int) -> int:
    """Return where the name begins behind what is done to found it: 与云陵大学共建|钒钛研究院."""
    founded = list(FOUNDING.finditer(stretch, begin, head))
    return founded[-1].end() if founded else begin


def _at_governed_place(stretch: str, begin: int, head: int) -> int:
    """Return where a place stands behind a verb: 材料报送|云陵市家具行业协会."""
    for first, _, _ in find_names(stretch[begin:head]):
        if "国家" in stretch[begin : begin + first]:
            return begin
        words = tagged(stretch[begin : begin + first])
        if words and (words[-1][1] == "v" or words[-1][0] in ("报", "送")):
            return begin + first
    return begin


def _with_bracketed_place(stretch: str, begin: int) -> int:
    """Return where a name begins that holds a place in brackets: 中国（合肥）…中心."""
    before = BRACKETED_PLACE.search(stretch, 0, begin)
    if before is None or not any(find_names(before["place"])):
        return begin
    return before.start()


def _with_whole_body(stretch: str, begin: int) -> int:
    """Return where a name begins that opens with a body's: 工业和|信息化部家具标准化…."""
    found, _ = matcher("agencies.ttl")
    around = max(0, begin - 8)
    return next(
        (
            around + first
            for _, first, last in found.find_matches_as_indexes(stretch[around : begin + 8])
            if around + first < begin < around + last
        ),
        begin,
    )


def _is_own_topic(modifier: str) -> bool:
    """Tell a topic that sets an organisation apart (校园安全工作) from a kind of them (行业)."""
    placed = any(begin == 0 for begin, _, _ in find_names(modifier))
    topic = modifier.replace("工作", "").replace("专项", "")
    whose = next((end for begin, end, _ in find_names(modifier) if begin == 0), 0)
    if COLLECTIVE.fullmatch(modifier, whose):
        return False
    return len(topic) >= (2 if placed else 4)


def _is_proper(modifier: str, proper: str, place: Place | None) -> bool:
    """Tell whether what stands before the last word makes it a name."""
    if len(modifier) < 1 or GENERIC.match(modifier) or DESCRIBED.search(modifier):
        return False
    if proper in PROPER:
        return PROPER[proper](modifier)
    if proper == "institute" and _is_own_field(modifier):
        return True
    if ALL_CHINA.match(modifier) or _is_state_branch(modifier) or _is_ministry_unit(modifier):
        return True
    if LEVEL.match(modifier) and not re.match(
        r"省会|[省市县区镇乡](?:级(?!机关)|属|直|域|场|民(?![航政族])|委?内)", modifier
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
    # 皖南|医学院: a part of a province gives its name as a place does.
    return any(
        begin == 0 and (name in areas() or choose(name, place) is not None)
        for begin, _, name in find_names(modifier)
    ) or any(modifier.startswith(name) for name in _town_names(place))


def _is_own_alliance(modifier: str) -> bool:
    return KIND_WORDS.fullmatch(modifier) is None and _is_own_topic(modifier)


def _is_own_field(modifier: str) -> bool:
    """Tell a field that sets a research institute apart (钒钛材料) from a kind (产业技术)."""
    return len(modifier) >= 3 and len(KIND_WORDS.sub("", modifier)) >= 2


def _is_own_laboratory(modifier: str) -> bool:
    """Tell 江夏湖|实验室, 云陵材料|实验室 from a rank that places give: 云陵省重点|实验室."""
    return LABORATORY.fullmatch(modifier) is not None or any(
        begin == 0
        and not name.endswith(("省", "市", "县", "区"))
        and re.search(r"[省市县区级]|重点|工程|企业|专业", modifier[end:]) is None
        for begin, end, name in find_names(modifier)
    )


PROPER = {
    "topic": _is_own_topic,
    "alliance": _is_own_alliance,
    "laboratory": _is_own_laboratory,
}


def _is_ministry_unit(modifier: str) -> bool:
    """Tell an institution that carries its ministry's name: 应急管理部|地震预警|中心."""
    found, names = matcher("agencies.ttl")
    return any(
        begin == 0
        and names[index].endswith(("部", "总局", "总署"))
        and INSTITUTE_UNIT.fullmatch(modifier, end) is not None
        for index, begin, end in found.find_matches_as_indexes(modifier)
    )


def _is_state_branch(modifier: str) -> bool:
    """Tell an institution of the state at a place: 国家超级计算|济南|中心, 国家…|北方|中心."""
    if not modifier.startswith("国家"):
        return False
    return modifier.endswith(DIRECTIONS) or any(
        end == len(modifier) for _, end, _ in find_names(modifier)
    )


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
