"""Papers to the earlier documents on whose titles' stems their own titles are built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import permutations

from kg.traces import titles
from kg.traces.facts import Echo, Span
from kg.traces.kinship import Kinship
from kg.traces.papers import Paper

_PLACES = Decimal("0.001")


def echoes(papers: Sequence[Paper], kinship: Kinship) -> Iterator[Echo]:
    """Yield the titles that take up the stem of an earlier one.

    Of the papers held: an earlier one of a place above, or of another issuer of the same place,
    or that the later one cites; numbers of a series echo nothing. Of documents not held: one that
    it cites, unless it brings or announces it.
    """
    spans = [title_span(paper) for paper in papers]
    for later, earlier in _pairs(kinship):
        if takes_up(papers, kinship, later, earlier):
            yield echo_of(papers, kinship, (later, earlier), (spans[later], spans[earlier]))
    for later in range(len(papers)):
        yield from cited_echoes(kinship, later, spans[later])


def takes_up(papers: Sequence[Paper], kinship: Kinship, later: int, earlier: int) -> bool:
    """Tell whether the title of a paper takes up the like one of another."""
    order = kinship.order(later, earlier)
    if order is None or order.earlier != earlier:
        return False
    if papers[later].document == papers[earlier].document:
        return False
    return kinship.cites(later, earlier) or _answers(kinship, later, earlier)


def echo_of(
    papers: Sequence[Paper], kinship: Kinship, pair: tuple[int, int], spans: tuple[Span, Span]
) -> Echo:
    """Return the echo of a later paper and an earlier one, whose titles stand in these places."""
    later, earlier = pair
    order = kinship.order(later, earlier)
    assert order is not None
    alike = _decimal(titles.likeness(kinship.stems[later], kinship.stems[earlier]))
    other = papers[earlier]
    return Echo(later, other.document, order.basis, spans[0], alike, other.source, spans[1])


def cited_echoes(kinship: Kinship, later: int, span: Span) -> Iterator[Echo]:
    """Yield the echoes of what a paper cites and nobody holds."""
    for document, alike in sorted(kinship.sources(later).items()):
        yield Echo(later, document, "CitationOrder", span, _decimal(alike))


def _answers(kinship: Kinship, later: int, earlier: int) -> bool:
    """Tell whether a title that cites nothing takes up another: what it takes up, it has whole."""
    if not kinship.is_above(earlier, later) or kinship.is_series(later, earlier):
        return False
    return kinship.stems[earlier] in kinship.stems[later]


def _pairs(kinship: Kinship) -> Iterator[tuple[int, int]]:
    """Yield the papers whose stems are alike, but no two copies, both ways round."""
    for family in kinship.families():
        for one, other in permutations(family, 2):
            if kinship.have_like_stems(one, other):
                yield one, other


def title_span(paper: Paper) -> Span:
    """Give where a paper's title stands in its text; where it does not, the first line."""
    line = re.search(r"\S[^\n]*", paper.text)
    other = line.span() if line is not None else (0, len(paper.text))
    return next(titles.places(paper.title, paper.text), other)


def _decimal(share: float) -> Decimal:
    return Decimal(str(share)).quantize(_PLACES)
