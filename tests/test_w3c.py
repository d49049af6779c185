"""The W3C's suites of SPARQL 1.1: Protocol, Graph Store Protocol, results formats."""

from __future__ import annotations

import csv
import http.client
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph
import pytest
from serving import served
from w3c import SUITES, Case, Request, Response, Rows, cases, fill, replay, rows, send

from kg.serve.app import Options

TOKEN = "a token of sixteen or more characters"
OPTIONS = Options(update=True, token=TOKEN)
EMPTY = Request(
    "POST",
    "/sparql/",
    (("Content-Type", "application/sparql-update"),),
    b"DROP ALL",
    Response((), "", None, (), None, ""),
)
PROTOCOL = cases("protocol/manifest.ttl")
GRAPH_STORE = cases("graph-store-protocol/manifest-indirect.ttl")
FORMATS = [*rows("csv-tsv-res/manifest.ttl"), *rows("json-res/manifest.ttl")]
XSD = "http://www.w3.org/2001/XMLSchema#"
# Oxigraph keeps a number by its value: 1.0e6 comes back as 1000000, -3 as an integer whatever kind
# of integer it was. So do its own server and its own Python store.
NUMBERS = {
    XSD + "double": "double",
    XSD + "decimal": "decimal",
    XSD + "integer": "integer",
    XSD + "negativeInteger": "integer",
}

pytestmark = pytest.mark.skipif(not SUITES.is_dir(), reason="the W3C suites are not here")


class Sites:
    """Served sites by what their store holds; those that change it share an empty one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stack = folder, ExitStack()
        self.known: dict[object, str] = {}

    def over(self, graphs: tuple[tuple[str, Path], ...], change: str = "") -> str:
        """Return the address of a site; to a test that changes it, it is empty."""
        key = (graphs, bool(change))
        if key not in self.known:
            place = fill(self.folder / str(len(self.known)), graphs)
            self.known[key] = self.stack.enter_context(served(place, OPTIONS))
        if change:
            assert not graphs, "what is emptied would lose what a test needs"
            send(EMPTY, self.known[key], TOKEN, {})
        return self.known[key]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    made = Sites(tmp_path_factory.mktemp("w3c"))
    with made.stack:
        yield made


def test_the_suites_are_whole() -> None:
    assert (len(PROTOCOL), len(GRAPH_STORE), len(FORMATS)) == (34, 9, 10)
    assert all(request.expected.statuses for case in PROTOCOL for request in case.requests)


@pytest.mark.parametrize("case", [*PROTOCOL, *GRAPH_STORE], ids=lambda case: case.name)
def test_the_protocols(case: Case, sites: Sites) -> None:
    assert case.requests, "a test without a request would always pass"
    address = sites.over(case.graphs, case.name if case.changes else "")
    assert replay(case, address, TOKEN) == []


@pytest.mark.parametrize("case", FORMATS, ids=lambda case: case.name)
def test_the_forms_of_results(case: Rows, sites: Sites) -> None:
    address = sites.over((("http://suite.example/data", case.data),))
    accept = {
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".srj": "application/sparql-results+json",
    }[case.result.suffix]
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", f"/sparql?query={quote(case.query)}", headers={"Accept": accept})
    with connection.getresponse() as answer:
        media_type = (answer.getheader("Content-Type") or "").partition(";")[0]
        body = answer.read()
        assert (answer.status, media_type) == (200, accept)
    connection.close()
    expected = case.result.read_bytes()
    if case.result.suffix == ".csv":
        assert _columns(body) == _columns(expected)
    else:
        form = pyoxigraph.QueryResultsFormat.from_media_type(accept)
        assert form is not None
        assert _parsed(body, form) == _parsed(expected, form)


def _columns(text: bytes) -> list[dict[str, str]]:
    """Return a table's texts by column, for SELECT * says nothing of the columns' order."""
    table = csv.DictReader(io.StringIO(text.decode("utf-8"), newline=""))
    return [{name: _cell(cell) for name, cell in row.items()} for row in table]


def _cell(text: str) -> str:
    """Return a text; a blank node is told from others by its place alone."""
    if text.startswith("_:"):
        return "_:"
    try:
        return str(float(text))
    except ValueError:
        return text


def _parsed(text: bytes, form: pyoxigraph.QueryResultsFormat) -> object:
    """Return a boolean, or the names of columns with the rows as often as there are any."""
    found = pyoxigraph.parse_query_results(text, form)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return bool(found)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    names = sorted(one.value for one in found.variables)
    return names, Counter(tuple(_term(row[name]) for name in names) for row in found)


def _term(term: object) -> str:
    if isinstance(term, pyoxigraph.BlankNode):
        return "_:"
    if isinstance(term, pyoxigraph.Literal) and term.datatype.value in NUMBERS:
        return f"{float(term.value)} {NUMBERS[term.datatype.value]}"
    return str(term)
