"""The graph of the store, or of what lies around an entity: the page of `kg render`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import NotFoundError
from kg.render import render_html
from kg.serve.address import address_of
from kg.serve.asked import Asked, shortened
from kg.serve.catalog import Catalog, catalog_of
from kg.serve.holding import holding_of, store_of
from kg.serve.respond import send_page
from kg.store import Store

DEPTH, DEEPEST = 1, 3
LIMIT, MOST = 300, 2_000


def graph(request: Request) -> Response:
    """Show the graph: all of it, or around what is asked about."""
    asked = Asked(request, ("about", "depth", "limit"))
    about = asked.text("about", longest=1_000)
    depth = asked.number("depth", DEPTH, 0, DEEPEST)
    limit = asked.number("limit", LIMIT, 1, MOST)
    catalog = catalog_of(request)

    def draw(store: Store) -> str:
        pages = _pages(catalog, store.base)
        return render_html(store, about=about or None, depth=depth, limit=limit, pages=pages)

    try:
        if about:
            page = draw(store_of(request))
        else:
            page = holding_of(request).once(f"graph {depth} {limit}", draw)
    except NotFoundError as error:
        raise NotFoundError(f"{shortened(about)}: not in the graph") from error
    return send_page(request, page)


def _pages(catalog: Catalog, base: str) -> dict[str, str]:
    """Return where the text of each document lies, by the end of its source's IRI."""
    sources = [one.source for one in catalog.documents]
    return {source.rpartition("/")[2]: address_of(source, base) for source in sources}


ROUTES = (Route("/graph", graph),)
