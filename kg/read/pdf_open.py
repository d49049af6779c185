"""PDF files to what is printed on their pages, with pdfminer kept within limits.

Imported only where a PDF file is read: pdfminer takes a quarter of a second to load.
"""

from __future__ import annotations

import logging
import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any, NoReturn

from pdfminer.ascii85 import ascii85decode, asciihexdecode
from pdfminer.lzw import LZWDecoder
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import (
    PDFDocument,
    PDFEncryptionError,
    PDFPasswordIncorrect,
    PDFXRefFallback,
)
from pdfminer.pdfexceptions import PDFObjectNotFound
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1, stream_value
from pdfminer.psexceptions import PSException
from pdfminer.utils import apply_matrix_pt

from kg.errors import ReadError
from kg.read.pdf_ink import LONG, SKEWED, Budget, Edge, Glyph, OverLimit, Page

# Its warnings would stand on the terminal; what matters of them is said in notes.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

# What pdfminer raises on a broken file.
BROKEN = (
    PSException, LookupError, TypeError, ValueError, ArithmeticError, AttributeError,
    AssertionError, RuntimeError, EOFError, OSError, struct.error, zlib.error,
)  # fmt: skip
DESCENT = 0.12  # of a Chinese glyph's square, how much stands below the base line
INVISIBLE = 3  # text rendering mode: neither filled nor stroked
ENDS = b"%%EOF"
END_REACH = 2048
MOST_DRAWN = 8 * 2**20  # bytes of the drawing of a page: some five seconds of work
MOST_FIGURES = 10_000
MOST_ON_PAGE = 50_000  # characters: more are a drawing, or there to exhaust
STRAIGHT = 3  # degrees that a direction may be off
MOST_EDGES = 20_000  # on a page: more are a drawing, not tables
THIN = 2.5  # points: a box as thin as this is a line
UNMOVED = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Opened:
    """A PDF file opened: its pages in order, and what is wrong with it."""

    def __init__(self, data: bytes, shown: str, max_expanded: int) -> None:
        self.shown = shown
        self.budget = Budget(max_expanded)
        self._cut_off = ENDS not in data[-END_REACH:]
        self._document = self._open(data)

    def _open(self, data: bytes) -> PDFDocument:
        try:
            return BoundedDocument(BoundedParser(BytesIO(data), self.budget))
        except PDFPasswordIncorrect as error:
            raise ReadError(
                f"{self.shown}: encrypted, needs a password; save a copy without one "
                "(qpdf --decrypt --password=… in.pdf out.pdf)"
            ) from error
        except PDFEncryptionError as error:
            raise ReadError(
                f"{self.shown}: encrypted in a way that is not known; save a copy without"
            ) from error
        except (OverLimit, *BROKEN) as error:
            self._refuse(error)

    def _refuse(self, error: Exception) -> NoReturn:
        if isinstance(error, OverLimit):
            raise ReadError(f"{self.shown}: {error}") from error
        what = "cut off, its end is missing" if self._cut_off else _reason(error)
        raise ReadError(
            f"{self.shown}: a damaged PDF file ({what}); get it again, or print it to a new "
            "PDF file"
        ) from error

    @property
    def rebuilt(self) -> bool:
        """Tell whether the file's table of contents was lost and made anew."""
        return any(isinstance(xref, PDFXRefFallback) for xref in self._document.xrefs)

    @property
    def declared_pages(self) -> int:
        """Return how many pages the file says that it has; 0 where it does not say."""
        try:
            pages = resolve1(self._document.catalog.get("Pages"))
            count = resolve1(pages.get("Count")) if isinstance(pages, dict) else 0
        except BROKEN:
            return 0
        return count if isinstance(count, int) else 0

    def pages(self) -> Iterator[Page]:
        """Yield the pages; one that is damaged has its `problem` said."""
        device = Collector(PDFResourceManager(), self.budget)
        interpreter = PDFPageInterpreter(device.rsrcmgr, device)
        try:
            for page in PDFPage.create_pages(self._document):
                yield self._page(page, device, interpreter)
        except (OverLimit, *BROKEN) as error:
            self._refuse(error)

    def _page(self, page: PDFPage, device: Collector, interpreter: PDFPageInterpreter) -> Page:
        device.start(page)
        try:
            drawn = sum(len(stream_value(part).get_data()) for part in page.contents)
            if drawn > MOST_DRAWN:
                device.page.problem = f"{drawn // 2**20} MB of drawing"
            else:
                interpreter.process_page(page)
        except BROKEN as error:
            device.page.problem = _reason(error)
        return device.page


def _reason(error: Exception) -> str:
    """Return in a few words what was wrong, on one line."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if not isinstance(error, PSException):
        return "its structure is broken"
    said = " ".join(str(error).partition(":")[0].split())[:60]
    return said or "its structure is broken"


class BoundedDocument(PDFDocument):
    """A document in which no reference leads back to itself: pdfminer would follow it for ever."""

    def getobj(self, objid: int) -> object:
        """Return an object that is no reference to another."""
        seen = {objid}
        found = super().getobj(objid)
        while isinstance(found, PDFObjRef):
            if found.objid in seen:
                raise PDFObjectNotFound("a reference to itself")
            seen.add(found.objid)
            found = super().getobj(found.objid)
        return found


class BoundedStream(PDFStream):
    """A stream measured before it is unpacked: pdfminer itself knows no limit."""

    budget: Budget

    def decode(self) -> None:
        """Unpack the stream; raises ReadError where that is too much."""
        raw = self.rawdata or b""
        if self.decipher is not None and self.objid is not None and self.genno is not None:
            raw = self.decipher(self.objid, self.genno, raw, self.attrs)
        names = [str(getattr(name, "name", name)) for name, _ in self.get_filters()]
        _measure(raw, names, self.budget)
        super().decode()


class BoundedParser(PDFParser):
    """A parser that hands out such streams."""

    def __init__(self, file: BytesIO, budget: Budget) -> None:
        super().__init__(file)
        self.budget = budget

    def push(self, *objects: Any) -> None:
        """Take what was parsed."""
        for _, found in objects:
            if type(found) is PDFStream:
                found.__class__ = BoundedStream
                vars(found)["budget"] = self.budget
        super().push(*objects)


def _measure(raw: bytes, filters: Sequence[str], budget: Budget) -> None:
    """Spend what a stream unpacks to, in steps, so that a bomb never unfolds."""
    for number, name in enumerate(filters):
        last = number == len(filters) - 1
        if name in ("FlateDecode", "Fl"):
            raw = _inflated(raw, budget, keep=not last)
        elif name in ("LZWDecode", "LZW"):
            raw = _unpacked_lzw(raw, budget, keep=not last)
        elif name in ("RunLengthDecode", "RL"):
            budget.spend_expanded(len(raw) * 64)
            return
        elif name not in ("ASCII85Decode", "A85", "ASCIIHexDecode", "AHx"):
            return
        elif not last:
            raw = _from_ascii(raw, name)


def _inflated(raw: bytes, budget: Budget, keep: bool) -> bytes:
    unpacker, parts = zlib.decompressobj(), []
    try:
        while raw:
            part = unpacker.decompress(raw, 2**20)
            budget.spend_expanded(len(part))
            parts.append(part if keep else b"")
            raw = unpacker.unconsumed_tail
    except zlib.error:
        budget.damaged += 1
    else:
        budget.damaged += not unpacker.eof
    return b"".join(parts)


def _unpacked_lzw(raw: bytes, budget: Budget, keep: bool) -> bytes:
    parts = []
    for part in LZWDecoder(BytesIO(raw)).run():
        budget.spend_expanded(len(part))
        parts.append(part if keep else b"")
    return b"".join(parts)


def _from_ascii(raw: bytes, name: str) -> bytes:
    return ascii85decode(raw) if "85" in name else asciihexdecode(raw)


class Collector(PDFTextDevice):
    """What pdfminer's interpreter draws on: it keeps what is printed, and makes no layout."""

    def __init__(self, manager: PDFResourceManager, budget: Budget) -> None:
        super().__init__(manager)
        self.budget = budget
        self.page = Page(0, 0)
        self.mode = 0
        self.figures = 0

    def start(self, page: PDFPage) -> None:
        """Begin a page, before anything on it can fail."""
        self.figures = 0
        x0, y0, x1, y1 = page.mediabox
        width, height = abs(x1 - x0), abs(y1 - y0)
        turned = page.rotate in (90, 270)
        self.page = Page(*((height, width) if turned else (width, height)))

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """Count a drawing or picture on the page: drawings may call each other without end."""
        self.figures += 1
        if self.figures > MOST_FIGURES:
            raise PSException(f"more than {MOST_FIGURES} drawings")

    def render_image(self, name: str, stream: PDFStream) -> None:
        """Note how much of the page a picture covers."""
        a, b, c, d, _, _ = self.ctm or UNMOVED
        covered = abs(a * d - b * c) / max(self.page.width * self.page.height, 1)
        self.page.pictured = max(self.page.pictured, min(covered, 1.0))

    def paint_path(
        self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]
    ) -> None:
        """Keep the straight lines of a drawing."""
        if len(self.page.edges) >= MOST_EDGES:
            return
        for points in _subpaths(path):
            placed = [apply_matrix_pt(self.ctm or UNMOVED, point) for point in points]
            flipped = [(x, self.page.height - y) for x, y in placed]
            self.page.edges.extend(_edges(flipped, stroke))

    def render_string(self, textstate: Any, *rest: Any) -> None:
        """Note whether a text is printed at all."""
        self.mode = textstate.render
        super().render_string(textstate, *rest)

    def render_char(
        self, matrix: Any, font: Any, fontsize: float, scaling: float, rise: float, cid: int,
        *rest: Any,
    ) -> float:  # fmt: skip
        """Keep a glyph; return how far the next one stands."""
        self.budget.spend_glyph()
        if len(self.page.glyphs) >= MOST_ON_PAGE:
            raise PSException(f"more than {MOST_ON_PAGE} characters")
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = f"(cid:{cid})"
        advance: float = font.char_width(cid) * fontsize * scaling
        if text:
            box = _box(font, cid, fontsize, rise, advance)
            hidden = self.mode == INVISIBLE
            self.page.glyphs.append(_glyph(matrix, fontsize, text, self.page, box, font, hidden))
        return advance


def _box(
    font: Any, cid: int, size: float, rise: float, advance: float
) -> tuple[float, float, float, float]:
    """Return a glyph's box around its origin, y upwards."""
    if not font.is_vertical():
        return 0.0, rise - DESCENT * size, advance, rise + (1 - DESCENT) * size
    across, down = font.char_disp(cid)
    left = -(size * 0.5 if across is None else across * size * 0.001)
    top = (1000 - down) * size * 0.001 + rise
    return left, top + advance, left + size, top


def _glyph(
    matrix: Sequence[float],
    size: float,
    text: str,
    page: Page,
    box: tuple[float, float, float, float],
    font: Any,
    hidden: bool,
) -> Glyph:
    a, b, c, d, e, f = matrix
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in box[::2] for y in box[1::2]]
    xs, ys = [x for x, _ in corners], [page.height - y for _, y in corners]
    return Glyph(
        text, min(xs), min(ys), max(xs), max(ys),
        abs(size) * math.hypot(c, d),
        str(font.fontname),
        _turn(a * size, b * size),
        bool(font.is_vertical()),
        hidden,
    )  # fmt: skip


def _turn(along: float, up: float) -> int:
    """Return how far a line of text is turned: 0, 90, 180, 270, or SKEWED."""
    degrees = math.degrees(math.atan2(up, along)) % 360
    nearest = round(degrees / 90) * 90
    return nearest % 360 if abs(degrees - nearest) <= STRAIGHT else SKEWED


def _subpaths(path: Sequence[Any]) -> Iterator[list[tuple[float, float]]]:
    """Yield the corners of each figure of a path; curves rule no table."""
    points: list[tuple[float, float]] = []
    for operator, *numbers in path:
        if operator == "m" and points:
            yield points
            points = []
        if operator == "h":
            points.append(points[0] if points else (0.0, 0.0))
        elif operator in "ml":
            points.append((float(numbers[0]), float(numbers[1])))
        else:
            points = []
    if points:
        yield points


def _edges(points: Sequence[tuple[float, float]], stroke: bool) -> Iterator[Edge]:
    """Yield the straight lines of a figure: a thin box is one, a filled wide one is none."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x0, x1, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if x1 - x0 <= THIN or bottom - top <= THIN:
        if max(x1 - x0, bottom - top) >= LONG or len(points) == 2:
            yield _straightened(x0, top, x1, bottom)
    elif stroke:
        for (xa, ya), (xb, yb) in zip(points, points[1:], strict=False):
            if abs(xa - xb) <= 0.5 or abs(ya - yb) <= 0.5:
                yield _straightened(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))


def _straightened(x0: float, top: float, x1: float, bottom: float) -> Edge:
    if x1 - x0 >= bottom - top:
        middle = (top + bottom) / 2
        return Edge(x0, middle, x1, middle)
    middle = (x0 + x1) / 2
    return Edge(middle, top, middle, bottom)
