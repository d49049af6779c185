"""The store: whole documents, one union, nothing else touched."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest
from fake_extractor import ONTOLOGY_NQUADS, VERSION, graph

from kg.errors import NotFoundError, QueryError, StoreError
from kg.ledger import Claim
from kg.models import DocumentGraph
from kg.store import ONTOLOGY, Store

COUNT = "SELECT (COUNT(*) AS ?n) { ?agency a pol:Agency }"
AGENCIES = "SELECT ?name { ?agency a pol:Agency ; skos:prefLabel ?name } ORDER BY ?name"


def names(store: Store) -> list[str]:
    return [row["name"] for row in store.select(AGENCIES)]


def test_a_thing_that_several_documents_name_is_counted_once() -> None:
    store = Store()
    store.load([graph("甲\n教育局\n财政局"), graph("乙\n教育局")])
    assert store.select(COUNT) == [{"n": "2"}]
    by_graph = "SELECT (COUNT(*) AS ?n) { GRAPH ?source { ?agency a pol:Agency } }"
    assert store.select(by_graph) == [{"n": "3"}]


def test_what_others_say_stays_when_a_document_goes() -> None:
    store = Store()
    store.load([graph("甲\n教育局\n财政局"), graph("乙\n教育局", "b.txt")])
    assert [held.title for held in store.remove("a.txt")] == ["甲"]
    assert names(store) == ["教育局"]
    store.remove("乙")
    assert store.size() == (0, 0)


def test_loading_again_replaces() -> None:
    store = Store()
    text = graph("甲\n教育局")
    store.load([text])
    before = store.ntriples()
    store.load([text, text])
    assert store.ntriples() == before
    renamed = graph("甲\n教育局", "a.txt", "b.txt")
    store.load([renamed])
    assert [held.names for held in store.sources().values()] == [("a.txt", "b.txt")]
    assert len(store.ntriples()) == len(before) + 1


def test_lines_of_a_graph_end_at_line_feeds_alone() -> None:
    name = (
        "教育\u2028局\u0085\x1c"  # each ends a line to Python; other writers leave them as they are
    )
    store = Store()
    quads = f'<urn:a> <http://www.w3.org/2004/02/skos/core#prefLabel> "{name}" <urn:g> .\n'
    store.load([DocumentGraph("urn:g", "", "", quads, ())])
    assert [row["name"] for row in store.select("SELECT ?name { ?s ?p ?name }")] == [name]


def test_sources() -> None:
    store = Store()
    text = graph("甲\n教育局", "a.txt", "b.txt")
    store.load([text])
    (held,) = store.sources().values()
    assert (held.source, held.document, held.title) == (text.iri, text.document, "甲")
    assert (held.version, held.names) == (VERSION, ("a.txt", "b.txt"))


def test_the_ontology_is_kept_until_its_version_changes() -> None:
    store = Store()
    store.set_ontology(ONTOLOGY_NQUADS, "1")
    store.set_ontology("", "1")
    assert len(store.ntriples(ONTOLOGY)) == 4
    store.set_ontology("", "2")
    assert store.size() == (0, 0)


@pytest.mark.parametrize("name", ["甲", "a.txt", "document/甲", "source"])
def test_find(name: str) -> None:
    store = Store()
    text = graph("甲\n教育局")
    store.load([text])
    full = {"document/甲": text.document, "source": text.iri}.get(name, name)
    assert [held.title for held in store.find(full)] == ["甲"]


@pytest.mark.parametrize(
    ("name", "message"), [("丙", "no document has this"), ("same.txt", "2 documents; say which")]
)
def test_find_nothing_or_too_much(name: str, message: str) -> None:
    store = Store()
    store.load([graph("甲", "same.txt"), graph("乙", "same.txt")])
    with pytest.raises(NotFoundError, match=message):
        store.find(name)


def test_a_store_outlives_the_process(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([graph("甲\n教育局")], [Claim("/x/a.txt", "a.txt", "0" * 64)])
    with Store(tmp_path / "store", read_only=True) as store:
        assert names(store) == ["教育局"]
        assert store.claims() == [Claim("/x/a.txt", "a.txt", "0" * 64)]


def test_a_foreign_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds other files"):
        Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_refused_places(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="exists|Not a directory"):
        Store(tmp_path / "file")
    with pytest.raises(StoreError, match="no store here"):
        Store(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()
    Store(tmp_path / "store", base="https://example.org/").close()
    with pytest.raises(StoreError, match="its base is https://example.org/"):
        Store(tmp_path / "store", base="https://example.net/")
    with Store(tmp_path / "store") as store:
        assert store.base == "https://example.org/"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", json.dumps({"format": 99, "base": "https://example.org/"})]
)
def test_a_marker_that_is_not_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "policy-kg.json").write_text(content)
    with pytest.raises(StoreError, match=r"policy-kg.json: (cannot be understood|format 99)"):
        Store(tmp_path)


@pytest.mark.parametrize("damage", ["graph", "graph/CURRENT", "graph/MANIFEST-*", "marker"])
def test_damage_is_said_in_one_line(tmp_path: Path, damage: str) -> None:
    with Store(tmp_path / "store") as store:
        store.load([graph("甲")], [Claim("/x/a.txt", "a.txt", "0" * 64)])
    if damage == "graph":
        shutil.rmtree(tmp_path / "store" / "graph")
    elif damage == "marker":
        (tmp_path / "store" / "policy-kg.json").write_bytes(b"\xff")
    else:
        for path in (tmp_path / "store").glob(damage):
            path.unlink()
    for read_only in (False, True):
        with pytest.raises(StoreError) as raised:
            Store(tmp_path / "store", read_only=read_only)
        assert "\n" not in str(raised.value)


def test_a_creation_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    (tmp_path / "policy-kg.json.new").write_text('{"form')
    with Store(tmp_path) as store:
        store.load([graph("甲\n教育局")])
        assert names(store) == ["教育局"]


def test_a_lost_ledger_is_written_anew(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([graph("甲")], [Claim("/x/a.txt", "a.txt", "0" * 64)])
    (tmp_path / "store" / "files.sqlite").unlink()
    Store(tmp_path / "store", read_only=True).close()
    with Store(tmp_path / "store") as store:
        assert [(claim.path, claim.name) for claim in store.claims()] == [("a.txt", "a.txt")]


def open_elsewhere(place: Path, *, read_only: bool) -> str:
    code = (
        "import sys; from kg.store import Store; from kg.errors import StoreError\n"
        f"try: Store({str(place)!r}, read_only={read_only}); print('opened')\n"
        "except StoreError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_one_writer_or_many_readers(tmp_path: Path) -> None:
    place = tmp_path / "store"
    with Store(place):
        assert "store in use" in open_elsewhere(place, read_only=False)
        assert "store in use" in open_elsewhere(place, read_only=True)
        with pytest.raises(StoreError, match="store in use"):
            Store(place)
    with Store(place, read_only=True):
        assert open_elsewhere(place, read_only=True) == "opened"
        assert "store in use" in open_elsewhere(place, read_only=False)


def test_snapshot(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([graph("甲\n教育局")])
        store.snapshot(tmp_path / "copy")
        store.load([graph("乙\n财政局")])
        with pytest.raises(StoreError, match="exists already"):
            store.snapshot(tmp_path / "copy")
    with Store(tmp_path / "copy", read_only=True) as copy:
        assert names(copy) == ["教育局"]


def test_dataset_is_an_rdflib_view_of_the_union() -> None:
    from rdflib import URIRef
    from rdflib.namespace import RDF

    store = Store()
    store.load([graph("甲\n教育局"), graph("乙\n教育局")])
    agency = URIRef("https://w3id.org/policy-kg/ontology#Agency")
    dataset = store.dataset()
    assert len(list(dataset.triples((None, RDF.type, agency)))) == 1
    rows = dataset.query("SELECT ?x { ?x a <https://w3id.org/policy-kg/ontology#Agency> }")
    assert len(list(rows)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { sErViCe#c\n<http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:1/> ASK { FILTER EXISTS { SERVICE x:y { ?s ?p ?o } } }",
        # Oxigraph has no separate lexer: each of these reaches the network unless refused.
        "PREFIX : <http://127.0.0.1:1/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "SELECT * { ?s ?p true.SERVICE<http://127.0.0.1:1/>{ ?a ?b ?c } }",
        "SELECT * { ?s ?p 1SERVICE<http://127.0.0.1:1/>{ ?a ?b ?c } }",
        "SELECT * { ?s ?p ?a FILTER(?a<?b)SERVICE?x#>\n{ ?q ?w ?e } }",
        "SELECT * { ?s ?p '''a'b''' . SERVICE <http://127.0.0.1:1/> { ?s ?p '''''' } }",
        # What looks like the begin of a string or of a comment is a part of a name, or of an IRI.
        "PREFIX x: <x:> SELECT * { ?s ?p x:a\\' . SERVICE <http://127.0.0.1:1/> {} #'\n}",
        "PREFIX x: <x:> SELECT * { ?s ?p x:a.\\# . SERVICE <http://127.0.0.1:1/> {} \n}",
        "SELECT * { ?s ?p <x:\\u0041'> . SERVICE <http://127.0.0.1:1/> {} #'\n}",
        "SELECT * { ?s ?p <x:\\U00000041#> . SERVICE <http://127.0.0.1:1/> {} \n}",
        # What looks like an IRI is a comparison with a string, or one before a comment.
        "SELECT * { FILTER(1<'>') SERVICE <http://127.0.0.1:1/> {} #'\n}",
        "SELECT * { FILTER(1<2#>'''\n) SERVICE <http://127.0.0.1:1/> {} #'''\n}",
        "SELECT * { ?s ?p <x:it's> FILTER(1<'>') SERVICE <http://127.0.0.1:1/> {} #'\n}",
    ],
)
def test_service_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="SERVICE is refused"):
        Store().query(text)


def test_an_escaped_keyword_is_no_keyword() -> None:
    with pytest.raises(QueryError, match="expected"):
        Store().query("SELECT * { \\u0053ERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <x>" }',
        "SELECT * { ?s <http://example.org/service/x> ?service } # SERVICE",
        'SELECT * { ?s ?p """a "quoted" SERVICE""" . ?s ?p \'SERVICE\' }',
        "PREFIX load: <http://example.org/> SELECT * { load:service ?p ?o }",
        "SELECT * { ?s <http://example.org/service#x> <http://example.org/#service> }",
        "SELECT * { ?s <http://example.org/a_(b)> 'service' }",
        "PREFIX x: <x:> SELECT * { ?s ?p x:a\\'service }",
        "SELECT * FROM <file:///etc/passwd> FROM <http://127.0.0.1:1/> { ?s ?p ?o }",
    ],
)
def test_harmless_queries_are_answered(text: str) -> None:
    assert list(Store().query(text)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * " + "{" * 5_000 + "}" * 5_000, "nested deeper"),
        ("SELECT * { FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }", "nested deeper"),
        ("SELECT * { FILTER(" + "!" * 50_000 + "true) }", "operators"),
        ("SELECT * {" + " UNION ".join(["{ ?s ?p ?o }"] * 3_000) + "}", "operators"),
        ("#" * 300_000, "characters"),
        ("SELECT * {", "error at 1:"),
        ("DELETE WHERE { ?s ?p ?o }", "error at 1:"),
        ("SELECT * { ?s nope:x ?o }", "(?i)prefix"),
    ],
)
def test_queries_that_cannot_run(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message) as raised:
        Store().query(text)
    assert "\n" not in str(raised.value)


def test_brackets_in_strings_do_not_count() -> None:
    text = "SELECT * { ?s ?p '" + "{" * 5_000 + "' }"
    assert list(Store().query(text)) == []


def test_substitutions_are_data() -> None:
    store = Store()
    store.load([graph("甲\n教育局")])
    text = "SELECT ?agency ?name { ?agency skos:prefLabel ?label FILTER(STR(?label) = ?name) }"
    assert len(store.select(text, {"name": "教育局"})) == 1
    assert store.select(text, {"name": '" } ; DROP ALL #'}) == []
    label = pyoxigraph.Literal("教育局", language="zh")
    assert len(store.select("SELECT ?x ?l { ?x skos:prefLabel ?l }", {"l": label})) == 1
