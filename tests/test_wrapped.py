"""Texts whose lines a page breaks: what is joined over a break and what is not."""

from __future__ import annotations

import pytest
from casebook import understood

from kg.extract.wrapped import unwrapped

PAGE = "把驿站办在乡亲们家门口让老人少跑路让孩子有人管\n" * 40


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        (PAGE + "各县区要抓紧编制出台本地区的山区驿站建设选址指\n南，年底前上报。\n", "选址指 南"),
        (PAGE + "要健全制度。\n南岭驿站先行。\n", "制度。\n南岭"),  # the sentence has ended
        (PAGE + "重点工作\n南岭驿站先行。\n", "工作\n南岭"),  # a heading: its line is not full
        (PAGE + "各县区要抓紧编制出台本地区的山区驿站建设方案\n（二）建好队伍。\n", "方案\n（二"),
        ("落实《云陵市校车\n管理办法》。\n", "校车 管理"),  # a title in marks, on any page
        ("请各县区抓好落实\n云陵市人民政府\n", "落实\n云陵"),
    ],
)
def test_breaks(text: str, joined: str) -> None:
    assert joined in unwrapped(text)


def test_a_paper_named_over_a_break() -> None:
    text = PAGE + "各县区要抓紧研究编制山区驿站建设选址指\n南，年底前上报。\n"
    findings = understood(text).findings
    assert [m.name for m in findings.mentions if m.type == "Document"] == ["山区驿站建设选址指南"]
    assert [citation.stance for citation in findings.citations] == ["plansToIssue"]
