"""A store to the documents that it holds, with their places, levels and years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg import queries
from kg.errors import NotFoundError
from kg.store import Store

# From the top; an area is no level of government.
LEVELS = ("Country", "Province", "Prefecture", "County", "Township")


@dataclass(frozen=True, slots=True)
class Region:
    """A place, and the one that holds it."""

    iri: str
    name: str
    level: str  # of LEVELS, or Area
    above: str = ""  # IRI
    code: str = ""  # GB/T 2260


@dataclass(frozen=True, slots=True)
class Holding:
    """A document whose text is held."""

    document: str  # IRI
    title: str
    kind: str  # WorkPlan, Notice … or "" where it is none of these
    issued: str  # ISO 8601 date, month or year; "" where the text does not say
    years: tuple[int, ...]  # that it plans
    region: str  # IRI; "" where it is not known
    place: str  # the region's name
    level: str  # of the region
    issuers: tuple[str, ...]
    source: str  # IRI of the text
    file: str


class Places:
    """The regions of a store, by IRI and by name."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.by_iri = {region.iri: region for region in regions}
        self._by_name: dict[str, list[Region]] = defaultdict(list)
        for region in self.by_iri.values():
            self._by_name[region.name].append(region)

    def chain(self, iri: str) -> tuple[Region, ...]:
        """Give a region and those that hold it, from the lowest up."""
        found: list[Region] = []
        region = self.by_iri.get(iri)
        while region is not None and region not in found:
            found.append(region)
            region = self.by_iri.get(region.above)
        return tuple(found)

    def is_within(self, iri: str, outer: str) -> bool:
        """Tell whether a region is the outer one, or lies in it."""
        return any(region.iri == outer for region in self.chain(iri))

    def named(self, name: str) -> list[str]:
        """Give the IRIs of the regions of this name (or IRI); raise where there is none."""
        found = [name] if name in self.by_iri else [r.iri for r in self._by_name.get(name, ())]
        if not found:
            raise NotFoundError(f"region {name!r}: not in the store; `kg query --name regions`")
        return sorted(found)


def places(store: Store) -> Places:
    """Read all regions of a store."""
    rows = store.select(queries.find("places").text)
    levels = {row["region"]: row["level"] for row in rows}
    # Of an unlisted county one document names the city above, another only the province.
    rows.sort(key=lambda row: _depth(levels.get(row["above"], "")))
    return Places(
        Region(row["region"], row["name"], row["level"], row["above"], row["code"]) for row in rows
    )


def _depth(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def holdings(store: Store) -> tuple[Holding, ...]:
    """Read which documents a store holds, by date, then title; those without a date first."""
    rows: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for row in store.select(queries.find("holdings").text):
        rows[row["document"]].append(row)
    found = (_holding(several) for several in rows.values())
    return tuple(sorted(found, key=lambda one: (one.issued, one.title, one.document)))


def _holding(rows: list[Mapping[str, str]]) -> Holding:
    # A document with two texts, or two dates, is shown by the first in order.
    first = min(rows, key=lambda row: (row["source"], row["issued"], row["region"], row["file"]))
    return Holding(
        document=first["document"],
        title=first["title"],
        kind=first["kind"],
        issued=first["issued"],
        years=tuple(sorted({int(row["year"]) for row in rows if row["year"]})),
        region=first["region"],
        place=first["place"],
        level=first["level"],
        issuers=tuple(sorted({row["issuer"] for row in rows} - {""})),
        source=first["source"],
        file=first["file"],
    )
