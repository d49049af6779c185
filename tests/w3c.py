"""The W3C's test suites of SPARQL 1.1 against a really served site.

The suites are not part of the project: they are read where they were fetched, beside it. Each
test of the Protocol and of the Graph Store Protocol is a list of requests, each with what the
response must be; where a response names a place, later requests may ask for it.

    for case in cases("protocol/manifest.ttl"):
        problems = replay(case, address, token)     # empty: passed
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph
import rdflib
from casebook import SHARED
from rdflib.collection import Collection
from rdflib.compare import isomorphic

from kg.models import DocumentGraph
from kg.store import Store

SUITES = SHARED / "w3c" / "sparql" / "sparql11"
PLACES = {"/sparql/": "/sparql", "/gsp": "/sparql/graph"}  # of the suites, and ours
_HERE = "http://suite.example/"  # instead of where a manifest lies
_MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
_QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
_UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
_HT = rdflib.Namespace("http://www.w3.org/2011/http#")
_CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
_STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "BadRequest": 400, "NotFound": 404}
_PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Response:
    """What a response must be."""

    statuses: tuple[str, ...]  # one of them: 2xx, 404
    form: str  # boolean, tabular, RDF; empty where nothing is said
    boolean: bool | None
    headers: tuple[tuple[str, str], ...]
    graph: rdflib.Graph | None
    location: str  # the variable that gets the value of Location


@dataclass(frozen=True)
class Request:
    """One request of a test."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    expected: Response


@dataclass(frozen=True)
class Case:
    """One test of the Protocol or of the Graph Store Protocol."""

    name: str
    graphs: tuple[tuple[str, Path], ...]  # held beforehand: name and file
    requests: tuple[Request, ...]

    @property
    def changes(self) -> bool:
        """Tell whether it passes only where the store may be changed."""
        return not self.name.startswith("bad_") and any(map(_changes, self.requests))


@dataclass(frozen=True)
class Rows:
    """One test of a form of results: a query over a file, and a file with what it gives."""

    name: str
    query: str
    data: Path
    result: Path


def _changes(request: Request) -> bool:
    types = [value for name, value in request.headers if name.lower() == "content-type"]
    return (
        request.method in ("PUT", "DELETE")
        or (request.method == "POST" and not request.path.startswith("/sparql/"))
        or any("sparql-update" in one for one in types)
        or (request.body or b"").startswith(b"update=")
    )


# -- reading manifests -----------------------------------------------------------------------------


def cases(manifest: str) -> list[Case]:
    """Return the tests of a manifest below the suites; none where they were not fetched."""
    return [_case(graph, test, SUITES / manifest) for graph, test in _tests(manifest)]


def rows(manifest: str) -> list[Rows]:
    """Return the tests of a manifest of results formats."""
    folder = (SUITES / manifest).parent
    return [
        Rows(
            str(test).rpartition("#")[2],
            (folder / _name(graph, action, _QT.query)).read_text("utf-8"),
            folder / _name(graph, action, _QT.data),
            folder / _name(graph, test, _MF.result),
        )
        for graph, test in _tests(manifest)
        for action in [graph.value(test, _MF.action)]
    ]


def _tests(manifest: str) -> Iterator[tuple[rdflib.Graph, rdflib.term.Node]]:
    place = SUITES / manifest
    if not place.is_file():
        return
    graph = rdflib.Graph().parse(place, format="turtle", publicID=f"{_HERE}{place.name}")
    entries = graph.value(rdflib.URIRef(f"{_HERE}{place.name}"), _MF.entries)
    for test in _items(graph, entries):
        yield graph, test


def _items(graph: rdflib.Graph, head: rdflib.term.Node | None) -> list[rdflib.term.Node]:
    return [] if head is None else list(Collection(graph, head))


def _name(graph: rdflib.Graph, node: rdflib.term.Node, name: rdflib.URIRef) -> str:
    return str(graph.value(node, name)).rpartition("/")[2]


def _case(graph: rdflib.Graph, test: rdflib.term.Node, manifest: Path) -> Case:
    requests = _items(graph, graph.value(graph.value(test, _MF.action), _HT.requests))
    held = (
        (str(graph.value(one, rdflib.RDFS.label)), manifest.parent / _name(graph, one, _UT.graph))
        for one in graph.objects(test, _UT.graphData)
    )
    return Case(
        str(test).rpartition("#")[2],
        tuple(sorted(held)),
        tuple(_request(graph, one) for one in requests),
    )


def _request(graph: rdflib.Graph, node: rdflib.term.Node) -> Request:
    body, encoding = _content(graph, node)
    return Request(
        str(graph.value(node, _HT.methodName)),
        str(graph.value(node, _HT.absolutePath)),
        _headers(graph, node),
        None if body is None else body.encode(encoding),
        _response(graph, graph.value(node, _HT.resp)),
    )


def _response(graph: rdflib.Graph, node: rdflib.term.Node | None) -> Response:
    body, _ = _content(graph, node)
    boolean = graph.value(node, _MF.expectedBoolean)
    return Response(
        tuple(
            str(one).rpartition("#")[2].removeprefix("StatusCode")
            for one in graph.objects(node, _MF.expectedStatus)
        ),
        str(graph.value(node, _MF.expectedFormat) or ""),
        None if boolean is None else str(boolean) == "true",
        _headers(graph, node),
        None if body is None else rdflib.Graph().parse(data=body, format="turtle"),
        str(graph.value(node, _MF.expectedLocation) or ""),
    )


def _content(graph: rdflib.Graph, node: rdflib.term.Node | None) -> tuple[str | None, str]:
    body = graph.value(node, _HT.body)
    if body is None:
        return None, "utf-8"
    return str(graph.value(body, _CNT.chars)), str(graph.value(body, _CNT.characterEncoding))


def _headers(graph: rdflib.Graph, node: rdflib.term.Node | None) -> tuple[tuple[str, str], ...]:
    return tuple(
        (str(graph.value(one, _HT.fieldName)), str(graph.value(one, _HT.fieldValue)))
        for one in _items(graph, graph.value(node, _HT.headers))
    )


# -- a store with what a test wants ----------------------------------------------------------------


def fill(place: Path, graphs: tuple[tuple[str, Path], ...]) -> Path:
    """Make a store that holds files as named graphs, and nothing else."""
    with Store(place) as store:
        store.load(
            DocumentGraph(name, "0" * 64, "", _nquads(file, name), ()) for name, file in graphs
        )
    return place


def _nquads(file: Path, name: str) -> str:
    graph = pyoxigraph.NamedNode(name)
    quads = (
        pyoxigraph.Quad(one.subject, one.predicate, one.object, graph)
        for one in pyoxigraph.parse(path=file, base_iri=_HERE)
    )
    return (pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b"").decode()


# -- asking ----------------------------------------------------------------------------------------


def replay(case: Case, address: str, token: str) -> list[str]:
    """Send a test's requests in their order; return what was not as it must be."""
    problems, variables = list[str](), dict[str, str]()
    for number, request in enumerate(case.requests, 1):
        status, headers, body = send(request, address, token, variables)
        wrong = list(_differences(request.expected, status, headers, body))
        problems += [f"{number}. {request.method} {request.path}: {one}" for one in wrong]
        if request.expected.location:
            variables[request.expected.location] = headers.get("location", "")
    return problems


def send(
    request: Request, address: str, token: str, variables: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Send a request as it is written; return status, headers in lower case, body."""
    path, body = request.path, request.body
    for theirs, ours in PLACES.items():
        if path.startswith(theirs):
            path = ours + path[len(theirs) :]
    for name, value in variables.items():
        path = path.replace(name, value)
        body = body and body.replace(name.encode(), value.encode())
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE)
    try:
        connection.putrequest(request.method, path, skip_accept_encoding=True)
        for header in (*request.headers, ("Authorization", f"Bearer {token}")):
            connection.putheader(*header)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        with connection.getresponse() as answer:
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, headers, answer.read()
    finally:
        connection.close()


def _differences(
    expected: Response, status: int, headers: dict[str, str], body: bytes
) -> Iterator[str]:
    if expected.statuses and not any(_is_status(one, status) for one in expected.statuses):
        yield f"status {status}, not {' or '.join(expected.statuses)}: {body[:200]!r}"
        return
    for name, value in expected.headers:
        if _plain(headers.get(name.lower(), "")) != _plain(value):
            yield f"{name} {headers.get(name.lower())}, not {value}"
    if expected.location and not headers.get("location"):
        yield "no Location"
    media_type = _plain(headers.get("content-type", ""))[0]
    if expected.form in ("boolean", "tabular"):
        yield from _unlike_rows(expected, media_type, body)
    if expected.form == "RDF" or expected.graph is not None:
        yield from _unlike_graph(expected, media_type, body)


def _is_status(expected: str, status: int) -> bool:
    if expected.endswith("xx"):
        return str(status)[0] == expected[0]
    return status == _STATUS[expected]


def _plain(header: str) -> tuple[str, ...]:
    """Return a media type with its parameters, however they are spaced."""
    return tuple(part.strip().lower() for part in header.split(";"))


def _unlike_rows(expected: Response, media_type: str, body: bytes) -> Iterator[str]:
    form = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
    if form is None:
        yield f"{media_type} is no form of results"
        return
    found = pyoxigraph.parse_query_results(body, form)
    is_boolean = isinstance(found, pyoxigraph.QueryBoolean)
    if is_boolean != (expected.form == "boolean"):
        yield f"{found!r} is not {expected.form}"
    elif expected.boolean is not None and bool(found) != expected.boolean:
        yield f"{bool(found)}, not {expected.boolean}"


def _unlike_graph(expected: Response, media_type: str, body: bytes) -> Iterator[str]:
    form = pyoxigraph.RdfFormat.from_media_type(media_type)
    if form is None:
        yield f"{media_type} is no form of graphs"
        return
    triples = [str(quad.triple) + " ." for quad in pyoxigraph.parse(body, form, base_iri=_HERE)]
    found = rdflib.Graph().parse(data="\n".join(triples), format="nt")
    if expected.graph is not None and not isomorphic(found, expected.graph):
        yield "another graph:\n" + "\n".join(triples)
