"""Texts written as Markdown."""

from __future__ import annotations

import re

HEADING = re.compile(
    r"(?P<first>[一二三四五六七八九十]+、|第[一二三四五六七八九十]+章)|(?P<second>（[一二三四五六七八九十]+）)"
)
MARKS = re.compile(r"([\\*_`\[\]<>|~#])")
ITEM = re.compile(r"(\d{1,2})\.(?!\d)")


def as_markdown(text: str) -> str:
    """Write a text as Markdown: headings, items as lists, tab-separated lines as tables."""
    written: list[str] = []
    rows: list[str] = []
    for line in [*text.splitlines(), ""]:
        if "\t" in line:
            rows.append(line)
            continue
        if rows:
            written += [*_table([row.split("\t") for row in rows]), ""]
            rows = []
        if line.strip():
            written += [_line(line.strip()), ""]
    return "\n".join(written)


def _line(line: str) -> str:
    found = HEADING.match(line)
    if found is not None and len(line) < 40 and "。" not in line:
        return f"{'##' if found['first'] else '###'} {escape(line)}"
    item = ITEM.match(line)
    if item is not None and not line[item.end() :].startswith((" ", "\u3000")):
        return f"{item[1]}. {escape(line[item.end() :])}"
    return escape(line)


def _table(rows: list[list[str]]) -> list[str]:
    head, *others = ["| " + " | ".join(map(escape, row)) + " |" for row in rows]
    return [head, "|" + " --- |" * len(rows[0]), *others]


def escape(text: str) -> str:
    return MARKS.sub(r"\\\1", text)
