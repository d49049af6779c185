"""Tables to duties: which bodies the columns of a task's row name, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.models import Mention, Outline, Role

RULES: dict[str, str] = {
    "lead": "responsibility.column.lead",
    "support": "responsibility.column.support",
    "list": "responsibility.column.list",
}
LEADS = re.compile(r"[（(]?(?:共同|联合)?(?:牵头|主办|负总责|总牵头)")
SUPPORTS = re.compile(r"[（(]?(?:等(?:单位|部门)?)?(?:配合|协助|协办|参与)")
JOINED = re.compile(r"[、，,和及与/\s]*")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of those who answer for a task."""

    begin: int
    end: int
    role: str  # lead, list, support


def cells_of_tasks(outline: Outline) -> dict[int, list[Cell]]:
    """Return for each task of a table the cells of who answers for it."""
    found: dict[int, list[Cell]] = {}
    for grid in outline.grids:
        for row in grid.rows if grid.kind == "tasks" else ():
            if row.task is None:
                continue
            cells = found.setdefault(row.task, [])
            for entry in row.entries:
                role = grid.columns[entry.column].role
                cell = Cell(entry.begin, entry.end, role)
                if role in RULES and cell not in cells:
                    cells.append(cell)
    return found


def roles_in(
    text: str, cell: Cell, inside: Sequence[tuple[int, Mention]], led: bool
) -> Iterator[tuple[int, Role, str]]:
    """Yield the bodies of a cell: all lead or support by its column, of a list the first leads.

    What stands behind one says it more closely: 市教育局（牵头）、市财政局. `led` – another column
    names who leads.
    """
    said = [_said(text, cell, inside, position) for position in range(len(inside))]
    told = led or "Lead" in said
    for position, (at, _) in enumerate(inside):
        yield (
            at,
            said[position] or _by_column(cell.role, position == 0 and not told),
            RULES[cell.role],
        )


def _by_column(role: str, leads: bool) -> Role:
    if role == "lead" or (role == "list" and leads):
        return "Lead"
    return "Support"


def _said(
    text: str, cell: Cell, inside: Sequence[tuple[int, Mention]], position: int
) -> Role | None:
    """Return what is said behind a body, or behind those it is joined to: 甲局、乙局牵头."""
    for at in range(position, len(inside)):
        end = inside[at][1].end
        stop = inside[at + 1][1].begin if at + 1 < len(inside) else cell.end
        if LEADS.match(text, end, stop):
            bracketed = text[end] in "（("
            return "Lead" if at == position or not bracketed else None
        if SUPPORTS.match(text, end, stop):
            bracketed = text[end] in "（("
            return "Support" if at == position or not bracketed else None
        if not JOINED.fullmatch(text, end, stop):
            return None
    return None
