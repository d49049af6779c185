"""Jobs to outcomes on whichever machine: by processes that can be killed, beside its worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import get_ident

from kg import __version__ as __version__  # asked for by engines, of each machine
from kg.build import Job, Outcome, Process, Reader
from kg.cluster.listing import at_hand
from kg.errors import ClusterError
from kg.workers import Limits


@dataclass(frozen=True, slots=True)
class Recipe:
    """How documents are read: the same on every machine."""

    process: Process
    version: str  # of the extractors, as whoever asks has them
    version_here: Callable[[], str]  # as whoever reads has them
    base: str
    limits: Limits
    run: str  # by which readers are known again


def read(jobs: Sequence[Job], recipe: Recipe, sent: Mapping[str, bytes]) -> list[Outcome]:
    """Read documents, each within its limits; `sent` are the bytes of those that came along."""
    here = recipe.version_here()
    if here != recipe.version:
        raise ClusterError(
            f"a worker has version {here}, not {recipe.version}: install the same policy-kg there"
        )
    with at_hand(jobs, sent) as near:
        return list(_reader(recipe).read(near))


# By thread: the run that it last worked for, and its reader. A worker has several threads at most.
_READERS: dict[int, tuple[str, Reader]] = {}


def _reader(recipe: Recipe) -> Reader:
    run, reader = _READERS.get(get_ident(), ("", None))
    if reader is not None and run == recipe.run:
        return reader
    if reader is not None:
        reader.end()
    reader = Reader(recipe.limits, recipe.process, recipe.base)
    _READERS[get_ident()] = recipe.run, reader
    return reader


def dismiss(run: str) -> None:
    """End the readers that this process has for a run."""
    for thread, (own, reader) in list(_READERS.items()):
        if own == run:
            reader.end()
            del _READERS[thread]
