"""The training script's annotations and labels; with ../shared there, its documents."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

import pytest
from casebook import ROOT, SHARED
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.program_features import Word
from kg.extract.program_model import spans


def load() -> ModuleType:
    """Load scripts/train, which has no suffix."""
    loader = SourceFileLoader("train_script", str(ROOT / "scripts" / "train"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.path.insert(0, str(ROOT / "scripts"))  # as for a script that is run
    sys.modules[loader.name] = module  # where dataclasses look
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return load()


@pytest.fixture(scope="module")
def tables(script: ModuleType) -> ModuleType:
    return sys.modules[script.excerpts.__module__]


@pytest.fixture(scope="module")
def scored(tables: ModuleType) -> ModuleType:
    return importlib.import_module(f"{tables.__name__}.scored")


def test_annotations_are_whole(tables: ModuleType) -> None:
    excerpts = {row["file"]: row for row in tables.table("excerpts.tsv")}
    assert {row["use"] for row in excerpts.values()} == {"train", "read", "kept", "fresh"}
    assert all(re.fullmatch("[0-9a-f]{16}", row["digest"]) for row in excerpts.values())
    for name in ("mentions.tsv", "targets.tsv", "tasks.tsv"):
        found = tables.by_file(name)
        assert found.keys() <= excerpts.keys()
        for file, rows in found.items():
            length = len(tables.cut("x" * 200_000, excerpts[file]["pieces"]))
            begins = [int(row["begin"]) for row in rows]
            assert begins == sorted(begins)
            assert all(int(r["begin"]) < int(r.get("end", length)) <= length for r in rows)
    whole = {row["file"] for row in excerpts.values() if row["annotated"] == "whole"}
    assert tables.by_file("documents.tsv").keys() <= whole
    for file, rows in tables.by_file("relations.tsv").items():
        begins = {row["begin"] for row in tables.by_file("tasks.tsv")[file]}
        subjects = {row["subject"] for row in rows if row["relation"] in ("leads", "supports")}
        assert file in whole
        assert subjects <= begins
    types = {row["type"] for row in tables.table("mentions.tsv")}
    assert types == {"Agency", "Document", "Program", "Region"}


@pytest.mark.parametrize(
    ("pieces", "text"),
    [("0-3", "甲乙丙"), ("0-1 2-4", "甲丙丁"), ("0-2 / 3-5", "甲乙\n丁戊")],
)
def test_pieces(tables: ModuleType, pieces: str, text: str) -> None:
    assert tables.cut("甲乙丙丁戊", pieces) == text


@given(st.sets(st.integers(0, 12)), st.integers(1, 4))
def test_labels_say_the_spans(cuts: set[int], size: int) -> None:
    edges = sorted(cut * size for cut in cuts)
    annotated = list(zip(edges[::2], edges[1::2], strict=False))
    words = [Word(at, at + size, "云" * size, "n") for at in range(0, 13 * size, size)]
    assert list(spans(words, load().labels(words, annotated))) == annotated


@pytest.mark.parametrize(
    ("got", "gold", "count"),
    [
        ([(0, 4)], [(0, 4)], 1),
        ([(0, 4)], [(2, 4)], 1),
        ([(0, 4)], [(3, 8)], 0),
        ([(0, 4), (4, 8)], [(0, 8)], 1),
        ([(0, 8)], [(0, 4), (4, 8)], 1),
    ],
)
def test_overlapping_spans_are_paired_once(
    script: ModuleType, got: list[tuple[int, int]], gold: list[tuple[int, int]], count: int
) -> None:
    assert len(list(script.paired(gold, got))) == count


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="../shared is not there")
def test_the_documents_are_those_that_were_annotated(script: ModuleType) -> None:
    uses = ("train", "read", "kept", "fresh")
    read = [document for use in uses for document in script.annotated(SHARED, use)]
    assert len(read) == len(list(script.excerpts(SHARED / "corpus")))
    for document in read:
        assert all(end <= len(document.text) for _, end in document.spans)
        assert not any(document.text[begin] == "\n" for begin, _ in document.spans)
    names = {document.name for document in script.references(SHARED)}
    assert names
    assert not names & script.KEPT


@pytest.mark.parametrize(
    ("pieces", "words"), [("", ""), ("0-2", "甲乙"), ("0-1 3-5", "甲丁戊"), ("3-4 0-1", "丁甲")]
)
def test_the_words_of_an_indicator(scored: ModuleType, pieces: str, words: str) -> None:
    assert scored.pieced("甲乙丙丁戊", pieces) == words


SAID = {"comparator": "=", "value": "20", "unit": "个", "due": "2023"}
PAPER = """云陵市2023年学校食堂工作要点
一、工作任务
1.改造学校食堂。改造学校食堂20个。（市教育局牵头，市财政局配合）
2.落实《学校食品安全与营养健康管理规定》，实施“明厨亮灶”工程。
"""


@pytest.mark.skipif(not (SHARED / "reference").is_dir(), reason="../shared is not there")
def test_an_excerpt_is_scored_as_annotated(tables: ModuleType, scored: ModuleType) -> None:
    def at(words: str) -> tuple[int, int]:
        return PAPER.index(words), PAPER.index(words) + len(words)

    named = (
        ("Agency", "government", "市教育局", "云陵市教育局"),
        ("Agency", "government", "市财政局", "云陵市发展和改革委员会"),
        ("Program", "initiative", "明厨亮灶”工程", "明厨亮灶工程"),
    )
    task = PAPER.index("改造学校食堂。")
    excerpt = tables.Excerpt(
        "a.txt",
        PAPER,
        "fresh",
        "whole",
        tuple(tables.Span(*at(t), kind, of, tables.digest(name)) for kind, of, t, name in named),
        ({"begin": str(at("20个")[0]), "end": str(at("20个")[1]), "indicator": ""} | SAID,),
        ({"begin": str(task), "title": tables.digest("改造学校食堂")},),
        ({"relation": "leads", "subject": str(task), "object": tables.digest("云陵市教育局")},),
        ({"field": "period", "value": tables.digest("2023")},),
    )
    rows = scored.scored(SHARED / "reference", excerpt)
    assert rows["Agency span (exact)"] == (2, 2, 2)
    assert rows["Agency linked"] == (1, 2, 2)
    assert rows["Program linked"] == (1, 1, 1)
    assert rows["Task"] == (1, 1, 2)
    assert rows["Task title"] == (1, 1, 1)
    assert rows["Relation task→agency"] == (1, 1, 2)
    assert rows["Target value+unit+comparator"] == (1, 1, 1)
    assert rows["Metadata fields"] == (1, 1, 1)
    assert not any(
        row.startswith("Relation")
        for row in scored.scored(SHARED / "reference", replace(excerpt, annotated="all"))
    )
