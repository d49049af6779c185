"""The stages together: what holds for every text, and which rules the tables cover."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
from itertools import product

import pyoxigraph as ox
import pytest
from casebook import EXAMPLES, ROOT, TABLES, Case, case_of, example, rules_of, table, understood
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ReadError
from kg.extract.citations import STANCE
from kg.extract.text import even
from kg.models import Reading
from kg.pipeline import extractor_version, ontology_nquads, process
from kg.vocabulary import KINDS, rows

# What policy documents are made of: pieces that rules look for, so that chance meets them.
PIECES = (
    *"一二三四五六七八九十百千万亿〇0123456789年月日号第条章节和与及等的各本我全在为对",
    *"，。；：、！？（）《》〈〉“”‘’〔〕[]()%％—-·*X \t\n\r　",
    *("省", "市", "县", "区", "镇", "局", "委", "厅", "办", "部", "院", "校", "组"),
    *("教育局", "人民政府", "办公室", "委员会", "团市委", "温岭市", "云陵市", "大溪镇", "浙江省"),
    *("关于印发", "的通知", "工作要点", "实施方案", "办法", "条例", "规划", "“十四五”", "双减"),
    *("工程", "行动", "计划", "项目", "平台", "示范区", "运动会", "领导小组", "联席会议"),
    *("一、", "（一）", "1.", "（1）", "①", "第一条", "牵头单位：", "责任单位：", "配合"),
    *("落实", "制定", "修订", "完善", "由", "会同", "不少于", "以上", "约", "达到", "提高"),
    *("全覆盖", "清零", "力争", "年底前", "每学期", "2024年", "上半年", "万元", "个百分点", "所"),
    *(
        "各县（市、区）",
        "等部门",
        "以下简称",
        "文号：",
        "索引号：",
        "成文日期：",
        "云教发〔2024〕6号",
    ),
)
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=120).map("".join)
readable = texts.filter(lambda text: bool(text.strip(" \t\r\n　")))


def spans(reading: Reading) -> list[tuple[int, int, str | None]]:
    """Return every span that a reading claims, with the words it must hold where it says them."""
    outline, findings = reading.outline, reading.findings
    return [
        *((m.begin, m.end, m.text) for m in findings.mentions),
        *((t.begin, t.end, None) for t in findings.targets),
        *((r.begin, r.end, None) for r in findings.responsibilities),
        *((c.begin, c.end, findings.mentions[c.cited].text) for c in findings.citations),
        *((f.begin, f.end, f.value) for f in outline.fields if f.rule != "number.line"),
        *((s.begin, s.end, None) for s in outline.sections),
        *((t.begin, t.end, None) for t in outline.tasks),
        *((t.title_begin, t.title_end, t.title) for t in outline.tasks),
        *((s.begin, s.end, None) for s in outline.sentences),
        *((begin, end, None) for begin, end in outline.titles),
        *((begin, end, None) for begin, end in outline.furniture),
    ]


@given(readable)
def test_any_text_is_read_and_every_span_holds_its_words(text: str) -> None:
    reading = understood(text)
    assert reading.outline.source.text == text
    for begin, end, words in spans(reading):
        assert 0 <= begin < end <= len(text)
        assert words is None or text[begin:end] == words


@given(readable)
def test_mentions_are_in_order_and_do_not_overlap(text: str) -> None:
    reading = understood(text)
    mentions = reading.findings.mentions
    assert len(reading.entities) == len(mentions)
    for before, after in zip(mentions, mentions[1:], strict=False):
        assert before.end <= after.begin


@given(readable)
def test_indexes_point_into_their_lists(text: str) -> None:
    reading = understood(text)
    outline, findings = reading.outline, reading.findings
    tasks, sections, mentions = len(outline.tasks), len(outline.sections), len(findings.mentions)
    assert all(t.section is None or 0 <= t.section < sections for t in outline.tasks)
    assert all(s.parent is None or 0 <= s.parent < i for i, s in enumerate(outline.sections))
    assert all(t.task is None or 0 <= t.task < tasks for t in findings.targets)
    assert all(t.program is None or 0 <= t.program < mentions for t in findings.targets)
    assert all(0 <= r.task < tasks and -1 <= r.agency < mentions for r in findings.responsibilities)
    assert all(findings.mentions[c.cited].type == "Document" for c in findings.citations)
    assert all(findings.mentions[i].type == "Document" for i in findings.own)


@given(readable)
def test_any_text_makes_a_graph_that_parses_and_is_the_same_again(text: str) -> None:
    data = text.encode()
    graph = process(data, ["a.txt"])
    lines = graph.nquads.splitlines(keepends=True)
    assert lines == sorted(set(lines))
    quads = list(ox.parse(graph.nquads.encode(), format=ox.RdfFormat.N_QUADS))
    assert len(quads) == graph.nquads.count("\n")
    assert {quad.graph_name.value for quad in quads} == {graph.iri}
    assert process(data, ["a.txt"]) == graph


@given(st.text(max_size=200))
def test_even_keeps_every_offset(text: str) -> None:
    assert len(even(text)) == len(text)
    assert even(even(text)) == even(text)


@pytest.mark.parametrize(
    ("text", "evened"),
    [
        ("２０２４年，９５％", "2024年，95%"),
        ("(试行),约;", "（试行），约；"),
        ("2023～2025－2026–2027", "2023—2025—2026—2027"),
        ("「双减」", "“双减”"),
        ("ＡＢＣ＋", "ABC+"),
    ],
)
def test_one_width(text: str, evened: str) -> None:
    assert even(text) == evened


def test_the_order_of_names_is_irrelevant() -> None:
    data = "温岭市教育局2024年工作要点\n一、抓质量\n1.加强教研。由市教育局牵头。\n".encode()
    one, other = process(data, ["甲.txt", "乙.txt"]), process(data, ["乙.txt", "甲.txt"])
    assert one.nquads == other.nquads


def test_names_change_only_what_is_said_of_the_file() -> None:
    data = "温岭市教育局2024年工作要点\n1.加强教研。由市教育局牵头。\n".encode()
    one, other = process(data, ["甲.txt"]), process(data, ["乙.txt"])
    different = set(one.nquads.splitlines()) ^ set(other.nquads.splitlines())
    assert all("甲.txt" in line or "乙.txt" in line for line in different)
    assert one.iri == other.iri


def test_examples_are_the_same_in_any_order() -> None:
    paths = sorted(EXAMPLES.glob("*.txt"))
    there = {path.name: process(path.read_bytes(), [path.name]) for path in paths}
    back = {path.name: process(path.read_bytes(), [path.name]) for path in reversed(paths)}
    assert there == back


@pytest.mark.parametrize("seed", ["1", "2024"])
def test_examples_are_the_same_in_another_process(seed: str) -> None:
    """Sets are iterated in another order there: nothing may depend on it."""
    code = (
        "import hashlib, pathlib, sys\n"
        "from kg.pipeline import process\n"
        "paths = sorted(pathlib.Path(sys.argv[1]).glob('*.txt'))\n"
        "graphs = [process(path.read_bytes(), [path.name]).nquads for path in paths]\n"
        "sys.stdout.write(hashlib.sha256(''.join(graphs).encode()).hexdigest())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, EXAMPLES],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    paths = sorted(EXAMPLES.glob("*.txt"))
    here = "".join(process(path.read_bytes(), [path.name]).nquads for path in paths)
    assert run.stdout == hashlib.sha256(here.encode()).hexdigest()


def test_counts_are_those_of_the_graph() -> None:
    graph = process((EXAMPLES / "01-青禾县教育局2023年工作要点.txt").read_bytes(), ["01.txt"])
    for name in ("Task", "Target", "Mention", "Section", "Citation"):
        lines = graph.nquads.count(f"type> <https://w3id.org/policy-kg/ontology#{name}> ")
        assert lines == dict(graph.counts)[name], name


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ReadError, match=r"^计划\.pdf: a damaged PDF file"):
        process(b"%PDF-1.4", ["计划.pdf"])


def test_the_version_names_code_and_data() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+-[0-9a-f]{8}", extractor_version())


def test_the_ontology_is_a_graph_of_its_own() -> None:
    lines = ontology_nquads().splitlines()
    assert lines == sorted(set(lines))
    assert all(line.endswith("<https://w3id.org/policy-kg/ontology> .") for line in lines)


# -- rules -----------------------------------------------------------------------------------

RULE = re.compile(
    r"(?:agency|document|program|region|quantity|citation|responsibility|deadline|metadata|signature|number)"
    r"\.[A-Za-z.-]+"
)
METADATA = sorted({row["field"] for row in rows("metadata_keys.tsv")})
HEADS = sorted(
    {KINDS[row["kind"]] for row in rows("organisation_heads.tsv") if row["proper"] != "never"}
)
# Rules whose names the code puts together.
PUT_TOGETHER = {
    "agency.": HEADS,
    "citation.": sorted(set(STANCE) - {"name"}),  # a verb that only names is citation.named
    "metadata.": METADATA,
}
# Rules that no case shows, each with the reason.
UNCOVERED = {
    "program.quoted.field": "a field before a label of numbers: which of them is a name is open",
}


def rules_in_code() -> set[str]:
    """Return every rule name that stands in the code of structure and extract."""
    found = set()
    for folder, path in product(("structure", "extract"), sorted((ROOT / "kg").rglob("*.py"))):
        if path.parent.name != folder:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and RULE.fullmatch(value) and id(node) not in inside:
                found.add(value)
    return found | {f"{head}{name}" for head, names in PUT_TOGETHER.items() for name in names}


def rules_in_use() -> set[str]:
    found: set[str] = set()
    for name in TABLES:
        content = table(name)
        for row in content["cases"]:
            case: Case = case_of(row, content)
            found |= rules_of(understood(case.document))
    for row in table("imprint")["cases"]:
        found |= rules_of(understood(row["text"]))
    for path in EXAMPLES.glob("*.txt"):
        found |= rules_of(example(path.name))
    for row in rows("metadata_keys.tsv"):
        found |= rules_of(understood(f"{row['example']}\n请加强校车管理。\n"))
    return found


def test_every_rule_is_shown_by_a_case() -> None:
    missing = rules_in_code() - rules_in_use()
    assert missing <= set(UNCOVERED)
