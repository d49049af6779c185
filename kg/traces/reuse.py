"""Two papers and the common runs of their passages to the stretches that one has from the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kg.traces.likeness import Block, common

ENOUGH = 25  # letters, formulas aside, that a paper has from a related one
UNRELATED = 50  # and from any other: shorter stretches of common policy language meet by chance
GAP = 16  # letters between two common runs of one stretch, on either side
OPEN = 8  # chains that a run may still go on
CLOSE = Decimal("0.5")  # of a stretch's letters must be common ones
_COUNTED = re.compile(b"\x00+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Letters of one paper that stand, alike or nearly so, in another."""

    begin: int  # places among the letters of the one
    end: int
    there: int  # and of the other
    there_end: int
    own: int  # letters in common that count
    similarity: Decimal  # letters in common, of the longer side


def stretches(
    one: str, other: str, found: Iterable[Block], kinds: bytes | bytearray, enough: int
) -> list[Stretch]:
    """Return the stretches that common runs make together, in the order of the one paper.

    `kinds` says of each letter of the one paper whether it counts: 0 if it does.
    """
    chains = _chains(_grown(one, other, sorted(set(found))))
    made = (_stretch(part, kinds) for chain in chains for part in _parted(chain, kinds))
    return _apart([one for one in made if one.own >= enough and one.similarity >= CLOSE])


def _grown(one: str, other: str, found: Iterable[Block]) -> list[Block]:
    """Return runs as long as they are, in both papers, beyond the passages they were found in."""
    grown: list[Block] = []
    reached: dict[int, int] = {}  # by how far the papers are shifted, where the last run ends
    for at, there, length in found:
        if at + length <= reached.get(there - at, -1):
            continue
        back = 0
        while at > back and there > back and one[at - back - 1] == other[there - back - 1]:
            back += 1
        length += back + common(one, at + length, other, there + length)
        grown.append((at - back, there - back, length))
        reached[there - at] = at - back + length
    return sorted(grown)


def _chains(runs: Iterable[Block]) -> Iterator[list[Block]]:
    """Yield runs that follow each other in both papers."""
    waiting: list[list[Block]] = []
    for run in runs:
        for chain in reversed(waiting):
            rest = _following(chain[-1], run)
            if rest is not None:
                chain.append(rest)
                break
        else:
            waiting.append([run])
            if len(waiting) > OPEN:
                yield waiting.pop(0)
    yield from waiting


def _following(last: Block, run: Block) -> Block | None:
    """Return what of a run goes on after the last one of a chain; None if it does not."""
    end, there_end = last[0] + last[2], last[1] + last[2]
    overlap = max(end - run[0], there_end - run[1], 0)
    at, there, length = run[0] + overlap, run[1] + overlap, run[2] - overlap
    if length <= 0 or at - end > GAP or there - there_end > GAP:
        return None
    return at, there, length


def _parted(chain: Sequence[Block], kinds: bytes | bytearray) -> Iterator[list[Block]]:
    """Yield the parts of a chain that letters which do not count keep apart, trimmed to others."""
    parts: list[list[int]] = []
    for at, _, length in chain:
        for counted in _COUNTED.finditer(kinds, at, at + length):
            if parts and counted.start() - parts[-1][1] <= GAP:
                parts[-1][1] = counted.end()
            else:
                parts.append([*counted.span()])
    for begin, end in parts:
        yield [
            _clipped(run, begin, end) for run in chain if run[0] < end and begin < run[0] + run[2]
        ]


def _clipped(run: Block, begin: int, end: int) -> Block:
    at, there, length = run
    first, last = max(at, begin), min(at + length, end)
    return first, there + first - at, last - first


def _stretch(chain: Sequence[Block], kinds: bytes | bytearray) -> Stretch:
    (begin, there, _), (last, last_there, length) = chain[0], chain[-1]
    end, there_end = last + length, last_there + length
    same = sum(run[2] for run in chain)
    own = sum(kinds.count(0, at, at + length) for at, _, length in chain)
    longer = max(end - begin, there_end - there)
    similarity = (Decimal(same) / longer).quantize(Decimal("0.001"))
    return Stretch(begin, end, there, there_end, own, similarity)


def _apart(found: list[Stretch]) -> list[Stretch]:
    """Return those that do not overlap; of two that do, the one with more letters."""
    kept: list[Stretch] = []
    for one in sorted(found, key=lambda one: (-one.own, one.begin, one.there)):
        if all(one.end <= other.begin or other.end <= one.begin for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.begin)
