"""A query as it was asked, and its answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL query, the dataset that was asked for, the forms that its answer may have."""

    text: str
    rows: str | None = "application/sparql-results+json"  # SELECT, ASK; None: nothing acceptable
    triples: str | None = "text/turtle"  # CONSTRUCT, DESCRIBE
    base: str | None = None  # against which relative IRIs are read
    # Where either is given, only these graphs are seen: the union of the first as the default one.
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, never a part of one."""

    body: bytes
    media_type: str
    rows: int  # or triples; 1 for ASK
