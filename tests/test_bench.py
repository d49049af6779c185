"""scripts/bench: its documents, its arithmetic, and that every section has the figures it should.

What it measures is not judged here: no test depends on how fast anything is.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from casebook import ROOT
from hypothesis import given
from hypothesis import strategies as st

SCRIPTS = ROOT / "scripts"
TEXT = """青禾县教育局关于印发2022年工作要点的通知
青教发〔2022〕6号
各学校：
一、扩大学位
新增公办学前教育学位1200个，由县教育局牵头，县财政局配合，12月底前完成。
根据《云陵市教育发展规划》，普惠率达到87.5%。
"""

Figures = dict[str, dict[str, dict[str, float]]]


@pytest.fixture(scope="module", autouse=True)
def path() -> Iterator[None]:
    sys.path.insert(0, str(SCRIPTS))
    yield
    sys.path.remove(str(SCRIPTS))


@cache
def part(name: str) -> ModuleType:
    return import_module(f"bench_{name}")


@cache
def script() -> ModuleType:
    loader = SourceFileLoader("bench_script", str(SCRIPTS / "bench"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


# ---------------------------------------------------------------- documents


def made(folder: Path, number: int) -> dict[str, bytes]:
    part("documents").make_documents([ROOT / "tests" / "documents" / "plans"], number, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_documents_are_the_same_in_every_run(tmp_path: Path) -> None:
    code = f"""
import sys; sys.path.insert(0, {str(SCRIPTS)!r})
from pathlib import Path
import bench_documents
bench_documents.make_documents(
    [Path({str(ROOT)!r}) / "tests" / "documents" / "plans"], 45, Path({str(tmp_path / "b")!r})
)
"""
    # Another process hashes texts otherwise.
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONHASHSEED": "7"})
    again = {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert made(tmp_path / "a", 45) == again


def test_all_documents_differ(tmp_path: Path) -> None:
    documents = made(tmp_path / "a", 90)
    assert len(set(documents.values())) == len(documents) == 90


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small, large = made(tmp_path / "small", 20), made(tmp_path / "large", 40)
    assert large.items() > small.items()


def test_copies_have_other_places_figures_and_numbers() -> None:
    another = part("documents").another
    assert another(TEXT, 0) == TEXT
    one, two = another(TEXT, 1), another(TEXT, 2)
    for changed in ("青禾", "云陵", "1200个", "〔2022〕6号"):
        assert changed not in one
        assert changed not in two
    assert one != two
    assert "〔2022〕61号" in one
    assert [line[:2] for line in one.splitlines()[2:4]] == ["各学", "一、"]
    assert "87.5%" in one  # no figure that is counted
    assert another(TEXT, 1) == one


@given(st.integers(0, 10**6), st.integers(1, 10**4))
def test_a_figure_stays_one(whole: int, copy: int) -> None:
    scaled, chance = part("documents").scaled, part("documents").random.Random(copy)
    assert int(scaled(str(whole), chance)) in range(max(1, int(whole * 0.8)), whole * 12 // 10 + 2)
    assert len(scaled(f"{whole}.25", chance).partition(".")[2]) == 2


def test_more_documents_are_none_of_those_that_are_there(tmp_path: Path) -> None:
    before = made(tmp_path / "a", 18)
    assert part("documents").add_documents(tmp_path / "a", 5) > 0
    after = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert len(after) == 23
    assert len(set(after.values())) == 23
    assert after.items() > before.items()


def test_a_folder_is_copied_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a" / "within").mkdir(parents=True)
    (tmp_path / "a" / "within" / "x.html").write_bytes(b"\xb9\xab\r\n")
    assert part("documents").copy_documents(tmp_path / "a", tmp_path / "b") == 4
    assert (tmp_path / "b" / "within" / "x.html").read_bytes() == b"\xb9\xab\r\n"


# ---------------------------------------------------------------- arithmetic


@given(st.floats(0.0, 3.0), st.integers(1, 10**4), st.integers(2, 1000), st.floats(0.001, 1000.0))
def test_the_exponent_of_a_power_is_found(power: float, size: int, times: int, cost: float) -> None:
    exponent = part("tables").growth_exponent
    found = exponent((size, size * times), (cost, cost * times**power))
    assert math.isclose(found, power, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("sizes", "costs"), [((10, 10), (1.0, 2.0)), ((10, 100), (0.0, 2.0)), ((0, 10), (1.0, 1.0))]
)
def test_where_there_is_no_exponent(sizes: tuple[float, float], costs: tuple[float, float]) -> None:
    assert math.isnan(part("tables").growth_exponent(sizes, costs))


def test_growth_is_told_of_what_is_ours_and_in_both() -> None:
    small = {
        "stages": {"read": {"CPU s": 1.0, "MB/s": 5.0}, "gone": {"CPU s": 1.0}},
        "loading": {"kg: load": {"CPU s": 2.0}, "rdflib in memory": {"CPU s": 1.0}},
        "memory": {"peak": {"MB": 200.0}},
        "queries": {"due": {"seconds": 1.0}},
    }
    large = {
        "stages": {"read": {"CPU s": 10.0, "MB/s": 5.0}},
        "loading": {"kg: load": {"CPU s": 200.0}, "rdflib in memory": {"CPU s": 1.0}},
        "memory": {"peak": {"MB": 200.0}},
        "queries": {"due": {"seconds": 10.0}},
    }
    table = part("grow").growth((100, 1000), (5.0, 50.0), (small, large))
    found = {name: row["exponent"] for name, row in table.items()}
    assert found == pytest.approx({"stages: read": 1, "loading: kg: load": 2, "memory: peak": 0})
    assert table["stages: read"] | {"exponent": 1} == {
        "": "CPU s",
        "100 documents": 1.0,
        "1,000 documents": 10.0,
        "exponent": 1,
    }


def test_more_is_better_of_rates_and_less_of_costs() -> None:
    first = {"read": {"CPU s": 2.0, "MB/s": 5.0}, "start": {"CPU s": 4.0}, "said": {"why": "x"}}
    second = {"read": {"CPU s": 1.0, "MB/s": 10.0}, "start": {"CPU s": 1.0}, "new": {"MB": 1.0}}
    assert part("tables").beside(first, second, ("a", "b")) == {
        "read": {"": "MB/s", "a": 5.0, "b": 10.0, "times better": 2.0},
        "start": {"": "CPU s", "a": 4.0, "b": 1.0, "times better": 4.0},
    }


def test_of_several_rounds_the_quickest_row_counts() -> None:
    one = {"stages": {"read": {"MB/s": 5.0}, "graph": {"MB/s": 9.0}}, "start": {"x": {"CPU s": 1}}}
    two = {"stages": {"read": {"MB/s": 7.0}, "graph": {"MB/s": 8.0}}, "start": {"x": {"CPU s": 2}}}
    assert part("tables").quickest([one, two]) == {
        "stages": {"read": {"MB/s": 7.0}, "graph": {"MB/s": 9.0}},
        "start": {"x": {"CPU s": 1}},
    }


def test_rates_stand_beside_jieba_and_goals_beside_what_they_are_for() -> None:
    figures = {
        "baselines": {"jieba.cut": {"MB/s": 2.0}, "LAC": {"why": "not installed"}},
        "stages": {"together": {"MB/s": 5.0}},
    }
    found = part("sections").rated(figures)
    assert found["stages"]["together"]["to jieba.cut"] == 2.5
    assert "jieba.cut" in found["stages"]["together"]["goal"]
    assert found["baselines"]["LAC"] == {"why": "not installed"}
    assert "to jieba.cut" not in figures["stages"]["together"]  # what it was given stays


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0123456, "0.0123"),
        (4.5678, "4.57"),
        (45.678, "45.7"),
        (12345.6, "12,346"),
        (7, "7"),
        (0.0, "0"),
        (math.nan, "nan"),
        (">2", ">2"),
        (0.09999, "0.1000"),
    ],
)
def test_figures_have_three_digits_that_count(value: float | str, shown: str) -> None:
    assert part("tables").cell(value) == shown


def test_a_table_as_text_and_as_markdown() -> None:
    table = {"read": {"MB/s": 5.0}, "a | b": {"MB/s": 0.25, "goal": "> 1"}}
    assert part("tables").text_of("stages", table) == (
        "stages     MB/s  goal\nread       5.00\na | b     0.250   > 1\n"
    )
    assert part("tables").markdown_of(table) == (
        "|  | MB/s | goal |\n| --- | ---: | ---: |\n| read | 5.00 |  |\n| a \\| b | 0.250 | > 1 |\n"
    )


def test_kept_runs_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = part("tables")
    for name, rate in (("old", 4.0), ("new", 6.0)):
        tables.keep(tmp_path / name, {"stages": {"read": {"MB/s": rate}}}, {"cores": 2})
    assert script().compare(tmp_path / "old", tmp_path / "new") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[:3] == ["old: cores 2", "new: cores 2", ""]
    assert shown[4].split() == ["read", "MB/s", "4.00", "6.00", "1.50"]


def test_what_is_no_kept_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps({"build": 1.0}), encoding="utf-8")
    with pytest.raises(SystemExit, match="x.json: not written by this"):
        part("tables").kept(tmp_path / "x.json")


def test_a_page_is_filled_where_it_names_a_table() -> None:
    page = "a\n<!-- bench:stages -->\nold\n<!-- end -->\nb\n<!-- bench:start -->\n<!-- end -->\n"
    filled = part("tables").fill(page, {"stages": {"read": {"MB/s": 5.0}}}, {"cores": 2})
    assert filled == (
        "a\n<!-- bench:stages -->\n|  | MB/s |\n| --- | ---: |\n| read | 5.00 |\n<!-- end -->\n"
        "b\n<!-- bench:start -->\n<!-- end -->\n"
    )
    assert part("tables").fill(filled, {}, {}) == filled


def test_the_page_names_tables_that_there_are() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    places = {match["name"] for match in part("tables").PLACE.finditer(page)}
    assert page.count("<!-- bench:") == len(places)
    before = {f"{name}{part('tables').BEFORE}" for name in KEYS}
    assert places <= {*KEYS, *before, "machine", "growth", "growth-before", "pages"}
    assert {"machine", "stages", "stages-before", "growth", "profile-own"} <= places


def test_help_names_every_section() -> None:
    told = subprocess.run(
        [sys.executable, SCRIPTS / "bench", "--help"], check=True, capture_output=True, text=True
    ).stdout
    for section in part("sections").SECTIONS:
        assert f"\n    {section:11}" in told
    refused = subprocess.run(
        [sys.executable, SCRIPTS / "bench", "--only", "sages"], capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert "--only sages: known are stages, " in refused.stderr


# ---------------------------------------------------------------- sections

# Every table with rows that it must have.
KEYS: dict[str, set[str]] = {
    "stages": {"read", "structure", "extract", "resolve", "graph", "rest", "together"},
    "parts": {
        *("jurisdiction", "documents", "agencies", "programmes", "regions", "model", "targets"),
        *("responsibilities", "citations", "rest", "extract"),
    },
    "memory": {"after the imports", "after the first document", "peak"},
    "first": {"first document"},
    "baselines": {"jieba.cut", "jieba.posseg", "rjieba.cut", "rjieba.tag", "LAC", "FoolNLTK"},
    "build": {"one process", "2 processes", "again, nothing new", "again, 10 more"},
    "loading": {
        *("kg: load", "kg: compare texts", "kg: full-text index", "rdflib in memory"),
        *("pyoxigraph on disk", "pyoxigraph in memory", "pyoxigraph on disk, extend"),
    },
    "export": {
        *("kg: Turtle", "kg: N-Triples", "kg: N-Quads", "rdflib in memory: Turtle"),
        *("pyoxigraph in memory: Turtle", "pyoxigraph on disk: N-Quads"),
    },
    "validation": {"kg validate"},
    "size": {"documents", "quads a document", "quads a KB of text"},
    "classes": {"Target", "Responsibility", "Task"},
    "queries": {"due", "all together"},
    "reports": {"count all triples", "due", "ask", "slowest search"},
    "start": {"python -c pass", "import click", "kg --help", "kg build of a page, first"},
    "profile-own": {"structure:structure"},
    "profile-inclusive": {"pipeline:process"},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with two plans, their graphs as they are kept, and their store."""
    place = tmp_path_factory.mktemp("bench")
    (place / "documents").mkdir()
    for name in ("青禾县-2022-要点.txt", "市-2022-要点.txt"):
        shutil.copy(ROOT / "tests" / "documents" / "plans" / name, place / "documents")
    return place


@pytest.fixture(scope="module")
def stages(place: Path) -> Figures:
    return part("stages").measure(str(place / "documents"), str(place / "graphs"))


@pytest.fixture(scope="module")
def loaded(place: Path, stages: Figures) -> Figures:
    return part("store").measure(str(place / "graphs"), str(place / "store"), few=200)


def test_stages_and_their_parts_add_up(stages: Figures) -> None:
    for table, whole in (("stages", "together"), ("parts", "extract")):
        assert set(stages[table]) == KEYS[table]
        shares = [row["share %"] for name, row in stages[table].items() if name != whole]
        assert sum(shares) == pytest.approx(100)
        assert all(row["MB/s"] > 0 for row in stages[table].values() if row["CPU s"])
    assert set(stages["memory"]) > KEYS["memory"]
    assert set(stages["first"]) == KEYS["first"]


def test_what_is_timed_is_given_back(stages: Figures) -> None:
    pipeline, extract = import_module("kg.pipeline"), import_module("kg.extract")
    assert not hasattr(pipeline.structure, "__wrapped__")
    assert not any(hasattr(one, "__wrapped__") for one in (*extract.FINDERS, extract.find_targets))


def test_graphs_are_kept_as_the_pipeline_gives_them(place: Path, stages: Figures) -> None:
    from kg import pipeline

    files = sorted((place / "documents").iterdir())
    made = [pipeline.process(file.read_bytes(), [file.name]) for file in files]
    assert list(part("stages").spooled(place / "graphs")) == made


def test_a_file_that_is_no_document_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    found = part("stages").measure(str(tmp_path))
    assert found["stages"]["together"]["not read"] == 1


def test_every_baseline_has_figures_or_says_why_not(place: Path) -> None:
    table = part("baselines").measure(str(place / "documents"), 0.01)["baselines"]
    assert set(table) >= KEYS["baselines"]
    assert all(row.get("MB/s", 0) > 0 or row["why"] == "not installed" for row in table.values())
    assert table["jieba.cut"]["words/s"] > 0


def test_the_store_has_figures(loaded: Figures) -> None:
    for table in ("loading", "export", "validation", "size"):
        assert set(loaded[table]) >= KEYS[table]
    assert loaded["export"]["kg: Turtle"]["goal"] == "≥ 300,000"
    assert set(loaded["classes"]) >= KEYS["classes"]
    assert loaded["size"]["documents"]["figure"] == 2
    shares = sum(row["share %"] for row in loaded["classes"].values())
    assert shares == pytest.approx(100, abs=2)  # the rarest are not shown


def test_triples_are_quads_without_their_graph() -> None:
    quads = '<a:s> <a:p> "中 <x> \\" ."@zh <a:g> .\n<a:s> <a:p> <a:o> <a:g> .\n'.encode()
    triples = '<a:s> <a:p> "中 <x> \\" ."@zh .\n<a:s> <a:p> <a:o> .\n'.encode()
    assert part("store")._triples(quads) == triples


def test_saved_queries_give_the_same_rows_in_both(place: Path, stages: Figures) -> None:
    found = part("queries").measure(str(place / "graphs"), limit=10, only=("due", "programs"))
    table = found["queries"]
    assert set(table) == {"due", "programs", "all together"}
    assert table["due"]["rows"] == table["due"]["rdflib's rows"] > 0
    assert table["programs"]["rows"] == table["programs"]["rdflib's rows"]


def test_what_takes_too_long_is_stopped() -> None:
    queries = part("queries")

    def endless() -> list[object]:
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001  as rdflib does
                continue

    assert queries._within(0.05, endless) == (None, [])
    seconds, found = queries._within(10, lambda: [1])
    assert found == [1]
    assert seconds is not None


def test_reports_have_figures(place: Path, loaded: Figures) -> None:
    table = part("reports").measure(str(place / "store"))["reports"]
    assert set(table) >= KEYS["reports"]


def test_a_profile_counts_our_functions(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = part("profile").measure(str(place / "documents"), shown=500)
    assert "pipeline:process" in found["profile-inclusive"]
    assert found["profile-inclusive"]["pipeline:process"]["with what it calls %"] > 50
    assert sum(row["own %"] for row in found["profile-own"].values()) <= 100.001


# ---------------------------------------------------------------- another checkout


def test_a_package_is_that_of_the_checkout(tmp_path: Path) -> None:
    """Also of its data, and of the processes that a process starts."""
    checkout = tmp_path / "checkout"
    for name in ("kg", "ontology"):
        compiled = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, checkout / name, ignore=compiled)
    (checkout / "ontology" / "more.txt").write_text("other", encoding="utf-8")
    (checkout / "kg" / "other.py").write_text("HERE = True\n", encoding="utf-8")
    package = part("child").Package(checkout, tmp_path)
    code = """
import subprocess, sys
from importlib.resources import files
import kg.other
print((files("kg.ontology") / "more.txt").read_text())
subprocess.run([sys.executable, "-P", "-c", "import kg.other; print('child')"], check=True)
"""
    told = subprocess.run(
        package.python("-c", code),
        env=package.environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert sorted(told) == ["child", "other"]
    assert not list(checkout.rglob("__pycache__"))


def test_what_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no checkout of this project"):
        part("child").Package(tmp_path, tmp_path)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return part("child").Package(ROOT, tmp_path_factory.mktemp("package"))


def test_a_section_that_fails_says_why(own: Any, tmp_path: Path) -> None:
    found = own.measure("reports", store=str(tmp_path / "none"))
    assert "none" in found["reports"]["not measured"]["why"]


def test_a_build_has_time_and_memory(own: Any, place: Path, tmp_path: Path) -> None:
    row = part("build").built(own, place / "documents", tmp_path / "store", 1)
    assert (tmp_path / "store" / "policy-kg.json").is_file()
    assert row["CPU s"] > 0
    assert row["reader MB"] > 10
    assert row["writer MB"] > 10


class Quick:
    """Stands for a package: its commands end at once."""

    environment: ClassVar[dict[str, str]] = {}

    def python(self, *_: str) -> list[str]:
        return ["true"]

    kg = python


def test_building_and_starting_have_all_rows(place: Path, tmp_path: Path) -> None:
    options = Namespace(rounds=2, jobs=2, query_limit=1.0)
    folder = place / "documents"
    packages = {"before": Quick(), "after": Quick()}
    found = part("sections").measured(packages, ("build", "start"), folder, tmp_path, options)
    assert list(found) == ["before", "after"]
    for figures in found.values():
        assert set(figures["build"]) == KEYS["build"]
        assert set(figures["start"]) >= KEYS["start"]
    assert len(list(folder.iterdir())) == 2  # those that are added are added to a copy


def test_a_command_that_fails_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="false: exit status 1"):
        part("start").run(["false"], {})
    with pytest.raises(SystemExit, match="exit status 2"):
        part("build").run(["sh", "-c", "exit 2"], {})


def test_sections_bring_what_they_need() -> None:
    in_order = part("sections").in_order
    assert in_order(("reports", "queries")) == ["stages", "build", "queries", "reports"]
    assert in_order(("start",)) == ["start"]
