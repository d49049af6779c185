"""A store to what is wrong with it: damage that opening and asking it would not show.

Oxigraph gives what it has: of a store whose log was cut it has less and says nothing, and an index
with a flipped bit is found only when a query comes to that block. So every graph is read and
compared with the manifest, and every table (*.sst) with its digest when it was written. Tables
come first: over a damaged one Oxigraph's COUNT takes all memory there is, instead of ending.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg import workers
from kg.errors import KgError, told
from kg.ledger import Claim, Entry, Ledger
from kg.models import DIGEST
from kg.stamps import read_corrections
from kg.store import MARKER, ONTOLOGY, Store, changed_tables, traces_of
from kg.workers import MEGABYTE, Limits, Lost

SHOWN = 3  # files that are named for a graph
ANEW = "build into a new directory, with the same files and corrections.tsv"

_OUTSIDE = """
SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }
"""
_DISTINCT = """
SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } }
"""
LIMITS = Limits(seconds=3600.0, memory=4096 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: where, what, and what to do about it."""

    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was gone through, and what was found."""

    documents: int
    graphs: int
    quads: int  # that could be read
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Scan:
    """What the graphs hold, as far as they can be read."""

    entries: dict[str, Entry]
    unreadable: dict[str, str]  # graph → why


def verify(path: Path, limits: Limits = LIMITS) -> Soundness:
    """Go through a whole store, in a process that damage cannot take further than its limits."""
    damaged = tuple(tables(path))
    if damaged:
        return Soundness(0, 0, 0, damaged)
    Store(path, read_only=True).close()  # raises where it cannot even be opened
    for _, found in workers.run(_go_through, [path], 1, limits):
        if isinstance(found, Lost):
            problem = f"cannot be gone through: {found.reason}"
            return Soundness(0, 0, 0, (Finding(str(path), problem, ANEW),))
        return found
    raise AssertionError("a job has an answer")


def glance(path: Path) -> Iterator[Finding]:
    """Find what can be found without reading the graphs: changed tables, graphs that are gone.

    1 s for 400 MB. A store without a manifest has nothing to be compared with.
    """
    damaged = list(tables(path))
    yield from damaged
    if damaged:
        return
    with Store(path, read_only=True) as store:
        lost = store.manifest().keys() - set(store.graph_names()) - set(store.unsettled())
    if lost:
        problem = f"{len(lost)} graphs that were written are not there, such as {min(lost)}"
        yield Finding(str(path), problem, "run kg verify")


def _go_through(path: Path) -> Soundness:
    try:
        with Store(path, read_only=True) as store:
            return _soundness(store)
    except KgError as error:
        return Soundness(0, 0, 0, (Finding(str(path), str(error), ANEW),))


def _soundness(store: Store) -> Soundness:
    scan = _scan(store)
    remedy = _Remedy(store)
    findings = [
        *_against_manifest(store, scan, remedy),
        *_against_ledger(store, scan, remedy),
        *_strays(store, scan),
        *_union(store, scan),
        *_files_beside(store),
    ]
    sources = [name for name in scan.entries if _is_source(store, name)]
    quads = sum(entry.triples for entry in scan.entries.values())
    return Soundness(len(sources), len(scan.entries), quads, tuple(findings))


def _scan(store: Store) -> _Scan:
    scan = _Scan({}, {})
    for name in store.graph_names():
        try:
            entry = store.entry(name)
        except KgError as error:
            scan.unreadable[name] = str(error)
        else:
            scan.entries[name] = entry or Entry(0, "")
    return scan


# -- against what was noted --------------------------------------------------------------------


def _against_manifest(store: Store, scan: _Scan, remedy: _Remedy) -> Iterator[Finding]:
    for name, reason in scan.unreadable.items():
        yield Finding(name, f"cannot be read ({reason})", remedy.anew(name))
    interrupted = set(store.unsettled())
    if interrupted:
        problem = f"a writer was stopped at {len(interrupted)} graphs"
        yield Finding(str(store.path), problem, "the next kg build puts that right")
    noted = store.manifest()
    unnoted = scan.entries.keys() - noted.keys() - interrupted
    if unnoted:
        problem = f"{len(unnoted)} graphs are not in the manifest (written by an earlier program?)"
        yield Finding(str(store.path), problem, "if you trust them: kg verify --accept")
    for name in sorted(noted.keys() - interrupted - scan.unreadable.keys()):
        problem = _difference(noted[name], scan.entries.get(name))
        if problem:
            yield Finding(name, problem, remedy.of(name))


def _difference(noted: Entry, found: Entry | None) -> str:
    if found is None:
        return f"lost, with {noted.triples:,} triples"
    if found.triples != noted.triples:
        return f"has {found.triples:,} triples, {noted.triples:,} were written"
    return "" if found == noted else "says something else than what was written"


def _against_ledger(store: Store, scan: _Scan, remedy: _Remedy) -> Iterator[Finding]:
    if store.path is not None and not (store.path / "files.sqlite").is_file():
        problem = "missing, so nothing can be compared"
        yield Finding(
            str(store.path / "files.sqlite"), problem, "build again, then: kg verify --accept"
        )
        return
    by_hand = store.changed()  # what was pushed or put here has no file here
    for name in scan.entries:
        if _is_source(store, name) and name not in by_hand and not remedy.claims(name):
            yield Finding(name, "no file is known for it", "kg remove it, or build its file again")


def _strays(store: Store, scan: _Scan) -> Iterator[Finding]:
    """Find traces without their source; a graph of another name is whoever's that put it in."""
    held = scan.entries.keys() | scan.unreadable.keys()
    sources = {traces_of(name) for name in held}
    for name in sorted(held):
        if _is_of_a_document(store, name) and not _is_source(store, name) and name not in sources:
            yield Finding(name, "traces of a document that is not held", "run kg build again")


def _is_source(store: Store, name: str) -> bool:
    return _is_of_a_document(store, name) and not name.endswith(traces_of(""))


def _is_of_a_document(store: Store, name: str) -> bool:
    return name.startswith(f"{store.base}source/")


class _Remedy:
    """Says which files are to be read again."""

    def __init__(self, store: Store) -> None:
        self._store = str(store.path)
        self._claims: dict[str, list[Claim]] = {}
        for claim in store.claims():
            self._claims.setdefault(claim.sha256[:DIGEST], []).append(claim)

    def claims(self, name: str) -> list[Claim]:
        """Return the claims on the content of a source, or of the source of these traces."""
        source = name.removesuffix(traces_of(""))
        return self._claims.get(source.rpartition("/")[2], [])

    def of(self, name: str) -> str:
        """Say how a graph that can be read is put right."""
        if name == ONTOLOGY:
            return f"build into a new directory; {self._store} was changed by another program"
        files = self._files(name)
        if not files:
            return "build its file again"
        return f"kg remove {name.removesuffix(traces_of(''))}, then kg build {files}"

    def anew(self, name: str) -> str:
        """Say how what cannot be read is got again: Oxigraph cannot mend its own files."""
        files = self._files(name)
        return f"{ANEW}{f' (this one is {files})' if files else ''}"

    def _files(self, name: str) -> str:
        paths = [claim.path for claim in self.claims(name)]
        more = f" (or {len(paths) - SHOWN} more names of it)" if len(paths) > SHOWN else ""
        return " ".join(paths[:SHOWN]) + more


# -- the store's own files ---------------------------------------------------------------------


def tables(path: Path) -> Iterator[Finding]:
    """Find tables whose bytes are not what was written; those of a killed writer are not noted.

    Without opening Oxigraph, which over some of them would fail and over others not end.
    """
    if not (path / MARKER).is_file() or not (path / "files.sqlite").is_file():
        return  # said where the store is opened
    ledger = Ledger(path / "files.sqlite", read_only=True)
    noted = ledger.tables()
    ledger.close()
    for file in changed_tables(path, noted):
        yield Finding(str(file), "its bytes have changed since it was written", ANEW)


def _union(store: Store, scan: _Scan) -> Iterator[Finding]:
    """Find what the union says otherwise than the graphs, or one index otherwise than another."""
    if scan.unreadable:
        return
    union, quads = store.size()
    read = sum(entry.triples for entry in scan.entries.values())
    if quads != read:
        yield _misfit(store, f"counts {quads:,} quads, {read:,} can be read")
    outside, distinct = _number(store, _OUTSIDE), _number(store, _DISTINCT)
    if outside:
        yield _misfit(store, f"{outside:,} triples of documents are not in the union")
    if distinct - outside != union:
        yield _misfit(store, f"{union - distinct + outside:,} triples are in the union alone")


def _misfit(store: Store, problem: str) -> Finding:
    return Finding(f"{store.path}/graph", problem, ANEW)


def _number(store: Store, query: str) -> int:
    return int(store.select(query)[0]["n"])


def _files_beside(store: Store) -> Iterator[Finding]:
    """Check the other files of a store: its SQLite files and corrections."""
    if store.path is None:
        return
    for place in sorted(store.path.glob("*.sqlite")):
        try:
            problem = _sqlite_problem(place)
        except sqlite3.OperationalError as error:
            yield Finding(str(place), f"cannot be read ({told(error)})", "try again")
            continue
        if problem:
            yield Finding(str(place), problem, "delete this file, it is written anew when needed")
    try:
        faults = read_corrections(store).faults
    except KgError as error:
        yield Finding(str(store.corrections), str(error), "put it right by hand")
        return
    for fault in faults:
        yield Finding(f"{store.corrections} line {fault.line}", fault.problem, "correct the line")


def _sqlite_problem(place: Path) -> str:
    try:
        rows = sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)
        try:
            answer = str(rows.execute("PRAGMA integrity_check(1)").fetchone()[0])
        finally:
            rows.close()
    except sqlite3.OperationalError:
        raise  # full, locked or not to be opened: that says nothing of what is in it
    except sqlite3.Error as error:
        return f"damaged ({error})"
    return "" if answer == "ok" else f"damaged ({' '.join(answer.split())})"
