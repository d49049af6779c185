"""Saved queries and cards, on two small documents whose answers are known."""

# ruff: noqa: E501  # a statement of a graph is read best on one line
from __future__ import annotations

import pyoxigraph
import pytest
from fake_extractor import BASE

from kg import queries
from kg.errors import NotFoundError, QueryError
from kg.models import DocumentGraph
from kg.sentence import sentence_at
from kg.show import Card, show
from kg.sparql import PREFIXES
from kg.stats import count
from kg.store import ONTOLOGY, Store

PLAN = "教育局2017年工作要点\n一、提高质量。等级幼儿园率达到93%以上。责任单位：教育局。\n落实《双减意见》，开展“护苗行动”。"
ORDER = "关于防溺水的通知\n根据《双减意见》，2022年培训教师60-70名。"

ONTOLOGY_TURTLE = """
pol:Agency rdfs:label "机构"@zh . pol:Lead rdfs:label "牵头"@zh . pol:AtLeast rdfs:label "不少于"@zh .
pol:agency rdfs:label "责任机构"@zh . pol:Explicit rdfs:label "明示"@zh .
<agency/unused> a pol:Agency ; skos:prefLabel "双减意见"@zh .
"""
PLAN_TURTLE = """
<source/1> a nif:Context ; pol:sha256 "1" ; dcterms:source "plan.txt" ; prov:wasGeneratedBy <build/1> .
<document/plan> a pol:PolicyDocument, pol:WorkPlan ; dcterms:title "教育局2017年工作要点"@zh ;
    pol:hasText <source/1> ; pol:issuedBy <agency/edu> ; dcterms:issued "2017-02-23"^^xsd:date ;
    pol:documentNumber "教发〔2017〕1号" ; pol:appliesTo <region/1> ; dcterms:hasPart <source/1/task/13> ;
    pol:mentions <agency/edu>, <program/miao>, <document/shuangjian> ;
    pol:cites <document/shuangjian> ; pol:implements <document/shuangjian> .
<region/1> a pol:Region, pol:County ; skos:prefLabel "甲县"@zh ; pol:fullName "乙省甲县" ; pol:adcode "331081" .
<agency/edu> a pol:Agency, pol:GovernmentBody ; skos:prefLabel "甲县教育局"@zh ; skos:altLabel "教育局"@zh .
<program/miao> a pol:Program, pol:Initiative ; skos:prefLabel "护苗行动"@zh .
<document/shuangjian> a pol:PolicyDocument, pol:Opinion ; skos:prefLabel "双减意见"@zh .
<source/1/task/13> a pol:Task ; dcterms:title "提高质量"@zh ; pol:leadAgency <agency/edu> ;
    pol:involves <program/miao> ; nif:referenceContext <source/1> ; nif:beginIndex 13 ; nif:endIndex 42 .
<source/1/responsibility/39> a pol:Responsibility ; pol:ofTask <source/1/task/13> ; pol:agency <agency/edu> ;
    pol:sentence "责任单位：教育局。" ; nif:endIndex 42 ;
    pol:role pol:Lead ; pol:basis pol:Explicit ; nif:referenceContext <source/1> ; nif:beginIndex 39 .
<source/1/target/27> a pol:Target ; pol:inTask <source/1/task/13> ; pol:indicatorText "等级幼儿园率"@zh ;
    pol:comparator pol:AtLeast ; pol:value 93.0 ; pol:unit "%" ; pol:due "2017"^^xsd:gYear ;
    pol:sentence "等级幼儿园率达到93%以上。" ; pol:dueBasis pol:Inherited ; nif:endIndex 40 ;
    nif:referenceContext <source/1> ; nif:beginIndex 28 .
<source/1#char=39,42> a pol:Mention ; itsrdf:taIdentRef <agency/edu> ; nif:anchorOf "教育局"@zh ;
    nif:referenceContext <source/1> ; nif:beginIndex 39 .
<source/1#char=47,51> a pol:Mention ; itsrdf:taIdentRef <document/shuangjian> ; nif:anchorOf "双减意见"@zh ;
    nif:referenceContext <source/1> ; nif:beginIndex 47 .
<source/1/citation/47> a pol:Citation ; pol:citing <document/plan> ; pol:cited <document/shuangjian> ;
    pol:sentence "落实《双减意见》，开展“护苗行动”。" ;
    pol:stance pol:implements ; nif:referenceContext <source/1> ; nif:beginIndex 47 .
"""
ORDER_TURTLE = """
<source/2> a nif:Context ; pol:sha256 "2" ; dcterms:source "order.txt" ; prov:wasGeneratedBy <build/1> .
<document/order> a pol:PolicyDocument, pol:Notice ; dcterms:title "关于防溺水的通知"@zh ;
    pol:hasText <source/2> ; pol:cites <document/shuangjian>, <document/plan> ; pol:mentions <document/shuangjian> .
<document/shuangjian> a pol:PolicyDocument, pol:Opinion ; skos:prefLabel "双减意见"@zh .
<source/2/target/23> a pol:Target ; pol:indicatorText "培训教师"@zh ; pol:comparator pol:Between ;
    pol:minValue 60 ; pol:maxValue 70 ; pol:unit "名" ; pol:due "2022-09"^^xsd:gYearMonth ;
    pol:sentence "根据《双减意见》，2022年培训教师60-70名。" ; nif:endIndex 30 ;
    nif:referenceContext <source/2> ; nif:beginIndex 23 .
<source/2#char=12,16> a pol:Mention ; itsrdf:taIdentRef <document/shuangjian> ; nif:anchorOf "双减意见"@zh ;
    nif:referenceContext <source/2> ; nif:beginIndex 12 .
"""


def named(name: str, turtle: str, text: str = "") -> DocumentGraph:
    """Give a graph written in Turtle."""
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    if text:
        turtle += f"<{name}> nif:isString {pyoxigraph.Literal(text)} ."
    form = pyoxigraph.RdfFormat.TURTLE
    graph = pyoxigraph.NamedNode(name)
    triples = [quad.triple for quad in pyoxigraph.parse(prefixes + turtle, form, base_iri=BASE)]
    lines = sorted(f"{pyoxigraph.Quad(*triple, graph)} .\n" for triple in triples)
    return DocumentGraph(name, "", "", "".join(lines), ())


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.set_ontology(named(ONTOLOGY, ONTOLOGY_TURTLE).nquads, "1")
    store.load(
        [
            named(f"{BASE}source/1", PLAN_TURTLE, PLAN),
            named(f"{BASE}source/2", ORDER_TURTLE, ORDER),
        ]
    )
    return store


KINDERGARTEN = "等级幼儿园率达到93%以上。"
DUTY = "责任单位：教育局。"
TEACHERS = "根据《双减意见》，2022年培训教师60-70名。"
IMPLEMENTS = "落实《双减意见》，开展“护苗行动”。"
SOURCE = f"{BASE}source/"
PLAN_TITLE, ORDER_TITLE = "教育局2017年工作要点", "关于防溺水的通知"


@pytest.mark.parametrize(
    ("name", "values", "rows"),
    [
        (
            "documents",
            {},
            [
                [ORDER_TITLE, "", "", "", "", "order.txt"],
                [PLAN_TITLE, "甲县教育局", "2017-02-23", "教发〔2017〕1号", "甲县", "plan.txt"],
            ],
        ),
        ("programs", {}, [["护苗行动", "Initiative", "1"]]),
        ("programs", {"name": "护苗"}, [["护苗行动", "Initiative", "1"]]),
        ("programs", {"name": "无"}, []),
        (
            "targets",
            {},
            [
                [ORDER_TITLE, "", "培训教师", "Between", "60–70", "名", "2022-09", TEACHERS],
                [
                    *(PLAN_TITLE, "提高质量", "等级幼儿园率", "AtLeast"),
                    *("93", "%", "2017", KINDERGARTEN),
                ],
            ],
        ),
        (
            "targets",
            {"document": "防溺水", "indicator": "教师"},
            [[ORDER_TITLE, "", "培训教师", "Between", "60–70", "名", "2022-09", TEACHERS]],
        ),
        ("targets", {"indicator": '" } #'}, []),
        (
            "due",
            {"from": "2018", "until": "2023"},
            [
                [
                    *("2022-09", "Stated", "培训教师", "Between", "60–70", "名", "", ""),
                    *(ORDER_TITLE, TEACHERS, "order.txt", SOURCE + "2", "23", "30"),
                    *(SOURCE + "2/target/23", SOURCE + "2/target/23"),
                ]
            ],
        ),
        (
            "due",
            {"until": "2018", "document": "教育局"},
            [
                [
                    *("2017", "Inherited", "等级幼儿园率", "AtLeast", "93", "%", "", ""),
                    *(PLAN_TITLE, KINDERGARTEN, "plan.txt", SOURCE + "1", "28", "40"),
                    *(SOURCE + "1/target/27", SOURCE + "1/task/13"),
                ]
            ],
        ),
        ("due", {"until": "2017-12-31"}, []),
        ("undated", {}, []),
        (
            "who",
            {"agency": "教育", "task": "质量"},
            [
                [
                    *("甲县教育局", "Lead", "Explicit", "提高质量", "", PLAN_TITLE, DUTY),
                    *("plan.txt", SOURCE + "1", "39", "42", f"{BASE}agency/edu"),
                    SOURCE + "1/task/13",
                ]
            ],
        ),
        ("who", {"task": "防溺水"}, []),
        (
            "unowned",
            {},
            [
                [
                    *("培训教师", "Between", "60–70", "名", "", "2022-09", "", "", ""),
                    *(ORDER_TITLE, TEACHERS, "order.txt", SOURCE + "2", "23", "30"),
                    *(SOURCE + "2/target/23", SOURCE + "2/target/23"),
                ]
            ],
        ),
        ("pairs", {}, []),
        ("support-only", {}, []),
        (
            "who-leads",
            {"agency": "教育"},
            [["甲县教育局", "Lead", "提高质量", "Explicit", PLAN_TITLE, DUTY]],
        ),
        ("who-leads", {"agency": "财政"}, []),
        ("agencies", {}, [["甲县教育局", "1", "1", "0"]]),
        ("ghosts", {}, [["双减意见", "2", f"{BASE}document/shuangjian"]]),
        ("citations", {}, [[PLAN_TITLE, "implements", "双减意见", "no", IMPLEMENTS]]),
        ("citations", {"document": "防溺水"}, []),
        ("regions", {}, [["甲县", "乙省甲县", "331081", "1", "1"]]),
        (
            "entity",
            {"name": "教育局"},
            [
                ["Lead", PLAN_TITLE, DUTY, "plan.txt", "39"],
                ["mention", PLAN_TITLE, DUTY, "plan.txt", "39"],
            ],
        ),
        (
            "entity",
            {"name": f"{BASE}document/shuangjian"},
            [
                ["mention", ORDER_TITLE, TEACHERS, "order.txt", "12"],
                ["implements", PLAN_TITLE, IMPLEMENTS, "plan.txt", "47"],
                ["mention", PLAN_TITLE, IMPLEMENTS, "plan.txt", "47"],
            ],
        ),
        ("entity", {"name": "无"}, []),
    ],
)
def test_rows(store: Store, name: str, values: dict[str, str], rows: list[list[str]]) -> None:
    query = queries.find(name)
    parameters = [parameter for parameter, _ in query.parameters]
    found = store.select(query.text, query.substitutions(values))
    shown = [[row[column] for column in row if column not in parameters] for row in found]
    assert shown == rows


def test_every_query_explains_itself_and_projects_its_parameters() -> None:
    for query in queries.saved().values():
        assert query.description.endswith("."), query.name
        for parameter, meaning in query.parameters:
            assert meaning
            assert f"?{parameter}" in query.text.partition("{")[0], query.name
            assert query.substitutions({parameter: "x"}) == {parameter: "x"}


def test_unknown_names() -> None:
    with pytest.raises(NotFoundError, match="known: .*citations"):
        queries.find("nope")
    with pytest.raises(QueryError, match="no parameter 'x'; known: document, indicator"):
        queries.find("targets").substitutions({"x": "1"})
    with pytest.raises(QueryError, match="known: none"):
        queries.find("ghosts").substitutions({"x": "1"})


# -- cards -------------------------------------------------------------------------------------


def told(card: Card) -> list[str]:
    """Give a card's facts as lines."""
    return [
        f"{'<' if group.inward else '>'} {group.label}: {fact.text}"
        + (f" [{fact.evidence.file}: {fact.evidence.sentence}]" if fact.evidence else "")
        for group in card.groups
        for fact in group.facts
    ]


@pytest.mark.parametrize("name", ["甲县教育局", "教育局", "agency/edu", f"{BASE}agency/edu"])
def test_card(store: Store, name: str) -> None:
    card = show(store, name)
    assert (card.name, card.alternatives) == ("甲县教育局", ("教育局",))
    assert card.classes == ("机构", "GovernmentBody")
    assert told(card) == [
        f"< 提及: 教育局 [plan.txt: {DUTY}]",
        f"< 责任机构: 提高质量（牵头，明示） [plan.txt: {DUTY}]",
        f"< issuedBy: 教育局2017年工作要点 [plan.txt: {DUTY}]",
    ]


def test_card_of_a_document(store: Store) -> None:
    lines = told(show(store, PLAN_TITLE))
    assert "> 发文日期: 2017-02-23 [plan.txt: ]" in lines
    assert (
        "< citing: 双减意见（implements） [plan.txt: 落实《双减意见》，开展“护苗行动”。]" in lines
    )


def test_the_one_that_documents_speak_of_is_meant(store: Store) -> None:
    assert show(store, "双减意见").iri == f"{BASE}document/shuangjian"


def test_a_long_group_is_cut(store: Store) -> None:
    (group,) = [group for group in show(store, "双减意见", 1).groups if group.label == "提及"]
    assert (group.total, len(group.facts)) == (2, 1)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("育局2017", "nothing has this name"),
        ("教育", "similar: 甲县教育局"),
        ('" }', "nothing has"),
    ],
)
def test_no_card(store: Store, name: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=message):
        show(store, name)


def test_several_of_a_name() -> None:
    store = Store()
    turtle = '<region/1> skos:prefLabel "鼓楼区"@zh . <region/2> skos:prefLabel "鼓楼区"@zh .'
    store.load([named(f"{BASE}source/1", turtle)])
    with pytest.raises(NotFoundError, match="2 things have this name; .* region/1, region/2"):
        show(store, "鼓楼区")


@pytest.mark.parametrize(
    ("text", "begin", "sentence"),
    [
        ("甲。乙丙。丁", 3, "乙丙。"),
        ("甲。乙丙。丁", 0, "甲。"),
        ("甲。乙丙。丁", 5, "丁"),
        ("甲\n乙；丙", 2, "乙；"),
        ("", 0, ""),
        ("字" * 1000, 500, "字" * 400),
    ],
)
def test_sentence(text: str, begin: int, sentence: str) -> None:
    assert sentence_at(text, begin) == sentence


def test_stats(store: Store) -> None:
    counts = count(store)
    assert counts["store"]["documents"] == 2
    assert counts["store"]["facts"] == 5
    assert counts["classes"]["Agency"] == 1
    assert counts["documents by region"] == {"unknown": 1, "甲县": 1}
    assert counts["documents by year"] == {"2017": 1, "unknown": 1}
