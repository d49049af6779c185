"""What was once computed of texts, kept beside the store: signatures and common runs.

Only a memory: whatever is in it follows from the texts, so it may be lost at any time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from kg.traces.tables import SCHEMA, TABLES

FILE = "traces.sqlite"
VERSION = "3"  # to be raised with every change of the tables
_SCHEMA = """
CREATE TABLE IF NOT EXISTS version (version TEXT);
CREATE TABLE IF NOT EXISTS signatures (
    text BLOB PRIMARY KEY, signatures BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (
    one BLOB, other BLOB, blocks BLOB NOT NULL, PRIMARY KEY (one, other)
) WITHOUT ROWID;
"""

Pair = tuple[bytes, bytes]  # digests of two passages, in order


class Memory:
    """The memory of one store, or of this process where no directory is given."""

    def __init__(self, directory: Path | None, version: str) -> None:
        """Open it; one that another version wrote, or that is damaged, is begun anew."""
        self.failed = False  # whether something could not be kept
        version = f"{VERSION} {version}"
        self._path = None if directory is None else directory / FILE
        try:
            self.rows = self._open(version)
        except sqlite3.Error:
            if self._path is not None:
                self._path.unlink(missing_ok=True)
            self.rows = self._open(version)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.rows.close()

    def signatures(self) -> dict[bytes, bytes]:
        """Give the signatures of each text, by the text's digest."""
        return {text: found for text, found in self._read("SELECT * FROM signatures")}  # noqa: C416

    def pairs(self) -> dict[Pair, bytes]:
        """Give the common runs of pairs of passages."""
        return {(a, b): found for a, b, found in self._read("SELECT * FROM pairs")}

    def keep_signatures(self, new: Mapping[bytes, bytes], gone: Iterable[bytes]) -> None:
        """Add signatures of texts, and forget those that no text of the store needs."""
        self._write("INSERT OR REPLACE INTO signatures VALUES (?, ?)", new.items())
        self._write("DELETE FROM signatures WHERE text = ?", ((text,) for text in gone))

    def keep_pairs(self, new: Mapping[Pair, bytes], gone: Iterable[Pair]) -> None:
        """Add common runs of passages, and forget those of passages that have gone."""
        # What stands rests on the pairs of its own papers, and on no others.
        self._write("DELETE FROM held", [()])
        rows = ((*pair, found) for pair, found in sorted(new.items()))
        self._write("INSERT OR REPLACE INTO pairs VALUES (?, ?, ?)", rows)
        self._write("DELETE FROM pairs WHERE one = ? AND other = ?", gone)

    def _open(self, version: str) -> sqlite3.Connection:
        rows = sqlite3.connect(":memory:" if self._path is None else self._path)
        rows.executescript(_SCHEMA + SCHEMA)
        if rows.execute("SELECT version FROM version").fetchall() != [(version,)]:
            with rows:
                for table in ("signatures", "pairs", "version", *TABLES):
                    rows.execute(f"DELETE FROM {table}")
                rows.execute("INSERT INTO version VALUES (?)", (version,))
        return rows

    def _read(self, query: str) -> list[tuple[bytes, ...]]:
        with suppress(sqlite3.Error):
            return self.rows.execute(query).fetchall()
        return []

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:  # a full disk costs the memory only
            with self.rows:
                self.rows.executemany(statement, rows)
        except sqlite3.Error:
            self.failed = True
