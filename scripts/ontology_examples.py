"""Invented documents to an example in Turtle for each term, with the words that it was read from.

Used by scripts/update_ontology_pages. What is shown is exactly what the graph of the documents
says, but for the version of the extractors, which would change with every edit of theirs.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from kg import Store, build
from kg.export.turtle import write_turtle
from kg.pipeline import DEFAULT_BASE, extractor_version
from kg.sparql import PREFIXES, shorten

ROOT = Path(__file__).resolve().parent.parent
# The first that has a term shows it; the gazetteers show what no document can.
FOLDERS = ("examples", "docs/ontology/texts")
GAZETTEERS = ("indicators.ttl", "agencies.ttl", "programs.ttl")
VERSION = "0.1.0"
POL, NIF = PREFIXES["pol"], PREFIXES["nif"]
TYPE = PREFIXES["rdf"] + "type"
TEXT, SOURCE = NIF + "isString", PREFIXES["dcterms"] + "source"
CONTEXT, BEGIN, END = NIF + "referenceContext", NIF + "beginIndex", NIF + "endIndex"
ENTITY, HAS_TEXT = PREFIXES["itsrdf"] + "taIdentRef", POL + "hasText"
TITLE, QUOTE = PREFIXES["dcterms"] + "title", POL + "quote"
LATER, EARLIER = (
    (CONTEXT, BEGIN, END),
    tuple(POL + name for name in ("earlierContext", "earlierBegin", "earlierEnd")),
)
ABOUT_CORRECTIONS = tuple(
    POL + name for name in ("correctedBy", "orphanedCorrection", "needlessCorrection")
)
MOST_VALUES = 2
BESIDE, LONGEST = 16, 60  # characters of a text that are shown
# What an example of one property shows beside it, by the node's class.
COMPANIONS = {
    "Target": "indicatorText comparator value minValue maxValue masked unit",
    "Responsibility": "ofTask agency role basis",
    "Citation": "citing cited stance",
    "Reuse": "later earlier",
    "TitleEcho": "later earlier",
    "Repair": "original reading",
    "Correction": "action",
    "Task": "dcterms:title",
    "Section": "dcterms:title",
    "PolicyDocument": "dcterms:title skos:prefLabel",
    "Agency": "skos:prefLabel",
    "Region": "skos:prefLabel",
    "Program": "skos:prefLabel",
    "Indicator": "skos:prefLabel",
    "Mention": "nif:anchorOf itsrdf:taIdentRef",
}

Term = ox.NamedNode | ox.Literal
Said = dict[str, list[Term]]


@dataclass(slots=True)
class Collection:
    """What the graphs of a folder of documents say."""

    folder: str
    said: dict[str, Said] = field(default_factory=dict)
    subjects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by term
    mentions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, subject: str, predicate: str, value: Term) -> None:
        """Take in one triple."""
        values = self.said.setdefault(subject, {}).setdefault(predicate, [])
        if value in values:
            return  # said by another document too
        values.append(value)
        for iri in (predicate, *([value.value] if isinstance(value, ox.NamedNode) else [])):
            if iri.startswith(POL):
                self.subjects[iri].add(subject)
        if predicate == ENTITY:
            self.mentions[value.value].append(subject)

    def value(self, subject: str, predicate: str) -> str:
        """Return a value of a property; the empty string where there is none."""
        return next((one.value for one in self.said.get(subject, {}).get(predicate, [])), "")


@dataclass(frozen=True, slots=True)
class Place:
    """Words in a text."""

    file: str
    begin: int
    words: str
    before: str
    after: str

    def __str__(self) -> str:
        shown = self.words if len(self.words) <= LONGEST else self.words[:LONGEST] + "……"
        shown = " ".join(shown.split())
        end = self.begin + len(self.words)
        return f"{self.file} {self.begin}-{end}: {self.before}【{shown}】{self.after}"


def collect() -> list[Collection]:
    """Return what the invented documents say, folder by folder, then the gazetteers."""
    folders = [_built(folder) for folder in FOLDERS]
    return [*folders, *(_gazetteer(name) for name in GAZETTEERS)]


def _built(folder: str) -> Collection:
    corrections = ROOT / folder / "corrections.tsv"
    if not corrections.exists():
        with Store() as store:
            return _said_in(store, folder)
    with tempfile.TemporaryDirectory() as place:
        shutil.copy(corrections, place)
        with Store(place) as store:
            return _said_in(store, folder)


def _said_in(store: Store, folder: str) -> Collection:
    collection = Collection(folder)
    build([ROOT / folder], store, limits=None)
    for name in store.graph_names():
        if name.startswith(DEFAULT_BASE):
            _take(collection, b"".join(store.ntriples(name)).decode())
    return collection


def _gazetteer(name: str) -> Collection:
    collection = Collection(f"ontology/{name}")
    quads = ox.parse(path=ROOT / "ontology" / name, format=ox.RdfFormat.TURTLE)
    _take(collection, "".join(sorted(f"{quad.triple} .\n" for quad in quads)))
    return collection


def _take(collection: Collection, lines: str) -> None:
    lines = lines.replace(extractor_version(), VERSION)
    for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, ox.NamedNode):
            collection.add(quad.subject.value, quad.predicate.value, quad.object)


class Examples:
    """Finds for each term where it is used best."""

    def __init__(self, kinds: dict[str, set[str]], ranges: dict[str, set[str]]) -> None:
        """Take the subclasses of each class, itself included; and the properties to each class."""
        self._kinds, self._ranges = kinds, ranges
        self._collections = collect()

    def of(self, term: str) -> list[str]:
        """Return the examples of a term: as a class, as a property, as a value."""
        found: list[str] = []
        for collection in self._collections:
            for way in (self._as_class, self._as_property, self._as_value):
                example = way(term, collection)
                if example and example not in found:
                    found.append(example)
            if found:
                break
        return found

    def _as_class(self, term: str, collection: Collection) -> str:
        kinds = self._kinds.get(term, set())
        found = {s for kind in kinds for s in collection.subjects[kind]}
        instances = [s for s in found if kinds & set(_values(collection, s, TYPE))]
        if not instances:
            return self._as_list(term, collection)
        best = min(
            instances, key=lambda one: (-_fullness(collection, one), *_order(collection, one))
        )
        said = collection.said[best]
        # Of an upper class there are only others' instances: what each of them has does not matter.
        is_its_own = ox.NamedNode(term) in said[TYPE]
        shown = set(said) if is_its_own else {TYPE, *LATER, *_companions(said)} & set(said)
        return _written(collection, best, term, shown)

    def _as_list(self, term: str, collection: Collection) -> str:
        """Return an example of a class whose members are values: of a property to it."""
        properties = sorted(self._ranges.get(term, set())) if term in self._kinds else []
        examples = (self._as_property(one, collection) for one in properties)
        return next((example for example in examples if example), "")

    def _as_property(self, term: str, collection: Collection) -> str:
        return self._shown(term, collection, lambda said: {term} if term in said else set())

    def _as_value(self, term: str, collection: Collection) -> str:
        def ways(said: Said) -> set[str]:
            node = ox.NamedNode(term)
            return {p for p, values in said.items() if p != TYPE and node in values}

        return self._shown(term, collection, ways)

    def _shown(self, term, collection, ways) -> str:
        users = [s for s in collection.subjects[term] if ways(collection.said[s])]
        if not users:
            return ""
        best = min(users, key=lambda one: _order(collection, one))
        said = collection.said[best]
        shown = {TYPE, *LATER, *ways(said), *_companions(said)}
        return _written(collection, best, term, shown & set(said))


def _values(collection: Collection, subject: str, predicate: str) -> list[str]:
    return [one.value for one in collection.said.get(subject, {}).get(predicate, [])]


def _companions(said: Said) -> Iterator[str]:
    for kind in said.get(TYPE, []):
        for name in COMPANIONS.get(kind.value.removeprefix(POL), "").split():
            prefix, _, local = name.rpartition(":")
            yield PREFIXES[prefix or "pol"] + local


def _fullness(collection: Collection, subject: str) -> int:
    """Tell how much there is to see: what was read from words before what is only named."""
    return len(collection.said[subject]) + 3 * bool(_place(collection, subject))


def _order(collection: Collection, subject: str) -> tuple[bool, bool, str, int, str]:
    """Return what puts examples in order: what words say first, then by file and place."""
    place = _place(collection, subject)
    supposed = collection.value(subject, POL + "basis") == POL + "Implied"
    at = (place.file, place.begin) if place else ("", 0)
    return place is None, supposed, *at, subject


# ---------------------------------------------------------------- the words


def _place(collection: Collection, subject: str, names: tuple[str, ...] = LATER) -> Place | None:
    """Return the words that a node was read from, or by which an entity is first named."""
    said = collection.said[subject]
    if names[0] in said:
        context, begin, end = (collection.value(subject, name) for name in names)
        return _cut(collection, context, int(begin), int(end))
    if HAS_TEXT in said:
        return _titled(collection, subject)
    if QUOTE in said:
        return _quoted(collection, collection.value(subject, QUOTE))
    spans = collection.mentions.get(subject, [])
    places = [place for span in spans if (place := _place(collection, span))]
    return min(places, key=lambda one: (one.file, one.begin), default=None)


def _titled(collection: Collection, document: str) -> Place | None:
    context = sorted(_values(collection, document, HAS_TEXT))[0]
    return _found(collection, context, collection.value(document, TITLE))


def _quoted(collection: Collection, quote: str) -> Place | None:
    texts = sorted(
        (collection.value(one, SOURCE), one) for one in collection.said if _text(collection, one)
    )
    places = (_found(collection, context, quote) for _, context in texts)
    return next((place for place in places if place), None)


def _found(collection: Collection, context: str, words: str) -> Place | None:
    begin = _text(collection, context).find(words) if words else -1
    return None if begin < 0 else _cut(collection, context, begin, begin + len(words))


def _text(collection: Collection, context: str) -> str:
    return collection.value(context, TEXT)


def _cut(collection: Collection, context: str, begin: int, end: int) -> Place | None:
    text = _text(collection, context)
    if not text:
        return None
    before = text[max(0, begin - BESIDE) : begin].rpartition("\n")[2]
    after = text[end : end + BESIDE].partition("\n")[0]
    file = f"{collection.folder}/{collection.value(context, SOURCE)}"
    return Place(file, begin, text[begin:end], before, after)


# ---------------------------------------------------------------- the Turtle


def _written(collection: Collection, subject: str, term: str, shown: Iterable[str]) -> str:
    said = collection.said[subject]
    comments = list(_comments(collection, subject))
    lines: list[bytes] = []
    for predicate in sorted(set(shown) - {TEXT}, key=lambda one: _rank(one, term)):
        values = sorted(said[predicate], key=lambda one: (one.value != term, str(one)))
        values = values if predicate == TYPE else values[:MOST_VALUES]
        lines += (f"<{subject}> <{predicate}> {value} .\n".encode() for value in values)
        if len(said[predicate]) > len(values):
            comments.append(f"{shorten(predicate)} … + {len(said[predicate]) - len(values)}")
    return "".join(f"# {one}\n" for one in comments) + _turtle(lines)


def _comments(collection: Collection, subject: str) -> Iterator[str]:
    place = _place(collection, subject)
    if place:
        yield str(place)
    elif collection.folder.endswith(".ttl"):
        yield collection.folder
    else:
        yield f"{collection.folder}/{collection.value(subject, SOURCE)}".rstrip("/")
    if EARLIER[0] in collection.said[subject]:
        yield f"← {_place(collection, subject, EARLIER)}"


def _rank(predicate: str, term: str) -> tuple[int, str]:
    """Put the class first, then the term itself, the place in the text last."""
    ranks = {TYPE: 0, term: 1, CONTEXT: 3, BEGIN: 4, END: 5}
    return ranks.get(predicate, 2), shorten(predicate)


def _turtle(lines: Iterable[bytes]) -> str:
    out = io.BytesIO()
    write_turtle(lines, out, DEFAULT_BASE)
    return out.getvalue().decode().partition("\n\n")[2]


def header() -> str:
    """Return the prefixes that all examples share."""
    out = io.BytesIO()
    write_turtle([], out, DEFAULT_BASE)
    return out.getvalue().decode()
