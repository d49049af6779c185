"""What became of promises in the next plan, on the invented plans and on plans made for a case."""

# ruff: noqa: E501  # a row of a table is read best on one line
from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_compare import plan, target

from kg import queries
from kg.commands import pledges as command
from kg.errors import NotFoundError
from kg.reports import pledges as report
from kg.reports.planned import Chosen, Planned
from kg.reports.pledges import Edition, changes, pledges, series_name
from kg.reports.report import Evidence
from kg.store import Store


def told(store: Store, region: str, indicator: str) -> list[str]:
    """Say what became of an indicator in a place: 2021 900个 → 2022 - dropped."""
    found = pledges(store, Chosen(region), indicator=indicator).records()
    return [
        " ".join(
            str(row[name] or "-") for name in ("from", "promised", "to", "promises", "verdict")
        )
        + (f" ({row['remarks']})" if row["remarks"] else "")
        for row in found
        if row["place"] == region
    ]


# -- the invented plans --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "indicator", "expected"),
    [
        (
            "江西省",
            "新增学位",
            ["2021 120000个 2022 100000个 lowered", "2022 100000个 2023 100000个 repeated"],
        ),
        (
            "云陵市",
            "新增学位",
            ["2021 8000个 2022 9000个 raised", "2022 9000个 2023 7500个 lowered"],
        ),
        (
            "青禾县",
            "新增学位",
            ["2021 1200个 2022 1500个 raised", "2022 1500个 2023 1500个 repeated"],
        ),
        (
            "枫渚县",
            "新增学位",
            ["2021 900个 2022 - dropped", "2022 - 2023 masked 个 new"],
        ),
        ("临枫区", "新增学位", ["2021 600个 2023 800个 raised (2022 not held)"]),
        (
            "青禾县",
            "学前三年毛入园率",
            ["2021 ≥90% 2022 ≥92% raised (stricter)", "2022 ≥92% 2023 ≥95% raised (stricter)"],
        ),
        (
            "枫渚县",
            "九年义务教育巩固率",
            [
                "2021 ≥96% 2022 ≥96.5% raised (stricter)",
                "2022 ≥96.5% 2023 ≥97%; ≥98% raised (stricter, several targets of this kind)",
            ],
        ),
        (
            "云陵市",
            "普惠性幼儿园覆盖率",
            ["2021 - 2022 88%, strive new", "2022 88%, strive 2023 - dropped"],
        ),
        ("云陵市", "安全演练", ["2021 - 2022 1次, every P3M new", "2022 1次, every P3M 2023 1次, every P3M repeated"]),
    ],
)  # fmt: skip
def test_planted(plans_store: Store, region: str, indicator: str, expected: list[str]) -> None:
    assert told(plans_store, region, indicator) == expected


def test_a_deadline_that_slips(plans_store: Store) -> None:
    found = pledges(plans_store, verdicts=["slipped"])
    (row,) = found.records()
    assert row == {
        "place": "青禾县", "plan": "教育局工作要点", "indicator": "县特殊教育学校",
        "from": "2022", "promised": "1所, by 2022-09-30", "to": "2023", "promises": "1所",
        "verdict": "slipped", "deadline": "2022-09-30 → 2023-12-31", "remarks": None,
    }  # fmt: skip
    assert [(one.column, one.sentence) for one in found.rows[0].evidence] == [
        ("promised", "2022年9月底前建成县特殊教育学校1所。"),
        ("promises", "2023年12月底前建成县特殊教育学校1所。"),
    ]


def test_an_opinion_is_not_followed_by_a_work_plan(plans_store: Store) -> None:
    found = pledges(plans_store).records()
    assert {row["plan"] for row in found} == {"教育厅工作要点", "教育局工作要点"}
    assert {row["from"] for row in found} == {"2021", "2022"}
    assert any("5 of 9 series" in note for note in pledges(plans_store).notes)


@pytest.mark.parametrize(
    ("chosen", "indicator", "message"),
    [
        (Chosen("无名县"), "", "region '无名县': not in the store"),
        (Chosen(), "无此指标之名", "no plan speaks of it"),
    ],
)
def test_nothing_of_this_name(
    plans_store: Store, chosen: Chosen, indicator: str, message: str
) -> None:
    with pytest.raises(NotFoundError, match=message):
        pledges(plans_store, chosen, indicator=indicator)


# -- which plan follows which --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "place", "issuer", "name"),
    [
        ("青禾县教育局2022年工作要点", "青禾县", "青禾县教育局", "教育局工作要点"),
        ("2022年工作要点", "青禾县", "青禾县教育局", "教育局工作要点"),
        ("关于印发《青禾县教育局2022年度工作要点》的通知", "青禾县", "青禾县教育局", "教育局工作要点"),
        ("2024年云陵市政府工作报告", "云陵市", "云陵市人民政府", "政府工作报告"),
        ("云陵市人民政府工作报告（2024年）", "云陵市", "云陵市人民政府办公室", "政府工作报告"),
        ("2024年云陵市政府工作报告", "云陵市", "", "政府工作报告"),
        ("云陵市教育发展规划（2021—2025年）", "云陵市", "云陵市教育局", "教育局教育发展规划"),
        ("云陵市卫生健康委2022年工作要点", "云陵市", "云陵市卫生健康委", "卫生健康委工作要点"),
    ],
)  # fmt: skip
def test_series(title: str, place: str, issuer: str, name: str) -> None:
    made = replace(plan(2022), title=title, place=place, issuers=(issuer,) if issuer else ())
    assert series_name(made) == name


# -- what became of it ---------------------------------------------------------------------------


def edition(year: int, *targets: Planned) -> Edition:
    return Edition((plan(year),), targets)


def outcome(before: Edition, after: Edition) -> list[str]:
    return [
        " ".join(filter(None, (one.verdict, one.slip, *one.remarks)))
        for one in changes(before, after)
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (target("5"), target("5"), "repeated"),
        (target("5"), target("6"), "raised"),
        (target("5", comparator="AtMost"), target("6", comparator="AtMost"), "raised looser"),
        (target("6", comparator="AtMost"), target("5", comparator="AtMost"), "lowered stricter"),
        (target("5", comparator="AtMost"), target("6", comparator="AtLeast"), "raised"),
        (target("5–6"), target("6–8"), "raised"),
        (target("5–8"), target("6–7"), "unclear"),
        (target(None), target("5"), "unclear masked"),
        (target(None), target(None), "unclear masked"),
        (target("5", unit="所"), target("6"), "not comparable unit: 所 → %"),
        (target("5", change=True), target("6"), "not comparable measured as: change → level"),
        (target("5", each=True), target("6"), "not comparable counted: each → in all"),
        (target("5", group="农村"), target("6"), "not comparable group: 农村 → all"),
        # A yearly figure moves on with its plan.
        (target("5", due="2022"), target("5", due="2023"), "repeated"),
        (target("5", due="2022-12-31"), target("5", due="2023-12-31"), "repeated"),
        (target("5", due="2022-06"), target("5", due="2023-06"), "repeated"),
        # One that was promised for a day, or for a year behind the plan, slips.
        (target("5", due="2022-06"), target("5", due="2023-09"), "slipped 2022-06 → 2023-09"),
        (target("5", due="2025"), target("5", due="2026"), "slipped 2025 → 2026"),
        (target("5", due="2025"), target("6", due="2026"), "raised 2025 → 2026"),
        (target("5", due="2025"), target("5", due="2025"), "repeated"),
        (target("5", due="2025"), target("5", due="2024"), "repeated"),
        (target("5", due="2025"), target("5"), "repeated"),
        (
            target("5", due="2025", change=True),
            target("5", due="2026", change=True),
            "repeated",
        ),
    ],
)
def test_outcome(old: Planned, new: Planned, expected: str) -> None:
    assert outcome(edition(2022, old), edition(2023, new)) == [expected]


def test_several_of_a_kind_are_paired_by_their_dates() -> None:
    before = edition(2022, target("5", due="2022"), target("9", due="2025"))
    after = edition(2023, target("6", due="2023"), target("8", due="2026"))
    assert outcome(before, after) == ["raised", "lowered 2025 → 2026"]
    unclear = edition(2023, target("6", due="2024"))
    assert outcome(before, unclear) == ["unclear several targets of this kind"]


def test_dropped_and_new() -> None:
    before = edition(2022, target("5"), target("6", indicator="j"))
    assert outcome(before, edition(2023, target("6", indicator="j"))) == ["repeated", "dropped"]
    assert outcome(edition(2023), before) == ["new", "new"]


FIGURES = st.sampled_from(["1", "2", "3", "1–3", "2–4"])
OPPOSITE = {"raised": "lowered", "lowered": "raised"}


@given(FIGURES, FIGURES, st.sampled_from(["AtLeast", "AtMost", "Exactly"]))
def test_turned_round_raised_is_lowered(one: str, other: str, comparator: str) -> None:
    first = edition(2022, target(one, comparator=comparator))
    second = edition(2022, target(other, comparator=comparator))
    (there,), (back,) = changes(first, second), changes(second, first)
    assert back.verdict == OPPOSITE.get(there.verdict, there.verdict)


def test_the_command_offers_what_the_report_knows() -> None:
    assert command.VERDICTS == report.VERDICTS


def test_the_saved_query_says_the_same(plans_store: Store) -> None:
    query = queries.find("pledges")
    for indicator in ("新增学位", "学前三年毛入园率", "普惠性幼儿园覆盖率"):
        rows = plans_store.select(query.text, {"indicator": indicator})
        found = {(r["place"], r["from"], r["to"], r["verdict"], r["sentence"]) for r in rows}
        told = pledges(plans_store, indicator=indicator)
        assert found == {
            (r["place"], r["from"], r["to"], r["verdict"], _first(row.evidence, "promised"))
            for r, row in zip(told.records(), told.rows, strict=True)
        }


def _first(found: tuple[Evidence, ...], column: str) -> str:
    return next((one.sentence for one in found if one.column == column), "")
