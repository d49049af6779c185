"""What is known of the papers whose traces a store holds: records, passages, who has them.

Beside the store (kg.traces.memory), for the next update to compare what is new alone. It tells
of each document, and of its traces, the digest that the store's manifest had: where these are
others now, it is not believed.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from kg.reports.holdings import Places
from kg.traces import bands, likeness, meetings
from kg.traces.echoes import title_span
from kg.traces.facts import Span
from kg.traces.formulas import is_formula
from kg.traces.kinship import names_of, tells_apart
from kg.traces.likeness import Block
from kg.traces.meetings import Meeting
from kg.traces.memory import Memory
from kg.traces.papers import Cited, Paper, Part
from kg.traces.passages import Letters, plain_letters
from kg.traces.tables import TABLES
from kg.traces.texts import Texts, signatures
from kg.traces.titles import stem

FOUND_BY = "version of the traces"  # what is known under this key


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a paper without its text."""

    paper: Paper  # without text, and places in it
    title: Span  # where the title stands
    aside: str  # digest of the places in the text


def record_of(paper: Paper) -> Record:
    """Return what is kept of a paper."""
    places = (paper.named, paper.targets, paper.duties, paper.parts)
    bare = replace(paper, text="", named=(), targets=(), duties=(), parts=())
    aside = blake2b(repr(places).encode(), digest_size=8).hexdigest()
    return Record(bare, title_span(paper), aside)


class Standing:
    """The papers, their passages, and what follows from them; in a transaction of the caller's."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self.rows = rows
        self._letters: dict[int, Letters] = {}

    def ask(self, query: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        """Give the rows that a statement of ours selects."""
        return self.rows.execute(query, values).fetchall()

    # -- papers ----------------------------------------------------------------------------

    def noted(self) -> dict[str, tuple[int, str, str]]:
        """Give by source its number, and the digests of its graph and of its traces."""
        rows = self.ask("SELECT source, number, digest, traces FROM held")
        return {source: (number, digest, traces) for source, number, digest, traces in rows}

    def note(self, digests: Iterable[tuple[str, str, str]]) -> None:
        """Note the digests of the graphs of sources, and of their traces."""
        self.rows.executemany(
            "INSERT INTO held (source, digest, traces) VALUES (?, ?, ?) "
            "ON CONFLICT (source) DO UPDATE SET digest = excluded.digest, traces = excluded.traces",
            digests,
        )

    def put(self, number: int, paper: Paper, names: Sequence[bytes], letters: Letters) -> None:
        """Put in a paper; that it is held is only known with its digests."""
        record = record_of(paper)
        places = np.diff(np.frombuffer(letters.places, np.uint32), prepend=np.uint32(0))
        spans = array("I", [one for span in letters.passages for one in span])
        text = blake2b(b"".join(names), digest_size=16).digest()
        packed = zlib.compress(
            json.dumps([letters.text, spans.tolist()], ensure_ascii=False).encode(), 1
        )
        packed = len(packed).to_bytes(4, "big") + packed + zlib.compress(places.tobytes(), 1)
        own_stem = stem(paper.title, names_of(paper))
        self.rows.execute(
            "INSERT INTO held (number, source, document, named, stem, province, record, letters,"
            " names, text, spans) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, paper.source, paper.document, plain_letters(paper.title), own_stem)
            + (paper.province, _as_json(record), packed, b"".join(names), text, _spans(paper)),
        )
        self.refer(number, record)

    def refer(self, number: int, record: Record) -> None:
        """Note what a paper names."""
        paper = record.paper
        cites = {
            (key, number, cited.document)
            for cited in paper.cited
            for key in (cited.document, plain_letters(cited.title))
        }
        self.rows.execute("DELETE FROM cites WHERE paper = ?", (number,))
        self.rows.executemany("INSERT INTO cites VALUES (?, ?, ?)", sorted(cites))

    def rewrite(self, number: int, record: Record) -> None:
        """Put another record in the place of a paper's."""
        paper = record.paper
        self.rows.execute(
            "UPDATE held SET document = ?, stem = ?, province = ?, record = ? WHERE number = ?",
            (paper.document, stem(paper.title, names_of(paper)), paper.province)
            + (_as_json(record), number),
        )
        self.refer(number, record)

    def records(self, numbers: Iterable[int]) -> dict[int, Record]:
        """Give the records of papers, by number."""
        found = {}
        for number in numbers:
            rows = self.ask("SELECT record FROM held WHERE number = ?", number)
            if rows and rows[0][0]:
                found[number] = _from_json(rows[0][0])
        return found

    def with_places(self, number: int, paper: Paper) -> Paper:
        """Give a paper with the places of its targets, duties and sections."""
        ((packed,),) = self.ask("SELECT spans FROM held WHERE number = ?", number)
        targets, duties, parts = json.loads(zlib.decompress(packed))
        return replace(
            paper,
            targets=tuple((begin, end) for begin, end in targets),
            duties=tuple((begin, end) for begin, end in duties),
            parts=tuple(Part(*one) for one in parts),
        )

    def with_document(self, document: str) -> set[int]:
        """Give the papers of a document."""
        return self._numbers("SELECT number FROM held WHERE document = ?", document)

    def with_name(self, name: str) -> set[int]:
        """Give the papers of a title, as plain letters."""
        return self._numbers("SELECT number FROM held WHERE named = ?", name)

    def with_stem(self, own: str) -> set[int]:
        """Give the papers of a stem."""
        return self._numbers("SELECT number FROM held WHERE stem = ?", own)

    def citing(self, key: str) -> dict[int, set[str]]:
        """Give the papers that cite a document by this IRI or title, with its IRIs."""
        found: dict[int, set[str]] = {}
        for paper, document in self.ask("SELECT paper, document FROM cites WHERE key = ?", key):
            found.setdefault(paper, set()).add(document)
        return found

    def stems(self) -> set[str]:
        """Give the stems of all papers."""
        return {one for (one,) in self.ask("SELECT DISTINCT stem FROM held WHERE stem > ''")}

    def subjects(self) -> dict[int, tuple[str, str]]:
        """Give the province and the stem of each paper."""
        rows = self.ask("SELECT number, province, stem FROM held INDEXED BY held_by_stem")
        return {number: (province or "", own or "") for number, province, own in rows}

    def get(self, key: str, /) -> str | None:
        """Give the document held of this IRI, or of a title that no other has."""
        if self.ask("SELECT 1 FROM held WHERE document = ? LIMIT 1", key):
            return key
        if not tells_apart(key):
            return None
        rows = self.ask("SELECT document FROM held WHERE named = ? LIMIT 2", key)
        return rows[0][0] if len(rows) == 1 else None

    def letters(self, number: int) -> Letters:
        """Give the letters of a paper."""
        if number not in self._letters:
            ((packed,),) = self.ask("SELECT letters FROM held WHERE number = ?", number)
            if len(self._letters) >= 256:
                self._letters.clear()
            self._letters[number] = _letters(packed)
        return self._letters[number]

    def names(self, number: int) -> list[bytes]:
        """Give the names of a paper's passages, in their order."""
        ((packed,),) = self.ask("SELECT names FROM held WHERE number = ?", number)
        return [packed[at : at + 8] for at in range(0, len(packed), 8)]

    def _numbers(self, query: str, value: object) -> set[int]:
        return {number for (number,) in self.ask(query, value)}

    def fill(
        self,
        papers: Sequence[Paper],
        texts: Texts,
        signatures: Mapping[bytes, bytes],
        formula: set[bytes],
        regions: str,
    ) -> None:
        """Write what was computed of all papers, in the place of what there was."""
        self.forget()
        names = sorted(texts.places)
        ids = {name: number for number, name in enumerate(names)}
        self.rows.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            (
                (ids[name], name, texts.length(name), is_formula(texts.words(name)))
                + (name in formula,)
                for name in names
            ),
        )
        self.rows.executemany(
            "INSERT OR IGNORE INTO places VALUES (?, ?, ?)",
            ((ids[name], *place) for name in names for place in texts.places[name]),
        )
        bands.fill(self.rows, [signatures[name] for name in names])
        for number, paper in enumerate(papers):
            self.put(number, paper, texts.passages[number], texts.letters[number])
        self.tell("regions", regions)

    def forget(self) -> None:
        """Forget all that is known."""
        for table in TABLES:
            self.rows.execute(f"DELETE FROM {table}")

    # -- meetings --------------------------------------------------------------------------

    def met(self, number: int) -> list[Meeting]:
        """Give what a paper has met, each by its number."""
        return list(meetings.unpack(self._packed(number)))

    def meet(self, number: int, met: Iterable[Meeting]) -> bool:
        """Put what a paper has met in the place of what there was; tell whether it is other."""
        packed = meetings.pack(met)
        if packed == self._packed(number):
            return False
        self.rows.execute("INSERT OR REPLACE INTO meetings VALUES (?, ?)", (number, packed))
        return True

    def _packed(self, number: int) -> bytes:
        rows = self.ask("SELECT met FROM meetings WHERE paper = ?", number)
        return bytes(rows[0][0]) if rows else b""

    # -- passages --------------------------------------------------------------------------

    def passage(self, name: bytes) -> tuple[int, int, bool, bool] | None:
        """Give of a passage: number, length, whether it is a phrase, whether formula."""
        rows = self.ask("SELECT id, length, phrase, formula FROM passages WHERE name = ?", name)
        return (rows[0][0], rows[0][1], bool(rows[0][2]), bool(rows[0][3])) if rows else None

    def where(self, passage: int) -> list[tuple[int, int]]:
        """Give the papers that have a passage, with the first letter, in order."""
        return self.ask("SELECT paper, begin FROM places WHERE passage = ?", passage)

    def bearers(self, passage: int) -> set[int]:
        """Give the papers that have a passage."""
        return {paper for paper, _ in self.where(passage)}

    def words(self, passage: int, length: int) -> str:
        """Give the letters of a passage."""
        rows = self.ask("SELECT paper, begin FROM places WHERE passage = ? LIMIT 1", passage)
        ((paper, begin),) = rows
        return self.letters(paper).text[begin : begin + length]

    def signature(self, passage: int) -> bytes:
        """Give the signature of a passage, from those of a text that has it."""
        ((name, paper),) = self.ask(
            "SELECT name, paper FROM passages, places WHERE id = ?1 AND passage = ?1 LIMIT 1",
            passage,
        )
        ((kept,),) = self.ask(
            "SELECT signatures FROM signatures"
            " WHERE text = (SELECT text FROM held WHERE number = ?)",
            paper,
        )
        at = self.names(paper).index(name) * likeness.SIGNATURE
        return bytes(kept[at : at + likeness.SIGNATURE])

    def pairs(self, name: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield the pairs that a passage is in, with their packed common runs."""
        yield from self.ask("SELECT one, other, blocks FROM pairs WHERE one = ?", name)
        yield from self.ask("SELECT one, other, blocks FROM pairs WHERE other = ?", name)

    def alike(self, name: bytes) -> Iterator[tuple[bytes, list[Block], bool]]:
        """Yield what a passage is like, the common runs, and whether it is the first of both."""
        for one, other, packed in self.pairs(name):
            if packed:
                yield (other if one == name else one), likeness.unpack(packed), one == name

    def alike_letters(self, name: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield what a passage is like, and how many letters both have in common runs."""
        for one, other, packed in self.pairs(name):
            if packed:
                yield (other if one == name else one), sum(array("H", packed)[2::3])

    def told(self, key: str) -> str:
        """Give what was noted under a key."""
        rows = self.ask("SELECT value FROM known WHERE key = ?", key)
        return rows[0][0] if rows else ""

    def tell(self, key: str, value: str) -> None:
        """Note something under a key."""
        self.rows.execute("INSERT OR REPLACE INTO known VALUES (?, ?)", (key, value))


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps what was computed of all papers; it is only believed once it is sealed."""

    memory: Memory
    papers: Sequence[Paper]
    regions: Places

    def texts(self, texts: Texts, formula: set[bytes], /) -> None:
        """Keep the papers, their passages, and which of these are formula."""
        signed, regions = signatures(texts, self.memory), regions_json(self.regions)
        try:
            Standing(self.memory.rows).fill(self.papers, texts, signed, formula, regions)
        except sqlite3.Error:
            self.memory.failed = True

    def meetings(self, number: int, met: Sequence[Meeting], /) -> None:
        """Keep what a paper has met."""
        try:
            Standing(self.memory.rows).meet(number, met)
        except sqlite3.Error:
            self.memory.failed = True


def seal(memory: Memory, digests: Iterable[tuple[str, str, str]], version: str) -> None:
    """Note of which graphs what stands is, and which version of the traces has found it.

    Where something could not be kept, it is forgotten.
    """
    try:
        if memory.failed:
            memory.rows.rollback()
        else:
            standing = Standing(memory.rows)
            standing.note(digests)
            standing.tell(FOUND_BY, version)
            memory.rows.commit()
    except sqlite3.Error:
        memory.rows.rollback()


def regions_json(regions: Places) -> str:
    """Return the regions of a store as they are kept."""
    found = {iri: [one.name, one.level, one.above] for iri, one in regions.by_iri.items()}
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def changed_regions(noted: str, now: str) -> set[str]:
    """Return the regions that are not what was noted."""
    before, after = json.loads(noted or "{}"), json.loads(now)
    return {iri for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri)}


def _as_json(record: Record) -> str:
    return json.dumps(astuple(record), ensure_ascii=False)


def _from_json(text: str) -> Record:
    (fields, title, aside) = json.loads(text)
    values: list[Any] = [tuple(one) if isinstance(one, list) else one for one in fields]
    values[-1] = tuple(Cited(*one) for one in fields[-1])
    paper = Paper(*values)
    return Record(paper, (title[0], title[1]), aside)


def _spans(paper: Paper) -> bytes:
    parts = [astuple(part) for part in paper.parts]
    return zlib.compress(json.dumps([paper.targets, paper.duties, parts]).encode(), 1)


def _letters(packed: bytes) -> Letters:
    size = int.from_bytes(packed[:4], "big")
    text, spans = json.loads(zlib.decompress(packed[4 : 4 + size]))
    steps = np.frombuffer(zlib.decompress(packed[4 + size :]), np.uint32)
    places = array("I", np.cumsum(steps, dtype=np.uint32).tobytes())
    return Letters(text, places, tuple(zip(spans[::2], spans[1::2], strict=True)))
