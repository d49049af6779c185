"""A normal form to the indicator of the published scheme that it is, or is a kind of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from kg.measure.normal import counted, less_special, normal_form, without
from kg.measure.units import MONEY, POINTS, ratio
from kg.vocabulary import Concept, indicators


@dataclass(frozen=True, slots=True)
class Match:
    """An indicator of the scheme, for whom alone, and by what figures are multiplied."""

    concept: Concept
    unit: str
    factor: Decimal
    group: str = ""


@cache
def by_form() -> dict[str, Concept]:
    """Return the scheme by the normal form of every name, in capital letters."""
    return {
        normal_form(name, concept.unit).upper(): concept
        for concept in indicators()
        for name in (concept.label, *concept.names)
    }


@cache
def labels() -> frozenset[str]:
    """Return the labels that only the scheme's own indicators may bear."""
    return frozenset(concept.label for concept in indicators())


def find(form: str, unit: str) -> Match | None:
    """Return the indicator that a form names beside a figure of that unit."""
    found = _exact(form, unit)
    if found is not None:
        return found
    for group, rest in without(form, "group"):
        found = _exact(rest, unit)
        if found is not None:
            return Match(found.concept, found.unit, found.factor, group)
    return None


def _exact(form: str, unit: str) -> Match | None:
    for name in (form, counted(form, unit)):
        concept = by_form().get(name.upper())
        found = _fitting(concept, unit) if concept is not None else None
        if found is not None:
            return found
    return None


def _fitting(concept: Concept, unit: str) -> Match | None:
    """Return the concept with how its unit is reached from this one, if it measures the same."""
    if unit in POINTS and concept.measure != "Amount":
        return Match(concept, "个百分点", Decimal(1))
    if unit in concept.equivalents:
        return Match(concept, concept.unit, Decimal(1))
    # Without a unit, and in another currency, the figure stays as it is.
    if concept.measure == "Amount" and (not unit or {unit, concept.unit} <= MONEY):
        return Match(concept, unit, Decimal(1))
    factor = ratio(unit, concept.unit)
    return Match(concept, concept.unit, factor) if factor is not None else None


def broader(form: str, unit: str) -> str:
    """Return the label of the indicator that a form is certainly a kind of, "" if there is none."""
    less = [rest for rest in less_special(form, unit) if 2 <= len(rest) < len(form)]
    found = (find(rest, unit) for rest in less)
    nearest = next((match for match in found if match is not None and not match.group), None)
    if nearest is not None:
        return nearest.concept.label
    return next(filter(None, (broader(rest, unit) for rest in less)), "")
