"""A report to one self-contained HTML page: its table, and each sentence that bears it out.

Where the pages of `kg inspect` are at hand, every sentence links to its place in the text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from markupsafe import Markup

from kg.page import both, write_page
from kg.page.reported import answer, column, told
from kg.page.words import Pair, in_both
from kg.render.marked import UNSEEN, safe
from kg.reports.report import Evidence, Report, Row, Value
from kg.reports.write import has_footnotes, text_of

SHORT = 12  # characters of a cell that stays on one line


def render_report(report: Report, pages: Mapping[str, str] | None = None) -> str:
    """Return the page; `pages` gives for a text, by the end of its IRI, the page that shows it."""
    known = pages or {}
    notes: dict[tuple[str, str], tuple[int, Evidence]] = {}
    if has_footnotes(report):
        rows = [_with_marks(row, report, notes) for row in report.rows]
        head = _head(report)
    else:
        rows = [_with_sentence(row, report.columns, known) for row in report.rows]
        some = any(row.evidence for row in report.rows)
        head = _head(report) + (f'<th scope="col">{both("sentence")}</th>' if some else "")
    return write_page(
        "render/report.html",
        title=report.title.translate(UNSEEN),
        heading=_words(told(report.title)),
        styles=("render/report.css",),
        count=Markup("{} {}").format(f"{len(rows):,}", both("rows")),
        head=Markup(head),
        rows=Markup("\n".join(rows)),
        notes=Markup(_notes(report)),
        sentences=Markup(_sentences([one for _, one in notes.values()], known)),
    )


def _head(report: Report) -> str:
    columns = zip(*(row.values for row in report.rows), strict=True)
    numeric = [all(isinstance(one, int | Decimal) for one in column) for column in columns]
    kinds = numeric or [False] * len(report.columns)
    return "".join(
        f'<th scope="col"{" class=number" if number else ""}>{_words(column(name))}</th>'
        for name, number in zip(report.columns, kinds, strict=True)
    )


def _with_marks(
    row: Row, report: Report, notes: dict[tuple[str, str], tuple[int, Evidence]]
) -> str:
    """Return a row whose cells point to the sentences below; a whole row's are at its end."""
    marks: dict[int, list[int]] = defaultdict(list)
    for one in row.evidence:
        number, _ = notes.setdefault((one.sentence, one.file), (len(notes) + 1, one))
        at = report.columns.index(one.column) if one.column in report.columns else -1
        marks[at % len(row.values)].append(number)
    named = zip(row.values, report.columns, strict=True)
    cells = (_cell(value, name, marks[at]) for at, (value, name) in enumerate(named))
    return f"<tr>{''.join(cells)}</tr>"


def _with_sentence(row: Row, columns: Sequence[str], pages: Mapping[str, str]) -> str:
    cells = [_cell(value, name, []) for value, name in zip(row.values, columns, strict=True)]
    cells += [f'<td class="sentence">{_sentence(one, pages)}</td>' for one in row.evidence]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(value: Value, name: str, marks: list[int]) -> str:
    text = text_of(value)
    number = isinstance(value, int | Decimal)
    kind = "number" if number else "none" if not text else "short" if len(text) <= SHORT else ""
    links = "".join(f'<sup><a href="#e{mark}">[{mark}]</a></sup>' for mark in marks)
    said = safe(text) if number else _words(answer(text, name))
    return f'<td class="{kind}">{said}{links}</td>'


def _words(words: Pair) -> Markup:
    """Return words of ours, which may hold names of documents, in both languages."""
    chinese, english = words
    return in_both(chinese.translate(UNSEEN), english.translate(UNSEEN))


def _sentence(one: Evidence, pages: Mapping[str, str]) -> str:
    page = pages.get(one.source.rpartition("/")[2], "")
    text, file = safe(one.sentence), f"<small>{safe(one.file)}</small>"
    linked = f'<a href="{safe(page)}#char={one.begin},{one.end}">{text}</a>' if page else text
    return f"{linked} {file}"


def _sentences(notes: list[Evidence], pages: Mapping[str, str]) -> str:
    if not notes:
        return ""
    listed = "\n".join(
        f'<li id="e{number}">{_sentence(one, pages)}</li>' for number, one in enumerate(notes, 1)
    )
    return f'<h2>{both("sentences")}</h2>\n<ol class="sentences">\n{listed}\n</ol>'


def _notes(report: Report) -> str:
    if not report.notes:
        return ""
    listed = "\n".join(f"<li>{_words(told(note))}</li>" for note in report.notes)
    return f'<h2>{both("notes")}</h2>\n<ul class="notes">\n{listed}\n</ul>'
