"""The glyphs of a page to those that carry its text, upright and in Unicode."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from kg.read.pdf_ink import SKEWED, Edge, Glyph, Page
from kg.vocabulary import rows

UNMAPPED = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
# Kangxi radicals, compatibility ideographs, forms for vertical writing, ligatures.
COMPATIBLE = re.compile("[\u2f00-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f\ufb00-\ufb06]")
VERTICAL_FORM = re.compile("[\ufe10-\ufe19\ufe30-\ufe44\ufe47\ufe48]")
FULL_WIDTH = str.maketrans(",:;!?(){}[]_", "，：；！？（）｛｝［］＿")
# What GB/T 15834 has stand for quotation marks in vertical writing.
QUOTES = {"\ufe41": "‘", "\ufe42": "’", "\ufe43": "“", "\ufe44": "”"}
LOST = "\ufffd"
PICTURED = 0.5  # of a page: its picture is a scan
UNREADABLE = 0.5  # of a page's glyphs, how many may have no character
SAME_PLACE = 0.25  # of its size, how near a glyph printed twice stands to itself
LEAST_STEPS = 20  # from glyph to glyph, before a page is taken for one written downwards
SMALLEST = 2.5  # points: nobody is meant to read what is smaller


@dataclass(slots=True)
class Print:
    """A page's glyphs that are text, and what was done to get them."""

    page: Page
    glyphs: list[Glyph]
    has_text: bool = False
    empty: bool = False  # nothing was printed on it, not even invisibly
    downward: bool = False  # it was written from top to bottom
    layer: bool = False  # its text is the invisible one over a scan
    unmapped: int = 0  # glyphs without a character
    restored: int = 0  # radicals and compatibility forms written as plain characters
    cuts: list[tuple[str, str]] = field(default_factory=list)  # text and rule


def readable(page: Page) -> Print:
    """Return the glyphs of a page to be read, in the direction in which they are to be read."""
    found = Print(page, [glyph for glyph in page.glyphs if glyph.size > 0])
    _drop_hidden(found)
    _turn_upright(found)
    if _runs_down([glyph for glyph in found.glyphs if glyph.turn == 0]):
        found.downward = True
        _lay_down(found)
    _drop(found, "pdf.rotated", lambda glyph: glyph.turn != 0)
    _drop(found, "pdf.outside", lambda glyph: _is_outside(glyph, found.page))
    _drop(found, "pdf.tiny", lambda glyph: glyph.size < SMALLEST)
    found.glyphs = _once(found.glyphs)
    _name_characters(found)
    found.empty = not page.glyphs
    found.has_text = any(not glyph.text.isspace() for glyph in found.glyphs)
    return found


def _drop(found: Print, rule: str, condition: Callable[[Glyph], bool]) -> None:
    dropped = [glyph for glyph in found.glyphs if condition(glyph)]
    if dropped:
        found.cuts.append(("".join(glyph.text for glyph in dropped), rule))
        found.glyphs = [glyph for glyph in found.glyphs if not condition(glyph)]


def _drop_hidden(found: Print) -> None:
    """Drop invisible text, except where it is what a scan says."""
    hidden = sum(glyph.hidden and not glyph.text.isspace() for glyph in found.glyphs)
    if hidden and (found.page.pictured >= PICTURED):
        found.layer = True
    elif hidden:
        _drop(found, "pdf.invisible", lambda glyph: glyph.hidden)


def _turn_upright(found: Print) -> None:
    """Turn a page whose text runs sideways or upside down."""
    turns = Counter(glyph.turn for glyph in found.glyphs if not glyph.text.isspace())
    turn = turns.most_common(1)[0][0] if turns else 0
    if turn in (90, 180, 270):
        for _ in range((360 - turn) // 90):
            _quarter(found)


def _quarter(found: Print) -> None:
    """Turn a page by a quarter to the left."""
    width = found.page.width
    found.glyphs = [
        replace(
            glyph,
            x0=glyph.top, top=width - glyph.x1, x1=glyph.bottom, bottom=width - glyph.x0,
            turn=SKEWED if glyph.turn == SKEWED else (glyph.turn + 90) % 360,
        )
        for glyph in found.glyphs
    ]  # fmt: skip
    edges = [Edge(e.top, width - e.x1, e.bottom, width - e.x0) for e in found.page.edges]
    found.page = replace(found.page, width=found.page.height, height=width, edges=edges)


def _runs_down(glyphs: list[Glyph]) -> bool:
    """Tell a page written in columns from top to bottom: by its font, or glyph under glyph."""
    if glyphs and sum(glyph.down for glyph in glyphs) * 2 > len(glyphs):
        return True
    across = down = 0
    for before, after in zip(glyphs, glyphs[1:], strict=False):
        size = before.size
        dx, dy = after.x0 - before.x0, after.top - before.top
        across += abs(dy) < size * 0.2 and 0 < dx < size * 1.6
        down += abs(dx) < size * 0.2 and size * 0.6 < dy < size * 1.6
    return down > across and down >= LEAST_STEPS


def _lay_down(found: Print) -> None:
    """Turn columns into lines: the rightmost column is the first line.

    Chinese glyphs stand upright in a column, Latin letters and digits lie on their side.
    """
    _quarter(found)
    found.glyphs = [replace(glyph, turn=0) if glyph.turn == 90 else glyph for glyph in found.glyphs]


def _is_outside(glyph: Glyph, page: Page) -> bool:
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
    return not (0 <= x <= page.width and 0 <= y <= page.height)


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    """Return each glyph once: bold print is often the same glyph printed twice, a little apart."""
    kept: list[Glyph] = []
    places: dict[tuple[str, int, int], list[Glyph]] = {}
    for glyph in glyphs:
        cell = max(glyph.size, 1.0)
        column, row = int(glyph.x0 // cell), int(glyph.top // cell)
        near = (
            other
            for at in range(column - 1, column + 2)
            for line in range(row - 1, row + 2)
            for other in places.get((glyph.text, at, line), ())
        )
        if not any(_is_same_place(glyph, other) for other in near):
            places.setdefault((glyph.text, column, row), []).append(glyph)
            kept.append(glyph)
    return kept


def _is_same_place(one: Glyph, other: Glyph) -> bool:
    reach = one.size * SAME_PLACE
    width = (one.x1 - one.x0) * 0.5
    return abs(one.x0 - other.x0) < min(reach, width) and abs(one.top - other.top) < reach


def _name_characters(found: Print) -> None:
    """Give each glyph its plain character; count those that have none."""
    inked = sum(not glyph.text.isspace() for glyph in found.glyphs)
    named = []
    for glyph in found.glyphs:
        text = plain(glyph.text)
        found.unmapped += LOST in text
        found.restored += text != glyph.text and LOST not in text
        named.append(glyph if text == glyph.text else replace(glyph, text=text))
    found.glyphs = named
    if found.unmapped > inked * UNREADABLE:
        found.cuts.append(("".join(glyph.text for glyph in named), "pdf.unmapped"))
        found.glyphs = []


def plain(text: str) -> str:
    """Return a glyph's text in plain characters: ⼀ → 一, ⻓ → 长, ﬁ → fi, ︵ → （."""
    if text.isascii() and not text.startswith("("):
        return text
    text = UNMAPPED.sub(LOST, text)
    # Before NFKC, which knows but traditional forms: ⼾ → 戶.
    text = "".join(misnamed().get(char, char) for char in text)
    text = COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return VERTICAL_FORM.sub(lambda found: _set_across(found[0]), text)


def _set_across(form: str) -> str:
    """Return the character that a form for vertical writing stands for: ︵ → （, ︱ → —."""
    if form in "\ufe30\ufe19":
        return "…"
    if form in "\ufe31\ufe32":
        return "—"
    if form in QUOTES:
        return QUOTES[form]
    return unicodedata.normalize("NFKC", form).translate(FULL_WIDTH)


@cache
def misnamed() -> dict[str, str]:
    """Return the characters that are meant by others which share their glyph in fonts."""
    return {row["glyph"]: row["character"] for row in rows("misnamed_glyphs.tsv")}
