"""The stages in order, for one document: bytes to its named graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from kg import __version__
from kg.correct import concerning, correct, stamp
from kg.extract import extract
from kg.graph import DEFAULT_BASE, ONTOLOGY_GRAPH, build_graph, entity_path
from kg.measure import measure
from kg.models import AS_IT_IS, Correction, DocumentGraph, Reading, ReadOptions, Source
from kg.read import read
from kg.resolve import resolve, surroundings
from kg.structure import structure
from kg.structure.mend import mend
from kg.structure.relocate import relocate
from kg.vocabulary import text_of

__all__ = [
    "DEFAULT_BASE",
    "ONTOLOGY_GRAPH",
    "entity_path",
    "extractor_version",
    "ontology_nquads",
    "process",
    "understand",
    "version_for",
]

ONTOLOGY_FILES = (
    *("policy.ttl", "agencies.ttl", "indicators.ttl", "laws.ttl", "programs.ttl"),
    "successions.ttl",
)
# What decides how a document is read; the rest (store, export, pages, commands) may change freely.
STAGES = ("read", "structure", "extract", "resolve.py", "correct", "measure", "graph.py")
PARTS = (*STAGES, "data", "models.py", "sentence.py", "vocabulary.py")
COUNTED = (".py", ".tsv", ".ttl", ".crfsuite")


def process(
    data: bytes,
    names: Sequence[str],
    base: str = DEFAULT_BASE,
    options: ReadOptions = AS_IT_IS,
    corrections: Sequence[Correction] = (),
) -> DocumentGraph:
    """Return the named graph of one document, a function of nothing but its arguments.

    `names` are the file names that these bytes go by. Raises ReadError where they cannot be read
    as a document.
    """
    reading = understand(read(data, names, options), corrections)
    version = version_for(options) + stamp(concerning(reading, corrections))
    return build_graph(reading, version, base)


def understand(source: Source, corrections: Sequence[Correction] = ()) -> Reading:
    """Return a source with everything that was read in it, corrected.

    What reads the text sees it mended; what was read points into the text as written, which is
    the text that corrections quote.
    """
    mended = mend(source)
    outline = structure(mended.source)
    found = resolve(outline, extract(outline))
    found = relocate(found, mended.written, mended.alignment)
    reading = correct(found, corrections)
    if reading is not found:
        reading = replace(reading, context=surroundings(reading))
    text = reading.outline.source.text
    return replace(reading, measures=measure(reading.findings.targets, text))


@cache
def extractor_version() -> str:
    """Return the package's version with a digest of its code, data and ontology."""
    digest = hashlib.sha256()
    package = resources.files("kg")
    files = [found for part in PARTS for found in _files(package / part, part)]
    files += list(_files(resources.files("kg.ontology"), "ontology"))
    for name, content in sorted(files):
        digest.update(name.encode() + b"\0" + content)
    return f"{__version__}-{digest.hexdigest()[:8]}"


def version_for(options: ReadOptions) -> str:
    """Return the version of what is read with these options: read otherwise, it is another."""
    return extractor_version() + ("+simplified" if options.simplify else "")


def _files(entry: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    if entry.is_dir():
        for inner in entry.iterdir():
            yield from _files(inner, f"{name}/{inner.name}")
    elif name.endswith(COUNTED):
        yield name, entry.read_bytes()


@cache
def ontology_nquads(base: str = DEFAULT_BASE) -> str:
    """Return the ontology with its gazetteers as N-Quads in the graph ONTOLOGY_GRAPH."""
    import pyoxigraph as ox

    lines = set()
    graph = ox.NamedNode(ONTOLOGY_GRAPH)
    for name in ONTOLOGY_FILES:
        text = text_of("kg.ontology", name).replace(DEFAULT_BASE, base)
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
            lines.add(f"{ox.Quad(quad.subject, quad.predicate, quad.object, graph)} .\n")
    return "".join(sorted(lines))
