"""The first page: what the store holds, and where to go from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.page.words import Pair, pair
from kg.reports.holdings import LEVELS
from kg.serve.address import address_of
from kg.serve.catalog import Catalog, Named, catalog_of
from kg.serve.holding import store_of
from kg.serve.listing import UNKNOWN
from kg.serve.respond import respond

SHOWN = 8  # things of a kind
_YEARS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A number beside its name, with where it leads; `share` is of the largest, in percent."""

    name: Pair
    href: str
    number: int
    share: int


def start(request: Request) -> Response:
    """Show how much the store holds, and what stands out in it."""
    catalog, base = catalog_of(request), store_of(request).base
    documents = catalog.documents
    dated = [one for one in documents if one.issued]
    return respond(
        request,
        "serve/start.html",
        pair("what-is-held"),
        styles=("serve/start.css",),
        counts=_counts(catalog),
        levels=_levels(one.level for one in documents),
        years=_years(one.issued[:4] for one in documents),
        newest=[
            (one.issued, one.title or one.file, address_of(one.document, base), one.place)
            for one in reversed(dated[-SHOWN:])
        ],
        programs=_most(catalog.programs, base, lambda one: one.documents),
        leads=_most(catalog.agencies, base, lambda one: one.leads),
        ghosts=_most(catalog.ghosts, base, lambda one: one.documents),
        issuers=_most(catalog.agencies, base, lambda one: one.issued),
    )


def _counts(catalog: Catalog) -> list[tuple[str, str, int]]:
    """Return what there is how much of: address, word, number."""
    return [
        ("/documents", "documents", len(catalog.documents)),
        ("/agencies", "agencies", len(catalog.agencies)),
        ("/programs", "programs", len(catalog.programs)),
        ("/targets", "targets", len(catalog.targets)),
        ("/regions", "regions", sum(1 for one in catalog.regions.values() if one.inside)),
        ("/cited", "cited-not-held", len(catalog.ghosts)),
    ]


def _levels(levels: Iterable[str]) -> list[Bar]:
    counted = Counter(levels)
    names = [level for level in (*LEVELS, "Area") if counted[level]]
    bars = [(pair(name, "classes"), f"/documents?level={name}", counted[name]) for name in names]
    if counted[""]:
        bars.append((pair(UNKNOWN), f"/documents?level={UNKNOWN}", counted[""]))
    return _bars(bars)


def _years(years: Iterable[str]) -> list[Bar]:
    counted = Counter(years)
    latest = sorted((year for year in counted if year), reverse=True)
    bars = [((year, year), f"/documents?year={year}", counted[year]) for year in latest[:_YEARS]]
    earlier = sum(counted[year] for year in latest[_YEARS:])
    if earlier:
        bars.append((pair("earlier-years"), "/documents?sort=date", earlier))
    if counted[""]:
        bars.append((pair(UNKNOWN), f"/documents?year={UNKNOWN}", counted[""]))
    return _bars(bars)


def _most(things: Sequence[Named], base: str, number: Callable[[Named], int]) -> list[Bar]:
    """Return those of the largest number; equals by name."""
    ordered = sorted(things, key=lambda one: (-number(one), one.label))[:SHOWN]
    return _bars(
        ((one.label, one.label), address_of(one.iri, base), number(one))
        for one in ordered
        if number(one)
    )


def _bars(counted: Iterable[tuple[Pair, str, int]]) -> list[Bar]:
    rows = list(counted)
    largest = max((number for *_, number in rows), default=1)
    return [Bar(name, href, number, round(100 * number / largest)) for name, href, number in rows]


ROUTES = (Route("/", start),)
