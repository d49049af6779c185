"""The lines and tables of pages to paragraphs and tables of a Draft."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kg.read.draft import Draft, DraftCell, clean
from kg.read.pdf_furniture import Sheet
from kg.read.pdf_lines import Line, seam
from kg.read.pdf_tables import FITS, SAME_EDGE, Grid

CHINESE = "[一二三四五六七八九十百]{1,4}"
# What begins a paragraph wherever it stands at the beginning of a line.
ITEM = re.compile(
    rf"{CHINESE}、|[（(](?:{CHINESE}|\d{{1,2}})[）)]|\d{{1,2}}[、．]|\d{{1,2}}\.(?!\d)|"
    rf"第{CHINESE}[章节条编](?=[\s\u3000])|[①-⑳]|附(?:件|表)\d{{0,2}}[：:]"
)
ENDING = re.compile(r"[。！？!?；;：:][”’」』）)】]*$")
CLOSED = re.compile(r"[。！？!?；;：:）)][”’」』）)】]*$")
NUMBER = re.compile(r"[〔\[［][\d\s]{4,6}[〕\]］]\s*第?\s*\d+\s*号")
SUBTITLE = re.compile(r"[—－-]{2}|[（(]|\d{4}年|[○〇二]{2}|" + NUMBER.pattern)
FINISHED = re.compile(r"[）)日号]$|^附件\s*\d*$")
GAP = re.compile("\u3000+")
FULL_COLUMN = 8  # lines
SAME_SIZE = 0.06
LEVEL = 0.1  # characters: how near lines of a column end to each other
INDENTED = 0.8  # characters
DEEPEST = 8  # characters: how far a paragraph is indented at most
FIRST_INDENT = (1.5, 2.6)  # characters: how far a paragraph's first line is indented
CENTRED = 1.5  # characters free on either side, and how much these may differ
FULL_TITLE = 0.7  # of the column, how much a title in the size of the text fills before it breaks
LARGER = 1.12  # than the text: the size of a title
LEADING = 1.3  # times the usual distance of lines: a gap between paragraphs


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, and where among them pages begin."""

    lines: list[Line]
    text: str
    pages: list[int] = field(default_factory=list)  # offsets in its text


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of a document looks."""

    size: float
    leading: float  # from line to line, in sizes


def look_of(sheets: Sequence[Sheet]) -> Look:
    """Return the size of most of the text, and how far its lines stand apart."""
    # A table has no text of its own among the lines.
    pages = [[line for line in sheet.lines if line.block < 0] for sheet in sheets]
    sizes: Counter[float] = Counter()
    for line in (line for page in pages for line in page):
        sizes[round(line.size * 2) / 2] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    steps = [
        round((after.bottom - before.bottom) / size, 1)
        for page in pages
        for before, after in pairwise(page)
        if before.column == after.column and 0 < after.bottom - before.bottom < 4 * size
    ]
    return Look(size, min(_common(steps), default=2.0))


def _common(steps: Sequence[float]) -> list[float]:
    """Return the distances that many lines have: the least is the one inside paragraphs."""
    counted = Counter(steps)
    return [step for step, count in counted.items() if count * 5 >= len(steps)]


def align(sheets: Sequence[Sheet]) -> None:
    """Give columns of few lines the edges of a fuller one in the same place on other pages."""
    full = []
    for sheet in sheets:
        for column, count in Counter(line.column for line in sheet.lines).items():
            if count >= FULL_COLUMN:
                line = next(line for line in sheet.lines if line.column == column)
                full.append((line.left, line.right))
    for sheet in sheets:
        counts = Counter(line.column for line in sheet.lines)
        reach = {column: _reach(sheet, column) for column in counts}
        sheet.lines = [
            line if counts[line.column] >= FULL_COLUMN else _aligned(line, reach[line.column], full)
            for line in sheet.lines
        ]


def _reach(sheet: Sheet, column: int) -> tuple[float, float]:
    """Return from where to where the lines of a column reach, without heads and page numbers."""
    lines = [line for line in sheet.lines if line.column == column]
    written = [line for line in lines if line.block < 0] or lines
    return min(line.x0 for line in written), max(line.x1 for line in written)


def _aligned(line: Line, reach: tuple[float, float], full: Sequence[tuple[float, float]]) -> Line:
    around = [
        (left, right)
        for left, right in full
        if left - SAME_EDGE <= reach[0] and reach[1] <= right + SAME_EDGE
    ]
    if not around:
        return line
    left, right = min(around, key=lambda edges: edges[1] - edges[0])
    return replace(line, left=left, right=right)


def write(sheets: Sequence[Sheet], draft: Draft) -> None:
    """Write the paragraphs and tables of a document."""
    writer = _Writer(draft, look_of(sheets))
    for sheet in sheets:
        writer.page()
        for line in sheet.lines:
            if line.block >= 0:
                writer.table(sheet.grids[line.block])
            else:
                writer.line(line)
        writer.hold(sheet.notes)
    writer.end()


class _Writer:
    """A document being written: the paragraph and the table that may still go on."""

    def __init__(self, draft: Draft, look: Look) -> None:
        self._draft = draft
        self._look = look
        self._paragraph: Paragraph | None = None
        self._table: Grid | None = None
        self._notes: list[Line] = []
        self._turned = 0  # pages that began since the last line

    def page(self) -> None:
        """Begin a page, maybe inside a paragraph or a table."""
        self._turned += 1

    def hold(self, notes: Sequence[Line]) -> None:
        """Keep footnotes back until the paragraph that goes over the page is finished."""
        self._notes.extend(notes)

    def line(self, line: Line) -> None:
        """Write a line, on the paragraph before where it goes on."""
        self._end_table()
        last = self._paragraph
        if last is None or not goes_on(last, line, self._look, self._turned > 0):
            self._end_paragraph()
            self._note_pages()
            self._paragraph = Paragraph([line], clean(line.text))
            return
        blank = seam(last.text, line.text) if last.text else ""
        last.pages.extend([len(last.text + blank)] * self._turned)
        self._turned = 0
        last.text += blank + clean(line.text)
        last.lines.append(line)

    def table(self, grid: Grid) -> None:
        """Write a table, on the one before where that goes on."""
        self._end_paragraph()
        if self._table is not None and self._turned and _same_columns(self._table, grid):
            rows = _without_head(self._table.rows, grid.rows)
            if len(rows) < len(grid.rows):
                self._draft.cut(_flat(grid.rows[0]), "pdf.repeated-header")
            self._table.pages.extend([len(self._table.rows)] * self._turned)
            self._turned = 0
            if rows and _is_torn(self._table.rows[-1], rows[0]):
                self._table.rows[-1:] = [_mended(self._table.rows[-1], rows.pop(0))]
            self._table.rows.extend(rows)
            self._table.columns = grid.columns
            return
        self._end_table()
        self._note_pages()
        self._table = grid

    def end(self) -> None:
        """Write what is still held."""
        self._end_paragraph()
        self._end_table()
        self._note_pages()

    def _note_pages(self) -> None:
        for _ in range(self._turned):
            self._draft.page()
        self._turned = 0

    def _end_paragraph(self) -> None:
        if self._paragraph is not None:
            self._draft.paragraph(self._paragraph.text, pages=self._paragraph.pages)
            self._paragraph = None
        notes, self._notes = self._notes, []
        for note in _footnotes(notes, self._look):
            self._draft.paragraph(note.text)

    def _end_table(self) -> None:
        if self._table is not None:
            self._draft.table(self._table.rows, self._table.pages)
            self._table = None


def _footnotes(lines: Sequence[Line], look: Look) -> Iterator[Paragraph]:
    from kg.read.pdf_furniture import NOTE_MARK

    paragraph: Paragraph | None = None
    for line in lines:
        if paragraph is None or NOTE_MARK.match(line.text):
            if paragraph is not None:
                yield paragraph
            paragraph = Paragraph([line], clean(line.text))
        else:
            paragraph.text += seam(paragraph.text, line.text) + clean(line.text)
    if paragraph is not None:
        yield paragraph


def _same_columns(one: Grid, other: Grid) -> bool:
    return len(one.columns) == len(other.columns) and all(
        abs((a - one.x0) - (b - other.x0)) <= SAME_EDGE
        for a, b in zip(one.columns, other.columns, strict=True)
    )


def _without_head(
    rows: Sequence[Sequence[DraftCell]], more: list[list[DraftCell]]
) -> list[list[DraftCell]]:
    """Return the rows of a table that goes on without the header that is printed again."""
    again = more and rows and [cell.text for cell in more[0]] == [cell.text for cell in rows[0]]
    return more[1:] if again else more


def _is_torn(row: Sequence[DraftCell], rest: Sequence[DraftCell]) -> bool:
    """Tell the rest of a row that a page tore: what is numbered goes on without its number."""
    plain = all(cell.rows == cell.columns == 1 for cell in (*row, *rest))
    if not plain or len(row) != len(rest) or not row[0].text or rest[0].text:
        return False
    going_on = [before for before, cell in zip(row, rest, strict=True) if cell.text]
    unfinished = all(cell.text and not ENDING.search(cell.text) for cell in going_on)
    return unfinished and (row[0].text.isdecimal() or len(going_on) * 2 <= len(row))


def _mended(row: Sequence[DraftCell], rest: Sequence[DraftCell]) -> list[DraftCell]:
    return [
        DraftCell(cell.text + more.text if cell.text else more.text)
        for cell, more in zip(row, rest, strict=True)
    ]


def _flat(row: Sequence[DraftCell]) -> str:
    return "\t".join(cell.text for cell in row)


# -- does a line go on with the paragraph before? --------------------------------------------


def goes_on(paragraph: Paragraph, line: Line, look: Look, turned: bool) -> bool:
    """Tell whether a line belongs to the paragraph that the lines before it make."""
    before = paragraph.lines[-1]
    if abs(line.size - before.size) > SAME_SIZE * before.size:
        return False
    if not turned and _is_apart(before, line, look):
        return False
    if min(len(GAP.findall(one.text)) for one in (before, line)) > 1:
        return False  # the rows of a table that is not ruled
    if is_centred(before) and is_centred(line):
        return _title_goes_on(before, line, look)
    if ITEM.match(line.text) and (line.indent > INDENTED or CLOSED.search(before.text)):
        return False
    if _has_room(paragraph, line):
        return _is_in_box(paragraph, line)
    return _is_set_on(paragraph, before, line)


def _is_apart(before: Line, line: Line, look: Look) -> bool:
    """Tell lines that stand farther apart than those of a paragraph, unless a column begins."""
    if before.column != line.column and line.top < before.bottom:
        return False
    usual = max(look.leading, 1.1) * max(look.size, line.size)
    return not 0 < line.bottom - before.bottom <= LEADING * usual


def is_centred(line: Line) -> bool:
    """Tell a line in the middle of its column, not one that is indented and nearly full."""
    left, right = line.x0 - line.left, line.room
    like_first = FIRST_INDENT[0] <= line.indent <= FIRST_INDENT[1]
    uneven = (LEVEL if like_first else CENTRED) * line.size
    return min(left, right) >= CENTRED * line.size and abs(left - right) <= uneven


def _title_goes_on(before: Line, line: Line, look: Look) -> bool:
    """Tell a title over several lines; a date, a 文号, a subtitle are lines of their own."""
    if SUBTITLE.match(line.text) or FINISHED.search(before.text) or NUMBER.search(line.text):
        return False
    if line.size > LARGER * look.size:
        return True
    return before.x1 - before.x0 >= FULL_TITLE * (before.right - before.left)


def _has_room(paragraph: Paragraph, line: Line) -> bool:
    """Tell a line that ends a paragraph: what follows would still have fitted on it."""
    before = paragraph.lines[-1]
    return before.room > line.head + FITS * line.size


def _is_in_box(paragraph: Paragraph, line: Line) -> bool:
    """Tell lines that end at one place short of the edge: they stand in a narrower column."""
    before = paragraph.lines[-1]
    other = paragraph.lines[-2] if len(paragraph.lines) > 1 else line
    level = abs(before.x1 - other.x1) <= LEVEL * line.size and before.column == other.column
    # Shorter lines that end together are who signs, and when.
    long = min(before.x1 - before.x0, other.x1 - other.x0) * 2 >= before.right - before.left
    parted = GAP.search(before.text + line.text) is not None
    return level and long and not parted and not ENDING.search(before.text)


def _is_set_on(paragraph: Paragraph, before: Line, line: Line) -> bool:
    """Tell by its indent a line that goes on from one that begins a paragraph."""
    if line.indent < INDENTED:
        return True
    shift = (line.x0 - before.x0) / line.size
    if len(paragraph.lines) > 1:
        return abs(shift) < INDENTED
    if abs(shift) < INDENTED:
        both_first = FIRST_INDENT[0] <= line.indent <= FIRST_INDENT[1]
        return not both_first and not ENDING.search(before.text)
    # What stands farther to the right is who signs, and when.
    return (shift < 0 and before.indent <= DEEPEST) or ITEM.match(before.text) is not None
