"""Names that several entities have: the same table from any parts, by any engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_extractor import APART, EXTRACTOR, iri
from test_build import write
from test_cluster import documents, files, loaded, parts

from kg.cluster.engines import Here
from kg.cluster.loading import open_manifest
from kg.cluster.naming import FILE, entities_of
from kg.sparql import POL
from kg.store import Store

BY_STORE = """
SELECT ?label ?class ?region ?entity (COUNT(DISTINCT ?source) AS ?documents) {
    GRAPH ?source { ?entity a ?class ; skos:prefLabel ?label . }
    ?source pol:sha256 ?digest .
    FILTER(STRSTARTS(STR(?class), STR(pol:)))
} GROUP BY ?label ?class ?region ?entity
"""


def table(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (place / FILE).read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return documents(tmp_path / "docs")


def test_names_that_no_document_says_enough_of(folder: Path, tmp_path: Path) -> None:
    """As a store that holds all of it counts them, however they are parted."""
    made = parts(folder, tmp_path / "many", extractor=APART)
    parts(folder, tmp_path / "one", Here(2), extractor=APART, usual=100)
    assert len(made.manifest.parts) > 2
    assert (tmp_path / "many" / FILE).read_bytes() == (tmp_path / "one" / FILE).read_bytes()
    found = {
        (row["label"], row["class"], row["region"], entity, number)
        for row in table(tmp_path / "many")
        for entity, number in row["entities"].items()
    }
    store = Store()
    loaded(tmp_path / "many", store)
    rows = [tuple(row.values()) for row in store.select(BY_STORE)]
    several = {row[0] for row in rows if sum(other[0] == row[0] for other in rows) > 1}
    assert found == {
        (label, kind.removeprefix(POL), region, entity, int(number))
        for label, kind, region, entity, number in rows
        if label in several
    }
    assert {row["label"] for row in table(tmp_path / "many")} >= {"教育局", "机关0"}
    for row in table(tmp_path / "many"):
        assert row["documents"] == sum(row["entities"].values())


def test_one_entity_is_no_double(folder: Path, tmp_path: Path) -> None:
    parts(folder, tmp_path / "parts")
    assert table(tmp_path / "parts") == []
    named = open_manifest(str(tmp_path / "parts")).names
    assert named is not None
    assert named.size == 0
    parts(folder, tmp_path / "parts", compare=False)
    assert open_manifest(str(tmp_path / "parts")).names is None
    assert FILE not in files(tmp_path / "parts"), "of the run before"


def test_a_manifest_without_names_is_read(folder: Path, tmp_path: Path) -> None:
    """As those that were written before there were any."""
    write(tmp_path / "docs2", a_txt="甲\n教育局")
    parts(tmp_path / "docs2", tmp_path / "parts")
    manifest = tmp_path / "parts" / "manifest.json"
    given = json.loads(manifest.read_text())
    del given["names"]
    manifest.write_text(json.dumps(given))
    store = Store()
    assert not loaded(tmp_path / "parts", store).damaged
    assert len(store.sources()) == 1
    assert EXTRACTOR.version == open_manifest(str(tmp_path / "parts")).version


def line(subject: str, predicate: str, value: str) -> bytes:
    return f"<{subject}> {iri(predicate)} {value} <http://g/> .\n".encode()


AGENCY = [line("http://a/1", "rdf:type", iri("pol:Agency"))]
LABEL = [line("http://a/1", "skos:prefLabel", '"县教育局"@zh')]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (AGENCY + LABEL, [("县教育局", "Agency", "")]),
        (
            [*AGENCY, *LABEL, line("http://a/1", "pol:region", "<http://r/2>")],
            [("县教育局", "Agency", "http://r/2")],
        ),
        (
            [*AGENCY, *LABEL, line("http://a/1", "rdf:type", iri("org:Organization"))],
            [("县教育局", "Agency", "")],
        ),
        (LABEL, []),  # of no class of ours
        (AGENCY, []),
        ([*AGENCY, line("http://a/1", "nif:isString", f'"> {iri("skos:prefLabel")} "')], []),
        (
            [*AGENCY, line("http://a/1", "skos:prefLabel", '"名\\"\\n\\u4e91"')],
            [('名"\n云', "Agency", "")],
        ),
    ],
)
def test_what_a_document_names(lines: list[bytes], found: list[tuple[str, str, str]]) -> None:
    assert list(entities_of(lines)) == [(name, "http://a/1") for name in found]
