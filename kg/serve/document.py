"""A document held to its page: what it is, what it orders, whom it cites, beside its text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import NotFoundError, QueryError
from kg.page.words import Pair, pair
from kg.render.reading import LAYERS, Reading, read_reading
from kg.render.reading_page import SCRIPTS, STYLES, write_text
from kg.sentence import sentence_span
from kg.serve.address import address_of, in_query, links, place_address
from kg.serve.asked import Asked
from kg.serve.catalog import Target, catalog_of
from kg.serve.holding import holding_of, store_of
from kg.serve.lists import quantity_of
from kg.serve.respond import respond
from kg.store import Store

MOST = 200  # rows of a table; the rest has a list of its own
_SOURCES = "SELECT ?source ?document { ?document pol:hasText ?source } ORDER BY ?source"
_DOCUMENTS = "SELECT ?document ?source { ?document pol:hasText ?source } ORDER BY ?document"
_IMPRINT = """
SELECT ?name ?value ?label ?document {
    VALUES (?name ?property) {
        ("issuer" pol:issuedBy) ("issued" dcterms:issued) ("number" pol:documentNumber)
        ("index" pol:indexNumber) ("region" pol:appliesTo) ("period" pol:period)
        ("kind" rdf:type)
    }
    ?document ?property ?value .
    OPTIONAL { ?value skos:prefLabel ?label }
}
"""
_TASKS = """
SELECT ?task ?number ?title ?begin ?end ?due ?source {
    ?task a pol:Task ; nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
    OPTIONAL { ?task pol:number ?number }
    OPTIONAL { ?task dcterms:title ?title }
    OPTIONAL { ?task pol:due ?due }
}
"""
_DUTIES = """
SELECT ?task ?agency ?label ?role ?basis ?source {
    ?duty pol:ofTask ?task ; pol:agency ?agency ; nif:referenceContext ?source .
    ?agency skos:prefLabel ?label .
    OPTIONAL { ?duty pol:role ?how BIND(STRAFTER(STR(?how), "#") AS ?role) }
    OPTIONAL { ?duty pol:basis ?why BIND(STRAFTER(STR(?why), "#") AS ?basis) }
}
"""
_CITATIONS = """
SELECT ?other ?title ?stance ?held ?sentence ?source ?begin ?end ?document {
    ?fact a pol:Citation ; %s ; pol:stance ?how .
    ?fact nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
    BIND(STRAFTER(STR(?how), "#") AS ?stance)
    OPTIONAL { ?other skos:prefLabel|dcterms:title ?title }
    OPTIONAL { ?fact pol:sentence ?sentence }
    BIND(EXISTS { ?other pol:hasText ?text } AS ?held)
}
"""
_CITES = _CITATIONS % "pol:citing ?document ; pol:cited ?other"
_CITED = _CITATIONS % "pol:cited ?document ; pol:citing ?other"
_REUSES = """
SELECT ?other ?title ?sentence ?source ?begin ?end ?from ?first ?last ?document {
    ?fact a pol:Reuse ; %s ?document ; %s ?other .
    ?fact nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
    ?fact pol:earlierContext ?from ; pol:earlierBegin ?first ; pol:earlierEnd ?last .
    OPTIONAL { ?other dcterms:title ?title }
    OPTIONAL { ?fact pol:sentence ?sentence }
}
"""
_TAKEN = _REUSES % ("pol:later", "pol:earlier")
_GIVEN = _REUSES % ("pol:earlier", "pol:later")
_IMPRINT_ORDER = ("kind", "issuer", "issued", "number", "index", "region", "period")


@dataclass(frozen=True, slots=True)
class Linked:
    """Words with an address."""

    text: str
    href: str = ""
    note: Pair | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the page shows it."""

    number: str
    title: Linked
    due: str
    agencies: Sequence[Linked]


@dataclass(frozen=True, slots=True)
class Tie:
    """Another document, how it is tied, and where the text says so."""

    other: Linked
    how: Pair
    sentence: str
    place: str
    there: str = ""  # the same words in the other text
    held: bool = True


def page_of(request: Request, iri: str) -> Response | None:
    """Return the page of a document or of a text that is held; None where it is neither."""
    store = store_of(request)
    node = pyoxigraph.NamedNode(iri)
    found = store.select(_DOCUMENTS, {"source": node}) or store.select(_SOURCES, {"document": node})
    if not found:
        return None
    row = found[0]
    return _page(request, row.get("document") or iri, row.get("source") or iri)


def _page(request: Request, document: str, source: str) -> Response:
    asked = Asked(request, ("format", "char"))
    store, catalog = store_of(request), catalog_of(request)
    reading = read_reading(store, source)
    if reading is None:
        raise NotFoundError("the text of this document is not held")
    here = _place(asked.text("char"), reading.text)
    held = catalog.by_document.get(document)
    targets = [one for one in catalog.targets if one.source == source]
    reader = _Document(store, document, source)
    title = (held.title or held.file) if held else document.rpartition("/")[2]
    return respond(
        request,
        "serve/document.html",
        title,
        styles=("serve/entity.css", *STYLES, "serve/document.css"),
        scripts=SCRIPTS,
        path=address_of(document, store.base),
        graph=f"/graph?about={in_query(document)}",
        file=held.file if held else "",
        imprint=reader.imprint(),
        tasks=reader.tasks(),
        targets=[reader.target(one) for one in targets[:MOST]],
        targets_total=len(targets),
        all_targets=f"/targets?document={in_query(document)}",
        cites=reader.ties(_CITES),
        cited=reader.ties(_CITED),
        taken=reader.reuses(_TAKEN),
        given=reader.reuses(_GIVEN),
        traced=holding_of(request).once("traced", lambda store: bool(store.trace_graphs())),
        legend=_legend(reading),
        text=write_text(reading, links(store.base), at=here),
        most=MOST,
    )


def _place(asked: str, text: str) -> tuple[int, int] | None:
    """Return the place of a text that is asked for, `120,126`; `120,120` is its sentence."""
    if not asked:
        return None
    begin, comma, end = asked.partition(",")
    numbers = [part for part in (begin, end) if part.isascii() and part.isdecimal()]
    if len(numbers) != 2 or not comma or len(asked) > 20:
        raise QueryError("char: two offsets are needed, as in char=120,126")
    first, last = int(begin), int(end)
    if not first <= last <= len(text):
        raise NotFoundError(f"char: the text has {len(text):,} characters")
    return (first, last) if first < last else sentence_span(text, first)


def _legend(reading: Reading) -> list[tuple[str, Pair, int]]:
    """Return what the text is marked with: layer, word, number."""
    counted = Counter(mark.layer for mark in reading.marks)
    return [(one, pair(one, "document"), counted[one]) for one in LAYERS if counted[one]]


class _Document:
    """Reads what a document says."""

    def __init__(self, store: Store, document: str, source: str) -> None:
        self._store, self._base = store, store.base
        self._document = {"document": pyoxigraph.NamedNode(document)}
        self._source = {"source": pyoxigraph.NamedNode(source)}
        self._text = source

    def imprint(self) -> list[tuple[Pair, list[Linked]]]:
        """Return what the document says of itself, in the order of an imprint."""
        found: dict[str, dict[str, Linked]] = defaultdict(dict)
        for row in self._store.select(_IMPRINT, self._document):
            said = self._stated(row)
            if said is not None:
                found[row["name"]].setdefault(row["value"], said)
        return [
            (pair(name, "document"), [found[name][value] for value in sorted(found[name])])
            for name in _IMPRINT_ORDER
            if found[name]
        ]

    def _stated(self, row: Mapping[str, str]) -> Linked | None:
        if row["name"] != "kind":
            return Linked(row["label"] or row["value"], address_of(row["value"], self._base))
        kind = row["value"].rpartition("#")[2]
        words = pair(kind, "classes")
        return None if kind == "PolicyDocument" or words[0] == kind else Linked("", note=words)

    def tasks(self) -> list[Task]:
        """Return the tasks in the order of the text, each with who answers for it."""
        duties: dict[str, list[Linked]] = defaultdict(list)
        rows = self._store.select(_DUTIES, self._source)
        for row in sorted(rows, key=lambda row: (row["role"] != "Lead", row["label"])):
            duties[row["task"]].append(self._duty(row))
        found = {row["task"]: row for row in self._store.select(_TASKS, self._source)}
        ordered = sorted(found.values(), key=lambda row: (int(row["begin"]), row["task"]))
        return [
            Task(
                number=row["number"],
                title=Linked(row["title"] or "—", self._at(row)),
                due=row["due"],
                agencies=duties[row["task"]],
            )
            for row in ordered
        ]

    def _duty(self, row: Mapping[str, str]) -> Linked:
        support = row["role"] == "Support"
        how = "support" if support else ""
        if row["basis"] in ("Inherited", "Implied"):
            how = f"{how or 'lead'}-{row['basis'].lower()}"
        note = pair(f"duty-{how}") if how else None
        return Linked(row["label"], address_of(row["agency"], self._base), note)

    def target(self, one: Target) -> tuple[Linked, str | Markup, str]:
        """Return a target as words with their place, quantity, and due."""
        place = place_address(one.source, one.begin, one.end, self._base)
        return Linked(one.words or "—", place), quantity_of(one), one.due

    def ties(self, question: str) -> list[Tie]:
        """Return citations, one for each place."""
        rows = _once(self._store.select(question, self._document))
        return [
            Tie(
                other=Linked(_title(row), address_of(row["other"], self._base)),
                how=pair(row["stance"], "ties"),
                sentence=row["sentence"],
                place=self._at(row),
                held=row["held"] == "true",
            )
            for row in rows
        ]

    def reuses(self, question: str) -> list[Tie]:
        """Return copied passages, with both places."""
        rows = _once(self._store.select(question, self._document))
        return [
            Tie(
                other=Linked(_title(row), address_of(row["other"], self._base)),
                how=("", ""),
                sentence=row["sentence"],
                place=self._at(row),
                there=place_address(row["from"], int(row["first"]), int(row["last"]), self._base),
            )
            for row in rows
        ]

    def _at(self, row: Mapping[str, str]) -> str:
        return place_address(
            row.get("source") or self._text, int(row["begin"]), int(row["end"]), self._base
        )


def _once(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return each place once; of several titles the first in order."""
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    for row in sorted(rows, key=lambda row: (row["source"], int(row["begin"]), row["title"])):
        key = (row["other"], row["source"], row["begin"], row.get("stance", row.get("first", "")))
        found.setdefault(key, row)
    return list(found.values())


def _title(row: Mapping[str, str]) -> str:
    return row["title"] or row["other"].rpartition("/")[2]
