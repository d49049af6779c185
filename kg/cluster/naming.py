"""Parts to the names that several entities have: one label, class and region, several IRIs.

    part → names with their entities → by name: those of several

An entity that no document says enough of to know it again has an IRI for each document. How many
those are, and of which names, is seen only where all documents are looked at.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from hashlib import blake2b

import pyoxigraph

from kg.cluster.engines import Engine
from kg.cluster.manifest import File, Part, file_of, read_account
from kg.cluster.parts import split
from kg.cluster.places import Place
from kg.sparql import POL, PREFIXES

FILE = "names.jsonl"
MOST_GROUPS = 4096
LABEL, TYPE, REGION = f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['rdf']}type", f"{POL}region"

_Name = tuple[str, str, str]  # label, classes, region
_Entities = Counter[tuple[_Name, str]]  # a name with an IRI → documents


def name_parts(parts: Sequence[Part], place: str, engine: Engine) -> File:
    """Write which names several entities have, and how many documents name each; a line a name."""
    groups = min(MOST_GROUPS, 1 << max(0, len(parts) - 1).bit_length())
    named = engine.items(parts).spread(partial(_named, place=place, groups=groups))
    rows = sorted(named.gathered(_shared).values())
    text = "".join(json.dumps(_row(*row), ensure_ascii=False) + "\n" for row in rows).encode()
    Place(place).write(FILE, text)
    return file_of(FILE, text)


def _row(name: _Name, entities: Sequence[tuple[str, int]]) -> dict[str, object]:
    keys = dict(zip(("label", "class", "region"), name, strict=True))
    documents = sum(number for _, number in entities)
    return {**keys, "documents": documents, "entities": dict(entities)}


def _shared(chunks: list[_Entities]) -> Iterator[tuple[_Name, tuple[tuple[str, int], ...]]]:
    """Yield names of several entities, with these and their documents."""
    by_name: dict[_Name, Counter[str]] = defaultdict(Counter)
    for chunk in chunks:
        for (name, iri), number in chunk.items():
            by_name[name][iri] += number
    for name, entities in by_name.items():
        if len(entities) > 1:
            yield name, tuple(sorted(entities.items()))


def _named(part: Part, place: str, groups: int) -> Iterator[tuple[int, _Entities]]:
    """Yield, by group, what a part names; each document is in one part."""
    there = Place(place)
    documents = read_account(there.read(part.account.name), part.account.name)
    text = gzip.decompress(there.read(part.quads.name))
    found: dict[int, _Entities] = defaultdict(Counter)
    for _, lines in split(text, documents):
        for name, iri in entities_of(lines):
            group = int.from_bytes(blake2b(name[0].encode(), digest_size=8).digest()) % groups
            found[group][name, iri] += 1
    yield from found.items()


def entities_of(lines: Iterable[bytes]) -> Iterator[tuple[_Name, str]]:
    """Yield the entities of a document's graph with their names; for each of several labels."""
    said: dict[str, dict[str, set[str]]] = {
        predicate: defaultdict(set) for predicate in (LABEL, TYPE, REGION)
    }
    asked = [f"> <{predicate}> ".encode() for predicate in said]
    # A tenth of the lines: to parse them all takes as long as to load them.
    chosen = b"".join(line for line in lines if any(predicate in line for predicate in asked))
    for quad in pyoxigraph.parse(chosen, pyoxigraph.RdfFormat.N_QUADS):
        if quad.predicate.value in said:  # else the words stood in a literal
            said[quad.predicate.value][str(quad.subject)].add(_plain(quad.object))
    for subject, labels in said[LABEL].items():
        classes = {one.removeprefix(POL) for one in said[TYPE][subject] if one.startswith(POL)}
        region = " ".join(sorted(said[REGION][subject]))
        for label in labels if classes else ():
            yield (label, " ".join(sorted(classes)), region), subject.strip("<>")


def _plain(term: object) -> str:
    assert isinstance(term, (pyoxigraph.NamedNode, pyoxigraph.BlankNode, pyoxigraph.Literal))
    return term.value
