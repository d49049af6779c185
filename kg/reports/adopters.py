"""A store to the programs that most documents name, each with who names it, in two queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass

import pyoxigraph

from kg.reports.report import evidence
from kg.reports.uptakes import Uptake
from kg.store import Store

FEWEST = 2  # a program that one document names has not spread

_NAMED = "SELECT ?document ?program { ?program a pol:Program . ?document pol:mentions ?program }"
# Where each document first names each program; the sentence is cut for these places alone.
_PLACES = """
SELECT ?program ?name ?later ?source ?begin ?end ?times ?file ?sentence {{
    {{
        SELECT ?program ?later ?source
            (COUNT(*) AS ?times) (MIN(?from) AS ?begin) (MIN(?to) AS ?end) {{
            VALUES ?program {{ {programs} }}
            ?fact itsrdf:taIdentRef ?program ; nif:referenceContext ?source ;
                nif:beginIndex ?from ; nif:endIndex ?to .
            ?later pol:hasText ?source .
        }} GROUP BY ?program ?later ?source
    }}
    OPTIONAL {{ ?program skos:prefLabel ?name }}
    OPTIONAL {{ ?source dcterms:source ?file }}
    BIND(pol:sentence(?source, ?begin) AS ?sentence)
}}
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A program, and the documents that name it."""

    program: str  # IRI
    name: str
    adoptions: tuple[Uptake, ...]


def most_named(store: Store, documents: Container[str], limit: int) -> tuple[list[Named], int]:
    """Return the programs that most of these documents name, and how many are named by two.

    All at once: 12 programs of 530 documents in 0.6 s, where `taken_up` for each took 4 s.
    """
    by_program: dict[str, set[str]] = defaultdict(set)
    for row in store.select(_NAMED):
        if row["document"] in documents:
            by_program[row["program"]].add(row["document"])
    spread = {iri: own for iri, own in by_program.items() if len(own) >= FEWEST}
    most = sorted(spread, key=lambda iri: (-len(spread[iri]), iri))[:limit]
    return _read(store, spread, most), len(spread)


def _read(store: Store, chosen: dict[str, set[str]], programs: list[str]) -> list[Named]:
    terms = " ".join(str(pyoxigraph.NamedNode(iri)) for iri in programs)
    names: dict[str, str] = {}
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in store.select(_PLACES.format(programs=terms)) if programs else []:
        iri = row["program"]
        names[iri] = min(names.get(iri, row["name"]), row["name"]) or iri.rpartition("/")[2]
        if row["later"] in chosen[iri]:
            rows[iri, row["later"]].append(row)
    return [
        Named(
            iri,
            names.get(iri, iri),
            tuple(_adoption(rows[key]) for key in sorted(rows) if key[0] == iri),
        )
        for iri in programs
    ]


def _adoption(rows: list[dict[str, str]]) -> Uptake:
    # A text under two names, or a document with two texts, gives several rows.
    first = min(rows, key=lambda row: (row["source"], int(row["begin"]), row["file"]))
    times = {row["source"]: int(row["times"]) for row in rows}
    return Uptake(
        kind="adoption",
        how="",
        earlier=first["program"],
        later=first["later"],
        times=sum(times.values()),
        evidence=evidence(first),
    )
