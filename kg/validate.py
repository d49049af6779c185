"""A store's documents to what in them breaks the promises of ontology/shapes.ttl (SHACL).

One document at a time, as the shapes are written: a document's graph describes what it names. So
memory follows the largest document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyoxigraph

from kg.shapes import SH, Check, checks
from kg.sparql import PREFIXES
from kg.store import Held, Store, traces_of

_SHAPES = "https://w3id.org/policy-kg/shapes#"
_SENTENCE = """
SELECT (pol:sentence(?source, ?begin) AS ?sentence) ?node {
    ?node nif:beginIndex ?begin ; nif:referenceContext ?source
}
"""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A broken promise: which, where, and what was expected."""

    shape: str
    property: str  # empty where the promise is about the node itself
    file: str
    node: str
    value: str  # that was found; empty where it is the node, or missing
    expected: str
    sentence: str  # in which the node was read, if it was
    severity: str


def validate(store: Store, document: str | None = None) -> Iterator[Violation]:
    """Yield what is wrong in each document, or in one; documents by IRI, each sorted."""
    held = store.find(document) if document is not None else list(store.sources().values())
    for one in held:
        yield from sorted(_of_document(store, one))


def _of_document(store: Store, held: Held) -> set[Violation]:
    # Traces speak of nodes of the document, and are valid only beside it.
    graphs = [name for name in (held.source, traces_of(held.source)) if store.holds(name)]
    data = pyoxigraph.Store()
    data.bulk_load(_text("policy.ttl").encode(), pyoxigraph.RdfFormat.TURTLE)
    for name in graphs:
        data.bulk_load(b"".join(store.ntriples(name)), pyoxigraph.RdfFormat.N_TRIPLES)
    return {
        _violation(store, held, check, row[0], row[1])
        for check in _checks()
        for row in _rows(data, check)
    }


def _rows(data: pyoxigraph.Store, check: Check) -> pyoxigraph.QuerySolutions:
    answer = data.query(check.query, prefixes=PREFIXES)
    assert isinstance(answer, pyoxigraph.QuerySolutions)  # a check is a SELECT
    return answer


@cache
def _checks() -> tuple[Check, ...]:
    def parsed(name: str) -> Iterator[pyoxigraph.Quad]:
        return pyoxigraph.parse(_text(name), format=pyoxigraph.RdfFormat.TURTLE)

    return checks(parsed("shapes.ttl"), parsed("policy.ttl"))


@cache
def _text(name: str) -> str:
    return (files("kg.ontology") / name).read_text(encoding="utf-8")


def _violation(store: Store, held: Held, check: Check, node: object, value: object) -> Violation:
    return Violation(
        shape=check.shape.removeprefix(_SHAPES),
        property=_shown(pyoxigraph.NamedNode(check.path)) if check.path else "",
        file=held.names[0] if held.names else held.source,
        node=_shown(node),
        value="" if value is None or value == node else _shown(value),
        expected=check.message,
        sentence=_sentence(store, node),
        severity=_shown(pyoxigraph.NamedNode(check.severity)),
    )


def _shown(term: object) -> str:
    """Give a term as a reader knows it: nif:endIndex, Context."""
    if isinstance(term, pyoxigraph.NamedNode):
        for prefix, namespace in {**PREFIXES, "sh": SH}.items():
            if term.value.startswith(namespace):
                return f"{prefix}:{term.value.removeprefix(namespace)}"
        return term.value
    return term.value if isinstance(term, pyoxigraph.Literal) else str(term)


def _sentence(store: Store, node: object) -> str:
    if not isinstance(node, pyoxigraph.NamedNode):
        return ""
    rows = store.select(_SENTENCE, {"node": node})
    return rows[0]["sentence"] if rows else ""
