"""Blocks to fields: what a document's head states about the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.models import Field
from kg.structure.blocks import BLANKS
from kg.vocabulary import rows

COLON = "[:：]"
BEHIND_KEY = re.compile("[:：】\\]\\t|]")
GAP = "[ \\u00a0]*"  # with ideographic ones, in 600 places, a pattern takes 25 ms to compile
EMPTY_VALUES = ("", "无", "-", "—", "/", "暂无")
HEAD_LINES = 80  # a metadata block stands above the text: no site puts it lower
NEXT_LINE_KEYS = ("title", "number", "index", "issued", "published", "issuer", "subject")


@cache
def keys() -> dict[str, tuple[str, int]]:
    """Return what each key of a metadata block is called here, and its rank."""
    return {row["key"]: (row["field"], int(row["order"])) for row in rows("metadata_keys.tsv")}


@cache
def _key_pattern() -> re.Pattern[str]:
    spaced = (GAP.join(map(re.escape, key)) for key in sorted(keys(), key=len, reverse=True))
    return re.compile(
        f"(?<![一-鿿])(?P<key>{'|'.join(spaced)}){GAP}(?:[】\\]]{GAP}{COLON}?|{COLON}|\\t|\\|)"
    )


def is_field(line: str) -> bool:
    """Tell whether a line begins with a key of a metadata block."""
    return _key_pattern().match(_with_narrow_blanks(line)) is not None


def _with_narrow_blanks(line: str) -> str:
    """Return a line of the same length as _key_pattern takes it."""
    return line.replace("\u3000", " ")


def find_fields(text: str) -> Iterator[Field]:
    """Yield the fields stated in the head as `key：value`, on two lines, or in table cells."""
    lines = list(re.finditer(r"[^\n]*", text))
    lines = [line for line in lines if line[0].strip(BLANKS)][:HEAD_LINES]
    for position, line in enumerate(lines):
        matches = _keys_in(line[0]) if BEHIND_KEY.search(line[0]) else []
        if not matches or not _is_head(line[0], matches[0].start()):
            continue
        ends = [match.start() for match in matches[1:]] + [len(line[0])]
        for match, end in zip(matches, ends, strict=True):
            following = lines[position + 1] if position + 1 < len(lines) else None
            field = _field(match, line.start(), line[0][match.end() : end], following)
            if field is not None:
                yield field


def _keys_in(line: str) -> list[re.Match[str]]:
    return list(_key_pattern().finditer(_with_narrow_blanks(line)))


def _is_head(line: str, start: int) -> bool:
    """Tell a metadata line from prose that holds such a word: nothing stands before the key."""
    return not line[:start].strip(BLANKS + "-·•*|【[")


def _field(
    match: re.Match[str], offset: int, rest: str, following: re.Match[str] | None
) -> Field | None:
    name, _ = keys()[re.sub(r"[\s\u3000\u00a0]", "", match["key"])]
    value = rest.strip(BLANKS + "|\t【】[]")
    if value and value not in EMPTY_VALUES:
        begin = offset + match.end() + rest.index(value)
        return Field(name, value, begin, begin + len(value), f"metadata.{name}")
    if value or following is None or name not in NEXT_LINE_KEYS:
        return None
    value = following[0].strip(BLANKS + "-·•*|")
    if value in EMPTY_VALUES or is_field(value) or len(value) > 120:
        return None
    begin = following.start() + following[0].index(value)
    return Field(name, value, begin, begin + len(value), f"metadata.{name}.next-line")
