"""A store to RDF files: the same graph gives the same bytes, whatever way it was built."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyoxigraph

from kg import sparql
from kg.errors import KgError
from kg.export import turtle
from kg.store import ONTOLOGY, Store

Graphs = Iterable[tuple[str, list[bytes]]]  # name, sorted N-Triples lines


def export(
    store: Store,
    form: str,
    out: IO[bytes],
    *,
    document: str | None = None,
    ontology: bool = True,
) -> None:
    """Write the whole store, or one document's graph, to a binary stream.

    Turtle and N-Triples are one flat graph, the others keep a graph for each source.
    """
    FORMATS[form](store, _graph_names(store, document, ontology=ontology), out)


def _graph_names(store: Store, document: str | None, *, ontology: bool) -> list[str]:
    if document is not None:
        return [held.source for held in store.find(document)]
    return [name for name in store.graph_names() if ontology or name != ONTOLOGY]


def _graphs(store: Store, names: Iterable[str]) -> Iterator[tuple[str, list[bytes]]]:
    for name in names:
        yield name, canonical(store.ntriples(name))


def _union(store: Store, names: list[str]) -> list[bytes]:
    if names == store.graph_names():
        return canonical(store.ntriples())
    return sorted({line for _, lines in _graphs(store, names) for line in lines})


def canonical(lines: list[bytes]) -> list[bytes]:
    """Give blank nodes names that follow from the graph; the store's own change at each load."""
    blank = [line for line in lines if line.startswith(b"_:") or b"> _:" in line]
    if not blank:
        return lines
    found = pyoxigraph.parse(b"".join(blank), pyoxigraph.RdfFormat.N_TRIPLES)
    dataset = pyoxigraph.Dataset(found)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    named = pyoxigraph.serialize(
        (quad.triple for quad in dataset), format=pyoxigraph.RdfFormat.N_TRIPLES
    )
    rest = set(lines).difference(blank)
    return sorted(rest.union((named or b"").splitlines(keepends=True)))


def _write_turtle(store: Store, names: list[str], out: IO[bytes]) -> None:
    turtle.write_turtle(_union(store, names), out, store.base)


def _write_trig(store: Store, names: list[str], out: IO[bytes]) -> None:
    turtle.write_trig(_graphs(store, names), out, store.base)


def _write_ntriples(store: Store, names: list[str], out: IO[bytes]) -> None:
    out.writelines(_union(store, names))


def _write_nquads(store: Store, names: list[str], out: IO[bytes]) -> None:
    out.writelines(_nquads(store, names))


def _nquads(store: Store, names: list[str]) -> Iterator[bytes]:
    for name, lines in _graphs(store, names):
        end = f" <{name}> .\n".encode()
        for line in lines:
            yield line[:-3] + end


def _write_jsonld(store: Store, names: list[str], out: IO[bytes]) -> None:
    text = b"".join(_nquads(store, names))
    quads = pyoxigraph.parse(text, pyoxigraph.RdfFormat.N_QUADS)
    pyoxigraph.serialize(quads, out, format=pyoxigraph.RdfFormat.JSON_LD, prefixes=sparql.PREFIXES)


FORMATS: dict[str, Callable[[Store, list[str], IO[bytes]], None]] = {
    "turtle": _write_turtle,
    "trig": _write_trig,
    "ntriples": _write_ntriples,
    "nquads": _write_nquads,
    "jsonld": _write_jsonld,
}


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its place only when it is complete."""
    if path.is_dir():
        raise KgError(f"{path}: is a directory; name a file")
    try:
        handle, temporary = tempfile.mkstemp(
            dir=path.absolute().parent, prefix=f".{path.name[:40]}."
        )
    except OSError as error:
        raise KgError(f"{path}: {error.strerror}") from error
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _usual_mode())
        os.replace(temporary, path)
    except OSError as error:
        raise KgError(f"{path}: {error.strerror}") from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _usual_mode() -> int:
    # mkstemp makes files that only their owner reads; an export is for others.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
