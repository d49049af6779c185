"""Entities to their labels and facts, as a person would note them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kg.render.subgraph import Facts, label_of

Words = Mapping[str, Mapping[str, Any]]

_FACTS = (
    "documentNumber",
    "indexNumber",
    "issuedBy",
    "issued",
    "period",
    "appliesTo",
    "fullName",
    "adcode",
    "level",
    "region",
    "subOrganizationOf",
    "within",
    "number",
    "indicator",
    "due",
    "modality",
    "recurrence",
    "altLabel",
)
_MOST_VALUES = 8  # of one property; a national body has dozens of short forms


def chinese(words: Words) -> Mapping[str, str]:
    """Return the values of the ontology in Chinese, by name."""
    return {name: pair[0] for name, pair in words["values"].items()}


def label(node: str, facts: Facts, values: Mapping[str, str]) -> str:
    """Return the label of an entity; of a target what it promises."""
    return _target_label(facts, values) if "indicatorText" in facts else label_of(node, facts)


def _target_label(facts: Facts, values: Mapping[str, str]) -> str:
    """Return a target as a person would note it: 等级幼儿园率 ≥93%（2017）."""

    def first(prop: str) -> str:
        return facts.get(prop, [""])[0]

    low, high = _amount(first("minValue")), _amount(first("maxValue"))
    value = f"{low}–{high}" if low or high else _amount(first("value"))
    sign = values.get(first("comparator"), "")
    due = f"（{first('due')}）" if first("due") else ""
    return f"{first('indicatorText')} {sign}{value}{first('unit')}{due}".strip()


def _amount(number: str) -> str:
    """Return a number as texts write it: 20000000 as 2000万."""
    if not re.fullmatch(r"\d{5,}(\.0*)?", number):
        return number
    for power, name in ((8, "亿"), (4, "万")):
        short = Decimal(number).scaleb(-power).normalize()
        if short >= 1 and -int(short.as_tuple().exponent) <= 2:
            return f"{short:f}{name}"
    return number


def fact_rows(facts: Facts, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the facts in the order in which a card lists them, in words."""

    def shown(values: Sequence[str]) -> str:
        more = "…" if len(values) > _MOST_VALUES else ""
        return "、".join(names.get(v, v) for v in values[:_MOST_VALUES]) + more

    return [(prop, shown(facts[prop])) for prop in _FACTS if facts.get(prop)]
