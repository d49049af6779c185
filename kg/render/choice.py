"""A network to the part of it that one picture can show."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import networkx as nx

from kg.render.subgraph import HELD, WEAK_TIES, Tie

# What belongs to one document alone; followed only from what was asked for.
_PARTS = frozenset({"Task", "Target"})

Key = Callable[[str], tuple[Any, ...]]


def choose(network: nx.DiGraph, roots: Sequence[str], depth: int, limit: int) -> list[str]:
    """Return at most `limit` nodes, the most telling first.

    Around roots: nearer before farther, then what is tied most to what is already shown.
    Otherwise: documents, then what most of them share, then each document's own in turn.
    """
    if roots:
        return _choose_around(network, roots, depth, limit)
    return _choose_overall(network, limit)


def reach(network: nx.DiGraph, roots: Sequence[str], depth: int) -> dict[str, int]:
    """Return every node within `depth` steps of the roots, with its distance."""
    both = network.to_undirected(as_view=True)
    distance = dict.fromkeys(roots, 0)
    edge = list(roots)
    for step in range(1, depth + 1):
        found = [
            there
            for here in edge
            for there in both[here]
            if there not in distance and _may_follow(network, roots, here, there)
        ]
        edge = sorted(set(found))
        distance.update(dict.fromkeys(edge, step))
    return distance


def _may_follow(network: nx.DiGraph, roots: Sequence[str], here: str, there: str) -> bool:
    part = network.nodes[there]["group"] in _PARTS
    return not part or here in roots or network.nodes[here]["group"] in _PARTS


def _choose_around(network: nx.DiGraph, roots: Sequence[str], depth: int, limit: int) -> list[str]:
    distance = reach(network, roots, depth)
    chosen = list(roots)[:limit]
    for step in range(1, depth + 1):
        shown = frozenset(chosen)
        ring = [node for node, away in distance.items() if away == step]
        weight = {node: _weight(network, node, shown) for node in ring}
        ring = sorted((n for n in ring if weight[n] > 0), key=lambda n: (-weight[n], n))
        chosen += ring[: limit - len(chosen)]
    return chosen


def _weight(network: nx.DiGraph, node: str, shown: frozenset[str]) -> float:
    """Return how much ties a node to those shown; a statement outweighs a mention."""
    edges = [*network.in_edges(node, data="ties"), *network.out_edges(node, data="ties")]
    return sum(_strength(ties) for a, b, ties in edges if a in shown or b in shown)


def _strength(ties: dict[str, Tie]) -> float:
    said = sum(name not in WEAK_TIES for name in ties)
    return 1 + said + min(sum(tie.count for tie in ties.values()), 50) / 100


def _choose_overall(network: nx.DiGraph, limit: int) -> list[str]:
    held = [node for node, group in network.nodes("group") if group == HELD]
    # Most of the picture is for what the documents have in common.
    held = sorted(held, key=lambda node: (-_shared(network, node), node))[: max(1, limit // 3)]
    documents = frozenset(held)
    others = {there for node in held for there in network[node]} - documents
    own_rank = _own_ranks(network, held)

    def key(node: str) -> tuple[Any, ...]:
        owners = documents.intersection(network.pred[node])
        ties = [network.edges[owner, node]["ties"] for owner in owners]
        issuer = any("issuedBy" in tie for tie in ties)
        rank = 0 if len(owners) > 1 else own_rank[node]
        # fsum: the owners come in any order, and a plain sum depends on it in its last digit.
        return (not issuer, -len(owners), rank, -math.fsum(map(_strength, ties)), node)

    chosen = held + sorted(others, key=key)[: limit - len(held)]
    # Targets hang on tasks, not on documents.
    reached = set(chosen)
    further = {there for node in chosen for there in network[node]} - reached
    return chosen + sorted(further)[: limit - len(chosen)]


def _shared(network: nx.DiGraph, document: str) -> int:
    return sum(network.in_degree(node) > 1 for node in network[document])


def _own_ranks(network: nx.DiGraph, documents: Sequence[str]) -> dict[str, int]:
    """Return the place of each node among those of its document, so that all get their share."""
    ranks: dict[str, int] = {}
    for document in documents:
        edges = network[document]
        ordered = sorted(edges, key=lambda node: (-_strength(edges[node]["ties"]), node))
        for rank, node in enumerate(ordered):
            ranks[node] = min(rank, ranks.get(node, rank))
    return ranks
