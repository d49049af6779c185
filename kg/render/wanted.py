"""The classes that a reader asks for to the part of a network that is of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import networkx as nx

from kg.errors import NotFoundError
from kg.page.words import tables
from kg.render.subgraph import CITED, GROUPS, HELD

_PARTS = ("Task", "Target")
OVERVIEW = tuple(group for group in GROUPS if group not in _PARTS)


def wanted(types: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
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


def around(network: nx.DiGraph, roots: Sequence[str]) -> Collection[str]:
    """Return the groups to show when none are asked for: with its parts what is asked about."""
    whole = any(network.nodes[root]["group"] in (HELD, "Agency") for root in roots)
    return GROUPS if whole else OVERVIEW


def keep_groups(network: nx.DiGraph, groups: Collection[str], roots: Sequence[str]) -> None:
    """Remove what is of no wanted group; documents with a text and the roots stay."""
    network.remove_nodes_from(
        [
            node
            for node, seen in network.nodes(data=True)
            if seen["group"] not in groups and seen["group"] != HELD and node not in roots
        ]
    )


def keep_kinds(network: nx.DiGraph, kinds: frozenset[str], roots: Sequence[str]) -> None:
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
