"""What a query may cost, and how its end is told where it would cost more."""

from __future__ import annotations

from dataclasses import dataclass

from kg.errors import QueryError

MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one query may cost."""

    seconds: float = 30.0
    memory: int = 1024 * MEGABYTE  # bytes beyond what its process holds before
    rows: int = 100_000  # of SELECT; triples of CONSTRUCT and DESCRIBE
    size: int = 50 * MEGABYTE  # bytes of the answer as it is sent


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
