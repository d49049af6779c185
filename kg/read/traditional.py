"""Source in traditional characters to Source in simplified ones, where that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from kg.errors import ReadError
from kg.models import Field, Source
from kg.read.plausible import is_traditional

SEEN = 200_000  # characters that tell in which script a text is written
SIMPLIFIED = "{} traditional characters converted to simplified ones; offsets are of that text"
TRADITIONAL = "traditional characters; --simplify converts them"

Convert = Callable[[str], str]


def with_script(source: Source, simplify: bool) -> Source:
    """Convert a text where that is asked for; else say that it is in traditional characters."""
    if simplify:
        return simplified(source)
    if is_traditional(source.text[:SEEN]):
        return replace(source, notes=(*source.notes, TRADITIONAL))
    return source


def simplified(source: Source) -> Source:
    """Convert a text, character for character, so that all that points into it holds."""
    convert = converter(source.names[0] if source.names else "-")
    text = same_length(source.text, convert)
    changed = sum(old != new for old, new in zip(source.text, text, strict=True))
    if not changed:
        return source
    fields = tuple(_field(field, source.text, text, convert) for field in source.fields)
    notes = (*source.notes, SIMPLIFIED.format(changed))
    return replace(source, text=text, fields=fields, notes=notes)


def same_length(text: str, convert: Convert) -> str:
    """Convert line by line; where that would change a line's length, character by character."""
    return "\n".join(_line(line, convert) for line in text.split("\n"))


def _line(line: str, convert: Convert) -> str:
    if line.isascii():
        return line
    converted = convert(line)
    if len(converted) == len(line):
        return converted
    singly = ((char, convert(char)) for char in line)
    return "".join(new if len(new) == 1 else char for char, new in singly)


def _field(field: Field, old: str, new: str, convert: Convert) -> Field:
    written = old[field.begin : field.end] == field.value
    value = new[field.begin : field.end] if written else same_length(field.value, convert)
    return replace(field, value=value)


@cache
def _opencc() -> Convert:
    import opencc

    convert: Convert = opencc.OpenCC("t2s").convert
    return convert


def converter(shown: str) -> Convert:
    """Return what converts a text; raise ReadError where OpenCC is not installed."""
    try:
        return _opencc()
    except ImportError as error:
        raise ReadError(
            f"{shown}: --simplify needs OpenCC; install the readers: pip install 'policy-kg[docs]'"
        ) from error
