"""Plain text to tables whose columns survive in each line: as tabs, bars or runs of blanks.

Only what has a heading of known words is a table here; all else stays text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kg.models import Cell, Table
from kg.structure.table_heads import kind_of, plain, role_of

LINE = re.compile(r"[^\n]*\n?")
BLANKS = " \t\r\f\v\u00a0\u3000\u200b\ufeff"
GAP = re.compile(r"[ \u00a0]{2,}|[ \u00a0]?\u3000[ \u00a0\u3000]*|\t")
BLANK = re.compile(r"[ \u00a0\u3000]+")
TAB = re.compile("\t")
BAR = re.compile(r"[|｜│┃]")
PARTED = re.compile(r"[\t|｜│┃ \u00a0\u3000]")  # one of which every heading of columns has
RULE = re.compile(r"[\s|｜│┃:：+\-—─━═┼├┤┬┴┌┐└┘╋]*")
# 一、经济发展, （二）民生保障, 第一部分 …: a row that heads those below it.
HEADING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]"
    r"|第[一二三四五六七八九十]{1,3}[章节部类])"
)
NOTE = re.compile(r"(?:备?注|说明|资料来源|数据来源)\s*\d?\s*[:：.．]")
TOPIC = re.compile(r"[^\s。，；：:！？\d]{2,16}")
LONGEST_HEADING = 40
LONGEST_HEAD_ROW = 400
MOST_COLUMNS = 24

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text, blanks at its ends cut off; an empty one has `begin` = `end`."""

    begin: int
    end: int
    text: str
    start: int  # where it begins with its indent


def split_lines(text: str) -> list[Line]:
    """Return the lines of a text."""
    found = []
    for match in LINE.finditer(text):
        words = match[0].strip(BLANKS + "\n")
        begin = match.start() + (match[0].find(words) if words else 0)
        found.append(Line(begin, begin + len(words), words, match.start()))
    return found


def is_heading_row(text: str) -> bool:
    """Tell a row that is nothing but the heading of those below it: 一、经济发展."""
    return len(text) <= LONGEST_HEADING and HEADING.match(text) is not None and "。" not in text


Splitter = Callable[[Line, str], list[Span]]


def _by_tabs(line: Line, text: str) -> list[Span]:
    # A tab in front is an empty first cell.
    start = line.start if "\t" in text[line.start : line.begin] else line.begin
    return _between(text, start, line.end, [m.span() for m in _tabs(text, start, line.end)])


def _tabs(text: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    return TAB.finditer(text, begin, end)


def _by_bars(line: Line, text: str) -> list[Span]:
    bars = [match.span() for match in BAR.finditer(text, line.begin, line.end)]
    cells = _between(text, line.begin, line.end, bars)
    if bars and bars[0][0] == line.begin:
        cells = cells[1:]
    return cells[:-1] if bars and bars[-1][1] == line.end else cells


def _by_blanks(line: Line, text: str) -> list[Span]:
    gaps = [match.span() for match in GAP.finditer(text, line.begin, line.end)]
    return _between(text, line.begin, line.end, gaps)


def _between(text: str, begin: int, end: int, cuts: Sequence[Span]) -> list[Span]:
    edges = [begin, *(at for cut in cuts for at in cut), end]
    return [_trim(text, *edge) for edge in zip(edges[::2], edges[1::2], strict=True)]


def _trim(text: str, begin: int, end: int) -> Span:
    words = text[begin:end].strip(BLANKS)
    begin += text[begin:end].find(words) if words else 0
    return begin, begin + len(words)


def _by_single_blanks(line: Line, text: str) -> list[Span]:
    return _between(text, line.begin, line.end, [m.span() for m in _blanks(text, line)])


def _blanks(text: str, line: Line) -> Iterator[re.Match[str]]:
    return BLANK.finditer(text, line.begin, line.end)


# Single blanks part cells only where every heading is known and every row has as many.
SPLITTERS: tuple[Splitter, ...] = (_by_tabs, _by_bars, _by_blanks, _by_single_blanks)


def find_lined_tables(text: str, lines: Sequence[Line]) -> Iterator[Table]:
    """Yield the tables whose rows are lines, a tab, a bar or a run of blanks between cells."""
    at = 0
    while at < len(lines):
        found = _table_at(text, lines, at)
        if found is not None:
            table, at = found
            yield table
        else:
            at += 1


def _table_at(text: str, lines: Sequence[Line], at: int) -> tuple[Table, int] | None:
    line = lines[at]
    if len(line.text) > LONGEST_HEAD_ROW or not PARTED.search(line.text):
        return None
    for split in SPLITTERS:
        head = split(line, text)
        if not 2 <= len(head) <= MOST_COLUMNS:
            continue
        roles = [role_of(plain(text[begin:end])) for begin, end in head]
        if split is _by_single_blanks and (len(roles) < 3 or not all(roles)):
            continue
        if sum(begin < end for begin, end in head) > 1 and kind_of(roles) is not None:
            return _read_rows(text, lines, at, split, head)
    return None


def _read_rows(
    text: str, lines: Sequence[Line], at: int, split: Splitter, head: list[Span]
) -> tuple[Table, int] | None:
    cells = _cells(0, head)
    row, last, following = 1, at, at + 1
    while following < len(lines):
        found = _row(text, lines, following, split, head)
        if found is None:
            break
        spans, count = found
        if spans:
            cells += _cells(row, spans, len(head))
            row, last = row + 1, following + count - 1
        following += count
    if row < 2:
        return None
    return Table(lines[at].begin, lines[last].end, tuple(cells)), last + 1


def _cells(row: int, spans: Sequence[Span], columns: int = 0) -> list[Cell]:
    if len(spans) == 1 and columns > 1:
        return [Cell(row, 0, *spans[0], columns=columns)]
    return [Cell(row, column, begin, end) for column, (begin, end) in enumerate(spans)]


def _row(
    text: str, lines: Sequence[Line], at: int, split: Splitter, head: list[Span]
) -> tuple[list[Span], int] | None:
    """Return the cells of the row that begins at a line, none for a rule or a blank line, and how
    many lines it takes; None where the table is over.
    """
    line = lines[at]
    if RULE.fullmatch(line.text):
        blank = not line.text and at + 1 < len(lines) and not lines[at + 1].text
        return None if blank else ([], 1)
    spans = split(line, text)
    while len(spans) > len(head) and spans[-1][0] == spans[-1][1]:
        spans.pop()
    if len(spans) == 1:
        return (spans, 1) if _heads(text, lines, at, split, len(head)) else None
    if NOTE.match(line.text) or len(spans) > len(head):
        return None
    if len(spans) == len(head):
        return spans, 1
    return _short_row(text, lines, at, split, (spans, head))


def _heads(text: str, lines: Sequence[Line], at: int, split: Splitter, columns: int) -> bool:
    """Tell a row of one cell that heads those below it: 一、产业, or short above a full row."""
    words = text[slice(*split(lines[at], text)[0])]
    if is_heading_row(words):
        return True
    if not TOPIC.fullmatch(words) or at + 1 >= len(lines):
        return False
    return len(split(lines[at + 1], text)) == columns


def _short_row(
    text: str,
    lines: Sequence[Line],
    at: int,
    split: Splitter,
    row_and_head: tuple[list[Span], list[Span]],
) -> tuple[list[Span], int] | None:
    """Return a row with fewer cells than the heading, and how many lines it takes."""
    spans, head = row_and_head
    if split is _by_single_blanks:
        return None
    if split is _by_blanks:
        placed = _placed(text, lines[at], spans, head)
        return (placed, 1) if placed else None
    whole = _joined(text, lines, at, split, spans, len(head))
    return (whole, 2) if whole is not None else (spans, 1)


def _joined(
    text: str, lines: Sequence[Line], at: int, split: Splitter, spans: list[Span], columns: int
) -> list[Span] | None:
    """Return a row that a line break inside a cell cuts in two."""
    if split is not _by_tabs or at + 1 >= len(lines):
        return None
    rest = split(lines[at + 1], text)
    if len(spans) + len(rest) - 1 != columns or "" in (lines[at + 1].text, lines[at].text):
        return None
    if len(rest) == 1 and is_heading_row(lines[at + 1].text):
        return None
    return [*spans[:-1], (spans[-1][0], rest[0][1]), *rest[1:]]


def _placed(text: str, line: Line, spans: list[Span], head: list[Span]) -> list[Span]:
    """Return the cells of a row with empty ones, by the headings that stand above them."""
    start = text.rfind("\n", 0, head[0][0]) + 1
    above = [(_width(text, start, begin), _width(text, start, end)) for begin, end in head]
    row: list[Span] = [(line.end, line.end)] * len(head)
    previous = -1
    for span in spans:
        first, last = (_width(text, line.start, at) for at in span)
        under = [n for n, (b, e) in enumerate(above) if b < last and first < e and n > previous]
        if len(under) != 1:
            return []
        previous = under[0]
        row[previous] = span
    return row


def _width(text: str, begin: int, end: int) -> int:
    """Return how many columns of a screen a stretch of text takes: two for each Chinese sign."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text[begin:end])
