"""A store to tables and edges, put aside in an SQLite file, so that memory does not grow.

A document's graph is read at a time; what several documents say of an agency comes together in
the file, which sorts it. Rows come out in the order of their ids: the same graph, the same rows.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path

from kg.errors import KgError
from kg.export.graphs import graphs, triples
from kg.export.schema import EDGES, NODES, SEPARATOR, TABLES, Column, Table
from kg.sentence import sentence_at
from kg.sparql import POL, PREFIXES
from kg.store import ONTOLOGY, Store

Cell = str | int | None
Properties = dict[str, list[str]]

_NIF, _TYPE = PREFIXES["nif"], f"{PREFIXES['rdf']}type"
_CONTEXT, _BEGIN, _END = (f"{_NIF}{x}" for x in ("referenceContext", "beginIndex", "endIndex"))
_FILE, _HAS_TEXT = f"{PREFIXES['dcterms']}source", f"{POL}hasText"
_NAMES = f"{PREFIXES['itsrdf']}taIdentRef"
_BY_CLASS = {table.iri: table for table in TABLES}
_TRACES = {f"{POL}Reuse": "reuses", f"{POL}TitleEcho": "echoes"}
_WRITTEN = {
    "integer": re.compile(r"[+-]?[0-9]{1,18}"),
    "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
    "boolean": re.compile("true|false"),
}
# What all nodes of a class are, beside what each is more closely.
_GENERAL = {table.iri.removeprefix(POL) for table in TABLES}

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16000;
CREATE TABLE fact (kind TEXT, id TEXT, name TEXT, value TEXT, spoken INTEGER);
CREATE TABLE seen (id TEXT, source TEXT, first INTEGER, last INTEGER, sentence TEXT);
CREATE TABLE place (source TEXT PRIMARY KEY, file TEXT, document TEXT);
CREATE TABLE link (
    start TEXT, finish TEXT, type TEXT, detail TEXT,
    sentence TEXT, source TEXT, first INTEGER, last INTEGER
);
"""
# Of several places where something is named, the first of the first text.
_FIRST_SEEN = """
CREATE TABLE found AS
SELECT id, source, first, last, sentence FROM (
    SELECT *, row_number() OVER (PARTITION BY id ORDER BY source, first, last) AS rank FROM seen
) WHERE rank = 1;
CREATE UNIQUE INDEX found_id ON found (id);
"""
# A region or an agency that no text names for itself stands where what is in it is named:
# 青禾县教育局 bears out 青禾县, and that the city above it.
_BORNE_OUT = """
INSERT OR IGNORE INTO found SELECT value, source, first, last, sentence FROM (
    SELECT value, source, first, last, sentence, row_number() OVER (
        PARTITION BY value ORDER BY source, first, last, found.id
    ) AS rank
    FROM fact JOIN found USING (id)
    WHERE kind = 'agencies' AND name IN ('region', 'parent') OR kind = 'regions' AND name = 'within'
) WHERE rank = 1
"""
_YEARS = """
CREATE TABLE year AS SELECT source, min(year) AS first, max(year) AS last FROM (
    SELECT place.source AS source, nullif(CAST(value AS INTEGER), 0) AS year
    FROM place JOIN fact ON kind = 'documents' AND id = document AND name = 'years'
) GROUP BY source;
CREATE UNIQUE INDEX year_source ON year (source);
CREATE TABLE span AS SELECT id, min(year.first) AS first, max(year.last) AS last
FROM seen JOIN year USING (source) GROUP BY id;
CREATE UNIQUE INDEX span_id ON span (id);
"""
_EDGES = """
SELECT DISTINCT start, finish, type, detail, sentence, file, link.first, link.last,
    link.source, year.first, year.last, a.number, b.number
FROM link JOIN node a ON a.id = start JOIN node b ON b.id = finish
    LEFT JOIN place USING (source) LEFT JOIN year USING (source)
WHERE TRUE
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation of two nodes, with the words it was read from."""

    start: str
    finish: str
    type: str
    detail: str | None  # the basis of a responsibility, the similarity of texts
    sentence: str | None
    file: str | None
    begin: int | None
    end: int | None
    source: str | None
    first_year: int | None
    last_year: int | None
    start_number: int
    finish_number: int


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a property graph: its table, its row and the years it is spoken of."""

    number: int  # among all nodes of the export
    table: Table
    row: Mapping[str, Cell]
    first_year: int | None
    last_year: int | None


@contextmanager
def staged(store: Store, names: list[str]) -> Iterator[Staging]:
    """Put the tables aside; they are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kg-export-") as place:
        base = sqlite3.connect(Path(place) / "tables.sqlite", isolation_level=None)
        try:
            yield Staging(base, store, names)
        except sqlite3.OperationalError as error:
            if "disk" not in str(error):
                raise
            raise KgError(f"{place}: {error}; name a directory with room: TMPDIR=…") from error
        finally:
            base.close()


class Staging:
    """The tables of an export while it is written."""

    def __init__(self, base: sqlite3.Connection, store: Store, names: list[str]) -> None:
        self._base = base
        base.executescript(_SCHEMA)
        for name, lines in graphs(store, names):
            self._take(_subjects(lines), spoken=name != ONTOLOGY)
        base.executescript("CREATE INDEX fact_kind ON fact (kind, id, name, value);")
        base.executescript(_FIRST_SEEN + _YEARS)
        while base.execute(_BORNE_OUT).rowcount > 0:
            pass  # one step up at a time
        for table in TABLES:
            self._make(table)
        self._make_edges()

    # -- out -------------------------------------------------------------------------------

    def rows(self, table: Table) -> Iterator[tuple[Cell, ...]]:
        """Give the rows of a table by their ids, cells as text or integers; lists are joined."""
        return self._base.execute(f"SELECT * FROM {table.name} ORDER BY id")

    def holding(self, table: Table, column: Column) -> bool:
        """Tell whether every cell of a column names a row of the table it refers to."""
        missing = self._base.execute(
            f"SELECT 1 FROM {table.name} WHERE {column.name} IS NULL"
            f" OR {column.name} NOT IN (SELECT id FROM {column.table}) LIMIT 1"
        )
        return missing.fetchone() is None

    def nodes(self) -> Iterator[Node]:
        """Yield nodes, class by class, by their ids."""
        for table in TABLES:
            if table.name in NODES:
                years = self._years_of(table)
                rows = self._base.execute(f"SELECT node.number, t.*, {years} ORDER BY node.number")
                for number, *row, first, last in rows:
                    names = (column.name for column in table.columns)
                    yield Node(number, table, dict(zip(names, row, strict=True)), first, last)

    def edges(self, type_: str | None = None) -> Iterator[Edge]:
        """Yield edges, or those of a type, by type, start and finish."""
        only = "AND type = ?" if type_ else ""
        order = "ORDER BY type, start, finish, link.source, link.first, link.last, detail, sentence"
        rows = self._base.execute(f"{_EDGES} {only} {order}", (type_,) if type_ else ())
        for row in rows:
            yield Edge(*row)

    def edge_types(self) -> list[str]:
        """Give the types of edges that there are, sorted."""
        return sorted(row[0] for row in self._base.execute(f"SELECT DISTINCT type FROM ({_EDGES})"))

    # -- in --------------------------------------------------------------------------------

    def _take(self, subjects: dict[str, Properties], *, spoken: bool) -> None:
        """Note what one graph says."""
        self._base.execute("BEGIN")
        texts = {
            one: found[f"{_NIF}isString"][0]
            for one, found in subjects.items()
            if f"{_NIF}isString" in found
        }
        documents = {
            text: one for one, found in subjects.items() for text in found.get(_HAS_TEXT, ())
        }
        for source in texts:
            file = min(subjects[source].get(_FILE, [""]))
            self._add("place", [(source, file, documents.get(source))])
        self._add("seen", _mentions(subjects, texts))
        for one, found in subjects.items():
            for type_ in found.get(_TYPE, ()):
                if type_ in _TRACES:
                    self._add("link", [_trace(found, _TRACES[type_])])
                if table := _BY_CLASS.get(type_):
                    self._add("seen", _measured(found))
                    facts = _facts(table, found, documents)
                    self._add("fact", ((table.name, one, *fact, spoken) for fact in facts))
        self._base.execute("COMMIT")

    def _add(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        rows = list(rows)
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._base.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)

    def _make(self, table: Table) -> None:
        """Make a table of the facts; what only the ontology knows is left out."""
        columns = ", ".join(f'"{c.name}" {_affinity(c)}' for c in table.columns)
        self._base.execute(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY (id)) WITHOUT ROWID")
        facts = self._base.execute(
            "SELECT id, name, value, max(spoken) FROM fact WHERE kind = ?"
            " GROUP BY id, name, value ORDER BY id, name, value",
            (table.name,),
        )
        marks = ", ".join("?" * len(table.columns))
        self._base.execute("BEGIN")
        self._base.executemany(f"INSERT INTO {table.name} VALUES ({marks})", _rows(table, facts))
        self._base.execute("COMMIT")
        self._complete(table)

    def _complete(self, table: Table) -> None:
        """Fill in the evidence of what is named by mentions, and the files."""
        for column, name in (
            ("source", "source"),
            ("begin", "first"),
            ("end", "last"),
            ("sentence", "sentence"),
        ):
            self._base.execute(
                f'UPDATE {table.name} SET "{column}" = (SELECT {name} FROM found'
                f' WHERE found.id = {table.name}.id) WHERE "{column}" IS NULL'
            )
        if table.name == "documents":
            self._base.execute("UPDATE documents SET source = text WHERE source IS NULL")
        self._base.execute(
            f"UPDATE {table.name} SET file = (SELECT file FROM place"
            f" WHERE place.source = {table.name}.source)"
        )

    def _make_edges(self) -> None:
        self._base.execute(
            "CREATE TABLE node (number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT)"
        )
        for table in TABLES:
            if table.name in NODES:
                # What is in two tables is a node once.
                self._base.execute(
                    "INSERT OR IGNORE INTO node (id, kind)"
                    f" SELECT id, '{table.name}' FROM {table.name} ORDER BY id"
                )
        for (name, column), type_ in EDGES.items():
            self._base.execute(_edges_of(name, column, type_))
        self._base.execute(
            "INSERT INTO link SELECT agency, task, CASE role WHEN 'Lead' THEN 'leads' ELSE"
            ' \'supports\' END, basis, sentence, source, "begin", "end" FROM responsibilities'
        )
        self._base.execute(
            "INSERT INTO link SELECT citing, cited, stance, NULL, sentence, source,"
            ' "begin", "end" FROM citations'
        )
        self._base.execute(
            "INSERT INTO link SELECT document, id, 'mentions', NULL, sentence, source, first, last"
            " FROM (SELECT *, row_number() OVER (PARTITION BY id, source ORDER BY first, last)"
            " AS rank FROM seen) JOIN place USING (source) WHERE rank = 1 AND document <> id"
            " AND id NOT IN (SELECT id FROM indicators)"
        )

    def _years_of(self, table: Table) -> str:
        """Give the end of a statement: years and where the rows are from."""
        rows = f"{table.name} t JOIN node ON node.id = t.id AND node.kind = '{table.name}'"
        if table.name in ("tasks", "targets"):
            return f"year.first, year.last FROM {rows} LEFT JOIN year USING (source)"
        if table.name == "documents":
            planned, issued = (
                "nullif(CAST(value AS INTEGER), 0)",
                "nullif(CAST(issued AS INTEGER), 0)",
            )
            return (
                f"coalesce(min({planned}), {issued}), coalesce(max({planned}), {issued})"
                f" FROM {rows} LEFT JOIN fact ON fact.kind = 'documents' AND fact.id = t.id"
                " AND name = 'years' GROUP BY t.id"
            )
        return f"span.first, span.last FROM {rows} LEFT JOIN span ON span.id = t.id"


def _edges_of(table: str, column: str, type_: str) -> str:
    """Give the statement that makes edges of a column's values.

    What a document has is borne out where it first names the thing, what a task or a target has
    by its own words, and what an agency has by nothing but its name.
    """
    evidence = "NULL, NULL, NULL, NULL"
    joined = ""
    if table in ("tasks", "targets"):
        evidence = 'sentence, source, "begin", "end"'
        joined = f"JOIN {table} USING (id)"
    elif table == "documents":
        evidence = "s.sentence, d.text, s.first, s.last"
        joined = (
            "JOIN documents d USING (id) LEFT JOIN (SELECT *, row_number() OVER (PARTITION BY id,"
            " source ORDER BY first, last) AS rank FROM seen) s"
            " ON s.rank = 1 AND s.id = fact.value AND s.source = d.text"
        )
    return (
        f"INSERT INTO link SELECT DISTINCT fact.id, fact.value, '{type_}', NULL, {evidence}"
        f" FROM fact {joined} WHERE fact.kind = '{table}' AND fact.name = '{column}'"
    )


def _subjects(lines: Iterable[bytes]) -> dict[str, Properties]:
    """Give what a graph says by subject and property, values as text."""
    subjects: dict[str, Properties] = {}
    for subject, group in groupby(triples(lines), key=attrgetter("subject")):
        found: Properties = defaultdict(list)
        for triple in group:
            found[triple.predicate.value].append(
                getattr(triple.object, "value", str(triple.object))
            )
        subjects[getattr(subject, "value", str(subject))] = found
    return subjects


def _mentions(
    subjects: Mapping[str, Properties], texts: Mapping[str, str]
) -> Iterator[tuple[object, ...]]:
    """Yield what is named, the text, where, and the sentence."""
    for found in subjects.values():
        source = found.get(_CONTEXT, [""])[0]
        for entity in found.get(_NAMES, ()):
            begin, end = (found.get(name, [""])[0] for name in (_BEGIN, _END))
            if source in texts and begin.isdecimal() and end.isdecimal():
                sentence = sentence_at(texts[source], int(begin))
                yield entity, source, int(begin), int(end), sentence


def _measured(found: Mapping[str, list[str]]) -> Iterator[tuple[object, ...]]:
    """Yield what a target measures, where: an indicator has no mentions of its own."""
    for indicator in found.get(f"{POL}indicator", ()):
        places = (found.get(name, [None])[0] for name in (_CONTEXT, _BEGIN, _END))
        yield indicator, *places, found.get(f"{POL}sentence", [None])[0]


def _trace(found: Mapping[str, list[str]], type_: str) -> tuple[object, ...]:
    def first(name: str) -> str | None:
        return found[name][0] if name in found else None

    return (
        *(first(f"{POL}later"), first(f"{POL}earlier"), type_, first(f"{POL}similarity")),
        *(first(f"{POL}sentence"), first(_CONTEXT), first(_BEGIN), first(_END)),
    )


def _facts(
    table: Table, found: Mapping[str, list[str]], documents: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield name and value of each cell that a graph has something for."""
    yield "id", ""
    for column in table.columns:
        for value in found.get(column.iri, ()):
            yield column.name, value.rpartition("#")[2] if column.type == "word" else value
        if column.name == "document" and (source := found.get(_CONTEXT, [""])[0]) in documents:
            yield column.name, documents[source]


def _rows(table: Table, facts: Iterable[tuple[str, str, str, int]]) -> Iterator[tuple[Cell, ...]]:
    for one, group in groupby(facts, key=itemgetter(0)):
        values: dict[str, list[str]] = defaultdict(list)
        spoken = False
        for _, name, value, is_spoken in group:
            values[name].append(value)
            spoken = spoken or bool(is_spoken)
        if spoken:
            yield (one, *(_cell(column, values[column.name]) for column in table.columns[1:]))


def _cell(column: Column, values: list[str]) -> Cell:
    # A graph from elsewhere may say anything; a figure that is none is left out.
    written = _WRITTEN.get(column.type.removesuffix("*"))
    values = [value for value in values if written is None or written.fullmatch(value)]
    if column.name == "class":
        values = [value for value in values if value not in _GENERAL] or values
    if not values:
        return None
    if column.is_list:
        return SEPARATOR.join(value.replace(SEPARATOR, "｜") for value in values)
    return int(values[0]) if column.type == "integer" else values[0]


def _affinity(column: Column) -> str:
    return "INTEGER" if column.type == "integer" else "TEXT"
