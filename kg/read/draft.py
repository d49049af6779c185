"""What the readers of other formats than text write: paragraphs and tables to a Source."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.models import Cell, Cut, Field, Heading, Source, Table

# What a field of a file's own metadata is called in the line that states it at the head of the
# text; the keys are those of kg/data/metadata_keys.tsv.
KEYS = {
    "title": "标题",
    "number": "文号",
    "index": "索引号",
    "issuer": "发布机构",
    "issued": "成文日期",
    "published": "发布日期",
    "subject": "主题分类",
    "url": "网址",
}
BREAKS = re.compile(r"[\r\n\v\f\u0085\u2028\u2029]+")
BLANKS = " \t\u3000\u00a0"
# No terminal, no XML and no Turtle takes these; see S3e of the reliability report.
UNWRITABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Behind these a number stands close to its text, behind others (第一条, 1) a blank parts them.
CLOSING = set("、，,．.。：:）)】]〕》—–―－-")


@dataclass(frozen=True, slots=True)
class DraftCell:
    """A cell of a table to be written."""

    text: str
    rows: int = 1
    columns: int = 1


class Draft:
    """A text in the making: a line for each paragraph, spans of what the file marks in it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._fields: list[Field] = []
        self._tables: list[Table] = []
        self._headings: list[Heading] = []
        self._pages: list[int] = []
        self._cuts: list[Cut] = []
        self._notes: list[str] = []
        self._url = ""
        self._stated = 0  # characters of the lines that state metadata

    def paragraph(self, text: str, level: int | None = None, pages: Iterable[int] = ()) -> None:
        """Write a paragraph on a line of its own.

        `level` says that it is a heading, `pages` where in it pages begin.
        """
        line = clean(text)
        if line:
            begin = self._length
            self._pages.extend(begin + min(at, len(line)) for at in pages)
            self._write(line + "\n")
            if level is not None:
                self._headings.append(Heading(begin, begin + len(line), level))

    def field(self, name: str, value: str, rule: str, key: str = "") -> None:
        """State a field of the file's metadata on a line of its own: 发布日期：2024-01-05.

        `key` is what the file itself calls it, where that is not as in KEYS.
        """
        value = clean(value)
        if not value:
            return
        key = (clean(key) or KEYS[name]) + "："
        begin = self._length + len(key)
        self._stated += len(re.sub(r"\s", "", key + value))
        self._write(f"{key}{value}\n")
        self._fields.append(Field(name, value, begin, begin + len(value), rule))
        if name == "url":
            self._url = value

    def table(self, rows: Iterable[Sequence[DraftCell]], pages: Sequence[int] = ()) -> None:
        """Write a table: a line for each row, a tab between cells.

        `pages` are the numbers of the rows with which a page begins.

        As in HTML a row lists the cells that begin in it; what a cell above reaches down into
        is passed over, and stands in the text as an empty cell.
        """
        begin = self._length
        cells: list[Cell] = []
        covered: dict[int, int] = {}  # column → rows that a cell above still reaches over
        for number, row in enumerate(rows):
            self._pages.extend([self._length] * pages.count(number))
            cells.extend(self._row(number, row, covered))
        if any(cell.begin < cell.end for cell in cells):
            self._tables.append(Table(begin, self._length, tuple(cells)))

    def _row(self, number: int, row: Sequence[DraftCell], covered: dict[int, int]) -> list[Cell]:
        cells, column = [], 0
        waiting = deque(row)
        last = max((at for at, rows in covered.items() if rows > 0), default=-1)
        while waiting or column <= last:
            if column:
                self._write("\t")
            if covered.get(column, 0) > 0:
                covered[column] -= 1
                column += 1
                continue
            if not waiting:
                column += 1
                continue
            cell = waiting.popleft()
            text = clean(cell.text).replace("\t", " ")
            begin = self._length
            self._write(text + "\t" * (cell.columns - 1))
            cells.append(Cell(number, column, begin, begin + len(text), cell.rows, cell.columns))
            for at in range(column, column + cell.columns):
                covered[at] = cell.rows - 1
            column += cell.columns
        self._write("\n")
        return cells

    def page(self) -> None:
        """Note that a page begins here."""
        self._pages.append(self._length)

    def cut(self, text: str, rule: str) -> None:
        """Note what was left out of the text."""
        text = clean(text)
        if text:
            self._cuts.append(Cut(text, rule))

    def note(self, line: str) -> None:
        """Note what had to be put right."""
        if line not in self._notes:
            self._notes.append(line)

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing has been written but metadata."""
        return len(re.sub(r"\s", "", "".join(self._parts))) <= self._stated

    def finish(self, names: Sequence[str], sha256: str, media_type: str, encoding: str) -> Source:
        """Return the Source."""
        return Source(
            names=tuple(sorted(names)),
            sha256=sha256,
            text="".join(self._parts),
            encoding=encoding,
            media_type=media_type,
            notes=tuple(self._notes),
            fields=tuple(self._fields),
            tables=tuple(self._tables),
            headings=tuple(self._headings),
            pages=tuple(self._pages),
            cuts=tuple(self._cuts),
            url=self._url,
        )

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def clean(text: str) -> str:
    """Return a text on one line: breaks become a blank, what cannot be written goes."""
    lines = (line.strip(BLANKS) for line in BREAKS.split(text))
    return UNWRITABLE.sub("", " ".join(filter(None, lines))).strip(BLANKS + "\r\n\ufeff\u200b")


def numbered(number: str, text: str, gap: str = "\u3000") -> str:
    """Write a number that a program generates as one types it: 一、总则, 第一条　本办法…."""
    if not number or not text:
        return number + text
    if number[-1] in CLOSING:
        # 1. 5G基站, lest 1.5 be read.
        return f"{number}{' ' if text[0].isdigit() else ''}{text}"
    return number + gap + text
