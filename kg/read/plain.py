"""Plain text files to Source: the decoded text, unchanged."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Sequence

from kg.errors import ReadError
from kg.models import ReadOptions, Source

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
)
BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
BLANK = re.compile(r"[\ufeff\s]*")
HAN = re.compile(r"[㐀-鿿]")
PLAUSIBLE_SHARE = 0.95  # of the non-ASCII characters, how many must be everyday Chinese (GB 2312)
DAMAGE_SHARE = 0.01  # of the characters, how many may be lost before a file is refused


def read_plain(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Decode a text file: UTF-8 (with or without BOM), UTF-16, GB18030."""
    shown = names[0] if names else "-"
    refuse_other_formats(data, shown)
    text, encoding, notes = decode(data, shown)
    if BLANK.fullmatch(text):
        raise ReadError(f"{shown}: nothing but blanks in it; is this the right file?")
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


def decode(data: bytes, shown: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the text, the name of its encoding, and what had to be put right."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _strict(data, encoding, shown), encoding, ()
    if b"\x00" in data:
        return _without_bom(data, shown)
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        return _not_utf8(data, shown)


def _strict(data: bytes, encoding: str, shown: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{shown}: marked as {encoding}, damaged at byte {error.start}; save it again as UTF-8"
        ) from error


def _without_bom(data: bytes, shown: str) -> tuple[str, str, tuple[str, ...]]:
    """Try UTF-16 without a byte order mark: the only text that holds zero bytes."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and plausible(text):
            return text, encoding, (f"read as {encoding}: no byte order mark",)
    raise ReadError(f"{shown}: not a text file (zero bytes in it)")


def _not_utf8(data: bytes, shown: str) -> tuple[str, str, tuple[str, ...]]:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and plausible(text):
        return text, "gb18030", ()
    repaired = data.decode("utf-8", errors="replace")
    lost = repaired.count("�")
    if lost <= len(repaired) * DAMAGE_SHARE and HAN.search(repaired):
        return repaired, "utf-8", (f"{lost} damaged characters in UTF-8 shown as U+FFFD",)
    repaired = data.decode("gb18030", errors="replace")
    lost = repaired.count("�")
    if lost <= len(repaired) * DAMAGE_SHARE and plausible(repaired):
        return repaired, "gb18030", (f"{lost} damaged characters in GB18030 shown as U+FFFD",)
    raise ReadError(
        f"{shown}: neither UTF-8, UTF-16 nor GB18030 text; if it is text, save it as UTF-8"
    )


def plausible(text: str) -> bool:
    """Tell whether a decoded text is everyday Chinese, not another encoding read wrongly.

    GB18030 decodes almost any bytes; wrongly decoded text is full of rare characters that the
    6,763 of GB 2312 do not hold.
    """
    foreign = [char for char in text if char > "\x7f" and char not in "�"]
    if not foreign:
        return bool(text.strip()) and text.isprintable()
    everyday = len("".join(foreign).encode("gb2312", errors="ignore")) // 2
    return everyday >= len(foreign) * PLAUSIBLE_SHARE
