"""The picture of a page: what it holds, what it shows first, where that stands, how it opens."""

from __future__ import annotations

from typing import Any

import pytest
from test_render import data_of

from kg.render import render_html
from kg.store import Store


@pytest.fixture(scope="module")
def plans(plans_store: Store) -> dict[str, Any]:
    """Return what the page of the invented plans holds."""
    return data_of(render_html(plans_store))


def entity(data: dict[str, Any], label: str) -> dict[str, Any]:
    """Return what a page says of an entity."""
    found: dict[str, Any] = next(one for one in data["entities"] if one["label"] == label)
    return found


# -- what entities can be chosen by ----------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "documents", "years", "level", "regions"),
    [
        # A document: itself, the years it plans for, its issuer's level, where it applies.
        (
            "青禾县教育局2022年工作要点",
            ["青禾县教育局2022年工作要点"],
            [2022],
            "CountyLevel",
            ["青禾县"],
        ),
        # An agency: those that name it; its own level and region.
        (
            "云陵市消防救援支队",
            ["云陵市推进学前教育扩优提质实施方案"],
            [2021, 2022, 2023, 2024, 2025],
            "PrefecturalLevel",
            ["云陵市"],
        ),
        # A region is its own; a programme has the regions of its documents and no level.
        (
            "临枫区",
            ["临枫区教育局2021年工作要点", "临枫区教育局2023年工作要点"],
            [2021, 2023],
            "CountyLevel",
            ["临枫区"],
        ),
        ("平安校园", ["青禾县教育局2021年工作要点"], [2021], "", ["青禾县"]),
        # Of what is only cited nothing is known but its title.
        (
            "云陵市“十四五”教育发展规划",
            [
                "云陵市教育局2021年工作要点",
                "云陵市教育局2022年工作要点",
                "青禾县教育局2021年工作要点",
            ],
            [],
            "",
            [],
        ),
    ],
)
def test_what_an_entity_can_be_chosen_by(
    plans: dict[str, Any],
    label: str,
    documents: list[str],
    years: list[int],
    level: str,
    regions: list[str],
) -> None:
    found = entity(plans, label)
    assert sorted(plans["entities"][n]["label"] for n in found["docs"]) == documents
    assert (found["years"], found["level"], found["regions"]) == (years, level, regions)


def test_a_target_lies_in_its_document(plans_store: Store) -> None:
    title = "青禾县教育局2022年工作要点"
    data = data_of(render_html(plans_store, about=title))
    targets = [one for one in data["entities"] if one["group"] == "Target"]
    assert targets
    assert {data["entities"][n]["label"] for one in targets for n in one["docs"]} == {title}
    assert {(*one["years"], one["level"], *one["regions"]) for one in targets} == {
        (2022, "", "青禾县")
    }
