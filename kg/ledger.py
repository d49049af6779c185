"""Files to the content they were last given with: what the graph itself cannot know.

A small SQLite file beside the graph. A claim is written before the graph that it speaks of, and
withdrawn after that graph has gone; so wherever a build is killed, the claims cover at least
what the graph holds, and the next build puts the rest right.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import StoreError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    path BLOB NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (path, sha256)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS claims_by_content ON claims (sha256);
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """A file that was given with some content."""

    path: str  # absolute; where the ledger was lost, the name alone
    name: str  # as the graph shows it: below the folder that was given
    sha256: str


class Ledger:
    """The claims of one store."""

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        self._place = path or "the store in memory"
        where = ":memory:" if path is None else path.absolute().as_uri()
        mode = "?mode=ro" if read_only and path is not None else ""
        try:
            # A server's threads read one ledger; SQLite, built to serialise, lets them.
            self._rows = sqlite3.connect(
                where + mode, uri=True, isolation_level=None, check_same_thread=not read_only
            )
            if not read_only:
                self._rows.executescript(_SCHEMA)
            self.is_empty = not self._rows.execute("SELECT 1 FROM claims LIMIT 1").fetchall()
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._place}: {error}; delete this file, the next build writes it anew"
            ) from error

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
        rows = self._rows.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchall()
        return str(rows[0][0]) if rows else ""

    def note(self, key: str, value: str) -> None:
        """Note a value under a key."""
        self._change("INSERT OR REPLACE INTO facts VALUES (?, ?)", [(key, value)])

    def copy(self, path: Path) -> None:
        """Write a copy, for a snapshot."""
        target = sqlite3.connect(path)
        self._rows.backup(target)
        target.close()

    def close(self) -> None:
        """Release the file."""
        self._rows.close()

    def _select(self, where: str, *values: object) -> list[Claim]:
        rows = self._rows.execute(f"SELECT path, name, sha256 FROM claims {where}", values)
        return sorted(Claim(os.fsdecode(path), name, sha256) for path, name, sha256 in rows)

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            self._rows.execute("BEGIN")
            self._rows.executemany(statement, rows)
            self._rows.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self._place}: {error}") from error


def _blob(path: str) -> bytes:
    # A path may hold bytes that are no UTF-8, which SQLite's text cannot take.
    return os.fsencode(path)
