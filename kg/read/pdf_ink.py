"""What is printed on a PDF page: glyphs, ruled lines, pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

SKEWED = -1  # the direction of what runs neither along nor across the page
LONG = 6.0  # points: what is shorter rules no cell
MOST_GLYPHS = 3_000_000  # in a document: some 5,000 full pages


class OverLimit(Exception):
    """A document takes more than it is allowed: what, in words for its reader."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character where it is printed; y runs down from the top of the page."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    font: str
    turn: int = 0  # degrees that it is turned to the left, or SKEWED
    down: bool = False  # of a font that runs from top to bottom
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A ruled line across or down the page: from (x0, top) to (x1, bottom)."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(slots=True)
class Page:
    """What is printed on a page."""

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    pictured: float = 0.0  # what share of the page its largest picture covers
    problem: str = ""  # why there is no more on it


@dataclass(slots=True)
class Budget:
    """What is left of the limits that a document has to keep."""

    expanded: int  # bytes that compressed parts may still unpack to
    glyphs: int = MOST_GLYPHS
    damaged: int = 0  # compressed parts that end too early

    def spend_expanded(self, count: int) -> None:
        """Take bytes off; raise OverLimit where that is too much."""
        self.expanded -= count
        if self.expanded < 0:
            raise OverLimit("unpacks to more than is allowed; --unpack-limit allows more")

    def spend_glyph(self) -> None:
        """Take a glyph off; raise OverLimit where that is too much."""
        self.glyphs -= 1
        if self.glyphs < 0:
            raise OverLimit(f"more than {MOST_GLYPHS} characters; split it")
