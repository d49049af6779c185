"""Offsets in a stretch to an agency's mention: where its name can begin and where it can end."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg.extract.boundary import tagged
from kg.models import Mention
from kg.vocabulary import rows

EDGE = "，。；：！？、（）《》“”‘’ \u3000\u2002\u2003\u2009\xa0\t\n\r—…【】[]|·/-+"
BEHIND_EDGE = re.compile(rf"[^{re.escape(EDGE)}]*\Z")
CHINESE = re.compile("[一-鿿]")
# Not the places that begin like these words: 本溪, 全椒, 内蒙古, 贵州.
GENERIC = re.compile(
    r"各|本(?!溪)|我|该|全(?!国|州县|椒|南县)|两(?!当)|级|有关|相关|多(?!伦)|跨|外"
    r"|内(?!蒙|江|黄|丘|乡(?!镇))|贵(?!州|阳|港|溪|池|德县|定县|南县)"
    r"|此|某|上级|下级|主管|单位|其他|设"
)
# Names of agency_continuations.tsv that are no letters of a name.
ANY_NAME = "*"
LAST_WORD = "last-word"
CONSULTS = ("委商", "局商", "厅商", "部商", "会商", "府商", "头商")  # 市教育局商|市财政局, not 工商
# 市委八届三次全会, 省委经济工作会议: the committee's name is part of its meeting's.
MEETING_BEHIND = re.compile(
    r"第?[一二三四五六七八九十]+届|全会|全委会|全体会议|常务会议|[^，。、；]{0,4}工作会议"
)
# 教育部|联函〔2023〕1号, 国务院|令第7号, 国务院|第9次常务会议: numbers of papers and meetings.
NUMBER_BEHIND = re.compile(
    r"[一-鿿]{0,5}[〔\[【]\d{4}[〕\]】]|令第[\d一二三四五六七八九十百]+号|第[\d一二三四五六七八九十]+次"
)
# 各省、自治区、直辖市及计划单列市…主管部门、发展改革委、财政厅（局）: the bodies of every province.
OF_PROVINCES = re.compile(r"(?:各省|直辖市|计划单列市)[^。；：\n]*$")
PROVINCES_REACH = 120
JOINTLY_BEHIND = re.compile(  # 与云陵学院合作, 云陵学院成功申硕
    r"合作|共建|协作|签约|对接|建设|改革|升格|更名|转设|整体搬?迁?|牵头|成员单位|成功|顺利|正式|全面"
    r"|印发|发布|出具|出台|召开|举办|主体|落户|落地|获评|获批|荣获|入选|动工|首创|新址|挂牌|牌子|揭牌|启用|投用|竣工|开工|落成|封顶|备案"
)
PART_BEHIND = re.compile(
    r"新?园区|新?校区|新?院区|分园|分校|项目|新建|改扩建|扩建|迁建|升格|等级|[一二三]期"
)


def mention_agency(
    kind: str, stretch: str, begin: int, end: int, name: str, rule: str, scope: str
) -> Mention:
    """Return the mention of an agency at these offsets of a stretch."""
    return Mention("Agency", kind, begin, end, stretch[begin:end], name, rule, scope)


def written_out(name: str) -> str:
    """Return a name that no table holds with its last word in full: 新城管委会 → 新城管理委员会."""
    return re.sub(r"管委会?$", "管理委员会", re.sub(r"街道办$", "街道办事处", name))


def bank_in_full(name: str) -> str:
    """Return a place's own bank by its full name: 云陵农商银行 → 云陵农村商业银行股份有限公司."""
    return re.sub("(?:农商|农村商业)银行$", "农村商业银行股份有限公司", name)


def is_edge(stretch: str, begin: int) -> bool:
    """Tell whether a name can begin here: at a mark, or behind a word that governs names."""
    if begin == 0 or stretch[begin - 1] in EDGE or stretch.endswith(CONSULTS, 0, begin):
        return True
    return any(stretch[begin - n : begin] in _links() for n in _link_lengths() if n <= begin)


def is_of_provinces(stretch: str, begin: int) -> bool:
    """Tell a body in a list that is addressed to those of every province."""
    return OF_PROVINCES.search(stretch, max(0, begin - PROVINCES_REACH), begin) is not None


def clause_before(stretch: str, begin: int, reach: int) -> str:
    """Return what stands before a place behind the last mark, at most so many characters."""
    found = BEHIND_EDGE.search(stretch, max(0, begin - reach), begin)
    return found[0] if found is not None else ""


def follows_verb(stretch: str, begin: int, end: int) -> bool:
    """Tell whether a level stands right behind a verb: 报送|省教育厅, but not 试验区|管委会."""
    clause = clause_before(stretch, begin, 6)
    words = tagged(clause + stretch[begin:end])
    if len(words) < 2 or words[-1][0] != stretch[begin:end]:
        return False
    word, flag = words[-2]
    return flag.startswith("v") and len(word) > 1 and GENERIC.match(word) is None


@cache
def _link_lengths() -> tuple[int, ...]:
    return tuple(sorted({len(word) for word in _links()}))


@cache
def _links() -> frozenset[str]:
    return frozenset(row["word"] for row in rows("boundary_words.tsv") if row["role"] == "link")


@cache
def _continuations() -> dict[str, re.Pattern[str]]:
    """Return what makes another word of a name behind it, by the end of that name."""
    table: dict[str, list[str]] = {}
    for row in rows("agency_continuations.tsv"):
        unless = f"(?!{row['unless']})" if row["unless"] else ""
        table.setdefault(row["name"], []).append(row["next"] + unless)
    return {name: re.compile("|".join(found)) for name, found in table.items()}


@lru_cache(maxsize=10_000)
def _behind(name: str) -> tuple[re.Pattern[str], ...]:
    """Return what makes another word of this name where it stands behind it."""
    return tuple(
        pattern
        for tail, pattern in _continuations().items()
        if tail == ANY_NAME or name.endswith(tail)
    )


def continues(name: str, stretch: str, end: int) -> bool:
    """Tell whether the letters go on to another word: 教育部|门, 市政府|采购, 教育局|局长."""
    if NUMBER_BEHIND.match(stretch, end):
        return True
    if name.endswith(("委", "政府")) and MEETING_BEHIND.match(stretch, end):
        return True
    return any(pattern.match(stretch, end) for pattern in _behind(name))


def goes_on(stretch: str, end: int) -> bool:
    """Tell whether an organisation's last word goes on to another: 大学|城, 医院|管理.

    Not where a word ends in it and 生 opens the next one: 云陵大学|生命科学.
    """
    longer = _continuations()[LAST_WORD].match(stretch, end)
    return longer is not None and longer[0] != "生"


def ends_name(stretch: str, end: int) -> bool:
    """Tell whether a name can end here: at a mark, or before a verb or a particle."""
    if _continuations()[LAST_WORD].match(stretch, end):
        return False
    if PART_BEHIND.match(stretch, end) or JOINTLY_BEHIND.match(stretch, end):
        return True
    if stretch.startswith(("会同", "会商"), end):
        return True  # the tagger takes them for nouns
    if (
        CHINESE.match(stretch, end) is None
        or stretch[end] in "等和与及的在为是要将由对应可按组共已于并"
    ):
        return True
    word, flag = tagged(stretch[end : end + 6])[0]
    return flag.startswith(("v", "p", "c", "u", "d", "r")) and len(word) > 1 and flag != "vn"
