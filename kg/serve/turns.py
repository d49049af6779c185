"""Requests to turns: many read at once, and nobody while the store is being changed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kg.serve.errors import on_our_error
from kg.serve.holding import BusyError, Holding


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
        if not holding.enter():
            busy = BusyError(f"{holding.place}: is being changed; try again in a moment")
            await on_our_error(Request(scope), busy)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            holding.leave()
