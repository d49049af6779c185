"""A chosen network to what the page shows: a pyvis network, labels, facts and sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
from pyvis.network import Network

from kg.render.evidence import Span, sentence_around
from kg.render.figures import target_label
from kg.render.layout import Box, lay_out
from kg.render.links import digest_of
from kg.render.subgraph import CITED, HELD, TIES, Facts, Text, Tie, label_of

Words = Mapping[str, Mapping[str, Any]]

EVIDENCE = 3  # sentences for a node or an edge
HUB = 12  # documents, beyond which the mentions of one entity are drawn only when asked for

_TASKS_SHOWN = 8
_SHAPES = {
    CITED: "square",
    "Agency": "dot",
    "Program": "diamond",
    "Region": "triangle",
    "Task": "square",
    "Target": "star",
}
_FACTS = (
    "documentNumber",
    "indexNumber",
    "issuedBy",
    "issued",
    "period",
    "appliesTo",
    "fullName",
    "adcode",
    "level",
    "region",
    "subOrganizationOf",
    "within",
    "number",
    "due",
    "modality",
    "recurrence",
    "altLabel",
)
_KEPT = re.compile(
    r"[0-9A-Za-z][0-9A-Za-z.]|—.|[“（《〈〔].|.[”）》〉〕、，。：；年…—]"
)  # not broken
_SCREEN = (1200, 780)  # of the canvas, in pixels, on a usual screen
_FONT = 28  # of a document's title, in the picture's own units
_READABLE = 13  # pixels
_MOST_EMPHASIS = 2.4
_CARDS = 48  # documents drawn as cards; beyond that, what they share comes to the fore
_MOST_VALUES = 8  # of one property; a national body has dozens of short forms


@dataclass(slots=True)
class Sentences:
    """The sentences that the page quotes, each held once."""

    texts: Mapping[str, Text]
    pages: Mapping[str, str] = field(default_factory=dict)
    # of each source its file's name, its page, and the end of its IRI
    sources: list[tuple[str, str, str]] = field(default_factory=list)
    rows: list[tuple[int, int, str, int]] = field(default_factory=list)
    _places: dict[tuple[str, int, str], int] = field(default_factory=dict)

    def quote(self, spans: Iterable[Span]) -> list[tuple[int, int, int]]:
        """Return for each span its sentence's number and the place in the text."""
        known = (span for span in spans if span.source in self.texts)
        return [(self._number(span), span.begin, span.end) for span in known]

    def _number(self, span: Span) -> int:
        text = self.texts[span.source]
        sentence = sentence_around(text.text, span.begin, span.end)
        key = (span.source, sentence.begin, sentence.text)
        if key not in self._places:
            cited = (text.name, self.pages.get(span.source, ""), digest_of(span.source))
            if cited not in self.sources:
                self.sources.append(cited)
            cuts = sentence.cut_left + 2 * sentence.cut_right
            source = self.sources.index(cited)
            self._places[key] = len(self.rows)
            self.rows.append((source, sentence.begin, sentence.text, cuts))
        return self._places[key]


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the page is made of; `data` becomes JSON as it is."""

    network: Network
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be drawn: a network, its nodes in order, and what the store says of them.

    `roots` are the nodes that were asked for, which stand out. `pages` holds where the page of a
    document or a source lies.

    `weights` holds, for each node, by how many documents it is named in the store and how often.
    """

    network: nx.DiGraph
    order: Sequence[str]
    facts: Mapping[str, Facts]
    texts: Mapping[str, Text]
    weights: Mapping[str, tuple[int, int]]
    roots: Sequence[str] = ()
    pages: Mapping[str, str] = field(default_factory=dict)


def draw(subject: Subject, words: Words) -> Picture:
    """Return the picture, laid out, with the sentences that stand behind each node and edge."""
    labels = {
        node: _label(node, subject.facts.get(node, {}), _chinese(words)) for node in subject.order
    }
    sentences = Sentences(subject.texts, subject.pages)
    network = Network(directed=True)
    hubs = _hubs(subject.network)
    _add_nodes(network, subject, labels)
    ties = _add_edges(network, subject, hubs, sentences)
    entities = [_entity(subject, node, labels[node], sentences, words) for node in subject.order]
    data = {
        "entities": entities,
        "ties": ties,
        "sentences": sentences.rows,
        "sources": sentences.sources,
        "roots": [number for number, node in enumerate(subject.order) if node in subject.roots],
        "thinned": [number for number, node in enumerate(subject.order) if node in hubs],
    }
    return Picture(network, data)


def _add_nodes(picture: Network, subject: Subject, labels: Mapping[str, str]) -> None:
    looks, places = _arrange(subject, labels)
    for number, node in enumerate(subject.order):
        look, (x, y) = looks[node], places[node]
        group = subject.network.nodes[node]["group"]
        picture.add_node(number, look.label, look.shape, group=group, x=x, y=y, size=look.size)
        picture.node_map[number]["font"] = {"size": look.font}


def _add_edges(
    picture: Network, subject: Subject, hubs: frozenset[str], sentences: Sentences
) -> list[list[Any]]:
    """Add the edges to the picture; return, for each, its ties with their sentences."""
    index = {node: number for number, node in enumerate(subject.order)}
    rows = []
    edges = [(index[a], index[b], a, b) for a, b in subject.network.edges]
    for number, other, a, b in sorted(edges):
        ties: dict[str, Tie] = subject.network.edges[a, b]["ties"]
        names = sorted(ties, key=TIES.index)
        bare = names[0] == "mentions"
        look = {"arrows": "", "hidden": b in hubs} if bare else {}
        width = _width(names[0], ties[names[0]])
        picture.add_edge(number, other, kind=names[0], width=width, **look)
        rows.append([_tie_row(name, ties[name], sentences) for name in names])
    return rows


def _entity(
    subject: Subject, node: str, label: str, sentences: Sentences, words: Words
) -> dict[str, Any]:
    seen = subject.network.nodes[node]
    documents, mentions = subject.weights[node]
    return {
        "iri": node,
        "label": label,
        "kind": seen["kind"],
        "facts": _fact_rows(subject.facts.get(node, {}), _chinese(words)),
        "documents": documents,
        "mentions": mentions,
        "page": subject.pages.get(node, ""),
        "spans": sentences.quote(seen.get("spans", [])),
    }


def _arrange(
    subject: Subject, labels: Mapping[str, str]
) -> tuple[dict[str, _Look], dict[str, tuple[int, int]]]:
    """Return looks and places such that the documents can be read when all is in view."""
    groups = dict(subject.network.nodes("group"))
    documents = sum(group == HELD for group in groups.values())
    others = (_degree(subject, node) for node in subject.order if groups[node] != HELD)
    most = max(others, default=1)
    scale = _Scale(1.0, documents, most)
    looks: dict[str, _Look] = {}
    places: dict[str, tuple[int, int]] = {}
    # Bigger labels need more room, which makes all smaller on the screen: it settles in two.
    for _ in range(2):
        looks = {node: _look(subject, node, labels[node], scale) for node in subject.order}
        boxes = {node: look.box for node, look in looks.items()}
        places = lay_out(subject.network, subject.order, boxes)
        wanted = _READABLE / _FONT / _zoom(places)
        scale = _Scale(min(max(scale.emphasis, wanted), _MOST_EMPHASIS), documents, most)
    return looks, places


def _zoom(places: Mapping[str, tuple[int, int]]) -> float:
    """Return at what scale the whole fits a usual screen."""
    if not places:
        return 1.0
    across = [x for x, _ in places.values()]
    down = [y for _, y in places.values()]
    width, height = _SCREEN
    return min(width / (max(across) - min(across) + 100), height / (max(down) - min(down) + 100))


def _tie_row(kind: str, tie: Tie, sentences: Sentences) -> list[Any]:
    return [kind, tie.count, sentences.quote(tie.spans[:EVIDENCE]), tie.tasks[:_TASKS_SHOWN]]


def _hubs(network: nx.DiGraph) -> frozenset[str]:
    mentioned = Counter(
        b for _, b, ties in network.edges(data="ties") if min(ties, key=TIES.index) == "mentions"
    )
    return frozenset(node for node, count in mentioned.items() if count > HUB)


def _width(name: str, tie: Tie) -> float:
    if name == "mentions":
        return 1
    return round(min(0.6 + tie.count**0.5 * 0.9, 6), 1) if name in ("leads", "supports") else 2.5


# -- labels ----------------------------------------------------------------------------------


def _chinese(words: Words) -> Mapping[str, str]:
    """Return the values of the ontology in Chinese, by name."""
    return {name: pair[0] for name, pair in words["values"].items()}


def _label(node: str, facts: Facts, values: Mapping[str, str]) -> str:
    return target_label(facts, values) if "indicatorText" in facts else label_of(node, facts)


def _fact_rows(facts: Facts, names: Mapping[str, str]) -> list[tuple[str, str]]:
    def shown(values: Sequence[str]) -> str:
        more = "…" if len(values) > _MOST_VALUES else ""
        return "、".join(names.get(v, v) for v in values[:_MOST_VALUES]) + more

    return [(prop, shown(facts[prop])) for prop in _FACTS if facts.get(prop)]


# -- looks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scale:
    """What sizes depend on: the whole picture, and the best connected node in it."""

    emphasis: float
    documents: int
    most: int

    def share(self, degree: int) -> float:
        """Return 0 for what one document names, up to 1 for what most documents name."""
        return 0.0 if degree < 2 else math.sqrt((degree - 1) / (self.most - 1))


@dataclass(frozen=True, slots=True)
class _Look:
    label: str
    shape: str
    font: int
    size: int
    box: Box


def _look(subject: Subject, node: str, label: str, scale: _Scale) -> _Look:
    group = subject.network.nodes[node]["group"]
    if group == HELD:
        return _document_look(label, subject.facts.get(node, {}), scale)
    share = 1.0 if node in subject.roots else scale.share(_degree(subject, node))
    font = round((16 + 12 * share) * scale.emphasis) if share else 14
    if group == CITED and share:
        return _boxed(_wrap(label, 10, 2), max(14, font - 4))
    size = round((10 + 8 * share) * scale.emphasis) if share else 7
    return _dotted(_wrap(label, 12 if group == "Target" else 9, 2), _SHAPES[group], font, size)


def _degree(subject: Subject, node: str) -> int:
    """Return how many documents name a node, or how many lines end there if these are fewer."""
    return int(min(subject.weights[node][0], subject.network.degree(node)))


def _document_look(title: str, facts: Facts, scale: _Scale) -> _Look:
    if scale.documents > _CARDS:
        return _dotted(_wrap(title, 12, 2), "square", 14, 10)
    lines = [*_wrap(title, 12, 3), *_imprint(title, facts)]
    return _boxed(lines, round(_FONT * scale.emphasis))


def _imprint(title: str, facts: Facts) -> list[str]:
    """Return who issued a document and when, without what its title says already."""
    issuers = [name for name in facts.get("issuedBy", [])[:1] if not title.startswith(name)]
    parts = [*issuers, *facts.get("issued", [])[:1]]
    if sum(map(len, parts)) <= 18:
        return [" ".join(parts)] if parts else []
    return [line for part in parts for line in _wrap(part, 14, 2)]


def _dotted(lines: Sequence[str], shape: str, font: int, size: int) -> _Look:
    box = Box(max(map(len, lines)) * font / 2 + 4, size + len(lines) * font * 0.65)
    return _Look("\n".join(lines), shape, font, size, box)


def _boxed(lines: Sequence[str], font: int) -> _Look:
    wide = max(map(len, lines)) * font / 2 + 12
    return _Look("\n".join(lines), "box", font, font, Box(wide, len(lines) * font * 0.6 + 10))


def _wrap(label: str, width: int, most: int) -> list[str]:
    """Return the label in lines of about equal length, shortened where it is too long."""
    text = " ".join(label.split()) or "–"
    if len(text) > width * most:
        text = text[: width * most - 1] + "…"
    lines = []
    for left in range(-(-len(text) // width), 0, -1):
        at = _break_near(text, -(-len(text) // left))
        lines.append(text[:at])
        text = text[at:]
    return [line for line in lines if line]


def _break_near(text: str, at: int) -> int:
    """Return the place nearest to `at` where a line may end: not in 2017, not before ” or 》."""
    if at >= len(text):
        return len(text)
    allowed = (at + step for step in (0, 1, -1, 2, -2, 3, -3))
    return next((i for i in allowed if 0 < i < len(text) and not _KEPT.match(text, i - 1)), at)
