"""Word documents (DOCX) to Source: paragraphs with the numbers that Word generates, tables."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.read.draft import Draft, DraftCell, numbered
from kg.read.word_numbering import NO_LABEL, Label, Numbering
from kg.read.word_package import DamagedPart, Element, Package, W
from kg.read.word_styles import BODY_TEXT, Style, Styles, numbering, outline
from kg.read.word_tables import deleted_rows, is_layout, rows_of
from kg.read.word_text import (
    Words,
    blocks,
    control_rule,
    has_deleted_end,
    paragraphs,
    words_of,
)

ZIP = b"PK\x03\x04"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOTES = {"footnotes": ("footnote", "注"), "endnotes": ("endnote", "尾注")}
RUNNING = {"header": "word.header", "footer": "word.footer"}


def is_word(data: bytes, name: str) -> bool:
    """Tell a Word document by the names in its container."""
    if not data.startswith(ZIP):
        return False
    names = _entry_names(data)
    if names is None:  # cut short: what is left of it still shows its first names
        return b"[Content_Types].xml" in data[:4096] and b"word/" in data
    return "[content_types].xml" in names and any(one.startswith("word/") for one in names)


def _entry_names(data: bytes) -> set[str] | None:
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    return {name.replace("\\", "/").lower() for name in names}


def read_word(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read a Word document; raises ReadError where it is damaged, locked, a bomb or blank."""
    shown = names[0] if names else "-"
    digest = hashlib.sha256(data).hexdigest()
    draft = draft_of(data, shown, options)
    return draft.finish(names, digest, MEDIA_TYPE, "utf-8")


def draft_of(data: bytes, shown: str, options: ReadOptions) -> Draft:
    """Return the text of a Word document, to be finished."""
    package = Package(data, shown, options.max_expanded)
    main = package.main()
    tree = package.tree(main)
    body = tree.find(W + "body") if tree is not None else None
    if body is None:
        raise ReadError(f"{shown}: a Word document without a text part; save it again from Word")
    writer = _Writer(package, main)
    writer.write(body)
    _refuse_blank(writer, shown)
    return writer.draft


def _refuse_blank(writer: _Writer, shown: str) -> None:
    if not writer.draft.is_blank:
        return
    if writer.pictures:
        raise ReadError(
            f"{shown}: {writer.pictures} pictures, no text (scanned?); "
            "recognise the characters (OCR) first"
        )
    if writer.left_out:
        raise ReadError(
            f"{shown}: no text but {writer.left_out} characters hidden or deleted; "
            "accept or reject the changes in Word"
        )
    raise ReadError(f"{shown}: no text in this Word document; is this the right file?")


class _Writer:
    """Writes the parts of a document in their order; counts its lists and its notes."""

    def __init__(self, package: Package, main: str) -> None:
        self.draft = Draft()
        self.pictures = 0
        self.left_out = 0
        self._package = package
        self._parts: dict[str, list[Element]] = {}
        for relation in package.relations(main).values():
            wanted = relation.kind in {*NOTES, *RUNNING, "styles", "numbering", "comments"}
            tree = self._tree(relation.target) if wanted else None
            if tree is not None:
                self._parts.setdefault(relation.kind, []).append(tree)
        self._styles = Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"), self._styles)
        self._notes = {kind: self._notes_of(kind) for kind in NOTES}
        self._noted = dict.fromkeys(NOTES, 0)
        self._carried = ""  # of a paragraph whose end is deleted: it goes on in the next

    def write(self, body: Element) -> None:
        """Write the text, then note what is none of it: running heads, comments."""
        self._write_blocks(body)
        if self._carried:
            self._lines(self._carried, None)
        for kind, rule in RUNNING.items():
            self._cut_part(kind, rule)
        self._cut_part("comments", "word.comment")
        for unused in self._notes.values():
            for note in unused.values():
                self.draft.cut(self._all_words(note), "word.note")
        if self._package.mended:
            self.draft.note(f"{self._package.mended} characters that XML forbids taken out")

    def _tree(self, name: str) -> Element | None:
        try:
            return self._package.tree(name)
        except DamagedPart:
            self.draft.note(f"{name} is damaged: read without it")
            return None

    def _part(self, kind: str) -> Element | None:
        return next(iter(self._parts.get(kind, ())), None)

    def _write_blocks(self, body: Element) -> None:
        """Write paragraphs and tables, each text box behind the paragraph that it hangs on.

        With a stack rather than by recursion: a hostile document nests as deep as it likes.
        """
        waiting = [blocks(body)]
        while waiting:
            block = next(waiting[-1], None)
            if block is None:
                waiting.pop()
            elif block.tag == W + "sdt":
                self._cut_words(self._all_words(block), control_rule(block))
            elif block.tag == W + "altChunk":
                self.draft.note("a file embedded in the text is not read")
            elif block.tag == W + "tbl":
                waiting.extend(self._table(block))
            else:
                waiting.extend(map(blocks, reversed(self._paragraph(block))))

    # -- paragraphs --------------------------------------------------------------------------

    def _paragraph(self, paragraph: Element) -> list[Element]:
        """Write a paragraph; return the text boxes that hang on it."""
        properties = paragraph.find(W + "pPr")
        style = self._style(properties)
        words = words_of(paragraph, self._styles)
        self._account(words)
        if style.is_contents or words.points_to_contents:
            self._cut_words(words.text, "word.contents")
            return words.boxes
        text = words.text.strip(" \t\u3000\u00a0")
        if has_deleted_end(properties):
            label = self._label(properties, style) if text and not self._carried else NO_LABEL
            self._carried += labelled(label, text)
            return words.boxes
        carried, self._carried = self._carried, ""
        if text and not carried:
            text = labelled(self._label(properties, style), text)
        elif not carried and not words.left_out:
            self._label(properties, style)  # an empty paragraph of a list counts, too
        self._lines(carried + text, heading_level(properties, style))
        self._write_notes(words.notes)
        return words.boxes

    def _lines(self, text: str, level: int | None) -> None:
        for line in text.split("\n"):
            self.draft.paragraph(line, level)

    def _style(self, properties: Element | None) -> Style:
        return self._styles.of(_style_key(properties))

    def _label(self, properties: Element | None, style: Style) -> Label:
        """Count a paragraph of a list on, and return its number."""
        key, depth = numbering(properties)
        if key is None:
            key = style.number
            named = _style_key(properties)
            by_style = self._numbering.depth_of_style(key, named) if named else None
            depth = style.depth if by_style is None else by_style
        return self._numbering.label(key, depth or 0)

    # -- tables ------------------------------------------------------------------------------

    def _table(self, table: Element) -> list[Iterator[Element]]:
        """Write a table; return the contents of one that only lays out the page."""
        if is_layout(table):
            return [blocks(table)]
        notes: list[tuple[str, str]] = []
        written = [
            [DraftCell(self._cell(cell.paragraphs, notes), cell.rows, cell.columns) for cell in row]
            for row in rows_of(table)
        ]
        self.draft.table(written)
        self._write_notes(notes)
        for row in deleted_rows(table):
            self._cut_words(
                "".join(one.text or "" for one in row.iter(W + "delText")), "word.deleted"
            )
        return []

    def _cell(self, inside: Iterable[Element], notes: list[tuple[str, str]]) -> str:
        """Return the text of a cell: its paragraphs, those of tables and text boxes inside it."""
        lines = []
        waiting = list(reversed(list(inside)))
        while waiting:
            paragraph = waiting.pop()
            properties = paragraph.find(W + "pPr")
            words = words_of(paragraph, self._styles)
            self._account(words)
            notes.extend(words.notes)
            text = words.text.strip(" \t\u3000\u00a0")
            lines.append(labelled(self._label(properties, self._style(properties)), text))
            for box in words.boxes:
                waiting.extend(reversed(list(paragraphs(box))))
        return "\n".join(line for line in lines if line)

    # -- notes, and what is left out -----------------------------------------------------------

    def _notes_of(self, kind: str) -> dict[str, Element]:
        tree = self._part(kind)
        notes = tree.iter(W + NOTES[kind][0]) if tree is not None else ()
        return {note.get(W + "id", ""): note for note in notes}

    def _write_notes(self, notes: Iterable[tuple[str, str]]) -> None:
        """Write the notes of a paragraph behind it: ［注1］按常住人口计算。."""
        for kind, key in notes:
            note = self._notes[kind].pop(key, None)  # what is referred to twice is written once
            text = self._all_words(note) if note is not None else ""
            if text:
                self._noted[kind] += 1
                self.draft.paragraph(f"［{NOTES[kind][1]}{self._noted[kind]}］{text}")

    def _all_words(self, element: Element) -> str:
        found = (words_of(paragraph, self._styles) for paragraph in paragraphs(element))
        return " ".join(text for words in found if (text := words.text.strip()))

    def _cut_part(self, kind: str, rule: str) -> None:
        texts = (self._all_words(tree) for tree in self._parts.get(kind, ()))
        for text in dict.fromkeys(texts):
            self.draft.cut(text, rule)

    def _cut_words(self, text: str, rule: str) -> None:
        self.left_out += len(text)
        self.draft.cut(text, rule)

    def _account(self, words: Words) -> None:
        for rule, text in words.left_out.items():
            self._cut_words(text, rule)
        for picture in words.pictures:
            self.pictures += 1
            self.draft.cut(picture, "word.picture")


def heading_level(properties: Element | None, style: Style) -> int | None:
    """Return the level of the heading that a paragraph is, None where it is none."""
    own = outline(properties)
    if own is None:
        return style.level
    return own + 1 if own < BODY_TEXT else None


def labelled(label: Label, text: str) -> str:
    """Write the number of a paragraph in front of its text."""
    return numbered(label.text, text, "" if label.gap == "nothing" else "\u3000")


def _style_key(properties: Element | None) -> str | None:
    stated = properties.find(W + "pStyle") if properties is not None else None
    return stated.get(W + "val") if stated is not None else None
