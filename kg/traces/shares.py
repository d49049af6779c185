"""A paper to the shares of it that are formula, shared with earlier papers, or concrete."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
_PLACES = Decimal("0.001")


def shares(paper: Paper, formula: Sequence[Span], shared: Sequence[Span]) -> Iterator[Shares]:
    """Yield the shares of the whole paper, then of its sections; of none that is empty.

    `formula` and `shared` are spans of its text; what is both is formula.
    """
    solid = bytearray(b"\x01" * len(paper.text))
    _clear(solid, (blanks.span() for blanks in _BLANKS.finditer(paper.text)))
    said, taken = _mask(solid, formula), _mask(solid, shared)
    _clear(taken, formula)
    held = (begin for begin, _ in (*paper.targets, *paper.duties))
    bound = {*held, *(due.start() for due in _DUE.finditer(paper.text))}
    concrete = _mask(solid, (sentence_span(paper.text, at) for at in bound))
    whole = paper.document, 0, len(paper.text)
    for iri, begin, end in (whole, *((part.iri, part.begin, part.end) for part in paper.parts)):
        length = solid.count(1, begin, end)
        if length:
            kinds = (mask.count(1, begin, end) for mask in (said, taken, concrete))
            yield Shares(iri, length, *(_share(number, length) for number in kinds))


def _mask(solid: bytearray, spans: Iterable[Span]) -> bytearray:
    """Return 1 for each character of the spans that is no blank."""
    mask = bytearray(len(solid))
    for begin, end in spans:
        mask[begin:end] = solid[begin:end]
    return mask


def _clear(mask: bytearray, spans: Iterable[Span]) -> None:
    for begin, end in spans:
        mask[begin:end] = bytes(end - begin)


def _share(number: int, length: int) -> Decimal:
    return (Decimal(number) / length).quantize(_PLACES)
