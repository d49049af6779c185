"""What the endpoint offers and what the dataset holds, to triples: SPARQL-SD and VoID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph

from kg.sparql import PREFIXES
from kg.store import ONTOLOGY, Store

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RDF, _RDFS = PREFIXES["rdf"], PREFIXES["rdfs"]
_DCTERMS, _FOAF = PREFIXES["dcterms"], PREFIXES["foaf"]
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")

_SIZES = """
SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
{ ?s ?p ?o }
"""
_ENTITIES = "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?class FILTER(STRSTARTS(STR(?s), ?base)) }"
_CLASSES = "SELECT ?iri (COUNT(DISTINCT ?s) AS ?n) { ?s a ?iri FILTER(isIRI(?iri)) } GROUP BY ?iri"
_PROPERTIES = "SELECT ?iri (COUNT(*) AS ?n) { ?s ?iri ?o } GROUP BY ?iri"
_EXAMPLE = "SELECT (MIN(STR(?document)) AS ?iri) { ?document pol:hasText ?source }"


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a store holds: the union of its graphs, every triple once."""

    base: str
    triples: int
    subjects: int
    objects: int
    entities: int
    classes: tuple[tuple[str, int], ...]  # with how many things are of it
    properties: tuple[tuple[str, int], ...]  # with how many triples have it
    example: str
    has_ontology: bool


def count(store: Store) -> Counts:
    """Count what a store holds; 4 s for 490,000 triples, so ask once."""
    sizes = store.select(_SIZES)[0]
    entities = store.select(_ENTITIES.replace("?base", f'"{store.base}"'))[0]["n"]
    return Counts(
        base=store.base,
        triples=int(sizes["triples"]),
        subjects=int(sizes["subjects"]),
        objects=int(sizes["objects"]),
        entities=int(entities),
        classes=_parts(store, _CLASSES),
        properties=_parts(store, _PROPERTIES),
        example=store.select(_EXAMPLE)[0]["iri"],
        has_ontology=store.holds(ONTOLOGY),
    )


def _parts(store: Store, query: str) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((row["iri"], int(row["n"])) for row in store.select(query)))


def service(address: str, counts: Counts, *, update: bool) -> Iterator[pyoxigraph.Triple]:
    """Yield what the endpoint at an address offers."""
    here, sentence = _iri(address), _iri(f"{PREFIXES['pol']}sentence")
    default, dataset, union = (pyoxigraph.BlankNode(name) for name in ("all", "dataset", "union"))
    languages = ("SPARQL11Query", "SPARQL11Update") if update else ("SPARQL11Query",)
    said: list[_Said] = [
        (here, f"{_RDF}type", _iri(f"{_SD}Service")),
        (here, f"{_SD}endpoint", here),
        *((here, f"{_SD}supportedLanguage", _iri(_SD + name)) for name in languages),
        (here, f"{_SD}feature", _iri(f"{_SD}UnionDefaultGraph")),
        *((here, f"{_SD}resultFormat", _iri(_FORMATS + name)) for name in (*_RESULTS, *_GRAPHS)),
        (here, f"{_SD}extensionFunction", sentence),
        (sentence, f"{_RDF}type", _iri(f"{_SD}Function")),
        (sentence, f"{_RDFS}label", _text("sentence", "en")),
        (
            sentence,
            f"{_RDFS}comment",
            _text("pol:sentence(?source, ?begin): the sentence of a text that holds a place", "en"),
        ),
        (here, f"{_SD}defaultDataset", dataset),
        (dataset, f"{_RDF}type", _iri(f"{_SD}Dataset")),
        (dataset, f"{_SD}defaultGraph", union),
        (union, f"{_RDF}type", _iri(f"{_SD}Graph")),
        (union, f"{_RDF}type", _iri(f"{_VOID}Dataset")),
        *_sizes(union, counts),
    ]
    if counts.has_ontology:
        said += [
            (dataset, f"{_SD}namedGraph", default),
            (default, f"{_RDF}type", _iri(f"{_SD}NamedGraph")),
            (default, f"{_SD}name", _iri(ONTOLOGY)),
        ]
    return _triples(said)


def dataset(address: str, endpoint: str, counts: Counts) -> Iterator[pyoxigraph.Triple]:
    """Yield what the dataset is, from the address of a document that says so."""
    here, it = _iri(address), _iri(f"{address}#dataset")
    said: list[_Said] = [
        (here, f"{_RDF}type", _iri(f"{_VOID}DatasetDescription")),
        (here, f"{_FOAF}primaryTopic", it),
        (it, f"{_RDF}type", _iri(f"{_VOID}Dataset")),
        (it, f"{_DCTERMS}title", _text("政策文件知识图谱", "zh")),
        (it, f"{_DCTERMS}title", _text("Knowledge graph of policy documents", "en")),
        (it, f"{_VOID}sparqlEndpoint", _iri(endpoint)),
        (it, f"{_VOID}uriSpace", _text(counts.base)),
        *((it, f"{_VOID}feature", _iri(_FORMATS + name)) for name in _GRAPHS),
        *_sizes(it, counts),
        (it, f"{_VOID}classes", _number(len(counts.classes))),
        (it, f"{_VOID}properties", _number(len(counts.properties))),
        *((it, f"{_VOID}vocabulary", _iri(iri)) for iri in _vocabularies(counts)),
        *_partitions(it, "class", "entities", counts.classes),
        *_partitions(it, "property", "triples", counts.properties),
    ]
    if counts.example:
        said.append((it, f"{_VOID}exampleResource", _iri(counts.example)))
    return _triples(said)


_Node = pyoxigraph.NamedNode | pyoxigraph.BlankNode
_Literal = pyoxigraph.Literal
_Said = tuple[_Node, str, _Node | _Literal]


def _sizes(node: _Node, counts: Counts) -> Iterator[_Said]:
    yield node, f"{_VOID}triples", _number(counts.triples)
    yield node, f"{_VOID}entities", _number(counts.entities)
    yield node, f"{_VOID}distinctSubjects", _number(counts.subjects)
    yield node, f"{_VOID}distinctObjects", _number(counts.objects)


def _partitions(
    of: _Node, kind: str, counted: str, parts: Iterable[tuple[str, int]]
) -> Iterator[_Said]:
    for number, (iri, count) in enumerate(parts, 1):
        part = pyoxigraph.BlankNode(f"{kind}{number}")
        yield of, f"{_VOID}{kind}Partition", part
        yield part, f"{_VOID}{kind}", _iri(iri)
        yield part, f"{_VOID}{counted}", _number(count)


def _vocabularies(counts: Counts) -> list[str]:
    """Return the vocabularies that are used, of those that we know."""
    used = [iri for iri, _ in (*counts.classes, *counts.properties)]
    known = PREFIXES.values()
    return sorted(one for one in known if any(iri.startswith(one) for iri in used))


def _triples(said: Iterable[_Said]) -> Iterator[pyoxigraph.Triple]:
    return (pyoxigraph.Triple(node, _iri(name), value) for node, name, value in said)


def _iri(text: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(text)


def _text(text: str, language: str | None = None) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(text, language=language)


def _number(number: int) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(number)
