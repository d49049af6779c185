"""Responses to those that a browser need not fetch again: they hold as long as the store does."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.serve.holding import Holding
from kg.serve.respond import HEADERS, VARY, language_of


class Caching:
    """Names each page by the store's state, and answers 304 to who has it already.

    A page that depends on more than its address and the store says Cache-Control: no-store.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with a tag where the page may be kept."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        tag = _tag(Request(scope))
        if tag in _tags(Headers(scope=scope).get("if-none-match", "")):
            kept = {**HEADERS, "ETag": tag, "Vary": VARY, "Cache-Control": "private, no-cache"}
            await Response(status_code=304, headers=kept)(scope, receive, send)
            return

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(message, tag)
            await send(message)

        await self.app(scope, receive, tagged)


def _tell(message: Message, tag: str) -> None:
    headers = MutableHeaders(scope=message)
    if message["status"] == 200 and "cache-control" not in headers:
        headers["ETag"] = tag
        headers["Cache-Control"] = "private, no-cache"
        headers.setdefault("Vary", VARY)
    else:
        headers.setdefault("Cache-Control", "no-store")


def _tag(request: Request) -> str:
    """Return the name of what a request would get: what the answer depends on, as a digest."""
    holding: Holding = request.app.state.holding
    said = (
        holding.state,
        request.url.path,
        request.url.query,
        language_of(request),
        request.headers.get("accept", ""),
    )
    return f'W/"{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:24]}"'


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]
