"""Papers to how they stand to each other: which is earlier, which are related, which are copies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from kg.traces import titles
from kg.traces.facts import Basis, Order
from kg.traces.papers import Paper
from kg.traces.passages import plain_letters

Family = Mapping[str, str]  # stems to one of those on the same subject


class Held(Protocol):
    """The documents held, by IRI, and by a title that no other has."""

    def get(self, key: str, /) -> str | None:
        """Give a document's IRI, None where it is not held."""


class Subjects:
    """On what papers are, and in which provinces, by their place in a list."""

    def __init__(self, provinces: Sequence[str], stems: Sequence[str], family: Family) -> None:
        self.stems = stems
        self._provinces, self._families = (
            provinces,
            [family[stem] if stem else f" {index}" for index, stem in enumerate(stems)],
        )

    def subjects(self, bearers: Iterable[int]) -> int:
        """Count the subjects that the titles of papers name."""
        return len({self._families[one] for one in bearers if self.stems[one]})

    def unrelated(self, bearers: Iterable[int]) -> int:
        """Count the groups among papers that neither a province nor a subject joins."""
        first: dict[str, str] = {}
        for marks in {self._marks(one) for one in bearers} - {()}:
            province, subject = (_root(first, first.setdefault(mark, mark)) for mark in marks)
            first[subject] = province
        return sum(mark == root for mark, root in first.items())

    def _marks(self, one: int) -> tuple[str, ...]:
        """Give the province and the subject of a paper; nothing where the province is unknown."""
        province = self._provinces[one]
        return (province, f"subject {self._families[one]}") if province else ()


class Kinship(Subjects):
    """How the papers of a store stand to each other, by their place in its list.

    Of a part of a store's papers, `family` and `held` tell what follows from the others too.
    """

    def __init__(
        self, papers: Sequence[Paper], family: Family | None = None, held: Held | None = None
    ) -> None:
        stems = tuple(titles.stem(paper.title, names_of(paper)) for paper in papers)
        super().__init__(
            [paper.province for paper in papers],
            stems,
            families_of(stems) if family is None else family,
        )
        self._papers = papers
        self._named = tuple(plain_letters(paper.title) for paper in papers)
        self._held = _held(papers, self._named) if held is None else held
        self._cited: dict[int, frozenset[str]] = {}
        self._sources: dict[int, Mapping[str, float]] = {}

    def order(self, one: int, other: int) -> Order | None:
        """Tell which is earlier: by date, else by citation, else by plan year; None if unknown."""
        return (
            self._by_time(one, other, "IssueDate")
            or self._by_citation(one, other)
            or self._by_time(one, other, "PlanYear")
        )

    def related(self, later: int, earlier: int) -> bool:
        """Tell whether a paper may have another before it: by place, subject or citation."""
        return (
            self.is_above(earlier, later)
            or self._families[later] == self._families[earlier]
            or self.cites(later, earlier)
            or self.cites(earlier, later)
        )

    def concerns(self, other: int, one: int) -> bool:
        """Tell whether words that the other has too may say anything of the one."""
        if self._papers[one].document == self._papers[other].document:
            return False
        if self.may_be_copies(one, other):
            return True
        order = self.order(one, other)
        return self.is_strictly_above(other, one) if order is None else order.later == one

    def cites(self, one: int, other: int) -> bool:
        """Tell whether a paper names the other."""
        if one not in self._cited:
            self._cited[one] = frozenset(_cited(self._papers[one], self._held))
        return self._papers[other].document in self._cited[one]

    def is_above(self, one: int, other: int) -> bool:
        """Tell whether the first paper's place is the other's, or holds it."""
        above = self._papers[one].regions[:1]
        return bool(above) and above[0] in self._papers[other].regions

    def is_strictly_above(self, one: int, other: int) -> bool:
        """Tell whether the first paper's place holds the other's."""
        return self.is_above(one, other) and not self.is_above(other, one)

    def is_channel(self, later: int, earlier: int) -> bool:
        """Tell whether words come this way as a rule: from above, or from what is cited."""
        return self.is_strictly_above(earlier, later) or self.cites(later, earlier)

    def is_series(self, one: int, other: int) -> bool:
        """Tell whether two papers may be numbers of a series: one place, nobody else's issue."""
        first, second = self._papers[one], self._papers[other]
        if first.regions[:1] != second.regions[:1]:
            return False
        return not first.issuers or not second.issuers or first.issuers == second.issuers

    def common_source(self, one: int, other: int) -> str:
        """Give what both papers are built on and nobody holds; empty if there is no such thing."""
        return min(self.sources(one).keys() & self.sources(other).keys(), default="")

    def families(self) -> list[list[int]]:
        """Give the papers that name a subject, those on one subject together."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, stem in enumerate(self.stems):
            if stem:
                found[self._families[index]].append(index)
        return list(found.values())

    def have_like_stems(self, one: int, other: int) -> bool:
        """Tell whether two titles have the same subject, and are not one title."""
        alike = titles.likeness(self.stems[one], self.stems[other]) > 0
        return alike and not self.may_be_copies(one, other)

    def may_be_copies(self, one: int, other: int) -> bool:
        """Tell whether two papers go by the same name or number."""
        first, second = self._papers[one], self._papers[other]
        if first.number and second.number:
            return first.number == second.number
        names = sorted((self._named[one], self._named[other]), key=len)
        # 关于印发《某方案》的通知 holds the name of what it brings.
        return len(names[0]) > 2 * titles.WITHIN and names[0] in names[1]

    def sources(self, one: int) -> Mapping[str, float]:
        """Give what a paper cites on its own subject and nobody holds, with how alike titles are.

        What it brings or announces itself, forms and lists are no sources.
        """
        if one not in self._sources:
            paper, stem = self._papers[one], self.stems[one]
            self._sources[one] = dict(_sources(paper, stem, self._held))
        return self._sources[one]

    def _by_time(self, one: int, other: int, basis: Basis) -> Order | None:
        first, second = self._papers[one], self._papers[other]
        dates, years = (first.issued, second.issued), (first.year, second.year)
        times = dates if basis == "IssueDate" else years
        exact = min(map(len, times))
        before, after = times[0][:exact], times[1][:exact]
        if not exact or before == after:
            return None
        return Order(other, one, basis) if before < after else Order(one, other, basis)

    def _by_citation(self, one: int, other: int) -> Order | None:
        forth, back = self.cites(one, other), self.cites(other, one)
        if forth == back:
            return None
        return Order(one, other, "CitationOrder") if forth else Order(other, one, "CitationOrder")


def names_of(paper: Paper) -> tuple[str, ...]:
    """Give the names that say whose a title is."""
    short = (issuer.removeprefix("中华人民共和国") for issuer in paper.issuers)
    return (*paper.place_names, *paper.issuers, *short)


def _held(papers: Sequence[Paper], named: Sequence[str]) -> Held:
    """Return the documents held, by IRI and by a title that no other has.

    Who cites a paper without its number names another IRI than it has.
    """
    several = Counter(named)
    by_title = {
        name: paper.document
        for paper, name in zip(papers, named, strict=True)
        if several[name] == 1 and tells_apart(name)
    }
    return {**by_title, **{paper.document: paper.document for paper in papers}}


def tells_apart(name: str) -> bool:
    """Tell whether a title is long enough to find a paper by it."""
    return len(name) >= 2 * titles.WITHIN


def _cited(paper: Paper, held: Held) -> Iterator[str]:
    """Yield the documents held that a paper cites, but does not bring or announce."""
    for cited in paper.cited:
        document = held.get(cited.document) or held.get(plain_letters(cited.title))
        if document is not None and not cited.own:
            yield document


def _sources(paper: Paper, stem: str, held: Held) -> Iterator[tuple[str, float]]:
    own = plain_letters(paper.title)
    for cited in paper.cited if stem else ():
        name = plain_letters(cited.title)
        # 关于印发某办法的通知 names what it brings, and 某办法 the notice that brought it.
        is_own = cited.own or name in own or own in name
        is_held = held.get(cited.document) is not None or held.get(name) is not None
        if not is_own and not is_held and not titles.is_attachment(cited.title):
            alike = titles.likeness(stem, titles.stem(cited.title, names_of(paper)))
            if alike:
                yield cited.document, alike


def families_of(stems: Iterable[str]) -> dict[str, str]:
    """Give stems on the same subject the same one of them: those that others lead to."""
    distinct = sorted({stem for stem in stems if stem}, key=lambda stem: (len(stem), stem))
    first = {stem: stem for stem in distinct}
    # One automaton for all: of 10,000 stems each is looked for in each other in 30 ms, not 30 s.
    held = AhoCorasick([stem for stem in distinct if len(stem) >= titles.WITHIN])
    for long in distinct:
        for short in held.find_matches_as_strings(long, overlapping=True):
            if short != long and titles.likeness(short, long):
                one, other = _root(first, short), _root(first, long)
                first[max(one, other)] = min(one, other)
    return {stem: _root(first, stem) for stem in distinct}


def _root(first: dict[str, str], stem: str) -> str:
    while first[stem] != stem:
        first[stem] = first[first[stem]]
        stem = first[stem]
    return stem
