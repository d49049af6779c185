"""Tables to deadlines: by when each of their tasks is to be done."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator

from kg.extract.dates import find_moments
from kg.extract.text import even
from kg.models import Column, Deadline, Entry, Grid, Imprint, Outline, Row

# 2024.12, 2024-12-31, 2024/6/30: as a sheet writes it.
NUMERIC = re.compile(
    r"(?P<year>20\d\d)[./—\-](?P<month>\d{1,2})(?:[./—\-](?P<day>\d{1,2}))?(?![\d.])"
)
YEAR = re.compile(r"20\d\d(?!\d)")
STANDING = re.compile("长期|持续|常年|全程")  # 长期坚持: by no day


def find_deadlines(outline: Outline, imprint: Imprint) -> Iterator[Deadline]:
    """Yield what the column of deadlines says of each task; 6月底前 is of the document's year."""
    text = even(outline.source.text)
    year = imprint.period[-4:]
    told: set[int] = set()
    for grid in outline.grids:
        for row in grid.rows:
            cell = _due_cell(grid, row)
            if cell is None or row.task is None or row.task in told:
                continue
            due = read_deadline(text[cell.begin : cell.end], year)
            if due:
                told.add(row.task)
                yield Deadline(cell.begin, cell.end, row.task, due, "deadline.column")


def find_column_years(outline: Outline) -> Iterator[tuple[int, int, str]]:
    """Yield the cells that say what of a task is to be done in the year over their column."""
    for grid in outline.grids:
        for row in grid.rows if grid.kind == "tasks" else ():
            for entry in row.entries:
                column = grid.columns[entry.column]
                due = due_of(column) if column.role in ("goal", "year") else ""
                if due:
                    yield entry.begin, entry.end, due


def due_of(column: Column) -> str:
    """Return the year or day that a heading names: 2025年目标值, 2025年底."""
    heading = even(column.heading)
    found = [moment.iso for moment in find_moments(heading, "") if moment.iso]
    year = YEAR.search(heading)
    return found[-1] if found else year[0] if year else ""


def _due_cell(grid: Grid, row: Row) -> Entry | None:
    columns = grid.columns
    return next((entry for entry in row.entries if columns[entry.column].role == "due"), None)


def read_deadline(words: str, year: str) -> str:
    """Return the last day, month or year that a cell of even width names, "" where it is none."""
    numeric = [date for match in NUMERIC.finditer(words) if (date := _date(match))]
    if numeric:
        return numeric[-1]
    moments = [moment for moment in find_moments(words, year) if moment.iso]
    if not moments or STANDING.search(words):
        return ""
    return max(moments, key=lambda moment: (moment.end, len(moment.iso))).iso


def _date(match: re.Match[str]) -> str:
    year, month = match["year"], int(match["month"])
    if not 1 <= month <= 12:
        return ""
    day = int(match["day"] or 0)
    if not day:
        return f"{year}-{month:02}"
    return f"{year}-{month:02}-{day:02}" if day <= monthrange(int(year), month)[1] else ""
