"""A figure's surroundings to its indicator: the words that say what is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.vocabulary import rows

STOP = "，；。：！？"
OPENING = re.compile(
    r"^(?:(?:同时|并且?|还要|要|将|应当?|须|需|可|均|都|也|再|其中|进一步|继续|积极|着力|努力|力争|争取|确保|保证|"
    r"基本|全面|全力|大力|切实|重点|计划|预计|原则上|分别|总体|全年|年内|年底前|今年|本年度?|全市|全县|全区|全省|全镇|全国|"
    r"使得?|至年底|到年底|届时|目标是|通过|自|从|年度|按|按照|以|累计|每年|每季度|每学期|每学年|每月|每周|各|每个?|到|至|达|"
    r"区域|在|推进|加快|常态化|给予|对|围绕|约|近|超)"
    r"|(?:到|至|截至)?(?:20\d\d年|\d{1,2}月)(?:底|末|度|初|内)?(?:前|之前|以前)?|“?十[二三四五]五”?(?:期?末|期间)"
    r"|每[两三四五\d]?年|第?[一二三四]季度(?:末|底)?|[上下]半年)+"
)
CLOSING = re.compile(r"(?:分别|均|都|各|约|近|超|不得|应|须|要|可|再|总体|累计|基本|原则上|力争|争取|努力|确保|至|到|为|在|由|从|的|等|每[家人名户位所个年])+$")
AMOUNT_NOUN = re.compile(r"的?(?:一次性)?(?:资金|财政|经费|创新)?(?P<noun>补助|奖励|补贴|扶持|资助|支持|奖补)")
RECIPIENT = re.compile(r"(?:对|向|给予?|按)(?P<who>[^，；。]{2,60}?)(?:，|分别|给予|按|发放|每)")


@cache
def _verbs(role: str) -> re.Pattern[str]:
    choice = sorted((row["verb"] for row in rows("verbs.tsv") if row["role"] == role), key=len)
    return re.compile("|".join(reversed(choice)))


@cache
def _tail(role: str) -> re.Pattern[str]:
    return re.compile(f"(?:{_verbs(role).pattern})$")


def find_indicators(sentence: str, begin: int, end: int, unit: str) -> Iterator[str]:
    """Yield what the figure at these offsets counts; several where the text binds several to it.

    The sentence has even widths. Yields one empty string where nothing is found.
    """
    left = _left_clause(sentence, begin)
    right = _right_clause(sentence, end)
    if unit.endswith("元"):
        amount = _amount(sentence, begin, end, left, right)
        if amount:
            yield amount
            return
    if left.endswith("各") and "和" in left:
        yield from _joined(left[:-1])
        return
    yield _indicator(left, right, unit)


def _left_clause(sentence: str, begin: int) -> str:
    start = max(sentence.rfind(mark, 0, begin) for mark in STOP)
    return sentence[start + 1 : begin].strip()


def _right_clause(sentence: str, end: int) -> str:
    stops = [at for mark in STOP + "、（" if (at := sentence.find(mark, end)) >= 0]
    return sentence[end : min(stops, default=len(sentence))].strip()


def _joined(left: str) -> Iterator[str]:
    """Split what one figure binds together: 微格教室和无线校园各10个 → two."""
    bare = _stripped(left)
    for part in re.split("[和、与及]", bare):
        if part:
            yield part


def _indicator(left: str, right: str, unit: str) -> str:
    """Choose between the words before the figure and those behind it."""
    behind = re.sub(r"^(?:的|以上|左右|以内)", "", right).strip("”“ ")
    reach = _tail("reach").search(left)
    if reach is not None:
        return _subject(left[: reach.start()])
    change = _tail("change").search(left)
    bare = _stripped(left)
    if change is not None:
        verb = change[0]
        subject = _stripped(left[: change.start()])
        if subject and unit in ("%", "个百分点", "元", "倍", "百分点"):
            return subject + verb
        return verb + behind if behind else (subject + verb)
    if unit in ("%", "‰") and bare and not _ends_in_verb(left):
        return bare
    if _ends_in_verb(left) and behind:
        return behind
    if bare and not _ends_in_verb(left):
        return bare
    return behind or bare


def _ends_in_verb(left: str) -> bool:
    return _tail("neutral").search(CLOSING.sub("", left)) is not None or not left


def _subject(left: str) -> str:
    return _stripped(left)


def _stripped(left: str) -> str:
    """Drop adverbs, times and neutral verbs from the front, links from the end."""
    text = left
    for _ in range(6):
        shorter = OPENING.sub("", text)
        lead = re.match(f"(?:{_verbs('neutral').pattern})", shorter)
        if lead is not None and len(shorter) > lead.end() + 1:
            shorter = shorter[lead.end() :]
        if shorter == text:
            break
        text = shorter
    text = CLOSING.sub("", text)
    last = _tail("neutral").search(text)
    if last is not None and len(text) - len(last[0]) >= 2:
        text = text[: last.start()] + (last[0] if last[0] in ("开工", "落地", "签约") else "")
    return CLOSING.sub("", text).strip("、“” ")


def _amount(sentence: str, begin: int, end: int, left: str, right: str) -> str:
    """Return who gets an amount and as what: 对…企业给予30万元补助 → …企业补助."""
    noun = AMOUNT_NOUN.match(sentence, end)
    before = sentence[max(0, sentence.rfind("；", 0, begin) + 1, sentence.rfind("。", 0, begin) + 1) : begin]
    verb = re.search(r"(补助|奖励|补贴|扶持|资助)(?:标准)?[^，；。]{0,8}$", left)
    what = noun["noun"] if noun else (verb[1] if verb else "")
    if not what:
        return ""
    who = list(RECIPIENT.finditer(before))
    if who:
        recipient = re.sub(r"^(?:对|向)", "", who[-1]["who"])
        return recipient.rstrip("的") + what
    return _stripped(left) + ("" if verb else what)
