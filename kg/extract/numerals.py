"""Numerals to decimals: 6.72万 → 67200, 三十 → 30, 2—3 → 2 and 3."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache

# Bounded, for a row of digits without a unit is looked at from each of its digits.
ARABIC = r"\d{1,3}(?:，\d{3}){1,8}(?:\.\d{1,20})?|\d{1,24}+(?:\.\d{1,20}+)?"
CHINESE = "[一二三四五六七八九十百千两]{1,7}"
SMALL = "[零一二三四五六七八九十百千两]"
SPELT = f"[一二三四五六七八九十百千两]{SMALL}{{0,8}}"
# 六百四十三亿七千万, 一亿零五百万, 三万五千: with what is below the 亿 or the 万.
COMPOUND = f"{SMALL}{{1,9}}亿{SMALL}{{1,9}}万?|{SMALL}{{1,9}}万{SMALL}{{1,9}}"
POWER = "(?:万亿|百万|千万|亿|万|千|百)?"
DASH = "(?:[—\\-]{1,2}|至|到)"
POWERS = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7}
POWERS |= {"亿": 10**8, "万亿": 10**12}
MASKED = r"(?:\*{1,4}|[X×]{1,4}|[○〇]{2,4})"
DIGITS = {char: value for value, char in enumerate("一二三四五六七八九", 1)} | {"两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
DIGIT = "[一二三四五六七八九两]"
# 三, 十二, 二百三十, 一千二百; a row of digits: 一二. Not with a gap: 一百三, 一千三十.
COMPLETE = re.compile(
    f"{DIGIT}{{1,7}}|十{DIGIT}?|(?:(?:{DIGIT}千)?{DIGIT}百)?{DIGIT}十{DIGIT}?"
    f"|(?:{DIGIT}千)?{DIGIT}百|{DIGIT}千"
)
NUMBER = re.compile(rf"(?P<figure>{ARABIC}|{CHINESE}|{MASKED})(?P<power>{POWER})")


def decimal(figure: str, power: str = "") -> Decimal | None:
    """Return the value of a numeral with its power of ten, None where it is none or masked."""
    try:
        if figure[0].isdigit():
            return Decimal(figure.replace("，", "")) * POWERS[power]
        value = chinese(figure)
        return None if value is None else Decimal(value) * POWERS[power]
    except InvalidOperation:
        return None


@cache
def chinese(numeral: str) -> int | None:
    """Return the value of a Chinese numeral, None where it is none (十十)."""
    if COMPLETE.fullmatch(numeral):
        return _complete(numeral)
    if "亿" in numeral or "万" in numeral:
        return _compound(numeral)
    if numeral in UNITS or not re.fullmatch(SPELT, numeral):
        return None
    return spoken(numeral)


def _compound(numeral: str) -> int | None:
    """Return the value of a numeral with what is below its 亿 or 万, None where that is more."""
    head, mark, tail = numeral.rpartition("亿")
    if not mark:
        head, mark, tail = numeral.rpartition("万")
    power = POWERS[mark]
    upper = chinese(head)
    lower = chinese(tail.lstrip("零")) if not tail.endswith("万") else chinese(tail.strip("零万"))
    if upper is None or lower is None:
        return None
    lower *= POWERS["万"] if tail.endswith("万") else 1
    return upper * power + lower if lower < power else None


def _complete(numeral: str) -> int:
    """Return the value of a numeral that leaves nothing out, or of a row of digits."""
    if numeral[-1] in DIGITS and not UNITS.keys() & set(numeral):
        return int("".join(str(DIGITS[char]) for char in numeral))
    value = digit = 0
    for char in numeral:
        if char in UNITS:
            value += (digit or 1) * UNITS[char]
            digit = 0
        else:
            digit = DIGITS[char]
    return value + digit


def spoken(numeral: str) -> int | None:
    """Return the value of any numeral, also of one that leaves something out: 一千二, 百十.

    Its library takes longer to load than a document to read: only what is rare comes here.
    """
    import cn2an

    try:
        return int(cn2an.cn2an(numeral.replace("两", "二"), "smart"))
    except ValueError:
        return None
