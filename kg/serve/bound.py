"""A saved query and values to SPARQL that runs as it is, here or in another tool.

Store.query puts values in the place of variables before the engine runs. In a text that is to be
read and changed they stand in VALUES, in each group that speaks of their variable: neither a
sub-query nor a branch of UNION sees what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyoxigraph

from kg.ask.filled import MARK, ONLY, filled
from kg.queries import SavedQuery

_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|<[^<>"{}|^`\\\s]*>|#[^\n]*'  # what can hide the rest
    r"|(?P<brace>[{}])|[?$](?P<variable>\w+)|(?P<select>\bSELECT\b)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"# param (\w+): .*\n")


@dataclass(slots=True)
class _Group:
    """A group of a query that is being read: { … }."""

    begin: int  # behind the brace
    names: set[str] = field(default_factory=set)  # variables that stand in it, not deeper
    selects: bool = False  # it is a sub-query; its patterns are in a group of their own


def bound(query: SavedQuery, values: Mapping[str, str]) -> str:
    """Return the text of a saved query with these values in it.

    A value is written as a literal by the writer of RDF, so it cannot become part of the query.
    """
    query.substitutions(values)
    if any(mark in query.text for mark in (MARK, ONLY)):
        return filled(query.name, values)
    places = sorted(_places(query.text, values), reverse=True)
    text = query.text
    for at, names in places:
        text = _put(text, at, [f"VALUES ?{name} {{ {_literal(values[name])} }}" for name in names])
    return _PARAMETER.sub(lambda line: "" if line[1] in values else line[0], text)


def _literal(value: str) -> str:
    return str(pyoxigraph.Literal(value))


def _places(text: str, values: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    """Yield where values are needed: behind which brace, of which variables."""
    groups: list[_Group] = []
    clause: set[str] | None = None  # the variables of SELECT …, until its group begins
    for token in _TOKEN.finditer(text):
        if token["select"]:
            clause = set()
            if groups:
                groups[-1].selects = True
        elif token["variable"] and (clause is not None or groups):
            (clause if clause is not None else groups[-1].names).add(token["variable"])
        elif token["brace"] == "{":
            groups.append(_Group(token.end(), clause or set()))
            clause = None
        elif token["brace"] == "}":
            group = groups.pop()
            names = [name for name in values if name in group.names]
            if names and not group.selects:
                yield group.begin, names


def _put(text: str, at: int, blocks: list[str]) -> str:
    """Put blocks behind a brace: on lines of their own, where it ends its line."""
    rest = text[at:].partition("\n")[0]
    if rest.strip():
        return f"{text[:at]} {' '.join(blocks)}{text[at:]}"
    line = text[text.rfind("\n", 0, at) + 1 : at]
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return text[:at] + "".join(f"\n{indent}{block}" for block in blocks) + text[at:]
