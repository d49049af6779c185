"""A store and corrections to what tells, for each document, which of them concern it.

A document's version names the extractors and the corrections that concern it: so one more
correction has those documents read again that it may change, and no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph

from kg.correct import is_of_document, stamp
from kg.correct.references import reference
from kg.correct.table import Table, decode, parse
from kg.errors import CorrectionError
from kg.models import Correction
from kg.store import Store

_DOCUMENTS = """
SELECT DISTINCT ?source ?document ?title ?name {
    %s GRAPH ?source {
        ?document pol:hasText ?source
        OPTIONAL { ?document dcterms:title ?title }
        OPTIONAL { ?source dcterms:source ?name }
    }
}
"""
_APPLIED = """
SELECT DISTINCT ?source ?correction {
    %s ?correction a pol:Correction .
    ?document pol:correctedBy|pol:needlessCorrection|pol:orphanedCorrection ?correction .
    GRAPH ?source {
        ?document pol:correctedBy|pol:needlessCorrection|pol:orphanedCorrection ?correction ;
            pol:hasText ?source
    }
}
"""
_NAMING = """
SELECT DISTINCT ?source {{
    {which} GRAPH ?source {{
        {{ ?thing skos:prefLabel|skos:altLabel {name}@zh }}
        UNION {{ ?thing dcterms:title {name}@zh ; pol:hasText ?source }}
        UNION {{ ?thing nif:anchorOf {name} }}
        ?thing a ?class
        FILTER(?class IN (pol:Agency, pol:Program, pol:PolicyDocument, pol:Region, pol:Mention))
    }}
}}
"""
FEW = 200  # sources that a query names; more of them are found by asking for all
_DESCRIBING = "SELECT DISTINCT ?source {{ {which} GRAPH ?source {{ <{iri}> a ?class }} }}"


def read_corrections(store: Store) -> Table:
    """Read a store's corrections; raise CorrectionError where the file cannot be understood."""
    place = store.corrections
    if place is None:
        return Table()
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        return Table()
    except OSError as error:
        raise CorrectionError(f"{place}: {error.strerror}") from error
    return parse(decode(data, str(place)), str(place))


def stamps(
    store: Store, corrections: Sequence[Correction], sources: Sequence[str] | None = None
) -> dict[str, str]:
    """Give, by source, what the version of each document held ends in; those without are left out.

    The same as kg.correct.concerning finds in the document's reading, but from its graph. Where
    `sources` are given, of these at least.
    """
    found = concerned(store, corrections, sources)
    return {source: stamp(rows) for source, rows in found.items()}


def concerned(
    store: Store, corrections: Sequence[Correction], sources: Sequence[str] | None = None
) -> dict[str, set[Correction]]:
    """Give, by source, the corrections that concern a document held; at least of those given."""
    rows = [row for row in corrections if row.action != "unsure"]
    found: dict[str, set[Correction]] = defaultdict(set)
    if rows and sources != []:
        which = _which(sources)
        parts = _applied(store, rows, which), _bound(store, rows, which)
        for source, row in (*parts[0], *parts[1], *_naming(store, rows, which)):
            found[source].add(row)
    return found


def _which(sources: Sequence[str] | None) -> str:
    """Return what has a query ask for few sources alone."""
    if sources is None or len(sources) > FEW:
        return ""
    return f"VALUES ?source {{ {' '.join(f'<{source}>' for source in sources)} }}"


def waiting(store: Store, corrections: Sequence[Correction]) -> set[str]:
    """Give the sources that the next build reads again for their corrections."""
    expected = stamps(store, corrections)
    versions = {source: held.version for source, held in store.sources().items()}
    return {
        source
        for source, version in versions.items()
        if version.rpartition("+c")[2] != expected.get(source, "").removeprefix("+c")
        and ("+c" in version or source in expected)
    }


def _applied(
    store: Store, rows: Iterable[Correction], which: str
) -> Iterator[tuple[str, Correction]]:
    by_iri = {f"{store.base}correction/{row.id}": row for row in rows}
    for solution in store.select(_APPLIED % which):
        if solution["correction"] in by_iri:
            yield solution["source"], by_iri[solution["correction"]]


def _bound(
    store: Store, rows: Iterable[Correction], which: str
) -> Iterator[tuple[str, Correction]]:
    bound = [row for row in rows if row.document]
    if not bound:
        return
    documents: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for solution in store.select(_DOCUMENTS % which):
        documents[solution["source"]].append(solution)
    for source, solutions in documents.items():
        names = {one["name"] for one in solutions}
        titles = {(one["title"], one["document"].removeprefix(store.base)) for one in solutions}
        for row in bound:
            for title, document in titles:
                if is_of_document(row, names, title, document, source.removeprefix(store.base)):
                    yield source, row


def _naming(
    store: Store, rows: Iterable[Correction], which: str
) -> Iterator[tuple[str, Correction]]:
    for row in rows:
        if row.document or row.action not in ("same", "different", "kind", "not"):
            continue
        for name in (row.what, row.value) if row.action in ("same", "different") else (row.what,):
            for solution in store.select(asking(store, name, which)):
                yield solution["source"], row


def asking(store: Store, name: str, which: str = "") -> str:
    """Give the query for the sources that name or describe a thing."""
    from kg.pipeline import entity_path

    thing = reference(name)
    if thing.type is None:
        return _NAMING.format(name=str(pyoxigraph.Literal(thing.text)), which=which)
    return _DESCRIBING.format(iri=f"{store.base}{entity_path(thing.type, thing.key)}", which=which)
