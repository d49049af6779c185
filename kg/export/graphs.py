"""A store to its graphs as sorted N-Triples lines: what every export is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import islice

import pyoxigraph

from kg.export.sorting import Sorter, sorted_lines
from kg.store import ONTOLOGY, Store

Graph = tuple[str, list[bytes]]  # name, sorted N-Triples lines

PARSED_AT_ONCE = 10_000  # lines


def graph_names(store: Store, document: str | None, *, ontology: bool) -> list[str]:
    """Give the graphs to write: one document's, or all."""
    if document is not None:
        return [held.source for held in store.find(document)]
    return [name for name in store.graph_names() if ontology or name != ONTOLOGY]


def graphs(store: Store, names: list[str]) -> Iterator[Graph]:
    """Yield graphs one after the other; a blank node has one name in all of them."""
    named: dict[str, list[bytes]] = {}
    for name in names:
        lines = store.ntriples(name)
        if any(map(_is_blank, lines)):
            # Ours have none, so that all graphs are looked through only if one is met.
            named = named or _blank_lines(store, names)
            lines = sorted([*(line for line in lines if not _is_blank(line)), *named[name]])
        yield name, lines


@contextmanager
def union(store: Store, names: list[str]) -> Iterator[Iterator[bytes]]:
    """Give what the graphs say as one graph: sorted, each line once, in little memory.

    Of all graphs it is the union that the store holds: to decode that takes two thirds of the
    time of its graphs (docs/performance.md).
    """
    with ExitStack() as stack:
        lines = None
        if set(names) == set(store.graph_names()):
            lines = _held_union(store, stack.enter_context(_Watching()))
        if lines is None:
            lines = stack.enter_context(closing(sorted_lines(joined(store, names))))
        yield lines


def joined(store: Store, names: list[str]) -> Iterator[bytes]:
    """Yield the lines of graphs, one graph after the other."""
    for _, lines in graphs(store, names):
        yield from lines


def _held_union(store: Store, sorter: _Watching) -> Iterator[bytes] | None:
    """Return the lines of the union that the store holds; None if one may have a blank node.

    The name of a blank node in the store is not the one to be written.
    """
    store.write_union(sorter)
    return None if sorter.met_blank else sorter.merged()


class _Watching(Sorter):
    """Sorts what is written, and watches for blank nodes."""

    met_blank = False

    def add(self, lines: Iterable[bytes]) -> None:
        """Take lines."""
        lines = list(lines)
        self.met_blank = self.met_blank or any(map(_is_blank, lines))
        super().add(lines)


def canonical(lines: list[bytes]) -> list[bytes]:
    """Give blank nodes names that follow from the graph; the store's own change at each load."""
    blank = [line for line in lines if _is_blank(line)]
    if not blank:
        return lines
    named = _named({"urn:graph": blank})["urn:graph"]
    return sorted(set(lines).difference(blank).union(named))


def triples(lines: Iterable[bytes]) -> Iterator[pyoxigraph.Triple]:
    """Yield lines as triples, in their order."""
    rest = iter(lines)
    while text := b"".join(islice(rest, PARSED_AT_ONCE)):
        for quad in pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_TRIPLES):
            yield quad.triple


def _is_blank(line: bytes) -> bool:
    return line.startswith(b"_:") or b"> _:" in line


def _blank_lines(store: Store, names: list[str]) -> dict[str, list[bytes]]:
    """Give the lines with blank nodes of each graph that has some."""
    found = {name: [line for line in store.ntriples(name) if _is_blank(line)] for name in names}
    return _named({name: lines for name, lines in found.items() if lines})


def _named(by_graph: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
    """Name blank nodes for all graphs together: one that two graphs share stays one."""
    dataset = pyoxigraph.Dataset(
        pyoxigraph.Quad(triple.subject, triple.predicate, triple.object, pyoxigraph.NamedNode(name))
        for name, lines in by_graph.items()
        for triple in triples(lines)
    )
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    named: dict[str, list[bytes]] = defaultdict(list)
    for quad in dataset:
        line = pyoxigraph.serialize([quad.triple], format=pyoxigraph.RdfFormat.N_TRIPLES) or b""
        named[str(quad.graph_name.value)].append(line)
    return named
