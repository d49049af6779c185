"""Requests to those that may be answered: asked of this machine, by its own pages, in plain form.

A page of another site can make a browser ask 127.0.0.1. It cannot choose the Host header, which
says by what name we were asked, nor Origin and Sec-Fetch-Site, which say who asks. Pages of other
sites may read what SPARQL answers where whoever starts the server names them (--cors).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve import access
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
_LINES = ("/sparql", "/sparql/query")
_READING = ("GET", "HEAD")


class Refusal(NamedTuple):
    """Why a request is not answered."""

    status: int
    text: str
    headers: dict[str, str] | None = None


class Safety:
    """Refuses what no page of ours asks for, and fences what is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        allowed = _shared_with(scope)

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                _fence(headers)
                _share(headers, allowed)
            await send(message)

        refusal = _problem(scope)
        if refusal is not None:
            status, text, more = refusal
            answer = error_response(Request(scope), status, text, headers=more)
            await answer(scope, receive, fenced)
        elif allowed and _is_preflight(scope):
            await _preflight(allowed)(scope, receive, fenced)
        else:
            await self.app(scope, receive, fenced)


def _fence(headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", f"default-src 'none'; {FENCE}")


def _problem(scope: Scope) -> Refusal | None:
    """Return status and reason of a refusal; None where there is no reason."""
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    if len(hosts) != 1:
        return Refusal(400, "Host: one is needed")
    if not _is_ours(scope, hosts[0]):
        text = f"Host: {hosts[0][:100]} is not this server; ask 127.0.0.1:{_port(scope)}"
        return Refusal(421, text)
    if scope["method"] not in _READING and not _may_send(scope, hosts[0]):
        return Refusal(403, "Origin: only a page of this server may change anything")
    return _stranger(scope) or _spelling(scope)


def _stranger(scope: Scope) -> Refusal | None:
    """Return why who asks from elsewhere is not answered: the token is missing or wrong."""
    options = scope["app"].state.options
    if not options.token or not access.is_remote(scope, options.names):
        return None
    # What a browser asks before it sends the token says nothing of the store.
    if access.knows(Headers(scope=scope), options.token) or _is_preflight(scope):
        return None
    text = "another machine needs the token: as a password, or as Authorization: Bearer …"
    return Refusal(401, text, access.ASK_EITHER)


def _port(scope: Scope) -> int:
    server = scope.get("server")
    return int(server[1]) if server and server[1] else 80


def _is_ours(scope: Scope, host: str) -> bool:
    """Tell whether a Host header names this server: this machine, or as it was said to be named."""
    port, options = _port(scope), scope["app"].state.options
    if access.host_name(host) in options.names:
        return True  # the port is that of the proxy which has this name
    names = [*_NAMES]
    if not access.is_loopback(options.host):
        # The address at which we were asked: no name can be made to lead here by it.
        names += [_bracketed(options.host), _bracketed(str((scope.get("server") or [""])[0]))]
    known = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())
    return host.lower() in known


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _may_send(scope: Scope, host: str) -> bool:
    """Tell whether something may be sent: by a page of ours, by none, or by one that was named."""
    headers = Headers(scope=scope)
    if asked_by_us(headers, host, scope["app"].state.options.names):
        return True
    allowed = _shared_with(scope)
    # Whom `*` lets in may only ask, which is also done by POST; kg.serve.changing sees to that.
    return bool(allowed) and (
        allowed != access.ANY
        or _is_preflight(scope)
        or (scope["method"] == "POST" and scope["path"] == access.SHARED[0])
    )


def _shared_with(scope: Scope) -> str:
    """Return which origin may read the answer; empty where none was allowed to."""
    if scope["path"] not in access.SHARED:
        return ""
    return access.allows(scope["app"].state.options.cors, Headers(scope=scope).get("origin"))


def _is_preflight(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    asks = "origin" in headers and "access-control-request-method" in headers
    return scope["method"] == "OPTIONS" and asks and bool(_shared_with(scope))


def _preflight(allowed: str) -> Response:
    """Return what a browser is told that asks before it sends; never that it sends cookies."""
    named = allowed != access.ANY
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": f"GET, HEAD, POST{', PUT, DELETE' if named else ''}",
            "Access-Control-Allow-Headers": f"Accept, Content-Type{', Authorization' * named}",
            "Access-Control-Max-Age": "600",
        },
    )


def _share(headers: MutableHeaders, allowed: str) -> None:
    if allowed:
        headers["Access-Control-Allow-Origin"] = allowed
        headers["Access-Control-Expose-Headers"] = "ETag, Location, Retry-After"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers.add_vary_header("Origin")


def asked_by_us(headers: Headers, host: str, names: Sequence[str]) -> bool:
    """Tell whether a change is asked for by a page of ours, or by no page at all.

    Our pages send no referrer, so a browser writes `Origin: null` for their forms; who sent them
    it says in Sec-Fetch-Site.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    ours = [f"http://{host.lower()}", *(f"https://{name}" for name in names)]
    return origin is None or origin.lower() in ours


def _spelling(scope: Scope) -> Refusal | None:
    """Return what is wrong with how an address is written."""
    path, query = scope.get("raw_path") or b"", scope.get("query_string") or b""
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return Refusal(
            414, f"at most {LONGEST_PATH:,} bytes of path and {LONGEST_QUERY:,} of query"
        )
    for name, written in (("path", path), ("query", query)):
        if _BAD_ESCAPE.search(written):
            return Refusal(400, f"{name}: a % needs two hexadecimal digits after it")
        plain = unquote_to_bytes(written)
        has_lines = name == "query" and scope["path"] in _LINES
        if (_CONTROL_IN_LINES if has_lines else _CONTROL).search(plain):
            return Refusal(400, f"{name}: holds a control character")
        if not _is_utf8(plain):
            return Refusal(400, f"{name}: is not UTF-8")
    if any(unquote_to_bytes(part) in (b".", b"..") for part in path.split(b"/")):
        return Refusal(400, "path: . and .. lead nowhere")
    return None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
