"""Tables to CSV with CSVW metadata, CSV for spreadsheets, a workbook, Parquet.

Two kinds of CSV, because they cannot be one: `csvw` is exact, for programs; `csv` is for people who
open it in a spreadsheet, where a sentence that begins with = would be run as a formula.
"""

from __future__ import annotations

import csv
import datetime
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from kg.errors import KgError
from kg.export.schema import SEPARATOR, TABLES, Column, Table
from kg.export.staging import Cell, Staging, staged
from kg.results import no_formula, printable
from kg.store import Store

if TYPE_CHECKING:
    import pyarrow

METADATA = "tables.csv-metadata.json"
SHEET_ROWS = 1_048_575  # that a sheet holds below its heading
LONGEST_CELL = 32_767  # characters
ROWS_AT_ONCE = 10_000  # of a Parquet file
# A workbook says when it was made; the same store should give the same bytes.
MADE = datetime.datetime(2000, 1, 1)
_CSVW_TYPES = {"uri": "anyURI", "word": "string"}
_WIDTHS = {"sentence": 60, "label": 40, "id": 20, "source": 20}


def write_csvw(store: Store, names: list[str], folder: Path) -> None:
    """Write exact CSV files, and what their columns are."""
    with staged(store, names) as staging:
        for table in TABLES:
            _write_csv(folder / f"{table.name}.csv", table, staging.rows(table), _exact, "utf-8")
        text = json.dumps(_metadata(staging), ensure_ascii=False, indent=2)
    (folder / METADATA).write_text(f"{text}\n", encoding="utf-8")


def write_csv(store: Store, names: list[str], folder: Path) -> None:
    """Write CSV files that spreadsheets may open."""
    with staged(store, names) as staging:
        for table in TABLES:
            # With the mark that spreadsheets know UTF-8 by.
            rows = staging.rows(table)
            _write_csv(folder / f"{table.name}.csv", table, rows, _harmless, "utf-8-sig")


def _write_csv(
    place: Path,
    table: Table,
    rows: Iterable[tuple[Cell, ...]],
    cell: Callable[[Column, Cell], Cell],
    encoding: str,
) -> None:
    with place.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.columns])
        for row in rows:
            writer.writerow(map(cell, table.columns, row))


def _exact(_: Column, cell: Cell) -> Cell:
    return cell


def _harmless(column: Column, cell: Cell) -> Cell:
    # A figure below zero begins with - too, and is none of a document's words.
    is_figure = column.type in ("integer", "decimal")
    return cell if is_figure or not isinstance(cell, str) else no_formula(printable(cell))


# -- CSVW --------------------------------------------------------------------------------------


def _metadata(staging: Staging) -> dict[str, Any]:
    """Give the description of the tables: W3C, Metadata Vocabulary for Tabular Data."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "dialect": {"encoding": "utf-8", "header": True},
        "tables": [_described(table, staging) for table in TABLES],
    }


def _described(table: Table, staging: Staging) -> dict[str, Any]:
    # What does not hold in this store is not promised; an empty cell breaks a key for validators.
    keys = [
        {
            "columnReference": column.name,
            "reference": {"resource": f"{column.table}.csv", "columnReference": "id"},
        }
        for column in table.columns
        if column.table and not column.is_list and staging.holding(table, column)
    ]
    schema: dict[str, Any] = {
        "primaryKey": "id",
        "columns": [_column(column) for column in table.columns],
    }
    return {
        "url": f"{table.name}.csv",
        "dc:title": [
            {"@value": table.zh, "@language": "zh"},
            {"@value": table.en, "@language": "en"},
        ],
        "tableSchema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def _column(column: Column) -> dict[str, Any]:
    kind = column.type.removesuffix("*")
    described: dict[str, Any] = {
        "name": column.name,
        # The first title is what stands in the heading of the file.
        "titles": {"und": column.name, "zh": column.zh, "en": column.en},
        "datatype": _CSVW_TYPES.get(kind, kind),
    }
    if column.iri:
        described["propertyUrl"] = column.iri
    if column.is_list:
        described["separator"] = SEPARATOR
    if column.name == "id":
        described["required"] = True
    return described


# -- XLSX --------------------------------------------------------------------------------------


def write_xlsx(store: Store, names: list[str], out: IO[bytes]) -> None:
    """Write a workbook with a sheet for each table; no cell is a formula."""
    import xlsxwriter

    # Rows go to a file at once; nothing but the current one is held. What is broken off is closed
    # too, for these files are open until then, and they lie where they go away.
    with (
        staged(store, names) as staging,
        tempfile.TemporaryDirectory(prefix="kg-export-") as folder,
        xlsxwriter.Workbook(out, {"constant_memory": True, "tmpdir": folder}) as book,
    ):
        book.set_properties({"title": "Policy KG", "created": MADE})
        bold = book.add_format({"bold": True})
        for table in TABLES:
            _write_sheet(book.add_worksheet(table.name), bold, table, staging.rows(table))


def _write_sheet(sheet: Any, bold: object, table: Table, rows: Iterable[tuple[Cell, ...]]) -> None:
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.name, 14))
        sheet.write_string(0, place, f"{column.zh} {column.name}", bold)
    for line, row in enumerate(rows, 1):
        if line > SHEET_ROWS:
            raise KgError(f"{table.name}: more rows than a sheet holds; take csvw or parquet")
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _write_cell(sheet, line, place, column, cell)


def _write_cell(sheet: Any, line: int, place: int, column: Column, cell: Cell) -> None:
    if cell is None:
        return
    if column.type in ("integer", "decimal"):
        sheet.write_number(line, place, float(cell))
    elif column.type == "boolean":
        sheet.write_boolean(line, place, cell == "true")
    else:
        # As a string, so that what begins with = is no formula and no address a link.
        sheet.write_string(line, place, printable(str(cell))[:LONGEST_CELL])


# -- Parquet -----------------------------------------------------------------------------------


def write_parquet(store: Store, names: list[str], folder: Path) -> None:
    """Write a Parquet file for each table, with typed columns; lists are lists."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise KgError("parquet: needs pyarrow; run: pip install 'policy-kg[parquet]'") from error

    with staged(store, names) as staging:
        for table in TABLES:
            schema = pyarrow.schema([_field(column) for column in table.columns])
            with parquet.ParquetWriter(folder / f"{table.name}.parquet", schema) as writer:
                for batch in _batches(table, staging.rows(table), schema):
                    writer.write_batch(batch)


def _field(column: Column) -> pyarrow.Field:
    import pyarrow

    types = {
        "integer": pyarrow.int64(),
        "decimal": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
    }
    kind = types.get(column.type.removesuffix("*"), pyarrow.string())
    titles = {"zh": column.zh, "en": column.en, "property": column.iri}
    return pyarrow.field(
        column.name, pyarrow.list_(kind) if column.is_list else kind, metadata=titles
    )


def _batches(
    table: Table, rows: Iterator[tuple[Cell, ...]], schema: pyarrow.Schema
) -> Iterator[pyarrow.RecordBatch]:
    import pyarrow

    while some := list(islice(rows, ROWS_AT_ONCE)):
        values = [
            pyarrow.array([_parsed(column, row[place]) for row in some], field.type)
            for place, (column, field) in enumerate(zip(table.columns, schema, strict=True))
        ]
        yield pyarrow.record_batch(values, schema=schema)


def _parsed(column: Column, cell: Cell) -> Any:
    if cell is None:
        return None
    if column.is_list:
        kind = column.type.removesuffix("*")
        return [_value(kind, one) for one in str(cell).split(SEPARATOR)]
    return _value(column.type, cell)


def _value(kind: str, cell: Cell) -> str | int | float | bool | None:
    if kind == "decimal":
        return float(Decimal(str(cell)))
    if kind == "boolean":
        return cell == "true"
    return int(str(cell)) if kind == "integer" else cell
