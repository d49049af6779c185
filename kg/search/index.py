"""Entries to an index that lies beside the store: SQLite's FTS5 in DIR/search.sqlite.

A row for each document, its words in four columns. FTS5 keeps no text of its own; the text is
kept packed, to show places and to take a document out again. Of each graph of the store it is
noted as what it was taken in, so an index that was interrupted, is missing or belongs to another
state of the store is noticed by comparing, and put right by what has changed.
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
from kg.search.entries import Called, Entry, Fact, Region, entries, from_json, marks, regions, said
from kg.search.found import Note
from kg.search.said import TABLES, Said
from kg.store import Store

FILE = "search.sqlite"
VERSION = f"2 {words.VERSION}"  # to be raised with every change of what the index holds
PATIENCE = 60  # seconds that one process waits for another that writes
# Of title, number, headings, body: how much a place there counts.
WEIGHTS = (10.0, 10.0, 3.0, 1.0)

# A Han character is bytes above 127, which this tokenizer takes as they are; the rest we folded.
_TABLES = f"""
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE graphs (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, mark TEXT NOT NULL);
CREATE TABLE documents (
    row INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, entry TEXT NOT NULL, text BLOB NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5(title, number, headings, body, content='', tokenize='ascii');
CREATE TABLE names (
    row INTEGER PRIMARY KEY, label TEXT NOT NULL, iri TEXT NOT NULL, kind TEXT NOT NULL,
    name TEXT NOT NULL, documents INTEGER NOT NULL
);
CREATE INDEX names_of ON names (iri);
CREATE VIRTUAL TABLE name_words USING fts5(words, content='', detail=full, tokenize='ascii');
CREATE TABLE regions (iri TEXT PRIMARY KEY, name TEXT, level TEXT, above TEXT) WITHOUT ROWID;
{TABLES}"""


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
    wanted = marks(store)
    if place is None:
        return _in_memory(store, wanted, None)
    try:
        if _is_current(place, wanted):
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
    place, wanted = store.path / FILE, marks(store)
    try:
        is_current = _is_current(place, wanted)
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


def _is_current(place: Path, wanted: Mapping[str, str]) -> bool:
    """Tell whether an index is of these graphs; one that cannot be read is not."""
    if not place.is_file():
        return False
    rows = _opened(place, "ro")
    try:
        return _noted(rows, "version") == VERSION and _held(rows) == wanted
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
    return dict(rows.execute("SELECT name, mark FROM graphs").fetchall())


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
    """Bring an index to these graphs, within a transaction of the caller's."""
    is_new = _noted(rows, "version") != VERSION
    if is_new:
        _make_tables(rows)
    held = _held(rows)
    gone = [graph for graph, mark in held.items() if wanted.get(graph) != mark]
    new = [graph for graph, mark in wanted.items() if held.get(graph) != mark]
    if not (is_new or gone or new):
        return Change(0, 0)  # another process has done it meanwhile
    names = Said(rows)
    removed = sum([_take_out(rows, graph, names) for graph in gone])
    added = _put_in(rows, entries(store, new))
    _note(rows, said(store, new), wanted, names)
    _name(rows, names.renamed())
    _place(rows, regions(store))
    return Change(added, removed, is_new)


def _make_tables(rows: sqlite3.Connection) -> None:
    made = rows.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    # With its virtual tables go those that FTS5 made for them.
    for name, _ in sorted(made, key=lambda table: not table[1].startswith("CREATE VIRTUAL")):
        rows.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            rows.execute(statement)
    rows.execute("INSERT INTO state VALUES ('version', ?)", (VERSION,))


_COLUMNS = "title, number, headings, body"


def _put_in(rows: sqlite3.Connection, new: Iterable[tuple[Entry, str]]) -> int:
    """Put documents in; return how many."""
    added = 0
    for entry, text in new:
        row = rows.execute(
            "INSERT INTO documents (source, entry, text) VALUES (?, ?, ?)",
            (entry.source, entry.as_json(), _packed(text)),
        ).lastrowid
        rows.execute(
            f"INSERT INTO words (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
            (row, *_columns(entry, text)),
        )
        added += 1
    return added


def _note(
    rows: sqlite3.Connection,
    new: Iterable[tuple[str, set[Fact]]],
    wanted: Mapping[str, str],
    names: Said,
) -> None:
    """Note that graphs are taken in, as what, and what they say of names."""
    for graph, facts in new:
        number = rows.execute(
            "INSERT INTO graphs (name, mark) VALUES (?, ?)", (graph, wanted[graph])
        ).lastrowid
        assert number is not None
        names.put_in(number, facts)


def _take_out(rows: sqlite3.Connection, graph: str, names: Said) -> int:
    """Take out what is held of a graph; return how many documents that is."""
    ((number,),) = rows.execute("SELECT number FROM graphs WHERE name = ?", (graph,)).fetchall()
    names.take_out(number)
    rows.execute("DELETE FROM graphs WHERE number = ?", (number,))
    found = rows.execute(
        "SELECT row, entry, text FROM documents WHERE source = ?", (graph,)
    ).fetchall()
    for row, entry, packed in found:
        # FTS5 must be told the words that it is to forget: exactly those that it was given.
        rows.execute(
            f"INSERT INTO words (words, rowid, {_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)",
            (row, *_columns(from_json(entry), _unpacked(packed))),
        )
        rows.execute("DELETE FROM documents WHERE row = ?", (row,))
    return len(found)


def _columns(entry: Entry, text: str) -> tuple[str, str, str, str]:
    headings = "\n".join(section.heading for section in entry.sections)
    title, number, head, body = (
        " ".join(words.words(part)) for part in (entry.title, entry.number, headings, text)
    )
    return title, number, head, body


def _name(rows: sqlite3.Connection, renamed: Iterable[tuple[str, list[Called]]]) -> None:
    """Put the names of entities in the place of those that they had."""
    for iri, names in renamed:
        held = rows.execute("SELECT row, label FROM names WHERE iri = ?", (iri,)).fetchall()
        if {label for _, label in held} != {one.label for one in names}:
            _unname(rows, held)
            for one in names:
                _name_so(rows, one)
        elif names:
            values = (names[0].kind, names[0].name, names[0].documents, iri)
            rows.execute(
                "UPDATE names SET (kind, name, documents) = (?, ?, ?) WHERE iri = ?", values
            )


def _name_so(rows: sqlite3.Connection, one: Called) -> None:
    row = rows.execute(
        "INSERT INTO names (label, iri, kind, name, documents) VALUES (?, ?, ?, ?, ?)",
        (one.label, one.iri, one.kind, one.name, one.documents),
    ).lastrowid
    rows.execute("INSERT INTO name_words (rowid, words) VALUES (?, ?)", (row, _spaced(one.label)))


def _unname(rows: sqlite3.Connection, held: Iterable[tuple[int, str]]) -> None:
    for row, label in held:
        values = (row, _spaced(label))
        rows.execute(
            "INSERT INTO name_words (name_words, rowid, words) VALUES ('delete', ?, ?)", values
        )
        rows.execute("DELETE FROM names WHERE row = ?", (row,))


def _spaced(label: str) -> str:
    return " ".join(words.words(label))


def _place(rows: sqlite3.Connection, places: Iterable[Region]) -> None:
    """Put in all regions anew: they are few, however many documents speak of them."""
    rows.execute("DELETE FROM regions")
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
