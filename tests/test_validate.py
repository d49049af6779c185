"""kg validate: a broken promise is told with its file, node, sentence and what was expected."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import cli
from kg.models import DocumentGraph
from kg.pipeline import process
from kg.store import Store
from kg.validate import validate

TEXT = "青禾县教育局2023年工作要点\n\n一、扩大普惠。新建幼儿园3所，普惠率达到95%以上。\n"


@cache
def document() -> DocumentGraph:
    return process(TEXT.encode(), ["plan.txt"])


def changed(old: str, new: str) -> DocumentGraph:
    """Give the document's graph with something else in it, once."""
    lines = document().nquads.splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if old in line)
    lines[number] = lines[number].replace(old, new) if new else ""
    return replace(document(), nquads="".join(lines))


def test_a_sound_document() -> None:
    store = Store()
    store.load([document()])
    assert list(validate(store)) == []


@pytest.mark.parametrize(
    ("old", "new", "shape", "path", "expected"),
    [
        ("core#endIndex>", "", "endIndex", "nif:endIndex", "exactly one end"),
        ("core#beginIndex>", "", "beginIndex", "nif:beginIndex", "exactly one begin"),
        (
            "ontology#AtLeast>",
            "ontology#Perhaps>",
            "comparator",
            "pol:comparator",
            "",
        ),
    ],
)
def test_a_broken_promise(old: str, new: str, shape: str, path: str, expected: str) -> None:
    store = Store()
    store.load([document()])
    source = document().iri
    store.replace(changed(old, new))
    found = list(validate(store))
    (one,) = [one for one in found if (one.shape, one.property) == (shape, path)]
    assert expected in one.expected
    assert one.file == "plan.txt" and one.node.startswith(source)
    assert one.severity == "sh:Violation"
    assert list(validate(store)) == found


def test_the_command(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([changed("ontology#AtLeast>", "ontology#Perhaps>")])
    arguments = ["validate", "--store", str(tmp_path / "store")]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1
    assert "plan.txt: " in result.output and "普惠率达到95%以上" in result.output
    result = CliRunner().invoke(cli, [*arguments, "--format", "json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["file"] for row in rows} == {"plan.txt"}
    with Store(tmp_path / "store") as store:
        store.load([document()])
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.output) == (0, "valid\n")
