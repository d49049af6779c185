"""A report as a page: its cells and sentences, and nothing of a text that runs or loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from browser import needs_chromium, visit

from kg.commands.options import REPORT_FORMATS
from kg.page.reported import answer, column, told
from kg.render.report import render_report
from kg.reports import REPORTS
from kg.reports.compare import PIVOTS
from kg.reports.report import Evidence, Report, Row
from kg.reports.write import FORMATS
from kg.store import Store

OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"

HOSTILE = '全县新增学位1200个。</td><script>alert("x")</script><img src=x onerror=alert(1)>\x1b[31m'
MATRIX = Report(
    "compare",
    "新增学位 <b>",
    ("region", "2021", "2022"),
    (
        Row(
            ("青禾县", "1200 个", "silent"),
            (Evidence(HOSTILE, "a<b.txt", "https://x/source/ab12", 3, 9, "2021"),),
        ),
        Row(("枫渚县", "900 个", None), (Evidence("二", "b.txt", "https://x/source/cd", 0, 2),)),
    ),
    ("9 plans & more",),
)
LIST = Report(
    "due",
    "due",
    ("what", "value"),
    (Row(("学位", Decimal("93.50")), (Evidence("一", "a.txt", "https://x/source/ab12", 1, 2),)),),
)


def text(page: str) -> list[str]:
    """Give the page's body as pieces of text, its marks in place."""
    return [
        piece for piece in re.split(r"\s*<[^>]+>\s*", page.partition("<body>")[2]) if piece.strip()
    ]


def test_a_matrix_points_to_the_sentences_below_it() -> None:
    page = render_report(MATRIX)
    assert text(page)[:15] == [
        *(
            "新增学位 &lt;b&gt;",
            *("2", "行", "rows"),
            *("地区", "region"),
            "2021",
            "2022",
            "青禾县",
            "1200 个",
            "[1]",
            *("未提", "silent"),
        ),
        *("枫渚县", "900 个"),
    ]
    assert '<a href="#e1">[1]</a>' in page and '<li id="e1">' in page
    # What bears out the whole row stands at its end.
    assert re.search(r'<td class="none"><sup><a href="#e2">', page)


def test_a_list_has_its_sentence_beside_it_linked_to_its_place() -> None:
    page = render_report(LIST, {"ab12": "pages/ab12.html"})
    assert (
        '<th scope="col" class=number><span class="w"><span class="zh" lang="zh-CN">数值<' in page
    )
    assert '<td class="number">93.5</td>' in page
    assert '<a href="pages/ab12.html#char=1,2">一</a>' in page
    assert "<a" not in render_report(LIST)


def test_no_text_of_a_document_is_markup() -> None:
    page = render_report(MATRIX)
    assert page.count("<script") == 2  # the words and the script that all pages share
    assert "<script>alert" not in page and "<img" not in page and "\x1b" not in page
    assert "a&lt;b.txt" in page


@needs_chromium
def test_a_browser_finds_nothing_wrong(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(render_report(MATRIX), encoding="utf-8")
    found = visit(page, "#e1")
    assert not found.console
    assert "&lt;script&gt;alert" in found.dom


def test_an_empty_report_is_a_page() -> None:
    assert "0" in text(render_report(Report("x", "x", ("a", "b"), ())))


def test_the_formats_of_a_report() -> None:
    assert (*FORMATS, "html") == REPORT_FORMATS


# -- both languages ----------------------------------------------------------------------------

# What reports are asked over the plans; with nothing here, they are asked without a choice.
ASKED: dict[str, list[dict[str, Any]]] = {
    "compare": [{"indicator": "新增学位", "pivot": pivot} for pivot in PIVOTS],
    "who": [{"name": "青禾县教育局"}, {"name": "发展学前教育"}],
    "due": [{}, {"agency": "青禾县教育局"}],
    "trace": [{"name": OPINION}],
    "adoption": [{"name": OPINION, "by": "level"}, {"name": OPINION, "by": "year"}],
    "answers": [{"name": OPINION}],
    "origins": [{"name": "青禾县推进学前教育扩优提质实施方案"}],
    "passages": [{"name": OPINION}],
}


def reports_of(store: Store) -> Iterator[Report]:
    for listed in REPORTS:
        ask = getattr(import_module(f"kg.reports.{listed.name}"), listed.name)
        for choice in ASKED.get(listed.name, [{}]):
            yield ask(store, **choice)


def test_what_reports_say_is_said_in_both_languages(plans_store: Store) -> None:
    columns, english = set(), set()
    for report in reports_of(plans_store):
        columns |= set(report.columns)
        english |= {note for note in (report.title, *report.notes) if told(note)[0] == note}
    # Years, and in the matrix the names of agencies, stand for themselves.
    assert {name for name in columns if name.isascii() and column(name)[0] == name} == {
        *("2021", "2022", "2023")
    }
    assert not english - {"新增学位"}, english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "2022: 3 of 5 places promise something, 1 are silent (枫渚县), of 1 no plan is held",
            "2022 年：5 个地区中 3 个有承诺，1 个未提 (枫渚县)，1 个未收录计划",
        ),
        ("What 青禾县教育局 answers for, in 青禾县", "青禾县教育局 负责什么（青禾县）"),
        ("What falls due, in a, in b", "到期事项（a, in b）"),
        ("关于 {n1} 的 {0}, in x", "关于 {n1} 的 {0}, in x"),
        ("nobody knows this note", "nobody knows this note"),
        ("which " * 1000, "which " * 1000),
    ],
)
def test_notes_and_titles(english: str, chinese: str) -> None:
    assert told(english) == (chinese, english)


def test_cells_of_ours_and_of_texts() -> None:
    assert answer("silent") == ("未提", "silent")
    assert answer("County") == ("县级", "County")
    assert answer("Plan", "kind")[0] == "规划"
    assert answer("Plan", "modality")[0] == "计划"
    assert answer("stricter, 2022 not held")[0] == "更严，2022 年未收录"
    assert answer("青禾县") == ("青禾县", "青禾县")
