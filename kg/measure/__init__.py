"""Targets to what they measure: indicators and base units that compare across documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from kg.measure.level import is_level
from kg.measure.normal import ALL, normal_form
from kg.measure.scheme import Match, broader, by_form, find, labels
from kg.measure.units import convert, ratio, unit_of
from kg.models import Measure, Target

__all__ = ["measure"]


def measure(targets: Iterable[Target], text: str = "") -> tuple[Measure | None, ...]:
    """Return what each target measures; None where it says no indicator.

    The indicator is the scheme's where its words, in their normal form, and its unit say so, else
    the normal form itself. `text`, into which the targets' offsets point, tells all that there are
    of a thing from those that are added. Whether a figure is a change or for each item stays with
    the target.
    """
    return tuple(_measure(target, text) if target.indicator else None for target in targets)


def _measure(target: Target, text: str) -> Measure:
    measured, factor = _indicator(target.indicator, target.unit, is_level(target, text))
    if factor is None:
        value, low, high = target.value, target.low, target.high
    else:
        value, low, high = (convert(x, factor) for x in (target.value, target.low, target.high))
    return replace(measured, value=value, low=low, high=high)


@lru_cache(maxsize=10_000)
def _indicator(words: str, unit: str, is_all: bool = False) -> tuple[Measure, Decimal | None]:
    """Return what words beside a unit measure, without figures, and the factor of these."""
    form = normal_form(words, unit)
    if is_all:
        return _all(form, unit)
    found = find(form, unit)
    return _curated(found) if found is not None else _found(form, unit)


def _all(form: str, unit: str) -> tuple[Measure, Decimal | None]:
    """Return the indicator of all that there are of a thing: 家庭农场 → 家庭农场总数."""
    found = find(form + ALL, unit)
    if found is not None:
        return _curated(found)
    one, factor = _indicator(form, unit)
    label = one.indicator + ALL
    kind = one.indicator if one.indicator in labels() else one.broader
    return replace(one, indicator=label, key=label, broader=kind), factor


def _curated(match: Match) -> tuple[Measure, Decimal | None]:
    label = match.concept.label
    measured = Measure(label, label, group=match.group, unit=match.unit)
    return measured, match.factor if match.factor != 1 else None


def _found(form: str, unit: str) -> tuple[Measure, Decimal | None]:
    kind = broader(form, unit)
    # The words of the scheme beside a unit that does not measure it, 投资 of 个; and words that
    # are of another kind in this unit: 新改造老旧小区 of 平方米 is an area.
    other = kind and broader(form, "") not in ("", kind)
    apart = other or form.upper() in by_form() or form in labels()
    label = f"{form}（{unit}）" if apart else form
    standard = unit_of(unit).standard
    factor = ratio(unit, standard)
    measured = Measure(label, label, broader=kind, unit=standard)
    return measured, factor if factor != 1 else None
