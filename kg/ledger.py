"""Files to the content they were last given with: what the graph itself cannot know.

A small SQLite file beside the graph. A claim is written before the graph that it speaks of, and
withdrawn after that graph has gone; so wherever a build is killed, the claims cover at least
what the graph holds, and the next build puts the rest right.

Beside the claims stands the manifest: of each graph how many triples it has and their digest, to
find what the graph has lost without knowing it (kg.verify). A graph is noted as being written
before it changes, and with its digest after it is safe on disk. A graph that was changed by hand
(by a SPARQL update) is noted as such, with a number that grows, until it is written anew. Of the
files that Oxigraph wrote and never changes (its tables, *.sst) the digest of their bytes is noted.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import StoreError, is_full, told

CHANGING = "changing"  # the fact that graphs are being changed by hand, empty if none are
_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    path BLOB NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (path, sha256)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claims_by_content ON claims (sha256);
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manifest (
    graph TEXT PRIMARY KEY, triples INTEGER NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS writing (graph TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changed (
    graph TEXT PRIMARY KEY, revision INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (file TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""
_IS_TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A file that was given with some content."""

    path: str  # absolute; where the ledger was lost, the name alone
    name: str  # as the graph shows it: below the folder that was given
    sha256: str


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What the manifest says of a graph."""

    triples: int
    digest: str  # kg.fingerprint


class Ledger:
    """The claims of one store."""

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self._path, self._place = path, path or "the store in memory"
        self._alone = threading.Lock()  # else what one thread asks would be within another's change
        where = ":memory:" if path is None else path.absolute().as_uri()
        mode = "?mode=ro" if read_only and path is not None else ""
        try:
            # A server's threads read one ledger, and a build writes in a thread beside it.
            self._rows = sqlite3.connect(
                where + mode, uri=True, isolation_level=None, check_same_thread=False
            )
            if not read_only:
                self._rows.executescript(_SCHEMA)
            # Whoever made it may have been killed before it had tables.
            made = self._rows.execute(_IS_TABLE, ("claims",)).fetchall()
            self.is_empty = not (
                made and self._rows.execute("SELECT 1 FROM claims LIMIT 1").fetchall()
            )
        except sqlite3.Error as error:
            with contextlib.suppress(AttributeError):
                self._rows.close()
            advice = "" if is_full(error) else "; delete this file, the next build writes it anew"
            raise StoreError(f"{self._place}: {told(error, path)}{advice}") from error

    def claim(self, claims: Iterable[Claim]) -> None:
        """Note that files are given with this content, besides what was noted before."""
        rows = [(_blob(claim.path), claim.sha256, claim.name) for claim in claims]
        self._change("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", rows)

    def withdraw(self, claims: Iterable[Claim]) -> None:
        """Forget that these files were given with this content."""
        rows = [(_blob(claim.path), claim.sha256) for claim in claims]
        self._change("DELETE FROM claims WHERE path = ? AND sha256 = ?", rows)

    def of_content(self, sha256: str) -> list[Claim]:
        """Give every claim on some content, sorted."""
        return self._select("WHERE sha256 = ?", sha256)

    def of_path(self, path: str) -> list[Claim]:
        """Give every claim of one file, sorted."""
        return self._select("WHERE path = ?", _blob(path))

    def all(self) -> list[Claim]:
        """Give every claim, sorted."""
        return self._select("")

    def fact(self, key: str) -> str:
        """Give a noted value, empty where there is none."""
        if not self._has("facts"):
            return ""
        rows = self._ask("SELECT value FROM facts WHERE key = ?", key)
        return str(rows[0][0]) if rows else ""

    def note(self, key: str, value: str) -> None:
        """Note a value under a key."""
        self._change("INSERT OR REPLACE INTO facts VALUES (?, ?)", [(key, value)])

    def begin(self, graphs: Iterable[str], changing: str = "") -> None:
        """Note that these graphs are about to change, and how if that is by hand."""
        self._change_all(
            ("INSERT OR IGNORE INTO writing VALUES (?)", [(graph,) for graph in graphs]),
            ("INSERT OR REPLACE INTO facts VALUES (?, ?)", [(CHANGING, changing)] * bool(changing)),
        )

    def settle(
        self, graphs: Mapping[str, Entry | None], changed: Iterable[str] = (), revision: int = 0
    ) -> None:
        """Note what these graphs hold now, None for one that has gone; all of them or none.

        With it which were changed by hand, as the so many-th change.
        """
        by_hand = [(name, revision) for name in changed]
        rows = [(name, one.triples, one.digest) for name, one in graphs.items() if one is not None]
        names = [(name,) for name in graphs]
        self._change_all(
            ("DELETE FROM manifest WHERE graph = ?", names),
            ("INSERT INTO manifest VALUES (?, ?, ?)", rows),
            ("DELETE FROM writing WHERE graph = ?", names),
            ("INSERT OR REPLACE INTO changed VALUES (?, ?)", by_hand),
            (
                "INSERT OR REPLACE INTO facts VALUES (?, ?)",
                [("revision", str(revision))] * bool(by_hand),
            ),
            ("DELETE FROM facts WHERE key = ?", [(CHANGING,)]),
        )

    def manifest(self) -> dict[str, Entry]:
        """Give what is noted of each graph, by its name."""
        rows = self._rows_of("manifest", "graph, triples, digest")
        return {str(name): Entry(triples, digest) for name, triples, digest in rows}

    def unsettled(self) -> list[str]:
        """Give the graphs that were being written when the last writer was stopped, sorted."""
        return sorted(str(name) for (name,) in self._rows_of("writing", "graph"))

    def call_off(self, graphs: Iterable[str]) -> None:
        """Note that nothing came of what was announced."""
        self._change_all(
            ("DELETE FROM writing WHERE graph = ?", [(graph,) for graph in graphs]),
            ("DELETE FROM facts WHERE key = ?", [(CHANGING,)]),
        )

    def unchange(self, graphs: Iterable[str]) -> None:
        """Note that these graphs are again what was read of their documents."""
        self._change("DELETE FROM changed WHERE graph = ?", [(graph,) for graph in graphs])

    def changed(self) -> dict[str, int]:
        """Give the graphs that were changed by hand, with the number of the last change."""
        return {
            str(name): int(number) for name, number in self._rows_of("changed", "graph, revision")
        }

    def tables(self) -> dict[str, str]:
        """Give the digest of each of Oxigraph's tables, by the file's name."""
        return {str(name): str(digest) for name, digest in self._rows_of("tables", "file, digest")}

    def note_tables(self, new: Mapping[str, str], gone: Iterable[str]) -> None:
        """Note tables that were written, forget those that have gone."""
        self._change_all(
            ("DELETE FROM tables WHERE file = ?", [(name,) for name in gone]),
            ("INSERT INTO tables VALUES (?, ?)", sorted(new.items())),
        )

    @contextlib.contextmanager
    def held_still(self) -> Iterator[None]:
        """Keep others from noting anything: what they write to a graph they must note before."""
        try:
            self._rows.execute("BEGIN")
            self._rows.execute("SELECT 1 FROM sqlite_master").fetchall()  # locks it for writers
            yield
            self._rows.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self._place}: {told(error, self._path)}") from error

    def copy(self, path: Path) -> None:
        """Write a copy, for a snapshot."""
        try:
            with contextlib.closing(sqlite3.connect(path)) as target:
                self._rows.backup(target)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: {told(error, path)}") from error

    def close(self) -> None:
        """Release the file."""
        self._rows.close()

    def _select(self, where: str, *values: object) -> list[Claim]:
        if not self._has("claims"):
            return []
        rows = self._ask(f"SELECT path, name, sha256 FROM claims {where}", *values)
        return sorted(Claim(os.fsdecode(path), name, sha256) for path, name, sha256 in rows)

    def _rows_of(self, table: str, columns: str) -> list[Any]:
        # A ledger from before there was a manifest may be opened to be read only.
        return self._ask(f"SELECT {columns} FROM {table}") if self._has(table) else []

    def _has(self, table: str) -> bool:
        return bool(self._ask(_IS_TABLE, table))

    def _ask(self, query: str, *values: object) -> list[Any]:
        try:
            with self._alone:
                return self._rows.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self._place}: {told(error)}") from error

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._change_all((statement, rows))

    def _change_all(self, *changes: tuple[str, Sequence[tuple[object, ...]]]) -> None:
        with self._alone:
            self._transact(changes)

    def _transact(self, changes: Iterable[tuple[str, Sequence[tuple[object, ...]]]]) -> None:
        try:
            self._rows.execute("BEGIN")
            for statement, rows in changes:
                self._rows.executemany(statement, rows)
            self._rows.execute("COMMIT")
        except BaseException as error:
            # Else the next change, as when the store is closed, would begin within this one.
            with contextlib.suppress(sqlite3.Error):
                self._rows.rollback()
            if not isinstance(error, sqlite3.Error):
                raise
            raise StoreError(f"{self._place}: {told(error, self._path)}") from error


def _blob(path: str) -> bytes:
    # A path may hold bytes that are no UTF-8, which SQLite's text cannot take.
    return os.fsencode(path)
