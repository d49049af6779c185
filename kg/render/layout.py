"""A chosen network to the place of each node on the canvas.

What hangs on one node alone stands around it in rings, like petals, one sector for each class; the
rest (documents and what they share) is laid out by igraph's Fruchterman-Reingold from a fixed
start, so that what documents share stands between them; then each is set down where no label
covers another (kg.render.room). Nothing moves when the page is opened.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

import igraph
import networkx as nx

from kg.render.room import Box, Point, settle
from kg.render.subgraph import HELD, WEAK_TIES

_SEED = 20170223
_GAP = 5.0  # between two labels, on either side
_RING_X, _RING_Y = 86.0, 54.0  # from one ring of petals to the next
_PETAL_WIDTH, _PETAL_HEIGHT = 132.0, 46.0  # what a petal takes with its label, at most
_EXACT = 700  # nodes, up to which each is weighed against each; beyond, on igraph's grid
_HIERARCHY = frozenset({"subOrganizationOf", "within"})


class Layout:
    """The places of a network's nodes, for whatever room each takes with its label."""

    def __init__(self, network: nx.DiGraph, order: Sequence[str]) -> None:
        """Find what hangs on what, and where the rest stands to each other."""
        self._network, self._order = network, order
        around = {node: _neighbours(network, node) for node in order}
        self._petals = _petals(network, order, around)
        taken = {petal for petals in self._petals.values() for petal in petals}
        self._core = [node for node in order if node not in taken]
        self._spots = _fruchterman_reingold(network, self._core)

    def places(self, boxes: Mapping[str, Box]) -> dict[str, tuple[int, int]]:
        """Return the place of every node; the same network gives the same places."""
        flowers = {
            node: _flower(self._network, self._petals.get(node, []), boxes[node], boxes)
            for node in self._core
        }
        sizes = [_extent(flowers[node], boxes[node], boxes) for node in self._core]
        places: dict[str, Point] = {}
        centres = settle(self._spots, sizes)
        for node, (x, y) in zip(self._core, centres, strict=True):
            places[node] = (x, y - boxes[node].drop)
            for petal, (dx, dy) in flowers[node].items():
                places[petal] = (x + dx, y + dy - boxes[petal].drop)
        return {node: (round(places[node][0]), round(places[node][1])) for node in self._order}


def _petals(
    network: nx.DiGraph, order: Sequence[str], around: Mapping[str, frozenset[str]]
) -> dict[str, list[str]]:
    """Return, for a node, those that hang on it alone, in order."""
    petals: dict[str, list[str]] = defaultdict(list)
    for node in order:
        if len(around[node]) != 1 or network.nodes[node]["group"] == HELD:
            continue
        (owner,) = around[node]
        if len(around[owner]) > 1 or network.nodes[owner]["group"] == HELD:
            petals[owner].append(node)
    return petals


def _neighbours(network: nx.DiGraph, node: str) -> frozenset[str]:
    """Return what ties a node to documents and tasks; hierarchy does not count."""
    edges = chain(network.succ[node].items(), network.pred[node].items())
    return frozenset(other for other, seen in edges if not _HIERARCHY.issuperset(seen["ties"]))


def _flower(
    network: nx.DiGraph, petals: Sequence[str], heart: Box, boxes: Mapping[str, Box]
) -> dict[str, Point]:
    """Return the petals' places around their heart: rings, with a sector for each class."""
    width = min(max((2 * boxes[node].width + 6 for node in petals), default=0.0), _PETAL_WIDTH)
    slots: list[tuple[float, int]] = []
    ring = 0
    while len(slots) < len(petals):
        angles = _ring_angles(*_radii(ring, heart), width, start=ring * 0.618 % 1)
        # The last ring is rarely full: what it holds is spread over all of it.
        count = min(len(angles), len(petals) - len(slots))
        slots += [(angles[i * len(angles) // count], ring) for i in range(count)]
        ring += 1
    # By angle, so that a class fills its sector from the inner ring to the outer.
    by_class = sorted(petals, key=lambda node: str(network.nodes[node]["group"]))
    places = {}
    for node, (angle, ring) in zip(by_class, sorted(slots), strict=True):
        a, b = _radii(ring, heart)
        places[node] = (a * math.cos(angle), b * math.sin(angle))
    return places


def _extent(flower: Mapping[str, Point], heart: Box, boxes: Mapping[str, Box]) -> Box:
    """Return the room of a node with its petals, with air around it."""
    width = max((abs(x) + boxes[node].width for node, (x, _) in flower.items()), default=0.0)
    height = max((abs(y) + boxes[node].height for node, (_, y) in flower.items()), default=0.0)
    return Box(max(heart.width, width) + _GAP, max(heart.height, height) + _GAP)


def _radii(ring: int, heart: Box) -> Point:
    return heart.width + _RING_X * (ring + 0.8), heart.height + _RING_Y * (ring + 1.0)


def _ring_angles(a: float, b: float, width: float, start: float) -> list[float]:
    """Return the angles of the petals on an ellipse: labels need width above, height beside."""

    def step(angle: float) -> float:
        across, along = abs(a * math.sin(angle)), abs(b * math.cos(angle))
        length = math.hypot(across, along)
        return (across * width + along * _PETAL_HEIGHT) / (length * length)

    # Each ring starts a part of a step on: its labels stand in the gaps of the one inside.
    angle = first = start * step(0)
    angles = []
    while angle + 0.8 * step(angle) < first + math.tau:
        angles.append(angle)
        angle += step(angle)
    return angles


def _fruchterman_reingold(network: nx.DiGraph, core: Sequence[str]) -> list[list[float]]:
    index = {node: i for i, node in enumerate(core)}
    # In order: sums of pushes and pulls depend on it in their last digit.
    pulls = sorted(
        (index[a], index[b], 0.6 if WEAK_TIES.issuperset(ties) else 1.6)
        for a, b, ties in network.edges(data="ties")
        if a in index and b in index
    )
    edges = [(a, b) for a, b, _ in pulls]
    weights = [pull for *_, pull in pulls]
    # One more vertex in the middle holds together what nothing else connects.
    middle = len(core)
    edges += [(i, middle) for i in range(middle)]
    weights += [0.05] * middle
    graph = igraph.Graph(n=middle + 1, edges=edges)
    start = [
        (math.cos(i * 2.399963) * math.sqrt(i + 1), math.sin(i * 2.399963) * math.sqrt(i + 1))
        for i in range(middle)
    ]
    igraph.set_random_number_generator(random.Random(_SEED))
    layout = graph.layout_fruchterman_reingold(
        weights=weights,
        seed=[*start, (0.0, 0.0)],
        niter=600 if middle <= _EXACT else 300,
        grid="nogrid" if middle <= _EXACT else "grid",
    )
    igraph.set_random_number_generator(random)
    return [list(point) for point in layout.coords[:middle]]
