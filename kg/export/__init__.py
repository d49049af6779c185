"""A store to files: the same graph gives the same bytes, whatever way it was built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg.errors import KgError
from kg.export import jsonld, neo4j, networks, rdfxml, tables, turtle
from kg.export.graphs import canonical, graph_names, graphs, triples, union
from kg.export.place import replacing, replacing_folder
from kg.store import Store

__all__ = ["FORMATS", "Format", "canonical", "export", "replacing", "replacing_folder"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a store: to a stream, or into a folder of its own."""

    to_stream: Callable[[Store, list[str], IO[bytes]], None] | None = None
    to_folder: Callable[[Store, list[str], Path], None] | None = None


def export(
    store: Store,
    form: str,
    out: IO[bytes] | str | Path,
    *,
    document: str | None = None,
    ontology: bool = True,
) -> None:
    """Write the whole store, or one document's graph, to a binary stream, a file or a folder.

    A file or a folder takes its place when it is complete. Turtle, N-Triples and RDF/XML are one
    flat graph, the other forms of RDF keep a graph for each source.
    """
    names = graph_names(store, document, ontology=ontology)
    kind = FORMATS[form]
    if kind.to_folder is not None:
        if not isinstance(out, str | Path):
            raise KgError(f"{form}: is a folder of files; name one: -o FOLDER")
        with replacing_folder(Path(out)) as folder:
            kind.to_folder(store, names, folder)
    elif kind.to_stream is not None:
        if not isinstance(out, str | Path):
            kind.to_stream(store, names, out)
            return
        with replacing(Path(out)) as file:
            kind.to_stream(store, names, file)


def _write_turtle(store: Store, names: list[str], out: IO[bytes]) -> None:
    with union(store, names) as lines:
        turtle.write_turtle(lines, out, store.base)


def _write_trig(store: Store, names: list[str], out: IO[bytes]) -> None:
    turtle.write_trig(graphs(store, names), out, store.base)


def _write_ntriples(store: Store, names: list[str], out: IO[bytes]) -> None:
    with union(store, names) as lines:
        out.writelines(lines)


def _write_nquads(store: Store, names: list[str], out: IO[bytes]) -> None:
    for name, lines in graphs(store, names):
        end = f" <{name}> .\n".encode()
        out.writelines(line[:-3] + end for line in lines)


def _write_jsonld(store: Store, names: list[str], out: IO[bytes]) -> None:
    jsonld.write_jsonld(graphs(store, names), out)


def _write_rdfxml(store: Store, names: list[str], out: IO[bytes]) -> None:
    with union(store, names) as lines:
        rdfxml.write_rdfxml(triples(lines), out)


FORMATS: dict[str, Format] = {
    "turtle": Format(_write_turtle),
    "trig": Format(_write_trig),
    "ntriples": Format(_write_ntriples),
    "nquads": Format(_write_nquads),
    "jsonld": Format(_write_jsonld),
    "rdfxml": Format(_write_rdfxml),
    "graphml": Format(networks.write_graphml),
    "gexf": Format(networks.write_gexf),
    "neo4j": Format(to_folder=neo4j.write_neo4j),
    "csvw": Format(to_folder=tables.write_csvw),
    "csv": Format(to_folder=tables.write_csv),
    "xlsx": Format(tables.write_xlsx),
    "parquet": Format(to_folder=tables.write_parquet),
}
