"""The stages in order, for one document: bytes to its named graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
from kg.version import extractor_version, ontology_nquads, version_for

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
