"""A store to a copy that is changed, and back: what fails in the copy has never happened.

The files of Oxigraph that are large never change, they come and go; so a copy is made of links
and takes no time and no space. Only while nobody writes: the server's own lock sees to that.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import StoreError
from kg.serve.holding import Holding, state_of
from kg.store import alone
from kg.workers import clear_left

_UNCHANGING = (".sst", ".blob")
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_HERE = -100  # AT_FDCWD


@contextmanager
def copied(place: Path) -> Iterator[Path]:
    """Give a copy of a store, inside its directory; it goes away afterwards."""
    clear_left(place, "upload")
    folder = Path(tempfile.mkdtemp(dir=place, prefix=f"upload-{os.getpid()}-"))
    try:
        copy = folder / "store"
        copy.mkdir()
        for file in place.iterdir():
            if file.is_file() and file.name != "lock":
                shutil.copy2(file, copy)
        shutil.copytree(place / "graph", copy / "graph", copy_function=_link_or_copy)
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _link_or_copy(file: str, target: str) -> None:
    if file.endswith(_UNCHANGING):
        os.link(file, target)
    else:
        shutil.copy2(file, target)


def take_over(
    copy: Path, holding: Holding, state: str, rest: Callable[[], None] = lambda: None
) -> None:
    """Put what a copy has become in the place of its store, which must be as it was copied.

    `rest` has other processes let go of the store, in a moment in which nobody asks them.
    Which files were given comes first, as in a build: what was killed in between is found again.
    """
    with holding.reopened() as place, _let_go(rest), alone(place):
        if state_of(place) != state:
            raise StoreError(f"{place}: was changed by another process meanwhile; upload again")
        for name in ("files.sqlite", "traces.sqlite", "search.sqlite"):
            if (copy / name).is_file():
                (copy / name).replace(place / name)
        _exchange(copy / "graph", place / "graph")


@contextmanager
def _let_go(rest: Callable[[], None]) -> Iterator[None]:
    rest()
    yield


def _exchange(one: Path, other: Path) -> None:
    """Let two directories change places, at once where the system can."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(one), os.fsencode(other)
    if rename is not None and rename(_HERE, names[0], _HERE, names[1], _EXCHANGE) == 0:
        return
    aside = one.with_name("before")
    other.rename(aside)
    one.rename(other)
