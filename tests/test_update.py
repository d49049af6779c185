"""Changes of a store: which graphs an update writes, the union that follows, who may send one."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import served

from kg.changes import BEFORE, read_update
from kg.endpoint.limits import LimitError
from kg.endpoint.updates import Triples, Update, UpdateLimits
from kg.endpoint.writer import Writer
from kg.errors import NotFoundError, QueryError, StoreError
from kg.search import open_index
from kg.serve.app import Options
from kg.store import ONTOLOGY, Store
from kg.verify import verify

TOKEN = "a-token-of-more-than-16"
OPTIONS = Options(update=True, token=TOKEN)
TURTLE, UPDATE = "text/turtle", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
ANY = "any"


# -- an update to what it changes ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1 } }", ["urn:a"]),
        ("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 'GRAPH <urn:b> {}' } }", ["urn:a"]),
        ("INSERT DATA { GRAPH <urn:a> { } GRAPH <urn:b> { } }", ["urn:a", "urn:b"]),
        ("insert data{graph<urn:a>{<urn:s><urn:p>1}}", ["urn:a"]),
        ("PREFIX x: <urn:> DELETE DATA { GRAPH x:a { x:s x:p 1 } }", ["urn:a"]),
        ("PREFIX x: <urn:> DELETE DATA { GRAPH x:a\\;b { x:s x:p 1 } }", ["urn:a;b"]),
        ("BASE <http://h/k/> CREATE GRAPH <../a>", ["http://h/a"]),
        ("CREATE GRAPH <a>", ["http://here/a"]),  # against the address of the request
        ("WITH <urn:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", ["urn:a"]),
        ("WITH <urn:a> INSERT { GRAPH <urn:b> { ?s ?p 1 } } WHERE { ?s ?p 2 }", ["urn:b"]),
        ("INSERT { GRAPH <urn:a> { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p 2 } }", ["urn:a"]),
        ("DELETE WHERE { GRAPH <urn:a> { ?s ?p ?o } }", ["urn:a"]),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", ANY),
        ("INSERT { GRAPH ?g { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p 2 } }", ANY),
        # Of a graph that is put aside while it changes, `GRAPH ?g` must know nothing.
        ("DELETE { GRAPH <urn:a> { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p 2 } }", ANY),
        ("CLEAR ALL", ANY),
        ("DROP NAMED", ANY),
        ("DROP SILENT GRAPH <urn:a>", ["urn:a"]),
        ("COPY <urn:a> TO <urn:b>", ["urn:b"]),
        ("COPY DEFAULT TO <urn:b>", ["urn:b"]),
        ("MOVE GRAPH <urn:a> TO GRAPH <urn:b>", ["urn:a", "urn:b"]),
        ("ADD SILENT <urn:a> TO <urn:b>", ["urn:b"]),
        ("# nothing; { but a comment\n", []),
        ("", []),
        ("CREATE GRAPH <urn:a> ; PREFIX x: <urn:> CREATE GRAPH x:b ;", ["urn:a", "urn:b"]),
        ("INSERT DATA { GRAPH <urn:a#1> { <urn:s> <urn:p> '''a\n}'b''' } } # }", ["urn:a#1"]),
    ],
)
def test_which_graphs_an_update_writes(text: str, writes: list[str] | str) -> None:
    found = [one.writes for one in read_update(text, "http://here/")]
    named = ANY if None in found else sorted({name for some in found for name in some or ()})
    assert named == writes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("INSERT DATA { <urn:s> <urn:p> 1 }", "the default graph, which is the union"),
        ("INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }", "the default graph"),
        ("INSERT { ?s ?p 1 } USING <urn:a> WHERE { ?s ?p 2 }", "the default graph"),
        ("DELETE WHERE { ?s ?p ?o }", "the default graph"),
        ("CLEAR DEFAULT", "name the graphs"),
        ("DROP SILENT DEFAULT", "name the graphs"),
        ("COPY <urn:a> TO DEFAULT", "the union itself"),
        ("MOVE DEFAULT TO <urn:a>", "the union itself"),
        ("LOAD <http://127.0.0.1/x.ttl>", "LOAD is refused"),
        ("load silent <file:///etc/passwd> INTO GRAPH <urn:a>", "LOAD is refused"),
        ("INSERT { GRAPH <urn:a> { ?s ?p 1 } } WHERE { SERVICE <urn:x> { ?s ?p 2 } }", "SERVICE"),
        ("DELETE { GRAPH <urn:a> { ?s ?p 1 } } WHERE { sErViCe#\n<urn:x> { ?s ?p 2 } }", "SERVICE"),
        ("PREFIX : <urn:> INSERT { GRAPH :a { ?s ?p 1 } } WHERE { SERVICE:x { } }", "SERVICE"),
        ("INSERT { GRAPH <urn:a> { ?s ?p 1 } } WHERE { \\u0053ERVICE <urn:x> { } }", "belongs to"),
        # Oxigraph reads the keyword and the name `:x` here; we would read one name.
        ("PREFIX : <urn:> INSERT DATA { GRAPH:x { :s :p 1 } }", "the default graph"),
        ("DROPALL", "an operation"),
        ("CLEAR XYZ", "'XYZ' where GRAPH should be"),
        ("DROP ALL }", "closes nothing"),
        ("INSERT DATA { GRAPH <urn:a> {", "not closed"),
        ("INSERT DATA { GRAPH _:b { <urn:s> <urn:p> 1 } }", "the name of a graph"),
        ("SELECT * { ?s ?p ?o }", "an operation"),
        ("CREATE GRAPH <a>", "no whole IRI"),  # against nothing
        (f"CREATE GRAPH <{BEFORE}>", "take another name"),
        ("PREFIX x: <urn:x:before> CREATE GRAPH x: ; PREFIX x: <urn:> DROP ALL", "declared anew"),
        ("INSERT { GRAPH <urn:a> { ?s ?p 1 } } WHERE { " + "{" * 300 + "}" * 300 + " }", "deeper"),
        (
            "INSERT { GRAPH <urn:a> { ?s ?p 1 } } WHERE { FILTER(" + "1+" * 2000 + "1) }",
            "operators",
        ),
        ("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 'x\n' } }", "belongs to nothing"),
    ],
)
def test_what_an_update_may_not_say(text: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        read_update(text)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:service> 'SERVICE <urn:x> {}' } }",
        "PREFIX load: <urn:> INSERT DATA { GRAPH load:a { load:s load:p 'LOAD' } }",
        "INSERT { GRAPH <urn:a> { ?service <urn:p> 1 } } WHERE { ?service <urn:q/service/> 2 }",
        "# LOAD <urn:x> SERVICE\nDROP SILENT GRAPH <urn:a>",
        # As much as is wanted of what is not calculated.
        "INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> "
        + ", ".join(map(str, range(9000)))
        + " } }",
        'INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> "1"^^<urn:t>'
        + ', "2"^^<urn:t>' * 999
        + "}}",
    ],
)
def test_what_only_looks_refused_is_taken(text: str) -> None:
    with Store() as store:
        store.update(text)


def test_no_comment_hides_the_end_of_an_operation() -> None:
    """Oxigraph reads `?a < ?b` and a comment where a name in pointed brackets may stand, too."""
    text = """INSERT { GRAPH <urn:a> { ?a <urn:p> 1 } } WHERE { ?a <urn:q> ?b FILTER(?a<?b#> )
    } ; INSERT { GRAPH <urn:b> { <urn:s> <urn:p> 2 } } WHERE { FILTER(1=1
    ) }"""
    with Store() as store:
        with pytest.raises(QueryError):
            store.update(text)
        assert store.graph_names() == []


# -- the union, the manifest -----------------------------------------------------------------------


def union(store: Store) -> set[bytes]:
    return {line for name in store.graph_names() for line in store.ntriples(name)}


STEPS = [
    # What is done, and how many triples there are in all graphs and in the union afterwards.
    (
        "INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1, 2 } GRAPH <urn:b> { <urn:s> <urn:p> 1 }}",
        2,
    ),
    ("DELETE DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1 } }", 2),  # b says it still
    ("DELETE DATA { GRAPH <urn:b> { <urn:s> <urn:p> 1 } }", 1),
    ("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:q> _:x . _:x <urn:r> [] } }", 3),
    ("COPY <urn:a> TO <urn:c>", 3),
    ("DROP GRAPH <urn:a>", 3),
    ("WITH <urn:c> DELETE { ?s <urn:q> ?o } INSERT { ?s <urn:t> ?o } WHERE { ?s <urn:q> ?o }", 3),
    ("MOVE <urn:c> TO <urn:d>", 3),
    # The second operation sees what the first has done, in the union, too.
    (
        "CLEAR GRAPH <urn:d> ; INSERT DATA { GRAPH <urn:e> { <urn:s> <urn:p> 5 } } ; "
        "INSERT { GRAPH <urn:f> { ?s <urn:u> ?o } } WHERE { ?s <urn:p> ?o }",
        2,
    ),
    (
        "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p 6 } } "
        "WHERE { GRAPH ?g { ?s ?p ?o } }",
        2,
    ),
    ("DROP ALL", 0),
]


def test_the_union_follows(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        for text, number in STEPS:
            store.update(text)
            assert set(store.ntriples()) == union(store), text
            assert store.size()[0] == number, text
            assert store.manifest() == {n: store.entry(n) for n in store.graph_names()}
    assert verify(tmp_path / "s").findings == ()


def test_an_update_that_fails_has_done_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        store.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1 } }")
        for text in ("DROP GRAPH <urn:a> ; DROP GRAPH <urn:none>", "DROP ALL ; DROP GRAPH <urn:n>"):
            with pytest.raises(QueryError, match="does not exist"):
                store.update(text)
        assert len(store.ntriples("urn:a")) == 1 and store.unsettled() == []
        assert store.changed().keys() == {"urn:a"}


_GRAPHS = st.sampled_from(["<urn:a>", "<urn:b>", "<urn:c>"])
_TRIPLES = st.lists(
    st.sampled_from([f"<urn:s{s}> <urn:p> {o} ." for s in "12" for o in (*"12", "_:x", "'x'@zh")]),
    max_size=4,
).map(" ".join)
_OPERATIONS = st.one_of(
    st.builds("{} DATA {{ GRAPH {} {{ {} }} }}".format, st.just("INSERT"), _GRAPHS, _TRIPLES),
    st.builds(
        "DELETE DATA {{ GRAPH {} {{ {} }} }}".format,
        _GRAPHS,
        _TRIPLES.map(lambda text: text.replace("_:x", "3")),
    ),
    st.builds(
        "DELETE WHERE {{ GRAPH {} {{ ?s <urn:p> {} }} }}".format, _GRAPHS, st.sampled_from("12")
    ),
    st.builds(
        "{} SILENT {} TO {}".format, st.sampled_from(["ADD", "MOVE", "COPY"]), _GRAPHS, _GRAPHS
    ),
    st.builds("{} SILENT GRAPH {}".format, st.sampled_from(["CLEAR", "DROP", "CREATE"]), _GRAPHS),
    st.builds(
        "INSERT {{ GRAPH {} {{ ?s <urn:q> ?o }} }} WHERE {{ ?s <urn:p> ?o }}".format, _GRAPHS
    ),
    st.builds("DELETE {{ GRAPH {} {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}".format, _GRAPHS),
    st.just("DELETE WHERE { GRAPH ?g { <urn:s1> ?p ?o } }"),
    st.just("CLEAR NAMED"),
)


@given(st.lists(st.lists(_OPERATIONS, min_size=1, max_size=4).map(" ; ".join), max_size=6))
def test_the_union_is_that_of_all_graphs_after_any_updates(texts: list[str]) -> None:
    with Store() as store:
        for text in texts:
            store.update(text)
            assert set(store.ntriples()) == union(store)


def test_a_document_that_was_pushed_needs_no_file(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        name = f"{store.base}source/{'0' * 20}"
        store.update(f'INSERT DATA {{ GRAPH <{name}> {{ <{name}> pol:sha256 "0" }} }}')
        assert store.changed().keys() == {name}
    assert verify(tmp_path / "s").findings == ()


def test_nothing_is_found_amiss_whenever_a_writer_is_killed(tmp_path: Path) -> None:
    chance = random.Random(5)
    place = tmp_path / "s"
    with Store(place) as store:
        store.update("INSERT DATA { GRAPH <urn:n> { <urn:c> <urn:v> 0 } }")
    writer = Writer(place)
    try:
        done = tried = 0
        for _ in range(5):
            killing = threading.Timer(
                chance.uniform(0, 0.15), os.kill, (writer.pid, signal.SIGKILL)
            )
            killing.start()
            while killing.is_alive():
                tried += 1
                try:
                    writer.change(Update(_counting(tried)))
                    done = tried
                except LimitError:
                    break
            killing.join()
            with Store(writer.image(), read_only=True) as store:
                (line,) = store.ntriples("urn:n")
                assert set(store.ntriples()) == union(store)
            # All that was said to be done is there; of what was not, all or nothing.
            assert int(line.split(b'"')[1]) in (done, tried)
    finally:
        writer.close()
    assert verify(place).findings == ()
    assert not list(place.glob("serving-*"))


def _counting(number: int) -> str:
    """Return an update that writes a number to a graph of one triple, and to another one."""
    return (
        f"DELETE WHERE {{ GRAPH <urn:n> {{ ?s ?p ?o }} }} ; "
        f"INSERT DATA {{ GRAPH <urn:n> {{ <urn:c> <urn:v> {number} }} "
        f"GRAPH <urn:n/{number % 3}> {{ <urn:c> <urn:v> {number} }} }}"
    )


# -- what is computed of documents -----------------------------------------------------------------


@pytest.fixture
def plans(plans_place: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plans_place, tmp_path / "plans"))


def test_what_was_computed_of_a_document_is_known_to_be_old(plans: Path) -> None:
    with Store(plans) as store:
        held = store.find("青禾县教育局2023年工作要点")[0]
        open_index(store).close()
        before = {one.source: one.version for one in store.sources().values()}
        store.update(
            f"WITH <{held.source}> DELETE {{ <{held.document}> dcterms:title ?t }} "
            f"INSERT {{ <{held.document}> dcterms:title '翠湖方案'@zh }} "
            f"WHERE {{ <{held.document}> dcterms:title ?t }}"
        )
        with open_index(store) as index:
            titles = {entry.source: entry.title for entry in index.entries.values()}
        assert titles[held.source] == "翠湖方案"
        assert store.traced == ""
        # The next build reads this document again, and no other.
        after = {one.source: one.version for one in store.sources().values()}
        assert {source for source in before if before[source] != after[source]} == {held.source}
        store.update("INSERT DATA { GRAPH <urn:mine> { <urn:s> <urn:p> 1 } }")
        with open_index(store) as index:
            assert index.note is None or "0" in index.note[1]
    assert verify(plans).findings == ()


def test_a_document_that_is_dropped_goes_with_its_traces(plans: Path) -> None:
    with Store(plans) as store:
        source = store.find("青禾县教育局2023年工作要点")[0].source
        store.put(f"{source}/traces", [(TURTLE, b"<urn:s> <urn:p> 1 .")])
        store.update(f"DROP GRAPH <{source}>")
        assert not store.holds(source) and not store.holds(f"{source}/traces")
        assert set(store.ntriples()) == union(store)
    assert verify(plans).findings == ()


# -- graphs as they are sent -----------------------------------------------------------------------


def test_graphs_are_put_added_to_and_taken_out(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        assert store.put("urn:a", [(TURTLE, b"<urn:s> <urn:p> [ <urn:q> 1 ] .")])
        assert not store.append("urn:a", [("application/n-triples", b'<urn:s> <urn:p> "2" .\n')])
        assert len(store.ntriples("urn:a")) == 3
        assert not store.put("urn:a", [(TURTLE, b"<> <urn:p> 3 .")])  # relative to the graph's name
        assert store.ntriples() == store.ntriples("urn:a")
        assert store.ntriples()[0].startswith(b"<urn:a> <urn:p>")
        assert store.put("urn:empty", [(TURTLE, b"")]) and store.holds("urn:empty")
        store.delete("urn:a")
        assert store.ntriples() == []
        with pytest.raises(NotFoundError):
            store.delete("urn:a")


@pytest.mark.parametrize(
    ("graph", "media_type", "content"),
    [
        ("urn:a", TURTLE, b"<urn:s> <urn:p> "),
        ("urn:a", TURTLE, b"<urn:s> <urn:p> 1 ; a <x y> ."),
        ("urn:a", "application/n-triples", b"<urn:s> <urn:p> 1 .\n"),
        ("urn:a", TURTLE, "<urn:s> <urn:p> '教育' .".encode("gb18030")),
        ("urn:a", "application/ld+json", b"{}"),
        ("urn:a", "application/rdf+xml", b"<!DOCTYPE x [<!ENTITY a 'a'>]><x/>"),
        ("relative", TURTLE, b""),
        ("urn:a> { } } ; DROP ALL #", TURTLE, b""),
        (BEFORE, TURTLE, b""),
        ("urn:\ud800", TURTLE, b""),
    ],
    ids=ascii,
)
def test_what_is_no_graph_leaves_the_store_as_it_was(
    graph: str, media_type: str, content: bytes
) -> None:
    with Store() as store:
        store.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 0 } }")
        before = store.ntriples()
        with pytest.raises(QueryError):
            store.put(graph, [(media_type, content)])
        assert (store.ntriples(), store.graph_names()) == (before, ["urn:a"])


# -- the writer ------------------------------------------------------------------------------------

ENDLESS = """INSERT { GRAPH <urn:a> { <urn:s> <urn:p> ?n } } WHERE {
    { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } } }"""


def test_an_update_that_takes_too_long_or_too_much_costs_nothing(plans: Path) -> None:
    writer = Writer(plans, UpdateLimits(seconds=1.0, memory=300 * 2**20))
    try:
        first = writer.pid
        with pytest.raises(LimitError, match="1 seconds; nothing of it was written"):
            writer.change(Update(ENDLESS))
        assert writer.pid != first
    finally:
        writer.close()
    writer = Writer(plans, UpdateLimits(seconds=60, memory=300 * 2**20))
    try:
        large = "CONCAT(?a,?a)"
        doubling = " ".join(
            f"BIND({large.replace('?a', f'?v{n}')} AS ?v{n + 1})" for n in range(30)
        )
        text = (
            "INSERT { GRAPH <urn:a> { <urn:s> <urn:p> ?v30 } } WHERE { BIND('0123456789' AS ?v0) "
        )
        with pytest.raises(LimitError, match="needs more than 300 MB"):
            writer.change(Update(f"{text} {doubling} }}"))
        # The next one works, and what is read meanwhile is whole.
        assert writer.change(Triples("urn:b", ((TURTLE, b"<urn:s> <urn:p> 1 ."),))).is_new
        with Store(writer.image(), read_only=True) as store:
            assert len(store.sources()) == 18 and store.holds("urn:b")
            assert not store.holds("urn:a")
    finally:
        writer.close()
    assert verify(plans).findings == ()


def test_one_writes(plans: Path) -> None:
    writer = Writer(plans)
    try:
        for attempt in (lambda: Writer(plans), lambda: Store(plans)):
            with pytest.raises(StoreError, match="in use by"):
                attempt()
        assert writer.image().is_dir()  # the second has not taken the first one's away
    finally:
        writer.close()
    with Store(plans) as store:
        assert len(store.sources()) == 18


def test_a_writer_says_what_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store here"):
        Writer(tmp_path)
    assert not list(tmp_path.iterdir())


FENCED = """
import sys
from kg.endpoint.fences import NETWORK, fence
import pyoxigraph
if not fence()[NETWORK]:
    sys.exit(3)
pyoxigraph.Store().update(sys.argv[1])
"""


def test_what_gets_past_the_check_reaches_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sink:
        sink.settimeout(0.2)
        place = f"<http://127.0.0.1:{sink.getsockname()[1]}/>"
        for text in (
            f"LOAD {place}",
            f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE {place} {{?s ?p ?o}} }}",
        ):
            command = [sys.executable, "-c", FENCED, text]
            process = subprocess.run(
                command, capture_output=True, text=True, timeout=60, check=False
            )
            if process.returncode == 3:
                pytest.skip("this system gives no process a network of its own")
            assert process.returncode == 1
            assert "denied" in process.stderr or "unreachable" in process.stderr
            with pytest.raises(TimeoutError):
                sink.accept()


# -- over HTTP -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("changed") / "store"
    with Store(place) as store:
        store.set_ontology(f"<urn:o> <urn:p> <urn:o> <{ONTOLOGY}> .\n", "1")
    with served(place, OPTIONS) as found:
        yield found


def send(
    address: str,
    method: str,
    path: str,
    body: bytes | str = b"",
    **headers: str,
) -> tuple[int, bytes, dict[str, str]]:
    """Send a request with the token, unless told otherwise; Content_Type is Content-Type."""
    given = {"Authorization": f"Bearer {TOKEN}"}
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    content = body.encode() if isinstance(body, str) else body
    connection.request(method, path, content or None, {k: v for k, v in given.items() if v})
    with connection.getresponse() as answer:
        found = answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    connection.close()
    return found


def asked(address: str, query: str) -> bytes:
    status, body, _ = send(address, "GET", f"/sparql?query={quote(query)}", Accept="text/csv")
    assert status == 200, body
    return body.replace(b"\r\n", b"\n").partition(b"\n")[2].strip()


def changed(address: str, text: str) -> int:
    return send(address, "POST", "/sparql", text, Content_Type=UPDATE)[0]


INSERT = "INSERT DATA { GRAPH <urn:no> { <urn:s> <urn:no> 1 } }"


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/sparql", INSERT, {"Content_Type": UPDATE, "Authorization": ""}, 401),
        ("POST", "/sparql", INSERT, {"Content_Type": UPDATE, "Authorization": "Bearer x"}, 403),
        ("POST", "/sparql", INSERT, {"Content_Type": UPDATE, "Authorization": "Bearer"}, 403),
        (
            "POST",
            "/sparql",
            INSERT,
            {"Content_Type": UPDATE, "Authorization": f"Basic {TOKEN}"},
            401,
        ),
        ("POST", "/sparql", INSERT, {"Content_Type": UPDATE, "Origin": "http://evil.example"}, 403),
        ("POST", "/sparql", INSERT, {"Content_Type": UPDATE, "Origin": "null"}, 403),
        ("POST", "/sparql", INSERT, {"Content_Type": "text/plain"}, 415),
        ("POST", "/sparql", INSERT, {}, 415),
        ("POST", "/sparql", INSERT, {"Content_Type": f"{UPDATE}; charset=utf-16"}, 400),
        ("POST", "/sparql", INSERT, {"Content_Type": UPDATE, "Content_Encoding": "gzip"}, 415),
        ("POST", "/sparql", b"\xff", {"Content_Type": UPDATE}, 400),
        ("GET", f"/sparql?update={quote(INSERT)}", "", {}, 400),
        ("PUT", "/sparql", INSERT, {"Content_Type": UPDATE}, 405),
        ("POST", "/sparql", urlencode([("update", INSERT)] * 2), {"Content_Type": FORM}, 400),
        (
            "POST",
            "/sparql?default-graph-uri=urn:a",
            INSERT,
            {"Content_Type": UPDATE},
            400,
        ),
        (
            "POST",
            "/sparql?using-graph-uri=urn:a",
            f"WITH <urn:no> {INSERT.replace('DATA', '')} WHERE {{}}",
            {"Content_Type": UPDATE},
            400,
        ),
        ("POST", "/sparql", "INSERT DATA { <urn:s> <urn:no> 1 }", {"Content_Type": UPDATE}, 400),
        ("POST", "/sparql", "LOAD <http://127.0.0.1:9/>", {"Content_Type": UPDATE}, 400),
        ("POST", "/sparql", "INSERT nonsense", {"Content_Type": UPDATE}, 400),
        ("PUT", "/sparql/graph?graph=urn:no", "<urn:s> <urn:no> 1 .", {"Authorization": ""}, 401),
        ("PUT", "/sparql/graph?graph=urn:no", "<urn:s> <urn:no> 1 .", {}, 415),
        ("PUT", "/sparql/graph?graph=urn:no", "{}", {"Content_Type": "application/ld+json"}, 415),
        ("PUT", "/sparql/graph?graph=urn:no", "<x/>", {"Content_Type": "application/rdf+xml"}, 415),
        ("PUT", "/sparql/graph?graph=urn:no", "<urn:s> ", {"Content_Type": TURTLE}, 400),
        ("PUT", "/sparql/graph?graph=no", "", {"Content_Type": TURTLE}, 400),
        (
            "PUT",
            f"/sparql/graph?graph={quote('urn:no> { } } ; DROP ALL #')}",
            "",
            {"Content_Type": TURTLE},
            400,
        ),
        ("PUT", "/sparql/graph?graph=urn:no&default", "", {"Content_Type": TURTLE}, 400),
        ("PUT", "/sparql/graph", "", {"Content_Type": TURTLE}, 400),
        ("DELETE", "/sparql/graph?graph=urn:no", "", {}, 404),
        ("DELETE", "/sparql/graph?graph=urn:no", "", {"Origin": "http://evil.example"}, 403),
        ("DELETE", "/sparql/graph", "", {}, 400),
        ("PATCH", "/sparql/graph?graph=urn:no", "", {}, 405),
    ],
    ids=ascii,
)
def test_what_may_not_be_sent(
    address: str,
    method: str,
    path: str,
    body: str | bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    found, _, sent = send(address, method, path, body, **headers)
    assert found == status
    assert ("www-authenticate" in sent) == (status == 401)
    assert (
        asked(
            address,
            "SELECT (COUNT(*) AS ?n) { { ?s <urn:no> ?o } UNION { GRAPH ?g { ?s <urn:no> ?o } } }",
        )
        == b"0"
    )


def test_without_the_flag_nothing_is_changed(plans_place: Path) -> None:
    with served(plans_place) as address:
        for method, path in (
            ("POST", "/sparql"),
            ("PUT", "/sparql/graph?graph=urn:a"),
            ("DELETE", "/sparql/graph?graph=urn:a"),
        ):
            status, body, _ = send(address, method, path, INSERT, Content_Type=UPDATE)
            assert status == 403 and b"--allow-update" in body


def test_who_asks_after_a_change_sees_it(address: str) -> None:
    for number in range(3):
        assert changed(address, _counting(number)) == 204
        assert asked(address, "SELECT ?o { GRAPH <urn:n> { ?s ?p ?o } }") == str(number).encode()
        page = send(address, "GET", "/")
        assert page[0] == 200
    form = urlencode({"update": _counting(7), "using-graph-uri": "urn:n"})
    assert send(address, "POST", "/sparql", form, Content_Type=FORM)[0] == 204


def test_graphs_over_http(address: str) -> None:
    graph = "/sparql/graph?graph=http%3A%2F%2Fh%2F%E7%94%B2"
    assert send(address, "PUT", graph, "<urn:s> <urn:p> 1 .", Content_Type=TURTLE)[0] == 201
    assert send(address, "PUT", graph, "<urn:s> <urn:p> 2 .", Content_Type=TURTLE)[0] == 204
    assert send(address, "POST", graph, "<urn:s> <urn:p> 3 .", Content_Type=TURTLE)[0] == 204
    lines = send(address, "GET", graph, Accept="application/n-triples")[1].splitlines()
    assert [line.split(b'"')[1] for line in sorted(lines)] == [b"2", b"3"]
    assert send(address, "DELETE", graph)[0] == 204
    assert send(address, "GET", graph)[0] == 404


def test_a_new_graph_is_named_by_the_server(address: str) -> None:
    content = "<> <urn:p> '''a'''@zh ."
    names = []
    for _ in range(2):
        status, _, headers = send(address, "POST", "/sparql/graph", content, Content_Type=TURTLE)
        assert status == 201
        names.append(headers["location"])
        there = f"/sparql/graph?graph={quote(names[-1], safe='')}"
        assert names[-1].encode() in send(address, "GET", there, Accept="application/n-triples")[1]
    assert len(set(names)) == 2


def test_files_of_a_form_go_to_a_graph(address: str) -> None:
    parts = [
        ("a.ttl", TURTLE, "<urn:f> <urn:p> 1 ."),
        ("b.nt", "application/octet-stream", '<urn:f> <urn:p> "2" .\n'),
    ]
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n{content}\r\n"
        for name, media_type, content in parts
    )
    form = "multipart/form-data; boundary=x"
    path = "/sparql/graph?graph=urn:files"
    assert send(address, "POST", path, body + "--x--\r\n", Content_Type=form)[0] == 201
    assert asked(address, "SELECT (COUNT(*) AS ?n) { GRAPH <urn:files> { <urn:f> ?p ?o } }") == b"2"
    assert send(address, "POST", path, "--x--\r\n", Content_Type=form)[0] == 400
    bad = body.replace("a.ttl", "a.xml").replace(TURTLE, "application/rdf+xml")
    assert send(address, "POST", path, bad + "--x--\r\n", Content_Type=form)[0] == 415


def _increments(address: str, threads: int, each: int) -> None:
    text = """DELETE { GRAPH <urn:i> { <urn:i> <urn:v> ?o } }
        INSERT { GRAPH <urn:i> { <urn:i> <urn:v> ?n } }
        WHERE { GRAPH <urn:i> { <urn:i> <urn:v> ?o } BIND(?o + 1 AS ?n) }"""
    assert send(
        address, "PUT", "/sparql/graph?graph=urn:i", "<urn:i> <urn:v> 0 .", Content_Type=TURTLE
    )[0] in (201, 204)

    def increase(_: int) -> set[int]:
        return {changed(address, text) for _ in range(each)}

    with ThreadPoolExecutor(threads) as pool:
        assert set().union(*pool.map(increase, range(threads))) == {204}
    values = asked(address, "SELECT ?o { GRAPH <urn:i> { ?s ?p ?o } }").split()
    assert values == [str(threads * each).encode()]
    assert asked(address, "SELECT ?o { <urn:i> <urn:v> ?o }").split() == values  # the union


def test_updates_come_one_after_the_other(address: str) -> None:
    _increments(address, 4, 25)


@pytest.mark.slow
def test_many_updates_come_one_after_the_other(address: str) -> None:
    _increments(address, 4, 200)


def test_an_endless_update_delays_no_query(plans: Path) -> None:
    options = Options(update=True, token=TOKEN, updates=UpdateLimits(seconds=4.0))
    with served(plans, options) as address, ThreadPoolExecutor(1) as pool:
        assert changed(address, _counting(1)) == 204
        began = time.monotonic()
        endless = pool.submit(changed, address, ENDLESS)
        time.sleep(0.3)
        assert asked(address, "SELECT ?o { GRAPH <urn:n> { ?s ?p ?o } }") == b"1"
        assert time.monotonic() - began < 3.5 and not endless.done()
        assert endless.result() == 503
        assert changed(address, _counting(2)) == 204


@pytest.mark.parametrize(
    ("path", "media_type", "size"),
    [("/sparql", UPDATE, 300 * 2**20), ("/sparql/graph?graph=urn:a", TURTLE, 300 * 2**20)],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_too_much_is_refused_before_it_is_read(
    address: str, path: str, media_type: str, size: int, chunked: bool
) -> None:
    host, port = urlsplit(address).netloc.split(":")
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: {media_type}\r\n{length}\r\n\r\n"
    )
    piece = b" " * 2**20
    sent = 0
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        try:
            while chunked and sent < 60:
                connection.sendall(b"100000\r\n" + piece + b"\r\n")
                sent += 1
        except OSError:
            pass  # it has hung up, having said why
        answer = connection.recv(200)
    assert answer.startswith(b"HTTP/1.1 413")


# -- a served store, killed ------------------------------------------------------------------------


@contextmanager
def started(place: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start `kg serve` in a process of its own; yield it with its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--port", "0", "--store", str(place), *options],
        env={**os.environ, "KG_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as lines:
        try:
            line = lines.readline()
            assert line.startswith("http://"), line + lines.read()
            yield process, line.split()[0].rstrip("/")
        finally:
            process.kill()
            process.wait()


def test_what_was_done_outlasts_the_server(tmp_path: Path) -> None:
    place = tmp_path / "s"
    Store(place).close()
    with started(place, "--allow-update") as (process, address):
        stop, done = threading.Event(), [0]

        def change() -> None:
            while not stop.is_set():
                try:
                    status = changed(address, _counting(done[0] + 1))
                except (OSError, http.client.HTTPException):
                    return
                assert status == 204
                done[0] += 1

        changing = threading.Thread(target=change)
        changing.start()
        until = time.monotonic() + 30
        while done[0] < 5 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stop.set()
        changing.join(30)
    assert done[0] >= 5
    # Its writer goes with it: a store that is free can be written.
    store = _opened_soon(place)
    with store:
        (line,) = store.ntriples("urn:n")
        assert int(line.split(b'"')[1]) in (done[0], done[0] + 1)
    assert verify(place).findings == ()
    (place / f"serving-{process.pid}-left").mkdir(exist_ok=True)
    with started(place, "--allow-update") as (process, address):
        (folder,) = place.glob("serving-*")
        assert folder.name.startswith(f"serving-{process.pid}-")
        assert changed(address, _counting(1)) == 204
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
    assert not list(place.glob("serving-*"))
    _opened_soon(place).close()


def _opened_soon(place: Path) -> Store:
    until = time.monotonic() + 20
    while True:
        try:
            return Store(place)
        except StoreError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
