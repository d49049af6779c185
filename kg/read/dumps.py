"""Dumps to rows: JSON Lines, JSON, CSV and Parquet files that hold a document a row.

Rows are numbered from 1: in JSON Lines by their line, in a CSV file without its header. A dump
can be gone through, and asked again for one row; it holds no more of its file than it needs.
"""

from __future__ import annotations

import csv
import io
import json
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Protocol

from kg.errors import ReadError
from kg.read.columns import Columns, has_text, is_wanted
from kg.read.plain import decode

Cells = Mapping[str, object]

HEAD = 65_536  # bytes that show encoding, columns and delimiter
LONGEST_ROW = 64 * 2**20
DELIMITERS = (",", "\t", ";", "|")
MOST_SEARCHED = 256 * 2**20  # bytes gone through for the ends of broken rows
LINE_SUFFIXES = (".jsonl", ".ndjson", ".jsonlines")
SUFFIXES = {
    **dict.fromkeys(LINE_SUFFIXES, "JSON Lines"),
    ".json": "JSON",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".parquet": "Parquet",
}
PARQUET = b"PAR1"
# A text of a policy never begins so, whatever its file is called.
JSON_HEAD = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"\\\n]{1,80}"\s*:')
NO_ROW = "the dump has no such row"
CUT_OFF = "the array has no end: the file is cut off"
BLANKS = " \t\r\n"
BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a dump, or why there is none."""

    number: int
    cells: Cells
    problem: str = ""
    is_end: bool = False  # nothing behind it can be read


class Dump(Protocol):
    """A file of rows."""

    def rows(self) -> Iterator[Row]:
        """Yield every row, broken ones with their problem."""

    def row(self, number: int) -> Row:
        """Return one row."""

    def close(self) -> None:
        """Release the file."""


def dump_kind(name: str, head: bytes) -> str:
    """Tell a dump by its first bytes and its name; empty if it is none."""
    if head.startswith(PARQUET):
        return "Parquet"
    suffix = _suffix(name)
    text = head.decode("utf-8-sig", "ignore").lstrip(BLANKS)
    if JSON_HEAD.match(text):
        return SUFFIXES[suffix] if suffix in LINE_SUFFIXES else "JSON"
    named = SUFFIXES.get(suffix, "")
    return "" if named == "Parquet" else named


def open_dump(file: IO[bytes], name: str, kind: str, columns: Columns, limit: int) -> Dump:
    """Open a dump; raises ReadError with the reason. `limit`: bytes that are held at once."""
    if kind == "Parquet":
        return ParquetDump(file, name, columns, limit)
    file, encoding = _narrow(file, name, limit)
    if kind == "CSV":
        return CsvDump(file, name, encoding, columns)
    if _suffix(name) in LINE_SUFFIXES or _has_object_lines(file, encoding):
        return LineDump(file, name, encoding)
    return JsonDump(file, name, limit)


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].lower() if "." in name else ""


def _narrow(file: IO[bytes], name: str, limit: int) -> tuple[IO[bytes], str]:
    """Return a file whose lines end in one byte, and its encoding, as its head shows it."""
    head = file.read(HEAD)
    if not head.strip():
        raise ReadError(f"{name}: the file is empty")
    cut = head.rfind(b"\n") + 1 if len(head) == HEAD else 0
    _, encoding, _ = decode(_whole_characters(head[:cut] if cut else head), name)
    file.seek(0)
    if not encoding.startswith(("utf-16", "utf-32")):
        return file, encoding
    text, _, _ = decode(_read_whole(file, name, limit), name)
    file.close()
    return io.BytesIO(text.removeprefix("\ufeff").encode("utf-8", "replace")), "utf-8"


def _whole_characters(head: bytes) -> bytes:
    """Cut a head of one long line at its last ASCII byte: a character may be cut in two."""
    if len(head) < HEAD:
        return head
    return head[: max(head.rfind(sign) for sign in (b'"', b",", b" ", b">")) + 1] or head


def _read_whole(file: IO[bytes], name: str, limit: int) -> bytes:
    data = file.read(limit + 1)
    if len(data) > limit:
        raise ReadError(
            f"{name}: more than {limit // 2**20} MB in one piece; write it as JSON Lines"
        )
    return data


def _text(line: bytes, encoding: str, name: str) -> str:
    """Decode a row by the dump's encoding; one that is damaged is read as a file of its own."""
    try:
        return line.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return decode(line, name)[0]


# -- JSON --------------------------------------------------------------------------------------


def _has_object_lines(file: IO[bytes], encoding: str) -> bool:
    """Tell JSON Lines, whose first line is an object, from one object over several lines."""
    line = file.readline(LONGEST_ROW)
    while line and not line.strip():
        line = file.readline(LONGEST_ROW)
    file.seek(0)
    try:
        return isinstance(_decoder().decode(_text(line, encoding, "")), dict)
    except (ValueError, RecursionError, ReadError):
        return False


def _cells(number: int, value: object) -> Row:
    if not isinstance(value, dict):
        return Row(number, {}, "not an object with named values")
    return Row(number, value)


class LineDump:
    """JSON Lines: an object a line; rows are numbered as lines are."""

    def __init__(self, file: IO[bytes], name: str, encoding: str) -> None:
        self._file, self._name, self._encoding = file, name, encoding
        self._starts = array("q")

    def rows(self) -> Iterator[Row]:
        """Yield every row, broken ones with their problem."""
        for number, line in enumerate(self._lines(), 1):
            if len(line) > LONGEST_ROW:
                yield Row(number, {}, too_long(len(line)))
            elif line.strip():
                yield self._parse(number, line)

    def row(self, number: int) -> Row:
        """Return one row."""
        if not self._starts:
            for _ in self._lines():
                pass
        if not 0 < number <= len(self._starts):
            return Row(number, {}, NO_ROW)
        self._file.seek(self._starts[number - 1])
        return self._parse(number, self._file.readline(LONGEST_ROW))

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines, of too long ones a part; note where each begins."""
        starts, at = array("q"), 0
        self._file.seek(0)
        while line := self._file.readline(LONGEST_ROW + 1):
            starts.append(at)
            at += len(line)
            yield line
            while len(line) > LONGEST_ROW and not line.endswith(b"\n"):
                line = self._file.readline(LONGEST_ROW + 1)
                at += len(line)
            self._file.seek(at)
        self._starts = starts

    def _parse(self, number: int, line: bytes) -> Row:
        try:
            return _cells(number, _decoder().decode(_text(line, self._encoding, self._name)))
        except json.JSONDecodeError as error:
            return Row(number, {}, f"no JSON: {error.msg} at character {error.colno}")
        except RecursionError:
            return Row(number, {}, "no JSON that can be read: nested too deeply")
        except (ValueError, ReadError) as error:
            return Row(number, {}, f"no JSON that can be read: {str(error)[:100]}")


class JsonDump:
    """A JSON array of objects, one object, or several one after the other: read as a whole."""

    def __init__(self, file: IO[bytes], name: str, limit: int) -> None:
        self._name = name
        self._text, _, _ = decode(_read_whole(file, name, limit), name)
        self._starts: list[int] = []
        file.close()

    def rows(self) -> Iterator[Row]:
        """Yield every row, broken ones with their problem."""
        self._starts = []
        at = self._skip(0)
        while at < len(self._text):
            number = len(self._starts) + 1
            try:
                value, end = _decoder().raw_decode(self._text, at)
            except (ValueError, RecursionError) as error:
                yield Row(number, {}, self._broken(error, at), is_end=True)
                return
            self._starts.append(at)
            yield _cells(number, value)
            at = self._skip(end)
        if self._text.lstrip(BLANKS + "\ufeff")[:1] == "[" and self._text.rstrip()[-1] != "]":
            yield Row(len(self._starts) + 1, {}, CUT_OFF, is_end=True)

    def row(self, number: int) -> Row:
        """Return one row."""
        if not self._starts:
            for _ in self.rows():
                pass
        if not 0 < number <= len(self._starts):
            return Row(number, {}, NO_ROW)
        return _cells(number, _decoder().raw_decode(self._text, self._starts[number - 1])[0])

    def close(self) -> None:
        """Release the text."""
        self._text = ""

    def _skip(self, at: int) -> int:
        """Return where the next value begins: brackets and commas around objects say no more."""
        return BETWEEN.match(self._text, at).end()  # type: ignore[union-attr]  # may be empty

    def _broken(self, error: Exception, at: int) -> str:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        line = self._text.count("\n", 0, at) + 1
        return f"no JSON: {why}, in the value of line {line}; what follows cannot be read"


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(strict=False)  # line breaks inside strings have one reading


# -- CSV ---------------------------------------------------------------------------------------


class CsvDump:
    """A table with a header: by commas, tabs, semicolons or bars."""

    def __init__(self, file: IO[bytes], name: str, encoding: str, columns: Columns) -> None:
        # The library's limit is one for the whole process.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
        self._file, self._name, self._encoding = file, name, encoding
        self._starts = array("q")
        self._header, self._delimiter, self._body = self._read_header(columns)

    def rows(self) -> Iterator[Row]:
        """Yield every row, broken ones with their problem."""
        starts = array("q")
        for start, row in self._records():
            starts.append(start)
            yield row
        self._starts = starts

    def row(self, number: int) -> Row:
        """Return one row."""
        if not self._starts:
            for _ in self.rows():
                pass
        if not 0 < number <= len(self._starts):
            return Row(number, {}, NO_ROW)
        return next(row for _, row in self._records(self._starts[number - 1], number))

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _read_header(self, columns: Columns) -> tuple[list[str], str, int]:
        """Return names, delimiter and length of the header; the delimiter that names a text."""
        found = []
        for delimiter in DELIMITERS:
            lines = Lines(self._file, 0, self._encoding, self._name)
            try:
                header = next(csv.reader(lines, delimiter=delimiter, strict=True), [])
            except csv.Error:
                continue
            names = [name.strip() for name in header]
            found.append((has_text(names, columns), len(names), names, delimiter, lines.read))
        if not found:
            raise ReadError(f"{self._name}: a CSV file whose first line has an open quotation mark")
        best = max(found, key=lambda one: one[:2])
        return best[2:]

    def _records(self, start: int = -1, number: int = 1) -> Iterator[tuple[int, Row]]:
        """Yield where each record begins, and its row; below a broken one goes on with its line."""
        start, searched = max(start, self._body), 0
        while True:
            lines = Lines(self._file, start, self._encoding, self._name)
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            begin = start
            try:
                for cells in reader:
                    if any(cells):
                        yield begin, self._row(number, cells)
                        number += 1
                    begin = start + lines.read
                return
            except (csv.Error, ReadError) as error:
                searched += lines.read
                last = searched > MOST_SEARCHED
                problem = _why(error) + "; the rest is not read" * last
                yield begin, Row(number, {}, problem, is_end=last)
                number += 1
                if last:
                    return
                self._file.seek(begin)
                start = begin + len(self._file.readline())

    def _row(self, number: int, cells: list[str]) -> Row:
        if len(cells) > len(self._header):
            problem = (
                f"{len(cells)} cells where the header names {len(self._header)}: "
                "a delimiter stands in a cell that is not quoted"
            )
            return Row(number, {}, problem)
        # Of two columns of one name the first counts; a short row ends in empty cells.
        named = dict.fromkeys(self._header, "")
        named |= dict(reversed(list(zip(self._header, cells, strict=False))))
        return Row(number, named)


def _why(error: Exception) -> str:
    if "unexpected end of data" in str(error):
        return "a quotation mark is opened and never closed"
    return f"no CSV: {error}"


class Lines:
    """The lines of a file from a place on, decoded, and how many bytes of them were read."""

    def __init__(self, file: IO[bytes], start: int, encoding: str, name: str) -> None:
        self._file, self._start, self._encoding, self._name = file, start, encoding, name
        self.read = 0

    def __iter__(self) -> Iterator[str]:
        """Yield each line with its end."""
        self._file.seek(self._start)
        while line := self._file.readline(LONGEST_ROW + 1):
            self.read += len(line)
            if len(line) > LONGEST_ROW:
                raise ReadError(too_long(len(line)))
            yield _text(line, self._encoding, self._name)
            self._file.seek(self._start + self.read)


def too_long(size: int) -> str:
    """Say that a row is longer than a document may be."""
    return f"more than {size // 2**20:,} MB in one row; a document may have that"


# -- Parquet -----------------------------------------------------------------------------------


class ParquetDump:
    """A Parquet file, of which a few rows of the columns asked for are held at a time."""

    BATCH = 64  # rows: a value that is stored once may stand in each of them

    def __init__(self, file: IO[bytes], name: str, columns: Columns, limit: int) -> None:
        try:
            from pyarrow import parquet
        except ImportError as error:
            raise ReadError(
                f"{name}: a Parquet file; install its reader: pip install 'policy-kg[parquet]'"
            ) from error
        self._raw, self._name = file, name
        try:
            self._file = parquet.ParquetFile(file)
        except (ValueError, OSError) as error:
            raise ReadError(f"{name}: a damaged Parquet file: {_line(error)}") from error
        self._refuse_large_groups(limit)
        # Other columns than those asked for are named, and not read.
        self._unread = dict.fromkeys(map(str, self._file.schema_arrow.names))
        self._wanted = [column for column in self._unread if is_wanted(column, columns)]
        self._ahead: Iterator[Row] = iter(())
        self._next = 0  # the number of the row that comes next in `_ahead`

    def rows(self) -> Iterator[Row]:
        """Yield every row, broken ones with their problem."""
        return self._from_group(0, 1)

    def row(self, number: int) -> Row:
        """Return one row; fast where rows are asked for in their order."""
        group, first = self._group_of(number)
        if not first <= self._next <= number:
            self._ahead, self._next = self._from_group(group, first), first
        for row in self._ahead:
            self._next = row.number + 1
            if row.number == number or row.problem:
                return row
        return Row(number, {}, NO_ROW)

    def close(self) -> None:
        """Release the file."""
        self._ahead = iter(())
        self._file.close(force=True)
        self._raw.close()

    def _refuse_large_groups(self, limit: int) -> None:
        metadata = self._file.metadata
        sizes = [metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups)]
        if max(sizes, default=0) > limit:
            raise ReadError(
                f"{self._name}: {max(sizes) // 2**20:,} MB in one row group, {limit // 2**20:,} MB "
                "may be; write it with smaller ones"
            )

    def _group_of(self, number: int) -> tuple[int, int]:
        """Return the group that holds a row, and the number of its first row."""
        first, metadata = 1, self._file.metadata
        for group in range(metadata.num_row_groups):
            count = metadata.row_group(group).num_rows
            if number < first + count:
                return group, first
            first += count
        return metadata.num_row_groups, first

    def _from_group(self, group: int, number: int) -> Iterator[Row]:
        if not self._wanted:
            if self._file.metadata.num_rows:
                yield Row(number, self._unread)
            return
        groups = range(group, self._file.metadata.num_row_groups)
        try:
            for batch in self._batches(groups):
                for cells in batch.to_pylist():
                    yield Row(number, self._unread | cells)
                    number += 1
        except (ValueError, OSError) as error:
            yield Row(number, {}, f"damaged, with all behind it: {_line(error)}", is_end=True)

    def _batches(self, groups: range) -> Iterator[Any]:
        for group in groups:
            yield from self._file.iter_batches(
                self.BATCH, row_groups=[group], columns=self._wanted, use_threads=False
            )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
