"""Targets to what they measure: indicators and base units that compare across documents."""

from __future__ import annotations

from collections.abc import Iterable

from kg.models import Measure, Target


def measure(targets: Iterable[Target]) -> tuple[Measure | None, ...]:
    """Return what each target measures; None where it says no indicator."""
    return tuple(_measure(target) if target.indicator else None for target in targets)


def _measure(target: Target) -> Measure:
    return Measure(
        indicator=target.indicator,
        key=target.indicator,
        unit=target.unit,
        value=target.value,
        low=target.low,
        high=target.high,
    )
