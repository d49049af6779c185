"""What leaves the store for other tools: read back by them, to the same facts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import igraph
import networkx
import pyoxigraph
import pytest
import rdflib
from casebook import ROOT
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kg import cli
from kg.errors import KgError
from kg.export import FORMATS, export
from kg.export.schema import EDGE_TYPES, NODES, TABLES
from kg.export.sorting import sorted_lines
from kg.models import DocumentGraph
from kg.sparql import PREFIXES
from kg.store import Store

BASE = "https://w3id.org/policy-kg/id/"
RDF = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}
WITH_GRAPHS = ("trig", "nquads", "jsonld")
PLAN = "青禾县-2022-要点.txt"
FOLDERS = tuple(name for name, form in FORMATS.items() if form.to_folder)


def graph_of(turtle: str, name: str = f"{BASE}source/1") -> DocumentGraph:
    """Give Turtle as a document's graph."""
    prefixes = "".join(f"@prefix {key}: <{iri}> .\n" for key, iri in PREFIXES.items())
    found = pyoxigraph.parse(
        f"@base <{BASE}> .\n{prefixes}{turtle}".encode(), pyoxigraph.RdfFormat.TURTLE
    )
    lines = sorted(f"{quad.triple} <{name}> .\n" for quad in found)
    return DocumentGraph(name, f"{BASE}document/甲", "甲", "".join(lines), ())


TRAPS = r"""
<source/1> a nif:Context ; dcterms:source "=甲.txt" ; pol:sha256 "1" ;
    nif:isString "=HYPERLINK(1) 禾山县教育局\\新建学校3所。" .
<document/甲> a pol:PolicyDocument , pol:Notice ; skos:prefLabel "甲 <b>&\"|\u0001"@zh ;
    pol:hasText <source/1> ; pol:planYear 2022 , 2023 ; pol:issuedBy <agency/x> ;
    pol:documentNumber "一|二" .
<agency/x> a pol:Agency , pol:GovernmentBody ; skos:prefLabel "-禾山县教育局"@zh .
<agency/没有名称> a pol:Agency .
<source/1#char=14,20> a pol:Mention ; itsrdf:taIdentRef <agency/x> ; nif:anchorOf "x" ;
    nif:referenceContext <source/1> ; nif:beginIndex 14 ; nif:endIndex 20 .
<source/1/target/21> a pol:Target ; pol:indicatorText "新建学校"@zh ; pol:value 3.50 ;
    pol:masked false ; pol:comparator pol:AtLeast ; pol:indicator <indicator/学校> ;
    pol:sentence "=HYPERLINK(1) 禾山县教育局\\新建学校3所。" ;
    nif:referenceContext <source/1> ; nif:beginIndex 21 ; nif:endIndex 25 .
<indicator/学校> a pol:Indicator ; skos:prefLabel "学校"@zh .
"""


@pytest.fixture
def traps() -> Store:
    store = Store()
    store.load([graph_of(TRAPS)])
    return store


def written(store: Store, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    export(store, form, out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def folder_of(store: Store, form: str, place: Path) -> Path:
    export(store, form, place / form)
    return place / form


def rows_of(file: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as text:
        return list(csv.DictReader(text))


# -- RDF ---------------------------------------------------------------------------------------

ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XSD = "http://www.w3.org/2001/XMLSchema#"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
literals = st.one_of(
    texts.map(pyoxigraph.Literal),
    st.builds(lambda t, g: pyoxigraph.Literal(t, language=g), texts, st.sampled_from(["zh", "en"])),
    st.builds(
        lambda t, d: pyoxigraph.Literal(t, datatype=pyoxigraph.NamedNode(f"{XSD}{d}")),
        st.one_of(texts, st.sampled_from(["7", "007", "-0", "9" * 20, "true", "1", "2.50"])),
        st.sampled_from(["integer", "decimal", "boolean", "date", "gYear"]),
    ),
)
nodes = st.sampled_from(
    [pyoxigraph.NamedNode(iri) for iri in (f"{BASE}甲", f"{PREFIXES['pol']}Ensure", "urn:x")]
    + [pyoxigraph.BlankNode("a"), pyoxigraph.BlankNode("b")]
)
# Of each kind of meaning in the context, and two that it does not know.
predicates = st.sampled_from(
    [
        pyoxigraph.NamedNode(PREFIXES[name.split(":")[0]] + name.split(":")[1])
        for name in ("pol:modality", "pol:issuedBy", "pol:value", "pol:masked", "nif:beginIndex")
    ]
    + [
        pyoxigraph.NamedNode(PREFIXES[name.split(":")[0]] + name.split(":")[1])
        for name in ("skos:prefLabel", "pol:unit", "pol:due", "rdf:type", "rdf:first", "pol:none")
    ]
)
quads = st.builds(
    pyoxigraph.Quad,
    nodes,
    predicates,
    st.one_of(nodes, literals),
    st.sampled_from([pyoxigraph.NamedNode("urn:g"), pyoxigraph.NamedNode("urn:h")]),
)


def canonical(found: Iterator[pyoxigraph.Quad] | list[pyoxigraph.Quad]) -> pyoxigraph.Dataset:
    dataset = pyoxigraph.Dataset(found)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def store_of(found: list[pyoxigraph.Quad]) -> Store:
    """Give a store of any quads, with the union that it keeps."""
    store = Store()
    store._graph.extend(found)
    store._graph.extend([pyoxigraph.Quad(q.subject, q.predicate, q.object) for q in found])
    return store


def held_by(store: Store) -> list[pyoxigraph.Quad]:
    """Give a store's quads: Oxigraph holds numbers by value, so that 007 has become 7."""
    quads = store._graph.quads_for_pattern(None, None, None, None)
    return [quad for quad in quads if not isinstance(quad.graph_name, pyoxigraph.DefaultGraph)]


@given(st.lists(quads, max_size=8))
def test_any_graphs_come_back(found: list[pyoxigraph.Quad]) -> None:
    store = store_of(found)
    found = held_by(store)
    for form in WITH_GRAPHS:
        back = pyoxigraph.parse(written(store, form), RDF[form])
        assert canonical(list(back)) == canonical(found), form
    union = [pyoxigraph.Quad(quad.subject, quad.predicate, quad.object) for quad in found]
    for form in ("turtle", "ntriples"):
        back = pyoxigraph.parse(written(store, form), RDF[form])
        assert canonical(list(back)) == canonical(union), form


@given(st.lists(quads, max_size=8))
def test_any_union_comes_back_from_rdfxml(found: list[pyoxigraph.Quad]) -> None:
    """But for the characters that XML cannot hold; see the next test."""
    found = [quad for quad in found if not ILLEGAL_IN_XML.search(quad.object.value)]
    store = store_of(found)
    found = held_by(store)
    text = written(store, "rdfxml")
    back = pyoxigraph.parse(text, pyoxigraph.RdfFormat.RDF_XML)
    expected = [pyoxigraph.Quad(quad.subject, quad.predicate, quad.object) for quad in found]
    assert canonical(list(back)) == canonical(expected)
    # A parser of another make; Oxigraph's leaves carriage returns, which XML does not.
    returns = sum("\r" in quad.object.value for quad in set(expected))
    elements = ElementTree.fromstring(text).iter()
    assert sum("\r" in (element.text or "") for element in elements) == returns


def test_what_xml_cannot_hold_keeps_its_place() -> None:
    store = Store()
    store.load([graph_of(r'<urn:s> rdfs:label "甲\u0001乙\uFFFE丙\r"@zh .')])
    (quad,) = pyoxigraph.parse(written(store, "rdfxml"), pyoxigraph.RdfFormat.RDF_XML)
    assert quad.object == pyoxigraph.Literal("甲\ufffd乙\ufffd丙\r", language="zh")
    store.load([graph_of("<urn:s> <http://example.org/1> 1 .")])
    with pytest.raises(KgError, match="no name for <http://example.org/1>"):
        written(store, "rdfxml")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_reads_the_same(plans_store: Store) -> None:
    """Without the ontology, which is long: the documents' own graphs."""
    quads = rdflib.Dataset()
    quads.parse(data=written(plans_store, "nquads", ontology=False), format="nquads")
    linked = rdflib.Dataset()
    linked.parse(data=written(plans_store, "jsonld", ontology=False), format="json-ld")
    expected = {(s, p, o, str(g)) for s, p, o, g in quads.quads()}
    assert {(s, p, o, str(g)) for s, p, o, g in linked.quads()} == expected
    xml = rdflib.Graph().parse(data=written(plans_store, "rdfxml", ontology=False), format="xml")
    assert set(xml) == {quad[:3] for quad in expected}


def test_two_graphs_keep_their_blank_nodes_apart_and_share_those_they_share() -> None:
    g, h = pyoxigraph.NamedNode("urn:g"), pyoxigraph.NamedNode("urn:h")
    p, one, two = pyoxigraph.NamedNode("urn:p"), pyoxigraph.Literal("1"), pyoxigraph.Literal("2")
    own = [pyoxigraph.Quad(pyoxigraph.BlankNode(), p, one, g)]
    own += [pyoxigraph.Quad(pyoxigraph.BlankNode(), p, one, h)]
    both = pyoxigraph.BlankNode()
    own += [pyoxigraph.Quad(both, p, two, graph) for graph in (g, h)]
    back = list(pyoxigraph.parse(written(store_of(own), "nquads"), pyoxigraph.RdfFormat.N_QUADS))
    assert len({quad.subject for quad in back}) == 3
    assert canonical(back) == canonical(own)


@pytest.mark.parametrize("run", [1, 7, 1000])
def test_lines_are_sorted_in_runs_as_at_once(run: int) -> None:
    lines = [f"{number * 7919 % 50}\n".encode() for number in range(120)]
    assert list(sorted_lines(lines, run)) == sorted(set(lines))


def test_jsonld_reads_like_json(plans_store: Store) -> None:
    content = json.loads(written(plans_store, "jsonld", document="青禾县教育局2022年工作要点"))
    (graph,) = content["@graph"]
    (target,) = (
        node
        for node in graph["@graph"]
        if node.get("indicatorText") == "新教师" and node["@type"] == "Target"
    )
    assert (target["value"], target["comparator"], target["unit"]) == ("50", "Exactly", "名")
    assert target["due"] == {"@type": f"{XSD}gYear", "@value": "2022"}
    assert isinstance(target["beginIndex"], int)


# -- the context -------------------------------------------------------------------------------

CONTEXT = json.loads((ROOT / "ontology/context.jsonld").read_text(encoding="utf-8"))["@context"]
POLICY = rdflib.Graph().parse(ROOT / "ontology/policy.ttl")


@pytest.mark.parametrize("kind", ["Class", "ObjectProperty", "DatatypeProperty", "NamedIndividual"])
def test_the_context_names_every_term_of_the_ontology(kind: str) -> None:
    terms = [t for t in POLICY.subjects(rdflib.RDF.type, rdflib.OWL[kind]) if PREFIXES["pol"] in t]
    assert terms
    for term in terms:
        name = term.removeprefix(PREFIXES["pol"])
        meaning = CONTEXT[name]
        assert f"pol:{name}" == (meaning if isinstance(meaning, str) else meaning["@id"])
        if kind == "ObjectProperty":
            assert meaning["@type"] in ("@id", "@vocab"), term


def test_the_context_gives_the_datatypes_of_the_ontology() -> None:
    for term, range_ in POLICY.subject_objects(rdflib.RDFS.range):
        if range_.startswith(XSD) and not range_.endswith("#string"):
            meaning = CONTEXT[term.removeprefix(PREFIXES["pol"])]
            assert meaning["@type"] == f"xsd:{range_.removeprefix(XSD)}", term


def test_the_context_is_what_its_script_makes(tmp_path: Path) -> None:
    place = tmp_path / "scripts"
    place.mkdir()
    (place / "x.py").write_bytes((ROOT / "scripts/update_context").read_bytes())
    (tmp_path / "ontology").mkdir()
    (tmp_path / "ontology/policy.ttl").write_bytes((ROOT / "ontology/policy.ttl").read_bytes())
    subprocess.run([sys.executable, place / "x.py"], check=True, cwd=ROOT)
    made = (tmp_path / "ontology/context.jsonld").read_bytes()
    assert made == (ROOT / "ontology/context.jsonld").read_bytes()


# -- property graphs ---------------------------------------------------------------------------


def test_networkx_and_igraph_read_graphml(plans_store: Store, tmp_path: Path) -> None:
    export(plans_store, "graphml", tmp_path / "x.graphml")
    graph = networkx.read_graphml(tmp_path / "x.graphml")
    by_iri = {found["iri"]: found for _, found in graph.nodes(data=True)}
    plan = by_iri[f"{BASE}document/青禾县教育局2022年工作要点"]
    assert (plan["label"], plan["kind"], plan["class"]) == (
        *("青禾县教育局2022年工作要点", "Document", "WorkPlan"),
    )
    assert (plan["first_year"], plan["last_year"]) == (2022, 2022)
    agency = by_iri[f"{BASE}agency/青禾县教育局"]
    assert (agency["level"], agency["region"]) == ("CountyLevel", f"{BASE}region/青禾县")
    led = [
        (graph.nodes[start]["label"], graph.nodes[end]["label"], found["sentence"])
        for start, end, found in graph.edges(data=True)
        if found["relation"] == "supports" and "编办" in found["sentence"]
    ]
    assert (
        "青禾县人力资源和社会保障局",
        "建强教师队伍",
        "（县教育局牵头，县委编办、县人力资源社会保障局配合）",
    ) in led
    other = igraph.Graph.Read_GraphML(str(tmp_path / "x.graphml"))
    assert other.vcount() == len(graph) and other.ecount() == graph.number_of_edges()
    assert set(other.vs["iri"]) == set(by_iri)


def test_gexf_says_the_same_as_graphml_with_years(plans_store: Store, tmp_path: Path) -> None:
    for form in ("gexf", "graphml"):
        export(plans_store, form, tmp_path / form)
    timed = networkx.read_gexf(tmp_path / "gexf", version="1.2draft")
    plain = networkx.read_graphml(tmp_path / "graphml")
    labels = {found["iri"]: found["label"] for _, found in plain.nodes(data=True)}
    assert {name: found["label"] for name, found in timed.nodes(data=True)} == labels
    relations = sorted(
        (plain.nodes[a]["iri"], plain.nodes[b]["iri"], x["relation"], x.get("begin_char", -1))
        for a, b, x in plain.edges(data=True)
    )
    assert relations == sorted(
        (a, b, x["relation"], x.get("begin_char", -1)) for a, b, x in timed.edges(data=True)
    )
    plan = timed.nodes[f"{BASE}document/青禾县教育局2022年工作要点"]
    assert (plan["start"], plan["end"]) == (2022, 2022)


@pytest.mark.parametrize("form", ["graphml", "gexf"])
def test_hostile_words_are_legal_xml(traps: Store, form: str) -> None:
    root = ElementTree.fromstring(written(traps, form))
    text = " ".join([*root.itertext(), *(v for e in root.iter() for v in e.attrib.values())])
    assert '甲 <b>&"|\ufffd' in text
    assert "没有名称" in text  # a node without a label has the end of its IRI
    assert "None" not in text


def test_graphml_is_what_its_schema_wants(plans_store: Store) -> None:
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.fromstring(written(plans_store, "graphml"))
    keys = {key.get("id"): key.get("attr.type") for key in root.iter(f"{space}key")}
    assert set(keys.values()) <= {"boolean", "int", "long", "float", "double", "string"}
    names = [node.get("id", "") for node in root.iter(f"{space}node")]
    assert all(re.fullmatch(r"[\w.:-]+", name) for name in names)
    assert len(set(names)) == len(names)
    for data in root.iter(f"{space}data"):
        if keys[data.get("key")] == "int":
            int(data.text or "")


def test_neo4j_files_fit_together(plans_store: Store, tmp_path: Path) -> None:
    place = folder_of(plans_store, "neo4j", tmp_path)
    ids = [row["id:ID(Policy)"] for name in NODES for row in rows_of(place / f"{name}.csv")]
    assert len(set(ids)) == len(ids)
    edges = [row for file in place.glob("edges-*.csv") for row in rows_of(file)]
    assert {row[":START_ID(Policy)"] for row in edges} < set(ids)
    assert {row[":END_ID(Policy)"] for row in edges} < set(ids)
    assert {"ISSUED_BY", "LEADS", "IN_TASK", "IMPLEMENTS"} < {row[":TYPE"] for row in edges}
    assert len(list(place.glob("edges-*.csv"))) == len(EDGE_TYPES)
    (target,) = (
        row
        for row in rows_of(place / "targets.csv")
        if (row["label:string"], row["file:string"]) == ("新教师", PLAN)
    )
    assert (target["value:double"], target["first_year:int"]) == ("50", "2022")
    assert target[":LABEL"] == "Target|PolicyNode"


def test_the_script_for_neo4j_reads_columns_that_there_are(traps: Store, tmp_path: Path) -> None:
    place = folder_of(traps, "neo4j", tmp_path)
    script = (place / "load.cypher").read_text(encoding="utf-8")
    loads = script.split("LOAD CSV WITH HEADERS FROM ")[1:]
    assert len(loads) == len(NODES) + len(EDGE_TYPES)
    for load in loads:
        name = load.split("'")[1].removeprefix("file:///")
        with (place / name).open(encoding="utf-8", newline="") as file:
            heading = next(csv.reader(file))
        assert set(re.findall(r"row\.`([^`]+)`", load)) <= set(heading), name
    # What Neo4j's two readers take differently is not in the files.
    cells = [cell for file in place.glob("*.csv") for row in rows_of(file) for cell in row.values()]
    assert not any("\\" in cell or "\n" in cell for cell in cells)
    assert any("禾山县教育局＼新建学校" in cell for cell in cells)


# -- tables ------------------------------------------------------------------------------------


def test_a_row_has_its_sentence_and_where_it_stands(plans_store: Store, tmp_path: Path) -> None:
    place = folder_of(plans_store, "csvw", tmp_path)
    rows = rows_of(place / "targets.csv")
    (row,) = (row for row in rows if (row["label"], row["file"]) == ("新教师", PLAN))
    assert {name: row[name] for name in ("value", "unit", "due", "comparator", "modality")} == {
        "value": "50",
        "unit": "名",
        "due": "2022",
        "comparator": "Exactly",
        "modality": "Plan",
    }
    assert row["sentence"] == "全年培训教师1000人次，招聘新教师50名。"
    text = plans_store.select(f"SELECT ?t {{ <{row['source']}> nif:isString ?t }}")[0]["t"]
    assert text[int(row["begin"]) : int(row["end"])] == "50名"
    for table in TABLES:
        for row in rows_of(place / f"{table.name}.csv"):
            assert row["file"] and row["begin"], row
            assert row["sentence"] or table.name == "sections", row


def test_keys_that_are_promised_hold(plans_store: Store, tmp_path: Path) -> None:
    place = folder_of(plans_store, "csvw", tmp_path)
    metadata = json.loads((place / "tables.csv-metadata.json").read_text(encoding="utf-8"))
    assert metadata["@context"] == "http://www.w3.org/ns/csvw"
    promised = []
    for table in metadata["tables"]:
        rows, schema = rows_of(place / table["url"]), table["tableSchema"]
        names = [column["name"] for column in schema["columns"]]
        assert all(list(row) == names for row in rows), table["url"]
        assert len({row["id"] for row in rows}) == len(rows)
        for key in schema.get("foreignKeys", ()):
            there = {row["id"] for row in rows_of(place / key["reference"]["resource"])}
            assert {row[key["columnReference"]] for row in rows} <= there
            promised.append((table["url"], key["columnReference"]))
    assert ("responsibilities.csv", "agency") in promised
    assert ("citations.csv", "cited") in promised


def test_a_formula_is_exact_for_programs_and_harmless_in_spreadsheets(
    traps: Store, tmp_path: Path
) -> None:
    sentence = "=HYPERLINK(1) 禾山县教育局\\新建学校3所。"
    (exact,) = rows_of(folder_of(traps, "csvw", tmp_path) / "targets.csv")
    assert (exact["sentence"], exact["file"]) == (sentence, "=甲.txt")
    (harmless,) = rows_of(folder_of(traps, "csv", tmp_path) / "targets.csv", "utf-8-sig")
    assert (harmless["sentence"], harmless["file"]) == (f"'{sentence}", "'=甲.txt")
    assert harmless["value"] == "3.5"  # as Oxigraph holds it
    agencies = rows_of(tmp_path / "csv/agencies.csv", "utf-8-sig")
    assert [row["label"] for row in agencies] == ["'-禾山县教育局", ""]
    for file in (tmp_path / "csv").iterdir():
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row), file.name


def test_a_workbook_has_texts_and_figures_but_no_formula(traps: Store) -> None:
    with zipfile.ZipFile(io.BytesIO(written(traps, "xlsx"))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "/sheet" in name]
        names = re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode())
    assert names == [table.name for table in TABLES]
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    targets = sheets[names.index("targets")]
    assert "<t>=HYPERLINK(1) 禾山县教育局" in targets
    assert "<v>3.5</v>" in targets


def test_a_sheet_that_is_full_is_refused(
    traps: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.export.tables.SHEET_ROWS", 1)
    with pytest.raises(KgError, match="agencies: more rows than a sheet holds; take csvw"):
        export(traps, "xlsx", tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_lists_and_their_separator(traps: Store, tmp_path: Path) -> None:
    (row,) = rows_of(folder_of(traps, "csvw", tmp_path) / "documents.csv")
    assert row["years"] == "2022|2023"
    assert row["number"] == "一｜二"
    assert row["class"] == "Notice"


def test_parquet_has_types(plans_store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    place = folder_of(plans_store, "parquet", tmp_path)
    assert {file.stem for file in place.iterdir()} == {table.name for table in TABLES}
    rows = parquet.read_table(place / "targets.parquet").to_pylist()
    (row,) = (row for row in rows if (row["label"], row["file"]) == ("新教师", PLAN))
    assert (row["value"], row["due"], row["begin"]) == (50.0, ["2022"], 391)
    assert row["min_value"] is None
    documents = parquet.read_table(place / "documents.parquet").to_pylist()
    assert [2022] in [row["years"] for row in documents]


def test_parquet_says_what_it_needs(
    traps: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KgError, match=r"pip install 'policy-kg\[parquet\]'"):
        export(traps, "parquet", tmp_path / "p")
    assert list(tmp_path.iterdir()) == []


# What another program may have written: `kg import` takes any graph.
FOREIGN = """
<source/1> a nif:Context ; nif:isString "甲" .
<source/1#x> a pol:Mention ; itsrdf:taIdentRef <agency/x> ; nif:referenceContext <source/1> ;
    nif:beginIndex "early" .
<agency/x> a pol:Agency , pol:Program ; skos:prefLabel "甲"@zh , "A"@en ; pol:region "nowhere" .
<target/1> a pol:Target ; pol:value "many" , 2.5 ; pol:masked "perhaps" ; pol:inTask <task/none> ;
    nif:beginIndex 1.5 ; pol:minValue "INF"^^xsd:double .
<document/1> a pol:PolicyDocument ; pol:planYear "soon" , 2024 ; dcterms:issued "spring" .
[] a pol:Task ; dcterms:title "x" .
"""


def years_of(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return " ".join(line for line in lines if "_year" in line and not line.startswith("<"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_graph_from_elsewhere_stops_no_export(tmp_path: Path, form: str) -> None:
    store = Store()
    store.load([graph_of(FOREIGN)])
    export(store, form, tmp_path / "out")
    if form == "csvw":
        (row,) = rows_of(tmp_path / "out/targets.csv")
        assert (row["value"], row["min_value"], row["masked"], row["begin"]) == ("2.5", "", "", "")
        (row,) = rows_of(tmp_path / "out/documents.csv")
        assert row["years"] == "2024"
    if form in ("graphml", "gexf"):
        ids = re.findall(r'<node id="([^"]+)"', (tmp_path / "out").read_text(encoding="utf-8"))
        assert len(ids) == len(set(ids)) == 4
        assert {"2024"} == set(re.findall(r"\b(?:0|2\d{3})\b", years_of(tmp_path / "out")))


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_store_and_one_document(plans_store: Store, tmp_path: Path, form: str) -> None:
    export(Store(), form, tmp_path / "empty")
    export(plans_store, form, tmp_path / "one", document="青禾县教育局2022年工作要点")
    assert (tmp_path / "empty").exists() and (tmp_path / "one").exists()


# -- the same bytes ----------------------------------------------------------------------------

_DIGESTS = """
import hashlib, sys
from pathlib import Path
from test_exports import digests, graph_of, TRAPS
from kg.store import Store
store = Store()
graphs = [graph_of(TRAPS), graph_of(TRAPS, "https://w3id.org/policy-kg/id/source/2")]
for graph in graphs[:: int(sys.argv[1])]:
    store.load([graph])
print(digests(store, Path(sys.argv[2])))
"""


def digests(store: Store, place: Path) -> dict[str, str]:
    """Export in every format; give the hash of each file."""
    found = {}
    for form in FORMATS:
        export(store, form, place / form)
        target = place / form
        for file in sorted(target.iterdir()) if target.is_dir() else [target]:
            found[f"{form}/{file.name}"] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def test_the_same_bytes_whatever_the_order_and_the_hash_seed(tmp_path: Path) -> None:
    outputs = []
    for seed, order in (("1", "1"), ("2", "-1")):
        place = tmp_path / seed
        place.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", _DIGESTS, order, str(place)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}/tests:{ROOT}"},
            capture_output=True,
            text=True,
            check=True,
        )
        outputs.append(done.stdout)
    assert "xlsx" in outputs[0]
    assert outputs[0] == outputs[1]


# -- the command -------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with Store(tmp_path / "store") as store:
        store.load([graph_of(TRAPS)])
    return tmp_path


def run(place: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.cli, ["export", "--store", str(place / "store"), *words])


def test_the_help_has_a_line_for_each_format() -> None:
    text = CliRunner().invoke(cli.cli, ["export", "--help"]).output
    for form in FORMATS:
        assert re.search(rf"^ +{form} +\S", text, re.MULTILINE), form
    assert cli.EXPORT_FOLDERS == FOLDERS


@pytest.mark.parametrize(
    ("name", "form"),
    [*((f"x{end}", form) for end, form in cli.EXPORT_SUFFIXES.items()), ("x.TTL", "turtle")]
    + [("x.txt", "turtle"), ("x", "turtle")],
)
def test_the_name_tells_the_format(place: Path, name: str, form: str) -> None:
    assert run(place, "-o", str(place / name)).exit_code == 0
    with Store(place / "store", read_only=True) as store:
        assert (place / name).read_bytes() == written(store, form)


def test_the_guide_has_a_row_for_each_format_and_each_table() -> None:
    guide = (ROOT / "docs/exports.md").read_text(encoding="utf-8")
    for name in (*FORMATS, *(table.name for table in TABLES)):
        assert f"\n| `{name}` |" in guide, name


@pytest.mark.parametrize("form", FOLDERS)
def test_a_folder_is_no_file(place: Path, form: str) -> None:
    (place / "mine.txt").write_text("mine", encoding="utf-8")
    done = run(place, "--format", form, "-o", str(place / "mine.txt"))
    assert done.exit_code == 1 and "is a file; name a folder" in done.output
    done = run(place, "--format", form)
    assert done.exit_code == 2 and "folder of files; name one: -o FOLDER" in done.output
    assert (place / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_an_export_replaces_its_like_and_nothing_else(place: Path) -> None:
    for _ in range(2):
        assert run(place, "--format", "csvw", "-o", str(place / "tables")).exit_code == 0
    (place / "tables/notes.md").write_text("mine", encoding="utf-8")
    done = run(place, "--format", "csvw", "-o", str(place / "tables"))
    assert done.exit_code == 1 and "holds notes.md, which is no part of this" in done.output
    assert (place / "tables/notes.md").exists() and (place / "tables/targets.csv").exists()
    assert sorted(entry.name for entry in place.iterdir()) == ["store", "tables"]


@pytest.mark.parametrize("form", ["csvw", "neo4j", "xlsx", "gexf", "jsonld"])
def test_what_fails_leaves_nothing(place: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    assert run(place, "--format", form, "-o", str(place / "out")).exit_code == 0
    before = digest(place / "out")
    monkeypatch.setattr("os.fsync", fail)
    done = run(place, "--format", form, "-o", str(place / "out"))
    assert done.exit_code == 1 and "No space left on device" in done.output
    assert digest(place / "out") == before
    assert sorted(entry.name for entry in place.iterdir()) == ["out", "store"]


def digest(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
