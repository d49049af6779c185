"""A row of a dump to Source: its fields at the head of the text that it holds.

A row goes through the stages as a fixed JSON record, so that reading stays a function of bytes
wherever the row came from: equal rows of a CSV file and a Parquet file are one document.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from kg.errors import ReadError
from kg.models import Cell, Field, Heading, ReadOptions, Repair, Source, Table
from kg.read.draft import Draft
from kg.read.formats import Format

OPENING = b'{"policy-kg record":1,'
FIELDS = ("title", "number", "index", "issuer", "issued", "published", "subject", "url")
LONGEST_FIELD = 500  # what is longer is no metadata: a column called so holds something else
SURROGATE = re.compile("[\ud800-\udfff]")
# What a page's text holds where its crawler kept the markup: <p style="…">, <br/>.
MARKUP = re.compile(r"<(?:p|div|br|span|table|td|h[1-6])(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)

Spanned = TypeVar("Spanned", Field, Heading, Repair, Cell)


def record(values: Mapping[str, str]) -> bytes:
    """Return the bytes that stand for a row; equal rows give equal bytes."""
    stated = {name: values[name] for name in (*FIELDS, "text") if values.get(name)}
    line = json.dumps({"policy-kg record": 1} | stated, ensure_ascii=False, separators=(",", ":"))
    return SURROGATE.sub("\ufffd", line).encode()


def is_record(data: bytes, name: str) -> bool:
    """Tell a record by how it begins."""
    return data.startswith(OPENING)


def read_record(
    data: bytes, names: Sequence[str], options: ReadOptions, *, formats: Sequence[Format]
) -> Source:
    """Write the fields of a record as lines above its text, which its own format reads."""
    shown = names[0] if names else "-"
    values = _values(data, shown)
    draft = Draft()
    for name in FIELDS:
        _state(draft, name, values.get(name, ""))
    head = draft.finish(names, hashlib.sha256(data).hexdigest(), "application/json", "utf-8")
    return _above(head, _read_text(values.get("text", ""), names, options, formats))


def _values(data: bytes, shown: str) -> dict[str, str]:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{shown}: a damaged record of a dump; build again") from error
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _state(draft: Draft, name: str, value: str) -> None:
    if len(value) <= LONGEST_FIELD:
        draft.field(name, value, f"record.{name}")
    else:
        draft.cut(value, f"record.{name}.long")


def _read_text(
    text: str, names: Sequence[str], options: ReadOptions, formats: Sequence[Format]
) -> Source:
    name = names[0] if names else ""
    data, plain = text.encode(), formats[-1]
    if MARKUP.search(text) and _format(data, name, formats) is plain:
        page = f"<!DOCTYPE html><html><body>{text}</body></html>".encode()
        data = data if _format(page, name, formats) is plain else page
    return _format(data, name, formats).read(data, names, options)


def _format(data: bytes, name: str, formats: Sequence[Format]) -> Format:
    return next(one for one in formats if one.matches(data, name))


def _above(head: Source, body: Source) -> Source:
    """Return a source that is a head with a body below it."""
    by = len(head.text)
    return replace(
        head,
        text=head.text + body.text,
        notes=(*head.notes, *body.notes),
        fields=(*head.fields, *_moved(body.fields, by)),
        tables=tuple(
            Table(one.begin + by, one.end + by, _moved(one.cells, by)) for one in body.tables
        ),
        headings=_moved(body.headings, by),
        pages=tuple(page + by for page in body.pages),
        repairs=_moved(body.repairs, by),
        cuts=(*head.cuts, *body.cuts),
        url=head.url or body.url,
    )


def _moved(spans: Sequence[Spanned], by: int) -> tuple[Spanned, ...]:
    return tuple(replace(one, begin=one.begin + by, end=one.end + by) for one in spans)
