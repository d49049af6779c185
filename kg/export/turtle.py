"""Sorted N-Triples lines to Turtle and TriG.

Works on the lines, not on parsed terms: N-Triples terms are Turtle terms already, so only IRIs
are shortened and subjects grouped. Measured: see the test of speed in tests/test_export.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import IO

from kg import sparql

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_XSD = "http://www.w3.org/2001/XMLSchema#"
# Narrower than the grammar, so that every parser agrees on it.
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# Relative to the base without any step that a parser would resolve or take for a scheme.
_RELATIVE = re.compile(r"(?!\.)[^/:?#.][^/:?#]*(?:/(?!\.\.?(?:[/#?]|$))[^/?#]+)*(?:#[^#]*)?")
_BARE = {
    f"<{_XSD}integer>": re.compile(r"[+-]?[0-9]+"),
    f"<{_XSD}decimal>": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    f"<{_XSD}boolean>": re.compile(r"true|false"),
}

Triple = tuple[str, str, str]


def write_turtle(lines: Iterable[bytes], out: IO[bytes], base: str) -> None:
    """Write one graph."""
    out.write(_header(base).encode())
    for block in _blocks(lines, _Shortener(base), ""):
        out.write(block.encode())


def write_trig(graphs: Iterable[tuple[str, list[bytes]]], out: IO[bytes], base: str) -> None:
    """Write several named graphs."""
    shortener = _Shortener(base)
    out.write(_header(base).encode())
    for name, lines in graphs:
        out.write(f"\n{shortener.iri(f'<{name}>')} {{\n".encode())
        for block in _blocks(lines, shortener, "    "):
            out.write(block.encode())
        out.write(b"}\n")


def _header(base: str) -> str:
    prefixes = (f"@prefix {name}: <{iri}> .\n" for name, iri in sparql.PREFIXES.items())
    return f"@base <{base}> .\n{''.join(prefixes)}"


def _blocks(lines: Iterable[bytes], shortener: _Shortener, indent: str) -> Iterator[str]:
    """Yield the text of each subject."""
    triples = (_split(line) for line in lines)
    for subject, group in groupby(triples, key=itemgetter(0)):
        yield _block(shortener.iri(subject), list(group), shortener, indent)


def _split(line: bytes) -> Triple:
    subject, predicate, rest = line.decode().split(" ", 2)
    return subject, predicate, rest[:-3]


def _block(subject: str, triples: list[Triple], shortener: _Shortener, indent: str) -> str:
    objects: dict[str, list[str]] = {}
    for _, predicate, object_ in triples:
        objects.setdefault(predicate, []).append(shortener.term(object_))
    types = objects.pop(_TYPE, None)
    parts = [f"a {', '.join(types)}"] if types else []
    parts += [f"{shortener.iri(name)} {', '.join(terms)}" for name, terms in objects.items()]
    return f"\n{indent}{subject} " + f" ;\n{indent}    ".join(parts) + " .\n"


class _Shortener:
    """Gives terms their short form; remembers IRIs, since most come again."""

    def __init__(self, base: str) -> None:
        self._base = f"<{base}"
        self._namespaces = [(f"<{iri}", name) for name, iri in sparql.PREFIXES.items()]
        self.iri = cache(self._shorten)

    def term(self, term: str) -> str:
        """Give the short form of an object."""
        if not term.startswith('"'):
            return self.iri(term)
        if not term.endswith(">"):
            return term  # plain or with a language
        text, _, datatype = term.rpartition("^^")
        bare = _BARE.get(datatype)
        if bare is not None and bare.fullmatch(text, 1, len(text) - 1):
            return text[1:-1]
        return f"{text}^^{self.iri(datatype)}"

    def _shorten(self, iri: str) -> str:
        for namespace, name in self._namespaces:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace), len(iri) - 1):
                return f"{name}:{iri[len(namespace) : -1]}"
        if iri.startswith(self._base) and _RELATIVE.fullmatch(iri, len(self._base), len(iri) - 1):
            return f"<{iri[len(self._base) :]}"
        return iri
