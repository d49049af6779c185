"""An offset in a sentence to the clause around it."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

MARK = re.compile("[，；。：！？]")


def clause_at(sentence: str, at: int) -> tuple[int, int]:
    """Return where the clause that holds an offset begins and ends; the sentence if none does."""
    marks = _marks(sentence)
    following = bisect_left(marks, at)
    begin = marks[following - 1] + 1 if following else 0
    end = marks[following] if following < len(marks) else len(sentence)
    return (begin, end) if begin < end else (0, len(sentence))


@lru_cache(maxsize=8)
def _marks(sentence: str) -> list[int]:
    return [mark.start() for mark in MARK.finditer(sentence)]
