"""What every graph of this package is made with: the version of its extractors, its ontology.

Apart from the stages, which take a second to load: a build asks for both, while the processes that
read documents load the stages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from kg import __version__
from kg.graph import DEFAULT_BASE, ONTOLOGY_GRAPH
from kg.models import ReadOptions
from kg.vocabulary import text_of

ONTOLOGY_FILES = (
    *("policy.ttl", "agencies.ttl", "indicators.ttl", "laws.ttl", "programs.ttl"),
    "successions.ttl",
)
# What decides how a document is read; the rest (store, export, pages, commands) may change freely.
STAGES = ("read", "structure", "extract", "resolve.py", "correct", "measure", "graph.py")
PARTS = (*STAGES, "data", "models.py", "sentence.py", "signs.py", "vocabulary.py")
COUNTED = (".py", ".tsv", ".ttl", ".crfsuite")


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

    found: set[str] = set()
    for name in ONTOLOGY_FILES:
        text = text_of("kg.ontology", name).replace(DEFAULT_BASE, base)
        found.update(map(str, ox.parse(text, format=ox.RdfFormat.TURTLE)))
    return "".join(f"{triple} <{ONTOLOGY_GRAPH}> .\n" for triple in sorted(found))
