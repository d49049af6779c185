"""The fields of a correction (`value=500; unit=个`) to what they change in a fact."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from kg.correct.references import fields_of

COMPARATORS = {
    **{name: name for name in ("Exactly", "AtLeast", "AtMost", "About", "Between")},
    "=": "Exactly",
    "≥": "AtLeast",
    "≤": "AtMost",
    "≈": "About",
}
YES_NO = {"yes": True, "no": False, "是": True, "否": False, "true": True, "false": False}
STANCES = ("cites", "implements", "plansToIssue", "revises", "promulgates")
_POWERS = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_MOMENT = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_DURATION = re.compile(r"P\d{1,3}[DWMY]")

Changes = dict[str, Any]


def day_of(text: str) -> str:
    """Return a day as ISO 8601, also where a spreadsheet has written it anew: 2022/3/5."""
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T][\d:]+)?", text.strip())
    if parts is None:
        raise ValueError(f"{text!r} is no day; write 2022-03-05")
    return datetime.date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat()


def changes_of(fact: str, text: str) -> Changes:
    """Return what a correction's value sets in a fact; raise ValueError where it cannot be read.

    A reference to an agency or a document stays a text, under its name.
    """
    known = FIELDS[fact]
    changes: Changes = {}
    for name, value in fields_of(text, known).items():
        try:
            changes |= known[name](value)
        except (ValueError, KeyError, InvalidOperation) as error:
            reason = str(error) if type(error) is ValueError else f"{value!r} is not understood"
            raise ValueError(f"{name}: {reason}") from error
    return _in_order(changes) if fact == "target" else changes


def _in_order(changes: Changes) -> Changes:
    """Make figures fit together: a range has two ends, a figure none."""
    if "low" in changes or "high" in changes:
        if "value" in changes or not {"low", "high"} <= changes.keys():
            raise ValueError("min and max: give both, and no value")
        if changes["low"] > changes["high"]:
            raise ValueError("min: more than max")
        return {**changes, "value": None, "masked": False, "comparator": "Between"}
    if "value" in changes:
        return {"low": None, "high": None, "masked": False, **changes}
    return changes


def _figure(text: str) -> Decimal:
    power = _POWERS.get(text[-1:], Decimal(1))
    figure = Decimal(text.rstrip("万亿").replace(",", "").strip()) * power
    if not figure.is_finite() or abs(figure.adjusted()) > 30:
        raise ValueError(f"{text!r} is no figure")
    return figure


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise ValueError(f"{text!r}; write 2022, 2022-06 or 2022-06-30")
    datetime.date.fromisoformat(f"{text}-01-01"[:10])
    return text


def _due(text: str) -> Changes:
    return {"due": _moment(text), "due_basis": "Stated"} if text else {"due": "", "due_basis": None}


def _duration(text: str) -> str:
    if text and not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r}; write P1W, P1M, P3M, P1Y")
    return text


def _one_of(*allowed: str) -> Callable[[str], str]:
    def choose(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text!r}; known: {', '.join(allowed)}")
        return text

    return choose


def _said(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


FIELDS: dict[str, dict[str, Callable[[str], Changes]]] = {
    "target": {
        "indicator": lambda text: {"indicator": _said(text)},
        "value": lambda text: {"value": _figure(text)},
        "min": lambda text: {"low": _figure(text)},
        "max": lambda text: {"high": _figure(text)},
        "unit": lambda text: {"unit": text},
        "comparator": lambda text: {"comparator": COMPARATORS[text]},
        "due": _due,
        "recurrence": lambda text: {"recurrence": _duration(text)},
        "modality": lambda text: {"modality": _one_of("Ensure", "Plan", "Strive")(text)},
        "change": lambda text: {"is_change": YES_NO[text]},
        "each": lambda text: {"per_item": YES_NO[text]},
    },
    "responsibility": {
        "agency": lambda text: {"agency": _said(text)},
        "role": lambda text: {"role": _one_of("Lead", "Support")(text)},
    },
    "citation": {
        "document": lambda text: {"document": _said(text)},
        "stance": lambda text: {"stance": _one_of(*STANCES)(text)},
    },
    "deadline": {"due": lambda text: {"due": _moment(text)}},
}
# What a fact that is missing must at least say.
NEEDED = {
    "target": ("indicator", "unit"),
    "responsibility": ("agency", "role"),
    "citation": ("document",),
    "deadline": ("due",),
}
