"""Ruled lines and the glyphs between them to tables."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kg.read.draft import DraftCell
from kg.read.pdf_ink import LONG, Edge, Glyph
from kg.read.pdf_lines import Box, Line, find_lines, seam

SNAP = 3.0  # points: lines nearer than this are one
MOST_CROSSINGS = 2_000_000  # lines across times lines down: more are a drawing
SAME_EDGE = 3.0
FITS = 0.3  # times its size, what must be free beside what would have fitted
LEAST_OPEN = 3  # lines across of one length that a table without sides has


@dataclass(slots=True)
class Grid:
    """A table on a page."""

    x0: float
    top: float
    x1: float
    bottom: float
    columns: tuple[float, ...]  # where its columns begin and the last one ends
    rows: list[list[DraftCell]] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)  # the rows with which a page begins

    @property
    def box(self) -> Box:
        """Return where it stands."""
        return self.x0, self.top, self.x1, self.bottom


def find_tables(
    edges: Sequence[Edge], glyphs: Sequence[Glyph]
) -> tuple[list[Grid], list[Glyph], str]:
    """Return the tables of a page, the glyphs that stand in none, and what was not looked at."""
    merged = _merged(edges)
    down = sum(edge["orientation"] == "v" for edge in merged)
    if down * (len(merged) - down) > MOST_CROSSINGS:
        return [], list(glyphs), "more ruled lines than a table has; no table was looked for"
    grids, rest = [], list(glyphs)
    for boxes in _boxes(merged):
        grid, taken = _grid(boxes, rest)
        if grid is not None:
            grids.append(grid)
            rest = [glyph for glyph in rest if id(glyph) not in taken]
    return grids, rest, ""


def _merged(edges: Sequence[Edge]) -> list[dict[str, Any]]:
    """Return the lines that rule tables, those drawn in pieces as one."""
    if len(edges) < LEAST_OPEN:
        return []
    from pdfplumber.table import merge_edges

    marked = [_marked(edge) for edge in edges if not _is_slanted(edge)]
    merged: list[dict[str, Any]] = merge_edges(marked, SNAP, SNAP, SNAP, SNAP)
    long = [edge for edge in merged if _length(edge) >= LONG]
    return long + list(_open_sides(long))


def _is_slanted(edge: Edge) -> bool:
    return edge.x1 - edge.x0 > 1 and edge.bottom - edge.top > 1


def _marked(edge: Edge) -> dict[str, Any]:
    across = edge.x1 - edge.x0 >= edge.bottom - edge.top
    return {
        "x0": edge.x0, "x1": edge.x1, "top": edge.top, "bottom": edge.bottom,
        "width": edge.x1 - edge.x0, "height": edge.bottom - edge.top,
        "orientation": "h" if across else "v",
    }  # fmt: skip


def _length(edge: dict[str, Any]) -> float:
    return float(max(edge["x1"] - edge["x0"], edge["bottom"] - edge["top"]))


def _open_sides(edges: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the sides that tables leave off: where many lines end at one place, none crosses.

    Many have no lines at the left and the right, and none where they go on over a page.
    """
    across = [edge for edge in edges if edge["orientation"] == "h"]
    down = [edge for edge in edges if edge["orientation"] == "v"]
    yield from (_marked(Edge(x, a, x, b)) for x, a, b in _missing(across, down, "x0", "top"))
    yield from (_marked(Edge(a, y, b, y)) for y, a, b in _missing(down, across, "top", "x0"))


def _missing(
    lines: Sequence[dict[str, Any]], crossing: Sequence[dict[str, Any]], along: str, over: str
) -> Iterator[tuple[float, float, float]]:
    """Yield where lines across those given are missing: at what place, from where to where."""
    ends = {"x0": "x1", "top": "bottom"}
    groups: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        groups[round(line[along] / SNAP), round(line[ends[along]] / SNAP)].append(line)
    for group in groups.values():
        first, last = (pick(line[over] for line in group) for pick in (min, max))
        begin, end = group[0][along], group[0][ends[along]]
        met = [line for line in crossing if line[over] < last and line[ends[over]] > first]
        inner = [line for line in met if begin - SNAP < line[along] < end + SNAP]
        if len(group) >= LEAST_OPEN and inner:
            for place in (begin, end):
                if all(abs(line[along] - place) > SNAP for line in met):
                    yield place, first, last


def _boxes(edges: list[dict[str, Any]]) -> list[list[Box]]:
    """Return the cells of each table, from the top of the page."""
    if not edges:
        return []
    from pdfplumber.table import cells_to_tables, edges_to_intersections, intersections_to_cells

    cells = intersections_to_cells(edges_to_intersections(edges, SNAP, SNAP))
    tables: list[list[Box]] = cells_to_tables(cells)
    return tables


def _grid(boxes: Sequence[Box], glyphs: Sequence[Glyph]) -> tuple[Grid | None, set[int]]:
    """Return a table with its text, and which glyphs stand in it; None where it has one column."""
    xs = sorted({x for box in boxes for x in (box[0], box[2])})
    ys = sorted({y for box in boxes for y in (box[1], box[3])})
    inside = _assigned(boxes, glyphs)
    filled = [box for box in boxes if inside[box]]
    # Two cells beside each other with text in one are a frame; more are the rest of a torn row.
    if not filled or len(xs) < 3 or (len(xs) == 3 and len({box[0] for box in filled}) < 2):
        return None, set()
    texts = _texts(inside)
    places = {(bisect_left(ys, box[1]), bisect_left(xs, box[0])): box for box in boxes}
    grid = Grid(xs[0], ys[0], xs[-1], ys[-1], tuple(xs))
    for row in range(len(ys) - 1):
        grid.rows.append(list(_row(row, xs, ys, places, texts)))
    taken = {id(glyph) for inner in inside.values() for glyph in inner}
    return grid, taken


def _row(
    row: int,
    xs: Sequence[float],
    ys: Sequence[float],
    places: dict[tuple[int, int], Box],
    texts: dict[Box, str],
) -> Iterator[DraftCell]:
    """Yield the cells that begin in a row; a hole in the grid is an empty one."""
    middle, covered = (ys[row] + ys[row + 1]) / 2, 0
    for column in range(len(xs) - 1):
        box = places.get((row, column))
        if box is not None:
            rows = bisect_left(ys, box[3]) - row
            columns = bisect_left(xs, box[2]) - column
            covered = column + columns
            yield DraftCell(texts.get(box, ""), rows, columns)
        elif column >= covered and not _is_covered(places, xs[column] + 1, middle):
            yield DraftCell("")


def _is_covered(places: dict[tuple[int, int], Box], x: float, y: float) -> bool:
    return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for box in places.values())


def _assigned(boxes: Sequence[Box], glyphs: Sequence[Glyph]) -> dict[Box, list[Glyph]]:
    """Return what stands in each cell, by where the middle of each glyph is."""
    inside: dict[Box, list[Glyph]] = {box: [] for box in boxes}
    x0, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        if not (x0 <= x <= x1 and top <= y <= bottom) or glyph.text.isspace():
            continue
        for box in boxes:
            if box[0] <= x < box[2] and box[1] <= y < box[3]:
                inside[box].append(glyph)
                break
    return inside


def _texts(inside: dict[Box, list[Glyph]]) -> dict[Box, str]:
    lines = {box: find_lines(glyphs) for box, glyphs in inside.items() if glyphs}
    margins: dict[tuple[float, float], float] = {}
    for box, printed in lines.items():
        free = min(min(line.x0 - box[0], box[2] - line.x1) for line in printed)
        column = (box[0], box[2])
        margins[column] = max(0.0, min(free, margins.get(column, free)))
    return {
        box: _joined(printed, box[2] - box[0] - 2 * margins[box[0], box[2]])
        for box, printed in lines.items()
    }


def _joined(lines: Sequence[Line], width: float) -> str:
    """Return the text of a cell: a line is broken off where what follows would have fitted."""
    written = lines[0].text
    for before, line in pairwise(lines):
        room = width - (before.x1 - before.x0)
        broken = room > line.head + FITS * line.size
        written += ("\n" if broken else seam(before.text, line.text)) + line.text
    return written
