"""Pictures where people would rather look than read: each a store to a piece of a page.

A view needs no script to be read; what a script adds to it is in the page that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from kg.page.words import Pair
from kg.render.links import Links

if TYPE_CHECKING:
    from kg.store import Store

__all__ = ["VIEWS", "View", "Wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a view is to show; empty where all, or what most documents speak of."""

    region: str = ""  # places in this one
    indicator: str = ""
    program: str = ""
    issuer: str = ""  # whose name holds this
    year: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One picture: its name in addresses, its title, its markup, and what must be said of it."""

    name: str
    title: Pair
    body: Markup
    notes: tuple[Pair, ...] = ()
    empty: bool = False  # there is nothing that it could show


Draw = Callable[["Store", Wanted, Links], View]
# In the order in which a page offers them.
VIEWS: Mapping[str, Draw] = {}
