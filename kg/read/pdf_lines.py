"""Glyphs to lines of text in the order of reading, column by column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from kg.read.pdf_ink import Glyph

SAME_ROW = 0.5  # of the lower one's height, how much two glyphs of a row share
PARTED = 1.2  # times its size, a gap at which a row may fall into two columns
WIDE_BLANK = 0.85  # times its size, a gap that stands for an ideographic blank
PLAIN_GAP = 0.5  # times its size, a gap that stands for a blank; justified lines spread less
LEAST_GAPS = 3
WORD_GAP = 0.18  # times its size, a gap between two Latin words
LATIN = re.compile(r"[A-Za-z]")
NARROW = re.compile(r"[0-9A-Za-z]")
# What no line begins with, what none ends with, and what is not broken over two lines.
CLOSING = "、。，．；：！？）》」』】〕〉”’…%％‰℃·,.;:!?)]}"
OPENING = "（《「『【〔〈“‘([{"
# Browsers break no line beside a quotation mark either: 驿站”15个.
WORD = r"(?:[0-9A-Za-z.,%/+:~_＋－\-–—]+|.)"
UNBROKEN = re.compile(
    rf"[{re.escape(OPENING)}]*{WORD}[{re.escape(CLOSING)}]*(?:(?<=[”’]){WORD}[{re.escape(CLOSING)}]*)?"
)
# Of two columns side by side.
LEAST_LINES = 4
FILLED = 0.85  # of the column's width, what a full line fills
FULL_LINES = 0.3  # of a column's lines, how many are full: in a table of blanks hardly any
LEAST_FULL = 2
EQUAL = 1.1
NARROWEST = 10  # characters to a line
WIDE_COLUMN = 14  # the same, of columns that are told by being equal
MOST_GUTTERS = 12  # places tried
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as printed."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    font: str
    head: float  # how wide its beginning is that could not be broken off
    left: float = 0.0  # the edges of the column that it stands in
    right: float = 0.0
    column: int = 0  # number of that column on its page
    block: int = -1  # number of the table on its page that stands here

    @property
    def indent(self) -> float:
        """Return how far it is indented, in characters."""
        return (self.x0 - self.left) / self.size

    @property
    def room(self) -> float:
        """Return what it leaves free at its end, in points."""
        return self.right - self.x1


Segment = tuple[Glyph, ...]
Box = tuple[float, float, float, float]  # x0, top, x1, bottom
BLOCK = "\ufffc"  # stands for a table among the glyphs, with its number behind it
BLOCK_HEIGHT = 8.0


def find_rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Return the glyphs of each row, from left to right, blanks too; rows from the top."""
    rows: list[list[Glyph]] = []
    bands: list[tuple[float, float]] = []
    for glyph in sorted(glyphs, key=lambda one: (one.top + one.bottom, one.x0)):
        for at in range(len(rows) - 1, max(len(rows) - 4, -1), -1):
            if _shares(bands[at], glyph):
                rows[at].append(glyph)
                if glyph.bottom - glyph.top > bands[at][1] - bands[at][0]:
                    bands[at] = (glyph.top, glyph.bottom)
                break
        else:
            rows.append([glyph])
            bands.append((glyph.top, glyph.bottom))
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def _shares(band: tuple[float, float], glyph: Glyph) -> bool:
    shared = min(band[1], glyph.bottom) - max(band[0], glyph.top)
    return shared >= SAME_ROW * min(band[1] - band[0], glyph.bottom - glyph.top)


def find_lines(
    glyphs: Iterable[Glyph], blocks: Sequence[Box] = (), gutters: Sequence[float] = ()
) -> list[Line]:
    """Return the lines of a page in the order of reading.

    `blocks` are what is read by itself, a table: a line with its number stands in its place.
    `gutters` are where pages before this one have the space between two columns.
    """
    placed = [*glyphs, *(_stand_in(number, box) for number, box in enumerate(blocks))]
    rows = [segments for row in find_rows(placed) if (segments := list(_segments(row)))]
    return [
        line
        for number, column in enumerate(_columns(rows, gutters, DEEPEST))
        for line in _edged([line for row in column for line in _lines(row)], number)
    ]


def _stand_in(number: int, box: Box) -> Glyph:
    x0, top, x1, _ = box
    return Glyph(BLOCK + str(number), x0, top, x1, top + BLOCK_HEIGHT, BLOCK_HEIGHT, "")


def _is_block(part: Segment) -> bool:
    return part[0].text.startswith(BLOCK)


def _segments(row: Sequence[Glyph]) -> Iterator[Segment]:
    """Yield the parts of a row that wide gaps separate; blanks at their ends are gaps."""
    part: list[Glyph] = []
    last: Glyph | None = None  # with ink
    for glyph in row:
        if glyph.text.isspace():
            if part:
                part.append(glyph)
            continue
        if last is not None and _part(last, glyph):
            yield tuple(part)
            part = []
        part.append(glyph)
        last = glyph
    if part:
        yield tuple(part)


def _part(before: Glyph, after: Glyph) -> bool:
    blocks = before.text.startswith(BLOCK) or after.text.startswith(BLOCK)
    return blocks or after.x0 - before.x1 > PARTED * max(before.size, after.size)


# -- columns ---------------------------------------------------------------------------------

Row = list[Segment]


def _columns(rows: Sequence[Row], known: Sequence[float], depth: int) -> Iterator[list[Row]]:
    """Yield the rows of each column in the order of reading; one that spans all is a column."""
    found = _widest_run(rows, known) if depth else None
    if found is None:
        if rows:
            yield list(rows)
        return
    begin, end, gutter = found
    if begin:
        yield from _columns(rows[:begin], known, depth)
    for side in (0, 1):
        halves = (_split(row, gutter)[side] for row in rows[begin:end])
        yield from _columns([half for half in halves if half], known, depth - 1)
    yield from _columns(rows[end:], known, depth)


def gutters_of(lines: Sequence[Line]) -> Iterator[float]:
    """Yield where the columns of a page have a gutter between them."""
    edges = sorted({(line.column, line.left, line.right) for line in lines})
    for (_, _, right), (_, left, _) in pairwise(edges):
        if right < left:
            yield left - 3.0


def _split(row: Row, gutter: float) -> tuple[Row, Row]:
    left = [part for part in row if part[-1].x1 <= gutter or _middle(part) < gutter]
    return left, [part for part in row if part not in left]


def _middle(part: Segment) -> float:
    return (part[0].x0 + part[-1].x1) / 2


def _end(part: Segment) -> float:
    return max(glyph.x1 for glyph in part if not glyph.text.isspace())


def _widest_run(rows: Sequence[Row], known: Sequence[float]) -> tuple[int, int, float] | None:
    """Return the rows that stand in two columns: from, to, and where the gutter is."""
    runs = [run for gutter in known for run in _runs(rows, gutter, sure=True)]
    if len(rows) >= LEAST_LINES:
        runs += [run for gutter in _gutters(rows) for run in _runs(rows, gutter)]
    return max(runs, key=lambda run: (run[1] - run[0], -run[2]), default=None)


def _gutters(rows: Sequence[Row]) -> list[float]:
    """Return where gutters may be: left of where many parts of rows begin that are not first."""
    begins = Counter(
        round(part[0].x0 / 3) for row in rows for part in row if _begins_right(part, rows)
    )
    return [count * 3 - 3.0 for count, _ in begins.most_common(MOST_GUTTERS)]


def _begins_right(part: Segment, rows: Sequence[Row]) -> bool:
    left = min(row[0][0].x0 for row in rows)
    return part[0].x0 > left + LEAST_LINES * part[0].size


def _runs(
    rows: Sequence[Row], gutter: float, sure: bool = False
) -> Iterator[tuple[int, int, float]]:
    begin: int | None = None
    for at, row in enumerate([*rows, None]):
        crosses = row is None or any(part[0].x0 < gutter < _end(part) for part in row)
        if not crosses and begin is None:
            begin = at
        elif crosses and begin is not None:
            if (run := _trimmed(rows, begin, at, gutter, sure)) is not None:
                yield run
            begin = None


def _trimmed(
    rows: Sequence[Row], begin: int, end: int, gutter: float, sure: bool
) -> tuple[int, int, float] | None:
    """Return a run of rows in two columns without what stands above and below on one side."""
    sides = [_split(row, gutter) for row in rows[begin:end]]
    lefts, rights = ([half[side] for half in sides if half[side]] for side in (0, 1))
    both = [at for at, half in enumerate(sides) if half[0] and half[1]]
    if not (both if sure else _are_columns(lefts, rights)):
        return None
    return begin + (both[0] if both and not sure else 0), end, gutter


def _are_columns(lefts: Sequence[Row], rights: Sequence[Row]) -> bool:
    """Tell running text by its full lines and equal columns: the cells of a table have neither."""
    if min(len(lefts), len(rights)) < LEAST_LINES:
        return False
    widths = [_width(halves) for halves in (lefts, rights)]
    full = [
        sum(_end(half[-1]) - half[0][0].x0 >= FILLED * width for half in halves)
        for halves, width in zip((lefts, rights), widths, strict=True)
    ]
    size = median(half[0][0].size for half in (*lefts, *rights))
    if min(widths) < NARROWEST * size or min(full) < LEAST_FULL:
        return False
    equal = max(widths) <= EQUAL * min(widths) and min(widths) >= WIDE_COLUMN * size
    return equal or (full[0] >= FULL_LINES * len(lefts) and full[1] >= FULL_LINES * len(rights))


def _width(halves: Sequence[Row]) -> float:
    return max(_end(half[-1]) for half in halves) - min(half[0][0].x0 for half in halves)


# -- lines -----------------------------------------------------------------------------------


def _lines(row: Row) -> Iterator[Line]:
    """Yield the line that a row of a column is, and those that stand for tables in it."""
    words = [part for part in row if not _is_block(part)]
    if words:
        yield _line(words)
    for part in row:
        if _is_block(part):
            number = int(part[0].text.removeprefix(BLOCK))
            yield replace(_line([part]), text="", block=number)


def _line(row: Row) -> Line:
    """Return the line that a row of a column is."""
    glyphs = [glyph for part in row for glyph in part]
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    sizes = [glyph.size for glyph in inked]
    size = median(sizes)
    return Line(
        text=text_of(glyphs),
        x0=inked[0].x0,
        top=min(glyph.top for glyph in inked if glyph.size >= size * 0.9),
        x1=max(glyph.x1 for glyph in inked),
        bottom=max(glyph.bottom for glyph in inked if glyph.size >= size * 0.9),
        size=size,
        font=Counter(glyph.font for glyph in inked).most_common(1)[0][0],
        head=_head(inked),
    )


def text_of(glyphs: Sequence[Glyph]) -> str:
    """Return the text of a row: what stands far apart has blanks between."""
    written: list[str] = []
    last: Glyph | None = None
    spaced = False
    usual = _usual_gap(glyphs)
    for glyph in glyphs:
        if glyph.text.isspace():
            spaced = True
            continue
        if last is not None:
            written.append(_blank(last, glyph, spaced, usual))
        written.append(glyph.text)
        last, spaced = glyph, False
    return "".join(written)


def _usual_gap(glyphs: Sequence[Glyph]) -> float:
    """Return how far apart the letters of a row are, in characters: a title may be spread."""
    inked = [glyph for glyph in glyphs if not glyph.text.isspace()]
    gaps = [_gap(before, after) for before, after in pairwise(inked)]
    return max(median(gaps), 0.0) if len(gaps) >= LEAST_GAPS else 0.0


def _gap(before: Glyph, after: Glyph) -> float:
    return (after.x0 - before.x1) / min(before.size, after.size)


def _blank(before: Glyph, after: Glyph, spaced: bool, usual: float) -> str:
    """Return the blanks that a gap stands for."""
    gap = _gap(before, after) - usual
    if gap >= WIDE_BLANK:
        return "\u3000" * min(int(gap + 1 - WIDE_BLANK), 40)
    latin = NARROW.match(after.text) and NARROW.match(before.text[-1])
    if (spaced and gap > 0.1) or gap > (WORD_GAP if latin else PLAIN_GAP):
        return " "
    return ""


def _head(inked: Sequence[Glyph]) -> float:
    """Return how wide the beginning of a line is that cannot stand on the line before alone."""
    text = "".join(glyph.text for glyph in inked[:40])
    found = UNBROKEN.match(text)
    length = len(found[0]) if found else 1
    reached = 0
    for glyph in inked:
        reached += len(glyph.text)
        if reached >= length:
            return glyph.x1 - inked[0].x0
    return inked[-1].x1 - inked[0].x0


def _edged(lines: Sequence[Line], column: int) -> Iterator[Line]:
    """Yield the lines of a column with its edges."""
    written = [line for line in lines if line.block < 0] or lines
    size = median(line.size for line in written)
    left = min(line.x0 for line in written)
    right = _right_edge(written, size)
    for line in lines:
        yield replace(line, left=left, right=right, column=column)


def _right_edge(lines: Sequence[Line], size: float) -> float:
    """Return where lines end at most: many do, where text is justified."""
    ends = sorted((line.x1 for line in lines), reverse=True)
    for at, after in pairwise(ends):
        if at - after < size * 0.7:
            return at
    return ends[0]


def seam(before: str, after: str) -> str:
    """Return what stood where a line ends: a blank between two Latin words, else nothing."""
    return " " if LATIN.fullmatch(before[-1]) and LATIN.fullmatch(after[0]) else ""
