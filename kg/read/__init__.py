"""Bytes to Source: one entrance for every format, told by content, not by the file's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kg.errors import ReadError
from kg.models import AS_IT_IS, ReadOptions, Source
from kg.read.formats import Format
from kg.read.pdf import PDF
from kg.read.plain import read_plain

PLAIN = Format(
    name="plain text",
    suffixes=("", ".txt", ".text", ".md"),
    matches=lambda data, name: True,
    read=read_plain,
)
# The first that matches reads; plain text is what is left.
READERS: tuple[Format, ...] = (PDF, PLAIN)


def read(data: bytes, names: Sequence[str], options: ReadOptions = AS_IT_IS) -> Source:
    """Read a document. `names` are the file names that the bytes go by.

    Offsets of all later stages are code points of the returned text. Raises ReadError with the
    reason where the bytes cannot be read as a document.
    """
    return format_of(data, names).read(data, names, options)


def format_of(data: bytes, names: Sequence[str]) -> Format:
    """Tell the format of a file by its content."""
    name = names[0] if names else ""
    return next(one for one in READERS if one.matches(data, name))


def read_file(path: Path, options: ReadOptions = AS_IT_IS) -> Source:
    """Read one file from disk; raises ReadError where that cannot be done."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror or error}") from error
    return read(data, [path.name], options)
