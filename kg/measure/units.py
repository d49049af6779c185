"""Figures to base units: what measures the same compares, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache

from kg.vocabulary import rows

SHARES = frozenset(("%", "‰", "成", "倍"))
POINTS = frozenset(("个百分点", "百分点"))
MONEY = frozenset(("元", "美元"))
# No figure of a text has as many digits; the default of 28 would round longer ones.
EXACT = Context(prec=400)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with what it measures: figures of units with the same base can be converted."""

    name: str
    base: str
    factor: Decimal  # a figure times this is in the base unit
    standard: str  # the unit to which it is converted where nothing else is asked for
    counted: str  # the noun that it counts: 面积, 户数


@cache
def _units() -> dict[str, Unit]:
    return {
        row["unit"]: Unit(
            row["unit"], row["base"], Decimal(row["factor"]), row["standard"], row["counted"]
        )
        for row in rows("base_units.tsv")
    }


def unit_of(name: str) -> Unit:
    """Return what is known of a unit; an unlisted one is its own base."""
    return _units().get(name) or Unit(name, name, Decimal(1), name, "")


@cache
def ratio(source: str, target: str) -> Decimal | None:
    """Return by what a figure is multiplied to be in another unit; None where none is exact."""
    one, other = unit_of(source), unit_of(target)
    if one.base != other.base:
        return None
    quotient = Fraction(one.factor) / Fraction(other.factor)
    rest = quotient.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return EXACT.divide(quotient.numerator, quotient.denominator) if rest == 1 else None


def convert(value: Decimal | None, factor: Decimal) -> Decimal | None:
    """Return a figure times a factor, exactly; what is unknown stays unknown."""
    return None if value is None else EXACT.multiply(value, factor)
