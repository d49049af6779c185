"""What two papers that share words have shown of the one that it concerns, and how it is kept.

It follows from the letters of both, from which of their passages are formula, and from how the
papers stand to each other; so it is not computed again where none of these has changed.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kg.traces.facts import Basis
from kg.traces.reuse import Stretch

# How a paper stands to the one it has met: the other is earlier, a copy of it, or of a place above.
Stand = Literal["IssueDate", "CitationOrder", "PlanYear", "Copy", "Above"]
_STANDS: tuple[Stand, ...] = ("IssueDate", "CitationOrder", "PlanYear", "Copy", "Above")
_BASES: dict[Stand, Basis] = {
    "IssueDate": "IssueDate",
    "CitationOrder": "CitationOrder",
    "PlanYear": "PlanYear",
}
_FIELDS = 6  # numbers of a stretch


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a paper has in common with another one."""

    other: int  # its place in the list of papers, or its number where it is kept
    stand: Stand
    stretches: tuple[Stretch, ...] = ()

    @property
    def basis(self) -> Basis | None:
        """Give from what it follows that the other paper is earlier; None where it does not."""
        return _BASES.get(self.stand)


def pack(met: Iterable[Meeting]) -> bytes:
    """Write the meetings of a paper as bytes."""
    values = array("i")
    for one in sorted(met, key=lambda one: one.other):
        values.extend((one.other, _STANDS.index(one.stand), len(one.stretches)))
        for stretch in one.stretches:
            values.extend((stretch.begin, stretch.end, stretch.there, stretch.there_end))
            values.extend((stretch.own, int(stretch.similarity * 1000)))
    return zlib.compress(values.tobytes(), 1) if values else b""


def unpack(packed: bytes) -> Iterator[Meeting]:
    """Yield the meetings of a paper from bytes."""
    values = array("i", zlib.decompress(packed) if packed else b"")
    at = 0
    while at < len(values):
        other, stand, number = values[at : at + 3]
        at += 3
        end = at + number * _FIELDS
        stretches = tuple(_stretch(values[i : i + _FIELDS]) for i in range(at, end, _FIELDS))
        yield Meeting(other, _STANDS[stand], stretches)
        at = end


def _stretch(values: array[int]) -> Stretch:
    begin, end, there, there_end, own, similarity = values
    return Stretch(begin, end, there, there_end, own, Decimal(similarity) / 1000)
