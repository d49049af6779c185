"""What goes into a store, however it goes: prepared, in batches beside the reading, as a change."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from fake_extractor import EXTRACTOR, graph
from hypothesis import given
from hypothesis import strategies as some

from kg.difference import replacement, replacement_of_all
from kg.errors import StoreError
from kg.fingerprint import NOTHING, fingerprint, survey
from kg.models import DocumentGraph
from kg.prepare import Prepared, prepare
from kg.store import Store

build: Any = importlib.import_module("kg.build")
XSD = "http://www.w3.org/2001/XMLSchema#"
OBJECTS = (
    *(
        "<urn:云陵市>",
        "<urn:青禾县>",
        '"青禾县"',
        '"青禾县"@zh',
        r'"甲\t乙"',
        '"甲\t乙"',
        r'"\u7532"',
    ),
    *('"甲"', r'"一行\n <urn:g> ."', rf'"\"^^<{XSD}integer>"'),
    *(f'"{value}"^^<{XSD}decimal>' for value in ("95", "95.0", "+95", "-95", "0.50", ".5", "00")),
    *(f'"{value}"^^<{XSD}integer>' for value in ("95", "095", "7")),
    *(f'"2025-12-{day}"^^<{XSD}date>' for day in ("30", "31")),
    *(f'"{value}"^^<{XSD}duration>' for value in ("P12M", "P1Y")),
    *(f'"{value}"^^<{XSD}boolean>' for value in ("1", "true")),
)
lines = some.builds(
    "<urn:s{}> <urn:p{}> {}".format,
    some.integers(1, 3),
    some.integers(1, 2),
    some.sampled_from(OBJECTS),
)
graphs = some.lists(lines, min_size=1, max_size=12, unique=True)


def document(iri: str, triples: Sequence[str]) -> DocumentGraph:
    nquads = "".join(f"{triple} <{iri}> .\n" for triple in sorted(triples))
    return DocumentGraph(iri, "", "", nquads, ())


def held(store: Store) -> list[list[bytes]]:
    return [store.ntriples(), *(store.ntriples(name) for name in store.graph_names())]


# -- as they are -------------------------------------------------------------------------------


@given(graphs, graphs)
def test_a_store_has_what_the_lines_say(one: list[str], other: list[str]) -> None:
    given = [document("urn:g", one), document("urn:h", other)]
    store, plain = Store(), pyoxigraph.Store()
    store.load(given)
    for one_graph in given:
        plain.load(one_graph.nquads.encode(), pyoxigraph.RdfFormat.N_QUADS)
    union = {str(quad.triple) for quad in plain}
    found = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert {str(triple) for triple in found} == union  # type: ignore[union-attr]
    assert store.size() == (len(union), len(plain))


@given(graphs)
def test_what_is_known_of_a_graph_is_what_the_store_would_say(triples: list[str]) -> None:
    known = prepare(document("urn:g", triples)).survey
    store = Store()
    store.load([document("urn:g", triples)])
    assert store.entry("urn:g", known) == store.entry("urn:g", NOTHING)


@pytest.mark.parametrize(
    ("triples", "count"),
    [
        (["<urn:a> <urn:p> <urn:b>", "<urn:a> <urn:p> <urn:c>"], 2),
        ([f'<urn:a> <urn:p> "{value}"^^<{XSD}decimal>' for value in ("95", "90")], 2),
        # May be one triple: the store is asked.
        ([f'<urn:a> <urn:p> "{value}"^^<{XSD}decimal>' for value in ("95", "95.0")], None),
        ([f'<urn:a> <urn:p> "{value}"^^<{XSD}duration>' for value in ("P12M", "P1Y")], None),
        (["_:a <urn:p> <urn:b>", "_:b <urn:p> <urn:b>"], None),
        (['<urn:a> <urn:p> "甲"', r'<urn:a> <urn:p> "\u7532"'], None),
    ],
)
def test_triples_are_counted_where_lines_cannot_be_one(
    triples: list[str], count: int | None
) -> None:
    assert survey(f"{triple} .\n".encode() for triple in triples).triples == count


MALFORMED = ("<urn:a b> <urn:p> <urn:o>", '<urn:a> <urn:p> "open', "<a> <urn:p> <urn:o>")


@pytest.mark.parametrize("triple", MALFORMED)
def test_what_is_malformed_is_refused_with_its_batch(triple: str) -> None:
    store = Store()
    with pytest.raises(StoreError, match="store in memory: .*line 1"):
        store.load([document("urn:g", ["<urn:a> <urn:p> <urn:o>"]), document("urn:h", [triple])])
    assert (store.graph_names(), store.size()) == ([], (0, 0))


# -- in the place of another -------------------------------------------------------------------


@given(graphs, graphs, graphs)
def test_a_change_leaves_what_a_replacement_of_all_leaves(
    before: list[str], after: list[str], beside: list[str]
) -> None:
    changed, replaced = Store(), Store()
    for store in (changed, replaced):
        store.load([document("urn:g", before), document("urn:h", beside)])
    changed.load([document("urn:g", after)])
    wanted = prepare(document("urn:g", after)).ntriples.splitlines(keepends=True)
    replaced._graph.update(replacement_of_all("urn:g", wanted))
    assert held(changed) == held(replaced)
    fresh = Store()
    fresh.load([document("urn:g", after), document("urn:h", beside)])
    assert held(changed) == held(fresh)


def spoken(*triples: str) -> list[bytes]:
    return [f"{triple} .\n".encode() for triple in triples]


A, B, C = ("<urn:s> <urn:p> <urn:a>", "<urn:s> <urn:p> <urn:b>", "<urn:s> <urn:p> <urn:c>")


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ([A, B], [A, B], ""),
        ([A, B], [B, A, C], "c"),
        ([A, B, C], [A, B], "c"),
        # More goes than stays, or there is what has no name: all of it, and the graph with it.
        ([A, B, C], [C], "c"),
        ([A, B], [A, "_:x <urn:p> <urn:b>"], "ab"),
    ],
)
def test_only_what_differs_is_changed(before: list[str], after: list[str], named: str) -> None:
    text = replacement("urn:g", spoken(*before), spoken(*after))
    assert {letter for letter in "abc" if f"<urn:{letter}>" in text} == set(named)
    assert ("DROP SILENT GRAPH" in text) == (text == replacement_of_all("urn:g", spoken(*after)))


def test_a_graph_that_is_empty_now_has_gone() -> None:
    store = Store()
    store.load([document("urn:g", [A])])
    store.load([document("urn:g", [])])
    assert (store.graph_names(), store.size()) == ([], (0, 0))


def test_a_document_read_anew_is_in_the_manifest_as_it_is_held(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.load([graph("云陵市规划\n教育局\n财政局", "a.txt")])
        (name,) = (name for name in store.graph_names())
        store.load([graph("云陵市规划\n教育局\n财政局", "a.txt", "b.txt")])
        assert store.manifest() == {name: store.entry(name)}
        assert [held.names for held in store.sources().values()] == [("a.txt", "b.txt")]


# -- beside the reading ------------------------------------------------------------------------


def prepared(number: int) -> Prepared:
    return prepare(graph(f"文{number}\n教育局", f"{number}.txt"))


def test_what_comes_next_is_read_while_a_batch_is_loaded() -> None:
    going_on, loaded = threading.Event(), list[list[Prepared]]()

    def load(batch: list[Prepared]) -> None:
        assert going_on.wait(20)
        loaded.append(batch)

    with build._beside(load) as start:
        start([prepared(1)])
        going_on.set()  # never, were the batch waited for
        start([prepared(2)])
    assert loaded == [[prepared(1)], [prepared(2)]]


@pytest.mark.parametrize("batches", [1, 2])
def test_what_goes_wrong_beside_is_raised(batches: int) -> None:
    def load(batch: list[Prepared]) -> None:
        raise StoreError("kg-store: No space left on device")

    with pytest.raises(StoreError, match="No space left"), build._beside(load) as start:
        for number in range(batches):
            start([prepared(number)])


def test_an_interrupt_waits_for_the_batch_and_is_told() -> None:
    loaded = []
    with pytest.raises(KeyboardInterrupt), build._beside(loaded.append) as start:
        start([prepared(1)])
        raise KeyboardInterrupt
    assert loaded == [[prepared(1)]]


@pytest.mark.parametrize(
    ("loaded", "enough"),
    [(0, 150_000), (500_000, 150_000), (1_000_000, 250_000), (9_000_000, 500_000)],
)
def test_batches_grow_with_what_was_loaded(loaded: int, enough: int) -> None:
    assert build._enough(loaded) == enough


@pytest.fixture
def by_document(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(build, "BATCH_QUADS", 1)
    monkeypatch.setattr(build, "MOST_QUADS", 1)
    yield


def _built(folder: Path, place: Path) -> dict[str, object]:
    with Store(place) as store:
        build.build([folder], store, limits=None, extractor=EXTRACTOR)
        # By digests: blank nodes are named anew in each store.
        found: dict[str, object] = {name: store.entry(name) for name in store.graph_names()}
        assert found == store.manifest()
        return {"union": fingerprint(store.ntriples()), **found}


def test_many_batches_make_the_same_store_as_one(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"文{number}\n教育局\n机关{number % 3}")
    at_once = _built(folder, tmp_path / "one")
    request.getfixturevalue("by_document")
    assert _built(folder, tmp_path / "many") == at_once
