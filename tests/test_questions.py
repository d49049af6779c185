"""docs/questions.md: ten questions as SPARQL, which any engine answers as the page says."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from asked import Rows, load_script, rows_of_oxigraph, rows_of_rdflib
from casebook import ROOT
from click.testing import CliRunner

from kg import queries
from kg.cli import cli
from kg.endpoint.limits import QueryLimits
from kg.endpoint.models import Query
from kg.endpoint.pool import Pool
from kg.export import export
from kg.sparql import POL, PREFIXES, complete
from kg.store import Store

FOLDER = ROOT / "docs" / "questions"
PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
ON_PAGE = re.findall(r"^<!-- questions/(\S+)\.rq -->$", PAGE, re.MULTILINE)


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.rq").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the page


def test_the_page_shows_what_the_queries_give_now(plans_store: Store) -> None:
    """If not, run scripts/update_questions, and see in the difference whether that is right."""
    assert load_script().written("questions.md", plans_store) == PAGE


def test_ten_questions_are_asked() -> None:
    assert len(ON_PAGE) == len(set(ON_PAGE)) == 10
    assert {path.stem for path in FOLDER.iterdir()} == {*ON_PAGE, "evidence-kg"}


def test_a_stale_page_is_repaired(plans_store: Store) -> None:
    script = load_script()
    match = script.BLOCK.search("x\n<!-- questions/origin.rq -->\nold\n<!-- end -->\ny")
    graph = script.graph_of(plans_store, "questions.md")
    block = script.block(graph, plans_store.base, match)
    assert block.startswith("<!-- questions/origin.rq -->\n```sparql\n# ")
    assert block.endswith(".txt |\n\n<!-- end -->")
    assert "old" not in block


def test_saved_queries_and_commands_that_the_page_names_exist() -> None:
    for names in re.findall(r"[Ss]aved quer(?:y|ies) ((?:`[\w-]+`(?:,| and)? ?)+)", PAGE):
        for name in re.findall(r"`([\w-]+)`", names):
            assert name in queries.saved()


COMMANDS = [
    one
    for one in sorted(set(re.findall(r"`(kg [^`]+)`", PAGE)))
    # What needs an argument, writes, or is named only to say where something stands.
    if not re.match(r"kg (build|check|correct|queries)\b", one)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_has_rows(plans_place: Path, command: str) -> None:
    name, *arguments = command.split()[1:]
    result = CliRunner().invoke(cli, [name, "--store", str(plans_place), *arguments])
    assert result.exit_code == 0, result.output
    assert "0 rows" not in result.output.splitlines()
    assert len(result.output.splitlines()) > 5


# ---------------------------------------------------------------- the same answer everywhere


def exported(store: Store, form: str, *, ontology: bool) -> bytes:
    out = io.BytesIO()
    export(store, form, out, ontology=ontology)
    return out.getvalue()


@pytest.fixture(scope="module")
def oxigraph(plans_store: Store) -> pyoxigraph.Store:
    """Give the Turtle of an export, with the ontology, in an engine that knows nothing of ours."""
    graph = pyoxigraph.Store()
    graph.bulk_load(exported(plans_store, "turtle", ontology=True), pyoxigraph.RdfFormat.TURTLE)
    return graph


@pytest.fixture(scope="module")
def quads(plans_store: Store) -> bytes:
    """Give the N-Quads of an export without the ontology, which no question needs."""
    return exported(plans_store, "nquads", ontology=False)


@pytest.fixture(scope="module")
def graphs(quads: bytes) -> pyoxigraph.Store:
    """Give a graph for each text, and an empty default graph."""
    graphs = pyoxigraph.Store()
    graphs.bulk_load(quads, pyoxigraph.RdfFormat.N_QUADS)
    return graphs


@pytest.fixture(scope="module")
def turtle(plans_store: Store) -> rdflib.Graph:
    return rdflib.Graph().parse(exported(plans_store, "turtle", ontology=False), format="turtle")


@pytest.fixture(scope="module")
def dataset(quads: bytes) -> rdflib.Dataset:
    """Give the N-Quads in rdflib, which is told to take the union."""
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(quads, format="nquads")
    return dataset


@pytest.mark.parametrize("name", ON_PAGE)
def test_engines_agree(
    plans_store: Store,
    oxigraph: pyoxigraph.Store,
    turtle: rdflib.Graph,
    dataset: rdflib.Dataset,
    name: str,
) -> None:
    """Row by row, in the order of the page."""
    text = text_of(name)
    rows = rows_of_oxigraph(plans_store.query(text))
    assert rows
    assert rows_of_oxigraph(oxigraph.query(text)) == rows
    assert rows_of_rdflib(turtle, text) == rows
    assert rows_of_rdflib(dataset, text) == rows


@pytest.mark.parametrize("name", ON_PAGE)
def test_an_engine_that_sees_no_union_finds_nothing(graphs: pyoxigraph.Store, name: str) -> None:
    """That the page warns of it is right: no rows, no error."""
    assert rows_of_oxigraph(graphs.query(text_of(name))) == []


def test_the_union_of_oxigraph_repeats_rows(plans_store: Store, graphs: pyoxigraph.Store) -> None:
    """The page warns of that too; where this fails, Oxigraph has mended it, and the page can."""
    text = text_of("school-places")
    rows = rows_of_oxigraph(plans_store.query(text))
    found = rows_of_oxigraph(graphs.query(text, use_default_graph_as_union=True))
    assert set(found) == set(rows)
    assert len(found) > len(rows)


def by_command(place: Path, name: str) -> Rows:
    arguments = ["query", "--store", str(place), "--format", "csv"]
    result = CliRunner().invoke(cli, [*arguments, "--file", str(FOLDER / f"{name}.rq")])
    assert result.exit_code == 0, result.output
    as_text = CliRunner().invoke(cli, [*arguments, text_of(name)])
    assert as_text.stdout_bytes == result.stdout_bytes
    return [tuple(row) for row in csv.reader(io.StringIO(result.stdout))][1:]


def by_endpoint(place: Path, name: str) -> Rows:
    async def ask() -> bytes:
        pool = Pool(place, QueryLimits())
        await pool.start()
        try:
            return (await pool.answer(Query(text_of(name)))).body
        finally:
            await pool.close()

    with ThreadPoolExecutor(1) as thread:  # Playwright may have a loop in this one
        found = json.loads(thread.submit(asyncio.run, ask()).result())
    names = found["head"]["vars"]
    return [
        tuple(row.get(one, {"value": ""})["value"] for one in names)
        for row in found["results"]["bindings"]
    ]


@pytest.mark.parametrize("ask", [by_command, by_endpoint])
@pytest.mark.parametrize("name", [*ON_PAGE, "evidence-kg"])
def test_command_and_endpoint_answer_too(
    plans_store: Store, plans_place: Path, ask: Callable[[Path, str], Rows], name: str
) -> None:
    assert ask(plans_place, name) == rows_of_oxigraph(plans_store.query(text_of(name)))


# ---------------------------------------------------------------- standard, and only that


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*/*.rq")), ids=lambda path: path.stem)
def test_a_query_brings_its_prefixes_and_no_others(path: Path) -> None:
    text = re.sub(r'"[^"\n]*"|<[^>\s]*>|#.*', " ", path.read_text(encoding="utf-8"))
    declared = re.findall(r"PREFIX (\w+):", text)
    used = set(re.findall(r"\b(\w+):(?!\s)", text)) | set(re.findall(r"STR\((\w+):\)", text))
    assert declared == sorted(declared)
    assert set(declared) == used


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*/*.rq")), ids=lambda path: path.stem)
def test_a_query_calls_no_function_beyond_the_standard(path: Path) -> None:
    text = re.sub(r'"[^"\n]*"|<[^>\s]*>|#.*', " ", path.read_text(encoding="utf-8"))
    called = {name for name in re.findall(r"\b(\w+:\w+)\s*\(", text) if name[:4] != "xsd:"}
    assert called == ({"pol:sentence"} if path.stem == "evidence-kg" else set())


@pytest.mark.parametrize("name", ON_PAGE)
def test_a_query_is_short_and_says_in_both_languages_what_it_asks(name: str) -> None:
    lines = text_of(name).splitlines()
    assert re.match(r"# [^a-z]*[？。]$", lines[0])
    assert re.match(r"# [A-Z].*[?.]$", lines[1])
    assert len(lines) <= 50
    assert all(len(line) <= 105 for line in lines)


def test_our_function_gives_the_sentences_that_the_standard_way_gives(plans_store: Store) -> None:
    ours, standard = (
        plans_store.select(text_of("evidence-kg")),
        plans_store.select(text_of("evidence")),
    )
    assert [row["sentence"] for row in ours] == [row["sentence"] for row in standard]
    assert [row["words"] for row in ours] == [row["words"] for row in standard]


# ---------------------------------------------------------------- saved queries for other engines


@pytest.mark.parametrize("name", queries.saved())
def test_the_text_of_a_saved_query_needs_no_prefixes_of_ours(name: str) -> None:
    result = CliRunner().invoke(cli, ["queries", "--text", name])
    text = result.stdout
    assert [line for line in text.splitlines() if line[:7] != "PREFIX "] == queries.find(
        name
    ).text.splitlines()
    own = {pyoxigraph.NamedNode(f"{POL}sentence"): lambda *terms: None}
    answer = pyoxigraph.Store().query(text, custom_functions=own)
    assert rows_of_oxigraph(answer) == []


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("SELECT * { ?s a pol:Task }", ["pol"]),
        ("# pol:Task\nSELECT * { ?s skos:prefLabel ?o }", ["skos"]),  # in a comment
        ('SELECT * { ?s ?p "pol:Task" }', []),  # in a string
        ("SELECT * { ?s ?p <http://x/pol:Task> }", []),
        ("SELECT * { FILTER(STRSTARTS(STR(?s), STR(pol:))) }", ["pol"]),
        ("SELECT * { ?s my:own ?o }", []),  # not ours to know
        ("PREFIX pol: <http://x/> SELECT * { ?s a pol:Task ; rdfs:label ?o }", []),
        ("ASK { ?s pol:due ?o FILTER(xsd:integer(?o) > 1) }", ["pol", "xsd"]),
    ],
)
def test_prefixes_are_declared_where_they_are_used(text: str, prefixes: list[str]) -> None:
    head = "# pol:Task\n" if text.startswith("#") else ""
    lines = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in prefixes)
    assert complete(text) == head + lines + text.removeprefix(head)


# ---------------------------------------------------------------- what stands in the plans


@pytest.mark.parametrize(
    ("name", "row", "stands"),
    [
        # tests/documents/plans/README.md: the table of 新增学位
        ("school-places", {"place": "青禾县", "period": "2022", "figure": "1500"}, True),
        ("school-places", {"place": "临枫区", "period": "2023", "figure": "800"}, True),
        ("school-places", {"place": "枫渚县", "period": "2023", "figure": ""}, True),
        ("school-places", {"place": "枫渚县", "period": "2022"}, False),  # silent
        ("school-places", {"place": "临枫区", "period": "2022"}, False),  # no plan
        ("school-places", {"place": "云陵市"}, False),  # no county
        ("school-places", {"figure": "0"}, False),  # masked is not 0
        ("responsible", {"agency": "青禾县自然资源局", "role": "Support"}, True),
        ("responsible", {"basis": "Implied"}, False),
        ("unanswered", {"place": "临枫区", "answer": ""}, True),
        ("unanswered", {"place": "青禾县", "answer": ""}, False),
        ("unanswered", {"place": "枫渚县", "answer": ""}, False),
        ("unanswered", {"place": "云陵市"}, False),
        ("origin", {"place": "云陵市", "issued": "2021-09-06"}, True),
        ("origin", {"place": "青禾县"}, False),
        ("spread", {"place": "青禾县", "level": "County", "first": "2022-03-01"}, True),
        ("spread", {"place": "枫渚县", "level": "County", "first": "2023-03-06"}, True),
        ("spread", {"place": "临枫区"}, False),
        ("spread", {"level": "Region"}, False),
        ("due", {"what": "县特殊教育学校", "leader": "青禾县教育局"}, True),
        ("due", {"what": "新增学位"}, False),  # a date that is only inherited
        ("changed", {"label": "新增学位", "year": "2021", "before": "1200", "after": "1500"}, True),
        ("changed", {"label": "县特殊教育学校", "dueAfter": "2023-12-31"}, True),
        ("changed", {"label": "新增学位", "year": "2022"}, False),  # repeated
        (
            "burden",
            {"agency": "青禾县教育局", "leads": "10", "supports": "0", "implied": "4"},
            True,
        ),
        ("burden", {"agency": "共青团青禾县委员会"}, False),  # one task
        ("missing", {"title": "云陵市“十四五”教育发展规划", "documents": "3"}, True),
        ("missing", {"title": "云陵市推进学前教育扩优提质实施方案"}, False),  # held
    ],
)
def test_what_is_planted_is_found(
    plans_store: Store, name: str, row: dict[str, str], stands: bool
) -> None:
    found = [
        {key: value.removeprefix(POL) for key, value in one.items()}
        for one in plans_store.select(text_of(name))
    ]
    assert any(row.items() <= one.items() for one in found) is stands


RATE = {'"新增学位"@zh': '"学前三年毛入园率"@zh'}
OPINION = "江西省人民政府办公厅关于推进学前教育扩优提质的意见"


@pytest.mark.parametrize(
    ("name", "instead", "rows"),
    [
        # What the page says under “Read it” and “Pitfall”: the changes, and how many rows then.
        ("school-places", {'"新增学位"@zh': '"新增学位"'}, 0),
        ("school-places", RATE, 8),
        # Of 方案 for 2022-2025 a row for each year: two plans, six rows more.
        ("school-places", {**RATE, "pol:period ?period": "pol:planYear ?period"}, 14),
        ("unanswered", {"}\nORDER": "  FILTER(!BOUND(?answer))\n}\nORDER"}, 1),
        ("spread", {"FILTER(?level != pol:Region)": ""}, 6),
        (
            "spread",
            {
                "晨曦护苗行动": OPINION,
                "?program a pol:Program ; skos:prefLabel|skos:altLabel ?name": (
                    "?asked skos:prefLabel ?name"
                ),
                "pol:mentions ?program": "pol:cites|pol:echoes|pol:reuses ?asked",
            },
            4,
        ),
        ("due", {"FILTER NOT EXISTS { ?item pol:dueBasis pol:Inherited }": ""}, 23),
        ("changed", {"FILTER(STRLEN(?period) = 4)": ""}, 15),  # plans for several years
    ],
)
def test_what_the_page_says_of_other_forms(
    plans_store: Store, name: str, instead: dict[str, str], rows: int
) -> None:
    text = text_of(name)
    for line, other in instead.items():
        assert line in text
        text = text.replace(line, other)
    assert len(plans_store.select(text)) == rows
