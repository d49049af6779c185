"""A scene to its drawing: how each node of it looks, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from kg.render.layout import Layout
from kg.render.looks import CARDS, TITLE_FONT, Look, Scale, card, dotted, plain_look, shared_look
from kg.render.scenes import Group, Scene, part
from kg.render.subgraph import HELD, Facts, Tie

_SCREEN = (980, 800)  # of the canvas, in pixels, on a usual screen
_READABLE = 13  # pixels
_MOST_EMPHASIS = 2.4

Drawn = Mapping[str, tuple[Look, tuple[int, int]]]


@dataclass(frozen=True)
class Artist:
    """What scenes are drawn from: the network, and what is known of its nodes.

    `weights` holds, for each node, by how many documents it is named in the store and how often.
    """

    network: nx.DiGraph
    labels: Mapping[str, str]
    facts: Mapping[str, Facts]
    weights: Mapping[str, tuple[int, int]]
    roots: Sequence[str]

    def draw(self, scene: Scene) -> Drawn:
        """Return the looks and places of a scene's nodes, its groups named by their scene."""
        return self._draw_groups(scene) if scene.groups else self._draw_entities(scene.nodes)

    def _draw_entities(self, nodes: Sequence[str]) -> Drawn:
        network = part(self.network, nodes)
        degrees = {node: min(self.weights[node][0], network.degree(node)) for node in nodes}
        groups = dict(network.nodes("group"))
        documents = sum(group == HELD for group in groups.values())
        most = max((degrees[node] for node in nodes if groups[node] != HELD), default=1)

        def look(node: str, emphasis: float) -> Look:
            scale = Scale(emphasis, documents, most)
            if groups[node] == HELD and documents <= CARDS:
                return card(self.labels[node], self.facts.get(node, {}), scale)
            share = 1.0 if node in self.roots else scale.share(degrees[node])
            if groups[node] == HELD or not share:
                return plain_look(groups[node], self.labels[node])
            return shared_look(groups[node], self.labels[node], share, scale)

        return _arranged(network, nodes, look)

    def _draw_groups(self, scene: Scene) -> Drawn:
        groups = {group.scene: group for group in scene.groups}
        names = list(groups)
        network: nx.DiGraph = nx.DiGraph()
        network.add_nodes_from(names, group="Group")
        for a, b, shared in scene.lines:
            network.add_edge(names[a], names[b], ties={"shares": Tie(shared)})
        most = max(group.documents for group in scene.groups)

        def look(name: str, emphasis: float) -> Look:
            return _group_look(groups[name], most, emphasis)

        return _arranged(network, names, look)


def _group_look(group: Group, most: int, emphasis: float) -> Look:
    share = (group.documents / max(most, 1)) ** 0.5
    font = round((16 + 14 * share) * emphasis)
    # The page writes how much is in it below its name, in either language.
    wide = max(len(group.label[:18]), 14)
    look = dotted(["一" * wide, ""], "dot", font, round(12 + 40 * share))
    return Look(group.label, "dot", font, look.size, look.box)


def _arranged(
    network: nx.DiGraph, nodes: Sequence[str], look: Callable[[str, float], Look]
) -> Drawn:
    """Return looks and places such that the large labels can be read when all is in view."""
    layout = Layout(network, nodes)
    looks: dict[str, Look] = {}
    places: dict[str, tuple[int, int]] = {}
    emphasis = 1.0
    # Bigger labels need more room, which makes all smaller on the screen: it settles in two.
    for _ in range(2):
        looks = {node: look(node, emphasis) for node in nodes}
        places = layout.places({node: one.box for node, one in looks.items()})
        emphasis = min(max(emphasis, _READABLE / TITLE_FONT / _zoom(places)), _MOST_EMPHASIS)
    return {node: (looks[node], places[node]) for node in nodes}


def _zoom(places: Mapping[str, tuple[int, int]]) -> float:
    """Return at what scale the whole fits a usual screen."""
    if not places:
        return 1.0
    across = [x for x, _ in places.values()]
    down = [y for _, y in places.values()]
    width, height = _SCREEN
    return min(width / (max(across) - min(across) + 100), height / (max(down) - min(down) + 100))


def scene_rows(
    scenes: Iterable[Scene], artist: Artist, numbers: Mapping[str, int], plain: Sequence[Look]
) -> list[dict[str, Any]]:
    """Return the scenes as the page holds them; what is as in the list of nodes is left out."""
    return [_scene_row(scene, artist.draw(scene), numbers, plain) for scene in scenes]


def _scene_row(
    scene: Scene, drawn: Drawn, numbers: Mapping[str, int], plain: Sequence[Look]
) -> dict[str, Any]:
    return {
        "name": scene.name,
        "label": scene.label,
        "parent": scene.parent,
        "kind": scene.kind,
        "members": scene.members,
        "nodes": [
            _node_row(numbers[node], *drawn[node], plain[numbers[node]]) for node in scene.nodes
        ],
        "groups": [_group_row(group, *drawn[group.scene]) for group in scene.groups],
        "lines": scene.lines,
    }


def _node_row(number: int, look: Look, place: tuple[int, int], plain: Look) -> dict[str, Any]:
    x, y = place
    row: dict[str, Any] = {"id": number, "x": x, "y": y}
    if look.label != plain.label:
        row["label"] = look.label
    if look.shape != plain.shape:
        row["shape"] = look.shape
    if (look.size, look.font) != (plain.size, plain.font):
        row |= {"size": look.size, "font": look.font}
    return row


def _group_row(group: Group, look: Look, place: tuple[int, int]) -> dict[str, Any]:
    x, y = place
    return {
        "scene": group.scene,
        "label": group.label,
        "documents": group.documents,
        "counts": group.counts,
        "x": x,
        "y": y,
        "size": look.size,
        "font": look.font,
    }
