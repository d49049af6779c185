"""Plain text to tables whose cells stand one on a line: 序号 / 工作任务 / 牵头单位 … 1 / … / …."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from kg.models import Cell, Table
from kg.structure.table_heads import ANSWERS, LONGEST, WORK, kind_of, plain, role_of
from kg.structure.table_layouts import MOST_COLUMNS, NOTE, Line, is_heading_row

VALUE_ROLES = frozenset(("goal", "year", "base", "growth"))
OPTIONAL = ("remark", "person", "support", "due", "result", "list", "kind", "base")
VALUE = re.compile(
    r"(?:不低于|不少于|不超过|不高于|约|[\s\[［【(（≥≤<>＞＜≧≦~～])*(?:\d|[*X×]|[—－–\-/])[^。，；：]{0,14}"
)
WHEN = re.compile(
    r"\d{2,4}\s*[年.\-/]|\d\s*月|季度|年底|年内|年末|全年|长期|持续|常年|半年|每[年月周]|学期|按时|适时|立即"
)
NUMBER = re.compile(r"0?(\d{1,3})[.、．]?")
# 市教育局; a line of work hardly ends so.
BODY = re.compile(
    r"[^，。；：]{1,18}(?:[局委办厅部会社]|中心|政府|公司|集团|街道|大队|支队|单位|部门)"
)
ATTACHED = re.compile(r"附[件表录](?:\s*\d|[:：]|$)")
LONGEST_BODIES = 120
MOST_MISSING = 3  # empty cells of a row
MOST_HEADINGS = 4  # over a row
MOST_LEFT_OUT = 40
SURPLUS = 6  # lines that the paragraphs of one cell may take beyond one

Placed = list[tuple[int, int, int]]  # column, first and last of the lines


@dataclass(frozen=True, slots=True)
class _Head:
    """The heading of a table: its cells as numbers of lines, and what each column states."""

    cells: tuple[tuple[int, int], ...]
    roles: tuple[str, ...]
    next: int  # the line behind it


def find_listed_tables(lines: Sequence[Line]) -> Iterator[Table]:
    """Yield the tables each of whose cells is a line."""
    full = list(_whole(lines))
    at = 0
    while at < len(full):
        found = _table_at(full, at)
        if found is not None:
            table, at = found
            yield table
        else:
            at += 1


def _whole(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines that are not blank, a list that a break cuts in one: 甲局、 / 乙局."""
    open_: Line | None = None
    for line in lines:
        if not line.text:
            continue
        if open_ is not None:
            line = Line(open_.begin, line.end, open_.text + line.text, open_.start)
        open_ = line if line.text[-1] in "、，" and len(line.text) <= LONGEST_BODIES else None
        if open_ is None:
            yield line
    if open_ is not None:
        yield open_


def _table_at(lines: Sequence[Line], at: int) -> tuple[Table, int] | None:
    if len(lines[at].text) > LONGEST:
        return None
    role = role_of(plain(lines[at].text))
    if not role:
        return None
    head = _counted_head(lines, at) if role == "number" else _known_head(lines, at)
    if head is None:
        return None
    kind = kind_of(head.roles)
    if kind is None or (role != "number" and kind == "other"):
        return None
    if role != "number" and head.roles[0] == head.roles[1]:
        return None  # 主要指标 / 指标: the first is the caption
    counted = role == "number"
    rows, end = _counted_rows(lines, head) if counted else _plain_rows(lines, head)
    if not rows or (kind == "other" and len(rows) < 2):
        return None
    return _table(lines, head, rows, at, end), end


def _table(lines: Sequence[Line], head: _Head, rows: Sequence[Placed], at: int, end: int) -> Table:
    cells = [
        Cell(0, column, lines[first].begin, lines[last].end)
        for column, (first, last) in enumerate(head.cells)
    ]
    for number, row in enumerate(rows, start=1):
        for column, first, last in row:
            columns = 1 if column >= 0 else len(head.cells)
            cells.append(
                Cell(number, max(column, 0), lines[first].begin, lines[last].end, columns=columns)
            )
    return Table(lines[at].begin, lines[end - 1].end, tuple(cells))


def _counted_head(lines: Sequence[Line], at: int) -> _Head | None:
    """Return the heading that begins with 序号 and ends before the first row."""
    cells: list[tuple[int, int]] = []
    for index in range(at, min(at + MOST_COLUMNS, len(lines))):
        words = lines[index].text
        if _number(words) == 1 or is_heading_row(words):
            return _head(lines, cells, index) if len(cells) > 1 else None
        again = bool(cells) and role_of(plain(words)) == "number"
        if again or len(words) > LONGEST or ATTACHED.match(words):
            return None
        if words[0] in "（(" and cells:
            cells[-1] = (cells[-1][0], index)
        else:
            cells.append((index, index))
    return None


def _known_head(lines: Sequence[Line], at: int) -> _Head | None:
    """Return a heading every cell of which is known."""
    cells = []
    for index in range(at, min(at + MOST_COLUMNS, len(lines))):
        if not role_of(plain(lines[index].text)):
            break
        cells.append((index, index))
    return _head(lines, cells, at + len(cells)) if len(cells) > 2 else None


def _head(lines: Sequence[Line], cells: list[tuple[int, int]], behind: int) -> _Head:
    words = ("".join(line.text for line in lines[first : last + 1]) for first, last in cells)
    return _Head(tuple(cells), tuple(role_of(plain(text)) for text in words), behind)


def _number(words: str) -> int:
    found = NUMBER.fullmatch(words)
    return int(found[1]) if found is not None else 0


# -- rows that a number begins ---------------------------------------------------------------


def _counted_rows(lines: Sequence[Line], head: _Head) -> tuple[list[Placed], int]:
    """Return the rows 1, 2, 3 … with the headings between them, and the line behind them."""
    rows: list[Placed] = []
    at, number, longest = head.next, 1, 0
    while at < len(lines):
        if is_heading_row(lines[at].text) and (opened := _opened(lines, at + 1, number)):
            rows.append([(-1, at, at)])
            at, number = at + 1, opened
            continue
        if _number(lines[at].text) != number:
            break
        end = _next_row(lines, at, number + 1, len(head.roles))
        if end is None:
            end = _last_row_end(lines, at, head, longest or len(head.roles))
        longest = max(longest, end - at)
        rest = _assigned(lines, at + 1, end, head, 1) or _first_cell(at + 1, end, head)
        rows.append([(0, at, at), *rest])
        at, number = end, number + 1
    return (rows, at) if number > 2 or (number == 2 and len(rows[-1]) > 2) else ([], at)


def _first_cell(at: int, end: int, head: _Head) -> Placed:
    """Return the cell behind the number alone, where the others fit no column for sure."""
    return [(1, at, at)] if at < end and head.roles[1] in WORK else []


def _opened(lines: Sequence[Line], at: int, number: int) -> int:
    """Return the number of the row that a heading opens, 0 where it opens none.

    Below a heading whose rows are left out it is not the next.
    """
    deepest = at + MOST_HEADINGS
    while at < min(deepest, len(lines)) and is_heading_row(lines[at].text):
        at += 1
    found = _number(lines[at].text) if at < len(lines) else 0
    return found if number <= found <= number + MOST_LEFT_OUT else 0


def _next_row(lines: Sequence[Line], at: int, number: int, columns: int) -> int | None:
    """Return where the next row or the heading above it begins, first where it is due."""
    reach = range(at + 1, min(at + columns + SURPLUS + 3, len(lines)))
    begins = [index for index in reach if _number(lines[index].text) == number]
    begins = [_with_headings(lines, at, index) for index in begins]
    exact = at + columns
    return exact if exact in begins else next(iter(begins), None)


def _with_headings(lines: Sequence[Line], at: int, index: int) -> int:
    while index - 1 > at + 1 and is_heading_row(lines[index - 1].text):
        index -= 1
    return index


def _last_row_end(lines: Sequence[Line], at: int, head: _Head, longest: int) -> int:
    """Return where the last row ends: as far as its cells fit the columns.

    It has no more lines than those above (the numbers of an empty form stand alone), unless a
    deadline closes it.
    """
    stop = next(
        (n for n in range(at + 1, min(at + longest, len(lines))) if _closes(lines[n].text)),
        min(at + longest, len(lines)),
    )
    ends = list(range(stop, at + 1, -1))
    if head.roles[-1] == "due":
        ends += range(stop + 1, min(stop + SURPLUS, len(lines)) + 1)
    fits = (end for end in ends if _assigned(lines, at + 1, end, head, 1))
    return next(fits, stop if kind_of(head.roles) == "other" else at + 1)


def _closes(words: str) -> bool:
    return bool(NOTE.match(words) or ATTACHED.match(words) or is_heading_row(words))


# -- rows without a number -------------------------------------------------------------------


def _plain_rows(lines: Sequence[Line], head: _Head) -> tuple[list[Placed], int]:
    """Return the rows that each fill all columns, with the headings between them."""
    rows: list[Placed] = []
    at, columns = head.next, len(head.roles)
    while at < len(lines):
        row = _full_row(lines, at, head)
        if row is None:
            row = _full_row(lines, at + 1, head)
            if row is None or len(lines[at].text) > LONGEST or _closes_table(lines[at].text):
                break
            rows.append([(-1, at, at)])
            at += 1
        rows.append(row)
        at += columns
    return rows, at


def _closes_table(words: str) -> bool:
    return bool(NOTE.match(words) or ATTACHED.match(words))


def _full_row(lines: Sequence[Line], at: int, head: _Head) -> Placed | None:
    end = at + len(head.roles)
    if end > len(lines):
        return None
    cells = [(column, at + column, at + column) for column in range(len(head.roles))]
    texts = [line.text for line in lines[at:end]]
    return cells if _fit(head.roles, texts) else None


# -- cells to columns ------------------------------------------------------------------------


def _assigned(
    lines: Sequence[Line], begin: int, end: int, head: _Head, start: int
) -> Placed | None:
    """Return the columns from `start` on that the lines of a row stand in.

    Where cells are empty their lines are missing: then the one way in which the others fit.
    """
    columns = list(range(start, len(head.roles)))
    count = end - begin
    if count > len(columns):
        return _with_paragraphs(lines, begin, end, head, columns)
    texts = [line.text for line in lines[begin:end]]
    may_miss = [column for column in columns if head.roles[column] in OPTIONAL]
    if len(columns) - count > MOST_MISSING:
        return None
    ways = []
    for missing in combinations(may_miss, len(columns) - count):
        there = [column for column in columns if column not in missing]
        if _fit([head.roles[column] for column in there], texts):
            ways.append(there)
    if len(ways) > 1:
        ways = [_likeliest(ways, head)]
    return [(c, begin + n, begin + n) for n, c in enumerate(ways[0])] if ways else None


def _likeliest(ways: Sequence[list[int]], head: _Head) -> list[int]:
    """Return the way in which what is most often left empty is: remarks, then who supports."""

    def rank(way: list[int]) -> tuple[int, ...]:
        there = {head.roles[column] for column in way}
        return tuple(role in there for role in OPTIONAL)

    return min(ways, key=rank)


def _with_paragraphs(
    lines: Sequence[Line], begin: int, end: int, head: _Head, columns: Sequence[int]
) -> Placed | None:
    """Return the columns of a row one cell of which takes several lines.

    That is the one of the work, unless the names of bodies would be in it then.
    """
    surplus = end - begin - len(columns)
    work = [column for column in columns if head.roles[column] in WORK]
    bodies = [column for column in columns if head.roles[column] in ANSWERS]
    if not work or surplus > SURPLUS:
        return None
    ways = [
        way
        for column in (work[-1], *bodies)
        if _fits_lines(way := _stretched(begin, columns, column, surplus), lines, head)
    ]
    return min(ways, key=lambda way: _bodies_in_work(way, lines, head), default=None)


def _stretched(begin: int, columns: Sequence[int], wide: int, surplus: int) -> Placed:
    """Return the columns of a row one of whose cells takes so many lines more."""
    placed: Placed = []
    at = begin
    for column in columns:
        last = at + (surplus if column == wide else 0)
        placed.append((column, at, last))
        at = last + 1
    return placed


def _fits_lines(way: Placed, lines: Sequence[Line], head: _Head) -> bool:
    return all(
        _fits(head.roles[column], lines[at].text)
        for column, first, last in way
        for at in range(first, last + 1)
    )


def _bodies_in_work(way: Placed, lines: Sequence[Line], head: _Head) -> int:
    return sum(
        BODY.fullmatch(lines[at].text) is not None
        for column, first, last in way
        if head.roles[column] in WORK
        for at in range(first, last + 1)
    )


def _fit(roles: Sequence[str], texts: Sequence[str]) -> bool:
    return all(_fits(role, words) for role, words in zip(roles, texts, strict=True))


def _fits(role: str, words: str) -> bool:
    """Tell whether a cell can stand in a column of that role."""
    if role in VALUE_ROLES:
        return VALUE.fullmatch(words) is not None
    if role == "due":
        return WHEN.search(words) is not None and len(words) <= LONGEST
    if role in ANSWERS:
        return len(words) <= LONGEST_BODIES and not (WHEN.search(words) or "。" in words)
    if role in ("unit", "kind", "number"):
        return len(words) <= LONGEST / 2
    return not NOTE.match(words) and (role != "indicator" or VALUE.fullmatch(words) is None)
