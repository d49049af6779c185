"""A text and what was looked for to the passages that show it best."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.search.entries import Section
from kg.search.found import Passage, Span
from kg.search.query import Term
from kg.search.words import fold, places, words
from kg.sentence import sentence_span

SHOWN = 3  # passages of a document
MOST = 5_000  # places of a word that are counted in a text
LOOKED_AT = 200  # of them, to choose passages
SHORTEST = 50  # characters; a shorter sentence is shown with the next
LONGEST = 120  # characters of a passage; a longer sentence is cut at its commas
BEFORE = 40  # characters that stay before the first place where it is cut
_LINE_ENDS = "\n\r"
_COMMAS = "，、；：,;: \u3000"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text has what was looked for."""

    by_term: tuple[tuple[Span, ...], ...]
    all: tuple[Span, ...]  # merged, in order
    exact: frozenset[int]  # where those begin that stand there as they were asked for
    folded: str  # the text as it is searched


def find_places(text: str, terms: Sequence[Term]) -> Places:
    """Return where a text has these terms."""
    folded = fold(text)
    found = [places(term.text, folded, MOST) for term in terms]
    spans = tuple(one.spans for one in found)
    exact = frozenset().union(*(one.exact for one in found))
    return Places(spans, merged(span for some in spans for span in some), exact, folded)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)


def passages(
    text: str, title: str, found: Places, sections: Sequence[Section], whole: str = ""
) -> tuple[Passage, ...]:
    """Return the passages that show the most of what was looked for, in the order of the text.

    Sentences that have all words together come first (`whole` is them as one phrase), then those
    that have one as it was typed, then those that show words not seen yet, then those of a section
    before letterhead and preamble, which repeat the title.
    """
    named = words(title)
    together = (
        [begin for begin, _ in places(whole, found.folded, MOST).spans] if words(whole) else []
    )
    left = [
        _Candidate.of(one, text, found, sections, together)
        for one in _sentences(text, found)
        if not _is_title(text, one, named)
    ]
    seen: set[int] = set()
    chosen: list[Span] = []
    while left and len(chosen) < SHOWN:
        best = min(left, key=lambda one: one.rank(seen))
        seen |= best.terms
        chosen.append(best.span)
        left.remove(best)
    return tuple(_passage(text, one, found, sections) for one in sorted(chosen))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that may be shown, and what speaks for it."""

    span: Span
    terms: frozenset[int]  # that it has, by number
    first: tuple[bool, bool]
    last: tuple[bool, bool, int]

    @classmethod
    def of(
        cls,
        span: Span,
        text: str,
        found: Places,
        sections: Sequence[Section],
        together: Sequence[int],
    ) -> _Candidate:
        """Weigh a sentence."""
        place = _focus(span, found)
        at = bisect_left(together, span[0])
        return cls(
            span,
            _terms(span, found),
            (at == len(together) or together[at] >= span[1], place[0] not in found.exact),
            (_is_quoted(text, span, place), not _heading(sections, place[0]), span[0]),
        )

    def rank(self, seen: set[int]) -> tuple[object, ...]:
        """Return its place in the order, where some of the terms have been shown."""
        return (*self.first, -len(self.terms - seen), -len(self.terms), *self.last)


def _sentences(text: str, found: Places) -> list[Span]:
    """Return the sentences that have something; a place across sentences joins them."""
    spans: set[Span] = set()
    for some in found.by_term:
        last = (0, 0)
        for begin, end in some[:LOOKED_AT]:
            if not (last[0] <= begin and end <= last[1]):
                last = sentence_span(text, begin)[0], sentence_span(text, end - 1)[1]
                last = _grown(text, last)
                spans.add(last)
    return list(merged(spans))


def _grown(text: str, span: Span) -> Span:
    """Take what follows on the line to a sentence that says little by itself: 1.增加学位供给。"""
    begin, end = span
    while end - begin < SHORTEST and end < len(text) and text[end - 1] not in _LINE_ENDS:
        more = sentence_span(text, end)[1]
        if more - begin > LONGEST:
            break
        end = more
    return begin, end


def _is_quoted(text: str, span: Span, place: Span) -> bool:
    """Tell whether a place stands in a title: 根据《…学前教育…》."""
    return text.rfind("《", span[0], place[0]) > text.rfind("》", span[0], place[0])


def _is_title(text: str, span: Span, named: Sequence[str]) -> bool:
    """Tell whether a sentence says the words of the title and no more."""
    if span[1] - span[0] > 2 * len("".join(named)) + 20:
        return False
    return words(text[slice(*span)]) == named


def _terms(span: Span, found: Places) -> frozenset[int]:
    """Return which of the terms a sentence has, by number."""
    return frozenset(number for number, spans in enumerate(found.by_term) if _those_in(span, spans))


def _marks_in(span: Span, found: Places) -> Sequence[Span]:
    return _those_in(span, found.all)


def _focus(span: Span, found: Places) -> Span:
    """Return the place that a passage is about: the first that stands there as asked for."""
    marks = _marks_in(span, found)
    return next((one for one in marks if one[0] in found.exact), marks[0])


def _those_in(span: Span, spans: Sequence[Span]) -> Sequence[Span]:
    """Return the places that lie in a span; places are sorted and do not overlap."""
    first, last = bisect_left(spans, (span[0], 0)), bisect_left(spans, (span[1], 0))
    return [one for one in spans[first:last] if one[1] <= span[1]]


def _passage(text: str, span: Span, found: Places, sections: Sequence[Section]) -> Passage:
    whole = _stripped(text, span)
    first = _focus(span, found)
    begin, end = _cut(text, whole, first)
    return Passage(
        begin=begin,
        end=end,
        text=text[begin:end],
        marks=tuple(_marks_in((begin, end), found)),
        heading=_heading(sections, first[0]),
        cut_left=begin > whole[0],
        cut_right=end < whole[1],
    )


def _stripped(text: str, span: Span) -> Span:
    piece = text[slice(*span)]
    begin = span[0] + len(piece) - len(piece.lstrip())
    return begin, begin + len(piece.strip())


def _cut(text: str, span: Span, first: Span) -> Span:
    """Cut a long sentence around its first place: at commas, where there are some."""
    begin, end = span
    if end - begin <= LONGEST:
        return span
    if first[0] - begin > BEFORE:
        near = first[0] - BEFORE
        commas = [at + 1 for at in range(near, first[0]) if text[at] in _COMMAS]
        begin = commas[0] if commas else near
    limit = max(begin + LONGEST, first[1])
    if limit >= end:
        return begin, end
    commas = [at for at in range(max(first[1], limit - BEFORE), limit) if text[at] in _COMMAS]
    return begin, commas[-1] if commas else limit


def _heading(sections: Sequence[Section], at: int) -> str:
    """Return the heading of the innermost section that holds a place."""
    before = bisect_right(sections, at, key=lambda one: one.begin)
    for number in range(before - 1, -1, -1):
        if at < sections[number].end:
            return sections[number].heading
    return ""
