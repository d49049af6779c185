"""A store to the papers that are compared: text, date, place, what they cite and promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.reports.holdings import Places, Region, places
from kg.store import Store

Span = tuple[int, int]

_PAPERS = """
SELECT ?source ?text ?document ?title ?issued ?number ?year ?region {
    %(which)s ?document pol:hasText ?source . ?source nif:isString ?text .
    OPTIONAL { ?document dcterms:title ?title }
    OPTIONAL { ?document dcterms:issued ?issued }
    OPTIONAL { ?document pol:documentNumber ?number }
    OPTIONAL {
        SELECT ?document (MIN(?one) AS ?year) { %(own)s ?document pol:planYear ?one }
        GROUP BY ?document
    }
    OPTIONAL { ?document pol:appliesTo ?region }
}
"""
_TEXTS = "SELECT ?source ?text { VALUES ?source { %s } ?source nif:isString ?text }"
_NAMED = """
SELECT ?source ?begin ?end {
    %(which)s ?document a pol:PolicyDocument . ?name itsrdf:taIdentRef ?document ;
        nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end
}
"""
_ISSUERS = """
SELECT ?document ?name {
    %(own)s ?document pol:hasText ?source ; pol:issuedBy ?issuer . ?issuer skos:prefLabel ?name
}
"""
_TARGETS = """
SELECT ?source ?begin ?end {
    %(which)s ?target a pol:Target ;
        nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end
}
"""
# What else a sentence holds a body to; an owner that is only supposed has no words in it.
_DUTIES = """
SELECT ?source ?begin ?end {
    %(which)s { ?fact a pol:Responsibility ; pol:basis pol:Explicit }
    UNION { ?fact a pol:Task ; pol:due ?due }
    ?fact nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end
}
"""
_SECTIONS = """
SELECT ?source ?section ?begin ?end {
    %(which)s ?section a pol:Section ;
        nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end
}
"""
_CITED = """
SELECT ?document ?cited ?title ?own {
    %(own)s ?document pol:cites ?cited . ?cited skos:prefLabel ?title .
    BIND(EXISTS { ?document pol:promulgates|pol:plansToIssue ?cited } AS ?own)
}
"""


@dataclass(frozen=True, slots=True, order=True)
class Cited:
    """A document that a paper names."""

    document: str  # IRI
    title: str
    own: bool  # which the paper itself brings, or announces


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A section of a paper."""

    begin: int
    end: int
    iri: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document whose text is held."""

    source: str  # IRI of the text, which names its graph
    document: str
    title: str
    text: str
    issued: str  # ISO 8601 date, month or year; "" where the text does not say
    year: str  # the first that it plans
    number: str
    regions: tuple[str, ...]  # IRIs of its place and of those that hold it, from the lowest up
    place_names: tuple[str, ...]  # of these regions
    province: str  # the region below the country; the country itself of a national paper
    issuers: tuple[str, ...]  # names
    named: tuple[Span, ...]  # where it names documents
    targets: tuple[Span, ...]  # where it says what is to be reached
    duties: tuple[Span, ...]  # where it says who answers, or by when
    parts: tuple[Part, ...]
    cited: tuple[Cited, ...]


LOT = 200  # texts that are read at a time


def papers(store: Store) -> list[Paper]:
    """Read the papers of a store, by source; one for each text."""
    return _papers(_Reading(store, "", ""), places(store))


def papers_of(store: Store, sources: Sequence[str], regions: Places) -> list[Paper]:
    """Read the papers of these sources alone, by source."""
    found: list[Paper] = []
    for first in range(0, len(sources), LOT):
        named = " ".join(f"<{source}>" for source in sorted(sources)[first : first + LOT])
        which = f"VALUES ?source {{ {named} }}"
        own = f"{{ SELECT DISTINCT ?document {{ {which} ?document pol:hasText ?source }} }}"
        found += _papers(_Reading(store, which, own), regions)
    return found


def texts_of(store: Store, sources: Sequence[str]) -> dict[str, str]:
    """Read the texts of these sources."""
    rows = store.select(_TEXTS % " ".join(f"<{source}>" for source in sources))
    return {row["source"]: row["text"] for row in rows}


def _papers(store: _Reading, regions: Places) -> list[Paper]:
    rows: dict[str, dict[str, str]] = {}
    for row in store.select(_PAPERS):
        # Of several dates or titles the first in order, whatever order the store gives.
        known = rows.setdefault(row["source"], row)
        rows[row["source"]] = min(known, row, key=_rank)
    named, targets, duties = (_spans(store, query) for query in (_NAMED, _TARGETS, _DUTIES))
    parts, cited, issuers = _parts(store), _cited(store), _issuers(store)
    found = []
    for source, row in sorted(rows.items()):
        chain = regions.chain(row["region"])
        found.append(
            Paper(
                source=source,
                document=row["document"],
                title=row["title"],
                text=row["text"],
                issued=row["issued"],
                year=row["year"],
                number=row["number"],
                regions=tuple(region.iri for region in chain),
                place_names=tuple(region.name for region in chain),
                province=_province(chain),
                issuers=issuers[row["document"]],
                named=named[source],
                targets=targets[source],
                duties=duties[source],
                parts=parts[source],
                cited=cited[row["document"]],
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """What is asked of a store, of all sources or of some."""

    store: Store
    which: str
    own: str

    def select(self, query: str) -> list[dict[str, str]]:
        """Answer a query."""
        return self.store.select(query % {"which": self.which, "own": self.own})


def _province(chain: Sequence[Region]) -> str:
    below = [region.iri for region in chain if region.level != "Country"]
    return below[-1] if below else "".join(region.iri for region in chain[:1])


def _rank(row: Mapping[str, str]) -> tuple[str, ...]:
    return row["document"], row["title"], row["issued"], row["number"], row["region"]


def _spans(store: _Reading, query: str) -> Mapping[str, tuple[Span, ...]]:
    found: dict[str, set[Span]] = defaultdict(set)
    for row in store.select(query):
        found[row["source"]].add((int(row["begin"]), int(row["end"])))
    return defaultdict(tuple, {source: tuple(sorted(spans)) for source, spans in found.items()})


def _issuers(store: _Reading) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in store.select(_ISSUERS):
        found[row["document"]].add(row["name"])
    return defaultdict(tuple, {document: tuple(sorted(some)) for document, some in found.items()})


def _parts(store: _Reading) -> Mapping[str, tuple[Part, ...]]:
    found: dict[str, set[Part]] = defaultdict(set)
    for row in store.select(_SECTIONS):
        found[row["source"]].add(Part(int(row["begin"]), int(row["end"]), row["section"]))
    return defaultdict(tuple, {source: tuple(sorted(parts)) for source, parts in found.items()})


def _cited(store: _Reading) -> Mapping[str, tuple[Cited, ...]]:
    found: dict[str, dict[str, Cited]] = defaultdict(dict)
    for row in store.select(_CITED):
        one = Cited(row["cited"], row["title"], row["own"] == "true")
        known = found[row["document"]].setdefault(one.document, one)
        found[row["document"]][one.document] = min(known, one)  # of several names the first
    return defaultdict(
        tuple, {document: tuple(sorted(some.values())) for document, some in found.items()}
    )
