"""Word documents made for tests: a container of parts, and texts written by python-docx."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
RELATION = NAMESPACES["r"]
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
# How each kind of part begins; what is put in stands inside.
ROOTS = {
    "document": "w:document",
    "styles": "w:styles",
    "numbering": "w:numbering",
    "footnotes": "w:footnotes",
    "endnotes": "w:endnotes",
    "comments": "w:comments",
    "header": "w:hdr",
    "footer": "w:ftr",
}


def word_file(body: str, **parts: str) -> bytes:
    """Return a Word document with this in its body, and in its other parts what is given."""
    return container(parts_of(body, **parts))


def parts_of(body: str, **parts: str) -> dict[str, str]:
    """Return the parts of a Word document by their names."""
    related = "".join(
        f'<Relationship Id="r{kind}" Type="{RELATION}/{kind}" Target="{kind}1.xml"/>'
        for kind in parts
    )
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(
            f'<Relationship Id="r1" Type="{RELATION}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relations(related),
        **{f"word/{kind}1.xml": part(kind, inside) for kind, inside in parts.items()},
    }


def part(kind: str, inside: str) -> str:
    return f"<{ROOTS[kind]} {DECLARED}>{inside}</{ROOTS[kind]}>"


def relations(inside: str) -> str:
    return f'<Relationships xmlns="{RELATIONS}">{inside}</Relationships>'


def container(parts: dict[str, str | bytes] | dict[str, str]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            stored = name == "mimetype"  # as OpenDocument wants it
            archive.writestr(name, content, zipfile.ZIP_STORED if stored else None)
    return written.getvalue()


def p(text: str = "", properties: str = "", style: str = "", end: str = "") -> str:
    """Write a paragraph: its text as a run, its style, what stands behind the run."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    stated = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{stated}{r(text) if text else ''}{end}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Write a run."""
    stated = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{stated}<w:t xml:space="preserve">{text}</w:t></w:r>'


def item(text: str, list_: int = 1, level: int = 0) -> str:
    """Write a paragraph of a list."""
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/></w:numPr>')


def levels(*stated: tuple[str, str] | tuple[str, str, str]) -> str:
    """Write the levels of a list: format, text, and what else is said of it."""
    return "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{one[0]}"/>'
        f'<w:lvlText w:val="{one[1]}"/>{"".join(one[2:])}</w:lvl>'
        for at, one in enumerate(stated)
    )


def numbering(*bases: str, lists: str = "") -> str:
    """Write numbering.xml: the levels of each abstract list, a list of each, and more lists."""
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{at}">{one}</w:abstractNum>'
        for at, one in enumerate(bases)
    )
    usual = "".join(
        f'<w:num w:numId="{at + 1}"><w:abstractNumId w:val="{at}"/></w:num>'
        for at in range(len(bases))
    )
    return abstract + usual + lists


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def cell(text: str, properties: str = "") -> str:
    inside = "".join(p(line) for line in text.split("\n"))
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


# -- texts as python-docx writes them ------------------------------------------------------------

NUMERAL = "[一二三四五六七八九十]+"
NUMBERED = re.compile(
    rf"(?P<top>{NUMERAL})、|（(?P<second>{NUMERAL})）|(?P<third>\d{{1,2}})\.(?!\d)|"
    rf"第(?P<chapter>{NUMERAL})章\u3000|第(?P<article>{NUMERAL})条\u3000"
)
# What Word numbers so: the format, and its text.
FORMS = {
    "top": ("chineseCounting", "%1、"),
    "second": ("chineseCounting", "（%1）"),
    "third": ("decimal", "%1."),
    "chapter": ("chineseCountingThousand", "第%1章"),
    "article": ("chineseCountingThousand", "第%1条"),
}
HEADINGS = {"chapter": 1, "top": 1, "second": 2, "third": 3}


def as_word(text: str, generated: bool = False) -> bytes:
    """Write a text as a Word document: headings by style, tab-separated lines as tables.

    `generated`: the numbers of its items are taken out and left to Word.
    """
    import docx

    document = docx.Document()
    lists = _Lists(document) if generated else None
    for kind, lines in _groups(text):
        if kind == "table":
            _write_table(document, [line.split("\t") for line in lines])
            continue
        for line in lines:
            _write_line(document, line, lists)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _groups(text: str) -> Iterator[tuple[str, list[str]]]:
    rows: list[str] = []
    for line in text.splitlines():
        if "\t" in line:
            rows.append(line)
            continue
        if rows:
            yield "table", rows
            rows = []
        yield "text", [line]
    if rows:
        yield "table", rows


def _write_table(document: Any, rows: list[list[str]]) -> None:
    made = document.add_table(rows=0, cols=max(map(len, rows)))
    for row in rows:
        cells = made.add_row().cells
        for at, text in enumerate(row):
            cells[at].text = text


def _write_line(document: Any, line: str, lists: _Lists | None) -> None:
    found = NUMBERED.match(line.lstrip("\u3000 "))
    if found is None:
        document.add_paragraph(line)
        return
    kind = found.lastgroup or ""
    rest = line.lstrip("\u3000 ")[found.end() :]
    heading = kind in HEADINGS and len(rest) < 40 and "。" not in rest
    style = f"Heading {HEADINGS[kind]}" if heading else "Normal"
    if lists is None or rest[:1].isdigit():
        document.add_paragraph(line, style=style)
        return
    lists.number(document.add_paragraph(rest, style=style), kind, found[kind])


class _Lists:
    """Numbers paragraphs by lists of Word's: one goes on while its numbers do."""

    def __init__(self, document: Any) -> None:
        self._part = document.part.numbering_part.element
        self._going: dict[str, tuple[int, int]] = {}  # kind → list, last number
        self._next = 100

    def number(self, paragraph: Any, kind: str, numeral: str) -> None:
        from docx.oxml.ns import qn

        value = int(numeral) if numeral.isdigit() else chinese(numeral)
        going, last = self._going.get(kind, (0, -1))
        if value != last + 1:
            going = self._begin(kind, value)
        self._going[kind] = (going, value)
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().set(qn("w:val"), "0")
        properties.get_or_add_numId().set(qn("w:val"), str(going))

    def _begin(self, kind: str, start: int) -> int:
        from docx.oxml import parse_xml

        form, text = FORMS[kind]
        self._next += 1
        abstract = parse_xml(
            f'<w:abstractNum {DECLARED} w:abstractNumId="{self._next}"><w:lvl w:ilvl="0">'
            f'<w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
            "</w:lvl></w:abstractNum>"
        )
        self._part.insert(0, abstract)
        self._part.append(
            parse_xml(
                f'<w:num {DECLARED} w:numId="{self._next}">'
                f'<w:abstractNumId w:val="{self._next}"/></w:num>'
            )
        )
        return self._next


def chinese(numeral: str) -> int:
    """Return the value of a numeral below one hundred: 二十一 → 21."""
    tens, ten, ones = numeral.rpartition("十")
    digits = "一二三四五六七八九"
    one = digits.index(ones) + 1 if ones else 0
    return ((digits.index(tens) + 1 if tens else 1) * 10 + one) if ten else one
