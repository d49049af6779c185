"""Edits of a text to the text that they make, and offsets of the one to those of the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

Across = Callable[[int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a text that is read otherwise than it is written; never an empty one."""

    begin: int
    end: int
    reading: str
    rule: str


class Step:
    """The edits of one pass over a text, in order and apart from each other."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = edits
        self._written = [edit.begin for edit in edits]  # where each begins as written, as read
        self._read: list[int] = []
        shift = 0
        for edit in edits:
            self._read.append(edit.begin + shift)
            shift += len(edit.reading) - (edit.end - edit.begin)

    def apply(self, text: str) -> str:
        """Return the text as read."""
        return "".join(self._pieces(text))

    def _pieces(self, text: str) -> Iterator[str]:
        done = 0
        for edit in self.edits:
            yield text[done : edit.begin]
            yield edit.reading
            done = edit.end
        yield text[done:]

    def written(self, offset: int) -> tuple[int, int]:
        """Return the span as written of the character that is read at an offset."""
        at = bisect_right(self._read, offset) - 1
        if at < 0:
            return offset, offset + 1
        edit, inside = self.edits[at], offset - self._read[at]
        return _across(inside, len(edit.reading), edit.begin, edit.end)

    def read(self, offset: int) -> tuple[int, int]:
        """Return the span as read of the character that is written at an offset."""
        at = bisect_right(self._written, offset) - 1
        if at < 0:
            return offset, offset + 1
        edit, begin = self.edits[at], self._read[at]
        inside = offset - edit.begin
        return _across(inside, edit.end - edit.begin, begin, begin + len(edit.reading))


def _across(inside: int, length: int, begin: int, end: int) -> tuple[int, int]:
    """Return what a character stands for: `inside` counts from where an edit begins."""
    if inside >= length:
        return end + inside - length, end + inside - length + 1
    if length == end - begin:
        return begin + inside, begin + inside + 1
    return begin, end


class Alignment:
    """How the offsets of a mended text lead back into the text as it was written."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self.steps = tuple(step for step in steps if step.edits)

    @property
    def is_identity(self) -> bool:
        """Tell whether nothing was edited."""
        return not self.steps

    def written(self, begin: int, end: int) -> tuple[int, int]:
        """Return the stretch as written that a stretch of the mended text was read from."""
        for step in reversed(self.steps):
            begin, end = _span(step.written, begin, end)
        return begin, end

    def read(self, begin: int, end: int) -> tuple[int, int]:
        """Return the stretch of the mended text that a stretch as written has become."""
        for step in self.steps:
            begin, end = _span(step.read, begin, end)
        return begin, end


def _span(across: Across, begin: int, end: int) -> tuple[int, int]:
    start = across(begin)[0]
    return start, max(start, across(end - 1)[1]) if end > begin else start
