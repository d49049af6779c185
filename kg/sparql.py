"""SPARQL text to text that is safe to run: prefixes known, limits kept, no network."""

from __future__ import annotations

import re
from bisect import bisect
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
MAX_UPDATE = 10_000_000  # characters: what it writes may be much
MAX_DEPTH = 200
MAX_OPERATORS = 1_000
MAX_WORK = 5 * MAX_LENGTH  # characters that are read to find a word in all readings

# What can hide a word or a brace from the checks: strings, IRIs, comments, variables, names; and
# what only looks as if it did: `:a\'` is a name, not the begin of a string. A word is taken as a
# whole, or a text of 200,000 letters is searched for a colon from each of them: for minutes.
_OPAQUE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r'|<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>'
    r"|\#[^\n\r]*"
    r"|[?$]\w+"
    r"|[\w-]*:(?:[\w-]|\\[_~.!$&'()+*,;=/?#@%-])*"
    r"|[\w-]+"
    r"|\\.",
    re.DOTALL,
)
# The comments with which a query begins.
_HEAD = re.compile(r"(?:#[^\n]*\n)*")
_DECLARATION = re.compile(r"\s*(?:prefix|base)\b", re.IGNORECASE)
_SPECIAL, _LINE_END = re.compile(r"[')#]"), re.compile(r"[\n\r]|\Z")
_OPERATOR = re.compile(
    r"[!|&/^+*-]|[.;](?!\d)"
    r"|\b(?:union|optional|minus|bind|as|filter|exists|having|graph|select|values|lateral)\b",
    re.IGNORECASE,
)
_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")


def check(text: str) -> None:
    """Raise QueryError where a query would reach the network or crash the engine."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"query: {len(text):,} characters; at most {MAX_LENGTH:,} are allowed")
    bare = "".join(_bare(text))
    _check_bare(bare, "query", is_hidden=_is_hidden("service", text))


def check_length(text: str) -> None:
    """Raise QueryError where an update is too long to be read."""
    if len(text) > MAX_UPDATE:
        raise QueryError(
            f"update: {len(text):,} characters; at most {MAX_UPDATE:,} are allowed; "
            "send it in parts, or the triples themselves to /sparql/graph"
        )


def check_update(bare: str) -> None:
    """Raise QueryError where an update would reach the network or crash the engine.

    Takes what of it may be keywords, brackets and operators (kg.changes, which writes it so that
    it can be read in one way). LOAD is refused where the operation is read.
    """
    _check_bare(bare, "update")


def _check_bare(bare: str, what: str, *, is_hidden: bool = False) -> None:
    if is_hidden or "service" in bare.casefold():
        raise QueryError(f"{what}: SERVICE is refused, because it would send data over the network")
    if _depth(bare) > MAX_DEPTH:
        raise QueryError(f"{what}: brackets nested deeper than {MAX_DEPTH}; make it flatter")
    if len(_OPERATOR.findall(bare)) > MAX_OPERATORS:
        raise QueryError(
            f"{what}: more than {MAX_OPERATORS:,} operators; use VALUES for long lists"
        )


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

    Oxigraph reads without a separate lexer: `SERVICE:x {…}` can be the keyword and the name `:x`.
    """
    if token.startswith(("<", "?", "$", '"', "'", "#", "\\")):
        return ""
    prefix, colon, _ = token.partition(":")
    if not colon:
        return token
    return prefix if prefix.casefold().endswith("service") else ""


def _is_hidden(word: str, text: str) -> bool:
    """Tell whether a word can be read where what looks like an IRI is a comparison.

    `?a<?b)SERVICE?x#>` is one, and so is `1<'>')`, from where on strings are what was between
    strings. Whether it is, only the grammar knows; so all readings are followed, each until it
    comes to where another one was before.
    """
    if word not in text.casefold():
        return False
    lines = [match.end() for match in _LINE_END.finditer(text)]
    starts, before, work = [0], set[int](), 0
    while starts:
        position, bare = starts.pop(), list[str]()
        for match in _OPAQUE.finditer(text, position):
            bare += (text[position : match.start()], " ", _suspicious(match[0]))
            work += match.end() - position
            position = match.end()
            if position in before:
                break
            before.add(position)
            starts += _within(match, lines)
        if word in "".join(bare).casefold() or work > MAX_WORK:
            return True
    return False


def _within(match: re.Match[str], lines: list[int]) -> Iterator[int]:
    """Yield where a reading goes on that takes an IRI's begin for a comparison."""
    special = _SPECIAL.search(match[0]) if match[0].startswith("<") else None
    if special is not None:
        start = match.start() + special.start()
        yield lines[bisect(lines, start)] if special[0] == "#" else start


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
