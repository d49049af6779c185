"""Source to grids: its tables, and those that a plain text holds, with their columns understood."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.models import Cell, Column, Entry, Field, Grid, Row, Source, Table
from kg.structure.table_cells import find_listed_tables
from kg.structure.table_heads import kind_of, plain, read_column, role_of
from kg.structure.table_layouts import NOTE, Line, find_lined_tables, split_lines

HEAD_ROWS = 5  # a heading stands so high in a table: a title and a unit may be above it
MOST_COLUMNS, MOST_PLACES = 64, 200_000  # of a table that is read at all
UNIT = re.compile(r"单位\s*[:：]\s*(?P<unit>[^\s，,；;）)\]】]{1,8})")
PROSE = re.compile("。[^。]*。")
OFFICIAL = re.compile(
    "[^。]{0,40}关于[^。]{2,80}(?:通知|意见|公告|函|决定|批复|通告)$"
)  # a paper's title
LONGEST_CELL = 160  # of a table that is no layout of prose
NOTES = 6  # lines below a table that may explain it
NOTED = re.compile(
    r"(?:.{1,8}[:：]\s*)?(?:(?P<number>\d{1,2})[.．、](?!\d)|[（(](?P<inner>\d{1,2})[）)])"
)
SUMS = ("合计", "总计", "小计", "共计")

Places = dict[int, Cell]  # column → the cell that reaches there


def find_grids(source: Source, fields: Sequence[Field]) -> tuple[Grid, ...]:
    """Return the tables of a document in the order of the text, none overlapping another.

    A table of the file's format counts before one that its text looks like. What is laid out as a
    table but is prose, or holds the metadata, is none.
    """
    text = source.text
    lines = split_lines(text)
    given = _given(source, text, fields)
    taken = sorted((table.begin, table.end) for table in source.tables)
    for table in (*find_lined_tables(text, lines), *find_listed_tables(lines)):
        grid = read_grid(text, table) if _is_free(taken, table) else None
        if grid is not None and not _states(grid, fields):
            given.append(grid)
            insort(taken, (table.begin, table.end))
    return tuple(_with_notes(grid, lines) for grid in sorted(given, key=lambda grid: grid.begin))


def _is_free(taken: Sequence[tuple[int, int]], table: Table) -> bool:
    """Tell whether a table overlaps none of those found, which are in order."""
    at = bisect_left(taken, (table.begin, table.begin))
    after = at == len(taken) or table.end <= taken[at][0]
    return after and (at == 0 or taken[at - 1][1] <= table.begin)


def _given(source: Source, text: str, fields: Sequence[Field]) -> list[Grid]:
    """Return the tables of the file's format; one that a page break cuts is one."""
    found: list[Grid] = []
    for table in source.tables:
        rest = _continued(text, table, found[-1]) if found else None
        grid = rest or read_grid(text, table) or _unheaded(text, table)
        if rest is not None:
            found[-1] = rest
        elif grid is not None and not _states(grid, fields):
            found.append(grid)
    return found


def _unheaded(text: str, table: Table) -> Grid | None:
    """Return a table of which nothing is known, None where it is none but a layout."""
    if _is_layout(text, table):
        return None
    rows = _filled(table)
    unknown = (Column("", ""),) * _width(rows)
    return Grid(table.begin, table.end, "other", unknown, tuple(_rows(rows, 0)))


def _states(grid: Grid, fields: Sequence[Field]) -> bool:
    return grid.kind == "other" and any(grid.begin <= field.begin < grid.end for field in fields)


def _is_layout(text: str, table: Table) -> bool:
    """Tell a table that only places prose or titles on the page, or frames it: 专栏."""
    filled = [cell for cell in table.cells if cell.begin < cell.end]
    wide = {cell.row for cell in filled if cell.column}
    if len(wide) < 2 or len(wide) * 2 < len({cell.row for cell in filled}):
        return True
    words = (text[cell.begin : cell.end] for cell in filled)
    return any(len(one) > LONGEST_CELL or PROSE.search(one) or OFFICIAL.match(one) for one in words)


# -- heading ---------------------------------------------------------------------------------


def read_grid(text: str, table: Table) -> Grid | None:
    """Return a table with its columns understood, None where its heading is not known."""
    rows = _filled(table)
    for first in range(min(HEAD_ROWS, len(rows))):
        depth = _depth(text, rows, first)
        columns = _columns(text, rows[first : first + depth], _width(rows))
        kind = kind_of([column.role for column in columns])
        if kind is not None and len(_distinct(rows[first])) > 1:
            above = text[table.begin : _begin(rows[first])]
            return Grid(
                table.begin,
                table.end,
                kind,
                columns,
                tuple(_below(text, rows, first, depth)),
                _unit(text, table.begin, above),
            )
    return None


def _continued(text: str, table: Table, previous: Grid) -> Grid | None:
    """Return a table with what goes on of it on the next page without a heading."""
    if text[previous.end : table.begin].strip():
        return None
    rows = _filled(table)
    if _width(rows) != len(previous.columns):
        return None
    if read_grid(text, table) is not None:
        return None
    below = (*previous.rows, *_rows(rows, 0))
    return replace(previous, end=table.end, rows=below)


def _filled(table: Table) -> list[Places]:
    """Return for each row which cell reaches where; no cell goes beyond the table's last row."""
    last = max((cell.row for cell in table.cells), default=-1)
    rows: list[Places] = [{} for _ in range(last + 1)]
    places = 0
    for cell in table.cells:
        reach = range(cell.row, min(cell.row + cell.rows, last + 1))
        places += len(reach) * cell.columns
        if cell.column + cell.columns > MOST_COLUMNS or places > MOST_PLACES:
            return []
        for row in reach:
            for column in range(cell.column, cell.column + cell.columns):
                rows[row].setdefault(column, cell)
    return rows


def _depth(text: str, rows: Sequence[Places], first: int) -> int:
    """Return over how many rows a heading reaches: two where columns are grouped."""
    head = [cell for cell in _distinct(rows[first]) if cell.row == first]
    depth = min(max((cell.rows for cell in head), default=1), 3)
    if depth > 1 or first + 1 >= len(rows):
        return depth
    below = [cell for cell in _distinct(rows[first + 1]) if cell.begin < cell.end]
    words = [plain(text[cell.begin : cell.end]) for cell in below]
    grouped = any(cell.columns > 1 for cell in head) or any(c.begin == c.end for c in head)
    return 2 if grouped and words and all(role_of(word) for word in words) else 1


def _width(rows: Sequence[Places]) -> int:
    """Return how many columns a table has."""
    return max((max(row) + 1 for row in rows if row), default=0)


def _columns(text: str, head: Sequence[Places], width: int) -> tuple[Column, ...]:
    return tuple(read_column(list(_heading(text, head, column))) for column in range(width))


def _heading(text: str, head: Sequence[Places], column: int) -> Iterator[str]:
    """Yield the parts of a heading; what stands over several columns may be written once."""
    parts = [_words(text, row.get(column)) for row in head]
    if len(parts) == 2 and parts[1] and not parts[0]:
        left = (n for n in range(column - 1, -1, -1) if _words(text, head[0].get(n)))
        group = next(left, None)
        if group is not None and _words(text, head[1].get(group)):
            parts[0] = _words(text, head[0][group])
    yield from parts


def _words(text: str, cell: Cell | None) -> str:
    return text[cell.begin : cell.end] if cell is not None else ""


def _distinct(row: Places) -> list[Cell]:
    return list(dict.fromkeys(row[column] for column in sorted(row)))


def _begin(row: Places) -> int:
    return min((cell.begin for cell in row.values()), default=0)


def _unit(text: str, begin: int, above: str) -> str:
    """Return the unit that a table states for all its figures, above it or in its first rows."""
    before = text[max(0, begin - 80) : begin].rstrip().rsplit("\n", 2)[-2:]
    found = UNIT.search("\n".join((*before, above)))
    return found["unit"] if found is not None else ""


# -- rows ------------------------------------------------------------------------------------


def _below(text: str, rows: Sequence[Places], first: int, depth: int) -> Iterator[Row]:
    """Yield the rows below a heading but those that repeat it or sum up."""
    head = [_words(text, cell) for cell in _distinct(rows[first])]
    for row in _rows(rows, first + depth):
        words = [text[entry.begin : entry.end] for entry in row.entries]
        if words[: len(head)] != head and words[0] not in SUMS:
            yield row


def _rows(rows: Sequence[Places], first: int) -> Iterator[Row]:
    for row in rows[first:]:
        at = {cell: column for column, cell in sorted(row.items(), reverse=True)}
        entries = (Entry(at[c], c.begin, c.end) for c in _distinct(row) if c.begin < c.end)
        found = tuple(entries)
        if found:
            yield Row(found)


# -- footnotes -------------------------------------------------------------------------------


def _begins(line: Line) -> int:
    return line.begin


def _with_notes(grid: Grid, lines: Sequence[Line]) -> Grid:
    """Return a grid up to the notes below it: what they explain promises nothing."""
    first = bisect_left(lines, grid.end, key=_begins)
    below = [line for line in lines[first : first + 2 * NOTES] if line.text][:NOTES]
    if not below or not NOTE.match(below[0].text):
        return grid
    end, number = below[0].end, _noted(below[0].text)
    for line in below[1:]:
        if not number or _noted(line.text) != number + 1:
            break
        end, number = line.end, number + 1
    return replace(grid, end=end)


def _noted(words: str) -> int:
    """Return the number of a note: 注：1.…, 2.…; 0 where it has none."""
    found = NOTED.match(words)
    return int(found["number"] or found["inner"]) if found is not None else 0
