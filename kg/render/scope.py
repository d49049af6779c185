"""Entities of a page to what they can be chosen by: documents, years, level and regions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

from kg.render.subgraph import CITED, HELD, Facts, Select, label_of

# Highest first: of several issuers the highest gives a document its level.
LEVELS = ("NationalLevel", "ProvincialLevel", "PrefecturalLevel", "CountyLevel", "TownshipLevel")

_OF_REGION = dict(
    zip(("Country", "Province", "Prefecture", "County", "Township"), LEVELS, strict=True)
)
_PARTS = frozenset({"Task", "Target"})
_YEAR = re.compile(r"[12]\d{3}")
_ISSUERS = "SELECT DISTINCT ?d ?level WHERE { ?d pol:issuedBy ?a . ?a pol:level ?level }"


def read_levels(select: Select) -> dict[str, str]:
    """Return the level of every document: that of its issuer."""
    found: dict[str, set[str]] = defaultdict(set)
    for document, level in select(_ISSUERS):
        found[document or ""].add((level or "").rpartition("#")[2])
    return {document: _highest(levels) for document, levels in found.items()}


def _highest(levels: Iterable[str]) -> str:
    known = set(levels)
    return next((level for level in LEVELS if level in known), "")


@dataclass(frozen=True)
class Scopes:
    """What the entities of a page can be chosen by.

    `network` is all that was read, not only what the page shows: the lines of a document to what
    its tasks name may be left out there.
    """

    network: nx.DiGraph
    order: Sequence[str]
    facts: Mapping[str, Facts]
    levels: Mapping[str, str]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        groups = self.network.nodes("group")
        return {node: n for n, node in enumerate(self.order) if groups[node] == HELD}

    @cached_property
    def owners(self) -> dict[str, list[str]]:
        """Return for each entity the documents of the page that name it, in order."""
        known = self._numbers
        found = {node: self._owners(node).intersection(known) for node in self.order}
        return {node: sorted(owners, key=known.__getitem__) for node, owners in found.items()}

    def of(self, node: str) -> dict[str, Any]:
        """Return the documents of the page that name a node, their years, its level and regions."""
        owners = self.owners[node]
        group = self.network.nodes[node]["group"]
        dated = [node] if group == CITED else owners
        return {
            "docs": [self._numbers[owner] for owner in owners],
            "years": sorted({year for document in dated for year in self._years(document)}),
            "level": self._level(node, group),
            "regions": self._regions(node, group, owners),
        }

    def _owners(self, node: str) -> set[str]:
        """Return the documents that name a node, or that it is or lies in."""
        groups = self.network.nodes("group")
        if groups[node] == HELD:
            return {node}
        above = list(self.network.pred[node])
        parts = [one for one in above if groups[one] in _PARTS]
        return {one for one in above if groups[one] == HELD}.union(*map(self._owners, parts))

    def _years(self, document: str) -> set[int]:
        """Return the years a document plans for, else that of its issue."""
        facts = self.facts.get(document, {})
        dates = facts.get("planYear") or facts.get("issued", [])
        return {int(date[:4]) for date in dates if _YEAR.match(date)}

    def _level(self, node: str, group: str) -> str:
        if group in (HELD, CITED):
            return self.levels.get(node, "")
        stated = _highest(self.facts.get(node, {}).get("level", []))
        return stated or _OF_REGION.get(self.network.nodes[node]["kind"], "")

    def _regions(self, node: str, group: str, owners: Iterable[str]) -> list[str]:
        facts = self.facts.get(node, {})
        if group == "Region":
            return [label_of(node, facts)]
        if group == "Agency" and facts.get("region"):
            return facts["region"]
        if group in (HELD, CITED):
            return facts.get("appliesTo", [])
        return sorted({name for one in owners for name in self.facts[one].get("appliesTo", [])})
