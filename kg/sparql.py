"""SPARQL text to text that is safe to run: prefixes known, limits kept, no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from kg.errors import QueryError

POL = "https://w3id.org/policy-kg/ontology#"
PREFIXES = {
    "pol": POL,
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "itsrdf": "http://www.w3.org/2005/11/its/rdf#",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}

# Oxigraph parses by recursion: some 2,500 nested braces, or as many chained operators in a
# row, overflow the stack and take the process down without an exception.
MAX_LENGTH = 200_000
MAX_DEPTH = 200
MAX_OPERATORS = 1_000

# What can hide a word or a brace from the checks: strings, IRIs, comments, variables, names.
_OPAQUE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r'|<[^<>"{}|^`\\\x00-\x20]*>'
    r"|\#[^\n\r]*"
    r"|[?$]\w+"
    r"|[\w-]*:[\w-]*",
    re.DOTALL,
)
# The comments with which a query begins.
_HEAD = re.compile(r"(?:#[^\n]*\n)*")
_DECLARATION = re.compile(r"\s*(?:prefix|base)\b", re.IGNORECASE)
_OPERATOR = re.compile(r"[!|&/^+*-]|\b(?:union|optional|minus|bind)\b", re.IGNORECASE)
_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")


def check(text: str) -> None:
    """Raise QueryError where a query would reach the network or crash the engine."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"query: {len(text):,} characters; at most {MAX_LENGTH:,} are allowed")
    bare = "".join(_bare(text))
    if "service" in bare.casefold():
        raise QueryError("query: SERVICE is refused, because it would send data over the network")
    if _depth(bare) > MAX_DEPTH:
        raise QueryError(f"query: brackets nested deeper than {MAX_DEPTH}; make it flatter")
    if len(_OPERATOR.findall(bare)) > MAX_OPERATORS:
        raise QueryError(f"query: more than {MAX_OPERATORS:,} operators; use VALUES for long lists")


def complete(text: str) -> str:
    """Give a query with the prefixes that it uses declared, for engines that do not know them.

    They stand below its first comments. A query that declares some is left as it is.
    """
    head = _HEAD.match(text)
    start = head.end() if head else 0
    if _DECLARATION.match(text, start):
        return text
    tokens = (match[0] for match in _OPAQUE.finditer(text, start))
    used = {token.partition(":")[0] for token in tokens if token[0] not in "\"'<#?$"}
    lines = [f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items() if name in used]
    return text[:start] + "".join(lines) + text[start:]


def _bare(text: str) -> Iterator[str]:
    """Yield what is left of a query without its strings, IRIs, comments and names."""
    position = 0
    for match in _OPAQUE.finditer(text):
        yield text[position : match.start()]
        yield " "
        yield _suspicious(match[0])
        position = match.end()
    yield text[position:]


def _suspicious(token: str) -> str:
    """Give back a token that the engine may read as more than one.

    Oxigraph reads without a separate lexer: `SERVICE:x {…}` can be the keyword and the name
    `:x`, and `?a<?b)SERVICE?x#>` a comparison followed by the keyword.
    """
    if token.startswith("<"):
        return token if ")" in token else ""
    if token.startswith(("?", "$", '"', "'", "#")):
        return ""
    prefix = token.partition(":")[0]
    return prefix if prefix.casefold().endswith("service") else ""


def _depth(bare: str) -> int:
    depth = deepest = 0
    for character in bare:
        if character in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif character in _CLOSING:
            depth -= 1
    return deepest


def shorten(iri: str, base: str = "") -> str:
    """Give an IRI as a person reads it: prefix or path below the base, Chinese decoded."""
    if base and iri.startswith(base):
        return unquote(iri[len(base) :])
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{unquote(iri[len(namespace) :])}"
    return unquote(iri)
