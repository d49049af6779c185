"""kg verify: each kind of damage is found, in one line that says what to do."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from casebook import ROOT
from click.testing import CliRunner
from fake_extractor import EXTRACTOR, ONTOLOGY_NQUADS, graph

from kg.build import build
from kg.cli import cli
from kg.fingerprint import fingerprint
from kg.store import DEFAULT_BASE, ONTOLOGY, Store, table_digest
from kg.verify import Soundness, verify

TEXTS = {"a.txt": "甲\n教育局\n财政局", "b.txt": "乙\n教育局", "c.txt": "丙\n民政局"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    for name, text in TEXTS.items():
        (place / name).write_text(text, encoding="utf-8")
    with Store(place / "store") as store:
        build([place / name for name in TEXTS], store, limits=None, extractor=EXTRACTOR)
    return place / "store"


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "store")
    return tmp_path / "store"


def problems(place: Path) -> list[str]:
    found = [str(finding) for finding in verify(place).findings]
    assert all("\n" not in line and "; " in line for line in found)
    return found


def test_a_sound_store(place: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*") if path.is_file()}
    found = verify(place)
    assert found == Soundness(3, found.graphs, found.quads, ())
    assert found.quads > 40
    assert before == {path: path.stat().st_mtime_ns for path in before}


def change(place: Path, update: str) -> None:
    """Change the graph as another program would."""
    other = pyoxigraph.Store(str(place / "graph"))
    other.update(update)
    other.flush()


SOURCE = graph(TEXTS["a.txt"]).iri
TITLE = f"<{graph(TEXTS['a.txt']).document}> <http://purl.org/dc/terms/title>"


@pytest.mark.parametrize(
    ("update", "found"),
    [
        (f"DROP GRAPH <{SOURCE}>", "lost, with {all} triples"),
        (
            f"DELETE WHERE {{ GRAPH <{SOURCE}> {{ {TITLE} ?t }} }}",
            "has {less} triples, {all} were written",
        ),
        (
            f"DELETE {{ GRAPH <{SOURCE}> {{ ?s ?p ?t }} }}"
            f' INSERT {{ GRAPH <{SOURCE}> {{ ?s ?p "假" }} {TITLE} "假" }}'
            f" WHERE {{ GRAPH <{SOURCE}> {{ ?s ?p ?t . {TITLE} ?t }} }}",
            "says something else than what was written",
        ),
        (f"DELETE WHERE {{ {TITLE} ?t }}", "1 triples of documents are not in the union"),
        ("INSERT DATA { <urn:s> <urn:p> <urn:o> }", "1 triples are in the union alone"),
        (
            "INSERT DATA { <urn:s> <urn:p> <urn:o> GRAPH <urn:x> { <urn:s> <urn:p> <urn:o> } }",
            "1 graphs are not in the manifest",
        ),
        (
            "INSERT DATA { GRAPH <https://w3id.org/policy-kg/id/source/x/traces> "
            "{ <urn:s> <urn:p> <urn:o> } }",
            "traces of a document that is not held",
        ),
    ],
)
def test_what_another_program_did(place: Path, update: str, found: str) -> None:
    held = graph(TEXTS["a.txt"]).nquads.count("\n")
    change(place, update)
    found = found.format(all=held, less=held - 1)
    assert any(found in line for line in problems(place))


def test_the_files_to_read_again_are_named(place: Path, built: Path) -> None:
    change(place, f"DROP GRAPH <{SOURCE}>")
    (line,) = [line for line in problems(place) if "lost" in line]
    assert line.endswith(f"kg build {built.parent / 'a.txt'}")


def files(place: Path, pattern: str) -> list[Path]:
    return sorted((place / "graph").glob(pattern))


def flip(file: Path, share: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * share)] ^= 0x10
    file.write_bytes(content)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_flipped_bit_in_any_table(place: Path, share: float) -> None:
    tables = files(place, "*.sst")
    assert tables
    for table in tables:
        whole = table.read_bytes()
        flip(table, share)
        result = CliRunner().invoke(cli, ["verify", "--store", str(place)])
        assert result.exit_code == 1, table.name
        assert "\n" not in result.output.strip() or "its bytes have changed" in result.output
        table.write_bytes(whole)
    assert problems(place) == []


def all_but_tables(place: Path) -> None:
    for file in files(place, "*"):
        if file.suffix != ".sst":
            file.unlink()


def without(pattern: str) -> Callable[[Path], None]:
    def take_away(place: Path) -> None:
        found = files(place, pattern)
        assert found
        for file in found:
            file.unlink()

    return take_away


@pytest.mark.parametrize(
    "damage",
    [without("CURRENT"), without("MANIFEST-*"), without("*.sst"), without("*"), all_but_tables],
    ids=["CURRENT", "MANIFEST", "tables", "everything", "all but tables"],
)
def test_missing_files(place: Path, damage: Callable[[Path], None]) -> None:
    damage(place)
    result = CliRunner().invoke(cli, ["verify", "--store", str(place)])
    assert result.exit_code == 1
    text = result.output.strip()
    assert "build" in text and "\n" not in text


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from fake_extractor import graph
from kg.store import Store
store = Store({place!r})
store.replace(graph("丙\\n民政局", "renamed.txt"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("damage", ["none", "cut", "deleted"])
def test_a_log_that_was_cut_after_a_kill(place: Path, damage: str) -> None:
    """Oxigraph then opens without the last writes and says nothing."""
    tests = os.path.dirname(__file__)
    program = KILLED.format(tests=tests, place=str(place))
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == -signal.SIGKILL
    (log,) = [file for file in files(place, "*.log") if file.stat().st_size > 100]
    if damage == "cut":
        log.write_bytes(log.read_bytes()[:-10])
    elif damage == "deleted":
        log.unlink()
    assert [line for line in problems(place) if "a writer was stopped at 1 graphs" in line]
    Store(place).close()
    assert problems(place) == []


def test_a_log_without_news_may_go(place: Path) -> None:
    for file in files(place, "*.log"):
        file.unlink()
    assert problems(place) == []


def test_a_foreign_directory_is_left_untouched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    for arguments in (["verify"], ["verify", "--accept"]):
        result = CliRunner().invoke(cli, [*arguments, "--store", str(tmp_path)])
        assert result.exit_code == 1
        assert "no store here" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_store_from_before_the_manifest(place: Path) -> None:
    rows = sqlite3.connect(place / "files.sqlite")
    rows.executescript("DROP TABLE manifest; DROP TABLE writing; DROP TABLE tables")
    rows.close()
    (line,) = problems(place)
    assert line.endswith("if you trust them: kg verify --accept")
    result = CliRunner().invoke(cli, ["verify", "--accept", "--store", str(place)])
    assert (result.exit_code, problems(place)) == (0, [])
    flip(files(place, "*.sst")[0], 0.5)
    assert problems(place)


def test_the_other_files(place: Path) -> None:
    (place / "corrections.tsv").write_bytes("没有\t这样\n".encode())
    (place / "search.sqlite").write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    found = problems(place)
    assert [line for line in found if "corrections.tsv" in line]
    assert [line for line in found if "search.sqlite: damaged" in line]


def test_a_lost_ledger(place: Path) -> None:
    (place / "files.sqlite").unlink()
    assert any("files.sqlite: missing" in line for line in problems(place))


def test_the_manifest_follows_every_change(tmp_path: Path) -> None:
    """After each kind of write it says what a scan says."""

    def in_step(store: Store) -> bool:
        scan = {name: store.entry(name) for name in store.graph_names()}
        return store.manifest() == scan and not store.unsettled()

    with Store(tmp_path / "store") as store:
        store.set_ontology(ONTOLOGY_NQUADS, "1")
        assert in_step(store) and list(store.manifest()) == [ONTOLOGY]
        store.load([graph("甲\n教育局"), graph("乙")])
        assert in_step(store) and len(store.manifest()) == 3
        store.load([graph("甲\n教育局", "other.txt")])
        assert in_step(store)
        store.replace(graph("乙", "other.txt"))
        assert store.unsettled() == [graph("乙").iri]
        store.flush()
        assert in_step(store)
        store.remove("甲")
        assert in_step(store) and len(store.manifest()) == 2
        store.snapshot(tmp_path / "copy")
    assert all("no file is known" in line for line in problems(tmp_path / "copy"))


def test_a_table_that_is_being_written_is_not_noted(tmp_path: Path) -> None:
    (tmp_path / "1.sst").write_bytes(b"half")
    assert table_digest(tmp_path / "1.sst") == ""


SAME = [
    ('"95.0"^^<x#decimal>', '"95"^^<x#decimal>'),
    ('"1"^^<x#integer>', '"01"^^<x#integer>'),
    ('"-0.50"^^<x#decimal>', '"-0.5"^^<x#decimal>'),
    ('"P12M"^^<x#duration>', '"P1Y"^^<x#duration>'),
    ('"一\\t二"', '"一\t二"'),
    ('"\\u4E00"', '"一"'),
    ("_:a", "_:b"),
]
OTHER = [
    ('"95"^^<x#decimal>', '"59"^^<x#decimal>'),
    ('"1"^^<x#decimal>', '"10"^^<x#decimal>'),
    ('"0.5"^^<x#decimal>', '"0.05"^^<x#decimal>'),
    ('"-1"^^<x#integer>', '"1"^^<x#integer>'),
    ('"一"', '"二"'),
    ('"一"@zh', '"一"'),
    ("<urn:a>", "<urn:b>"),
]


@pytest.mark.parametrize(("one", "other"), [*SAME, *OTHER])
def test_fingerprint(one: str, other: str) -> None:
    prints = [fingerprint([f"<urn:s> <urn:p> {term} .\n".encode()]) for term in (one, other)]
    assert (prints[0] == prints[1]) == ((one, other) in SAME)


def test_a_graph_has_the_same_fingerprint_before_and_after_it_was_stored() -> None:
    """The project's own graphs: each kind of literal that the extractors write."""
    from kg.pipeline import ontology_nquads, process

    paths = sorted((ROOT / "examples").glob("*.txt"))[:2]
    graphs = [process(path.read_bytes(), [path.name], DEFAULT_BASE) for path in paths]
    texts = {one.iri: one.nquads for one in graphs} | {ONTOLOGY: ontology_nquads(DEFAULT_BASE)}
    store = Store()
    store.load(graphs)
    store.set_ontology(texts[ONTOLOGY], "1")
    for iri, nquads in texts.items():
        lines = nquads.replace(f" <{iri}> .\n", " .\n").encode().splitlines(keepends=True)
        assert fingerprint(lines) == fingerprint(store.ntriples(iri))
