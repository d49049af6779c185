"""Bytes to Source: one entrance for every format, told by content, not by the file's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kg.errors import ReadError
from kg.models import AS_IT_IS, ReadOptions, Source
from kg.read.formats import Format
from kg.read.html import SUFFIXES as WEB_SUFFIXES
from kg.read.html import is_web_page, read_html
from kg.read.mail import SUFFIXES as MAIL_SUFFIXES
from kg.read.mail import is_mail, read_mail
from kg.read.markdown import SUFFIXES as MARKDOWN_SUFFIXES
from kg.read.markdown import is_markdown, read_markdown
from kg.read.office import is_office, read_office
from kg.read.pdf import PDF
from kg.read.plain import read_plain
from kg.read.records import is_record, read_record
from kg.read.traditional import with_script
from kg.read.word import is_word, read_word


def _read_record(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read a row of a dump, whose text is in any of the other formats."""
    formats = [one for one in READERS if one is not RECORD]
    return read_record(data, names, options, formats=formats)


RECORD = Format("a row of a dump", suffixes=(), matches=is_record, read=_read_record)
WORD = Format(
    name="a Word document",
    suffixes=(".docx", ".docm", ".dotx", ".dotm"),
    matches=is_word,
    read=read_word,
)
OFFICE = Format(
    name="an Office document of another format",
    suffixes=(".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt"),
    matches=is_office,
    read=read_office,
)
WEB_PAGE = Format("a web page", suffixes=WEB_SUFFIXES, matches=is_web_page, read=read_html)
MAIL = Format("a mail or saved page", suffixes=MAIL_SUFFIXES, matches=is_mail, read=read_mail)
MARKDOWN = Format(
    name="Markdown",
    suffixes=MARKDOWN_SUFFIXES,
    matches=is_markdown,
    read=read_markdown,
)
PLAIN = Format(
    name="plain text",
    suffixes=("", ".txt", ".text"),
    matches=lambda data, name: True,
    read=read_plain,
)
# The first that matches reads; plain text is what is left.
READERS: tuple[Format, ...] = (RECORD, PDF, WORD, OFFICE, WEB_PAGE, MAIL, MARKDOWN, PLAIN)


def read(data: bytes, names: Sequence[str], options: ReadOptions = AS_IT_IS) -> Source:
    """Read a document. `names` are the file names that the bytes go by.

    Offsets of all later stages are code points of the returned text. Raises ReadError with the
    reason where the bytes cannot be read as a document.
    """
    source = format_of(data, names).read(data, names, options)
    return with_script(source, options.simplify)


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
