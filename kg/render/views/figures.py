"""A target to what a cell of a picture says of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kg.page.words import Pair, pair
from kg.render.marked import UNSEEN
from kg.reports.planned import Planned, amount

# 120000个 is read as 12万个; what would need many decimals stays as it is.
_MYRIADS = ((Decimal(10**8), "亿"), (Decimal(10**4), "万"))
_DECIMALS = 2
MASKED = "▒"


def figure(target: Planned) -> str:
    """Return what is promised, as short as the text says it: ≥93%, +120个, 12万个, ▒个."""
    low, high, unit = target.written
    if target.masked or low is None or high is None:
        return shown(f"{MASKED}{unit}")
    return shown(amount(_short(replace(target, low=low, high=high, unit=unit))))


def _short(target: Planned) -> Planned:
    for myriad, word in _MYRIADS:
        figures = [one / myriad for one in (target.low, target.high) if one is not None]
        if target.unit != "%" and all(abs(one) >= 1 and _is_round(one) for one in figures):
            return replace(target, low=figures[0], high=figures[-1], unit=f"{word}{target.unit}")
    return target


def _is_round(number: Decimal) -> bool:
    return number == round(number, _DECIMALS)


def details(target: Planned, label: str = "") -> Pair:
    """Say all of a target, in both languages: 农村 ≥93% · 每年 · 2025 · 力争."""
    front = shown(" ".join(filter(None, (label, target.group))))
    said = [(front, front), (figure(target), figure(target))]
    if target.masked:
        said.append(pair("view-masked"))
    if target.each:
        said.append(pair("view-each"))
    said.append(pair(target.recurrence, "values"))
    said.append((target.due, target.due))
    said.append(pair(target.modality, "values"))
    if target.corrected:
        said.append(pair("view-corrected"))
    chinese, english = (" · ".join(filter(None, words)) for words in zip(*said, strict=True))
    return chinese, english


def shown(text: str) -> str:
    """Return text of documents as it can be shown: what cannot be seen, as its picture."""
    return text.translate(UNSEEN)
