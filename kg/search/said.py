"""What graphs say to the names of entities: each fact once, with how many graphs say it.

What one document says may rename what another speaks of. So the index keeps of each graph the
facts that names follow from; a graph that comes or goes costs as much as it says, and only the
entities that it speaks of are named anew. Terms are kept once, by number; one that no fact has any
more stays, and means nothing.
"""

from __future__ import annotations

import sqlite3
import zlib
from array import array
from collections.abc import Iterable, Iterator

from kg.search.entries import SPOKEN_OF, Called, Fact, called

TABLES = """
CREATE TABLE terms (number INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);
CREATE TABLE facts (
    entity INTEGER NOT NULL, what INTEGER NOT NULL, value INTEGER NOT NULL,
    graphs INTEGER NOT NULL, PRIMARY KEY (entity, what, value)
) WITHOUT ROWID;
CREATE TABLE said (graph INTEGER PRIMARY KEY, facts BLOB NOT NULL);
"""
_ONE_MORE = """
INSERT INTO facts VALUES (?, ?, ?, 1)
ON CONFLICT (entity, what, value) DO UPDATE SET graphs = graphs + 1
"""
_ONE_LESS = "UPDATE facts SET graphs = graphs - 1 WHERE (entity, what, value) = (?, ?, ?)"
_GONE = "DELETE FROM facts WHERE (entity, what, value) = (?, ?, ?) AND graphs = 0"
_DOCUMENTS = f"SELECT COUNT(*) FROM facts WHERE entity = ? AND what = {SPOKEN_OF}"
_SAID_OF = f"""
SELECT what, term FROM facts JOIN terms ON number = value WHERE entity = ? AND what > {SPOKEN_OF}
"""


class Said:
    """The facts that an index holds, in a transaction of the caller's."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self._rows = rows
        self._numbers = dict[str, int]()
        self._entities = set[int]()  # of which something else is said than before

    def take_out(self, graph: int) -> None:
        """Forget what a graph says."""
        ((packed,),) = self._rows.execute("SELECT facts FROM said WHERE graph = ?", (graph,))
        facts = _unpacked(packed)
        self._rows.executemany(_ONE_LESS, facts)
        self._rows.executemany(_GONE, facts)
        self._rows.execute("DELETE FROM said WHERE graph = ?", (graph,))
        self._entities.update(entity for entity, _, _ in facts)

    def put_in(self, graph: int, facts: Iterable[Fact]) -> None:
        """Note what a graph says."""
        numbered = [
            (self._number(entity), int(what), self._number(value))
            for entity, what, value in sorted(facts)
        ]
        self._rows.executemany(_ONE_MORE, numbered)
        self._rows.execute("INSERT INTO said VALUES (?, ?)", (graph, _packed(numbered)))
        self._entities.update(entity for entity, _, _ in numbered)

    def renamed(self) -> Iterator[tuple[str, list[Called]]]:
        """Yield the entities that may have other names now, each with all of its names."""
        for entity in sorted(self._entities):
            ((iri,),) = self._ask("SELECT term FROM terms WHERE number = ?", entity)
            ((documents,),) = self._ask(_DOCUMENTS, entity)
            facts = self._ask(_SAID_OF, entity) if documents else []
            yield iri, called(iri, ((str(what), value) for what, value in facts), documents)

    def _number(self, term: str) -> int:
        if term not in self._numbers:
            self._rows.execute("INSERT OR IGNORE INTO terms (term) VALUES (?)", (term,))
            ((number,),) = self._ask("SELECT number FROM terms WHERE term = ?", term)
            self._numbers[term] = number
        return self._numbers[term]

    def _ask(self, query: str, value: object) -> list[tuple]:  # type: ignore[type-arg]
        return self._rows.execute(query, (value,)).fetchall()


def _packed(facts: Iterable[tuple[int, int, int]]) -> bytes:
    return zlib.compress(array("I", [number for fact in facts for number in fact]).tobytes(), 1)


def _unpacked(packed: bytes) -> list[tuple[int, int, int]]:
    numbers = iter(array("I", zlib.decompress(packed)))
    return list(zip(numbers, numbers, numbers, strict=True))
