"""What a correction calls a thing: a name, a path such as agency/青禾县教育局, fields of a fact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from kg.models import Entity, EntityType

TYPES: dict[str, EntityType] = {
    "agency": "Agency",
    "program": "Program",
    "document": "Document",
    "region": "Region",
}
# Class → type, as in the ontology; a document of no known kind is a PolicyDocument alone.
KINDS: dict[str, EntityType] = {
    **dict.fromkeys(
        (
            *("GovernmentBody", "PartyBody", "MassOrganization", "Congress", "JudicialBody"),
            *("WorkingGroup", "PublicInstitution", "Enterprise", "InternalUnit", "Association"),
        ),
        "Agency",
    ),
    **dict.fromkeys(
        ("Initiative", "PolicyInstrument", "Designation", "Platform", "Event"),
        "Program",
    ),
    **dict.fromkeys(
        (
            *("WorkPlan", "Notice", "Opinion", "ImplementationPlan", "Plan", "Regulation", "Law"),
            *("Report", "Standard", "Publication", "PolicyDocument"),
        ),
        "Document",
    ),
}
FACTS = ("target", "responsibility", "citation", "deadline")
_PATH = re.compile(r"(?:https?://[^\s<>]*?/)?(agency|program|document|region)/(\S.*)")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SOURCE_BOUND = re.compile(r"[0-9a-f]{20}[/-]")


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing by its name, or by type and key where the text is an IRI or its path."""

    text: str  # as written
    type: EntityType | None = None
    key: str = ""

    @property
    def name(self) -> str:
        """Give the name that a path ends in (agency/320106/鼓楼区教育局), or the name itself."""
        if self.type is None:
            return self.text
        return self.key.rsplit("/", 1)[-1] if self.type == "Agency" else self.key

    @property
    def is_source_bound(self) -> bool:
        """Tell whether it is a thing of one text alone, which the text did not decide."""
        return _SOURCE_BOUND.match(self.key) is not None


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Return a name as IRIs have it: NFKC, one blank for several, nothing that is not seen."""
    return _UNSEEN.sub("", re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip())


def _decoded(escaped: re.Match[str]) -> str:
    return bytes.fromhex(escaped[0].replace("%", "")).decode("utf-8", "replace")


@lru_cache(maxsize=10_000)
def reference(text: str) -> Reference:
    """Read what a correction calls a thing."""
    found = _PATH.fullmatch(text)
    if found is None:
        return Reference(text)
    return Reference(text, TYPES[found[1]], plain(_ESCAPED.sub(_decoded, found[2])))


def is_meant(entity: Entity, thing: Reference) -> bool:
    """Tell whether an entity has this path or, where only a name is given, this name."""
    if thing.type is not None:
        return entity.type == thing.type and plain(entity.key) == thing.key
    return entity.name == thing.text


def is_meant_everywhere(entity: Entity, thing: Reference) -> bool:
    """Tell whether an entity is meant in every document.

    A name that several bodies share, or of which a text did not say whose it is (教育局), means
    one of them only where its path is given.
    """
    if not is_meant(entity, thing):
        return False
    return thing.type is not None or entity.type != "Agency" or entity.key == entity.name


def kinds_of(type_: EntityType) -> tuple[str, ...]:
    """Return the classes of a type."""
    return tuple(kind for kind, belongs in KINDS.items() if belongs == type_)


def fields_of(text: str, allowed: Collection[str]) -> dict[str, str]:
    """Read `indicator=新增学位; value=500`; raise ValueError where that is not what it says."""
    found: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in re.split("[;；]", text))):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or name not in allowed:
            raise ValueError(f"{part!r}: write NAME=VALUE; known: {', '.join(allowed)}")
        if name in found:
            raise ValueError(f"{name}: given twice")
        found[name] = value.strip()
    if not found:
        raise ValueError(f"says nothing; write NAME=VALUE; known: {', '.join(allowed)}")
    return found
