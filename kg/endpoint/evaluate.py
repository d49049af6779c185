"""A query to its answer, over an open store; what would be too much ends with LimitError."""

from __future__ import annotations

import io

import pyoxigraph

from kg.endpoint.limits import QueryLimits, UnacceptableError
from kg.endpoint.models import Answer, Query
from kg.store import Store


def evaluate(store: Store, query: Query, limits: QueryLimits) -> Answer:
    """Answer a query whole, in the form that it asks for.

    Raises QueryError where the text is wrong or refused, UnacceptableError, LimitError.
    """
    answer = store.query(
        query.text,
        base_iri=query.base,
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
    )
    out = io.BytesIO()
    if isinstance(answer, pyoxigraph.QueryTriples):
        if query.triples is None:
            raise UnacceptableError("query: gives triples, which no accepted form can hold")
        answer.serialize(out, format=pyoxigraph.RdfFormat.TURTLE)
        return Answer(out.getvalue(), "text/turtle", 0)
    if query.rows is None:
        raise UnacceptableError("query: gives rows, which no accepted form can hold")
    answer.serialize(out, format=pyoxigraph.QueryResultsFormat.JSON)
    return Answer(out.getvalue(), "application/sparql-results+json", 0)
