"""A store to one self-contained HTML page that shows its graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import networkx as nx

from kg.page import write_page
from kg.page.words import tables
from kg.render.choice import choose, reach
from kg.render.library import vis_network
from kg.render.links import IN_PAGE
from kg.render.picture import EVIDENCE, Subject, picture
from kg.render.reading_data import BUDGET, embed_texts
from kg.render.scenes import ALL, FIRST, SHARE, Stage, bare, part, read_places
from kg.render.scope import Scopes, read_levels
from kg.render.subgraph import (
    GROUPS,
    HELD,
    TIES,
    TRACES,
    Select,
    add_evidence,
    add_hierarchy,
    read_facts,
    read_network,
    read_sources,
    read_texts,
    require_named,
    selector,
)
from kg.render.views import STYLES, VIEWS, View, Wanted
from kg.render.wanted import OVERVIEW, around, keep_groups, keep_kinds, wanted
from kg.store import Store

__all__ = ["render_html"]

TITLE = "政策知识图谱"
# In the order in which they run; each adds its part to KG.
SCRIPTS = (
    *(f"render/graph/{name}.js" for name in ("model", "names", "says", "scene", "trail", "card")),
    *("render/places.js", "render/graph/reader.js"),
    *(f"render/graph/{name}.js" for name in ("filters", "search", "tabs", "export")),
    *(f"render/graph/{name}.js" for name in ("controls", "main")),
)
# What the page says of its keys.
_KEYS = (
    (("/",), "key-search"),
    (("Esc",), "key-back"),
    (("←", "↑", "→", "↓"), "key-neighbours"),
    (("Enter",), "key-choose"),
    (("+", "−", "0"), "key-zoom"),
    (("n", "p"), "key-mentions"),
    (("Shift",), "key-only"),
    (("?",), "key-help"),
)

NetworkOf = Callable[[Select, Iterable[str]], nx.DiGraph]

# Page options for vis-network; positions are ours, so it computes none.
_OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False, "randomSeed": 1},
    "interaction": {
        "hover": True,
        "hideEdgesOnDrag": True,
        "hoverConnectedEdges": False,
        "selectConnectedEdges": False,
        "keyboard": {"enabled": True, "bindToWindow": False},
        "zoomSpeed": 0.6,
    },
    "nodes": {
        "chosen": False,
        "margin": 8,
        "labelHighlightBold": False,
        "font": {"face": "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"},
        "scaling": {"label": {"drawThreshold": 6, "maxVisible": 34}},
    },
    "edges": {
        "smooth": False,
        "hoverWidth": 1,
        "selectionWidth": 1,
        "arrows": {"to": {"scaleFactor": 0.5}},
    },
}


def render_html(
    store: Any,
    *,
    about: str | None = None,
    depth: int = 2,
    types: Sequence[str] = (),
    limit: int = 2000,
    first: int = FIRST,
    title: str = "",
    pages: Mapping[str, str] = MappingProxyType({}),
    network_of: NetworkOf = read_network,
    texts: int | None = BUDGET,
    home: str = "",
) -> str:
    """Return one HTML page with the graph of a store, or of what lies around one entity.

    `store` is a kg.Store, a pyoxigraph.Store or a function from a SELECT to its rows.
    `types` are classes or subclasses of the ontology; documents with a text always stay. The page
    holds `limit` entities and draws `first` of them when it opens; of many thousands it draws
    groups, which open. `pages` says where the page of a source lies (kg.render.document), by the
    end of the source's IRI. `texts` is how many bytes of texts the page may hold, those of the
    documents most tied first. A page of the whole store has the other views too; one that is about
    something has not. A server that draws many pages of one store keeps its network, which
    `network_of` gives, and draws views apart: `home` is where its pages begin.
    """
    select = selector(store)
    groups, kinds = wanted(types)
    network = network_of(select, GROUPS if about else groups or OVERVIEW)
    roots = require_named(select, network, about) if about else []
    keep_groups(network, groups or around(network, roots), roots)
    keep_kinds(network, kinds, roots)
    order = choose(network, roots, depth, max(1, limit))
    total = _totals(network, reach(network, roots, depth) if roots else network)
    subject = _subject(select, network, order, roots, max(1, first), pages)
    data = {
        **picture(subject, tables()),
        "options": _OPTIONS,
        "words": tables(),
        "tie_order": TIES,
        "evidence": EVIDENCE,
        "counts": _accounts(subject, total),
    }
    shown = subject.network
    ranks = {node: shown.degree(node) for node, group in shown.nodes("group") if group == HELD}
    numbers = {node: number for number, node in enumerate(order)}
    listed, held = embed_texts(select, numbers, ranks, texts)
    return write_page(
        "render/graph.html",
        title=title or (f"{about} · {TITLE}" if about else TITLE),
        styles=("render/graph.css", "render/scene.css", "render/reading.css", *STYLES),
        scripts=SCRIPTS,
        libraries=(vis_network(),),
        data={"data": data, "texts": listed},
        late=held,
        views=[] if about or home else _views(store),
        home=home,
        keys=_KEYS,
    )


def _views(store: Any) -> list[View]:
    """Return the views that have something to show; they read a kg.Store alone."""
    if not isinstance(store, Store):
        return []
    drawn = (draw_view(store, Wanted(), IN_PAGE) for draw_view in VIEWS.values())
    return [view for view in drawn if not view.empty]


def _subject(
    select: Select,
    network: nx.DiGraph,
    order: Sequence[str],
    roots: Sequence[str],
    first: int,
    pages: Mapping[str, str],
) -> Subject:
    """Return what the page holds of the nodes in this order, read from the store."""
    shown = part(network, order)
    _drop_repeats(shown)
    add_hierarchy(select, shown)
    add_evidence(select, shown, EVIDENCE)
    facts = read_facts(select, order)
    scopes = Scopes(network, order, facts, read_levels(select))
    places = read_places(select)
    stage = Stage(shown, order, roots, scopes.owners, facts, places, first, ALL, SHARE)
    return Subject(
        network=shown,
        order=order,
        facts=facts,
        texts=read_texts(select, _sources(shown)),
        weights=_weights(network),
        scopes=scopes,
        scenes=stage.scenes(),
        roots=roots,
        pages=_linked(select, pages) if pages else {},
    )


def _linked(select: Select, pages: Mapping[str, str]) -> dict[str, str]:
    """Return the page of each source, and of each document that of its first text."""
    linked: dict[str, str] = {}
    for document, source in read_sources(select):
        page = pages.get(source.rpartition("/")[2])
        if page is not None:
            linked[source] = page
            linked.setdefault(document, page)
    return linked


def _weights(network: nx.DiGraph) -> dict[str, tuple[int, int]]:
    """Return for each node how many documents name it, and how often."""
    weights = {}
    for node in network:
        above = (a for a in network.pred[node] if network.nodes[a]["group"] == HELD)
        owners = [a for a in above if not TRACES.issuperset(network.edges[a, node]["ties"])]
        ties = [network.edges[owner, node]["ties"] for owner in owners]
        mentions = sum(tied["mentions"].count for tied in ties if "mentions" in tied)
        weights[node] = (len(owners), mentions)
    return weights


def _drop_repeats(network: nx.DiGraph) -> None:
    """Remove a document's bare mention of what one of its tasks already leads to."""
    for document in [node for node, group in network.nodes("group") if group == HELD]:
        tasks = [there for there in network[document] if network.nodes[there]["group"] == "Task"]
        by_task = {there for task in tasks for there in network[task]}
        repeats = [n for n in by_task & set(network[document]) if bare(network, document, n)]
        network.remove_edges_from([(document, node) for node in repeats])


def _totals(network: nx.DiGraph, nodes: Iterable[str]) -> Counter[str]:
    return Counter(network.nodes[node]["group"] for node in nodes)


def _sources(network: nx.DiGraph) -> set[str]:
    """Return the source texts that the evidence of a network lies in."""
    ties = [tie for *_, tied in network.edges(data="ties") for tie in tied.values()]
    spans = [span for tie in ties for span in tie.spans[:EVIDENCE]]
    spans += [span for _, own in network.nodes(data="spans", default=[]) for span in own]
    return {span.source for span in spans}


def _accounts(subject: Subject, total: Counter[str]) -> list[dict[str, Any]]:
    """Return how many of each class the page holds, of those that the store has."""
    here = Counter(group for _, group in subject.network.nodes("group"))
    return [
        {"group": group, "shown": here[group], "total": total[group]}
        for group in GROUPS
        if total[group]
    ]
