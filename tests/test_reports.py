"""Reports as files: every form holds all rows with their sentences, and nothing of a text acts."""

from __future__ import annotations

import csv
import importlib
import inspect
import io
import json
import pkgutil
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from casebook import ROOT
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import kg.reports
from kg import queries
from kg.cli import cli
from kg.commands.options import REPORT_FORMATS, form_of
from kg.reports import REPORTS, Listed
from kg.reports.report import Evidence, Report, Row, Value, evidence
from kg.reports.write import FORMATS, LONGEST_CELL, write

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ONE = Evidence("全县新增学位1200个。", "a.txt", "https://x/source/1", 5, 17)
TWO = Evidence("巩固率达到97%。", "a.txt", "https://x/source/1", 40, 49)
THREE = Evidence("巩固率达到98%。", "b.txt", "https://x/source/2", 7, 16)
LIST = Report(
    name="due",
    title="What is due",
    columns=("what", "value"),
    rows=(
        Row(("新增学位", 1200), (ONE,)),
        Row(("合格率", Decimal("93.50")), ()),
        Row(("空", None)),
    ),
    notes=("3 targets",),
    query="due",
)
MATRIX = Report(
    name="compare",
    title="Compared",
    columns=("region", "2021", "2022"),
    rows=(
        Row(
            ("青禾县", "1200 个", "silent"),
            (Evidence(ONE.sentence, ONE.file, ONE.source, 5, 17, "2021"),),
        ),
        Row(("枫渚县", None, "97 %"), (TWO, THREE, TWO)),
    ),
)
HOSTILE = (
    '=1+1|[red]x[/red]<script>alert(1)</script>*b*_i_`c`~~s~~[a](http://x)\x1b[31m\x00\u202e\n"q",;'
)
ATTACK = Report(
    "x",
    HOSTILE,
    ("a", HOSTILE),
    (Row((HOSTILE, "+2"), (Evidence(HOSTILE, "@f.txt", "https://x/source/3", 0, 1),)),),
    (HOSTILE,),
)


def written(report: Report, form: str, width: int | None = None) -> bytes:
    out = io.BytesIO()
    write(report, form, out, width=width)
    return out.getvalue()


def sheets(content: bytes) -> list[list[list[str]]]:
    """Read a workbook's cells as text; what would be a formula fails."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        strings = [
            "".join(text.text or "" for text in item.iter(f"{SHEET}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        pages = [ElementTree.fromstring(book.read(f"xl/worksheets/sheet{n}.xml")) for n in (1, 2)]
    return [
        [[_cell(cell, strings) for cell in row] for row in page.iter(f"{SHEET}row")]
        for page in pages
    ]


def _cell(cell: ElementTree.Element, strings: list[str]) -> str:
    assert cell.find(f"{SHEET}f") is None
    value = cell.findtext(f"{SHEET}v") or ""
    return strings[int(value)] if cell.get("t") == "s" else value


# -- every form --------------------------------------------------------------------------------


def test_table_with_a_sentence_for_each_row() -> None:
    lines = written(LIST, "table").decode().splitlines()
    assert lines[0] == "What is due"
    assert [re.split(r" {2,}", line.strip()) for line in lines[2:] if "───" not in line] == [
        ["what", "value", "sentence", "file"],
        ["新增学位", "1200", "全县新增学位1200个。", "a.txt"],
        ["合格率", "93.5"],
        ["空"],
        [""],
        ["3 rows"],
        ["3 targets"],
    ]


def test_table_with_footnotes() -> None:
    text = written(MATRIX, "table").decode()
    assert re.search(r"青禾县 +1200 个 \[1\] +silent", text)
    assert re.search(r"枫渚县 +97 % \[2\] \[3\] \[2\]", text)  # the same sentence has one number
    assert text.endswith(
        "[1] 全县新增学位1200个。 (a.txt)\n[2] 巩固率达到97%。 (a.txt)\n"
        "[3] 巩固率达到98%。 (b.txt)\n"
    )


def test_table_in_a_narrow_terminal_loses_nothing() -> None:
    narrow = written(LIST, "table", 40).decode()
    assert "".join(re.findall(r"[一-鿿]", narrow)).count("新") >= 2
    assert max(len(line) for line in narrow.splitlines()) <= 40


def test_markdown() -> None:
    assert written(MATRIX, "markdown").decode() == (
        "# Compared\n\n| region | 2021 | 2022 |\n| --- | --- | --- |\n"
        "| 青禾县 | 1200 个 \\[1\\] | silent |\n| 枫渚县 |  | 97 % \\[2\\] \\[3\\] \\[2\\] |\n\n"
        "\\[1\\] 全县新增学位1200个。 (a.txt)  \n\\[2\\] 巩固率达到97%。 (a.txt)  \n"
        "\\[3\\] 巩固率达到98%。 (b.txt)\n"
    )


def test_csv() -> None:
    content = written(MATRIX, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == [
        ["region", "2021", "2022", "sentence", "file", "at"],
        [
            *("青禾县", "1200 个", "silent", "2021：全县新增学位1200个。"),
            *("a.txt", "https://x/source/1#char=5,17"),
        ],
        [
            *("枫渚县", "", "97 %", "巩固率达到97%。 | 巩固率达到98%。 | 巩固率达到97%。"),
            "a.txt | b.txt",
            "https://x/source/1#char=40,49 https://x/source/2#char=7,16 https://x/source/1#char=40,49",
        ],
    ]


def test_json() -> None:
    content = json.loads(written(LIST, "json"))
    assert content == {
        "report": "due",
        "title": "What is due",
        "query": "due",
        "columns": ["what", "value"],
        "rows": [
            {
                "what": "新增学位",
                "value": 1200,
                "evidence": [
                    {
                        "sentence": "全县新增学位1200个。",
                        "file": "a.txt",
                        "source": "https://x/source/1",
                        "begin": 5,
                        "end": 17,
                    }
                ],
            },
            {"what": "合格率", "value": 93.5, "evidence": []},
            {"what": "空", "value": None, "evidence": []},
        ],
        "notes": ["3 targets"],
    }
    cell = json.loads(written(MATRIX, "json"))["rows"][0]["evidence"][0]
    assert cell["column"] == "2021"


def test_xlsx() -> None:
    rows, notes = sheets(written(LIST, "xlsx"))
    assert rows == [
        ["what", "value", "sentence", "file", "at"],
        ["新增学位", "1200", "全县新增学位1200个。", "a.txt", "https://x/source/1#char=5,17"],
        ["合格率", "93.50", "", "", ""],
        ["空", "", "", ""],
    ]
    assert notes == [["What is due"], ["3 targets"]]


# -- what a text must not do -------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_no_control_character_comes_out(form: str) -> None:
    if form == "xlsx":
        text = "".join(
            cell for page in sheets(written(ATTACK, form)) for row in page for cell in row
        )
    else:
        text = written(ATTACK, form).decode()
    if form == "json":
        assert json.loads(text)["title"] == HOSTILE  # as it is, for programs
    assert not set(text) & set("\x1b\x00" if form == "json" else "\x1b\x00\u202e")


def test_no_formula_comes_out() -> None:
    lines = list(csv.reader(io.StringIO(written(ATTACK, "csv").decode("utf-8-sig"), newline="")))
    for line in lines:
        assert not any(cell.startswith(tuple("=+-@＝＋－＠\t\r")) for cell in line), line
    assert lines[1][1] == "'+2"
    sheets(written(ATTACK, "xlsx"))  # which looks for formulas


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_sign_of_either_width_begins_a_formula(sign: str) -> None:
    report = Report("x", "x", (f"{sign}1",), (Row((f"{sign}2",)),))
    text = written(report, "csv").decode("utf-8-sig")
    assert text.splitlines() == [f"'{sign}1,sentence,file,at", f"'{sign}2,,,"]


def test_a_figure_below_zero_is_no_formula() -> None:
    report = Report("x", "x", ("a", "b"), (Row((-5, Decimal("-2.50"))),))
    assert written(report, "csv").decode("utf-8-sig").splitlines()[1] == "-5,-2.5,,,"


def test_no_markup_comes_out() -> None:
    text = written(ATTACK, "markdown").decode()
    assert "<script" not in text and "&lt;script" in text
    assert not re.search(r"(?<!\\)[*_`~\[]", text.replace("| --- | --- | --- | --- |", ""))
    header = text.splitlines()[2]
    assert len(re.findall(r"(?<!\\)\|", header)) == len(ATTACK.columns) + 3


def test_the_terminal_shows_brackets() -> None:
    text = written(ATTACK, "table").decode()
    assert text.count("[red]x[/red]") == 5  # title, heading, cell, sentence, note


# -- any report --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("report", [LIST, MATRIX, ATTACK], ids=["list", "matrix", "attack"])
def test_the_same_report_gives_the_same_bytes(form: str, report: Report) -> None:
    assert written(report, form) == written(report, form)


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_report_keeps_its_columns(form: str) -> None:
    content = written(Report("x", "Nothing", ("甲", "乙"), ()), form)
    text = "\t".join(sheets(content)[0][0]) if form == "xlsx" else content.decode()
    assert "甲" in text and "乙" in text
    if form == "table":
        assert "0 rows" in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_very_long_cell(form: str) -> None:
    words = "学位" * 30_000
    content = written(Report("x", words, ("甲",), (Row((words,)),)), form)
    if form == "xlsx":
        assert sheets(content)[0][1][0] == words[:LONGEST_CELL]
    else:
        assert content.decode().count("学") >= 30_000


@given(
    st.lists(st.tuples(st.text(max_size=20), st.one_of(st.none(), st.integers(), st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9
    ))), max_size=4)
)  # fmt: skip
def test_any_cell_can_be_written(values: list[tuple[str, Value]]) -> None:
    report = Report("x", "x", ("a", "b"), tuple(Row(pair, (TWO,)) for pair in values))
    for form in FORMATS:
        assert written(report, form)
    rows = list(csv.reader(io.StringIO(written(report, "csv").decode("utf-8-sig"), newline="")))
    assert len(rows) == len(values) + 1
    assert [row["b"] for row in json.loads(written(report, "json"))["rows"]] == [
        float(value) if isinstance(value, Decimal) else value for _, value in values
    ]


def test_records() -> None:
    assert LIST.records()[0] == {"what": "新增学位", "value": 1200}


def test_evidence_of_a_query_row() -> None:
    row = {"sentence": "甲。", "file": "a.txt", "source": "https://x/1", "begin": "3", "end": "5"}
    one = evidence(row, "2021")
    assert (one.place, one.column) == ("https://x/1#char=3,5", "2021")


# -- every report has its command and its query ------------------------------------------------


def function_of(one: Listed) -> Callable[..., Report]:
    """Give a report's function."""
    found = getattr(importlib.import_module(f"kg.reports.{one.name}"), one.name)
    assert inspect.signature(found).return_annotation == "Report"
    return found  # type: ignore[no-any-return]


def test_every_report_is_listed() -> None:
    names = {found.name for found in pkgutil.iter_modules(kg.reports.__path__)}
    modules = {name: importlib.import_module(f"kg.reports.{name}") for name in sorted(names)}
    functions = {name: getattr(module, name, None) for name, module in modules.items()}
    reports = {
        name
        for name, found in functions.items()
        if inspect.isfunction(found) and inspect.signature(found).return_annotation == "Report"
    }
    assert reports == {one.name for one in REPORTS}


LISTED = [pytest.param(one, id=one.name) for one in REPORTS]


@pytest.mark.parametrize("one", LISTED)
def test_a_report_explains_itself(one: Listed) -> None:
    function = function_of(one)
    assert (
        inspect.getdoc(function) and next(iter(inspect.signature(function).parameters)) == "store"
    )


@pytest.mark.parametrize("one", LISTED)
def test_a_report_rests_on_saved_queries_that_any_engine_answers(one: Listed) -> None:
    for name in one.queries:
        assert "pol:sentence(" not in queries.find(name).text


@pytest.mark.parametrize("one", LISTED)
def test_a_report_has_a_command_with_an_example(one: Listed) -> None:
    name, *rest = one.command.split()
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, f"kg {name}: no such command"
    assert re.search(rf"Examples?:\n\s+kg {name}", result.output), result.output
    for option in ("--format", "--output", "--store", *(x for x in rest if x.startswith("--"))):
        assert option in result.output


@pytest.mark.parametrize("one", LISTED)
def test_a_report_stands_in_the_guide(one: Listed) -> None:
    guide = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert f"kg {one.command.split()[0]}" in guide
    for name in one.queries:
        assert f"`{name}`" in guide


def test_the_commands_know_the_forms() -> None:
    assert set(REPORT_FORMATS) - {"html"} == set(FORMATS)


@pytest.mark.parametrize(
    ("form", "output", "chosen"),
    [
        (None, "-", "table"),
        (None, "a.csv", "csv"),
        (None, "a.CSV", "csv"),
        (None, "a.md", "markdown"),
        (None, "a.xlsx", "xlsx"),
        (None, "a.ics", "table"),  # not a form of every report
        ("json", "a.csv", "json"),
    ],
)
def test_the_form_follows_the_name_of_the_output(
    form: str | None, output: str, chosen: str
) -> None:

    assert form_of(form, Path(output)) == chosen
