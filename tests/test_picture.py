"""The picture of a page: what it holds, what it shows first, where that stands, how it opens."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import browser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_render import AGENCIES, Document, Graph, data_of

from kg.render import render_html
from kg.render.choice import choose
from kg.render.room import Box, settle
from kg.render.scenes import HUB, Scene, Stage, read_places
from kg.render.scope import Scopes
from kg.render.subgraph import read_facts, read_network, selector
from kg.render.wanted import OVERVIEW
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


# -- words copied, titles echoed -------------------------------------------------------------


def kinds_between(data: dict[str, Any], one: str, other: str) -> list[str]:
    """Return how a page ties two entities, strongest first."""
    labels = [entity["label"] for entity in data["entities"]]
    return [
        kind
        for edge, ties in zip(data["edges"], data["ties"], strict=True)
        if (labels[edge["from"]], labels[edge["to"]]) == (one, other)
        for kind, *_ in ties
    ]


@pytest.mark.parametrize(
    ("later", "earlier", "kinds"),
    [
        (
            "青禾县推进学前教育扩优提质实施方案",
            "江西省人民政府办公厅关于推进学前教育扩优提质的意见",
            ["implements", "echoes", "mentions"],
        ),
        # Dates decide: the later one has the words, never the other way round.
        (
            "枫渚县推进学前教育扩优提质实施方案",
            "青禾县推进学前教育扩优提质实施方案",
            ["reuses"],
        ),
        ("青禾县推进学前教育扩优提质实施方案", "枫渚县推进学前教育扩优提质实施方案", []),
    ],
)
def test_traces_are_lines(
    plans: dict[str, Any], later: str, earlier: str, kinds: list[str]
) -> None:
    assert [kind for kind in kinds_between(plans, later, earlier) if kind in kinds] == kinds
    assert bool(kinds_between(plans, later, earlier)) == bool(kinds)


# -- scenes ----------------------------------------------------------------------------------


def staged(store: Any, **sizes: int) -> list[Scene]:
    """Return the scenes of all that a store's documents name, for other sizes than the usual."""
    select = selector(store)
    network = read_network(select, OVERVIEW)
    order = choose(network, [], 0, 10_000)
    facts = read_facts(select, order)
    owners = Scopes(network, order, facts, {}).owners
    return Stage(network, order, [], owners, facts, read_places(select), **sizes).scenes()


def test_a_small_page_is_one_scene(plans_store: Store) -> None:
    (scene,) = staged(plans_store)
    assert (scene.name, scene.members, len(scene.nodes)) == ("", 69, 69)


def test_a_larger_page_draws_the_telling_ones_first(plans_store: Store) -> None:
    first, everything = staged(plans_store, first=20)
    assert (len(first.nodes), first.members) == (20, 69)
    assert (everything.name, everything.parent, len(everything.nodes)) == ("all", "", 69)
    assert set(first.nodes) < set(everything.nodes)


def test_thousands_are_grouped_by_place_then_issuer_then_document(plans_store: Store) -> None:
    scenes = staged(plans_store, most=60, share=16)
    assert [(scene.name, scene.kind) for scene in scenes if scene.groups] == [
        ("", "region"),
        ("云陵市", "issuer"),
        ("青禾县", "issuer"),
        ("青禾县/青禾县教育局", "document"),
    ]
    names = {scene.name for scene in scenes}
    assert {group.scene for scene in scenes for group in scene.groups} == names - {""}
    assert {scene.parent for scene in scenes} - {None} <= names


def test_nothing_is_lost_in_groups(plans_store: Store) -> None:
    scenes = staged(plans_store, most=60, share=1000)
    # One scene of all, though more than may be drawn: they need no groups to be shown.
    assert [scene.kind for scene in scenes] == ["entities"]
    scenes = staged(plans_store, most=60, share=30)
    leaves = [scene for scene in scenes if not scene.groups]
    assert len({node for scene in leaves for node in scene.nodes}) == 69
    first = scenes[0]
    assert sum(group.documents for group in first.groups) == 18
    # What groups share is what both name: 云陵市 and 枫渚县 the programme and the province.
    assert all(0 <= a < b < len(first.groups) and shared for a, b, shared in first.lines)


# -- places ----------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.integers(5, 200), st.integers(5, 60)),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None)
def test_no_box_covers_another(boxes: list[tuple[float, float, int, int]]) -> None:
    sizes = [Box(width, height) for *_, width, height in boxes]
    placed = list(zip(settle([box[:2] for box in boxes], sizes), sizes, strict=True))
    for ((x, y), one), ((u, v), other) in combinations(placed, 2):
        apart_x = abs(x - u) - one.width - other.width
        apart_y = abs(y - v) - one.height - other.height
        assert max(apart_x, apart_y) > -1e-6


# -- in a browser ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(plans_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page that holds more than it draws."""
    path = tmp_path_factory.mktemp("graph") / "graph.html"
    path.write_text(render_html(plans_store, first=20), encoding="utf-8")
    return path


@browser.needs_chromium
def test_neighbours_unfold_and_fold_again(file: Path) -> None:
    with browser.opened(file) as tab:
        drawn = "KG.scene.drawn().length"
        assert tab.page.evaluate(drawn) == 20
        document = tab.page.evaluate(
            "KG.model.entities.findIndex(e => e.label === '青禾县教育局2021年工作要点')"
        )
        hidden = tab.page.evaluate(f"KG.scene.hiddenNeighbours({document}).length")
        added = tab.page.evaluate(f"KG.scene.expand({document}).length")
        assert added == hidden > 0
        assert tab.page.evaluate(f"KG.scene.hiddenNeighbours({document})") == []
        assert tab.page.inner_text("#trail .amount") == f"画出 {20 + added} / 69 个实体"
        assert tab.page.evaluate(COVERED) == []
        tab.page.evaluate(f"KG.scene.collapse({document})")
        assert tab.page.evaluate(drawn) == 20
        assert tab.problems == []


COVERED = """KG.scene.drawn().flatMap((a, i, all) => all.slice(i + 1).filter((b) => {
  const [p, q] = [KG.scene.network.getPosition(a), KG.scene.network.getPosition(b)];
  return Math.hypot(p.x - q.x, p.y - q.y) < 14;
}))"""


@browser.needs_chromium
def test_a_choice_that_is_not_drawn_is_drawn(file: Path) -> None:
    with browser.opened(file, "#entity=" + quote("平安校园")) as tab:
        chosen = tab.page.evaluate("KG.model.entities.findIndex(e => e.label === '平安校园')")
        assert tab.page.evaluate(f"KG.scene.isDrawn({chosen})")
        tab.page.get_by_role("button", name="全部画出").click()
        assert tab.page.inner_text("#trail .amount") == "全部 69 个实体"
        tab.page.locator("#trail").get_by_role("button", name="总览").click()
        assert tab.page.evaluate("KG.scene.drawn().length") == 20
        assert tab.problems == []


@browser.needs_chromium
def test_groups_open_and_lead_back(plans_store: Store, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("kg.render.ALL", 60)
    monkeypatch.setattr("kg.render.SHARE", 30)
    path = tmp_path / "groups.html"
    path.write_text(render_html(plans_store), encoding="utf-8")
    with browser.opened(path, language="en-US") as tab:
        groups = tab.page.evaluate("KG.scene.scene().groups.map((group) => group.label)")
        assert "青禾县" in groups
        assert tab.page.inner_text("#trail .amount").startswith("5 regions, 69 entities")
        assert tab.page.evaluate("KG.scene.open('青禾县')")
        assert tab.page.inner_text("#trail .path") == "Overview › 青禾县"
        tab.page.get_by_role("button", name="Overview").click()
        assert tab.page.evaluate("KG.scene.scene().name") == ""
        # A choice opens the group that holds it.
        tab.page.evaluate(
            "KG.tell('go-entity', KG.model.entities.findIndex(e => e.label === '平安校园'))"
        )
        assert tab.page.inner_text("#trail .path") == "Overview › 青禾县"
        assert not tab.page.evaluate("KG.scene.open('没有这个')")
        assert tab.problems == []


@browser.needs_chromium
def test_lines_of_hubs_are_said_and_can_be_drawn(tmp_path: Path) -> None:
    graph = Graph()
    for number in range(HUB + 1):
        document = Document(graph, f"第{number}号文件", "Notice", "2020", AGENCIES[number])
        document.say("根据", "国务院", graph.agency("国务院"), "要求。\n")
        document.close()
    path = tmp_path / "hubs.html"
    path.write_text(render_html(graph.store), encoding="utf-8")
    hidden = "KG.scene.network.body.data.edges.get().filter((edge) => edge.hidden).length"
    with browser.opened(path) as tab:
        assert tab.page.evaluate(hidden) == HUB + 1
        tab.page.click("#hubs summary")
        assert tab.page.inner_text("#hubs summary").startswith("13 条“提到”连线未画（1 个枢纽）")
        tab.page.check("#hubs input")
        assert tab.page.evaluate(hidden) == 0
        assert tab.page.inner_text("#hubs summary").startswith("0 条")
        assert tab.problems == []
