"""Sentences to the papers that they name without 《》: 编制公办幼儿园布局规划."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg.extract.boundary import name_begin
from kg.extract.governors import Role, chain, of_others, role_of, verbs_in
from kg.vocabulary import rows

REACH = 48  # characters that a name may have before its last word
YEARS = r"(?:（[^（）]{0,14}(?:\d{2,4}|试行|暂行|修订|稿|版|V\d)[^（）]{0,10}）)?"
# What stands behind a name that has ended; every other word goes on with it (规划编制人员, 标准化).
ENDED = (
    r"(?=[”’》]?(?:[^一-鿿A-Za-z\d“]|$|的|和|与|及|或|等|并|以|要求|精神|顺利|全面|获批|批复|印发|出台|发布|公布|明确|提出|施行|落地|通过审议"
    r"|(?:的)?(?:实施|执行|落实|编制|修编|修订|制定)(?!方案|细则|意见|办法|计划|规划|人员|单位|情况|体系|机制|部门)))"
)
NUMBERED = re.compile(
    r"(?:“双?[一二三四五六七八九十百\d+]{1,5}条”|(?<![一-鿿]第)(?<!\d)(?:\d{1,3}|[一二三四五六七八九十]{1,4})条(?:政策措施|措施|新政|政策|意见))"
    r"(?:政策措施|措施|新政|政策)?"
)
OPENER = re.compile(
    r"(?:好|了|出台|新一轮的?|新的?|全[市县省区国州](?!性)|我[市县省区州]|本[市县省区州级](?!级)|本地区?|当地|各自|相应|一批|一系列|系列|多项|各类|各项|有关|相关|具体"
    r"|统一|科学合理|科学|严格|分类|抓紧|尽快|及时|不同学段|不同类型|国家规定|[省市县区乡镇、]{2,9}级(?=国土)|[市县省区]级(?=[一-鿿]{4})"
    r"|《|（[^（）]*）)+的?"
)
DESCRIBED = re.compile(r"批准|印发|公布|制定|颁发|发布|编制")
# A title's own verb: 出台促进…的若干意见.
ACTION = re.compile(r"关于|全面|进一步|加强|加快|促进|支持|推进|深化|规范|推动|优化|鼓励|构建|提升|改进|建立|健全|做好|扩大|完善|贯彻|落实")
ABOUT = re.compile(r"关于[^，。；]{4,60}$")
GENERIC = re.compile(
    r"(?:工作|实施|行动|总体|专项|具体|管理|配套|年度|年|月|三年|五年|中长期|长远|发展|建设|改革|试点|落实|推进|政策|措施|方案|规划|计划|意见|办法|规定|制度"
    r"|整改|评价|考核|学校|个人|本|原|该|此|上述|有关|相关|各项|各类|各|部门|地区|区域|单位|实际|相应|详细|分类|专题|日常|技术|操作|应急|服务|工程|项目|和|与|及|或|、"
    r"|国家|全国|行业|企业|地方|团体|国际|先进|省级|市级|县级|法律|法规|规章|按|就|在|并|的|等|分|统筹|空间|国土)*"
)
LIGHT = re.compile(r"(?:工作|实施|总体|专项|具体|年度|发展|管理|三年|五年|行动|技术|暂行|试行)+$")
BROKEN = re.compile(r"[，。；：！？\n《》【】]|会议|讲话|大会|以及|本(?:办法|通知|方案|意见|规定|指南|标准|规范)")
PLACED = re.compile(r"(?:[一-鿿]{2,8}?(?:省|市|县|区|自治州)|[省市县区])(?!级|直|属|域|场|长|民|政)")
NATIONAL = re.compile(r"国家|全国|中央|中共|国务院|[一-鿿]{2,10}部(?!门)")
STRONG = ("规划", "规划纲要", "纲要", "行动计划", "条例", "方案")


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A paper named without title marks, as a span of the sentence."""

    begin: int
    end: int
    name: str
    local: bool  # of the issuer's own place


@dataclass(frozen=True, slots=True)
class Head:
    """A paper's last word, and how long a topic must be that makes a name of it."""

    kind: str
    least: dict[Role, int]


@cache
def heads() -> dict[str, Head]:
    """Load the last words of papers named without marks."""
    return {
        row["head"]: Head(
            row["kind"],
            {
                "draft": int(row["drafted"]),
                "issue": int(row["drafted"]),
                "revise": int(row["revised"]),
                "apply": int(row["applied"]),
                "name": int(row["applied"]),
            },
        )
        for row in rows("paper_heads.tsv")
    }


@cache
def _head_pattern() -> re.Pattern[str]:
    choice = "|".join(sorted(map(re.escape, heads()), key=len, reverse=True))
    return re.compile(rf"(?P<head>{choice}){YEARS}{ENDED}")


def find_unmarked(stretch: str) -> Iterator[Unmarked]:
    """Yield the papers that a sentence names without marks behind a verb or with a place."""
    taken = -1
    for match in sorted((*_head_pattern().finditer(stretch), *NUMBERED.finditer(stretch)), key=lambda m: m.start()):
        if match.start() < taken:
            continue
        found = _numbered(stretch, match) if match.re is NUMBERED else _headed(stretch, match)
        if found is not None:
            taken = found.end
            yield found


def _headed(stretch: str, match: re.Match[str]) -> Unmarked | None:
    head = heads()[match["head"]]
    floor = _floor(stretch, match.start())
    about = ABOUT.search(stretch, floor, match.start())
    before = stretch[floor : about.start() if about else match.start()]
    for end, role, subject in _governors(before):
        begin = floor + _opened(before, end, about is not None)
        if _is_name(stretch[begin : match.start()], match["head"], head.least[role]):
            local = _is_local(stretch, floor, end, role, subject)
            return _cut(stretch, begin, match.end(), local)
    return _standing(stretch, floor, match)


def _is_local(stretch: str, floor: int, end: int, role: Role, subject: str) -> bool:
    verb = stretch[: floor + end]
    own = role in ("draft", "revise", "issue") or verb.endswith("实施")
    return own and not of_others(subject) and re.match("本地|当地", stretch[floor + end :]) is None


def _floor(stretch: str, head: int) -> int:
    """Return where the clause of a name begins; what brackets hold belongs to it."""
    depth = 0
    for at in range(head - 1, max(-1, head - 90), -1):
        char = stretch[at]
        depth += (char == "）") - (char == "（")
        if depth < 0 or (depth == 0 and char in "，。；：！？\n《》"):
            return at + 1
    return max(0, head - 90)


def _governors(before: str) -> Iterator[tuple[int, Role, str]]:
    """Yield the ends of the governing verbs of a clause, the nearest first, with role and subject."""
    ends = [end for _, end, _ in verbs_in(before)]
    for end in reversed(ends):
        verbs = chain(before[:end])
        if len(before) - end <= REACH and verbs:
            yield end, role_of(before, verbs), before[: verbs[0][0]]


def _opened(before: str, begin: int, about: bool) -> int:
    """Return where a name begins behind its verb: without 全市, 新一轮, 国家统计局批准的."""
    opener = OPENER.match(before, begin)
    begin = opener.end() if opener else begin
    described = before.rfind("的", begin)
    if described >= 0 and not about and DESCRIBED.search(before, begin, described):
        return described + 1
    return begin


def _is_name(topic: str, head: str, least: int) -> bool:
    """Tell whether the words before a head make a name with it."""
    if not least or BROKEN.search(topic) or topic.count("“") != topic.count("”"):
        return False
    if "的" in topic and not (ACTION.match(topic) and topic.endswith(("的", "的若干", "的实施", "的指导"))):
        return False
    if re.fullmatch("[省市县区]委(?:“[一-鿿]{3}”)?(?:实施)?", topic):
        return True
    if re.match(r"[和与及或、一以之]|\d+[个项部]", topic):
        return False
    return len(LIGHT.sub("", re.sub("（[^（）]*）", "", topic))) >= least and GENERIC.fullmatch(topic) is None


def _standing(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    """Return a name that begins its clause with a place: 市国土空间总体规划获批."""
    if match["head"] not in STRONG:
        return None
    begin = name_begin(stretch, match.start(), quotes=True)
    if begin != floor or PLACED.match(stretch, begin) is None:
        return None
    topic = PLACED.sub("", stretch[begin : match.start()], count=1)
    return _cut(stretch, begin, match.end(), False) if _is_name(topic, match["head"], 5) else None


def _numbered(stretch: str, match: re.Match[str]) -> Unmarked | None:
    """Return a paper called by the number of its articles: 促消费20条措施, 德育工作“30条”."""
    floor = _floor(stretch, match.start())
    before = stretch[floor : match.start()]
    for end, role, subject in _governors(before):
        begin = floor + _opened(before, end, False)
        topic = stretch[begin : match.start()]
        if 2 <= len(topic) <= 24 and not BROKEN.search(topic) and "的" not in topic and topic[0] not in "和与及、":
            return _cut(stretch, begin, match.end(), _is_local(stretch, floor, end, role, subject))
    return None


def _cut(stretch: str, begin: int, end: int, local: bool) -> Unmarked:
    """Return a name as a span without quotation marks at its ends."""
    name = re.sub(r"\s+", "", stretch[begin:end])
    if name.count("“") > name.count("”") and stretch[end : end + 1] == "”":
        name += "”"
    inner_begin = begin + (stretch[begin] == "“")
    inner_end = end - (stretch[end - 1] == "”")
    return Unmarked(inner_begin, inner_end, re.sub("（[^（）]*下同[^（）]*）", "", name), local)
