"""A store to numbers: how much it holds, of what, from where and when."""

from __future__ import annotations

from kg.sparql import POL
from kg.store import Store

# What is read from a text and can be true or false, besides the entities.
_FACTS = ("Target", "Responsibility", "Citation", "Task")

_BY_REGION = """
SELECT ?label (COUNT(DISTINCT ?document) AS ?number) {
    ?document pol:hasText ?source .
    OPTIONAL { ?document pol:appliesTo ?region . ?region skos:prefLabel ?name }
    BIND(COALESCE(STR(?name), "unknown") AS ?label)
} GROUP BY ?label ORDER BY DESC(?number) ?label
"""
_BY_YEAR = """
SELECT ?label (COUNT(DISTINCT ?document) AS ?number) {
    ?document pol:hasText ?source .
    OPTIONAL { ?document dcterms:issued ?issued }
    BIND(COALESCE(SUBSTR(STR(?issued), 1, 4), "unknown") AS ?label)
} GROUP BY ?label ORDER BY ?label
"""

Counts = dict[str, dict[str, int]]  # heading → label → number


def count(store: Store) -> Counts:
    """Count documents, nodes by class, facts, documents by region and by year."""
    classes = {
        iri[len(POL) :]: number for iri, number in store.counts().items() if iri.startswith(POL)
    }
    triples, quads = store.size()
    return {
        "store": {
            "documents": len(store.sources()),
            "facts": sum(classes.get(name, 0) for name in _FACTS),
            "triples": triples,
            "quads": quads,
        },
        "classes": classes,
        "documents by region": _numbers(store, _BY_REGION),
        "documents by year": _numbers(store, _BY_YEAR),
    }


def _numbers(store: Store, query: str) -> dict[str, int]:
    return {row["label"]: int(row["number"]) for row in store.select(query)}
