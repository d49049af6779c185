"""A store's graphs to a server: by SPARQL 1.1 Graph Store Protocol, or by SPARQL Update.

What was taken is noted beside the store, a line for each graph, so a push that was stopped goes on
where it was, and the next one sends what has changed. http.client suffices: nothing is followed
(no redirect, no proxy), and nothing goes but to the address that the user gave.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from kg.errors import EndpointError
from kg.export import canonical
from kg.store import Store

BATCH = 2**20  # bytes of triples in one update, unless blank nodes bind more together
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds before each further attempt
LONGEST_PAUSE = 60.0  # that a server may ask for
BUSY = (429, 500, 502, 503, 504)
LOCAL = ("localhost", "127.0.0.1", "::1")
_SHOWN = 160  # characters of what a server says


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server, and how it is spoken to."""

    address: str
    update: bool = False  # by SPARQL Update; else by the Graph Store Protocol
    token: str = ""
    user: str = ""  # name:password
    seconds: float = 120.0  # that one answer may take


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push has done, in graphs."""

    sent: int
    unchanged: int  # taken earlier
    removed: int


def push(
    store: Store,
    endpoint: Endpoint,
    *,
    everything: bool = False,
    tell: Callable[[int, int], None] = lambda *_: None,
    pauses: tuple[float, ...] = PAUSES,
) -> Pushed:
    """Send the graphs that the server has not taken yet, take out those that have gone.

    A graph replaces what the server has of its name; other graphs of the server are left alone.
    """
    line = _Line(endpoint, pauses)
    state = _State(store.path, endpoint)
    state.mend()
    known = {} if everything else state.read()
    names = store.graph_names()
    sent = 0
    for done, name in enumerate(names, start=1):
        lines = canonical(store.ntriples(name))
        digest = hashlib.sha256(b"".join(lines)).hexdigest()
        if known.get(name) != digest:
            state.note(name, "?")  # where this is stopped half way, it is sent again
            line.replace(name, lines)
            state.note(name, digest)
            sent += 1
        tell(done, len(names))
    gone = sorted(state.read().keys() - set(names))
    for name in gone:
        line.remove(name)
        state.note(name, "")
    return Pushed(sent, len(names) - sent, len(gone))


class _State:
    """Which graphs a server has taken: the last line of each name counts."""

    def __init__(self, directory: Path | None, endpoint: Endpoint) -> None:
        name = hashlib.sha256(endpoint.address.encode()).hexdigest()[:16]
        self._place = None if directory is None else directory / f"pushed-{name}.txt"

    def read(self) -> dict[str, str]:
        """Give the digest of each graph that was taken and not removed."""
        if self._place is None or not self._place.is_file():
            return {}
        lines = self._place.read_text(encoding="utf-8").split("\n")
        pairs = (line.partition(" ") for line in lines)
        taken = {name: digest for digest, _, name in pairs if name}
        return {name: digest for name, digest in taken.items() if digest != "-"}

    def note(self, name: str, digest: str) -> None:
        """Note that a graph was taken, or removed."""
        if self._place is None:
            return
        try:
            with open(self._place, "ab") as file:
                file.write(f"{digest or '-'} {name}\n".encode())
        except OSError as error:
            raise _unwritable(self._place, error) from error

    def mend(self) -> None:
        """Cut off the end of a line that was being written when a push was killed."""
        if self._place is None or not self._place.is_file():
            return
        content = self._place.read_bytes()
        try:
            os.truncate(self._place, content.rfind(b"\n") + 1)
        except OSError as error:
            raise _unwritable(self._place, error) from error


def _unwritable(place: Path, error: OSError) -> EndpointError:
    return EndpointError(f"{place}: {error.strerror}; what was sent is to be noted there")


# -- to the server -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Line:
    """The connection to a server."""

    endpoint: Endpoint
    pauses: tuple[float, ...]
    _headers: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._headers = _credentials(self.endpoint)

    def replace(self, name: str, lines: list[bytes]) -> None:
        """Put a graph in the place of what the server has of its name."""
        if not self.endpoint.update:
            self._try("PUT", _graph_query(name), b"".join(lines), "application/n-triples")
            return
        # The first update empties the graph too, so that it can be repeated.
        start = f"DROP SILENT GRAPH <{name}> ;\n".encode()
        for batch in _batches(lines):
            body = start + f"INSERT DATA {{ GRAPH <{name}> {{\n".encode() + batch + b"} }"
            self._try("POST", "", body, "application/sparql-update")
            start = b""

    def remove(self, name: str) -> None:
        """Take a graph out; it may have gone already."""
        if self.endpoint.update:
            body = f"DROP SILENT GRAPH <{name}>".encode()
            self._try("POST", "", body, "application/sparql-update")
        else:
            self._try("DELETE", _graph_query(name), b"", "", gone=True)

    def _try(self, method: str, query: str, body: bytes, kind: str, *, gone: bool = False) -> None:
        for pause in (*self.pauses, None):
            try:
                status, asked, text = self._send(method, query, body, kind)
            except (OSError, http.client.HTTPException) as error:
                problem = _one_line(str(error) or type(error).__name__)
                again = not isinstance(error, ssl.SSLCertVerificationError)
                asked = 0.0
            else:
                if 200 <= status < 300 or (gone and status == 404):
                    return
                problem, again = f"answers {status} {text}".strip(), status in BUSY
                problem += _advice(status, self.endpoint)
            if pause is None or not again:
                tried = f" (tried {len(self.pauses) + 1} times)" if again else ""
                raise EndpointError(
                    f"{self.endpoint.address}: {problem}{tried}; what was taken is noted, the "
                    "same command goes on"
                )
            time.sleep(min(max(pause, asked), LONGEST_PAUSE))

    def _send(self, method: str, query: str, body: bytes, kind: str) -> tuple[int, float, str]:
        """Send one request; return the status, how long to wait if that is said, and the text."""
        url = urlsplit(self.endpoint.address)
        both = "&".join(part for part in (url.query, query) if part)
        path = (url.path or "/") + (f"?{both}" if both else "")
        connect = _CONNECTIONS[url.scheme]
        server = connect(url.hostname or "", url.port, timeout=self.endpoint.seconds)
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        try:
            server.request(method, path, body or None, headers)
            answer = server.getresponse()
            text = answer.read(4 * _SHOWN).decode("utf-8", "replace")
            wait = answer.headers.get("Retry-After", "")
            return answer.status, float(wait) if wait.isdecimal() else 0.0, _one_line(text)
        finally:
            server.close()


_CONNECTIONS: dict[str, type[http.client.HTTPConnection]] = {
    "http": http.client.HTTPConnection,
    "https": http.client.HTTPSConnection,
}


def _credentials(endpoint: Endpoint) -> dict[str, str]:
    """Check the address; give the header that says who asks."""
    url = urlsplit(endpoint.address)
    if url.scheme not in _CONNECTIONS or not url.hostname or "@" in url.netloc:
        raise EndpointError(
            f"{endpoint.address}: no address to send to; give http://HOST/PATH or https://…, "
            "without a password in it"
        )
    if not (endpoint.token or endpoint.user):
        return {}
    if url.scheme == "http" and url.hostname not in LOCAL:
        raise EndpointError(f"{endpoint.address}: a token or password goes over https:// only")
    if endpoint.token:
        return {"Authorization": f"Bearer {endpoint.token}"}
    return {"Authorization": f"Basic {b64encode(endpoint.user.encode()).decode()}"}


def _graph_query(name: str) -> str:
    return f"graph={quote(name, safe='')}"


def _batches(lines: list[bytes]) -> Iterator[bytes]:
    """Yield triples in parts; all with blank nodes in the first, as their names end with it."""
    blank = [line for line in lines if line.startswith(b"_:") or b"> _:" in line]
    bound = set(blank)
    batch, size = blank, sum(map(len, blank))
    for line in lines:
        if line in bound:
            continue
        if batch and size + len(line) > BATCH:
            yield b"".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    yield b"".join(batch)


def _advice(status: int, endpoint: Endpoint) -> str:
    if status in (401, 403):
        return " (KG_PUSH_TOKEN or KG_PUSH_USER says who asks)"
    if 300 <= status < 400:
        return " (it leads elsewhere: give that address)"
    if status == 413 and not endpoint.update:
        return " (too much at once: --update sends parts)"
    if status in (404, 405, 415):
        kind = "of SPARQL Update" if endpoint.update else "of the Graph Store Protocol"
        return f" (is this its address {kind}?)"
    return ""


def _one_line(text: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
