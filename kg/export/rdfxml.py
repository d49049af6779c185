"""Triples to RDF/XML.

XML cannot hold every character and has no name for every property. A character that it cannot
hold becomes U+FFFD, one for one, so that offsets into a text still hold; a property without a
name is refused, since Oxigraph would write what no other parser reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO, cast

import pyoxigraph

from kg import sparql
from kg.errors import KgError

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENDS_IN_A_NAME = re.compile(r"[^\W\d][\w.-]*$")


def write_rdfxml(triples: Iterable[pyoxigraph.Triple], out: IO[bytes]) -> None:
    """Write one graph."""
    pyoxigraph.serialize(
        _expressible(triples),
        cast(IO[bytes], _CarriageReturns(out)),
        format=pyoxigraph.RdfFormat.RDF_XML,
        prefixes=sparql.PREFIXES,
    )


def _expressible(triples: Iterable[pyoxigraph.Triple]) -> Iterator[pyoxigraph.Triple]:
    named: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in named:
            if not _ENDS_IN_A_NAME.search(predicate):
                raise KgError(f"RDF/XML has no name for <{predicate}>; take another format")
            named.add(predicate)
        yield _legal(triple)


def _legal(triple: pyoxigraph.Triple) -> pyoxigraph.Triple:
    value = triple.object
    if not isinstance(value, pyoxigraph.Literal) or not ILLEGAL.search(value.value):
        return triple
    text = ILLEGAL.sub("\ufffd", value.value)
    changed = (
        pyoxigraph.Literal(text, language=value.language)
        if value.language
        else pyoxigraph.Literal(text, datatype=value.datatype)
    )
    return pyoxigraph.Triple(triple.subject, triple.predicate, changed)


class _CarriageReturns:
    """A stream that escapes carriage returns; bare ones every XML parser makes line feeds."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, text: bytes) -> int:
        """Write a piece."""
        self._out.write(text.replace(b"\r", b"&#xD;"))
        return len(text)

    def flush(self) -> None:
        """Do as the stream does."""
        self._out.flush()
