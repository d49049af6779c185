"""Answers to bytes: the forms they are written in, and how writing ends where it is too much.

Oxigraph writes the forms itself, exactly, and twice as fast as a loop over its rows would. It
cannot be told how many rows are enough; but it writes in pieces of 8 KB, and ends when the stream
refuses one. So a stream counts the rows that pass through it, by the marks between them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, cast

import pyoxigraph

from kg import sparql
from kg.endpoint.limits import MEGABYTE, LimitError, QueryLimits, UnacceptableError

_ROWS, _RDF = pyoxigraph.QueryResultsFormat, pyoxigraph.RdfFormat

# By media type, the first is the one for who accepts everything. The last ones are no forms of
# their own: a client that asks for them gets what they are, under the name that it asked for.
ROWS: dict[str, pyoxigraph.QueryResultsFormat] = {
    "application/sparql-results+json": _ROWS.JSON,
    "application/sparql-results+xml": _ROWS.XML,
    "text/csv": _ROWS.CSV,
    "text/tab-separated-values": _ROWS.TSV,
    "application/json": _ROWS.JSON,
    "application/xml": _ROWS.XML,
    "text/xml": _ROWS.XML,
}
TRIPLES: dict[str, pyoxigraph.RdfFormat] = {
    "text/turtle": _RDF.TURTLE,
    "application/n-triples": _RDF.N_TRIPLES,
    "application/ld+json": _RDF.JSON_LD,
    "application/rdf+xml": _RDF.RDF_XML,
    "application/json": _RDF.JSON_LD,
    "application/xml": _RDF.RDF_XML,
    "text/xml": _RDF.RDF_XML,
}
# What a link may ask for by ?format=, with the form for rows and the one for triples.
NAMES: dict[str, tuple[str | None, str | None]] = {
    "json": ("application/sparql-results+json", "application/ld+json"),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "csv": ("text/csv", None),
    "tsv": ("text/tab-separated-values", None),
    "turtle": (None, "text/turtle"),
    "ntriples": (None, "application/n-triples"),
    "jsonld": (None, "application/ld+json"),
    "rdfxml": (None, "application/rdf+xml"),
}
OWN_ROWS = tuple(media for media, _ in NAMES.values() if media)
OWN_TRIPLES = tuple(NAMES[name][1] or "" for name in ("turtle", "ntriples", "jsonld", "rdfxml"))


@dataclass(frozen=True, slots=True)
class _Marks:
    """How rows are told apart in a form that Oxigraph writes."""

    marks: tuple[bytes, ...]  # one for each row
    before: int = 0  # marks that come before the first row
    quoted: bool = False  # a mark within "…" is none
    escaped: bool = False  # within "…" stands \" for a quotation mark


_MARKS = {
    # Each row is an object in the one array; what a row holds stands behind a name and a colon.
    _ROWS.JSON: _Marks((b"[{", b",{"), quoted=True, escaped=True),
    _ROWS.XML: _Marks((b"<result>",)),
    _ROWS.CSV: _Marks((b"\r\n",), before=1, quoted=True),
    _ROWS.TSV: _Marks((b"\n",), before=1),
}
_XML = (_ROWS.XML, _RDF.RDF_XML)
# In UTF-8: C0 but tab, line feed and carriage return; U+FFFE and U+FFFF.
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_ENDS_IN_A_NAME = re.compile(r"[^\W\d][\w.-]*$")


class _Counter:
    """Counts rows in what is written piece by piece, wherever the pieces are cut."""

    def __init__(self, marks: _Marks) -> None:
        self._marks = marks
        self._found = -marks.before
        self._longest = max(map(len, marks.marks))
        self._inside = 0  # 1 within "…"
        self._tail = self._backslash = b""

    @property
    def rows(self) -> int:
        return max(self._found, 0)

    def count(self, piece: bytes) -> None:
        bare = self._tail + self._unquoted(piece)
        self._found += sum(map(bare.count, self._marks.marks))
        self._tail = bare[len(bare) - self._longest + 1 :] if len(bare) >= self._longest else bare

    def _unquoted(self, piece: bytes) -> bytes:
        """Return what stands outside of quotation marks."""
        if not self._marks.quoted:
            return piece
        if self._marks.escaped:
            piece = self._backslash + piece
            self._backslash = b"\\" * ((len(piece) - len(piece.rstrip(b"\\"))) % 2)
            piece = piece[: len(piece) - len(self._backslash)]
            piece = piece.replace(b"\\\\", b"").replace(b'\\"', b"")
        parts = piece.split(b'"')
        outside = b"".join(parts[self._inside :: 2])
        self._inside ^= (len(parts) - 1) % 2
        return outside


class _Sheet:
    """A stream in memory that refuses what is more than an answer may be."""

    def __init__(self, limits: QueryLimits, marks: _Marks | None, *, xml: bool) -> None:
        self._out, self._limits, self._xml, self._tail = io.BytesIO(), limits, xml, b""
        self._counter = _Counter(marks) if marks else None

    @property
    def rows(self) -> int:
        return self._counter.rows if self._counter else 0

    @property
    def text(self) -> bytes:
        return self._out.getvalue()

    def write(self, piece: bytes) -> int:
        """Take a piece, or raise LimitError or UnacceptableError."""
        written = len(piece)
        if self._counter is not None:
            self._counter.count(piece)
            check_rows(self.rows, self._limits)
        if self._xml:
            piece = self._in_xml(piece)
        if self._out.tell() + len(piece) > self._limits.size:
            raise _too_large(self._limits)
        self._out.write(piece)
        return written

    def flush(self) -> None:
        """Do nothing: memory is written at once."""

    def _in_xml(self, piece: bytes) -> bytes:
        if _NOT_IN_XML.search(self._tail + piece):
            raise UnacceptableError(
                "answer: holds a control character, which XML cannot; ask for another form"
            )
        self._tail = piece[-2:]  # a character of three bytes may be cut
        # A bare one every XML parser makes a line feed.
        return piece.replace(b"\r", b"&#xD;")


def write_rows(
    answer: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean,
    media_type: str,
    limits: QueryLimits,
) -> tuple[bytes, int]:
    """Return the rows of an answer as they are sent, and how many they are; 1 for ASK."""
    form = ROWS[media_type]
    is_rows = isinstance(answer, pyoxigraph.QuerySolutions)
    sheet = _Sheet(limits, _MARKS[form] if is_rows else None, xml=form in _XML)
    answer.serialize(cast(IO[bytes], sheet), format=form)
    return sheet.text, sheet.rows if is_rows else 1


def write_triples(
    triples: Iterable[pyoxigraph.Triple], media_type: str, limits: QueryLimits
) -> tuple[bytes, int]:
    """Return triples as they are sent, and how many they are."""
    form = TRIPLES[media_type]
    sheet, seen = _Sheet(limits, None, xml=form in _XML), 0

    def counted() -> Iterator[pyoxigraph.Triple]:
        nonlocal seen
        for triple in _named_in_xml(triples) if form in _XML else triples:
            seen += 1
            check_rows(seen, limits)
            yield triple

    pyoxigraph.serialize(counted(), cast(IO[bytes], sheet), format=form, prefixes=sparql.PREFIXES)
    return sheet.text, seen


def _named_in_xml(triples: Iterable[pyoxigraph.Triple]) -> Iterator[pyoxigraph.Triple]:
    """Yield triples; a property that ends in no name Oxigraph would write as no XML at all."""
    for triple in triples:
        if not _ENDS_IN_A_NAME.search(triple.predicate.value):
            raise UnacceptableError(
                f"answer: XML has no name for <{triple.predicate.value}>; ask for another form"
            )
        yield triple


def check_rows(rows: int, limits: QueryLimits) -> None:
    """Raise LimitError where an answer has more rows than it may."""
    if rows > limits.rows:
        raise LimitError(
            "rows",
            limits.rows,
            f"answer: more than {limits.rows:,} rows; add LIMIT, or kg export for whole graphs",
        )


def _too_large(limits: QueryLimits) -> LimitError:
    most = f"{limits.size / MEGABYTE:,.3g} MB"
    return LimitError(
        "size",
        limits.size,
        f"answer: larger than {most}; ask for less or add LIMIT, or kg export for whole graphs",
    )
