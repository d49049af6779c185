"""A reading and corrections to the reading as corrected.

A correction that is bound to a document names it by file name, title or IRI; the others hold
wherever their entities are named. What a correction does depends on the document and on the
corrections alone, never on their order nor on other documents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from kg.correct.anchor import Anchor, Span, Text, anchor, meant_by
from kg.correct.draft import Draft
from kg.correct.entities import (
    change_kinds,
    settle_parents,
    take_out_entities,
    tell_apart,
    unite,
)
from kg.correct.facts import add, change_fact, take_out_facts
from kg.correct.references import FACTS, plain, reference
from kg.models import DIGEST, Action, Correction, Entity, Reading

__all__ = [
    "Anchor",
    "Span",
    "Text",
    "anchor",
    "concerning",
    "correct",
    "is_of_document",
    "meant_by",
    "stamp",
]

STAMP = 8  # hexadecimal digits that tell which corrections concern a document


def correct(reading: Reading, corrections: Sequence[Correction]) -> Reading:
    """Return a reading with its corrections applied; `corrected` says what became of each."""
    rows = _reaching(reading, corrections)
    if not rows:
        return reading
    draft = Draft(reading)
    rows = sorted(rows, key=lambda row: row.id)
    tell_apart(draft, _of("different", rows))
    same = _of("same", rows)
    unite(draft, same)
    settle_parents(draft, same)
    change_kinds(draft, _of("kind", rows))
    _apply_quoted(draft, rows)
    for row in rows:
        if row.document:
            draft.outcomes.setdefault(row, "needless" if _is_found(draft, row) else "orphaned")
    return draft.result()


def concerning(reading: Reading, corrections: Sequence[Correction]) -> list[Correction]:
    """Return the corrections that a corrected reading depends on, or would if they were new."""
    if not corrections:
        return []
    applied = {one.correction for one in reading.corrected}
    names, paths = _names_in(reading)
    return [
        row
        for row in corrections
        if row.action != "unsure"
        and (
            row in applied
            or _is_about(row, names, paths)
            or row.document
            and _reaches(row, reading)
        )
    ]


def stamp(corrections: Iterable[Correction]) -> str:
    """Return what tells these corrections from others, empty where there are none."""
    names = sorted({row.id for row in corrections})
    return f"+c{hashlib.sha256(' '.join(names).encode()).hexdigest()[:STAMP]}" if names else ""


def is_of_document(
    correction: Correction, files: Iterable[str], title: str, document: str, source: str
) -> bool:
    """Tell whether a correction is bound to the document of these names and paths."""
    wanted = correction.document
    if wanted in (title, document, source):
        return True
    if any(wanted in (file, file.rsplit("/", 1)[-1]) for file in files):
        return True
    if wanted.endswith("/" + source):
        return True
    meant, own = reference(wanted), reference(document)
    return meant.type == "Document" and meant.key == own.key


def _of(action: Action, rows: Iterable[Correction]) -> list[Correction]:
    return [row for row in rows if row.action == action]


def _reaches(row: Correction, reading: Reading) -> bool:
    if not row.document:
        return True
    source = reading.outline.source
    return is_of_document(
        row,
        source.names,
        reading.profile.title,
        f"document/{plain(reading.profile.key)}",
        f"source/{source.sha256[:DIGEST]}",
    )


def _reaching(reading: Reading, corrections: Iterable[Correction]) -> list[Correction]:
    """Return the corrections that may change a reading, also by way of another one."""
    rows = [row for row in corrections if row.action != "unsure" and _reaches(row, reading)]
    if not rows:
        return []
    names, paths = _names_in(reading)
    found = [row for row in rows if row.document]
    waiting = [row for row in rows if not row.document]
    while True:
        for row in found:
            _add_name(row.value, names, paths)
        more = [row for row in waiting if _is_about(row, names, paths)]
        if not more:
            return found
        found += more
        waiting = [row for row in waiting if row not in more]


def _add_name(name: str, names: set[str], paths: set[tuple[str, str]]) -> None:
    """Note what a thing may be called by the next correction of a chain."""
    meant = reference(name)
    names |= {meant.text, meant.name}
    if meant.type is not None:
        paths.add((meant.type, meant.key))
    else:
        paths |= {(type_, plain(name)) for type_ in ("Agency", "Program", "Document")}


def _apply_quoted(draft: Draft, rows: Sequence[Correction]) -> None:
    """Apply what is about quoted words: first what goes, then what comes, then what changes."""
    text = Text(draft.reading.outline.source.text) if any(row.quote for row in rows) else Text("")
    order: tuple[Action, ...] = ("not", "missing", "value")
    for action in order:
        for row in _of(action, rows):
            found = anchor(text, row) if row.quote else Anchor(None)
            if row.quote and found.span is None:
                draft.outcomes[row] = "orphaned"
            elif action == "not" and row.what not in (*FACTS, "mention"):
                take_out_entities(draft, row, found.span)
            elif found.span is not None:
                draft.outcomes[row] = _APPLYING[action](draft, row, found.span)


_APPLYING = {"not": take_out_facts, "missing": add, "value": change_fact}


def _is_found(draft: Draft, row: Correction) -> bool:
    """Tell whether a document still speaks of what a correction is about."""
    if row.action == "not":
        return True
    names, paths = _names_in(draft.result())
    return any(_is_known(name, names, paths) for name in (row.what, row.value))


def _is_about(row: Correction, names: set[str], paths: set[tuple[str, str]]) -> bool:
    if row.document or row.action not in ("same", "different", "kind", "not"):
        return False
    told = (row.what, row.value) if row.action in ("same", "different") else (row.what,)
    return any(_is_known(name, names, paths) for name in told)


def _is_known(name: str, names: set[str], paths: set[tuple[str, str]]) -> bool:
    meant = reference(name)
    if meant.type is None:
        return meant.text in names
    return (meant.type, meant.key) in paths


def _names_in(reading: Reading) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the names and paths of everything that a reading's graph describes."""
    names = {reading.profile.title, *(mention.text for mention in reading.findings.mentions)}
    paths: set[tuple[str, str]] = {("Document", plain(reading.profile.key))}
    for entity in _described(reading):
        names |= {entity.name, *entity.alternatives}
        paths.add((entity.type, plain(entity.key)))
    return names, paths


def _described(reading: Reading) -> Iterator[Entity]:
    key = plain(reading.profile.key)
    named = (entity for entity in reading.entities if entity is not None)
    yield from (one for one in named if one.type != "Document" or plain(one.key) != key)
    yield from reading.profile.issuers
    yield from reading.context
    if reading.profile.region is not None:
        yield reading.profile.region
