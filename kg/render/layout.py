"""A chosen network to the place of each node on the canvas.

What hangs on one node alone stands around it in rings, like petals, one sector for each class; the
rest (documents and what they share) is laid out by igraph's Fruchterman-Reingold from a fixed
start, then pushed apart until no two labels overlap. Nothing moves when the page is opened.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import igraph
import networkx as nx

from kg.render.subgraph import HELD, WEAK_TIES

Point = tuple[float, float]

_SEED = 20170223
_ASPECT = 1.45  # of the canvas beside the panel on a wide screen
_AIR = 1.1  # the canvas, in times of what the boxes cover, before they are pushed apart
# Wide boxes are mostly pushed up and down; which stretch makes up for it depends on the picture.
_STRETCHES = (1.0, 1.4, 2.0)
_RING_X, _RING_Y = 86.0, 54.0  # from one ring of petals to the next
_PETAL_WIDTH, _PETAL_HEIGHT = 132.0, 46.0  # what a petal takes with its label, at most
# Rounds of pushing apart: 40 to 120 suffice for 400 nodes; fewer where there are many boxes, so
# that a picture of a thousand nodes is laid out in seconds (a label or two may then touch).
_ROUNDS, _FEWEST_ROUNDS, _EFFORT = 120, 15, 12_000
_DRAW, _DRAWS = 0.93, 12  # how much, and how often at most, the whole is drawn together again


@dataclass(frozen=True, slots=True)
class Box:
    """Half the width and half the height that a node takes with its label."""

    width: float
    height: float


def lay_out(
    network: nx.DiGraph, order: Sequence[str], boxes: Mapping[str, Box]
) -> dict[str, tuple[int, int]]:
    """Return the place of every node; the same network gives the same places."""
    petals = _petals(network, order)
    taken = {petal for around in petals.values() for petal in around}
    core = [node for node in order if node not in taken]
    flowers = {node: _flower(network, petals.get(node, []), boxes[node], boxes) for node in core}
    sizes = {node: _extent(flowers[node], boxes[node], boxes) for node in core}
    centres = _spread(network, core, sizes)
    places: dict[str, Point] = {}
    for node in core:
        x, y = centres[node]
        places[node] = (x, y)
        for petal, (dx, dy) in flowers[node].items():
            places[petal] = (x + dx, y + dy)
    return {node: (round(places[node][0]), round(places[node][1])) for node in order}


def _petals(network: nx.DiGraph, order: Sequence[str]) -> dict[str, list[str]]:
    """Return, for a node, those that hang on it alone, in order."""
    petals: dict[str, list[str]] = defaultdict(list)
    for node in order:
        owners = _neighbours(network, node)
        if len(owners) != 1 or network.nodes[node]["group"] == HELD:
            continue
        owner = owners[0]
        if len(_neighbours(network, owner)) > 1 or network.nodes[owner]["group"] == HELD:
            petals[owner].append(node)
    return petals


def _neighbours(network: nx.DiGraph, node: str) -> list[str]:
    """Return what ties a node to documents and tasks; hierarchy does not count."""
    hierarchy = {"subOrganizationOf", "within"}
    edges = [
        *((a, ties) for a, _, ties in network.in_edges(node, data="ties")),
        *((b, ties) for _, b, ties in network.out_edges(node, data="ties")),
    ]
    return sorted({other for other, ties in edges if set(ties) - hierarchy})


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


def _extent(flower: Mapping[str, Point], heart: Box, boxes: Mapping[str, Box]) -> Box:
    width = max((abs(x) + boxes[node].width for node, (x, _) in flower.items()), default=0.0)
    height = max((abs(y) + boxes[node].height for node, (_, y) in flower.items()), default=0.0)
    return Box(max(heart.width, width) + 10, max(heart.height, height) + 10)


def _spread(network: nx.DiGraph, core: Sequence[str], sizes: Mapping[str, Box]) -> dict[str, Point]:
    """Return the centres of the core nodes, near what they are tied to, none over another."""
    if not core:
        return {}
    spots = _fruchterman_reingold(network, core)
    boxes = [sizes[node] for node in core]
    tries = [_pack(spots, boxes, stretch) for stretch in _STRETCHES]
    best = min(tries, key=lambda points: _scale_needed(points, boxes))
    best = _drawn_together(best, boxes)
    return {node: (x, y) for node, (x, y) in zip(core, best, strict=True)}


def _pack(
    spots: Sequence[Sequence[float]], boxes: Sequence[Box], stretch: float
) -> list[list[float]]:
    """Return the spots at a size where the boxes just find room, each off the others."""
    area = sum(4 * box.width * box.height for box in boxes) * _AIR
    height = math.sqrt(area / _ASPECT)
    return _separated(_fit(spots, height * _ASPECT * stretch, height / stretch), boxes)


def _drawn_together(points: list[list[float]], boxes: Sequence[Box]) -> list[list[float]]:
    """Return the points nearer to each other, as long as that makes the whole smaller."""
    for _ in range(_DRAWS):
        closer = _separated([[x * _DRAW, y * _DRAW] for x, y in points], boxes)
        if _scale_needed(closer, boxes) >= _scale_needed(points, boxes):
            break
        points = closer
    return points


def _separated(points: Sequence[Sequence[float]], boxes: Sequence[Box]) -> list[list[float]]:
    """Return the points moved just so far that no box covers another."""
    moved = [list(point) for point in points]
    for _ in range(max(_FEWEST_ROUNDS, min(_ROUNDS, _EFFORT // len(boxes)))):
        if not _push_apart(moved, boxes):
            break
    return moved


def _scale_needed(points: Sequence[Sequence[float]], boxes: Sequence[Box]) -> float:
    """Return how tall a canvas must be to hold the boxes."""
    rows = list(zip(points, boxes, strict=True))
    wide = max(p[0] + b.width for p, b in rows) - min(p[0] - b.width for p, b in rows)
    tall = max(p[1] + b.height for p, b in rows) - min(p[1] - b.height for p, b in rows)
    return max(wide / _ASPECT, tall)


def _fruchterman_reingold(network: nx.DiGraph, core: Sequence[str]) -> list[list[float]]:
    index = {node: i for i, node in enumerate(core)}
    edges, weights = [], []
    for a, b, ties in network.edges(data="ties"):
        if a in index and b in index:
            edges.append((index[a], index[b]))
            weights.append(0.6 if set(ties) <= WEAK_TIES else 1.6)
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
        weights=weights, seed=[*start, (0.0, 0.0)], niter=600, grid="nogrid"
    )
    igraph.set_random_number_generator(random)
    return [list(point) for point in layout.coords[:middle]]


def _fit(spots: Sequence[Sequence[float]], width: float, height: float) -> list[list[float]]:
    """Stretch the spots over the canvas, by rank as much as by distance, to use all of it."""
    axes = []
    for axis, span in ((0, width), (1, height)):
        values = [spot[axis] for spot in spots]
        low, reach = min(values), (max(values) - min(values)) or 1.0
        ranks = {
            i: rank for rank, i in enumerate(sorted(range(len(values)), key=values.__getitem__))
        }
        last = max(1, len(values) - 1)
        axes.append(
            [
                (0.5 * (value - low) / reach + 0.5 * ranks[i] / last - 0.5) * span
                for i, value in enumerate(values)
            ]
        )
    return [[x, y] for x, y in zip(*axes, strict=True)]


def _push_apart(points: list[list[float]], boxes: Sequence[Box]) -> bool:
    """Move overlapping boxes off each other along the shorter way; say whether any did.

    From left to right, each against those that begin before it ends. The test for an overlap is
    written out here: as a function of its own it took twice the time.
    """
    rows = sorted(
        (point[0] - box.width, i, point, box.width, box.height)
        for i, (point, box) in enumerate(zip(points, boxes, strict=True))
    )
    moved = False
    for place, (left, _, point, width, height) in enumerate(rows):
        right = left + 2 * width
        for begin, _, other, other_width, other_height in islice(rows, place + 1, None):
            if begin > right:
                break
            over_y = height + other_height - abs(other[1] - point[1])
            if over_y <= 0.5:
                continue
            over_x = width + other_width - abs(other[0] - point[0])
            if over_x > 0.5:
                moved = True
                share = other_width * other_height / (width * height + other_width * other_height)
                _separate(point, other, over_x, over_y, share)
    return moved


def _separate(a: list[float], b: list[float], over_x: float, over_y: float, share: float) -> None:
    """Move a by its share of the overlap, and b by the rest.

    The bigger stands firmer: a document is not carried off by what it mentions.
    """
    axis, push = (0, over_x) if over_x < over_y * _ASPECT else (1, over_y)
    if b[axis] < a[axis]:
        push = -push
    a[axis] -= push * share
    b[axis] += push * (1 - share)
