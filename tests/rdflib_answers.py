"""Saved queries to their answers by rdflib, over the Turtle that `kg export` writes."""

from __future__ import annotations

import io

import rdflib

from kg.export import export
from kg.sparql import PREFIXES
from kg.store import Store


def exported(store: Store) -> rdflib.Graph:
    """Give what a user has who holds the exported graph only."""
    out = io.BytesIO()
    export(store, "turtle", out, ontology=False)
    return rdflib.Graph().parse(out.getvalue(), format="turtle")


def answer(graph: rdflib.Graph, text: str) -> list[dict[str, str]]:
    """Ask rdflib; give rows as Store.select does, sorted."""
    found = graph.query(text, initNs={key: rdflib.Namespace(iri) for key, iri in PREFIXES.items()})
    names = [str(name) for name in found.vars or ()]
    rows = ({name: _plain(row[name]) for name in names} for row in found)
    return sorted(rows, key=lambda row: tuple(row.items()))


def _plain(term: object) -> str:
    return "" if term is None else str(term)
