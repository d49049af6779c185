"""Words to the heads of names that come: what program_features.coming_heads tells, in numpy.

It is told for all words of a document at once, in numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kg.extract.crf import LABELS, Model
from kg.extract.program_features import CLAUSE_END, FAR, coming
from kg.extract.program_words import head_of, heads

if TYPE_CHECKING:
    from kg.extract.crf import Floats, Integers

PLAIN, CLAUSE_MARK, OPENING, CLOSING, EDGE = range(5)
QUOTED = ("", "in", "end")  # outside quotation marks, inside, the mark that closes


class Look(NamedTuple):
    """What a word is to the heads around it."""

    head: int  # the number of the head that it is or ends with, 0 if there is none
    mark: int
    opens: bool  # there are heads that begin with it
    closes: bool  # there are heads that end with it


NOTHING = Look(0, EDGE, False, False)  # what stands in front of a sentence, and behind it


def look(text: str) -> Look:
    """Return what a word is to the heads around it."""
    opening, closing = _parts()
    return Look(_numbers()[head_of(text) or ""], _mark(text), text in opening, text in closing)


def _mark(text: str) -> int:
    if text in ("“", "”"):
        return OPENING if text == "“" else CLOSING
    return CLAUSE_MARK if text[0] in CLAUSE_END else PLAIN


@cache
def _numbers() -> dict[str, int]:
    """Return the heads by number; 0 is none."""
    return {head: number for number, head in enumerate(["", *heads()])}


@cache
def _parts() -> tuple[frozenset[str], frozenset[str]]:
    """Return what heads begin with, and what they end with."""
    cuts = [(head, at) for head in heads() for at in range(1, len(head))]
    return frozenset(head[:at] for head, at in cuts), frozenset(head[at:] for head, at in cuts)


class Ahead:
    """What the heads that come weigh; summed when one is first met, and kept."""

    def __init__(self, model: Model) -> None:
        """Take the weights of a model."""
        import numpy as np

        self._model = model
        self._names = list(_numbers())
        size = len(QUOTED) * len(self._names) * (FAR + 1)
        self._weights, self._known = np.zeros((size, len(LABELS))), np.zeros(size, bool)

    def weigh(self, rows: Integers, looks: Sequence[Integers], texts: Sequence[str]) -> Floats:
        """Return what comes weighs at each place; `looks` are of the words, `texts` of rows."""
        import numpy as np

        head, mark, opens, closes = looks
        for at in np.flatnonzero(opens[:-1] & closes[1:]):
            whole = texts[rows[at]] + texts[rows[at + 1]]
            head[at + 1] = _numbers().get(whole, head[at + 1])
        head, far = _next(head, mark)
        seen = (_quoted(mark) * len(self._names) + head) * (FAR + 1) + far
        for new in np.unique(seen[~self._known[seen]]):
            self._weights[new] = self._sum(int(new))
            self._known[new] = True
        return self._weights.take(seen, axis=0)

    def _sum(self, seen: int) -> tuple[float, ...]:
        seen, far = divmod(seen, FAR + 1)
        quoted, head = divmod(seen, len(self._names))
        return self._model.sum(coming(QUOTED[quoted], self._names[head], far))


def _next(head: Integers, mark: Integers) -> tuple[Integers, Integers]:
    """Return for each word the next head in its clause and how far it is, 0 and 0 for none."""
    import numpy as np

    place = np.arange(len(head))
    stops = (head > 0) | (mark == CLAUSE_MARK) | (mark == EDGE)
    stop = np.where(stops, place, len(head) - 1)[::-1]
    stop = np.minimum.accumulate(stop)[::-1]
    following = head[stop]
    return following, np.where(following > 0, np.minimum(stop - place, FAR), 0)


def _quoted(mark: Integers) -> Integers:
    """Return for each word which of QUOTED it is."""
    import numpy as np

    parts = (mark == OPENING) | (mark == CLOSING) | (mark == EDGE)
    last = np.maximum.accumulate(np.where(parts, np.arange(len(mark)), 0))
    quoted: Integers = (mark[last] == OPENING).astype(np.intp)
    closing = np.flatnonzero(mark == CLOSING)
    quoted[closing] = 2 * quoted[closing - 1]
    return quoted
