"""Words to the one that governs them: what program_features.governing tells, in numpy.

It is told for all words of a document at once, in numbers.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kg.extract.program_features import SINCE, STOPS, governed, governors

if TYPE_CHECKING:
    from kg.extract.crf import Floats, Integers, Model

PLAIN, STOP, EDGE, VERBS = range(4)  # from VERBS on each word that governs has a number


def look(text: str) -> int:
    """Return what a word is to those behind it: it governs them, it ends a clause, neither."""
    return STOP if text[0] in STOPS else _numbers().get(text, PLAIN)


@cache
def _numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(sorted(governors()), VERBS)}


class Behind:
    """What the word weighs that governs others."""

    def __init__(self, model: Model) -> None:
        """Take the weights of a model."""
        import numpy as np

        verbs = ["", *_numbers()]
        self._weights = np.array(
            [model.sum(governed(verb, far)) for verb in verbs for far in range(SINCE + 1)]
        )

    def weigh(self, looks: Integers) -> Floats:
        """Return what the word weighs that governs each place; `looks` are of the words."""
        import numpy as np

        place = np.arange(len(looks))
        marks = np.maximum.accumulate(np.where(looks == STOP, place, 0))
        others = np.maximum.accumulate(np.where((looks == EDGE) | (looks >= VERBS), place, 0))
        others = np.concatenate(([0], others[:-1]))  # no word governs itself
        stop = np.maximum(marks, others)
        found = looks[stop]
        verb = np.where((stop == others) & (found >= VERBS), found - VERBS + 1, 0)
        far = np.minimum(place - stop - (found != STOP), SINCE)
        rows = verb * (SINCE + 1) + np.maximum(far, 0)
        weights: Floats = self._weights.take(rows, axis=0)
        return weights
