"""What is wrong inside documents: sums, conflicts, repetitions, shares, ranges, dates."""

# ruff: noqa: E501  # a case is read best on one line
from __future__ import annotations

import re
import time
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_extractor import BASE
from hypothesis import given
from hypothesis import strategies as st
from plans import PLANS
from test_queries import named

from kg import queries
from kg.cli import cli
from kg.commands.check import KINDS as COMMAND_KINDS
from kg.errors import NotFoundError
from kg.pipeline import process
from kg.reports.check import KINDS, check
from kg.reports.report import Report
from kg.reports.statements import statement
from kg.reports.sums import find_sums
from kg.store import Store
from kg.vocabulary import rows

# An invented work plan around the sentences of a case.
PLAN = """青禾县教育局文件
青教发〔{number}〕3号

青禾县教育局{year}年工作要点

{text}

青禾县教育局
{issued}
"""


def holding(*graphs: object) -> Store:
    store = Store()
    store.load(graphs)  # type: ignore[arg-type]
    return store


def found(report: Report) -> list[str]:
    """Say each finding as a line: error conflict 巩固率: 95 % / 97 %."""
    return [
        f"{row.values[0]} {row.values[1]} {row.values[3]}: {row.values[5]}" for row in report.rows
    ]


@cache
def read(text: str, year: str, issued: str, number: str) -> Report:
    content = PLAN.format(text=text, year=year, issued=issued, number=number)
    with holding(process(content.encode(), ["plan.txt"])) as store:
        return check(store)


def told(
    text: str, year: str = "2023", issued: str = "2023年3月1日", number: str = ""
) -> list[str]:
    """Say what is found in a plan that holds a text, sums apart."""
    report = read(text, year, issued, number or issued[:4])
    return [line for line in found(report) if " sum " not in line]


# -- sums --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # right
        ("新建、改扩建幼儿园67所，其中新建26所、改建29所、扩建12所。", ["right: 67 所: 26 + 29 + 12 = 67"]),
        ("更新设备67套（小学26套、初中29套、高中12套）。", ["right: 67 套: 26 + 29 + 12 = 67"]),
        ("建设幼儿园67所：新建26所，改建29所，扩建12所。", ["right: 67 所: 26 + 29 + 12 = 67"]),
        ("新建26所、改建29所、扩建12所，共67所。", ["right: 67 所: 26 + 29 + 12 = 67"]),
        ("幼儿园26所、小学29所和初中12所，合计67所。", ["right: 67 所: 26 + 29 + 12 = 67"]),
        ("全县有幼儿园、小学、初中67所，分别为26所、29所、12所。", ["right: 67 所: 26 + 29 + 12 = 67"]),
        ("建设步道96公里，其中山区41公里，滨水32公里，社区23公里；改厕9户。", ["right: 96 公里: 41 + 32 + 23 = 96"]),
        ("印发清单43项（见附件），其中教学31项、后勤12项。", ["right: 43 项: 31 + 12 = 43"]),
        # rounded figures may miss each other by half of what their last digits count
        ("总投资12.5亿元，其中省级3.2亿元、市级4.1亿元、县级5.3亿元。", ["right: 1250000000 元: 320000000 + 410000000 + 530000000 = 1260000000"]),
        ("总投资12.5亿元，其中省级3.2亿元、市级4.1亿元、县级6.3亿元。", ["error: 1250000000 元: 320000000 + 410000000 + 630000000 = 1360000000"]),
        # units of one kind written with and without 万
        ("新增学位1.2万个，其中小学8000个、初中4000个。", ["right: 12000 个: 8000 + 4000 = 12000"]),
        # items of a list
        ("改造学校12所，其中：\n（1）小学5所，年底前完工；\n（2）初中4所；\n（3）高中3所。", ["right: 12 所: 5 + 4 + 3 = 12"]),
        ("改造学校12所：\r\n1.小学5所；\r\n2.初中4所；\r\n3.高中4所。", ["error: 12 所: 5 + 4 + 4 = 13"]),
        # more than the total
        ("改造学校20所，其中小学12所、初中9所。", ["error: 20 所: 12 + 9 = 21"]),
        ("培训教师100人，其中小学60人，党员50人。", ["warning: 100 人: 60 + 50 = 110"]),  # may overlap
        ("改造学校20所，其中小学22所。", ["error: 20 所: 22"]),
        # less: an error only where nothing may be left out, a warning where it is a near miss
        ("新建、改建幼儿园67所，其中新建26所、改建29所。", ["error: 67 所: 26 + 29 = 55"]),
        ("新建26所、改建29所，共67所。", ["error: 67 所: 26 + 29 = 55"]),
        ("改造学校20所，其中小学12所、初中7所。", ["warning: 20 所: 12 + 7 = 19"]),
        ("改造学校20所（小学12所、初中7所）。", ["warning: 20 所: 12 + 7 = 19"]),
        ("建设步道96公里，其中山区41公里，滨水32公里，社区22公里。", ["warning: 96 公里: 41 + 32 + 22 = 95"]),
        ("建设步道96公里，其中山区41公里，滨水32公里，社区13公里。", []),
        ("改造学校67所，其中小学20所。", []),
        ("改造学校67所，其中小学20所、初中10所。", []),
        ("获评称号18个（国家级1个、省级3个）。", []),
        # no parts of that whole
        ("签约项目100个，其中10亿元以上项目95个、50亿元以上项目25个。", []),
        ("改造学校20所以上，其中小学15所、初中10所。", []),
        ("改造学校约20所，其中小学15所、初中10所。", []),
        ("改造学校20所，其中小学约15所、初中10所。", []),
        ("改造学校20所，其中小学达到150所、初中100所。", []),
        ("新增上市企业8家，其中累计96家。", []),
        ("比上年增加20所，其中小学15所、初中10所。", []),
        ("每校培训20人，其中班主任15人、校医10人。", []),
        ("改造提升类7个，分别是：小区20个、供水工程。", []),
        ("合格率达到95%，其中小学96%、初中97%。", []),
        ("完成20课时，其中线上15天、线下10天。", []),
        ("改造学校20所，新增学位900个，其中小学500个、初中400个。", ["right: 900 个: 500 + 400 = 900"]),
        ("改造学校20所。其中小学12所、初中9所。", []),  # another sentence
        ("安排资金900万元，其中县级700万元，乡镇200万元，比上年减少150万元。", ["right: 9000000 元: 7000000 + 2000000 = 9000000"]),
        ("施工项目94个，其中新开工21个，续建73个；设计56个项目中，完工17个。", ["right: 94 个: 21 + 73 = 94"]),
    ],
)  # fmt: skip
def test_sums(text: str, lines: list[str]) -> None:
    turtle = '<document/1> pol:hasText <source/1> ; dcterms:title "甲"@zh . <source/1> dcterms:source "a.txt" .'
    with holding(named(f"{BASE}source/1", turtle, text)) as store:
        report = check(store, right=True)
    assert [f"{row.values[0]}: {row.values[5]}" for row in report.rows] == lines
    for row in report.rows:
        (one,) = row.evidence
        assert text[one.begin : one.end] and one.file == "a.txt"


@given(st.lists(st.integers(1, 500), min_size=2, max_size=6), st.integers(-3, 3))
def test_any_list_of_parts_is_judged_by_what_it_makes(parts: list[int], off: int) -> None:
    names = ("小学", "初中", "高中", "幼儿园", "职校", "特校")
    listed = "、".join(f"{name}{part}所" for name, part in zip(names, parts, strict=False))
    (one,) = find_sums(f"全县改造{listed}，共{sum(parts) + 10 + off}所。")
    assert (one.made, one.total.value) == (sum(parts), sum(parts) + 10 + off)
    assert [part.value for part in one.parts] == parts


@given(st.text("其中分别为共计：，、（）。67所\n 万个A.", max_size=60))
def test_no_text_makes_sums_fail(text: str) -> None:
    for one in find_sums(text):
        assert 0 <= one.begin < one.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "1所，其中" * 5_000,
        "（1所" * 5_000,
        "：\n（1）" * 5_000,
        "9" * 100_000,
        "共1所、" * 5_000,
    ],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    start = time.perf_counter()
    list(find_sums(text))
    assert time.perf_counter() - start < 5


# -- the same indicator twice ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "1.学前教育。毛入园率达到95%以上。\n2.普惠发展。力争毛入园率达到95%以上。",
            ["notice duplicate 毛入园率: 95 % (2023)"],
        ),
        (
            "1.义务教育。全县义务教育巩固率达到95%以上。\n2.控辍保学。义务教育巩固率达到97%以上。",
            ["error conflict 九年义务教育巩固率: 95 % / 97 % (2023)"],
        ),
        # three places, two of which agree: one conflict
        (
            "1.甲。巩固率达到95%以上。\n2.乙。巩固率达到97%以上。\n3.丙。巩固率达到95%以上。",
            [
                "error conflict 巩固率: 95 % / 97 % (2023)",
                "notice duplicate 巩固率: 95 % (2023)",
            ],
        ),
        # different: year, part of the place, per item, bound, how firmly
        ("1.到2024年，巩固率达到95%以上。\n2.到2025年，巩固率达到97%以上。", []),
        ("1.甲。农村学校巩固率达到95%以上。\n2.乙。城区学校巩固率达到97%以上。", []),
        ("1.甲。小学先行，巩固率达到95%以上。\n2.乙。初中跟上，巩固率达到97%以上。", []),
        ("1.甲。确保巩固率达到95%以上。\n2.乙。力争巩固率达到97%以上。", []),
        ("1.甲。巩固率不低于95%。\n2.乙。巩固率不超过98%。", []),
        ("1.甲。2023年、2024年巩固率分别达到95%、97%。", []),
        ("1.“十五五”时期，巩固率达到97%以上。\n" + "2.抓好落实。" * 60 + "今年巩固率达到95%以上。", []),
        # one thing each time
        ("1.甲。完成投资20亿元。\n2.乙。完成投资30亿元。", []),
        ("1.甲。实施重点项目20个。\n2.乙。实施重点项目20个。", []),
        ("1.甲。受理后5个工作日内办结。\n2.乙。受理后3个工作日内办结。", []),
    ],
)  # fmt: skip
def test_said_twice(text: str, lines: list[str]) -> None:
    assert told(text) == lines


def test_a_repeated_sentence_is_one_finding() -> None:
    text = "1.甲。全年培训教师300人次，新增学位800个。\n2.乙。全年培训教师300人次，新增学位800个。"
    (line,) = told(text)
    assert line.startswith("notice duplicate")
    assert "300 人次" in line and "800 个" in line


def test_what_binds_others_sets_a_figure_for_each_case() -> None:
    body = "第一条 甲。\n第二条 申请单位的合格率达到95%以上。\n第三条 申请单位的合格率达到97%以上。"
    law = f"青禾县校园食堂管理办法\n{body}\n"
    with holding(process(law.encode(), ["law.txt"])) as store:
        assert not check(store).rows


@pytest.mark.parametrize(
    ("text", "figure", "before", "after", "topic"),
    [
        ("到2025年，全县巩固率达到95%以上。", "95%", "巩固率", "", "到2025年"),
        ("1.力争巩固率稳定在95%左右，下同。", "95%", "巩固率", "", ""),
        ("甲。（二）全年培训教师300人次；乙", "300人次", "培训教师", "", ""),
        ("签约亿元项目190个，开工160个", "160个", "开工", "", "签约亿元项目190个"),
        ("安排20万元用于校园", "20万元", "安排", "用于校园", ""),
    ],
)
def test_statement(text: str, figure: str, before: str, after: str, topic: str) -> None:
    begin = text.index(figure)
    said = statement(text, begin, begin + len(figure))
    assert (said.before, said.after, said.topic) == (before, after, topic)


def test_words_show_themselves() -> None:
    kinds = {"frame", "whole", "general", "narrow", "share", "open", "past", "act"}
    table = list(rows("check_words.tsv"))
    for row in table:
        assert row["word"] in row["example"] != row["word"], row
        assert row["kind"] in kinds, row
    assert len({(row["word"], row["kind"]) for row in table}) == len(table)


# -- what cannot be ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("1.甲。体质健康合格率达到105%以上。", ["error percent 体质健康合格率: 105 %"]),
        ("1.甲。体质健康合格率达到100%。", []),
        ("1.甲。公用经费增长120%。", []),
        ("1.甲。完成年度计划的120%。", []),
        ("1.甲。高中阶段毛入学率达到103%。", []),
        ("1.甲。1月底前排查校舍86栋。", ["error date 排查校舍: 2023-01-31 < 2023-03-01"]),
        ("1.甲。2022年底前完成校舍排查。", ["error date 完成校舍排查: 2022 < 2023-03-01"]),
        (
            "1.甲。2022年12月31日前排查校舍86栋。",
            ["error date 排查校舍86栋: 2022-12-31 < 2023-03-01"],
        ),
        ("1.甲。2023年3月底前完成校舍排查。", []),
        ("1.甲。2022年底前已完成校舍排查。", []),
        ("1.甲。改造2022年底前建成的校舍。", []),
        ("1.甲。加快2022年度86栋校舍的排查。", []),
        ("1.甲。比2022年底前完成的增加校舍86栋。", []),
        ("1.甲。完成2005年以前校舍的排查，改造2000年底前校舍。", []),  # history, no slip
        ("1.甲。合格率保持在95%—90%。", ["warning range 合格率保持在: 95%—90%"]),
        ("1.甲。招聘教师30-20名。", ["warning range 招聘教师: 30-20名"]),
        ("1.甲。招聘教师20-30名。", []),
        ("1.甲。办结时间由15—10天。", []),
        ("1.甲。咨询电话8613-110个。", ["warning range 咨询电话: 8613-110个"]),
    ],
)
def test_what_cannot_be(text: str, lines: list[str]) -> None:
    assert told(text) == lines


@pytest.mark.parametrize(
    ("number", "issued", "year", "lines"),
    [
        ("2023", "2023年3月1日", "2023", []),
        ("2022", "2023年3月1日", "2023", []),  # numbered at the end of one year, issued in the next
        ("2020", "2023年3月1日", "2023", ["notice year 青教发〔2020〕3号: 2020 / 2023-03-01"]),
        ("2024", "2023年3月1日", "2023", ["warning year 青教发〔2024〕3号: 2024 / 2023-03-01"]),
        ("2023", "2023年3月1日", "2021", ["notice year 青禾县教育局2021年工作要点: 2021 / 2023-03-01"]),
    ],
)  # fmt: skip
def test_years(number: str, issued: str, year: str, lines: list[str]) -> None:
    assert told("1.甲。抓好落实。", year, issued, number) == lines


# -- the invented plans ------------------------------------------------------------------------

PLANTED = [
    ("error", "percent", "临枫区-2021-要点.txt", "105 %", 1),
    ("error", "date", "枫渚县-2021-要点.txt", "2021-01-31 < 2021-03-20", 1),
    ("error", "conflict", "枫渚县-2023-要点.txt", "97 % / 98 % (2023)", 2),
    ("warning", "sum", "枫渚县-2022-要点.txt", "20 所: 12 + 7 = 19", 1),
    ("notice", "duplicate", "临枫区-2023-要点.txt", "300 人次 (2023)", 2),
    ("right", "sum", "市-2023-要点.txt", "67 套: 26 + 29 + 12 = 67", 1),
    ("right", "sum", "青禾县-2022-要点.txt", "6 所: 2 + 4 = 6", 1),
]


def test_the_planted_answers(plans_store: Store) -> None:
    report = check(plans_store, right=True)
    told = [
        (row.values[0], row.values[1], row.evidence[0].file, row.values[5], len(row.evidence))
        for row in report.rows
    ]
    assert told == PLANTED
    for row in report.rows:
        for one in row.evidence:
            text = (PLANS / one.file).read_text(encoding="utf-8")
            assert one.sentence in text
            assert text[one.begin : one.end] in text


def test_choices(plans_store: Store) -> None:
    one = check(plans_store, ["枫渚县-2022-要点.txt"])
    assert found(one) == ["warning sum 全年改造薄弱学校: 20 所: 12 + 7 = 19"]
    assert one.title == "What is wrong in 1 document"
    kinds = {row.values[1] for row in check(plans_store, kinds=["percent", "date"]).rows}
    assert kinds == {"percent", "date"}
    with pytest.raises(NotFoundError, match="nowhere: no document"):
        check(plans_store, ["nowhere"])


def test_the_order_of_loading_changes_nothing() -> None:
    graphs = [process(path.read_bytes(), [path.name]) for path in sorted(PLANS.glob("枫渚*.txt"))]
    with holding(*graphs) as store, holding(*reversed(graphs)) as other:
        assert check(store) == check(other)


def test_a_text_of_two_files_is_judged_once() -> None:
    data = (PLANS / "临枫区-2021-要点.txt").read_bytes()
    with holding(process(data, ["a.txt", "b.txt"])) as store:
        report = check(store)
    assert found(report) == ["error percent 学生体质健康合格率: 105 %"]
    assert report.rows[0].evidence[0].file == "a.txt"


def test_an_empty_store() -> None:
    with Store() as store:
        report = check(store)
    assert (report.rows, report.title) == ((), "What is wrong in 0 documents")


def test_rdflib_gives_the_same_candidates(plans_store: Store) -> None:
    """Whoever has the exported graph alone can repeat the query with another engine."""
    import pyoxigraph
    import rdflib

    from kg.sparql import PREFIXES

    text = b"".join(plans_store.ntriples())
    turtle = pyoxigraph.serialize(
        pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_TRIPLES), format=pyoxigraph.RdfFormat.TURTLE
    )
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    query = queries.find("check").text
    names = query[query.index("SELECT ") + 7 : query.index("{")].replace("?", "").split()
    answers = graph.query(query, initNs={k: rdflib.Namespace(v) for k, v in PREFIXES.items()})
    theirs = [{name: _text(getattr(row, name)) for name in names} for row in answers]
    ours = [
        {name: _text(value) for name, value in row.items()} for row in plans_store.select(query)
    ]
    assert theirs == ours
    assert {row["kind"] for row in ours} >= {"conflict", "duplicate", "percent", "date"}


def _text(value: object) -> str:
    """Give a cell as text; numbers without superfluous zeros, which engines write as they like."""
    text = "" if value is None else str(value)
    if re.fullmatch(r"\d+\.\d+", text):
        return format(Decimal(text).normalize(), "f")
    return text


# -- the command -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks") / "store"
    with Store(folder) as store:
        for name in ("枫渚县-2022-要点.txt", "枫渚县-2023-要点.txt"):
            store.load([process((PLANS / name).read_bytes(), [name])])
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "shown"),
    [
        ([], 0, "97 % / 98 %"),
        (["--fail"], 1, "97 % / 98 %"),
        (["--fail", "枫渚县-2022-要点.txt"], 0, "12 + 7 = 19"),  # a warning is no error
        (["--fail", "--kind", "sum"], 0, "12 + 7 = 19"),
        (["--kind", "percent"], 0, "0 rows"),
        (["nowhere"], 1, "no document has this"),
        (["--kind", "spelling"], 2, "'spelling' is not one of"),
    ],
)
def test_the_command(place: Path, arguments: list[str], code: int, shown: str) -> None:
    result = CliRunner().invoke(cli, ["check", "--store", str(place), *arguments])
    assert result.exit_code == code, result.output
    assert shown in result.output


def test_the_command_knows_the_kinds() -> None:
    assert COMMAND_KINDS == KINDS
