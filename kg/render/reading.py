"""A store to the texts that it holds, each with all that was read in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.page.words import words_of
from kg.render.evidence import Span
from kg.render.figures import target_label
from kg.render.marked import heading_of
from kg.render.subgraph import Select, selector

__all__ = ["LAYERS", "Fact", "Mark", "Part", "Reading", "read_reading", "read_readings"]

# What a text is marked with, in the order of the legend.
LAYERS = (
    *("Agency", "Program", "Document", "Region"),
    *("Target", "Responsibility", "Citation", "Reuse", "section", "task", "repair"),
)
_CHUNK = 300  # IRIs in one VALUES block; the store refuses queries of more than 200,000 letters
MASKED = "▒"  # for a figure that the text hides
_CLASSES = {"PolicyDocument": "Document"}
_TOP = ("Agency", "Program", "PolicyDocument", "Region")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text and why it is marked: it names an entity, or a fact stands there."""

    layer: str
    begin: int
    end: int
    entity: str = ""  # IRI
    fact: int = -1  # its number in the reading
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the text says at a place, in the words of the interface and of the text.

    `word` names what is said (lead, implements, reuse …), `value` of what or by how much, `note`
    how sure or from where it is; `entities` are the IRIs that it ties to the document.
    """

    kind: str
    node: str
    begin: int
    end: int
    word: str
    value: str
    entities: tuple[str, ...] = ()
    note: str = ""
    task: str = ""
    rule: str = ""
    there: Span | None = None  # the same words in an earlier text


@dataclass(frozen=True, slots=True)
class Part:
    """A section or a task; `head` is where its heading ends."""

    kind: str
    node: str
    begin: int
    end: int
    head: int
    level: int
    number: str
    title: str
    due: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text of the store with all that was read in it; offsets are code points."""

    source: str
    document: str
    title: str
    file: str
    issued: str
    number: str
    text: str
    marks: tuple[Mark, ...]
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]
    names: Mapping[str, str] = field(default_factory=dict)  # labels of the entities, by IRI

    def facts_of(self, task: str) -> Iterator[Fact]:
        """Yield what was read of a task."""
        return (fact for fact in self.facts if fact.task == task)


def read_reading(store: Any, source: str) -> Reading | None:
    """Return one text; None where the store holds none of this IRI.

    `store` is a kg.Store, a pyoxigraph.Store or a function from a SELECT to its rows.
    """
    return read_readings(selector(store), [source]).get(source)


def read_readings(select: Select, sources: Iterable[str]) -> dict[str, Reading]:
    """Return the texts of these IRIs, in the order of the IRIs.

    Nine questions for some hundreds of texts: 530 texts with 47,000 mentions take 8.5 s of a busy
    machine's processor, where text by text they take 25 s.
    """
    ordered = sorted(set(sources))
    readings: dict[str, Reading] = {}
    for start in range(0, len(ordered), _CHUNK):
        readings.update(_read(select, ordered[start : start + _CHUNK]))
    return readings


def _read(select: Select, sources: Sequence[str]) -> Iterator[tuple[str, Reading]]:
    found = _Found(select, sources)
    for source in sources:
        if source in found.texts:
            yield source, found.reading(source)


# -- questions -------------------------------------------------------------------------------

# Where a fact leads to its document, that is asked first: some 150 nodes stand in each text.
_TEXTS = """
SELECT DISTINCT ?c ?text ?file {
  VALUES ?c { %s }
  ?c nif:isString ?text . OPTIONAL { ?c dcterms:source ?file }
}"""
_HEADS = """
SELECT DISTINCT ?c ?d ?title ?issued ?number {
  VALUES ?c { %s }
  ?d pol:hasText ?c .
  OPTIONAL { ?d dcterms:title ?title }
  OPTIONAL { ?d dcterms:issued ?issued }
  OPTIONAL { ?d pol:documentNumber ?number }
}"""
# A mention's IRI is its span: asked for as two numbers more it took twice as long.
_MENTIONS = """
SELECT ?c ?m ?e ?rule {
  VALUES ?c { %s }
  ?m nif:referenceContext ?c ; itsrdf:taIdentRef ?e .
  OPTIONAL { ?m pol:rule ?rule }
}"""
_PARTS = """
SELECT DISTINCT ?c ?n ?begin ?end ?title ?number ?above ?due ?kind {
  VALUES ?c { %s }
  ?d pol:hasText ?c ; dcterms:hasPart ?n .
  ?n nif:referenceContext ?c ; nif:beginIndex ?begin ; nif:endIndex ?end ; a ?kind .
  FILTER(?kind IN (pol:Task, pol:Section))
  OPTIONAL { ?n dcterms:title ?title }
  OPTIONAL { ?n pol:number ?number }
  OPTIONAL { ?n dcterms:isPartOf ?above }
  OPTIONAL { ?n pol:due ?due }
}"""
_TARGETS = """
SELECT ?c ?n ?begin ?end ?indicatorText ?comparator ?value ?minValue ?maxValue ?unit ?due
       ?masked ?basis ?task ?program ?rule {
  VALUES ?c { %s }
  ?n nif:referenceContext ?c ; pol:comparator ?comparator ;
     nif:beginIndex ?begin ; nif:endIndex ?end .
  OPTIONAL { ?n pol:indicatorText ?indicatorText }
  OPTIONAL { ?n pol:value ?value }
  OPTIONAL { ?n pol:minValue ?minValue ; pol:maxValue ?maxValue }
  OPTIONAL { ?n pol:unit ?unit }
  OPTIONAL { ?n pol:due ?due }
  OPTIONAL { ?n pol:masked ?masked }
  OPTIONAL { ?n pol:dueBasis ?basis }
  OPTIONAL { ?n pol:inTask ?task }
  OPTIONAL { ?n pol:program ?program }
  OPTIONAL { ?n pol:rule ?rule }
}"""
# What is only implied (the issuer, where nothing is said) stands nowhere in the text.
_DUTIES = """
SELECT ?c ?n ?begin ?end ?task ?agency ?role ?basis ?rule {
  VALUES ?c { %s }
  ?d pol:hasText ?c ; dcterms:hasPart ?task .
  ?n pol:ofTask ?task ; nif:referenceContext ?c ; pol:agency ?agency ; pol:role ?role ;
     nif:beginIndex ?begin ; nif:endIndex ?end ; pol:basis ?basis .
  FILTER(?basis != pol:Implied)
  OPTIONAL { ?n pol:rule ?rule }
}"""
_CITATIONS = """
SELECT ?c ?n ?begin ?end ?cited ?stance ?rule {
  VALUES ?c { %s }
  ?d pol:hasText ?c .
  ?n pol:citing ?d ; nif:referenceContext ?c ; pol:cited ?cited ; pol:stance ?stance ;
     nif:beginIndex ?begin ; nif:endIndex ?end .
  OPTIONAL { ?n pol:rule ?rule }
}"""
_REUSES = """
SELECT ?c ?n ?begin ?end ?earlier ?there ?from ?to {
  VALUES ?c { %s }
  ?d pol:hasText ?c .
  ?n pol:later ?d ; a pol:Reuse ; nif:referenceContext ?c ; pol:earlier ?earlier ;
     nif:beginIndex ?begin ; nif:endIndex ?end .
  OPTIONAL { ?n pol:earlierContext ?there ; pol:earlierBegin ?from ; pol:earlierEnd ?to }
}"""
_REPAIRS = """
SELECT ?c ?n ?begin ?end ?original ?reading ?rule {
  VALUES ?c { %s }
  ?c pol:repair ?n .
  ?n nif:beginIndex ?begin ; nif:endIndex ?end ; pol:original ?original ; pol:reading ?reading .
  OPTIONAL { ?n pol:rule ?rule }
}"""
_ENTITIES = """
SELECT DISTINCT ?e ?k ?label {
  VALUES ?e { %s }
  ?e a ?k .
  FILTER(?k IN (pol:Agency, pol:Program, pol:PolicyDocument, pol:Region))
  OPTIONAL { ?e skos:prefLabel ?label }
}"""


class _Found:
    """What the store says of some texts, by their IRIs."""

    def __init__(self, select: Select, sources: Sequence[str]) -> None:
        self._select = select
        self._sources = sources
        self.texts = self._first(_TEXTS)
        self._heads = self._first(_HEADS)
        self._mentions = self._rows(_MENTIONS)
        self._parts = self._rows(_PARTS)
        self._facts = {kind: self._rows(asked) for kind, (asked, _) in _FACTS.items()}
        self._kinds: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._read_entities()

    def _rows(self, asked: str) -> dict[str, list[list[str]]]:
        rows: dict[str, list[list[str]]] = defaultdict(list)
        for source, *rest in self._select(asked % _listed(self._sources)):
            rows[source or ""].append([cell or "" for cell in rest])
        # What comes first must never depend on the store.
        return {source: sorted(found) for source, found in rows.items()}

    def _first(self, asked: str) -> dict[str, list[str]]:
        return {source: found[0] for source, found in self._rows(asked).items()}

    def _read_entities(self) -> None:
        named = {row[1] for rows in self._mentions.values() for row in rows}
        for kind, (_, column) in _FACTS.items():
            named |= {row[column] for rows in self._facts[kind].values() for row in rows if column}
        ordered = sorted(named - {""})
        for start in range(0, len(ordered), _CHUNK):
            rows = self._select(_ENTITIES % _listed(ordered[start : start + _CHUNK]))
            for entity, kind, label in sorted(tuple(cell or "" for cell in row) for row in rows):
                self._kinds.setdefault(entity, _local(kind))
                self._labels.setdefault(entity, label)

    def reading(self, source: str) -> Reading:
        """Return one of the texts with what was found in it."""
        text, file = self.texts[source]
        document, title, issued, number = self._heads.get(source, [""] * 4)
        parts = _parts(self._parts.get(source, []), text)
        facts = tuple(self._facts_of(source))
        marks = [*self._mention_marks(source), *_fact_marks(facts), *_part_marks(parts)]
        marks = [mark for mark in marks if 0 <= mark.begin < mark.end <= len(text)]
        named = {mark.entity for mark in marks} | {iri for one in facts for iri in one.entities}
        return Reading(
            *(source, document, title or file, file, issued, number, text),
            marks=tuple(sorted(marks, key=_order)),
            facts=facts,
            parts=parts,
            names={iri: self._labels[iri] for iri in sorted(named) if self._labels.get(iri)},
        )

    def _mention_marks(self, source: str) -> Iterator[Mark]:
        for mention, entity, rule in self._mentions.get(source, []):
            kind = self._kinds.get(entity, "")
            begin, _, end = mention.rpartition("#char=")[2].partition(",")
            if kind and begin.isdecimal() and end.isdecimal():
                yield Mark(_CLASSES.get(kind, kind), int(begin), int(end), entity, rule=rule)

    def _facts_of(self, source: str) -> Iterator[Fact]:
        found = [
            make(row, self._labels)
            for kind, make in _MAKERS.items()
            for row in self._facts[kind].get(source, [])
        ]
        again: set[str] = set()  # a node of two programmes gives two rows
        for fact in sorted(found, key=lambda one: (one.begin, one.end, one.kind, one.node)):
            if fact.node not in again:
                again.add(fact.node)
                yield fact


# -- rows to values --------------------------------------------------------------------------

_TARGET = ("indicatorText", "comparator", "value", "minValue", "maxValue", "unit", "due")


def _target(row: Sequence[str], labels: Mapping[str, str]) -> Fact:
    node, begin, end, *stated = row
    *figures, masked, basis, task, program, rule = stated
    known = {name: [value] for name, value in zip(_TARGET, figures, strict=True) if value}
    known["comparator"] = [_local(figures[1])]
    if masked:
        known["value"] = [MASKED]
    signs = {name: pair[0] for name, pair in words_of("values").items()}
    note = "masked" if masked else "due-inherited" if _local(basis) == "Inherited" else ""
    return Fact(
        *("Target", node, int(begin), int(end), "Target", target_label(known, signs)),
        entities=(program,) if program else (),
        note=note,
        task=task,
        rule=rule,
    )


def _duty(row: Sequence[str], labels: Mapping[str, str]) -> Fact:
    node, begin, end, task, agency, role, basis, rule = row
    word = {"Lead": "lead", "Support": "support"}.get(_local(role), _local(role))
    note = "inherited" if _local(basis) == "Inherited" else ""
    value = labels.get(agency) or _local(agency)
    return Fact(
        *("Responsibility", node, int(begin), int(end), word, value, (agency,), note, task, rule)
    )


def _citation(row: Sequence[str], labels: Mapping[str, str]) -> Fact:
    node, begin, end, cited, stance, rule = row
    value = labels.get(cited) or _local(cited)
    return Fact(
        *("Citation", node, int(begin), int(end), _local(stance), value, (cited,)), rule=rule
    )


def _reuse(row: Sequence[str], labels: Mapping[str, str]) -> Fact:
    node, begin, end, earlier, there, first, last = row
    span = Span(there, int(first), int(last)) if there else None
    value = labels.get(earlier) or _local(earlier)
    return Fact(*("Reuse", node, int(begin), int(end), "reuse", value, (earlier,)), there=span)


def _repair(row: Sequence[str], labels: Mapping[str, str]) -> Fact:
    node, begin, end, original, reading, rule = row
    value = f"{original} → {reading or '∅'}"
    return Fact("repair", node, int(begin), int(end), "repair", value, rule=rule)


# Of each kind of fact what is asked, and which column names an entity (0: none).
_FACTS = {
    "Target": (_TARGETS, 13),
    "Responsibility": (_DUTIES, 4),
    "Citation": (_CITATIONS, 3),
    "Reuse": (_REUSES, 3),
    "repair": (_REPAIRS, 0),
}
_MAKERS: Mapping[str, Callable[[Sequence[str], Mapping[str, str]], Fact]] = {
    "Target": _target,
    "Responsibility": _duty,
    "Citation": _citation,
    "Reuse": _reuse,
    "repair": _repair,
}


def _fact_marks(facts: Sequence[Fact]) -> Iterator[Mark]:
    for number, fact in enumerate(facts):
        yield Mark(fact.kind, fact.begin, fact.end, fact=number, rule=fact.rule)


def _parts(rows: Sequence[Sequence[str]], text: str) -> tuple[Part, ...]:
    above = {row[0]: row[5] for row in rows}
    found = {}
    for node, begin, end, title, number, _, due, kind in rows:
        place = (int(begin), int(end))
        head = heading_of(text, *place, title)[1]
        level = _depth(node, above)
        found[node] = Part(_local(kind).lower(), node, *place, head, level, number, title, due)
    return tuple(sorted(found.values(), key=lambda part: (part.begin, -part.end, part.kind)))


def _depth(node: str, above: Mapping[str, str]) -> int:
    depth, seen = 1, {node}
    while (node := above.get(node, "")) in above and node not in seen:
        seen.add(node)
        depth += 1
    return depth


def _part_marks(parts: Sequence[Part]) -> Iterator[Mark]:
    for part in parts:
        yield Mark(part.kind, part.begin, part.head)


def _order(mark: Mark) -> tuple[int, int, int, str, int]:
    return mark.begin, -mark.end, LAYERS.index(mark.layer), mark.entity, mark.fact


def _listed(iris: Sequence[str]) -> str:
    return " ".join(f"<{iri}>" for iri in iris)


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]
