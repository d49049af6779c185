"""A query to its answer, over an open store; what would be too much ends with LimitError."""

from __future__ import annotations

import re

import pyoxigraph

from kg.endpoint.formats import OWN_ROWS, OWN_TRIPLES, write_rows, write_triples
from kg.endpoint.limits import QueryLimits, UnacceptableError
from kg.endpoint.models import Answer, Query
from kg.errors import KgError, QueryError, StoreError
from kg.store import Results, Store

_PLACE = re.compile(r"query: error at (\d+):(\d+): (.*)", re.DOTALL)
_LONGEST = 300  # characters of what the engine says it expected
# What an update begins with, behind its prologue and comments.
_CHANGES = re.compile(
    r"(?:\s|#[^\n]*+\n|prefix\s++[^\s<:]*+:\s*+<[^>]*+>|base\s*+<[^>]*+>)*"
    r"(?:insert|delete|load|clear|create|drop|copy|move|add|with)\b",
    re.IGNORECASE,
)


def evaluate(store: Store, query: Query, limits: QueryLimits) -> Answer:
    """Answer a query whole, in the form that it asks for.

    Raises QueryError where the text is wrong or refused, UnacceptableError, LimitError.
    """
    try:
        return _write(_ask(store, query), query, limits)
    except KgError as error:
        problem = error
    except (RuntimeError, OSError) as error:
        # Oxigraph finds damaged blocks only when it reads them.
        text = " ".join(str(error).split())
        problem = StoreError(f"store: {text}; if it is damaged, delete it and build again")
    # A trace would keep the engine's results, which want to be given up by the thread that asked.
    raise problem.with_traceback(None)


def _write(results: Results, query: Query, limits: QueryLimits) -> Answer:
    if isinstance(results, pyoxigraph.QueryTriples):
        media_type = _form(query.triples, "triples", OWN_TRIPLES)
        body, rows = write_triples(results, media_type, limits)
    else:
        media_type = _form(query.rows, "rows", OWN_ROWS)
        body, rows = write_rows(results, media_type, limits)
    return Answer(body, media_type, rows)


def _form(media_type: str | None, kind: str, offered: tuple[str, ...]) -> str:
    if media_type is None:
        raise UnacceptableError(f"query: gives {kind}; to be had as {', '.join(offered)}")
    return media_type


def _ask(store: Store, query: Query) -> Results:
    try:
        return store.query(
            query.text,
            base_iri=query.base,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
        )
    except QueryError as error:
        raise _told(error, query.text) from error


def _told(error: QueryError, text: str) -> QueryError:
    """Return what is wrong with a query with its line and column, as a person reads it."""
    if _CHANGES.match(text):
        return QueryError("query: is an update; send it by POST, as update=")
    place = _PLACE.fullmatch(str(error))
    if place is None:
        return error
    line, column, said = place.groups()
    short = said if len(said) <= _LONGEST else said[:_LONGEST].rpartition(",")[0] + ", …"
    return QueryError(f"query: line {line}, column {column}: {short}")
