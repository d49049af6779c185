"""What documents are made of, on a small store whose shares are given."""

# ruff: noqa: E501  # a statement of a graph is read best on one line
from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from fake_extractor import BASE
from test_queries import named

from kg import queries
from kg.cli import cli
from kg.commands.originality import SORTS as COMMAND_SORTS
from kg.errors import NotFoundError, QueryError
from kg.models import DocumentGraph
from kg.reports.originality import SHARES, SORTS, originality
from kg.reports.uptake import uptake
from kg.sparql import PREFIXES
from kg.store import Store

PLAN = "青教发〔2022〕1号\n青禾县教育局2022年工作要点\n一、补齐短板\n新增学位1500个。\n二、强化保障\n加强组织领导。"
FIRST, SECOND = PLAN.index("一、"), PLAN.index("二、")
PLAN_TURTLE = f"""
<document/plan> a pol:PolicyDocument ; dcterms:title "青禾县教育局2022年工作要点"@zh ; pol:hasText <source/1> ;
    dcterms:issued "2022-03-01"^^xsd:date ;
    pol:countedLength 40 ; pol:formulaShare 0.25 ; pol:sharedShare 0.375 ; pol:concreteShare 0.5 .
<source/1> dcterms:source "plan.txt", "z-copy.txt" ; pol:sha256 "1" .
<source/1/section/16> a pol:Section ; dcterms:title "补齐短板"@zh ; pol:number "一" ; nif:referenceContext <source/1> ;
    nif:beginIndex {FIRST} ; nif:endIndex {SECOND} ; pol:countedLength 15 ; pol:formulaShare 0.0 ; pol:sharedShare 0.1 ; pol:concreteShare 1.0 .
<source/1/section/33> a pol:Section ; dcterms:title "强化保障"@zh ; pol:number "二" ; nif:referenceContext <source/1> ;
    nif:beginIndex {SECOND} ; nif:endIndex {len(PLAN)} ; pol:countedLength 13 ; pol:formulaShare 0.7 ; pol:sharedShare 0.3 .
"""
NOTICE = "关于防溺水的通知\n加强看护。"
NOTICE_TURTLE = """
<document/notice> a pol:PolicyDocument ; dcterms:title "防溺水通知"@zh ; pol:hasText <source/2> ;
    pol:countedLength 13 ; pol:formulaShare 0.5 ; pol:concreteShare 0.0 .
<source/2> dcterms:source "notice.txt" ; pol:sha256 "2" .
"""
WITHOUT_TURTLE = """
<document/other> a pol:PolicyDocument ; dcterms:title "枫渚县工作要点"@zh ; pol:hasText <source/3> .
<source/3> dcterms:source "other.txt" ; pol:sha256 "3" .
"""


def graphs() -> list[DocumentGraph]:
    return [
        named(f"{BASE}source/1", PLAN_TURTLE, PLAN),
        named(f"{BASE}source/2", NOTICE_TURTLE, NOTICE),
        named(f"{BASE}source/3", WITHOUT_TURTLE, "枫渚县工作要点\n一、甲。"),
    ]


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.load(graphs())
    store.set_traces([], [], "of these documents")
    return store


PLAN_ROW = ("青禾县教育局2022年工作要点", "2022-03-01", 40, "25.0", "37.5", "37.5", "50.0")
# Nothing was shared-counted here: what is its own is not known either, never 0.
NOTICE_ROW = ("防溺水通知", None, 13, "50.0", None, None, "0.0")


def told(values: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(str(value) if isinstance(value, Decimal) else value for value in values)


def test_documents(store: Store) -> None:
    report = originality(store)
    assert report.columns == (
        *("document", "issued", "length"),
        *("formula %", "shared %", "own %", "concrete %"),
    )
    assert [told(row.values) for row in report.rows] == [NOTICE_ROW, PLAN_ROW]
    assert report.notes[1:] == ("documents without counted shares: 1",)
    plan = report.rows[1].evidence[0]
    assert (plan.sentence, plan.file) == (PLAN.splitlines()[1], "plan.txt")
    assert PLAN[plan.begin : plan.end] == plan.sentence
    notice = report.rows[0].evidence[0]  # its title does not stand in the text
    assert (notice.begin, notice.end) == (0, 5)


def test_sections(store: Store) -> None:
    report = originality(store, ["plan.txt"], sections=True)
    assert report.columns[:2] == ("document", "section")
    title = PLAN_ROW[0]
    assert [told(row.values) for row in report.rows] == [
        (title, None, *PLAN_ROW[1:]),
        (title, "补齐短板", "2022-03-01", 15, "0.0", "10.0", "90.0", "100.0"),
        (title, "强化保障", "2022-03-01", 13, "70.0", "30.0", "0.0", None),
    ]
    (heading,) = report.rows[1].evidence
    assert heading.sentence in PLAN[heading.begin : heading.end]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("document", ["防溺水通知", "青禾县教育局2022年工作要点"]),
        ("issued", ["青禾县教育局2022年工作要点", "防溺水通知"]),  # unknown last
        ("length", ["青禾县教育局2022年工作要点", "防溺水通知"]),
        ("formula", ["防溺水通知", "青禾县教育局2022年工作要点"]),
        ("shared", ["青禾县教育局2022年工作要点", "防溺水通知"]),
        ("own", ["青禾县教育局2022年工作要点", "防溺水通知"]),
        ("concrete", ["青禾县教育局2022年工作要点", "防溺水通知"]),
    ],
)
def test_order(store: Store, sort: str, order: list[str]) -> None:
    assert [row.values[0] for row in originality(store, sort=sort).rows] == order


def test_errors(store: Store) -> None:
    with pytest.raises(QueryError, match="no order 'length %'; known: document, issued"):
        originality(store, sort="length %")
    with pytest.raises(NotFoundError, match="nowhere: no document"):
        originality(store, ["nowhere"])
    with Store() as empty, pytest.raises(NotFoundError, match="holds no shares, .*kg build"):
        originality(empty)


def test_the_order_of_loading_changes_nothing(store: Store) -> None:
    with Store() as other:
        other.load(list(reversed(graphs())))
        other.set_traces([], [], "of these documents")
        assert originality(other, sections=True) == originality(store, sections=True)


def test_rdflib_gives_the_same(store: Store) -> None:
    import rdflib

    triples = pyoxigraph.parse(b"".join(store.ntriples()), pyoxigraph.RdfFormat.N_TRIPLES)
    turtle = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE)
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    query = queries.find("originality").text
    names = query[query.index("SELECT ") + 7 : query.index("{")].replace("?", "").split()
    answers = graph.query(query, initNs={k: rdflib.Namespace(v) for k, v in PREFIXES.items()})
    theirs = [[_text(getattr(row, name)) for name in names] for row in answers]
    ours = [[_text(row[name]) for name in names] for row in store.select(query)]
    assert theirs == ours
    assert len(ours) == 7  # a row for each of two file names, of each section too


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return format(Decimal(text).normalize(), "f") if re.fullmatch(r"\d+\.\d+", text) else text


def test_who_copied_in_the_plans_shares_with_who_wrote_first(plans_store: Store) -> None:
    shares = {
        row.evidence[0].file: dict(zip(SHARES, row.values[3:], strict=True))
        for row in originality(plans_store).rows
    }
    assert len(shares) == 18
    # 枫渚县 copied from 青禾县, the city from the province; those who wrote first share nothing.
    assert {file for file, row in shares.items() if row["shared"]} == {
        "枫渚县-2022-方案.txt",
        "市-2021-方案.txt",
    }
    for row in shares.values():
        assert row["formula"] + row["shared"] + row["own"] == 100
    # The preamble is set formula in every work plan, and in no 方案 that has none.
    assert min(row["formula"] for file, row in shares.items() if "要点" in file) > 10
    assert max(row["formula"] for file, row in shares.items() if "方案" in file) < 5


def test_the_command(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as made:
        made.load(graphs())
    run = CliRunner().invoke
    arguments = ["originality", "--store", str(tmp_path / "store")]
    shown = run(cli, [*arguments, "--sort", "own"])
    assert shown.exit_code == 0 and "37.5" in shown.output
    assert "补齐短板" in run(cli, [*arguments, "--sections", "plan.txt"]).output
    assert run(cli, [*arguments, "nowhere"]).exit_code == 1
    assert COMMAND_SORTS == SORTS


@pytest.mark.parametrize(("mark", "said"), [("", "are not up to date"), ("none", "--no-traces")])
def test_shares_that_cannot_be_relied_on_are_told(mark: str, said: str) -> None:
    with Store() as changed:
        changed.load(graphs())
        changed.set_traces([], [], mark)
        assert said in originality(changed).notes[-1]
        assert said in uptake(changed).notes[-1]
