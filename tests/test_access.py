"""Who may ask a server: this machine, others with the token, pages of sites that were named."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from kg.cli import cli
from kg.errors import KgError
from kg.serve import access
from kg.serve.app import Options, make_app
from kg.store import Store

TOKEN = "a-token-of-more-than-16"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"anyone:{TOKEN}".encode()).decode()}
HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"
QUERY = "/sparql?query=ASK%7B%7D"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("access") / "store"
    with Store(place) as store:
        store.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1 } }")
    return place


@contextmanager
def site(place: Path, options: Options, client: str = HERE, at: str = "") -> Iterator[TestClient]:
    """Ask a site as a machine of some address, at an address of the server's."""
    app = make_app(place, options)
    with TestClient(app, at or "http://127.0.0.1:8000", client=(client, 40_000)) as asked:
        yield asked


# -- from where ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("::ffff:192.0.2.7", False),
        ("192.168.1.2", False),
        ("localhost.evil.example", False),
        ("", False),
    ],
)
def test_what_is_this_machine(address: str, is_here: bool) -> None:
    assert access.is_loopback(address) is is_here


REMOTE = Options(host="0.0.0.0", token=TOKEN, names=("kg.example",))


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (HERE, {}, 200),
        (ELSEWHERE, {}, 401),
        (ELSEWHERE, BEARER, 200),
        (ELSEWHERE, BASIC, 200),
        (ELSEWHERE, {"Authorization": f"bearer {TOKEN}"}, 200),
        (ELSEWHERE, {"Authorization": f"Bearer {TOKEN}x"}, 401),
        (ELSEWHERE, {"Authorization": "Bearer "}, 401),
        (ELSEWHERE, {"Authorization": "Basic !!!"}, 401),
        (ELSEWHERE, {"Authorization": "Basic " + base64.b64encode(b"x:").decode()}, 401),
        (ELSEWHERE, {"Authorization": TOKEN}, 401),
        # A proxy on this machine asks for somebody else, whom it says to be whoever it likes.
        (HERE, {"X-Forwarded-For": ELSEWHERE}, 401),
        (HERE, {"X-Forwarded-For": HERE}, 401),
        (HERE, {"Via": "1.1 proxy"}, 401),
        (HERE, {"Host": "kg.example"}, 401),
        (HERE, {"Host": "kg.example", **BASIC}, 200),
        (HERE, {"Host": "kg.example:8443", **BASIC}, 200),
        (ELSEWHERE, {"Host": "other.example:8000", **BEARER}, 421),
        (ELSEWHERE, {"Host": "192.0.2.9:8000", **BEARER}, 421),  # not where it was asked
        (ELSEWHERE, {"Host": "10.1.2.3:8000", **BEARER}, 200),  # there
    ],
)
def test_other_machines_need_the_token(
    place: Path, client: str, headers: dict[str, str], status: int
) -> None:
    at = "http://10.1.2.3:8000" if headers.get("Host") == "10.1.2.3:8000" else ""
    with site(place, REMOTE, client, at) as asked:
        for path in ("/", QUERY, "/sparql/graph?graph=urn:a", "/queries"):
            answer = asked.get(path, headers=headers)
            assert answer.status_code == status, path
            assert ("Basic" in answer.headers.get("www-authenticate", "")) == (status == 401)
            if status != 200:
                assert "urn:s" not in answer.text


def test_the_token_lets_nobody_change_what_is_only_read(place: Path) -> None:
    with site(place, REMOTE, ELSEWHERE) as asked:
        answer = asked.put("/sparql/graph?graph=urn:b", headers=BEARER)
        assert answer.status_code == 403 and "--allow-update" in answer.text


def test_a_page_of_ours_behind_a_proxy_may_send(place: Path) -> None:
    sent = {"Host": "kg.example", **BASIC, "Content-Type": "application/sparql-query"}
    with site(place, REMOTE) as asked:
        for origin, status in (("https://kg.example", 200), ("https://evil.example", 403)):
            answer = asked.post("/sparql", content="ASK {}", headers={**sent, "Origin": origin})
            assert answer.status_code == status


# -- pages of other sites --------------------------------------------------------------------------

THEIRS = "https://notebook.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST"}
CHANGE = {**BEARER, "Content-Type": "application/sparql-update"}
ASK = {"Content-Type": "application/sparql-query"}


@pytest.mark.parametrize(
    ("cors", "method", "path", "headers", "status", "allowed"),
    [
        ((), "GET", QUERY, {"Origin": THEIRS}, 200, None),
        ((), "POST", "/sparql", {"Origin": THEIRS, **ASK}, 403, None),
        ((), "OPTIONS", "/sparql", {"Origin": THEIRS, **PREFLIGHT}, 403, None),
        ((), "GET", QUERY, {"Origin": "null"}, 200, None),
        ((THEIRS,), "GET", QUERY, {"Origin": THEIRS}, 200, THEIRS),
        ((THEIRS,), "POST", "/sparql", {"Origin": THEIRS, **ASK}, 200, THEIRS),
        ((THEIRS,), "OPTIONS", "/sparql", {"Origin": THEIRS, **PREFLIGHT}, 204, THEIRS),
        ((THEIRS,), "POST", "/sparql", {"Origin": THEIRS, **CHANGE}, 204, THEIRS),
        ((THEIRS,), "GET", QUERY, {"Origin": "https://evil.example"}, 200, None),
        ((THEIRS,), "POST", "/sparql", {"Origin": "https://evil.example", **ASK}, 403, None),
        ((THEIRS,), "POST", "/sparql", {"Origin": "https://evil.example", **CHANGE}, 403, None),
        ((THEIRS,), "GET", QUERY, {"Origin": f"{THEIRS}.evil.example"}, 200, None),
        ((THEIRS,), "GET", "/", {"Origin": THEIRS}, 200, None),  # SPARQL alone is shared
        ((THEIRS,), "POST", "/", {"Origin": THEIRS}, 403, None),
        (("*",), "GET", QUERY, {"Origin": "https://any.example"}, 200, "*"),
        (("*",), "GET", QUERY, {"Origin": "null"}, 200, "*"),
        (("*",), "POST", "/sparql", {"Origin": "https://any.example", **ASK}, 200, "*"),
        (("*",), "OPTIONS", "/sparql", {"Origin": "https://any.example", **PREFLIGHT}, 204, "*"),
        # `*` is to read, whatever is borne.
        (("*",), "POST", "/sparql", {"Origin": "https://any.example", **CHANGE}, 403, "*"),
        (("*",), "POST", "/sparql", {"Origin": "null", **CHANGE}, 403, "*"),
        (("*",), "DELETE", "/sparql/graph?graph=urn:a", {"Origin": THEIRS, **BEARER}, 403, "*"),
        (("*",), "GET", QUERY, {"Origin": THEIRS, "Host": "evil.example:8000"}, 421, "*"),
    ],
)
def test_which_sites_may_read_and_change(
    changeable: dict[tuple[str, ...], TestClient],
    cors: tuple[str, ...],
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    allowed: str | None,
) -> None:
    is_update = headers.get("Content-Type") == CHANGE["Content-Type"]
    body = "CREATE SILENT GRAPH <urn:c>" if is_update else "ASK {}"
    content = body if method == "POST" else None
    answer = changeable[cors].request(method, path, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert "access-control-allow-credentials" not in answer.headers
    if allowed:
        assert "Origin" in answer.headers["vary"]
    if allowed == "*":
        assert "Authorization" not in answer.headers.get("access-control-allow-headers", "")


@pytest.fixture(scope="module")
def changeable(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[tuple[str, ...], TestClient]]:
    with ExitStack() as stack:
        found: dict[tuple[str, ...], TestClient] = {}
        for cors in ((), (THEIRS,), ("*",)):
            own = tmp_path_factory.mktemp("cors") / "store"
            Store(own).close()
            options = Options(update=True, token=TOKEN, cors=cors)
            found[cors] = stack.enter_context(site(own, options))
        yield found


# -- what is said on the command line --------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "token", "said"),
    [
        (["--host", "0.0.0.0"], TOKEN, "--allow-remote"),
        (["--host", "::"], TOKEN, "--allow-remote"),
        (["--host", "0.0.0.0", "--allow-remote"], "", "KG_TOKEN: is not set"),
        (["--host", "0.0.0.0", "--allow-remote"], "short", "KG_TOKEN: has 5 characters"),
        (["--name", "kg.example"], "", "KG_TOKEN: is not set"),
        (["--allow-update"], "", "KG_TOKEN: is not set"),
        (["--allow-update"], "fifteen-letters", "KG_TOKEN: has 15 characters"),
        (["--allow-update"], "sixteen letters and spaces", "KG_TOKEN: holds other characters"),
        (["--allow-update", "--allow-upload"], TOKEN, "not together"),
        (["--cors", "notebook.example"], "", "--cors notebook.example: is no origin"),
        (["--cors", "https://notebook.example/"], "", "is no origin"),
        (["--cors", "null"], "", "is no origin"),
        (["--name", "https://kg.example"], TOKEN, "is no name of a machine"),
        (["--name", ""], TOKEN, "is no name of a machine"),
        (["--host", "no.such.host.invalid", "--allow-remote"], TOKEN, "no address of this machine"),
        (["--host", "192.0.2.1", "--allow-remote"], TOKEN, "192.0.2.1 port 0"),
    ],
)
def test_what_cannot_be_served_is_said(
    place: Path, options: list[str], token: str, said: str
) -> None:
    result = CliRunner().invoke(
        cli, ["serve", "--store", str(place), "--port", "0", *options], env={"KG_TOKEN": token}
    )
    assert result.exit_code == 1 and said in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert token not in result.output or not token


def test_a_token_is_compared_whole() -> None:
    assert access.check_token("x" * 16, "--allow-update") == "x" * 16
    with pytest.raises(KgError):
        access.check_token("字" * 16, "--allow-update")


@pytest.mark.parametrize("damage", ["a table", "a graph"])
def test_a_damaged_store_is_not_served_without_being_asked_to(tmp_path: Path, damage: str) -> None:
    place = tmp_path / "store"
    for _ in range(2):  # the tables are noted when a store is closed
        with Store(place) as store:
            store.update("INSERT DATA { GRAPH <urn:a> { <urn:s> <urn:p> 1 } }")
    if damage == "a table":
        table = max((place / "graph").glob("*.sst"))
        content = bytearray(table.read_bytes())
        content[len(content) // 3] ^= 1
        table.write_bytes(content)
    else:
        import pyoxigraph

        pyoxigraph.Store(str(place / "graph")).update("DROP GRAPH <urn:a>")
    result = CliRunner().invoke(cli, ["serve", "--store", str(place), "--port", "0"])
    assert result.exit_code == 1 and "--no-check" in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux")
@pytest.mark.parametrize(
    ("options", "addresses"),
    [
        ([], {"0100007F"}),
        (["--host", "::1"], {"00000000000000000000000001000000"}),
        (["--host", "0.0.0.0", "--allow-remote"], {"00000000"}),
    ],
)
def test_where_it_listens(place: Path, options: list[str], addresses: set[str]) -> None:
    if "::1" in options and not _has_ipv6():
        pytest.skip("no IPv6 here")
    command = [sys.executable, "-m", "kg", "serve", "--store", str(place), "--port", "0", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "KG_TOKEN": TOKEN}
    )
    assert process.stdout is not None
    with process.stdout as lines:
        try:
            address = lines.readline().split()[0]
            port = int(address.rstrip("/").rpartition(":")[2])
            assert "no network" in lines.readline()
            assert _listening(port) == addresses
        finally:
            process.kill()
            process.wait()


def _listening(port: int) -> set[str]:
    """Return the addresses, as Linux writes them, on which somebody listens at a port."""
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        if (file := Path("/proc/net") / table).exists()
        for line in file.read_text().splitlines()[1:]
    ]
    listening = (row[1].split(":") for row in rows if row[3] == "0A")
    return {address for address, at in listening if int(at, 16) == port}


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
