"""Sentences to targets: quantified commitments with what they count, how much and by when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from kg.extract.dates import Moment, find_moments
from kg.extract.indicators import Site, find_indicators
from kg.extract.numerals import ARABIC, CHINESE, DASH, MASKED, POWER, decimal
from kg.extract.text import even
from kg.models import Comparator, Modality, Outline, Sentence, Target
from kg.vocabulary import rows, words

REVIEW = re.compile(r"回顾|总结|成绩|现状|发展基础|发展环境|面临形势|发展形势|重要意义")
PAST = re.compile(
    r"已(?:经|累计|完成|建成|达|有|实现)|累计(?:完成|实现|发放|建成)|现有|共有|了$|原有|目前|截至|截止"
)
ENSURE = re.compile(r"确保|保证|务必|必须|保障")
STRIVE = re.compile(r"力争|争取|努力|力求|争创")
EACH = re.compile(
    r"(?:各|每(?:个|家|户|人|名|位|所|年|月|村|镇|县|班|校|组|处|座|辆|台|亩|吨|床)?)$"
)
EACH_BEFORE = re.compile(r"(?:每(?:个|家|户|人|名|位|所|村|镇|县|班|校|组|处|座|辆|台|亩|床))")
CHANGE = re.compile(
    r"(?:提高|提升|增加|增长|上升|降低|下降|减少|压减|压缩|缩短|缩减|增幅|增速)[了约近]?$"
)
CLAUSE = re.compile(r"[^，；。：！？]+")
AGES = re.compile(r"周岁|岁以[上下]|岁")
HALF_MOON = re.compile(r"[（][^（）]*$")
INSIDE_NAME = re.compile(r"[“《〈][^”》〉]*$")
ENUMERATED = re.compile(r"第$|[A-Za-z]$|[\d.]$|“$|[个之]$")
BEHIND_NO_TARGET = re.compile(r"(?:年[前后来]?|月|日|号|级|、\d|期末|代(?!表)|条措施)")
SO_FAR = re.compile(
    r"现有|共有|已(?:完成|建成|经|发放)|截至目前|截至(?:20\d\d年|\d{1,2}月)|目前，|已累计|过去(?:一|五)年"
)
AHEAD = re.compile(r"力争|争取|计划|确保|将|到20\d\d年|下一步|今后")
PENALTY = re.compile(r"罚款|处以|罚金|罚没")
DENOMINATOR = re.compile(r"每(?:认定|新增|满|增加)?$|[不]?含$")
# 入围企业在3家以上的，…: a figure of the condition, not of the promise.
CONDITION = re.compile(
    r"(?:、[^，。；]{0,14}){0,6}的[，、]|[^，。；\d]{0,8}(?:清零|消除)|范围|[^，。；]{0,4}大班额"
)
FIGURE_NUMBER = re.compile(r"(?:图|表|附件|附录|附表|专栏)\s*$")  # 如图2所示
PAIR = re.compile(r"([一二两三四五六七八])([二两三四五六七八九])")  # 一两项, 三五个
ASPECT = re.compile(r"(?:大)?(?:方面|维度|环节|领域|子类|部分|类别|要素|层面|板块)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with its unit and the words that bind it."""

    begin: int
    end: int
    number_begin: int
    comparator: Comparator
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    masked: bool
    rule: str


@cache
def _pattern() -> re.Pattern[str]:
    units = "|".join(sorted(map(re.escape, words("units.tsv")), key=len, reverse=True))
    number = rf"(?:{ARABIC}|{CHINESE}|{MASKED})"
    return re.compile(
        rf"(?P<first>{number})(?P<power1>{POWER})(?P<unit1>%|％)?"
        rf"(?:{DASH}(?P<second>{number})(?P<power2>{POWER}))?"
        rf"(?P<more>[多余]|以上|及以上)?(?P<unit>{units})(?P<paren>（(?:{units})）)?"
    )


@cache
def _bounds(side: str) -> tuple[re.Pattern[str], dict[str, Comparator]]:
    table: dict[str, Comparator] = {
        row["word"]: row["comparator"]  # type: ignore[misc]
        for row in rows("bounds.tsv")
        if row["side"] == side
    }
    choice = "|".join(sorted(table, key=len, reverse=True))
    if side == "before":
        return re.compile(rf"(?P<word>{choice})(?P<between>[^，。；、：\d]{{0,16}})$"), table
    return re.compile(rf"（?(?P<word>{choice})"), table


@cache
def _unit_kinds() -> dict[str, str]:
    return {row["unit"]: row["kind"] for row in rows("units.tsv")}


@cache
def _implied() -> tuple[re.Pattern[str], dict[str, tuple[Decimal, str]]]:
    table = {
        row["phrase"]: (Decimal(row["value"]), row["unit"])
        for row in rows("implied_quantities.tsv")
    }
    return re.compile("|".join(sorted(table, key=len, reverse=True))), table


# -- figures ---------------------------------------------------------------------------------


def find_quantities(text: str) -> Iterator[Quantity]:
    """Yield the figures with a unit in a text of even widths, and the phrases that imply one."""
    ends = 0
    for match in _pattern().finditer(text):
        quantity = _quantity(text, match)
        if quantity is not None:
            ends = quantity.end
            yield quantity
    yield from _implied_quantities(text, ends)


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    if _is_no_quantity(text, match):
        return None
    comparator, begin, end = _comparator(text, match)
    spot = (begin, end, match.start())
    if re.match(MASKED, match["first"]):
        return Quantity(*spot, comparator, None, None, None, _unit(match), True, "quantity.masked")
    low, high = _figures(match)
    if low is None:
        return None
    if high is not None and low < high:
        return Quantity(*spot, "Between", None, low, high, _unit(match), False, "quantity.range")
    if match["second"]:
        return None
    return Quantity(*spot, comparator, low, None, None, _unit(match), False, "quantity.figure")


def _is_no_quantity(text: str, match: re.Match[str]) -> bool:
    """Tell an ordinal, an age, a number of a picture, a count of what is listed, lost digits."""
    unit = match["unit"]
    if ENUMERATED.search(text[: match.start()][-2:]) or _unit_kinds()[unit] == "age":
        return True
    if re.match(r"0\d", match["first"]):
        return True  # 04个: digits were lost or shuffled
    if FIGURE_NUMBER.search(text[: match.start()]) or _sums_up(text, match):
        return True
    return BEHIND_NO_TARGET.match(text, match.end()) is not None and unit not in ("%", "元")


def _figures(match: re.Match[str]) -> tuple[Decimal | None, Decimal | None]:
    """Return the figure, and the upper one of a range: 2—3个, 一两项."""
    pair = PAIR.fullmatch(match["first"])
    if pair is not None:
        return decimal(pair[1]), decimal(pair[2])
    first = decimal(match["first"], match["power1"] or (match["power2"] or ""))
    return first, decimal(match["second"], match["power2"]) if match["second"] else None


def _sums_up(text: str, match: re.Match[str]) -> bool:
    """Tell a figure that only counts what was listed before it: …、…等7类数据, 一批."""
    if match["first"] == "一" and match["unit"] == "批":
        return True
    if text[match.start() - 1 : match.start()] != "等":
        return False
    return match["unit"] in ("类", "种") or ASPECT.match(text, match.end()) is not None


def _unit(match: re.Match[str]) -> str:
    return str(match["unit"]) + (match["paren"] or "")


def _comparator(text: str, match: re.Match[str]) -> tuple[Comparator, int, int]:
    pattern, table = _bounds("before")
    before = pattern.search(text[: match.start()])
    begin, end = match.start(), match.end()
    found: Comparator = "Exactly"
    if match["more"]:
        found = "AtLeast"
    after_pattern, after_table = _bounds("after")
    after = after_pattern.match(text, end)
    if after is not None and after["word"] not in ("多", "余"):
        found, end = after_table[after["word"]], after.end()
    if (
        before is not None
        and _binds(before["between"])
        and not (len(before["word"]) == 1 and before["between"])
    ):
        begin = before.start()
        if found == "Exactly" or before["word"] not in ("约", "近"):
            found = table[before["word"]]
    return found, begin, end


def _binds(between: str) -> bool:
    """Tell whether a bound word reaches the figure: 至少配备1名, 不低于采购金额的30%."""
    if len(between) > 6:
        return between.endswith("的")
    return len(between) <= 2 or between.endswith("的") or not re.search(r"[的了和与率]", between)


def _implied_quantities(text: str, ends: int) -> Iterator[Quantity]:
    pattern, table = _implied()
    for match in pattern.finditer(text):
        clause = _clause(text, match.start())
        if re.search(r"\d", text[clause[0] : clause[1]]) and match[0] == "全覆盖" and "%" in text:
            continue
        value, unit = table[match[0]]
        yield Quantity(
            match.start(), match.end(), match.start(), "Exactly", value, None, None, unit, False,
            "quantity.implied",
        )  # fmt: skip


# -- commitments -----------------------------------------------------------------------------


def find_targets(outline: Outline, year: str) -> Iterator[Target]:
    """Yield the targets of a document that plans for the year given ("" where unknown).

    What a review section or a past tense reports is no target; nor is an age, an ordinal, a
    number inside a name.
    """
    text = even(outline.source.text)
    reviewed = _reviewed(outline)
    past: dict[int | None, str] = {}
    for sentence in outline.sentences:
        if sentence.part != "body" or _is_reviewed(sentence, reviewed):
            continue
        past.setdefault(sentence.task, "")
        for target in _targets_of(text[sentence.begin : sentence.end], year):
            yield _placed(target, sentence, year)


def _reviewed(outline: Outline) -> frozenset[int]:
    found: set[int] = set()
    for index, section in enumerate(outline.sections):
        if REVIEW.search(section.title) or section.parent in found:
            found.add(index)
    return frozenset(found)


def _is_reviewed(sentence: Sentence, reviewed: frozenset[int]) -> bool:
    return sentence.section in reviewed


def _placed(target: Target, sentence: Sentence, year: str) -> Target:
    due, basis = target.due, target.due_basis
    if not due and not target.recurrence and year:
        due, basis = year, "Inherited"
    return replace(
        target,
        begin=target.begin + sentence.begin,
        end=target.end + sentence.begin,
        due=due,
        due_basis=basis,
        task=sentence.task,
    )


def _targets_of(sentence: str, year: str) -> Iterator[Target]:
    moments = [
        m for m in find_moments(sentence, year) if not INSIDE_NAME.search(sentence[: m.begin])
    ]
    quantities = list(find_quantities(sentence))
    spans: list[tuple[int, int]] = []
    previous = ""
    for quantity in quantities:
        site = Site(sentence, quantity.begin, quantity.end, quantity.unit, tuple(spans))
        if not _is_commitment(sentence, quantity, moments):
            continue
        spans.append((quantity.begin, quantity.end))
        for indicator in find_indicators(site, previous):
            yield _target(sentence, quantity, indicator, moments)
            previous = indicator


def _target(sentence: str, quantity: Quantity, indicator: str, moments: Sequence[Moment]) -> Target:
    due, recurrence = _when(sentence, quantity, moments)
    before = sentence[: quantity.begin]
    clause = sentence[_clause(sentence, quantity.begin)[0] : quantity.begin]
    return Target(
        begin=quantity.begin,
        end=quantity.end,
        indicator=indicator,
        comparator=quantity.comparator,
        value=quantity.value,
        low=quantity.low,
        high=quantity.high,
        unit=quantity.unit,
        rule=quantity.rule,
        masked=quantity.masked,
        is_change=CHANGE.search(before) is not None,
        per_item=bool(EACH.search(before) or EACH_BEFORE.search(clause)),
        modality=_modality(clause),
        due=due,
        due_basis="Stated" if due else None,
        recurrence=recurrence,
    )


def _modality(clause: str) -> Modality:
    if ENSURE.search(clause):
        return "Ensure"
    return "Strive" if STRIVE.search(clause) else "Plan"


def _when(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> tuple[str, str]:
    """Return the deadline that governs a figure: the last one before it, in this sentence."""
    begin, end = _clause(sentence, quantity.begin)
    recurrences = [m for m in moments if m.recurrence and begin <= m.begin < end]
    if not recurrences:
        recurrences = [
            m for m in moments if m.recurrence and m.begin < begin and _carries(sentence, m, begin)
        ]
    if recurrences:
        return "", recurrences[-1].recurrence
    stated = [m for m in moments if m.iso and m.begin < quantity.number_begin]
    later = [m for m in moments if m.iso and quantity.end <= m.begin < end]
    chosen = stated[-1] if stated else (later[0] if later else None)
    if chosen is None or _is_other_figure(sentence, chosen):
        return "", ""
    return chosen.iso, ""


def _carries(sentence: str, moment: Moment, begin: int) -> bool:
    """Tell whether a recurrence still holds in a later clause: no new deadline in between."""
    between = sentence[moment.end : begin]
    return "；" not in between and not re.search(r"\d{4}年|年底|自", between) and len(between) < 40


def _is_other_figure(sentence: str, moment: Moment) -> bool:
    return sentence[max(0, moment.begin - 1) : moment.begin] in ("比", "较", "自", "从")


def _clause(sentence: str, at: int) -> tuple[int, int]:
    for match in CLAUSE.finditer(sentence):
        if match.start() <= at <= match.end():
            return match.start(), match.end()
    return 0, len(sentence)


def _is_commitment(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> bool:
    """Tell a figure that is promised from one that describes, dates or counts what exists."""
    before = sentence[: quantity.number_begin]
    begin, end = _clause(sentence, quantity.begin)
    clause = sentence[begin : quantity.begin]
    if INSIDE_NAME.search(before) and quantity.rule != "quantity.implied":
        return False
    if any(m.iso and m.begin <= quantity.number_begin < m.end for m in moments):
        return False
    if PAST.search(clause) or _is_over(sentence[:begin]) or PENALTY.search(clause):
        return False
    if re.search(r"以$", before) and re.search(
        r"为(?:基础|依托|重点|核心|载体|抓手|基数|基准)", sentence[quantity.end : end]
    ):
        return False
    if DENOMINATOR.search(before) or CONDITION.match(sentence, quantity.end):
        return False
    if _unit_kinds().get(quantity.unit) == "time" and not _is_time_promised(sentence, quantity):
        return False
    if sentence[quantity.number_begin] in "一二三四五六七八九十百千两":
        return _bound_in_words(sentence, quantity, moments)
    return not _describes(sentence, quantity)


def _is_over(before: str) -> bool:
    """Tell whether the sentence has begun with what is reached already, and not turned ahead."""
    so_far = list(SO_FAR.finditer(before))
    return bool(so_far) and AHEAD.search(before, so_far[-1].end()) is None


def _is_time_promised(sentence: str, quantity: Quantity) -> bool:
    """Tell a time that is promised (10分钟内响应) from a window or a deadline (近5年, 3年内)."""
    if quantity.comparator == "Exactly" or (quantity.low or quantity.value or 0) > 1900:
        return False
    if quantity.comparator == "AtMost" and sentence[quantity.end - 1] == "内":
        return quantity.unit in ("分钟", "小时", "个小时", "天", "个工作日", "工作日")
    return quantity.comparator in ("AtLeast", "AtMost")


def _bound_in_words(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> bool:
    """Tell a promised figure in Chinese numerals from 一个: it is bound, a range or recurs."""
    if quantity.comparator == "Between":
        return quantity.unit != "年"
    if quantity.comparator != "Exactly":
        promised = sentence[quantity.begin : quantity.number_begin].startswith(("至少", "不少于"))
        return promised or quantity.unit not in ("年", "个", "项")
    if quantity.unit not in ("次", "场", "期", "届", "轮", "堂"):
        return False
    begin, end = _clause(sentence, quantity.begin)
    return any(m.recurrence and begin <= m.begin < end for m in moments)


def _describes(sentence: str, quantity: Quantity) -> bool:
    """Tell a figure that only describes: a condition (对…的), an attribute (投资3亿元的项目)."""
    behind = sentence[quantity.end : quantity.end + 1]
    if behind == "的" and quantity.comparator == "Exactly" and quantity.unit.endswith("元"):
        return (
            re.match(
                r"的.{0,4}(?:补助|奖励|补贴|扶持|资助|经费|资金|标准|支持)",
                sentence[quantity.end :],
            )
            is None
        )
    return False
