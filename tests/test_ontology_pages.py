"""The ontology's pages say what policy.ttl says and show what the texts hold."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from browser import NARROW, WIDE, needs_chromium, opened
from casebook import ROOT
from lxml import etree, html
from starlette.testclient import TestClient

from kg.build import build
from kg.pipeline import extractor_version
from kg.queries import saved
from kg.store import DEFAULT_BASE, Store

POL = "https://w3id.org/policy-kg/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
PAGES = {"zh": ROOT / "ontology" / "pages" / "index.html", "en": ROOT / "ontology/pages/en.html"}
PICTURES = sorted((ROOT / "docs" / "ontology").glob("*.svg"))
POLICY = {*ox.parse(path=ROOT / "ontology" / "policy.ttl", format=ox.RdfFormat.TURTLE)}
TERMS = sorted({q.subject.value for q in POLICY if str(q.subject).startswith(f"<{POL}")})
VERSION = "0.1.0"  # that the examples have in place of the extractors' own
# examples/01-….txt 911-916: before【the words】after
PLACE = re.compile(r"# (?:← )?(\S+) (\d+)-(\d+): (.*?)【(.+?)(……)?】(.*)")
SVG = "{http://www.w3.org/2000/svg}"


def said(term: str, predicate: str, language: str) -> list[str]:
    found = (q for q in POLICY if q.subject == ox.NamedNode(term))
    return [
        q.object.value
        for q in found
        if q.predicate.value == predicate and getattr(q.object, "language", None) == language
    ]


@pytest.fixture(scope="module", params=PAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(language: str) -> html.HtmlElement:
    return html.document_fromstring(PAGES[language].read_text(encoding="utf-8"))


# ---------------------------------------------------------------- they are of this policy.ttl


@pytest.mark.skipif(importlib.util.find_spec("pylode") is None, reason="pylode is not installed")
def test_pages_and_pictures_are_up_to_date(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "update_ontology_pages"
    command = [sys.executable, str(script), "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for file in (*PAGES.values(), *PICTURES):
        made = tmp_path / file.relative_to(ROOT)
        assert made.read_bytes() == file.read_bytes(), f"{file.name}: run scripts/{script.name}"
    assert {file.name for file in tmp_path.rglob("*.*")} == {
        file.name for file in (*PAGES.values(), *PICTURES)
    }


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.removeprefix(POL))
def test_term_has_one_label_and_one_definition_in_each_language(term: str) -> None:
    for predicate in (f"{RDFS}label", f"{SKOS}definition"):
        assert [len(said(term, predicate, one)) for one in ("zh", "en")] == [1, 1]


def test_page_has_an_entry_for_each_term(page: html.HtmlElement, language: str) -> None:
    entries = page.xpath("//div[@class='property entity']")
    assert sorted(POL + entry.get("id") for entry in entries) == TERMS
    for entry in entries:
        term, text = POL + entry.get("id"), words(entry)
        assert term in text
        (definition,) = said(term, f"{SKOS}definition", language)
        assert squeezed(definition) in squeezed(text), term
        (label,) = said(term, f"{RDFS}label", language)
        # A name that is the same but for blanks and capitals is not said twice.
        assert squeezed(label).casefold() in squeezed(words(entry.find("h3"))).casefold(), term


def words(element: html.HtmlElement) -> str:
    return str(element.text_content())


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


# row of an entry → what stands in it; what the page derives is asked of a few terms
DERIVED = [
    ("Target", ("上位类", "superclasses"), ["Commitment"]),
    ("Commitment", ("下位类", "subclasses"), ["Task", "Target"]),
    (
        "Region",
        ("上位类", "superclasses"),
        ["https://schema.org/AdministrativeArea", "NamedEntity"],
    ),
    ("Modality", ("成员", "members"), ["Plan", "Ensure", "Strive"]),
    ("Ensure", ("所属清单", "member of"), ["Modality"]),
    ("Section", ("来自上位类的属性", "properties of superclasses"), ["number", "countedLength"]),
    ("cites", ("下位属性", "sub-properties"), ["implements", "revises"]),
    ("hasTarget", ("逆属性", "inverse of"), ["inTask"]),
    ("inTask", ("逆属性", "inverse of"), ["hasTarget"]),
    ("Mention", ("互斥于", "disjoint with"), ["Withdrawal", "Section"]),
    ("due", ("取值类型", "datatypes"), ["http://www.w3.org/2001/XMLSchema#gYear"]),
    ("Agency", ("指向此类的属性", "properties that point here"), ["issuedBy", "leadAgency"]),
]


@pytest.mark.parametrize(("name", "row", "linked"), DERIVED)
def test_entry_tells_what_follows(
    page: html.HtmlElement, language: str, name: str, row: tuple[str, str], linked: list[str]
) -> None:
    assert set(linked) <= set(cell(page, name, row[language == "en"]))


def cell(page: html.HtmlElement, name: str, row: str) -> Iterator[str]:
    """Yield what a row of an entry links to."""
    (entry,) = page.xpath(f"//div[@id='{name}']")
    (found,) = (tr for tr in entry.iter("tr") if words(tr.find("th")).strip() == row)
    yield from (link.get("href").removeprefix("#") for link in found.iter("a"))


def test_entry_tells_who_asks_for_the_term(page: html.HtmlElement) -> None:
    (entry,) = page.xpath("//div[@id='dueBasis']")
    asking = {one.text for one in entry.xpath(".//td/p/code")}
    named = {name for name, query in saved().items() if re.search(r"pol:dueBasis\b", query.text)}
    assert {name for name in named if not name.startswith("ask-")} <= asking
    assert any(code.startswith("kg due") for code in asking)


# ---------------------------------------------------------------- the examples are in the graphs


@dataclass(frozen=True)
class Known:
    """What the graphs of the invented documents hold."""

    triples: frozenset[ox.Triple]
    texts: dict[str, str]  # by the file's path in the repository


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    triples, texts = set(), {}
    for folder in ("examples", "docs/ontology/texts"):
        corrections = ROOT / folder / "corrections.tsv"
        place = tmp_path_factory.mktemp("built") if corrections.exists() else None
        if place:
            (place / corrections.name).write_bytes(corrections.read_bytes())
        with Store(place) as store:
            build([ROOT / folder], store, limits=None)
            triples |= read(store, folder, texts)
    for file in (ROOT / "ontology").glob("*.ttl"):
        triples |= {q.triple for q in ox.parse(path=file, format=ox.RdfFormat.TURTLE)}
    return Known(frozenset(triples), texts)


def read(store: Store, folder: str, texts: dict[str, str]) -> set[ox.Triple]:
    lines = b"".join(
        line
        for name in store.graph_names()
        if name.startswith(DEFAULT_BASE)
        for line in store.ntriples(name)
    )
    quads = ox.parse(
        lines.decode().replace(extractor_version(), VERSION), format=ox.RdfFormat.N_TRIPLES
    )
    triples = {quad.triple for quad in quads}
    strings = {t.subject: t.object.value for t in triples if t.predicate.value == f"{NIF}isString"}
    for triple in triples:
        if (
            triple.predicate.value == "http://purl.org/dc/terms/source"
            and triple.subject in strings
        ):
            texts[f"{folder}/{triple.object.value}"] = strings[triple.subject]
    return triples


def examples(page: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield each term with each of its examples, the prefixes before it."""
    (prefixes,) = (words(one) for one in page.xpath("//pre[@id='prefixes']"))
    for entry in page.xpath("//div[@class='property entity']"):
        for pre in entry.iter("pre"):
            yield POL + entry.get("id"), f"{prefixes}\n{words(pre)}"


def problems(term: str, example: str, known: Known) -> Iterator[str]:
    """Yield what is wrong with an example."""
    triples = {q.triple for q in ox.parse(example, format=ox.RdfFormat.TURTLE)}
    if not triples:
        yield "says nothing"
    yield from (f"no graph says {t}" for t in triples - known.triples)
    for line in re.findall(r"(?m)^#.*【.*$", example):
        yield from misplaced(line, known)


def misplaced(line: str, known: Known) -> Iterator[str]:
    match = PLACE.fullmatch(line)
    if match is None:
        yield f"not a place: {line}"
        return
    file, begin, end, before, shown, cut, after = match.groups()
    text, at = known.texts[file], slice(int(begin), int(end))
    there = " ".join(text[at].split())
    if there != shown and not (cut and there.startswith(shown)):
        yield f"{file} {begin}-{end} is {there!r}"
    if not text[: at.start].endswith(before) or not text[at.stop :].startswith(after):
        yield f"{file} {begin}-{end}: other words around it"


def test_every_term_has_an_example_that_shows_it(page: html.HtmlElement) -> None:
    shown = {
        term
        for term, example in examples(page)
        if f"pol:{term.removeprefix(POL)}" in re.findall(r"pol:\w+", example) or is_above(term)
    }
    assert sorted(shown) == TERMS


def is_above(term: str) -> bool:
    """Tell whether a class has no instances of its own: only its kinds or its members are used."""
    node = ox.NamedNode(term)
    below = (f"{RDFS}subClassOf", f"{RDF}type")
    return any(q.object == node and q.predicate.value in below for q in POLICY)


def test_every_example_is_in_the_graph_and_its_words_in_the_text(
    page: html.HtmlElement, known: Known
) -> None:
    wrong = {
        term: found
        for term, example in examples(page)
        if (found := [*problems(term, example, known)])
    }
    assert wrong == {}


WRONG = [
    ("pol:value ", "pol:maxValue ", "no graph says"),
    ("【20名左右】", "【30名左右】", "is '20名左右'"),
    (" 911-916: ", " 912-917: ", "is '0名左右，'"),
    ("】，每学期", "】，每学年", "other words around it"),
]


@pytest.mark.parametrize(("right", "wrong", "problem"), WRONG)
def test_an_example_that_is_wrong_is_found(
    page: html.HtmlElement, known: Known, right: str, wrong: str, problem: str
) -> None:
    (example,) = (one for term, one in examples(page) if term == f"{POL}About")
    assert right in example
    found = [*problems(f"{POL}About", example.replace(right, wrong), known)]
    assert any(problem in one for one in found), found


# ---------------------------------------------------------------- nothing from outside


def test_page_loads_and_runs_nothing(page: html.HtmlElement) -> None:
    assert page.xpath("//script | //iframe | //img | //link | //object | //@src | //@style") == []
    (style,) = page.xpath("//style")
    assert "url(" not in style.text and "@import" not in style.text
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_every_link_leads_somewhere(page: html.HtmlElement, language: str) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    vocabularies = tuple(q.object.value for q in POLICY if isinstance(q.object, ox.NamedNode))
    for address in page.xpath("//a/@href"):
        if address.startswith("#"):
            assert address[1:] in ids, address
        elif address.startswith(("http://", "https://")):
            assert address in vocabularies, address  # a term that policy.ttl stands on
        else:
            assert (PAGES[language].parent / address).is_file(), address


# ---------------------------------------------------------------- pictures


def test_there_are_pictures() -> None:
    names = [file.stem for file in PICTURES]
    assert names == ["agencies", "documents", "links", "overview", "targets"]


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_picture_speaks_and_leads_to_terms(file: Path) -> None:
    svg = etree.parse(file).getroot()
    for tag in ("title", "desc"):
        element = svg.find(f"{SVG}{tag}")
        assert element is not None and element.text
        assert element.get("id") in svg.get("aria-labelledby", "").split()
    linked = {POL + a.get("href", "").removeprefix("#") for a in svg.iter(f"{SVG}a")}
    assert linked and linked <= set(TERMS)
    # Its words are text that can be selected and found; of the look it takes what fits the page.
    assert {
        a.get("href") for a in svg.iter(f"{SVG}a") if not "".join(a.itertext()).strip()
    } == set()
    assert "prefers-color-scheme: dark" in str(svg.findtext(f"{SVG}style"))
    drawn = {
        one for e in svg.iter() for name, one in e.attrib.items() if name in ("fill", "stroke")
    }
    assert drawn <= {"none"}


JOINED = [
    ("overview", ["issuedBy", "appliesTo", "leadAgency", "hasTarget", "indicator", "within"]),
    ("documents", ["hasText", "repair", "mentions"]),
    ("agencies", ["issuedBy", "region", "level", "within"]),
    ("targets", ["hasTarget", "comparator", "modality", "role", "basis", "ofTask", "measure"]),
    ("links", ["citing", "cited", "stance", "later", "earlier", "orderedBy", "correctedBy"]),
]


@pytest.mark.parametrize(("name", "properties"), JOINED)
def test_picture_shows_its_properties(name: str, properties: list[str]) -> None:
    svg = etree.parse(ROOT / "docs" / "ontology" / f"{name}.svg").getroot()
    edges = [g for g in svg.iter(f"{SVG}g") if g.get("class", "").startswith("edge")]
    linked = {a.get("href") for g in edges for a in g.iter(f"{SVG}a")}
    assert {f"#{one}" for one in properties} <= linked


# ---------------------------------------------------------------- in a browser, from the server


@needs_chromium
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_page_fits_and_shows_the_term_that_was_asked_for(
    address: str, size: tuple[int, int]
) -> None:
    with opened(f"{address}/ontology#Target", size=size) as tab:
        assert tab.page.url == f"{address}/ontology/index.html#Target"
        top = tab.page.evaluate("document.getElementById('Target').getBoundingClientRect().top")
        assert 0 <= top < size[1]
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert not tab.console and not tab.errors
        assert [urlsplit(one).path for one in tab.requests] == ["/ontology", "/ontology/index.html"]


SENT = [
    ("text/turtle", "text/turtle", ox.RdfFormat.TURTLE),
    ("application/ld+json", "application/ld+json", ox.RdfFormat.JSON_LD),
    ("application/n-triples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
    ("text/turtle;q=0.5, application/n-triples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
]


@pytest.mark.parametrize(("accept", "type_", "form"), SENT)
@pytest.mark.parametrize(("path", "file"), [("", "policy.ttl"), ("/shapes", "shapes.ttl")])
def test_statements_are_sent_in_the_form_that_is_asked_for(
    site: TestClient, path: str, file: str, accept: str, type_: str, form: ox.RdfFormat
) -> None:
    response = site.get(f"/ontology{path}", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{type_}; charset=utf-8"
    sent = ox.Dataset(ox.parse(response.content, format=form))
    ours = ox.Dataset(ox.parse(path=ROOT / "ontology" / file, format=ox.RdfFormat.TURTLE))
    for dataset in (sent, ours):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert {*sent} == {*ours}


@pytest.mark.parametrize(
    ("language", "name"),
    [("zh-CN,zh;q=0.9", "index.html"), ("en-GB", "en.html"), ("", "index.html")],
)
def test_reader_is_led_to_the_page_in_their_language(
    site: TestClient, language: str, name: str
) -> None:
    site.cookies.clear()  # in which another test may have chosen a language
    headers = {"Accept": "text/html", "Accept-Language": language or "zh"}
    response = site.get("/ontology", headers=headers)
    assert (response.status_code, response.headers["location"]) == (303, f"/ontology/{name}")
    assert 'type="text/turtle"' in response.headers["link"]
    shown = site.get(response.headers["location"], headers=headers)
    assert shown.text == (ROOT / "ontology" / "pages" / name).read_text(encoding="utf-8")
    assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]


@pytest.mark.parametrize(("language", "name"), [("zh", "index.html"), ("en", "en.html")])
def test_an_entity_leads_to_what_its_class_means(
    site: TestClient, language: str, name: str
) -> None:
    site.cookies.clear()
    shown = site.get(
        "/id/agency/青禾县教育局", headers={"Accept-Language": language, "Accept": "text/html"}
    ).text
    linked = re.findall(r'<a href="/ontology/([^"]*)"', shown)
    assert linked == [f"{name}#Agency", f"{name}#GovernmentBody"]


def test_context_is_sent(site: TestClient) -> None:
    response = site.get("/ontology/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    assert response.content == (ROOT / "ontology" / "context.jsonld").read_bytes()


REFUSED = [
    ("/ontology?format=docx", "*/*", 400),
    ("/ontology", "image/png", 406),
    ("/ontology/other.html", "text/html", 404),
    ("/ontology/policy.ttl", "text/html", 404),
    ("/ontology/..%2Fpolicy.ttl", "text/html", 404),
]


@pytest.mark.parametrize(("path", "accept", "status"), REFUSED)
def test_what_there_is_not_is_refused(
    site: TestClient, path: str, accept: str, status: int
) -> None:
    assert site.get(path, headers={"Accept": accept}).status_code == status
