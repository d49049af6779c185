"""The first page: what the store holds."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.serve.holding import store_of
from kg.serve.respond import respond


def start(request: Request) -> Response:
    """Show how much the store holds."""
    return respond(
        request, "serve/start.html", "Policy KG", documents=len(store_of(request).sources())
    )


ROUTES = (Route("/", start),)
