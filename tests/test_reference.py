"""Real documents: the reference annotations as a gate of quality, the corpus as a smoke test.

Both lie beside the repository and are no part of it; without them these tests are skipped.
FLOORS is what the quality may not fall below: raise it when it rises. Lower it
only where an entry goes that served a reference document alone.
Of the documents kept for validation only figures are shown, never what was wrong in them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from casebook import ROOT, SHARED

from kg.pipeline import process

REFERENCE = SHARED / "reference"
CORPUS = SHARED / "corpus"
VALIDATION = ("chongqing-932", "edu-316", "it-plan-584", "hubei-hr-950", "guarantee-320")
HEADLINE = "HEADLINE (mean F1)"
# F1 at least: row → development, validation. About a point below what was reached last. Of the
# programmes of the development documents the model has learned: that floor is no measure of it.
FLOORS = {
    "Agency linked": (0.92, 0.85),
    "Agency kind": (0.98, 0.98),
    "Program linked": (0.89, 0.56),
    "Program kind": (0.91, 0.85),
    "Document linked": (0.95, 0.73),
    "Document kind": (0.96, 0.98),
    "Region linked": (0.94, 0.54),
    "Target value+unit+comparator": (0.96, 0.80),
    "Target due": (0.98, 0.94),
    "Target indicator": (0.82, 0.75),
    "Task": (0.98, 0.95),
    "Task title": (0.99, 0.99),
    "Relation document→document": (0.94, 0.67),
    "Relation task→agency": (0.96, 0.91),
    "Metadata fields": (0.98, 0.95),
    HEADLINE: (0.955, 0.78),
}
EVERY = 10  # document of the corpus goes through
CHECKED = 40  # of the corpus is held against the shapes

needs_reference = pytest.mark.skipif(
    not (REFERENCE / "score.py").exists(), reason="no reference annotations beside the repository"
)
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus beside the repository")


def folders(part: str) -> list[Path]:
    found = sorted(path.parent for path in REFERENCE.glob("*/gold.json"))
    return [path for path in found if (path.name in VALIDATION) == (part == "validation")]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the graphs of all reference documents into one file."""
    path = tmp_path_factory.mktemp("reference") / "graph.nq"
    sources = sorted(REFERENCE.glob("*/source.txt"))
    path.write_text(
        "".join(
            process(source.read_bytes(), [f"{source.parent.name}.txt"]).nquads for source in sources
        ),
        encoding="utf-8",
    )
    return path


@needs_reference
@pytest.mark.parametrize(("part", "documents"), [("development", 10), ("validation", 5)])
def test_quality_does_not_fall(graph: Path, part: str, documents: int) -> None:
    chosen = folders(part)
    assert len(chosen) == documents
    run = subprocess.run(
        [sys.executable, REFERENCE / "score.py", graph, *chosen, "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    scores = json.loads(run.stdout)
    assert scores["missing"] == []
    table = "\n".join(f"{row:36}{figure['F1']:6.3f}" for row, figure in scores["figures"].items())
    reached = {row: scores["figures"][row]["F1"] for row in FLOORS}
    floors = {row: pair[part == "validation"] for row, pair in FLOORS.items()}
    fallen = {row: (reached[row], floors[row]) for row in FLOORS if reached[row] < floors[row]}
    assert not fallen, f"{part}: fallen below the floor: {fallen}\n{table}"


@needs_corpus
def test_the_corpus_goes_through() -> None:
    paths = sorted(CORPUS.glob("*.txt"))[::EVERY]
    for path in paths:
        made = process(path.read_bytes(), [path.name])
        quads = sum(1 for _ in ox.parse(made.nquads.encode(), format=ox.RdfFormat.N_QUADS))
        assert quads == made.nquads.count("\n"), path.name


@needs_corpus
def test_the_corpus_conforms() -> None:
    import pyshacl

    shapes = rdflib.Graph().parse(ROOT / "ontology" / "shapes.ttl")
    ontology = rdflib.Graph().parse(ROOT / "ontology" / "policy.ttl")
    for path in sorted(CORPUS.glob("*.txt"))[::CHECKED]:
        made = process(path.read_bytes(), [path.name])
        quads = ox.parse(made.nquads.encode(), format=ox.RdfFormat.N_QUADS)
        triples = ox.serialize((q.triple for q in quads), format=ox.RdfFormat.N_TRIPLES)
        assert triples is not None
        data = rdflib.Graph().parse(data=triples, format="nt")
        conforms, _, report = pyshacl.validate(
            data, shacl_graph=shapes, ont_graph=ontology, inference="none"
        )
        assert conforms, f"{path.name}\n{report}"
