"""A store to what its lists show: every document, agency, programme, region and target, once read.

Each is asked for once per state of the store (Holding.once): on 530 documents with 14,000
programmes the longest question takes 1 s, and a page is then cut out of memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from kg.reports.holdings import LEVELS, Holding, Places, holdings, places
from kg.serve.holding import Holding as Held
from kg.serve.holding import holding_of
from kg.store import Store

__all__ = ["LEVELS", "Catalog", "catalog_of"]

_NAMED = """
SELECT ?node ?label ?kind ?level ?region {
    ?node a %s ; skos:prefLabel ?label .
    OPTIONAL {
        ?node a ?class
        FILTER(?class != %s && STRSTARTS(STR(?class), STR(pol:)))
        BIND(STRAFTER(STR(?class), "#") AS ?kind)
    }
    OPTIONAL { ?node pol:level ?stated BIND(STRAFTER(STR(?stated), "#") AS ?level) }
    OPTIONAL { ?node pol:region ?region }
}
"""
_MENTIONED = """
SELECT ?node ?document { ?document pol:mentions ?node . ?document pol:hasText ?text }
"""
_TASKS = "SELECT ?node (COUNT(DISTINCT ?task) AS ?times) { ?task %s ?node } GROUP BY ?node"
_LEADS, _SUPPORTS = _TASKS % "pol:leadAgency", _TASKS % "pol:supportingAgency"
_ISSUED = """
SELECT ?node (COUNT(DISTINCT ?document) AS ?times) {
    ?document pol:issuedBy ?node ; pol:hasText ?text
} GROUP BY ?node
"""
_GHOSTS = """
SELECT ?node ?label ?kind ?document {
    ?document pol:cites ?node .
    FILTER NOT EXISTS { ?node pol:hasText ?text }
    OPTIONAL { ?node skos:prefLabel|dcterms:title ?label }
    OPTIONAL {
        ?node a ?class
        FILTER(?class != pol:PolicyDocument && STRSTARTS(STR(?class), STR(pol:)))
        BIND(STRAFTER(STR(?class), "#") AS ?kind)
    }
}
"""
_TARGETS = """
SELECT ?target ?words ?comparator ?value ?low ?high ?unit ?due ?modality ?masked ?indicator
       ?document ?source ?begin ?end ?sentence {
    ?target a pol:Target ; nif:referenceContext ?source .
    ?target nif:beginIndex ?begin ; nif:endIndex ?end .
    ?document pol:hasText ?source .
    OPTIONAL { ?target pol:indicatorText ?words }
    OPTIONAL { ?target pol:comparator ?compared BIND(STRAFTER(STR(?compared), "#") AS ?comparator) }
    OPTIONAL { ?target pol:value ?value }
    OPTIONAL { ?target pol:minValue ?low }
    OPTIONAL { ?target pol:maxValue ?high }
    OPTIONAL { ?target pol:unit ?unit }
    OPTIONAL { ?target pol:due ?due }
    OPTIONAL { ?target pol:masked ?masked }
    OPTIONAL { ?target pol:modality ?how BIND(STRAFTER(STR(?how), "#") AS ?modality) }
    OPTIONAL { ?target pol:indicator ?indicator }
    OPTIONAL { ?target pol:sentence ?sentence }
}
"""
_COMPARED = {"AtLeast": "≥ ", "AtMost": "≤ ", "About": "≈ "}
# An agency or a programme states its level by another word than a region's class.
LEVEL_OF = {
    "NationalLevel": "Country",
    "ProvincialLevel": "Province",
    "PrefecturalLevel": "Prefecture",
    "CountyLevel": "County",
    "TownshipLevel": "Township",
}


@dataclass(frozen=True, slots=True)
class Named:
    """An agency, a programme or a document that is only cited."""

    iri: str
    label: str
    kind: str
    level: str  # of LEVELS, "" where nothing states it
    region: str  # IRI
    documents: int  # that name it
    leads: int = 0
    supports: int = 0
    issued: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached, as one line."""

    iri: str
    words: str
    quantity: str  # "" where the text gives none
    masked: bool  # or hides it
    due: str
    modality: str
    indicator: str  # IRI
    document: str  # IRI
    source: str
    begin: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A region with the documents for it and of it."""

    iri: str
    name: str
    level: str
    code: str
    applied: int  # documents that apply to it
    inside: int  # … to it or to what lies in it
    mentioned: int


class Catalog:
    """What the lists of a site show."""

    def __init__(self, holding: Held) -> None:
        self._holding = holding

    @property
    def documents(self) -> tuple[Holding, ...]:
        """Give the documents held, by date."""
        return self._holding.once("documents", holdings)

    @property
    def by_document(self) -> Mapping[str, Holding]:
        """Give the documents held by their IRI."""
        return self._holding.once(
            "by-document", lambda _: {one.document: one for one in self.documents}
        )

    @property
    def places(self) -> Places:
        """Give all regions."""
        return self._holding.once("places", places)

    @property
    def agencies(self) -> tuple[Named, ...]:
        """Give the agencies that documents name, the most named first."""
        return self._holding.once("agencies", lambda store: _agencies(store, self.mentioned))

    @property
    def programs(self) -> tuple[Named, ...]:
        """Give the programmes that documents name, the most named first."""
        return self._holding.once(
            "programs", lambda store: _named(store, "pol:Program", self.mentioned)
        )

    @property
    def ghosts(self) -> tuple[Named, ...]:
        """Give the documents that are only cited, the most cited first."""
        return self._holding.once("ghosts", _ghosts)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Give the targets, in the order of the documents and their texts."""
        return self._holding.once("targets", lambda store: _targets(store, self.documents))

    @property
    def regions(self) -> Mapping[str, Spoken]:
        """Give the regions that documents apply to or speak of, with those above them, by IRI."""
        return self._holding.once(
            "regions", lambda _: _regions(self.documents, self.places, self.mentioned)
        )

    @property
    def mentioned(self) -> Mapping[str, int]:
        """Give how many documents name each entity."""
        return self._holding.once("mentioned", _mentioned)


# What all lists need, in the order in which it is asked for.
NEEDED = ("documents", "places", "agencies", "programs", "regions", "ghosts", "targets")


def catalog_of(request: Request) -> Catalog:
    """Return what the lists show of the store that a request is about."""
    return Catalog(holding_of(request))


def _mentioned(store: Store) -> Mapping[str, int]:
    pairs = {(row["node"], row["document"]) for row in store.select(_MENTIONED)}
    return Counter(node for node, _ in pairs)


def _counted(store: Store, question: str) -> dict[str, int]:
    return {row["node"]: int(row["times"]) for row in store.select(question)}


def _agencies(store: Store, mentioned: Mapping[str, int]) -> tuple[Named, ...]:
    leads, supports, issued = (_counted(store, q) for q in (_LEADS, _SUPPORTS, _ISSUED))
    return tuple(
        Named(
            *(one.iri, one.label, one.kind, one.level, one.region, one.documents),
            leads=leads.get(one.iri, 0),
            supports=supports.get(one.iri, 0),
            issued=issued.get(one.iri, 0),
        )
        for one in _named(store, "pol:Agency", mentioned)
    )


def _named(store: Store, class_: str, mentioned: Mapping[str, int]) -> tuple[Named, ...]:
    """Read what has a class and is named; of several labels or kinds the first in order."""
    rows = _first(store.select(_NAMED % (class_, class_)), ("label", "kind", "level", "region"))
    return _by_number(
        Named(
            iri=row["node"],
            label=row["label"],
            kind=row["kind"],
            level=LEVEL_OF.get(row["level"], ""),
            region=row["region"],
            documents=mentioned[row["node"]],
        )
        for row in rows
        if row["node"] in mentioned
    )


def _ghosts(store: Store) -> tuple[Named, ...]:
    rows = store.select(_GHOSTS)
    citing: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        citing[row["node"]].add(row["document"])
    return _by_number(
        Named(
            iri=row["node"],
            label=row["label"] or row["node"].rpartition("/")[2],
            kind=row["kind"],
            level="",
            region="",
            documents=len(citing[row["node"]]),
        )
        for row in _first(rows, ("label", "kind"))
    )


def _first(rows: Iterable[dict[str, str]], keys: tuple[str, ...]) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        held = found.setdefault(row["node"], row)
        if [row[key] for key in keys] < [held[key] for key in keys]:
            found[row["node"]] = row
    return list(found.values())


def _by_number(found: Iterable[Named]) -> tuple[Named, ...]:
    return tuple(sorted(found, key=lambda one: (-one.documents, one.label, one.iri)))


def _targets(store: Store, documents: Iterable[Holding]) -> tuple[Target, ...]:
    order = {one.source: number for number, one in enumerate(documents)}
    found = {row["target"]: row for row in store.select(_TARGETS)}
    targets = (_target(row) for row in found.values())
    return tuple(
        sorted(
            targets,
            key=lambda one: (order.get(one.source, len(order)), one.source, one.begin, one.iri),
        )
    )


def _target(row: Mapping[str, str]) -> Target:
    value = row["value"] or (f"{row['low']}–{row['high']}" if row["low"] else "")
    quantity = f"{_COMPARED.get(row['comparator'], '')}{value}{row['unit']}" if value else ""
    return Target(
        iri=row["target"],
        words=row["words"],
        quantity=quantity,
        masked=row["masked"] == "true",
        due=row["due"],
        modality=row["modality"],
        indicator=row["indicator"],
        document=row["document"],
        source=row["source"],
        begin=int(row["begin"]),
        end=int(row["end"]),
        sentence=row["sentence"],
    )


def _regions(
    documents: Iterable[Holding], known: Places, mentioned: Mapping[str, int]
) -> Mapping[str, Spoken]:
    applied = Counter(one.region for one in documents if one.region)
    inside: Counter[str] = Counter()
    shown: set[str] = set()
    for region in {*applied, *(iri for iri in known.by_iri if mentioned.get(iri))}:
        for above in known.chain(region):
            shown.add(above.iri)
            inside[above.iri] += applied[region]
    return {
        iri: Spoken(
            iri=iri,
            name=known.by_iri[iri].name,
            level=known.by_iri[iri].level,
            code=known.by_iri[iri].code,
            applied=applied[iri],
            inside=inside[iri],
            mentioned=mentioned.get(iri, 0),
        )
        for iri in sorted(shown, key=lambda i: (known.by_iri[i].code or "9", known.by_iri[i].name))
    }
