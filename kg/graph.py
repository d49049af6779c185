"""Reading to N-Quads: one document's named graph. The only module that mints IRIs."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain

from kg.models import (
    DIGEST,
    Citation,
    Corrected,
    Correction,
    DocumentGraph,
    Entity,
    Measure,
    Mention,
    Profile,
    Reading,
    Responsibility,
    Section,
    Source,
    Target,
    Task,
)
from kg.sentence import sentence_at
from kg.vocabulary import rows

DEFAULT_BASE = "https://w3id.org/policy-kg/id/"
ONTOLOGY_GRAPH = "https://w3id.org/policy-kg/ontology"
POL = "https://w3id.org/policy-kg/ontology#"
NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
IDENT = "<http://www.w3.org/2005/11/its/rdf#taIdentRef>"
TITLE = "<http://purl.org/dc/terms/title>"
ISSUED = "<http://purl.org/dc/terms/issued>"
FORMAT = "<http://purl.org/dc/terms/format>"
FILE = "<http://purl.org/dc/terms/source>"
URL = "<https://schema.org/url>"
HAS_PART = "<http://purl.org/dc/terms/hasPart>"
IS_PART = "<http://purl.org/dc/terms/isPartOf>"
BROADER = "<http://www.w3.org/2004/02/skos/core#broader>"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
ALIAS = "<http://www.w3.org/2004/02/skos/core#altLabel>"
CREATOR = "<http://purl.org/dc/terms/creator>"
DATE = "<http://purl.org/dc/terms/date>"
DESCRIPTION = "<http://purl.org/dc/terms/description>"
REPLACED_BY = "<http://purl.org/dc/terms/isReplacedBy>"
CHANGE = "<http://www.w3.org/ns/org#ChangeEvent>"
CHANGED_BY = "<http://www.w3.org/ns/org#changedBy>"
ORIGINAL = "<http://www.w3.org/ns/org#originalOrganization>"
RESULTING = "<http://www.w3.org/ns/org#resultingOrganization>"
SUB_ORGANIZATION = "<http://www.w3.org/ns/org#subOrganizationOf>"
GENERATED = "<http://www.w3.org/ns/prov#wasGeneratedBy>"
XSD = "http://www.w3.org/2001/XMLSchema#"

LONGEST_SENTENCE = 400  # characters; of longer ones what stands around the node
LONGEST_ORIGINAL = 80  # characters of a damaged place; the text itself is in the graph
CLASSES = {
    "Agency": "Agency",
    "Program": "Program",
    "Document": "PolicyDocument",
    "Region": "Region",
}
PATHS = {"Agency": "agency", "Program": "program", "Document": "document", "Region": "region"}
# All but RFC 3987 ucschar, and of this what no reader can see (bidi controls, zero width), private
# use.
UNSAFE = re.compile(
    r"[^A-Za-z0-9\-._~/:@!$&'()+*,;=\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\ud7ff\uf900-\ufdcf\ufdf0-\ufeff\uff01-\uffef]"
)
UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# The backslash first: the others write one.
ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"))

Triple = tuple[str, str, str]


# -- terms -----------------------------------------------------------------------------------


@cache
def pol(name: str) -> str:
    """Return one of our classes or properties."""
    return f"<{POL}{name}>"


@cache
def nif(name: str) -> str:
    """Return a term of NIF 2.0."""
    return f"<{NIF}{name}>"


@lru_cache(maxsize=200_000)
def iri_part(text: str) -> str:
    """Write a name as part of an IRI: NFKC, what RFC 3987 forbids percent-encoded.

    Names that look alike give the same part: full-width letters, invisible characters, blanks.
    """
    clean = UNSEEN.sub("", re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip())
    return UNSAFE.sub(_percent_encoded, clean)


def _percent_encoded(char: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in char[0].encode("utf-8", "replace"))


@lru_cache(maxsize=200_000)
def entity_path(type_: str, key: str) -> str:
    """Return an IRI below the base; only an agency's key has parts (320106/鼓楼区教育局)."""
    part = iri_part(key)
    return f"{PATHS[type_]}/{part if type_ == 'Agency' else part.replace('/', '%2F')}"


def literal(text: str) -> str:
    """Return a plain string literal."""
    return f'"{escaped(text)}"'


def escaped(text: str) -> str:
    """Return a text as it stands between the quotation marks of a literal.

    Mark by mark: ten times as fast over a whole document as a translation, which looks up each
    character.
    """
    for mark, written in ESCAPES:
        text = text.replace(mark, written)
    return text


def zh(text: str) -> str:
    """Return a Chinese string literal."""
    return f'"{escaped(text)}"@zh'


def typed(value: str, datatype: str) -> str:
    """Return a literal of one of XML Schema's datatypes."""
    return f'"{value}"^^<{XSD}{datatype}>'


def number(value: Decimal) -> str:
    """Return a decimal literal without superfluous zeros: 93.0, 6.5."""
    text = format(value.normalize(), "f")
    return typed(text if "." in text else text + ".0", "decimal")


def offset(value: int) -> str:
    """Return an offset in code points.

    NIF wants xsd:nonNegativeInteger, but Oxigraph keeps every kind of integer as xsd:integer: what
    a store gives back should be what a document's graph says. The shapes hold it to 0 and more.
    """
    return typed(str(value), "integer")


def moment(iso: str) -> str:
    """Return a date, month or year as precise as it is written."""
    datatype = {4: "gYear", 7: "gYearMonth", 10: "date"}.get(len(iso))
    return typed(iso, datatype) if datatype else literal(iso)


# -- the graph -------------------------------------------------------------------------------


class Names:
    """Mints the IRIs of one document's nodes under a base."""

    def __init__(self, base: str, reading: Reading, extraction: str) -> None:
        self.base = base
        self.source = f"{base}source/{reading.outline.source.sha256[:DIGEST]}"
        self.context = f"<{self.source}>"
        self.document = f"<{base}document/{iri_part(reading.profile.key)}>"
        self.extraction = f"<{base}build/{iri_part(extraction)}>"
        self._corrected = _by_part(reading.corrected)

    def entity(self, entity: Entity) -> str:
        """Return the IRI of an entity, the same in every document."""
        return self.of(entity.type, entity.key)

    def of(self, type_: str, key: str) -> str:
        """Return the IRI of the entity of that type and key."""
        return f"<{self.base}{entity_path(type_, key)}>"

    def indicator(self, key: str) -> str:
        """Return the IRI of an indicator, the same in every document."""
        return f"<{self.base}indicator/{iri_part(key)}>"

    def node(self, kind: str, begin: int, again: int = 0) -> str:
        """Return the IRI of a node read from the text, by where it begins."""
        suffix = f"-{again + 1}" if again else ""
        return f"<{self.source}/{kind}/{begin}{suffix}>"

    def correction(self, correction: Correction) -> str:
        """Return the IRI of a correction, the same in every document."""
        return f"<{self.base}correction/{correction.id}>"

    def corrected(self, part: str, index: int, node: str) -> Iterator[Triple]:
        """Yield by what a node read from the text was corrected."""
        for correction in self._corrected[part, index]:
            yield node, pol("correctedBy"), self.correction(correction)

    def span(self, begin: int, end: int) -> str:
        """Return the IRI of a stretch of the text (RFC 5147)."""
        return f"<{self.source}#char={begin},{end}>"


def build_graph(reading: Reading, extraction: str, base: str = DEFAULT_BASE) -> DocumentGraph:
    """Return the named graph of a document: sorted N-Quads, the same bytes for the same reading.

    `extraction` names the version of the extractors.
    """
    names = Names(base, reading, extraction)
    triples = chain(
        _source(names, reading.outline.source, extraction),
        _document(names, reading),
        _entities(names, reading),
        _mentions(names, reading),
        _sections(names, reading.outline.sections),
        _tasks(names, reading),
        _targets(names, reading),
        _indicators(names, reading.measures),
        _responsibilities(names, reading),
        _citations(names, reading),
        _repairs(names, reading.outline.source),
        _corrections(names, reading),
    )
    return DocumentGraph(
        iri=names.source,
        document=names.document[1:-1],
        title=reading.profile.title,
        nquads="".join(sorted_lines(triples, names.context)),
        counts=tuple(sorted(_counts(reading).items())),
        notes=reading.outline.source.notes,
    )


def sorted_lines(triples: Iterable[Triple], graph: str) -> Iterator[str]:
    """Yield triples as sorted lines of N-Quads, each once, those of a subject together.

    Sorted by subject, then what is said of each: no IRI begins with another in its <>, so the
    order is that of the whole lines, of which the beginnings are not compared again and again.
    """
    said: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, value in triples:
        said[subject].add(f"{predicate} {value}")
    end = f" {graph} .\n"
    for subject in sorted(said):
        yield f"{subject} {f'{end}{subject} '.join(sorted(said[subject]))}{end}"


def _by_part(corrected: Iterable[Corrected]) -> dict[tuple[str, int], list[Correction]]:
    found: dict[tuple[str, int], list[Correction]] = defaultdict(list)
    for one in corrected:
        for part in ("mentions", "targets", "responsibilities", "citations", "tasks"):
            for index in getattr(one, part):
                found[part, index].append(one.correction)
    return found


def _counts(reading: Reading) -> Counter[str]:
    counts: Counter[str] = Counter()
    for type_, _ in {(e.type, e.key) for e in reading.entities if e is not None}:
        counts[CLASSES[type_]] += 1
    findings = reading.findings
    counts["Mention"] = len(findings.mentions)
    counts["Target"] = len(findings.targets)
    counts["Task"] = len(reading.outline.tasks)
    counts["Section"] = len(reading.outline.sections)
    counts["Citation"] = len(findings.citations)
    counts["Responsibility"] = len(findings.responsibilities)
    return counts


def _source(names: Names, source: Source, extraction: str) -> Iterator[Triple]:
    context = names.context
    yield context, TYPE, nif("Context")
    yield context, nif("isString"), literal(source.text)
    yield context, pol("sha256"), literal(source.sha256)
    yield context, FORMAT, literal(source.media_type)
    for name in source.names:
        yield context, FILE, literal(name)
    if source.url:
        yield context, URL, typed(escaped(source.url), "anyURI")
    yield context, GENERATED, names.extraction
    yield names.extraction, TYPE, pol("Extraction")
    yield names.extraction, pol("extractorVersion"), literal(extraction)


def _document(names: Names, reading: Reading) -> Iterator[Triple]:
    document, profile = names.document, reading.profile
    yield document, TYPE, pol("PolicyDocument")
    if profile.kind != "Other":
        yield document, TYPE, pol(profile.kind)
    yield document, TITLE, zh(profile.title)
    yield document, LABEL, zh(profile.name or profile.title)
    yield document, pol("hasText"), names.context
    for issuer in profile.issuers:
        yield document, pol("issuedBy"), names.entity(issuer)
    yield from _dated(document, profile)
    if profile.region is not None:
        yield document, pol("appliesTo"), names.entity(profile.region)
    for entity in reading.entities:
        if entity is not None and names.entity(entity) != document:
            yield document, pol("mentions"), names.entity(entity)


def _dated(document: str, profile: Profile) -> Iterator[Triple]:
    if profile.issued:
        yield document, ISSUED, moment(profile.issued)
    if profile.number:
        yield document, pol("documentNumber"), literal(profile.number)
    if profile.index:
        yield document, pol("indexNumber"), literal(profile.index)
    if profile.period:
        yield document, pol("period"), literal(profile.period)
        first, last = int(profile.period[:4]), int(profile.period[-4:])
        for year in range(first, last + 1):
            yield document, pol("planYear"), typed(str(year), "integer")


def _entities(names: Names, reading: Reading) -> Iterator[Triple]:
    profile = reading.profile
    own = [*profile.issuers, *([profile.region] if profile.region else [])]
    for entity in {*own, *(e for e in reading.entities if e is not None), *reading.context}:
        if names.entity(entity) != names.document:
            yield from _entity(names, entity)


def _entity(names: Names, entity: Entity) -> Iterator[Triple]:
    node = names.entity(entity)
    yield node, TYPE, pol(CLASSES[entity.type])
    if entity.kind and entity.kind != "Other":
        yield node, TYPE, pol(entity.kind)
    yield node, LABEL, zh(entity.name)
    for alternative in entity.alternatives:
        if alternative != entity.name:
            yield node, ALIAS, zh(alternative)
    if entity.type == "Document" and entity.number:
        yield node, pol("documentNumber"), literal(entity.number)
    if entity.type in ("Agency", "Program") and entity.level:
        yield node, pol("level"), pol(entity.level + "Level")
    if entity.type == "Agency":
        yield from _agency(names, node, entity)
    if entity.type == "Region":
        yield from _region(names, node, entity)


def _agency(names: Names, node: str, entity: Entity) -> Iterator[Triple]:
    if entity.jurisdiction:
        yield node, pol("region"), names.of("Region", entity.jurisdiction)
    if entity.parent:
        yield node, SUB_ORGANIZATION, names.of("Agency", entity.parent)
    if entity.successor:
        yield from _succession(names, node, entity)


def _succession(names: Names, node: str, entity: Entity) -> Iterator[Triple]:
    """Yield by which change, and in which year, another body took an agency's place."""
    later = names.of("Agency", entity.successor)
    change = f"<{names.base}change/{iri_part(entity.key)}>"
    yield node, REPLACED_BY, later
    yield node, CHANGED_BY, change
    yield change, TYPE, CHANGE
    yield change, ORIGINAL, node
    yield change, RESULTING, later
    yield change, DATE, moment(entity.until)


def _region(names: Names, node: str, entity: Entity) -> Iterator[Triple]:
    # The path to an unlisted place is as long as each text makes it: its key is what they share.
    listed = entity.code or entity.kind in ("Country", "Area")
    yield node, pol("fullName"), zh(entity.full_name if listed else entity.key)
    if entity.code:
        yield node, pol("adcode"), literal(entity.code)
    if entity.parent:
        yield node, pol("within"), names.of("Region", entity.parent)


# -- nodes read from the text ------------------------------------------------------------------


def _evidence(names: Names, node: str, begin: int, end: int) -> Iterator[Triple]:
    yield node, nif("referenceContext"), names.context
    yield node, nif("beginIndex"), offset(begin)
    yield node, nif("endIndex"), offset(end)


@cache
def _marked() -> frozenset[str]:
    """Return the rules of which each repair is a node; of the others only the number is noted."""
    return frozenset(row["rule"] for row in rows("repairs.tsv") if row["marked"] == "node")


def _sentence(node: str, reading: Reading, begin: int) -> Triple:
    """Say in which sentence a node stands, for queries over the graph alone."""
    return node, pol("sentence"), literal(_sentence_of(reading, begin))


def _sentence_of(reading: Reading, begin: int) -> str:
    text, sentences = reading.outline.source.text, reading.outline.sentences
    index = bisect_right(sentences, begin, key=lambda one: one.begin) - 1
    if index >= 0 and begin < sentences[index].end <= sentences[index].begin + LONGEST_SENTENCE:
        return text[sentences[index].begin : sentences[index].end].strip()
    return sentence_at(text, begin)


def _duty_sentence(node: str, reading: Reading, fact: Responsibility) -> Triple:
    """Say where a duty is stated: of a table the whole row, since a cell names an agency only."""
    task, sentences = reading.outline.tasks[fact.task], reading.outline.sentences
    index = bisect_right(sentences, fact.begin, key=lambda one: one.begin) - 1
    if index >= 0 and sentences[index].part == "bodies" and task.begin <= fact.begin < task.end:
        return node, pol("sentence"), literal(_row_of(reading, task))
    return _sentence(node, reading, fact.begin)


def _row_of(reading: Reading, task: Task) -> str:
    return reading.outline.source.text[task.begin : task.end][:LONGEST_SENTENCE].strip()


def _repairs(names: Names, source: Source) -> Iterator[Triple]:
    for repair in source.repairs:
        if repair.rule in _marked():
            node = names.node("repair", repair.begin)
            yield names.context, pol("repair"), node
            yield node, TYPE, pol("Repair")
            yield from _evidence(names, node, repair.begin, repair.end)
            yield node, pol("original"), literal(repair.original[:LONGEST_ORIGINAL])
            yield node, pol("reading"), literal(repair.reading)
            yield node, pol("rule"), literal(repair.rule)


def _mentions(names: Names, reading: Reading) -> Iterator[Triple]:
    named = zip(reading.findings.mentions, reading.entities, strict=True)
    for index, (mention, entity) in enumerate(named):
        if entity is not None:
            yield from _mention(names, mention, names.entity(entity))
            node = names.span(mention.begin, mention.end)
            marks = list(names.corrected("mentions", index, node))
            if marks:
                yield from marks
                yield _sentence(node, reading, mention.begin)


def _mention(names: Names, mention: Mention, entity: str) -> Iterator[Triple]:
    node = names.span(mention.begin, mention.end)
    yield node, TYPE, pol("Mention")
    yield from _evidence(names, node, mention.begin, mention.end)
    yield node, IDENT, entity
    yield node, nif("anchorOf"), literal(mention.text)
    yield node, pol("rule"), literal(mention.rule)


def _sections(names: Names, sections: Iterable[Section]) -> Iterator[Triple]:
    listed = list(sections)
    for section in listed:
        node = names.node("section", section.begin)
        yield node, TYPE, pol("Section")
        yield from _evidence(names, node, section.begin, section.end)
        yield node, TITLE, zh(section.title)
        if section.number:
            yield node, pol("number"), literal(section.number)
        if section.parent is not None:
            yield node, IS_PART, names.node("section", listed[section.parent].begin)
        yield names.document, HAS_PART, node


def _tasks(names: Names, reading: Reading) -> Iterator[Triple]:
    sections = reading.outline.sections
    programs = _programs(reading)
    answering: dict[int, list[Responsibility]] = defaultdict(list)
    for fact in reading.findings.responsibilities:
        answering[fact.task].append(fact)
    dues = {deadline.task: deadline.due for deadline in reading.findings.deadlines}
    for index, task in enumerate(reading.outline.tasks):
        node = names.node("task", task.begin)
        yield node, TYPE, pol("Task")
        yield from _evidence(names, node, task.begin, task.end)
        yield node, TITLE, zh(task.title)
        if task.number:
            yield node, pol("number"), literal(task.number)
        if index in dues:
            yield node, pol("due"), moment(dues[index])
            # By when a row of a table is to be done stands in another cell of it.
            yield node, pol("sentence"), literal(_row_of(reading, task))
        else:
            yield _sentence(node, reading, task.title_begin)
        if task.section is not None:
            yield node, IS_PART, names.node("section", sections[task.section].begin)
        yield names.document, HAS_PART, node
        yield from names.corrected("tasks", index, node)
        yield from _involved(names, programs, task, node)
        yield from _answerable(names, reading, answering[index], node)


def _programs(reading: Reading) -> list[tuple[int, Entity]]:
    """Return the programmes by where the text names them."""
    named = zip(reading.findings.mentions, reading.entities, strict=True)
    found = [(m.begin, entity) for m, entity in named if m.type == "Program" and entity]
    return sorted(found, key=_place)


def _place(program: tuple[int, Entity]) -> int:
    return program[0]


def _involved(
    names: Names, programs: Sequence[tuple[int, Entity]], task: Task, node: str
) -> Iterator[Triple]:
    first = bisect_left(programs, task.begin, key=_place)
    for _, entity in programs[first : bisect_left(programs, task.end, key=_place)]:
        yield node, pol("involves"), names.entity(entity)


def _answerable(
    names: Names, reading: Reading, facts: Iterable[Responsibility], node: str
) -> Iterator[Triple]:
    """Yield who answers for a task, only what the text states; who leads does not support too."""
    stated: dict[str, set[str]] = {"Lead": set(), "Support": set()}
    for fact in facts:
        entity = reading.entities[fact.agency] if fact.agency >= 0 else None
        if fact.basis == "Explicit" and entity is not None:
            stated[fact.role].add(names.entity(entity))
    for agency in stated["Lead"]:
        yield node, pol("leadAgency"), agency
    for agency in stated["Support"] - stated["Lead"]:
        yield node, pol("supportingAgency"), agency


def _targets(names: Names, reading: Reading) -> Iterator[Triple]:
    seen: Counter[int] = Counter()
    measures = reading.measures or [None] * len(reading.findings.targets)  # one not measured
    measured_targets = zip(reading.findings.targets, measures, strict=True)
    for index, (target, measured) in enumerate(measured_targets):
        node = names.node("target", target.begin, seen[target.begin])
        seen[target.begin] += 1
        yield node, TYPE, pol("Target")
        yield from _evidence(names, node, target.begin, target.end)
        yield _sentence(node, reading, target.begin)
        yield from names.corrected("targets", index, node)
        yield from _quantity(node, target)
        if measured is not None:
            yield from _comparable(names, node, target, measured)
        yield from _deadline(node, target)
        if target.task is not None:
            task = names.node("task", reading.outline.tasks[target.task].begin)
            yield node, pol("inTask"), task
            yield task, pol("hasTarget"), node
        program = reading.entities[target.program] if target.program is not None else None
        if program is not None:
            yield node, pol("program"), names.entity(program)


def _quantity(node: str, target: Target) -> Iterator[Triple]:
    if target.indicator:
        yield node, pol("indicatorText"), zh(target.indicator)
    yield node, pol("comparator"), pol(target.comparator)
    if target.value is not None:
        yield node, pol("value"), number(target.value)
    if target.low is not None and target.high is not None:
        yield node, pol("minValue"), number(target.low)
        yield node, pol("maxValue"), number(target.high)
    if target.masked:
        yield node, pol("masked"), typed("true", "boolean")
    yield node, pol("unit"), literal(target.unit)
    if target.is_change:
        yield node, pol("isChange"), typed("true", "boolean")
    if target.per_item:
        yield node, pol("perItem"), typed("true", "boolean")
    yield node, pol("modality"), pol(target.modality)
    yield node, pol("rule"), literal(target.rule)


def _comparable(names: Names, node: str, target: Target, measured: Measure) -> Iterator[Triple]:
    """Yield what makes a target compare with others; figures only where a unit was converted."""
    yield node, pol("indicator"), names.indicator(measured.key)
    if measured.group:
        yield node, pol("subjectGroup"), zh(measured.group)
    if measured.unit == target.unit:
        return
    yield node, pol("baseUnit"), literal(measured.unit)
    if measured.value is not None:
        yield node, pol("baseValue"), number(measured.value)
    if measured.low is not None and measured.high is not None:
        yield node, pol("baseMinValue"), number(measured.low)
        yield node, pol("baseMaxValue"), number(measured.high)


def _indicators(names: Names, measures: Iterable[Measure | None]) -> Iterator[Triple]:
    for measured in measures:
        if measured is not None:
            node = names.indicator(measured.key)
            yield node, TYPE, pol("Indicator")
            yield node, LABEL, zh(measured.indicator)
            if measured.broader:
                above = names.indicator(measured.broader)
                yield node, BROADER, above
                yield above, TYPE, pol("Indicator")
                yield above, LABEL, zh(measured.broader)


def _deadline(node: str, target: Target) -> Iterator[Triple]:
    if target.due:
        yield node, pol("due"), moment(target.due)
        yield node, pol("dueBasis"), pol(target.due_basis or "Inherited")
    if target.recurrence:
        yield node, pol("recurrence"), typed(target.recurrence, "duration")


def _responsibilities(names: Names, reading: Reading) -> Iterator[Triple]:
    seen: Counter[int] = Counter()
    for index, fact in enumerate(reading.findings.responsibilities):
        for body in _bodies(reading, fact):
            node = names.node("responsibility", fact.begin, seen[fact.begin])
            seen[fact.begin] += 1
            yield from _responsibility(names, reading, fact, node, names.entity(body))
            yield from names.corrected("responsibilities", index, node)


def _bodies(reading: Reading, fact: Responsibility) -> tuple[Entity, ...]:
    if fact.agency < 0:
        return reading.profile.issuers
    found = reading.entities[fact.agency]
    return (found,) if found is not None else ()


def _responsibility(
    names: Names, reading: Reading, fact: Responsibility, node: str, agency: str
) -> Iterator[Triple]:
    yield node, TYPE, pol("Responsibility")
    yield from _evidence(names, node, fact.begin, fact.end)
    yield _duty_sentence(node, reading, fact)
    yield node, pol("ofTask"), names.node("task", reading.outline.tasks[fact.task].begin)
    yield node, pol("agency"), agency
    yield node, pol("role"), pol(fact.role)
    yield node, pol("basis"), pol(fact.basis)
    yield node, pol("rule"), literal(fact.rule)


def _citations(names: Names, reading: Reading) -> Iterator[Triple]:
    for index, fact in enumerate(reading.findings.citations):
        entity = reading.entities[fact.cited]
        cited = names.entity(entity) if entity is not None else names.document
        if cited != names.document:
            yield from _citation(names, fact, cited)
            node = names.node("citation", fact.begin)
            yield _sentence(node, reading, fact.begin)
            yield from names.corrected("citations", index, node)


def _citation(names: Names, fact: Citation, cited: str) -> Iterator[Triple]:
    node = names.node("citation", fact.begin)
    yield node, TYPE, pol("Citation")
    yield from _evidence(names, node, fact.begin, fact.end)
    yield node, pol("citing"), names.document
    yield node, pol("cited"), cited
    yield node, pol("stance"), pol(fact.stance)
    yield node, pol("rule"), literal(fact.rule)
    yield names.document, pol("cites"), cited
    if fact.stance != "cites":
        yield names.document, pol(fact.stance), cited


# -- corrections -------------------------------------------------------------------------------


OUTCOMES = {
    "applied": "correctedBy",
    "needless": "needlessCorrection",
    "orphaned": "orphanedCorrection",
}


def _corrections(names: Names, reading: Reading) -> Iterator[Triple]:
    """Yield what became of each correction: who knew what better, and where."""
    for one in reading.corrected:
        node = names.correction(one.correction)
        yield from _correction(node, one.correction)
        yield names.document, pol(OUTCOMES[one.outcome]), node
        for type_, key in one.entities:
            yield names.of(type_, key), pol("correctedBy"), node
        for begin, end in one.withdrawn:
            place = names.node("withdrawal", begin, end - begin - 1)
            yield place, TYPE, pol("Withdrawal")
            yield from _evidence(names, place, begin, end)
            yield place, nif("anchorOf"), literal(reading.outline.source.text[begin:end])
            yield place, pol("rule"), literal("correction")
            yield place, pol("correctedBy"), node
            yield _sentence(place, reading, begin)


def _correction(node: str, correction: Correction) -> Iterator[Triple]:
    yield node, TYPE, pol("Correction")
    yield node, pol("action"), literal(correction.action)
    told = f"{correction.what} → {correction.value}" if correction.value else correction.what
    yield node, TITLE, literal(told)
    if correction.quote:
        yield node, pol("quote"), literal(correction.quote)
    if correction.who:
        yield node, CREATOR, literal(correction.who)
    if correction.when:
        yield node, DATE, moment(correction.when)
    if correction.why:
        yield node, DESCRIPTION, literal(correction.why)
