"""Plain text files to Source: the decoded text, in which every character keeps its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.read.characters import clean_characters
from kg.read.encoding import decode
from kg.read.plausible import has_han

# First bytes of the formats that people most often hand over instead of text.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP container (DOCX, XLSX, ZIP …)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (DOC, XLS, WPS)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"{\\rtf", "an RTF file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
)
HTML = re.compile(rb"\s*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
BLANK = re.compile(r"[\ufeff\s]*+")
NO_CHINESE = "no Chinese characters in it"


def read_plain(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Decode a text file, whatever its encoding; what it says may be anything.

    A program or a list of figures is a text too, of which no rule will make a fact.
    """
    shown = names[0] if names else "-"
    refuse_other_formats(data, shown)
    text, encoding, notes = decode(data, shown)
    text, more = clean_characters(text, shown)
    if BLANK.fullmatch(text):
        raise ReadError(f"{shown}: nothing but blanks in it; is this the right file?")
    notes = (*notes, *more) if has_han(text) else (*notes, *more, NO_CHINESE)
    digest = hashlib.sha256(data).hexdigest()
    return Source(tuple(sorted(names)), digest, text, encoding, notes=notes)


def refuse_other_formats(data: bytes, shown: str) -> None:
    """Raise ReadError where the bytes are known to be something else than plain text."""
    if not data:
        raise ReadError(f"{shown}: the file is empty")
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            raise ReadError(f"{shown}: {what}, not plain text; save its text as UTF-8 first")
    if HTML.match(data):
        raise ReadError(f"{shown}: a web page, not plain text; save its text as UTF-8 first")
