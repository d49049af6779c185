"""Query results to text: a table for the terminal, CSV, TSV, JSON or Turtle."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import IO

import pyoxigraph

from kg import sparql
from kg.errors import QueryError, StoreError
from kg.store import Results

FORMATS = ("table", "csv", "tsv", "json", "turtle")
_SOLUTIONS = {
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
    "json": pyoxigraph.QueryResultsFormat.JSON,
}


def write(
    results: Results,
    form: str | None,
    out: IO[bytes],
    *,
    base: str,
    width: int | None = None,
    hidden: Collection[str] = (),
) -> None:
    """Write results to a binary stream, by default as suits them.

    A table is `width` columns wide, None for no limit. Columns that are `hidden` are left out:
    a saved query has its parameters among them, since Oxigraph wants them projected.
    """
    try:
        if isinstance(results, pyoxigraph.QueryTriples):
            _write_triples(results, form or "turtle", out)
        elif form == "turtle":
            raise QueryError("format turtle is for CONSTRUCT and DESCRIBE; this gives no triples")
        elif isinstance(results, pyoxigraph.QueryBoolean):
            _write_answer(results, form or "table", out)
        else:
            _write_solutions(_without(results, hidden), form or "table", out, base, width)
    except RuntimeError as error:
        # Oxigraph finds damaged blocks only when it reads them.
        raise StoreError(f"store: {error}; if it is damaged, delete it and build again") from error


def _without(
    results: pyoxigraph.QuerySolutions, hidden: Collection[str]
) -> pyoxigraph.QuerySolutions:
    if not hidden:
        return results
    content = json.loads(results.serialize(format=pyoxigraph.QueryResultsFormat.JSON) or b"{}")
    names = content["head"]["vars"]
    content["head"]["vars"] = [name for name in names if name not in hidden]
    for row in content["results"]["bindings"]:
        for name in hidden:
            row.pop(name, None)
    left = pyoxigraph.parse_query_results(
        json.dumps(content).encode(), pyoxigraph.QueryResultsFormat.JSON
    )
    assert isinstance(left, pyoxigraph.QuerySolutions)  # it was one before
    return left


def _write_solutions(
    results: pyoxigraph.QuerySolutions, form: str, out: IO[bytes], base: str, width: int | None
) -> None:
    if form == "table":
        _write_table(results, out, base, width)
    else:
        results.serialize(out, format=_SOLUTIONS[form])


def _write_triples(results: pyoxigraph.QueryTriples, form: str, out: IO[bytes]) -> None:
    if form not in ("turtle", "table"):
        raise QueryError(f"format {form} is for SELECT and ASK; this query gives triples: turtle")
    triples = sorted(results, key=str)
    pyoxigraph.serialize(triples, out, format=pyoxigraph.RdfFormat.TURTLE, prefixes=sparql.PREFIXES)


def _write_answer(results: pyoxigraph.QueryBoolean, form: str, out: IO[bytes]) -> None:
    if form == "json":
        results.serialize(out, format=_SOLUTIONS[form])
    else:
        out.write(b"yes\n" if results else b"no\n")


def _write_table(
    results: pyoxigraph.QuerySolutions, out: IO[bytes], base: str, width: int | None
) -> None:
    names = [variable.value for variable in results.variables]
    rows = [[_cell(row[name], base) for name in names] for row in results]
    text = table(names, rows, width) + f"{len(rows):,} row{'' if len(rows) == 1 else 's'}\n"
    out.write(text.encode())


def table(names: list[str], rows: list[list[str]], width: int | None) -> str:
    """Lay out a table; Chinese characters take two columns, numbers stand to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    # Text, because a cell may hold square brackets, which rich would take for markup.
    for index, name in enumerate(names):
        numeric = bool(rows) and all(_is_number(row[index]) for row in rows)
        grid.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    # Without a terminal nothing is folded: who pipes a table wants whole lines.
    console = Console(width=width or 10_000, color_system=None, legacy_windows=False)
    with console.capture() as capture:
        console.print(grid)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _is_number(cell: str) -> bool:
    return not cell or cell.replace(",", "").replace(".", "", 1).lstrip("+-").isdigit()


def _cell(term: object, base: str) -> str:
    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        return printable(sparql.shorten(term.value, base))
    return printable(term.value if isinstance(term, pyoxigraph.Literal) else str(term))


def printable(text: str) -> str:
    """Give a text on one line, without what could steer a terminal."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def no_formula(text: str) -> str:
    """Keep a spreadsheet from taking a document's words for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@＝＋－＠")) else text
