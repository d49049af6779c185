"""The application: its routes, each in the module of what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from kg.serve import start
from kg.serve.holding import Holding

# Each module has ROUTES; the first that matches answers.
MODULES = (start,)


@dataclass(frozen=True, slots=True)
class Options:
    """What whoever starts the server allows."""

    upload: bool = False


def make_app(place: Path, options: Options | None = None) -> Starlette:
    """Return the application over the store in a directory."""
    app = Starlette(routes=[route for module in MODULES for route in module.ROUTES])
    app.state.holding = Holding(place)
    app.state.options = options or Options()
    return app
