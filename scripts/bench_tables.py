"""Figures to tables: printed, as Markdown, kept as JSON, two runs beside each other."""

from __future__ import annotations

import json
import math
import os
import platform
import re
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

Row = dict[str, float | str]
Table = dict[str, Row]
Figures = dict[str, Table]

# What of a row counts when two runs are compared: the first of these that it has.
RATES = ("MB/s", "quads/s", "triples/s")
COSTS = ("CPU s", "seconds", "ms", "MB", "own %", "each document")
PACKAGES = ("pyoxigraph", "rdflib", "jieba", "rjieba", "numpy", "click")
# <!-- bench:stages --> to <!-- end --> is written by fill().
PLACE = re.compile(r"(?ms)^<!-- bench:(?P<name>[\w-]+) -->\n.*?^<!-- end -->$")
BEFORE = "-before"  # what the name of a table ends with that stands beside an older checkout


def measure_of(row: Row) -> str | None:
    """Return which of its columns says how fast a row is."""
    return next((name for name in (*RATES, *COSTS) if isinstance(row.get(name), int | float)), None)


def quickest(runs: Iterable[Figures]) -> Figures:
    """Return each row as it was in the run in which it was quickest."""
    best: Figures = {}
    for figures in runs:
        for name, table in figures.items():
            kept = best.setdefault(name, {})
            for row, cells in table.items():
                if row not in kept or _is_quicker(cells, kept[row]):
                    kept[row] = cells
    return best


def _is_quicker(one: Row, other: Row) -> bool:
    column = measure_of(one)
    if column is None or column not in other:
        return False
    better, worse = float(one[column]), float(other[column])
    return better > worse if column in RATES else better < worse


def with_ratios(table: Table, base: float, column: str, head: str) -> Table:
    """Return a table with a column more: how each row stands to a base."""
    return {
        name: {**row, head: float(row[column]) / base} if column in row else row
        for name, row in table.items()
    }


def growth_exponent(sizes: tuple[float, float], costs: tuple[float, float]) -> float:
    """Return the power of the size that a cost grows with: 1 in step with it, 0 not at all."""
    if min(*sizes, *costs) <= 0 or sizes[0] == sizes[1]:
        return math.nan
    return math.log(costs[1] / costs[0]) / math.log(sizes[1] / sizes[0])


def beside(first: Table, second: Table, names: tuple[str, str]) -> Table:
    """Return what two tables have in common, with the ratio of the second to the first.

    Above 1 the second is quicker, or smaller: the ratio is of rates, or the first cost to the
    second one.
    """
    rows: Table = {}
    for name, one in first.items():
        two = second.get(name, {})
        column = measure_of(one)
        if column is None or not isinstance(two.get(column), int | float):
            continue
        before, after = float(one[column]), float(two[column])
        of, to = (after, before) if column in RATES else (before, after)
        rows[name] = {"": column, names[0]: before, names[1]: after}
        if to:
            rows[name]["times better"] = of / to
    return rows


def compared(first: Figures, second: Figures, names: tuple[str, str]) -> Figures:
    """Return every table that two runs have in common, beside each other."""
    both = {name: beside(first[name], second[name], names) for name in first if name in second}
    return {name: table for name, table in both.items() if table}


# -- shown ---------------------------------------------------------------------------------------


def text_of(name: str, table: Table) -> str:
    """Return a table as it is printed."""
    heads = columns(table)
    first = max(len(row) for row in (name, *table)) + 2
    cells = [[cell(row.get(head, "")) for head in heads] for row in table.values()]
    widths = [
        max([len(head), *(len(line[at]) for line in cells)]) + 2 for at, head in enumerate(heads)
    ]
    lines = [name.ljust(first) + "".join(map(str.rjust, heads, widths))]
    for row, line in zip(table, cells, strict=True):
        lines.append(row.ljust(first) + "".join(map(str.rjust, line, widths)))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def markdown_of(table: Table) -> str:
    """Return a table in Markdown."""
    heads = columns(table)
    lines = [["", *heads], ["---", *("---:" for _ in heads)]]
    for name, row in table.items():
        lines.append([name, *(cell(row.get(head, "")) for head in heads)])
    shown = ([one.replace("|", "\\|") for one in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in shown)


def columns(table: Table) -> list[str]:
    """Return the names of a table's columns in the order in which its rows bring them."""
    return list(dict.fromkeys(name for row in table.values() for name in row))


def cell(value: float | str) -> str:
    """Return a figure with three digits that count: 0.0123, 4.56, 12,300."""
    if isinstance(value, str):
        return value
    if value == 0 or not math.isfinite(value):
        return str(value) if not math.isfinite(value) else "0"
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


# -- kept ----------------------------------------------------------------------------------------


def machine() -> dict[str, Any]:
    """Return what figures depend on beside the code: they compare on one machine and hour only."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    return {
        "when": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        "load": round(load, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    named = re.search(r"model name\s*:\s*(.+)", text)
    return named[1] if named else platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def keep(file: Path, figures: Figures, about: dict[str, Any]) -> None:
    """Write figures with the machine and what was measured on."""
    text = json.dumps({"about": about, "figures": figures}, ensure_ascii=False, indent=1)
    file.write_text(f"{text}\n", encoding="utf-8")


def kept(file: Path) -> tuple[Figures, dict[str, Any]]:
    """Read figures that were kept."""
    run = json.loads(file.read_text(encoding="utf-8"))
    if not {"figures", "about"} <= run.keys():
        raise SystemExit(f"{file}: not written by this scripts/bench --json")
    return run["figures"], run["about"]


def fill(page: str, figures: Figures, about: dict[str, Any]) -> str:
    """Return a page with the tables of a run in the places that name them; others stay."""
    tables = {name: markdown_of(table) for name, table in figures.items()}
    tables["machine"] = "".join(f"{line}\n" for line in _sentences(about))

    def written(place: re.Match[str]) -> str:
        table = tables.get(place["name"])
        head = place[0].partition("\n")[0]
        return place[0] if table is None else f"{head}\n{table}<!-- end -->"

    return PLACE.sub(written, page)


def _sentences(about: dict[str, Any]) -> Iterator[str]:
    yield "- " + ", ".join(f"{name} {value}" for name, value in about.items() if value)
