"""Lines in any order to sorted lines, each once, in memory that does not grow with them.

Runs of lines are sorted and put aside in unnamed files, then merged as they are read. Oxigraph
gives a graph in an order of its own, which changes with the way it was loaded.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from typing import IO, Self

RUN = 24 * 2**20  # bytes of lines that are sorted at once


def sorted_lines(lines: Iterable[bytes], run: int = RUN) -> Generator[bytes]:
    """Yield lines in the order of their bytes, each once; every one ends with a line feed.

    Whoever does not read to the end closes it: the runs are open files.
    """
    with Sorter(run) as sorter:
        sorter.add(lines)
        yield from sorter.merged()


class Sorter:
    """Takes lines, also as a stream that is written to; then gives them sorted, each once."""

    def __init__(self, run: int = RUN) -> None:
        self._files, self._run = ExitStack(), run
        self._kept: list[Iterable[bytes]] = []
        self._held: set[bytes] = set()
        self._size = 0
        self._begun = b""  # of a line that is still to be written to its end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def add(self, lines: Iterable[bytes]) -> None:
        """Take lines."""
        for line in lines:
            if line not in self._held:
                self._held.add(line)
                self._size += len(line)
            if self._size >= self._run:
                self._kept.append(self._files.enter_context(_put_aside(self._held)))
                self._held, self._size = set(), 0

    def write(self, block: bytes) -> int:
        """Take what is written, whose last line may be written on by the next block."""
        whole, feed, begun = block.rpartition(b"\n")
        if not feed:
            self._begun += block
            return len(block)
        self.add((self._begun + whole + feed).splitlines(keepends=True))
        self._begun = begun
        return len(block)

    def flush(self) -> None:
        """Do nothing: whoever writes to a stream may ask for it."""

    def merged(self) -> Iterator[bytes]:
        """Yield all lines that were taken, in the order of their bytes."""
        lines = sorted(self._held)
        merged = heapq.merge(*self._kept, lines) if self._kept else lines
        yield from (line for line, _ in groupby(merged))


def _put_aside(lines: set[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.writelines(sorted(lines))
    file.seek(0)
    return file
