"""Boxes near their spots to places where none covers another.

The boxes are set down one after the other, the largest first, each at the free place nearest to
its spot. What is taken is kept in rows of bits, and a row is searched as one number: 5,000 boxes
find their places in two seconds, where pushing them apart, pair by pair, took twenty and left some
over others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Point = tuple[float, float]

ASPECT = 1.25  # of the canvas beside the panel on a wide screen
_CELL = 10.0  # of the grid, in the picture's own units
# The canvas, in times of what the boxes cover; of several the one whose picture is largest.
_AIRS = (1.1, 1.25, 1.45)
_MANY = 1_500  # boxes, beyond which only the widest of these is tried
_ALIKE = 20_000.0  # boxes whose areas differ by less are set down in their own order


@dataclass(frozen=True, slots=True)
class Box:
    """Half the width and half the height that a node takes with its label."""

    width: float
    height: float
    drop: float = 0.0  # how far its middle lies below the node: labels stand below their signs

    @property
    def area(self) -> float:
        """Return what it covers."""
        return 4 * self.width * self.height


def settle(spots: Sequence[Sequence[float]], boxes: Sequence[Box]) -> list[Point]:
    """Return the places of the boxes: near their spots, none over another, on a full canvas."""
    if not boxes:
        return []
    airs = _AIRS if len(boxes) <= _MANY else _AIRS[-1:]
    tries = [_settled(spots, boxes, air) for air in airs]
    return min(tries, key=lambda places: _height_needed(places, boxes))


def _settled(spots: Sequence[Sequence[float]], boxes: Sequence[Box], air: float) -> list[Point]:
    area = sum(box.area for box in boxes) * air
    widest, tallest = max(box.width for box in boxes), max(box.height for box in boxes)
    height = max(math.sqrt(area / ASPECT), 2 * tallest, 2 * widest / ASPECT)
    canvas = Box(height * ASPECT / 2, height / 2)
    wanted = _fit(spots, boxes, canvas)
    places = list(wanted)
    rows = _Rows(canvas.width)
    # What is large finds no room late; of equals, what comes first stands nearest.
    for i in sorted(range(len(boxes)), key=lambda i: -round(boxes[i].area / _ALIKE)):
        places[i] = rows.settle(wanted[i], boxes[i])
    return places


class _Rows:
    """A canvas that fills: for each row of cells a number, with a bit for each column taken."""

    def __init__(self, width: float) -> None:
        self._half = math.ceil(width / _CELL)
        self._all = (1 << (2 * self._half)) - 1
        self._taken: defaultdict[int, int] = defaultdict(int)

    def settle(self, spot: Point, box: Box) -> Point:
        """Take the free place nearest to the spot."""
        wide, tall = math.ceil(2 * box.width / _CELL), math.ceil(2 * box.height / _CELL)
        column = round((spot[0] - box.width) / _CELL) + self._half
        row = round((spot[1] - box.height) / _CELL)
        row, column = self._nearest(row, min(max(column, 0), 2 * self._half), wide, tall)
        bits = ((1 << wide) - 1) << column
        for taken in range(row, row + tall):
            self._taken[taken] |= bits
        left = (column - self._half + wide / 2) * _CELL
        return left, (row + tall / 2) * _CELL

    def _nearest(self, row: int, column: int, wide: int, tall: int) -> tuple[int, int]:
        """Return the first row and column of the nearest room of so many columns and rows."""
        best, place = math.inf, (row, column)
        for away, here in _rows_around(row):
            if away >= best:
                break
            starts = self._starts(here, wide, tall)
            for start in _nearest_bits(starts, column):
                # A step aside is a smaller part of the canvas than a step up or down.
                distance = math.hypot((start - column) / ASPECT, away)
                if distance < best:
                    best, place = distance, (here, start)
        return place

    def _starts(self, row: int, wide: int, tall: int) -> int:
        """Return the columns, as bits, where a box of this size may begin in a row."""
        taken = 0
        for below in range(row, row + tall):
            taken |= self._taken.get(below, 0)
        free = ~taken & self._all
        run = 1
        # Where runs of n cells begin, those of 2n begin where another follows n cells on.
        while run < wide:
            step = min(run, wide - run)
            free &= free >> step
            run += step
        return free


def _rows_around(row: int) -> Iterator[tuple[int, int]]:
    """Yield how far a row is, and the row, the nearest first."""
    yield 0, row
    away = 0
    while True:
        away += 1
        yield away, row - away
        yield away, row + away


def _nearest_bits(bits: int, column: int) -> Iterator[int]:
    """Yield the nearest bit that is set at or before the column, and after it."""
    before = bits & ((1 << (column + 1)) - 1)
    if before:
        yield before.bit_length() - 1
    after = bits >> (column + 1)
    if after:
        yield column + (after & -after).bit_length()


def _height_needed(places: Sequence[Point], boxes: Sequence[Box]) -> float:
    """Return how tall a canvas must be to hold the boxes."""
    rows = list(zip(places, boxes, strict=True))
    wide = max(x + box.width for (x, _), box in rows) - min(x - box.width for (x, _), box in rows)
    tall = max(y + box.height for (_, y), box in rows) - min(y - box.height for (_, y), box in rows)
    return max(wide / ASPECT, tall)


def _fit(spots: Sequence[Sequence[float]], boxes: Sequence[Box], canvas: Box) -> list[Point]:
    """Stretch the spots over the canvas, by rank as much as by distance, to use all of it."""
    across = _stretched([spot[0] for spot in spots])
    down = _stretched([spot[1] for spot in spots])
    return [
        (x * 2 * (canvas.width - box.width), y * 2 * (canvas.height - box.height))
        for x, y, box in zip(across, down, boxes, strict=True)
    ]


def _stretched(values: Sequence[float]) -> list[float]:
    """Return the values between -1/2 and 1/2."""
    low, reach = min(values), (max(values) - min(values)) or 1.0
    ranks = {i: rank for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__))}
    last = max(1, len(values) - 1)
    return [
        0.5 * (value - low) / reach + 0.5 * ranks[i] / last - 0.5 for i, value in enumerate(values)
    ]
