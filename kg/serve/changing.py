"""Changes of the store over HTTP: SPARQL updates, and graphs that are written by their names.

Only where whoever started the server allows it, and only with the token. One process writes
(kg.endpoint.writer); everybody else reads images of what it has written, the next of which is
made when somebody asks after a change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from kg.endpoint.pool import Pool
from kg.endpoint.updates import Change, Outcome, Removal, Triples, Update, UpdateLimits
from kg.endpoint.writer import Writer
from kg.errors import QueryError
from kg.serve import access, graph_store, sparql
from kg.serve.bodies import MEGABYTE, content_type, read_body, read_text
from kg.serve.holding import BusyError, Holding, store_of
from kg.serve.safety import asked_by_us
from kg.store import TRIPLES, graph_name

MOST_UPDATE = 10 * MEGABYTE  # bytes
MOST_FILES = 100
_FORM = "multipart/form-data"
_ENDINGS = {".ttl": "text/turtle", ".nt": "application/n-triples"}
_OF_QUERIES = ("query", "default-graph-uri", "named-graph-uri")
_LINGER = 60.0  # seconds that an image is kept for queries that began over it


class Changes:
    """The writer, its queue, and the images that the server reads."""

    def __init__(self, place: Path, limits: UpdateLimits | None = None) -> None:
        """Start the writer, and make the first image; raises StoreError."""
        self.writer = Writer(place, limits)
        self._shown, self._waiting = 0, 0
        self._writing, self._showing = (ThreadPoolExecutor(1, name) for name in ("write", "show"))
        try:
            self.first = self.writer.image()
        except BaseException:
            self.close()
            raise

    async def carry_out(self, change: Change) -> Outcome:
        """Carry out a change when its turn has come; return when it is safe on disk."""
        most = self.writer.limits.waiting
        if self._waiting >= most:
            raise BusyError(f"update: {most} wait already; try again in a moment")
        self._waiting += 1
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._writing, self.writer.change, change)
        done.add_done_callback(self._count)
        # It is carried out also when whoever asked goes away.
        return await asyncio.shield(done)

    def _count(self, _: object) -> None:
        self._waiting -= 1

    async def keep_up(self, holding: Holding, pool: Pool) -> None:
        """Have requests from now on read what has been written until now."""
        if self._shown == self.writer.done:
            return
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._showing, self._show, holding, pool)

    def _show(self, holding: Holding, pool: Pool) -> None:
        done = self.writer.done
        if self._shown == done:
            return  # somebody else has asked meanwhile
        place = self.writer.image()
        holding.move(place)
        pool.renew(place)
        self._shown = done
        self.writer.forget_images(_LINGER)

    def close(self) -> None:
        """End the writer, and what it is doing; what was said to be done stays."""
        self.writer.close()
        for one in (self._writing, self._showing):
            one.shutdown(wait=False, cancel_futures=True)


# -- who may ---------------------------------------------------------------------------------------


def permitted(request: Request) -> Changes:
    """Return what carries changes out, for who may have it; raises HTTPException."""
    options = request.app.state.options
    if not options.update:
        raise HTTPException(
            403, "update: the store is only read here; kg serve --allow-update lets it be changed"
        )
    bears = access.bears(request.headers, options.token)
    if bears is None:
        text = "update: needs the token of the server: Authorization: Bearer …"
        raise HTTPException(401, text, access.ASK_BEARER)
    if not bears:
        raise HTTPException(403, "update: the token is not that of this server")
    _check_origin(request)
    changes: Changes = request.app.state.changes
    return changes


def _check_origin(request: Request) -> None:
    """Refuse a page of another site, unless it was named: `*` lets pages read, and no more."""
    options, headers = request.app.state.options, request.headers
    named = headers.get("origin", "").lower() in options.cors
    if not named and not asked_by_us(headers, headers["host"], options.names):
        raise HTTPException(403, "Origin: a page of another site may only read")


# -- updates ---------------------------------------------------------------------------------------


async def update(request: Request) -> Response:
    """Carry out a SPARQL update that is sent as it is, or in a form."""
    changes = permitted(request)
    asked = [*sparql.parameters(request)]
    text = await read_text(request, MOST_UPDATE)
    if content_type(request)[0] == sparql.UPDATE:
        asked.append(("update", text))
    else:
        asked += sparql.parsed(text, "body")
    texts = sparql.values(asked, "update")
    of_queries = [name for name in _OF_QUERIES if sparql.values(asked, name)]
    if of_queries:
        raise QueryError(f"{of_queries[0]}: is for a query; an update has using-graph-uri")
    if len(texts) != 1:
        raise QueryError(f"update: {len(texts) or 'none'} given; exactly one is needed")
    await changes.carry_out(
        Update(
            texts[0],
            str(request.url.replace(query="")),
            sparql.values(asked, "using-graph-uri"),
            sparql.values(asked, "using-named-graph-uri"),
        )
    )
    return Response(status_code=204)


# -- graphs ----------------------------------------------------------------------------------------


async def write_graph(request: Request) -> Response:
    """Put triples in the place of a graph, or to what it holds; or to a new one."""
    changes = permitted(request)
    is_put = request.method == "PUT"
    name = _named(request, is_new=not is_put)
    parts = tuple(await _parts(request, changes.writer.limits.size))
    outcome = await changes.carry_out(Triples(name, parts, replace=is_put))
    response = Response(status_code=201 if outcome.is_new else 204)
    if name is None:
        response.headers["Location"] = outcome.graph  # to be asked as ?graph=
    return response


async def remove_graph(request: Request) -> Response:
    """Take a graph out."""
    changes = permitted(request)
    name = _named(request, is_new=False)
    assert name is not None  # of no new graph
    await changes.carry_out(Removal(name))
    return Response(status_code=204)


def _named(request: Request, *, is_new: bool) -> str | None:
    """Return which graph is to be written, None for a new one.

    The default graph is the union of all; what is written to it lies in a graph of its own.
    """
    asked = sparql.parameters(request)
    if is_new and not {name for name, _ in asked} & {"graph", "default"}:
        return None
    name = graph_store.named(request)
    return graph_name(f"{store_of(request).base}graph/default" if name is None else name)


async def _parts(request: Request, most: int) -> Iterable[tuple[str, bytes]]:
    """Return what is sent: media types and contents."""
    media_type, charset = content_type(request)
    if media_type == _FORM:
        return await _files(request, most)
    return [(_taken(media_type, charset), await read_body(request, most))]


async def _files(request: Request, most: int) -> list[tuple[str, bytes]]:
    """Return the files of a form."""
    sent: list[Message] = [{"type": "http.request", "body": await read_body(request, most)}]

    async def receive() -> Message:
        return sent.pop()

    found = []
    async with Request(request.scope, receive).form(max_files=MOST_FILES, max_fields=0) as form:
        for _, one in form.multi_items():
            if isinstance(one, UploadFile):
                found.append((_type_of(one), await one.read()))
    if not found:
        raise QueryError("graph: the form holds no file; send one, or the triples themselves")
    return found


def _type_of(file: UploadFile) -> str:
    """Return the media type of a file, by its name where the client does not know it."""
    stated, _, rest = (file.content_type or "").partition(";")
    ending = Path(file.filename or "").suffix.lower()
    known = stated.strip().lower() in TRIPLES
    return _taken(stated.strip().lower() if known else _ENDINGS.get(ending, stated), rest)


def _taken(media_type: str, charset: str) -> str:
    if media_type not in TRIPLES:
        given, known = media_type[:60] or "without a Content-Type", " or ".join(TRIPLES)
        raise HTTPException(415, f"graph: {given} is not taken; send {known}")
    plain = charset.lower().replace("charset=", "").strip(' "')
    if plain not in ("", "utf-8", "utf8", "us-ascii"):
        raise QueryError(f"graph: charset {plain[:40]} is not read; send UTF-8")
    return media_type


ROUTES = (
    Route(graph_store.PATH, write_graph, methods=["PUT", "POST"]),
    Route(graph_store.PATH, remove_graph, methods=["DELETE"]),
)
