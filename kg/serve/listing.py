"""Things to a list with filters, an order, and pages; all of it is in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import NotFoundError
from kg.page.words import Pair, pair
from kg.serve.asked import Asked, shortened
from kg.serve.respond import respond

T = TypeVar("T")

A_PAGE = 50
UNKNOWN = "unknown"  # the value that stands for what nothing states
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a list: a text or words of the interface, perhaps a link, a line below it."""

    text: str | Markup
    href: str = ""
    below: str = ""
    below_href: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the word for it, and the order that its head gives ("" for none)."""

    word: str
    order: str = ""
    number: bool = False
    minor: bool = False  # left out where a screen is narrow
    whole: bool = False  # never broken: a date

    @property
    def look(self) -> str:
        """Return the classes of its cells."""
        names = ("number", "minor", "whole")
        return " ".join(name for name in names if getattr(self, name))


@dataclass(frozen=True, slots=True)
class Filter(Generic[T]):
    """A choice that leaves some things out."""

    name: str  # in the address
    word: str
    values: Callable[[T], Iterable[str]]  # of one thing; nothing where it is not known
    label: Callable[[str], Pair]
    order: Callable[[str], Any] = str
    offered: Callable[[str], bool] = lambda value: True  # what the choice shows, of what there is


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values of a choice, and how much it would leave."""

    value: str
    label: Pair
    number: int


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What a list is made of."""

    title: Pair
    things: Sequence[T]
    name: Callable[[T], str]  # that a text is looked for in
    filters: Sequence[Filter[T]]
    orders: Mapping[str, Callable[[T], Any]]  # the first is the usual one; "-" before it turns it
    columns: Sequence[Column]
    row: Callable[[T], Sequence[Cell]]
    usual: str
    about: Pair | None = None
    unit: str = "things"


def show_list(request: Request, listing: Listing[T]) -> Response:
    """Return one page of a list."""
    names = [one.name for one in listing.filters]
    asked = Asked(request, ("q", *names, "sort", "page"))
    wanted = {one.name: _chosen(asked, one, listing.things) for one in listing.filters}
    looked_for = asked.text("q")
    orders = [sign + name for name in listing.orders for sign in ("", "-")]
    order = asked.choice("sort", orders, listing.usual)
    named = [one for one in listing.things if looked_for in listing.name(one)]
    found = _ordered(_kept(named, listing.filters, wanted), listing, order)
    pages = max(1, -(-len(found) // A_PAGE))
    page = asked.number("page", 1, 1, _MOST_PAGES)
    if page > pages:
        raise NotFoundError(f"page {page}: the list has {pages}")
    first = (page - 1) * A_PAGE
    address = _Address({"q": looked_for, **wanted, "sort": order}, {"sort": listing.usual})
    return respond(
        request,
        "serve/list.html",
        listing.title,
        listing=listing,
        rows=[listing.row(one) for one in found[first : first + A_PAGE]],
        choices=[
            (one, wanted[one.name], _options(one, named, listing.filters, wanted))
            for one in listing.filters
        ],
        name_asked=looked_for,
        order=order,
        usual_order=order == listing.usual,
        chosen=bool(looked_for or any(wanted.values())),
        found=len(found),
        total=len(listing.things),
        first=first + 1,
        last=min(first + A_PAGE, len(found)),
        page=page,
        pages=pages,
        to_page=lambda number: address.with_(page=str(number) if number > 1 else ""),
        to_order=lambda name: address.with_(sort=_turned(name, order)),
        sorted_as=lambda name: {name: "ascending", f"-{name}": "descending"}.get(order, ""),
    )


def _chosen(asked: Asked, one: Filter[T], things: Sequence[T]) -> str:
    value = asked.text(one.name, longest=1_000)
    if value and value != UNKNOWN and not any(value in one.values(thing) for thing in things):
        raise NotFoundError(f"{one.name}: nothing here has {shortened(value)}")
    return value


def _kept(
    things: Sequence[T], filters: Sequence[Filter[T]], wanted: Mapping[str, str], but: str = ""
) -> list[T]:
    """Return what passes the filters, all but one."""
    used = [(one, wanted[one.name]) for one in filters if wanted[one.name] and one.name != but]
    return [thing for thing in things if all(_passes(one, value, thing) for one, value in used)]


def _passes(one: Filter[T], value: str, thing: T) -> bool:
    values = one.values(thing)
    return not any(values) if value == UNKNOWN else value in values


def _options(
    one: Filter[T],
    things: Sequence[T],
    filters: Sequence[Filter[T]],
    wanted: Mapping[str, str],
) -> list[Option]:
    """Return what may be chosen: what would leave something, and how much."""
    counted: Counter[str] = Counter()
    for thing in _kept(things, filters, wanted, but=one.name):
        values = {value for value in one.values(thing) if value}
        counted.update(values or {UNKNOWN})
    unknown = counted.pop(UNKNOWN, 0)
    offered = {v: n for v, n in counted.items() if one.offered(v) or v == wanted[one.name]}
    options = [Option(v, one.label(v), offered[v]) for v in sorted(offered, key=one.order)]
    return options + [Option(UNKNOWN, pair(UNKNOWN), unknown)] * bool(unknown)


def _ordered(things: list[T], listing: Listing[T], order: str) -> list[T]:
    # What has no value comes last, whichever way the rest goes; equals stay in the usual order.
    key = listing.orders[order.lstrip("-")]
    known = [thing for thing in things if key(thing) != ""]
    unknown = [thing for thing in things if key(thing) == ""]
    return sorted(known, key=key, reverse=order.startswith("-")) + unknown


def _turned(name: str, order: str) -> str:
    return name if order == f"-{name}" else f"-{name}" if order == name else name


@dataclass(frozen=True, slots=True)
class _Address:
    """The address of a list with its choices; what is usual is not said."""

    chosen: Mapping[str, str]
    usual: Mapping[str, str]

    def with_(self, **changed: str) -> str:
        values = {**self.chosen, **changed}
        said = {k: v for k, v in values.items() if v and v != self.usual.get(k)}
        return "?" + urlencode(said)
