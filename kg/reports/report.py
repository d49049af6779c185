"""What every report is: a table, and for each row the words that it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Value = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that bear a row out."""

    sentence: str
    file: str
    source: str  # IRI of the text
    begin: int  # code points in that text, the end exclusive
    end: int
    column: str = ""  # which cell of the row it is for; "" the row as a whole

    @property
    def place(self) -> str:
        """Give where the words stand as an IRI (RFC 5147)."""
        return f"{self.source}#char={self.begin},{self.end}"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a report; None where nothing is known."""

    values: tuple[Value, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """An answer."""

    name: str  # of the command: compare, due …
    title: str  # what is answered, with the choices made
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()  # what was counted and what was left out, a line each
    query: str = ""  # the saved query that it rests on

    def records(self) -> list[dict[str, Value]]:
        """Give the rows by the names of their columns."""
        return [dict(zip(self.columns, row.values, strict=True)) for row in self.rows]


def evidence(row: Mapping[str, str], column: str = "") -> Evidence:
    """Give the evidence that a query's row carries as ?sentence ?file ?source ?begin ?end."""
    return Evidence(
        sentence=row["sentence"],
        file=row["file"],
        source=row["source"],
        begin=int(row["begin"]),
        end=int(row["end"]),
        column=column,
    )
