"""The application: its routes, each in the module of what it shows."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from kg.endpoint.limits import QueryLimits
from kg.endpoint.pool import Pool
from kg.endpoint.updates import UpdateLimits
from kg.serve import (
    changing,
    editor,
    entity,
    find,
    graph_store,
    graphs,
    lists,
    ontology,
    queries,
    questions,
    regions,
    reports,
    sparql,
    start,
    upload,
    views,
)
from kg.serve.caching import Caching
from kg.serve.errors import HANDLERS
from kg.serve.holding import Holding
from kg.serve.safety import Safety
from kg.serve.turns import Turns
from kg.serve.uploads import Uploads
from kg.serve.warm import warm_up

# Each module has ROUTES; the first that matches answers.
MODULES = (
    *(start, find, lists, regions, entity, graphs, reports, queries, views, questions),
    *(sparql, graph_store, changing, editor, ontology),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever starts the server allows."""

    upload: bool = False
    update: bool = False  # of the graphs, by SPARQL and the Graph Store Protocol, with the token
    token: str = ""  # that changes the store, and lets other machines in
    host: str = "127.0.0.1"  # on which the server listens
    names: tuple[str, ...] = ()  # by which it may be asked beside its address
    cors: tuple[str, ...] = ()  # origins whose pages may read what SPARQL answers
    limits: QueryLimits = QueryLimits()
    updates: UpdateLimits = UpdateLimits()


def make_app(place: Path, options: Options | None = None) -> Starlette:
    """Return the application over the store in a directory."""
    options = options or Options()
    # Without the flag there is no address to which anything could be sent.
    modules = (*MODULES, upload) if options.upload else MODULES
    app = Starlette(
        routes=[route for module in modules for route in module.ROUTES],
        # From the outside in: who may ask, whose turn it is, what need not be sent again.
        middleware=[Middleware(Safety), Middleware(Turns), Middleware(Caching)],
        exception_handlers=HANDLERS,
        lifespan=_let_go,
    )
    # Who changes the store holds it alone: pages and queries read images of it.
    changes = app.state.changes = (
        changing.Changes(place, options.updates) if options.update else None
    )
    app.state.holding = Holding(changes.first if changes else place)
    app.state.options = options
    app.state.pool = Pool(app.state.holding.place, options.limits)
    app.state.form_token = secrets.token_urlsafe(32)
    app.state.uploads = Uploads(app.state.holding, app.state.pool)
    return app


@asynccontextmanager
async def _let_go(app: Starlette) -> AsyncIterator[None]:
    warm_up(app.state.holding)
    await app.state.pool.start()
    yield
    await app.state.pool.close()
    app.state.uploads.close()
    if app.state.changes is not None:
        await run_in_threadpool(app.state.changes.close)
    app.state.holding.let_go()
