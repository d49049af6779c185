"""Exports: what strict parsers read back to the same graph, the same bytes each time."""

from __future__ import annotations

import io
import sys
import time
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pyoxigraph
import pytest
from fake_extractor import BASE, ONTOLOGY_NQUADS, graph
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.export import canonical, export, replacing
from kg.export.graphs import union
from kg.export.sorting import Sorter
from kg.export.turtle import write_turtle
from kg.store import ONTOLOGY, Store

RDF = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}

_PLAIN = graph("乙\n教育局", "b.txt")
_LITERAL = pyoxigraph.Literal('引"号\\ 换\n行\t𠮷 <x> ^^ . ;')
ODD = replace(_PLAIN, nquads=f"{_PLAIN.nquads}<urn:odd> <urn:p> {_LITERAL} <{_PLAIN.iri}> .\n")


@pytest.fixture
def store() -> Store:
    store = Store()
    store.set_ontology(ONTOLOGY_NQUADS, "1")
    store.load([graph("甲\n教育局\n财政局"), ODD])
    return store


def written(store: Store, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    export(store, form, out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def parsed(text: bytes, form: str) -> pyoxigraph.Dataset:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, RDF[form]))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def test_formats_say_the_same(store: Store) -> None:
    graphs = {form: parsed(written(store, form), form) for form in RDF}
    assert graphs["turtle"] == graphs["ntriples"] == graphs["rdfxml"]
    assert graphs["trig"] == graphs["nquads"] == graphs["jsonld"]
    union = {str(quad.triple) for quad in graphs["nquads"]}
    assert union == {str(quad.triple) for quad in graphs["turtle"]}


def test_rdflib_reads_the_same_turtle(store: Store) -> None:
    import rdflib
    from rdflib.compare import isomorphic

    turtle = rdflib.Graph().parse(data=written(store, "turtle"), format="turtle")
    triples = rdflib.Graph().parse(data=written(store, "ntriples"), format="nt")
    assert len(turtle) == store.size()[0]
    assert isomorphic(turtle, triples)


@pytest.mark.parametrize("form", RDF)
def test_bytes_do_not_depend_on_the_store(store: Store, form: str) -> None:
    other = Store()
    other.load([ODD])
    other.load([graph("甲\n教育局\n财政局")])
    other.set_ontology(ONTOLOGY_NQUADS, "1")
    assert written(store, form) == written(other, form)


@pytest.mark.parametrize("odd", ["_:a <urn:p> _:b", '<urn:a> <urn:p> "_: stands in a text"'])
def test_the_union_held_is_that_of_the_graphs(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether or not there are blank nodes, whose names in the store are not to be written."""
    store = Store()
    store.load([graph("甲\n教育局\n财政局"), ODD])
    third = graph("丙\n教育局", "c.txt")
    for added in ((), (replace(third, nquads=f"{third.nquads}{odd} <{third.iri}> .\n"),)):
        store.load(added)
        names = store.graph_names()
        with union(store, names) as lines:
            held = list(lines)
        with monkeypatch.context() as plainly:
            plainly.setattr(sys.modules["kg.export.graphs"], "_held_union", lambda *_: None)
            with union(store, names) as lines:
                assert held == list(lines) == sorted(set(held))
    assert any(b"_:" in line for line in held)


def test_the_union_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    store.load([graph("甲\n教育局\n财政局"), ODD])
    monkeypatch.setattr(Store, "ntriples", None)  # a graph by itself
    with union(store, store.graph_names()) as lines:
        assert len(list(lines)) == store.size()[0]


@given(
    st.lists(st.text("ab \u2028\x85", max_size=5)).map(
        lambda lines: "".join(f"{line}\n" for line in lines).encode()
    ),
    st.lists(st.integers(1, 9), min_size=1),
    st.integers(1, 30),
)
def test_a_stream_is_sorted_however_it_is_cut(text: bytes, lengths: list[int], run: int) -> None:
    with Sorter(run) as sorter:
        at = 0
        for length in cycle(lengths):
            if at >= len(text):
                break
            at += sorter.write(text[at : at + length])
        assert list(sorter.merged()) == sorted({line + b"\n" for line in text.split(b"\n")[:-1]})


def test_one_document(store: Store) -> None:
    alone = Store()
    alone.load([graph("甲\n教育局\n财政局")])
    for name in ("甲", "a.txt"):
        assert written(store, "nquads", document=name) == written(alone, "nquads")


def test_without_ontology(store: Store) -> None:
    assert ONTOLOGY.encode() + b"> ." in written(store, "nquads")
    assert ONTOLOGY.encode() + b"> ." not in written(store, "nquads", ontology=False)
    assert b"owl:Class" not in written(store, "turtle", ontology=False)


RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("line", "short"),
    [
        (f'<{BASE}agency/温岭市教育局> <urn:p> "甲"@zh', '<agency/温岭市教育局> <urn:p> "甲"@zh'),
        (f"<{BASE}source/8f/task/2987> <urn:p> <urn:o>", "<source/8f/task/2987> <urn:p> <urn:o>"),
        (
            f"<{BASE}source/8f#char=1,2> <urn:p> <urn:o>",
            "<source/8f#char=1,2> <urn:p> <urn:o>",
        ),
        # What a parser would resolve or take for a scheme stays whole.
        (f"<{BASE}program/../x> <urn:p> <urn:o>", f"<{BASE}program/../x> <urn:p> <urn:o>"),
        (f"<{BASE}program/.> <urn:p> <urn:o>", f"<{BASE}program/.> <urn:p> <urn:o>"),
        (f"<{BASE}a:b/c> <urn:p> <urn:o>", f"<{BASE}a:b/c> <urn:p> <urn:o>"),
        (f"<{BASE}/x> <urn:p> <urn:o>", f"<{BASE}/x> <urn:p> <urn:o>"),
        (f"<{BASE}a//x> <urn:p> <urn:o>", f"<{BASE}a//x> <urn:p> <urn:o>"),
        (f"<{BASE}a?b> <urn:p> <urn:o>", f"<{BASE}a?b> <urn:p> <urn:o>"),
        (f"<{BASE}> <urn:p> <urn:o>", f"<{BASE}> <urn:p> <urn:o>"),
        (
            "<urn:s> <http://www.w3.org/2004/02/skos/core#prefLabel> <urn:o>",
            "<urn:s> skos:prefLabel <urn:o>",
        ),
        (
            "<urn:s> <http://www.w3.org/2004/02/skos/core#a.b> <urn:o>",
            "<urn:s> <http://www.w3.org/2004/02/skos/core#a.b> <urn:o>",
        ),
        (f'<urn:s> <urn:p> "93.5"^^<{XSD}decimal>', "<urn:s> <urn:p> 93.5"),
        (f'<urn:s> <urn:p> "93"^^<{XSD}decimal>', '<urn:s> <urn:p> "93"^^xsd:decimal'),
        (f'<urn:s> <urn:p> "-7"^^<{XSD}integer>', "<urn:s> <urn:p> -7"),
        (f'<urn:s> <urn:p> "x"^^<{XSD}integer>', '<urn:s> <urn:p> "x"^^xsd:integer'),
        (f'<urn:s> <urn:p> "true"^^<{XSD}boolean>', "<urn:s> <urn:p> true"),
        (f'<urn:s> <urn:p> "2017"^^<{XSD}gYear>', '<urn:s> <urn:p> "2017"^^xsd:gYear'),
        ('<urn:s> <urn:p> "a^^<b>"', '<urn:s> <urn:p> "a^^<b>"'),
        ('<urn:s> <urn:p> "a . b \\" \\\\"@zh', '<urn:s> <urn:p> "a . b \\" \\\\"@zh'),
    ],
)
def test_short_forms_mean_the_same(line: str, short: str) -> None:
    import rdflib

    out = io.BytesIO()
    write_turtle([f"{line} .\n".encode()], out, BASE)
    assert out.getvalue().decode().endswith(f"\n\n{short} .\n")
    (back,) = pyoxigraph.parse(out.getvalue(), pyoxigraph.RdfFormat.TURTLE)
    assert f"{back.triple}" == line
    (triple,) = rdflib.Graph().parse(data=out.getvalue(), format="turtle")
    (same,) = rdflib.Graph().parse(data=f"{line} .", format="nt")
    assert triple == same


def test_layout() -> None:
    lines = [
        b"<urn:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:A> .\n",
        b"<urn:s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:B> .\n",
        b"<urn:s> <urn:p> <urn:o> .\n",
        b"<urn:t> <urn:p> <urn:o> .\n",
    ]
    out = io.BytesIO()
    write_turtle(lines, out, BASE)
    assert out.getvalue().decode().partition("\n\n")[2] == (
        "<urn:s> a <urn:A>, <urn:B> ;\n    <urn:p> <urn:o> .\n\n<urn:t> <urn:p> <urn:o> .\n"
    )


def test_blank_nodes_get_names_from_the_graph() -> None:
    one = [b"<urn:a> <urn:p> _:x .\n", b'_:x <urn:q> "1" .\n']
    two = [b"<urn:a> <urn:p> _:y .\n", b'_:y <urn:q> "1" .\n']
    assert canonical(one) == canonical(two)
    assert canonical([b'<urn:a> <urn:p> "> _:x" .\n']) == [b'<urn:a> <urn:p> "> _:x" .\n']


def test_turtle_is_written_fast() -> None:
    lines = [
        line
        for number in range(30_000)
        for line in (
            f"<{BASE}agency/{number:06}> {RDF_TYPE} <urn:A> .\n",
            f'<{BASE}agency/{number:06}> <urn:p> "机关{number}"@zh .\n',
        )
    ]
    started = time.process_time()
    write_turtle([line.encode() for line in lines], io.BytesIO(), BASE)
    # 400,000 triples a second were measured; the bound leaves room for a busy machine.
    assert len(lines) / (time.process_time() - started) > 60_000


def test_a_file_takes_its_place_only_when_complete(tmp_path: Path) -> None:
    place = tmp_path / "graph.ttl"
    place.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(place) as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert place.read_bytes() == b"old"
    with replacing(place) as file:
        file.write(b"new")
    assert place.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["graph.ttl"]


def test_refused_outputs(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="is a directory"), replacing(tmp_path):
        pass
    with pytest.raises(KgError, match="No such file"), replacing(tmp_path / "none" / "x.ttl"):
        pass
