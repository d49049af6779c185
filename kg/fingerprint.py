"""Lines of N-Triples to a digest that does not change when a store has had them.

Oxigraph keeps 95.0 as 95, P12M as P1Y, names blank nodes anew and writes a tab as \\t. To read each
graph back after it was written would cost a build a tenth of its time; so the digest is of what
stays the same: of numbers their value, of other typed literals (dates, durations) nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_ESCAPES = {b"t": b"\t", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"f": b"\f"}
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_BLANK = re.compile(rb"_:\S+")
_NUMBER = re.compile(rb'"([+-]?)(\d*)(?:\.(\d*))?"\^\^<[^>]*#(?:integer|decimal)>')


@dataclass(frozen=True, slots=True)
class Survey:
    """What lines say of the graph that a store makes of them."""

    fingerprint: str
    triples: int | None  # None where some lines may be one triple, as 95 and 95.0 are


NOTHING = Survey("", None)  # is known


def fingerprint(lines: Iterable[bytes]) -> str:
    """Return the SHA-256 of a graph's triples, in any order."""
    return survey(lines).fingerprint


def survey(lines: Iterable[bytes]) -> Survey:
    """Return the SHA-256 of a graph's triples, in any order, and how many a store will count."""
    # In their order: what is sorted already, but for a few lines, is sorted in no time.
    written = dict.fromkeys(lines)
    plain = dict.fromkeys(map(_plain, written))
    # Lines that are one triple to Oxigraph are one plain line; if all differ, so do the triples.
    triples = len(plain) if len(plain) == len(written) else None
    return Survey(hashlib.sha256(b"".join(sorted(plain))).hexdigest(), triples)


def _plain(line: bytes) -> bytes:
    if b"\\" in line:
        line = _unescaped(line)
    # One character is found in a third of the time of several, and few lines have these.
    if b"^" in line and b'"^^<' in line:
        line = _without_spelling(line)
    if b"_" in line and (line.startswith(b"_:") or b"> _:" in line):
        line = _BLANK.sub(b"_:", line)
    return line


def _unescaped(line: bytes) -> bytes:
    """Return a line with the characters that its escapes stand for.

    A whole text has one at the end of each of its lines: replaced sign by sign, not one by one.
    """
    if b"\\u" in line or b"\\U" in line:
        return _ESCAPE.sub(_character, line)
    return b"\\".join(map(_without_escapes, line.split(b"\\\\")))


def _without_escapes(part: bytes) -> bytes:
    """Return what stands between two backslashes, of which no escape is left."""
    for sign, character in _ESCAPES.items():
        part = part.replace(b"\\" + sign, character)
    return part.replace(b"\\", b"")


def _character(escape: re.Match[bytes]) -> bytes:
    code = escape[1] or escape[2]
    return chr(int(code, 16)).encode() if code else _ESCAPES.get(escape[3], escape[3])


def _without_spelling(line: bytes) -> bytes:
    """Reduce a typed literal to its value, if that is a number: "95.0"^^xsd:decimal → 95."""
    subject, predicate, literal = line.split(b" ", 2)
    return b" ".join((subject, predicate, _value(literal), b".\n"))


@lru_cache(maxsize=10_000)  # most are offsets, of which each document has the same
def _value(literal: bytes) -> bytes:
    number = _NUMBER.match(literal)
    if number is None:
        return b"?"
    whole = number[2].lstrip(b"0") or b"0"
    fraction = (number[3] or b"").rstrip(b"0")
    return number[1].strip(b"+") + whole + (b"." + fraction if fraction else b"")
