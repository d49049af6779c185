"""Lists of a web page to the numbers that a browser puts before their items."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from kg.vocabulary import rows

STYLE = re.compile(r"list-style(?:-type)?:([^;]+)")
DIGITS = "零一二三四五六七八九"
ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
HIGHEST = 3999  # what Roman and Chinese numerals are written for here


class Numbering:
    """The numbers of one list, counted on from item to item."""

    def __init__(self, style: str, start: int, step: int) -> None:
        self._template, self._digits = styles()[style]
        self._next, self._step = start, step

    def marker(self, item: Any) -> str:
        """Return what stands before the next item."""
        number = whole(item.get("value"), self._next)
        self._next = number + self._step
        return self._template.format(numeral(number, self._digits))


@cache
def styles() -> dict[str, tuple[str, str]]:
    """Return how each style of list writes its marker, and its number."""
    table = rows("html_list_styles.tsv")
    return {row["style"]: (row["marker"], row["digits"]) for row in table}


def numbering_of(list_: Any) -> Numbering | None:
    """Return the numbering of a list; None where its items have none."""
    if list_.tag != "ol":
        return None
    style = _style(list_)
    if style is None:
        return None
    backwards = list_.get("reversed") is not None
    first = sum(child.tag == "li" for child in list_) if backwards else 1
    return Numbering(style, whole(list_.get("start"), first), -1 if backwards else 1)


def _style(list_: Any) -> str | None:
    """Return the style of a numbered list; None where the page takes the numbers away."""
    known = styles()
    stated = " ".join(list_.get("style", "").lower().split())
    named = STYLE.search(stated.replace(" :", ":"))
    asked = named[1].split() if named is not None else []
    if "none" in asked:
        return None
    classes = list_.get("class", "").split()
    return next((name for name in (*classes, *asked, list_.get("type", "")) if name in known), "1")


def whole(text: str | None, otherwise: int) -> int:
    """Return the whole number that an attribute holds."""
    found = re.fullmatch(r"\s*([+-]?\d{1,6})\s*", text or "")
    return int(found[1]) if found is not None else otherwise


def numeral(number: int, digits: str) -> str:
    """Write a number in letters, Roman or Chinese numerals."""
    if digits == "decimal" or not 0 < number <= HIGHEST:
        return str(number)
    if digits in ("lower", "upper"):
        letters = _letters(number)
        return letters.upper() if digits == "upper" else letters
    if digits in ("roman", "Roman"):
        return _roman(number).upper() if digits == "Roman" else _roman(number)
    return _chinese(number)


def _letters(number: int) -> str:
    more, last = divmod(number - 1, 26)
    return (_letters(more) if more else "") + chr(ord("a") + last)


def _roman(number: int) -> str:
    written = ""
    for value, letters in ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _chinese(number: int) -> str:
    """Write a number as headings do: 十二, 二十, 一百零三."""
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            written += ("零" if gap else "") + DIGITS[digit] + name
        gap = bool(written) and not digit
    return written[1:] if written.startswith("一十") else written
