"""The ontology's classes and the properties between them to pictures (SVG), laid out by Graphviz.

Used by scripts/update_ontology_pages. Every size is given to Graphviz, so that a picture does not
depend on the fonts of a machine; a picture whose description has not changed is kept as it is, so
that only who changes a picture needs the program `dot`.
"""

from __future__ import annotations

import hashlib
import html
import re
import shutil
import subprocess
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import rdflib
from lxml import etree
from rdflib import OWL, RDF, RDFS, SH
from rdflib.collection import Collection

from kg.sparql import POL, PREFIXES

SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
ROW, BIG, SMALL = 17, 12, 10  # points
PADDING = 14
SOME = 2  # properties of a class to itself in a picture that lists no values
STYLE = """
:root { color-scheme: light dark; }
svg { background: #fbfbf9; }
text { font-family: system-ui, "Noto Sans CJK SC", sans-serif; fill: #1c2430; }
.node path { fill: #ffffff; stroke: #5d6876; }
.edge path { stroke: #5d6876; }
.edge polygon { fill: #5d6876; stroke: #5d6876; }
.kind polygon { fill: none; }
.edge text { fill: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  svg { background: #12161c; }
  text { fill: #e8ecf2; }
  .node path { fill: #1a2029; stroke: #9aa6b6; }
  .edge path { stroke: #9aa6b6; }
  .edge polygon { fill: #9aa6b6; stroke: #9aa6b6; }
  .kind polygon { fill: none; }
  .edge text { fill: #7db1ff; }
}
"""

# What the domains allow, because they are the nearest common class, and no graph says.
NEVER_SAID = {("PolicyDocument", "level"), ("Region", "level")}


@dataclass(frozen=True, slots=True)
class Diagram:
    """A picture: which classes it shows, and what of them."""

    name: str
    title: tuple[str, str]
    about: tuple[str, str]
    classes: str  # in the order in which Graphviz is told of them
    values: bool = False  # whether boxes list plain properties, kinds and members


DIAGRAMS = (
    Diagram(
        "overview",
        ("总览", "Overview"),
        (
            "一份文件由机构发布，适用于区域，含章节与任务；任务提出目标，由机构负责。",
            "A document is issued by agencies for a region and consists of sections and tasks; "
            "tasks set targets and are the business of agencies.",
        ),
        "PolicyDocument Agency Region Program Section Task Target Indicator",
    ),
    Diagram(
        "documents",
        ("文件、文本与提纲", "Documents, texts and outline"),
        (
            "文件有源文本；凡从文本读出的，都指向源文本中的一段。提及是称呼某一实体的字句。",
            "A document has a source text, and all that is read points to a place in it. "
            "A mention is the words by which an entity is named.",
        ),
        "PolicyDocument nif:Context Extraction Section Task Mention Repair NamedEntity",
    ),
    Diagram(
        "agencies",
        ("机构与区域", "Agencies and regions"),
        (
            "机构属于区域，有行政层级；区域逐级位于上一级之内。",
            "Agencies belong to regions and have a level of government; "
            "regions lie one in another.",
        ),
        "PolicyDocument Agency Region Level Program",
        values=True,
    ),
    Diagram(
        "targets",
        ("任务、目标与责任", "Tasks, targets and responsibilities"),
        (
            "任务提出目标；目标以数值衡量指标，有比较方式、语气和期限。责任把机构与任务相连，并说明角色和依据。",
            "A task sets targets. A target measures an indicator by a value, with comparator, "
            "modality and due date. A responsibility ties an agency to a task and says its role "
            "and basis.",
        ),
        "Task Target Indicator Program Responsibility Agency "
        "Comparator Modality Basis Role Measure",
        values=True,
    ),
    Diagram(
        "links",
        ("引用、传播痕迹与更正", "Citations, traces and corrections"),
        (
            "引用、沿用和标题呼应都连接两份文件，各有出处；更正说明人改了什么。",
            "Citations, reuses and title echoes join two documents, each with its evidence; "
            "corrections say what people changed.",
        ),
        "PolicyDocument Citation Stance Trace Reuse TitleEcho Ordering nif:Context Correctable "
        "Correction Withdrawal TextNode",
        values=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a box or of an arrow's label."""

    text: str
    term: str = ""  # the name of ours that it leads to
    size: int = SMALL


class Vocabulary:
    """What the pictures show of policy.ttl and shapes.ttl."""

    def __init__(self, policy: rdflib.Graph, shapes: rdflib.Graph) -> None:
        self._graph = policy
        self._edges = defaultdict(list)
        for property_, domain, range_ in sorted({*self._own(), *self._of_others(shapes)}):
            self._edges[domain, range_].append(property_)

    def _own(self) -> Iterator[tuple[str, str, str]]:
        for property_ in self._graph.subjects(RDF.type, OWL.ObjectProperty):
            for domain in self._graph.objects(property_, RDFS.domain):
                for range_ in self._graph.objects(property_, RDFS.range):
                    yield short(property_), short(domain), short(range_)

    def _of_others(self, shapes: rdflib.Graph) -> Iterator[tuple[str, str, str]]:
        """Yield how the shapes join classes by properties of others, which have no domain here."""
        for shape, property_ in shapes.subject_objects(SH.property):
            path = shapes.value(property_, SH.path)
            if isinstance(path, rdflib.URIRef) and not path.startswith(POL):
                told = (property_, *shapes.subjects(SH.targetObjectsOf, path))
                ranges = {short(one) for shape_ in told for one in _classes(shapes, shape_)}
                # All kinds of a class are the class.
                above = {one for range_ in ranges for one in self.superclasses(range_)}
                ranges |= {one for one in above if {*self.below(one)} == ranges}
                for domain in shapes.objects(shape, SH.targetClass):
                    yield from ((short(path), short(domain), range_) for range_ in ranges)

    def between(self, domain: str, range_: str, among: set[str]) -> list[str]:
        """Return the properties from one class to another.

        What is said of a superclass that the picture does not show, holds here.
        """
        domains = [domain, *(one for one in self._above(domain) if one not in among)]
        ranges = [range_, *(one for one in self._above(range_) if one not in among)]
        found = {p for d in domains for r in ranges for p in self._edges.get((d, r), [])}
        drawn = {p for one in self._above(range_) if one in among for p in self._edges[domain, one]}
        return sorted(p for p in found - drawn if (domain, p) not in NEVER_SAID)

    def _above(self, name: str) -> list[str]:
        found = self._graph.transitive_objects(expand(name), RDFS.subClassOf)
        return sorted(short(one) for one in found if one != expand(name))

    def superclasses(self, name: str) -> list[str]:
        """Return the classes right above one."""
        return sorted(short(one) for one in self._graph.objects(expand(name), RDFS.subClassOf))

    def label(self, name: str) -> str:
        """Return the Chinese name."""
        labels = self._graph.objects(expand(name), RDFS.label)
        return next((str(one) for one in labels if getattr(one, "language", "") == "zh"), "")

    def plain(self, name: str) -> list[str]:
        """Return the properties of a class whose values are text or numbers."""
        found = self._graph.subjects(RDFS.domain, expand(name))
        return sorted(short(p) for p in found if (p, RDF.type, OWL.DatatypeProperty) in self._graph)

    def below(self, name: str) -> list[str]:
        """Return the kinds of a class, or the members of a closed list."""
        kinds = self._graph.subjects(RDFS.subClassOf, expand(name))
        members = self._graph.subjects(RDF.type, expand(name))
        found = [*kinds, *members]  # as they stand in policy.ttl
        return [short(one) for one in found if str(one).startswith(POL)]


def short(iri: rdflib.term.Node) -> str:
    """Return the name of a term as the pictures write it: ours without a prefix."""
    for prefix, namespace in PREFIXES.items():
        if str(iri).startswith(namespace):
            local = str(iri).removeprefix(namespace)
            return local if prefix == "pol" else f"{prefix}:{local}"
    return str(iri)


def expand(name: str) -> rdflib.URIRef:
    """Return the IRI of a name as the pictures write it."""
    prefix, _, local = name.rpartition(":")
    return rdflib.URIRef(PREFIXES[prefix or "pol"] + local)


def _classes(shapes: rdflib.Graph, property_: rdflib.term.Node) -> Iterator[rdflib.term.Node]:
    yield from shapes.objects(property_, SH["class"])
    for choices in shapes.objects(property_, SH["or"]):
        for choice in Collection(shapes, choices):
            yield from shapes.objects(choice, SH["class"])


# ---------------------------------------------------------------- the description for Graphviz


def describe(diagram: Diagram, vocabulary: Vocabulary) -> str:
    """Return a picture in the language of Graphviz."""
    classes = diagram.classes.split()
    lines = [
        "rankdir=LR; nodesep=0.3; ranksep=0.4; pad=0.1;",
        'node [shape=box, style=rounded, margin="0.02,0.02"]; edge [arrowsize=0.7];',
    ]
    lines += [f'"{name}" [label={_table(_box(diagram, vocabulary, name))}];' for name in classes]
    for domain in classes:
        for range_ in classes:
            found = vocabulary.between(domain, range_, set(classes))
            # Many arrows from a class to itself cover the others; they have a picture of their own.
            if found and (diagram.values or domain != range_ or len(found) <= SOME):
                label = _table([_row(vocabulary, name) for name in found])
                lines.append(f'"{domain}" -> "{range_}" [label={label}];')
            if domain in vocabulary.superclasses(range_):
                lines.append(f'"{domain}" -> "{range_}" [dir=back, arrowtail=empty, class=kind];')
    return "digraph {\n" + "\n".join(lines) + "\n}\n"


def _box(diagram: Diagram, vocabulary: Vocabulary, name: str) -> Iterator[Row]:
    term = "" if ":" in name else name
    yield Row(vocabulary.label(name) or name, term, BIG)
    if vocabulary.label(name):
        yield Row(name, term)
    if diagram.values:
        yield from _small_print(vocabulary, name, set(diagram.classes.split()))


def _small_print(vocabulary: Vocabulary, name: str, drawn: set[str]) -> Iterator[Row]:
    below = [one for one in vocabulary.below(name) if one not in drawn]
    if name not in ("TextNode", "Correctable"):
        yield from (_row(vocabulary, one, "· ") for one in (*vocabulary.plain(name), *below))


def _row(vocabulary: Vocabulary, name: str, mark: str = "") -> Row:
    label = vocabulary.label(name)
    return Row(f"{mark}{label} {name}".strip(), "" if ":" in name else name)


def _table(rows: Iterable[Row]) -> str:
    """Return lines below each other, each as wide as its letters need."""
    rows = list(rows)
    width = max(_width(row) for row in rows) + PADDING
    cells = "".join(
        f"<TR><TD {_link(row)}FIXEDSIZE='TRUE' WIDTH='{width}' HEIGHT='{ROW}'>"
        f"<FONT POINT-SIZE='{row.size}'>{html.escape(row.text)}</FONT></TD></TR>"
        for row in rows
    )
    return f"<<TABLE BORDER='0' CELLBORDER='0' CELLSPACING='0' CELLPADDING='0'>{cells}</TABLE>>"


def _link(row: Row) -> str:
    return f"HREF='#{row.term}' TOOLTIP='{row.term}' " if row.term else ""


def _width(row: Row) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in row.text)
    return round(row.size * (wide + 0.58 * (len(row.text) - wide)))


# ---------------------------------------------------------------- the picture


def draw(diagram: Diagram, vocabulary: Vocabulary, kept: Path) -> bytes:
    """Return a picture as a file of its own; the one that is kept, where nothing has changed."""
    described = describe(diagram, vocabulary)
    digest = hashlib.sha256((described + STYLE + repr(diagram)).encode()).hexdigest()
    if kept.exists() and f'data-described="{digest}"' in kept.read_text(encoding="utf-8"):
        return kept.read_bytes()
    if shutil.which("dot") is None:
        raise SystemExit(f"{kept.name}: has changed, and there is no dot; apt-get install graphviz")
    done = subprocess.run(
        ["dot", "-Tsvg"], input=described.encode(), capture_output=True, check=True
    )
    return _finished(etree.fromstring(done.stdout), diagram, digest)


def _finished(svg: etree._Element, diagram: Diagram, digest: str) -> bytes:
    etree.strip_tags(svg, etree.Comment)
    for element in svg.iter():
        for name in ("id", "font-family", "stroke", "fill", "{http://www.w3.org/1999/xlink}title"):
            if not (name == "fill" and element.get("fill") == "none"):
                element.attrib.pop(name, None)
        if XLINK in element.attrib:
            element.set("href", element.attrib.pop(XLINK))
    _drop_background(svg)
    for name in ("width", "height"):
        svg.attrib.pop(name)
    left, top, width, height = (float(one) for one in svg.get("viewBox").split())
    svg.set("width", f"{width * 4 / 3:.0f}")
    svg.set("height", f"{height * 4 / 3:.0f}")
    svg.set("role", "group")
    svg.set("aria-labelledby", f"{diagram.name}-title {diagram.name}-about")
    svg.set("data-described", digest)
    parts = ("title", diagram.title), ("desc", diagram.about)
    for at, (tag, words) in enumerate(parts):
        element = etree.Element(f"{{{SVG}}}{tag}")
        element.set("id", f"{diagram.name}-{'title' if tag == 'title' else 'about'}")
        element.text = " ".join(words)
        svg.insert(at, element)
    style = etree.Element(f"{{{SVG}}}style")
    style.text = STYLE
    svg.insert(2, style)
    etree.cleanup_namespaces(svg)
    text = etree.tostring(svg, encoding="unicode")
    return (re.sub(r"\n{2,}", "\n", text) + "\n").encode()


def _drop_background(svg: etree._Element) -> None:
    graph = svg.find(f"{{{SVG}}}g")
    background = graph.find(f"{{{SVG}}}polygon")
    graph.remove(background)
    title = graph.find(f"{{{SVG}}}title")
    if title is not None:
        graph.remove(title)
