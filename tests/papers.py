"""Small documents as a store: what they say of each other is given, not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph

from kg.graph import iri_part
from kg.models import DocumentGraph
from kg.sparql import PREFIXES
from kg.store import DEFAULT_BASE, Store

# Name → level, and what it lies in.
REGIONS = {
    "中国": ("Country", ""),
    "江西省": ("Province", "中国"),
    "云陵市": ("Prefecture", "江西省"),
    "青禾县": ("County", "云陵市"),
    "枫渚县": ("County", "云陵市"),
    "临枫区": ("County", "云陵市"),
}
DATATYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}
STANCES = ("cites", "implements", "plansToIssue", "revises", "promulgates")


@dataclass(frozen=True)
class Paper:
    """A document, with what it takes up.

    `takes` are pairs: a stance, "title", "copy" or "adoption", and the title or name of what is
    taken up, which must stand in the text.
    """

    title: str
    text: str = ""
    issued: str = ""
    years: tuple[int, ...] = ()
    region: str = ""
    kind: str = "WorkPlan"
    number: str = ""
    takes: tuple[tuple[str, str], ...] = ()
    # Title of the earlier document, words of both, title of a third that may have them too.
    copies: tuple[tuple[str, str, str], ...] = ()
    same_as: str = ""  # the title of another copy of the same document

    @property
    def content(self) -> str:
        return f"{self.title}\n{self.text}"


def store_of(
    papers: Iterable[Paper], ghosts: Iterable[tuple[str, str]] = (), path: Path | None = None
) -> Store:
    """Make a store of papers; `ghosts` are the titles of cited documents with their 文号."""
    store = Store(path)
    numbers = dict(ghosts)
    held = tuple(papers)
    store.load([_graph(paper, held, numbers) for paper in held])
    return store


def _graph(paper: Paper, held: tuple[Paper, ...], numbers: dict[str, str]) -> DocumentGraph:
    titles = {one.title for one in held}
    text = pyoxigraph.Literal(paper.content)
    lines = [
        f"{_iri('source', paper.title)} a nif:Context ; pol:sha256 {_quoted(paper.title)} ;"
        f" dcterms:source {_quoted(paper.title + '.txt')} ; nif:isString {text} .",
        *_regions(),
        *_paper(paper),
        *(line for fact in enumerate(paper.takes) for line in _fact(paper, *fact, titles, numbers)),
    ]
    others = {one.title: one.content for one in held}
    lines += [line for copy in enumerate(paper.copies) for line in _copy(paper, *copy, others)]
    name = f"{DEFAULT_BASE}source/{iri_part(paper.title)}"
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    parsed = pyoxigraph.parse(
        prefixes + "\n".join(lines), pyoxigraph.RdfFormat.TURTLE, base_iri=DEFAULT_BASE
    )
    graph = pyoxigraph.NamedNode(name)
    quads = sorted({f"{pyoxigraph.Quad(*quad.triple, graph)} .\n" for quad in parsed})
    return DocumentGraph(name, "", "", "".join(quads), ())


def _iri(kind: str, name: str) -> str:
    return f"<{kind}/{iri_part(name)}>"


def _quoted(text: str) -> str:
    return str(pyoxigraph.Literal(text))


def _regions() -> Iterator[str]:
    for name, (level, above) in REGIONS.items():
        yield f'<region/{name}> a pol:Region, pol:{level} ; skos:prefLabel "{name}"@zh .'
        if above:
            yield f"<region/{name}> pol:within <region/{above}> ."
    yield "<agency/国务院办公厅> a pol:Agency ; skos:prefLabel '国务院办公厅'@zh ;"
    yield " pol:level pol:NationalLevel ; pol:region <region/中国> ."


def _paper(paper: Paper) -> Iterator[str]:
    node, source = _iri("document", paper.title), _iri("source", paper.title)
    yield f"{node} a pol:PolicyDocument, pol:{paper.kind} ; pol:hasText {source} ;"
    yield f" dcterms:title {_quoted(paper.title)}@zh ; skos:prefLabel {_quoted(paper.title)}@zh ."
    if paper.issued:
        datatype = DATATYPES[len(paper.issued)]
        yield f'{node} dcterms:issued "{paper.issued}"^^xsd:{datatype} .'
    if paper.region:
        yield f"{node} pol:appliesTo <region/{paper.region}> ."
    if paper.number:
        yield f'{node} pol:documentNumber "{paper.number}" .'
    if paper.same_as:
        yield f"{node} pol:sameTextAs {_iri('document', paper.same_as)} ."
    yield from (f"{node} pol:planYear {year} ." for year in paper.years)


def _fact(
    paper: Paper,
    index: int,
    taken: tuple[str, str],
    titles: set[str],
    numbers: dict[str, str],
) -> Iterator[str]:
    how, other = taken
    document, source = f"{_iri('document', paper.title)}", f"{_iri('source', paper.title)}"
    begin = paper.content.index(other) if other in paper.content else 0
    place = (
        f"nif:referenceContext {source} ; nif:beginIndex {begin} ;"
        f" nif:endIndex {begin + len(other)}"
    )
    fact = f"<source/{iri_part(paper.title)}/fact/{index}>"
    if how == "adoption":
        program = f"{_iri('program', other)}"
        yield f"{program} a pol:Program, pol:Initiative ; skos:prefLabel {_quoted(other)}@zh ."
        yield f"{document} pol:mentions {program} ."
        yield f"{fact} a pol:Mention ; itsrdf:taIdentRef {program} ; {place} ."
        return
    earlier = f"{_iri('document', other)}"
    if other not in titles:
        yield f"{earlier} a pol:PolicyDocument ; skos:prefLabel {_quoted(other)}@zh ."
        if numbers.get(other):
            yield f'{earlier} pol:documentNumber "{numbers[other]}" .'
    if how in STANCES:
        yield f"{fact} a pol:Citation ; pol:citing {document} ; pol:cited {earlier} ;"
        yield f" pol:stance pol:{how} ; pol:sentence {_quoted('《' + other + '》')} ; {place} ."
        yield f"{document} pol:cites {earlier} ; pol:{how} {earlier} ."
    else:
        trace = {"title": "TitleEcho", "copy": "Reuse"}[how]
        yield f"{fact} a pol:{trace} ; pol:later {document} ; pol:earlier {earlier} ; {place} ."


def _copy(
    paper: Paper, index: int, copied: tuple[str, str, str], others: dict[str, str]
) -> Iterator[str]:
    title, words, third = copied
    begin, earlier = paper.content.index(words), others[title].index(words)
    yield f"<source/{iri_part(paper.title)}/reuse/{index}> a pol:Reuse ;"
    yield f" pol:later {_iri('document', paper.title)} ; pol:earlier {_iri('document', title)} ;"
    yield f" nif:referenceContext {_iri('source', paper.title)} ; nif:beginIndex {begin} ;"
    yield f" nif:endIndex {begin + len(words)} ; pol:earlierContext {_iri('source', title)} ;"
    yield f" pol:earlierBegin {earlier} ; pol:earlierEnd {earlier + len(words)} ;"
    if third:
        yield f" pol:commonSource {_iri('document', third)} ;"
    yield " pol:similarity 0.9 ."
    if third:
        yield f"{_iri('document', third)} a pol:PolicyDocument ;"
        yield f" skos:prefLabel {_quoted(third)}@zh ."
