"""The Graph Store Protocol, as far as it reads: a graph by its name, or the union of all.

A graph is named in the address, as ?graph=IRI. That the address of a request names a graph itself
is not offered: our graphs are named by IRIs of w3id.org, wherever their copy is served.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.endpoint.formats import OWN_TRIPLES
from kg.endpoint.limits import UnacceptableError
from kg.endpoint.models import Query
from kg.errors import NotFoundError, QueryError
from kg.serve.holding import store_of
from kg.serve.sparql import PATH as SPARQL
from kg.serve.sparql import answer, parameters, values, wanted

PATH = f"{SPARQL}/graph"
# Over the one graph as the default one: so its name never becomes a part of a query.
_ALL = "CONSTRUCT WHERE { ?s ?p ?o }"


async def graph(request: Request) -> Response:
    """Return the triples of a graph."""
    name = named(request)
    media_type = wanted(request)[1]
    if media_type is None:
        raise UnacceptableError(f"graph: to be had as {', '.join(OWN_TRIPLES)}")
    if name is None:
        return await answer(request, Query(_ALL, None, media_type))
    if not await run_in_threadpool(_is_held, request, name):
        raise NotFoundError(f"graph {name[:200]}: is not held")
    return await answer(request, Query(_ALL, None, media_type, default_graphs=(name,)))


def named(request: Request) -> str | None:
    """Return which graph is meant, None for the default one; raises QueryError."""
    asked = parameters(request)
    names, defaults = values(asked, "graph"), values(asked, "default")
    if len(names) + len(defaults) != 1:
        raise QueryError("graph: exactly one is needed: ?graph=IRI, or ?default")
    return names[0] if names else None


def _is_held(request: Request, name: str) -> bool:
    try:
        return store_of(request).holds(name)
    except ValueError as error:
        raise QueryError(f"graph: {name[:200]} is no absolute IRI") from error


ROUTES = (Route(PATH, graph, methods=["GET"]),)
