"""Mail and saved pages (EML, MHT) to Source: the page or the text that they carry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.read.draft import Draft
from kg.read.encoding import decode
from kg.read.html import decode_page, write_page

if TYPE_CHECKING:
    from email.message import EmailMessage

SUFFIXES = (".eml", ".mht", ".mhtml")
HEAD = 8192
FIRST_LINE = re.compile(rb"From |[A-Za-z][A-Za-z0-9-]{1,40}:")
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
BEFORE = b"\xef\xbb\xbf\r\n"  # what may stand before the first line
NAMES = re.compile(rb"^(mime-version|from|subject|date|message-id|content-type):", re.I | re.M)
LEAST_NAMES = 3  # of the usual header lines, so many make a message
WEB = re.compile(r"https?://\S{3,2000}")
SHOWN = ("text/html", "application/xhtml+xml", "text/plain")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a message."""

    kind: str  # text/html …
    name: str
    content: bytes
    charset: str
    place: str  # the address that a saved page gives it


def is_mail(data: bytes, name: str) -> bool:
    """Tell a message by its header lines."""
    head = data[:HEAD].lstrip(BEFORE)
    if FIRST_LINE.match(head) is None:
        return False
    header = BLANK_LINE.split(head, maxsplit=1)[0]
    return len({found.lower() for found in NAMES.findall(header)}) >= LEAST_NAMES


def read_mail(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read the page, else the text, that a message carries; the other parts are noted."""
    import email.policy

    shown = names[0] if names else "-"
    try:
        message = email.message_from_bytes(data.lstrip(BEFORE), policy=email.policy.default)
        pieces = list(_pieces(message, shown))
    except RecursionError as error:
        raise ReadError(f"{shown}: a message nested too deep; save its text as a file") from error
    draft, chosen, encoding = _first_readable(pieces, shown)
    for piece in pieces:
        if piece is not chosen:
            label = " ".join(filter(None, (piece.kind, piece.name)))
            draft.note(f"a part of the message is not read: {label} ({len(piece.content)} bytes)")
    return draft.finish(names, hashlib.sha256(data).hexdigest(), "message/rfc822", encoding)


def _pieces(message: EmailMessage, shown: str) -> Iterator[Piece]:
    address = str(message.get("Snapshot-Content-Location", ""))
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise ReadError(f"{shown}: a damaged message; save its text as a file")
        yield Piece(
            part.get_content_type(),
            part.get_filename() or "",
            content,
            (part.get_content_charset() or "").lower(),
            str(part.get("Content-Location", "")) or address,
        )


def _first_readable(pieces: Sequence[Piece], shown: str) -> tuple[Draft, Piece, str]:
    """Return the text of the first page that has one, else of the first plain text."""
    attached = [piece for piece in pieces if piece.kind in SHOWN and piece.content.strip()]
    problem = f"{shown}: a message without text"
    for piece in sorted(attached, key=lambda piece: (bool(piece.name), piece.kind == "text/plain")):
        draft = Draft()
        try:
            return draft, piece, _write(piece, draft, shown)
        except ReadError as error:
            problem = str(error)
    raise ReadError(problem)


def _write(piece: Piece, draft: Draft, shown: str) -> str:
    if piece.kind == "text/plain":
        text, encoding, notes = decode(piece.content, shown)
        for note in notes:
            draft.note(note)
        for line in text.splitlines():
            draft.paragraph(line)
        return encoding
    page, encoding = decode_page(piece.content, shown, draft, piece.charset)
    write_page(page, draft, shown, piece.place if WEB.fullmatch(piece.place) else "")
    return encoding
