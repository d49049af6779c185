"""Entries to an index that lies beside the store: SQLite's FTS5 in DIR/search.sqlite.

A row for each document, its words in four columns. FTS5 keeps no text of its own; the text is
kept packed, to show places and to take a document out again. What each row follows from is kept
with it, so an index that was interrupted, is missing or belongs to another state of the store is
noticed by comparing, and put right by what has changed.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import StoreError, told
from kg.search import words
from kg.search.entries import Called, Entry, Region, called, entries, from_json, keys, regions
from kg.search.found import Note
from kg.store import Store

FILE = "search.sqlite"
VERSION = f"1 {words.VERSION}"  # to be raised with every change of what the index holds
PATIENCE = 60  # seconds that one process waits for another that writes
# Of title, number, headings, body: how much a place there counts.
WEIGHTS = (10.0, 10.0, 3.0, 1.0)

# A Han character is bytes above 127, which this tokenizer takes as they are; the rest we folded.
_TABLES = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, key TEXT NOT NULL, entry TEXT NOT NULL,
    text BLOB NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5(title, number, headings, body, content='', tokenize='ascii');
CREATE TABLE names (
    row INTEGER PRIMARY KEY, label TEXT NOT NULL, iri TEXT NOT NULL, kind TEXT NOT NULL,
    name TEXT NOT NULL, documents INTEGER NOT NULL
);
CREATE VIRTUAL TABLE name_words USING fts5(words, content='', detail=full, tokenize='ascii');
CREATE TABLE regions (iri TEXT PRIMARY KEY, name TEXT, level TEXT, above TEXT) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What bringing an index up to date has done."""

    added: int
    removed: int
    new: bool = False  # whether there was none


class Index:
    """An index that is open; many threads may ask it."""

    def __init__(self, rows: sqlite3.Connection, note: Note | None = None) -> None:
        self._rows, self._lock = rows, threading.Lock()
        self.note = note  # what a reader should know of how it was made
        self.entries: dict[int, Entry] = {}
        self.regions: dict[str, Region] = {}
        self._read()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        for row, entry in self.ask("SELECT row, entry FROM documents ORDER BY source"):
            self.entries[row] = from_json(entry)
        for held in self.ask("SELECT iri, name, level, above FROM regions"):
            self.regions[held[0]] = Region(*held)

    def ask(self, statement: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        """Give the rows that a statement of ours selects."""
        # Half a character, which SQLite would refuse, is in no text.
        plain = [_whole(one) if isinstance(one, str) else one for one in values]
        with self._lock:
            try:
                return self._rows.execute(statement, plain).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"{FILE}: {error}; delete it, it is made anew") from error

    def text(self, row: int) -> str:
        """Give the text of a document."""
        ((packed,),) = self.ask("SELECT text FROM documents WHERE row = ?", row)
        return _unpacked(packed)

    def names_of(self, iris: Collection[str]) -> dict[str, str]:
        """Give the names of entities; those that no document speaks of are left out."""
        places = ", ".join("?" * len(iris))
        return dict(self.ask(f"SELECT iri, name FROM names WHERE iri IN ({places})", *sorted(iris)))

    def chain(self, iri: str) -> list[Region]:
        """Give a region and those that hold it, from the lowest up."""
        found: list[Region] = []
        while iri in self.regions and self.regions[iri] not in found:
            found.append(self.regions[iri])
            iri = found[-1].above
        return found

    def close(self) -> None:
        """Release the file."""
        self._rows.close()


def open_index(store: Store) -> Index:
    """Open the index of a store; where it is missing or old, bring it up to date first.

    Where that cannot be written, an index in memory answers. `note` says either.
    """
    if not is_possible():
        raise StoreError(
            f"search: the SQLite of this Python ({sqlite3.sqlite_version}) has no FTS5; "
            "use a Python whose sqlite3 has it"
        )
    place = None if store.path is None else store.path / FILE
    wanted = keys(store)
    if place is None:
        return _in_memory(store, wanted, None)
    try:
        if _is_current(place, wanted, store.revision):
            return Index(_opened(place, "ro"))
        change = _update(place, store, wanted)
        return Index(_opened(place, "ro"), _said(change))
    except (sqlite3.Error, OSError) as error:
        note = (
            f"{place}：{error}；这次搜索临时建了索引",
            f"{place}: {error}; searched with an index made for this search alone",
        )
        return _in_memory(store, wanted, note)


def update(store: Store) -> Change:
    """Bring the index beside a store up to date with its documents; return what was done.

    Can be stopped at any moment: all of it is written or nothing.
    """
    if store.path is None or not is_possible():
        return Change(0, 0)
    place, wanted = store.path / FILE, keys(store)
    try:
        is_current = _is_current(place, wanted, store.revision)
        return Change(0, 0) if is_current else _update(place, store, wanted)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{place}: {told(error, place)}; "
            "the graph is written, the index is made by the next search"
        ) from error


def is_possible() -> bool:
    """Tell whether the SQLite of this Python has FTS5."""
    with sqlite3.connect(":memory:") as rows:
        try:
            rows.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except sqlite3.OperationalError:
            return False
    return True


def _said(change: Change) -> Note | None:
    if not (change.new or change.added or change.removed):
        return None
    if change.new:
        return f"{FILE}：原来没有索引，刚刚建好", f"{FILE}: there was no index, made now"
    return (
        f"{FILE}：索引旧于知识库，已更新：新增 {change.added:,} 件，去掉 {change.removed:,} 件",
        f"{FILE}: was older than the store, brought up to date: "
        f"{change.added:,} documents added, {change.removed:,} removed",
    )


# -- the file ----------------------------------------------------------------------------------


def _opened(place: Path, mode: str) -> sqlite3.Connection:
    address = f"{place.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(
        address, uri=True, isolation_level=None, timeout=PATIENCE, check_same_thread=False
    )


def _is_current(place: Path, wanted: Mapping[str, str], revision: int) -> bool:
    """Tell whether an index is of these documents; one that cannot be read is not."""
    if not place.is_file():
        return False
    rows = _opened(place, "ro")
    try:
        noted = _noted(rows, "version"), int(_noted(rows, "revision") or 0)
        return noted == (VERSION, revision) and _held(rows) == wanted
    except sqlite3.DatabaseError:
        return False
    finally:
        rows.close()


def _noted(rows: sqlite3.Connection, key: str) -> str:
    if not rows.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchall():
        return ""
    found = rows.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchall()
    return str(found[0][0]) if found else ""


def _held(rows: sqlite3.Connection) -> dict[str, str]:
    return dict(rows.execute("SELECT source, key FROM documents").fetchall())


def _update(place: Path, store: Store, wanted: Mapping[str, str]) -> Change:
    """Write what has changed; a file that is none of ours or is damaged is made anew."""
    try:
        return _written(place, store, wanted)
    except sqlite3.OperationalError:
        raise  # locked, full or not to be written: the file itself is sound
    except sqlite3.DatabaseError:
        place.unlink()
        return _written(place, store, wanted)


def _written(place: Path, store: Store, wanted: Mapping[str, str]) -> Change:
    rows = _opened(place, "rwc")
    try:
        rows.execute("BEGIN IMMEDIATE")
        change = _fill(rows, store, wanted)
        rows.execute("COMMIT")
        return change
    finally:
        rows.close()


def _in_memory(store: Store, wanted: Mapping[str, str], note: Note | None) -> Index:
    rows = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    rows.execute("BEGIN")
    _fill(rows, store, wanted)
    rows.execute("COMMIT")
    return Index(rows, note)


def _fill(rows: sqlite3.Connection, store: Store, wanted: Mapping[str, str]) -> Change:
    """Bring an index to these documents, within a transaction of the caller's."""
    is_new = _noted(rows, "version") != VERSION
    if is_new:
        _make_tables(rows)
    held = _held(rows)
    gone = [source for source, key in held.items() if wanted.get(source) != key]
    new = [source for source, key in wanted.items() if held.get(source) != key]
    # Any graph that was changed by hand may give things other names.
    revision = str(store.revision)
    renamed = (_noted(rows, "revision") or "0") != revision
    if not (is_new or gone or new or renamed):
        return Change(0, 0)  # another process has done it meanwhile
    _take_out(rows, gone)
    _put_in(rows, entries(store, new), wanted)
    _name(rows, called(store), regions(store))
    rows.execute("INSERT OR REPLACE INTO state VALUES ('revision', ?)", (revision,))
    return Change(len(new), len(gone), is_new)


def _make_tables(rows: sqlite3.Connection) -> None:
    made = rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for name in ("state", "documents", "words", "names", "name_words", "regions"):
        if (name,) in made:
            rows.execute(f"DROP TABLE {name}")
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            rows.execute(statement)
    rows.execute("INSERT INTO state VALUES ('version', ?)", (VERSION,))


_COLUMNS = "title, number, headings, body"


def _put_in(
    rows: sqlite3.Connection, new: Iterable[tuple[Entry, str]], wanted: Mapping[str, str]
) -> None:
    for entry, text in new:
        row = rows.execute(
            "INSERT INTO documents (source, key, entry, text) VALUES (?, ?, ?, ?)",
            (entry.source, wanted[entry.source], entry.as_json(), _packed(text)),
        ).lastrowid
        rows.execute(
            f"INSERT INTO words (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
            (row, *_columns(entry, text)),
        )


def _take_out(rows: sqlite3.Connection, gone: Iterable[str]) -> None:
    for source in gone:
        ((row, entry, packed),) = rows.execute(
            "SELECT row, entry, text FROM documents WHERE source = ?", (source,)
        ).fetchall()
        # FTS5 must be told the words that it is to forget: exactly those that it was given.
        rows.execute(
            f"INSERT INTO words (words, rowid, {_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)",
            (row, *_columns(from_json(entry), _unpacked(packed))),
        )
        rows.execute("DELETE FROM documents WHERE row = ?", (row,))


def _columns(entry: Entry, text: str) -> tuple[str, str, str, str]:
    headings = "\n".join(section.heading for section in entry.sections)
    title, number, head, body = (
        " ".join(words.words(part)) for part in (entry.title, entry.number, headings, text)
    )
    return title, number, head, body


def _name(rows: sqlite3.Connection, names: Iterable[Called], places: Iterable[Region]) -> None:
    """Put in all names anew: what one document says may rename what another speaks of."""
    rows.execute("INSERT INTO name_words (name_words) VALUES ('delete-all')")
    rows.execute("DELETE FROM names")
    rows.execute("DELETE FROM regions")
    for number, one in enumerate(names, 1):
        values = (number, one.label, one.iri, one.kind, one.name, one.documents)
        rows.execute("INSERT INTO names VALUES (?, ?, ?, ?, ?, ?)", values)
        rows.execute(
            "INSERT INTO name_words (rowid, words) VALUES (?, ?)",
            (number, " ".join(words.words(one.label))),
        )
    rows.executemany(
        "INSERT INTO regions VALUES (?, ?, ?, ?)",
        ((one.iri, one.name, one.level, one.above) for one in places),
    )


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode())


def _unpacked(packed: bytes) -> str:
    return zlib.decompress(packed).decode()
