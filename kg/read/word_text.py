"""A paragraph of a Word document to its words: what counts as text, what is left out and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache

from kg.read.word_package import Element, W
from kg.read.word_styles import Styles, hidden, value
from kg.vocabulary import rows

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
V = "{urn:schemas-microsoft-com:vml}"
MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"
PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"

# What holds blocks without being one.
WRAPPERS = {W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "tr", "tc")}
BLOCKS = {W + "p", W + "tbl", W + "altChunk"}
# What neither is nor holds text.
SILENT = {
    W + name
    for name in ("pPr", "rPr", "sdtPr", "sdtEndPr", "rt", "tblPr", "tblGrid", "trPr", "tcPr")
} | {MATHS + "rPr"}
LEFT_OUT = {W + "del": "word.deleted", W + "moveFrom": "word.deleted"}
CHARACTERS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    MATHS + "den": "/",  # what stands between the two parts of a fraction
}
NOTE_MARKS = {W + "footnoteReference": "footnotes", W + "endnoteReference": "endnotes"}
# What shows no text, and what the file says of it.
PICTURES: dict[str, Callable[[Element], str]] = {
    PICTURE + "cNvPr": lambda element: element.get("descr", ""),
    V + "imagedata": lambda element: element.get(OFFICE + "title", ""),
    OFFICE + "OLEObject": lambda element: f"embedded {element.get('ProgID', 'object')}",
}
CIRCLED = re.compile(
    r"\\o\s{0,9}\\a[clr]?\s{0,9}\(\s{0,9}[○□△◇〇]\s{0,9}[,，]\s{0,9}(\w{1,3})\s{0,9}\)"
)
CIRCLES = dict(zip(map(str, range(1, 21)), "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", strict=True))
PRIVATE = re.compile(r"[\uf020-\uf0ff]")
PLACE_IN_FONT = 0xF000
CONTENTS_MARK = "_Toc"  # the bookmarks that a table of contents points to


@dataclass(slots=True)
class Words:
    """What a paragraph says."""

    parts: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)  # rule → text
    notes: list[tuple[str, str]] = field(default_factory=list)  # footnotes or endnotes, id
    boxes: list[Element] = field(default_factory=list)  # text boxes that hang on it
    pictures: list[str] = field(default_factory=list)  # what is said of each
    points_to_contents: bool = False  # as an entry of a table of contents does

    @property
    def text(self) -> str:
        """Return the text; a line feed is a break that the writer set."""
        return "".join(self.parts)


def blocks(parent: Element) -> Iterator[Element]:
    """Yield paragraphs and tables in order, those in content controls as well.

    A content control (w:sdt) is yielded itself where `control_rule` leaves it out.
    """
    waiting = list(reversed(parent))
    while waiting:
        one = waiting.pop()
        if one.tag in BLOCKS or control_rule(one):
            yield one
        elif one.tag == MC + "AlternateContent":
            waiting.extend(reversed(_alternative(one)))
        elif one.tag in WRAPPERS:
            waiting.extend(reversed(one))


def paragraphs(parent: Element) -> Iterator[Element]:
    """Yield every paragraph below an element, in order, but those inside paragraphs."""
    waiting = list(reversed(parent))
    while waiting:
        one = waiting.pop()
        if one.tag == W + "p":
            yield one
        elif one.tag == MC + "AlternateContent":
            waiting.extend(reversed(_alternative(one)))
        else:
            waiting.extend(reversed(one))


def control_rule(element: Element) -> str:
    """Return the rule that leaves a content control out: a table of contents, 单击此处输入."""
    if element.tag != W + "sdt":
        return ""
    if element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None:
        return "word.placeholder"
    gallery = value(element.find(f"{W}sdtPr/{W}docPartObj"), "docPartGallery")
    return "word.contents" if gallery == "Table of Contents" else ""


def words_of(paragraph: Element, styles: Styles) -> Words:
    """Return what a paragraph says."""
    words = Words()
    for element, font, rule in _marks(paragraph, styles):
        words.points_to_contents |= _points_to_contents(element)
        if rule:
            text = _said(element, font)
            words.left_out[rule] = words.left_out.get(rule, "") + text
        else:
            _read(element, font, words)
    return words


def has_deleted_end(properties: Element | None) -> bool:
    """Tell a paragraph whose end a tracked change deletes: the next one goes on in it."""
    return properties is not None and properties.find(f"{W}rPr/{W}del") is not None


def _marks(paragraph: Element, styles: Styles) -> Iterator[tuple[Element, str, str]]:
    """Yield what may say something, with its font and the rule that leaves it out, if one does."""
    waiting = [(child, "", "") for child in reversed(paragraph)]
    while waiting:
        one, font, rule = waiting.pop()
        if one.tag in SILENT:
            continue
        if one.tag == W + "r":
            font, rule = _run(one, styles, rule)
        rule = rule or LEFT_OUT.get(one.tag, "") or control_rule(one)
        yield one, font, rule
        if one.tag == W + "txbxContent":
            continue
        below = _alternative(one) if one.tag == MC + "AlternateContent" else list(one)
        waiting.extend((child, font, rule) for child in reversed(below))


def _run(run: Element, styles: Styles, rule: str) -> tuple[str, str]:
    properties = run.find(W + "rPr")
    fonts = properties.find(W + "rFonts") if properties is not None else None
    font = (fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or "") if fonts is not None else ""
    stated = hidden(properties)
    if stated is None:
        named = value(properties, "rStyle")
        stated = named is not None and bool(styles.of(named).hidden)
    return font, rule or ("word.hidden" if stated else "")


def _points_to_contents(element: Element) -> bool:
    if element.tag == W + "hyperlink":
        return element.get(W + "anchor", "").startswith(CONTENTS_MARK)
    return element.tag == W + "instrText" and f"PAGEREF {CONTENTS_MARK}" in (element.text or "")


def _alternative(element: Element) -> list[Element]:
    """Return the newer of the two ways in which Word writes the same drawing."""
    choice = element.find(MC + "Choice")
    taken = choice if choice is not None else element.find(MC + "Fallback")
    return list(taken) if taken is not None else []


def _read(element: Element, font: str, words: Words) -> None:
    if element.tag == W + "txbxContent":
        words.boxes.append(element)
    elif element.tag in NOTE_MARKS:
        words.notes.append((NOTE_MARKS[element.tag], element.get(W + "id", "")))
    elif element.tag in PICTURES:
        words.pictures.append(PICTURES[element.tag](element) or "picture")
    else:
        words.parts.append(_said(element, font))


def _said(element: Element, font: str) -> str:
    """Return what an element says by itself."""
    tag = element.tag
    if tag in (W + "t", MATHS + "t", W + "delText"):
        return _in_font(element.text or "", font)
    if tag in CHARACTERS:
        return CHARACTERS[tag]
    if tag == W + "br":
        return "" if element.get(W + "type") in ("page", "column") else "\n"
    if tag == W + "sym":
        return _symbol(element)
    if tag == W + "instrText":
        circled = CIRCLED.search(element.text or "")
        return CIRCLES.get(circled[1], circled[1]) if circled else ""
    if tag == V + "textpath":
        return element.get("string", "")
    return ""


def _symbol(element: Element) -> str:
    stated, font = element.get(W + "char", ""), element.get(W + "font", "")
    if not re.fullmatch("[0-9A-Fa-f]{1,4}", stated):
        return ""
    code = int(stated, 16)
    if code <= 0xFF and font in {name for name, _ in _symbols()}:
        code += PLACE_IN_FONT
    return _in_font(chr(code), font)


def _in_font(text: str, font: str) -> str:
    """Return a text with what a symbol font shows for its private codes; others stay."""
    return PRIVATE.sub(lambda private: _shown(private[0], font), text)


def _shown(private: str, font: str) -> str:
    code = ord(private) - PLACE_IN_FONT
    if font == "Symbol" and chr(code) in "0123456789+-=<>()%,.":
        return chr(code)
    return _symbols().get((font, code), private)


@cache
def _symbols() -> dict[tuple[str, int], str]:
    return {
        (row["font"], int(row["code"], 16)): row["character"] for row in rows("word_symbols.tsv")
    }
