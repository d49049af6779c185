"""Entities to their labels and facts, as a person would note them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg.render.figures import target_label
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
    return target_label(facts, values) if "indicatorText" in facts else label_of(node, facts)


def fact_rows(facts: Facts) -> list[tuple[str, str]]:
    """Return the facts in the order of a card; the page says names of ours in two languages."""

    def shown(values: Sequence[str]) -> str:
        more = "…" if len(values) > _MOST_VALUES else ""
        return "、".join(values[:_MOST_VALUES]) + more

    return [(prop, shown(facts[prop])) for prop in _FACTS if facts.get(prop)]
