"""A store to the network of documents, what they name, and what they say of it.

Everything starts from the documents: the store also holds gazetteers of tens of thousands of
regions and agencies that no document names, and these must cost nothing here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from kg.errors import NotFoundError
from kg.render.evidence import Span

Row = tuple[str | None, ...]
Select = Callable[[str], Iterable[Row]]

POL = "https://w3id.org/policy-kg/ontology#"
PREFIXES = f"""
PREFIX pol: <{POL}>
PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
PREFIX itsrdf: <http://www.w3.org/2005/11/its/rdf#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""

# Strongest first: where two things are tied in several ways, the first is what is drawn.
TIES = (
    "issuedBy",
    "promulgates",
    "implements",
    "plansToIssue",
    "revises",
    "cites",
    "reuses",
    "echoes",
    "alike",
    "leads",
    "supports",
    "hasPart",
    "hasTarget",
    "involves",
    "appliesTo",
    "subOrganizationOf",
    "within",
    "mentions",
)
STANCES = frozenset({"promulgates", "implements", "plansToIssue", "revises"})
# What was found by comparing texts; it says nothing of what a document names.
TRACES = frozenset({"reuses", "echoes", "alike"})
WEAK_TIES = frozenset({"subOrganizationOf", "within", "mentions"})

_TRACES_BY_CLASS = {"Reuse": "reuses", "TitleEcho": "echoes"}

HELD = "PolicyDocument"  # its text is in the store
CITED = "Cited"  # a document that is only named
GROUPS = (HELD, CITED, "Agency", "Program", "Region", "Task", "Target")

# The classes whose subclass says nothing more than that the thing is one of them.
_TOP = frozenset({HELD, "Agency", "Program", "Region", "Task", "Target"})

_CHUNK = 300  # IRIs in one VALUES block; the store refuses queries of more than 200,000 letters

_NOT_IN_IRI = frozenset('<>"{}|^`\\') | frozenset(map(chr, range(33)))

_MENTIONED = """
SELECT ?d ?e (COUNT(DISTINCT ?m) AS ?n) WHERE {
  ?m itsrdf:taIdentRef ?e ; nif:referenceContext ?c . ?d pol:hasText ?c .
} GROUP BY ?d ?e"""
_DIRECT = """
SELECT ?d ?e ?tie WHERE {
  VALUES (?p ?tie) {
    (pol:issuedBy "issuedBy") (pol:appliesTo "appliesTo") (pol:cites "cites")
    (pol:implements "implements") (pol:plansToIssue "plansToIssue")
    (pol:revises "revises") (pol:promulgates "promulgates")
  }
  ?d pol:hasText ?c ; ?p ?e .
}"""
_CITATIONS = """
SELECT ?d ?e ?stance ?c ?begin ?end WHERE {
  ?n pol:citing ?d ; pol:cited ?e ; pol:stance ?stance ;
     nif:referenceContext ?c ; nif:beginIndex ?begin ; nif:endIndex ?end .
}"""
# Words that both may have from a third document, which both cite, are told apart.
_TRACED = """
SELECT ?d ?e ?kind ?common ?c ?begin ?end WHERE {
  VALUES ?kind { pol:Reuse pol:TitleEcho }
  ?n a ?kind ; pol:later ?d ; pol:earlier ?e ;
     nif:referenceContext ?c ; nif:beginIndex ?begin ; nif:endIndex ?end .
  OPTIONAL { ?n pol:commonSource ?common }
}"""
# What is only implied (the issuer, where nothing is said) would tie every task to the issuer.
_DUTIES = """
SELECT ?d ?t ?a ?role ?c ?begin ?end ?title WHERE {
  ?r pol:ofTask ?t ; pol:agency ?a ; pol:role ?role ; nif:referenceContext ?c ;
     nif:beginIndex ?begin ; nif:endIndex ?end .
  ?d pol:hasText ?c .
  FILTER NOT EXISTS { ?r pol:basis pol:Implied }
  OPTIONAL { ?t dcterms:title ?title }
}"""
_TASKS = """
SELECT ?d ?t ?c ?begin ?end WHERE {
  ?t a pol:Task ; nif:referenceContext ?c ; nif:beginIndex ?begin ; nif:endIndex ?end .
  ?d pol:hasText ?c .
}"""
_INVOLVED = "SELECT ?t ?p WHERE { ?t a pol:Task ; pol:involves ?p }"
_TARGETS = """
SELECT ?d ?t ?g ?p ?c ?begin ?end WHERE {
  ?g a pol:Target ; nif:referenceContext ?c ; nif:beginIndex ?begin ; nif:endIndex ?end .
  ?d pol:hasText ?c .
  OPTIONAL { ?g pol:inTask ?t }
  OPTIONAL { ?g pol:program ?p }
}"""
# DISTINCT below, because every document repeats in its graph what is known of what it names.
_ABOVE = """
SELECT DISTINCT ?e ?up ?p WHERE {
  VALUES ?e { %s }
  ?e ?p ?up .
  FILTER(?p IN (org:subOrganizationOf, pol:within))
}"""
_TYPES = "SELECT DISTINCT ?e ?t WHERE { VALUES ?e { %s } ?e a ?t }"
_HELD = "SELECT DISTINCT ?e WHERE { ?e pol:hasText ?c }"
_TEXTS = "SELECT DISTINCT ?d ?c WHERE { ?d pol:hasText ?c }"
_SPANS = """
SELECT ?d ?e ?c ?begin ?end WHERE {
  VALUES ?e { %s }
  ?m itsrdf:taIdentRef ?e ; nif:referenceContext ?c ;
     nif:beginIndex ?begin ; nif:endIndex ?end .
  ?d pol:hasText ?c .
}"""
# FILTER, not VALUES: a join of names and properties took 150 times as long (17 s for 2,000 names).
_FACTS = """
SELECT DISTINCT ?e ?p ?o WHERE {
  VALUES ?e { %s }
  ?e ?p ?o .
  FILTER(?p IN (
    skos:prefLabel, skos:altLabel, dcterms:title, dcterms:issued, pol:documentNumber,
    pol:indexNumber, pol:period, pol:planYear, pol:issuedBy, pol:appliesTo, pol:region, pol:level,
    pol:fullName, pol:adcode, pol:within, org:subOrganizationOf, pol:number, pol:due, pol:modality,
    pol:recurrence, pol:indicatorText, pol:indicator, pol:comparator, pol:value, pol:minValue,
    pol:maxValue, pol:unit
  ))
}"""
_LABELS = "SELECT DISTINCT ?e ?l WHERE { VALUES ?e { %s } ?e skos:prefLabel ?l }"
_SOURCES = """
SELECT DISTINCT ?c ?text ?name WHERE {
  VALUES ?c { %s }
  ?c nif:isString ?text . OPTIONAL { ?c dcterms:source ?name }
}"""
_NAMED = """
SELECT DISTINCT ?e WHERE {
  VALUES ?l { %s } VALUES ?p { skos:prefLabel skos:altLabel dcterms:title pol:fullName }
  ?e ?p ?l .
}"""


@dataclass(slots=True)
class Tie:
    """How two things are tied: how often, where it is said, and in which tasks."""

    count: int = 0
    spans: list[Span] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Text:
    """A source text and the file that it came from."""

    name: str
    text: str


Facts = dict[str, list[str]]


def selector(store: Any) -> Select:
    """Return a function that answers a SELECT with rows of strings, over all named graphs."""

    def select(sparql: str) -> Iterator[Row]:
        for row in _solutions(store, PREFIXES + sparql):
            yield tuple(_plain(term) for term in row)

    return select


def _solutions(store: Any, sparql: str) -> Iterable[Iterable[object]]:
    if callable(store):
        return store(sparql)  # type: ignore[no-any-return]
    if type(store).__module__.startswith("pyoxigraph"):
        return store.query(sparql, use_default_graph_as_union=True)  # type: ignore[no-any-return]
    return store.query(sparql)  # type: ignore[no-any-return]


def _plain(term: object) -> str | None:
    # rdflib's terms are strings whose `.value` is a Python object; pyoxigraph's hold a string.
    if term is None or isinstance(term, str):
        return None if term is None else str(term)
    return str(getattr(term, "value", term))


def read_network(select: Select, groups: Iterable[str]) -> nx.DiGraph:
    """Return the documents and all that they are tied to, of the given groups.

    A node carries `group`, `kind` (its subclass) and `spans`; an edge carries `ties`, by name.
    """
    wanted = frozenset(groups) | {HELD}
    network: nx.DiGraph = nx.DiGraph()
    _read_documents(select, network)
    _read_duties(select, network, by_task="Task" in wanted)
    if "Task" in wanted:
        _read_tasks(select, network)
    if "Target" in wanted:
        _read_targets(select, network, by_task="Task" in wanted)
    _classify(select, network)
    network.remove_nodes_from([n for n, group in network.nodes("group") if group not in wanted])
    return network


def _tie(network: nx.DiGraph, a: str | None, b: str | None, name: str) -> Tie:
    """Return the tie of this name from a to b, made where there is none."""
    if a is None or b is None or a == b:
        return Tie()
    if (a, b) not in network.edges:
        network.add_edge(a, b, ties={})
    ties: dict[str, Tie] = network.edges[a, b]["ties"]
    return ties.setdefault(name, Tie())


def _span(source: str | None, begin: str | None, end: str | None) -> Span:
    return Span(source or "", int(begin or 0), int(end or 0))


def _rows(rows: Iterable[Row]) -> list[Row]:
    """Sort the rows, so that what comes first never depends on the store."""
    return sorted(rows, key=lambda row: tuple(cell or "" for cell in row))


def _read_documents(select: Select, network: nx.DiGraph) -> None:
    network.add_nodes_from(sorted(row[0] or "" for row in select(_HELD)))
    for document, entity, count in _rows(select(_MENTIONED)):
        _tie(network, document, entity, "mentions").count += int(count or 0)
    for document, entity, name in _rows(select(_DIRECT)):
        _tie(network, document, entity, name or "").count += 1
    for document, entity, stance, *place in _rows(select(_CITATIONS)):
        _tie(network, document, entity, _local(stance)).spans.append(_span(*place))
    for document, entity, kind, common, *place in _rows(select(_TRACED)):
        found = "alike" if common else _TRACES_BY_CLASS[_local(kind)]
        tie = _tie(network, document, entity, found)
        tie.count += 1
        tie.spans.append(_span(*place))
    # The store also states the general property where it states a particular one.
    for *_, ties in network.edges(data="ties"):
        if STANCES & set(ties):
            ties.pop("cites", None)


def _read_duties(select: Select, network: nx.DiGraph, *, by_task: bool) -> None:
    names = {"Lead": "leads", "Support": "supports"}
    for document, task, agency, role, source, begin, end, title in _rows(select(_DUTIES)):
        whose = task if by_task else document
        tie = _tie(network, whose, agency, names.get(_local(role), "supports"))
        tie.count += 1
        tie.spans.append(_span(source, begin, end))
        if title and not by_task and title not in tie.tasks:
            tie.tasks.append(title)


def _read_tasks(select: Select, network: nx.DiGraph) -> None:
    for document, task, *place in _rows(select(_TASKS)):
        _tie(network, document, task, "hasPart").count += 1
        network.nodes[task or ""]["spans"] = [_span(*place)]
    for task, program in _rows(select(_INVOLVED)):
        _tie(network, task, program, "involves").count += 1


def _read_targets(select: Select, network: nx.DiGraph, *, by_task: bool) -> None:
    for document, task, target, program, *place in _rows(select(_TARGETS)):
        _tie(network, task if task and by_task else document, target, "hasTarget").count += 1
        network.nodes[target or ""]["spans"] = [_span(*place)]
        _tie(network, target, program, "involves").count += 1


def _classify(select: Select, network: nx.DiGraph) -> None:
    """Give every node its group and the subclass that says most."""
    held = {row[0] for row in select(_HELD)}
    types: dict[str, set[str]] = defaultdict(set)
    for rows in _in_chunks(select, _TYPES, network):
        for entity, name in rows:
            if name and name.startswith(POL):
                types[entity or ""].add(_local(name))
    for node in network:
        top = min(types[node] & _TOP, default="")
        kinds = sorted(types[node] - _TOP)
        cited = top == HELD and node not in held
        network.nodes[node]["group"] = CITED if cited else top
        network.nodes[node]["kind"] = kinds[0] if kinds else top


def add_hierarchy(select: Select, network: nx.DiGraph) -> None:
    """Add what is part of what, among the nodes at hand."""
    for rows in _in_chunks(select, _ABOVE, list(network)):
        for entity, above, name in rows:
            if above in network:
                _tie(network, entity, above, _local(name)).count += 1


def add_evidence(select: Select, network: nx.DiGraph, most: int) -> None:
    """Add the first places where each document mentions each node, `most` for a pair."""
    for rows in _in_chunks(select, _SPANS, list(network)):
        places = ((row[0], row[1], _span(*row[2:])) for row in rows)
        for document, entity, span in sorted(places, key=lambda p: (p[2].source, p[2].begin)):
            if (document, entity) not in network.edges:
                continue
            for name in ("mentions", "issuedBy", "appliesTo"):
                tie = network.edges[document, entity]["ties"].get(name)
                if tie and len(tie.spans) < most:
                    tie.spans.append(span)


def read_facts(select: Select, nodes: Iterable[str]) -> dict[str, Facts]:
    """Return what the store says of the nodes: property → values, resolved to labels, sorted."""
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for rows in _in_chunks(select, _FACTS, nodes):
        for entity, prop, value in rows:
            values[entity or ""][_local(prop)].add(value or "")
    every = {value for facts in values.values() for found in facts.values() for value in found}
    labels = _read_labels(select, (value for value in every if _is_iri(value)))
    return {
        entity: {
            prop: sorted({labels.get(value) or _readable(value) for value in found})
            for prop, found in sorted(facts.items())
        }
        for entity, facts in values.items()
    }


def _read_labels(select: Select, nodes: Iterable[str]) -> dict[str, str]:
    """Return the label of each node; of several the first in order."""
    labels: dict[str, str] = {}
    for rows in _in_chunks(select, _LABELS, nodes):
        for node, label in _rows(rows):
            labels.setdefault(node or "", label or "")
    return labels


def read_texts(select: Select, sources: Iterable[str]) -> dict[str, Text]:
    """Return the source texts with the name of their file."""
    texts: dict[str, Text] = {}
    for rows in _in_chunks(select, _SOURCES, sources):
        for source, text, name in _rows(rows):
            # The same bytes may have come under several names: the first stands for them.
            texts.setdefault(source or "", Text(name or "", text or ""))
    return texts


def read_sources(select: Select) -> list[tuple[str, str]]:
    """Return every document with its source text, a line for each text."""
    return [(document or "", source or "") for document, source in _rows(select(_TEXTS))]


def find_named(select: Select, name: str) -> list[str]:
    """Return every entity of this name, or whose IRI this is."""
    if _is_iri(name):
        return [name]
    literal = json.dumps(name, ensure_ascii=False)  # JSON's escapes are SPARQL's
    forms = f"{literal}@zh {literal}@en {literal}"
    return sorted(row[0] or "" for row in select(_NAMED % forms))


def require_named(select: Select, network: nx.DiGraph, name: str) -> list[str]:
    """Return the nodes of this name; where there is none, say which names come near."""
    found = [node for node in find_named(select, name) if node in network]
    if found:
        return found
    facts = read_facts(select, network)
    labels = {label_of(node, facts.get(node, {})) for node in network}
    near = sorted((label for label in labels if name in label or label in name), key=len)[:3]
    hint = f"; there is {'、'.join(near)}" if near else ""
    raise NotFoundError(f"{name}: no document in the store names this{hint}")


def label_of(node: str, facts: Facts) -> str:
    """Return the label of an entity, or the end of its IRI where it has none."""
    for prop in ("prefLabel", "title", "indicatorText"):
        if facts.get(prop):
            return facts[prop][0]
    return _readable(node)


def _in_chunks(select: Select, question: str, nodes: Iterable[str]) -> Iterator[Iterable[Row]]:
    """Ask the question for the nodes, some hundreds at a time."""
    ordered: Sequence[str] = sorted(nodes)
    for start in range(0, len(ordered), _CHUNK):
        yield select(question % " ".join(f"<{node}>" for node in ordered[start : start + _CHUNK]))


def _local(iri: str | None) -> str:
    return (iri or "").rpartition("#")[2].rpartition("/")[2]


def _is_iri(value: str) -> bool:
    return "://" in value and not set(value) & _NOT_IN_IRI


def _readable(value: str) -> str:
    return _local(value) if _is_iri(value) else value
