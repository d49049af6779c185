"""Reports to text and files: a table for the terminal, CSV, JSON, Markdown, XLSX."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import IO

from kg.reports.report import Evidence, Report, Row, Value
from kg.results import no_formula, printable, table

EVIDENCE = ("sentence", "file", "at")
BETWEEN = " | "  # several sentences in one cell
# A workbook says when it was made; the same report should give the same bytes.
MADE = datetime.datetime(2000, 1, 1)
WIDEST = 60  # characters of a column of a workbook
LONGEST_TITLE = 255  # characters of its title
LONGEST_CELL = 32_767  # characters that a cell of a workbook holds


def write(report: Report, form: str, out: IO[bytes], *, width: int | None = None) -> None:
    """Write a report; a table is `width` columns wide, None for no limit."""
    if form == "table":
        out.write(_table(report, width).encode("utf-8", "backslashreplace"))
    else:
        _WRITERS[form](report, out)


def text_of(value: Value) -> str:
    """Give a value as a person reads it: figures without superfluous zeros."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


# -- table, Markdown ---------------------------------------------------------------------------


def has_footnotes(report: Report) -> bool:
    """Tell whether sentences stand below, because a row has several or one for a cell."""
    return any(len(row.evidence) > 1 or any(e.column for e in row.evidence) for row in report.rows)


def _grid(report: Report) -> tuple[list[str], list[list[str]], Iterable[tuple[str, str]]]:
    """Give heading, cells and footnotes."""
    if not has_footnotes(report):
        some = any(row.evidence for row in report.rows)
        names = [*report.columns, *(EVIDENCE[:2] if some else ())]
        return names, [_with_sentence(row, some) for row in report.rows], []
    notes: dict[tuple[str, str], int] = {}
    return list(report.columns), [_numbered(row, report, notes) for row in report.rows], notes


def _with_sentence(row: Row, some: bool) -> list[str]:
    cells = [text_of(value) for value in row.values]
    if not some:
        return cells
    return cells + ([row.evidence[0].sentence, row.evidence[0].file] if row.evidence else ["", ""])


def _numbered(row: Row, report: Report, notes: dict[tuple[str, str], int]) -> list[str]:
    """Give a row's cells with the numbers of their footnotes; the whole row's are at its end."""
    cells = [text_of(value) for value in row.values]
    for one in row.evidence:
        at = report.columns.index(one.column) if one.column in report.columns else -1
        cells[at] = f"{cells[at]} [{_number_of(one, notes)}]".strip()
    return cells


def _number_of(one: Evidence, notes: dict[tuple[str, str], int]) -> int:
    """Give the number of a sentence's footnote, the same wherever it bears out something."""
    return notes.setdefault((one.sentence, one.file), len(notes) + 1)


def _footnotes(notes: Iterable[tuple[str, str]]) -> Iterator[str]:
    for number, (sentence, file) in enumerate(notes, 1):
        yield f"[{number}] {sentence} ({file})"


def _table(report: Report, width: int | None) -> str:
    names, rows, notes = _grid(report)
    cells = [[printable(cell) for cell in row] for row in rows]
    count = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
    lines = [printable(line) for line in (*_footnotes(notes), *report.notes)]
    shown = table([printable(name) for name in names], cells, width)
    return "".join(
        [f"{printable(report.title)}\n", shown, f"{count}\n", *(f"{x}\n" for x in lines)]
    )


def _write_markdown(report: Report, out: IO[bytes]) -> None:
    names, rows, notes = _grid(report)
    lines = [f"# {_inline(report.title)}", "", _line(names), _line(["---"] * len(names))]
    lines += [_line(row) for row in rows]
    lines += ["", *(f"{_inline(note)}  " for note in _footnotes(notes))]
    lines += ["", *(f"- {_inline(note)}" for note in report.notes)]
    out.write(("\n".join(lines).rstrip() + "\n").encode("utf-8", "backslashreplace"))


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(_inline(cell) for cell in cells)} |"


def _inline(text: str) -> str:
    """Write text of a document so that Markdown takes none of it for its own."""
    escaped = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "\\|`*_~[]" else c for c in escaped)


# -- CSV, JSON, XLSX ---------------------------------------------------------------------------


def _evidence_cells(row: Row) -> tuple[str, ...]:
    sentences = (f"{e.column}：{e.sentence}" if e.column else e.sentence for e in row.evidence)
    files = dict.fromkeys(one.file for one in row.evidence)
    places = (one.place for one in row.evidence)
    return BETWEEN.join(sentences), BETWEEN.join(files), " ".join(places)


def _write_csv(report: Report, out: IO[bytes]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*(no_formula(printable(name)) for name in report.columns), *EVIDENCE])
    for row in report.rows:
        values = [value if isinstance(value, int) else _plain(value) for value in row.values]
        cells = (no_formula(printable(cell)) for cell in _evidence_cells(row))
        writer.writerow([*values, *cells])
    # With the mark that spreadsheets know UTF-8 by.
    out.write(text.getvalue().encode("utf-8-sig", "backslashreplace"))


def _plain(value: Value) -> str:
    return no_formula(printable(value)) if isinstance(value, str) else text_of(value)


def _write_json(report: Report, out: IO[bytes]) -> None:
    content = {
        "report": report.name,
        "title": report.title,
        "query": report.query,
        "columns": list(report.columns),
        "rows": [
            {
                **{n: _number(v) for n, v in zip(report.columns, row.values, strict=True)},
                "evidence": [_evidence_object(one) for one in row.evidence],
            }
            for row in report.rows
        ],
        "notes": list(report.notes),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    out.write(text.encode("utf-8", "backslashreplace") + b"\n")


def _number(value: Value) -> str | int | float | None:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)


def _evidence_object(one: Evidence) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "sentence": one.sentence,
        "file": one.file,
        "source": one.source,
        "begin": one.begin,
        "end": one.end,
    }
    return {**found, "column": one.column} if one.column else found


def _write_xlsx(report: Report, out: IO[bytes]) -> None:
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": printable(report.title)[:LONGEST_TITLE], "created": MADE})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("report")
    heading = [*report.columns, *EVIDENCE]
    rows: list[list[Value]] = [[*row.values, *_evidence_cells(row)] for row in report.rows]
    for column, name in enumerate(heading):
        sheet.write_string(0, column, printable(name)[:LONGEST_CELL], bold)
        sheet.set_column(column, column, _width(name, rows, column))
    for line, values in enumerate(rows, 1):
        for column, value in enumerate(values):
            _write_cell(sheet, line, column, value)
    sheet.freeze_panes(1, 0)
    notes = book.add_worksheet("notes")
    for line, note in enumerate((report.title, *report.notes)):
        notes.write_string(line, 0, printable(note)[:LONGEST_CELL])
    book.close()
    out.write(content.getvalue())


def _write_cell(sheet: object, line: int, column: int, value: Value) -> None:
    if isinstance(value, int | Decimal):
        sheet.write_number(line, column, value)  # type: ignore[attr-defined]
    elif value is not None:
        # As a string, so that what begins with = is no formula.
        text = printable(value)[:LONGEST_CELL]
        sheet.write_string(line, column, text)  # type: ignore[attr-defined]


def _width(name: str, rows: list[list[Value]], column: int) -> float:
    longest = max((len(text_of(row[column])) for row in rows), default=0)
    return min(max(2 * longest, len(name)) + 2, WIDEST)


_WRITERS: dict[str, Callable[[Report, IO[bytes]], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "markdown": _write_markdown,
    "xlsx": _write_xlsx,
}
FORMATS = ("table", *_WRITERS)
