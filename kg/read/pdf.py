"""PDF files with a text layer to Source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kg.errors import ReadError
from kg.models import ReadOptions, Source
from kg.read.draft import Draft
from kg.read.formats import Format
from kg.read.pdf_furniture import Sheet, remove_furniture, split_footnotes
from kg.read.pdf_glyphs import PICTURED, Print, readable
from kg.read.pdf_lines import find_lines, gutters_of
from kg.read.pdf_paragraphs import align, look_of, write
from kg.read.pdf_tables import find_tables

if TYPE_CHECKING:
    from kg.read.pdf_open import Opened

SIGNATURE = b"%PDF-"
SIGNATURE_REACH = 1024  # bytes of something else that may stand before it
MOST_PAGES = 5_000
SAME_GUTTER = 10  # points
OCR = "run OCR first (ocrmypdf -l chi_sim in.pdf out.pdf)"


# What pages are that were read, but not as usual.
PECULIAR: tuple[tuple[str, Callable[[Print], bool]], ...] = (
    (f"pictures without text, {OCR},",
     lambda one: one.empty and one.page.pictured >= PICTURED),
    ("text that a program recognised in pictures", lambda one: one.layer),
    ("lines from top to bottom", lambda one: one.downward),
)  # fmt: skip


def is_pdf(data: bytes, name: str) -> bool:
    """Tell a PDF file by its first bytes; mails and web servers put lines before them."""
    at = data.find(SIGNATURE, 0, SIGNATURE_REACH)
    return at == 0 or (at > 0 and not data[:at].strip(b"\r\n\t \xef\xbb\xbf\x00"))


def read_pdf(data: bytes, names: Sequence[str], options: ReadOptions) -> Source:
    """Read the text of a PDF file; raises ReadError where it has none."""
    shown = names[0] if names else "-"
    opened = _opened(data, shown, options)
    draft = Draft()
    prints, sheets = _taken_apart(opened, draft)
    _require_text(prints, shown)
    remove_furniture(sheets)
    align(sheets)
    size = look_of(sheets).size
    for sheet in sheets:
        split_footnotes(sheet, size)
        for text, rule in sheet.cuts:
            draft.cut(text, rule)
    write(sheets, draft)
    _note(draft, prints, opened)
    if draft.is_blank:
        raise ReadError(
            f"{shown}: {_pages(len(prints))}, no text but page numbers and running heads; {OCR}"
        )
    digest = hashlib.sha256(data).hexdigest()
    return draft.finish(names, digest, "application/pdf", "pdf")


def _opened(data: bytes, shown: str, options: ReadOptions) -> Opened:
    if find_spec("pdfplumber") is None:  # and pdfminer with it
        raise ReadError(f"{shown}: a PDF file; install the readers: pip install 'policy-kg[docs]'")
    from kg.read.pdf_open import Opened

    return Opened(data, shown, options.max_expanded)


def _taken_apart(opened: Opened, draft: Draft) -> tuple[list[Print], list[Sheet]]:
    """Return what was found on each page, and its lines and tables."""
    prints: list[Print] = []
    sheets: list[Sheet] = []
    gutters: dict[int, float] = {}
    for page in opened.pages():
        if len(prints) == MOST_PAGES:
            raise ReadError(f"{opened.shown}: more than {MOST_PAGES} pages; split it")
        one = readable(page)
        prints.append(one)
        sheet = _sheet(len(prints), one, draft, list(gutters.values()))
        gutters |= {round(gutter / SAME_GUTTER): gutter for gutter in gutters_of(sheet.lines)}
        sheets.append(sheet)
        # The lines have it all; a thousand pages of glyphs would fill the memory.
        one.glyphs, page.glyphs, page.edges = [], [], []
        one.page = page
    return prints, sheets


def _require_text(prints: Sequence[Print], shown: str) -> None:
    """Raise ReadError where no page has text, with the reason."""
    if not prints:
        raise ReadError(f"{shown}: a PDF file without pages; get it again, it may be cut off")
    if any(one.has_text for one in prints):
        return
    count = _pages(len(prints))
    if any(one.unmapped for one in prints):
        raise ReadError(
            f"{shown}: {count}, its fonts do not say which characters they print; "
            "run OCR (ocrmypdf --force-ocr -l chi_sim in.pdf out.pdf)"
        )
    problem = next((one.page.problem for one in prints if one.page.problem), "")
    if problem:
        raise ReadError(f"{shown}: {count}, none can be read ({problem}); get the file again")
    if any(one.page.pictured >= PICTURED for one in prints):
        raise ReadError(f"{shown}: {count} of pictures, no text layer; {OCR}")
    raise ReadError(f"{shown}: {count} without text; if it shows a text, {OCR}")


def _pages(count: int) -> str:
    return f"{count} page" + "s" * (count != 1)


def _sheet(number: int, one: Print, draft: Draft, gutters: Sequence[float]) -> Sheet:
    """Return a page taken apart into tables and lines."""
    page = one.page
    edges = [] if one.downward else page.edges
    grids, rest, skipped = find_tables(edges, one.glyphs)
    if skipped:
        draft.note(f"page {number}: {skipped}")
    sheet = Sheet(
        number,
        page.width,
        page.height,
        find_lines(rest, [grid.box for grid in grids], gutters),
        grids,
    )
    sheet.cuts.extend(one.cuts)
    return sheet


def _note(draft: Draft, prints: Sequence[Print], opened: Opened) -> None:
    """Note what could not be read as it should, with the pages."""
    for line in (*_file_notes(opened, len(prints)), *_page_notes(prints)):
        draft.note(line)
    for what, condition in PECULIAR:
        pages = [number for number, one in enumerate(prints, 1) if condition(one)]
        if pages:
            draft.note(f"{what} on {_numbers(pages)}")
    restored = sum(one.restored for one in prints)
    if restored:
        draft.note(f"{restored} radicals and compatibility characters read as plain ones")


def _file_notes(opened: Opened, found: int) -> Iterator[str]:
    if opened.rebuilt:
        yield "the file's table of contents is damaged and was made anew; parts may be lost"
    if opened.declared_pages > found:
        yield f"{opened.declared_pages} pages declared, {found} found"
    if opened.budget.damaged:
        yield f"{opened.budget.damaged} compressed parts end too early; text may be lost"


def _page_notes(prints: Sequence[Print]) -> Iterator[str]:
    for number, one in enumerate(prints, 1):
        if one.page.problem:
            yield f"page {number} cannot be read to its end: {one.page.problem}"
        if one.unmapped:
            lost = "shown as U+FFFD" if one.has_text else "left out"
            yield f"page {number}: {one.unmapped} glyphs without a character, {lost}"


def _numbers(pages: Iterable[int]) -> str:
    """Return page numbers in words: pages 1–3, 7."""
    spans: list[list[int]] = []
    for page in pages:
        if spans and page == spans[-1][1] + 1:
            spans[-1][1] = page
        else:
            spans.append([page, page])
    listed = ", ".join(f"{a}–{b}" if b > a else str(a) for a, b in spans)
    return ("page " if len(spans) == 1 and spans[0][0] == spans[0][1] else "pages ") + listed


PDF = Format(name="PDF file", suffixes=(".pdf",), matches=is_pdf, read=read_pdf)
