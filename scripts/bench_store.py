"""Graphs to what it takes to load, export and check them, and to how large they are.

The same quads go into our store, into plain pyoxigraph and into rdflib's memory store; rdflib, far
slower, gets fewer of them. What is loaded is counted as documents state it: our store writes each
triple a second time into the union of all documents, which plain pyoxigraph does not.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph
from bench_stages import spooled
from bench_tables import Figures, Row, Table

MOST = 1_000_000  # quads that plain pyoxigraph is given
FEW = 30_000  # … and rdflib: 1 s
VALIDATED = 100_000  # triples
GOALS = {"kg: Turtle": "≥ 300,000", "kg validate": "100,000 in seconds"}
SHOWN = 25  # classes
_NQUADS, _NTRIPLES = pyoxigraph.RdfFormat.N_QUADS, pyoxigraph.RdfFormat.N_TRIPLES
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def measure(spool: str, store: str, most: int = MOST, few: int = FEW) -> Figures:
    """Load the graphs that were kept into a new store, and measure it and what it is measured by.

    The store stays, for what is measured next.
    """
    quads = "".join(_of_documents(spool, most)).encode()
    sample = b"".join(islice(io.BytesIO(quads), few))
    with tempfile.TemporaryDirectory(dir=Path(store).parent) as folder:
        plain = Path(folder)
        loading = {**load(spool, Path(store)), **_load_elsewhere(quads, sample, plain)}
        return {
            "loading": loading,
            "export": {
                **_exports(Path(store), plain),
                **_exports_elsewhere(plain / "disk", quads, sample, plain),
            },
            "validation": {"kg validate": _validate(Path(store))},
            "size": _size(spool, Path(store)),
            "classes": _classes(spool),
        }


def _of_documents(spool: str, most: int) -> Iterator[str]:
    """Yield the quads of whole documents until there are so many."""
    held = 0
    for graph in spooled(spool):
        yield graph.nquads
        held += graph.nquads.count("\n")
        if held >= most:
            return


# -- loading -------------------------------------------------------------------------------------


def load(spool: str, place: Path) -> Table:
    """Load all graphs into a new store as a build does, then compare texts and index them."""
    from kg import pipeline, search, traces
    from kg.build import BATCH_QUADS
    from kg.store import Store

    with Store(place) as store:
        version = pipeline.extractor_version()
        store.set_ontology(pipeline.ontology_nquads(store.base), version)
        watch, quads = _Watch(), 0
        for batch in _batches(spooled(spool), BATCH_QUADS):
            quads += sum(graph.nquads.count("\n") for graph in batch)
            with watch:
                store.load(batch)
        table = {"kg: load": watch.row(quads, "quads/s")}
        comparing, indexing = _Watch(), _Watch()
        with comparing:
            traces.update(store)
        with indexing:
            search.update(store)
    table["kg: compare texts"] = comparing.row(quads, "quads/s")
    table["kg: full-text index"] = indexing.row(quads, "quads/s")
    return table


def _batches(graphs: Iterable[Any], most: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    quads = 0
    for graph in graphs:
        batch.append(graph)
        quads += graph.nquads.count("\n")
        if quads >= most:
            yield batch
            batch, quads = [], 0
    if batch:
        yield batch


class _Watch:
    """Adds up the time within it: of the processor, of all threads, and of the wall."""

    def __init__(self) -> None:
        self.cpu = self.wall = 0.0

    def __enter__(self) -> None:
        self._begun = time.process_time(), time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.cpu += time.process_time() - self._begun[0]
        self.wall += time.perf_counter() - self._begun[1]

    def row(self, number: int, rate: str) -> Row:
        """Return a row of what so many things took."""
        rates: Row = {rate: number / self.cpu} if self.cpu else {}
        return {
            **rates,
            f"{rate} of the wall": number / self.wall,
            "CPU s": self.cpu,
            "wall s": self.wall,
        }


def timed(act: Callable[[], object], number: int, rate: str) -> Row:
    """Return a row of what something took that goes through so many things."""
    watch = _Watch()
    with watch:
        act()
    return watch.row(number, rate)


def _load_elsewhere(quads: bytes, sample: bytes, folder: Path) -> Table:
    number, few = quads.count(b"\n"), sample.count(b"\n")
    disk = pyoxigraph.Store(str(folder / "disk"))
    table = {
        "pyoxigraph on disk": timed(partial(_bulk, disk, quads), number, "quads/s"),
        "pyoxigraph in memory": timed(partial(_bulk, pyoxigraph.Store(), quads), number, "quads/s"),
    }
    terms = list(pyoxigraph.parse(sample, _NQUADS))
    extended = pyoxigraph.Store(str(folder / "extended"))
    table["pyoxigraph on disk, extend"] = timed(partial(extended.extend, terms), few, "quads/s")
    table["rdflib in memory"] = timed(partial(_rdflib, sample), few, "quads/s")
    return table


def _bulk(store: pyoxigraph.Store, quads: bytes) -> None:
    store.bulk_load(quads, _NQUADS)
    store.flush()


def _rdflib(quads: bytes) -> Any:
    import warnings

    import rdflib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's parser uses its own past
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=quads.decode(), format="nquads")
    return dataset


# -- export --------------------------------------------------------------------------------------


def _exports(place: Path, folder: Path) -> Table:
    """Write what our store holds, in the forms of RDF that large graphs are kept in."""
    from kg.export import export
    from kg.store import Store

    table: Table = {}
    for form, name in (("turtle", "Turtle"), ("ntriples", "N-Triples"), ("nquads", "N-Quads")):
        file = folder / f"ours.{form}"
        with Store(place, read_only=True) as store:
            act = partial(export, store, form, file)
            watch = _Watch()
            with watch:
                act()
        number = _count(file, form)
        table[f"kg: {name}"] = _goal(f"kg: {name}", watch.row(number, "triples/s"))
    return table


def _goal(name: str, row: Row) -> Row:
    return {**row, "goal": GOALS[name]} if name in GOALS else row


def _count(file: Path, form: str) -> int:
    """Count the triples of a file: lines, where each has one."""
    if form != "turtle":
        with file.open("rb") as lines:
            return sum(1 for _ in lines)
    return sum(1 for _ in pyoxigraph.parse(path=str(file), format=pyoxigraph.RdfFormat.TURTLE))


def _exports_elsewhere(disk: Path, quads: bytes, sample: bytes, folder: Path) -> Table:
    """Write what plain pyoxigraph and rdflib hold; theirs are in no order."""
    number = quads.count(b"\n")
    store = pyoxigraph.Store.read_only(str(disk))
    nquads = partial(store.dump, str(folder / "plain.nq"), _NQUADS)
    memory = pyoxigraph.Store()
    memory.bulk_load(_triples(quads), _NTRIPLES)
    turtle = partial(
        memory.dump,
        str(folder / "plain.ttl"),
        pyoxigraph.RdfFormat.TURTLE,
        from_graph=pyoxigraph.DefaultGraph(),
    )
    graph = _rdflib_graph(_triples(sample))
    return {
        "pyoxigraph in memory: Turtle": timed(turtle, len(memory), "triples/s"),
        "pyoxigraph on disk: N-Quads": timed(nquads, number, "triples/s"),
        "rdflib in memory: Turtle": timed(
            partial(graph.serialize, format="turtle"), len(graph), "triples/s"
        ),
        "rdflib in memory: N-Triples": timed(
            partial(graph.serialize, format="nt"), len(graph), "triples/s"
        ),
    }


def _triples(quads: bytes) -> bytes:
    """Return quads without their graphs; those of a graph name it last, before the full stop."""
    return b"".join(line.rpartition(b" <")[0] + b" .\n" for line in quads.splitlines())


def _rdflib_graph(triples: bytes) -> Any:
    import rdflib

    return rdflib.Graph().parse(data=triples.decode(), format="nt")


# -- checking, sizes -----------------------------------------------------------------------------


def _validate(place: Path) -> Row:
    """Check documents by the shapes until so many triples have been checked."""
    from kg.store import Store
    from kg.validate import validate

    watch, triples, found = _Watch(), 0, 0
    with Store(place, read_only=True) as store:
        for held in store.sources().values():
            triples += len(store.ntriples(held.source))
            with watch:
                found += sum(1 for _ in validate(store, held.source))
            if triples >= VALIDATED:
                break
    row = watch.row(triples, "triples/s")
    return _goal("kg validate", {**row, "triples": triples, "violations": found})


def _size(spool: str, place: Path) -> Table:
    documents, quads, size, text = 0, 0, 0, 0
    for graph in spooled(spool):
        documents += 1
        quads += graph.nquads.count("\n")
        size += len(graph.nquads.encode())
        text += _text_size(graph.nquads)
    disk = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    return {
        "documents": {"figure": documents},
        "KB of text a document": {"figure": text / 1000 / documents},
        "quads a document": {"figure": quads / documents},
        "quads a KB of text": {"figure": 1000 * quads / text},
        "bytes a quad, N-Quads": {"figure": size / quads},
        "bytes a quad, store": {"figure": disk / quads},
        "store to text": {"figure": disk / text},
    }


def _text_size(nquads: str) -> int:
    """Return the bytes of the text that a graph holds."""
    whole = (line for line in nquads.splitlines() if "nif-core#isString> " in line)
    return sum(len(line.partition('"')[2].rpartition('"')[0].encode()) for line in whole)


def _classes(spool: str) -> Table:
    """Return what each class of things costs: the quads that begin with one of its nodes."""
    nodes: Counter[str] = Counter()
    quads: Counter[str] = Counter()
    documents = 0
    for graph in spooled(spool):
        documents += 1
        subjects = Counter(line.partition(" ")[0] for line in graph.nquads.splitlines())
        names = _class_names(graph.nquads)
        for subject, number in subjects.items():
            name = names.get(subject, "other")
            nodes[name] += 1
            quads[name] += number
    total = sum(quads.values())
    return {
        name: {
            "nodes a document": nodes[name] / documents,
            "quads a node": number / nodes[name],
            "quads a document": number / documents,
            "share %": 100 * number / total,
        }
        for name, number in quads.most_common(SHOWN)
    }


def _class_names(nquads: str) -> dict[str, str]:
    """Return the class of each node, of several the first."""
    names: dict[str, str] = {}
    for line in nquads.splitlines():
        subject, predicate, rest = line.split(" ", 2)
        if predicate == _TYPE:
            iri = rest.partition(">")[0]
            names.setdefault(subject, iri.rpartition("#")[2].rpartition("/")[2])
    return names
