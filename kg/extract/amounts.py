"""A sum of money to its indicator: who gets it and as what."""

from __future__ import annotations

import re

from kg.extract.distribution import Run, member

NOUNS = "补助|奖励|补贴|扶持|资助|奖补|贴息|支持"
BEHIND = re.compile(
    rf"(?:[^，；。]{{0,30}}?元、?)?(?:的|标准|给予|予以|每年|、)*[^，；。、\d]{{0,6}}?(?P<noun>{NOUNS})"
)
OF_A_SHARE = re.compile(rf"(?:的|给予|予以)[^，；。、\d]{{0,4}}?(?P<noun>{NOUNS})")
LED_BY = re.compile(rf"(?P<noun>{NOUNS})(?:标准)?[^，；。]{{0,8}}$")
CLAUSE_BEFORE = re.compile(rf"(?P<noun>{NOUNS})，[^，；。]{{0,4}}$")
RECIPIENT = re.compile(
    r"(?:^|(?<=[，；。]))(?:\s{0,8}第.{1,4}条\s{0,8})?[^，；。]{0,4}?(?:对(?![象接外口标]|应(?!用))|向|给予?)"
    r"(?P<who>[^；。]{2,140}?的?(?:企业|个人|单位|机构|平台|学校|项目|团队|人才|家庭|对象|农户|人员"
    r"|孵化器|基地|园区|户|者|[^，；。]{2,40}))(?:，|分别|给予|按|发放|每|$)"
)
GIVEN = re.compile(
    r"(?P<who>[^，；。]{4,80})，(?:经[^，]{0,20}，)?并?(?:分别|一次性)?(?:给予|奖励|补助)"
)
NOBODY = re.compile(r"予|[特一二三四]等奖|最高|一定|实际|[^，]{0,12}\d+%")
PRIZE = re.compile(r"[特一二三四]等奖$")
GIVING = re.compile(r"分别|(?:一次性)?给予|予以|按照?(?!规定)")
RECOGNISED = re.compile(r"^(?:经[^的，]{0,12}|当年|首次|新|已)?(?:认定|评定|备案|确认)的(?=.{4})")
MARKS = re.compile(r"[“”‘’\s]|（[^（）]*）")
BASE = re.compile(r"(?:按照?|给予|予以)(?P<base>[^，；。\d]{2,16}?)的?$")


def find_amount(sentence: str, span: tuple[int, int], run: Run, is_share: bool) -> str:
    """Return 甲类企业补助 for 对甲类企业给予|30万元|补助, "" where nothing is given to anyone."""
    begin, end = span
    start = max(sentence.rfind("；", 0, begin), sentence.rfind("。", 0, begin)) + 1
    before = sentence[start : run.begin]
    noun = _noun(sentence, before, (begin, end), run, is_share)
    if not noun:
        return ""
    found = [m for m in RECIPIENT.finditer(before) if not NOBODY.match(m["who"])]
    found = found or list(GIVEN.finditer(before))
    base = BASE.search(before) if is_share else None
    if not found and base is None:
        return ""
    prize = PRIZE.search(sentence[start:begin])
    return (
        (_recipient(found[-1]["who"], run) if found else "")
        + (base["base"] if base else "")
        + (prize[0] if prize else "")
        + noun
    )


def _noun(sentence: str, before: str, span: tuple[int, int], run: Run, is_share: bool) -> str:
    if is_share:
        found = OF_A_SHARE.match(sentence, run.end)
    else:
        found = (
            re.search(rf"(?P<noun>{NOUNS})", sentence[span[0] : span[1]])
            or BEHIND.match(sentence, run.end)
            or BEHIND.match(sentence, span[1])
            or LED_BY.search(before)
            or CLAUSE_BEFORE.search(before)
        )
    return found["noun"] if found is not None else ""


def _recipient(who: str, run: Run) -> str:
    """Shorten who is given something to the class that a figure of a run stands for.

    新获批甲、乙等国家平台的企业 → 新获批国家平台的企业
    """
    bare = GIVING.split(who)[0].rstrip("，：的")
    bare = re.sub(r"，[^，]*(?:认定|考核|评审|审核)[^，]*$", "", bare)
    one = member(RECOGNISED.sub("", bare), run) if run.count > 1 else ""
    if one:
        return MARKS.sub("", one)
    lead, mark, rest = bare.rpartition("等")
    verb = re.match(r"(?:当年|首次|新)?(?:新?获批|新?获得|新?认定|入选|承担|通过)", bare)
    if mark and "、" in lead and len(rest) >= 4:
        bare = (verb[0] if verb else "") + rest
    bare = MARKS.sub("", RECOGNISED.sub("", bare))
    tail = bare.rpartition("的")[2]
    return tail if len(tail) >= 7 and "、" in bare else bare
