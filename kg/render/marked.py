"""A text with marks to HTML: a paragraph for each line, a row of cells for each row of a table.

Here too is what an inspection marks; what a store marks is in kg.render.reading.
"""

from __future__ import annotations

import html
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from kg.inspect.report import Inspection, Part, Spot, visible

# What the page marks, in the order of the legend.
LAYERS = (
    *("Agency", "Program", "Document", "Region", "Target", "Responsibility"),
    *("section", "task", "field", "repair", "masked", "figure", "duty", "promise", "quoted"),
    *("open", "furniture"),
)
BREAK = "\n"
ROW = "row"
HEADING = 200  # characters in which a heading ends
# Each character becomes one, for offsets count them. What cannot be seen is shown as its picture.
UNSEEN: dict[int, int] = {
    **{code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)},
    13: 0x200B,
    **dict.fromkeys((*range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), 0xFFFD),
    # They would turn the reading order of all that follows.
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
}


# Writes the stretch of a text between two offsets, with its marks.
Write = Callable[[int, int], str]


class Marked(Protocol):
    """A stretch of a text that is marked, in whatever reading."""

    @property
    def layer(self) -> str:
        """Return what kind of thing is marked."""

    @property
    def begin(self) -> int:
        """Return where it begins."""

    @property
    def end(self) -> int:
        """Return where it ends."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that the page marks."""

    layer: str
    begin: int
    end: int
    means: str
    rule: str


def safe(text: str) -> str:
    """Return text for a page: no markup, nothing that a parser turns into something else."""
    return html.escape(text.translate(UNSEEN))


# -- marks -----------------------------------------------------------------------------------


def find_marks(seen: Inspection) -> list[Mark]:
    """Return what the page marks, in the order of the text, the longer before the shorter."""
    found = [mark for mark in _marks(seen) if mark.begin < mark.end]
    return sorted(found, key=lambda mark: (mark.begin, -mark.end, LAYERS.index(mark.layer)))


def _marks(seen: Inspection) -> Iterator[Mark]:
    for fact in seen.facts:
        # A citation stands where its document is named; an issuer who is implied stands nowhere.
        if fact.kind in LAYERS and fact.rule != "responsibility.issuer":
            yield Mark(fact.kind, fact.begin, fact.end, fact.means, fact.rule)
    for part in all_parts(seen.outline):
        yield Mark(part.kind, *_heading(part, seen.text), f"{part.number} {part.title}", "")
    for layer, spots in spots_of(seen):
        yield from (Mark(layer, spot.begin, spot.end, spot.kind, "") for spot in spots)
    yield from _stated_marks(seen)


def _stated_marks(seen: Inspection) -> Iterator[Mark]:
    for field in seen.fields:
        yield Mark("field", field.begin, field.end, field.name, field.rule)
    left_out = {(left.begin, left.end) for left in seen.left_out}
    for one in seen.repairs:
        if (one.begin, one.end) not in left_out:
            means = f"{visible(one.original)} → {visible(one.reading) or '∅'}"
            yield Mark("repair", one.begin, one.end, means, one.rule)
    for left in seen.left_out:
        if left.begin is not None and left.end is not None:
            yield Mark("furniture", left.begin, left.end, "", left.rule)


def spots_of(seen: Inspection) -> tuple[tuple[str, Sequence[Spot]], ...]:
    """Return the places that a person may want to look at, by the layer that marks them."""
    return (
        ("figure", seen.figures.left),
        ("duty", seen.duties),
        ("promise", seen.promises),
        ("masked", seen.masked),
        ("quoted", seen.titles),
        ("open", seen.unresolved),
    )


def all_parts(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield sections and tasks in the order of the text."""
    for part in parts:
        yield part
        yield from all_parts(part.parts)


def _heading(part: Part, text: str) -> tuple[int, int]:
    return heading_of(text, part.begin, part.end, part.title)


def heading_of(text: str, begin: int, end: int, title: str) -> tuple[int, int]:
    """Return where the heading of a part stands: its number and its title, in its first line."""
    reach = min(end, begin + HEADING)
    line = text.find(BREAK, begin, reach)
    last = line if line >= 0 else reach
    at = text.find(title, begin, last) if title else -1
    return begin, at + len(title) if at >= 0 else last


# -- the text --------------------------------------------------------------------------------


class Layers:
    """Which marks hold at a place of the text."""

    def __init__(self, marks: Sequence[Marked]) -> None:
        opening: dict[int, list[int]] = {0: []}
        closing: dict[int, list[int]] = {}
        for number, mark in enumerate(marks):
            opening.setdefault(mark.begin, []).append(number)
            closing.setdefault(mark.end, []).append(number)
        self._marks = marks
        self._places = sorted({*opening, *closing})
        self._held: list[tuple[int, ...]] = []
        held: set[int] = set()
        for at in self._places:
            held = (held - set(closing.get(at, ()))) | set(opening.get(at, ()))
            self._held.append(tuple(sorted(held)))

    def pieces(self, begin: int, end: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Yield the stretches between two offsets in which the same marks hold, and which."""
        inside = self._places[bisect_right(self._places, begin) : bisect_left(self._places, end)]
        for start, stop in zip([begin, *inside], [*inside, end], strict=True):
            if start < stop:
                yield start, stop, self._held[bisect_right(self._places, start) - 1]

    def names(self, held: Sequence[int], begin: int) -> str:
        """Return the layers of some marks, each once; a section also where it begins."""
        marks = [self._marks[number] for number in held]
        opens = any(mark.layer == "section" and mark.begin == begin for mark in marks)
        return " ".join(dict.fromkeys([*(mark.layer for mark in marks), *["opens"] * opens]))


def write_text(seen: Inspection, marks: Sequence[Mark]) -> Iterator[str]:
    """Yield the text of an inspection with its marks."""
    write = partial(_marked, seen.text, layers=Layers(marks))
    return write_lines(seen.text, _looks(seen), write, seen.page_begins)


def write_lines(
    text: str, looks: Mapping[int, str], write: Write, page_begins: Sequence[int] = ()
) -> Iterator[str]:
    """Yield a text, a paragraph for each line; what it holds is exactly the line.

    `looks` says how a line looks as a whole, by where it begins.
    """
    pages = [*page_begins, len(text) + 1]
    begin = number = 0
    in_table = False
    for line in text.split(BREAK):
        look = looks.get(begin, "")
        if in_table != (look == ROW):
            in_table = look == ROW
            yield '<div class="table">' if in_table else "</div>"
        while pages[number] <= begin:
            number += 1
            yield f'<div class="page" role="separator" aria-label="{number}">{number}</div>'
        look = look or ("" if line.strip() else "blank")
        named = f' class="{look}"' if look else ""
        inner = _cells(text, begin, line, write) if in_table else write(begin, begin + len(line))
        yield f'<p data-b="{begin}"{named}>{inner or "<br>"}</p>'
        begin += len(line) + 1
    if in_table:
        yield "</div>"


def _marked(text: str, begin: int, end: int, layers: Layers) -> str:
    """Return a stretch of the text with its marks."""
    parts = []
    for start, stop, held in layers.pieces(begin, end):
        piece = safe(text[start:stop])
        numbers = ",".join(map(str, held))
        names = layers.names(held, start)
        parts.append(f'<span class="{names}" data-i="{numbers}">{piece}</span>' if held else piece)
    return "".join(parts)


def _cells(text: str, begin: int, line: str, write: Write) -> str:
    """Return the line of a table with its cells apart; the tab stays at the end of its cell."""
    parts = []
    for cell in line.split("\t"):
        end = min(begin + len(cell) + 1, len(text))
        end = end if text[begin:end].endswith("\t") else begin + len(cell)
        parts.append(f'<span class="cell">{write(begin, end)}</span>')
        begin = end
    return "".join(parts)


def _looks(seen: Inspection) -> dict[int, str]:
    """Return how a line looks as a whole, by where it begins: a title, a heading, a row."""
    looks = {}
    for part in all_parts(seen.outline):
        begin, end = _heading(part, seen.text)
        if part.kind == "section" and ends_line(seen.text, end):
            looks[line_begin(seen.text, begin)] = f"h{min(part.level + 1, 4)}"
    for one in seen.profile:
        if one.name == "title" and one.begin is not None:
            looks[line_begin(seen.text, one.begin)] = "h1"
    for table in seen.tables:
        at = line_begin(seen.text, table.begin)
        while at < table.end:
            after = (seen.text.find(BREAK, at) + 1) or len(seen.text) + 1
            if "\t" in seen.text[at:after]:
                looks[at] = ROW
            at = after
    return looks


def ends_line(text: str, at: int) -> bool:
    """Tell whether nothing but a full stop follows in the line: a heading that stands alone."""
    rest = text[at : at + HEADING].partition(BREAK)[0]
    return not rest.strip("。 \t\r\u3000")


def line_begin(text: str, at: int) -> int:
    """Return where the line that holds a place begins."""
    return text.rfind(BREAK, 0, at) + 1
