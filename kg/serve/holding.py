"""The store that a server reads, and how its handlers get at it.

One store is opened to be read and shared by Starlette's threads: Oxigraph is made for that, and
SQLite is built to be. A change of it (an upload) waits until nobody reads, closes it, and opens
it again; whoever comes meanwhile is told to come back (kg.serve.turns).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from starlette.requests import Request

from kg import __version__
from kg.errors import StoreError
from kg.store import Store

T = TypeVar("T")

PATIENCE = 30.0  # seconds that a change waits for whoever reads


class BusyError(StoreError):
    """The store is being changed; come back in a moment."""


class Holding:
    """A store opened to be read by many threads, and what was worked out of it."""

    def __init__(self, place: Path) -> None:
        """Open the store; raises StoreError where there is none."""
        self.place = place
        self._turn = threading.Condition()
        self._readers = 0
        self._changing = self._let_go = False
        self._store: Store | None = None
        self._open()

    @property
    def store(self) -> Store:
        """Give the store; every thread may read it."""
        if self._store is None:
            raise BusyError(f"{self.place}: is being changed; try again in a moment")
        return self._store

    def once(self, name: str, work_out: Callable[[Store], T]) -> T:
        """Give what was worked out of the store under a name; anew when the store has changed."""
        with self._naming:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._worked_out:
                self._worked_out[name] = work_out(self.store)
            found: T = self._worked_out[name]
            return found

    def close(self) -> None:
        """Close the store."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def let_go(self) -> None:
        """Close the store for good, once nobody reads it any more."""
        with self._turn:
            self._changing = self._let_go = True
            if not self._readers:
                self.close()

    # -- taking turns ----------------------------------------------------------------------

    @property
    def is_changing(self) -> bool:
        """Tell whether somebody changes the store now."""
        return self._changing

    def enter(self) -> bool:
        """Count a request as reading; False while the store is being changed."""
        with self._turn:
            if self._changing:
                return False
            self._readers += 1
            return True

    def leave(self) -> None:
        """Count a request as done."""
        with self._turn:
            self._readers -= 1
            if self._let_go and not self._readers:
                self.close()
            self._turn.notify_all()

    @contextmanager
    def reopened(self) -> Iterator[Path]:
        """Give the closed store's directory to one request that changes it; open it again after.

        Only from within a request, which counts as the one reader who is left.
        """
        with self._turn:
            if self._changing:
                raise BusyError(f"{self.place}: is being changed; try again in a moment")
            self._changing = True
        try:
            with self._turn:
                if not self._turn.wait_for(lambda: self._readers <= 1, PATIENCE):
                    raise BusyError(f"{self.place}: is being read; try again in a moment")
            self.close()
            try:
                yield self.place
            finally:
                self._open()
        finally:
            with self._turn:
                self._changing = False

    def _open(self) -> None:
        self._store = Store(self.place, read_only=True)
        self._naming = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._worked_out: dict[str, Any] = {}
        self.state = state_of(self.place)


def state_of(place: Path) -> str:
    """Return a short name of what the store holds now: its files, their sizes and times."""
    # Oxigraph's log and lock change with every opening; the marker and these do not.
    kept = ("CURRENT", "MANIFEST*", "*.sst", "*.blob")
    files = [place / "files.sqlite", *(f for one in kept for f in (place / "graph").glob(one))]
    told = [
        f"{file.name} {seen.st_size} {seen.st_mtime_ns}"
        for file in sorted(files)
        if file.is_file() and (seen := file.stat())
    ]
    return hashlib.sha256("\n".join((__version__, *told)).encode()).hexdigest()[:16]


def holding_of(request: Request) -> Holding:
    """Return the holding that a request is about."""
    holding: Holding = request.app.state.holding
    return holding


def store_of(request: Request) -> Store:
    """Return the store that a request is about."""
    return holding_of(request).store
