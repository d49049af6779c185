"""Conditions on documents to the documents that meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict

import pyoxigraph

from kg.errors import NotFoundError
from kg.search.entries import Entry
from kg.search.found import Filters
from kg.search.index import Index
from kg.search.names import iris_named
from kg.search.query import UNKNOWN, Condition, years
from kg.store import Store

Test = Callable[[Entry], bool]

# Besides the names of the classes themselves.
LEVEL_NAMES = {
    "Country": ("国家", "国家级", "中央"),
    "Province": ("省", "省级"),
    "Prefecture": ("市", "市级", "地市"),
    "County": ("县", "县级", "区县", "区"),
    "Township": ("乡", "乡镇", "镇", "街道"),
}
_KINDS = """
SELECT ?kind ?label {
    ?class rdfs:subClassOf pol:PolicyDocument ; rdfs:label ?label
    BIND(STRAFTER(STR(?class), "#") AS ?kind)
}
"""
_NAMING = """
SELECT DISTINCT ?source {
    VALUES ?agency { %s } ?document pol:mentions|pol:issuedBy ?agency ; pol:hasText ?source
}
"""


def conditions_of(filters: Filters) -> list[Condition]:
    """Return the conditions that filters are."""
    return [Condition(field, value) for field, value in asdict(filters).items() if value]


def meeting(store: Store, index: Index, conditions: Iterable[Condition]) -> set[int]:
    """Return the rows of the documents that meet all conditions.

    Raises NotFoundError for a place, an agency or a kind that there is not.
    """
    rows = set(index.entries)
    for one in conditions:
        tests = _UNKNOWN if one.value in UNKNOWN else _TESTS
        test = tests[one.field](store, index, one.value)
        rows = {row for row in rows if test(index.entries[row]) != one.excluded}
    return rows


def _unknown(known: Callable[[Index, Entry], object]) -> Callable[[Store, Index, str], Test]:
    return lambda store, index, value: lambda entry: not known(index, entry)


def _year(store: Store, index: Index, value: str) -> Test:
    wanted = set(years(value))
    return lambda entry: not wanted.isdisjoint(entry.years)


def _place(store: Store, index: Index, value: str) -> Test:
    regions = index.regions.values()
    found = {one.iri for one in regions if value in (one.iri, one.name)} or {
        one.iri for one in regions if value in one.name
    }
    if not found:
        raise NotFoundError(f"place {value!r}: not in the store; `kg query --name regions`")
    within = {
        iri for iri in index.regions if any(region.iri in found for region in index.chain(iri))
    }
    return lambda entry: entry.region in within


def _level(store: Store, index: Index, value: str) -> Test:
    for level, names in LEVEL_NAMES.items():
        if value.lower() == level.lower() or value in names:
            return lambda entry: level_of(index, entry) == level
    raise NotFoundError(f"level {value!r}: not known; write one of {', '.join(LEVEL_NAMES)}")


def _kind(store: Store, index: Index, value: str) -> Test:
    labels: dict[str, set[str]] = {}
    for row in store.select(_KINDS):
        labels.setdefault(row["kind"], {row["kind"].lower()}).add(row["label"].lower())
    wanted = {kind for kind, names in labels.items() if value.lower() in names} or {
        kind for kind, names in labels.items() if any(value.lower() in name for name in names)
    }
    if not wanted:
        raise NotFoundError(f"kind {value!r}: not known; write one of {', '.join(sorted(labels))}")
    return lambda entry: entry.kind in wanted


def _issuer(store: Store, index: Index, value: str) -> Test:
    found = iris_named(index, value, "Agency")
    return lambda entry: not found.isdisjoint(entry.issuers)


def _agency(store: Store, index: Index, value: str) -> Test:
    named = " ".join(
        str(pyoxigraph.NamedNode(iri)) for iri in sorted(iris_named(index, value, "Agency"))
    )
    sources = {row["source"] for row in store.select(_NAMING % named)}
    return lambda entry: entry.source in sources


def level_of(index: Index, entry: Entry) -> str:
    """Return the level of a document's place; empty where it has none."""
    region = index.regions.get(entry.region)
    return region.level if region is not None else ""


_TESTS: dict[str, Callable[[Store, Index, str], Test]] = {
    "agency": _agency,
    "issuer": _issuer,
    "place": _place,
    "year": _year,
    "kind": _kind,
    "level": _level,
}
_UNKNOWN: dict[str, Callable[[Store, Index, str], Test]] = {
    "agency": _unknown(lambda index, entry: entry.issuers),
    "issuer": _unknown(lambda index, entry: entry.issuers),
    "place": _unknown(lambda index, entry: entry.region in index.regions),
    "year": _unknown(lambda index, entry: entry.years),
    "kind": _unknown(lambda index, entry: entry.kind),
    "level": _unknown(level_of),
}
