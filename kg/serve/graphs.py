"""The graph of the store, or of what lies around an entity: the page of `kg render`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import networkx as nx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import NotFoundError
from kg.render import render_html
from kg.render.subgraph import GROUPS, Select, read_network, selector
from kg.serve.address import address_of
from kg.serve.asked import Asked, shortened
from kg.serve.catalog import Catalog
from kg.serve.holding import Holding, holding_of
from kg.serve.respond import send_page
from kg.show import find_entity, show

DEPTH, DEEPEST = 1, 3
LIMIT, MOST = 300, 2_000
HOME = "/"
TEXTS = None  # none within the page: every text is a click away on the server


def graph(request: Request) -> Response:
    """Show the graph: all of it, or around what is asked about, by its IRI or its name."""
    asked = Asked(request, ("about", "depth", "limit"))
    about = asked.text("about", longest=1_000)
    depth = asked.number("depth", DEPTH, 0, DEEPEST)
    limit = asked.number("limit", LIMIT, 1, MOST)
    holding = holding_of(request)
    if about:
        return send_page(request, around(holding, about, depth, limit))
    return send_page(request, overview(holding, limit))


def overview(holding: Holding, limit: int = LIMIT) -> str:
    """Return the page of the whole graph; drawn once for each state of the store."""
    return holding.once(
        f"graph of {limit}",
        lambda store: render_html(
            store, limit=limit, pages=_pages(holding), texts=TEXTS, home=HOME
        ),
    )


def around(holding: Holding, about: str, depth: int, limit: int) -> str:
    """Return the page of what lies around an entity.

    The network of the whole store is read once (4 s on 530 documents) and kept; a page is drawn
    from a copy of the part that it can show.
    """
    iri = find_entity(holding.store, about)
    whole = network_of(holding)
    if iri not in whole:
        raise NotFoundError(f"{shortened(about)}: no document in the store names this")

    def near(_: Select, groups: Iterable[str]) -> nx.DiGraph:
        # One step further than is drawn: how many documents name a thing is said of it.
        return _part(whole, iri, depth + 1)

    return render_html(
        holding.store,
        about=iri,
        depth=depth,
        limit=limit,
        title=_name(holding, iri),
        pages=_pages(holding),
        network_of=near,
        texts=TEXTS,
        home=HOME,
    )


def _name(holding: Holding, iri: str) -> str:
    return show(holding.store, iri, limit=0).name


def network_of(holding: Holding) -> nx.DiGraph:
    """Return the network of the whole store, which nobody may change."""
    found: nx.DiGraph = holding.once("network", lambda store: read_network(selector(store), GROUPS))
    return found


def _part(whole: nx.DiGraph, root: str, steps: int) -> nx.DiGraph:
    """Return a copy of what lies within so many steps of a node, in the order of the whole."""
    kept = nx.single_source_shortest_path_length(whole.to_undirected(as_view=True), root, steps)
    part = nx.DiGraph()
    part.add_nodes_from((node, dict(seen)) for node, seen in whole.nodes(data=True) if node in kept)
    for node in part:
        for other, seen in whole.adj[node].items():
            if other in kept:
                ties = {
                    name: replace(tie, spans=list(tie.spans), tasks=list(tie.tasks))
                    for name, tie in seen["ties"].items()
                }
                part.add_edge(node, other, **{**seen, "ties": ties})
    return part


def _pages(holding: Holding) -> dict[str, str]:
    """Return where the text of each document lies, by the end of its source's IRI."""
    sources = [one.source for one in Catalog(holding).documents]
    return {source.rpartition("/")[2]: address_of(source, holding.store.base) for source in sources}


ROUTES = (Route("/graph", graph),)
