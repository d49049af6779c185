"""The ontology to a page that people read: pyLODE's sections, in our words, with examples.

Used by scripts/update_ontology_pages. pyLODE writes one table for each term from what is said of
it; here it is given the terms in one language, in the order of policy.ttl, and with what it does
not know: examples, kinds of property, members of closed lists, who asks for the term.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import dominate
import rdflib
from dominate import tags
from dominate.util import raw
from lxml import html as lxml_html
from ontology_diagrams import DIAGRAMS
from ontology_examples import Examples, header
from pylode.profiles.ontpub import OntPub
from pylode.utils import section_html
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, VANN, Literal, Namespace, URIRef

from kg import queries
from kg.page import content
from kg.reports import REPORTS
from kg.sparql import POL, PREFIXES

SCHEMA = Namespace(PREFIXES["schema"])
ROW = Namespace("urn:row:")  # rows of a term's table that are no property of RDF
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty)
SECTIONS = (
    ("classes", OWL.Class),
    ("objectproperties", OWL.ObjectProperty),
    ("datatypeproperties", OWL.DatatypeProperty),
    ("individuals", OWL.NamedIndividual),
)
# The rows of a term's table, in their order.
ROWS = {
    DCTERMS.description: ("定义", "definition"),
    SKOS.scopeNote: ("用法", "usage"),
    SKOS.editorialNote: ("说明", "note"),
    RDFS.subClassOf: ("上位类", "superclasses"),
    ROW.kinds: ("下位类", "subclasses"),
    ROW.members: ("成员", "members"),
    ROW.memberOf: ("所属清单", "member of"),
    OWL.disjointWith: ("互斥于", "disjoint with"),
    RDFS.subPropertyOf: ("上位属性", "super-properties"),
    ROW.narrower: ("下位属性", "sub-properties"),
    RDFS.domain: ("主语类", "domain"),
    RDFS.range: ("取值", "range"),
    SCHEMA.rangeIncludes: ("取值类型", "datatypes"),
    OWL.inverseOf: ("逆属性", "inverse of"),
    ROW.character: ("特性", "characteristics"),
    ROW.properties: ("属性", "properties"),
    ROW.inherited: ("来自上位类的属性", "properties of superclasses"),
    ROW.pointing: ("指向此类的属性", "properties that point here"),
    ROW.values: ("示例值", "values"),
    SKOS.example: ("示例", "example"),
    ROW.askedBy: ("用于", "used by"),
}
TIES = (
    *(RDFS.subClassOf, OWL.disjointWith, RDFS.subPropertyOf, RDFS.domain, RDFS.range),
    *(SCHEMA.rangeIncludes, OWL.inverseOf),
)
CHARACTERS = {
    OWL.FunctionalProperty: ("至多一个值", "at most one value"),
    OWL.TransitiveProperty: ("可传递", "transitive"),
    OWL.SymmetricProperty: ("对称", "symmetric"),
}
WORDS = {
    "title": ("政策知识图谱本体", "Policy KG ontology"),
    "other": ("English", "中文"),
    "contents": ("目录", "Contents"),
    "classes": ("类", "Classes"),
    "objectproperties": ("对象属性", "Object properties"),
    "datatypeproperties": ("数据属性", "Datatype properties"),
    "individuals": ("封闭清单的成员", "Members of closed lists"),
    "diagrams": ("图", "Diagrams"),
    "namespaces": ("命名空间", "Namespaces"),
    "version": ("版本", "Version"),
    "license": ("许可", "Licence"),
    "namespace": ("命名空间", "Namespace"),
    "forms": ("其他形式", "Other forms"),
    "examples": ("示例怎么读", "How to read the examples"),
    "about-examples": (
        "每个词条都有示例，取自虚构文件（examples/、docs/ontology/texts/）的图。"
        "首行注明文件与起止码位，【】中为所读字句；“… + 3”表示该属性另有三个值未列出。"
        "各示例共用下列前缀：",
        "Each term has an example from the graph of invented documents (examples/ "
        "and docs/ontology/texts/). Its first line names the file and the place in code "
        "points, with the words that were read in 【】; “… + 3” says that three more values of "
        "that property are left out. All examples share these prefixes:",
    ),
    "reports": ("报告", "reports"),
    "queries": ("保存的查询", "saved queries"),
    "questions": ("中文提问", "questions in Chinese"),
}
FORMS = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"))
LANGUAGES = ("zh", "en")
FILES = {"zh": "index.html", "en": "en.html"}
WIDE = 1300  # pixels of a picture that would be too small if it were fitted to the page
LOOK = Path(__file__).with_name("ontology_pages.css")


class Terms:
    """The terms that are ours, in the order of policy.ttl, with what is said of each."""

    def __init__(self, policy: rdflib.Graph) -> None:
        self.graph = policy
        self.iris = [s for s in dict.fromkeys(policy.subjects(RDF.type)) if s.startswith(POL)]
        classes = [one for one in self.iris if (one, RDF.type, OWL.Class) in policy]
        kinds = {one: set(policy.transitive_subjects(RDFS.subClassOf, one)) for one in classes}
        ranges = {one: set(policy.subjects(RDFS.range, one)) for one in classes}
        examples = Examples(_as_text(kinds), _as_text(ranges))
        self._examples = {one: examples.of(str(one)) for one in self.iris}
        self._asked = _asked()

    def word(self, term: rdflib.term.Node, predicate: URIRef, language: str) -> str:
        """Return what is said in a language; the empty string where nothing is."""
        said = self.graph.objects(term, predicate)
        return next((str(one) for one in said if getattr(one, "language", None) == language), "")

    def prepared(self, language: str) -> rdflib.Graph:
        """Return what a page in one language shows, for pyLODE."""
        graph = rdflib.Graph(bind_namespaces="none")
        for prefix, namespace in (*PREFIXES.items(), ("cito", "http://purl.org/spar/cito/")):
            graph.bind(prefix, namespace)
        ontology = URIRef(POL[:-1])
        graph.add((ontology, RDF.type, OWL.Ontology))
        graph.add((ontology, DCTERMS.title, Literal(_in(language, "title"))))
        graph.add((ontology, VANN.preferredNamespaceUri, Literal(POL)))
        graph.add((ontology, VANN.preferredNamespacePrefix, Literal("pol")))
        for term in self.iris:
            for kind in (OWL.Class, *PROPERTIES, OWL.NamedIndividual):
                # A property that is also a value is shown once, as a property.
                if (term, RDF.type, kind) in self.graph and not self._shown_before(term, kind):
                    graph.add((term, RDF.type, kind))
            for predicate, value in self._said(term, language):
                graph.add((term, predicate, value))
        return graph

    def _shown_before(self, term: URIRef, kind: URIRef) -> bool:
        others = (OWL.Class, *PROPERTIES)
        return kind == OWL.NamedIndividual and any(
            (term, RDF.type, one) in self.graph for one in others
        )

    def _said(self, term: URIRef, language: str) -> Iterator[tuple[URIRef, rdflib.term.Node]]:
        yield from self._words(term, language)
        for predicate in TIES:
            yield from ((predicate, one) for one in self._both_ways(term, predicate))
        yield from self._derived(term)
        for kind, words in CHARACTERS.items():
            if (term, RDF.type, kind) in self.graph:
                yield ROW.character, Literal(words[LANGUAGES.index(language)])
        for value in sorted(self.graph.objects(term, SKOS.example)):
            yield ROW.values, Literal(f"`{value}`")
        for example in self._examples[term]:
            yield SKOS.example, Literal(example.rstrip())
        asked = self._asked.get(term.removeprefix(POL))
        if asked:
            yield ROW.askedBy, Literal(_told(asked, language))

    def _words(self, term: URIRef, language: str) -> Iterator[tuple[URIRef, Literal]]:
        name, local = self.word(term, RDFS.label, language), term.removeprefix(POL)
        # "lead agency" says no more than leadAgency.
        same = name.replace(" ", "").casefold() == local.casefold()
        yield DCTERMS.title, Literal(local if same else f"{name} {local}")
        yield DCTERMS.description, Literal(self.word(term, SKOS.definition, language))
        for note in (SKOS.scopeNote, SKOS.editorialNote):
            if self.word(term, note, language):
                yield note, Literal(self.word(term, note, language))

    def _both_ways(self, term: URIRef, predicate: URIRef) -> list[rdflib.term.Node]:
        """Return what a term is tied to; the two that mean the same both ways, from either end."""
        found = set(self.graph.objects(term, predicate))
        if predicate in (OWL.disjointWith, OWL.inverseOf):
            found |= set(self.graph.subjects(predicate, term))
        return sorted(found, key=self._place)

    def _derived(self, term: URIRef) -> Iterator[tuple[URIRef, rdflib.term.Node]]:
        """Yield what follows from what is said of other terms."""
        graph = self.graph
        above = set(graph.transitive_objects(term, RDFS.subClassOf)) - {term}
        found = {
            ROW.kinds: set(graph.subjects(RDFS.subClassOf, term)),
            ROW.members: set(graph.subjects(RDF.type, term)),
            ROW.memberOf: {one for one in graph.objects(term, RDF.type) if one.startswith(POL)},
            ROW.narrower: set(graph.subjects(RDFS.subPropertyOf, term)),
            ROW.properties: set(graph.subjects(RDFS.domain, term)),
            ROW.inherited: {p for one in above for p in graph.subjects(RDFS.domain, one)},
            ROW.pointing: set(graph.subjects(RDFS.range, term)),
        }
        for row, terms in found.items():
            yield from ((row, one) for one in sorted(terms, key=self._place))

    def _place(self, term: rdflib.term.Node) -> tuple[int, str]:
        """Put our terms in the order of policy.ttl, those of others before them."""
        return self.iris.index(term) if term in self.iris else -1, str(term)


def _as_text(found: dict[URIRef, set[rdflib.term.Node]]) -> dict[str, set[str]]:
    return {str(term): {str(one) for one in others} for term, others in found.items()}


def _in(language: str, word: str) -> str:
    return WORDS[word][LANGUAGES.index(language)]


def _asked() -> dict[str, tuple[list[str], list[str], bool]]:
    """Return for each term: the reports, the saved queries, whether a question asks for it."""
    queries_of = defaultdict(list)
    for query in queries.saved().values():
        for name in sorted(set(re.findall(r"\bpol:(\w+)", query.text))):
            queries_of[name].append(query.name)
    return {
        term: (
            [one.command for one in REPORTS if set(one.queries) & set(names)],
            [name for name in names if not name.startswith("ask-")],
            any(name.startswith("ask-") for name in names),
        )
        for term, names in queries_of.items()
    }


def _told(asked: tuple[list[str], list[str], bool], language: str) -> str:
    """Return who asks for a term, in Markdown."""
    reports, names, question = asked
    parts = []
    if reports:
        said = ", ".join(f"`kg {command}`" for command in reports)
        parts.append(f"{_in(language, 'reports')}: {said}")
    if names:
        said = ", ".join(f"`{name}`" for name in names)
        parts.append(f"{_in(language, 'queries')} (`kg query --name …`): {said}")
    if question:
        parts.append(f"{_in(language, 'questions')}: `kg ask`")
    return "; ".join(parts)


# ---------------------------------------------------------------- the page


class Page(OntPub):
    """pyLODE's page with our sections, words and look."""

    def __init__(self, terms: Terms, language: str, pictures: dict[str, bytes]) -> None:
        super().__init__(terms.prepared(language))
        self._terms, self._language, self._pictures = terms, language, pictures
        # What pyLODE knows of other vocabularies speaks English alone: their names are shown.
        self.back_onts = rdflib.Graph()
        at = LANGUAGES.index(language)
        self.props_labeled = {
            row: {"title": words[at], "description": "", "ont_title": ""}
            for row, words in ROWS.items()
        }
        # The address of a term within the page is the one within the namespace.
        self.fids = {str(term): term.removeprefix(POL) for term in terms.iris}
        self.doc = dominate.document(title=_in(language, "title"))
        with self.doc:
            self.content = tags.div(id="content")

    def _make_head(self, schema_org, include_css=True, destination=None) -> None:
        look = LOOK.read_text(encoding="utf-8").replace("/* dark */", content("page/dark.css"))
        look = content("page/look.css").partition("\n\n")[0] + "\n" + look
        self.doc.set_attribute("lang", "zh-CN" if self._language == "zh" else "en")
        with self.doc.head:
            tags.meta(charset="utf-8")
            tags.meta(name="viewport", content="width=device-width, initial-scale=1")
            tags.meta(name="color-scheme", content="light dark")
            tags.meta(name="referrer", content="no-referrer")
            tags.style(raw(look))

    def _make_body(self) -> None:
        self.content.add(self._metadata())
        self.content.add(self._diagrams())
        for name, kind in SECTIONS:
            self.content.add(self._section(name, kind))
        self.content.add(self._namespaces())
        self.doc.add(self._contents())

    def _metadata(self) -> tags.header:
        ontology, language = URIRef(POL[:-1]), self._language
        graph = self._terms.graph
        with tags.header() as found:
            with tags.p(_class="other"):
                other = LANGUAGES[1 - LANGUAGES.index(language)]
                tags.a(_in(language, "other"), href=FILES[other], lang=other, rel="alternate")
            tags.h1(_in(language, "title"))
            tags.p(self._terms.word(ontology, RDFS.comment, language))
            with tags.dl():
                self._pair("namespace", tags.code(POL, _class="iri"))
                self._pair("version", str(graph.value(ontology, OWL.versionInfo)))
                license_ = str(graph.value(ontology, DCTERMS.license))
                self._pair("license", tags.a(license_.rpartition("/")[2], href=license_))
                self._pair("forms", *self._forms())
            tags.h2(_in(language, "examples"))
            tags.p(_in(language, "about-examples"))
            tags.pre(header().rstrip(), id="prefixes")
        return found

    def _forms(self) -> Iterator[object]:
        """Yield in which forms the server gives the ontology; a page on a disk has no server."""
        for name, format_ in FORMS:
            yield tags.code(f"Accept: {TYPES[format_]}", title=name)
            yield " "

    def _pair(self, word: str, *value: object) -> None:
        tags.dt(_in(self._language, word))
        tags.dd(*value)

    def _diagrams(self) -> tags.section:
        at = LANGUAGES.index(self._language)
        with tags.section(id="diagrams") as found:
            tags.h2(_in(self._language, "diagrams"))
            for diagram in DIAGRAMS:
                with tags.figure():
                    svg = _inline(
                        self._pictures[diagram.name], diagram.title[at], diagram.about[at]
                    )
                    # Wider than a telephone: it scrolls, by the keyboard too.
                    scrolled = {"tabindex": "0", "role": "region", "aria_label": diagram.title[at]}
                    width = int(re.search(r'\swidth="(\d+)"', svg)[1])
                    name = "wide picture" if width > WIDE else "picture"
                    tags.div(raw(svg), _class=name, **scrolled)
                    tags.figcaption(tags.b(diagram.title[at]), " ", diagram.about[at])
        return found

    def _section(self, name: str, kind: URIRef) -> tags.div:
        title = _in(self._language, name)
        known = (self.ont, self.back_onts, self.ns)
        rows = [DCTERMS.title, *ROWS]
        return section_html(
            title, *known, kind, rows, self.toc, name, self.fids, self.props_labeled
        )

    def _namespaces(self) -> tags.section:
        with tags.section(id="namespaces") as found:
            tags.h2(_in(self._language, "namespaces"))
            with tags.dl():
                for prefix, namespace in sorted(PREFIXES.items()):
                    tags.dt(prefix)
                    tags.dd(tags.code(namespace, _class="iri"))
        return found

    def _contents(self) -> tags.nav:
        with tags.nav(id="toc", aria_label=_in(self._language, "contents")) as found:
            tags.h2(_in(self._language, "contents"))
            with tags.ul():
                tags.li(tags.a(_in(self._language, "diagrams"), href="#diagrams"))
                for name, _ in SECTIONS:
                    with tags.li():
                        tags.a(_in(self._language, name), href=f"#{name}")
                        with tags.ul():
                            for address, title in self.toc[name]:
                                tags.li(tags.a(str(title[0]), href=address))
                tags.li(tags.a(_in(self._language, "namespaces"), href="#namespaces"))
        return found


TYPES = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples"}


def _inline(svg: bytes, title: str, about: str) -> str:
    """Return a picture as part of a page, which has its style, in the language of the page."""
    text = svg.decode()
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'(<title id="[\w-]+">)[^<]*', rf"\g<1>{title}", text)
    return re.sub(r'(<desc id="[\w-]+">)[^<]*', rf"\g<1>{about}", text)


def write_page(terms: Terms, language: str, pictures: dict[str, bytes]) -> str:
    """Return the page in a language."""
    text = Page(terms, language, pictures).make_html()
    return _tidied(text, language)


def _tidied(text: str, language: str) -> str:
    """Return a page without what pyLODE writes into every table and nobody needs."""
    tree = lxml_html.document_fromstring(text)
    for link in tree.xpath("//th/a[@class='hover_property']"):
        # pyLODE writes each word with a capital.
        link.text = ROWS[URIRef(link.get("href"))][LANGUAGES.index(language)]
        link.drop_tag()
    for element in tree.iter():
        if element.tag not in ("pre", "style"):
            element.text = _narrow(element.text)
        element.tail = _narrow(element.tail)
    head, style = tree.find("head"), tree.find("head/style")
    # Nothing is loaded, nothing runs; the style is the one that stands here.
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'"
    meta = head.makeelement("meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    head.insert(0, meta)
    head.insert(0, head.find("meta[@charset]"))
    return "<!DOCTYPE html>\n" + lxml_html.tostring(tree, encoding="unicode") + "\n"


def _narrow(text: str | None) -> str | None:
    """Return a text without the indentation of the markup around it."""
    return text and re.sub(r"\s*\n\s*", "\n", text)
