"""What is found across the documents of a store: copied words, titles taken up, shares.

Computed when documents have changed, and kept in a graph of its own beside that of each later
document. The result follows from the set of documents alone: not from their order, nor from how
many processes read them, nor from what the store held before.

    papers → passages → likeness → formulas → reuse, echoes, shares → graph

Of a few new documents only what they concern is compared again (kg.traces.renewal).
"""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass
from hashlib import sha256

from kg.models import DocumentGraph
from kg.reports.holdings import places
from kg.reports.traced import WITHOUT
from kg.store import Store
from kg.traces import likeness
from kg.traces.compare import compare_papers
from kg.traces.graph import graph_of
from kg.traces.memory import Memory
from kg.traces.papers import papers
from kg.traces.renewal import compare_new, digests
from kg.traces.standing import FOUND_BY, Keeper, Standing, seal
from kg.traces.texts import Tell

VERSION = "3"  # to be raised with every change of what is found
# What a file that is damaged, or has no room, may lead to; then all are compared.
_DAMAGED = (sqlite3.Error, zlib.error, ValueError, LookupError, TypeError)
_WANTED = "traces wanted"  # the fact that says whether to make them


@dataclass(frozen=True, slots=True)
class Update:
    """What an update has done."""

    compared: int  # texts; 0 where nothing had changed
    written: int  # graphs that are new or have changed
    removed: int


def update(store: Store, tell: Tell | None = None) -> Update:
    """Bring the traces of a store up to date with its documents; return what was done.

    `tell` hears how many of how many texts are read. Can be stopped at any moment: the next
    call does what is left.
    """
    mark = _mark(store)
    if store.traced == mark:
        return Update(0, 0, 0)
    store.note(_WANTED, "")
    with Memory(store.path, likeness.VERSION) as memory:
        done = _renewed(store, memory, mark) or _whole(store, memory, mark, tell or _nobody)
        if store.path is not None:
            seal(memory, digests(store), VERSION)
    return done


def _renewed(store: Store, memory: Memory, mark: str) -> Update | None:
    """Compare what new documents concern; None where that is not enough."""
    if store.path is None:
        return None
    store.flush()
    try:
        standing = Standing(memory.rows)
        found = compare_new(store, standing) if standing.told(FOUND_BY) == VERSION else None
    except _DAMAGED:
        found = None
    if found is None:
        memory.rows.rollback()
        return None
    names = {graph.iri for graph in found.graphs}
    changed = [one for one in found.graphs if one.nquads and not _is_held(store, one)]
    empty = names - {one.iri for one in found.graphs if one.nquads}
    gone = sorted(name for name in empty if store.holds(name))
    store.set_traces(changed, gone, mark)
    return Update(found.compared, len(changed), len(gone))


def _whole(store: Store, memory: Memory, mark: str, tell: Tell) -> Update:
    """Compare all documents."""
    held = papers(store)
    keep = None if store.path is None else Keeper(memory, held, places(store))
    found = compare_papers(held, memory, tell, keep)
    made = (graph_of(one, held, own) for one, own in zip(found, held, strict=True))
    graphs = [graph for graph in made if graph.nquads]
    changed = [graph for graph in graphs if not _is_held(store, graph)]
    gone = set(store.trace_graphs()) - {graph.iri for graph in graphs}
    store.set_traces(changed, sorted(gone), mark)
    return Update(len(held), len(changed), len(gone))


def clear(store: Store) -> None:
    """Take all traces out; only `update` makes them again."""
    if store.traced != WITHOUT:
        store.set_traces([], store.trace_graphs(), WITHOUT)
    store.note(_WANTED, "no")


def renew(store: Store, tell: Tell | None = None) -> None:
    """Do as the last build did, after documents have gone: update or leave out."""
    if store.fact(_WANTED) == "no":
        clear(store)
    else:
        update(store, tell)


def are_current(store: Store) -> bool:
    """Tell whether the traces that a store holds are of its documents."""
    return store.traced == _mark(store)


def _mark(store: Store) -> str:
    """Name the documents of a store and the version that compares them."""
    # Whatever changes a document takes the mark away; the names are a second safeguard.
    named = "\n".join(sorted(set(store.graph_names()) - set(store.trace_graphs())))
    return f"{VERSION} {sha256(named.encode()).hexdigest()}"


def _is_held(store: Store, graph: DocumentGraph) -> bool:
    held = b"".join(store.ntriples(graph.iri))
    return held == graph.nquads.replace(f" <{graph.iri}> .\n", " .\n").encode()


def _nobody(done: int, total: int) -> None:
    pass
