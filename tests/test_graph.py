"""Readings to N-Quads: the facts that a small document and the examples become."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

import pyoxigraph as ox
import pytest
import rdflib
from casebook import EXAMPLES, ROOT, table
from hypothesis import given
from hypothesis import strategies as st

from kg.graph import DEFAULT_BASE, iri_part, literal, moment, number, zh
from kg.models import DocumentGraph
from kg.pipeline import process

CASES = table("graph")
DOCUMENT: str = CASES["document"]
SCRAPS = {
    "plan": DOCUMENT,
    "one line": "请加强校车管理，保障学生安全。",
    "no line breaks": DOCUMENT.replace("\n", "　　"),
    "CRLF": DOCUMENT.replace("\n", "\r\n"),
    "title only": "温岭市教育局2024年工作要点",
    "quotes and marks": '温岭市"工作"要点\\n\t关于<做好>{工作}的通知\n落实《“甲\\”<乙>》。',
    "masked": "云陵市人民政府关于做好有关工作的通知\n收入增长**%，就业X万人，力争翻一番。\n",
}
PREFIXES = """
PREFIX pol: <https://w3id.org/policy-kg/ontology#>
PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
PREFIX itsrdf: <http://www.w3.org/2005/11/its/rdf#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX id: <https://w3id.org/policy-kg/id/>
"""
LINE = re.compile(r'<[^>]+> <[^>]+> (?:<[^>]+>|"(?:[^"\\\n]|\\.)*"(?:@zh|\^\^<[^>]+>)?) <[^>]+> \.')


@cache
def graph_of(text: str) -> DocumentGraph:
    return process(text.encode(), ["case.txt"])


@cache
def store_of(text: str) -> ox.Store:
    store = ox.Store()
    store.load(graph_of(text).nquads.encode(), format=ox.RdfFormat.N_QUADS)
    return store


def holds(store: ox.Store, pattern: str) -> bool:
    """Ask whether a pattern is in any graph of a store."""
    answer = store.query(f"{PREFIXES} ASK {{ {pattern} }}", use_default_graph_as_union=True)
    return bool(answer)


@pytest.mark.parametrize("pattern", [pytest.param(p, id=name) for name, p in CASES["says"].items()])
def test_says(pattern: str) -> None:
    assert holds(store_of(DOCUMENT), pattern)


@pytest.mark.parametrize(
    "pattern", [pytest.param(p, id=name) for name, p in CASES["says_not"].items()]
)
def test_does_not_say(pattern: str) -> None:
    assert not holds(store_of(DOCUMENT), pattern)


@pytest.mark.parametrize("name", SCRAPS)
def test_lines_are_sorted_single_and_in_one_graph(name: str) -> None:
    graph = graph_of(SCRAPS[name])
    lines = graph.nquads.split("\n")
    assert lines.pop() == ""
    assert lines == sorted(set(lines))
    assert all(LINE.fullmatch(line) for line in lines)
    assert all(line.endswith(f"<{graph.iri}> .") for line in lines)


@pytest.mark.parametrize("name", SCRAPS)
def test_parses_strictly(name: str) -> None:
    assert len(store_of(SCRAPS[name])) == graph_of(SCRAPS[name]).nquads.count("\n")


@pytest.mark.parametrize("name", SCRAPS)
def test_every_node_read_from_the_text_has_evidence(name: str) -> None:
    text = SCRAPS[name]
    store = store_of(text)
    found = store.query(
        f"""{PREFIXES} SELECT ?x ?b ?e ?a WHERE {{
        ?x a ?t
        VALUES ?t {{
          pol:Mention pol:Section pol:Task pol:Target pol:Responsibility pol:Citation
        }}
        OPTIONAL {{ ?x nif:beginIndex ?b; nif:endIndex ?e; nif:referenceContext/nif:isString ?s }}
        OPTIONAL {{ ?x nif:anchorOf ?a }} }}""",
        use_default_graph_as_union=True,
    )
    for solution in found:
        assert solution["b"] is not None, solution["x"]
        begin, end = int(solution["b"].value), int(solution["e"].value)
        assert 0 <= begin < end <= len(text)
        if solution["a"] is not None:
            assert text[begin:end] == solution["a"].value


def test_the_text_is_in_the_graph_unchanged() -> None:
    for text in SCRAPS.values():
        assert holds(store_of(text), f"?c nif:isString ?s FILTER(str(?s) = {literal(text)})")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl")


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(ROOT / "ontology" / "policy.ttl")


def violations(nquads: str, shapes: rdflib.Graph, ontology: rdflib.Graph) -> str:
    """Return what SHACL finds wrong with a document's graph, "" where it conforms."""
    import pyshacl

    triples = ox.serialize(
        (quad.triple for quad in ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS)),
        format=ox.RdfFormat.N_TRIPLES,
    )
    assert triples is not None
    data = rdflib.Graph().parse(data=triples, format="nt")
    conforms, _, report = pyshacl.validate(
        data, shacl_graph=shapes, ont_graph=ontology, inference="none"
    )
    return "" if conforms else str(report)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.txt")))
def test_examples_conform(name: str, shapes: rdflib.Graph, ontology: rdflib.Graph) -> None:
    graph = process((EXAMPLES / name).read_bytes(), [name])
    report = violations(graph.nquads, shapes, ontology)
    assert not report, report


@pytest.mark.parametrize("name", SCRAPS)
def test_small_documents_conform(name: str, shapes: rdflib.Graph, ontology: rdflib.Graph) -> None:
    report = violations(graph_of(SCRAPS[name]).nquads, shapes, ontology)
    assert not report, report


def test_another_base_moves_the_data_and_not_the_ontology() -> None:
    graph = process(DOCUMENT.encode(), ["case.txt"], "https://example.org/kg/")
    assert graph.iri.startswith("https://example.org/kg/source/")
    assert graph.document == "https://example.org/kg/document/温岭市教育局2024年工作要点"
    assert DEFAULT_BASE not in graph.nquads
    assert "https://w3id.org/policy-kg/ontology#" in graph.nquads


# -- terms -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("温岭市教育局", "温岭市教育局"),
        ("331081/温岭市教育局", "331081/温岭市教育局"),
        ("ＡＢ１２", "AB12"),  # full width
        ("青苗 驿站", "青苗%20驿站"),
        ("青苗 \n　驿站", "青苗%20驿站"),
        ("青苗\u200b驿站", "青苗驿站"),  # invisible
        ("“双减”", "“双减”"),
        ("甲<乙>", "甲%3C乙%3E"),
        ('甲"乙', "甲%22乙"),
        ("甲#乙?丙", "甲%23乙%3F丙"),
        ("100%", "100%25"),
        ("(试行)", "(试行)"),
    ],
)
def test_names_in_iris(name: str, part: str) -> None:
    assert iri_part(name) == part


@given(st.text(max_size=40))
def test_any_name_makes_a_legal_iri(name: str) -> None:
    node = ox.NamedNode(f"{DEFAULT_BASE}agency/{iri_part(name)}")
    line = f"{node} <x:p> {node} .\n"
    assert len(list(ox.parse(line.encode(), format=ox.RdfFormat.N_TRIPLES))) == 1


@given(st.text(max_size=40))
def test_names_that_look_alike_make_one_iri(name: str) -> None:
    import unicodedata

    composed = unicodedata.normalize("NFKC", name)
    assert iri_part(name) == iri_part(composed) == iri_part(f" {name}\u200b\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_a_literal(text: str) -> None:
    for written in (literal(text), zh(text)):
        (triple,) = ox.parse(f"<x:s> <x:p> {written} .".encode(), format=ox.RdfFormat.N_TRIPLES)
        assert triple.object.value == text


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14
    )
)
def test_numbers_keep_their_value(value: Decimal) -> None:
    written = number(value)
    assert Decimal(written.split('"')[1]) == value
    assert "E" not in written.split('"')[1]


@pytest.mark.parametrize(
    ("iso", "written"),
    [
        ("2024", "gYear"),
        ("2024-02", "gYearMonth"),
        ("2024-02-01", "date"),
        ("2021-2025", None),
    ],
)
def test_moments_are_as_precise_as_written(iso: str, written: str | None) -> None:
    assert moment(iso).rpartition("#")[2].rstrip(">") == (written or f'"{iso}"')


def test_a_body_has_one_region_whatever_documents_name_it() -> None:
    """青禾县 is invented and has no code, its province has one: 省教育厅 is that province's."""
    regions: dict[str, set[str]] = {}
    for path in sorted(EXAMPLES.glob("*.txt")):
        for line in process(path.read_bytes(), [path.name]).nquads.splitlines():
            subject, predicate, object_, *_ = line.split(" ")
            if predicate.endswith("ontology#region>"):
                regions.setdefault(subject, set()).add(object_)
    assert len(regions) > 50
    assert {body: places for body, places in regions.items() if len(places) > 1} == {}
