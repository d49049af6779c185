"""Lines in any order to sorted lines, each once, in memory that does not grow with them.

Runs of lines are sorted and put aside in unnamed files, then merged as they are read. Oxigraph
gives a graph in an order of its own, which changes with the way it was loaded.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from itertools import groupby
from typing import IO

RUN = 24 * 2**20  # bytes of lines that are sorted at once


def sorted_lines(lines: Iterable[bytes], run: int = RUN) -> Generator[bytes]:
    """Yield lines in the order of their bytes, each once; every one ends with a line feed.

    Whoever does not read to the end closes it: the runs are open files.
    """
    with ExitStack() as files:
        kept: list[Iterable[bytes]] = []
        held: set[bytes] = set()
        size = 0
        for line in lines:
            if line not in held:
                held.add(line)
                size += len(line)
            if size >= run:
                kept.append(files.enter_context(_put_aside(held)))
                held, size = set(), 0
        merged = heapq.merge(*kept, sorted(held)) if kept else sorted(held)
        yield from (line for line, _ in groupby(merged))


def _put_aside(lines: set[bytes]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.writelines(sorted(lines))
    file.seek(0)
    return file
