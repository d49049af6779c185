"""Changes of a store as they were asked for, and what comes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from kg.endpoint.limits import MEGABYTE
from kg.store import Store


@dataclass(frozen=True, slots=True)
class UpdateLimits:
    """What one change may cost."""

    seconds: float = 60.0
    memory: int = 2048 * MEGABYTE  # bytes beyond what the process holds before
    size: int = 50 * MEGABYTE  # bytes of triples that are sent
    waiting: int = 64  # changes that may wait for their turn


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL update, and the dataset that its WHERE sees if that is said beside it."""

    text: str
    base: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triples:
    """Triples to be written to a graph: in its place, or beside what it holds."""

    graph: str | None  # None: to a new graph, named by what is in it
    parts: tuple[tuple[str, bytes], ...]  # media type, content
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """A graph to be taken out."""

    graph: str


Change = Update | Triples | Removal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change."""

    graph: str = ""  # that was written by name
    is_new: bool = False


def carry_out(store: Store, change: Change, when_written: Callable[[], object]) -> Outcome:
    """Change a store; return when that is safe on disk. Raises QueryError, NotFoundError."""
    if isinstance(change, Update):
        store.update(
            change.text,
            base_iri=change.base,
            default_graphs=change.default_graphs,
            named_graphs=change.named_graphs,
            when_written=when_written,
        )
        return Outcome()
    if isinstance(change, Removal):
        store.delete(change.graph, when_written=when_written)
        return Outcome(change.graph)
    graph = change.graph or _new_name(store, change)
    write = store.put if change.replace else store.append
    return Outcome(graph, write(graph, change.parts, when_written=when_written))


def _new_name(store: Store, change: Triples) -> str:
    """Return a name that no graph has; the same triples get the same one in another store."""
    digest = hashlib.sha256(b"\0".join(content for _, content in change.parts)).hexdigest()[:20]
    number, name = 1, f"{store.base}graph/{digest}"
    while store.holds(name):
        number += 1
        name = f"{store.base}graph/{digest}-{number}"
    return name
