"""Passages to those that are alike: MinHash finds them, their common runs decide.

Each passage has a signature (b-bit MinHash of its shingles, by rensa); two that agree in a band
of it are compared letter by letter. Both steps are functions of the two passages alone, so what
was once computed is kept (kg.traces.memory).
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import rensa

SHINGLE = 4  # letters
BANDS, ROWS = 24, 3  # two passages with half of their shingles in common meet with 95 %
SEED = 20221
FORM = 64  # passages that agree in a band are rows of a form: what differs in them is what counts
RUN = 5  # letters of the shortest run that counts
ALIKE = 0.5  # of the shorter passage's letters must stand in common runs
_KEY = 2 * ROWS  # bytes of a band: the low half of each hash
SIGNATURE = BANDS * _KEY  # bytes
VERSION = f"{rensa.RMinHash.ALGORITHM_VERSION}.{SHINGLE}.{BANDS}.{ROWS}.{SEED}.{RUN}.{ALIKE}"

Block = tuple[int, int, int]  # where a common run begins in one passage, in the other, its length


def signature(passage: str) -> bytes:
    """Return the signature of a passage."""
    sketch = rensa.RMinHash(BANDS * ROWS, SEED)
    sketch.update([passage[at : at + SHINGLE] for at in range(len(passage) - SHINGLE + 1)])
    return b"".join((value & 0xFFFF).to_bytes(2, "little") for value in sketch.digest())


def candidates(signatures: Sequence[bytes]) -> set[tuple[int, int]]:
    """Return the pairs, by index, that agree in a band, unless very many agree in it."""
    found: set[tuple[int, int]] = set()
    for band in range(BANDS):
        found.update(_meeting(signatures, band * _KEY))
    return found


def _meeting(signatures: Sequence[bytes], at: int) -> Iterator[tuple[int, int]]:
    first: dict[bytes, int] = {}
    groups: dict[int, list[int]] = defaultdict(list)
    for index, one in enumerate(signatures):
        before = first.setdefault(one[at : at + _KEY], index)
        if before != index:
            groups[before].append(index)
    for begin, rest in groups.items():
        if len(rest) < FORM:
            yield from combinations((begin, *rest), 2)


def blocks(one: str, other: str) -> list[Block]:
    """Return the common runs of two passages, in the order of the first; none unless alike."""
    found = _runs(one, other)
    enough = sum(length for _, _, length in found) >= ALIKE * min(len(one), len(other))
    return found if enough else []


def _runs(one: str, other: str) -> list[Block]:
    """Return common runs that overlap in neither passage, those that come first taken first."""
    seeds: dict[str, int] = {}
    for at in range(len(other) - RUN, -1, -1):
        seeds[other[at : at + RUN]] = at
    found: list[Block] = []
    at = used = 0
    while at <= len(one) - RUN:
        there = seeds.get(one[at : at + RUN], -1)
        if there < used:
            at += 1
            continue
        length = common(one, at, other, there)
        found.append((at, there, length))
        at, used = at + length, there + length
    return found


def common(one: str, at: int, other: str, there: int) -> int:
    """Return how many letters are the same from these places on."""
    limit = min(len(one) - at, len(other) - there)
    length = 0
    while length < limit and one[at + length] == other[there + length]:
        length += 1
    return length


def pack(found: Sequence[Block]) -> bytes:
    """Write blocks as bytes."""
    return array("H", [value for block in found for value in block]).tobytes()


def unpack(data: bytes) -> list[Block]:
    """Read blocks from bytes."""
    values = array("H", data)
    return list(zip(values[::3], values[1::3], values[2::3], strict=True))
