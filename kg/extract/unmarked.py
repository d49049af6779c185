"""Sentences to the papers that they name without 《》: 编制公办幼儿园布局规划."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from kg.extract.boundary import name_begin
from kg.extract.governors import (
    NearVerb,
    Role,
    chain,
    near_verbs_in,
    of_others,
    role_of,
    subject_of,
    verbs_in,
)
from kg.extract.text import up_to
from kg.vocabulary import regions, rows

REACH = 48  # characters that a name may have before its last word
YEARS = r"(?:（[^（）]{0,14}(?:\d{4}|试行|暂行|修订|稿|版|V\d)[^（）]{0,10}）)?"
# What stands behind a name that has ended; every other word goes on with it (规划编制人员, 标准化).
ENDED = (
    r"(?=[”’》]?(?:[^一-鿿A-Za-z\d“]|$|由|的|和|与|及|或|等|并|以|(?:(?:相关|有关|布局|管控)+)?要求|精神|中[，。]|时，|每[周月年]|为(?:总抓手|指导|引领|依据|遵循)|应(?!用|急|对|变|收|届|税|答)|必?须|另行|统筹部署|部署推进|顺利|全面|正式|成功|获批|获[^得，。；]{1,12}批[复准]|批复|印发|出台|发布|公布|明确|提出|施行|落地|处置|通过[^，。；]{0,8}(?:审议|评审)|启动实施|编制完成"
    r"|进行|开展|开设|规定的|确定的|赋予|(?:圆满|胜利)?收官|开局|中期(?:修编|调整)|报批|报审|颁布|立法|动态更新|予以|逐项"
    r"|(?:的)?(?:实施|执行|落实|编制|修编|修订|制修订(?!和|项目)|制定|制订|起草|宣贯|贯标)(?!方案|细则|意见|办法|计划|规划|人员|单位|情况|体系|机制|部门)))"
)
COUNTED = "(?:\\d{1,3}|[一二三四五六七八九十]{1,3})条"
CALLED = "(?:政策措施|政策举措|硬?措施|硬?举措|新政|政策|意见|细则)"
IN_WORDS = "[一二三四五六七八九十]{1,3}条"
# 促消费20条措施, “21条”举措, “十五条硬措施”, “护苗8条”, “惠渔十条”, 出台夜间消费9条.
NUMBERED = re.compile(
    rf"(?:“[双新]?[一二三四五六七八九十百\d+]{{1,5}}条”|(?<![一-鿿]第)(?<!\d){COUNTED}(?={CALLED})"
    rf"|“{IN_WORDS}{CALLED}”)"
    rf"{CALLED}?"
    rf"|(?<=“)(?P<label>[^“”，。；、第]{{2,16}}(?<![\d第])\d{{1,3}}条|[^“”，。；、第\d]{{1,14}}{IN_WORDS})(?=”)"
    r"|(?P<bare>(?<![\d第+])\d{1,3}条)(?=[，。；、]|等|和[一-鿿])"
)
# 改造道路20条, 收到建议18条: these are counted, no paper has so many articles.
COUNTABLE = re.compile(
    r"[路线街巷道河渠沟溪链船鱼犬桥]$|线路|航线|[公道铁]路|产线|通道|管线|赛道|经验|建议|意见|问题|线索|信息|举报|诉求|标准|条款|国际|招收|公交"
)
WORKS = re.compile("新建|改造|建设|整治|修复|打通|开通|新增|开行|收集|办理")
OPENER = re.compile(
    r"(?:(?:\d+次|好|了|完成|形成|出台|落细|当年|首[个部批]|新一轮|新的|全[市县省区国州](?!性)|我[市县省区州]|本[市县省区州级](?!级)(?:人民政府|政府)?|[省市县区]里(?:专项)?|本(?:地区?|机构|单位|部门|校|行政区域|行业|领域|企业)|当地|各自|相应|一批|一系列|系列|多项|各项(?!目)|有关|相关|具体"
    r"|统一|现行|实行|城乡|科学合理|科学|严格|分类|抓紧|尽快|及时|不同学段|不同类型|国家规定|[省市县区乡镇]、[省市县区乡镇、]{1,7}级"
    r"|《|（[^（）]*）)的?)+"
)
DESCRIBED = re.compile(r"批准|印发|公布|制定|颁发|发布|编制")
# 按照国家和我省中长期…纲要: the state's paper is named, and that of the place which follows it.
LEVELS_SHARED = "国家(?:、[省市])?[、和及与](?:我|本|全)?(?:[省市]|自治区)"
SHARED = re.compile(f"{LEVELS_SHARED}(?=中长期|“)")
BEHIND_SHARED = re.compile(f"{LEVELS_SHARED}$")
# 制定符合山区特点的选址标准, 部门之间的共享标准: what a paper is to be like is not its name.
SUITED = re.compile(
    "^(?:符合|反映|体现|适应|基于|面向|以|结合|针对|切合|既?有利于)|(?:之间|领域|方面|特点|特色)$"
)
# A title's own verb, also behind who issued it: 出台促进…的若干意见, 落实省政府关于…的意见.
ACTION = re.compile(
    r"(?:国务院|中央|[省市县区]委|[省市县区]政府|[一-鿿]{2,8}[部局厅委])?关于|全面|进一步|加强|加快|促进|支持|推进|深化|规范|推动|优化|鼓励|构建|提升|改进|建立|健全|做好|扩大|完善|贯彻|落实"
)
OF = re.compile("(?<!目)的|的(?!地)")  # 目的地 is one word
LAST_OF = re.compile("的(?:若干|实施|指导|专项)?$")
ABOUT = re.compile(r"关于[^，。；]{4,60}$")
GENERIC = re.compile(
    r"(?:工作|实施|行动|总体|专项|专门|具体|管理|配套|年度|年|月|三年|五年|中长期|长远|发展|建设|改革|试点|落实|推进|政策|措施|方案|规划|计划|意见|办法|规定|制度"
    r"|整改|评价|考核|学校|个人|本|原|该|此|上述|有关|相关|各项|各类|各|部门|地区|区域|单位|实际|园区|相应|详细|分类|专题|日常|技术|操作|应急|服务|工程|项目|和|与|及|或|、"
    r"|国家|全国|行业|企业|地方|团体|国际|先进|省级|市级|县级|法律|法规|规章|按|就|在|并|的|等|分|统筹|人员|标准|课程|教学|设置|指导|经济社会|国民经济|支持|行政)*"
)
LIGHT = re.compile(r"(?:工作|实施|总体|专项|具体|年度|发展|三年|五年|行动|技术|暂行|试行){1,20}$")
LIGHT_OF_PLAN = re.compile(
    r"(?:工作|实施|总体|专项|具体|年度|三年|五年){1,20}$"
)  # 旅游发展规划 is a name
BROKEN = re.compile(
    r"^第[一二三四五六七八九十百]+条|[，。；：！？\n《》【】]|精神|战略[、及]|成果(?!转化|推荐|推广|登记|评价|管理)|^本(?![省市县区州土科草质])|指标[和与]|^各|^[省市县]和|会议|讲话|大会|以及|思想|教育、|类、|^国家对|^不同|内容和|目标和|时间表|个性化|针对性|总书记|法律法规|^[到过在）]|^(?:实施|执行|印发|发布|率先)|^年度和|^附\d|每个|[本该此]$|^并|^实际|^按|相关|有关|(?<![中高初均])等(?!级)|(?<!政府)(?<!国务院)(?<!跨)部门|要求"
    # 质量标准和供应标准, 权力清单及办事指南: a list, not one name
    r"|(?:方案|规划|纲要|办法|意见|清单|标准|制度|规定|政策|计划|目录|指南|机制|体系|工作|措施|考试)[和与及、或]|本(?:办法|通知|方案|意见|规定|指南|标准|规范)"
)
PLACED = re.compile(
    r"(?:[一-鿿]{2,8}?(?:省|市|县|区|自治州)|[省市县区])(?!级|直|属|域|场|长|民|政)"
)
# 制定相应的落实措施 describes; 制定相应的管理办法 is generic by its topic.
SUCH = re.compile(r"(?:相应|具体|有关|相关|更加|多项|各项|系列|一系列|科学|统一)")
CARRIED_OUT = re.compile("(?:顺利|全面|有效)?(?:实施|落地|落实|执行)")
# 修订…标准 names one, 完善…标准 says what shall be better.
IMPROVED = re.compile("(?<!制定)(?<!制订)(?<!修订)完善$")
VAGUE = ("措施", "政策措施", "制度", "标准", "规范")
LISTED_BARE = re.compile(r"、(?:政策|标准|用地|机制|制度|财政|资金)")
NO_NUMBERED = re.compile("的|”“|^(?:[和与及、]|贯彻|落实|实施)")
LEVEL_OF_LIST = re.compile("([省市县区])(?![级直属域场长民政])[^，]*[、和与及]")  # 纳入省会考和|…
OURS = re.compile("[我本]([市县省区州])")  # 本区 in a city's paper is any of its districts
OWN_TOLD = re.compile("推动(?![省市县区国])")
THEIRS = re.compile("([省市县区])里")  # 落实省里专项支持…的措施
ITEMS = ("清单", "目录")  # 列入…清单 says that something stands on a list, not in a paper
# Each level has one by law: 纳入县里经济社会发展总体规划.
STATUTORY = re.compile("(?:国民)?经济[和与]?社会发展(?:总体|中长期)?")
UNPLANNED = re.compile("(?:同步|统一|提前|超前|合理)$")
# 制定改造方案，报市住建局批准: who writes it is below the one that approves it.
REPORTED = re.compile("，并?(?:报|送)[^，。；]{2,20}(?:备案|批准|审批|审核|核准|同意|审定)")
WRITTEN = ("draft", "issue", "apply")
# 课程方案、课程标准和: what stands before the next of a list, each too short for a name.
LISTED_BEFORE = re.compile(
    "(?:方案|规划|办法|意见|标准|规范|规定|规程|细则|指南|制度|政策|措施|清单|目录|计划|考试)(?:以及|[、和与及或])"
    "(?!细化|强化|优化|深化|健全|建立|加强|加快|明确|规范|做好|推[进动])"
)
# What a paper has come to by itself, without anyone named who wrote it.
APPROVED = re.compile(
    r"[”’]?(?:正式|全面|成功|顺利|已经?|先后|率先)?"
    r"(?:出台|印发|发布|颁布|落地|获批|获[^得，。；]{1,12}批[复准]|通过[^，。；]{0,8}(?:审议|评审)"
    r"|编制完成|启动实施|圆满收官|收官)"
)
URGED = re.compile(
    r"\d|加强|推[进动]|确保|完成|做好|有序|依照|开展|抓好|支持|争取|加快|力争|协调|及时|随着|待|在|自|将"
)
OWN_LEVEL = re.compile("[省市县区]级|[市县]域")
OF_AREA = re.compile("地区|[两三四]省|示范区|合作区|开发区|新区|都市圈|经济圈|流域|国家|全国")
# The next of a list, or the one behind a word that is no name: 甲方案和卫生标准、乙指南.
JOINER = re.compile("[、和与及](?:[一-鿿]{2,6}(?:标准|规范|规定|制度|规划|方案)[、和与及])?")
ASSIGNED = re.compile(
    r"(?:，?由[^，。；]{2,40}?(?:另行|共同|负责|组织|研究)*|，?另行)(?:制定|制订|编制)(?!的|和|并)"
)
# 编制本机构数据资源目录: one of many, that each body makes for itself.
EACH_FOR_ITSELF = re.compile("本(?:机构|部门|单位|企业)")
CONCERNED = re.compile("(?:涉及|规定|需要?|称)的(?!管理|具体|实施)")  # 本方案涉及的奖补办法
ITEM = re.compile(
    "(?:第[一二三四五六七八九十百]{1,5}条|（[一二三四五六七八九十]{1,3}）|\\d{1,2}[.、])[ \u3000]*"
)
OWNED = re.compile("的(?:管理|具体|实施)?$")
MADE_KNOWN = re.compile("(?:予以|现予)?(?:印发|公布|发布|公告|公示)")
# 负责校车管理办法制定, 参与渔船评价标准的起草
WRITING_BEHIND = re.compile(
    "(?:[、和与及][一-鿿]{2,9}?){0,2}的?(?:研究|组织)?(?:编制|制定|制订|起草|修订|修编|制修订|编写|宣贯|贯标)"
)
# 推进急需标准制定, 加快中心建设和标准制定, 完成20个村庄规划编制: several, or no name.
SEVERAL = re.compile(
    r"(?:关键|急需|共性|通用|基础|重点|国际|贸易|村庄|镇|乡|[两三]级.*|[和与及、])$|[和及].{0,4}$"
    r"|该|、|^(?:\d|[一二三四五六七八九十百]+[个项])"
)
TECHNIQUE = re.compile("知识$")  # 知识图谱 is a technique
SAID = 6  # characters behind 关于 that make a name even of 落实…关于…的意见
LEAST_ASSIGNED = 4  # characters of the topic of a paper that another body is to write
ORDER = re.compile("国际|通行|高标准|RCEP")  # 国际高标准经贸规则 are no one paper
PRODUCT = re.compile("(?<!整体)解决$")  # 数字化解决方案 is sold, “一老一小”整体解决方案 a paper
FIVE_YEAR = re.compile(r"(?:国家|全国)?“?十[一二三四五六]五”?")
STRONG = ("规划", "规划纲要", "纲要", "行动计划", "条例", "方案")


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A paper named without title marks, as a span of the sentence."""

    begin: int
    end: int
    name: str
    whose: str  # "" of the issuer's own place, "?" of others whom the text has write it, "=" open


@dataclass(frozen=True, slots=True)
class Head:
    """A paper's last word, and how long a topic must be that makes a name of it."""

    kind: str
    least: dict[Role, int]


class _Verb(NamedTuple):
    """A verb, or several that stand together, that governs what stands behind it."""

    end: int
    role: Role
    roles: tuple[Role, ...]
    subject: str


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
    last: Unmarked | None = None
    for match in _matches(stretch):
        if last is not None and match.start() < last.end:
            continue
        found = _next(stretch, match, last) or _named(stretch, match, last.end if last else 0)
        if found is not None:
            last = found
            yield found


def _matches(stretch: str) -> list[re.Match[str]]:
    """Return what may be a paper's last word, or the number of its articles, in their order."""
    matches = list(_head_pattern().finditer(stretch))
    if "条" in stretch:
        matches += NUMBERED.finditer(stretch)
        matches.sort(key=lambda found: found.start())
    return matches


def _named(stretch: str, match: re.Match[str], taken: int) -> Unmarked | None:
    floor = max(_floor(stretch, match.start()), taken)
    if match.re is NUMBERED:
        return _numbered(stretch, floor, match)
    return (
        _headed(stretch, floor, match)
        or _presented(stretch, floor, match)
        or _near(stretch, floor, match)
        or _standing(stretch, floor, match)
        or _approved(stretch, floor, match)
    )


def _next(stretch: str, match: re.Match[str], last: Unmarked | None) -> Unmarked | None:
    if match.re is NUMBERED:
        return _next_numbered(stretch, match, last)
    return _listed(stretch, match, last) or _assigned(stretch, match)


def _listed(stretch: str, match: re.Match[str], last: Unmarked | None) -> Unmarked | None:
    """Return the next name of a list: 参照甲建设手册、乙办理告知书（2019年版）执行."""
    joiner = JOINER.match(stretch, last.end) if last else None
    if last is None or joiner is None:
        return None
    # What is passed over as no name may be this one: 考核办法、|评价方案|和评审办法.
    begin = joiner.end() if joiner.end() <= match.start() else last.end + 1
    topic = stretch[begin : match.start()]
    if _verbs(topic):
        return None  # 编制甲规划、率先出台乙计划: a verb of its own
    least = heads()[match["head"]].least["draft"]
    return (
        _cut(stretch, begin, match.end(), last.whose)
        if _is_name(topic, match["head"], least)
        else None
    )


def _assigned(stretch: str, match: re.Match[str]) -> Unmarked | None:
    """Return what another body is to write: 养老机构评估办法由市民政局另行制定."""
    if ASSIGNED.match(stretch, match.end()) is None:
        return None
    floor = _floor(stretch, match.start())
    lead = CONCERNED.search(stretch, floor, match.start()) or ITEM.match(stretch, floor)
    begin = lead.end() if lead else floor
    opener = OPENER.match(stretch, begin)
    begin = opener.end() if opener else begin
    topic = stretch[begin : match.start()]
    owned = OWNED.search(topic)
    bare = topic[: owned.start()].replace("的", "") if owned else topic
    if _verbs(topic) or not _is_name(bare, match["head"], LEAST_ASSIGNED):
        return None
    return _cut(stretch, begin, match.end(), "?" if of_others(topic) else "")


def _headed(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    head = heads()[match["head"]]
    about = ABOUT.search(stretch, floor, match.start())
    before = stretch[floor : about.start() if about else match.start()]
    if LISTED_BARE.match(stretch, match.end()):
        return None
    for end, role, roles, subject in _governors(before, stretch[:floor]):
        if _names_nothing(role, before[end:]):
            continue
        opened = floor + _opened(before, end, about is not None)
        if match["head"] in ITEMS and before.endswith(("纳入", "列入"), 0, end):
            return None
        if EACH_FOR_ITSELF.search(before, end) or not _governs(stretch, before, end, match):
            continue
        # 制定完善养老服务标准: what is written and changed needs no longer topic than either.
        least = max(head.least[each] for each in roles) or (
            SAID if about and match["head"] == "意见" else 0
        )
        begin = _named_from(stretch, opened, match, least)
        if begin >= 0:
            whose = _whose(stretch, floor, end, role, subject, match["head"])
            if whose == "" and REPORTED.match(stretch, match.end()) and match["head"] != "规划":
                whose = "?"
            level = LEVEL_OF_LIST.match(stretch, opened, begin)
            return _cut(stretch, begin, match.end(), level[1] if level else whose)
    return None


def _named_from(stretch: str, begin: int, match: re.Match[str], least: int) -> int:
    """Return where a name begins behind its verb, -1 where none does.

    Of a list whose first are no names the last may be one: 按照课程方案、渔港作业规程.
    """
    if _is_name(stretch[begin : match.start()], match["head"], least):
        return begin
    for member in LISTED_BEFORE.finditer(stretch, begin, match.start()):
        begin = member.end()
    return begin if _is_name(stretch[begin : match.start()], match["head"], least) else -1


def _presented(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    """Return what a text says that it makes known: 将渔船更新补贴指南予以公布."""
    least = heads()[match["head"]].least["draft"]
    at = stretch.rfind("将", floor, match.start())
    if at < 0 or MADE_KNOWN.match(stretch, match.end()) is None:
        return None
    begin = floor + _opened(stretch[floor : match.start()], at + 1 - floor, False)
    topic = stretch[begin : match.start()]
    return _cut(stretch, begin, match.end(), "") if _is_name(topic, match["head"], least) else None


def _near(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    """Return a paper right behind a verb of its head's: 启动商圈改造行动计划, 负责…办法制定."""
    before = stretch[floor : match.start()]
    if _verbs(before):
        return None
    for _, end, verb in near_verbs_in(before):
        if not _is_near(verb, stretch, match):
            continue
        begin = floor + _opened(before, end, False)
        topic = stretch[begin : match.start()]
        if not SEVERAL.search(topic) and _is_name(
            topic, match["head"], heads()[match["head"]].least["draft"]
        ):
            # A plan that is started or pushed on is the issuer's own.
            role: Role = "draft" if match["head"] in verb.heads else verb.role
            whose = _whose(stretch, floor, end, role, subject_of(before[:end]), match["head"])
            return _cut(stretch, begin, match.end(), whose)
    return None


def _is_near(verb: NearVerb, stretch: str, match: re.Match[str]) -> bool:
    """Tell whether a near verb governs a head, by itself or with the writing behind the name."""
    written = "*" in verb.heads and WRITING_BEHIND.match(stretch, match.end()) is not None
    return match["head"] in verb.heads or written


def _names_nothing(role: Role, between: str) -> bool:
    """Tell a verb before a nearer one that says what is named: 对接落实片区总体规划.

    依据标准制订培养方案: what is written is no part of a name.
    """
    return any(role == "name" or nearer == "draft" for *_, nearer in _verbs(between))


def _governs(stretch: str, before: str, end: int, match: re.Match[str]) -> bool:
    """Tell whether a verb means the paper: not 制定相应的措施, 推动…规划编制."""
    if match["head"] in VAGUE and SUCH.match(before, end):
        return False
    if match["head"] == "标准" and IMPROVED.search(before, 0, end):
        return False
    if before.endswith("推动", 0, end) and CARRIED_OUT.match(stretch, match.end()) is None:
        return False
    if match["head"] == "制度" and before.endswith("研究建立", 0, end):
        return False  # what is set up is a rule, no paper
    # 甲省实施养老服务法办法
    law = match["head"] == "办法" and before.endswith("法")
    return not (law and before.endswith("实施", 0, end))


def _whose(stretch: str, floor: int, end: int, role: Role, subject: str, head: str) -> str:
    level = OURS.match(stretch, floor + end) or THEIRS.match(stretch, floor + end)
    if level is not None:
        return level[1]
    carried_out = stretch.endswith("实施", 0, floor + end) and head in ("行动计划", "条")
    told = head == "条" and OWN_TOLD.match(stretch, floor + end - 2) is not None
    if head == "制度" and role == "draft":
        return "?"  # each body that works by such rules has its own
    if role not in ("draft", "revise", "issue") and not (carried_out or told):
        return "="
    return "?" if of_others(subject) or re.match("本地|当地", stretch[floor + end :]) else ""


def _floor(stretch: str, head: int) -> int:
    """Return where the clause of a name begins; what brackets hold belongs to it."""
    depth = 0
    for at in range(head - 1, max(-1, head - 90), -1):
        char = stretch[at]
        depth += (char == "）") - (char == "（")
        if depth < 0 or (depth == 0 and char in "，。；：！？\n《》"):
            return at + 1
    return max(0, head - 90)


def _governors(before: str, context: str) -> Iterator[_Verb]:
    """Yield a clause's governing verbs, the nearest first; those that stand together as one."""
    limit = len(before)
    for end in reversed([end for _, end, _ in _verbs(before)]):
        verbs = chain(before[:end])
        if end <= limit and len(before) - end <= REACH and verbs:
            roles = tuple(role for *_, role in verbs)
            # 出台推动养老服务发展的意见: what is carried out may be told by the title.
            limit = verbs[-1 if roles[-1] == "apply" else 0][0]
            subject = subject_of(context + before[: verbs[0][0]])
            yield _Verb(end, role_of(before, verbs), roles, subject)


@lru_cache(maxsize=256)  # each way of naming a paper asks for the same clause
def _verbs(before: str) -> tuple[tuple[int, int, Role], ...]:
    return tuple(verbs_in(before))


def _opened(before: str, begin: int, about: bool) -> int:
    """Return where a name begins behind its verb: without 全市, 新一轮, 国家统计局批准的."""
    shared = SHARED.match(before, begin)
    if shared is not None:
        return shared.end()
    opener = OPENER.match(before, begin)
    begin = opener.end() if opener else begin
    described = before.rfind("的", begin)
    if described >= 0 and OF.match(before, described) and not about:
        said = before[begin:described]
        if DESCRIBED.search(said) or SUITED.search(said):
            return described + 1
    return begin


def _is_name(topic: str, head: str, least: int) -> bool:
    """Tell whether the words before a head make a name with it."""
    bare = re.sub("（[^（）]*）", "", topic)
    if not least or BROKEN.search(bare) or topic.count("“") != topic.count("”"):
        return False
    if OF.search(topic) and not (ACTION.match(topic) and LAST_OF.search(topic)):
        return False
    if _means_no_paper(topic, head):
        return False
    if FIVE_YEAR.fullmatch(topic):
        return False  # the national plan, found by its own name
    if re.fullmatch("[省市县区]委(?:“[一-鿿]{3}”)?(?:实施)?", topic):
        return True
    if re.match(r"[和与及或、一以之]|(?: ?\d+ ?|[二三四五六七八九十两几])[个项部批]", topic):
        return False
    if head == "规划" and STATUTORY.fullmatch(topic):
        return True
    light = LIGHT_OF_PLAN if head == "规划" else LIGHT
    said = light.sub("", bare).removeprefix("国家" if head == "方案" else "")
    return len(said) >= least and GENERIC.fullmatch(topic) is None


def _means_no_paper(topic: str, head: str) -> bool:
    """Tell a head that means another thing here: 同步规划, 数字化解决方案, 知识图谱, 国际规则."""
    other = {"规划": UNPLANNED, "方案": PRODUCT, "图谱": TECHNIQUE, "规则": ORDER}.get(head)
    return other is not None and other.search(topic) is not None


def _standing(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    """Return a name that begins its clause with a place: 市国土空间总体规划获批."""
    if match["head"] not in STRONG:
        return None
    begin = name_begin(stretch, match.start(), quotes=True)
    if begin != floor or not _is_placed(stretch[begin : match.start()]):
        return None
    topic = PLACED.sub("", stretch[begin : match.start()], count=1)
    return _cut(stretch, begin, match.end(), "=") if _is_name(topic, match["head"], 4) else None


def _approved(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    """Return a name that its clause says to be there: 第二轮护河行动计划启动实施."""
    if match["head"] not in STRONG or APPROVED.match(stretch, match.end()) is None:
        return None
    level = OWN_LEVEL.match(stretch, floor)
    begin = level.end() if level else floor
    topic = stretch[begin : match.start()]
    if _verbs(topic) or URGED.match(topic) or FIVE_YEAR.fullmatch(topic[-5:]):
        return None
    whose = "=" if _is_placed(topic) or OF_AREA.search(topic) else ""
    return _cut(stretch, begin, match.end(), whose) if _is_name(topic, match["head"], 4) else None


def _is_placed(topic: str) -> bool:
    """Tell whether a name begins with a level (市国土空间…) or a listed place (湖南省…)."""
    place = PLACED.match(topic)
    return place is not None and (len(place[0]) == 1 or place[0] in regions().by_name)


def _numbered(stretch: str, floor: int, match: re.Match[str]) -> Unmarked | None:
    """Return a paper called by the number of its articles: 促消费20条措施, 德育工作“30条”."""
    before = stretch[floor : match.start()]
    for end, role, _, subject in _governors(before, stretch[:floor]):
        # 出台推动消费提升20条: such a paper says by its title what it furthers.
        told = before.endswith("推动", 0, end) and OWN_TOLD.match(before, end - 2) is not None
        begin = floor + (end - len("推动") if told else _opened(before, end, False))
        if _is_numbered_name(stretch[begin : match.start()], role, match):
            whose = _whose(stretch, floor, end, role, subject, "条")
            return _cut(stretch, match.start() if match["label"] else begin, match.end(), whose)
    return _cut(stretch, match.start(), match.end(), "=") if match["label"] else None


def _is_numbered_name(topic: str, role: Role, match: re.Match[str]) -> bool:
    """Tell whether a topic makes a paper's name with the number of its articles."""
    alone = match["label"] or (match[0][-1] != "”" and match[0].startswith("“"))
    if alone and topic in ("", "“"):
        return True  # “护苗8条”, “21条”举措 are names by themselves
    if not 2 <= len(topic) <= 24 or BROKEN.search(topic) or NO_NUMBERED.search(topic):
        return False
    if match["bare"] is None:
        return True
    return role in WRITTEN and COUNTABLE.search(topic) is None and WORKS.search(topic) is None


def _next_numbered(stretch: str, match: re.Match[str], last: Unmarked | None) -> Unmarked | None:
    """Return the next of several: 出台夜间消费9条、“21条”举措."""
    if last is None or not re.search("条|”[一-鿿]{2,4}$", last.name[-6:]):
        return None
    between = stretch[last.end : match.start()]
    if re.fullmatch("”?[、和与及]?“?", between):
        return _cut(stretch, match.start(), match.end(), last.whose)
    topic = re.sub("^”?[、和与及]", "", between)
    if topic == between or not 2 <= len(topic) <= 16 or re.search("[，。；、的“”]", topic):
        return None
    if _verbs(topic) or COUNTABLE.search(topic):
        return None
    return _cut(stretch, match.end() - len(match[0]) - len(topic), match.end(), last.whose)


def _cut(stretch: str, begin: int, end: int, whose: str) -> Unmarked:
    """Return a name as a span without quotation marks at its ends."""
    name = re.sub(r"\s+", "", stretch[begin:end])
    if name.count("“") > name.count("”") and stretch[end : end + 1] == "”":
        name += "”"
    if BEHIND_SHARED.search(up_to(stretch, begin)):
        name = "国家" + name
    if re.fullmatch("“[^“”]*”", name):
        name = name[1:-1]
    inner_begin = begin + (stretch[begin] == "“")
    inner_end = end - (stretch[end - 1] == "”")
    return Unmarked(inner_begin, inner_end, re.sub("（[^（）]*下同[^（）]*）", "", name), whose)
