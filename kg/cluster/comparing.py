"""Parts to what comparing their texts needs: the common runs of passages that may be alike.

Which passages of which documents are alike is the one step of kg.traces that looks at every
text beside every other. Here the engine's group-by does it:

    part → passages → by band: candidates → by the one passage, by the other: words → common runs

The result is what kg.traces.memory keeps beside a store. It is a memory only: what follows from
it is found by kg.traces, in a store that has loaded the parts, and is the same without it.
Signatures are made again there: they take 3 ms for a document, and would be as large as its graph.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import combinations
from typing import Any

from kg.cluster.engines import Engine
from kg.cluster.manifest import File, Part, file_of, read_account
from kg.cluster.parts import LEVEL, split
from kg.cluster.places import Place
from kg.models import DocumentGraph
from kg.store import Store
from kg.traces import likeness
from kg.traces.papers import papers
from kg.traces.texts import Texts

FOLDER = "compared"
MOST_GROUPS = 4096

Name = bytes  # of a passage
_Home = frozenset[str]  # the texts that have a passage; of more than two, two
_Word = tuple[Name, str, _Home]
_Half = tuple[Name, Name, str, _Home]  # a pair, with what is known of its first passage


@dataclass(frozen=True, slots=True)
class _Passages:
    """What is in the texts of a part."""

    signatures: Mapping[Name, bytes]
    words: Sequence[_Word]


def compare_parts(parts: Sequence[Part], place: str, engine: Engine) -> tuple[File, ...]:
    """Write what comparing the texts of parts needs; return the files, by name."""
    groups = min(MOST_GROUPS, 1 << max(0, len(parts) - 1).bit_length())
    texts = engine.items(parts).spread(partial(_passages, place=place))
    words = texts.spread(partial(_words, groups=groups))
    pairs = texts.spread(partial(_bands, groups=groups)).gathered(
        partial(_candidates, groups=groups)
    )
    halves = words.with_those(pairs).gathered(partial(_first_side, groups=groups))
    found = words.with_those(halves).gathered(partial(_second_side, place=place, groups=groups))
    return tuple(sorted(found.values(), key=lambda file: file.name))


def read_pairs(data: bytes) -> dict[tuple[bytes, bytes], bytes]:
    """Read the common runs of pairs of passages."""
    rows = (line.split(" ") for line in data.decode("ascii").splitlines())
    return {
        (bytes.fromhex(one), bytes.fromhex(other)): bytes.fromhex(found)
        for one, other, found in rows
    }


# -- part → passages ---------------------------------------------------------------------------


def _passages(part: Part, place: str) -> Iterator[_Passages]:
    texts, sources = _texts(part, Place(place))
    signatures = {name: likeness.signature(texts.words(name)) for name in texts.places}
    words = [
        (name, texts.words(name), _home(sources[paper] for paper in texts.bearers(name)))
        for name in sorted(texts.places)
    ]
    yield _Passages(signatures, words)


def _texts(part: Part, place: Place) -> tuple[Texts, list[str]]:
    """Return the texts of a part, and the source of each."""
    documents = read_account(place.read(part.account.name), part.account.name)
    text = gzip.decompress(place.read(part.quads.name))
    with Store() as store:
        store.load(
            DocumentGraph(one.graph, "", "", b"".join(lines).decode(), ())
            for one, lines in split(text, documents)
        )
        held = papers(store)
    return Texts(held, _nobody), [paper.source for paper in held]


def _nobody(done: int, total: int) -> None:
    pass


def _home(sources: Iterable[str]) -> _Home:
    return frozenset(sorted(sources)[:2])


# -- by band -----------------------------------------------------------------------------------


def _bands(passages: _Passages, groups: int) -> Iterator[tuple[int, list[tuple[bytes, Name]]]]:
    """Yield, by group, the bands of passages; two that agree in one come into one group."""
    found: dict[int, list[tuple[bytes, Name]]] = defaultdict(list)
    size = likeness.SIGNATURE // likeness.BANDS
    for name, signature in passages.signatures.items():
        for band in range(likeness.BANDS):
            key = bytes([band]) + signature[band * size : (band + 1) * size]
            found[_group(key, groups)].append((key, name))
    yield from found.items()


def _candidates(
    chunks: list[list[tuple[bytes, Name]]], groups: int
) -> Iterator[tuple[int, tuple[str, Any]]]:
    """Yield the pairs that agree in a band, as kg.traces.likeness.candidates finds them."""
    meeting: dict[bytes, set[Name]] = defaultdict(set)
    for chunk in chunks:
        for key, name in chunk:
            meeting[key].add(name)
    found: dict[int, set[tuple[Name, Name]]] = defaultdict(set)
    for names in meeting.values():
        if len(names) - 1 < likeness.FORM:
            for pair in combinations(sorted(names), 2):
                found[_group(pair[0], groups)].add(pair)
    for group, pairs in found.items():
        yield group, ("pairs", pairs)


def _group(key: bytes, groups: int) -> int:
    return int.from_bytes(blake2b(key, digest_size=8).digest()) % groups


# -- by passage --------------------------------------------------------------------------------


def _words(passages: _Passages, groups: int) -> Iterator[tuple[int, tuple[str, Any]]]:
    """Yield, by group, passages with their words and the texts that have them."""
    found: dict[int, list[_Word]] = defaultdict(list)
    for word in passages.words:
        found[_group(word[0], groups)].append(word)
    for group, words in found.items():
        yield group, ("words", words)


def _first_side(
    chunks: list[tuple[str, Any]], groups: int
) -> Iterator[tuple[int, tuple[str, Any]]]:
    """Yield pairs with the words of their first passage, by the group of the second."""
    known = _known(chunks)
    pairs = {pair for kind, chunk in chunks if kind == "pairs" for pair in chunk}
    found: dict[int, list[_Half]] = defaultdict(list)
    for one, other in pairs:
        found[_group(other, groups)].append((one, other, *known[one]))
    for group, halves in found.items():
        yield group, ("halves", halves)


def _second_side(chunks: list[tuple[str, Any]], place: str, groups: int) -> Iterator[File]:
    """Write the common runs of pairs, now that the words of both passages are here."""
    known = _known(chunks)
    rows = {}
    for kind, chunk in chunks:
        for one, other, words, home in chunk if kind == "halves" else ():
            there, other_home = known[other]
            # Of two that one text alone has, nothing is asked.
            if (one, other) not in rows and not (home == other_home and len(home) == 1):
                rows[one, other] = likeness.pack(likeness.blocks(words, there))
    if rows:
        first = min(rows)[1]
        name = f"{FOLDER}/pairs-{groups}-{_group(first, groups):04x}.gz"
        lines = ((one.hex(), other.hex(), found.hex()) for (one, other), found in rows.items())
        yield _write(Place(place), name, lines)


def _write(place: Place, name: str, rows: Iterable[Sequence[str]]) -> File:
    text = "".join(sorted(" ".join(row) + "\n" for row in rows)).encode()
    packed = gzip.compress(text, LEVEL, mtime=0)
    place.write(name, packed)
    return file_of(name, packed, len(text))


def _known(chunks: list[tuple[str, Any]]) -> dict[Name, tuple[str, _Home]]:
    found: dict[Name, tuple[str, _Home]] = {}
    for kind, chunk in chunks:
        for name, words, home in chunk if kind == "words" else ():
            before = found.get(name, (words, frozenset()))[1]
            found[name] = words, _home(before | home)
    return found
