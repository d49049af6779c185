"""Which documents and programs have been taken up most, by whom first, over which years."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph

from kg import queries
from kg.reports.dating import by_time, earliest
from kg.reports.report import Evidence, Report, Row, evidence
from kg.reports.traced import trace_notes
from kg.reports.uptakes import Holdings, read_holdings
from kg.store import Store

COLUMNS = (
    *("what", "name", "documents", "places", "first", "first_place", "first_document"),
    *("last", "where"),
)
FEWEST = {"document": 1, "program": 2}  # a program that one document names has not spread
SHOWN_PLACES = 6

_EVIDENCE = """
SELECT ?earlier ?later ?rank ?source ?begin ?end ?file ?sentence {{
    VALUES (?earlier ?later) {{ {pairs} }}
    # A citation says more than a title that is like another one.
    {{
        ?fact pol:cited ?earlier ; pol:citing ?later ;
            nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
        BIND(1 AS ?rank)
    }} UNION {{
        ?earlier pol:promulgates ?inside .
        ?fact pol:cited ?inside ; pol:citing ?later ;
            nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
        BIND(1 AS ?rank)
    }} UNION {{
        ?fact pol:earlier ?earlier ; pol:later ?later ;
            nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
        BIND(2 AS ?rank)
    }} UNION {{
        ?later pol:hasText ?source .
        ?fact itsrdf:taIdentRef ?earlier ; nif:referenceContext ?source ;
            nif:beginIndex ?begin ; nif:endIndex ?end .
        BIND(3 AS ?rank)
    }}
    OPTIONAL {{ ?source dcterms:source ?file }}
    BIND(pol:sentence(?source, ?begin) AS ?sentence)
}}
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A document or program, with who took it up, those dated first."""

    what: str
    iri: str
    name: str
    adopters: tuple[str, ...]


def uptake(store: Store, *, level: str = "", region: str = "", limit: int | None = None) -> Report:
    """Return the held documents and the programs that most other documents took up.

    A document counts from the first that cites, echoes or copies it, a program from two that name
    it. `level` and `region` choose among those that take up; `limit` is for each of the two.
    """
    held = read_holdings(store, with_places=bool(region))
    regions = held.regions_named(region)
    rows = store.select(queries.find("uptake").text)
    # What has its name in two spellings gives two rows: the first in order.
    rows.sort(key=lambda row: row["name"], reverse=True)
    by_iri = {row["earlier"]: _taken(row, held, level, regions) for row in rows}
    taken = [one for one in by_iri.values() if len(one.adopters) >= FEWEST[one.what]]
    taken.sort(key=lambda one: (one.what, -len(one.adopters), one.name, one.iri))
    shown = [one for what in FEWEST for one in [t for t in taken if t.what == what][:limit]]
    evidences = _evidences(store, shown)
    return Report(
        name="trace",
        title="Documents and programs that were taken up most",
        columns=COLUMNS,
        rows=tuple(_row(one, held, evidences) for one in shown),
        notes=(*_notes(taken, shown), *trace_notes(store)),
        query="uptake",
    )


def _taken(row: dict[str, str], held: Holdings, level: str, regions: Collection[str]) -> _Taken:
    chosen = [iri for iri in row["adopters"].split() if held.is_chosen(iri, level, regions)]
    chosen.sort(key=lambda iri: (by_time(held.dating(iri)), iri))
    return _Taken(row["what"], row["earlier"], row["name"], tuple(chosen))


def _row(one: _Taken, held: Holdings, evidences: dict[tuple[str, str], Evidence]) -> Row:
    documents = [held.documents[iri] for iri in one.adopters if iri in held.documents]
    places = {document.region: document.place for document in documents if document.region}
    dates = [w for iri in one.adopters if (w := held.dating(iri)) and w.is_of_issue]
    is_known = len(earliest(dates)) == 1
    first = held.documents.get(one.adopters[0]) if dates else None
    said = evidences.get((one.iri, one.adopters[0]))
    return Row(
        (
            one.what,
            one.name or one.iri,
            len(one.adopters),
            len(places),
            dates[0].text if dates else None,
            (first.place or None) if first and is_known else None,
            first.title if first and is_known else None,
            dates[-1].text if dates else None,
            _where(list(places.values())) or None,
        ),
        (said,) if said else (),
    )


def _where(places: Sequence[str]) -> str:
    more = f" +{len(places) - SHOWN_PLACES}" if len(places) > SHOWN_PLACES else ""
    return "、".join(places[:SHOWN_PLACES]) + more


def _evidences(store: Store, shown: Iterable[_Taken]) -> dict[tuple[str, str], Evidence]:
    """Return where the first document takes each up, by the two."""
    pairs = " ".join(f"({_term(one.iri)} {_term(one.adopters[0])})" for one in shown)
    rows = store.select(_EVIDENCE.format(pairs=pairs)) if pairs else []
    rows.sort(key=lambda r: (r["rank"], r["source"], int(r["begin"]), int(r["end"]), r["file"]))
    found: dict[tuple[str, str], Evidence] = {}
    for row in rows:
        found.setdefault((row["earlier"], row["later"]), evidence(row))
    return found


def _term(iri: str) -> str:
    return str(pyoxigraph.NamedNode(iri))


def _notes(taken: Collection[_Taken], shown: Collection[_Taken]) -> tuple[str, ...]:
    lines = []
    for what in FEWEST:
        every = sum(one.what == what for one in taken)
        here = sum(one.what == what for one in shown)
        least = "two documents or more" if FEWEST[what] > 1 else "another document"
        lines.append(f"{what}s taken up by {least}: {every}, shown: {here}")
    lines.append("first is empty where several may be; kg trace NAME lists all that take one up")
    return tuple(lines)
