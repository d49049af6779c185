"""Parts of a web page to paragraphs and tables, as a browser shows them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from kg.read.draft import DraftCell, clean
from kg.read.html_numbers import Numbering, numbering_of
from kg.read.tags import BLOCKS

Element = Any  # lxml comes without types
Rule = Callable[[Element], str]  # why an element is left out; "" where it is shown

SILENT = "html.silent"  # the rule of what shows no text at all
CELLS = ("td", "th")
BREAKING = BLOCKS | {*CELLS, "caption"}
ROW_GROUPS = ("tbody", "thead", "tfoot")
HEADINGS = {f"h{level}": level for level in range(1, 7)}
SPACE = re.compile(r"[ \t\r\n\f]+")
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
TWICE_ENCODED = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
RAISED_NUMBER = re.compile(r"[+-]?\d{1,3}")  # 10<sup>4</sup> is not 104
FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|7z|txt)(?:[?#]|$)", re.I)
WIDE = "\u2e80"  # from here on a line break between two letters is no blank
WIDEST = 100  # columns over which a cell may reach; more is no table
LARGEST = 2_000_000  # fields of a table; where its cells claim more they lie about their reach
LEAST_PROSE = 300  # characters of a cell that holds the page's text
PROSE_SHARE = 0.7
MOST_LAYOUT_CELLS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as a browser breaks it."""

    text: str
    level: int | None = None  # of a heading
    files: bool = False  # it links to files


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of data."""

    rows: tuple[tuple[DraftCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Left:
    """An element that is left out, and why."""

    element: Element
    rule: str


Part = Line | Rows | Left


def parts(
    root: Element, rule: Rule, with_tables: bool = True, numbered: bool = True
) -> Iterator[Part]:
    """Yield what an element shows, in order; what `rule` names is left out."""
    from lxml import etree

    flow = _Flow(numbered)
    walk = etree.iterwalk(root, events=("start", "end"))
    passed: Element = None
    for event, element in walk:
        if event == "start":
            left = rule(element) if element is not root else ""
            rows = with_tables and not left and element.tag == "table" and not is_layout(element)
            if left or rows:
                passed = element
                walk.skip_subtree()
            if left:
                yield Left(element, left)
            elif rows:
                yield from flow.end_line()
                yield from _table(element, rule)
            else:
                yield from flow.open(element)
        else:
            if element is not passed:
                yield from flow.close(element)
            passed = None
            if element is not root:
                yield from flow.write(element.tail)
    yield from flow.end_line()


def text_of(element: Element) -> str:
    """Return all the text in an element on one line."""
    return SPACE.sub(" ", " ".join(element.itertext()))


class _Flow:
    """The line in the making: inline elements join without a blank, blocks end it."""

    def __init__(self, numbered: bool) -> None:
        self._numbered = numbered
        self._written: list[str] = []
        self._lists: list[Numbering | None] = []
        self._marker = ""
        self._level: int | None = None
        self._files = False
        self._raised = self._kept = 0  # within how many <sup>, <pre>

    def open(self, element: Element) -> Iterator[Line]:
        """Begin an element."""
        tag = element.tag
        if tag in BREAKING:
            yield from self.end_line()
        if tag in ("ol", "ul"):
            self._lists.append(numbering_of(element) if self._numbered else None)
        elif tag == "li" and self._lists and (numbering := self._lists[-1]) is not None:
            self._marker = numbering.marker(element)
        elif tag == "a":
            self._files = self._files or FILE.search(element.get("href", "")) is not None
        self._level = HEADINGS.get(tag, self._level)
        self._count(tag, 1)
        yield from self.write(element.text)

    def close(self, element: Element) -> Iterator[Line]:
        """End an element."""
        tag = element.tag
        if tag in BREAKING and tag != "br":
            yield from self.end_line()
        if tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._marker = ""
        elif tag in HEADINGS:
            self._level = None
        self._count(tag, -1)

    def _count(self, tag: str, step: int) -> None:
        self._raised += step if tag == "sup" else 0
        self._kept += step if tag == "pre" else 0

    def write(self, text: str | None) -> Iterator[Line]:
        """Add text to the line."""
        if not text:
            return
        if TWICE_ENCODED.search(text):
            text = html.unescape(text)
        if self._raised and RAISED_NUMBER.fullmatch(text.strip()):
            text = text.translate(RAISED)
        first, *rest = text.split("\n") if self._kept else [text]
        self._written.append(first)
        for line in rest:
            yield from self.end_line()
            self._written.append(line)

    def end_line(self) -> Iterator[Line]:
        """Yield the line if there is anything in it."""
        if not self._written:
            return
        text = clean(_collapsed("".join(self._written)))
        if text:
            marker = self._marker
            if marker and not _is_numbered(text):
                text = marker + text
            self._marker = ""
            yield Line(text, self._level, self._files)
        self._written.clear()
        self._files = False


def _collapsed(text: str) -> str:
    """Return a text with its white space as a browser shows it."""

    def blank(space: re.Match[str]) -> str:
        begin, end = space.span()
        broken = "\n" in space[0] and begin > 0 and end < len(bare)
        return "" if broken and bare[begin - 1] >= WIDE and bare[end] >= WIDE else " "

    bare = INVISIBLE.sub("", text)
    return SPACE.sub(blank, bare)


@cache
def _number() -> re.Pattern[str]:
    numeral = r"(?:\d{1,3}|[一二三四五六七八九十百]{1,5}|[a-zA-Z]|[ivxIVX]{1,6})"
    return re.compile(rf"[（(]{numeral}[）)]|{numeral}[.．、)）]|第{numeral}[章节条]|[①-⑳]")


def _is_numbered(line: str) -> bool:
    """Tell whether who wrote a list's item has numbered it as well."""
    return _number().match(line) is not None


# -- tables ----------------------------------------------------------------------------------


def is_layout(table: Element) -> bool:
    """Tell a table that only places things on the page from one of data.

    One column or one cell; or a cell that holds almost all of the text, in paragraphs.
    """
    if table.get("role") == "presentation":
        return True
    cells = [[text_of(cell).strip() for cell in cells_of(row)] for row in rows_of(table)]
    filled = [sum(bool(text) for text in row) for row in cells]
    if max(filled, default=0) <= 1:
        return True
    whole = sum(len(text) for text in chain(*cells))
    prose = max((cell for row in rows_of(table) for cell in cells_of(row)), key=_length)
    if _length(prose) < max(LEAST_PROSE, PROSE_SHARE * whole):
        return False
    if prose.find(".//table") is not None:
        return True
    return max(filled) <= MOST_LAYOUT_CELLS and len(prose.findall(".//p")) > len(cells)


def _length(element: Element) -> int:
    return len(text_of(element).strip())


def rows_of(table: Element) -> list[Element]:
    """Return the rows of a table, without those of tables within."""
    groups = sorted(table, key=lambda child: child.tag == "tfoot")
    return [
        row
        for group in groups
        for row in (group if group.tag in ROW_GROUPS else [group])
        if row.tag == "tr"
    ]


def cells_of(row: Element) -> list[Element]:
    """Return the cells of a row."""
    return [cell for cell in row if cell.tag in CELLS]


def _table(table: Element, rule: Rule) -> Iterator[Part]:
    """Yield what stands in a table beside its cells, then its rows."""
    yield from _astray(table, rule)
    rows = []
    listed = rows_of(table)
    for number, row in enumerate(listed):
        left = rule(row)
        if left:
            yield Left(row, left)
            continue
        cells = []
        for cell in cells_of(row):
            text, out = _cell(cell, rule)
            yield from out
            if text is not None:
                cells.append(_spanning(cell, text, len(listed) - number))
        rows.append(tuple(cells))
    yield Rows(tuple(rows) if _area(rows) <= LARGEST else tuple(map(_unspanned, rows)))


def _cell(cell: Element, rule: Rule) -> tuple[str | None, Sequence[Left]]:
    left = rule(cell)
    if left:
        return None, [Left(cell, left)]
    inner = list(parts(cell, rule, with_tables=False) if len(cell) else _bare(cell))
    lines = [part.text for part in inner if isinstance(part, Line)]
    return " ".join(lines), [part for part in inner if isinstance(part, Left)]


def _area(rows: Iterable[Sequence[DraftCell]]) -> int:
    return sum(cell.rows * cell.columns for row in rows for cell in row)


def _unspanned(row: Sequence[DraftCell]) -> tuple[DraftCell, ...]:
    return tuple(DraftCell(cell.text) for cell in row)


def _bare(cell: Element) -> Iterator[Part]:
    flow = _Flow(numbered=False)
    yield from flow.write(cell.text)
    yield from flow.end_line()


def _spanning(cell: Element, text: str, most_rows: int) -> DraftCell:
    rows = _count(cell.get("rowspan", "1"))
    return DraftCell(
        text,
        rows=min(rows, most_rows) if rows else most_rows,  # 0: down to the end
        columns=max(1, min(_count(cell.get("colspan", "1")), WIDEST)),
    )


def _count(text: str) -> int:
    digits = re.match(r"\s*(\d{1,6})", text)
    return int(digits[1]) if digits is not None else 1


def _astray(table: Element, rule: Rule) -> Iterator[Part]:
    """Yield the caption, and what a page puts between rows and cells without a cell of its own."""
    for holder in (table, *(group for group in table if group.tag in ROW_GROUPS), *rows_of(table)):
        loose = [holder.text, *(child.tail for child in holder)]
        yield from (Line(clean(text)) for text in loose if text and clean(text))
        for child in holder:
            if child.tag not in (*CELLS, *ROW_GROUPS, "tr", "colgroup"):
                left = rule(child)
                yield from [Left(child, left)] if left else parts(child, rule, with_tables=False)
