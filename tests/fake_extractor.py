"""A small stand-in for the pipeline, so that tests of store and build need no vocabulary.

The first line of a text is the title; each further line is the name of an agency. Of a row of a
dump, the text is what its record holds.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace

from kg.build import Extractor
from kg.errors import ReadError
from kg.models import DocumentGraph
from kg.sparql import PREFIXES

BASE = "https://w3id.org/policy-kg/id/"
ONTOLOGY = "https://w3id.org/policy-kg/ontology"
VERSION = "test-1"


def iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def process(data: bytes, names: Sequence[str], base: str = BASE) -> DocumentGraph:
    return process_as(VERSION, data, names, base)


def process_next(data: bytes, names: Sequence[str], base: str = BASE) -> DocumentGraph:
    """Stand for a later version of the extractors."""
    return process_as("test-2", data, names, base)


def process_slowly(data: bytes, names: Sequence[str], base: str = BASE) -> DocumentGraph:
    """Leave time to be interrupted, and tell how far it is: a byte for each document."""
    time.sleep(0.004)
    if place := os.environ.get("KG_TEST_PROGRESS"):
        with open(place, "ab") as file:
            file.write(b".")
    return process(data, names, base)


def process_as(version: str, data: bytes, names: Sequence[str], base: str) -> DocumentGraph:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ReadError(f"{names[0]}: not text") from error
    if text.startswith('{"policy-kg record"'):
        text = json.loads(text)["text"]
    if "BUG" in text:
        raise ZeroDivisionError("a bug\nin two lines")
    if "DIE" in text:
        os._exit(9)
    if "HANG" in text:
        time.sleep(600)
    if "CONVERT" in text:
        subprocess.run(["sh", "-c", "sleep 613 & wait"], check=False)
    if "GROW" in text:
        bytearray(256 * 2**20)
    sha256 = hashlib.sha256(data).hexdigest()
    source = f"{base}source/{sha256[:20]}"
    title, *agencies = text.split("\n")
    lines = set(_lines(source, f"{base}document/{title}", title, text, agencies, base))
    lines.add(f'<{source}> {iri("pol:sha256")} "{sha256}"')
    lines.add(f"<{source}> {iri('prov:wasGeneratedBy')} <{base}build/{version}>")
    lines |= {f'<{source}> {iri("dcterms:source")} "{name}"' for name in names}
    nquads = "".join(sorted(f"{line} <{source}> .\n" for line in lines))
    notes = ("one line was lost",) if "DAMAGED" in text else ()
    return DocumentGraph(source, f"{base}document/{title}", title, nquads, (), notes)


def _lines(
    source: str, document: str, title: str, text: str, agencies: Sequence[str], base: str
) -> list[str]:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    lines = [
        f"<{document}> {iri('rdf:type')} {iri('pol:PolicyDocument')}",
        f"<{document}> {iri('pol:hasText')} <{source}>",
        f'<{document}> {iri("dcterms:title")} "{title}"@zh',
        f'<{source}> {iri("nif:isString")} "{escaped}"',
    ]
    for name in filter(None, agencies):
        agency = f"<{base}agency/{name}>"
        begin = text.index(name)
        mention = f"<{source}#char={begin},{begin + len(name)}>"
        lines += [
            f"{agency} {iri('rdf:type')} {iri('pol:Agency')}",
            f'{agency} {iri("skos:prefLabel")} "{name}"@zh',
            f"<{document}> {iri('pol:mentions')} {agency}",
            f"{mention} {iri('rdf:type')} {iri('pol:Mention')}",
            f"{mention} {iri('itsrdf:taIdentRef')} {agency}",
            f"{mention} {iri('nif:referenceContext')} <{source}>",
            f'{mention} {iri("nif:beginIndex")} "{begin}"^^{iri("xsd:integer")}',
        ]
    return lines


ONTOLOGY_NQUADS = "".join(
    f"{line} <{ONTOLOGY}> .\n"
    for line in (
        f"{iri('pol:Agency')} {iri('rdf:type')} {iri('owl:Class')}",
        f'{iri("pol:Agency")} {iri("rdfs:label")} "机构"@zh',
        f"{iri('pol:Agency')} {iri('rdfs:subClassOf')} _:restriction",
        f"_:restriction {iri('rdf:type')} {iri('owl:Restriction')}",
    )
)
EXTRACTOR = Extractor(process, VERSION, ONTOLOGY_NQUADS)
SLOW = Extractor(process_slowly, VERSION, ONTOLOGY_NQUADS)
NEXT = Extractor(process_next, "test-2", ONTOLOGY_NQUADS)


def graph(text: str, *names: str) -> DocumentGraph:
    """Give the graph of a text."""
    return process(text.encode(), names or ("a.txt",))


def version() -> str:
    """Give the version of this stand-in, where it runs."""
    return VERSION


def process_gated(data: bytes, names: Sequence[str], base: str = BASE) -> DocumentGraph:
    """Stop at a text that says WAIT, the first time: tell which process reads here, and hang."""
    gate = os.environ.get("KG_TEST_GATE", "")
    if gate and b"WAIT" in data and not os.path.exists(gate):
        with open(f"{gate}.new", "w", encoding="ascii") as file:
            file.write(f"{os.getppid()} {os.getpid()}")
        os.replace(f"{gate}.new", gate)
        time.sleep(600)
    return process(data, names, base)


GATED = Extractor(process_gated, VERSION, ONTOLOGY_NQUADS)


def process_deadly(data: bytes, names: Sequence[str], base: str = BASE) -> DocumentGraph:
    """Take down whoever started this process, at a text that says KILL."""
    if b"KILL" in data:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return process(data, names, base)


DEADLY = Extractor(process_deadly, VERSION, ONTOLOGY_NQUADS)


def process_apart(data: bytes, names: Sequence[str], base: str = BASE) -> DocumentGraph:
    """Know no agency again: each document has its own."""
    made = process(data, names, base)
    own = f"<{base}agency/{hashlib.sha256(data).hexdigest()[:8]}/"
    return replace(made, nquads=made.nquads.replace(f"<{base}agency/", own))


APART = Extractor(process_apart, VERSION, ONTOLOGY_NQUADS)
