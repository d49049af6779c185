"""Named graphs to a directory that can be asked: an embedded Oxigraph.

Each document is a named graph; what was found of it across documents (kg.traces) is in another
one beside it, SOURCE/traces. The default graph holds the union of all named graphs, every triple
once, and changes in the same transaction as they do: Oxigraph's own union repeats a triple for
each graph that holds it, so a join over 500 documents took 23 s and counted the same thing
thousands of times; over the written union it takes 0.1 s and counts right.

    DIR/policy-kg.json   the marker: what this directory is, format and base IRI
    DIR/graph/           Oxigraph
    DIR/files.sqlite     which file was given with which content, and the manifest (kg.ledger)
    DIR/traces.sqlite    what was computed of texts, to compare the next ones (kg.traces.memory)
    DIR/search.sqlite    the full-text index (kg.search); made anew where it is missing or old
    DIR/corrections.tsv  what somebody knows better (kg.correct), written by hand or by kg correct
    DIR/lock             held shared by readers, alone by a writer
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Protocol, Self, TypeVar, cast
from urllib.parse import unquote

import pyoxigraph

from kg import sparql
from kg.changes import BEFORE, Operation, keep_union, read_update
from kg.difference import drop, replacement
from kg.errors import NotFoundError, QueryError, StoreError, is_full, told
from kg.fingerprint import NOTHING, Survey, fingerprint
from kg.ledger import CHANGING, Claim, Entry, Ledger
from kg.models import DocumentGraph
from kg.prepare import Prepared, prepare
from kg.sentence import sentence_at

if TYPE_CHECKING:
    import rdflib

DEFAULT_BASE = "https://w3id.org/policy-kg/id/"
ONTOLOGY = "https://w3id.org/policy-kg/ontology"
MARKER = "policy-kg.json"
CORRECTIONS = "corrections.tsv"
SEARCH = "search.sqlite"
FORMAT = 1

T = TypeVar("T")
Term = pyoxigraph.NamedNode | pyoxigraph.Literal
_Value = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple
Results = pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples

_DEFAULT = pyoxigraph.DefaultGraph()
_SENTENCE = pyoxigraph.NamedNode(f"{sparql.POL}sentence")
_IS_STRING = pyoxigraph.NamedNode(f"{sparql.PREFIXES['nif']}isString")
_SOURCES = """
SELECT ?source ?sha256 ?version ?document ?title ?name {
    %s ?source pol:sha256 ?sha256 .
    OPTIONAL { ?source prov:wasGeneratedBy ?version }
    OPTIONAL { ?source dcterms:source ?name }
    OPTIONAL { ?document pol:hasText ?source OPTIONAL { ?document dcterms:title ?title } }
}
"""
# Of the union, which has each triple once: a quarter of the time. Only of what the ontology has
# things too (regions) are those of documents told apart.
_COUNTS = "SELECT ?class (COUNT(*) AS ?number) { ?node a ?class } GROUP BY ?class"
_OF_ONTOLOGY = f"""
SELECT DISTINCT ?class {{ GRAPH <{ONTOLOGY}> {{ ?node a ?class FILTER(ISIRI(?class)) }} }}
"""
_BESIDE_ONTOLOGY = f"""
SELECT (COUNT(DISTINCT ?node) AS ?number) {{
    GRAPH ?graph {{ ?node a %s }}
    FILTER(?graph != <{ONTOLOGY}>)
}}
"""
LOT = 200  # things that one query asks for
CHECKED = 512 * 2**20  # bytes of tables that are read whenever a store is opened: 1 s
_TABLE_END = bytes.fromhex("f7cff485b741e288")  # RocksDB's mark at the end of a whole table
_NOT_OURS = ("Permission denied", "Read-only file system")  # as Oxigraph tells it
TRACES = "/traces"  # what the name of a graph of traces ends with
_NAMED, _ANY = "named", "any"  # graphs that an update changes
_CHANGED = "~changed"  # to the version of a document of which the graph was changed by hand
# What triples may come in: Oxigraph crashes on nested JSON-LD, and expands entities in RDF/XML.
TRIPLES = {
    "text/turtle": pyoxigraph.RdfFormat.TURTLE,
    "application/n-triples": pyoxigraph.RdfFormat.N_TRIPLES,
}
_MARK = "traces"  # the fact that tells of which documents the traces are, empty if of others


class Writable(Protocol):
    """What Oxigraph can write to."""

    def write(self, block: bytes, /) -> int:
        """Take a block."""

    def flush(self) -> None:
        """Take what was kept back."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document that the store holds."""

    source: str  # the source's IRI, which names its graph
    sha256: str
    version: str  # of the extractors that read it
    names: tuple[str, ...]
    document: str
    title: str


class Store:
    """A knowledge graph on disk, or in memory where no path is given."""

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        base: str | None = None,
        read_only: bool = False,
        checked: bool = False,
    ) -> None:
        """Open a store; make it where there is none, unless it is only to be read.

        A writer, and a reader who wants it `checked`, is refused where Oxigraph's tables are not
        what was written: over a flipped bit Oxigraph may give a wrong answer, or take all memory.
        0.7 s for 430 MB; more than CHECKED bytes only kg verify and kg serve go through.
        """
        self.path = None if path is None else Path(path)
        self.read_only = read_only and path is not None
        self._lock: IO[str] | None = None
        # Graphs changed since the manifest was last written, with what is known of each.
        self._unsettled: dict[str, Survey] = {}
        self._by_hand: set[str] = set()  # those of them that an update has changed
        self._loading = threading.Lock()  # a build loads in a thread, and may be interrupted twice
        if self.path is None:
            self.base = base or DEFAULT_BASE
            self._graph, self._ledger = pyoxigraph.Store(), Ledger(None)
            return
        self.base = _claim_directory(self.path, base, create=not read_only)
        self._lock = _lock(self.path, shared=read_only)
        with ExitStack() as undo:
            undo.callback(self._lock.close)
            self._ledger = _open_ledger(self.path, read_only=read_only)
            undo.callback(self._ledger.close)
            if checked or not read_only:
                _check_tables(self.path, self._ledger)
            if not read_only:
                self._forget_tables()
            self._graph = _open_graph(self.path, self._ledger, read_only=read_only)
            undo.pop_all()
        self._recover_claims()
        if not read_only:
            self._unsettled.update(dict.fromkeys(self._ledger.unsettled(), NOTHING))
            self._resume_changes()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except StoreError:
            if error is None:
                raise
            # What failed first says more than what then failed too.

    @staticmethod
    def check_place(path: Path) -> None:
        """Raise StoreError where a directory is no store."""
        _claim_directory(path, None, create=False)

    # -- writing ---------------------------------------------------------------------------

    def load(self, graphs: Iterable[DocumentGraph | Prepared], files: Iterable[Claim] = ()) -> None:
        """Write whole documents; return when they are safe on disk.

        New ones go in together or not at all; one that is held is replaced in a transaction.
        """
        graphs = list(graphs)
        with self._loading:
            self.claim(files)
            if graphs:
                self._unmark()
            self._write(graphs)

    def _write(self, graphs: Iterable[DocumentGraph | Prepared]) -> None:
        by_iri = {graph.iri: graph for graph in map(self._prepared, graphs)}
        new = [graph for graph in by_iri.values() if not self.holds(graph.iri)]
        self._begin(*by_iri)
        if new:
            self._bulk_load(new)
            self._know(new)
        for iri in by_iri.keys() - {graph.iri for graph in new}:
            self.replace(by_iri[iri])
        self.flush()

    def replace(self, graph: DocumentGraph | Prepared) -> None:
        """Put a graph in the place of what has its name, in one transaction."""
        if not graph.iri.endswith(TRACES):
            self._unmark()
        graph = self._prepared(graph)
        self._begin(graph.iri)
        text = replacement(graph.iri, self._lines(graph.iri), graph.ntriples.splitlines(True))
        if text:
            self._update(text)
        self._know([graph])

    def remove(self, name: str) -> list[Held]:
        """Take a document out, by IRI, title, file name or path; return what has gone.

        The path of an archive or a dump takes out all that came from it.
        """
        gone = self._from_container(name) or self.find(name)
        for held in gone:
            self.drop(held.source)
        self.flush()
        self._ledger.withdraw(
            claim for held in gone for claim in self._ledger.of_content(held.sha256)
        )
        return gone

    def drop(self, source: str) -> None:
        """Take the graph of one source out, and what was found of it across documents."""
        self._unmark()
        for iri in (traces_of(source), source):
            if self.holds(iri):
                self._begin(iri)
                self._update(drop(iri))

    def set_traces(self, graphs: Iterable[DocumentGraph], gone: Iterable[str], mark: str) -> None:
        """Put in graphs of traces, take those out that have gone, and note of what they are.

        The note is written last: where this was stopped, it is done again.
        """
        self._unmark()
        gone = list(gone)
        self._begin(*gone)
        for iri in gone:
            self._update(drop(iri))
        self._write(graphs)
        self.flush()
        self.note(_MARK, mark)

    def _unmark(self) -> None:
        """Forget of what the traces are, before any document changes."""
        if self._ledger.fact(_MARK):
            self._ledger.note(_MARK, "")

    def claim(self, files: Iterable[Claim]) -> None:
        """Note which files are given with which content; before their graphs are loaded."""
        self._ledger.claim(files)

    def withdraw(self, files: Iterable[Claim]) -> None:
        """Forget files; after their graphs have gone."""
        self._ledger.withdraw(files)

    def note(self, key: str, value: str) -> None:
        """Note something about files that no graph says."""
        self._ledger.note(key, value)

    def fact(self, key: str) -> str:
        """Give what was noted, empty where nothing was."""
        return self._ledger.fact(key)

    def set_ontology(self, nquads: str, version: str) -> None:
        """Put the ontology's graph in, unless this version of it is there.

        The version is noted last, so a build that was killed here does it again.
        """
        is_ours = ONTOLOGY not in self._ledger.changed()
        if is_ours and self.holds(ONTOLOGY) and self._ledger.fact("ontology") == version:
            return
        self._begin(ONTOLOGY)
        if self.holds(ONTOLOGY):
            self._update(drop(ONTOLOGY))
        graph = self._prepared(DocumentGraph(ONTOLOGY, "", "", nquads, ()))
        self._bulk_load([graph])
        self._know([graph])
        self.flush()
        self._ledger.note("ontology", version)

    def update(
        self,
        text: str,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        when_written: Callable[[], object] | None = None,
    ) -> None:
        """Carry out a SPARQL update, all of it or nothing; return when it is safe on disk.

        It says which graphs it changes: the default graph is the union, and follows. One triple
        takes 30 ms at 980,000 quads; an update of whichever graphs there are (`GRAPH ?g`, ALL)
        compares the union with all of them: 30 s there. `when_written` is called once nothing can
        undo it any more.
        """
        operations = read_update(text, base_iri, default_graphs, named_graphs)
        self._change(operations, base_iri, when_written)

    def put(self, iri: str, parts: Iterable[tuple[str, bytes]], **options: Any) -> bool:
        """Write triples in the place of a graph; return whether there was none before.

        Parts are media type and content: Turtle or N-Triples.
        """
        drop = Operation(f"DROP SILENT GRAPH <{iri}>", frozenset({iri}), True, frozenset())
        return self._insert(iri, parts, [drop], **options)

    def append(self, iri: str, parts: Iterable[tuple[str, bytes]], **options: Any) -> bool:
        """Write triples to a graph beside what it holds; return whether there was none before."""
        return self._insert(iri, parts, [], **options)

    def _insert(
        self,
        iri: str,
        parts: Iterable[tuple[str, bytes]],
        before: Sequence[Operation],
        **options: Any,
    ) -> bool:
        name = graph_name(iri)
        is_new = not self.holds(name)
        inserts = [f"INSERT DATA {{ GRAPH <{name}> {{\n{_read(name, *one)}}} }}" for one in parts]
        texts = [f"CREATE SILENT GRAPH <{name}>", *inserts]
        writes = frozenset({name})
        made = [Operation(text, writes, False, frozenset()) for text in texts]
        self._change([*(() if is_new else before), *made], **options)
        return is_new

    def delete(self, iri: str, **options: Any) -> None:
        """Take a graph out; raises NotFoundError where there is none."""
        name = graph_name(iri)
        if not self.holds(name):
            raise NotFoundError(f"{name}: no graph has this name")
        gone = frozenset({name})
        self._change([Operation(f"DROP GRAPH <{name}>", gone, True, gone)], **options)

    def _change(
        self,
        operations: Sequence[Operation],
        base_iri: str | None = None,
        when_written: Callable[[], object] | None = None,
    ) -> None:
        """Carry out what changes graphs by hand, and note which these are."""
        if not operations:
            return
        operations = [*operations, *_without_traces(operations, self.base)]
        if self._unsettled:
            self.flush()
        graphs = self._announce(operations)
        try:
            self._graph.update(keep_union(operations), base_iri=base_iri, prefixes=sparql.PREFIXES)
        except (SyntaxError, ValueError, RuntimeError, OSError) as error:
            self._call_off(graphs)
            kind = StoreError if isinstance(error, OSError) else QueryError
            raise kind(f"update: {told(error, self.path)}") from error
        if when_written is not None:
            when_written()
        self._by_hand.update(graphs)
        if self._ledger.fact(CHANGING) == _ANY:
            self._begin(*self.graph_names())
            self._by_hand.update(self._unsettled)
        self.flush()

    def _announce(self, operations: Iterable[Operation]) -> list[str]:
        """Note which graphs are about to change, which may be any; return those there are."""
        self._unmark()
        writes = [operation.writes for operation in operations]
        is_any = None in writes
        if is_any:
            graphs = {*self.graph_names(), *self._ledger.manifest()}
        else:
            graphs = {iri for some in writes for iri in some or ()}
        self._begin(*graphs, changing=_ANY if is_any else _NAMED)
        return sorted(graphs)

    def _call_off(self, graphs: Iterable[str]) -> None:
        """Note that what was announced has not happened.

        Between two changes nothing is unsettled: what an earlier writer left is settled first.
        """
        for iri in graphs:
            self._unsettled.pop(iri, None)
        self._ledger.call_off(graphs)

    def _resume_changes(self) -> None:
        """Take up what the update of a killed writer may have changed: all of it, or nothing."""
        changing = self._ledger.fact(CHANGING)
        if changing == _ANY:
            self._begin(*self.graph_names(), *self._ledger.manifest())
        if changing:
            self._by_hand.update(self._unsettled)

    @property
    def revision(self) -> int:
        """Give how many times graphs were changed by hand."""
        return int(self._ledger.fact("revision") or 0)

    def changed(self) -> dict[str, int]:
        """Give the graphs that were changed by hand and not written anew since, with when."""
        return self._ledger.changed()

    def flush(self) -> None:
        """Bring everything to the disk, so that it outlasts a power cut; then the manifest."""
        if not self.read_only:
            self._guarded(self._graph.flush)
            self._settle()

    def _begin(self, *graphs: str, changing: str = "") -> None:
        """Note that graphs are about to change, unless that is noted already."""
        if self.path is None:
            return
        new = set(graphs) - self._unsettled.keys()
        if new or changing:
            self._ledger.begin(sorted(new), changing)
        self._unsettled.update(dict.fromkeys(graphs, NOTHING))

    def _know(self, graphs: Iterable[Prepared]) -> None:
        """Keep what is known of what was written, for the manifest."""
        if self.path is None:
            return
        graphs = list(graphs)
        if self._ledger.fact("revision"):
            self._ledger.unchange(graph.iri for graph in graphs)
        self._unsettled.update((graph.iri, graph.survey) for graph in graphs)

    def _settle(self) -> None:
        """Write what the changed graphs hold now into the manifest."""
        if self._unsettled or self._by_hand:
            self._ledger.settle(
                {iri: self.entry(iri, known) for iri, known in sorted(self._unsettled.items())},
                sorted(self._by_hand),
                self.revision + 1,
            )
            self._unsettled.clear()
            self._by_hand.clear()

    @property
    def corrections(self) -> Path | None:
        """Give where the store's corrections are, or would be; in memory it has none."""
        return None if self.path is None else self.path / CORRECTIONS

    def close(self) -> None:
        """Flush and release the directory."""
        if self._graph is None:
            return
        with self._loading, ExitStack() as last:
            if self._lock is not None:
                last.callback(self._lock.close)
            last.callback(self._ledger.close)
            last.callback(self._note_tables)
            last.callback(self._release)
            self.flush()

    def _release(self) -> None:
        self._graph = None  # type: ignore[assignment]  # the handle's end releases Oxigraph's lock

    def _note_tables(self) -> None:
        """Note the digest of each table that Oxigraph has written, to find a flipped bit in it.

        1 s for 400 MB, once: a table never changes. A query over a damaged one may not end.
        """
        if self.read_only or self.path is None:
            return
        known = self._ledger.tables()
        present = _tables(self.path)
        written = {name: table_digest(present[name]) for name in present.keys() - known.keys()}
        whole = {name: digest for name, digest in written.items() if digest}
        if whole or known.keys() - present.keys():
            self._ledger.note_tables(whole, known.keys() - present.keys())

    def _forget_tables(self) -> None:
        """Forget tables that are not there, before Oxigraph writes another of the same name.

        Of a copy that was to take the store's place the ledger may be there without the graph.
        """
        if self.path is not None:
            gone = self._ledger.tables().keys() - _tables(self.path).keys()
            if gone:
                self._ledger.note_tables({}, gone)

    def snapshot(self, directory: str | Path) -> None:
        """Write a copy that can be opened as a store of its own; all of it or nothing."""
        target = Path(directory)
        if target.exists():
            raise StoreError(f"{target}: exists already; a snapshot needs a new directory")
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".kg-") as place:
            copy = Path(place) / "store"
            copy.mkdir()
            self.flush()
            self._guarded(lambda: self._graph.backup(copy / "graph"))
            self._ledger.copy(copy / "files.sqlite")
            if self.corrections is not None and self.corrections.is_file():
                shutil.copyfile(self.corrections, copy / CORRECTIONS)
            _write_marker(copy, self.base)
            copy.rename(target)

    def image(self, directory: Path) -> None:
        """Write a copy as of this moment, to be read by a server; while something may be written.

        What is being written is not in it. It shares the search index and the corrections.
        """
        assert self.path is not None
        directory.mkdir(parents=True)
        # SQLite lets only the thread that opened a connection use it. Were the ledger not held,
        # its copy might tell of other graphs than the copy has, and the index believe it.
        ledger = Ledger(self.path / "files.sqlite", read_only=True)
        with closing(ledger), ledger.held_still():
            self._guarded(lambda: self._graph.backup(directory / "graph"))
            ledger.copy(directory / "files.sqlite")
        for name in (SEARCH, CORRECTIONS):
            (directory / name).symlink_to((self.path / name).absolute())
        (directory / "lock").touch()
        _write_marker(directory, self.base)

    # -- reading ---------------------------------------------------------------------------

    def query(
        self,
        text: str,
        substitutions: Mapping[str, Term | str] | None = None,
        *,
        base_iri: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Results:
        """Answer a SPARQL query; variables named in `substitutions` have that value.

        Oxigraph substitutes only what SELECT projects. pol:sentence(?source, ?begin) gives the
        sentence that holds a place of a text: for 6,000 facts of 500 documents in 1 s, where
        SUBSTR and REPLACE on nif:isString, which copy the text for each row, took 74 s.
        The default graph is the union of all documents and the ontology. Where `default_graphs`
        or `named_graphs` are given, only these are seen: the first together as the default graph.
        """
        sparql.check(text)
        values: dict[pyoxigraph.Variable, _Value] = {
            pyoxigraph.Variable(name): pyoxigraph.Literal(value)
            if isinstance(value, str)
            else value
            for name, value in (substitutions or {}).items()
        }
        try:
            return self._graph.query(
                text,
                base_iri=base_iri,
                prefixes=sparql.PREFIXES,
                substitutions=values,
                custom_functions={_SENTENCE: self._sentence_function()},
                **_dataset(default_graphs, named_graphs),
            )
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise QueryError(f"query: {told(error)}") from error
        except OSError as error:
            raise StoreError(f"{self._name}: {told(error, self.path)}") from error

    def select(
        self, text: str, substitutions: Mapping[str, Term | str] | None = None
    ) -> list[dict[str, str]]:
        """Answer a SELECT query with plain strings, an empty one for what is not bound."""
        solutions = self.query(text, substitutions)
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise QueryError("query: only SELECT gives rows")
        names = [variable.value for variable in solutions.variables]
        # A damaged store is found out only when its rows are fetched.
        return self._guarded(
            lambda: [dict(zip(names, map(_plain, row), strict=True)) for row in solutions]
        )

    def dataset(self) -> rdflib.Dataset:
        """Give the store as an rdflib Dataset; its default graph is the union."""
        from oxrdflib import OxigraphStore
        from rdflib import Dataset

        return Dataset(store=OxigraphStore(store=self._graph))

    @property
    def traced(self) -> str:
        """Give the mark of the traces held; empty where documents have changed since."""
        return self._ledger.fact(_MARK)

    def trace_graphs(self) -> list[str]:
        """Give the names of the graphs of traces, sorted."""
        return [name for name in self.graph_names() if name.endswith(TRACES)]

    def sources(self) -> dict[str, Held]:
        """Give every document held, by its source's IRI, sorted."""
        return self._sources("")

    def held(self, contents: Iterable[str]) -> dict[str, Held]:
        """Give the documents of some contents, by the content's digest."""
        wanted, found = sorted(contents), list[Held]()
        for first in range(0, len(wanted), LOT):
            values = " ".join(str(pyoxigraph.Literal(one)) for one in wanted[first : first + LOT])
            found += self._sources(f"VALUES ?sha256 {{ {values} }}").values()
        return {one.sha256: one for one in found}

    def _sources(self, which: str) -> dict[str, Held]:
        rows: dict[str, dict[str, str]] = {}
        names: dict[str, set[str]] = defaultdict(set)
        changed = self._ledger.changed()
        for row in self.select(_SOURCES % which):
            # Of several titles the first in order, so that the answer does not depend on luck.
            rows[row["source"]] = min(row, rows.get(row["source"], row), key=lambda r: r["title"])
            names[row["source"]].add(row["name"])
        return {
            source: _held(rows[source], names[source], _CHANGED if source in changed else "")
            for source in sorted(rows)
        }

    def find(self, name: str) -> list[Held]:
        """Give the document of this IRI, path, file name or title; raise unless it is one."""
        contents = {claim.sha256 for claim in self._ledger.of_path(os.path.abspath(name))}
        sources = self.sources().values()
        found = [held for held in sources if held.sha256 in contents] or [
            held
            for held in sources
            if name in (held.source, held.document, held.title, *held.names)
        ]
        if not found:
            raise NotFoundError(f"{name}: no document has this IRI, title, file name or path")
        if len(found) > 1:
            several = ", ".join(held.source for held in found[:5])
            raise NotFoundError(f"{name}: {len(found)} documents; say which by its IRI: {several}")
        return found

    def _from_container(self, name: str) -> list[Held]:
        path = os.path.abspath(name)
        inside = (path + "!/", path + "#")
        contents = {claim.sha256 for claim in self._ledger.all() if claim.path.startswith(inside)}
        return [held for held in self.sources().values() if held.sha256 in contents]

    def claims(self, sha256: str | None = None) -> list[Claim]:
        """Give which files were given with which content, or with this one."""
        return self._ledger.all() if sha256 is None else self._ledger.of_content(sha256)

    def counts(self) -> dict[str, int]:
        """Count the nodes of each class that documents speak of, by the class's IRI, sorted."""
        found = {row["class"]: int(row["number"]) for row in self.select(_COUNTS)}
        for row in self.select(_OF_ONTOLOGY):
            beside = _BESIDE_ONTOLOGY % pyoxigraph.NamedNode(row["class"])
            found[row["class"]] = int(self.select(beside)[0]["number"])
        return {name: number for name, number in sorted(found.items()) if number}

    def size(self) -> tuple[int, int]:
        """Count triples, each once however many documents say it, and quads of all graphs."""
        triples = int(self.select("SELECT (COUNT(*) AS ?number) { ?s ?p ?o }")[0]["number"])
        return triples, self._guarded(lambda: len(self._graph)) - triples

    def quads(self) -> int:
        """Count the quads of all graphs, by what was noted of each when it was written.

        Counting them anew takes 4 s for 10 million.
        """
        manifest = self._ledger.manifest()
        if self._unsettled or len(manifest) != len(self._named_graphs()):
            return self.size()[1]  # in memory, or from before there was a manifest
        return sum(entry.triples for entry in manifest.values())

    def _named_graphs(self) -> list[object]:
        return self._guarded(lambda: list(self._graph.named_graphs()))

    def holds(self, iri: str) -> bool:
        """Tell whether there is a graph of this name."""
        name = pyoxigraph.NamedNode(iri)
        return self._guarded(lambda: self._graph.contains_named_graph(name))

    def is_said(self, triple: Sequence[Any], known: Container[str]) -> bool:
        """Tell whether a graph says a triple that is none of the known ones; from an index."""
        subject, predicate, value = triple

        def others() -> Iterator[str]:
            for quad in self._graph.quads_for_pattern(subject, predicate, value, None):
                if isinstance(quad.graph_name, pyoxigraph.NamedNode):  # not the union of all
                    yield quad.graph_name.value

        return self._guarded(lambda: any(name not in known for name in others()))

    def graph_names(self) -> list[str]:
        """Give the names of all graphs, sorted, the ontology's among them."""
        return self._guarded(lambda: sorted(str(name.value) for name in self._graph.named_graphs()))

    def ntriples(self, iri: str | None = None) -> list[bytes]:
        """Give the lines of one graph, or of the union, sorted; equal graphs give equal lines."""
        return sorted(self._lines(iri))

    def _lines(self, iri: str | None) -> list[bytes]:
        graph = _DEFAULT if iri is None else pyoxigraph.NamedNode(iri)
        text = self._guarded(
            lambda: self._graph.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=graph)
        )
        return (text or b"").splitlines(keepends=True)

    def write_union(self, out: Writable) -> None:
        """Write the lines of the union, in no order and as they are decoded."""
        form = pyoxigraph.RdfFormat.N_TRIPLES
        self._guarded(lambda: self._graph.dump(cast("IO[bytes]", out), form, from_graph=_DEFAULT))

    def entry(self, iri: str, known: Survey = NOTHING) -> Entry | None:
        """Give what the manifest would say of a graph now, None where there is no such graph.

        Its triples are counted and its fingerprint is taken, unless they are known.
        """
        if not self.holds(iri):
            return None
        if not known.fingerprint:
            lines = self.ntriples(iri)
            return Entry(len(lines), fingerprint(lines))
        if known.triples is not None:
            return Entry(known.triples, known.fingerprint)
        query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
        return Entry(int(self.select(query)[0]["n"]), known.fingerprint)

    def manifest(self) -> dict[str, Entry]:
        """Give what was noted of each graph when it was written."""
        return self._ledger.manifest()

    def unsettled(self) -> list[str]:
        """Give the graphs that were being written when the last writer was stopped."""
        return self._ledger.unsettled()

    def accept(self) -> int:
        """Write the manifest anew of what the store holds; return of how many graphs."""
        names = self.graph_names()
        self._ledger.note_tables({}, self._ledger.tables())  # noted anew when the store is closed
        self._begin(*names, *self._ledger.manifest())
        self.flush()
        return len(names)

    # -- inside ----------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return "store in memory" if self.path is None else str(self.path)

    def _sentence_function(self) -> Callable[..., pyoxigraph.Literal | None]:
        """Give the function pol:sentence for one query; each text is fetched once in it."""
        graph, texts = self._graph, dict[str, str]()

        def sentence(source: object, begin: object) -> pyoxigraph.Literal | None:
            if not isinstance(source, pyoxigraph.NamedNode):
                return None
            if not isinstance(begin, pyoxigraph.Literal) or not begin.value.isdecimal():
                return None
            if source.value not in texts:
                found = graph.quads_for_pattern(source, _IS_STRING, None, _DEFAULT)
                texts[source.value] = next((_plain(quad.object) for quad in found), "")
            return pyoxigraph.Literal(sentence_at(texts[source.value], int(begin.value)))

        return sentence

    def _prepared(self, graph: DocumentGraph | Prepared) -> Prepared:
        return graph if isinstance(graph, Prepared) else self._guarded(lambda: prepare(graph))

    def _bulk_load(self, graphs: Sequence[Prepared]) -> None:
        # What several graphs say is in the union once: Oxigraph looks at what it has had.
        payload = b"".join([graph.nquads for graph in graphs] + [one.ntriples for one in graphs])
        # Lenient, as each was parsed when it was prepared.
        self._guarded(
            lambda: self._graph.bulk_load(payload, pyoxigraph.RdfFormat.N_QUADS, lenient=True)
        )

    def _update(self, text: str) -> None:
        self._guarded(lambda: self._graph.update(text))

    def _guarded(self, act: Callable[[], T]) -> T:
        """Do something with Oxigraph; what goes wrong in it becomes one line of ours."""
        try:
            return act()
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            raise StoreError(f"{self._name}: {told(error, self.path)}") from error

    def _recover_claims(self) -> None:
        """Claim what the graph holds by its names alone, where the ledger was lost."""
        if self.read_only or not self._ledger.is_empty:
            return
        self._ledger.claim(
            Claim(path=name, name=name, sha256=held.sha256)
            for held in self.sources().values()
            for name in held.names
        )


def table_digest(file: Path) -> str:
    """Give the digest of one of Oxigraph's tables, empty where it is not written to its end."""
    with open(file, "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(-min(8, file.stat().st_size), os.SEEK_END)
        return digest if stream.read() == _TABLE_END else ""


def _without_traces(operations: Iterable[Operation], base: str) -> Iterator[Operation]:
    """Yield what takes the traces of a document out when its graph is dropped."""
    dropped = {name for operation in operations for name in operation.drops}
    for name in sorted(dropped):
        if name.startswith(f"{base}source/") and not name.endswith(TRACES):
            traces = frozenset({traces_of(name)})
            text = f"DROP SILENT GRAPH <{traces_of(name)}>"
            yield Operation(text, traces, True, frozenset())


def graph_name(iri: str) -> str:
    """Return the IRI of a graph that may be written; raises QueryError where it is none."""
    try:
        name = pyoxigraph.NamedNode(iri).value
    except (ValueError, UnicodeEncodeError) as error:
        raise QueryError(f"graph: {iri[:200]!r} is no absolute IRI") from error
    if name == BEFORE:
        raise QueryError(f"graph: <{name}> is not to be written; take another name")
    return name


def _read(iri: str, media_type: str, content: bytes) -> str:
    """Return triples as lines of N-Triples; raises QueryError where they cannot be read."""
    form = TRIPLES.get(media_type)
    if form is None:
        known = ", ".join(TRIPLES)
        raise QueryError(f"graph: {media_type or 'no media type'} is not taken; send {known}")
    try:
        triples = (quad.triple for quad in pyoxigraph.parse(content, form, base_iri=iri))
        lines = pyoxigraph.serialize(triples, None, pyoxigraph.RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError) as error:
        raise QueryError(f"graph: {told(error)}") from error
    return (lines or b"").decode()


def changed_tables(path: Path, noted: Mapping[str, str]) -> Iterator[Path]:
    """Yield the tables of a store whose bytes are not what was written.

    One that has gone was merged into others by a writer that was killed, or Oxigraph misses it
    and does not open.
    """
    for name, file in sorted(_tables(path).items()):
        if name in noted and table_digest(file) != noted[name]:
            yield file


def _tables(path: Path) -> dict[str, Path]:
    return {file.name: file for file in (path / "graph").glob("*.sst")}


def _check_tables(path: Path, ledger: Ledger) -> None:
    """Raise StoreError where a table was damaged; of a large store only kg verify looks at all."""
    if sum(file.stat().st_size for file in _tables(path).values()) > CHECKED:
        return
    for file in changed_tables(path, ledger.tables()):
        raise StoreError(f"{file}: its bytes have changed since it was written; run: kg verify")


def traces_of(source: str) -> str:
    """Give the name of the graph of what was found of a source across documents."""
    return source + TRACES


def _claim_directory(path: Path, base: str | None, *, create: bool) -> str:
    """Make sure that a directory is a store, or may become one; give its base IRI.

    Oxigraph itself would turn any directory into a database without asking.
    """
    marker = path / MARKER
    if not marker.is_file():
        if not create:
            raise StoreError(f"{path}: no store here; make one with: kg build PATH --store {path}")
        _make_directory(path)
        _write_marker(path, base or DEFAULT_BASE)
    return _read_marker(marker, base)


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Corrections may be there before the first build.
        entries = [
            entry
            for entry in os.listdir(path)
            if entry != CORRECTIONS and not entry.startswith(MARKER)
        ]
    except OSError as error:
        raise StoreError(f"{path}: {told(error, path)}") from error
    if entries:
        raise StoreError(f"{path}: holds other files and is no store; name a new directory")


def _write_marker(path: Path, base: str) -> None:
    temporary = path / f"{MARKER}.new"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "base": base}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path / MARKER)
    except OSError as error:
        raise StoreError(f"{path / MARKER}: {told(error, path)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _read_marker(marker: Path, base: str | None) -> str:
    try:
        content = json.loads(marker.read_text(encoding="utf-8"))
        version, held = content["format"], str(content["base"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{marker}: cannot be understood; build into a new directory") from error
    if version != FORMAT:
        raise StoreError(f"{marker}: format {version}, this program reads {FORMAT}; build anew")
    if base is not None and base != held:
        raise StoreError(f"{marker.parent}: its base is {held}, not {base}; name a new directory")
    return held


def _lock(path: Path, *, shared: bool) -> IO[str]:
    """Lock a store against writers, or against everyone; the end of the process unlocks it."""
    place = path / "lock"
    try:
        file = open(place, "r" if shared and place.exists() else "a+", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise StoreError(f"{place}: {told(error, path)}") from error
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        with file:
            if not isinstance(error, BlockingIOError):
                raise StoreError(f"{place}: {told(error)}") from error
            who = _holders(file)
        raise StoreError(f"{path}: store in use by {who}; wait until it ends") from error
    return file


def _holders(file: IO[str]) -> str:
    """Say which processes hold a lock, where the system tells (Linux, on most file systems)."""
    status = os.fstat(file.fileno())
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    try:
        locks = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        locks = []
    # "3: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF"; one that waits has "->" behind its number.
    held = (line.split() for line in locks if "->" not in line)
    found = {words[4] for words in held if words[5] == device and int(words[4]) > 0}
    if not found:
        return "another process"
    return f"process {', '.join(sorted(found, key=int))}"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a store's lock as a writer does, without opening it."""
    lock = _lock(path, shared=False)
    try:
        yield
    finally:
        lock.close()


def _open_ledger(path: Path, *, read_only: bool) -> Ledger:
    place = path / "files.sqlite"
    # A store whose ledger was lost can still be read; the next build writes it anew.
    return Ledger(None) if read_only and not place.exists() else Ledger(place, read_only=read_only)


def _open_graph(path: Path, ledger: Ledger, *, read_only: bool) -> pyoxigraph.Store:
    """Open Oxigraph; refuse what it would take for an empty database."""
    place = path / "graph"
    if not (place / "CURRENT").exists():
        if not ledger.is_empty:
            raise StoreError(f"{place}: damaged, files are missing; delete {path} and build again")
        if read_only:
            raise StoreError(f"{path}: nothing in it yet; run: kg build PATH --store {path}")
    try:
        return pyoxigraph.Store.read_only(str(place)) if read_only else pyoxigraph.Store(place)
    except (OSError, RuntimeError) as error:
        text = told(error, place)
        # "Corruption: block checksum mismatch" speaks of no lock.
        if "lock" in text.casefold() and "orruption" not in text:
            raise StoreError(f"{path}: store in use by another process ({text})") from error
        outside = is_full(error) or any(words in text for words in _NOT_OURS)
        advice = "" if outside else "; if it is damaged, delete it and build again"
        raise StoreError(f"{place}: {text}{advice}") from error


def _dataset(default: Sequence[str], named: Sequence[str]) -> dict[str, Any]:
    """Give what Oxigraph is told of the graphs that a query may see."""
    if not default and not named:
        return {}
    return {
        "default_graph": [pyoxigraph.NamedNode(name) for name in default],
        "named_graphs": [pyoxigraph.NamedNode(name) for name in named],
    }


def _held(row: Mapping[str, str], names: set[str], changed: str) -> Held:
    return Held(
        source=row["source"],
        sha256=row["sha256"],
        version=unquote(row["version"].rpartition("/build/")[2]) + changed,
        names=tuple(sorted(names - {""})),
        document=row["document"],
        title=row["title"],
    )


def _plain(term: object) -> str:
    # Asked hundreds of thousands of times for a report, so the usual kinds come first.
    if term is None:
        return ""
    return term.value if isinstance(term, Term) else str(term)
