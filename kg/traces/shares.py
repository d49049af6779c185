"""A paper to the shares of it that are formula, shared with earlier papers, or concrete."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from kg.sentence import sentence_span
from kg.traces.facts import Shares
from kg.traces.papers import Paper
from kg.traces.passages import Span

_BLANKS = re.compile(r"\s+")
# By when something is to be done, also where nothing is counted: 2023年6月底前、年底前.
_DUE = re.compile(
    r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?[底末]?[之以]?前|[年月][底末][之以]?前|\d{1,2}月(?:\d{1,2}日)?[之以]?前"
)
_ONES = re.compile(rb"\x01+")
_PLACES = Decimal("0.001")


def shares(paper: Paper, formula: Iterable[Span], shared: Iterable[Span]) -> Iterator[Shares]:
    """Yield the shares of the whole paper, then of its sections; of none that is empty.

    `formula` and `shared` are spans of its text; what is both is formula.
    """
    counted = _mask(paper.text, [(0, len(paper.text))])
    said = _mask(paper.text, formula)
    taken = _mask(paper.text, shared, without=said)
    held = (begin for begin, _ in (*paper.targets, *paper.duties))
    bound = {*held, *(due.start() for due in _DUE.finditer(paper.text))}
    concrete = _mask(paper.text, (sentence_span(paper.text, at) for at in bound))
    wholes = [(paper.document, 0, len(paper.text))]
    for iri, begin, end in (*wholes, *((part.iri, part.begin, part.end) for part in paper.parts)):
        length = counted.count(1, begin, end)
        if length:
            kinds = (mask.count(1, begin, end) for mask in (said, taken, concrete))
            yield Shares(iri, length, *(_share(number, length) for number in kinds))


def _mask(text: str, spans: Iterable[Span], without: bytes | bytearray = b"") -> bytearray:
    """Return 1 for each character of the spans that is no blank."""
    mask = bytearray(len(text))
    for begin, end in spans:
        mask[begin:end] = b"\x01" * (end - begin)
    for blanks in _BLANKS.finditer(text):
        mask[slice(*blanks.span())] = bytes(blanks.end() - blanks.start())
    for place in _ONES.finditer(without):
        mask[slice(*place.span())] = bytes(place.end() - place.start())
    return mask


def _share(number: int, length: int) -> Decimal:
    return (Decimal(number) / length).quantize(_PLACES)
