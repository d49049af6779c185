"""What places promise of an indicator, on the invented plans and on targets made for a case."""

# ruff: noqa: E501  # a row of a table is read best on one line
from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from test_queries import named

from kg import commands, queries
from kg.cli import cli
from kg.commands import compare as command
from kg.errors import NotFoundError
from kg.export import export
from kg.models import DocumentGraph
from kg.reports import compare as comparing
from kg.reports import planned
from kg.reports.compare import compare
from kg.reports.holdings import LEVELS, Holding
from kg.reports.planned import Chosen, Planned, better, fold, last_day, said, years_of
from kg.reports.report import Evidence, Report
from kg.sparql import PREFIXES
from kg.store import Store
from kg.vocabulary import rows


def target(figure: str | None = "93", unit: str = "%", **more: object) -> Planned:
    """Make a target; 60–70 is a range, None a figure that is masked."""
    low, _, high = (figure or "").partition("–")
    least = Decimal(low) if low else None
    most = Decimal(high) if high else least
    values: dict[str, object] = {
        "document": "d", "iris": ("t",), "indicator": "i", "label": "入园率", "measure": "", "group": "",
        "comparator": "Exactly", "low": least, "high": most, "unit": unit,
        "written": (least, most, unit), "change": False, "each": False, "masked": figure is None,
        "modality": "Plan", "due": "", "basis": "", "recurrence": "",
        "evidence": (Evidence("一句。", "a.txt", "s", 1, 3),),
    }  # fmt: skip
    return Planned(**{**values, **more})  # type: ignore[arg-type]


def plan(*years: int) -> Holding:
    return Holding(
        "d", "工作要点", "WorkPlan", "", years, "r", "青禾县", "County", (), "s", "a.txt"
    )


def cells(report: Report) -> list[tuple[object, ...]]:
    return [row.values for row in report.rows]


# -- the invented plans --------------------------------------------------------------------------


def test_new_places(plans_store: Store) -> None:
    report = compare(plans_store, "新增学位")
    assert report.columns == ("region", "level", "2021", "2022", "2023")
    assert cells(report) == [
        ("江西省", "Province", "120000个", "100000个", "100000个"),
        ("云陵市", "Prefecture", "8000个", "9000个", "7500个"),
        ("临枫区", "County", "600个", "no plan", "800个"),
        ("枫渚县", "County", "900个", "silent", "masked 个"),
        ("青禾县", "County", "1200个", "1500个", "1500个"),
    ]
    found = {
        (row.values[0], one.column): one.sentence for row in report.rows for one in row.evidence
    }
    assert len(found) == 13
    assert found["临枫区", "2023"] == "全区新增学位0.08万个。"
    assert found["枫渚县", "2023"] == "全县新增学位X个。"
    assert report.notes[0].startswith(
        "compared: 18 plans of 5 places for 2021–2025 (3 ImplementationPlan, 1 Opinion, 14 WorkPlan)"
    )
    assert report.notes[-2:] == (
        "2022: 3 of 5 places promise something, 1 are silent (枫渚县), of 1 no plan is held",
        "2023: 5 of 5 places promise something, 0 are silent, of 0 no plan is held",
    )


def test_enrolment_in_a_city(plans_store: Store) -> None:
    report = compare(plans_store, "学前三年毛入园率", Chosen("云陵市"))
    assert report.columns[2:] == ("2021", "2022", "2023", "2025")
    assert cells(report) == [
        ("云陵市", "Prefecture", "≥92%", "≥93%", "≥94%", "≥96%"),
        ("临枫区", "County", "≥92%", "no plan", "≥94%", "no plan"),
        ("枫渚县", "County", "silent", "≥93%", "silent", "≥95%"),
        ("青禾县", "County", "≥90%", "≥92%", "≥95%", "≥96%"),
    ]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Chosen(level="County", year=2022), [("临枫区", "no plan"), ("枫渚县", "silent"), ("青禾县", "1500个")]),
        (Chosen("枫渚县", year=2023), [("枫渚县", "masked 个")]),
        (Chosen("枫渚县", year=2025), [("枫渚县", "silent")]),
        (Chosen("临枫区", year=2024), [("临枫区", "no plan")]),
        (Chosen("江西省", "Prefecture", 2021), [("云陵市", "8000个")]),
        (Chosen("青禾县", year=2022, issuer="人民政府"), [("青禾县", "silent")]),
        (Chosen("青禾县", year=2022, kind="WorkPlan"), [("青禾县", "1500个")]),
        (Chosen("青禾县", year=2022, kind="Law"), []),
    ],
)  # fmt: skip
def test_choice(plans_store: Store, chosen: Chosen, expected: list[tuple[str, str]]) -> None:
    if chosen.kind == "Law":
        assert cells(compare(plans_store, "新增学位", chosen)) == []
        return
    found = compare(plans_store, "新增学位", chosen)
    assert [(row[0], row[2]) for row in cells(found)] == expected


def test_by_region_and_by_year(plans_store: Store) -> None:
    county = Chosen("云陵市", "County")
    assert cells(compare(plans_store, "新增学位", county, pivot="region")) == [
        ("临枫区", "County", "2021 600个 | 2023 800个", 2, 0),
        ("枫渚县", "County", "2021 900个 | 2023 masked 个", 2, 1),
        ("青禾县", "County", "2021 1200个 | 2022 1500个 | 2023 1500个", 3, 0),
    ]
    assert cells(compare(plans_store, "新增学位", county, pivot="year")) == [
        (2021, "临枫区 600个 | 枫渚县 900个 | 青禾县 1200个", 3, 0),
        (2022, "青禾县 1500个", 1, 1),
        (2023, "临枫区 800个 | 枫渚县 masked 个 | 青禾县 1500个", 3, 0),
    ]


def test_a_row_for_each_target(plans_store: Store) -> None:
    report = compare(plans_store, "新增学位", Chosen("临枫区"), pivot="none")
    (_, row) = report.records()
    assert {name: value for name, value in row.items() if value is not None} == {
        "region": "临枫区", "level": "County", "years": "2023",
        "document": "临枫区教育局2023年工作要点", "indicator": "新增学位",
        "comparator": "Exactly", "value": Decimal(800), "unit": "个",
        "base value": Decimal(800), "base unit": "个", "modality": "Plan",
        "due": "2023", "due basis": "Inherited", "task": "增加学位供给", "lead": "临枫区教育局",
    }  # fmt: skip


def test_the_same_twice_is_one_with_two_sentences(plans_store: Store) -> None:
    report = compare(plans_store, "培训教师人次", Chosen("临枫区", year=2023))
    (row,) = report.rows
    assert row.values == ("临枫区", "County", "300人次")
    assert [one.sentence for one in row.evidence] == [
        "全年培训教师300人次。",
        "重点面向青年教师，全年培训教师300人次。",
    ]


def test_who_leads_what_is_said_twice(plans_store: Store) -> None:
    report = compare(plans_store, "培训教师人次", Chosen("临枫区"), pivot="none")
    (row,) = report.records()
    assert (row["task"], row["lead"]) == ("加大培训力度、提升教师素养", "临枫区教育局")


def test_a_conflict_is_shown_whole(plans_store: Store) -> None:
    report = compare(plans_store, "九年义务教育巩固率", Chosen("枫渚县", year=2023))
    assert cells(report) == [("枫渚县", "County", "≥97%; ≥98%")]


def test_words_of_an_indicator(plans_store: Store) -> None:
    report = compare(plans_store, "一键报警", Chosen("云陵市", "Prefecture"))
    assert report.notes[0] == (
        "no indicator is called 一键报警; taken are those with these words: 校园一键报警"
    )
    assert cells(report) == [("云陵市", "Prefecture", "校园一键报警: 100%", "silent", "silent")]


def test_many_indicators_are_read_all_the_same(
    plans_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = compare(plans_store, "率", pivot="none")
    monkeypatch.setattr(planned, "MOST_ASKED", 1)
    assert compare(plans_store, "率", pivot="none") == few
    assert {row["indicator"] for row in few.records()} >= {"学前三年毛入园率", "九年义务教育巩固率"}


def test_another_name_and_what_lies_below(plans_store: Store) -> None:
    chosen = Chosen("临枫区", year=2021)
    alias = compare(plans_store, "增加学位", chosen)
    assert alias.notes[0] == "增加学位 is another name of 新增学位"
    assert cells(alias) == [("临枫区", "County", "600个")]
    assert cells(compare(plans_store, "学位", chosen)) == [("临枫区", "County", "新增学位: 600个")]


@pytest.mark.parametrize(
    ("indicator", "region", "message"),
    [
        ("新增学位位", "", r"indicator '新增学位位': no plan speaks of it; similar: .*新增学位"),
        ('" } #', "", "no plan speaks of it; `kg query --name indicator-names` lists all"),
        (" ", "", "indicator: no name is given"),
        ("新增学位", "无名县", "region '无名县': not in the store"),
    ],
)
def test_nothing_of_this_name(
    plans_store: Store, indicator: str, region: str, message: str
) -> None:
    with pytest.raises(NotFoundError, match=message) as caught:
        compare(plans_store, indicator, Chosen(region))
    assert "\n" not in str(caught.value)


def test_the_order_of_building_changes_nothing(plans_store: Store) -> None:
    graphs = [
        DocumentGraph(iri, "", "", _quads(plans_store, iri), ())
        for iri in plans_store.graph_names()
    ]
    random.Random(5).shuffle(graphs)
    with Store() as other:
        other.load(graphs)
        for pivot in comparing.PIVOTS:
            for name in ("新增学位", "九年义务教育巩固率"):
                assert compare(other, name, pivot=pivot) == compare(plans_store, name, pivot=pivot)


def _quads(store: Store, iri: str) -> str:
    return "".join(
        f"{line.decode().rstrip().removesuffix('.')}<{iri}> .\n" for line in store.ntriples(iri)
    )


def test_what_is_a_plan(plans_store: Store) -> None:
    """A notice that sets no target is no plan, so its place is not silent."""
    graphs = [
        DocumentGraph(iri, "", "", _quads(plans_store, iri), ())
        for iri in plans_store.graph_names()
    ]
    with Store() as store:
        store.load([*graphs, _document(store, "Notice", 1), _document(store, "WorkPlan", 2)])
        report = compare(store, "新增学位", Chosen("临枫区"))
        assert report.columns[2:] == ("2021", "2023", "2032")
        assert cells(report) == [("临枫区", "County", "600个", "800个", "silent")]


def _document(store: Store, kind: str, number: int) -> DocumentGraph:
    """Give a document for 2031 or 2032 that sets no target."""
    turtle = f"""
<document/{number}> a pol:PolicyDocument, pol:{kind} ; pol:hasText <source/{number}> ;
    pol:planYear {2030 + number} ; pol:appliesTo <region/临枫区> .
"""
    return named(f"{store.base}source/{number}", turtle)


# -- the same from the exported graph ------------------------------------------------------------

EXPORTED = (
    "青禾县-2021-要点.txt",
    "青禾县-2022-要点.txt",
    "市-2022-要点.txt",
    "枫渚县-2023-要点.txt",
)


@pytest.fixture(scope="module")
def exported(plans_store: Store) -> Iterator[tuple[Store, rdflib.Graph]]:
    """Give some of the plans as a store, and its Turtle read by another engine."""
    sources = [one.source for one in plans_store.sources().values() if one.names[0] in EXPORTED]
    with Store() as store:
        store.load([DocumentGraph(iri, "", "", _quads(plans_store, iri), ()) for iri in sources])
        out = io.BytesIO()
        export(store, "turtle", out, ontology=False)
        yield store, rdflib.Graph().parse(data=out.getvalue(), format="turtle")


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        ("compare", {}, 22),
        ("compare", {"indicator": "新增学位", "region": "云陵市"}, 4),
        ("compare", {"indicator": "新增学位", "region": "青禾县", "year": "2022"}, 1),
        ("pledges", {}, 9),
        ("pledges", {"indicator": "新增学位", "region": "青禾县"}, 1),
        ("cascade", {}, 2),
        ("cascade", {"indicator": "学前三年毛入园率"}, 1),
        ("plan-targets", {}, 22),
        ("target-details", {}, 7),
        ("target-tasks", {}, 21),
        ("indicator-names", {}, 14),
    ],
)
def test_any_engine_answers_alike(
    exported: tuple[Store, rdflib.Graph], name: str, values: dict[str, str], rows: int
) -> None:
    store, graph = exported
    query = queries.find(name)
    known = {one for one, _ in query.parameters}
    found = [
        {key: value for key, value in row.items() if key not in known}
        for row in store.select(query.text, query.substitutions(values))
    ]
    bindings = {name: rdflib.Literal(value) for name, value in values.items()}
    other = graph.query(query.text, initNs=PREFIXES, initBindings=bindings)
    names = [str(variable) for variable in other.vars or () if str(variable) not in known]
    again = [{key: str(row[key]) if row[key] is not None else "" for key in names} for row in other]
    assert sorted(map(_line, found)) == sorted(map(_line, again))
    assert len(found) == rows


def test_the_saved_query_says_the_same(plans_store: Store) -> None:
    for indicator in ("新增学位", "学前三年毛入园率"):
        rows = plans_store.select(queries.find("compare").text, {"indicator": indicator})
        found = {(r["place"], r["title"], r["value"], r["due"], r["sentence"]) for r in rows}
        told = compare(plans_store, indicator, pivot="none")
        assert found == {
            (
                *(r["region"], r["document"], "" if r["value"] is None else str(r["base value"])),
                *(r["due"], row.evidence[0].sentence),
            )
            for r, row in zip(told.records(), told.rows, strict=True)
        }


def _line(row: dict[str, str]) -> str:
    return "|".join(f"{key}={_canonical(value)}" for key, value in sorted(row.items()))


def _canonical(value: str) -> str:
    return value.removesuffix(".0")


# -- folding, wording, dates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (target(comparator="AtLeast"), "≥93%"),
        (target("5", comparator="AtMost"), "≤5%"),
        (target("6.50", comparator="About"), "≈6.5%"),
        (target("60–70", "人", comparator="Between"), "60–70人"),
        (target("80", "元", change=True), "+80元"),
        (target("3", change=True, label="能耗下降"), "3%"),
        (target(None, "个"), "masked 个"),
        (target(None, ""), "masked"),
        (target("0", ""), "0"),
        (target("2", "所", each=True, modality="Strive"), "2所, each, strive"),
        (target("1", "次", recurrence="P1M", modality="Ensure"), "1次, every P1M, ensure"),
        (target(due="2022"), "93%"),
        (target(due="2022-12"), "93%"),
        (target(due="2022-09-30"), "93%, by 2022-09-30"),
        (target(due="2025", group="农村"), "农村: 93%, by 2025"),
        (target(label="公办园占比"), "公办园占比: 93%"),
    ],
)
def test_wording(made: Planned, told: str) -> None:
    assert said(made, 2022, name="入园率" if made.label != "能耗下降" else "能耗下降") == told


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ("2022", "2022-12-31"),
        ("2022-02", "2022-02-28"),
        ("2024-02", "2024-02-29"),
        ("2022-06-15", "2022-06-15"),
        ("2021-2025", "2025-12-31"),
        ("", ""),
    ],
)
def test_last_day(due: str, day: str) -> None:
    assert last_day(due) == day


@pytest.mark.parametrize(
    ("made", "years", "expected"),
    [
        (target(due="2022"), (2022,), (2022,)),
        (target(), (2022,), (2022,)),
        (target(due="2025"), (2022,), (2022,)),
        (target(due="2023"), (2021, 2022, 2023), (2023,)),
        (target(), (2021, 2022, 2023), (2023,)),
        (target(due="2030"), (2021, 2022), (2022,)),
        (target(recurrence="P1Y"), (2021, 2022), (2021, 2022)),
        (target(recurrence="P3M"), (2021, 2022), (2021, 2022)),
        (target(recurrence="P2Y"), (2021, 2022), (2022,)),
    ],
)
def test_years_of(made: Planned, years: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert years_of(made, plan(*years)) == expected


TARGETS = st.builds(
    target,
    st.sampled_from(["93", "95", "60–70", None]),
    comparator=st.sampled_from(["AtLeast", "Exactly"]),
    group=st.sampled_from(["", "农村"]),
    due=st.sampled_from(["", "2022", "2022-12-31"]),
    modality=st.sampled_from(["Ensure", "Plan", "Strive"]),
    evidence=st.integers(0, 9).map(lambda at: (Evidence(f"{at}。", "a.txt", "s", at, at + 1),)),
)


@given(st.lists(TARGETS, max_size=8))
def test_folding_twice_is_folding_once(targets: list[Planned]) -> None:
    once = fold(targets)
    assert fold(once) == once
    assert {e for t in once for e in t.evidence} == {e for t in targets for e in t.evidence}


@given(st.lists(TARGETS, max_size=6, unique_by=lambda one: one.place), st.randoms())
def test_folding_does_not_depend_on_order(targets: list[Planned], chance: random.Random) -> None:
    other = list(targets)
    chance.shuffle(other)
    assert fold(other) == fold(targets)


def test_folding_keeps_the_firmest_form() -> None:
    (one,) = fold([target(modality="Strive"), target(modality="Ensure")])
    assert (one.modality, len(one.evidence)) == ("Ensure", 1)


def test_what_differs_is_not_folded() -> None:
    several = [
        target(), target("94"), target(unit="个"), target(change=True), target(each=True),
        target(group="农村"), target(due="2025"), target(recurrence="P1M"), target(indicator="j"),
        target(comparator="AtLeast"), target(None),
    ]  # fmt: skip
    assert len(fold(several)) == len(several)
    assert len(fold([target(due="2022"), target(due="2022-12-31")])) == 1
    assert len(fold([target(), replace(target(), document="e")])) == 1


# -- words, options ------------------------------------------------------------------------------


def test_directions_show_their_examples() -> None:
    words = [row["word"] for row in rows("directions.tsv")]
    assert len(set(words)) == len(words)
    for row in rows("directions.tsv"):
        assert row["word"] in row["example"], row
        assert better(row["example"]) == row["better"], row
    assert better("新增学位") == ""


def test_the_command_offers_what_the_report_knows() -> None:
    assert command.PIVOTS == comparing.PIVOTS
    assert command.LEVELS == LEVELS
    assert commands.__doc__


# -- on the command line -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stored(plans_store: Store, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the directory of a store of the plans."""
    place = tmp_path_factory.mktemp("compare") / "store"
    graphs = [
        DocumentGraph(iri, "", "", _quads(plans_store, iri), ())
        for iri in plans_store.graph_names()
    ]
    with Store(place) as store:
        store.load(graphs)
    return str(place)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ["compare", "--indicator", "新增学位", "--region", "枫渚县", "--format", "csv"],
            [
                "region,level,2021,2022,2023,sentence,file,at",
                "枫渚县,County,900个,silent,masked 个,2021：全县新增学位900个。 | 2023：全县新增学位X个。",
            ],
        ),
        (
            ["compare", "--indicator", "新增学位", "--pivot", "regionxyear", "--year", "2022"],
            [" 临枫区   County       no plan"],
        ),
        (
            ["pledges", "--region", "青禾县", "--verdict", "slipped"],
            ["[2] 2023年12月底前建成县特殊教育学校1所。 (青禾县-2023-要点.txt)"],
        ),
        (
            ["cascade", "--region", "枫渚县", "--verdict", "looser", "--format", "markdown"],
            ["| 枫渚县 | 云陵市 | 学前三年毛入园率 | 2025 |"],
        ),
    ],
)
def test_command(stored: str, arguments: list[str], lines: list[str]) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--store", stored])
    assert result.exit_code == 0, result.output
    for line in lines:
        assert line in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "--indicator", "无此指标之名"], 1, "Error: indicator '无此指标之名': no plan"),
        (["compare"], 2, "Missing option '--indicator'"),
        (["compare", "--indicator", "新增学位", "--region", "无名县"], 1, "not in the store"),
        (["pledges", "--region", "无名县"], 1, "Error: region '无名县': not in the store"),
        (["cascade", "--verdict", "好"], 2, "Invalid value for '--verdict'"),
    ],
)
def test_command_in_vain(stored: str, arguments: list[str], code: int, message: str) -> None:
    result = CliRunner().invoke(cli, [*arguments, "--store", stored])
    assert (result.exit_code, message in result.output) == (code, True), result.output
