"""Targets of places against those above them, on the invented plans and on promises made."""

# ruff: noqa: E501  # a row of a table is read best on one line
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_compare import target

from kg import queries
from kg.commands import cascade as command
from kg.reports import cascade as report
from kg.reports.cascade import OPPOSITE, Promise, cascade, judge
from kg.reports.planned import Chosen, Planned
from kg.store import Store
from kg.vocabulary import rows

# -- the invented plans --------------------------------------------------------------------------


def told(store: Store, region: str, indicator: str) -> list[str]:
    found = cascade(store, Chosen(region), indicator=indicator).records()
    return [
        f"{row['year']} {row['target'] or '-'} {row['above']} {row['target above']} {row['verdict']}"
        for row in found
        if row["place"] == region
    ]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("江西省", []),
        (
            "云陵市",
            [
                "2021 ≥92% 江西省 ≥91% stricter",
                "2022 ≥93% 江西省 ≥92% stricter",
                "2023 ≥94% 江西省 ≥93% stricter",
                "2025 ≥96% 江西省 ≥95% stricter",
            ],
        ),
        (
            "青禾县",
            [
                "2021 ≥90% 云陵市 ≥92% looser",
                "2021 ≥90% 江西省 ≥91% looser",
                "2022 ≥92% 云陵市 ≥93% looser",
                "2022 ≥92% 江西省 ≥92% equal",
                "2023 ≥95% 云陵市 ≥94% stricter",
                "2023 ≥95% 江西省 ≥93% stricter",
                "2025 ≥96% 云陵市 ≥96% equal",
                "2025 ≥96% 江西省 ≥95% stricter",
            ],
        ),
        (
            "枫渚县",
            [
                "2021 - 云陵市 ≥92% silent",
                "2021 - 江西省 ≥91% silent",
                "2022 ≥93% 云陵市 ≥93% equal",
                "2022 ≥93% 江西省 ≥92% stricter",
                "2023 - 云陵市 ≥94% silent",
                "2023 - 江西省 ≥93% silent",
                "2025 ≥95% 云陵市 ≥96% looser",
                "2025 ≥95% 江西省 ≥95% equal",
            ],
        ),
        (
            "临枫区",
            [
                "2021 ≥92% 云陵市 ≥92% equal",
                "2021 ≥92% 江西省 ≥91% stricter",
                "2023 ≥94% 云陵市 ≥94% equal",
                "2023 ≥94% 江西省 ≥93% stricter",
            ],
        ),
    ],
)
def test_enrolment(plans_store: Store, region: str, expected: list[str]) -> None:
    assert told(plans_store, region, "学前三年毛入园率") == expected


def test_counts_do_not_compare(plans_store: Store) -> None:
    found = cascade(plans_store, indicator="新增学位").records()
    assert {(row["verdict"], row["why"]) for row in found} == {
        ("not comparable", "counts of places of different size, without a base"),
        ("not comparable", "masked"),
        ("silent", None),
    }
    assert [(r["place"], r["year"], r["above"]) for r in found if r["verdict"] == "silent"] == [
        ("枫渚县", 2022, "云陵市"),
        ("枫渚县", 2022, "江西省"),
    ]


def test_both_sentences_are_shown(plans_store: Store) -> None:
    found = cascade(
        plans_store, Chosen("枫渚县"), indicator="学前三年毛入园率", verdicts=["looser"]
    )
    (row,) = found.rows
    assert [(one.column, one.sentence) for one in row.evidence] == [
        ("target", "到2025年，全县学前三年毛入园率达到95%以上。"),
        (
            "target above",
            "到2025年，全市学前三年毛入园率达到96%以上，普惠性幼儿园覆盖率达到90%以上。",
        ),
    ]


def test_long_silence_is_counted(plans_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "LONGEST_SILENCE", 3)
    found = cascade(plans_store)
    assert not [row for row in found.records() if row["verdict"] == "silent"]
    assert any("silent ones are not listed" in note for note in found.notes)
    named = cascade(plans_store, Chosen("枫渚县")).records()
    assert [row for row in named if row["verdict"] == "silent"]


# -- the verdict ---------------------------------------------------------------------------------


def promise(made: Planned, day: str = "2022-12-31") -> Promise:
    return Promise(made, day, int(day[:4]), (int(day[:4]),))


AT_LEAST = {"comparator": "AtLeast"}
AT_MOST = {"comparator": "AtMost"}
EARLIER, LATER = "2022-06-30", "2022-12-31"


@pytest.mark.parametrize(
    ("here", "above", "verdict", "why"),
    [
        (target("95", **AT_LEAST), target("93", **AT_LEAST), "stricter", ""),
        (target("95"), target("93", **AT_LEAST), "stricter", ""),
        (target("3", **AT_MOST), target("5", **AT_MOST), "stricter", ""),
        (target("5", label="辍学率", **AT_MOST), target("5", label="辍学率"), "equal", ""),
        (target("95"), target("93"), "stricter", "by its name, more is stricter"),
        (target("5", label="失业率"), target("6", label="失业率"), "stricter", "by its name, less is stricter"),
        (target("5", label="能耗下降"), target("6", label="能耗下降"), "looser", "by its name, more is stricter"),
        (target("5", label="甲"), target("6", label="甲"), "not comparable", "nothing says whether more or less is stricter"),
        (target("5", label="甲"), target("5", label="甲"), "equal", ""),
        (target("5", **AT_MOST), target("6", **AT_LEAST), "not comparable", "nothing says whether more or less is stricter"),
        (target("90–95"), target("90–93"), "stricter", "by its name, more is stricter"),
        (target("90–95"), target("91–93"), "not comparable", "nothing says whether more or less is stricter"),
        (target(None), target("93"), "not comparable", "masked"),
        (target("95", unit="分"), target("93"), "not comparable", "units differ: 分 here, % above"),
        (target("5", change=True), target("93"), "not comparable", "growth here, level above"),
        (target("5", each=True), target("93"), "not comparable", "each here, in all above"),
        (target("5", group="农村"), target("93"), "not comparable", "group differs: 农村 here, all above"),
        (target("5", "所"), target("9", "所"), "not comparable", "counts of places of different size, without a base"),
        (target("5", "所", each=True), target("4", "所", each=True), "stricter", "by its name, more is stricter"),
        (target("0", "所"), target("0", "所"), "equal", ""),
        (target("40", "元/月", label="低保标准"), target("50", "元/月", label="低保标准"), "looser", "by its name, more is stricter"),
        (target("6", change=True, label="收入增长"), target("5", label="收入增长", measure="Growth"), "stricter", "by its name, more is stricter"),
        (target("2", "次", each=True, recurrence="P1M"), target("2", "次", each=True), "not comparable", "every P1M here, every – above"),
    ],
)  # fmt: skip
def test_judgement(here: Planned, above: Planned, verdict: str, why: str) -> None:
    found = judge(promise(here), promise(above))
    assert (found.verdict, found.why) == (verdict, why)


@pytest.mark.parametrize(
    ("figure", "day", "verdict"),
    [
        ("93", EARLIER, "stricter"),
        ("95", EARLIER, "stricter"),
        ("92", EARLIER, "not comparable"),
        ("93", "2023-12-31", "looser"),
        ("92", "2023-12-31", "looser"),
        ("95", "2023-12-31", "not comparable"),
    ],
)
def test_another_date(figure: str, day: str, verdict: str) -> None:
    here, above = target(figure, **AT_LEAST), target("93", **AT_LEAST)
    assert judge(promise(here, day), promise(above, LATER)).verdict == verdict


def test_growth_compares_in_the_same_year_only() -> None:
    here = promise(target("6", change=True), "2021-12-31")
    assert judge(here, promise(target("5", change=True))).verdict == "not comparable"


PROMISES = st.builds(
    promise,
    st.builds(
        target,
        st.sampled_from(["0", "90", "93", "90–93", "91–92", None]),
        st.sampled_from(["%", "所"]),
        comparator=st.sampled_from(["AtLeast", "AtMost", "Exactly"]),
        label=st.sampled_from(["入园率", "失业率", "甲"]),
        change=st.booleans(),
        each=st.booleans(),
        group=st.sampled_from(["", "农村"]),
    ),
    st.sampled_from([EARLIER, LATER, "2023-12-31"]),
)


@given(PROMISES, PROMISES)
def test_turned_round_stricter_is_looser(one: Promise, other: Promise) -> None:
    # Two that face each other are of one indicator, whose name is the same.
    if one.target.label == other.target.label:
        there, back = judge(one, other).verdict, judge(other, one).verdict
        assert back == OPPOSITE.get(there, there)


@given(PROMISES)
def test_nothing_is_stricter_than_itself(one: Promise) -> None:
    assert judge(one, one).verdict in ("equal", "not comparable")


# -- words, options ------------------------------------------------------------------------------


def test_bases_show_their_examples() -> None:
    words = [row["word"] for row in rows("bases.tsv")]
    assert len(set(words)) == len(words)
    for row in rows("bases.tsv"):
        one = target("5", "人", label=row["example"])
        assert row["word"] in row["example"]
        assert judge(promise(one), promise(one)).verdict == "equal", row
    bare = promise(target("5", "人", label="新增就业"))
    assert judge(bare, bare).verdict == "not comparable"


def test_the_command_offers_what_the_report_knows() -> None:
    assert command.VERDICTS == report.VERDICTS


def test_the_saved_query_says_the_same(plans_store: Store) -> None:
    rows = plans_store.select(queries.find("cascade").text, {"indicator": "学前三年毛入园率"})
    found = [(r["place"], r["above"], int(r["year"]), r["verdict"], r["sentence"]) for r in rows]
    told = cascade(plans_store, indicator="学前三年毛入园率")
    assert sorted(found) == sorted(
        (r["place"], r["above"], r["year"], r["verdict"], row.evidence[0].sentence)
        for r, row in zip(told.records(), told.rows, strict=True)
        if r["verdict"] != "silent"
    )
