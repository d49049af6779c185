"""Sentences to targets: quantified commitments with what they count, how much and by when."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.extract.clauses import clause_at
from kg.extract.commitments import INSIDE_NAME, is_commitment, promise_words
from kg.extract.dates import Moment, find_moments
from kg.extract.deadlines import find_column_years
from kg.extract.distribution import find_runs
from kg.extract.indicators import Site, find_indicators
from kg.extract.quantities import Quantity, find_quantities
from kg.extract.reviews import find_reviews
from kg.extract.text import even
from kg.models import Deadline, Imprint, Modality, Outline, Sentence, Target

EACH = re.compile(
    r"(?:各|每(?:个|家|户|人|名|位|所|年|月|村|镇|县|班|校|组|处|座|辆|台|亩|吨|床)?)$"
)
EACH_BEFORE = re.compile(r"(?:每(?:个|家|户|人|名|位|所|村|镇|县|班|校|组|处|座|辆|台|亩|床))")
CHANGE = re.compile(
    r"(?:提高|提升|增加|增长|上升|降低|下降|减少|压减|压缩|缩短|缩减|增幅|增速)[了约近]?$"
)
# A deadline that opens a sentence: 到2025年，…; 力争2027年底前，…; 到2018年建设20个… is that alone.
LEAD = re.compile(
    r"[\s—（）一二三四五六七八九十\d、.]{0,8}?(?:力争|确保|争取)?"
    r"(?:(?:到|至)(?=(?:20\d\d ?年|“?十.五”?)[^，]{0,4}，)|(?=20\d\d ?年(?:[底末]?前|[春秋]季)))"
)
# 批准《…》等25项标准。其中，农业7项: what is made known, and what it is made up of.
MADE_KNOWN = re.compile(r"[》〉](?:等|共)?\d+[项个部件]")
PART = re.compile(r"\s*其中")
SPOKEN_OF = re.compile(r"(?:对|按照?|根据|参照|依据|凡)")
GOALS = re.compile("目标|总体要求")


def find_targets(
    outline: Outline, imprint: Imprint, deadlines: Sequence[Deadline] = ()
) -> Iterator[Target]:
    """Yield the targets of a document with the period that its imprint gives ("" where unknown).

    Where the words set no day that of the task holds, `deadlines`, and else the period.

    What a review section or a past tense reports is no target; nor is an age, an ordinal, a
    number inside a name.
    """
    text = even(outline.source.text)
    year, since = imprint.period[-4:], _since(imprint)
    dues = {deadline.task: deadline.due for deadline in deadlines}
    years = sorted(find_column_years(outline))
    reviews = tuple(find_reviews(outline, text))
    standing = Standing("", 0)
    is_told = False  # whether the sentence before counts what is made known
    body = (sentence for sentence in outline.sentences if sentence.part in ("body", "work"))
    for sentence in body:
        words = text[sentence.begin : sentence.end]
        if any(b <= sentence.begin < e for b, e in reviews):
            continue
        standing = _standing(outline, sentence, words, text) or standing
        stated = standing.iso if sentence.begin < standing.end else ""
        stated = _over(years, sentence.begin) or stated
        found = () if is_told and PART.match(words) else tuple(_targets_of(words, year))
        is_told = not found and MADE_KNOWN.search(words) is not None
        for target in found:
            if not target.due or target.due[:4] >= since:
                yield _placed(target, sentence, stated, year, dues)


def _over(years: Sequence[tuple[int, int, str]], at: int) -> str:
    """Return the year over the column of a table in which something stands, "" outside."""
    index = bisect_right(years, (at, sys.maxsize, "")) - 1
    return years[index][2] if index >= 0 and at < years[index][1] else ""


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


def _placed(
    target: Target, sentence: Sentence, standing: str, year: str, dues: Mapping[int, str]
) -> Target:
    due, basis = target.due, target.due_basis
    if not due and not target.recurrence:
        task = sentence.task
        inherited = (dues.get(task) if task is not None else "") or year
        if standing:
            due, basis = standing, "Stated"
        elif inherited:
            due, basis = inherited, "Inherited"
    return replace(
        target,
        begin=sentence.begin + target.begin,
        end=sentence.begin + target.end,
        due=due,
        due_basis=basis,
        task=sentence.task,
    )


def _targets_of(sentence: str, year: str) -> Iterator[Target]:
    quantities = list(find_quantities(sentence))
    if not quantities:
        return  # most sentences: then nothing else is looked for
    moments = [
        m for m in find_moments(sentence, year) if not INSIDE_NAME.search(sentence[: m.begin])
    ]
    runs = find_runs(sentence, [(q.begin, q.end) for q in quantities])
    spans: list[tuple[int, int]] = []
    previous = ""
    for quantity in quantities:
        run = runs[quantity.begin]
        site = Site(sentence, quantity.begin, quantity.end, quantity.unit, tuple(spans), run)
        if not is_commitment(sentence, quantity, moments) or (
            not spans and _breaks_down(sentence, quantity.begin)
        ):
            continue
        spans.append((quantity.begin, quantity.end))
        for indicator in find_indicators(site, previous):
            yield _target(sentence, quantity, indicator, moments)
            previous = indicator


def _breaks_down(sentence: str, at: int) -> bool:
    """Tell a figure of what is made known: 现公布《…》等25项标准，其中农业|7项|."""
    whole, part, _ = sentence[:at].rpartition("其中")
    return bool(part) and MADE_KNOWN.search(whole) is not None


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
    ensure = max((m.end() for m in promise_words("ensure").finditer(clause)), default=0)
    strive = max((m.end() for m in promise_words("strive").finditer(clause)), default=0)
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
    stated = [
        m
        for m in moments
        if m.iso and m.begin < quantity.number_begin and not _qualifies(sentence, m, begin)
    ]
    later = [m for m in moments if m.iso and quantity.end <= m.begin < end]
    chosen = stated[-1] if stated else (later[0] if later else None)
    if chosen is None or _is_other_figure(sentence, chosen):
        return "", ""
    return chosen.iso, ""


def _qualifies(sentence: str, moment: Moment, begin: int) -> bool:
    """Tell the year of what is spoken of in a clause before: 对2023年获奖的县，补助不超过3项."""
    return (
        moment.begin < begin
        and SPOKEN_OF.match(sentence, clause_at(sentence, moment.begin)[0], moment.begin)
        is not None
    )


def _carries(sentence: str, moment: Moment, begin: int) -> bool:
    """Tell whether a recurrence still holds in a later clause: no new deadline in between."""
    between = sentence[moment.end : begin]
    return "；" not in between and not re.search(r"\d{4}年|年底|自", between) and len(between) < 40


def _is_other_figure(sentence: str, moment: Moment) -> bool:
    return sentence[max(0, moment.begin - 1) : moment.begin] in ("比", "较", "自", "从")
