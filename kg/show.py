"""A name to a card: what the store knows about one thing, each fact with its sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

import pyoxigraph

from kg import sparql
from kg.errors import NotFoundError
from kg.sentence import sentence_at
from kg.sparql import POL, PREFIXES
from kg.store import Store

SHOWN = 20  # facts a group, unless more are asked for

_TYPE = PREFIXES["rdf"] + "type"
_PREF, _ALT = PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel"
_TITLE = PREFIXES["dcterms"] + "title"
_BEGIN, _CONTEXT = PREFIXES["nif"] + "beginIndex", PREFIXES["nif"] + "referenceContext"
_ANCHOR, _IDENTIFIES = PREFIXES["nif"] + "anchorOf", PREFIXES["itsrdf"] + "taIdentRef"

# Said by the head of the card, or again by a node that has the sentence.
_LEFT_OUT = frozenset({_TYPE, _PREF, _ALT, _TITLE, _BEGIN, _CONTEXT, PREFIXES["nif"] + "endIndex"})
_SAID_BY_NODES = frozenset(
    POL + name
    for name in (
        *("hasText", "mentions", "leadAgency", "supportingAgency"),
        *("cites", "implements", "plansToIssue", "revises", "promulgates"),
    )
)
# What the vocabularies that we borrow from do not label in Chinese.
_BORROWED = {
    _IDENTIFIES: "提及",
    PREFIXES["dcterms"] + "hasPart": "组成部分",
    PREFIXES["dcterms"] + "isPartOf": "所属部分",
    PREFIXES["dcterms"] + "issued": "发文日期",
    PREFIXES["org"] + "subOrganizationOf": "上级机构",
}

_OUTWARD = "SELECT ?predicate ?other ?node { ?node ?predicate ?other }"
_INWARD = "SELECT ?predicate ?other ?node { ?other ?predicate ?node }"
_NAMED = """
SELECT DISTINCT ?node ?label {
    VALUES ?property { skos:prefLabel skos:altLabel dcterms:title }
    ?node ?property ?label .
    FILTER NOT EXISTS { VALUES ?part { pol:Task pol:Section } ?node a ?part }
}
"""
_SIMILAR = """
SELECT DISTINCT ?label ?name {
    ?node skos:prefLabel ?label .
    FILTER(CONTAINS(STR(?label), ?name))
} ORDER BY STRLEN(?label) ?label LIMIT 5
"""
_SPOKEN_OF = "SELECT ?mention ?node { ?mention itsrdf:taIdentRef ?node } LIMIT 1"
_PROGRAM_CALLED = "SELECT ?node ?label { ?node skos:prefLabel ?label ; a pol:Program }"
_MENTION = """
SELECT ?begin ?source ?node {
    ?mention itsrdf:taIdentRef ?node ; nif:referenceContext ?source ; nif:beginIndex ?begin .
} ORDER BY ?begin LIMIT 1
"""
_GRAPHS = """
SELECT ?graph ?subject ?predicate ?object {
    GRAPH ?graph { ?subject ?predicate ?object }
} ORDER BY ?graph LIMIT 1
"""
_LABEL = """
SELECT ?label ?node {
    ?node rdfs:label|skos:prefLabel|dcterms:title ?label
} ORDER BY (IF(LANG(?label) = "zh", 0, 1)) ?label LIMIT 1
"""
_FILE = "SELECT ?name ?node { ?node dcterms:source ?name } ORDER BY ?name LIMIT 1"
_TEXT = "SELECT ?text ?node { ?node nif:isString ?text } LIMIT 1"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read."""

    sentence: str  # empty where a fact comes from a gazetteer or from the file itself
    file: str
    source: str  # IRI
    begin: int | None  # code points in the source's text


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said."""

    text: str
    iri: str  # of the other node, empty for a value
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one predicate."""

    predicate: str  # IRI
    label: str
    inward: bool  # the entity is the object
    total: int
    facts: tuple[Fact, ...]  # the first ones


@dataclass(frozen=True, slots=True)
class Card:
    """What the store knows about one thing."""

    iri: str
    name: str
    alternatives: tuple[str, ...]
    classes: tuple[str, ...]
    groups: tuple[Group, ...]


def show(store: Store, name: str, limit: int = SHOWN) -> Card:
    """Give the card of what has this name, alias or IRI; raise where that is none or several."""
    return _Reader(store).card(find_entity(store, name), limit)


def show_group(
    store: Store, iri: str, predicate: str, inward: bool, first: int, limit: int
) -> Group:
    """Give the facts of one predicate about a thing, from the one of this number on."""
    return _Reader(store).group(iri, predicate, inward, first, limit)


def find_entity(store: Store, name: str) -> str:
    """Give the IRI of what has this name, alias, IRI, or path below the base."""
    for iri in (name, store.base + name):
        if _is_iri(iri) and store.select(_OUTWARD + " LIMIT 1", {"node": _node(iri)}):
            return iri
    labels = (pyoxigraph.Literal(name, language="zh"), pyoxigraph.Literal(name))
    found = sorted(
        {row["node"] for label in labels for row in store.select(_NAMED, {"label": label})}
    )
    # Gazetteers hold the whole country: of several, the one that documents speak of is meant.
    spoken_of = [iri for iri in found if store.select(_SPOKEN_OF, {"node": _node(iri)})]
    candidates = spoken_of or found
    # A nationwide programme stands under each of its names: the one that was asked for is meant.
    called = {
        row["node"] for one in labels for row in store.select(_PROGRAM_CALLED, {"label": one})
    }
    if len(called & {*candidates}) == 1:
        candidates = sorted(called & {*candidates})
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        several = ", ".join(sparql.shorten(iri, store.base) for iri in candidates[:10])
        raise NotFoundError(
            f"{name}: {len(candidates)} things have this name; say which: {several}"
        )
    similar = "、".join(row["label"] for row in store.select(_SIMILAR, {"name": name}))
    hint = f"; similar: {similar}" if similar else ""
    raise NotFoundError(f"{name}: nothing has this name, alias or IRI{hint}")


def _is_iri(text: str) -> bool:
    try:
        _node(text)
    except ValueError:
        return False
    return True


def _node(iri: str) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(iri)


Properties = Mapping[str, list[str]]  # predicate → values


class _Reader:
    """Reads cards from one store; labels and texts are asked for once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.label = cache(self._label)
        self._text_of = cache(self._text)

    def card(self, iri: str, limit: int) -> Card:
        """Read all facts about a node."""
        properties = self._properties(iri)
        groups = [
            self._group(iri, predicate, others, inward, limit)
            for inward, query in ((False, _OUTWARD), (True, _INWARD))
            for predicate, others in sorted(self._related(iri, query).items())
        ]
        alternatives = {*properties.get(_ALT, []), *properties.get(_TITLE, [])} - {self.label(iri)}
        classes = sorted(properties.get(_TYPE, []))
        return Card(
            iri=iri,
            name=self.label(iri),
            alternatives=tuple(sorted(alternatives)),
            classes=tuple(self.label(name) for name in classes),
            groups=tuple(groups),
        )

    def group(self, iri: str, predicate: str, inward: bool, first: int, limit: int) -> Group:
        """Read some of the facts of one predicate."""
        others = self._related(iri, _INWARD if inward else _OUTWARD).get(predicate, [])
        kept = sorted(set(others))[first : first + limit]
        facts = tuple(self._fact(iri, predicate, other, inward) for other in kept)
        return Group(predicate, self.label(predicate), inward, len(set(others)), facts)

    def _related(self, iri: str, query: str) -> dict[str, list[str]]:
        """Give the other ends of all facts, by predicate; not what nodes say with a sentence."""
        related: dict[str, list[str]] = {}
        for row in self._store.select(query, {"node": _node(iri)}):
            if row["predicate"] not in _LEFT_OUT | _SAID_BY_NODES:
                related.setdefault(row["predicate"], []).append(row["other"])
        return related

    def _group(
        self, iri: str, predicate: str, others: list[str], inward: bool, limit: int
    ) -> Group:
        others = sorted(set(others))
        shown = [self._fact(iri, predicate, other, inward) for other in others[:limit]]
        return Group(predicate, self.label(predicate), inward, len(others), tuple(shown))

    def _fact(self, iri: str, predicate: str, other: str, inward: bool) -> Fact:
        properties = self._properties(other) if _is_iri(other) else {}
        if not properties:
            return Fact(other, "", self._stated(iri, predicate, other, inward))
        return Fact(
            text=self._describe(other, properties, iri),
            iri=other,
            evidence=self._read_at(properties) or self._stated(iri, predicate, other, inward),
        )

    def _describe(self, iri: str, properties: Properties, about: str) -> str:
        for name in properties.get(_TYPE, []):
            if name in _DESCRIPTIONS:
                return _DESCRIPTIONS[name](self, properties, about)
        return self.label(iri)

    def _read_at(self, properties: Properties) -> Evidence | None:
        """Give the sentence that a node was read from, where it was."""
        if _BEGIN not in properties or _CONTEXT not in properties:
            return None
        return self._evidence(properties[_CONTEXT][0], int(properties[_BEGIN][0]))

    def _stated(self, iri: str, predicate: str, other: str, inward: bool) -> Evidence | None:
        """Give the first document that states a fact, and where it names the other end."""
        subject, object_ = (other, iri) if inward else (iri, other)
        ends = {"subject": _node(subject), "predicate": _node(predicate)}
        if _is_iri(object_):
            ends["object"] = _node(object_)
        for row in self._store.select(_GRAPHS, ends):
            source = row["graph"]
            return self._evidence(source, self._mentioned_at(iri if inward else other, source))
        return None

    def _mentioned_at(self, other: str, source: str) -> int | None:
        """Give where a text first names something; a date or a number is not looked for."""
        if not _is_iri(other):
            return None
        places = self._store.select(_MENTION, {"node": _node(other), "source": _node(source)})
        return int(places[0]["begin"]) if places else None

    def _evidence(self, source: str, begin: int | None) -> Evidence:
        files = self._store.select(_FILE, {"node": _node(source)})
        sentence = "" if begin is None else sentence_at(self._text_of(source), begin)
        return Evidence(sentence, files[0]["name"] if files else "", source, begin)

    def _text(self, source: str) -> str:
        rows = self._store.select(_TEXT, {"node": _node(source)})
        return rows[0]["text"] if rows else ""

    def _properties(self, iri: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._store.select(_OUTWARD, {"node": _node(iri)}):
            found.setdefault(row["predicate"], []).append(row["other"])
        return {predicate: sorted(values) for predicate, values in found.items()}

    def _label(self, iri: str) -> str:
        if iri in _BORROWED or not _is_iri(iri):
            return _BORROWED.get(iri, iri)
        rows = self._store.select(_LABEL, {"node": _node(iri)})
        return rows[0]["label"] if rows else unquote(re.split(r"[#/]", iri)[-1])


# -- what stands for a node that has no name ---------------------------------------------------


def _first(properties: Properties, *names: str) -> str:
    return next((properties[POL + name][0] for name in names if POL + name in properties), "")


def _responsibility(reader: _Reader, properties: Properties, about: str) -> str:
    ends = (_first(properties, "agency"), _first(properties, "ofTask"))
    named = [reader.label(end) for end in ends if end and end != about]
    how = [reader.label(_first(properties, name)) for name in ("role", "basis")]
    return f"{' '.join(named)}（{'，'.join(part for part in how if part)}）"


def _citation(reader: _Reader, properties: Properties, about: str) -> str:
    ends = (_first(properties, "citing"), _first(properties, "cited"))
    named = [reader.label(end) for end in ends if end and end != about]
    return f"{' '.join(named)}（{reader.label(_first(properties, 'stance'))}）"


def _target(reader: _Reader, properties: Properties, about: str) -> str:
    low, high = _first(properties, "minValue"), _first(properties, "maxValue")
    value = _first(properties, "value") or (f"{low}–{high}" if low else "")
    comparator = reader.label(_first(properties, "comparator"))
    quantity = f"{comparator} {value}{_first(properties, 'unit')}"
    due = _first(properties, "due", "recurrence")
    return " ".join(part for part in (_first(properties, "indicatorText"), quantity, due) if part)


def _mention(reader: _Reader, properties: Properties, about: str) -> str:
    return properties.get(_ANCHOR, [""])[0]


_DESCRIPTIONS: dict[str, Callable[[_Reader, Properties, str], str]] = {
    POL + "Responsibility": _responsibility,
    POL + "Citation": _citation,
    POL + "Target": _target,
    POL + "Mention": _mention,
}
