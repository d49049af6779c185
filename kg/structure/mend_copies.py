"""A text that a page gives twice to the one that is read: the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.models import Source
from kg.structure.alignment import Edit

SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]?")
LEAST_SENTENCES = 5
LEAST_CHARACTERS = 300
# What repeats less is a clause, a form, the head of a table: of what stands before, of the text.
LEAST_SHARE, LEAST_OF_ALL = 0.4, 0.15
SHORTEST = 8  # characters of a sentence that tells where a copy begins

EDGES = "。！？；："

Piece = tuple[int, int, str]  # begin, end, the words without blanks


@dataclass(frozen=True, slots=True)
class Run:
    """Sentences that stand word for word before, by index; `original` is the first of those."""

    first: int
    last: int
    original: int


def find_copies(source: Source) -> Iterator[Edit]:
    """Yield the second copy of a text: of a page and of its version for print."""
    pieces = list(_pieces(source.text))
    total = sum(len(words) for _, _, words in pieces)
    done = cut = 0
    for run in _runs(pieces) if total >= 2 * LEAST_CHARACTERS else ():
        length = _length(pieces[run.first : run.last + 1])
        before = _length(pieces[: run.first]) - cut
        distinct = {pieces[at][2] for at in range(run.first, run.last + 1)}
        least = max(LEAST_CHARACTERS, before * LEAST_SHARE, total * LEAST_OF_ALL)
        if len(distinct) >= LEAST_SENTENCES and length >= least:
            begin, end = _widened(source.text, pieces, run, done)
            yield Edit(begin, end, "", "repair.duplicate")
            done = end
            cut += length


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(words) for _, _, words in pieces)


def _widened(text: str, pieces: Sequence[Piece], run: Run, floor: int) -> tuple[int, int]:
    """Return where a copy begins and ends, with what stands around it as around the original.

    What a page puts before its text or behind it may run into the first or last sentence.
    """
    length = run.last - run.first
    begin, end = pieces[run.first][0], pieces[run.last][1]
    first, last = pieces[run.original][0], pieces[run.original + length][1]
    return _before(text, first, begin, max(last, floor)), _behind(text, last, end, begin)


def _before(text: str, original: int, copy: int, floor: int) -> int:
    """Walk back while both say the same; return the last place where a sentence could begin."""
    found = copy
    while copy > floor and original > 0:
        copy = _skipped(text, copy - 1, -1, floor)
        original = _skipped(text, original - 1, -1, 0)
        if text[original] != text[copy] or text[copy].isspace():
            break
        if original == 0 or text[copy - 1].isspace() or text[copy - 1] in EDGES:
            found = copy
    return found


def _behind(text: str, original: int, copy: int, ceiling: int) -> int:
    """Walk on while both say the same; return the last place where a sentence could end."""
    found = copy
    while copy < len(text) and original < ceiling:
        copy = _skipped(text, copy, 1, len(text) - 1)
        original = _skipped(text, original, 1, ceiling - 1)
        if text[original] != text[copy] or text[copy].isspace():
            break
        copy, original = copy + 1, original + 1
        if copy == len(text) or text[copy].isspace() or text[copy - 1] in EDGES:
            found = copy
    return found


def _skipped(text: str, at: int, step: int, limit: int) -> int:
    """Return the next place from one on, in a direction, where no blank stands."""
    while at != limit and text[at].isspace():
        at += step
    return at


def _pieces(text: str) -> Iterator[Piece]:
    for match in SENTENCE.finditer(text):
        words = "".join(match[0].split())
        if words:
            yield match.start(), match.end(), words


def _runs(pieces: Sequence[Piece]) -> Iterator[Run]:
    """Yield the stretches that stand word for word before."""
    seen: dict[str, int] = {}
    first = original = -1
    for at, (_, _, words) in enumerate(pieces):
        if first >= 0 and original < first and pieces[original][2] == words:
            original += 1
            continue
        if first >= 0:
            yield Run(first, at - 1, original - (at - first))
        known = seen.get(words, -1) if len(words) >= SHORTEST else -1
        first, original = (at, known + 1) if known >= 0 else (-1, -1)
        if known < 0:
            seen.setdefault(words, at)
    if first >= 0:
        yield Run(first, len(pieces) - 1, original - (len(pieces) - first))
