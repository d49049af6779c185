"""An inspection to its text as HTML: a paragraph for each line, with what was found marked."""

from __future__ import annotations

import html
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
    """Return where the heading of a part stands: its number and its title, in its first line."""
    reach = min(part.end, part.begin + HEADING)
    line = text.find(BREAK, part.begin, reach)
    last = line if line >= 0 else reach
    at = text.find(part.title, part.begin, last) if part.title else -1
    return part.begin, at + len(part.title) if at >= 0 else last


# -- the text --------------------------------------------------------------------------------


class Layers:
    """Which marks hold at a place of the text."""

    def __init__(self, marks: Sequence[Mark]) -> None:
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
    """Yield the text, a paragraph for each line; what it holds is exactly the line."""
    layers, looks = Layers(marks), _looks(seen)
    pages = [*seen.page_begins, len(seen.text) + 1]
    begin = number = 0
    in_table = False
    for line in seen.text.split(BREAK):
        look = looks.get(begin, "")
        if in_table != (look == ROW):
            in_table = look == ROW
            yield '<div class="table">' if in_table else "</div>"
        while pages[number] <= begin:
            number += 1
            yield f'<div class="page" role="separator" aria-label="{number}">{number}</div>'
        named = f' class="{look}"' if look else ""
        inner = _cells(seen.text, begin, line, layers) if in_table else ""
        inner = inner or _marked(seen.text, begin, begin + len(line), layers)
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


def _cells(text: str, begin: int, line: str, layers: Layers) -> str:
    """Return the line of a table with its cells apart; the tab stays at the end of its cell."""
    parts = []
    for cell in line.split("\t"):
        end = min(begin + len(cell) + 1, len(text))
        end = end if text[begin:end].endswith("\t") else begin + len(cell)
        parts.append(f'<span class="cell">{_marked(text, begin, end, layers)}</span>')
        begin = end
    return "".join(parts)


def _looks(seen: Inspection) -> dict[int, str]:
    """Return how a line looks as a whole, by where it begins: a title, a heading, a row."""
    looks = {}
    for part in all_parts(seen.outline):
        begin, end = _heading(part, seen.text)
        rest = seen.text[end : end + HEADING].partition(BREAK)[0]
        if part.kind == "section" and not rest.strip("。 \t\r\u3000"):
            looks[_line_begin(seen.text, begin)] = f"h{min(part.level + 1, 4)}"
    for one in seen.profile:
        if one.name == "title" and one.begin is not None:
            looks[_line_begin(seen.text, one.begin)] = "h1"
    for table in seen.tables:
        at = _line_begin(seen.text, table.begin)
        while at < table.end:
            after = (seen.text.find(BREAK, at) + 1) or len(seen.text) + 1
            if "\t" in seen.text[at:after]:
                looks[at] = ROW
            at = after
    return looks


def _line_begin(text: str, at: int) -> int:
    return text.rfind(BREAK, 0, at) + 1
