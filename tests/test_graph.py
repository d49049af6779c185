"""Readings to N-Quads: the facts that a small document and the examples become."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

import pyoxigraph as ox
import pytest
import rdflib
from casebook import EXAMPLES, ROOT
from hypothesis import given
from hypothesis import strategies as st

from kg.graph import DEFAULT_BASE, iri_part, literal, moment, number, zh
from kg.models import DocumentGraph
from kg.pipeline import process

DOCUMENT = """索引号：WL01/2024
文号：温教发〔2024〕6号
温岭市教育局2024年工作要点
一、抓质量
1.加强教研。落实《校车安全管理条例》，修订《温岭市教研办法》。实施“青苗护航”行动，年底前建成驿站15个以上，学前入园率力争达到98.5%。（牵头单位：市教育局；配合单位：市财政局）
2.办好学校。在大溪镇新建公办幼儿园2—3所，每季度通报1次。
温岭市教育局
2024年2月1日
"""
SCRAPS = {
    "plan": DOCUMENT,
    "one line": "请加强校车管理，保障学生安全。",
    "no line breaks": DOCUMENT.replace("\n", "　　"),
    "CRLF": DOCUMENT.replace("\n", "\r\n"),
    "title only": "温岭市教育局2024年工作要点",
    "quotes and marks": '温岭市"工作"要点\\n\t关于<做好>{工作}的通知\n1.加强\\教研。落实《“甲”<乙>办法》。\n',
    "masked": "云陵市人民政府关于做好有关工作的通知\n财政收入增长**%，新增就业X万人，力争翻一番。\n",
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


# What the plan says, and what it does not.
FACTS = [
    ("it is a plan with text", "?d a pol:PolicyDocument, pol:WorkPlan; pol:hasText ?c. ?c nif:isString ?s"),
    ("its title", "?d dcterms:title '温岭市教育局2024年工作要点'@zh; skos:prefLabel '温岭市教育局2024年工作要点'@zh; pol:hasText ?c"),
    ("its issuer", "?d pol:issuedBy ?a; pol:hasText ?c. ?a a pol:Agency, pol:GovernmentBody; skos:prefLabel '温岭市教育局'@zh"),
    ("its date", "?d dcterms:issued '2024-02-01'^^xsd:date"),
    ("its number", "?d pol:documentNumber '温教发〔2024〕6号'; pol:indexNumber 'WL01/2024'"),
    ("its period", "?d pol:period '2024'; pol:planYear 2024"),
    ("its place", "?d pol:appliesTo <https://w3id.org/policy-kg/id/region/331081>"),
    ("the place", "?r a pol:Region, pol:County; skos:prefLabel '温岭市'@zh; pol:fullName '浙江省台州市温岭市'@zh; pol:adcode '331081'; pol:within/pol:within ?p. ?p skos:prefLabel '浙江省'@zh"),
    ("an agency's place and level", "?a skos:prefLabel '温岭市财政局'@zh; pol:region <https://w3id.org/policy-kg/id/region/331081>; pol:level pol:CountyLevel"),
    ("a section", "?d dcterms:hasPart ?s. ?s a pol:Section; pol:number '一'; dcterms:title '抓质量'@zh"),
    ("a task in it", "?t a pol:Task; pol:number '1'; dcterms:title '加强教研'@zh; dcterms:isPartOf ?s. ?s a pol:Section"),
    ("who leads", "?t pol:number '1'; pol:leadAgency ?a. ?a skos:prefLabel '温岭市教育局'@zh"),
    ("who supports", "?t pol:number '1'; pol:supportingAgency ?a. ?a skos:prefLabel '温岭市财政局'@zh"),
    ("on what it rests", "?r a pol:Responsibility; pol:ofTask/pol:number '1'; pol:role pol:Support; pol:basis pol:Explicit; pol:rule ?x"),
    ("the issuer implied", "?r pol:ofTask/pol:number '2'; pol:basis pol:Implied; pol:role pol:Lead; pol:agency/skos:prefLabel '温岭市教育局'@zh"),
    ("a programme", "?t pol:number '1'; pol:involves ?p. ?p a pol:Program; skos:prefLabel '青苗护航行动'@zh"),
    ("a target at least", "?t pol:hasTarget ?x. ?x pol:inTask ?t; pol:comparator pol:AtLeast; pol:value 15.0; pol:unit '个'; pol:due '2024-12-31'^^xsd:date; pol:dueBasis pol:Stated"),
    ("a target strived for", "?x a pol:Target; pol:value 98.5; pol:unit '%'; pol:modality pol:Strive"),
    ("a range", "?x a pol:Target; pol:comparator pol:Between; pol:minValue 2.0; pol:maxValue 3.0; pol:due '2024'^^xsd:gYear; pol:dueBasis pol:Inherited"),
    ("what recurs", "?x a pol:Target; pol:value 1.0; pol:recurrence 'P3M'^^xsd:duration"),
    ("what it carries out", "?d pol:implements ?o; pol:cites ?o. ?o a pol:PolicyDocument, pol:Regulation; skos:prefLabel '校车安全管理条例'@zh"),
    ("what it revises", "?c a pol:Citation; pol:citing ?d; pol:cited ?o; pol:stance pol:revises. ?o skos:prefLabel '温岭市教研办法'@zh"),
    ("a mention", "?m a pol:Mention; nif:anchorOf '大溪镇'; itsrdf:taIdentRef ?r; pol:rule ?x. ?r a pol:Township"),
    ("the file", "?c a nif:Context; dcterms:source 'case.txt'; dcterms:format 'text/plain'; pol:sha256 ?h"),
]  # fmt: skip
NOT_FACTS = [
    ("a cited paper has no text", "?o skos:prefLabel '校车安全管理条例'@zh; pol:hasText ?c"),
    ("nobody supports the second task", "?t pol:number '2'; pol:supportingAgency ?a"),
    ("an implied lead is not stated", "?t pol:number '2'; pol:leadAgency ?a"),
    ("it does not cite itself", "?d pol:cites ?d"),
    ("it does not mention itself", "?d pol:mentions ?d"),
    ("no blank nodes", "?s ?p ?o FILTER(isBlank(?s) || isBlank(?o))"),
    ("no target without a unit or comparator", "?x a pol:Target FILTER NOT EXISTS { ?x pol:unit ?u; pol:comparator ?c }"),
    ("no label without its language", "?s skos:prefLabel ?l FILTER(lang(?l) != 'zh')"),
]  # fmt: skip


@pytest.mark.parametrize("pattern", [pytest.param(p, id=name) for name, p in FACTS])
def test_says(pattern: str) -> None:
    assert holds(store_of(DOCUMENT), pattern)


@pytest.mark.parametrize("pattern", [pytest.param(p, id=name) for name, p in NOT_FACTS])
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
        ?x a ?t VALUES ?t {{ pol:Mention pol:Section pol:Task pol:Target pol:Responsibility pol:Citation }}
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
    assert violations(graph.nquads, shapes, ontology) == ""


@pytest.mark.parametrize("name", SCRAPS)
def test_small_documents_conform(name: str, shapes: rdflib.Graph, ontology: rdflib.Graph) -> None:
    assert violations(graph_of(SCRAPS[name]).nquads, shapes, ontology) == ""


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


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14), max_value=10**14))
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
