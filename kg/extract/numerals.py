"""Numerals to decimals: 6.72万 → 67200, 三十 → 30, 2—3 → 2 and 3."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache

# Bounded, for a row of digits without a unit is looked at from each of its digits.
ARABIC = r"\d{1,3}(?:，\d{3}){1,8}(?:\.\d{1,20})?|\d{1,24}+(?:\.\d{1,20}+)?"
CHINESE = "[一二三四五六七八九十百千两]{1,7}"
POWER = "(?:万亿|百万|千万|亿|万|千|百)?"
DASH = "(?:[—\\-]{1,2}|至|到)"
POWERS = {"": 1, "百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7}
POWERS |= {"亿": 10**8, "万亿": 10**12}
MASKED = r"(?:\*{1,4}|[X×]{1,4}|[○〇]{2,4})"
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
    """Return the value of a Chinese numeral, None where it is none (一二)."""
    import cn2an

    if not re.fullmatch(CHINESE, numeral):
        return None
    try:
        return int(cn2an.cn2an(numeral.replace("两", "二"), "smart"))
    except ValueError:
        return None
