"""The store that a server reads, and how its handlers get at it."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request

from kg.store import Store


class Holding:
    """A store opened once to be read, by many threads."""

    def __init__(self, place: Path) -> None:
        """Open the store; raises StoreError where there is none."""
        self.place = place
        self.store = Store(place, read_only=True)


def store_of(request: Request) -> Store:
    """Return the store that a request is about."""
    holding: Holding = request.app.state.holding
    return holding.store
