"""The command line: what a person sees, and the exit codes that scripts rely on."""

from __future__ import annotations

import csv
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from fake_extractor import EXTRACTOR

import kg.export
import kg.results
from kg import cli, results

# `kg.build` is the function, which hides the module of the same name.
BUILD = importlib.import_module("kg.build")
ROOT = Path(__file__).parent.parent
COMMANDS = list(cli.cli.commands)


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(BUILD, "default_extractor", lambda *_: EXTRACTOR)
    monkeypatch.chdir(tmp_path)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("甲\n教育局\n财政局", encoding="utf-8")
    (docs / "b.txt").write_text("乙\n教育局", encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.cli, arguments)


@pytest.fixture
def built() -> None:
    assert run("build", "docs").exit_code == 0


# -- help --------------------------------------------------------------------------------------


def test_help_comes_without_the_heavy_libraries() -> None:
    code = (
        "import sys; sys.argv = ['kg', '--help']\n"
        "from kg.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'rdflib', 'networkx', 'pyvis', 'jieba', 'pyoxigraph', 'rich', 'igraph'}\n"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_help_names_the_exit_codes() -> None:
    text = run("--help").output
    for line in ("0    done", "1    something could not be done", "130  interrupted"):
        assert line in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches(name: str) -> None:
    command = cli.cli.commands[name]
    text = run(name, "--help").output
    assert "Example" in text
    assert f"kg {name}" in text
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name not in ("help", "form"):
            assert parameter.help, f"{name}: {parameter.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    readme = ROOT / "README.md"
    assert f"kg {name}" in readme.read_text(encoding="utf-8")


def test_choices_are_those_that_exist() -> None:
    assert tuple(kg.export.FORMATS) == cli.EXPORT_FORMATS
    assert kg.results.FORMATS == cli.QUERY_FORMATS


# -- build, remove -----------------------------------------------------------------------------


def test_build_sums_up() -> None:
    result = run("build", "docs")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    for expected in (["documents", "ok", "2"], ["Agency", "2"], ["files", "skipped", "0"]):
        assert expected in lines
    assert ["documents", "unchanged", "2"] in [
        line.split() for line in run("build", "docs").stdout.splitlines()
    ]


def test_a_failing_file_is_reported_and_the_others_go_through() -> None:
    Path("docs/bad.txt").write_bytes(b"\xff")
    Path("docs/bug\x1b[31m.txt").write_text("BUG")
    result = run("build", "docs", "none.txt")
    assert result.exit_code == 1
    assert "skipped docs/bad.txt: bad.txt: not text" in result.stderr
    assert "skipped none.txt: no such file or folder" in result.stderr
    assert "internal error, please report it: ZeroDivisionError" in result.stderr
    assert "\x1b" not in result.stderr
    assert "Traceback" not in result.stderr
    assert run("query", "ASK { ?x a pol:Agency }").stdout == "yes\n"
    assert "Traceback" in run("--debug", "build", "docs").stderr


def test_columns_of_a_dump_can_be_named_and_files_listed() -> None:
    row = {"内文": "丙\n民政局", "题目": "x"}
    Path("dump.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    Path("list.txt").write_text("# of today\ndump.jsonl\ndocs/*.txt\n", encoding="utf-8")
    result = run("build", "@list.txt")
    assert result.exit_code == 1
    assert (
        "skipped dump.jsonl: no column that is known to hold the text; "
        "its columns: 内文, 题目; say which: --text-field NAME"
    ) in result.stderr
    assert run("build", "@list.txt", "--text-field", "内文").exit_code == 0
    assert "民政局 [dump.jsonl#1]" in run("show", "民政局").stdout


def test_every_column_has_an_option() -> None:
    from kg.commands.reading import COLUMNS
    from kg.read.columns import Columns, common_names, plain_name

    assert [field for field, _, _ in COLUMNS] == list(Columns.__dataclass_fields__)
    for field, _, known in COLUMNS:
        meanings = {common_names()[plain_name(name)][0] for name in known.split(", ")}
        assert meanings <= ({"issued", "published"} if field == "date" else {field})


def test_remove(built: None) -> None:
    result = run("remove", "a.txt")
    assert (result.exit_code, result.stdout) == (0, "removed 甲 (a.txt)\n")
    result = run("remove", "a.txt")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: a.txt: no document has this IRI, title, file name or path\n",
    )


def test_the_store_can_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_STORE", "elsewhere")
    assert run("build", "docs").exit_code == 0
    assert (Path("elsewhere") / "policy-kg.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["query", "ASK {}"], 1, "Error: kg-store: no store here; make one with: kg build"),
        (["remove", "x"], 1, "Error: kg-store: no store here"),
        (["build", "docs", "--store", "docs"], 1, "Error: docs: holds other files"),
        (["query"], 2, "give one of: TEXT, --file, --name"),
        (["query", "ASK {}", "--name", "targets"], 2, "give one of"),
        (["query", "--name", "targets", "--param", "x"], 2, "write NAME=VALUE"),
        (["query", "--name", "nope"], 1, "known: adoption, agencies"),
        (["query", "--name", "targets", "--param", "x=1"], 1, "no parameter 'x'"),
        (["query", "--file", "none.rq"], 2, "does not exist"),
        (["queries", "--text", "nope"], 1, "Error: query 'nope': not saved"),
        (["export", "--format", "xml"], 2, "is not one of"),
        (["build"], 2, "Missing argument"),
        (["nope"], 2, "No such command"),
    ],
)
def test_errors(arguments: list[str], code: int, message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert message in result.stderr
    if code == 1:
        assert result.stderr.count("\n") == 1


# -- query -------------------------------------------------------------------------------------

NAMES = "SELECT ?agency ?name { ?agency a pol:Agency ; skos:prefLabel ?name } ORDER BY ?name"


def test_table(built: None) -> None:
    assert run("query", NAMES).stdout == (
        "\n"
        " agency          name\n"
        " ──────────────────────\n"
        " agency/教育局   教育局\n"
        " agency/财政局   财政局\n"
        "\n"
        "2 rows\n"
    )


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("csv", "agency,name\r\nhttps://w3id.org/policy-kg/id/agency/教育局,教育局"),
        ("tsv", '?agency\t?name\n<https://w3id.org/policy-kg/id/agency/教育局>\t"教育局"@zh'),
        ("json", '{"head":{"vars":["agency","name"]}'),
    ],
)
def test_formats(built: None, form: str, first: str) -> None:
    assert run("query", NAMES, "--format", form).stdout_bytes.decode().startswith(first)


def test_ask_construct_and_misfits(built: None) -> None:
    construct = "CONSTRUCT { ?x a pol:Agency } WHERE { ?x a pol:Agency }"
    assert "教育局> a pol:Agency" in run("query", construct).stdout
    assert run("query", "ASK { ?x a pol:Program }").stdout == "no\n"
    assert json.loads(run("query", "ASK {}", "--format", "json").stdout)["boolean"] is True
    for text, form in ((construct, "csv"), (NAMES, "turtle"), ("ASK {}", "turtle")):
        result = run("query", text, "--format", form)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


def test_saved_queries_hide_their_parameters(built: None) -> None:
    result = run("query", "--name", "agencies", "--param", "name=财", "--format", "csv")
    assert result.stdout.split() == ["agency,documents,leads,supports", "财政局,1,0,0"]
    result = run("query", "--name", "agencies")
    assert "name" not in result.stdout
    assert "2 rows" in result.stdout


def test_query_from_a_file_and_from_standard_input(built: None) -> None:
    Path("ask.rq").write_text("ASK { ?x a pol:Agency }", encoding="utf-8")
    assert run("query", "--file", "ask.rq").stdout == "yes\n"
    Path("bad.rq").write_bytes(b"\xff")
    assert "is not UTF-8" in run("query", "--file", "bad.rq").stderr
    piped = CliRunner().invoke(cli.cli, ["query", "--file", "-"], input="ASK {}")
    assert piped.stdout == "yes\n"


def test_service_is_refused(built: None) -> None:
    result = run("query", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: query: SERVICE is refused")


def test_queries_are_listed() -> None:
    listed = run("queries").stdout
    for name in ("documents", "programs", "targets", "who-leads", "ghosts", "entity"):
        assert f"{name}\n    " in listed
    assert "--param agency=…  part of the agency's name" in listed
    assert run("queries", "--text", "ghosts").stdout.startswith("# Which documents are cited")


# -- export, render, show, stats ---------------------------------------------------------------


def test_export(built: None) -> None:
    assert run("export", "-o", "graph.ttl").exit_code == 0
    assert Path("graph.ttl").read_bytes() == run("export").stdout_bytes
    one = run("export", "--format", "nquads", "--document", "b.txt").stdout
    assert "财政局" not in one
    assert run("export", "-o", "docs").stderr == "Error: docs: is a directory; name a file\n"
    assert "nothing" not in run("export", "--no-ontology").stdout


def test_render_asks_for_what_was_given(built: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def draw(store: object, **options: object) -> str:
        asked.update(options)
        return "<p>图"

    monkeypatch.setattr("kg.render.render_html", draw)
    result = run("render", "--about", "甲", "--type", "agency", "--limit", "5", "-o", "x.html")
    assert result.exit_code == 0
    assert asked == {"about": "甲", "depth": 1, "types": ("Agency",), "limit": 5, "pages": {}}
    assert Path("x.html").read_bytes() == "<p>图".encode()


def test_show(built: None) -> None:
    text = run("show", "财政局").stdout
    assert text.startswith("财政局  [机构]\nhttps://w3id.org/policy-kg/id/agency/财政局\n")
    assert "← 提及 (1)\n" in text
    assert "财政局 [a.txt]" in text
    card = json.loads(run("show", "财政局", "--format", "json").stdout)
    assert card["groups"][0]["facts"][0]["evidence"]["file"] == "a.txt"
    missing = run("show", "财政")
    assert missing.stderr == ("Error: 财政: nothing has this name, alias or IRI; similar: 财政局\n")


@pytest.mark.parametrize("name", ["account.json", "account.csv"])
def test_an_account_of_every_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "docs" / "b.txt").write_text("乙BUG")
    os.chdir(tmp_path / "docs")
    (tmp_path / "docs" / "=a.txt").write_text("甲DAMAGED")
    assert run("build", ".", "--report", name).exit_code == 1
    text = (tmp_path / "docs" / name).read_text(encoding="utf-8-sig")
    if name.endswith("json"):
        rows = [(row["path"], row["outcome"], row["remarks"]) for row in json.loads(text)]
    else:
        table = list(csv.reader(io.StringIO(text)))
        assert table[0] == ["file", "outcome", "seconds", "remarks"]
        rows = [(row[0], row[1], [row[3]] if row[3] else []) for row in table[1:]]
    here = str(tmp_path / "docs")
    assert rows[:2] == [
        (f"{here}/=a.txt", "repaired", ["one line was lost"]),
        (f"{here}/a.txt", "ok", []),
    ]
    assert rows[2][:2] == (f"{here}/b.txt", "skipped")
    assert results.no_formula("=1+1") == "'=1+1"


def test_stats(built: None) -> None:
    assert "documents  2" in run("stats").stdout
    assert json.loads(run("stats", "--format", "json").stdout)["classes"]["Agency"] == 2


# -- as a process ------------------------------------------------------------------------------

SLOW = """
import importlib, sys, time
sys.path.insert(0, sys.argv.pop(1))
build = importlib.import_module("kg.build")
from fake_extractor import SLOW
from kg.cli import main

build.BATCH_QUADS = 50
build.default_extractor = lambda *_: SLOW
main()
"""


def _heeds_interrupts() -> None:
    """Undo what a shell does to what it starts with &: it is deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "code", "jobs"),
    [(signal.SIGINT, 130, 1), (signal.SIGTERM, 143, 1), (signal.SIGTERM, 143, 2)],
)
def test_interrupted(tmp_path: Path, number: signal.Signals, code: int, jobs: int) -> None:
    for document in range(1000):
        (tmp_path / "docs" / f"n{document}.txt").write_text(f"文{document}")
    (tmp_path / "slow.py").write_text(SLOW)
    command = [sys.executable, "slow.py", str(Path(__file__).parent), "build", "docs"]
    progress = tmp_path / "progress"
    progress.touch()
    environment = {**os.environ, "KG_TEST_PROGRESS": str(progress)}
    command += ["--jobs", str(jobs)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, env=environment, preexec_fn=_heeds_interrupts
    ) as process:
        # What a batch holds is in the store long before two hundred are read.
        while progress.stat().st_size < 200 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == code
    assert errors.decode().splitlines()[-1].startswith(("Interrupted", "Terminated"))
    assert b"Traceback" not in errors
    held = json.loads(run("stats", "--format", "json").stdout)["store"]["documents"]
    assert 0 < held < 1000


def test_chinese_is_written_whatever_the_locale(built: None) -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "kg", "show", "财政局"],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().startswith("财政局")


@pytest.mark.parametrize("reader", ["head -c 10", "true"])
@pytest.mark.parametrize("command", ["export --format nquads", "stats", "queries"])
def test_a_reader_that_goes_away_is_no_error(built: None, command: str, reader: str) -> None:
    command = f"{sys.executable} -m kg {command} | {reader}"
    done = subprocess.run(command, shell=True, capture_output=True, check=True)
    assert (len(done.stdout), done.stderr) == (10 if reader != "true" else 0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command", ["queries", "export", "query --format json 'SELECT * { } LIMIT 1'"]
)
def test_a_full_disk_is_told_in_one_line(built: None, command: str) -> None:
    done = subprocess.run(
        f"{sys.executable} -m kg {command} > /dev/full",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        b"Error: No space left on device\n",
    )
