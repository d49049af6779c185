"""Spans to whether another one meets any of them, without looking at each."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import accumulate


class Spans:
    """Stretches of a text that are all known."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._begins = [begin for begin, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def meets(self, begin: int, end: int) -> bool:
        """Tell whether a stretch shares a character with any of them."""
        before = bisect_left(self._begins, end)
        return before > 0 and self._reach[before - 1] > begin


class Apart:
    """Stretches that do not meet, as they are found."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def take(self, begin: int, end: int) -> bool:
        """Add a stretch; refuse it where it meets one that is there."""
        before = bisect_left(self._spans, (end, -1))
        if before and self._spans[before - 1][1] > begin:
            return False
        insort(self._spans, (begin, end))
        return True
