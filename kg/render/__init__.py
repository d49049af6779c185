"""A store to one self-contained HTML page that shows its graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import networkx as nx

from kg.errors import NotFoundError
from kg.page import write_page
from kg.page.words import tables
from kg.render.choice import choose, reach
from kg.render.library import vis_network
from kg.render.picture import EVIDENCE, HUB, Subject, draw
from kg.render.reading_data import BUDGET, embed_texts
from kg.render.subgraph import (
    CITED,
    GROUPS,
    HELD,
    TIES,
    Facts,
    Select,
    add_evidence,
    add_hierarchy,
    label_of,
    read_facts,
    read_network,
    read_sources,
    read_texts,
    require_named,
    selector,
)

__all__ = ["render_html"]

TITLE = "政策知识图谱"
# In the order in which they run; each adds its part to KG.
SCRIPTS = (
    *(f"render/graph/{name}.js" for name in ("model", "scene", "card")),
    *("render/places.js", "render/graph/reader.js"),
    *(f"render/graph/{name}.js" for name in ("controls", "main")),
)

NetworkOf = Callable[[Select, Iterable[str]], nx.DiGraph]

_PARTS = ("Task", "Target")
_OVERVIEW = tuple(group for group in GROUPS if group not in _PARTS)
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
    limit: int = 400,
    title: str = "",
    pages: Mapping[str, str] = MappingProxyType({}),
    network_of: NetworkOf = read_network,
    texts: int = BUDGET,
) -> str:
    """Return one HTML page with the graph of a store, or of what lies around one entity.

    `store` is a kg.Store, a pyoxigraph.Store or a function from a SELECT to its rows.
    `types` are classes or subclasses of the ontology; documents with a text always stay. `pages`
    says where the page of a source lies (kg.render.document), by the end of the source's IRI.
    `network_of` reads the network; whoever draws many pages of one store keeps what it gave.
    `texts` is how many bytes of texts the page may hold, those of the documents most tied first.
    """
    select = selector(store)
    groups, kinds = _wanted(types)
    network = network_of(select, GROUPS if about else groups or _OVERVIEW)
    roots = require_named(select, network, about) if about else []
    _keep_groups(network, groups or _around(network, roots), roots)
    _keep_kinds(network, kinds, roots)
    weights = _weights(network)
    order = choose(network, roots, depth, max(1, limit))
    total = _totals(network, reach(network, roots, depth) if roots else network)
    shown = network.copy()
    shown.remove_nodes_from(set(network) - set(order))
    _drop_repeats(shown)
    add_hierarchy(select, shown)
    add_evidence(select, shown, EVIDENCE)
    facts = read_facts(select, order)
    quoted = read_texts(select, _sources(shown))
    linked = _linked(select, pages) if pages else {}
    picture = draw(Subject(shown, order, facts, quoted, weights, roots, linked), tables())
    ranks = {node: shown.degree(node) for node, group in shown.nodes("group") if group == HELD}
    numbers = {node: number for number, node in enumerate(order)}
    nodes, edges, *_ = picture.network.get_network_data()
    data = {
        **picture.data,
        "nodes": nodes,
        "edges": edges,
        "options": _OPTIONS,
        "words": tables(),
        "tie_order": TIES,
        "evidence": EVIDENCE,
        **_accounts(shown, total, roots, facts, picture.data["thinned"], order),
    }
    listed, held = embed_texts(select, numbers, ranks, texts)
    return write_page(
        "render/graph.html",
        title=title or (f"{about} · {TITLE}" if about else TITLE),
        styles=("render/graph.css", "render/reading.css"),
        scripts=SCRIPTS,
        libraries=(vis_network(),),
        data={"data": data, "texts": listed},
        late=held,
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


def _wanted(types: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the groups asked for, and the subclasses where only these are wanted."""
    subclasses: Mapping[str, Sequence[str]] = tables()["subclasses"]
    groups, kinds = set(), set()
    for name in (name.removeprefix("pol:") for name in types):
        name = "PolicyDocument" if name == "Document" else name
        group = next((g for g, known in subclasses.items() if name == g or name in known), None)
        if group is None:
            raise NotFoundError(f"{name}: no such class; known: {', '.join(_class_names())}")
        groups |= {group, CITED} if group == HELD else {group}
        kinds |= {name} if name != group else {group, *subclasses[group]}
    return frozenset(groups), frozenset(kinds)


def _class_names() -> list[str]:
    return [name for group, known in tables()["subclasses"].items() for name in (group, *known)]


def _around(network: nx.DiGraph, roots: Sequence[str]) -> Collection[str]:
    """Return the groups to show when none are asked for: with its parts what is asked about."""
    whole = any(network.nodes[root]["group"] in (HELD, "Agency") for root in roots)
    return GROUPS if whole else _OVERVIEW


def _keep_groups(network: nx.DiGraph, groups: Collection[str], roots: Sequence[str]) -> None:
    """Remove what is of no wanted group; documents with a text and the roots stay."""
    network.remove_nodes_from(
        [
            node
            for node, seen in network.nodes(data=True)
            if seen["group"] not in groups and seen["group"] != HELD and node not in roots
        ]
    )


def _keep_kinds(network: nx.DiGraph, kinds: frozenset[str], roots: Sequence[str]) -> None:
    """Remove what is of no wanted subclass; documents with a text and the roots stay."""
    if not kinds:
        return
    nodes = network.nodes(data=True)
    network.remove_nodes_from(
        [
            node
            for node, seen in nodes
            if seen["kind"] not in kinds and seen["group"] != HELD and node not in roots
        ]
    )


def _weights(network: nx.DiGraph) -> dict[str, tuple[int, int]]:
    """Return for each node how many documents name it, and how often."""
    weights = {}
    for node in network:
        owners = [a for a in network.pred[node] if network.nodes[a]["group"] == HELD]
        ties = [network.edges[owner, node]["ties"] for owner in owners]
        mentions = sum(tied["mentions"].count for tied in ties if "mentions" in tied)
        weights[node] = (len(owners), mentions)
    return weights


def _drop_repeats(network: nx.DiGraph) -> None:
    """Remove a document's bare mention of what one of its tasks already leads to."""
    for document in [node for node, group in network.nodes("group") if group == HELD]:
        tasks = [there for there in network[document] if network.nodes[there]["group"] == "Task"]
        by_task = {there for task in tasks for there in network[task]}
        repeats = [n for n in by_task & set(network[document]) if _bare(network, document, n)]
        network.remove_edges_from([(document, node) for node in repeats])


def _bare(network: nx.DiGraph, document: str, node: str) -> bool:
    return set(network.edges[document, node]["ties"]) == {"mentions"}


def _totals(network: nx.DiGraph, nodes: Iterable[str]) -> Counter[str]:
    return Counter(network.nodes[node]["group"] for node in nodes)


def _sources(network: nx.DiGraph) -> set[str]:
    """Return the source texts that the evidence of a network lies in."""
    ties = [tie for *_, tied in network.edges(data="ties") for tie in tied.values()]
    spans = [span for tie in ties for span in tie.spans[:EVIDENCE]]
    spans += [span for _, own in network.nodes(data="spans", default=[]) for span in own]
    return {span.source for span in spans}


def _accounts(
    shown: nx.DiGraph,
    total: Counter[str],
    roots: Sequence[str],
    facts: Mapping[str, Facts],
    thinned: Sequence[int],
    order: Sequence[str],
) -> dict[str, Any]:
    """Return what the page says about itself: how much it shows, and what it leaves out."""
    here = Counter(group for _, group in shown.nodes("group"))
    counts = [
        {"group": group, "shown": here[group], "total": total[group]}
        for group in GROUPS
        if total[group]
    ]
    hidden = total.total() - here.total()
    line = f"显示 {here.total():,} / 共 {total.total():,} 个实体 entities"
    if hidden:
        line += f"；{hidden:,} 个未显示（联系较少）hidden"
    hubs = [label_of(order[n], facts.get(order[n], {})) for n in thinned]
    notes = [_thinned_note(hubs)] if hubs else []
    return {"counts": counts, "count_line": line, "notes": notes, "summary": _summary(total, roots)}


def _thinned_note(labels: Sequence[str]) -> str:
    names = "、".join(labels[:6]) + ("等" if len(labels) > 6 else "")
    return (
        f"{names} {len(labels)} 个实体被 {HUB} 份以上文件提到，其“提到”连线选中后才画。"
        "Mentions of these are drawn only when one is chosen."
    )


def _summary(total: Counter[str], roots: Sequence[str]) -> str:
    parts = [
        f"{total[group]:,} {unit}"
        for group, unit in (
            (HELD, "份收录全文的文件"),
            (CITED, "份只被引用的文件"),
            ("Agency", "个机构"),
            ("Program", "项政策与项目"),
            ("Region", "个地区"),
            ("Task", "项任务"),
            ("Target", "个目标"),
        )
        if total[group]
    ]
    return ("周围有 " if roots else "") + "，".join(parts) + "。"
