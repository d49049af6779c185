"""numbering.xml to the numbers that Word writes in front of paragraphs: 一、 （一） 1."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from kg.read.word_package import Element, W
from kg.read.word_styles import Styles, number, value
from kg.vocabulary import rows

LEVELS = 9
LONGEST_LABEL = 255  # as Word has it
PLACE = re.compile(r"%([1-9])")
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
HIGHEST = 9999  # what counts on further is written in digits
DASHES = set("-–—―－─")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    format: str = "decimal"
    text: str = ""  # 第%1章
    gap: str = "tab"  # what stands behind the number: tab, space, nothing
    restarts_after: int | None = None  # the level, from 1, behind which it begins anew; 0 is none
    in_digits: bool = False  # w:isLgl
    style: str = ""  # the paragraphs of this style stand on this level


@dataclass(frozen=True, slots=True)
class Label:
    """The number of a paragraph, as Word shows it."""

    text: str
    gap: str


NO_LABEL = Label("", "nothing")


@dataclass(frozen=True, slots=True)
class _List:
    """A w:num: which counters it counts on, how, and which levels it begins anew."""

    counters: str
    levels: tuple[Level, ...]
    begins_anew: frozenset[int]


class Numbering:
    """The lists of a document. Has state: each label asked for counts on."""

    def __init__(self, tree: Element | None, styles: Styles) -> None:
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        self._styles = styles
        self._bases = _by_id(tree, "abstractNum", "abstractNumId")
        self._stated = _by_id(tree, "num", "numId")
        self._lists: dict[str, _List | None] = {}

    def label(self, key: str | None, depth: int) -> Label:
        """Return the label of the next paragraph of a list; empty where it has none."""
        one = self._list(key)
        if one is None or key is None or not 0 <= depth < LEVELS:
            return NO_LABEL
        counts = self._counts.setdefault(one.counters, {})
        if key not in self._begun:
            self._begun.add(key)
            for level in one.begins_anew:
                counts.pop(level, None)
        counts[depth] = counts[depth] + 1 if depth in counts else one.levels[depth].start
        for below in range(depth + 1, LEVELS):
            if _restarts(one.levels[below], depth):
                counts.pop(below, None)
        return Label(_written(one.levels, depth, counts), one.levels[depth].gap)

    def depth_of_style(self, key: str | None, style: str) -> int | None:
        """Return on which level of a list the paragraphs of a style stand."""
        one = self._list(key)
        levels = one.levels if one is not None else ()
        return next((at for at, level in enumerate(levels) if style and level.style == style), None)

    def _list(self, key: str | None) -> _List | None:
        """Return a list by its id; read when it is first asked for: files state many unused."""
        if key is None or key not in self._stated:
            return None
        if key not in self._lists:
            one = self._stated[key]
            counters = _counters(one, self._bases, self._stated, self._styles)
            base = self._bases.get(counters)
            self._lists[key] = _read_list(one, counters, base) if base is not None else None
        return self._lists[key]


def _restarts(level: Level, depth: int) -> bool:
    return level.restarts_after is None or depth < level.restarts_after


def _written(levels: tuple[Level, ...], depth: int, counts: dict[int, int]) -> str:
    level = levels[depth]
    if level.format == "bullet":
        return _bullet(level.text)

    def part(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        count = counts.get(at, levels[at].start)
        return write_number(count, "decimal" if level.in_digits else levels[at].format)

    return PLACE.sub(part, level.text)


def _bullet(text: str) -> str:
    """Return a bullet where it is a dash, as in ——发展韧性增强: the others say nothing."""
    return text if text and set(text) <= DASHES else ""


def write_number(count: int, format_: str) -> str:
    """Write a number as a format of Word's has it: 3 in chineseCounting is 三."""
    if format_ == "none":
        return ""
    if format_ == "decimalZero":
        return f"{count:02d}"
    system, form = _formats().get(format_, ("", ""))
    if not system or not 0 < count <= HIGHEST:
        return str(count)
    return SYSTEMS[system](count, form)


@cache
def _formats() -> dict[str, tuple[str, str]]:
    return {row["format"]: (row["system"], row["in"]) for row in rows("word_numbers.tsv")}


def _counted(count: int, form: str) -> str:
    import cn2an

    return str(cn2an.an2cn(count, form))


def _digitwise(count: int, digits: str) -> str:
    return "".join(digits[int(digit)] for digit in str(count))


def _listed(count: int, characters: str) -> str:
    return characters[count - 1] if count <= len(characters) else str(count)


def _letters(count: int, form: str) -> str:
    times, at = divmod(count - 1, 26)
    letter = chr(ord("a") + at) * (times + 1)
    return letter.upper() if form == "upper" else letter


def _roman(count: int, form: str) -> str:
    written = ""
    for worth, letters in ROMAN:
        times, count = divmod(count, worth)
        written += letters * times
    return written.upper() if form == "upper" else written


SYSTEMS: dict[str, Callable[[int, str], str]] = {
    "counted": _counted,
    "financial": _counted,
    "digitwise": _digitwise,
    "listed": _listed,
    "letters": _letters,
    "roman": _roman,
}


# -- the file ----------------------------------------------------------------------------------


def _by_id(tree: Element | None, name: str, key: str) -> dict[str, Element]:
    found = tree.iter(W + name) if tree is not None else ()
    return {one.get(W + key, ""): one for one in found}


def _read_list(one: Element, counters: str, base: Element) -> _List:
    levels = _levels(base)
    anew = set()
    for override in one.iter(W + "lvlOverride"):
        at = number(override.get(W + "ilvl"))
        if at is None or not 0 <= at < LEVELS:
            continue
        stated = override.find(W + "lvl")
        levels[at] = _level(stated) if stated is not None else levels[at]
        start = number(value(override, "startOverride"))
        if start is not None:
            levels[at] = replace(levels[at], start=start)
            anew.add(at)
    return _List(counters, tuple(levels), frozenset(anew))


def _counters(
    one: Element, bases: dict[str, Element], lists: dict[str, Element], styles: Styles
) -> str:
    """Return which abstract list a list is of; one that only names a style is that style's."""
    counters = value(one, "abstractNumId") or ""
    base = bases.get(counters)
    style = value(base, "numStyleLink")
    if style is None:
        return counters
    meant = lists.get(styles.of(style).number or "")
    return value(meant, "abstractNumId") or counters


def _levels(base: Element) -> list[Level]:
    levels = [Level()] * LEVELS
    for element in base.iter(W + "lvl"):
        at = number(element.get(W + "ilvl"))
        if at is not None and 0 <= at < LEVELS:
            levels[at] = _level(element)
    return levels


def _level(element: Element) -> Level:
    legal = element.find(W + "isLgl")
    start = number(value(element, "start"))
    formats = [one.get(W + "val", "decimal") for one in element.iter(W + "numFmt")]
    return Level(
        start=0 if start is None else start,
        # Of a format of its own Word also states the nearest usual one, for older versions.
        format=next((one for one in formats if one != "custom"), "decimal"),
        text=(value(element, "lvlText") or "")[:LONGEST_LABEL],
        gap=value(element, "suff") or "tab",
        restarts_after=number(value(element, "lvlRestart")),
        in_digits=legal is not None and legal.get(W + "val", "1") not in {"0", "false", "off"},
        style=value(element, "pStyle") or "",
    )
