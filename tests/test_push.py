"""kg push: a real server has the same graph afterwards, also where it was stopped half way."""

from __future__ import annotations

import http.client
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pyoxigraph
import pytest
from click.testing import CliRunner
from fake_extractor import ONTOLOGY_NQUADS, graph

from kg import push as pushing
from kg.cli import cli
from kg.errors import EndpointError
from kg.push import Endpoint, Pushed, push
from kg.store import Store

SERVER = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
WAYS = pytest.mark.parametrize("update", [False, True], ids=["graph store", "update"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, method: str, path: str, body: str = "") -> bytes:
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Accept": "application/n-quads", "Content-Type": "application/sparql-update"}
    server.request(method, path, body.encode() or None, headers)
    answer = server.getresponse()
    text = answer.read()
    server.close()
    assert answer.status < 300, text
    return text


@pytest.fixture(scope="module")
def running() -> Iterator[int]:
    if SERVER is None:
        pytest.skip("the Oxigraph server is not installed: pip install oxigraph")
    port = free_port()
    server = subprocess.Popen(
        [SERVER, "serve", "--bind", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    )
    for _ in range(200):
        try:
            asked(port, "GET", "/store")
            break
        except OSError:
            time.sleep(0.05)
    yield port
    server.terminate()
    server.wait()


@pytest.fixture
def port(running: int) -> int:
    asked(running, "POST", "/update", "DROP ALL")
    return running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as store:
        store.set_ontology(ONTOLOGY_NQUADS, "1")
        store.load([graph(f"甲{number}\n教育局\n财政局") for number in range(5)])
        yield store


def at(port: int, *, update: bool) -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{port}/{'update' if update else 'store'}", update)


def canonical(nquads: bytes) -> pyoxigraph.Dataset:
    found = pyoxigraph.Dataset(pyoxigraph.parse(nquads, pyoxigraph.RdfFormat.N_QUADS))
    found.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return found


def same(store: Store, port: int) -> bool:
    held = b"".join(
        line[:-2] + f"<{name}> .\n".encode()
        for name in store.graph_names()
        for line in store.ntriples(name)
    )
    return canonical(held) == canonical(asked(port, "GET", "/store"))


@WAYS
def test_the_server_has_the_same_graph(store: Store, port: int, update: bool) -> None:
    asked(port, "POST", "/update", "INSERT DATA { GRAPH <urn:x> { <urn:s> <urn:p> <urn:o> } }")
    assert push(store, at(port, update=update)) == Pushed(6, 0, 0)
    asked(port, "POST", "/update", "DROP GRAPH <urn:x>")  # what was there was left alone
    assert same(store, port)
    assert push(store, at(port, update=update)) == Pushed(0, 6, 0)
    store.remove("甲0")
    store.load([graph("新\n民政局")])
    assert push(store, at(port, update=update)) == Pushed(1, 5, 1)
    assert same(store, port)


@WAYS
def test_a_server_that_lost_everything(store: Store, port: int, update: bool) -> None:
    push(store, at(port, update=update))
    asked(port, "POST", "/update", "DROP ALL")
    assert push(store, at(port, update=update), everything=True) == Pushed(6, 0, 0)
    assert same(store, port)


@pytest.mark.parametrize(
    ("update", "stop", "taken"),
    [(False, 1, 0), (False, 4, 3), (True, 1, 0), (True, 4, 0), (True, 9, 2)],
)
def test_stopped_half_way_and_resumed(
    store: Store,
    port: int,
    update: bool,
    stop: int,
    taken: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Small batches, so that a graph by updates is several requests."""
    monkeypatch.setattr(pushing, "BATCH", 1_000)
    original, count = pushing._Line._send, 0

    def stopped(*arguments: object) -> object:
        nonlocal count
        count += 1
        if count == stop:
            raise KeyboardInterrupt
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pushing._Line, "_send", stopped)
    with pytest.raises(KeyboardInterrupt):
        push(store, at(port, update=update))
    assert not same(store, port)
    monkeypatch.setattr(pushing._Line, "_send", original)
    assert push(store, at(port, update=update)).unchanged == taken
    assert same(store, port)


def test_a_note_that_was_cut(store: Store, port: int) -> None:
    push(store, at(port, update=False))
    assert store.path is not None
    (note,) = store.path.glob("pushed-*.txt")
    note.write_bytes(note.read_bytes()[:-10])
    assert push(store, at(port, update=False)) == Pushed(1, 5, 0)
    assert push(store, at(port, update=False)) == Pushed(0, 6, 0)


class Stub(HTTPServer):
    """A server that gives the answers it was told, then 204."""

    def __init__(self, *answers: int) -> None:
        self.answers, self.headers_seen = list(answers), list[str]()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.headers_seen.append(self.headers.get("Authorization", ""))
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        text = "" if status == 204 else "no\nway \x1b[31m" + "x" * 500
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "one") as store:
        store.load([graph("甲")])
        yield store


def to(stub: Stub, **options: str) -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{stub.server_port}/store", **options)  # type: ignore[arg-type]


def test_a_busy_server_is_asked_again(one: Store) -> None:
    stub = Stub(503, 429, 500)
    assert push(one, to(stub), pauses=(0.0, 0.01, 0.0)).sent == 1
    stub.shutdown()
    stub.server_close()


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ((400,), "answers 400 no way"),
        ((401,), "KG_PUSH_TOKEN"),
        ((302,), "it leads elsewhere"),
        ((404,), "is this its address of the Graph Store Protocol"),
        ((413,), "--update sends parts"),
        ((503, 503, 503), "(tried 3 times)"),
    ],
)
def test_what_a_server_does_not_take(one: Store, answers: tuple[int, ...], problem: str) -> None:
    stub = Stub(*answers)
    with pytest.raises(EndpointError) as raised:
        push(one, to(stub), pauses=(0.0, 0.0))
    text = str(raised.value)
    assert problem in text and text.isprintable() and len(text) < 420
    assert len(stub.headers_seen) == len(answers)
    assert push(one, to(stub)).sent == 1
    stub.shutdown()
    stub.server_close()


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({}, ""),
        ({"token": "abc"}, "Bearer abc"),
        ({"user": "甲:pass"}, "Basic 55SyOnBhc3M="),
    ],
    ids=["none", "token", "user"],
)
def test_who_asks(one: Store, options: dict[str, str], header: str) -> None:
    stub = Stub()
    push(one, to(stub, **options))
    assert stub.headers_seen == [header]
    stub.shutdown()
    stub.server_close()


@pytest.mark.parametrize(
    ("address", "options", "problem"),
    [
        ("file:///etc/passwd", {}, "no address to send to"),
        ("localhost:7878/store", {}, "no address to send to"),
        ("http:///store", {}, "no address to send to"),
        ("http://me:secret@example.org/", {}, "no address to send to"),
        ("http://example.org/store", {"token": "abc"}, "https:// only"),
    ],
)
def test_addresses(one: Store, address: str, options: dict[str, str], problem: str) -> None:
    with pytest.raises(EndpointError, match=problem):
        push(one, Endpoint(address, **options))  # type: ignore[arg-type]


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(tmp_path / "store") as store:
        store.load([graph("甲")])
    monkeypatch.setattr(pushing.time, "sleep", lambda _: None)
    arguments = ["push", f"http://127.0.0.1:{free_port()}/", "--store", str(tmp_path / "store")]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1
    assert "refused (tried 5 times)" in result.output and result.output.count("\n") == 1
