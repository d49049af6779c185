"""Text to totals with their parts: 幼儿园67所，其中新建26所、改建29所、扩建12所."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Literal

from kg.extract.numerals import ARABIC, POWER, POWERS, decimal
from kg.extract.text import even
from kg.vocabulary import rows, words

# Shares of something do not add up to a share of it, and nobody adds up hours.
ADDED = ("count", "money", "measure", "capacity", "place")
ENDS = "。！？\n\r"
ENDING = re.compile(f"[{ENDS}]")
# A sentence without one of these gives no parts.
CUE = re.compile(
    r"其中|分别[是为]|包括|包含|合计|共计|总计|一共|[，,、]共"
    r"|\d[^，。；：（）,;:()\d\n]{1,24}[（：(:][^，。；：（）,;:()\d\n]{0,24}\d"
)
COLON = re.compile(r"[：:][ \u3000]*\r?\n")
HEAD = re.compile(
    r"(?<=\d)[^，。；：（）,;:()\d\n]{1,24}"
    r"(?P<opening>[，（,(]?(?P<among>其中)?[：:])[ \u3000]*\r?\n"
)
ITEM = re.compile(
    r"[ \u3000]*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）).、．]|[①-⑳]|[—\-·])"
    r"(?P<words>[^\r\n]{1,200})(?:\r?\n|$)"
)
# Where parts begin; 其中 may leave others out, a bracket or a colon seldom does.
OPENING = re.compile(
    r"[，、；]?（?(?:(?P<among>其中)|(?P<all>分别[是为]|包括|包含))[，：]?|(?P<bracket>（)|(?P<colon>：)"
)
TOGETHER = re.compile(r"(?:^|[，、；：])(?:合计|共计|总计|一共|共有|共)[^，。；：（）、\d]{0,6}$")
MARK = re.compile(r"[，。；：（）]")
BRACKET = re.compile(r"（[^（）]{0,40}）")
LONGEST_TAIL = 24  # characters between a total and its parts: 67所|幼儿园建设任务|，其中
LONGEST_LABEL = 24
MOST = 20  # parts of a total
LEAD = 20  # characters looked at before a figure
BETWEEN = re.compile(r"(?:、|以及|和|及|与)|[，；]")
TAIL = re.compile(r"[^，、；。：（）\d和及与]{0,16}(?:（[^（）]{0,60}）)?")
# No figures to calculate with: 约20所, 超过20所, 20余所.
LOOSE = re.compile(
    r"(?:约|近|超|逾|过|不少于|不低于|不高于|少于|低于|高于|多于|突破|至少|至多|最多|最高|[以之]上)"
    r"[^，。；：（）、\d]{0,4}$"
)
# No part of a whole: 每校3名, 人均12平方米, 累计35所, 比上年增加20所, 达到50所.
NO_PART = re.compile(
    r"每|均|累计|[较比].{0,6}[增减多少]|增[长幅]|增减|减少|同比|达|[至到]|折合|相当|总|其中|除|以外"
    r"|^(?:增加|新增|减少)$"
)
# No whole: 比上年增加20所, 每校20名.
NO_TOTAL = re.compile(
    r"[较比][^，。；]{0,12}[增减多少高低][^，。；]{0,4}$|每[^，。；]{0,12}$|均[^，。；]{0,4}$"
)


# Whether the words name all parts, likely do (a bracket), or leave others out (其中).
Completeness = Literal["all", "likely", "some"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its unit in a text."""

    begin: int
    end: int
    value: Decimal
    unit: str
    step: Decimal  # what its last digit counts: 0.1 of 12.5, ten million of 12.5亿
    is_loose: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and the parts that a text gives of it."""

    total: Figure
    parts: tuple[Figure, ...]
    labels: tuple[str, ...]
    completeness: Completeness
    is_series: bool  # the parts stand side by side: A、B、C

    @property
    def begin(self) -> int:
        """Give where it begins in the text."""
        return min(figure.begin for figure in (self.total, *self.parts))

    @property
    def end(self) -> int:
        """Give where it ends in the text."""
        return max(figure.end for figure in (self.total, *self.parts))

    @property
    def made(self) -> Decimal:
        """Give what the parts make together."""
        return sum((part.value for part in self.parts), Decimal(0))

    @property
    def rounding(self) -> Decimal:
        """Give by how much rounded figures may miss each other: 12.5 beside 3.2 + 4.1 + 5.3."""
        steps = [figure.step for figure in (self.total, *self.parts)]
        return sum(steps, Decimal(0)) / 2 if any(step != 1 for step in steps) else Decimal(0)


_Finder = Callable[[str], Iterator[Sum]]


@cache
def _figure() -> re.Pattern[str]:
    units = "|".join(sorted(map(re.escape, words("units.tsv")), key=len, reverse=True))
    return re.compile(
        rf"(?<![\d.A-Za-z第—\-])(?P<figure>{ARABIC}) ?(?P<power>{POWER})(?P<more>[多余])? ?"
        rf"(?P<unit>{units})(?P<about>以上|以下|以内|左右|及以上)?"
    )


@cache
def _kinds() -> dict[str, str]:
    return {row["unit"]: row["kind"] for row in rows("units.tsv")}


def find_sums(text: str) -> Iterator[Sum]:
    """Yield every total with the parts that a text gives of it, in the order of the text.

    Only what may hold a sum is brought to even widths, which takes longer than all the rest.
    """
    found = [
        _moved(one, begin)
        for begin, end, find in (*_sentences(text), *_lists(text))
        for one in find(even(text[begin:end]))
    ]
    yield from sorted(found, key=lambda one: (one.begin, one.end))


def _sentences(text: str) -> Iterator[tuple[int, int, _Finder]]:
    """Yield the sentences that may hold a sum."""
    done = 0
    for cue in CUE.finditer(text):
        if cue.start() < done:
            continue
        begin = max(text.rfind(mark, done, cue.start()) for mark in ENDS) + 1
        end = ENDING.search(text, cue.start())
        begin, done = max(begin, done), len(text) if end is None else end.start()
        yield begin, done, _sums_of


def _lists(text: str) -> Iterator[tuple[int, int, _Finder]]:
    """Yield the lists whose items may be parts, with the words before them."""
    for colon in COLON.finditer(text):
        items = list(_items(text, colon.end()))
        if items:
            yield max(0, colon.start() - 2 * LONGEST_TAIL), items[-1][1], _sums_over_items


def _moved(one: Sum, by: int) -> Sum:
    """Give a sum of a stretch by its places in the whole text."""
    total, *parts = (
        replace(figure, begin=figure.begin + by, end=figure.end + by)
        for figure in (one.total, *one.parts)
    )
    return replace(one, total=total, parts=tuple(parts))


def _sums_over_items(plain: str) -> Iterator[Sum]:
    """Yield the total whose parts are the items of a list, a line each."""
    head = HEAD.search(plain)
    total = head and _total_before(plain, _figures(plain, 0, head.end()), head.start("opening"))
    if head is None or total is None:
        return
    series = _of_items(plain, list(_items(plain, head.end())), total.unit)
    if series is not None and not series.is_doubtful:
        completeness: Completeness = "some" if head["among"] else "likely"
        yield Sum(total, series.parts, series.labels, completeness, True)


def _items(plain: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of the list that begins at a place, as spans behind their numbers."""
    for _ in range(MOST):
        item = ITEM.match(plain, at)
        if item is None:
            return
        yield item.span("words")
        at = item.end()


def _of_items(plain: str, items: Sequence[tuple[int, int]], unit: str) -> _Series | None:
    """Return the first figure of each item, where all count the same."""
    first = [_figures(plain, *item)[:1] for item in items]
    parts = tuple(one[0] for one in first if one and one[0].unit == unit)
    if len(parts) < 2 or len(parts) < len(items):
        return None
    labels = (plain[item[0] : part.begin] for item, part in zip(items, parts, strict=True))
    return _Series(parts, tuple(labels), "、")


def _figures(plain: str, begin: int, end: int) -> list[Figure]:
    found = (_one(plain, match) for match in _figure().finditer(plain, begin, end))
    return [figure for figure in found if figure is not None]


def _one(plain: str, match: re.Match[str]) -> Figure | None:
    value = decimal(match["figure"], match["power"])
    if value is None:
        return None
    places = len(match["figure"].partition(".")[2])
    loose = match["more"] or match["about"]
    before = plain[max(0, match.start() - 10) : match.start()]
    return Figure(
        begin=match.start(),
        end=match.end(),
        value=value,
        unit=match["unit"],
        step=Decimal(POWERS[match["power"]]).scaleb(-places),
        is_loose=bool(loose or LOOSE.search(before)),
    )


def _sums_of(plain: str) -> Iterator[Sum]:
    """Yield the totals of a sentence whose parts stand behind or before them."""
    figures = _figures(plain, 0, len(plain))
    if len(figures) < 2:
        return
    for opening in OPENING.finditer(plain):
        found = _forward(plain, len(plain), figures, opening)
        if found is not None:
            yield found
    for index, total in enumerate(figures):
        behind = _backward(plain, 0, figures[max(0, index - MOST) : index], total)
        if behind is not None:
            yield behind


def _forward(plain: str, end: int, figures: Sequence[Figure], opening: re.Match[str]) -> Sum | None:
    """Return the total before an opening with the parts behind it."""
    first = bisect_left(figures, opening.end(), key=lambda figure: figure.begin)
    behind = figures[first : first + MOST]
    total = _total_before(plain, figures[max(0, first - MOST) : first], opening.start())
    if total is None:
        return None
    series = _series(plain, opening.end(), end, behind, total.unit)
    if not series.parts or series.is_doubtful:
        return None
    clause = plain[max(0, total.begin - LONGEST_LABEL) : opening.start()]
    if opening["all"] or _names_all(series.labels, clause):
        completeness: Completeness = "all"
    else:
        completeness = "some" if opening["among"] else "likely"
    return Sum(total, series.parts, series.labels, completeness, series.mark == "、")


def _total_before(plain: str, figures: Sequence[Figure], at: int) -> Figure | None:
    """Return the figure that ends just before a place: 67所幼儿园（见附件），|其中."""
    before = [figure for figure in figures if figure.end <= at]
    if plain.startswith("）", at - 1):
        bracket = plain.rfind("（", max(0, at - LONGEST_TAIL), at)
        before = [figure for figure in before if figure.end <= bracket]
    if not before or _kinds()[before[-1].unit] not in ADDED or before[-1].is_loose:
        return None
    total = before[-1]
    between = BRACKET.sub("", plain[total.end : at])
    far = len(between) > LONGEST_TAIL or MARK.search(between)
    return None if far or NO_TOTAL.search(plain, max(0, total.begin - LEAD), total.begin) else total


@dataclass(frozen=True, slots=True)
class _Series:
    """Figures of one unit in a row."""

    parts: tuple[Figure, ...]
    labels: tuple[str, ...]
    mark: str  # what stands between: 、 or ， or ；

    @property
    def is_doubtful(self) -> bool:
        """Tell whether something in the row is no figure to add, or no part of a whole."""
        return any(p.is_loose for p in self.parts) or any(map(NO_PART.search, self.labels))


def _series(plain: str, at: int, end: int, figures: Sequence[Figure], unit: str) -> _Series:
    """Return the figures that stand in a row from a place on, as long as one mark parts them."""
    parts: list[Figure] = []
    labels: list[str] = []
    mark = ""
    for figure in figures:
        label = plain[at : figure.begin]
        if figure.unit != unit or not _is_label(label):
            break
        if not label and _kinds()[unit] == "money":
            break  # 其中50亿元项目2个: what each of them costs
        tail = TAIL.match(plain, figure.end, end)
        assert tail is not None  # it may be empty
        parts.append(figure)
        labels.append(label + tail[0])
        between = BETWEEN.match(plain, tail.end(), end)
        sort = "" if between is None else between[0] if between[0] in "，；" else "、"
        if between is None or sort != (mark or sort):
            break
        mark, at = sort, between.end()
    return _Series(tuple(parts), tuple(labels), mark or "、")


def _is_label(words: str) -> bool:
    """Tell whether words before a figure may name a part."""
    return len(words) <= LONGEST_LABEL and not MARK.search(words) and not NO_PART.search(words)


def _names_all(labels: Sequence[str], clause: str) -> bool:
    """Tell whether the clause of the total names each part: 新建、改建、扩建幼儿园67所."""
    return len(labels) > 1 and all(len(label) > 1 and label in clause for label in labels)


def _backward(plain: str, begin: int, before: Sequence[Figure], total: Figure) -> Sum | None:
    """Return a total behind its parts: 新建26所、改建29所、扩建12所，共67所."""
    lead = TOGETHER.search(plain[max(begin, total.begin - LEAD) : total.begin])
    if lead is None or total.is_loose or _kinds()[total.unit] not in ADDED:
        return None
    at = max(begin, total.begin - LEAD) + lead.start()
    for first in range(len(before) - 1):
        start = _clause_start(plain, begin, before[first].begin)
        series = _series(plain, start, at, before[first:], total.unit)
        if len(series.parts) == len(before) - first and not series.is_doubtful:
            return Sum(total, series.parts, series.labels, "all", series.mark == "、")
    return None


def _clause_start(plain: str, begin: int, at: int) -> int:
    first = max(begin, at - LONGEST_LABEL)
    return max((mark.end() for mark in MARK.finditer(plain, first, at)), default=first)
