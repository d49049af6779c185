"""An organisation's last word to where its name begins."""

from __future__ import annotations

import re
from itertools import takewhile

from kg.extract.agency_bounds import clause_before, is_edge
from kg.extract.agency_names import opens_with_word
from kg.extract.agency_places import LEVEL
from kg.extract.agency_trades import may_be_brand
from kg.extract.boundary import governs, name_begin, tagged
from kg.extract.places import find_names
from kg.vocabulary import matcher

COUNTED = re.compile(r"\d[余多]?[所家个支](?!等)[一-鿿]*$")
SUBJECT = re.compile(r"[省市县区](?:委|政府)|国务院|自治区")
BRACKETED_PLACE = re.compile(r"(?:中国|[一-鿿]{2})（(?P<place>[一-鿿]{2,4})）$")
FOUNDING = re.compile(
    r"共建(?!共享)|委托|引进|组建|筹建|重组|建成|划转|更名|转设|升格为?|创成|创建|旗下|亮相|建设(?=[一-鿿]{0,6}(?:高水平|一流|应用型))|运营(?=[一-鿿]{2})"
)
# A group within a group; what stands between the two is the field of the inner one.
WITHIN = re.compile(
    r"(?:领导小组|联席会议|指挥部|推进组)(?=(?:(?![和与及各下])[一-鿿]){1,12}\Z)(?!办公室|成员|牵头)"
)
WITHIN_REACH = 16
WHOLE_BEFORE = re.compile(r"(?:大学|学院|医院|研究院|中心)\Z")
# 市场, 市级, 市直, 区域 are words; 市校 and 市县 are two.
NO_LEVEL = re.compile("[级属直域场民外内县市区镇村乡校院企际会]|政(?!务|府|协)|$")
ITS_VERB = re.compile(
    "(?P<level>国务院|自治区|[省市县区州])(?P<verb>推进|推动|促进|支持|加快|实施|深化|落实|防范)\\Z"
)


def begin_of(stretch: str, head: int, kind: str) -> int | None:
    """Return where the name begins whose last word begins at `head`; None for a counted kind."""
    group = WITHIN.search(stretch, max(0, head - WITHIN_REACH), head)
    if kind == "WorkingGroup" and group is not None:
        return begin_of(stretch, group.start(), kind)  # 竹业领导小组|竹苗工作组
    begin = name_begin(stretch, head, quotes=kind == "WorkingGroup")
    if COUNTED.search(stretch[max(0, begin - 6) : head]):
        return None  # 2所云陵市学生艺术团: so many of a kind
    begin = _behind_torn_word(stretch, begin, head)
    begin = _behind_subject(stretch, begin, head)
    begin = _at_governed_place(stretch, begin, head)
    begin = _at_governed_level(stretch, begin, head)
    if kind in ("Enterprise", "PublicInstitution"):
        begin = _with_whole_brand(stretch, begin, head, 1 if kind == "Enterprise" else 2)
    begin = _behind_founding(stretch, begin, head)
    begin = _skip_openers(stretch, begin, head)
    begin = stretch.rfind("号", begin, head) + 1 or begin  # an address before it
    begin = _with_bracketed_place(stretch, _with_whole_body(stretch, begin))
    return _with_its_verb(stretch, begin) if kind == "WorkingGroup" else begin


def _behind_torn_word(stretch: str, begin: int, head: int) -> int:
    """Return where the name begins behind a word that the cut has torn: 做|强|市水务集团."""
    torn = begin + 1 < head and governs(stretch[begin - 1 : begin + 1]) if begin else False
    return begin + 1 if torn else begin


def _at_governed_level(stretch: str, begin: int, head: int) -> int:
    """Return where a level stands behind a verb: 谋划建设|市科技馆, but not 建设|市场."""
    for match in LEVEL.finditer(stretch, begin + 1, head):
        at = match.start()
        governed = any(governs(stretch[at - n : at]) for n in (2, 3) if at - n >= begin)
        if governed and NO_LEVEL.match(stretch, match.end()) is None:
            named = (begin + first < at < begin + last for first, last, _ in _names(stretch, begin))
            return begin if any(named) else at
    return begin


def _names(stretch: str, begin: int) -> list[tuple[int, int, str]]:
    return list(find_names(stretch[begin : begin + 24]))


def _with_its_verb(stretch: str, begin: int) -> int:
    """Return where a group begins that is called by what it does: 省推进|竹业发展领导小组."""
    verb = ITS_VERB.search(stretch, max(0, begin - 6), begin)
    if verb is None:
        return begin
    level = verb.start("level")
    if verb["level"] == "国务院" or is_edge(stretch, level):
        return level
    return next(
        (b for b, e, _ in find_names(stretch[: verb.start("verb")]) if e == verb.start("verb")),
        begin,
    )


def _with_whole_brand(stretch: str, begin: int, head: int, least: int) -> int:
    """Return where a brand begins of which a letter is a verb by itself: 鹭|发投集团.

    It has at least so many letters before what has been found.
    """
    if opens_with_word(stretch[begin:head]):
        return begin  # 人机共融|海河实验室
    before = takewhile(
        lambda pair: len(pair[0]) == 1 and may_be_brand(*pair),
        reversed(tagged(clause_before(stretch, begin, 4))),
    )
    letters = sum(1 for _ in before)
    return _with_place(stretch, begin - letters) if letters >= least else begin


def _with_place(stretch: str, begin: int) -> int:
    """Return where the place begins that stands before a brand: 云陵|城发集团, 市|城发集团."""
    around = max(0, begin - 8)
    for first, last, _ in find_names(stretch[around:begin]):
        if around + last == begin:
            return around + first
    levelled = LEVEL.fullmatch(stretch, begin - 1, begin) if begin else None
    return begin - 1 if levelled and _may_begin(stretch, begin - 1) else begin


def _may_begin(stretch: str, at: int) -> bool:
    return is_edge(stretch, at) or any(governs(stretch[at - n : at]) for n in (2, 3) if n <= at)


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
    """Return where a name begins that holds a place in brackets: 中国（合肥）…中心.

    Behind an institution, where that begins: 云陵大学（合肥）|技术转移中心.
    """
    before = BRACKETED_PLACE.search(stretch, 0, begin)
    if before is None or not any(find_names(before["place"])):
        return begin
    whole = WHOLE_BEFORE.search(stretch, 0, before.start("place") - 1)
    return before.start() if whole is None else name_begin(stretch, whole.start())


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
