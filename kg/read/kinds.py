"""The first bytes of a file to what it is: a document, an archive, a dump, or none of them."""

from __future__ import annotations

import codecs
import re
import zipfile
from functools import cache
from typing import IO, Literal

from kg.errors import ReadError
from kg.read import PLAIN, READERS
from kg.read.archives import DAMAGE, archive_kind, closed_archive, refuse_crowd
from kg.read.dumps import dump_kind
from kg.read.plain import HTML, SIGNATURES, plausible
from kg.vocabulary import rows

Kind = Literal["document", "archive", "dump", "closed", "other"]

HAN = re.compile("[㐀-鿿]")
HEAD = 8192  # bytes that tell what a file is
SIGNS = (
    *SIGNATURES,
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a program"),
    (b"<?php", "a program"),
    (b"<?xml", "an XML file"),
    (b"RIFF", "sound or film"),
)
# What other formats put into their ZIP files: OpenDocument and EPUB, Java, OFD.
MARKS = {"mimetype", "META-INF/MANIFEST.MF", "OFD.xml"}


@cache
def other_suffixes() -> frozenset[str]:
    """Return the endings of files that are no documents whatever text is in them."""
    return frozenset(row["suffix"] for row in rows("other_files.tsv"))


@cache
def document_suffixes() -> frozenset[str]:
    """Return the endings that readers name."""
    return frozenset(suffix for reader in READERS for suffix in reader.suffixes)


def suffix_of(name: str) -> str:
    """Return a name's ending in small letters: .txt."""
    last = name.rpartition("/")[2]
    stem, dot, ending = last.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def kind_of(name: str, head: bytes, file: IO[bytes] | None = None) -> Kind:
    """Tell what a file is by its first bytes; its name decides where they do not.

    `file` is asked where the head is that of a ZIP file, as Word documents are too.
    """
    suffix = suffix_of(name)
    if suffix in other_suffixes():
        return "other"
    if closed_archive(head):
        return "closed"
    if archive_kind(head) == "ZIP":
        return _zip_kind(suffix, file)
    if archive_kind(head):
        return "archive"
    if dump_kind(name, head):
        return "dump"
    return "document" if _is_document(name, suffix, head) else "other"


def _zip_kind(suffix: str, file: IO[bytes] | None) -> Kind:
    """Tell a folder that was packed from an office document, which is one too."""
    if suffix in document_suffixes() - {""} - set(PLAIN.suffixes):
        return "document"
    names = _names(file)
    if "[Content_Types].xml" in names:
        return "document" if "word/document.xml" in names and _reads(".docx") else "other"
    return "other" if names & MARKS else "archive"


def _reads(suffix: str) -> bool:
    return suffix in document_suffixes()


def _names(file: IO[bytes] | None) -> set[str]:
    if file is None:
        return set()
    try:
        refuse_crowd(file, "")
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (*DAMAGE, ReadError):
        return set()  # said when it is opened


def _is_document(name: str, suffix: str, head: bytes) -> bool:
    if any(reader.matches(head, name) for reader in READERS if reader is not PLAIN):
        return True
    foreign = HTML.match(head) or any(head.startswith(sign) for sign, _ in SIGNS)
    if suffix in document_suffixes():
        return bool(suffix) or not foreign
    return not foreign and is_chinese_text(head)


def is_chinese_text(head: bytes) -> bool:
    """Tell whether some bytes are the beginning of Chinese text, maybe cut in a character."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return _has_chinese(head, encoding)
    encodings = ("utf-16-le", "utf-16-be") if b"\0" in head else ("utf-8", "gb18030")
    return any(_has_chinese(head, encoding) for encoding in encodings)


def _has_chinese(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    return "\0" not in text and HAN.search(text) is not None and plausible(text)


def label_of(name: str, head: bytes) -> str:
    """Return what a file that is not taken is counted as: its ending, else what its bytes say."""
    what = next((what for sign, what in SIGNS if head.startswith(sign)), "of unknown kind")
    return suffix_of(name) or what
