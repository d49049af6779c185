"""Requests to turns: many read at once, and nobody while the store is being changed."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kg.errors import KgError
from kg.serve.errors import on_our_error
from kg.serve.holding import BusyError, Holding


async def _keep_up(scope: Scope, holding: Holding) -> None:
    """Have who reads see what was written before, where the store can be changed."""
    state = scope["app"].state
    writes = scope["method"] in ("PUT", "DELETE") or Headers(scope=scope).get(
        "content-type", ""
    ).startswith("application/sparql-update")
    if state.changes is not None and not writes:
        await state.changes.keep_up(holding, state.pool)


class Turns:
    """Counts the requests that read, so that a change can wait until there are none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in turn, or ask to come back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        holding: Holding = scope["app"].state.holding
        try:
            await _keep_up(scope, holding)
            if not holding.enter():
                raise BusyError(f"{holding.place}: is being changed; try again in a moment")
        except KgError as error:
            await on_our_error(Request(scope), error)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            holding.leave()
