"""An offset to the sentence of the outline that holds it."""

from __future__ import annotations

from bisect import bisect_right

from kg.inspect.report import Spot
from kg.models import Outline, Sentence

OWN = (
    "body",
    "work",
)  # the parts in which rules read: prose, and the cells of tables that say work
AROUND = 60  # characters shown on either side of a place that no sentence holds
LONGEST = 160  # … of a sentence that goes on without an end


class Sentences:
    """Finds sentences by offset, and puts a place into its sentence."""

    def __init__(self, outline: Outline) -> None:
        self._text = outline.source.text
        self._sentences = sorted(outline.sentences, key=lambda sentence: sentence.begin)
        self._begins = [sentence.begin for sentence in self._sentences]

    def at(self, offset: int) -> Sentence | None:
        """Return the sentence that holds an offset."""
        position = bisect_right(self._begins, offset) - 1
        if position < 0 or self._sentences[position].end <= offset:
            return None
        return self._sentences[position]

    def spot(self, kind: str, begin: int, end: int) -> Spot:
        """Return a place with the sentence around it, a very long one cut on both sides."""
        found = self.at(begin)
        first, last = (found.begin, found.end) if found else self._line(begin, end)
        first, last = max(first, begin - LONGEST), min(max(last, end), end + LONGEST)
        piece = self._text[first:last]
        first += len(piece) - len(piece.lstrip())
        return Spot(kind, begin, end, self._text[begin:end], piece.strip(), first)

    def _line(self, begin: int, end: int) -> tuple[int, int]:
        first = max(0, begin - AROUND)
        first = self._text.rfind("\n", first, begin) + 1 or first
        last = self._text.find("\n", end, end + AROUND)
        return first, last if last >= 0 else min(len(self._text), end + AROUND)
