"""New graphs to the texts held of which they say something.

Asked by what the new graphs say, thing by thing: a join over all graphs grows with the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
_DOCUMENTS = """
SELECT DISTINCT ?document {
    VALUES ?said {
        dcterms:title dcterms:issued pol:documentNumber pol:planYear pol:appliesTo pol:hasText
        pol:issuedBy pol:cites pol:promulgates pol:plansToIssue
    }
    VALUES ?source { %s }
    GRAPH ?source { ?document ?said ?any }
}
"""
_LABELS = """
SELECT DISTINCT ?thing ?label {
    VALUES ?source { %s } GRAPH ?source { ?thing skos:prefLabel ?label }
}
"""
_CALLED = """
SELECT DISTINCT ?thing { VALUES ?source { %s } GRAPH ?source { ?thing a pol:PolicyDocument } }
"""
_IS_SAID = "ASK { GRAPH ?other { %s } FILTER(?other NOT IN (%s)) }"
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
    asked = store.select(_DOCUMENTS % _listed(new))
    found = _held(store, _TEXTS, (f"<{row['document']}>" for row in asked))
    named = ((thing, f"skos:prefLabel {label}") for thing, label in _terms(store, _LABELS, new))
    found |= _held(store, _NAMING, _only_by(store, new, named))
    called = ((thing, "a pol:PolicyDocument") for (thing,) in _terms(store, _CALLED, new))
    return found | _held(store, _MENTIONING, _only_by(store, new, called))


def within(store: Store, regions: Iterable[str]) -> set[str]:
    """Return the texts whose documents are of these regions, or of what lies in them."""
    return _held(store, _IN_REGIONS, (f"<{one}>" for one in regions))


def _only_by(store: Store, new: Iterable[str], said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield of what something is said those of which no other graph says it.

    What others say is known already: the ministry is named in each of 10,000 graphs.
    """
    listed = ", ".join(f"<{source}>" for source in new)
    for thing, what in said:
        if not store.query(_IS_SAID % (f"{thing} {what}", listed)):
            yield thing


def _terms(store: Store, query: str, new: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a query as they are written in SPARQL."""
    for row in store.query(query % _listed(new)):  # type: ignore[union-attr]
        yield tuple(map(str, row))


def _held(store: Store, query: str, terms: Iterable[str]) -> set[str]:
    listed = " ".join(sorted(set(terms)))
    return {row["held"] for row in store.select(query % listed)} if listed else set()


def _listed(named: Iterable[str]) -> str:
    return " ".join(f"<{one}>" for one in named)
