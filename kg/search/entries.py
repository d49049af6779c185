"""A store to what is searched: each document with its text, and the names of what they speak of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

import pyoxigraph

from kg.search.found import LEVELS
from kg.store import Store

_KEYS = """
SELECT ?source ?version ?name {
    ?source pol:sha256 ?sha256 .
    OPTIONAL { ?source prov:wasGeneratedBy ?version }
    OPTIONAL { ?source dcterms:source ?name }
}
"""
# Of a document only what its own graph says: its entry then follows from that graph alone.
_FACTS = """
SELECT ?source ?document ?title ?number ?kind ?issued ?year ?region ?issuer ?name {
    VALUES ?source { %s }
    GRAPH ?source {
        ?document pol:hasText ?source .
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
        OPTIONAL { ?source dcterms:source ?name }
    }
}
"""
_SECTIONS = """
SELECT ?source ?begin ?end ?number ?title {
    VALUES ?source { %s }
    GRAPH ?source {
        ?section nif:referenceContext ?source ; a pol:Section ; dcterms:title ?title ;
            nif:beginIndex ?begin ; nif:endIndex ?end .
        OPTIONAL { ?section pol:number ?number }
    }
}
"""
_TEXT = "SELECT ?source ?text { VALUES ?source { %s } ?source nif:isString ?text }"
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
_SPOKEN_OF = """
SELECT ?entity ?document {
    { ?document pol:mentions|pol:issuedBy|pol:appliesTo ?entity }
    UNION { ?document pol:hasText ?source BIND(?document AS ?entity) }
}
"""
KINDS = ("Agency", "Program", "Region", "PolicyDocument")
_NAMES = """
SELECT ?entity ?name ?other { ?entity a pol:%s ; skos:prefLabel ?name
    OPTIONAL { ?entity skos:altLabel ?other } }
"""


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


def keys(store: Store) -> dict[str, str]:
    """Give for each source what its entry follows from: who read it, under which names.

    The text is named by the source itself, unless somebody changed its graph by hand: then the
    number of that change is a part of the key. 22 ms for 531 documents, so every search asks.
    """
    parts: dict[str, set[str]] = defaultdict(set)
    changed = store.changed()
    for row in store.select(_KEYS):
        parts[row["source"]] |= {f"v{row['version']}", f"n{row['name']}"}
        if row["source"] in changed:
            parts[row["source"]].add(f"c{changed[row['source']]}")
    return {
        source: sha256("\n".join(sorted(some)).encode("utf-8", "replace")).hexdigest()[:16]
        for source, some in sorted(parts.items())
    }


def entries(store: Store, sources: Collection[str]) -> Iterator[tuple[Entry, str]]:
    """Yield these documents with their texts, by source."""
    for some in _in_lots(sorted(sources)):
        sections = _sections(store, some)
        texts = {row["source"]: row["text"] for row in store.select(_asking(_TEXT, some))}
        facts: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in store.select(_asking(_FACTS, some)):
            facts[row["source"]].append(row)
        for source in some:
            rows = sorted(facts[source], key=_rank)
            if rows and source in texts:
                yield _entry(rows, sections[source]), texts[source]


def called(store: Store) -> list[Called]:
    """Give all names of what documents speak of, sorted."""
    speaking: dict[str, set[str]] = defaultdict(set)
    for row in store.select(_SPOKEN_OF):
        speaking[row["entity"]].add(row["document"])
    found: dict[tuple[str, str], Called] = {}
    for kind in KINDS:
        names: dict[str, str] = {}
        others: dict[str, set[str]] = defaultdict(set)
        for row in store.select(_NAMES % kind):
            if row["entity"] in speaking:
                names[row["entity"]] = min(row["name"], names.get(row["entity"], row["name"]))
                others[row["entity"]] |= {row["name"], row["other"]} - {""}
        for iri, name in names.items():
            for label in others[iri]:
                one = Called(label, iri, kind, name, len(speaking[iri]))
                found.setdefault((label, iri), one)
    return sorted(found.values())


def _in_lots(sources: list[str], size: int = 200) -> Iterator[list[str]]:
    for first in range(0, len(sources), size):
        yield sources[first : first + size]


def _asking(query: str, sources: Iterable[str]) -> str:
    return query % " ".join(str(pyoxigraph.NamedNode(source)) for source in sources)


def _rank(row: Mapping[str, str]) -> tuple[str, ...]:
    # Of several titles, dates or names the first in order, whatever order the store gives.
    fields = ("document", "title", "issued", "number", "kind", "region", "name")
    return tuple(row[field] for field in fields)


def _entry(rows: list[dict[str, str]], sections: set[Section]) -> Entry:
    first = rows[0]
    years = {int(row["year"]) for row in rows if row["year"].isdecimal()}
    if not years and first["issued"][:4].isdecimal():
        years = {int(first["issued"][:4])}
    return Entry(
        source=first["source"],
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
    rows = store.select(_REGIONS)
    levels = {row["region"]: row["level"] for row in rows}
    found: dict[str, Region] = {}
    # One document names the city above a county, another only the province: the city, put last.
    for row in sorted(rows, key=lambda row: (_depth(levels.get(row["above"], "")), row["above"])):
        found[row["region"]] = Region(row["region"], row["name"], row["level"], row["above"])
    return sorted(found.values())


def _depth(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def _sections(store: Store, sources: list[str]) -> Mapping[str, set[Section]]:
    found: dict[str, set[Section]] = defaultdict(set)
    for row in store.select(_asking(_SECTIONS, sources)):
        one = Section(int(row["begin"]), int(row["end"]), _heading(row["number"], row["title"]))
        found[row["source"]].add(one)
    return found


def _heading(number: str, title: str) -> str:
    return f"{number}　{title}" if number else title
