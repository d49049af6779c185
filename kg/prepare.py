"""A document's graph to what the store takes of it: bytes that were checked and are known.

Many processes read and one writes; so what can be done to a graph before it is written is done
where its document was read.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph

from kg.fingerprint import Survey, survey
from kg.models import DocumentGraph


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document's named graph as it is loaded."""

    iri: str
    nquads: bytes  # lines that were parsed once without a fault
    survey: Survey
    notes: tuple[str, ...] = ()

    @property
    def ntriples(self) -> bytes:
        """Give the lines as the union has them."""
        return ntriples(self.iri, self.nquads)


def prepare(graph: DocumentGraph) -> Prepared:
    """Return what the store takes; raises SyntaxError or ValueError where it could not take it."""
    return prepared(graph.iri, graph.nquads.encode(), graph.notes)


def prepared(
    iri: str, nquads: bytes, notes: tuple[str, ...] = (), known: Survey | None = None
) -> Prepared:
    """Return the same of lines that are bytes already, and of which more may be known."""
    _check_syntax(nquads)
    if known is None:
        known = survey(ntriples(iri, nquads).splitlines(keepends=True))
    return Prepared(iri, nquads, known, notes)


def ntriples(iri: str, nquads: bytes) -> bytes:
    """Return the lines of a graph without its name."""
    # A line feed inside a literal is escaped, so this matches at the end of lines only.
    return nquads.replace(f" <{iri}> .\n".encode(), b" .\n")


def _check_syntax(nquads: bytes) -> None:
    """Raise where a graph cannot be loaded; in the store it would take its batch down with it."""
    for _ in pyoxigraph.parse(nquads, pyoxigraph.RdfFormat.N_QUADS):
        pass
