"""Answers that take a while, kept while somebody leafs through their pages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import Request

T = TypeVar("T")

MOST = 4  # answers; one of 14,000 rows takes some 30 MB
ROWS = 200  # on a page
_MAKING = threading.Lock()


class Kept:
    """The last answers, by what was asked of which state of the store."""

    def __init__(self, most: int = MOST) -> None:
        """Keep so many."""
        self._most = most
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        # One at a time: Python runs one anyway, and each may need 200 MB while it is made.
        self._turn = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the answer to what the key says, made now or kept from before."""
        found = self._find(key)
        if found is None:
            with self._turn:
                found = self._find(key)
                if found is None:
                    found = self._keep(key, make())
        answer: T = found[0]
        return answer

    def _find(self, key: Hashable) -> tuple[Any] | None:
        with self._lock:
            if key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return (self._answers[key],)

    def _keep(self, key: Hashable, answer: Any) -> tuple[Any]:
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return (answer,)


def kept(request: Request, key: Hashable, make: Callable[[], T]) -> T:
    """Return the answer to a request: the same while the store does not change."""
    state = request.app.state
    with _MAKING:
        if not hasattr(state, "kept"):
            state.kept = Kept()
    answers: Kept = state.kept
    return answers.get((state.holding.state, key), make)


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """The rows of one page of many."""

    rows: Sequence[T]
    number: int
    last: int
    first_row: int
    total: int

    @property
    def last_row(self) -> int:
        """Give the number of the last row shown."""
        return self.first_row + len(self.rows) - 1


def leaf_of(request: Request, rows: Sequence[T]) -> Leaf[T]:
    """Return the page of rows that an address asks for; the nearest that there is."""
    last = max(1, -(-len(rows) // ROWS))
    text = request.query_params.get("page", "1")
    asked = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
    number = min(max(asked, 1), last)
    begin = (number - 1) * ROWS
    return Leaf(rows[begin : begin + ROWS], number, last, begin + 1, len(rows))
