"""A store to who took something up: a document each, with its date, place, and first sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kg.render.marked import UNSEEN
from kg.reports.adopters import most_named
from kg.reports.dating import Dating, by_time
from kg.reports.holdings import Holding
from kg.reports.report import Evidence
from kg.reports.subjects import Subject, subject, taken_up
from kg.reports.trace import beginning, first_documents, rank
from kg.reports.uptakes import KINDS, Holdings, Uptake
from kg.store import Store

ORIGIN = "origin"
LONGEST = 160  # characters of a sentence shown where a mark is pointed at

# Who cites, echoes or copies whom, of documents that are held.
_TIES = """
SELECT ?later ?earlier ?how ?source ?begin ?end {
    {
        ?fact pol:citing ?later ; pol:cited ?earlier ; pol:stance ?how .
    } UNION {
        VALUES ?how { pol:TitleEcho pol:Reuse }
        ?fact pol:later ?later ; pol:earlier ?earlier ; a ?how .
        MINUS { ?fact pol:commonSource ?third }
    }
    ?earlier pol:hasText ?text .
    ?fact nif:referenceContext ?source ; nif:beginIndex ?begin ; nif:endIndex ?end .
}
"""
_WAYS = {"TitleEcho": "title", "Reuse": "copy", "promulgates": "cites", "plansToIssue": "cites"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that took something up, or (`rank` origin) what was taken up itself."""

    iri: str
    title: str
    place: str
    level: str  # of LEVELS, Area, or ""
    kind: str  # of the document: WorkPlan, Notice …
    when: Dating | None
    rank: str  # first, perhaps, origin or ""
    ways: tuple[str, ...]  # adoption, implements, cites, revises, title, copy
    evidence: Evidence | None  # of the origin there is none

    @property
    def is_dated(self) -> bool:
        """Tell whether it is known when it was issued, not just which year it plans."""
        return self.when is not None and self.when.is_of_issue


@dataclass(frozen=True, slots=True)
class Tie:
    """A document cites, echoes or copies another one."""

    later: str
    earlier: str
    way: str
    source: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What was taken up, and by whom, the earliest first."""

    iri: str
    name: str
    is_program: bool
    since: Dating | None  # of a document: its own date
    begun: Dating | None  # what days are counted from: that, or the first that names a program
    entries: tuple[Entry, ...]
    ties: tuple[Tie, ...]
    announced: int  # documents that only announce it, put it in force, or share a third's words

    @property
    def adopters(self) -> tuple[Entry, ...]:
        """Give the documents that took it up."""
        return tuple(one for one in self.entries if one.rank != ORIGIN)


Choice = Callable[[Holding], bool]


def spread_of(store: Store, held: Holdings, name: str, choice: Choice) -> Spread:
    """Return who took up a program or document; raise NotFoundError unless it is one thing."""
    about = subject(store, held, name)
    found = [one for one in taken_up(store, about, ()) if _is_chosen(one, held, choice)]
    return spread_among(about, found, held, _ties(store))


def most_spread(
    store: Store, held: Holdings, choice: Choice, limit: int
) -> tuple[tuple[Spread, ...], int]:
    """Return how the programs that most documents name spread, and how many programs there are."""
    chosen = {iri for iri, one in held.documents.items() if choice(one)}
    named, total = most_named(store, chosen, limit)
    ties = _ties(store) if named else []
    return tuple(
        spread_among(
            Subject(one.program, one.name, "", True, False, None, "", False, ()),
            one.adoptions,
            held,
            ties,
        )
        for one in named
    ), total


def _is_chosen(one: Uptake, held: Holdings, choice: Choice) -> bool:
    document = held.documents.get(one.later)
    return document is not None and choice(document)


def spread_among(
    about: Subject, found: Iterable[Uptake], held: Holdings, ties: Iterable[Tie]
) -> Spread:
    """Return a spread of uptakes that are known already, with those ties of which it shows both."""
    uptakes = list(found)
    by_document: dict[str, list[Uptake]] = defaultdict(list)
    for one in uptakes:
        if one.is_answer:
            by_document[one.later].append(one)
    first = first_documents(uptakes, about, held)
    entries = [_entry(iri, own, held, first) for iri, own in by_document.items()]
    if about.is_held:
        entries.append(_origin(about, held))
    entries.sort(key=lambda one: (by_time(one.when), one.rank != ORIGIN, one.title, one.iri))
    return Spread(
        iri=about.iri,
        name=seen(about.name),
        is_program=about.is_program,
        since=about.dating,
        begun=beginning(about, first),
        entries=tuple(entries),
        ties=_among(ties, {one.iri for one in entries}, about),
        announced=len({one.later for one in uptakes} - by_document.keys()),
    )


def _entry(iri: str, own: list[Uptake], held: Holdings, first: dict[str, Dating]) -> Entry:
    own.sort(key=lambda one: (KINDS.index(one.kind), one.how))
    document = held.documents[iri]
    return _shown(
        document,
        held.dating(iri),
        rank(iri, first) or "",
        tuple(dict.fromkeys(_WAYS.get(one.how, one.how) or one.kind for one in own)),
        own[0].evidence,
    )


def _origin(about: Subject, held: Holdings) -> Entry:
    return _shown(held.documents[about.iri], about.dating, ORIGIN, (ORIGIN,), None)


def _shown(
    one: Holding, when: Dating | None, rank: str, ways: tuple[str, ...], said: Evidence | None
) -> Entry:
    return Entry(
        iri=one.document,
        title=seen(one.title or one.file),
        place=seen(one.place),
        level=one.level,
        kind=one.kind,
        when=when,
        rank=rank,
        ways=ways,
        evidence=said,
    )


def seen(text: str) -> str:
    """Return text with what cannot be seen, or no XML may hold, replaced."""
    return text.translate(UNSEEN)


# -- ties between the documents shown ----------------------------------------------------------


def _ties(store: Store) -> list[Tie]:
    """Read all ties, of several for the same two the one that says most."""
    best: dict[tuple[str, str], tuple[int, str, int, int, str]] = {}
    for row in store.select(_TIES):
        how = row["how"].rpartition("#")[2]
        way = _WAYS.get(how, how)
        found = (_RANKS.index(way), row["source"], int(row["begin"]), int(row["end"]), way)
        pair = row["later"], row["earlier"]
        best[pair] = min(found, best.get(pair, found))
    return [
        Tie(later, earlier, way, source, begin, end)
        for (later, earlier), (_, source, begin, end, way) in sorted(best.items())
    ]


_RANKS = ("implements", "revises", "cites", "title", "copy")


def _among(ties: Iterable[Tie], shown: set[str], about: Subject) -> tuple[Tie, ...]:
    """Return the ties of which both ends are shown; another copy stands for what is traced."""
    same = dict.fromkeys(about.same, about.iri)
    found: dict[tuple[str, str], Tie] = {}
    for one in ties:
        earlier = same.get(one.earlier, one.earlier)
        if one.later in shown and earlier in shown and one.later != earlier:
            moved = Tie(one.later, earlier, one.way, one.source, one.begin, one.end)
            found.setdefault((one.later, earlier), moved)
    return tuple(found.values())
