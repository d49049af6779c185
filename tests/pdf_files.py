"""Pages described in Python to the bytes of PDF files, with nothing but the format itself."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

A4 = (595, 842)
UNTURNED = (1.0, 0.0, 0.0, 1.0)
# A Chinese font that every reader knows, so that none has to be in the file: F1 runs across, F2
# down, F3 has no table from glyphs to characters.
FONT = (
    "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts["
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/{name}/DW 1000/W[1 95 500 814 939 500]"
    "/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>"
    "/FontDescriptor<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[0 -120 1000 880]"
    "/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>>>]>>"
)
FONTS = {
    "F1": FONT.format(name="STSong-Light", encoding="UniGB-UCS2-H", ordering="GB1"),
    "F2": FONT.format(name="STSong-Light", encoding="UniGB-UCS2-V", ordering="GB1"),
    "F3": FONT.format(name="ABCDEE+Song", encoding="Identity-H", ordering="Identity"),
}


@dataclass
class Sheet:
    """A page being drawn; y runs down from its top."""

    size: tuple[int, int] = A4
    extra: str = ""  # entries of its dictionary: /Rotate 90
    drawn: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 12,
        *,
        font: str = "F1",
        mode: int = 0,
        turn: Sequence[float] = UNTURNED,
    ) -> Sheet:
        """Print a text whose base line is at y; `turn` are the first four numbers of Tm."""
        turned = " ".join(f"{number:g}" for number in turn)
        self.drawn.append(
            f"BT /{font} {size:g} Tf {mode} Tr {turned} {x:g} {self.size[1] - y:g} Tm "
            f"<{text.encode('utf-16-be').hex()}> Tj ET"
        )
        return self

    def lines(
        self, x: float, y: float, texts: Iterable[str], size: float = 12, step: float = 20
    ) -> Sheet:
        """Print lines below each other; an ideographic blank at a beginning moves it instead."""
        for number, text in enumerate(texts):
            bare = text.lstrip("\u3000")
            self.text(x + size * (len(text) - len(bare)), y + number * step, bare, size)
        return self

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        """Draw a line."""
        height = self.size[1]
        self.drawn.append(f"{x0:g} {height - y0:g} m {x1:g} {height - y1:g} l S")
        return self

    def table(
        self, xs: Sequence[float], ys: Sequence[float], cells: Sequence[Sequence[str]]
    ) -> Sheet:
        """Draw a ruled table; a line feed in a cell begins a line."""
        for y in ys:
            self.rule(xs[0], y, xs[-1], y)
        for x in xs:
            self.rule(x, ys[0], x, ys[-1])
        for row, y in zip(cells, ys, strict=False):
            for text, x in zip(row, xs, strict=False):
                self.lines(x + 4, y + 14, text.split("\n"), 10, 13)
        return self

    def picture(self) -> Sheet:
        """Cover the page with a picture, as a scan does."""
        self.drawn.append(f"q {self.size[0]} 0 0 {self.size[1]} 0 0 cm /P1 Do Q")
        return self


def pdf(
    *sheets: Sheet,
    objects: dict[int, str] | None = None,
    trailer: str = "",
    packed: bool = False,
) -> bytes:
    """Return a PDF file of the pages. `objects` replaces or adds objects from number 100 on.

    1 is the catalogue, 2 the tree of pages, 3 the picture, 4 the resources; page n is 10 + 2n,
    what is drawn on it the object behind.
    """
    fonts = " ".join(f"/{name} {font}" for name, font in FONTS.items())
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(sheets)))
    bodies = {
        1: "<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(sheets)}/Kids[{kids}]>>",
        3: stream("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8"
                  "/ColorSpace/DeviceGray", b"\x80"),
        4: f"<</Font<<{fonts}>>/XObject<</P1 3 0 R/X1 100 0 R>>>>",
    }  # fmt: skip
    for number, sheet in enumerate(sheets):
        width, height = sheet.size
        bodies[10 + 2 * number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Resources 4 0 R"
            f"/Contents {11 + 2 * number} 0 R{sheet.extra}>>"
        )
        bodies[11 + 2 * number] = stream("", "\n".join(sheet.drawn).encode(), packed)
    return file_of(bodies | (objects or {}), trailer)


def stream(entries: str, content: bytes, packed: bool = False) -> str:
    """Return a stream as an object's body (in Latin-1)."""
    if packed:
        entries, content = entries + "/Filter/FlateDecode", zlib.compress(content)
    body = content.decode("latin-1")
    return f"<<{entries}/Length {len(content)}>>\nstream\n{body}\nendstream"


def file_of(bodies: dict[int, str], trailer: str = "") -> bytes:
    """Return the file that holds these objects."""
    parts, places, length = [b"%PDF-1.7\n"], {}, 9
    for number, body in sorted(bodies.items()):
        places[number] = length
        parts.append(f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1"))
        length += len(parts[-1])
    table = "".join(f"{at} 1\n{place:010} 00000 n \n" for at, place in sorted(places.items()))
    parts.append(
        f"xref\n0 1\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {max(places) + 1}/Root 1 0 R{trailer}>>\n"
        f"startxref\n{length}\n%%EOF\n".encode()
    )
    return b"".join(parts)
