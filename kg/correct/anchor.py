"""Quoted words to where they stand in a text, also when it has moved; never by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kg.models import Correction

MOST = 10_000  # places of one quotation that are looked at
NEAR = 4  # characters beside the quotation that must be as they were, where its context changed
_LEFT_OUT = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a quotation stands, or why that is not known."""

    span: Span | None
    problem: str = ""
    places: tuple[Span, ...] = ()  # all that were found


class Text:
    """A text that can be searched as it is, and without blanks and widths of letters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bare, self._origin = _bare(text)

    def find(self, words: str) -> list[Span]:
        """Return where words stand: as written, else without regard to blanks and widths."""
        if not words.strip():
            return []
        exact = [(at, at + len(words)) for at in _places(self.text, words)]
        return exact or [self._span(at, at + length) for at, length in self._loosely(words)]

    def beside(self, span: Span) -> tuple[str, str]:
        """Return the characters before and behind a place, without blanks."""
        before = _bare(self.text[max(0, span[0] - 4 * NEAR) : span[0]])[0]
        behind = _bare(self.text[span[1] : span[1] + 4 * NEAR])[0]
        return before[-NEAR:], behind[:NEAR]

    def _loosely(self, words: str) -> Iterator[tuple[int, int]]:
        bare = _bare(words)[0]
        if bare:
            yield from ((at, len(bare)) for at in _places(self.bare, bare))

    def _span(self, begin: int, end: int) -> Span:
        return self._origin[begin], self._origin[end - 1] + 1


def anchor(text: Text, correction: Correction) -> Anchor:
    """Return the one place that a correction's quotation means."""
    places = text.find(correction.quote)
    if not places:
        return Anchor(None, "the quoted words are not in the document")
    left = _in_context(text, places, correction)
    if len(left) > 1 and correction.occurrence:
        numbered = places[correction.occurrence - 1 : correction.occurrence]
        left = [place for place in numbered if place in left]
    if len(left) == 1:
        return Anchor(left[0], "", tuple(places))
    if not left:
        return Anchor(None, "what stood around the quoted words has changed", tuple(places))
    several = f"the quoted words stand {len(left):,} times; give context or occurrence"
    return Anchor(None, several, tuple(places))


def meant_by(spans: Iterable[Span], within: Span) -> set[Span]:
    """Return which stretches quoted words are about.

    Those inside them; else the narrowest around them; else those that they overlap
    (产值过2000万元 of a figure that reaches on: 2000万元以上).
    """
    found = set(spans)
    inside = {span for span in found if holds(within, span)}
    around = {span for span in found if holds(span, within)}
    if around and not inside:
        narrowest = min(end - begin for begin, end in around)
        return {span for span in around if span[1] - span[0] == narrowest}
    return inside or {span for span in found if span[0] < within[1] and within[0] < span[1]}


def _in_context(text: Text, places: list[Span], correction: Correction) -> list[Span]:
    """Return the places that stand in the correction's context.

    Where that is gone, a place counts whose next characters on one side are those of the context.
    """
    if not correction.context:
        return places
    around = text.find(correction.context)
    if around:
        return [place for place in places if any(holds(outer, place) for outer in around)]
    inside = Text(correction.context)
    known = {inside.beside(span) for span in inside.find(correction.quote)}
    return [place for place in places if any(_agree(text.beside(place), one) for one in known)]


def _agree(here: tuple[str, str], there: tuple[str, str]) -> bool:
    return any(len(a) == NEAR and a == b for a, b in zip(here, there, strict=True))


def holds(outer: Span, inner: Span) -> bool:
    """Tell whether a stretch lies in another."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _bare(text: str) -> tuple[str, list[int]]:
    """Return a text in NFKC without blanks, and for each character where it came from."""
    characters: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(text):
        if not _LEFT_OUT.match(character):
            normal = unicodedata.normalize("NFKC", character)
            characters.append(normal)
            origin.extend([at] * len(normal))
    return "".join(characters), origin


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    for _ in range(MOST):
        if at < 0:
            return
        yield at
        at = text.find(words, at + len(words))
