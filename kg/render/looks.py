"""Entities to what stands on the canvas for them: a label in lines, a shape, and its size."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.render.room import Box
from kg.render.subgraph import CITED, HELD, Facts

SHAPES = {
    HELD: "square",
    CITED: "square",
    "Agency": "dot",
    "Program": "diamond",
    "Region": "triangle",
    "Task": "square",
    "Target": "star",
}
TITLE_FONT = 28  # of a document's title, in the picture's own units
CARDS = 48  # documents drawn as cards; beyond that, what they share comes to the fore

_KEPT = re.compile(
    r"[0-9A-Za-z][0-9A-Za-z.]|—.|[“（《〈〔].|.[”）》〉〕、，。：；年…—]"
)  # not broken


@dataclass(frozen=True, slots=True)
class Scale:
    """What sizes depend on: the whole scene, and the best connected node in it."""

    emphasis: float
    documents: int
    most: int

    def share(self, degree: int) -> float:
        """Return 0 for what one document names, up to 1 for what most documents name."""
        return 0.0 if degree < 2 else math.sqrt((degree - 1) / (self.most - 1))


@dataclass(frozen=True, slots=True)
class Look:
    """How a node is drawn, and the room that it takes with its label."""

    label: str
    shape: str
    font: int
    size: int
    box: Box


def plain_look(group: str, label: str) -> Look:
    """Return the look of what a reader adds to a picture."""
    if group == HELD:
        return dotted(_wrap(label, 12, 2), "square", 14, 10)
    return dotted(_wrap(label, 12 if group == "Target" else 9, 2), SHAPES[group], 14, 7)


def shared_look(group: str, label: str, share: float, scale: Scale) -> Look:
    """Return the look of what several documents name, or what was asked for: bigger for more."""
    font = round((16 + 12 * share) * scale.emphasis)
    if group == CITED:
        return _boxed(_wrap(label, 10, 2), max(14, font - 4))
    size = round((10 + 8 * share) * scale.emphasis)
    return dotted(_wrap(label, 12 if group == "Target" else 9, 2), SHAPES[group], font, size)


def card(title: str, facts: Facts, scale: Scale) -> Look:
    """Return a document as a card: its title, who issued it and when."""
    lines = [*_wrap(title, 12, 3), *_imprint(title, facts)]
    return _boxed(lines, round(TITLE_FONT * scale.emphasis))


def _imprint(title: str, facts: Facts) -> list[str]:
    """Return who issued a document and when, without what its title says already."""
    issuers = [name for name in facts.get("issuedBy", [])[:1] if not title.startswith(name)]
    parts = [*issuers, *facts.get("issued", [])[:1]]
    if sum(map(len, parts)) <= 18:
        return [" ".join(parts)] if parts else []
    return [line for part in parts for line in _wrap(part, 14, 2)]


def dotted(lines: Sequence[str], shape: str, font: int, size: int) -> Look:
    """Return the look of a shape with its label below."""
    below = len(lines) * font * 0.58 + 2
    box = Box(max(map(len, lines)) * font / 2 + 4, size + below, below)
    return Look("\n".join(lines), shape, font, size, box)


def _boxed(lines: Sequence[str], font: int) -> Look:
    wide = max(map(len, lines)) * font / 2 + 12
    return Look("\n".join(lines), "box", font, font, Box(wide, len(lines) * font * 0.6 + 10))


def _wrap(label: str, width: int, most: int) -> list[str]:
    """Return the label in lines of about equal length, shortened where it is too long."""
    text = " ".join(label.split()) or "–"
    if len(text) > width * most:
        text = text[: width * most - 1] + "…"
    lines = []
    for left in range(-(-len(text) // width), 0, -1):
        at = _break_near(text, -(-len(text) // left))
        lines.append(text[:at])
        text = text[at:]
    return [line for line in lines if line]


def _break_near(text: str, at: int) -> int:
    """Return the place nearest to `at` where a line may end: not in 2017, not before ” or 》."""
    if at >= len(text):
        return len(text)
    allowed = (at + step for step in (0, 1, -1, 2, -2, 3, -3))
    return next((i for i in allowed if 0 < i < len(text) and not _KEPT.match(text, i - 1)), at)
