"""The container of a Word document: ZIP bytes to XML trees, within limits."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

from kg.errors import ReadError

Element = ElementTree.Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# The strict variant of the format has names of its own for the same things.
STRICT = {
    "http://purl.oclc.org/ooxml/wordprocessingml/main": W[1:-1],
    "http://purl.oclc.org/ooxml/officeDocument/relationships": R[1:-1],
}
MOST_ENTRIES = 100_000
# XML of one letter repeated shrinks to a thousandth, that of real documents to a tenth or less.
MOST_RATIO = 200
SMALL = 16 * 2**20  # below this any ratio is fine
MOST_TAGS = 3_000_000  # in one part; a thousand pages have about one million
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError)
# What XML 1.0 forbids, and some programs write all the same.
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:0*(?:[0-8]|1[1-24-9]|2[0-9]|3[01])|"
    r"[xX]0*(?:[0-8BCEFbcef]|1[0-9A-Fa-f]));"
)


class DamagedPart(ReadError):
    """A part that cannot be read; where it is not the text, the rest still can."""


@dataclass(frozen=True, slots=True)
class Relation:
    """How one part refers to another."""

    kind: str  # the last word of its type: header, footnotes, image …
    target: str


class Package:
    """The parts of a document; nothing but what is asked for is unpacked, nothing is written."""

    def __init__(self, data: bytes, shown: str, max_expanded: int) -> None:
        self._shown = shown
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except DAMAGE as error:
            raise ReadError(
                f"{shown}: a Word document cut short or damaged; get the file again"
            ) from error
        entries = self._zip.infolist()
        refuse_bombs(entries, shown, max_expanded)
        self._entries = {entry.filename.replace("\\", "/").lower(): entry for entry in entries}
        self.mended = 0  # forbidden characters taken out

    def main(self) -> str:
        """Return the name of the part that holds the text."""
        named = (one.target for one in self.relations("").values() if one.kind == "officeDocument")
        return next(named, "word/document.xml")

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to, by the names that it uses for them."""
        folder, file = posixpath.split(name)
        tree = self.tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        return dict(_relations(tree, folder)) if tree is not None else {}

    def tree(self, name: str) -> Element | None:
        """Return a part's XML, None where there is no such part."""
        entry = self._entries.get(name.lower())
        if entry is None:
            return None
        if entry.flag_bits & 1:
            raise ReadError(f"{self._shown}: locked with a password; save it without one")
        try:
            return self._parse(_text(self._zip.read(entry)), name)
        except DAMAGE as error:
            raise DamagedPart(
                f"{self._shown}: damaged ({name} cannot be unpacked); get the file again"
            ) from error

    def _parse(self, text: str, name: str) -> Element:
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ReadError(
                f"{self._shown}: {name} declares entities, as no Word document does; "
                "save it again from Word"
            )
        if text.count("<") > MOST_TAGS:
            raise ReadError(
                f"{self._shown}: {name} has more than {MOST_TAGS:,} tags; split the document"
            )
        for strict, usual in STRICT.items():
            text = text.replace(strict, usual)
        try:
            return _tree(text)
        except ElementTree.ParseError:
            return self._mended(text, name)

    def _mended(self, text: str, name: str) -> Element:
        text, count = FORBIDDEN.subn("", text)
        self.mended += count
        try:
            return _tree(text)
        except ElementTree.ParseError as error:
            line, column = error.position
            raise DamagedPart(
                f"{self._shown}: {name} is damaged at line {line}, column {column}; "
                "open it in Word and save it again"
            ) from error


def refuse_bombs(entries: list[zipfile.ZipInfo], shown: str, max_expanded: int) -> None:
    """Raise ReadError where a container unpacks to more than a document can hold."""
    if len(entries) > MOST_ENTRIES:
        raise ReadError(f"{shown}: {len(entries):,} entries in its container; not a document")
    expanded = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if expanded > max_expanded:
        raise ReadError(
            f"{shown}: unpacks to {expanded / 2**20:,.0f} MB, more than the "
            f"{max_expanded / 2**20:,.0f} MB allowed; --unpack-limit allows more"
        )
    if expanded > SMALL and expanded > packed * MOST_RATIO:
        raise ReadError(
            f"{shown}: unpacks to {expanded // max(packed, 1):,} times its size; "
            "a bomb, not a document"
        )


def _text(data: bytes) -> str:
    """Decode a part: the format allows UTF-8 and UTF-16 alone."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig")


def _tree(text: str) -> Element:
    # Expat rather than lxml: a document may nest deeper than libxml2 lets it. What the
    # declaration says of the encoding is about the bytes, not about this text.
    return ElementTree.fromstring(text, ElementTree.XMLParser(encoding="utf-8"))


def _relations(tree: Element, folder: str) -> Iterator[tuple[str, Relation]]:
    for one in tree:
        kind = one.get("Type", "").rpartition("/")[2]
        target = one.get("Target", "")
        if one.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        yield one.get("Id", ""), Relation(kind, target)
