"""Graphs to pages: what is shown, what is said, and what no text may do."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

import browser
import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from kg.errors import NotFoundError
from kg.render import SCRIPTS, render_html
from kg.render.evidence import sentence_around
from kg.render.scenes import HUB
from kg.render.subgraph import POL, TIES

PREFIXES = """
@prefix pol: <https://w3id.org/policy-kg/ontology#> .
@prefix nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#> .
@prefix itsrdf: <http://www.w3.org/2005/11/its/rdf#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix id: <https://w3id.org/policy-kg/id/> .
"""

TITLES = (
    ("云河市教育局2023年工作要点", "WorkPlan", "2023-02-20"),
    ("云河市全民阅读行动实施方案", "ImplementationPlan", "2023-04-11"),
    ("关于加强中小学校园食品安全工作的意见", "Opinion", "2022-09-01"),
    ("云河市“十四五”公共服务规划", "Plan", "2021-12"),
)
AGENCIES = tuple(
    f"云河市{name}"
    for name in re.split(
        r"\s+",
        """教育局 财政局 卫生健康局 市场监督管理局 公安局 人民政府 文化广电局 住房和城乡建设局
        民政局 人力资源和社会保障局 发展和改革委员会 自然资源局 交通运输局 应急管理局 体育局
        司法局 审计局 统计局 农业农村局 水利局 商务局 科学技术局 工业和信息化局 城市管理局
        医疗保障局 税务局 图书馆 第一中学 妇女联合会 大数据中心""",
    )
)
PROGRAMS = tuple(
    f"{stem}{head}"
    for head in ("工程", "行动", "计划", "试点")
    for stem in re.split(" ", "明厨亮灶 书香云河 强师 护苗 智慧校园 银龄 青蓝 暖心 清朗 绿芽")
)
LAWS = ("中华人民共和国教育法", "云河市校外培训管理办法", "全民阅读促进条例", "食品安全国家标准")


def quoted(text: str) -> str:
    """Return a Turtle string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class Graph:
    """A store in the making: documents whose text grows sentence by sentence."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.store = Store()
        self.known: dict[str, str] = {}

    def entity(self, path: str, label: str, *types: str) -> str:
        """Return the IRI of a thing, described once."""
        iri = f"<https://w3id.org/policy-kg/id/{path}/{len(self.known)}>"
        if label not in self.known:
            self.known[label] = iri
            classes = " , ".join(f"pol:{name}" for name in types)
            self.load("gazetteer", f"{iri} a {classes} ; skos:prefLabel {quoted(label)}@zh .")
        return self.known[label]

    def agency(self, label: str) -> str:
        """Return an agency's IRI."""
        return self.entity("agency", label, "Agency", "GovernmentBody")

    def program(self, label: str) -> str:
        """Return a program's IRI."""
        return self.entity("program", label, "Program", "Initiative")

    def load(self, name: str, turtle: str) -> None:
        """Load Turtle into the named graph."""
        nquads = Store()
        nquads.load(PREFIXES + turtle, format=RdfFormat.TURTLE)
        graph = NamedNode(f"https://w3id.org/policy-kg/id/source/{name}")
        self.store.extend(Quad(q.subject, q.predicate, q.object, graph) for q in nquads)


class Document:
    """One document of a graph."""

    def __init__(
        self, graph: Graph, title: str, kind: str, issued: str, issuer: str, file: str = ""
    ) -> None:
        """Describe the document; its text comes later."""
        self.graph = graph
        self.name = f"s{len(graph.known)}"
        self.source = f"<https://w3id.org/policy-kg/id/source/{self.name}>"
        self.iri = graph.entity("document", title, "PolicyDocument", kind)
        self.file = file or f"{self.name}.txt"
        self.text = f"{title}\n"
        self.turtle = [
            f"{self.iri} dcterms:title {quoted(title)}@zh ; pol:hasText {self.source} ;"
            f' pol:issuedBy {graph.agency(issuer)} ; dcterms:issued "{issued}" .'
        ]

    def at(self, begin: int, end: int) -> str:
        """Return the properties of a span."""
        return f"nif:referenceContext {self.source} ; nif:beginIndex {begin} ; nif:endIndex {end} ."

    def say(self, before: str, label: str, iri: str, after: str) -> tuple[int, int]:
        """Write a piece of text that names something, and its mention."""
        begin = len(self.text) + len(before)
        end = begin + len(label)
        self.text += before + label + after
        mention = f"<https://w3id.org/policy-kg/id/source/{self.name}#char={begin},{end}>"
        self.turtle.append(
            f"{mention} a pol:Mention ; itsrdf:taIdentRef {iri} ; " + self.at(begin, end)
        )
        self.turtle.append(f"{self.iri} pol:mentions {iri} .")
        return begin, end

    def task(self, number: int, agency: str, helper: str, program: str, percent: int) -> None:
        """Write a task with its lead, its support, a program and a target."""
        graph = self.graph
        start = len(self.text)
        task = f"<https://w3id.org/policy-kg/id/source/{self.name}/task/{start}>"
        title = f"推进{program}"
        self.text += f"{number}."
        self.say("推进", program, graph.program(program), "。")
        lead = self.say("由", agency, graph.agency(agency), "牵头，")
        support = self.say("", helper, graph.agency(helper), "配合，")
        target_start = len(self.text) + 3
        self.text += f"覆盖率达到{percent}%以上；年底前完成。\n"
        node = task[:-1]
        self.turtle += [
            f"{self.iri} dcterms:hasPart {task} .",
            f'{task} a pol:Task ; dcterms:title {quoted(title)}@zh ; pol:number "{number}" ;'
            f" pol:involves {graph.program(program)} ; " + self.at(start, len(self.text)),
            f"{node}/lead> a pol:Responsibility ; pol:ofTask {task} ; pol:role pol:Lead ;"
            f" pol:agency {graph.agency(agency)} ; pol:basis pol:Explicit ; " + self.at(*lead),
            f"{node}/support> a pol:Responsibility ; pol:ofTask {task} ; pol:role pol:Support ;"
            f" pol:agency {graph.agency(helper)} ; pol:basis pol:Explicit ; " + self.at(*support),
            f'{node}/target> a pol:Target ; pol:inTask {task} ; pol:indicatorText "覆盖率"@zh ;'
            f' pol:comparator pol:AtLeast ; pol:value {percent}.0 ; pol:unit "%" ;'
            f' pol:due "2023-12-31"^^xsd:date ; ' + self.at(target_start, target_start + 8),
        ]

    def cite(self, title: str, stance: str, words: str) -> None:
        """Write a citation of another document."""
        cited = self.graph.entity("document", title, "PolicyDocument", "Law")
        begin, end = self.say(f"{words}《", title, cited, "》有关要求。\n")
        self.turtle += [
            f"{self.iri} pol:cites {cited} ; pol:{stance} {cited} .",
            f"<https://w3id.org/policy-kg/id/source/{self.name}/citation/{begin}> a pol:Citation ;"
            f" pol:citing {self.iri} ; pol:cited {cited} ; pol:stance pol:{stance} ; "
            + self.at(begin, end),
        ]

    def close(self) -> None:
        """Load the document with its text into the store."""
        self.turtle.append(
            f"{self.source} a nif:Context ; nif:isString {quoted(self.text)} ;"
            f" dcterms:source {quoted(self.file)} ."
        )
        self.graph.load(self.name, "\n".join(self.turtle))


def invented(documents: int = 4) -> Store:
    """Return a store of invented documents that share agencies, programs and laws."""
    graph = Graph()
    for number in range(documents):
        title, kind, issued = TITLES[number % len(TITLES)]
        name = title if number < len(TITLES) else f"{title}（{number}）"
        document = Document(graph, name, kind, issued, AGENCIES[number % 3])
        for step in range(12):
            document.task(
                step + 1,
                AGENCIES[(number * 7 + step) % len(AGENCIES)],
                AGENCIES[(number * 5 + step * 2) % len(AGENCIES)],
                f"{PROGRAMS[(number * 9 + step) % len(PROGRAMS)]}{number // 4 or ''}",
                60 + step,
            )
        document.cite(LAWS[number % 4], "implements", "贯彻落实")
        document.cite(LAWS[(number + 1) % 4], "cites", "参照")
        document.cite(f"云河市专项工作方案第{number}号", "plansToIssue", "研究制定")
        document.close()
    return graph.store


@pytest.fixture(scope="module")
def store() -> Store:
    """Return the invented store."""
    return invented()


@pytest.fixture(scope="module")
def page(store: Store) -> str:
    """Return the page of the invented store."""
    return render_html(store)


def data_of(page: str) -> dict[str, Any]:
    """Return the data that a page carries."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def shown(page: str, group: str) -> set[str]:
    """Return the labels of the entities of a class that a page shows."""
    data = data_of(page)
    return {entity["label"] for entity in data["entities"] if entity["group"] == group}


def ties_between(page: str, one: str, other: str) -> dict[str, list[str]]:
    """Return how two things are tied on a page: name of the tie → the words marked as evidence."""
    data = data_of(page)
    labels = [entity["label"] for entity in data["entities"]]
    for edge, ties in zip(data["edges"], data["ties"], strict=True):
        if (labels[edge["from"]], labels[edge["to"]]) == (one, other):
            return {name: [marked(data, span) for span in spans] for name, _, spans, _ in ties}
    return {}


def marked(data: dict[str, Any], span: Sequence[int]) -> str:
    """Return the words of a sentence that the page marks."""
    number, begin, end = span
    _, first, text, _ = data["sentences"][number]
    return str(text[begin - first : end - first])


# -- what is shown ---------------------------------------------------------------------------


def test_overview_shows_documents_and_what_they_name(page: str) -> None:
    assert shown(page, "PolicyDocument") == {title for title, _, _ in TITLES}
    assert shown(page, "Cited") >= set(LAWS)
    assert {"云河市教育局", "云河市图书馆"} <= shown(page, "Agency")
    assert shown(page, "Task") == shown(page, "Target") == set()


@pytest.mark.parametrize(
    ("one", "other", "ties"),
    [
        (
            "云河市教育局2023年工作要点",
            "云河市教育局",
            dict.fromkeys(["issuedBy", "leads", "supports", "mentions"], ["云河市教育局"]),
        ),
        (
            "云河市教育局2023年工作要点",
            "中华人民共和国教育法",
            {"implements": ["中华人民共和国教育法"], "mentions": ["中华人民共和国教育法"]},
        ),
        (
            "云河市教育局2023年工作要点",
            "云河市专项工作方案第0号",
            {"plansToIssue": ["云河市专项工作方案第0号"], "mentions": ["云河市专项工作方案第0号"]},
        ),
        ("云河市教育局2023年工作要点", "清朗计划", {}),
    ],
)
def test_a_line_says_why(page: str, one: str, other: str, ties: dict[str, list[str]]) -> None:
    found = ties_between(page, one, other)
    assert {name: sorted(set(words)) for name, words in found.items()} == ties


def test_limit_is_kept_and_what_is_hidden_is_said(store: Store) -> None:
    page = render_html(store, limit=20)
    data = data_of(page)
    assert len(data["nodes"]) == 20
    assert sum(row["shown"] for row in data["counts"]) == 20
    assert sum(row["total"] for row in data["counts"]) == 81
    assert {"group": "Program", "shown": 0, "total": 39} in data["counts"]
    # Issuers and what several documents share come before what one names.
    assert {"云河市教育局", "云河市财政局"} <= shown(page, "Agency")


def test_about_a_document_shows_its_tasks_and_targets(store: Store) -> None:
    page = render_html(store, about="云河市全民阅读行动实施方案", depth=2)
    assert len(shown(page, "Task")) == 12
    assert "覆盖率 ≥60%（2023-12-31）" in shown(page, "Target")
    # Its tasks lead there, and the bare mention is not drawn a second time.
    assert ties_between(page, "推进绿芽工程", "绿芽工程") == {"involves": []}
    assert ties_between(page, "云河市全民阅读行动实施方案", "绿芽工程") == {}


def test_about_an_agency_shows_its_own_tasks_only(store: Store) -> None:
    page = render_html(store, about="云河市图书馆", depth=1)
    assert shown(page, "Agency") == {"云河市图书馆"}
    assert shown(page, "Task") == {"推进青蓝计划", "推进强师试点"}


def test_types_keep_documents_and_the_classes_asked_for(store: Store) -> None:
    page = render_html(store, types=["Initiative"])
    assert len(shown(page, "Program")) == 39
    assert len(shown(page, "PolicyDocument")) == 4
    assert shown(page, "Agency") == shown(page, "Cited") == set()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"about": "云河市气象局"}, "云河市气象局: no document in the store names this"),
        ({"about": "图书馆"}, "there is 云河市图书馆"),
        ({"types": ["Planet"]}, "Planet: no such class; known: PolicyDocument, WorkPlan"),
    ],
)
def test_what_is_not_there_is_refused(store: Store, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(NotFoundError, match=re.escape(message)):
        render_html(store, **wrong)


def test_mentions_of_what_nearly_all_documents_name_wait_until_asked_for() -> None:
    graph = Graph()
    for number in range(HUB + 1):
        document = Document(graph, f"第{number}号文件", "Notice", "2020", AGENCIES[number])
        document.say("根据", "国务院", graph.agency("国务院"), "要求。\n")
        document.close()
    data = data_of(render_html(graph.store))
    (hub,) = data["hubs"]
    assert (data["entities"][hub["id"]]["label"], hub["lines"]) == ("国务院", HUB + 1)
    assert sum(edge.get("hub") == hub["id"] for edge in data["edges"]) == HUB + 1


def test_an_empty_store_is_an_empty_page() -> None:
    data = data_of(render_html(Store()))
    assert data["counts"] == data["entities"] == []


def test_nothing_stands_over_another(page: str) -> None:
    places = [(node["x"], node["y"]) for node in data_of(page)["scenes"][0]["nodes"]]
    assert len(set(places)) == len(places)


def test_words_name_every_class_of_the_ontology() -> None:
    ontology = Store()
    text = resources.files("kg.ontology").joinpath("policy.ttl").read_bytes()
    ontology.load(text, format=RdfFormat.TURTLE)
    words = json.loads(resources.files("kg.page").joinpath("words.json").read_text("utf-8"))
    label = "http://www.w3.org/2000/01/rdf-schema#subClassOf"
    below: dict[str, set[str]] = {name: set() for name in words["subclasses"]}
    for quad in ontology.quads_for_pattern(None, NamedNode(label), None):
        above = getattr(quad.object, "value", "").rpartition("#")[2]
        if above in below and quad.subject.value.startswith(POL):
            below[above].add(quad.subject.value.rpartition("#")[2])
    assert {name: set(known) for name, known in words["subclasses"].items()} == below
    assert set(words["classes"]) == {"Cited", *below, *set().union(*below.values())}
    assert set(words["ties"]) == set(words["reversed"]) == set(TIES)


# -- evidence --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("甲。教育局牵头。乙。", "教育局", "教育局牵头。"),
        ("一、目标\n教育局牵头；财政局配合", "财政局", "财政局配合"),
        ("𠮷县。𠮷县教育局牵头！", "教育局", "𠮷县教育局牵头！"),
        ("按照《甲。乙》办理。", "甲。乙", "按照《甲。乙》办理。"),
        ("教育局", "教育局", "教育局"),
        ("一。" + "任务" * 200, "任务" * 200, "任务" * 120),
        ("长" * 300 + "教育局" + "短" * 300, "教育局", "长" * 160 + "教育局" + "短" * 160),
    ],
)
def test_sentence_around(text: str, words: str, sentence: str) -> None:
    begin = text.index(words)
    found = sentence_around(text, begin, begin + len(words))
    assert found.text == sentence
    assert text[found.begin :].startswith(sentence)


# -- one file, always the same ---------------------------------------------------------------


def test_same_bytes_in_another_process(page: str) -> None:
    code = "import sys, test_render as t; sys.stdout.write(t.render_html(t.invented()))"
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": paths, "PYTHONUTF8": "1"},
    )
    assert (
        hashlib.sha256(run.stdout.encode()).hexdigest() == hashlib.sha256(page.encode()).hexdigest()
    )


def test_page_asks_for_nothing_from_outside(page: str) -> None:
    outside = (
        r"""(?:src|href|action|srcset)\s*=\s*["']?(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
    )
    assert re.findall(outside + r"|@import|<link|<iframe|<base|import\(", page) == []


def test_policy_admits_exactly_our_scripts(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [
        "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in scripts
    ]
    admitted = " ".join(f"'{one}'" for one in hashes)
    assert len(hashes) == 2 + len(SCRIPTS)  # vis-network, what all pages share, and ours
    assert policy[1] == (
        f"default-src 'none'; script-src {admitted}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


# -- in a browser ----------------------------------------------------------------------------

PAYLOADS = (
    "<script>document.title='taken'</script>",
    "</script><script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\"><svg onload=document.title='taken'>",
    "<a href=\"javascript:document.title='taken'\">href</a>",
    "<!--<script>document.title='taken'",
    "${document.title='taken'} {{document.title}} $data",
    "\u2028document.title='taken'//",
)


@browser.needs_chromium
def test_page_is_drawn_with_the_network_off(page: str, tmp_path: Path) -> None:
    file = tmp_path / "graph.html"
    file.write_text(page, encoding="utf-8")
    visit = browser.visit(file, "#entity=" + quote("云河市财政局"))
    assert visit.console == ()
    assert 'data-drawn="81"' in visit.dom
    assert "<mark>云河市财政局</mark>" in visit.dom
    assert "第 76–82 字" in visit.dom


@browser.needs_chromium
def test_no_text_runs_as_script(tmp_path: Path) -> None:
    graph = Graph()
    for payload in PAYLOADS:
        document = Document(
            graph, payload, "Notice", payload.replace('"', "'"), payload + "局", payload
        )
        document.task(1, payload + "院", payload + "队", payload + "行动", 90)
        document.cite(payload + "法", "implements", payload)
        document.close()
    file = tmp_path / "graph.html"
    file.write_text(render_html(graph.store, title=PAYLOADS[1]), encoding="utf-8")
    for payload in (PAYLOADS[1] + "行动", PAYLOADS[2]):
        visit = browser.visit(file, "#entity=" + quote(payload))
        assert visit.console == ()
        assert f"<title>{escape(PAYLOADS[1], quote=False)}</title>" in visit.dom
        assert f"<h2>{escape(payload, quote=False)}</h2>" in visit.dom
    # vis-network holds the word once, as a string; three elements hold data, one each text.
    assert visit.dom.count("<script") == 1 + 2 + 3 + len(PAYLOADS) + len(SCRIPTS)
