"""The entities of a page to its scenes: what is drawn at first, and what opens from there.

Up to some thousand entities there are two: the telling ones, and all. Beyond that the first scene
shows groups of documents with what they name, by province, by region within it, by issuer within
that, by document at last, as far as needed until one scene can show a group.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

import networkx as nx

from kg.render.choice import choose
from kg.render.subgraph import HELD, Facts, Select, label_of

FIRST = 80  # entities drawn at first, of a page that holds more than twice as many
ALL = 5_000  # entities that a browser still draws within two seconds
SHARE = 600  # entities in one scene of a group
HUB = 12  # documents, beyond which naming an entity says little about a document

_STRONGEST = 3  # lines kept at each group
_NO_GROUP = ""  # what has no region, no issuer

_PLACES = """
SELECT DISTINCT ?d ?place ?province WHERE {
  ?d pol:hasText ?c ; pol:appliesTo ?r . ?r skos:prefLabel ?place .
  OPTIONAL { ?r pol:within* ?p . ?p a pol:Province ; skos:prefLabel ?province }
}"""

Key = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Group:
    """Documents, and what they name: one node of a scene, which opens another."""

    scene: str
    label: str
    documents: int
    counts: Mapping[str, int]  # of its entities, by class


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn together: entities or groups.

    `name` leads there; `kind` says what the groups are, `members` how many entities belong here,
    of which `nodes` are drawn at once.
    """

    name: str
    label: str = ""
    parent: str | None = None
    kind: str = "entities"
    members: int = 0
    nodes: Sequence[str] = ()
    groups: Sequence[Group] = ()
    lines: Sequence[tuple[int, int, int]] = ()  # two groups, and how much they share


@dataclass(frozen=True, slots=True)
class _Whole:
    """Documents and all that they name, to be shown in one scene or in several."""

    name: str
    label: str
    parent: str | None
    documents: Sequence[str]
    members: Sequence[str]


def part(network: nx.DiGraph, nodes: Iterable[str]) -> nx.DiGraph:
    """Return the part of a network between the nodes, in their order."""
    ordered = list(nodes)
    within = set(ordered)
    found: nx.DiGraph = nx.DiGraph()
    found.add_nodes_from((node, network.nodes[node]) for node in ordered)
    found.add_edges_from(
        (a, b, seen) for a in ordered for b, seen in network.succ[a].items() if b in within
    )
    return found


def bare(network: nx.DiGraph, a: str, b: str) -> bool:
    """Tell whether a does no more than mention b."""
    return set(network.edges[a, b]["ties"]) == {"mentions"}


def hubs_of(network: nx.DiGraph) -> dict[str, int]:
    """Return what so many documents name that lines of bare mentions would cover the rest."""
    mentioned = Counter(b for a, b in network.edges if bare(network, a, b))
    return {node: count for node, count in mentioned.items() if count > HUB}


def read_places(select: Select) -> dict[str, tuple[str, str]]:
    """Return the province and the region of each document that states where it applies."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for document, place, province in select(_PLACES):
        found[document or ""].add((province or place or "", place or ""))
    return {document: min(places) for document, places in found.items()}


@dataclass(frozen=True)
class Stage:
    """What scenes are made of: the entities of a page, and the documents that name each."""

    network: nx.DiGraph
    order: Sequence[str]
    roots: Sequence[str]
    owners: Mapping[str, Sequence[str]]
    facts: Mapping[str, Facts]
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    first: int = FIRST
    most: int = ALL
    share: int = SHARE

    @cached_property
    def _hubs(self) -> dict[str, int]:
        return hubs_of(self.network)

    def scenes(self) -> list[Scene]:
        """Return the scenes of the page, that which opens first before the others."""
        if len(self.order) > self.most:
            whole = _Whole("", "", None, self._documents(), self.order)
            return list(self._split(whole, self._keys()))
        few = len(self.order) <= 2 * self.first
        telling = self._telling(self.order, len(self.order) if few else self.first)
        first = Scene("", members=len(self.order), nodes=telling)
        if len(telling) == len(self.order):
            return [first]
        return [first, Scene("all", "", "", "entities", len(self.order), self.order)]

    def _telling(self, nodes: Sequence[str], most: int) -> list[str]:
        """Return the most telling nodes; around what was asked for they come in their order."""
        if len(nodes) <= most:
            return list(nodes)
        if self.roots:
            return list(nodes[:most])
        chosen = choose(self._without_hubs(part(self.network, nodes)), [], 0, most)
        return chosen + [node for node in nodes if node not in set(chosen)][: most - len(chosen)]

    def _without_hubs(self, network: nx.DiGraph) -> nx.DiGraph:
        """Remove what would stand unconnected: it has no lines but such as are not drawn."""
        hubs = self._hubs
        network.remove_edges_from(
            [(a, b) for a, b in network.edges if b in hubs and bare(network, a, b)]
        )
        network.remove_nodes_from([node for node in hubs if not network.pred.get(node)])
        return network

    def _documents(self) -> list[str]:
        return [node for node in self.order if self.network.nodes[node]["group"] == HELD]

    def _keys(self) -> list[tuple[str, Key]]:
        """Return by what documents are grouped, the coarsest first."""
        return [
            ("province", lambda document: self.places.get(document, ("", ""))[0]),
            ("region", lambda document: self.places.get(document, ("", ""))[1]),
            ("issuer", lambda document: self._issuer(document)),
            ("document", lambda document: document),
        ]

    def _issuer(self, document: str) -> str:
        return self.facts.get(document, {}).get("issuedBy", [""])[0]

    def _split(self, whole: _Whole, keys: Sequence[tuple[str, Key]]) -> Iterator[Scene]:
        """Yield the scene of some documents, then those of the groups in it."""
        kind, groups, rest = self._grouped(whole, keys)
        if not groups:
            telling = self._telling(whole.members, self.share)
            yield Scene(
                whole.name, whole.label, whole.parent, "entities", len(whole.members), telling
            )
            return
        nodes = [
            Group(one.name, one.label, len(one.documents), self._counts(one.members))
            for one in groups
        ]
        lines = self._lines([one.members for one in groups])
        count = len(whole.members)
        yield Scene(whole.name, whole.label, whole.parent, kind, count, (), nodes, lines)
        for one in groups:
            yield from self._split(one, rest)

    def _grouped(
        self, whole: _Whole, keys: Sequence[tuple[str, Key]]
    ) -> tuple[str, list[_Whole], Sequence[tuple[str, Key]]]:
        """Return by what documents fall into groups, the groups, and what is left to try."""
        if len(whole.members) <= self.share:
            return "", [], ()
        for tried, (kind, key) in enumerate(keys, 1):
            groups: dict[str, list[str]] = defaultdict(list)
            for document in whole.documents:
                groups[key(document)].append(document)
            if whole.parent is None and not all(map(self.owners.__getitem__, whole.members)):
                groups.setdefault(_NO_GROUP, [])
            if len(groups) > 1:
                return kind, self._parts(whole, kind, groups), keys[tried:]
        return "", [], ()

    def _parts(self, whole: _Whole, kind: str, groups: Mapping[str, Sequence[str]]) -> list[_Whole]:
        """Return the groups, the largest first, and last what belongs to none."""
        keys = sorted(groups, key=lambda key: (not key, -len(groups[key]), key))
        labels = [self._group_label(kind, key) for key in keys]
        names = _distinct([f"{whole.name}/{label or '–'}".lstrip("/") for label in labels])
        members = self._members(whole, groups)
        return [
            _Whole(name, label, whole.name, groups[key], members[key])
            for name, label, key in zip(names, labels, keys, strict=True)
        ]

    def _members(
        self, whole: _Whole, groups: Mapping[str, Sequence[str]]
    ) -> Mapping[str, list[str]]:
        """Return what the documents of each group name; what none names belongs to no group."""
        group_of = {document: key for key, mine in groups.items() for document in mine}
        members: dict[str, list[str]] = defaultdict(list)
        for node in whole.members:
            owners = self.owners[node]
            keys = {group_of[owner] for owner in owners if owner in group_of}
            for key in keys if owners else (_NO_GROUP,):
                members[key].append(node)
        return members

    def _group_label(self, kind: str, key: str) -> str:
        return label_of(key, self.facts.get(key, {})) if kind == "document" and key else key

    def _counts(self, members: Iterable[str]) -> dict[str, int]:
        return dict(sorted(Counter(self.network.nodes[node]["group"] for node in members).items()))

    def _lines(self, groups: Sequence[Sequence[str]]) -> list[tuple[int, int, int]]:
        """Return what groups share, the strongest lines at each; what most name does not count."""
        holders: dict[str, list[int]] = defaultdict(list)
        for number, members in enumerate(groups):
            for node in members:
                holders[node].append(number)
        shared: Counter[tuple[int, int]] = Counter()
        for node, numbers in holders.items():
            if len(numbers) > 1 and len(self.owners[node]) <= HUB:
                shared.update(combinations(numbers, 2))
        return _strongest(shared)


def _strongest(shared: Mapping[tuple[int, int], int]) -> list[tuple[int, int, int]]:
    kept: set[tuple[int, int]] = set()
    taken: Counter[int] = Counter()
    for pair in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        if min(taken[end] for end in pair) < _STRONGEST:
            kept.add(pair)
            taken.update(pair)
    return [(a, b, shared[a, b]) for a, b in sorted(kept)]


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names, with a number where several are the same."""
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(name if seen[name] == 1 else f"{name}·{seen[name]}")
    return distinct
