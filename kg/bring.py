"""RDF files back into a store: the other way round of kg.export.

A file is read whole, strictly and in a process with limits, before anything of it goes in. What
is brought in are documents: graphs named like a source that say of which content they are. Traces
and the union are computed, so what a file says of them is not taken.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tempfile
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

import pyoxigraph

from kg import workers
from kg.errors import KgError, ReadError, is_full, told
from kg.ledger import Claim
from kg.models import DIGEST, DocumentGraph
from kg.sparql import POL, PREFIXES
from kg.store import ONTOLOGY, Store, traces_of
from kg.workers import MEGABYTE, TOO_LARGE, Limits, Lost

FORMATS = {
    ".nq": pyoxigraph.RdfFormat.N_QUADS,
    ".trig": pyoxigraph.RdfFormat.TRIG,
    ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
    ".ttl": pyoxigraph.RdfFormat.TURTLE,
}
UNPACKED = 4096 * MEGABYTE  # that a compressed file may hold
BATCH = 100_000  # triples that are loaded at once; a signal waits for them, some 3 s
IMPORTED = "imported"  # the version of an ontology that was not made by this program
_SHA256 = f"{POL}sha256"
_NAME = f"{PREFIXES['dcterms']}source"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_Term = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple
_NAMED = (pyoxigraph.NamedNode, pyoxigraph.BlankNode)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file of which nothing was brought in, and why, with what to do."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done."""

    documents: int
    replaced: int  # of the documents, those that the store held
    triples: int
    ontology: bool  # whether it was taken from a file
    left_out: tuple[tuple[str, int], ...]  # what was not taken, and how many triples
    strange: tuple[tuple[str, int], ...]  # predicates that no vocabulary of ours has: taken
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """A graph that was read: its triples lie in a file, a line each."""

    iri: str
    file: str
    triples: int
    sha256: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a file holds, or why it is refused."""

    graphs: tuple[_Graph, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    strange: tuple[tuple[str, int], ...] = ()
    refusal: str = ""


def bring(
    paths: Sequence[Path], store: Store, *, limits: Limits, unpacked: int = UNPACKED
) -> Imported:
    """Bring RDF files into a store; a document that it holds is replaced.

    Of several files that hold the same document, the last one counts.
    """
    with tempfile.TemporaryDirectory(prefix="kg-import-") as folder:
        jobs = [(str(path), f"{folder}/{number}") for number, path in enumerate(paths)]
        task = partial(_read, base=store.base, unpacked=unpacked)
        readings = {
            job: _Reading(refusal=found.reason) if isinstance(found, Lost) else found
            for job, found in workers.run(task, jobs, 1, limits)
        }
        ordered = [(path, readings[path, place]) for path, place in jobs]
        graphs = {graph.iri: graph for _, reading in ordered for graph in reading.graphs}
        ontology = graphs.pop(ONTOLOGY, None)
        replaced = sum(store.holds(iri) for iri in graphs)
        for batch in _batches(graphs.values()):
            store.load([_document(graph) for graph in batch], _claims(batch, store))
        # Where nothing was taken, a later import may still bring an ontology of its own.
        taken = bool(graphs or ontology) and _take_ontology(store, ontology)
    return Imported(
        documents=len(graphs),
        replaced=replaced,
        triples=sum(graph.triples for graph in graphs.values()),
        ontology=taken,
        left_out=_sum(reading.left_out for _, reading in ordered),
        strange=_sum(reading.strange for _, reading in ordered),
        refused=tuple(Refused(path, one.refusal) for path, one in ordered if one.refusal),
    )


def _sum(counts: Iterable[tuple[tuple[str, int], ...]]) -> tuple[tuple[str, int], ...]:
    total = Counter[str]()
    for one in counts:
        total.update(dict(one))
    return tuple(sorted(total.items()))


# -- into the store ----------------------------------------------------------------------------


def _batches(graphs: Iterable[_Graph]) -> Iterator[list[_Graph]]:
    batch: list[_Graph] = []
    for graph in sorted(graphs, key=lambda one: one.iri):
        batch.append(graph)
        if sum(one.triples for one in batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _document(graph: _Graph) -> DocumentGraph:
    end = f" <{graph.iri}> .\n"
    with open(graph.file, encoding="utf-8", newline="\n") as lines:
        nquads = "".join(f"{line[:-1]}{end}" for line in sorted(set(lines)))
    return DocumentGraph(graph.iri, "", "", nquads, ())


def _claims(graphs: Iterable[_Graph], store: Store) -> list[Claim]:
    """Give claims by name for content that no file is known for, as where a ledger was lost."""
    return [
        Claim(path=name, name=name, sha256=graph.sha256)
        for graph in graphs
        if not store.claims(graph.sha256)
        for name in graph.names
    ]


def _take_ontology(store: Store, given: _Graph | None) -> bool:
    """Put an ontology where there is none: the file's, else the program's own."""
    if store.holds(ONTOLOGY):
        return False
    if given is not None:
        store.set_ontology(_document(given).nquads, IMPORTED)
        return True
    from kg import pipeline
    from kg.models import AS_IT_IS

    version = pipeline.version_for(AS_IT_IS)
    store.set_ontology(pipeline.ontology_nquads(store.base), version)
    return False


# -- in the process that reads -----------------------------------------------------------------


def _read(job: tuple[str, str], base: str, unpacked: int) -> _Reading:
    path, folder = job
    try:
        Path(folder).mkdir()
        return _sort_out(_parse(Path(path), Path(folder), unpacked), base)
    except KgError as error:
        return _Reading(refusal=str(error))
    except MemoryError:
        return _Reading(refusal=TOO_LARGE)
    except SyntaxError as error:
        return _Reading(refusal=f"not valid: {told(error)}; export or download it again")
    except (OSError, ValueError, EOFError) as error:
        full = is_full(error)
        advice = "" if full else "; export or download it again"
        return _Reading(refusal=f"{told(error, folder if full else None)}{advice}")


@dataclass(slots=True)
class _Pile:
    """The triples of one graph of a file, as they come."""

    file: Path
    triples: int = 0
    digests: dict[str, set[str]] = field(default_factory=dict)  # source → what it says of itself
    names: dict[str, set[str]] = field(default_factory=dict)
    strange: Counter[str] = field(default_factory=Counter)

    def note(self, quad: pyoxigraph.Quad) -> None:
        """Count a triple, and keep what tells of which file it is."""
        self.triples += 1
        predicate = quad.predicate.value
        kept = {_SHA256: self.digests, _NAME: self.names}.get(predicate)
        if kept is not None:
            kept.setdefault(_value(quad.subject), set()).add(_value(quad.object))
        if not predicate.startswith(tuple(PREFIXES.values())):
            self.strange[predicate] += 1


def _value(term: _Term) -> str:
    return "" if isinstance(term, pyoxigraph.Triple) else term.value


def _parse(path: Path, folder: Path, unpacked: int) -> dict[str, _Pile]:
    """Sort a file's triples by graph, those without one under the empty name."""
    piles: dict[str, _Pile] = {}
    current, out = "", io.StringIO()
    with _opened(path, unpacked) as stream:
        for quad in pyoxigraph.parse(stream, _format(path)):
            if not isinstance(quad.subject, _NAMED) or isinstance(quad.object, pyoxigraph.Triple):
                raise ReadError("holds triples about triples, which no export of ours has")
            name = (
                ""
                if isinstance(quad.graph_name, pyoxigraph.DefaultGraph)
                else quad.graph_name.value
            )
            if name != current or out.tell() > MEGABYTE:
                _empty(out, piles.get(current))
                current = name
            if name not in piles:
                file = hashlib.sha256(name.encode()).hexdigest()
                piles[name] = _Pile(folder / file)
            piles[name].note(quad)
            out.write(f"{quad.triple}\n")
    _empty(out, piles.get(current))
    return piles


def _empty(out: io.StringIO, pile: _Pile | None) -> None:
    if pile is not None:
        with open(pile.file, "a", encoding="utf-8", newline="\n") as file:
            file.write(out.getvalue())
    out.seek(0)
    out.truncate()


def _format(path: Path) -> pyoxigraph.RdfFormat:
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise ReadError(f"no RDF file by its name; known are {known}, each also with .gz")
    return FORMATS[suffix]


def _opened(path: Path, unpacked: int) -> IO[bytes]:
    if not path.is_file():
        raise ReadError("not a regular file" if path.exists() else "no such file")
    if path.suffix == ".gz":
        return _without_mark(io.BufferedReader(_Unpacked(path, unpacked)))
    return _without_mark(open(path, "rb"))  # noqa: SIM115  closed by the caller


def _without_mark(stream: io.BufferedReader) -> IO[bytes]:
    """Skip the mark that editors of Windows put before UTF-8, and no grammar of RDF has."""
    try:
        if stream.peek(len(BOM_UTF8)).startswith(BOM_UTF8):
            stream.read(len(BOM_UTF8))
    except BaseException:
        stream.close()
        raise
    return stream


class _Unpacked(io.RawIOBase):
    """A compressed file that ends in an error where it holds too much."""

    def __init__(self, path: Path, limit: int) -> None:
        self._file, self._left = gzip.open(path), limit  # noqa: SIM115  closed with this

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with what comes next."""
        part = self._file.read(len(buffer))
        self._left -= len(part)
        if self._left < 0:
            raise ReadError("unpacks to more than is allowed; unpack it and import it in parts")
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Close the file beneath."""
        self._file.close()
        super().close()


def _sort_out(piles: dict[str, _Pile], base: str) -> _Reading:
    """Tell the graphs that are documents from the rest."""
    flat = piles.pop("", None)
    left_out = Counter[str]()
    if flat is not None and not piles:
        piles = {_only_source(flat, base): flat}
    elif flat is not None:
        left_out["triples without a graph"] = flat.triples
    taken = []
    for name, pile in sorted(piles.items()):
        if name.endswith(traces_of("")):
            left_out["traces, which are computed"] += pile.triples
        elif name == ONTOLOGY or name.startswith(f"{base}source/"):
            taken.append(_graph(name, pile))
        else:
            left_out[f"graph {name}, which is no source below {base}"] += pile.triples
    if not taken:
        raise ReadError(f"no document below {base} in it; --base of the store must be the same")
    documents = [graph.iri for graph in taken if graph.iri != ONTOLOGY]
    strange = sum((piles[iri].strange for iri in documents), Counter[str]())
    return _Reading(tuple(taken), tuple(sorted(left_out.items())), tuple(sorted(strange.items())))


def _only_source(pile: _Pile, base: str) -> str:
    """Give the source of which triples without a graph are; refuse several documents in one."""
    sources = [source for source in pile.digests if source.startswith(f"{base}source/")]
    if len(sources) != 1:
        raise ReadError(
            f"{len(sources)} documents below {base} in one graph; only one can be told: "
            "kg export --format nquads keeps them apart"
        )
    return sources[0]


def _graph(name: str, pile: _Pile) -> _Graph:
    if name == ONTOLOGY:
        return _Graph(name, str(pile.file), pile.triples, "", ())
    digests = pile.digests.get(name, set())
    sha256 = next(iter(digests), "")
    fits = _DIGEST.fullmatch(sha256) and name.endswith(f"/source/{sha256[:DIGEST]}")
    if len(digests) != 1 or not fits:
        raise ReadError(f"graph {name} does not say of which content it is (pol:sha256)")
    return _Graph(
        name, str(pile.file), pile.triples, sha256, tuple(sorted(pile.names.get(name, ())))
    )
