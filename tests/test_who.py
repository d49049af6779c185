"""Who answers for what: the planted duties of the invented plans, and what stays unowned."""

from __future__ import annotations

from pathlib import Path

import pytest
from casebook import EXAMPLES
from click.testing import CliRunner
from plans import PLANS
from rdflib_answers import answer, exported
from test_queries import named

from kg import queries
from kg.build import build
from kg.cli import cli
from kg.errors import NotFoundError, QueryError
from kg.graph import DEFAULT_BASE
from kg.reports import matrix as matrix_module
from kg.reports.matrix import matrix
from kg.reports.pairs import pairs
from kg.reports.report import Report
from kg.reports.support_only import support_only
from kg.reports.unowned import unowned
from kg.reports.who import who
from kg.store import Store

BUREAU = "青禾县教育局"
PLAN_22 = "青禾县教育局2022年工作要点"
DISABLED = "青禾县残疾人联合会"
STAFFING = "中共青禾县委机构编制委员会办公室"
PERSONNEL = "青禾县人力资源和社会保障局"
LAND = "青禾县自然资源局"
HOUSING = "青禾县住房和城乡建设局"


def told(report: Report, *columns: str) -> list[str]:
    """Give some cells of each row, one string each."""
    return [
        " | ".join("–" if record[name] is None else str(record[name]) for name in columns)
        for record in report.records()
    ]


# -- agencies and tasks ------------------------------------------------------------------------


@pytest.mark.parametrize("name", [BUREAU, "县教育局", f"agency/{BUREAU}", "青禾县教"])
def test_the_tasks_of_an_agency(plans_store: Store, name: str) -> None:
    report = who(plans_store, name, document=PLAN_22)
    assert report.title == f"What {BUREAU} answers for, in {PLAN_22}"
    assert told(report, "agency", "role", "basis", "task", "due", "document") == [
        f"{BUREAU} | Lead | Explicit | 增加学位供给 | (2022) | {PLAN_22}",
        f"{BUREAU} | Lead | Implied | 发展学前教育 | (2022) | {PLAN_22}",
        f"{BUREAU} | Lead | Explicit | 办好特殊教育 | (2022-09-30) | {PLAN_22}",
        f"{BUREAU} | Lead | Explicit | 建强教师队伍 | (2022) | {PLAN_22}",
    ]
    assert [row.evidence[0].sentence for row in report.rows] == [
        "（责任单位：县教育局、县自然资源局）",
        "2.发展学前教育。",
        "（县教育局牵头，县残联、县住房城乡建设局配合）",
        "（县教育局牵头，县委编办、县人力资源社会保障局配合）",
    ]


def test_an_agency_by_the_words_of_a_text(plans_store: Store) -> None:
    report = who(plans_store, "团县委")
    assert told(report, "agency", "role", "task", "due") == [
        "共青团青禾县委员会 | Support | 实施“晨曦护苗”行动 | –"
    ]


@pytest.mark.parametrize("name", ["办好特殊教育", "特殊教育"])
def test_who_answers_for_a_task(plans_store: Store, name: str) -> None:
    report = who(plans_store, name)
    assert report.title == f"Who answers for {name}"
    assert told(report, "agency", "role", "basis", "due") == [
        f"{agency} | {role} | Explicit | ({due})"
        for due in ("2022-09-30", "2023-12-31")
        for agency, role in ((BUREAU, "Lead"), (DISABLED, "Support"), (HOUSING, "Support"))
    ]


def test_a_task_by_its_iri(plans_store: Store) -> None:
    query = 'SELECT ?task { ?task dcterms:title "提升教师素养"@zh }'
    iri = plans_store.select(query)[0]["task"]
    for name in (iri, iri.removeprefix(DEFAULT_BASE)):
        assert told(who(plans_store, name), "agency", "basis", "task", "due") == [
            "临枫区教育局 | Implied | 提升教师素养 | (2023)"
        ]


def test_a_whole_title_goes_before_a_part(plans_store: Store) -> None:
    titles = {row.values[3] for row in who(plans_store, "扩大普惠资源").rows}
    assert titles == {"扩大普惠资源"}
    titles = {row.values[3] for row in who(plans_store, "资源").rows}
    assert titles == {"扩大普惠资源"}
    titles = {row.values[3] for row in who(plans_store, "校园", region="云陵市").rows}
    assert titles == {"启动校园安全整治", "深化校园安全整治", "建设平安校园"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("县教育局", r"2 have this name; say which: agency/枫渚县教育局, agency/青禾县教育局"),
        ("财政局", "2 have this name; say which: agency/云陵市财政局, agency/枫渚县财政局"),
        ("无此局", "'无此局': neither an agency that answers for a task here nor a task"),
        ('" } #', "neither"),
        ("<x>", "neither"),
    ],
)
def test_names_that_are_none_or_several(plans_store: Store, name: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        who(plans_store, name)


def test_a_table_says_who_by_its_whole_row() -> None:
    with Store() as store:
        build([EXAMPLES / "04-青禾县民生实事分工通知.txt"], store, limits=None)
        report = who(store, "城镇新增就业", document="民生实事")
    assert told(report, "agency", "role", "due") == [
        "青禾县人力资源和社会保障局 | Lead | 2023-12-31",
        "青禾县工业和信息化局 | Support | 2023-12-31",
        "青禾县总工会 | Support | 2023-12-31",
    ]
    assert {row.evidence[0].sentence.split("\t")[2] for row in report.rows} == {
        "县人力资源社会保障局"
    }


TURTLE = """
<source/1> dcterms:source "plan.txt" ; nif:isString "甲县要点" ; pol:sha256 "1" .
<document/1> pol:hasText <source/1> ; dcterms:title "甲县要点"@zh .
<agency/a> a pol:Agency ; skos:prefLabel "甲县教育局"@zh .
<agency/b> a pol:Agency ; skos:prefLabel "甲县财政局"@zh .
<agency/c> a pol:Agency ; skos:prefLabel "甲县财政局"@zh .
<t/1> a pol:Task ; dcterms:title "修桥"@zh ; pol:due "2022-06"^^xsd:gYearMonth .
<t/2> a pol:Task ; dcterms:title "铺路"@zh .
<t/3> a pol:Task ; dcterms:title "植树"@zh .
<r/1> a pol:Responsibility ; pol:ofTask <t/1> ; pol:agency <agency/a> ; pol:role pol:Support ;
    pol:basis pol:Explicit .
<r/2> a pol:Responsibility ; pol:ofTask <t/2> ; pol:agency <agency/b> ; pol:role pol:Lead ;
    pol:basis pol:Inherited .
<r/3> a pol:Responsibility ; pol:ofTask <t/2> ; pol:agency <agency/c> ; pol:role pol:Support ;
    pol:basis pol:Inherited .
"""


@pytest.fixture(scope="module")
def small() -> Store:
    """Give a store with a task of each gap: no lead, inherited, nobody."""
    nodes = ("t/1", "t/2", "t/3", "r/1", "r/2", "r/3")
    placed = "".join(
        f"<{node}> nif:referenceContext <source/1> ; nif:beginIndex {at} ; nif:endIndex {at + 1} ;"
        f' pol:sentence "句{at}" .\n'
        for at, node in enumerate(nodes)
    )
    store = Store()
    store.load([named(f"{DEFAULT_BASE}source/1", TURTLE + placed)])
    return store


def test_a_task_without_anybody_and_one_with_its_own_date(small: Store) -> None:
    report = who(small, "植树")
    assert told(report, "agency", "role", "basis", "task", "due") == ["– | – | – | 植树 | –"]
    assert report.rows[0].evidence[0].sentence == "句2"
    assert report.notes[-1].startswith("No agency:")
    assert told(who(small, "修桥"), "agency", "role", "due") == ["甲县教育局 | Support | 2022-06"]


def test_two_of_one_name(small: Store) -> None:
    with pytest.raises(NotFoundError, match="2 have this name; say which: agency/b, agency/c"):
        who(small, "甲县财政局")
    assert told(who(small, "agency/b"), "role", "basis") == ["Lead | Inherited"]


# -- the matrix --------------------------------------------------------------------------------


def test_matrix_of_a_plan(plans_store: Store) -> None:
    report = matrix(plans_store, document=PLAN_22)
    assert report.columns[3:] == (BUREAU, STAFFING, PERSONNEL, HOUSING, DISABLED, LAND)
    assert [[cell or "" for cell in row.values[1:]] for row in report.rows] == [
        ["1 增加学位供给", "", "L", "", "", "", "", "S"],
        ["2 发展学前教育", "only implied", "[L]", "", "", "", "", ""],
        ["3 办好特殊教育", "", "L", "", "", "S", "S", ""],
        ["4 建强教师队伍", "", "L", "S", "S", "", "", ""],
    ]
    assert report.notes[-2:] == (
        "Gaps: only implied 1.",
        f"Named in support only: {'、'.join([STAFFING, PERSONNEL, HOUSING, DISABLED, LAND])}.",
    )
    assert [[e.sentence for e in row.evidence] for row in report.rows][:2] == [
        ["（责任单位：县教育局、县自然资源局）"],
        ["2.发展学前教育。"],
    ]


def test_gaps_of_a_district(plans_store: Store) -> None:
    report = matrix(plans_store, region="临枫区")
    assert [(row.values[1], row.values[2]) for row in report.rows if row.values[2]] == [
        ("2 发展学前教育", "only implied"),
        ("3 增强学生体质", "only implied"),
        ("2 发展学前教育", "only implied"),
        ("3 提升教师素养", "only implied"),
    ]


def test_every_gap_and_two_columns_of_one_name(small: Store) -> None:
    report = matrix(small)
    assert report.columns[3:] == (
        "甲县财政局 <agency/b>",
        "甲县教育局",
        "甲县财政局 <agency/c>",
    )
    assert [row.values[1:] for row in report.rows] == [
        ("修桥", "no lead", None, "S", None),
        ("铺路", None, "(L)", None, "(S)"),
        ("植树", "nobody", None, None, None),
    ]


def test_a_matrix_that_nobody_reads(plans_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_module, "MOST_CELLS", 100)
    with pytest.raises(QueryError, match=r"tasks × .* agencies .* --document or --region"):
        matrix(plans_store)
    assert matrix(plans_store, document=PLAN_22).rows


# -- pairs, unowned, support only --------------------------------------------------------------


def test_pairs(plans_store: Store) -> None:
    report = pairs(plans_store, agency=DISABLED)
    titles = f"{PLAN_22}、青禾县教育局2023年工作要点"
    assert told(report, "agency", "with", "tasks", "documents", "roles", "titles") == [
        f"{DISABLED} | {HOUSING} | 2 | 2 | Support+Support 2 | {titles}",
        f"{DISABLED} | {BUREAU} | 2 | 2 | Support+Lead 2 | {titles}",
    ]
    assert [e.file for e in report.rows[0].evidence] == [
        "青禾县-2022-要点.txt",
        "青禾县-2023-要点.txt",
    ]


def test_the_most_frequent_pair_comes_first(plans_store: Store) -> None:
    report = pairs(plans_store, region="青禾县")
    assert told(report, "agency", "with", "tasks", "documents", "roles")[:2] == [
        f"{BUREAU} | {LAND} | 4 | 4 | Lead+Support 4",
        f"{STAFFING} | {PERSONNEL} | 3 | 3 | Support+Support 3",
    ]
    counts = [row.values[2] for row in report.rows]
    assert counts == sorted(counts, key=lambda one: -int(str(one)))


def test_pairs_are_the_same_from_both_sides(plans_store: Store) -> None:
    whole = {(frozenset(row.values[:2]), row.values[2]) for row in pairs(plans_store).rows}
    names = {str(name) for pair, _ in whole for name in pair}
    for name in names:
        own = {(frozenset(r.values[:2]), r.values[2]) for r in pairs(plans_store, agency=name).rows}
        assert own == {pair for pair in whole if name in pair[0]}


def test_what_nobody_owns(plans_store: Store) -> None:
    report = unowned(plans_store, region="青禾县")
    assert told(report, "what", "target", "due", "lead instead", "basis") == [
        "学前三年毛入园率 | ≥ 96 % | 2025 | – | –",
        f"学前三年毛入园率 | ≥ 90 % | 2021 | {BUREAU} | Implied",
        f"食堂改造 | 30 所 | 2021-12-31 | {BUREAU} | Implied",
        f"学前三年毛入园率 | ≥ 92 % | 2022 | {BUREAU} | Implied",
        f"学前三年毛入园率 | ≥ 95 % | 2023 | {BUREAU} | Implied",
    ]
    assert report.notes[1] == "By basis: Implied 4, nobody 1."


def test_the_planted_tasks_are_unowned(plans_store: Store) -> None:
    """发展学前教育 in county and city plans, 增强学生体质, 提升教师素养, 巩固义务教育."""
    files = {
        (row.evidence[0].file.removesuffix(".txt"), str(row.values[0]))
        for row in unowned(plans_store).rows
    }
    local = [f"{place}-{year}-要点" for place in ("市", "青禾县") for year in (2021, 2022, 2023)]
    local += ["枫渚县-2022-要点", "临枫区-2021-要点", "临枫区-2023-要点"]
    assert {(plan, "学前三年毛入园率") for plan in local} <= files
    assert not any(
        plan.startswith("省") and what == "学前三年毛入园率" and "要点" in plan
        for plan, what in files
    )
    assert ("临枫区-2021-要点", "学生体质健康合格率") in files
    assert ("临枫区-2023-要点", "教师") in files
    assert {plan for plan, what in files if what == "九年义务教育巩固率"} == {
        f"{place}-{year}-要点" for place in ("省", "枫渚县") for year in (2021, 2022, 2023)
    }
    assert ("市-2022-要点", "开展规划评估") in files


def test_unowned_with_support_or_a_section(small: Store) -> None:
    report = unowned(small)
    assert told(report, "what", "due", "lead instead", "basis", "support") == [
        "修桥 | 2022-06 | – | – | 甲县教育局",
        "铺路 | – | 甲县财政局 | Inherited | 甲县财政局",
        "植树 | – | – | – | –",
    ]


def test_support_only(plans_store: Store) -> None:
    found = told(support_only(plans_store), "agency", "tasks", "documents", "issuer of")
    assert "共青团青禾县委员会 | 1 | 1 | 0" in found
    assert "共青团临枫区委员会 | 1 | 1 | 0" in found
    assert not [line for line in found if "教育" in line]
    assert told(support_only(plans_store, region="临枫区"), "agency", "tasks", "titles") == [
        "临枫区住房和城乡建设局 | 2 | 临枫区教育局2021年工作要点、临枫区教育局2023年工作要点",
        "共青团临枫区委员会 | 1 | 临枫区教育局2023年工作要点",
    ]


def test_who_leads_anywhere_supports_not_only(small: Store) -> None:
    assert told(support_only(small), "agency") == ["甲县教育局", "甲县财政局"]
    assert told(pairs(small), "agency", "with", "roles") == [
        "甲县财政局 | 甲县财政局 | Lead+Support 1"
    ]


# -- the saved queries and the command ---------------------------------------------------------


def test_any_engine_answers_the_queries(plans_store: Store) -> None:
    graph = exported(plans_store)
    rows = {"who": 106, "who-leads": 106, "unowned": 30, "pairs": 61, "support-only": 48}
    for name, number in rows.items():
        text = queries.find(name).text
        ours = sorted(plans_store.select(text), key=lambda row: tuple(row.items()))
        assert len(ours) == number
        assert answer(graph, text) == ours, name


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the directory of a store with two plans."""
    place = tmp_path_factory.mktemp("who") / "store"
    with Store(place) as store:
        build([PLANS / "青禾县-2022-要点.txt", PLANS / "临枫区-2023-要点.txt"], store, limits=None)
    return place


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([BUREAU], 0, f"What {BUREAU} answers for"),
        (["增加学位供给", "--region", "临枫区"], 0, "临枫区住房和城乡建设局"),
        (["--matrix", "--document", PLAN_22], 0, "only implied"),
        (["--pairs"], 0, "Support+Support 1"),
        ([BUREAU, "--pairs"], 0, f"Which agencies work together, with {BUREAU}"),
        (["--unowned"], 0, "What nobody owns explicitly"),
        (["--support-only"], 0, "共青团临枫区委员会"),
        (["教育局"], 1, "2 have this name; say which"),
        ([], 2, "give NAME, or one of --matrix"),
        ([BUREAU, "--matrix"], 2, "give NAME, or one of"),
        (["--pairs", "--unowned"], 2, "give NAME, or one of"),
    ],
)
def test_command(place: Path, arguments: list[str], code: int, words: str) -> None:
    result = CliRunner().invoke(cli, ["who", *arguments, "--store", str(place)])
    assert result.exit_code == code, result.output
    assert words in result.output


@pytest.mark.parametrize("name", ["matrix.xlsx", "matrix.csv", "matrix.json", "matrix.md"])
def test_files(place: Path, tmp_path: Path, name: str) -> None:
    arguments = ["who", "--matrix", "-o", str(tmp_path / name), "--store", str(place)]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert (tmp_path / name).stat().st_size > 500
