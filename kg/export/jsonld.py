"""Graphs to JSON-LD, node by node, in the words of our own context.

Oxigraph writes the expanded form and rdflib holds everything; what is compact and streams is
written here. The context stands in the file, so that a reader needs no network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import attrgetter
from typing import IO, Any

import pyoxigraph

from kg.export.graphs import Graph, triples

_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")  # what JSON numbers hold and write the same


def write_jsonld(graphs: Iterable[Graph], out: IO[bytes]) -> None:
    """Write several named graphs."""
    context = json.dumps(_context(), ensure_ascii=False, separators=(",", ":"))
    out.write(f'{{"@context": {context},\n"@graph": ['.encode())
    for number, (name, lines) in enumerate(graphs):
        out.write(f'{"," if number else ""}\n{{"@id": {_json(name)}, "@graph": ['.encode())
        for place, node in enumerate(_nodes(lines)):
            out.write(f"{',' if place else ''}\n {_json(node)}".encode())
        out.write(b"\n]}")
    out.write(b"\n]}\n")


@cache
def _context() -> dict[str, Any]:
    text = files("kg.ontology").joinpath("context.jsonld").read_text(encoding="utf-8")
    context: dict[str, Any] = json.loads(text)["@context"]
    return context


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _nodes(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield a graph's nodes with all that it says of them."""
    for subject, group in groupby(triples(lines), key=attrgetter("subject")):
        node: dict[str, Any] = {"@id": _name(subject)}
        values: dict[str, list[Any]] = {}
        for triple in group:
            key, kind = _terms().get(triple.predicate.value, (triple.predicate.value, ""))
            if key == "@type" and isinstance(triple.object, pyoxigraph.Literal):
                key = _RDF_TYPE
            values.setdefault(key, []).append(_value(triple.object, kind))
        yield node | {key: found[0] if len(found) == 1 else found for key, found in values.items()}


def _value(term: Any, kind: str) -> Any:
    if not isinstance(term, pyoxigraph.Literal):
        return _link(term, kind)
    if term.language:
        same = kind == f"@{term.language}"
        return term.value if same else {"@language": term.language, "@value": term.value}
    if term.datatype.value == f"{_XSD}string":
        return {"@value": term.value} if kind else term.value
    if kind == term.datatype.value:
        return _typed(term.value, kind)
    return {"@type": term.datatype.value, "@value": term.value}


def _link(term: Any, kind: str) -> Any:
    name = _name(term)
    if kind == "@vocab":
        return _words().get(name, name)
    return name if kind == "@id" else {"@id": name}


def _typed(text: str, datatype: str) -> str | int | bool:
    if datatype == f"{_XSD}integer" and _INTEGER.fullmatch(text):
        return int(text)
    if datatype == f"{_XSD}boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _name(term: Any) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


@cache
def _terms() -> dict[str, tuple[str, str]]:
    """Give the name of each property, and what its values are: @id, @vocab, @zh, a datatype."""
    terms = {_RDF_TYPE: ("@type", "@vocab")}
    for name, meaning in _context().items():
        if name == "@version":
            continue
        definition = {"@id": meaning} if isinstance(meaning, str) else meaning
        language = definition.get("@language")
        kind = f"@{language}" if language else definition.get("@type", "")
        terms[_expanded(definition["@id"])] = (
            name,
            kind if kind.startswith("@") else _expanded(kind),
        )
    return terms


@cache
def _words() -> dict[str, str]:
    """Give the name of each class and each member of a closed list."""
    return {iri: name for iri, (name, _) in _terms().items() if not name.startswith("@")}


def _expanded(short: str) -> str:
    prefix, _, rest = short.partition(":")
    return short if rest.startswith("//") or not rest else f"{_context()[prefix]}{rest}"
