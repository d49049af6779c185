"""Tables of a Word document to rows of cells, merged ones put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.read.word_package import Element, W
from kg.read.word_styles import number, value
from kg.read.word_text import paragraphs

MOST_COLUMNS = 63  # of a table in Word: a wider span is no table's
WRAPPERS = {W + "sdt", W + "sdtContent", W + "customXml", W + "ins", W + "moveTo"}


@dataclass(slots=True)
class TableCell:
    """A cell with the paragraphs in it, those of tables inside it as well."""

    paragraphs: list[Element] = field(default_factory=list)
    rows: int = 1
    columns: int = 1


def is_layout(table: Element) -> bool:
    """Tell a table that only lays out the page: of one column, as a frame around a text."""
    return all(len(cells) <= 1 for row in _rows(table) if (cells := _first_two_cells(row)))


def rows_of(table: Element) -> list[list[TableCell]]:
    """Return the rows of a table, in each the cells that begin in it."""
    open_above: dict[int, TableCell] = {}  # by the column that it begins in
    return [_row(row, open_above) for row in _rows(table)]


def _row(row: Element, open_above: dict[int, TableCell]) -> list[TableCell]:
    properties = row.find(W + "trPr")
    cells: list[TableCell] = []
    column = _span(value(properties, "gridBefore"), least=0)
    if column:
        cells.append(TableCell(columns=column))
    for element in _children(row, W + "tc"):
        stated = element.find(W + "tcPr")
        merge = stated.find(W + "vMerge") if stated is not None else None
        columns = _span(value(stated, "gridSpan"), least=1)
        goes_on = merge is not None and merge.get(W + "val", "continue") == "continue"
        above = open_above.get(column) if goes_on else None
        if above is not None and above.columns == columns:
            above.rows += 1
            above.paragraphs.extend(paragraphs(element))
        else:
            cell = TableCell(list(paragraphs(element)), columns=columns)
            cells.append(cell)
            _begin(open_above, column, cell, merge is not None)
        column += columns
    return cells


def _begin(open_above: dict[int, TableCell], column: int, cell: TableCell, merges: bool) -> None:
    """Note that a cell begins in a column; what was open in the columns below it ends."""
    for at in range(column, column + cell.columns):
        open_above.pop(at, None)
    if merges:
        open_above[column] = cell


def _span(stated: str | None, least: int) -> int:
    return min(max(number(stated) or least, least), MOST_COLUMNS)


def deleted_rows(table: Element) -> Iterator[Element]:
    """Yield the rows that a tracked change deletes."""
    return (row for row in _children(table, W + "tr") if _is_deleted(row))


def _rows(table: Element) -> Iterator[Element]:
    return (row for row in _children(table, W + "tr") if not _is_deleted(row))


def _is_deleted(row: Element) -> bool:
    return row.find(f"{W}trPr/{W}del") is not None


def _first_two_cells(row: Element) -> list[Element]:
    cells = _children(row, W + "tc")
    return [cell for cell, _ in zip(cells, range(2), strict=False)]


def _children(element: Element, wanted: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, those in content controls as well."""
    waiting = list(reversed(element))
    while waiting:
        one = waiting.pop()
        if one.tag == wanted:
            yield one
        elif one.tag in WRAPPERS:
            waiting.extend(reversed(one))
