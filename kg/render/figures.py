"""What the store says of a target to how a person would note it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal


def target_label(facts: Mapping[str, Sequence[str]], values: Mapping[str, str]) -> str:
    """Return a target as a person would note it: 等级幼儿园率 ≥93%（2017）.

    `values` are the words for the names of the ontology: AtLeast → ≥.
    """

    def first(prop: str) -> str:
        return next(iter(facts.get(prop, ())), "")

    low, high = amount(first("minValue")), amount(first("maxValue"))
    value = f"{low}–{high}" if low or high else amount(first("value"))
    sign = values.get(first("comparator"), "")
    due = f"（{first('due')}）" if first("due") else ""
    return f"{first('indicatorText')} {sign}{value}{first('unit')}{due}".strip()


def amount(number: str) -> str:
    """Return a number as texts write it: 20000000 as 2000万."""
    if not re.fullmatch(r"\d{5,}(\.0*)?", number):
        return number
    for power, name in ((8, "亿"), (4, "万")):
        short = Decimal(number).scaleb(-power).normalize()
        if short >= 1 and -int(short.as_tuple().exponent) <= 2:
            return f"{short:f}{name}"
    return number
