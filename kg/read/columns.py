"""Cells of a dump's row to what they say about a document, by the names of their columns."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

from kg.vocabulary import rows

LONGEST_LIST = 12  # columns that a message names


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of dumps that hold something; an empty name: those commonly called so."""

    text: str = ""
    title: str = ""
    issuer: str = ""
    date: str = ""
    number: str = ""
    url: str = ""

    @property
    def named(self) -> dict[str, str]:
        """Return what field each column that the user names holds."""
        given = {
            self.text: "text",
            self.title: "title",
            self.issuer: "issuer",
            self.date: date_field(self.date),
            self.number: "number",
            self.url: "url",
        }
        return {column: field for column, field in given.items() if column}


COMMON = Columns()


@cache
def common_names() -> dict[str, tuple[str, int]]:
    """Return what each common name of a column means, and its rank among names of the same."""
    return {
        plain_name(row["column"]): (row["field"], int(row["order"]))
        for row in rows("dump_columns.tsv")
    }


def plain_name(column: str) -> str:
    """Return a column's name without case and signs: Pub_Date, pub-date and pubDate are one."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", column)).lower()


def date_field(column: str) -> str:
    """Return which date a column holds: that of publication, unless its name says otherwise."""
    field, _ = common_names().get(plain_name(column), ("published", 0))
    return field if field == "issued" else "published"


def is_wanted(column: str, columns: Columns) -> bool:
    """Tell whether a column holds something that a record states."""
    return column in columns.named or plain_name(column) in common_names()


def has_text(names: Iterable[str], columns: Columns) -> bool:
    """Tell whether one of some columns holds the text."""
    if columns.text:
        return columns.text in names
    return any(common_names().get(plain_name(name), ("", 0))[0] == "text" for name in names)


def values_of(cells: Mapping[str, object], columns: Columns = COMMON) -> dict[str, str]:
    """Return the fields of a row; of several columns for one field the first that is filled."""
    values = {}
    for field, column in _ranked(cells, columns):
        value = plain_value(cells[column])
        if value.strip() and field not in values and not _is_serial(field, column, value, columns):
            values[field] = value
    return values


def _ranked(cells: Mapping[str, object], columns: Columns) -> Iterator[tuple[str, str]]:
    """Yield each field with a column for it: what the user names alone, else by rank."""
    named = columns.named
    for column, field in named.items():
        if column in cells:
            yield field, column
    taken = {*named.values()}
    found = [(common_names().get(plain_name(column)), column) for column in cells]
    known = [(*meaning, column) for meaning, column in found if meaning is not None]
    for field, _, column in sorted(known, key=lambda one: one[:2]):
        if field not in taken:
            yield field, column


def _is_serial(field: str, column: str, value: str, columns: Columns) -> bool:
    """Tell the count of a row from the number of a paper: both are often called number."""
    return field == "number" and column not in columns.named and value.strip().isdecimal()


def plain_value(value: object) -> str:
    """Return a cell as text; what has no text in it (a nested object, a switch) is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return "\n".join(filter(None, map(plain_value, value)))
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value.replace(microsecond=0))
    if isinstance(value, date):
        return str(value)
    return _digits(value)


def _digits(value: object) -> str:
    """Return a figure as text: 20240105.0, which pandas makes of a column with gaps, is whole."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return str(int(value)) if value == int(value) else str(value)


def listed(names: Iterable[str]) -> str:
    """Return columns as a message lists them."""
    unique = list(dict.fromkeys(name[:40] for name in names))
    more = len(unique) - LONGEST_LIST
    return ", ".join(unique[:LONGEST_LIST]) + (f" and {more:,} more" if more > 0 else "")
