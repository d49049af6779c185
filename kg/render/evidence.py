"""Spans of a text to the sentences that show them."""

from __future__ import annotations

import re
from dataclasses import dataclass

AROUND = 160  # characters kept on either side where a sentence runs on without an end
LONGEST = 240  # characters of the span itself: a task may run over a page

_END = re.compile(r"[。！？；\n]")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source text, in code points."""

    source: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence around a span; `cut_left` and `cut_right` say where it was shortened."""

    begin: int
    text: str
    cut_left: bool
    cut_right: bool


def sentence_around(text: str, begin: int, end: int, around: int = AROUND) -> Sentence:
    """Return the sentence that holds the span, at most `around` characters to either side."""
    left = max(0, begin - around)
    ends = [match.end() for match in _END.finditer(text, left, begin)]
    first = ends[-1] if ends else left
    last, whole = _last(text, begin, end, around)
    piece = text[first:last]
    return Sentence(
        begin=first + len(piece) - len(piece.lstrip()),
        text=piece.strip(),
        cut_left=not ends and left > 0,
        cut_right=not whole,
    )


def _last(text: str, begin: int, end: int, around: int) -> tuple[int, bool]:
    """Return where the sentence of a span ends, and whether that is its own end."""
    if end - begin > LONGEST:
        return begin + LONGEST, False
    limit = min(len(text), end + around)
    stop = _END.search(text, max(end - 1, begin), limit)
    return (stop.end(), True) if stop else (limit, limit == len(text))
