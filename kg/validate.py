"""A store's documents to what in them breaks the promises of ontology/shapes.ttl (SHACL).

One document at a time, as the shapes are written: a document's graph describes what it names. So
memory follows the largest document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pyoxigraph

from kg.errors import KgError
from kg.sparql import PREFIXES
from kg.store import Held, Store, traces_of

if TYPE_CHECKING:
    import rdflib

_SHAPES = "https://w3id.org/policy-kg/shapes#"
_RESULTS = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?shape ?node ?path ?value ?severity ?message {
    ?result a sh:ValidationResult ; sh:sourceShape ?shape ; sh:focusNode ?node ;
        sh:resultSeverity ?severity .
    OPTIONAL { ?result sh:resultPath ?path }
    OPTIONAL { ?result sh:value ?value }
    OPTIONAL { ?result sh:resultMessage ?message FILTER(LANG(?message) IN ("en", "")) }
}
"""
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
    import rdflib

    try:
        from pyshacl import validate as check
    except ImportError as error:
        raise KgError("kg validate needs pyshacl: pip install 'policy-kg[validate]'") from error
    # Traces speak of nodes of the document, and are valid only beside it.
    graphs = [name for name in (held.source, traces_of(held.source)) if store.holds(name)]
    triples = b"".join(line for name in graphs for line in store.ntriples(name))
    data = rdflib.Graph().parse(data=triples, format="nt")
    _, report, _ = check(
        data, shacl_graph=_turtle("shapes.ttl"), ont_graph=_turtle("policy.ttl"), inference="none"
    )
    if not isinstance(report, rdflib.Graph):
        raise KgError(f"{held.source}: the SHACL validator failed: {report}")
    return set(_violations(store, held, report))


@cache
def _turtle(name: str) -> rdflib.Graph:
    import rdflib

    text = (files("kg.ontology") / name).read_text(encoding="utf-8")
    return rdflib.Graph().parse(data=text, format="turtle")


def _violations(store: Store, held: Held, report: rdflib.Graph) -> Iterator[Violation]:
    for row in report.query(_RESULTS):
        shape, node, path, value, severity, message = (_text(term) for term in row)  # type: ignore[union-attr]
        yield Violation(
            shape=shape,
            property=path,
            file=held.names[0] if held.names else held.source,
            node=node,
            value="" if value == node else value,
            expected=message,
            sentence=_sentence(store, node),
            severity=severity,
        )


def _text(term: object) -> str:
    """Give a term as a reader knows it: nif:endIndex, Context."""
    import rdflib

    if term is None or isinstance(term, rdflib.BNode):
        return ""  # a path of several steps: the shape's name tells which
    text = str(term)
    if isinstance(term, rdflib.Literal):
        return text
    for prefix, namespace in {**PREFIXES, "sh": "http://www.w3.org/ns/shacl#"}.items():
        if text.startswith(namespace):
            return f"{prefix}:{text.removeprefix(namespace)}"
    return text.removeprefix(_SHAPES)


def _sentence(store: Store, node: str) -> str:
    try:
        name = pyoxigraph.NamedNode(node)
    except ValueError:
        return ""  # a blank node, or a name with a prefix: nothing that was read from a text
    rows = store.select(_SENTENCE, {"node": name})
    return rows[0]["sentence"] if rows else ""
