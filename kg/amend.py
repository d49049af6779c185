"""What a user wants corrected to a line of the store's corrections, checked against the store."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from io import RawIOBase
from pathlib import Path

import pyoxigraph

from kg.correct import Span, Text, anchor, meant_by
from kg.correct.references import FACTS, KINDS, reference
from kg.correct.table import COLUMNS, Table, correction_of, decode, line_of, parse
from kg.errors import CorrectionError, told
from kg.models import Correction
from kg.results import printable
from kg.sentence import sentence_at
from kg.store import Held, Store

LONGEST_CONTEXT = 120  # characters
_THINGS = """
SELECT DISTINCT ?thing ?name {
    VALUES ?label { %s }
    ?thing %s ?label ; a ?class ; skos:prefLabel ?name
    FILTER(?class IN (pol:Agency, pol:Program, pol:PolicyDocument, pol:Region))
} ORDER BY ?thing
"""
_EXISTS = "SELECT ?class { VALUES ?thing { <%s> } ?thing a ?class } LIMIT 1"
_OF_KIND = "SELECT ?thing { VALUES ?thing { <%s> } ?thing a pol:%s } LIMIT 1"
_MENTIONS = """
SELECT (COUNT(DISTINCT ?mention) AS ?mentions) (COUNT(DISTINCT ?source) AS ?documents) {
    VALUES ?thing { <%s> }
    ?mention itsrdf:taIdentRef ?thing ; nif:referenceContext ?source %s
}
"""
_TEXT = "SELECT ?text { VALUES ?source { <%s> } ?source nif:isString ?text }"
_NODES = """
SELECT ?node ?begin ?end {
    VALUES (?source ?class) { (<%s> pol:%s) }
    ?node nif:referenceContext ?source ; a ?class ; nif:beginIndex ?begin ; nif:endIndex ?end
}
"""
_CLASSES = {"target": "Target", "responsibility": "Responsibility", "citation": "Citation"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A correction that can be noted, and what the next build will do."""

    correction: Correction
    consequence: str


def plan(store: Store, cells: Mapping[str, str]) -> Plan:
    """Check a correction against the store; raise CorrectionError where it cannot be meant.

    Names become paths where one thing has them, and quoted words get their context.
    """
    try:
        asked = correction_of(cells)
    except ValueError as error:
        raise CorrectionError(f"correct: {error}") from error
    held = store.find(asked.document)[0] if asked.document else None
    if held is not None:
        asked = replace(asked, document=_name_of(held, asked.document))
    settled = _settled(store, asked, held)
    span = None
    if held is not None and settled.quote:
        settled, span = _anchored(settled, Text(_text(store, held)))
        _check_facts(store, settled, held, span)
    final = correction_of({name: str(getattr(settled, name) or "") for name in COLUMNS})
    return Plan(final, _consequence(store, final, held))


def append(store: Store, correction: Correction) -> int:
    """Write a correction at the end of the store's file; return its line.

    Raises CorrectionError where it contradicts what is there; other lines stay as they are.
    """
    place = store.corrections
    if place is None:
        raise CorrectionError("correct: a store in memory keeps no corrections; name a directory")
    with open(place, "a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        held = file.read()
        before = _table(held, place)
        begin = b"" if not held or held.endswith(b"\n") else b"\n"
        if not before.header_line:
            begin += ("\t".join(COLUMNS) + "\n").encode()
        ending = b"\r\n" if b"\r\n" in held else b"\n"
        added = begin + line_of(correction, before.header).encode("utf-8", "replace")
        added = added.replace(b"\n", ending)
        line = (held + added).count(b"\n")
        after = _table(held + added, place)
        problem = next((fault.problem for fault in after.faults if fault.line == line), "")
        if problem:
            raise CorrectionError(f"correct: {problem}; nothing was written")
        _add(file, added, place)
    return line


def _add(file: RawIOBase, added: bytes, place: Path) -> None:
    """Write at the end of an unbuffered file; all of it, or the file stays as it was."""
    length = os.fstat(file.fileno()).st_size
    try:
        if (file.write(added) or 0) < len(added):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    except BaseException as error:
        with suppress(OSError):
            os.ftruncate(file.fileno(), length)
        if not isinstance(error, OSError):
            raise
        raise CorrectionError(f"{place}: {told(error, place)}; nothing was written") from error


def _table(data: bytes, place: Path) -> Table:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CorrectionError(f"{place}: is UTF-16; save it as UTF-8 to add to it")
    return parse(decode(data, str(place)), str(place))


# -- entities ----------------------------------------------------------------------------------


def _settled(store: Store, asked: Correction, held: Held | None) -> Correction:
    """Put paths for the names of entities."""
    action = asked.action
    if action in ("same", "different", "unsure"):
        what = _thing(store, asked.what, asked, held, words=action == "different")
        return replace(asked, what=what, value=_thing(store, asked.value, asked, held))
    if action == "kind" or (action == "not" and asked.what not in (*FACTS, "mention")):
        what = _thing(store, asked.what, asked, held)
        if action == "kind":
            _check_kind(store, what, asked.value)
        return replace(asked, what=what)
    if action == "missing" and asked.what in KINDS:
        things = _things(store, asked.value)
        return replace(asked, value=things[0]) if len(things) == 1 else asked
    return asked


def _thing(
    store: Store, name: str, asked: Correction, held: Held | None, *, words: bool = False
) -> str:
    """Return the path of the one thing that has this name; words as written where that is meant."""
    meant = reference(name)
    if meant.type is not None:
        if not store.select(_EXISTS % _iri(store, name)):
            raise CorrectionError(f"correct: {name}: nothing in the store has this path")
        return _iri(store, name).removeprefix(store.base)
    written = held is not None and Text(_text(store, held)).find(name)
    if words or (written and name == asked.what):
        if words and not store.select(_NAMED % str(pyoxigraph.Literal(name))):
            raise CorrectionError(f"correct: {name!r}: nothing is called or written like this")
        return name
    things = _things(store, name)
    if not things:
        raise CorrectionError(f"correct: {name!r}: nothing in the store has this name; see kg show")
    if len(things) > 1:
        paths = ", ".join(things[:5])
        raise CorrectionError(
            f"correct: {name!r} names {len(things)} things; write one of: {paths}"
        )
    return things[0]


_NAMED = """
SELECT ?thing {
    VALUES ?words { %s }
    ?thing nif:anchorOf|skos:altLabel|skos:prefLabel ?label FILTER(STR(?label) = ?words)
} LIMIT 1
"""


def _check_kind(store: Store, what: str, kind: str) -> None:
    if reference(what).type is not None and store.select(_OF_KIND % (_iri(store, what), kind)):
        raise CorrectionError(f"correct: {what}: is {kind} already")


def _things(store: Store, name: str) -> list[str]:
    """Return the paths of what has this name, else of what has it as an alias."""
    label = str(pyoxigraph.Literal(name, language="zh"))
    for properties in ("skos:prefLabel", "skos:altLabel"):
        rows = store.select(_THINGS % (label, properties))
        if rows:
            return sorted({row["thing"].removeprefix(store.base) for row in rows})
    return []


def _iri(store: Store, name: str) -> str:
    from kg.pipeline import entity_path

    meant = reference(name)
    assert meant.type is not None
    return store.base + entity_path(meant.type, meant.key)


# -- quoted words ------------------------------------------------------------------------------


def _name_of(held: Held, given: str) -> str:
    """Return what a document is called in the file: as given, a file's path by its name."""
    known = (held.title, held.document, held.source, *held.names)
    return given if given in known else held.names[0]


def _text(store: Store, held: Held) -> str:
    return next((row["text"] for row in store.select(_TEXT % held.source)), "")


def _anchored(asked: Correction, text: Text) -> tuple[Correction, Span]:
    """Return a correction whose words are found in one place, with their context."""
    found = anchor(text, asked)
    if found.span is None:
        places = "; ".join(_around(text.text, span) for span in found.places[:5])
        more = f": {places}" if places else ""
        raise CorrectionError(f"correct: quote {asked.quote!r}: {found.problem}{more}")
    if asked.context:
        return asked, found.span
    context = sentence_at(text.text, found.span[0])
    if len(context) > LONGEST_CONTEXT or asked.quote not in context:
        begin = max(0, found.span[0] - LONGEST_CONTEXT // 4)
        context = text.text[begin : found.span[1] + LONGEST_CONTEXT // 4]
    enough = replace(asked, context=" ".join(context.split()), occurrence=0)
    if anchor(text, enough).span == found.span:
        return enough, found.span
    return asked, found.span


def _around(text: str, span: Span) -> str:
    return f"…{printable(text[max(0, span[0] - 12) : span[1] + 12])}…"


def _check_facts(store: Store, asked: Correction, held: Held, span: Span) -> None:
    """Raise where what is to be changed or taken out is not there, or more than one is."""
    if asked.action not in ("value", "not") or asked.what not in _CLASSES:
        return
    rows = store.select(_NODES % (held.source, _CLASSES[asked.what]))
    spans = [(int(row["begin"]), int(row["end"])) for row in rows]
    meant = meant_by(spans, span)
    found = sum(one in meant for one in spans)
    if not found or (found > 1 and asked.action == "value"):
        wanted = "quote fewer words" if found else "add what is missing with: kg correct missing"
        raise CorrectionError(
            f"correct: the quoted words hold {found:,} facts of kind {asked.what}; {wanted}"
        )


# -- what will happen --------------------------------------------------------------------------


def _consequence(store: Store, one: Correction, held: Held | None) -> str:
    where = f" in {held.names[0]}" if held is not None and held.names else ""
    said = {
        "unsure": f"it is noted that {one.what} may be {one.value}; nothing changes",
        "value": f"{one.what} at “{one.quote}”{where}: {one.value}",
        "missing": f"{one.what} {one.value} is added at “{one.quote}”{where}",
    }
    if one.action in said:
        return said[one.action]
    if one.action == "not" and one.quote:
        return f"{one.what} at “{one.quote}”{where} is taken out"
    return _counted(store, one, held) + where


def _counted(store: Store, one: Correction, held: Held | None) -> str:
    inside = f"FILTER(?source = <{held.source}>)" if held is not None else ""
    thing = one.value if one.action == "different" else one.what
    more = inside
    if one.action == "different":
        more = f"; nif:anchorOf {pyoxigraph.Literal(one.what)} {inside}"
    if reference(thing).type is None:
        return f"what is called {thing} becomes {one.value or 'nothing'}"
    row = store.select(_MENTIONS % (_iri(store, thing), more))[0]
    count = f"{int(row['mentions']):,} mentions in {int(row['documents']):,} documents"
    return f"{count} {_VERBS[one.action].format(one=one)}"


_VERBS = {
    "same": "of {one.what} name {one.value}",
    "different": "“{one.what}” do not name {one.value} any more",
    "kind": "of {one.what} are of kind {one.value}",
    "not": "of {one.what} are taken out",
}
