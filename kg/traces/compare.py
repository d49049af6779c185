"""The papers of a store to their traces: what each has from earlier ones."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Protocol, TypeVar

from kg.traces.echoes import echoes
from kg.traces.facts import Echo, Order, Reuse, Span, Traces
from kg.traces.formulas import FORMULA, formulas, kinds_of_letters
from kg.traces.kinship import Kinship
from kg.traces.likeness import Block
from kg.traces.meetings import Meeting, Stand
from kg.traces.memory import Memory, Pair
from kg.traces.papers import Paper
from kg.traces.passages import Letters
from kg.traces.reuse import ENOUGH, UNRELATED, Stretch, stretches
from kg.traces.shares import shares
from kg.traces.texts import Tell, Texts, alike

SAME_PASSAGES = 0.6  # of the shorter paper's, in two copies of one document
KNOWN = 0.8  # of a stretch's letters, where another paper has them already
AGAIN = 3  # places of a passage in one paper that are followed up

T = TypeVar("T", covariant=True)
_Taken = tuple[Order, Stretch]
_FORMULA = re.compile(bytes([FORMULA]) + b"+")


def compare_papers(
    papers: Sequence[Paper], memory: Memory, tell: Tell, keep: Keeping | None = None
) -> Iterator[Traces]:
    """Yield what is found of each paper, in their order; the same for the same papers.

    `keep` hears which passages the papers have, which are formula, and what each paper has met.
    """
    texts, kinship = Texts(papers, tell), Kinship(papers)
    pairs = alike(texts, memory)
    formula = formulas(texts, pairs, kinship)
    if keep is not None:
        keep.texts(texts, formula)
    kinds = [kinds_of_letters(texts, number, formula) for number in range(len(papers))]
    found = Found(papers, texts, kinship, kinds)
    for (one, other), blocks in _meetings(texts, pairs, formula).items():
        found.add(one, other, blocks)
    heard: dict[int, list[Echo]] = defaultdict(list)
    for echo in echoes(papers, kinship):
        heard[echo.later].append(echo)
    for number, paper in enumerate(papers):
        if keep is not None:
            keep.meetings(number, found.met[number])
        yield found.traces(number, paper, heard[number])


class Lookup(Protocol[T]):
    """What is found by a paper's place in the list."""

    def __getitem__(self, paper: int, /) -> T:
        """Give what is known of a paper."""


class Read(Protocol):
    """The letters of papers and the names of their passages, by their place in the list."""

    @property
    def letters(self) -> Lookup[Letters]:
        """Give the letters of each paper."""

    @property
    def passages(self) -> Lookup[list[bytes]]:
        """Give the names of the passages of each paper."""


class Keeping(Protocol):
    """Who keeps what was computed."""

    def texts(self, texts: Texts, formula: set[bytes], /) -> None:
        """Keep which passages the papers have, and which of these are formula."""

    def meetings(self, number: int, met: Sequence[Meeting], /) -> None:
        """Keep what a paper has met."""


class Found:
    """What papers have shown that were compared with each other."""

    def __init__(
        self, papers: Sequence[Paper], texts: Read, kinship: Kinship, kinds: Lookup[bytearray]
    ) -> None:
        self.met: dict[int, list[Meeting]] = defaultdict(list)  # by the paper that it concerns
        self._papers, self._texts, self._kinship = papers, texts, kinship
        self._kinds = kinds

    def traces(self, number: int, paper: Paper, heard: Sequence[Echo]) -> Traces:
        """Return all that was found of a paper."""
        letters, met = self._texts.letters[number], self.met[number]
        said = _formula_spans(letters, self._kinds[number])
        shared = {(one.begin, one.end) for meeting in met for one in meeting.stretches}
        copies = {self._papers[one.other].document for one in met if one.stand == "Copy"}
        return Traces(
            source=paper.source,
            document=paper.document,
            title=paper.title,
            reuses=tuple(self.reuses(number)),
            echoes=tuple(sorted(heard, key=lambda echo: echo.earlier)),
            copies=tuple(sorted(copies)),
            shares=tuple(shares(paper, said, [letters.span(*span) for span in sorted(shared)])),
        )

    def add(self, one: int, other: int, blocks: Sequence[Block]) -> None:
        """Follow up the common runs of two papers."""
        for paper, meeting in self.follow(one, other, blocks):
            self.met[paper].append(meeting)

    def follow(
        self, one: int, other: int, blocks: Sequence[Block]
    ) -> Iterator[tuple[int, Meeting]]:
        """Yield what the common runs of two papers say, with the paper of which they say it."""
        if self._papers[one].document == self._papers[other].document:
            return
        if self._are_copies(one, other):
            yield one, Meeting(other, "Copy")
            yield other, Meeting(one, "Copy")
            return
        order = self._kinship.order(one, other)
        if order is not None:
            stand: Stand = order.basis
            later, earlier = order.later, order.earlier
        elif self._kinship.is_strictly_above(other, one):
            stand, later, earlier = "Above", one, other
        elif self._kinship.is_strictly_above(one, other):
            stand, later, earlier = "Above", other, one
        else:
            return
        found = self._stretches(later, earlier, blocks if later == one else turned(blocks))
        if found:
            yield later, Meeting(earlier, stand, tuple(found))

    def reuses(self, later: int) -> list[Reuse]:
        """Return what a paper has from earlier ones: from each that is above it, or cited.

        Of the papers of its own place the last that has some words counts; of all others, for
        what none of these has, the first: that they have it from each other is not known.
        """
        taken = list(self._taken(later))
        usual = [one for one in taken if self._is_usual(one)]
        rest = sorted((one for one in taken if not self._is_usual(one)), key=self._by_time)
        own = [one for one in rest if self._kinship.is_above(one[0].earlier, later)]
        others = [one for one in rest if not self._kinship.is_above(one[0].earlier, later)]
        known = bytearray(len(self._texts.letters[later].text))
        last = list(_not_covered(reversed(own), known))
        for _, stretch in usual:
            _cover(known, stretch)
        found = [*usual, *last, *_not_covered(others, known)]
        return sorted((self._reuse(*one) for one in found), key=_in_order)

    def _is_usual(self, taken: _Taken) -> bool:
        return self._kinship.is_channel(taken[0].later, taken[0].earlier)

    def _by_time(self, taken: _Taken) -> tuple[str, str, int]:
        paper = self._papers[taken[0].earlier]
        return paper.issued or paper.year, paper.source, taken[1].begin

    def _reuse(self, order: Order, stretch: Stretch) -> Reuse:
        letters, before = self._texts.letters[order.later], self._texts.letters[order.earlier]
        usual = self._is_usual((order, stretch))
        return Reuse(
            order=order,
            span=letters.span(stretch.begin, stretch.end),
            earlier_span=before.span(stretch.there, stretch.there_end),
            similarity=stretch.similarity,
            common_source="" if usual else self._kinship.common_source(order.later, order.earlier),
        )

    def _taken(self, later: int) -> Iterator[_Taken]:
        for one in self.met[later]:
            if one.basis is not None:
                order = Order(later, one.other, one.basis)
                yield from ((order, stretch) for stretch in one.stretches)

    def _stretches(self, one: int, other: int, blocks: Sequence[Block]) -> list[Stretch]:
        enough = ENOUGH if self._kinship.related(one, other) else UNRELATED
        letters = self._texts.letters
        return stretches(letters[one].text, letters[other].text, blocks, self._kinds[one], enough)

    def _are_copies(self, one: int, other: int) -> bool:
        if not self._kinship.may_be_copies(one, other):
            return False
        first, second = set(self._texts.passages[one]), set(self._texts.passages[other])
        return len(first & second) >= SAME_PASSAGES * min(len(first), len(second))


def _meetings(
    texts: Texts, pairs: Mapping[Pair, Sequence[Block]], formula: set[bytes]
) -> Mapping[tuple[int, int], list[Block]]:
    """Return the common runs of every two papers, by where they stand among the letters."""
    found: dict[tuple[int, int], list[Block]] = defaultdict(list)
    places = {
        passage: _first_places(where)
        for passage, where in texts.places.items()
        if passage not in formula
    }
    for passage, where in places.items():
        whole = [(0, 0, texts.length(passage))]
        for one, other in combinations(where, 2):
            _place_runs(found, one, other, whole)
    for (first, second), blocks in pairs.items():
        for one, other in product(places.get(first, ()), places.get(second, ())):
            _place_runs(found, one, other, blocks)
    return found


def _place_runs(
    found: dict[tuple[int, int], list[Block]],
    one: tuple[int, int],
    other: tuple[int, int],
    blocks: Iterable[Block],
) -> None:
    """Add the common runs of two passages to those of the two papers in which they stand."""
    (first, at), (second, there) = one, other
    if first < second:
        found[first, second] += [(at + i, there + j, length) for i, j, length in blocks]
    elif second < first:
        found[second, first] += [(there + j, at + i, length) for i, j, length in blocks]


def _first_places(where: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the first few places of a passage in each paper, in the order of the papers."""
    seen: dict[int, int] = defaultdict(int)
    kept = []
    for paper, begin in where:
        seen[paper] += 1
        if seen[paper] <= AGAIN:
            kept.append((paper, begin))
    return kept


def turned(blocks: Sequence[Block]) -> list[Block]:
    """Return common runs as the other paper has them."""
    return [(there, at, length) for at, there, length in blocks]


def _not_covered(taken: Iterable[_Taken], known: bytearray) -> Iterator[_Taken]:
    """Yield stretches that are not known yet, and note that they are."""
    for order, stretch in taken:
        length = stretch.end - stretch.begin
        if known.count(1, stretch.begin, stretch.end) < KNOWN * length:
            yield order, stretch
            _cover(known, stretch)


def _cover(covered: bytearray, stretch: Stretch) -> None:
    covered[stretch.begin : stretch.end] = b"\x01" * (stretch.end - stretch.begin)


def _formula_spans(letters: Letters, kinds: bytearray) -> list[Span]:
    return [letters.span(*said.span()) for said in _FORMULA.finditer(kinds)]


def _in_order(reuse: Reuse) -> tuple[Span, int, Span]:
    return reuse.span, reuse.order.earlier, reuse.earlier_span
