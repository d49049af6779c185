"""A text that a page gives twice to the one that is read: the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.models import Source
from kg.structure.alignment import Edit

SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
LEAST_SENTENCES = 5
LEAST_CHARACTERS = 300
LEAST_SHARE = 0.3  # of the text: what repeats less is a clause, a form, a table's head
SHORTEST = 8  # characters of a sentence that tells where a copy begins

Piece = tuple[int, int, str]  # begin, end, the words without blanks


def find_copies(source: Source) -> Iterator[Edit]:
    """Yield the second copy of a text: of a page and of its version for print."""
    pieces = list(_pieces(source.text))
    total = sum(len(words) for _, _, words in pieces)
    if total < 2 * LEAST_CHARACTERS:
        return
    for first, last in _runs(pieces):
        run = pieces[first : last + 1]
        length = sum(len(words) for _, _, words in run)
        least = max(LEAST_CHARACTERS, total * LEAST_SHARE)
        if len(run) >= LEAST_SENTENCES and length >= least:
            yield Edit(run[0][0], run[-1][1], "", "repair.duplicate")


def _pieces(text: str) -> Iterator[Piece]:
    for match in SENTENCE.finditer(text):
        words = re.sub(r"\s", "", match[0])
        if words:
            yield match.start(), match.end(), words


def _runs(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of stretches that stand word for word before."""
    seen: dict[str, int] = {}
    start = original = -1
    for at, (_, _, words) in enumerate(pieces):
        goes_on = start >= 0 and original < start and pieces[original][2] == words
        if goes_on:
            original += 1
            continue
        if start >= 0:
            yield start, at - 1
        known = seen.get(words, -1) if len(words) >= SHORTEST else -1
        start, original = (at, known + 1) if known >= 0 else (-1, -1)
        if known < 0:
            seen.setdefault(words, at)
    if start >= 0:
        yield start, len(pieces) - 1
