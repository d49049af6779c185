"""What a view is: what it is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from kg.page.words import Pair
from kg.render.links import Links

if TYPE_CHECKING:
    from kg.store import Store


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a view is to show; empty where all, or what most documents speak of."""

    region: str = ""  # places in this one
    indicator: str = ""
    program: str = ""
    issuer: str = ""  # whose name holds this
    year: int | None = None
    document: str = ""  # of this title, or part of one, file name or IRI


@dataclass(frozen=True, slots=True)
class View:
    """One picture: its name in addresses, its title, its markup, and what must be said of it."""

    name: str
    title: Pair
    body: Markup
    notes: tuple[Pair, ...] = ()
    empty: bool = False  # there is nothing that it could show


Draw = Callable[["Store", Wanted, Links], View]
