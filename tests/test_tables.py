"""Tables in every layout to what they set: the cases of cases/tables.yml, and those of formats."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

import pytest
from casebook import ROOT, Case, cases, plain, tabled_tasks, tables_in, understood
from facts import facts
from hypothesis import given
from hypothesis import strategies as st

from kg.extract import extract
from kg.extract.deadlines import read_deadline
from kg.extract.indicator_tables import read_figure
from kg.graph import build_graph
from kg.models import Reading
from kg.read.draft import Draft, DraftCell
from kg.resolve import resolve
from kg.structure import structure
from kg.structure.table_heads import kind_of, read_column, role_of
from kg.vocabulary import rows

HEAD = (
    "江西省云陵市人民政府办公室关于印发2024年茶产业工作任务分工的通知",
    "市政府各部门：",
    "现就任务分工有关事项通知如下。",
)
Written = str | tuple[str, int, int]  # a cell, or one that reaches over rows and columns
Rows = Sequence[Sequence[Written]]


@pytest.mark.parametrize("case", cases("tables"))
def test_tables(case: Case) -> None:
    assert tables_in(case) == list(case.found)


# -- tables of formats -----------------------------------------------------------------------


def drafted_cell(cell: Written) -> DraftCell:
    return DraftCell(cell) if isinstance(cell, str) else DraftCell(*cell)


def drafted(*parts: str | Rows) -> Reading:
    """Read a document as a reader of another format writes it: paragraphs and tables."""
    draft = Draft()
    for part in (*HEAD, *parts):
        if isinstance(part, str):
            draft.paragraph(part)
        else:
            draft.table(
                [
                    [DraftCell(c) if isinstance(c, str) else DraftCell(*c) for c in row]
                    for row in part
                ]
            )
    source = draft.finish(["x.docx"], "0" * 64, "application/x", "utf-8")
    outline = structure(source)
    return resolve(outline, extract(outline))


def told(reading: Reading) -> list[str]:
    text = reading.outline.source.text
    return [*tabled_tasks(reading), *targets_in_all(reading, text)]


def targets_in_all(reading: Reading, text: str) -> list[str]:
    return [
        f"{text[t.begin : t.end]}: {t.indicator} {plain(t.value)} {t.unit} {t.due} {t.modality}"
        for t in reading.findings.targets
    ]


MERGED: Rows = [
    [("2024年重点任务分工表", 1, 5)],
    ["序号", "重点任务", "具体任务", "牵头单位", "完成时限"],
    [("一、产业提升", 1, 5)],
    [("1", 2, 1), ("茶园提质", 2, 1), "1.建设滴灌示范片500亩", "市农业农村局", ("2024年底", 3, 1)],
    ["2.培训茶农700人次", ("市人力资源社会保障局、市总工会", 2, 1)],
    ["2", "数字茶园", "建成监测点30个。每月巡检1次"],
    [("二、茶乡宜居", 1, 5)],
    ["3", "", "改造茶农危房120户", "市住房城乡建设局", "5月底前"],
    [("（一）茶山道路", 1, 5)],
    ["4", "", "硬化茶山道路36公里", "", "5月底前"],
]


def test_cells_that_reach_over_rows_speak_for_each() -> None:
    assert told(drafted("附件2", "重点任务分工表", MERGED, "特此通知。")) == [
        "1 建设滴灌示范片500亩 [茶园提质]: 市农业农村局 Lead, by 2024-12-31",
        "1 培训茶农700人次 [茶园提质]: 市人力资源社会保障局 Lead, 市总工会 Lead, by 2024-12-31",
        "2 建成监测点30个 [数字茶园]: 市人力资源社会保障局 Lead, 市总工会 Lead, by 2024-12-31",
        "3 改造茶农危房120户 [茶乡宜居]: 市住房城乡建设局 Lead, by 2024-05-31",
        "4 硬化茶山道路36公里 [茶山道路]: (issuer) Lead, by 2024-05-31",
        "500亩: 滴灌示范片 500 亩 2024-12-31 Plan",
        "700人次: 茶农 700 人次 2024-12-31 Plan",
        "30个: 监测点 30 个 2024-12-31 Plan",
        "1次: 巡检 1 次  Plan",
        "120户: 茶农危房 120 户 2024-05-31 Plan",
        "36公里: 硬化茶山道路 36 公里 2024-05-31 Plan",
    ]


def test_headings_of_a_table_are_sections_in_one_another() -> None:
    sections = drafted("附件2", "重点任务分工表", MERGED).outline.sections
    assert [
        (s.number, s.title, None if s.parent is None else sections[s.parent].title)
        for s in sections
    ] == [
        ("", "重点任务分工表", None),
        ("一", "产业提升", "重点任务分工表"),
        ("", "茶园提质", "产业提升"),
        ("", "数字茶园", "产业提升"),
        ("二", "茶乡宜居", "重点任务分工表"),
        ("一", "茶山道路", "茶乡宜居"),
    ]
    first, second = sections[1], sections[4]
    assert first.end == second.begin


def test_evidence_lies_in_the_cells() -> None:
    reading = drafted(MERGED)
    text, findings = reading.outline.source.text, reading.findings
    tasks = [text[t.begin : t.end] for t in reading.outline.tasks]
    assert tasks == [
        "1\t茶园提质\t1.建设滴灌示范片500亩\t市农业农村局\t2024年底",
        "2.培训茶农700人次\t市人力资源社会保障局、市总工会",
        "2\t数字茶园\t建成监测点30个。每月巡检1次",
        "3\t\t改造茶农危房120户\t市住房城乡建设局\t5月底前",
        "4\t\t硬化茶山道路36公里\t\t5月底前",
    ]
    assert {text[d.begin : d.end] for d in findings.deadlines} == {"2024年底", "5月底前"}
    shared = [r for r in findings.responsibilities if text[r.begin : r.end] == "市总工会"]
    assert len({r.begin for r in shared}) == 1 and len({r.task for r in shared}) == 2


def test_a_heading_in_two_rows_with_merged_cells() -> None:
    table: Rows = [
        [("类别", 2, 1), ("指标", 2, 2), ("单位", 2, 1), ("目标值", 1, 2), ("属性", 2, 1),
         ("责任单位", 1, 2)],
        ["2024年", "2025年", "牵头", "配合"],
        [("规模", 2, 1), ("茶园", 2, 1), "茶园面积", "万亩", "12", "15", "", "农业农村", "林业"],
        ["干茶产量", "吨", "", "8500", "约束性", "市农业农村局", "市统计局"],
        ["效益", ("综合产值（亿元）", 1, 2), "—", "—", "≥60", "", "", ""],
    ]  # fmt: skip
    reading = drafted("云陵市茶产业主要指标", table)
    assert told(reading) == [
        "12: 茶园面积 120000 亩 2024 Plan",
        "15: 茶园面积 150000 亩 2025 Plan",
        "8500: 干茶产量 8500 吨 2025 Ensure",
        "≥60: 综合产值 6000000000 元 2025 Plan",
    ]
    assert [m.text for m in reading.findings.mentions if m.type == "Agency"][-4:] == [
        "农业农村",
        "林业",
        "市农业农村局",
        "市统计局",
    ]


def test_a_table_goes_on_behind_a_page_break() -> None:
    first: Rows = [["序号", "任务", "责任单位"], ["1", "巡查茶园", "市农业农村局"]]
    second: Rows = [["2", "检测茶样", "市市场监管局"]]
    again: Rows = [["序号", "任务", "责任单位"], ["2", "检测茶样", "市市场监管局"]]
    expected = ["1 巡查茶园: 市农业农村局 Lead", "2 检测茶样: 市市场监管局 Lead"]
    assert told(drafted(first, second)) == expected
    assert told(drafted(first, again)) == expected
    assert told(drafted([*first, *again])) == expected  # the heading stands on every page
    assert told(drafted(first, "另有检测安排如下。", second)) == expected[:1]


def test_prose_laid_out_as_a_table_is_read_as_prose() -> None:
    box: Rows = [["加强茶园巡查。每季度开展巡查不少于2次。由市农业农村局负责。"]]
    assert "不少于2次" in " ".join(told(drafted("一、巡查", box)))
    head: Rows = [["名称", "云陵市关于加强茶园巡查的通知"], ["年份", "2024"]]
    grids = drafted("一、巡查", head).outline.grids
    assert grids == ()
    rates: Rows = [["等级", "奖金"], ["一级", "300元"], ["二级", "200元"]]
    assert told(drafted("一、奖项", rates)) == []


# -- one table in several layouts ------------------------------------------------------------

PLAIN: list[list[str]] = [
    ["序号", "工作任务", "牵头单位", "配合单位", "完成时限"],
    ["1", "改造低产茶园3200亩", "市农业农村局", "市财政局、市林业局", "2024年9月底前"],
    ["2", "茶旅融合：打造茶山露营点6处", "市文广旅局", "市交通运输局", "2024年"],
    ["3", "引进茶企不少于4家", "市商务局", "市发展改革委", "2024-11-30"],
]
FIGURES: list[list[str]] = [
    ["指标名称", "单位", "2020年", "2025年", "属性"],
    ["干茶产量", "万吨", "2.1", "3.5", "预期性"],
    ["良种覆盖率", "%", "70", "≥85", "约束性"],
]


def by_blanks(table: list[list[str]]) -> str:
    """Set the columns of a table under one another, a Chinese sign two wide."""
    widths = [max(len(cell) for cell in column) * 2 + 4 for column in zip(*table, strict=True)]
    return "\n".join(
        "".join(
            cell + " " * (width - sum(2 if ord(char) > 0x2000 else 1 for char in cell))
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    )


@pytest.mark.parametrize("table", [PLAIN, FIGURES], ids=["tasks", "indicators"])
def test_a_table_means_the_same_in_every_layout(table: list[list[str]]) -> None:
    layouts = [
        "\n".join("\t".join(row) for row in table),
        "\n".join("|" + "|".join(row) + "|" for row in table),
        "\n".join(" | ".join(row) for row in table),
        by_blanks(table),
        "\n".join("　".join(row) for row in table),
        "\n".join("\n".join(row) for row in table),
        "\n\n".join("\n\t".join(row) for row in table),
        "\n".join("\n \t \n    ".join(row) for row in table),
    ]
    readings = [understood("\n".join((*HEAD, layout, ""))) for layout in layouts]
    expected = facts(drafted(table))
    assert sum(expected.values()) >= 12
    for layout, reading in zip(layouts, readings, strict=True):
        assert facts(reading) == expected, layout


def test_no_cell_is_read_with_its_neighbours() -> None:
    text = "\n".join((*HEAD, "\n".join("\t".join(row) for row in PLAIN), ""))
    outline = understood(text).outline
    inside = [s for s in outline.sentences if s.part in ("work", "bodies", "table")]
    assert not any("\t" in text[s.begin : s.end] for s in inside)
    said = "".join(text[s.begin : s.end] for s in inside)
    assert said == "".join(cell for row in PLAIN for cell in row)  # nothing is lost


# -- graph -----------------------------------------------------------------------------------


def test_a_deadline_is_the_due_of_its_task() -> None:
    reading = drafted(PLAIN)
    graph = build_graph(reading, "test").nquads
    begin = reading.outline.tasks[0].begin
    (line,) = [
        n for n in graph.splitlines() if f"/task/{begin}>" in n.split(" ")[0] and "#due>" in n
    ]
    assert '"2024-09-30"^^' in line


# -- words -----------------------------------------------------------------------------------


@cache
def headings() -> list[dict[str, str]]:
    return list(rows("table_headers.tsv"))


@pytest.mark.parametrize("row", headings(), ids=lambda row: row["heading"])
def test_every_heading_has_its_role_in_its_example(row: dict[str, str]) -> None:
    assert row["heading"] in row["example"]
    assert role_of(row["example"]) == row["role"]


def test_no_heading_is_listed_twice() -> None:
    listed = [row["heading"] for row in headings()]
    assert sorted(set(listed)) == sorted(listed)
    assert {row["match"] for row in headings()} == {"whole", "end"}


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("责 任 单 位", "list"),
        ("牵头单位（市直）", "lead"),
        ("市级牵头单位", "lead"),
        ("牵头单位及配合单位", "list"),
        ("责任单位、责任人", "list"),
        ("２０２５年", "year"),
        ("2025年目标值（万吨）", "goal"),
        ("“十四五”末目标", "goal"),
        ("2020年实际", "base"),
        ("年均增速/累计", "growth"),
        ("工作单位", ""),
        ("申报单位", ""),
        ("完成情况", "result"),
        ("检测项目", ""),
        ("", ""),
    ],
)
def test_roles_of_headings(heading: str, role: str) -> None:
    assert read_column([heading]).role == role


@pytest.mark.parametrize(
    ("parts", "role"),
    [
        (["目标值", "2025年"], "goal"),
        (["实际", "2022年"], "base"),
        (["责任单位", "牵头"], "lead"),
        (["指标", "指标"], "indicator"),
        (["", "2025年"], "year"),
    ],
)
def test_roles_of_headings_in_two_rows(parts: list[str], role: str) -> None:
    assert read_column(parts).role == role


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        (["number", "task", "lead"], "tasks"),
        (["detail", "due"], "tasks"),
        (["indicator", "unit", "year"], "indicators"),
        (["number", "indicator", "goal", "list"], "indicators"),
        (["number", "task", "list", "none"], "other"),
        (["number", "", ""], "other"),
        (["number", "task"], None),
        (["task", "unit"], None),
        (["indicator", "base"], None),
        (["", ""], None),
    ],
)
def test_kinds_of_tables(roles: list[str], kind: str | None) -> None:
    assert kind_of(roles) == kind


@pytest.mark.parametrize(
    ("cell", "unit", "said"),
    [
        ("95", "%", "= 95 %"),
        ("≥95", "%", "AtLeast 95 %"),
        ("95%以上", "", "AtLeast 95 %"),
        ("95以上", "%", "AtLeast 95 %"),
        ("不低于95", "%", "AtLeast 95 %"),
        (">5.5", "%", "AtLeast 5.5 %"),
        ("<5.5", "%", "AtMost 5.5 %"),
        ("5.5以内", "%", "AtMost 5.5 %"),
        ("5.5左右", "%", "About 5.5 %"),
        ("1，200", "万元", "= 12000000 元"),
        ("3.2万", "人", "= 32000 人"),
        ("3.2万人", "", "= 32000 人"),
        ("60—70", "个", "Between 60 70 个"),
        ("60%—70%", "", "Between 60 70 %"),
        ("[30]", "万人", "= 300000 人 summed"),
        ("30（累计）", "个", "= 30 个 summed"),
        ("79.5", "岁", "= 79.5 岁"),
        ("0.5", "千瓦", "= 0.5 千瓦"),
        ("**", "元", "= * 元"),
        ("5", "", "= 5"),
        ("增长6%", "亿元", "= 6 % 增长"),
        ("达到80%", "", "= 80 %"),
    ],
)
def test_figures_of_cells(cell: str, unit: str, said: str) -> None:
    figure = read_figure(cell, unit)
    assert figure is not None
    sign = "=" if figure.comparator == "Exactly" else figure.comparator
    values = [figure.value] if figure.low is None else [figure.low, figure.high]
    parts = [sign, *map(plain, values), figure.unit, "summed" * figure.summed, figure.verb]
    assert " ".join(filter(None, parts)) == said
    assert figure.masked == (figure.value is None and figure.low is None)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "—",
        "-",
        "/",
        "无",
        "保持稳定",
        "完成国家下达任务",
        "高于全省平均水平",
        "70—60",
        "5项中3项",
    ],
)
def test_cells_without_a_figure(cell: str) -> None:
    assert read_figure(cell, "%") is None


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("2024年9月底前", "2024-09-30"),
        ("9月底前", "2024-09-30"),
        ("6月至9月", "2024-09"),
        ("2024.06", "2024-06"),
        ("2024/6/30", "2024-06-30"),
        ("2024—11—30", "2024-11-30"),
        ("2024.13", ""),
        ("2024.02.30", ""),
        ("第三季度", "2024-09-30"),
        ("年底前", "2024-12-31"),
        ("2025年", "2025"),
        ("长期坚持", ""),
        ("2024年起长期坚持", ""),
        ("按时", ""),
    ],
)
def test_deadlines_of_cells(words: str, due: str) -> None:
    assert read_deadline(words, "2024") == due


# -- anything --------------------------------------------------------------------------------

PIECES = (
    *("序号", "工作任务", "重点任务", "具体任务", "牵头单位", "责任单位", "完成时限", "备注"),
    *("指标", "单位", "2020年", "2025年", "目标值", "年均增速", "属性", "类别", "价格"),
    *("1", "2", "3", "一、甲类", "（一）乙类", "改造茶园30亩", "茶旅融合：建亭", "市教育局"),
    *("市教育局、", "县财政局", "9月底前", "—", "≥95", "[3]", "约束性", "%", "注：1.说明"),
    *("附件1", "任务分工表", "（单位：万元）", "现就有关事项通知如下。"),
)
BETWEEN = ("\t", "\t", "\n", "\n", "|", "  ", "　", "\n\n", "\t\t", "")
tabled = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from(BETWEEN)), min_size=4, max_size=60
).map(lambda pairs: "".join(piece + between for piece, between in pairs))


@given(tabled)
def test_whatever_looks_like_a_table_is_read(text: str) -> None:
    reading = understood(text)
    outline, findings = reading.outline, reading.findings
    assert len({task.begin for task in outline.tasks}) == len(outline.tasks)
    assert len({section.begin for section in outline.sections}) == len(outline.sections)
    for task in outline.tasks:
        assert text[task.title_begin : task.title_end] == task.title != ""
        assert task.begin <= task.title_begin < task.title_end <= task.end <= len(text)
        assert task.section is None or 0 <= task.section < len(outline.sections)
    ends = [0]
    for grid in outline.grids:
        assert ends[-1] <= grid.begin < grid.end <= len(text)
        ends.append(grid.end)
        for row in grid.rows:
            assert row.task is None or 0 <= row.task < len(outline.tasks)
            assert all(0 <= entry.column < len(grid.columns) for entry in row.entries)
            assert all(grid.begin <= entry.begin < entry.end <= grid.end for entry in row.entries)
    for fact in (*findings.targets, *findings.deadlines, *findings.responsibilities):
        assert 0 <= fact.begin < fact.end <= len(text)
    said = "".join(text[s.begin : s.end] for s in outline.sentences if s.part != "summary")
    assert len(said) <= len(text)  # no cell is read twice
    assert build_graph(reading, "test").nquads


spans = st.tuples(st.sampled_from(PIECES), st.integers(1, 3), st.integers(1, 3))


@given(st.lists(st.lists(spans, max_size=6), min_size=1, max_size=8))
def test_any_merged_cells_are_read(table: list[list[tuple[str, int, int]]]) -> None:
    reading = drafted("附件1", table, "特此通知。")
    assert build_graph(reading, "test").nquads
    for grid in reading.outline.grids:
        assert all(entry.column < len(grid.columns) for row in grid.rows for entry in row.entries)


# -- hostile texts ---------------------------------------------------------------------------

HOSTILE = """
"序号\\t任务\\t牵头单位\\n" * 4000
"序号\\n任务\\n牵头单位\\n1\\n开展\\n市教育局\\n2\\n" * 600
"序号\\n任务\\n牵头单位\\n" + "1\\n" * 9000
"序号\\n任务\\n牵头单位\\n" + "一、甲\\n" * 6000 + "1\\n乙\\n市教育局\\n"
"序号\\t任务\\t具体任务\\t牵头单位\\n" + "1\\t甲\\t建亭\\t市局\\n" * 3000 + "1\\t\\t建亭\\t市局\\n"
"序号\\t任务\\t牵头单位\\n" + "\\t" * 300000
"|序号|任务|牵头单位|\\n" + "|-" * 100000 + "x"
"序号  任务  牵头单位\\n" + " 甲" * 50000 + "  " * 50000
"序号\\t任务\\t牵头单位\\n1\\t" + "加强，" * 50000 + "\\t市局\\n"
"序号\\n任务\\n牵头单位\\n1\\n开展\\n" + "市教育局、\\n" * 9000
"序号\\n任务\\n" + "备注\\n" * 20 + "牵头单位\\n" + "".join(f"{n}\\n建亭\\n" for n in range(900))
"""
CODE = """
import sys
from kg.models import Source
from kg.structure import structure
for line in sys.stdin.read().strip().splitlines():
    structure(Source(("x.txt",), "0" * 64, eval(line), "utf-8"))
    sys.stdout.write("read\\n")
"""


def test_hostile_tables_end_soon() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        input=HOSTILE,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)),
    )
    assert done.stdout.count("read") == HOSTILE.strip().count("\n") + 1


def test_a_cell_that_claims_a_million_rows_is_no_bomb() -> None:
    from kg.models import Cell, Source, Table

    cells = (Cell(0, 0, 0, 2, 10**6, 10**6), Cell(1, 1, 3, 5))
    text = "序号\t任务\n"
    source = Source(("x",), "0" * 64, text, "utf-8", tables=(Table(0, len(text), cells),))
    assert structure(source).tasks == ()


def test_decimals_are_plain() -> None:
    figure = read_figure("2.10", "万吨")
    assert figure is not None and figure.value == Decimal(21000)
    assert re.fullmatch(r"\d+", plain(figure.value))
