"""A reading of a mended text to the same reading with offsets of the text as written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from kg.models import Field, Findings, Imprint, Mention, Outline, Reading, Source
from kg.structure.alignment import Alignment

T = TypeVar("T")
Move = Callable[[int, int], tuple[int, int]]
# The offsets of each value go in pairs, named begin and end, title_begin and title_end.
BEGIN, END = "begin", "end"
SPANS = ("title", "titles", "furniture")  # of an outline: pairs of offsets


def relocate(reading: Reading, source: Source, alignment: Alignment) -> Reading:
    """Return a reading whose outline is one of `source`; names and values stay as read."""
    outline, findings = reading.outline, reading.findings
    if alignment.is_identity:
        return replace(reading, outline=replace(outline, source=source))
    mended = outline.source.text

    def quoted(mention: Mention) -> Mention:
        moved = _moved(mention, alignment.written)
        whole = mended[mention.begin : mention.end] == mention.text
        text = source.text[moved.begin : moved.end] if whole else mention.text
        return replace(moved, text=text)

    return replace(
        reading,
        outline=_outline(outline, source, alignment.written),
        findings=_findings(findings, quoted, alignment.written),
    )


def _outline(outline: Outline, source: Source, move: Move) -> Outline:
    moved: dict[str, Any] = {
        part.name: tuple(_moved(value, move) for value in getattr(outline, part.name))
        for part in fields(outline)
        if part.name not in ("source", *SPANS)
    }
    return replace(
        outline,
        source=source,
        title=move(*outline.title) if outline.title is not None else None,
        titles=tuple(move(*span) for span in outline.titles),
        furniture=tuple(move(*span) for span in outline.furniture),
        **moved,
    )


def _findings(findings: Findings, quoted: Callable[[Mention], Mention], move: Move) -> Findings:
    moved: dict[str, Any] = {}
    for part in fields(findings):
        value = getattr(findings, part.name)
        if part.name == "mentions":
            moved[part.name] = tuple(quoted(mention) for mention in value)
        elif isinstance(value, Imprint):
            issuers = tuple(quoted(mention) for mention in value.issuers)
            moved[part.name] = replace(value, issuers=issuers)
        elif isinstance(value, tuple):
            moved[part.name] = tuple(_moved(one, move) for one in value)
    return replace(findings, **moved)


def relocate_source(source: Source, text: str, alignment: Alignment) -> Source:
    """Return a source with its text mended, and what the file marks in it where it stands now."""
    parts: dict[str, Any] = {
        name: tuple(_moved(one, alignment.read) for one in getattr(source, name))
        for name in ("tables", "headings")
    }

    def stated(field: Field) -> Field:
        moved = _moved(field, alignment.read)
        whole = source.text[field.begin : field.end] == field.value
        return replace(moved, value=text[moved.begin : moved.end]) if whole else moved

    pages = tuple(alignment.read(page, page)[0] for page in source.pages)
    carried = tuple(stated(field) for field in source.fields)
    return replace(source, text=text, pages=pages, fields=carried, **parts)


@cache
def _offsets(kind: type) -> tuple[tuple[str, str], ...]:
    names = {part.name for part in fields(kind)}
    begins = (name for name in sorted(names) if name.endswith(BEGIN))
    return tuple((name, name.removesuffix(BEGIN) + END) for name in begins)


@cache
def _nested(kind: type) -> tuple[str, ...]:
    """Return which parts of a value hold further values: the cells of a table."""
    return tuple(part.name for part in fields(kind) if str(part.type).startswith("tuple["))


def _moved(value: T, move: Move) -> T:
    """Return a value with all its offsets moved; what has none stays as it is."""
    if not is_dataclass(value) or isinstance(value, type):
        return value  # what the document calls itself: no stretch of its text
    changed: dict[str, Any] = {}
    for begin, end in _offsets(type(value)):
        changed[begin], changed[end] = move(getattr(value, begin), getattr(value, end))
    for name in _nested(type(value)):
        changed[name] = tuple(_moved(one, move) for one in getattr(value, name))
    return replace(value, **changed) if changed else value
