"""New graphs to the texts held of which they say something.

Asked by what the new graphs say, thing by thing: a join over all graphs grows with the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kg.store import Store

_STRANGE = """
SELECT ?source {
    VALUES ?source { %s }
    GRAPH ?source {
        { ?part nif:referenceContext ?other } UNION { ?part pol:hasText ?other }
        UNION { ?other nif:isString ?text }
        FILTER(?other != ?source)
    }
} LIMIT 1
"""
# What a document's own text adds says nothing of another text, so not pol:hasText.
_DOCUMENTS = """
SELECT DISTINCT ?document ?said ?any {
    VALUES ?said {
        dcterms:title dcterms:issued pol:documentNumber pol:planYear pol:appliesTo
        pol:issuedBy pol:cites pol:promulgates pol:plansToIssue
    }
    VALUES ?source { %s }
    GRAPH ?source { ?document ?said ?any }
}
"""
_LABELS = """
SELECT DISTINCT ?thing ?said ?label {
    VALUES ?said { skos:prefLabel } VALUES ?source { %s } GRAPH ?source { ?thing ?said ?label }
}
"""
_CALLED = """
SELECT DISTINCT ?thing ?said ?class {
    VALUES (?said ?class) { (rdf:type pol:PolicyDocument) } VALUES ?source { %s }
    GRAPH ?source { ?thing ?said ?class }
}
"""
_TEXTS = "SELECT DISTINCT ?held { VALUES ?document { %s } ?document pol:hasText ?held }"
_NAMING = """
SELECT DISTINCT ?held {
    VALUES ?thing { %s }
    ?document pol:issuedBy|pol:cites ?thing ; pol:hasText ?held
}
"""
_MENTIONING = """
SELECT DISTINCT ?held {
    VALUES ?thing { %s }
    ?mention itsrdf:taIdentRef ?thing ; nif:referenceContext ?held
}
"""
_IN_REGIONS = """
SELECT DISTINCT ?held {
    VALUES ?region { %s } ?lower pol:within* ?region .
    ?document pol:appliesTo ?lower ; pol:hasText ?held
}
"""


def is_strange(store: Store, new: Iterable[str]) -> bool:
    """Tell whether one of these graphs says what only that of another text says."""
    return bool(store.select(_STRANGE % _listed(new)))


def told_by(store: Store, new: Iterable[str]) -> set[str]:
    """Return the texts of whose documents new graphs speak, or whose words only they name."""
    new = sorted(new)
    found = _held(store, _TEXTS, _only_by(store, _DOCUMENTS, new))
    found |= _held(store, _NAMING, _only_by(store, _LABELS, new))
    return found | _held(store, _MENTIONING, _only_by(store, _CALLED, new))


def within(store: Store, regions: Iterable[str]) -> set[str]:
    """Return the texts whose documents are of these regions, or of what lies in them."""
    return _held(store, _IN_REGIONS, (f"<{one}>" for one in regions))


def _only_by(store: Store, query: str, new: Sequence[str]) -> Iterator[str]:
    """Yield what triples of new graphs speak of, where no other graph says the same.

    What others say is known already: the ministry is named in each of 10,000 graphs.
    """
    outside = set(new)
    for triple in store.query(query % _listed(new)):  # type: ignore[union-attr]
        if not store.is_said(tuple(triple), outside):
            yield str(triple[0])


def _held(store: Store, query: str, terms: Iterable[str]) -> set[str]:
    listed = " ".join(sorted(set(terms)))
    return {row["held"] for row in store.select(query % listed)} if listed else set()


def _listed(named: Iterable[str]) -> str:
    return " ".join(f"<{one}>" for one in named)
