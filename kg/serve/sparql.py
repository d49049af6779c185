"""The SPARQL 1.1 Protocol: a request to a query, its answer to a response.

What a query may cost is kg.endpoint's; how an error looks is kg.serve.errors'.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.endpoint import description
from kg.endpoint.formats import NAMES, OWN_ROWS, OWN_TRIPLES, ROWS, TRIPLES, write_triples
from kg.endpoint.limits import QueryLimits, UnacceptableError
from kg.endpoint.models import Query
from kg.endpoint.pool import Pool
from kg.errors import QueryError
from kg.serve.bodies import MEGABYTE, again, content_type, read_text
from kg.serve.editor import query_page
from kg.serve.holding import holding_of
from kg.serve.negotiate import best

PATH = "/sparql"
VOID = "/.well-known/void"
MOST = MEGABYTE  # bytes of a body
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
_UPDATES = ("update", "using-graph-uri", "using-named-graph-uri")
_PARAMETERS = ("query", "default-graph-uri", "named-graph-uri", *_UPDATES)
_MOST_PARAMETERS = 1_000
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# The same query over the same store gives another answer; also where one is only mentioned.
_CHANGING = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*+\(", re.IGNORECASE)

Parameters = Sequence[tuple[str, str]]


async def endpoint(request: Request) -> Response:
    """Answer a query, by whichever way it comes."""
    return await (_posted(request) if request.method == "POST" else _got(request))


async def _got(request: Request) -> Response:
    """Answer a query in the address; without one say what is to be had here."""
    asked = parameters(request)
    if any(name in _PARAMETERS for name, _ in asked):
        return await answer(request, _query(request, asked))
    return await _description(request)


async def _posted(request: Request) -> Response:
    """Answer a query that is sent, in a form or as it is."""
    media_type, _ = content_type(request)
    asked = parameters(request)
    if media_type == UPDATE:
        return await _update(request)
    if media_type == QUERY:
        text = await read_text(request, MOST)
        return await answer(request, _query(request, [*asked, ("query", text)]))
    if media_type != FORM:
        given = media_type[:60] or "without a Content-Type"
        raise HTTPException(415, f"body: {given} is not read; send {QUERY} or {FORM}")
    text = await read_text(request, MOST)
    sent = parsed(text, "body")
    if values(sent, "update") and not values([*asked, *sent], "query"):
        return await _update(again(request, text))
    return await answer(request, _query(request, [*asked, *sent]))


async def _update(request: Request) -> Response:
    """Carry out an update, where that is allowed."""
    from kg.serve import changing  # which reads its parameters as they are read here

    return await changing.update(request)


# -- a request to a query --------------------------------------------------------------------------


def parameters(request: Request) -> Parameters:
    """Return names and values in an address; raises QueryError."""
    return parsed(request.scope["query_string"].decode("ascii", "replace"), "address")


def parsed(text: str, place: str) -> Parameters:
    """Return names and values that were percent-encoded; raises QueryError."""
    if _BAD_ESCAPE.search(text):
        raise QueryError(f"{place}: a % needs two hexadecimal digits after it")
    try:
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise QueryError(f"{place}: is not UTF-8") from error
    except ValueError as error:
        raise QueryError(f"{place}: more than {_MOST_PARAMETERS:,} parameters") from error


def values(asked: Parameters, name: str) -> tuple[str, ...]:
    """Return all values that were given to a name."""
    return tuple(value for one, value in asked if one == name)


def _query(request: Request, asked: Parameters) -> Query:
    """Return the one query that is asked, over the graphs that are asked for."""
    texts = values(asked, "query")
    of_updates = [name for name in _UPDATES if values(asked, name)]
    if of_updates:
        raise QueryError(f"{of_updates[0]}: is for an update, which is sent by POST without query=")
    if len(texts) != 1:
        raise QueryError(f"query: {len(texts) or 'none'} given; exactly one is needed")
    rows, triples = wanted(request, asked)
    return Query(
        texts[0],
        rows,
        triples,
        str(request.url.replace(query="")),
        values(asked, "default-graph-uri"),
        values(asked, "named-graph-uri"),
    )


def wanted(request: Request, asked: Parameters | None = None) -> tuple[str | None, str | None]:
    """Return the media types for rows and for triples; raises where neither is acceptable."""
    named = values(parameters(request) if asked is None else asked, "format")[-1:]
    if named and "/" not in named[0]:
        if named[0] not in NAMES:
            raise QueryError(f"format: {named[0][:40]} is not known; known: {', '.join(NAMES)}")
        return NAMES[named[0]]
    # Some libraries write there what they accept.
    accept = named[0] if named else _accept(request)
    rows, triples = best(accept, tuple(ROWS)), best(accept, tuple(TRIPLES))
    if rows is None and triples is None:
        offered = ", ".join((*OWN_ROWS, *OWN_TRIPLES))
        raise UnacceptableError(f"query: its answer is to be had as {offered}")
    return rows, triples


def _accept(request: Request) -> str:
    """Return what a client accepts; a browser, which wants a page most, takes what there is."""
    accept = ", ".join(request.headers.getlist("accept"))
    return "*/*" if accept and is_browser(request) else accept


def is_browser(request: Request) -> bool:
    """Tell whether a page is wanted rather than anything that programs read."""
    accept = ", ".join(request.headers.getlist("accept"))
    return best(accept, (*TRIPLES, *ROWS, "text/html")) == "text/html"


# -- a query to a response -------------------------------------------------------------------------


async def answer(request: Request, query: Query) -> Response:
    """Return what a query gives; it is ended when whoever asked goes away."""
    pool: Pool = request.app.state.pool
    asked = asyncio.ensure_future(pool.answer(query))
    gone = asyncio.ensure_future(_is_gone(request))
    try:
        await asyncio.wait((asked, gone), return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            return Response(status_code=408)  # read by nobody
        found = asked.result()
    finally:
        for one in (asked, gone):
            one.cancel()
        await asyncio.gather(asked, gone, return_exceptions=True)
    response = Response(found.body, media_type=found.media_type, headers={"Vary": "Accept"})
    if _CHANGING.search(query.text):
        response.headers["Cache-Control"] = "no-store"
    return response


async def _is_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


# -- what is to be had here ------------------------------------------------------------------------


async def _description(request: Request) -> Response:
    """Return the service description, to a browser the page on which a query is written."""
    media_type = wanted(request)[1]
    if is_browser(request) and not request.query_params.get("format"):
        # It reads the store for its examples.
        return await run_in_threadpool(query_page, request)
    if media_type is None:
        raise QueryError("query: none given; exactly one is needed")
    return await _told(request, media_type)


async def void(request: Request) -> Response:
    """Return what the dataset is and holds."""
    media_type = wanted(request)[1]
    if media_type is None:
        raise UnacceptableError(f"to be had as {', '.join(OWN_TRIPLES)}")
    return await _told(request, media_type)


async def _told(request: Request, form: str) -> Response:
    holding, here = holding_of(request), str(request.base_url).rstrip("/")
    if request.url.path == VOID:
        counts = await run_in_threadpool(holding.once, "void", description.count)
        triples = description.dataset(f"{here}{VOID}", f"{here}{PATH}", counts)
    else:
        held = await run_in_threadpool(holding.once, "size", description.size)
        update = request.app.state.options.update
        triples = description.service(f"{here}{PATH}", f"{here}{VOID}", held, update=update)
    body, _ = write_triples(triples, form, QueryLimits())
    return Response(body, media_type=form, headers={"Vary": "Accept"})


ROUTES = (
    Route(PATH, endpoint, methods=["GET", "POST"]),
    Route(VOID, void),
)
