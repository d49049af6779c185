"""styles.xml to what a paragraph's style says about it: heading, numbering, hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from kg.read.word_package import Element, W

HEADING = re.compile(r"heading ([1-9])|标题 ?([1-9])")
TITLES = {"title", "标题"}
CONTENTS = re.compile(r"(?:toc|目录) ?\d", re.IGNORECASE)  # an entry of a table of contents
LONGEST_CHAIN = 50  # of styles based on one another; Word itself stops far earlier
BODY_TEXT = 9  # as an outline level: no heading


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says, or with None leaves to the one that it is based on."""

    name: str = ""
    based_on: str = ""
    number: str | None = None  # w:numId
    depth: int | None = None  # w:ilvl
    outline: int | None = None  # from 0; BODY_TEXT is none
    hidden: bool | None = None

    @property
    def level(self) -> int | None:
        """Return the level of the heading that it makes: 0 a title, from 1 a heading."""
        if self.name in TITLES:
            return 0
        if self.outline is not None:
            return self.outline + 1 if self.outline < BODY_TEXT else None
        heading = HEADING.fullmatch(self.name)
        return int(heading[1] or heading[2]) if heading else None

    @property
    def is_contents(self) -> bool:
        """Tell an entry of a table of contents."""
        return CONTENTS.match(self.name) is not None


class Styles:
    """The styles of a document, each with what it inherits."""

    def __init__(self, tree: Element | None) -> None:
        self._stated: dict[str, Style] = {}
        self._whole: dict[str, Style] = {}
        self._usual = ""
        for element in tree.iter(W + "style") if tree is not None else ():
            key = element.get(W + "styleId", "")
            self._stated[key] = _style(element)
            if element.get(W + "type") == "paragraph" and is_on(element.get(W + "default", "0")):
                self._usual = key

    def of(self, key: str | None) -> Style:
        """Return a style by its id; without one, the usual style of paragraphs."""
        key = self._usual if key is None else key
        if key not in self._whole:
            self._whole[key] = reduce(_inherit, self._chain(key), Style())
        return self._whole[key]

    def _chain(self, key: str) -> list[Style]:
        keys: dict[str, None] = {}
        while key in self._stated and key not in keys and len(keys) < LONGEST_CHAIN:
            keys[key] = None
            key = self._stated[key].based_on
        return [self._stated[key] for key in keys]


def _inherit(style: Style, base: Style) -> Style:
    return Style(
        name=style.name or base.name,
        number=base.number if style.number is None else style.number,
        depth=base.depth if style.depth is None else style.depth,
        outline=base.outline if style.outline is None else style.outline,
        hidden=base.hidden if style.hidden is None else style.hidden,
    )


def _style(element: Element) -> Style:
    name = value(element, "name") or ""
    paragraph, run = element.find(W + "pPr"), element.find(W + "rPr")
    number, depth = numbering(paragraph)
    return Style(
        name=name.strip().lower(),
        based_on=value(element, "basedOn") or "",
        number=number,
        depth=depth,
        outline=outline(paragraph),
        hidden=hidden(run),
    )


def numbering(properties: Element | None) -> tuple[str | None, int | None]:
    """Return the numbering that a paragraph's properties name, and the level in it."""
    stated = properties.find(W + "numPr") if properties is not None else None
    if stated is None:
        return None, None
    return value(stated, "numId"), number(value(stated, "ilvl"))


def outline(properties: Element | None) -> int | None:
    """Return the outline level that a paragraph's properties state."""
    return number(value(properties, "outlineLvl"))


def hidden(properties: Element | None) -> bool | None:
    """Tell whether a run's properties hide it; None where they do not say."""
    stated = properties.find(W + "vanish") if properties is not None else None
    return None if stated is None else is_on(stated.get(W + "val", "1"))


def value(element: Element | None, name: str) -> str | None:
    """Return the value of a property."""
    found = element.find(W + name) if element is not None else None
    return found.get(W + "val") if found is not None else None


def number(stated: str | None) -> int | None:
    """Return a whole number, None where none is stated."""
    if stated is None or not re.fullmatch(r"-?[0-9]{1,9}", stated):
        return None
    return int(stated)


def is_on(stated: str) -> bool:
    """Tell a switch that is on."""
    return stated not in {"0", "false", "off"}
