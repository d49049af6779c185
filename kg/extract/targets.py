"""Sentences to targets: quantified commitments with what they count, how much and by when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.extract.boundary import tagged
from kg.extract.clauses import clause_at
from kg.extract.dates import Moment, find_moments
from kg.extract.distribution import find_runs
from kg.extract.indicators import Site, find_indicators
from kg.extract.passages import Passage, find_passages
from kg.extract.quantities import Quantity, find_quantities, unit_kinds
from kg.extract.reviews import find_reviews
from kg.extract.text import even
from kg.models import Imprint, Modality, Outline, Sentence, Target
from kg.vocabulary import rows

EACH = re.compile(
    r"(?:各|每(?:个|家|户|人|名|位|所|年|月|村|镇|县|班|校|组|处|座|辆|台|亩|吨|床)?)$"
)
EACH_BEFORE = re.compile(r"(?:每(?:个|家|户|人|名|位|所|村|镇|县|班|校|组|处|座|辆|台|亩|床))")
CHANGE = re.compile(
    r"(?:提高|提升|增加|增长|上升|降低|下降|减少|压减|压缩|缩短|缩减|增幅|增速)[了约近]?$"
)
# What is sized by the figure before it.
HOLDER = re.compile(
    r"(?:级|的| )?(?:[^，。；：！？\d（）“”]{0,16}?等\d+[个家座]重?点?|"
    r"(?P<between>[^，。；：！？、\d（）“”]{0,12}?))"
    r"(?:项目|企业|公司|家庭|群体|园区|集群|产业链|产业|机组|生产线|装置|电站|主体|大户|基地|工程|村|镇|情况)"
    r"(?!项?资金|经费|税|贷款|补|奖|投资|产值|收入|园)"
)
NEAR = 16  # characters before a figure in which its governing word stands
LEARNED = re.compile(r"(?:掌握|学会|培养|养成)$")  # 每个学生掌握|一项|运动技能
FROM = re.compile(r"[由从][^，。；\d]{0,12}$")
ONWARD = re.compile(
    r"[^，。；\d]{0,6}?(?:增加|提高|提升|上升|下降|降低|减少|压减|压缩|缩短|扩大|发展|增|降|缩)[到至为]"
)
TOTAL = re.compile(r"总投资(?:额|约|近|达|超|超过|共|共计)*$")
# A deadline that opens a sentence: 到2025年，…; 力争2027年底前，…; 到2018年建设20个… is that alone.
LEAD = re.compile(
    r"[\s—（）一二三四五六七八九十\d、.]{0,8}?(?:力争|确保|争取)?"
    r"(?:(?:到|至)(?=(?:20\d\d ?年|“?十.五”?)[^，]{0,4}，)|(?=20\d\d ?年(?:[底末]?前|[春秋]季)))"
)
GOALS = re.compile("目标|总体要求")
# Within what one acts on something: 受理之日起20日内答复; 3年内 is a window.
WORKING_TIMES = ("秒", "分钟", "小时", "个小时", "天", "日", "个工作日", "工作日", "个月")
# What is handed in, in how many copies.
PAPERS = re.compile(r"(?:申报书|推荐表|汇总表|申请表|登记表|复印件|材料|附件)[^，。；]{0,6}$")
# What something is made up of: …等5个部分组成.
MADE_UP = re.compile(r"[^，。；]{0,3}(?:部分|方面|环节|板块|层级|模块|维度)(?:组成|构成)")
INSIDE_NAME = re.compile(r"[“《〈][^”》〉]*$")
DENOMINATOR = re.compile(r"每(?:认定|新增|满|增加)?$|[不]?含$")
# 入围企业在3家以上的，…: a figure of the condition, not of the promise.
CONDITION = re.compile(
    r"(?:、[^，。；]{0,14}){0,6}的(?:[，、]|(?:法人|工业)?(?:企业|单位|机构|项目|平台)[，、])|[^，。；\d]{0,8}(?:清零|消除)|范围|[^，。；]{0,4}大班额"
)

# Beside the words of commitment_words.tsv: what a pattern tells better than a word.
PATTERNS = {
    "reached": r"|了$|已(?![知婚故])(?![^，；。]{0,14}的)",  # 已审批设置, but 对已认定的企业给予
    "so-far": r"|截至(?:20\d\d年|\d{1,2}月)",
    "ahead": r"|到20\d\d年",
}


@cache
def _words(role: str) -> re.Pattern[str]:
    found = (row["word"] for row in rows("commitment_words.tsv") if row["role"] == role)
    return re.compile("|".join(found) + PATTERNS.get(role, ""))


def find_targets(outline: Outline, imprint: Imprint) -> Iterator[Target]:
    """Yield the targets of a document with the period that its imprint gives ("" where unknown).

    What a review section or a past tense reports is no target; nor is an age, an ordinal, a
    number inside a name.
    """
    text = even(outline.source.text)
    year, since = imprint.period[-4:], _since(imprint)
    reviews = tuple(find_reviews(outline, text))
    standing = Standing("", 0)
    for passage in find_passages(outline, text):
        sentence, words = passage.sentence, passage.text
        if any(b <= sentence.begin < e for b, e in reviews):
            continue
        standing = _standing(outline, sentence, words, text) or standing
        stated = standing.iso if sentence.begin < standing.end else ""
        for target in _targets_of(words, year):
            if not target.due or target.due[:4] >= since:
                yield _placed(target, passage, stated, year)


def _since(imprint: Imprint) -> str:
    """Return the year before which all is past: 2018年共举办… in a paper of 2020."""
    if imprint.issued:
        return imprint.issued[:4]
    return imprint.period[:4] if "-" in imprint.period else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A deadline with which a paragraph begins, and how far it holds."""

    iso: str
    end: int


def _standing(outline: Outline, sentence: Sentence, words: str, text: str) -> Standing | None:
    """Return the deadline that a sentence sets for those behind it: 到2025年，….

    It holds for the paragraph, in a section of goals up to the next one.
    """
    lead = LEAD.match(words)
    moments = find_moments(words, "") if lead else ()
    iso = next((m.iso for m in moments if m.iso and lead and m.begin <= lead.end()), "")
    if not iso:
        return None
    if sentence.section is not None:
        section = outline.sections[sentence.section]
        if GOALS.search(section.title):
            return Standing(iso, section.end)
    end = text.find("\n", sentence.end)
    return Standing(iso, end if end >= 0 else len(text))


def _placed(target: Target, passage: Passage, standing: str, year: str) -> Target:
    due, basis = target.due, target.due_basis
    if not due and not target.recurrence:
        if standing:
            due, basis = standing, "Stated"
        elif year:
            due, basis = year, "Inherited"
    return replace(
        target,
        begin=passage.offsets[target.begin],
        end=passage.offsets[target.end - 1] + 1,
        due=due,
        due_basis=basis,
        task=passage.sentence.task,
    )


def _targets_of(sentence: str, year: str) -> Iterator[Target]:
    moments = [
        m for m in find_moments(sentence, year) if not INSIDE_NAME.search(sentence[: m.begin])
    ]
    quantities = list(find_quantities(sentence))
    runs = find_runs(sentence, [(q.begin, q.end) for q in quantities])
    spans: list[tuple[int, int]] = []
    previous = ""
    for quantity in quantities:
        run = runs[quantity.begin]
        site = Site(sentence, quantity.begin, quantity.end, quantity.unit, tuple(spans), run)
        if not _is_commitment(sentence, quantity, moments):
            continue
        spans.append((quantity.begin, quantity.end))
        for indicator in find_indicators(site, previous):
            yield _target(sentence, quantity, indicator, moments)
            previous = indicator


def _target(sentence: str, quantity: Quantity, indicator: str, moments: Sequence[Moment]) -> Target:
    due, recurrence = _when(sentence, quantity, moments)
    before = sentence[: quantity.begin]
    clause = sentence[clause_at(sentence, quantity.begin)[0] : quantity.begin]
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
    """Return how firmly a figure is promised: by the last word of that before it."""
    ensure = max((m.end() for m in _words("ensure").finditer(clause)), default=0)
    strive = max((m.end() for m in _words("strive").finditer(clause)), default=0)
    if ensure == strive:
        return "Plan"
    return "Ensure" if ensure > strive else "Strive"


def _when(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> tuple[str, str]:
    """Return the deadline that governs a figure: the last one before it, in this sentence."""
    begin, end = clause_at(sentence, quantity.begin)
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


def _is_commitment(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> bool:
    """Tell a figure that is promised from one that describes, dates or counts what exists."""
    before = sentence[: quantity.number_begin]
    begin, end = clause_at(sentence, quantity.begin)
    clause = sentence[begin : quantity.begin]
    if INSIDE_NAME.search(before) and quantity.rule != "quantity.implied":
        return False
    if any(m.iso and m.begin <= quantity.number_begin < m.end for m in moments):
        return False
    if (
        _words("reached").search(clause)
        or _is_over(sentence[:begin])
        or _words("penalty").search(clause)
    ):
        return False
    if re.search(r"以[^，。；\d]{0,4}$", before) and re.search(
        r"为(?:基础|依托|重点|核心|载体|抓手|基数|基准)", sentence[quantity.end : end]
    ):
        return False
    if DENOMINATOR.search(before) or CONDITION.match(sentence, quantity.end):
        return False
    if unit_kinds().get(quantity.unit) == "time" and not _is_time_promised(sentence, quantity):
        return False
    in_words = sentence[quantity.number_begin] in "一二三四五六七八九十百千两"
    if in_words and quantity.rule != "quantity.fraction":
        return _bound_in_words(sentence, quantity, moments)
    return not _describes(sentence, quantity)


def _is_over(before: str) -> bool:
    """Tell whether the sentence has begun with what is reached already, and not turned ahead."""
    so_far = list(_words("so-far").finditer(before))
    return bool(so_far) and _words("ahead").search(before, so_far[-1].end()) is None


def _is_time_promised(sentence: str, quantity: Quantity) -> bool:
    """Tell a time that is promised (10分钟内响应) from a window or a deadline (近5年, 3年内)."""
    if quantity.comparator == "Exactly" or (quantity.low or quantity.value or 0) > 1900:
        return False
    if quantity.comparator == "AtMost" and sentence[quantity.end - 1] == "内":
        return quantity.unit in WORKING_TIMES
    return quantity.comparator in ("AtLeast", "AtMost")


def _bound_in_words(sentence: str, quantity: Quantity, moments: Sequence[Moment]) -> bool:
    """Tell a promised figure in Chinese numerals from 一个: it is bound, a range or recurs."""
    if quantity.comparator == "Between":
        return quantity.unit != "年"
    if quantity.unit == "类":
        return False  # 一类以上幼儿园
    if quantity.comparator != "Exactly":
        promised = sentence[quantity.begin : quantity.number_begin].startswith(("至少", "不少于"))
        return promised or quantity.unit not in ("年", "个", "项")
    if LEARNED.search(sentence[: quantity.begin][-4:]):
        return True
    if quantity.unit not in ("次", "场", "期", "届", "轮", "堂"):
        return False
    begin, end = clause_at(sentence, quantity.begin)
    return any(m.recurrence and begin <= m.begin < end for m in moments)


def _describes(sentence: str, quantity: Quantity) -> bool:
    """Tell a figure that only describes: a condition (对…的), an attribute (投资3亿元的项目)."""
    if _sizes_its_noun(sentence, quantity) or TOTAL.search(sentence[: quantity.begin][-NEAR:]):
        return True
    if MADE_UP.match(sentence, quantity.end) or _is_baseline(sentence, quantity):
        return True
    if quantity.unit == "份" and PAPERS.search(sentence[: quantity.begin][-NEAR:]):
        return True
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


def _is_baseline(sentence: str, quantity: Quantity) -> bool:
    """Tell what a change starts from: 由|5所|增至8所, 从30%提高到40%."""
    begin = clause_at(sentence, quantity.begin)[0]
    return bool(
        FROM.search(sentence, begin, quantity.begin) and ONWARD.match(sentence, quantity.end)
    )


def _sizes_its_noun(sentence: str, quantity: Quantity) -> bool:
    """Tell a threshold or a capacity that is part of a name: 5亿元以上项目, 8万吨饲料项目."""
    if unit_kinds().get(quantity.unit) not in ("money", "capacity"):
        return False
    holder = HOLDER.match(sentence, quantity.end)
    return holder is not None and not any(
        tag == "v" for _, tag in tagged((holder["between"] or "").strip())
    )
