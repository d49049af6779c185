"""Requests to those that may be answered: asked of this machine, by its own pages, in plain form.

A page of another site can make a browser ask 127.0.0.1. It cannot choose the Host header, which
says by what name we were asked, nor Origin and Sec-Fetch-Site, which say who asks.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve.errors import error_response
from kg.serve.respond import FENCE, HEADERS

LONGEST_PATH, LONGEST_QUERY = (
    4_000,
    8_000,
)  # bytes, percent-encoded: nine for each Chinese character
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
# A query in SPARQL has lines and may be indented by tabs.
_CONTROL_IN_LINES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINES = "/sparql"
_READING = ("GET", "HEAD")


class Safety:
    """Refuses what no page of ours asks for, and fences what is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                _fence(MutableHeaders(scope=message))
            await send(message)

        problem = _problem(scope)
        if problem is None:
            await self.app(scope, receive, fenced)
        else:
            status, text = problem
            await error_response(Request(scope), status, text)(scope, receive, fenced)


def _fence(headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", f"default-src 'none'; {FENCE}")


def _problem(scope: Scope) -> tuple[int, str] | None:
    """Return status and reason of a refusal; None where there is no reason."""
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    if len(hosts) != 1:
        return 400, "Host: one is needed"
    if not _is_ours(hosts[0], _port(scope)):
        return 421, f"Host: {hosts[0][:100]} is not this server; ask 127.0.0.1:{_port(scope)}"
    if scope["method"] not in _READING and not _asked_by_us(headers, hosts[0]):
        return 403, "Origin: only a page of this server may change anything"
    return _spelling(scope)


def _port(scope: Scope) -> int:
    server = scope.get("server")
    return int(server[1]) if server and server[1] else 80


def _is_ours(host: str, port: int) -> bool:
    """Tell whether a Host header names this machine and this server's port."""
    names = {f"{name}:{port}" for name in _NAMES} | (set(_NAMES) if port == 80 else set())
    return host.lower() in names


def _asked_by_us(headers: Headers, host: str) -> bool:
    """Tell whether a change is asked for by a page of ours, or by no page at all.

    Our pages send no referrer, so a browser writes `Origin: null` for their forms; who sent them
    it says in Sec-Fetch-Site.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or origin.lower() == f"http://{host.lower()}"


def _spelling(scope: Scope) -> tuple[int, str] | None:
    """Return what is wrong with how an address is written."""
    path, query = scope.get("raw_path") or b"", scope.get("query_string") or b""
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return 414, f"at most {LONGEST_PATH:,} bytes of path and {LONGEST_QUERY:,} of query"
    for name, written in (("path", path), ("query", query)):
        if _BAD_ESCAPE.search(written):
            return 400, f"{name}: a % needs two hexadecimal digits after it"
        plain = unquote_to_bytes(written)
        has_lines = name == "query" and scope["path"] == _LINES
        if (_CONTROL_IN_LINES if has_lines else _CONTROL).search(plain):
            return 400, f"{name}: holds a control character"
        if not _is_utf8(plain):
            return 400, f"{name}: is not UTF-8"
    if any(unquote_to_bytes(part) in (b".", b"..") for part in path.split(b"/")):
        return 400, "path: . and .. lead nowhere"
    return None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
