"""The entities of a page to what it carries of them: their facts, ties and sentences, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from kg.render.drawing import Artist, scene_rows
from kg.render.evidence import Span, sentence_around
from kg.render.labels import Words, chinese, fact_rows, label
from kg.render.links import digest_of
from kg.render.looks import Look, plain_look
from kg.render.scenes import Scene, hubs_of
from kg.render.scope import Scopes
from kg.render.subgraph import TIES, Facts, Text, Tie

EVIDENCE = 3  # sentences for a node or an edge

_TASKS_SHOWN = 8


@dataclass(slots=True)
class Sentences:
    """The sentences that the page quotes, each held once."""

    texts: Mapping[str, Text]
    pages: Mapping[str, str] = field(default_factory=dict)
    # of each source its file's name, its page, and the end of its IRI
    sources: list[tuple[str, str, str]] = field(default_factory=list)
    rows: list[tuple[int, int, str, int]] = field(default_factory=list)
    _places: dict[tuple[str, int, str], int] = field(default_factory=dict)
    _files: dict[tuple[str, str, str], int] = field(default_factory=dict)

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
            cuts = sentence.cut_left + 2 * sentence.cut_right
            source = self._files.setdefault(cited, len(self._files))
            if source == len(self.sources):
                self.sources.append(cited)
            self._places[key] = len(self.rows)
            self.rows.append((source, sentence.begin, sentence.text, cuts))
        return self._places[key]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page holds: a network, its nodes in order, and what the store says of them.

    `roots` are the nodes that were asked for, which stand out. `pages` holds where the page of a
    document or a source lies.

    `weights` holds, for each node, by how many documents it is named in the store and how often.
    """

    network: nx.DiGraph
    order: Sequence[str]
    facts: Mapping[str, Facts]
    texts: Mapping[str, Text]
    weights: Mapping[str, tuple[int, int]]
    scopes: Scopes
    scenes: Sequence[Scene]
    roots: Sequence[str] = ()
    pages: Mapping[str, str] = field(default_factory=dict)


def picture(subject: Subject, words: Words) -> dict[str, Any]:
    """Return what the page carries: entities, lines, the sentences behind both, and the scenes.

    Entities and nodes go by one number; `edges` and `ties` by another.
    """
    network, order = subject.network, subject.order
    labels = {node: label(node, subject.facts.get(node, {}), chinese(words)) for node in order}
    plain = [plain_look(network.nodes[node]["group"], labels[node]) for node in order]
    numbers = {node: number for number, node in enumerate(order)}
    sentences = Sentences(subject.texts, subject.pages)
    hubs = hubs_of(network)
    edges, ties = _edges(subject, numbers, hubs, sentences)
    entities = [_entity(subject, node, labels[node], sentences) for node in order]
    artist = Artist(network, labels, subject.facts, subject.weights, subject.roots)
    return {
        "entities": entities,
        "nodes": [_node(entities[n]["group"], look) for n, look in enumerate(plain)],
        "edges": edges,
        "ties": ties,
        "sentences": sentences.rows,
        "sources": sentences.sources,
        "roots": sorted(numbers[node] for node in subject.roots if node in numbers),
        "scenes": scene_rows(subject.scenes, artist, numbers, plain),
        "first": [numbers[node] for node in subject.scenes[0].nodes],
        "hubs": [{"id": numbers[node], "lines": hubs[node]} for node in order if node in hubs],
    }


def _node(group: str, look: Look) -> dict[str, Any]:
    """Return how an entity is drawn where no scene says otherwise."""
    shape, size = look.shape, look.size
    return {"group": group, "label": look.label, "shape": shape, "size": size, "font": look.font}


def _edges(
    subject: Subject,
    numbers: Mapping[str, int],
    hubs: Mapping[str, int],
    sentences: Sentences,
) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Return the lines, and for each its ties with their sentences."""
    edges, rows = [], []
    pairs = [(numbers[a], numbers[b], a, b) for a, b in subject.network.edges]
    for number, other, a, b in sorted(pairs):
        ties: dict[str, Tie] = subject.network.edges[a, b]["ties"]
        names = sorted(ties, key=TIES.index)
        edge: dict[str, Any] = {"from": number, "to": other, "kind": names[0]}
        width = _width(names[0], ties[names[0]])
        edge |= {"width": width} if width != 1 else {}
        if names == ["mentions"] and b in hubs:
            edge["hub"] = other
        edges.append(edge)
        rows.append([_tie_row(name, ties[name], sentences) for name in names])
    return edges, rows


def _entity(subject: Subject, node: str, label: str, sentences: Sentences) -> dict[str, Any]:
    seen = subject.network.nodes[node]
    documents, mentions = subject.weights[node]
    return {
        "iri": node,
        "label": label,
        "group": seen["group"],
        "kind": seen["kind"],
        "facts": fact_rows(subject.facts.get(node, {})),
        "documents": documents,
        "mentions": mentions,
        "page": subject.pages.get(node, ""),
        "spans": sentences.quote(seen.get("spans", [])),
        **subject.scopes.of(node),
    }


def _tie_row(kind: str, tie: Tie, sentences: Sentences) -> list[Any]:
    return [kind, tie.count, sentences.quote(tie.spans[:EVIDENCE]), tie.tasks[:_TASKS_SHOWN]]


def _width(name: str, tie: Tie) -> float:
    if name == "mentions":
        return 1
    return round(min(0.6 + tie.count**0.5 * 0.9, 6), 1) if name in ("leads", "supports") else 2.5
