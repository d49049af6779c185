"""A report as a page: its cells and sentences, and nothing of a text that runs or loads."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from browser import needs_chromium, visit

from kg.commands.options import REPORT_FORMATS
from kg.render.report import render_report
from kg.reports.report import Evidence, Report, Row
from kg.reports.write import FORMATS

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
    assert text(page)[:13] == [
        *(
            "新增学位 &lt;b&gt;",
            *("2", "行", "rows"),
            "region",
            "2021",
            "2022",
            "青禾县",
            "1200 个",
            "[1]",
            "silent",
        ),
        *("枫渚县", "900 个"),
    ]
    assert '<a href="#e1">[1]</a>' in page and '<li id="e1">' in page
    # What bears out the whole row stands at its end.
    assert re.search(r'<td class="none"><sup><a href="#e2">', page)


def test_a_list_has_its_sentence_beside_it_linked_to_its_place() -> None:
    page = render_report(LIST, {"ab12": "pages/ab12.html"})
    assert '<th scope="col" class=number>value</th>' in page
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
