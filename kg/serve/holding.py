"""The store that a server reads, and how its handlers get at it.

One store is opened to be read and shared by Starlette's threads: Oxigraph is made for that, and
SQLite is built to be. A change of it (an upload) waits until nobody reads, closes it, and opens
it again; whoever comes meanwhile is told to come back (kg.serve.turns). Where the store is changed
by updates, what is read are images of it (kg.serve.changing): the next one is opened beside the
one before, which is closed when its last reader has gone.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
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


@dataclass(slots=True, eq=False)
class _Opened:
    """A store as it was opened once, who reads it, and what was worked out of it."""

    place: Path
    store: Store | None
    state: str
    readers: int = 0
    naming: threading.Lock = field(default_factory=threading.Lock)
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    worked_out: dict[str, Any] = field(default_factory=dict)

    def close(self) -> None:
        store, self.store = self.store, None
        if store is not None:
            store.close()


class Holding:
    """A store opened to be read by many threads, and what was worked out of it."""

    def __init__(self, place: Path) -> None:
        """Open the store; raises StoreError where there is none."""
        self._turn = threading.Condition()
        self._changing = self._let_go = False
        self._now = _open(place)
        # What a request reads is one and the same store from its beginning to its end.
        self._mine: ContextVar[_Opened | None] = ContextVar("opened", default=None)

    @property
    def _opened(self) -> _Opened:
        return self._mine.get() or self._now

    @property
    def place(self) -> Path:
        """Give the directory of the store."""
        return self._opened.place

    @property
    def state(self) -> str:
        """Give a short name of what the store holds."""
        return self._opened.state

    @property
    def store(self) -> Store:
        """Give the store; every thread may read it."""
        opened = self._opened
        if opened.store is None:
            raise BusyError(f"{opened.place}: is being changed; try again in a moment")
        return opened.store

    def once(self, name: str, work_out: Callable[[Store], T]) -> T:
        """Give what was worked out of the store under a name; anew when the store has changed."""
        opened, store = self._opened, self.store
        with opened.naming:
            lock = opened.locks.setdefault(name, threading.Lock())
        with lock:
            if name not in opened.worked_out:
                opened.worked_out[name] = work_out(store)
            found: T = opened.worked_out[name]
            return found

    def close(self) -> None:
        """Close the store."""
        self._now.close()

    def let_go(self) -> None:
        """Close the store for good, once nobody reads it any more."""
        with self._turn:
            self._changing = self._let_go = True
            if not self._now.readers:
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
            self._now.readers += 1
            self._mine.set(self._now)
            return True

    def leave(self) -> None:
        """Count a request as done."""
        with self._turn:
            opened = self._opened
            self._mine.set(None)
            opened.readers -= 1
            if (self._let_go or opened is not self._now) and not opened.readers:
                opened.close()
            self._turn.notify_all()

    def move(self, place: Path) -> None:
        """Have later requests read the store in another directory; nobody waits for that."""
        new = _open(place)
        with self._turn:
            if self._let_go:
                new.close()
                return
            old, self._now = self._now, new
            if not old.readers:
                old.close()

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
            opened = self._now
            with self._turn:
                if not self._turn.wait_for(lambda: opened.readers <= 1, PATIENCE):
                    raise BusyError(f"{opened.place}: is being read; try again in a moment")
            opened.close()
            try:
                yield opened.place
            finally:
                new = _open(opened.place)
                opened.store, opened.state = new.store, new.state
                opened.locks, opened.worked_out = {}, {}
        finally:
            with self._turn:
                self._changing = False


def _open(place: Path) -> _Opened:
    return _Opened(place, Store(place, read_only=True), state_of(place))


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
