"""A store to who takes up what: citations, titles built on titles, copied words, programs named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kg import queries
from kg.errors import NotFoundError
from kg.reports.dating import BY_PLAN, Dating, dating
from kg.reports.holdings import Holding, Places, holdings, places
from kg.reports.report import Evidence, evidence
from kg.store import Store

KINDS = ("citation", "title", "adoption", "copy")
# What announces a document, or puts it in force, does not answer it; words that both may have from
# a third document are no sign that one has them from the other.
COMMON_SOURCE = "commonSource"
NO_ANSWER = frozenset({"plansToIssue", "promulgates", COMMON_SOURCE})


@dataclass(frozen=True, slots=True)
class Uptake:
    """A document takes up another one, or a program, in one way."""

    kind: str  # of KINDS
    how: str  # of a citation its stance, of words that both may have from a third commonSource
    earlier: str  # IRI of what is taken up
    later: str  # IRI of the document that takes up
    times: int  # places of the text that do so
    evidence: Evidence  # the first of them

    @property
    def is_answer(self) -> bool:
        """Tell whether the document answers what it takes up."""
        return self.how not in NO_ANSWER


@dataclass(frozen=True, slots=True)
class Holdings:
    """The documents that a store holds, by IRI, and the places that it knows."""

    documents: dict[str, Holding]
    places: Places

    def is_chosen(self, document: str, level: str, regions: Collection[str]) -> bool:
        """Tell whether a document is of a level and applies inside one of the regions."""
        held = self.documents.get(document)
        if held is None:
            return not level and not regions
        return (not level or held.level == level) and (
            not regions or any(self.places.is_within(held.region, region) for region in regions)
        )

    def dating(self, document: str) -> Dating | None:
        """Return when a document was issued; else the one year that it plans, as that."""
        held = self.documents.get(document)
        if held is None:
            return None
        planned = str(held.years[0]) if len(held.years) == 1 else ""
        return dating(held.issued) or dating(planned, BY_PLAN)

    def regions_named(self, name: str) -> tuple[str, ...]:
        """Return the regions of a name, none where none is asked for."""
        return tuple(self.places.named(name)) if name else ()


def read_holdings(store: Store, *, with_places: bool = True) -> Holdings:
    """Read which documents a store holds, and the places, which few questions need."""
    known = places(store) if with_places else Places(())
    return Holdings({one.document: one for one in holdings(store)}, known)


def uptakes(store: Store, query: str, iri: str) -> tuple[Uptake, ...]:
    """Read what a saved query says of a document or a program, each way of taking up once."""
    found: dict[tuple[str, str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in store.select(queries.find(query).text, {"name": iri}):
        found[row["kind"], row["how"], row["earlier"], row["later"]].append(row)
    return tuple(_uptake(found[key]) for key in sorted(found))


def _uptake(rows: list[dict[str, str]]) -> Uptake:
    # A text under two names, or a document with two texts, gives several rows.
    rows.sort(key=lambda row: (row["source"], int(row["begin"]), row["file"]))
    first = rows[0]
    times = {row["source"]: int(row["times"]) for row in rows}
    return Uptake(
        kind=first["kind"],
        how=first["how"],
        earlier=first["earlier"],
        later=first["later"],
        times=sum(times.values()),
        evidence=evidence(first),
    )


def of_kinds(found: Iterable[Uptake], kinds: Collection[str]) -> tuple[Uptake, ...]:
    """Return those of some kinds, of all where none is named; raise where there is no such kind."""
    for kind in kinds:
        if kind not in KINDS:
            raise NotFoundError(f"kind {kind!r}: none of {', '.join(KINDS)}")
    return tuple(one for one in found if not kinds or one.kind in kinds)
