"""An entity to RDF: what is said of it, in whichever form was asked for.

Its own triples, every fact that speaks of it with where that was read, and what the things that
it is tied to are called. At most so many facts: an agency that every plan names has thousands.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import QueryError
from kg.export.turtle import write_turtle
from kg.serve.negotiate import best
from kg.serve.respond import VARY
from kg.sparql import PREFIXES
from kg.store import Store

HTML = "text/html"
TYPES = {  # by the name in ?format=
    "html": HTML,
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
MOST = 200  # facts that speak of an entity
LEFT_OUT = "X-Facts-Left-Out"
_CHUNK = 200  # IRIs in one question

_OWN = "CONSTRUCT { ?node ?predicate ?other } { VALUES ?node { %s } ?node ?predicate ?other }"
_READ = """
CONSTRUCT { ?node ?predicate ?other } {
    VALUES ?node { %s }
    ?node nif:referenceContext ?source ; ?predicate ?other
}
"""
# A question for each: with the four as VALUES the engine took ten times as long.
_NAMES = tuple(
    f"CONSTRUCT {{ ?node {name} ?other }} {{ VALUES ?node {{ %s }} ?node {name} ?other }}"
    for name in ("rdf:type", "rdfs:label", "skos:prefLabel", "dcterms:title")
)
_INWARD = """
SELECT ?other ?predicate ?node { ?other ?predicate ?node } ORDER BY ?predicate ?other
"""
# Repeated by a fact that has the sentence.
_REPEATED = frozenset({PREFIXES["nif"] + "referenceContext", PREFIXES["dcterms"] + "isPartOf"})

Triples = set[pyoxigraph.Triple]


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of an entity."""

    lines: Sequence[bytes]  # N-Triples, sorted, its own first
    left_out: int  # facts


def wanted_type(request: Request) -> str:
    """Return the media type that a request is answered in; raises where it takes none of ours."""
    named = request.query_params.get("format")
    if named is not None:
        if named not in TYPES:
            raise QueryError(f"format: {named[:40]} is not known; known: {', '.join(TYPES)}")
        return TYPES[named]
    accepts = best(_accept(request.headers), tuple(TYPES.values()))
    if accepts is None:
        raise HTTPException(406, "to be had: " + ", ".join(TYPES.values()))
    return accepts


def _accept(headers: Headers) -> str:
    return ", ".join(headers.getlist("accept"))


def alternates(path: str) -> str:
    """Return a Link header that says in which other forms an entity is to be had."""
    return ", ".join(
        f'<{path}?format={name}>; rel="alternate"; type="{type_}"'
        for name, type_ in TYPES.items()
        if type_ != HTML
    )


def send_description(store: Store, iri: str, type_: str) -> Response:
    """Return an entity's description as a response."""
    found = describe(store, iri)
    text = _WRITERS[type_](found, store.base)
    if found.left_out and type_ != TYPES["jsonld"]:
        # A comment, in Turtle as in N-Triples.
        text = f"# {found.left_out} more facts speak of it\n".encode() + text
    headers = {"Vary": VARY, LEFT_OUT: str(found.left_out)}
    return Response(text, media_type=f"{type_}; charset=utf-8", headers=headers)


def describe(store: Store, iri: str, most: int = MOST) -> Description:
    """Return what is said of an entity; nothing where the store does not know it."""
    node = pyoxigraph.NamedNode(iri)
    own = _construct(store, _OWN, [node])
    rows = [r for r in store.select(_INWARD, {"node": node}) if r["predicate"] not in _REPEATED]
    shown = rows[:most]
    inward = {
        pyoxigraph.Triple(_named(row["other"]), _named(row["predicate"]), node)
        for row in shown
        if _is_iri(row["other"])
    }
    # Of what was read from a text all is said, its place and sentence too.
    facts = _construct(store, _READ, {_named(r["other"]) for r in shown if _is_iri(r["other"])})
    said = own | inward | facts
    tied = {
        term
        for triple in said
        for term in (triple.subject, triple.object)
        if isinstance(term, pyoxigraph.NamedNode) and term != node
    }
    names = {triple for question in _NAMES for triple in _construct(store, question, tied)}
    text = pyoxigraph.serialize(said | names, format=pyoxigraph.RdfFormat.N_TRIPLES)
    # What is said of the entity itself comes first.
    subject = f"{node} ".encode()
    lines = sorted(
        (text or b"").splitlines(keepends=True),
        key=lambda line: (not line.startswith(subject), line),
    )
    return Description(lines, len(rows) - len(shown))


def _construct(store: Store, question: str, nodes: Iterable[pyoxigraph.NamedNode]) -> Triples:
    ordered = sorted(nodes, key=lambda node: node.value)
    return {
        triple
        for start in range(0, len(ordered), _CHUNK)
        for triple in _asked(store, question % " ".join(map(str, ordered[start : start + _CHUNK])))
    }


def _asked(store: Store, question: str) -> Iterator[pyoxigraph.Triple]:
    found = store.query(question)
    assert isinstance(found, pyoxigraph.QueryTriples)
    yield from found


def _named(iri: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(iri)


def _is_iri(text: str) -> bool:
    # A blank node of the ontology says nothing that could be looked at alone.
    return ":" in text


# -- forms -----------------------------------------------------------------------------------------


def _turtle(found: Description, base: str) -> bytes:
    out = io.BytesIO()
    write_turtle(found.lines, out, base)
    return out.getvalue()


def _ntriples(found: Description, base: str) -> bytes:
    return b"".join(found.lines)


def _jsonld(found: Description, base: str) -> bytes:
    quads = pyoxigraph.parse(b"".join(found.lines), pyoxigraph.RdfFormat.N_TRIPLES)
    text = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.JSON_LD, prefixes=PREFIXES)
    return text or b"[]"


_WRITERS: Mapping[str, Callable[[Description, str], bytes]] = {
    TYPES["ttl"]: _turtle,
    TYPES["jsonld"]: _jsonld,
    TYPES["nt"]: _ntriples,
}
