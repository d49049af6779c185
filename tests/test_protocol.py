"""The SPARQL endpoint: every rule of the protocol as a request and what comes back."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph
import pytest
import rdflib
from casebook import ROOT
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat
from serving import ADDRESS, client, served
from starlette.testclient import TestClient

from kg import queries, sparql
from kg.endpoint import description
from kg.endpoint.evaluate import evaluate
from kg.endpoint.formats import NAMES, ROWS, TRIPLES, write_rows, write_triples
from kg.endpoint.limits import MEGABYTE, LimitError, QueryLimits, UnacceptableError
from kg.endpoint.models import Answer, Query
from kg.errors import QueryError, StoreError
from kg.models import DocumentGraph
from kg.serve.app import Options
from kg.store import DEFAULT_BASE, ONTOLOGY, Store

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, NTRIPLES = "text/turtle", "application/n-triples"
JSONLD, RDFXML = "application/ld+json", "application/rdf+xml"
PROBLEM, TEXT, HTML = "application/problem+json", "text/plain", "text/html"
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
ONE, TWO = "https://example.org/graph/one", "https://example.org/graph/two"
SELECT = "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WHOLE = QueryLimits()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store of two graphs: one says 县 of a, the other 市 of b."""
    found = tmp_path_factory.mktemp("protocol") / "store"
    said = {ONE: '<https://example.org/a> <https://example.org/is> "县"@zh'}
    said[TWO] = '<https://example.org/b> <https://example.org/is> "市"@zh'
    with Store(found) as store:
        store.load(
            DocumentGraph(name, "0" * 64, "", f"{triple} <{name}> .\n", ())
            for name, triple in said.items()
        )
    return found


@pytest.fixture(scope="module")
def endpoint(place: Path) -> Iterator[TestClient]:
    with client(place, Options(limits=QueryLimits(rows=50, size=100_000))) as asked:
        yield asked


def _get(asked: TestClient, *parameters: tuple[str, str], accept: str = "*/*") -> object:
    return asked.get("/sparql", params=list(parameters), headers={"Accept": accept})


# -- how a query comes -----------------------------------------------------------------------------

ASK = urlencode({"query": "ASK {}"})


COMING: list[tuple[str, str, str, str | bytes, int, str]] = [
    # The three ways.
    ("GET", f"?{ASK}", "", "", 200, '"boolean":true'),
    ("POST", "", FORM, ASK, 200, '"boolean":true'),
    ("POST", "", QUERY, "ASK {}", 200, '"boolean":true'),
    ("POST", "", f"{QUERY}; charset=UTF-8", "ASK {}", 200, '"boolean":true'),
    ("POST", "", f'{QUERY};charset="utf-8"', "ASK {}", 200, '"boolean":true'),
    ("POST", "", "APPLICATION/SPARQL-Query", "ASK {}", 200, '"boolean":true'),
    ("POST", "", f"{FORM}; charset=utf-8", ASK, 200, '"boolean":true'),
    ("POST", "", FORM, "query=ASK+%7B%7D", 200, '"boolean":true'),
    ("GET", "?query=ASK%0A%09%7B%7D", "", "", 200, '"boolean":true'),  # on two lines
    ("GET", f"?{ASK}&colour=red", "", "", 200, '"boolean":true'),  # of some client; ours none
    ("POST", "", FORM, "query=SELECT ('浙江' AS ?省) {}", 200, "浙江"),  # not percent-encoded
    # One query, no more and no less.
    ("GET", f"?{ASK}&{ASK}", "", "", 400, "query: 2 given; exactly one"),
    ("POST", f"?{ASK}", FORM, ASK, 400, "query: 2 given; exactly one"),
    ("POST", f"?{ASK}", QUERY, "ASK {}", 400, "query: 2 given; exactly one"),
    ("POST", "", FORM, "", 400, "query: none given; exactly one"),
    ("POST", "", FORM, "text=ASK", 400, "query: none given; exactly one"),
    ("GET", f"?default-graph-uri={ONE}", "", "", 400, "query: none given; exactly one"),
    ("GET", "?query=", "", "", 400, "query: line 1, column 1"),
    # What is wrong with it, and where.
    ("GET", "?query=ASK%20%7B", "", "", 400, "query: line 1, column 6: expected"),
    ("POST", "", QUERY, "ASK {\n  ?s x:p 1\n}", 400, "query: line 2, column"),
    ("POST", "", QUERY, "SELECT * { ?s ?p ?o } GROUP BY ?s", 400, "query: line 1"),
    ("POST", "", QUERY, "ASK { SERVICE <http://x.example/> {} }", 400, "SERVICE is refused"),
    ("POST", "", QUERY, "ASK " + "{" * 300 + "}" * 300, 400, "nested deeper than 200"),
    ("POST", "", QUERY, "ASK {} #" + "x" * 200_000, 400, "at most 200,000 are allowed"),
    # An update is no query.
    ("GET", "?update=CLEAR%20ALL", "", "", 400, "update: is for an update, which is sent by"),
    ("GET", f"?{ASK}&update=CLEAR%20ALL", "", "", 400, "update: is for an update"),
    ("GET", f"?{ASK}&using-graph-uri={ONE}", "", "", 400, "using-graph-uri: is for an update"),
    ("POST", "", FORM, f"{ASK}&update=CLEAR+ALL", 400, "update: is for an update"),
    ("POST", f"?{ASK}", FORM, "update=CLEAR+ALL", 400, "update: is for an update"),
    ("POST", "", QUERY, "# so\nPREFIX a: <b:>\n  insert data {}", 400, "query: is an update"),
    ("GET", "?query=DROP%20ALL", "", "", 400, "query: is an update; send it by POST"),
    ("POST", "", FORM, "update=CLEAR+ALL", 403, "update: "),
    ("POST", "", UPDATE, "CLEAR ALL", 403, "update: "),
    # What is read.
    ("POST", "", "text/plain", "ASK {}", 415, "body: text/plain is not read; send"),
    ("POST", "", "", "ASK {}", 415, "body: without a Content-Type is not read"),
    ("POST", "", "application/json", '{"query": "ASK {}"}', 415, "is not read"),
    ("POST", "", "multipart/form-data; boundary=x", "--x--", 415, "is not read"),
    ("POST", "", f"{QUERY}; charset=utf-16", "ASK {}", 400, "charset utf-16 is not read"),
    ("POST", "", f"{QUERY}; charset=gb18030", "ASK {}", 400, "charset gb18030 is not read"),
    ("POST", "", f"{FORM}; charset=latin-1", ASK, 400, "charset latin-1 is not read"),
    ("POST", "", QUERY, b"ASK {} # \xff", 400, "body: byte 10 is not UTF-8"),
    ("POST", "", FORM, "query=%FF", 400, "body: is not UTF-8"),
    ("POST", "", FORM, "query=%zz", 400, "body: a % needs two hexadecimal digits"),
    ("POST", "", FORM, "a=1&" * 1_001, 400, "body: more than 1,000 parameters"),
    ("GET", "?query=%FF", "", "", 400, "query: is not UTF-8"),
    ("GET", "?query=ASK%00", "", "", 400, "query: holds a control character"),
    # How much is read.
    ("POST", "", QUERY, b" " * (2**20 + 1), 413, "body: at most 1 MB; send less"),
    ("GET", f"?{ASK}{'+' * 9_000}", "", "", 414, "at most"),
    # Other methods.
    ("PUT", f"?{ASK}", "", "", 405, ""),
    ("DELETE", "", "", "", 405, ""),
    ("PATCH", "", "", "", 405, ""),
]


@pytest.mark.parametrize(
    ("method", "address", "type_", "body", "status", "said"),
    COMING,
    ids=[f"{status} {said}".strip() for *_, status, said in COMING],
)
def test_a_query_comes_in_three_ways(
    endpoint: TestClient,
    method: str,
    address: str,
    type_: str,
    body: str | bytes,
    status: int,
    said: str,
) -> None:
    headers = {"Content-Type": type_} if type_ else {}
    content = body.encode() if isinstance(body, str) else body
    answer = endpoint.request(method, f"/sparql{address}", content=content, headers=headers)
    assert (answer.status_code, said in answer.text.replace('\\"', '"')) == (status, True), (
        answer.text
    )
    form = JSON if status == 200 else PROBLEM
    assert answer.headers["content-type"].partition(";")[0] == form
    if status == 405:
        assert {"GET", "HEAD", "POST"} == set(answer.headers["allow"].split(", "))
    if status >= 400:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["status"] == status


def test_what_is_packed_is_refused_unread(endpoint: TestClient) -> None:
    for coding in ("gzip", "br", "deflate, gzip"):
        headers = {"Content-Type": QUERY, "Content-Encoding": coding}
        answer = endpoint.post("/sparql", content=b"ASK {}", headers=headers)
        assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    headers = {"Content-Type": QUERY, "Content-Encoding": "identity"}
    assert endpoint.post("/sparql", content=b"ASK {}", headers=headers).status_code == 200


# -- in which form it is answered ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "rows", "triples"),
    [
        ("", JSON, TURTLE),
        ("*/*", JSON, TURTLE),
        (BROWSER, JSON, TURTLE),  # as a link is followed
        (JSON, JSON, None),
        (XML, XML, None),
        (CSV, CSV, None),
        (TSV, TSV, None),
        ("text/*", CSV, TURTLE),
        (f"{JSON};q=0.5, {XML}", XML, None),
        (f"{CSV};q=0.8, {TSV};q=0.9, {NTRIPLES};q=0.1", TSV, NTRIPLES),
        (f"{CSV}; charset=utf-8; header=present", CSV, None),
        (f"*/*;q=0.1, {JSON};q=0", XML, TURTLE),
        (TURTLE, None, TURTLE),
        (NTRIPLES, None, NTRIPLES),
        (JSONLD, None, JSONLD),
        (RDFXML, None, RDFXML),
        (f"{TURTLE}, {JSON}", JSON, TURTLE),
        ("application/json", "application/json", "application/json"),
        ("application/xml", "application/xml", "application/xml"),
        ("text/xml;q=0.5", "text/xml", "text/xml"),
        ("image/png", None, None),
        ("text/html;q=0, image/png", None, None),
    ],
)
def test_the_form_is_the_one_that_is_wanted_most(
    endpoint: TestClient, accept: str, rows: str | None, triples: str | None
) -> None:
    for query, wanted in ((SELECT, rows), ("ASK {}", rows), (CONSTRUCT, triples)):
        answer = endpoint.get("/sparql", params={"query": query}, headers={"Accept": accept})
        if wanted is None:
            assert answer.status_code == 406
            assert all(one in answer.text for one in ([CSV] if query != CONSTRUCT else [TURTLE]))
        else:
            assert answer.status_code == 200
            charset = "; charset=utf-8" if wanted.startswith("text/") else ""
            assert answer.headers["content-type"] == wanted + charset
            assert answer.headers["vary"] == "Accept"
            _parse(answer.content, wanted, query)


def _parse(body: bytes, media_type: str, query: str) -> object:
    """Parse an answer strictly; what cannot be parsed raises."""
    if query.startswith(("CONSTRUCT", "DESCRIBE")):
        return list(pyoxigraph.parse(body, TRIPLES[media_type]))
    form = ROWS[media_type]
    if query.startswith("ASK") and form in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
        return {b"true": True, b"false": False}[body]
    if form == QueryResultsFormat.CSV:  # which says not what is an IRI: Oxigraph reads none
        table = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
        return [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    found = pyoxigraph.parse_query_results(body, form)
    return list(found) if isinstance(found, pyoxigraph.QuerySolutions) else bool(found)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_names_its_form(endpoint: TestClient, name: str) -> None:
    """Whatever the browser accepts."""
    for query, media_type in zip((SELECT, CONSTRUCT), NAMES[name], strict=True):
        for accept in (BROWSER, "image/png", TURTLE):
            asked = {"query": query, "format": name}
            answer = endpoint.get("/sparql", params=asked, headers={"Accept": accept})
            assert answer.status_code == (406 if media_type is None else 200)
            if media_type is not None:
                assert answer.headers["content-type"].partition(";")[0] == media_type
                sent = endpoint.post("/sparql", data=asked, headers={"Accept": accept})
                assert sent.content == answer.content


@pytest.mark.parametrize(
    ("form", "query", "sent"),
    [
        (TSV, SELECT, TSV),
        ("application/ld+json,application/x-json+ld", CONSTRUCT, JSONLD),
        ("image/png", SELECT, None),
    ],
)
def test_a_link_may_name_media_types(
    endpoint: TestClient, form: str, query: str, sent: str | None
) -> None:
    """As SPARQLWrapper does."""
    answer = endpoint.get("/sparql", params={"query": query, "format": form})
    assert answer.status_code == (406 if sent is None else 200)
    assert sent is None or answer.headers["content-type"].startswith(sent)


def test_a_form_that_is_not_known_is_told(endpoint: TestClient) -> None:
    answer = endpoint.get("/sparql", params={"query": SELECT, "format": "xlsx"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == f"format: xlsx is not known; known: {', '.join(NAMES)}"


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("*/*", PROBLEM),
        (JSON, PROBLEM),
        ("application/json", PROBLEM),
        (f"{JSON}, */*;q=0.1", PROBLEM),
        (CSV, TEXT),
        (XML, TEXT),
        (TURTLE, TEXT),
        (BROWSER, HTML),
        ("text/html", HTML),
    ],
)
def test_an_error_is_told_in_a_form_that_is_understood(
    endpoint: TestClient, accept: str, type_: str
) -> None:
    answer = endpoint.get("/sparql", params={"query": "ASK {"}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (400, type_)
    assert "line 1, column 6" in answer.text
    if type_ == PROBLEM:
        problem = answer.json()
        assert (problem["title"], problem["status"]) == ("Bad Request", 400)
    if type_ == TEXT:
        assert answer.text.count("\n") == 1


@pytest.mark.parametrize(
    ("limit", "status", "retry"),
    [("seconds", 503, True), ("memory", 503, True), ("queries", 503, True)]
    + [("rows", 400, False), ("size", 400, False)],
)
def test_a_limit_is_told_to_programs_and_persons(
    endpoint: TestClient, monkeypatch: pytest.MonkeyPatch, limit: str, status: int, retry: bool
) -> None:
    async def refuse(_: Query) -> Answer:
        raise LimitError(limit, 30.0, "query: costs too much; ask for less")

    monkeypatch.setattr(endpoint.app.state.pool, "answer", refuse)  # type: ignore[attr-defined]
    for accept in (JSON, CSV, BROWSER):
        answer = endpoint.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
        assert (answer.status_code, "retry-after" in answer.headers) == (status, retry)
        assert "costs too much; ask for less" in answer.text
        if accept == JSON:
            problem = answer.json()
            assert (problem["limit"], problem["most"]) == (limit, 30.0)


# -- limits of rows and size -----------------------------------------------------------------------

NUMBERED = "SELECT ?n { VALUES ?n { %s } }"


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
@pytest.mark.parametrize("rows", [0, 1, 49, 50, 51, 3_000])
def test_rows_are_counted_exactly(endpoint: TestClient, form: str, rows: int) -> None:
    """At most 50 of them; what is refused is no answer that looks complete."""
    query = NUMBERED % " ".join(f'"，{n}],[{{ \\"\\r\\n<result>"' for n in range(rows))
    answer = endpoint.post("/sparql", data={"query": query}, headers={"Accept": form})
    if rows > 50:
        assert answer.status_code == 400
        assert "more than 50 rows; add LIMIT" in answer.text
        # Nor does what it says look like rows to who overlooks that.
        assert answer.headers["content-type"].partition(";")[0] in (PROBLEM, TEXT)
        assert not answer.text.startswith(("n\r\n", "?n\n", "<?xml", '{"head"'))
    else:
        found = _parse(answer.content, form, query)
        assert isinstance(found, list) and len(found) == rows


@pytest.mark.parametrize("form", [TURTLE, NTRIPLES, JSONLD, RDFXML])
@pytest.mark.parametrize("triples", [0, 50, 51, 3_000])
def test_triples_are_counted_exactly(endpoint: TestClient, form: str, triples: int) -> None:
    query = "CONSTRUCT { <a:s> <a:p> ?n } { %s }"
    query %= "VALUES ?n { " + " ".join(map(str, range(triples))) + " }"
    answer = endpoint.post("/sparql", data={"query": query}, headers={"Accept": form})
    assert answer.status_code == (400 if triples > 50 else 200)
    if answer.status_code == 200:
        found = _parse(answer.content, form, query)
        assert isinstance(found, list) and len(found) == triples


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV, TURTLE, NTRIPLES, JSONLD, RDFXML])
def test_an_answer_may_have_exactly_so_many_bytes(form: str) -> None:
    with Store() as store:
        word = "好" * 9_000
        text = f'SELECT ("{word}" AS ?x) {{}}'
        if form in TRIPLES:
            text = f'CONSTRUCT {{ <a:s> <a:p> "{word}" }} {{}}'
        query = Query(text, form, form)
        whole = evaluate(store, query, WHOLE)
        size = len(whole.body)
        assert evaluate(store, query, QueryLimits(size=size)) == whole
        with pytest.raises(LimitError, match="ask for less or add LIMIT") as error:
            evaluate(store, query, QueryLimits(size=size - 1))
        assert (error.value.limit, error.value.most) == ("size", size - 1)


def test_writing_ends_soon_after_the_limit(plans_store: Store) -> None:
    """Of 10^12 rows so many are made as fill a piece, not all."""
    query = Query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    began = time.monotonic()
    with pytest.raises(LimitError) as error:
        evaluate(plans_store, query, QueryLimits(rows=1_000))
    assert error.value.limit == "rows"
    with pytest.raises(LimitError) as error:
        evaluate(plans_store, query, QueryLimits(rows=10**12, size=1_000_000))
    assert error.value.limit == "size"
    assert time.monotonic() - began < 20


# -- forms, exactly --------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# Letters that the marks between rows are made of, in every order.
TRICKY = st.text(st.sampled_from('"\\,[]{}\r\n\t<>& a:result/?县\x00\ufffe'), max_size=12)
LITERALS = st.one_of(
    st.builds(Literal, TEXTS | TRICKY),
    st.builds(lambda text: Literal(text, language="zh-cn"), TEXTS | TRICKY),
    st.builds(lambda text: Literal(text, datatype=NamedNode("https://e.example/t")), TRICKY),
    st.builds(Literal, st.integers(-(10**6), 10**6) | st.booleans()),
)
NODES = st.sampled_from(["https://e.example/县", "urn:x:1", "https://e.example/?a=1&b=c'd"])
TERMS = st.one_of(LITERALS, NODES.map(NamedNode), st.sampled_from(["a", "b1"]).map(BlankNode))
TABLES = st.lists(TERMS, max_size=6)
FORMS = {media_type: ROWS[media_type] for media_type in (JSON, XML, CSV, TSV)}


def _solutions(terms: list[object]) -> pyoxigraph.QuerySolutions:
    """Return rows of which each second one lacks a value."""
    store = pyoxigraph.Store()
    for number, term in enumerate(terms):
        node = NamedNode(f"urn:n:{number}")
        store.add(Quad(node, NamedNode("urn:p"), term))  # type: ignore[arg-type]
        if number % 2:
            store.add(Quad(node, NamedNode("urn:q"), Literal("yes")))
    found = store.query("SELECT ?o ?q { ?n <urn:p> ?o OPTIONAL { ?n <urn:q> ?q } } ORDER BY ?n")
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return found


@given(TABLES)
def test_rows_are_written_as_the_engine_writes_them(terms: list[object]) -> None:
    for media_type, form in FORMS.items():
        plain = _solutions(terms).serialize(format=form)
        assert plain is not None
        if media_type == XML:
            if any(_not_in_xml(term) for term in terms):
                with pytest.raises(UnacceptableError, match="ask for another form"):
                    write_rows(_solutions(terms), media_type, WHOLE)
                continue
            plain = plain.replace(b"\r", b"&#xD;")
        assert write_rows(_solutions(terms), media_type, WHOLE) == (plain, len(terms))


def _not_in_xml(term: object) -> bool:
    text = term.value if isinstance(term, Literal) else ""
    return any(one in "\ufffe\uffff" or (one < " " and one not in "\t\n\r") for one in text)


@given(TABLES)
def test_rows_are_read_back_by_others(terms: list[object]) -> None:
    """As they were: by Oxigraph, rdflib, lxml and Python's csv."""
    found = [(row["o"], row["q"]) for row in _solutions(terms)]
    text, _ = write_rows(_solutions(terms), JSON, WHOLE)
    assert _rows_of(text, JSON) == found
    assert [_plain(row.get("o")) for row in _by_rdflib(text, "json")] == _texts(found)
    text, _ = write_rows(_solutions(terms), TSV, WHOLE)
    assert _rows_of(text, TSV) == found
    text, _ = write_rows(_solutions(terms), CSV, WHOLE)
    table = list(csv.reader(io.StringIO(text.decode("utf-8"), newline=""), strict=True))
    cells = [f"_:{o.value}" if isinstance(o, BlankNode) else o.value for o, _ in found]
    assert table == [
        ["o", "q"],
        *([o, q.value if q else ""] for o, (_, q) in zip(cells, found, strict=True)),
    ]
    if not any(_not_in_xml(term) for term in terms):
        text, _ = write_rows(_solutions(terms), XML, WHOLE)
        assert _rows_of(text, XML) == found
        assert [_plain(row.get("o")) for row in _by_rdflib(text, "xml")] == _texts(found)
        name = "{http://www.w3.org/2005/sparql-results#}binding[@name='o']/*"
        assert [one.text or "" for one in etree.fromstring(text).iterfind(f".//{name}")] == [
            o.value for o, _ in found
        ]


def _rows_of(text: bytes, media_type: str) -> list[object]:
    found = pyoxigraph.parse_query_results(text, ROWS[media_type])
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return [(row["o"], row["q"]) for row in found]


def _by_rdflib(text: bytes, form: str) -> list[dict[str, object]]:
    found = rdflib.query.Result.parse(io.BytesIO(text), format=form)
    return [{str(name): term for name, term in row.items()} for row in found.bindings]


def _texts(rows: list[object]) -> list[str]:
    return [o.value for o, _ in rows]  # type: ignore[misc]


def _plain(term: object) -> str:
    # rdflib's text of a boolean or number is its own.
    return str(term)


GRAPHS = st.lists(st.tuples(NODES, NODES, TERMS), max_size=6)


@given(GRAPHS)
def test_triples_are_read_back_by_others(said: list[tuple[str, str, object]]) -> None:
    triples = {
        pyoxigraph.Triple(NamedNode(s), NamedNode("https://e.example/县"), o)  # type: ignore[arg-type]
        for s, _, o in said
    }
    for media_type in (TURTLE, NTRIPLES, JSONLD, RDFXML):
        if media_type == RDFXML and any(_not_in_xml(one.object) for one in triples):
            with pytest.raises(UnacceptableError, match="ask for another form"):
                write_triples(triples, media_type, WHOLE)
            continue
        text, number = write_triples(triples, media_type, WHOLE)
        assert number == len(triples)
        back = [quad.triple for quad in pyoxigraph.parse(text, TRIPLES[media_type])]
        assert Counter(map(_unnamed, back)) == Counter(map(_unnamed, triples))
        form = {TURTLE: "turtle", NTRIPLES: "nt", RDFXML: "xml"}.get(media_type, "")
        if form and b"\x00" not in text:
            assert len(rdflib.Graph().parse(data=text, format=form)) == len(triples)


def _unnamed(triple: pyoxigraph.Triple) -> str:
    named = triple.object if not isinstance(triple.object, BlankNode) else "_:"
    return f"{triple.subject} {triple.predicate} {named}"


@pytest.mark.parametrize("name", ["https://e.example/1", "https://e.example/", "urn:x:a%20"])
def test_a_property_that_xml_cannot_name_is_refused(name: str) -> None:
    triples = [pyoxigraph.Triple(NamedNode("urn:s"), NamedNode(name), Literal("x"))]
    with pytest.raises(UnacceptableError, match="XML has no name for"):
        write_triples(triples, RDFXML, WHOLE)
    assert write_triples(triples, TURTLE, WHOLE)[1] == 1


@given(TABLES, st.lists(st.integers(0, 400), max_size=8))
def test_rows_are_counted_wherever_pieces_are_cut(terms: list[object], cuts: list[int]) -> None:
    from kg.endpoint.formats import _MARKS, _Counter

    for form in FORMS.values():
        text = _solutions(terms).serialize(format=form) or b""
        places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
        counter = _Counter(_MARKS[form])
        for begin, end in zip(places, places[1:], strict=False):
            counter.count(text[begin:end])
        assert counter.rows == len(terms)


def test_a_row_without_any_value_is_a_row_too() -> None:
    with Store() as store:
        for media_type in FORMS:
            query = Query("SELECT ?x { VALUES ?x { UNDEF UNDEF } }", media_type)
            assert evaluate(store, query, WHOLE).rows == 2
            assert evaluate(store, Query("SELECT * {}", media_type), WHOLE).rows == 1


# -- the same as the engine says -------------------------------------------------------------------

FEATURES = {
    "basic": "SELECT ?s ?title { ?s dcterms:title ?title }",
    "optional": "SELECT ?a ?b { ?a a pol:Agency OPTIONAL { ?a skos:altLabel ?b } }",
    "union": "SELECT ?x { { ?x a pol:Task } UNION { ?x a pol:Target } }",
    "minus": "SELECT ?x { ?x a pol:PolicyDocument MINUS { ?x pol:hasText ?y } }",
    "exists": "SELECT ?x { ?x a pol:PolicyDocument FILTER NOT EXISTS { ?x pol:hasText ?y } }",
    "path": "SELECT ?c { ?c rdfs:subClassOf* pol:PolicyDocument }",
    "inverse path": "SELECT ?x { pol:Agency ^rdf:type/skos:prefLabel ?x }",
    "graph": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "group": "SELECT ?c (COUNT(?x) AS ?n) { ?x a ?c } GROUP BY ?c HAVING (COUNT(?x) > 3)",
    "aggregates": "SELECT (SUM(?v) AS ?s) (AVG(?v) AS ?a) (MAX(?v) AS ?m) { ?t pol:value ?v }",
    "subquery": "SELECT ?x { { SELECT ?x { ?x a pol:Agency } ORDER BY ?x LIMIT 5 } }",
    "bind": "SELECT ?y { ?x pol:planYear ?z BIND(?z + 1 AS ?y) }",
    "values": "SELECT ?x ?y { VALUES (?x ?y) { (1 UNDEF) ('a'@zh <urn:b>) } }",
    "strings": "SELECT (STRLEN(?t) AS ?n) { ?x dcterms:title ?t FILTER(CONTAINS(?t, '教育')) }",
    "regex": "SELECT ?t { ?x dcterms:title ?t FILTER REGEX(?t, '^青禾.*要点$') }",
    "dates": "SELECT ?d (YEAR(?d) AS ?y) { ?x dcterms:issued ?d FILTER(DATATYPE(?d) = xsd:date) }",
    "order": "SELECT ?x { ?x a pol:Agency } ORDER BY DESC(?x) OFFSET 3 LIMIT 7",
    "distinct": "SELECT DISTINCT ?p { ?s ?p ?o }",
    "relative": "SELECT (<> AS ?here) (IRI('x') AS ?there) {}",
    "ask": "ASK { ?x a pol:Task }",
    "ask no": "ASK { ?x a <urn:nothing> }",
    "construct": "CONSTRUCT { ?x rdfs:label ?t } { ?x a pol:PolicyDocument ; dcterms:title ?t }",
    "describe": "DESCRIBE ?x { ?x a pol:Indicator }",
    "sentence": """SELECT ?s { ?t a pol:Target ; nif:referenceContext ?c ; nif:beginIndex ?b
        BIND(pol:sentence(?c, ?b) AS ?s) }""",
}
SAVED = {name: one.text for name, one in queries.saved().items() if not one.parameters}


@pytest.mark.parametrize("name", [*FEATURES, *SAVED])
def test_nothing_is_added_to_what_the_engine_says(
    site: TestClient, plans_store: Store, name: str
) -> None:
    text = {**FEATURES, **SAVED}[name]
    found = plans_store.query(text, base_iri=f"{ADDRESS}/sparql")
    if isinstance(found, pyoxigraph.QueryTriples):
        expected: object = Counter(map(str, found))
        answer = site.get("/sparql", params={"query": text}, headers={"Accept": NTRIPLES})
        sent: object = Counter(
            str(quad.triple) for quad in pyoxigraph.parse(answer.content, RdfFormat.N_TRIPLES)
        )
    else:
        answer = site.post("/sparql", data={"query": text}, headers={"Accept": JSON})
        parsed = pyoxigraph.parse_query_results(answer.content, QueryResultsFormat.JSON)
        expected, sent = _said(found), _said(parsed)
    assert answer.status_code == 200
    assert sent == expected
    assert expected or name == "ask no"


def _said(found: object) -> object:
    if isinstance(found, pyoxigraph.QueryBoolean):
        return bool(found)
    assert isinstance(found, pyoxigraph.QuerySolutions)
    names = [one.value for one in found.variables]
    # A sum of decimals, or what is concatenated of a group, depends on no order here.
    return names, Counter(tuple(str(row[name]) for name in names) for row in found)


# -- which graphs ----------------------------------------------------------------------------------

EVERYWHERE = """SELECT ?o { { ?s <https://example.org/is> ?o FILTER(STRLEN(?o) = 1) }
    UNION { GRAPH ?g { ?s <https://example.org/is> ?x } BIND(CONCAT("G", ?x) AS ?o) } }"""


@pytest.mark.parametrize(
    ("default", "named", "clause", "found"),
    [
        ([], [], "", "G县 G市 县 市"),
        ([ONE], [], "", "县"),
        ([ONE, TWO], [], "", "县 市"),
        ([], [ONE], "", "G县"),
        ([], [ONE, TWO], "", "G县 G市"),
        ([TWO], [ONE], "", "G县 市"),
        (["urn:none"], [], "", ""),
        ([], ["urn:none"], "", ""),
        ([], [], f"FROM <{ONE}>", "县"),
        ([], [], f"FROM NAMED <{TWO}>", "G市"),
        ([TWO], [], f"FROM <{ONE}>", "市"),  # the protocol's wins
        ([], [TWO], f"FROM <{ONE}> FROM NAMED <{ONE}>", "G市"),
    ],
)
def test_only_the_graphs_that_are_asked_for_are_seen(
    endpoint: TestClient, default: list[str], named: list[str], clause: str, found: str
) -> None:
    query = EVERYWHERE.replace("SELECT ?o", f"SELECT ?o {clause}")
    graphs = [("default-graph-uri", one) for one in default]
    graphs += [("named-graph-uri", one) for one in named]
    asked = [("query", query), *graphs]
    there = f"/sparql?{urlencode(graphs)}"
    headers = {"Accept": TSV, "Content-Type": QUERY}
    form = {"Accept": TSV, "Content-Type": FORM}
    for answer in (
        endpoint.get("/sparql", params=asked, headers={"Accept": TSV}),
        endpoint.post(there, content=query.encode(), headers=headers),
        endpoint.post("/sparql", content=urlencode(asked).encode(), headers=form),
        endpoint.post(there, content=urlencode({"query": query}).encode(), headers=form),
    ):
        assert answer.status_code == 200
        texts = [line.strip('"').partition('"')[0] for line in answer.text.splitlines()[1:]]
        assert sorted(texts) == sorted(found.split())


@pytest.mark.parametrize("name", ["relative", "", "a b:c", "urn:x> ?p ?o", 'urn:"', "urn:\\u003e"])
@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_has_an_absolute_iri(endpoint: TestClient, parameter: str, name: str) -> None:
    answer = endpoint.get("/sparql", params={"query": SELECT, parameter: name})
    assert answer.status_code == 400


@contextmanager
def _sink() -> Iterator[tuple[str, list[bytes]]]:
    """Give an address at which every connection is noted."""
    heard = list[bytes]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(b"somebody came")

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/data.ttl", heard
        finally:
            ended.set()
            thread.join()


def test_the_sink_hears() -> None:
    with _sink() as (there, heard):
        socket.create_connection((urlsplit(there).hostname, urlsplit(there).port)).close()
        until = time.monotonic() + 10
        while not heard and time.monotonic() < until:
            time.sleep(0.01)
    assert heard


def test_no_query_reaches_a_file_or_the_network(place: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text('<urn:s> <urn:p> "a secret" .', encoding="utf-8")
    with _sink() as (there, heard), client(place) as asked:
        for iri in (there, secret.as_uri(), "http://localhost/", "ftp://127.0.0.1/x"):
            for clause in (f"FROM <{iri}>", f"FROM NAMED <{iri}>"):
                for text in (
                    f"SELECT * {clause} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}",
                    f"CONSTRUCT {{ ?s ?p ?o }} {clause} {{ ?s ?p ?o }}",
                    f"DESCRIBE <urn:s> {clause}",
                ):
                    answer = asked.get("/sparql", params={"query": text, "format": "json"})
                    assert answer.status_code == 200 and "secret" not in answer.text
            for name in ("default-graph-uri", "named-graph-uri"):
                answer = asked.get("/sparql", params={"query": SELECT, name: iri})
                assert (answer.status_code, answer.json()["results"]["bindings"]) == (200, [])
            for text in (
                f"SELECT * {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}",
                f"ASK {{ sErViCe#\n SILENT <{iri}> {{ ?s ?p ?o }} }}",
                f"LOAD <{iri}>",
                f"LOAD SILENT <{iri}> INTO GRAPH <urn:g>",
            ):
                answer = asked.post("/sparql", data={"query": text})
                assert answer.status_code == 400 and "secret" not in answer.text
            answer = asked.get("/sparql/graph", params={"graph": iri})
            assert answer.status_code == 404 and 'secret"' not in answer.text
        assert heard == []


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ("SERVICE <http://x/>" AS ?x) {}',
        "ASK { ?service ?p <http://example.org/service/> }",
        "ASK {} # LOAD <http://x/>",
        "PREFIX load: <http://example.org/load#> ASK { ?s load:insert ?o }",
        "PREFIX drop: <urn:d:> SELECT (1 AS ?clear) { OPTIONAL { ?s drop:add 1 } }",
    ],
)
def test_words_that_only_look_dangerous_are_answered(endpoint: TestClient, query: str) -> None:
    assert endpoint.get("/sparql", params={"query": query}).status_code == 200


# -- what is to be had here ------------------------------------------------------------------------

SD, VOID = "http://www.w3.org/ns/sparql-service-description#", "http://rdfs.org/ns/void#"
SERVED = {
    "SPARQL_Results_JSON": JSON,
    "SPARQL_Results_XML": XML,
    "SPARQL_Results_CSV": CSV,
    "SPARQL_Results_TSV": TSV,
    "Turtle": TURTLE,
    "N-Triples": NTRIPLES,
    "JSON-LD": JSONLD,
    "RDF_XML": RDFXML,
}


def _graph(body: bytes, media_type: str) -> rdflib.Graph:
    triples = (str(quad.triple) + " ." for quad in pyoxigraph.parse(body, TRIPLES[media_type]))
    return rdflib.Graph().parse(data="\n".join(triples), format="nt")


@pytest.mark.parametrize("accept", ["", "*/*", TURTLE, NTRIPLES, JSONLD, RDFXML])
def test_the_service_describes_itself(site: TestClient, accept: str) -> None:
    answer = site.get("/sparql", headers={"Accept": accept})
    media_type = answer.headers["content-type"].partition(";")[0]
    assert (answer.status_code, media_type) == (200, accept.replace("*/*", "") or TURTLE)
    graph, sd = _graph(answer.content, media_type), rdflib.Namespace(SD)
    here = rdflib.URIRef(f"{ADDRESS}/sparql")
    assert list(graph.subjects(rdflib.RDF.type, sd.Service)) == [here]
    assert list(graph.objects(here, sd.endpoint)) == [here]
    assert list(graph.objects(here, sd.supportedLanguage)) == [sd.SPARQL11Query]
    assert list(graph.objects(here, sd.feature)) == [sd.UnionDefaultGraph]
    assert [str(one) for one in graph.objects(here, sd.extensionFunction)] == [
        f"{sparql.POL}sentence"
    ]
    union = graph.value(graph.value(here, sd.defaultDataset), sd.defaultGraph)
    triples = graph.value(union, rdflib.URIRef(f"{VOID}triples"))
    counted = site.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}).json()
    assert str(triples) == counted["results"]["bindings"][0]["n"]["value"]


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000"])
def test_the_address_is_the_one_that_was_asked(endpoint: TestClient, host: str) -> None:
    here = f"http://{host}/sparql"
    said = endpoint.get("/sparql", headers={"Host": host}).text
    assert f"<{here}>" in said and ADDRESS not in said
    void = endpoint.get("/.well-known/void", headers={"Host": host}).text
    assert f"<{here}>" in void and ADDRESS not in void
    asked = {"query": "SELECT (<> AS ?here) {}", "format": "tsv"}
    assert (
        endpoint.get("/sparql", params=asked, headers={"Host": host}).text == f"?here\n<{here}>\n"
    )


def test_every_form_that_is_told_of_is_served(site: TestClient) -> None:
    answer = site.get("/sparql", headers={"Accept": TURTLE})
    graph = _graph(answer.content, TURTLE)
    told = {
        str(one).rpartition("/")[2]
        for one in graph.objects(None, rdflib.URIRef(f"{SD}resultFormat"))
    }
    assert told == set(SERVED)
    for media_type in SERVED.values():
        query = (CONSTRUCT if media_type in TRIPLES else "SELECT * { ?s ?p ?o }") + " LIMIT 3"
        answer = site.get("/sparql", params={"query": query}, headers={"Accept": media_type})
        assert answer.status_code == 200
        assert len(_parse(answer.content, media_type, query)) == 3  # type: ignore[arg-type]


def test_who_wants_rows_is_told_that_a_query_lacks(site: TestClient) -> None:
    answer = site.get("/sparql", headers={"Accept": JSON})
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "query: none given; exactly one is needed",
    )
    assert site.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_the_dataset_describes_itself(site: TestClient, plans_store: Store) -> None:
    answer = site.get("/.well-known/void")
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    graph, void = _graph(answer.content, TURTLE), rdflib.Namespace(VOID)
    (it,) = graph.subjects(rdflib.RDF.type, void.Dataset)
    assert str(graph.value(it, void.sparqlEndpoint)) == f"{ADDRESS}/sparql"
    assert str(graph.value(it, void.uriSpace)) == DEFAULT_BASE
    assert int(str(graph.value(it, void.triples))) == plans_store.size()[0]
    example = str(graph.value(it, void.exampleResource))
    assert example.startswith(f"{DEFAULT_BASE}document/")
    page = site.get(f"/id/{quote(example[len(DEFAULT_BASE) :])}", headers={"Accept": TURTLE})
    assert page.status_code == 200
    classes = {
        str(graph.value(part, void["class"])): int(str(graph.value(part, void.entities)))
        for part in graph.objects(it, void.classPartition)
    }
    agencies = plans_store.select("SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a pol:Agency }")
    assert classes[f"{sparql.POL}Agency"] == int(agencies[0]["n"])
    assert len(classes) == int(str(graph.value(it, void.classes)))
    properties = {
        str(graph.value(part, void.property)): int(str(graph.value(part, void.triples)))
        for part in graph.objects(it, void.propertyPartition)
    }
    assert sum(properties.values()) == plans_store.size()[0]
    vocabularies = {str(one) for one in graph.objects(it, void.vocabulary)}
    assert {sparql.POL, sparql.PREFIXES["nif"]} <= vocabularies <= set(sparql.PREFIXES.values())
    assert site.get("/.well-known/void", headers={"Accept": CSV}).status_code == 406


def test_an_empty_store_describes_itself(tmp_path: Path) -> None:
    with Store(tmp_path / "store"):
        pass
    with client(tmp_path / "store") as asked:
        for path in ("/sparql", "/.well-known/void"):
            answer = asked.get(path)
            assert answer.status_code == 200
            assert any("triples" in line for line in answer.text.splitlines())


def test_a_browser_without_a_query_gets_something_to_read(site: TestClient) -> None:
    answer = site.get("/sparql", headers={"Accept": BROWSER})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] in (TEXT, HTML)


# -- a graph by its name ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "accept", "status", "type_", "said"),
    [
        (f"?graph={ONE}", "*/*", 200, TURTLE, "县"),
        (f"?graph={quote(ONE, safe='')}", "*/*", 200, TURTLE, "县"),
        (f"?graph={ONE}", NTRIPLES, 200, NTRIPLES, "县"),
        (f"?graph={ONE}", JSONLD, 200, JSONLD, "县"),
        (f"?graph={ONE}", RDFXML, 200, RDFXML, "县"),
        (f"?graph={ONE}&format=ntriples", BROWSER, 200, NTRIPLES, "县"),
        (f"?graph={TWO}", "*/*", 200, TURTLE, "市"),
        ("?default", "*/*", 200, TURTLE, "县"),
        ("?default=", "*/*", 200, TURTLE, "市"),  # the union of all
        (f"?graph={ONE}", JSON, 406, PROBLEM, "to be had as text/turtle"),
        (f"?graph={ONE}", "image/png", 406, TEXT, "text/turtle"),
        (f"?graph={ONE}&format=csv", "*/*", 406, PROBLEM, "to be had as text/turtle"),
        (f"?graph={ONE}x", "*/*", 404, PROBLEM, f"graph {ONE}x: is not held"),
        ("", "*/*", 400, PROBLEM, "exactly one is needed: ?graph=IRI, or ?default"),
        (f"?default&graph={ONE}", "*/*", 400, PROBLEM, "exactly one is needed"),
        (f"?graph={ONE}&graph={TWO}", "*/*", 400, PROBLEM, "exactly one is needed"),
        ("?graph=one", "*/*", 400, PROBLEM, "graph: one is no absolute IRI"),
        ("?graph=", "*/*", 400, PROBLEM, "is no absolute IRI"),
        ("?graph=urn:x%3E%20%3Fp%20%3Fo%20%7D", "*/*", 400, PROBLEM, "is no absolute IRI"),
    ],
)
def test_a_graph_is_had_by_its_name(
    endpoint: TestClient, query: str, accept: str, status: int, type_: str, said: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = endpoint.request(method, f"/sparql/graph{query}", headers={"Accept": accept})
        found = answer.headers["content-type"].partition(";")[0]
        assert (answer.status_code, found) == (status, type_)
        if method == "GET" and type_ == TURTLE:
            assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
        if method == "GET" and not (status == 200 and type_ == JSONLD):
            assert said in answer.text or said in _unescaped(answer.text)


def _unescaped(text: str) -> str:
    return json.loads(f'"{text}"') if '"' not in text else text


def test_a_graph_is_what_was_loaded(site: TestClient, plans_store: Store) -> None:
    for name in [ONTOLOGY, *list(plans_store.sources())[:3]]:
        answer = site.get("/sparql/graph", params={"graph": name}, headers={"Accept": NTRIPLES})
        found = sorted(answer.content.splitlines(keepends=True))
        assert answer.status_code == 200 and found == plans_store.ntriples(name)


def test_a_graph_that_is_too_large_is_told_so(place: Path) -> None:
    with client(place, Options(limits=QueryLimits(rows=1))) as asked:
        assert asked.get("/sparql/graph", params={"graph": ONE}).status_code == 200
        answer = asked.get("/sparql/graph?default")
        assert (answer.status_code, answer.json()["limit"]) == (400, "rows")
        assert "kg export for whole graphs" in answer.json()["detail"]


# -- over a wire -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wire(place: Path) -> Iterator[str]:
    with served(place, Options(limits=QueryLimits(seconds=20))) as address:
        yield urlsplit(address).netloc


def _raw(netloc: str, *pieces: bytes) -> bytes:
    """Send bytes as they are; return what comes back until the server closes or falls silent."""
    host, _, port = netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece.replace(b"HOST", netloc.encode()))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has heard enough
        found = b""
        try:
            while b"\r\n\r\n" not in found and (more := connection.recv(65_536)):
                found += more
        except ConnectionResetError:
            pass
        return found


def _chunk(size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b" " * size + b"\r\n"


HEAD = b"POST /sparql HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/sparql-query\r\n"


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((HEAD, b"Content-Length: 300000000\r\n\r\n", b" " * 10_000), 413),
        ((HEAD, b"Transfer-Encoding: chunked\r\n\r\n", *[_chunk(100_000)] * 30), 413),
        (
            (HEAD, b"Transfer-Encoding: chunked\r\n\r\n", _chunk(100), b"6\r\nASK {}\r\n0\r\n\r\n"),
            200,
        ),
        ((HEAD, b"Content-Encoding: gzip\r\nContent-Length: 300000000\r\n\r\n", b"x" * 1000), 415),
        ((b"GET /sparql?query=", b"x" * 200_000, b" HTTP/1.1\r\nHost: HOST\r\n\r\n"), 400),
        ((b"GET /sparql?query=", b"x" * 10_000, b" HTTP/1.1\r\nHost: HOST\r\n\r\n"), 414),
        ((b"GET /sparql HTTP/1.1\r\nHost: HOST\r\n", b"X-A: b\r\n" * 10_000, b"\r\n"), 400),
        ((b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: evil.example\r\n\r\n",), 421),
        ((HEAD, b"Origin: http://evil.example\r\nContent-Length: 6\r\n\r\nASK {}"), 403),
    ],
    ids=["long", "chunked", "small", "gzip", "address", "query", "headers", "host", "origin"],
)
def test_too_much_is_refused_while_it_comes(
    wire: str, pieces: tuple[bytes, ...], status: int
) -> None:
    began = time.monotonic()
    found = _raw(wire, *pieces)
    assert found.split(b" ", 2)[1] == str(status).encode()
    assert time.monotonic() - began < 10
    assert _raw(wire, b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: HOST\r\n\r\n").startswith(
        b"HTTP/1.1 200"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/sparql",
        f"/sparql?{ASK}",
        "/sparql?query=ASK",
        "/sparql/graph?default",
        "/.well-known/void",
    ],
)
def test_head_is_get_without_what_follows(wire: str, path: str) -> None:
    found = [
        _raw(wire, f"{method} {path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n".encode())
        for method in ("GET", "HEAD")
    ]
    heads = [one.partition(b"\r\n\r\n")[0] for one in found]
    assert heads[0] == heads[1] and found[1].endswith(b"\r\n\r\n")


def test_a_query_ends_when_nobody_waits_for_it(
    endpoint: TestClient, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever goes away takes the query along; its process is ended by the pool."""
    import asyncio

    from kg.endpoint.pool import Pool

    begun, ended = threading.Event(), threading.Event()

    async def wait(_: Pool, query: Query) -> Answer:
        begun.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.set()
            raise
        raise AssertionError

    monkeypatch.setattr(Pool, "answer", wait)
    with served(place) as address:
        host, port = urlsplit(address).hostname, urlsplit(address).port
        with socket.create_connection((host, port)) as connection:
            line = f"GET /sparql?{ASK} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"
            connection.sendall(line.encode())
            assert begun.wait(20) and not ended.is_set()
        assert ended.wait(20)


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_no_page_of_another_site_reads_what_is_answered(endpoint: TestClient, origin: str) -> None:
    for path in ("/sparql", f"/sparql?{ASK}", "/sparql/graph?default", "/sparql?query=ASK"):
        answer = endpoint.get(path, headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = endpoint.options("/sparql", headers=asked)
    assert answer.status_code in (403, 405)
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert endpoint.post("/sparql", data={"query": "ASK {}"}, headers=asked).status_code == 403


def test_an_answer_is_kept_as_long_as_the_store_is_the_same(endpoint: TestClient) -> None:
    asked = {"query": SELECT}
    first = endpoint.get("/sparql", params=asked)
    again = endpoint.get("/sparql", params=asked, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    other = endpoint.get(
        "/sparql", params=asked, headers={"If-None-Match": first.headers["etag"], "Accept": CSV}
    )
    assert other.status_code == 200
    for query in (
        "SELECT (NOW() AS ?x) {}",
        "SELECT (rand () AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
    ):
        answer = endpoint.get("/sparql", params={"query": query})
        assert answer.headers["cache-control"] == "no-store" and "etag" not in answer.headers


@pytest.mark.parametrize(
    "text",
    ['" } ; DROP ALL #', "> ?p ?o", "\n} INSERT DATA { <a:a> <a:a> 1 }", "\\u0022", "\\u003e"],
)
def test_what_is_named_is_never_a_part_of_a_query(
    endpoint: TestClient, place: Path, text: str
) -> None:
    """RELIABILITY 41: in whichever parameter; nothing of the store changes."""
    with Store(place, read_only=True) as store:
        before = store.ntriples()
    for parameters in (
        {"graph": text},
        {"graph": f"urn:x{text}"},
    ):
        assert endpoint.get("/sparql/graph", params=parameters).status_code == 400
    for name in ("default-graph-uri", "named-graph-uri"):
        answer = endpoint.get("/sparql", params={"query": SELECT, name: f"urn:x{text}"})
        assert answer.status_code == 400
    with Store(place, read_only=True) as store:
        assert store.ntriples() == before


# -- beneath ---------------------------------------------------------------------------------------


def test_a_form_that_nobody_accepts_is_told_with_what_there_is(plans_store: Store) -> None:
    with pytest.raises(UnacceptableError, match="gives rows; to be had as application/sparql"):
        evaluate(plans_store, Query("SELECT * {}", None, TURTLE), WHOLE)
    with pytest.raises(UnacceptableError, match="gives triples; to be had as text/turtle"):
        evaluate(plans_store, Query(CONSTRUCT, JSON, None), WHOLE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ASK { ?s ?p }", "line 1, column"),
        ("SELECT * { ?s ?p ?o }\nGROUP BY ?s", "query: line"),
        ("ASK {}\n\n}", "line 3, column 2"),
        (" " * 5_000 + "ASK {", "line 1, column 5006"),
        ("#\n" * 50 + "DELETE WHERE { ?s ?p ?o }", "is an update"),
        ("PREFIX" + " " * 100_000, "line 1"),  # soon, however long
        ("base" + " " * 100_000 + "<a", "line 1"),
        ("select ?insert", "line 1, column"),
    ],
)
def test_a_wrong_query_is_told_where(text: str, said: str) -> None:
    began = time.monotonic()
    with Store() as store, pytest.raises(QueryError) as error:
        evaluate(store, Query(text), WHOLE)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert len(str(error.value)) < 400
    assert time.monotonic() - began < 5


def test_a_damaged_store_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Oxigraph says it when it reads a block: a really damaged one may keep it for ever."""

    def fail(*_: object) -> None:
        raise RuntimeError("Corruption: block checksum mismatch\nin 000009.sst")

    monkeypatch.setattr("kg.endpoint.evaluate.write_rows", fail)
    with Store() as store, pytest.raises(StoreError) as error:
        evaluate(store, Query(SELECT), WHOLE)
    assert str(error.value) == (
        "store: Corruption: block checksum mismatch in 000009.sst; "
        "if it is damaged, delete it and build again"
    )


def test_counts_are_of_the_union(place: Path) -> None:
    with Store(place, read_only=True) as store:
        counts = description.count(store)
    assert (counts.triples, counts.subjects, counts.objects, counts.entities) == (2, 2, 2, 0)
    assert counts.properties == (("https://example.org/is", 2),)
    assert not counts.has_ontology and counts.classes == ()


# -- the guide -------------------------------------------------------------------------------------

GUIDE = (ROOT / "docs/endpoint.md").read_text(encoding="utf-8")


def test_the_guide_has_the_limits_that_hold() -> None:
    limits = QueryLimits()
    for name, most in (
        ("seconds", f"{limits.seconds:g}"),
        ("memory", f"{limits.memory // MEGABYTE:,} MB"),
        ("rows", f"{limits.rows:,}"),
        ("size", f"{limits.size // MEGABYTE} MB"),
    ):
        (row,) = (line for line in GUIDE.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {most} |" in row
    for figure in (sparql.MAX_LENGTH, sparql.MAX_DEPTH, sparql.MAX_OPERATORS):
        assert f"{figure:,} " in GUIDE


def test_the_guide_names_every_form_and_prefix() -> None:
    for name in (*NAMES, *ROWS, *TRIPLES):
        assert f"`{name}`" in GUIDE
    assert f"`{' '.join(sparql.PREFIXES)}`" in GUIDE


def test_what_the_guide_asks_is_answered(site: TestClient) -> None:
    asked = re.findall(
        r"(?:query=|setQuery\(\"|query\(\s*\"|<- \")((?:SELECT|DESCRIBE)[^'\"]*)", GUIDE
    )
    assert len(asked) == 5
    for query in asked:
        answer = site.get("/sparql", params={"query": query, "format": "json"})
        assert answer.status_code == 200
        assert len(answer.text) > 300, query
