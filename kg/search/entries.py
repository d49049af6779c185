"""A store to what is searched: each document with its text, and the names of what they speak of."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import pyoxigraph

from kg.search.found import LEVELS
from kg.store import Store

# Of a document only what its own graph says: its entry then follows from that graph alone. Each
# graph is asked by its name: of several at once Oxigraph looks through what all others say, 2 s for
# 10 of 10,000 where it now takes 30 ms.
_FACTS = """
SELECT ?document ?title ?number ?kind ?issued ?year ?region ?issuer ?name {
    GRAPH %(graph)s {
        ?document pol:hasText %(graph)s . %(graph)s pol:sha256 ?sha256 .
        OPTIONAL { ?document dcterms:title ?title }
        OPTIONAL { ?document pol:documentNumber ?number }
        OPTIONAL {
            ?document a ?class FILTER(?class != pol:PolicyDocument)
            BIND(STRAFTER(STR(?class), "#") AS ?kind)
        }
        OPTIONAL { ?document dcterms:issued ?issued }
        OPTIONAL { ?document pol:planYear ?year }
        OPTIONAL { ?document pol:appliesTo ?region }
        OPTIONAL { ?document pol:issuedBy ?issuer }
        OPTIONAL { %(graph)s dcterms:source ?name }
    }
}
"""
_SECTIONS = """
SELECT ?begin ?end ?number ?title {
    GRAPH %(graph)s {
        ?section nif:referenceContext %(graph)s ; a pol:Section ; dcterms:title ?title ;
            nif:beginIndex ?begin ; nif:endIndex ?end .
        OPTIONAL { ?section pol:number ?number }
    }
}
"""
_TEXT = "SELECT ?text { GRAPH %(graph)s { %(graph)s nif:isString ?text } }"
_REGIONS = """
SELECT ?region ?name ?level ?above {
    ?region a pol:Region ; skos:prefLabel ?name .
    OPTIONAL {
        ?region a ?division FILTER(?division != pol:Region)
        BIND(STRAFTER(STR(?division), "#") AS ?level)
    }
    OPTIONAL { ?region pol:within ?above }
}
"""
KINDS = ("Agency", "Program", "Region", "PolicyDocument")
# What a graph says that names follow from: who is spoken of, what it is, how it is called.
SPOKEN_OF, KIND, NAME, OTHER = "0", "1", "2", "3"
_SAID = f"""
SELECT ?entity ?what ?value {{
    GRAPH %(graph)s {{
        {{ ?value pol:mentions|pol:issuedBy|pol:appliesTo ?entity BIND({SPOKEN_OF} AS ?what) }}
        UNION {{ ?value pol:hasText ?any BIND(?value AS ?entity) BIND({SPOKEN_OF} AS ?what) }}
        UNION {{
            ?entity a ?value FILTER(?value IN ({", ".join(f"pol:{kind}" for kind in KINDS)}))
            BIND({KIND} AS ?what)
        }}
        UNION {{ ?entity skos:prefLabel ?value BIND({NAME} AS ?what) }}
        UNION {{ ?entity skos:altLabel ?value BIND({OTHER} AS ?what) }}
    }}
}}
"""
_UNSURE = " being written"

Fact = tuple[str, str, str]  # entity, what is said of it, value


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a text, by its heading."""

    begin: int
    end: int
    heading: str  # 一、扩大教育资源


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as it is searched; equal entries give equal answers."""

    source: str
    document: str
    title: str
    number: str
    file: str
    kind: str
    issued: str
    years: tuple[int, ...]  # that it plans; where it plans none, that of its date
    region: str  # IRI
    issuers: tuple[str, ...]  # IRIs
    sections: tuple[Section, ...]

    def as_json(self) -> str:
        """Return it as the index keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Entry:
    """Return an entry that the index kept."""
    held = json.loads(text)
    held["years"], held["issuers"] = tuple(held["years"]), tuple(held["issuers"])
    held["sections"] = tuple(Section(**one) for one in held["sections"])
    return Entry(**held)


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A place, and the one that holds it."""

    iri: str
    name: str
    level: str  # Country …, or Area
    above: str  # IRI, or ""


@dataclass(frozen=True, slots=True, order=True)
class Called:
    """A name of an entity."""

    label: str
    iri: str
    kind: str  # of KINDS
    name: str  # the entity's first name
    documents: int  # that speak of it


def marks(store: Store) -> dict[str, str]:
    """Give for each graph what changes when it does: its digest, and when it was changed by hand.

    A graph that a writer was stopped at is looked at. One that no manifest tells of, as in memory,
    has no digest. 0.1 s for 10,000 documents, so every search asks.
    """
    store.flush()
    manifest, changed, unsure = store.manifest(), store.changed(), set(store.unsettled())
    found = {}
    for graph in store.graph_names():
        entry = store.entry(graph) if graph in unsure else manifest.get(graph)
        number = f" {changed[graph]}" if graph in changed else ""
        digest = entry.digest if entry is not None else ""
        found[graph] = digest + number + (_UNSURE if graph in unsure else "")
    return found


def entries(store: Store, graphs: Collection[str]) -> Iterator[tuple[Entry, str]]:
    """Yield the documents of these graphs with their texts, by source."""
    for graph in sorted(graphs):
        texts = [row["text"] for row in _asked(store, _TEXT, graph)]
        facts = sorted(_asked(store, _FACTS, graph), key=_rank) if texts else []
        if facts:
            yield _entry(graph, facts, _sections(store, graph)), min(texts)


def said(store: Store, graphs: Collection[str]) -> Iterator[tuple[str, set[Fact]]]:
    """Yield what each of these graphs says that names follow from."""
    for graph in sorted(graphs):
        rows = _asked(store, _SAID, graph)
        yield graph, {(row["entity"], row["what"], row["value"]) for row in rows}


def called(iri: str, facts: Iterable[tuple[str, str]], documents: int) -> list[Called]:
    """Return the names of an entity that documents speak of, by what is said of it."""
    values: dict[str, set[str]] = {KIND: set(), NAME: set(), OTHER: set()}
    for what, value in facts:
        values[what].add(value)
    kinds = {value.rpartition("#")[2] for value in values[KIND]}
    if not (documents and kinds and values[NAME]):
        return []
    kind, name = min(kinds, key=KINDS.index), min(values[NAME])
    labels = (values[NAME] | values[OTHER]) - {""}
    return sorted(Called(label, iri, kind, name, documents) for label in labels)


def _asked(store: Store, query: str, graph: str) -> list[dict[str, str]]:
    return store.select(query % {"graph": str(pyoxigraph.NamedNode(graph))})


def _rank(row: Mapping[str, str]) -> tuple[str, ...]:
    # Of several titles, dates or names the first in order, whatever order the store gives.
    fields = ("document", "title", "issued", "number", "kind", "region", "name")
    return tuple(row[field] for field in fields)


def _entry(source: str, rows: list[dict[str, str]], sections: set[Section]) -> Entry:
    first = rows[0]
    years = {int(row["year"]) for row in rows if row["year"].isdecimal()}
    if not years and first["issued"][:4].isdecimal():
        years = {int(first["issued"][:4])}
    return Entry(
        source=source,
        document=first["document"],
        title=first["title"],
        number=first["number"],
        file=first["name"],
        kind=first["kind"],
        issued=first["issued"],
        years=tuple(sorted(years)),
        region=first["region"],
        issuers=tuple(sorted({row["issuer"] for row in rows} - {""})),
        sections=tuple(sorted(sections, key=lambda one: (one.begin, -one.end, one.heading))),
    )


def regions(store: Store) -> list[Region]:
    """Give all regions, sorted, each with the lowest that holds it."""
    # Of several names or levels the last in order, whatever order the store gives.
    rows = sorted(store.select(_REGIONS), key=lambda row: tuple(row.values()))
    levels = {row["region"]: row["level"] for row in rows}
    found: dict[str, Region] = {}
    # One document names the city above a county, another only the province: the city, put last.
    for row in sorted(rows, key=lambda row: (_depth(levels.get(row["above"], "")), row["above"])):
        found[row["region"]] = Region(row["region"], row["name"], row["level"], row["above"])
    return sorted(found.values())


def _depth(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def _sections(store: Store, graph: str) -> set[Section]:
    return {
        Section(int(row["begin"]), int(row["end"]), _heading(row["number"], row["title"]))
        for row in _asked(store, _SECTIONS, graph)
    }


def _heading(number: str, title: str) -> str:
    return f"{number}　{title}" if number else title
