"""What pages carry beside their text: page numbers, running heads and feet, footnotes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from kg.read.pdf_lines import Line
from kg.read.pdf_tables import Grid

ROMAN = "[ivxIVX]{1,6}"
NUMBER = rf"(?:\d{{1,4}}|{ROMAN})"
# A page number that can be nothing else: — 3 —, 第3页 共12页, 3/12, Page 3 of 12.
DRESSED = re.compile(
    rf"[-–—－―~·•]\s*{NUMBER}\s*[-–—－―~·•]|第\s*\d{{1,4}}\s*页(?:[，,/\s]*共\s*\d{{1,4}}\s*页)?|"
    rf"\d{{1,4}}\s*/\s*\d{{1,4}}|[Pp](?:age|\.)?\s*\d{{1,4}}(?:\s*(?:of|/)\s*\d{{1,4}})?"
)
BARE = re.compile(NUMBER)
DIGITS = re.compile(r"\d+")
MARGIN_LINES = 3  # at most so many lines at the head or foot of a page are furniture
LEAST_REPEATED = 3  # pages that a running head stands on; two where the document has but two
SAME_HEIGHT = 4.0  # points
# ① [1] * 注： before the text of a footnote.
NOTE_MARK = re.compile(
    r"[①-⑳*※]|[\[［〔（(]\d{1,3}[\]］〕）)]|\d{1,2}(?![\d.．、年%])|注[：:]|注释"
)
SMALLER = 0.92  # of the size of the text, the most that a footnote has


@dataclass(slots=True)
class Sheet:
    """A page taken apart."""

    number: int  # from 1
    width: float
    height: float
    lines: list[Line]
    grids: list[Grid] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)  # the lines of its footnotes
    cuts: list[tuple[str, str]] = field(default_factory=list)


def remove_furniture(sheets: Sequence[Sheet]) -> None:
    """Move page numbers, running heads and feet to the cuts of their pages."""
    for _ in range(MARGIN_LINES):
        numbers = {id(line) for line in _page_numbers(sheets)}
        repeated = {id(line) for line in _repeated(sheets)} - numbers
        if not numbers and not repeated:
            break
        for sheet in sheets:
            for line in sheet.lines:
                if id(line) in numbers:
                    sheet.cuts.append((line.text, "pdf.page-number"))
                elif id(line) in repeated:
                    sheet.cuts.append((line.text, "pdf.running-head"))
            gone = numbers | repeated
            sheet.lines = [line for line in sheet.lines if id(line) not in gone]


def _ends(sheet: Sheet) -> Iterator[tuple[str, Line]]:
    """Yield the first and the last line of a page that no table stands beyond."""
    if not sheet.lines:
        return
    first = min(sheet.lines, key=lambda line: line.top)
    last = max(sheet.lines, key=lambda line: line.bottom)
    if first.block < 0:
        yield "head", first
    if last.block < 0 and all(grid.bottom <= last.bottom for grid in sheet.grids):
        yield "foot", last


def _page_numbers(sheets: Sequence[Sheet]) -> Iterator[Line]:
    """Yield the lines that are page numbers: by their dress, or by counting with the pages."""
    bare: Counter[tuple[str, int]] = Counter()
    found: list[tuple[Line, tuple[str, int]]] = []
    for sheet in sheets:
        for where, line in _ends(sheet):
            text = line.text.strip()
            if DRESSED.fullmatch(text):
                yield line
            elif BARE.fullmatch(text):
                key = (where, _value(text) - sheet.number)
                bare[key] += 1
                found.append((line, key))
    for line, key in found:
        if bare[key] >= min(2, len(sheets)) and _value(line.text.strip()):
            yield line


def _value(text: str) -> int:
    if text.isdecimal():
        return int(text)
    values = {"i": 1, "v": 5, "x": 10}
    numbers = [values[letter] for letter in text.lower()]
    after = [*numbers[1:], 0]
    return sum(-one if one < then else one for one, then in zip(numbers, after, strict=True))


def _repeated(sheets: Sequence[Sheet]) -> Iterator[Line]:
    """Yield the first and last lines that stand on many pages at the same height."""
    groups: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for sheet in sheets:
        for where, line in _ends(sheet):
            text = DIGITS.sub("#", "".join(line.text.split()))
            groups[where, text].append(line)
    least = max(min(LEAST_REPEATED, len(sheets)), 2)
    for (_, text), lines in groups.items():
        height = median(line.top for line in lines)
        level = [line for line in lines if abs(line.top - height) <= SAME_HEIGHT]
        if len(level) >= least and text.strip("#"):
            yield from level


def split_footnotes(sheet: Sheet, size: float) -> None:
    """Move the footnotes of a page out of its text: small lines at its foot behind a mark."""
    small = []
    for line in reversed(sheet.lines):
        if line.size > size * SMALLER or line.block >= 0:
            break
        small.append(line)
    small.reverse()
    begin = next((at for at, line in enumerate(small) if NOTE_MARK.match(line.text)), None)
    if begin is None or len(small) == len(sheet.lines):
        return
    notes = small[begin:]
    above = [line for line in sheet.lines if line.size > size * SMALLER]
    if notes[0].top < max((line.bottom for line in above), default=0.0) - size:
        return
    sheet.notes = notes
    sheet.lines = sheet.lines[: len(sheet.lines) - len(notes)]
