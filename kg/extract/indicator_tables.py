"""Tables of indicators to targets: what each of them is to reach by the year over its column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from kg.extract.deadlines import due_of
from kg.extract.numerals import ARABIC, DASH, MASKED, POWER, POWERS, decimal
from kg.extract.quantities import find_quantities
from kg.extract.text import even
from kg.models import (
    Column,
    Comparator,
    DueBasis,
    Entry,
    Grid,
    Imprint,
    Modality,
    Outline,
    Row,
    Target,
)
from kg.vocabulary import rows, words

NUMBERING = re.compile(
    r"(?:\d{1,3}[.．、](?!\d)|（\d{1,2}）|[①-⑳]|[一二三四五六七八九十]{1,3}、"
    r"|（[一二三四五六七八九十]{1,3}）)\s*"
)
PART = re.compile(r"\s*(?:其中|——?)[：:，]?\s*")  # 其中：企业, said of the indicator above
ASIDE = re.compile(r"（(?P<inside>[^（）]{1,12})）\s*[*★]?$")
MARKS = re.compile(r"\s+|[*★▲]$")
RATIO = re.compile(r"[一-鿿%‰]{1,8}/[一-鿿\d]{1,8}")
HEADED_UNIT = re.compile(r"[（(](?:单位[:：])?(?P<unit>[^（）()\d]{1,8})[）)]")
SIGNS: dict[str, Comparator] = {
    "≥": "AtLeast", "≧": "AtLeast", ">": "AtLeast", ">=": "AtLeast", "⩾": "AtLeast",
    "≤": "AtMost", "≦": "AtMost", "<": "AtMost", "<=": "AtMost", "⩽": "AtMost", "≈": "About",
}  # fmt: skip
EMPTY = re.compile(r"[\s—\-/\\.、]*|无|暂无")
# [30], 【30】: five years together; the bracket stands around the figure or behind it (累计).
BRACKETED = re.compile(r"[\[【〔](?P<inside>[^\[\]【】〔〕]+)[\]】〕]")
SUMMED = re.compile(r"（?(?:五年|5年|三年|3年)?累计）?")
BOUNDED = re.compile(r"（?(?:约束性|预期性|当年|年均|新增)）?")
FOOTNOTE = re.compile(r"(?<=[\d%\]])\s*(?:[*★▲①-⑳]|[（]注\d?[）])$")
REACHING = re.compile(r"(?:达到?|实现|完成|为|到|至|控制在|保持在|稳定在|力争)+$")
CHANGING = re.compile("(?:增速|增长|增幅|增长率|降低|下降|减少|提高|提升)$")  # 能耗降低
CHANGE = re.compile("增速|增长|增幅|降低|下降|减少|提高|提升")
LONGEST_FIGURE = 40
BINDING = "约束"  # 约束性; what is 预期性 is only planned


@dataclass(frozen=True, slots=True)
class Aim:
    """An indicator of a table, and what holds for all figures of its row."""

    name: str
    unit: str
    modality: Modality
    task: int | None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a cell says: how much, and how the figure is bound."""

    comparator: Comparator
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    summed: bool = False  # over the years up to that of the column
    masked: bool = False
    verb: str = ""  # 增长 of 增长5%左右


def find_table_targets(outline: Outline, imprint: Imprint) -> Iterator[Target]:
    """Yield what the tables of indicators set; what they say has been reached is no target."""
    text = even(outline.source.text)
    for grid in outline.grids:
        if grid.kind == "indicators":
            yield from _of_grid(text, grid, imprint)


def _of_grid(text: str, grid: Grid, imprint: Imprint) -> Iterator[Target]:
    goals = dict(_goals(grid, imprint))
    year = imprint.period[-4:]
    above = ""
    for row in grid.rows:
        aim = _aim(text, grid, row, above)
        if aim is None:
            continue
        above = above if _is_part(text, grid, row) else aim.name
        for entry in row.entries:
            if entry.column in goals:
                due = goals[entry.column]
                target = _target(text, grid.columns[entry.column], entry, aim)
                if target is not None:
                    stated = due and grid.columns[entry.column].role != "growth"
                    basis: DueBasis = "Stated" if stated else "Inherited"
                    yield replace(target, due=due or year, due_basis=basis if due or year else None)


# -- columns ---------------------------------------------------------------------------------


def _goals(grid: Grid, imprint: Imprint) -> Iterator[tuple[int, str]]:
    """Yield the columns that say what is to be reached, each with its year ("" for the period's).

    A bare year is one where the document plans for it; where nothing tells its years, all but
    the first of several are.
    """
    years = [due_of(column) for column in grid.columns if column.role in ("year", "goal")]
    first = imprint.period[:4] or imprint.issued[:4]
    for number, column in enumerate(grid.columns):
        due = due_of(column)
        if column.role == "year":
            ahead = due[:4] >= first if first else len(years) == 1 or due > min(years)
            if ahead:
                yield number, due
        elif column.role == "goal" and (not due or not first or due[:4] >= first):
            yield number, due
        elif column.role == "growth":
            yield number, max(years, default="")


# -- indicators ------------------------------------------------------------------------------


def _names(grid: Grid, row: Row) -> list[Entry]:
    return [entry for entry in row.entries if grid.columns[entry.column].role == "indicator"]


def _is_part(text: str, grid: Grid, row: Row) -> bool:
    return any(PART.match(text, entry.begin, entry.end) for entry in _names(grid, row))


def _aim(text: str, grid: Grid, row: Row, above: str) -> Aim | None:
    """Return the indicator of a row: 其中：企业 is said of the one above."""
    names = _names(grid, row)
    if not names or len(row.entries) < 2:
        return None
    last = names[-1]
    part = PART.match(text, last.begin, last.end)
    start = part.end() if part else last.begin
    number = NUMBERING.match(text, start, last.end)
    name, unit = _parted(text[number.end() if number else start : last.end])
    if not name or not re.search("[一-鿿A-Za-z]", name):
        return None
    stated = _stated(text, grid, row, "unit")
    unit = (stated if not EMPTY.fullmatch(stated) else "") or unit or grid.unit
    kind = _stated(text, grid, row, "kind")
    modality: Modality = "Ensure" if BINDING in kind else "Plan"
    return Aim((above if part else "") + name, MARKS.sub("", unit), modality, row.task)


def _stated(text: str, grid: Grid, row: Row, role: str) -> str:
    found = (e for e in row.entries if grid.columns[e.column].role == role)
    return next((text[entry.begin : entry.end] for entry in found), "")


def _parted(name: str) -> tuple[str, str]:
    """Return a name without what stands in brackets behind it where that is its unit."""
    name = MARKS.sub("", name)
    aside = ASIDE.search(name)
    if aside is None or not _is_unit(aside["inside"]):
        return name, ""
    return name[: aside.start()], aside["inside"]


@cache
def _units() -> frozenset[str]:
    return frozenset(words("units.tsv"))


def _is_unit(word: str) -> bool:
    bare = re.sub("^(?:百万|千万|万亿|亿|万|千|百)", "", word)
    return word in _units() or bare in _units() or RATIO.fullmatch(word) is not None


# -- figures ---------------------------------------------------------------------------------


def _target(text: str, column: Column, entry: Entry, aim: Aim) -> Target | None:
    cell = text[entry.begin : entry.end]
    figure = read_figure(cell, _unit_of(column, aim))
    if figure is not None and figure.summed and aim.unit:
        figure = read_figure(cell, aim.unit)  # what comes together is no share
    if figure is None:
        return None
    name = aim.name + figure.verb
    grows = column.role == "growth"
    if grows and not CHANGING.search(aim.name):
        name += _growth(column, figure)
    return Target(
        begin=entry.begin,
        end=entry.end,
        indicator=name,
        comparator=figure.comparator,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unit=figure.unit,
        rule="quantity.column.growth" if grows else "quantity.column",
        masked=figure.masked,
        is_change=bool(CHANGE.search(figure.verb or (name if grows else ""))),
        modality=aim.modality,
        task=aim.task,
    )


def _unit_of(column: Column, aim: Aim) -> str:
    """Return the unit of a column's figures: its heading's own, a growth's %, else the row's."""
    headed = HEADED_UNIT.search(column.heading)
    if headed is not None and _is_unit(headed["unit"]):
        return headed["unit"]
    return "%" if column.role == "growth" and CHANGE.search(column.heading) else aim.unit


def _growth(column: Column, figure: Figure) -> str:
    """Return the word of a heading that a figure is of: 年均增速, or 累计 in brackets.

    年均 alone only says over which time: 失业率年均.
    """
    said = re.sub(r"[（(\[【].*", "", column.heading)
    parts = [part for part in re.split("[/、或 ]", said) if part]
    summed = [part for part in parts if "累计" in part]
    if figure.summed:
        return summed[0] if summed else "累计"
    return next((part for part in parts if CHANGE.search(part)), "")


def read_figure(cell: str, unit: str) -> Figure | None:
    """Return what a cell of even width says, None where it holds no figure: —, 完成国家任务."""
    if len(cell) > LONGEST_FIGURE or EMPTY.fullmatch(cell):
        return None
    bracketed = BRACKETED.fullmatch(cell.strip())
    bare = bracketed["inside"] if bracketed else cell
    summed = bracketed is not None or "累计" in cell
    bare = FOOTNOTE.sub("", BOUNDED.sub("", SUMMED.sub("", bare)).strip())
    first, mark, rest = bare.partition("、")
    if mark and not re.search(r"\d", rest):
        bare = first  # >7、力争高于上一时期
    found = _plain_figure(bare, unit) or _spoken(bare)
    return replace(found, summed=summed) if found else None


@cache
def _figure() -> re.Pattern[str]:
    number = rf"(?:{ARABIC}|{MASKED})"
    before, after = ("|".join(sorted(_bound(side), key=len)) for side in ("before", "after"))
    signs = "|".join(sorted(map(re.escape, SIGNS), key=len, reverse=True))
    return re.compile(
        rf"(?:(?P<sign>{signs})|(?P<before>{before}))?\s*(?P<low>{number})\s*(?P<power1>{POWER})"
        rf"(?P<unit1>[^\d—\-]{{0,10}}?)(?:{DASH}\s*(?P<high>{number})\s*(?P<power2>{POWER})"
        rf"(?P<unit2>[^\d—\-]{{0,10}}?))?\s*(?P<after>{after})?\s*(?P<unit3>[^\d—\-]{{0,6}}?)"
    )


@cache
def _bound(side: str) -> dict[str, Comparator]:
    listed = (row for row in rows("bounds.tsv") if row["side"] == side)
    return {row["word"]: row["comparator"] for row in listed}  # type: ignore[misc]


def _plain_figure(cell: str, unit: str) -> Figure | None:
    """Return a figure that is all that the cell holds: ≥95, 60—70, 3.5万人以上, **."""
    match = _figure().fullmatch(cell)
    if match is None:
        return None
    own = match["unit2"] or match["unit1"] or match["unit3"] or ""
    if own and not _is_unit(own):
        return None
    power, unit = _powered(own or unit)
    comparator = _comparator(match)
    if re.fullmatch(MASKED, match["low"]):
        return Figure(comparator, None, None, None, unit, masked=True)
    low = _scaled(match["low"], match["power1"] or match["power2"] or "", power)
    if match["high"] is None:
        return Figure(comparator, low, None, None, unit) if low is not None else None
    high = _scaled(match["high"], match["power2"] or "", power)
    if low is None or high is None or low >= high:
        return None
    return Figure("Between", None, low, high, unit)


def _comparator(match: re.Match[str]) -> Comparator:
    if match["sign"]:
        return SIGNS[match["sign"]]
    if match["before"]:
        return _bound("before")[match["before"]]
    return _bound("after")[match["after"]] if match["after"] else "Exactly"


def _powered(unit: str) -> tuple[Decimal, str]:
    """Return what a unit multiplies by, and the rest of it: 万人 → 10000, 人; 千瓦 stays."""
    for power in ("万亿", "百万", "千万", "亿", "万"):
        if unit.startswith(power) and len(unit) > len(power):
            return Decimal(POWERS[power]), unit[len(power) :]
    return Decimal(1), unit


def _scaled(number: str, power: str, factor: Decimal) -> Decimal | None:
    value = decimal(number, power)
    return None if value is None else value * factor


def _spoken(cell: str) -> Figure | None:
    """Return the only figure of a cell in words: 增长5%左右."""
    found = list(find_quantities(cell))
    if len(found) != 1 or cell[found[0].end :].strip("。；"):
        return None
    quantity = found[0]
    verb = REACHING.sub("", cell[: quantity.begin].strip())
    if len(verb) > 6 or re.search("[，。；：、]", verb):
        return None
    return Figure(
        quantity.comparator,
        quantity.value,
        quantity.low,
        quantity.high,
        quantity.unit,
        masked=quantity.masked,
        verb=verb,
    )
