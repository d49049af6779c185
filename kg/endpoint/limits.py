"""What a query may cost, and how its end is told where it would cost more."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from kg.errors import QueryError

MEGABYTE = 2**20
_SHARED_MEMORY = 4096 * MEGABYTE  # that all queries together take at most, on a large machine


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may cost."""

    seconds: float = 30.0
    memory: int = 1024 * MEGABYTE  # bytes beyond what its process holds before
    rows: int = 100_000  # of SELECT; triples of CONSTRUCT and DESCRIBE
    size: int = 50 * MEGABYTE  # bytes of the answer as it is sent


def _half_of_the_machine() -> int:
    try:
        held = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return _SHARED_MEMORY
    return min(_SHARED_MEMORY, held // 2) if held > 0 else _SHARED_MEMORY


@dataclass(frozen=True, slots=True)
class SharedLimits:
    """What all queries that run at a time may cost together."""

    queries: int = 48  # at a time; one more is refused at once
    slow: int = 40  # of these; the others are kept for queries that are quick
    memory: int = field(default_factory=_half_of_the_machine)  # bytes; beyond, the largest ends


class LimitError(QueryError):
    """A query would cost more than it may; nothing of its answer is sent."""

    def __init__(self, limit: str, most: float, text: str) -> None:
        """Take which limit (seconds, memory, rows, size, queries), its value, and a line to say."""
        super().__init__(text)
        self.limit, self.most = limit, most

    def __reduce__(self) -> tuple[type, tuple[str, float, str]]:
        """Survive the way from a process to another."""
        return LimitError, (self.limit, self.most, str(self))


class UnacceptableError(QueryError):
    """An answer of this kind is not written in any form that the client accepts."""
