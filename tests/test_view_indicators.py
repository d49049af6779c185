"""Places × indicators: what is planted in the invented plans, and what may not be mixed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from view_tables import draw, lines, parsed, states, table, text

from kg.build import build
from kg.errors import NotFoundError
from kg.render.views.figures import figure
from kg.render.views.indicators import MOST_COLUMNS, STEPS
from kg.reports.planned import Planned
from kg.reports.report import Evidence
from kg.store import Store

YEARS = (2021, 2022, 2023, 2024, 2025)


# -- the planted answers -----------------------------------------------------------------------


def test_an_indicator_over_the_years(plans_store: Store) -> None:
    view = draw(plans_store, "indicators", indicator="新增学位")
    assert view.title == ("地区 × 指标：新增学位", "Places × indicators: 新增学位")
    assert lines(view) == [
        "地区 | 新增学位",
        "20215 | 20223 | 20235",
        "江西省 省级 | 12万个 | 10万个 | 10万个",
        "云陵市 地级 | 8000个 | 9000个 | 7500个",
        "临枫区 县级 | 600个 | / | 800个",
        "枫渚县 县级 | 900个 | – | ▒个",
        "青禾县 县级 | 1200个 | 1500个 | 1500个",
    ]


def test_silent_no_plan_and_masked_are_three_things(plans_store: Store) -> None:
    view = draw(plans_store, "indicators", indicator="新增学位")
    assert states(view, "枫渚县")[1:] == ["silent", "masked"]
    assert states(view, "临枫区")[1] == "absent"
    # An amount is compared with those of the same level: a province alone has no colour.
    assert states(view, "江西省") == states(view, "云陵市") == ["said"] * 3
    assert [states(view, name)[0] for name in ("临枫区", "枫渚县", "青禾县")] == ["s1", "s3", "s5"]


def test_rates_compare_across_levels(plans_store: Store) -> None:
    view = draw(plans_store, "indicators", indicator="学前三年毛入园率")
    assert lines(view)[2:] == [
        "江西省 省级 | ≥91% | ≥92% | ≥93% | ≥95%",
        "云陵市 地级 | ≥92% | ≥93% | ≥94% | ≥96%",
        "临枫区 县级 | ≥92% | / | ≥94% | /",
        "枫渚县 县级 | – | ≥93% | – | ≥95%",
        "青禾县 县级 | ≥90% | ≥92% | ≥95% | ≥96%",
    ]
    assert states(view, "青禾县") == ["s1", "s1", "s5", "s5"]
    assert states(view, "江西省") == ["s2", "s1", "s1", "s1"]


def test_a_year_shows_what_several_places_promise(plans_store: Store) -> None:
    view = draw(plans_store, "indicators")
    assert [text(one) for one in parsed(view).xpath("//summary/b")] == [
        *("2022", "2025", "2024", "2023", "2021")
    ]
    assert [text(one) for one in parsed(view).xpath("//details[@open]/summary/b")] == ["2022"]
    assert lines(view, 2023) == [
        "地区 | 教育 | 未归类",
        "新增学位5 | 学前三年毛入园率4 | 九年义务教育巩固率2 | 培训教师人次2 | 新建公办幼儿园2 | "
        "调度会2",
        "江西省 省级 | 10万个 | ≥93% | ≥98% | – | – | –",
        "云陵市 地级 | 7500个 | ≥94% | – | – | 30所 | –",
        "临枫区 县级 | 800个 | ≥94% | – | 300人次 | – | –",
        "枫渚县 县级 | ▒个 | – | ≥97%+1≥97% · 2023 · 计划 ≥98% · 2023 · 计划 | – | – | 1次",
        "青禾县 县级 | 1500个 | ≥95% | – | 1000人次 | 4所 | 1次",
    ]
    assert set(states(view, "临枫区", 2022)) == {"absent"}
    assert (
        "只有一个地区承诺的指标未列（各年项数：2022: 11；2025: 5；2024: 4；2023: 11；2021: 10）。"
        in [chinese for chinese, _ in view.notes]
    )


def test_one_year_one_place_one_issuer(plans_store: Store) -> None:
    assert not parsed(draw(plans_store, "indicators", year=2021)).xpath("//details[2]/summary/b")
    view = draw(plans_store, "indicators", indicator="新增学位", region="青禾县")
    assert lines(view)[2:] == ["云陵市 青禾县 县级 | 1200个 | 1500个 | 1500个"]
    view = draw(plans_store, "indicators", indicator="新增学位", issuer="教育厅", year=2021)
    assert lines(view)[2:] == ["江西省 省级 | 12万个"]


def test_cells_lead_to_the_words(plans_store: Store) -> None:
    view = draw(plans_store, "indicators", indicator="新增学位", year=2021)
    texts = {
        row["s"]: row["t"] for row in plans_store.select("SELECT ?s ?t { ?s nif:isString ?t }")
    }
    said = {}
    for link in parsed(view).xpath("//td/a"):
        _, _, place = link.get("href").partition(":")
        source, _, span = place.rpartition(":")
        begin, end = map(int, span.split(","))
        said[text(link)] = texts[source][begin:end]
    assert said == {one: one for one in ("12万个", "8000个", "600个", "900个", "1200个")}


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ({"indicator": "没有的指标"}, "indicator '没有的指标': no plan speaks of it"),
        ({"region": "没有的地方"}, "region '没有的地方': not in the store"),
    ],
)
def test_what_is_not_there(plans_store: Store, wanted: dict[str, str], problem: str) -> None:
    with pytest.raises(NotFoundError, match=problem):
        draw(plans_store, "indicators", **wanted)


def test_a_year_without_plans_is_empty(plans_store: Store) -> None:
    assert draw(plans_store, "indicators", year=1999).empty
    with Store() as store:
        assert draw(store, "indicators").empty


# -- figures -----------------------------------------------------------------------------------


PLANNED = Planned(
    *("", (), "", "学位", "", "", "Exactly"),
    *(None, None, "个", (None, None, "个"), False, False, True),
    *("Plan", "", "", "", (Evidence("", "", "", 0, 0),)),
)


def planned(low: str, high: str = "", unit: str = "个", **more: Any) -> Planned:
    written = Decimal(low), Decimal(high or low), unit
    values = {"low": written[0], "high": written[1], "unit": unit, "written": written}
    return replace(PLANNED, masked=False, **values, **more)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (planned("93", unit="%", comparator="AtLeast"), "≥93%"),
        (planned("120", change=True), "+120个"),
        (planned("80", unit="元", change=True, comparator="About"), "≈+80元"),
        (planned("9000"), "9000个"),
        (planned("12000"), "1.2万个"),
        (planned("12345"), "12345个"),
        (planned("120000000", unit="元"), "1.2亿元"),
        (planned("10000", "25000"), "1–2.5万个"),
        (planned("5", "6", unit="%"), "5–6%"),
        (planned("20000", unit="%"), "20000%"),
        (PLANNED, "▒个"),
        (planned("0"), "0个"),
    ],
)
def test_figures_are_short(target: Planned, shown: str) -> None:
    assert figure(target) == shown


# -- what may not be mixed ---------------------------------------------------------------------


PLAN = """{place}教育局2031年工作要点

（2031年1月10日）

一、重点工作

1.增加学位供给。{promise}

江西省云陵市{place}教育局
"""
PLACES = ("青禾县", "枫渚县", "临枫区")


def build_promises(folder: Path, store: Store, *promises: str) -> None:
    for place, promise in zip(PLACES, promises, strict=False):
        plan = PLAN.format(place=place, promise=promise)
        (folder / f"{place}.txt").write_text(plan, encoding="utf-8")
    assert not build([folder], store, limits=None).skipped


@pytest.mark.parametrize(
    ("promises", "expected"),
    [
        (
            ("新增学位1200个。", "新增学位900个。", "新增学位600个。"),
            {"青禾县": "s5", "枫渚县": "s3", "临枫区": "s1"},
        ),
        (
            ("新增学位900个。", "新增学位900个。"),
            {"青禾县": "s3", "枫渚县": "s3"},
        ),
        # per school and in all
        (
            ("新增学位1200个。", "新增学位900个。", "每校新增学位60个。"),
            {"青禾县": "s5", "枫渚县": "s1", "临枫区": "said"},
        ),
        # a level and a change
        (
            ("残疾儿童入学率达到95%。", "残疾儿童入学率达到97%。", "残疾儿童入学率提高2个百分点。"),
            {"青禾县": "s1", "枫渚县": "s5", "临枫区": "said"},
        ),
    ],
)
def test_colours_compare_like_with_like(
    tmp_path: Path, promises: tuple[str, ...], expected: dict[str, str]
) -> None:
    with Store() as store:
        build_promises(tmp_path, store, *promises)
        view = draw(store, "indicators", year=2031)
        shown = {place: states(view, place, 2031)[0] for place in expected}
    assert shown == expected, lines(view, 2031)


def test_hostile_names_are_text(tmp_path: Path) -> None:
    hostile = "新增“<img src=x onerror=alert(1)>”学位1200个。"
    with Store() as store:
        build_promises(tmp_path, store, hostile, hostile)
        view = draw(store, "indicators")
    assert "onerror" in table(view)[1][0]
    assert not parsed_elements(str(view.body)) & {"img", "script", "style", "iframe"}


def parsed_elements(body: str) -> set[str]:
    import lxml.html

    root = lxml.html.fragment_fromstring(body, create_parent="div")
    for element in root.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
    return {element.tag for element in root.iter() if isinstance(element.tag, str)}


# -- size -------------------------------------------------------------------------------------


def test_many_columns_are_cut_and_said(plans_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MOST_COLUMNS, STEPS) == (60, 5)
    monkeypatch.setattr("kg.render.views.indicators.MOST_COLUMNS", 2)
    view = draw(plans_store, "indicators", year=2021)
    assert len(table(view)[1]) == 2
    assert "2021：列出承诺地区最多的 2 项指标，另有 3 项未列；用 --indicator 缩小范围。" in [
        chinese for chinese, _ in view.notes
    ]


def test_many_cells_leave_years_out(plans_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.render.views.indicators.MOST_CELLS", 70)
    view = draw(plans_store, "indicators")
    shown = [text(one) for one in parsed(view).xpath("//summary/b")]
    assert shown == ["2022", "2024", "2021"]
    assert "未画的年份：2023、2025；用 --year 选取。" in [chinese for chinese, _ in view.notes]


def test_places_that_say_nothing_are_named_below(
    plans_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.render.views.indicators.MOST_ABSENT", 0)
    monkeypatch.setattr("kg.render.views.indicators.MOST_ROWS", 1)
    view = draw(plans_store, "indicators", indicator="新建公办幼儿园", year=2022)
    assert view.empty
    view = draw(plans_store, "indicators", indicator="普惠性幼儿园覆盖率", year=2022)
    assert [row[0] for row in table(view)[2:]] == ["江西省 省级", "云陵市 地级"]
    folded = [text(one) for one in parsed(view).xpath("//details[@class='folded']")]
    assert folded == ["未收录计划 1 临枫区", "有计划、此处全未提的地区 2 枫渚县、青禾县"]
