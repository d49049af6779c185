"""A text of the store to HTML: a paragraph for each line, its names as links, a place marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph
from markupsafe import Markup

from kg.render.links import Links
from kg.render.marked import safe
from kg.sentence import sentence_span
from kg.serve.address import HERE
from kg.store import Store

_TEXT = "SELECT ?text ?node { ?node nif:isString ?text }"
_MENTIONS = """
SELECT ?mention ?entity ?class ?source {
    ?mention nif:referenceContext ?source ; itsrdf:taIdentRef ?entity .
    OPTIONAL {
        VALUES ?class { pol:Agency pol:Program pol:PolicyDocument pol:Region }
        ?entity a ?class
    }
}
"""
_SPAN = re.compile(r"#char=(\d+),(\d+)$")


@dataclass(frozen=True, slots=True)
class Name:
    """A stretch of a text that names an entity."""

    begin: int
    end: int
    entity: str
    kind: str


def text_of(store: Store, source: str) -> str:
    """Return the text of a source, empty where the store has none."""
    rows = store.select(_TEXT, {"node": pyoxigraph.NamedNode(source)})
    return rows[0]["text"] if rows else ""


def names_in(store: Store, source: str) -> list[Name]:
    """Return what a text names, where; of names within names the longest."""
    found = set()
    for row in store.select(_MENTIONS, {"source": pyoxigraph.NamedNode(source)}):
        span = _SPAN.search(row["mention"])
        if span is not None:
            kind = row["class"].rpartition("#")[2]
            found.add((int(span[1]), -int(span[2]), row["entity"], kind))
    return list(_apart(Name(b, -e, entity, kind) for b, e, entity, kind in sorted(found)))


def _apart(names: Iterator[Name]) -> Iterator[Name]:
    last = 0
    for name in names:
        if name.begin >= last:
            yield name
            last = name.end


def write_text(
    text: str, names: Sequence[Name], links: Links, here: tuple[int, int] | None = None
) -> Markup:
    """Return a text as HTML; `here` is a place to mark, of no length for its sentence."""
    if here is not None and here[0] == here[1]:
        here = sentence_span(text, here[0])
    ends = {0, len(text)}
    ends |= {end for name in names for end in (name.begin, name.end)}
    ends |= set(here or ())
    ends |= {match.end() for match in re.finditer("\n", text)}
    cuts = sorted(end for end in ends if 0 <= end <= len(text))
    return Markup("".join(_lines(text, cuts, {n.begin: n for n in names}, links, here)))


def _lines(
    text: str,
    cuts: Sequence[int],
    names: dict[int, Name],
    links: Links,
    here: tuple[int, int] | None,
) -> Iterator[str]:
    name: Name | None = None
    opened = named_here = False
    for begin, end in zip(cuts, cuts[1:], strict=False):
        if not opened:
            yield f'<p id="c{begin}">'
            opened = True
        name = names.get(begin, name if name and name.end > begin else None)
        piece = text[begin:end]
        inner = _piece(piece.rstrip("\n"), name, links)
        if here and here[0] <= begin < here[1] and inner:
            anchor = "" if named_here else f' id="{HERE}"'
            named_here = True
            inner = f"<mark{anchor}>{inner}</mark>"
        yield inner
        if piece.endswith("\n"):
            yield "</p>\n"
            opened = False
    if opened:
        yield "</p>\n"


def _piece(text: str, name: Name | None, links: Links) -> str:
    if name is None or not text:
        return safe(text)
    address = safe(links.entity(name.entity))
    return f'<a class="name {name.kind}" href="{address}">{safe(text)}</a>'
