"""The lists of the site: documents, agencies, programmes, targets, and what is only cited."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar
from urllib.parse import unquote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.page.words import Pair, both, pair
from kg.reports.holdings import LEVELS, Holding, Places
from kg.serve.address import address_of, place_address
from kg.serve.catalog import Named, Target, catalog_of
from kg.serve.holding import store_of
from kg.serve.listing import Cell, Column, Filter, Listing, show_list

T = TypeVar("T")

_OFFERED = ("Country", "Province", "Prefecture")  # of regions; others by their page
_FEW = 300


def documents(request: Request) -> Response:
    """List the documents held."""
    catalog, base = catalog_of(request), store_of(request).base
    places = catalog.places

    def row(one: Holding) -> tuple[Cell, ...]:
        return (
            Cell(one.issued),
            Cell(one.title or one.file, address_of(one.document, base)),
            Cell("、".join(one.issuers)),
            Cell(one.place, address_of(one.region, base) if one.region else ""),
            Cell(kind_word(one.kind)),
        )

    return show_list(
        request,
        Listing(
            title=pair("documents"),
            things=catalog.documents,
            name=lambda one: one.title + one.file,
            filters=(
                kinds(lambda one: one.kind),
                levels(lambda one: one.level),
                regions(lambda one: one.region, places, catalog.documents),
                Filter("year", "year-issued", lambda one: _year(one.issued), _plain, _backwards),
                Filter("issuer", "issuer", lambda one: one.issuers, _plain),
            ),
            orders={
                "date": lambda one: one.issued,
                "title": lambda one: one.title,
                "place": lambda one: one.place,
            },
            usual="-date",
            columns=(
                Column("date", "date", whole=True),
                Column("title", "title"),
                Column("issuer", minor=True),
                Column("region", "place"),
                Column("kind", minor=True),
            ),
            row=row,
        ),
    )


def agencies(request: Request) -> Response:
    """List the agencies that documents name."""
    catalog, base = catalog_of(request), store_of(request).base

    def row(one: Named) -> tuple[Cell, ...]:
        region = catalog.places.by_iri.get(one.region)
        return (
            Cell(one.label, address_of(one.iri, base)),
            Cell(kind_word(one.kind)),
            Cell(level_word(one.level)),
            Cell(region.name if region else "", address_of(one.region, base) if region else ""),
            *(Cell(f"{n:,}") for n in (one.documents, one.issued, one.leads, one.supports)),
        )

    return show_list(
        request,
        Listing(
            title=pair("agencies"),
            things=catalog.agencies,
            name=lambda one: one.label,
            filters=(
                kinds(lambda one: one.kind),
                levels(lambda one: one.level),
                regions(lambda one: one.region, catalog.places, catalog.agencies),
            ),
            orders={
                "documents": lambda one: one.documents,
                "name": lambda one: one.label,
                "issued": lambda one: one.issued,
                "leads": lambda one: one.leads,
                "supports": lambda one: one.supports,
            },
            usual="-documents",
            columns=(
                Column("agency", "name"),
                Column("kind", minor=True),
                Column("level", minor=True),
                Column("region", minor=True),
                Column("naming-documents", "documents", number=True),
                Column("issued-documents", "issued", number=True, minor=True),
                Column("led-tasks", "leads", number=True),
                Column("supported-tasks", "supports", number=True, minor=True),
            ),
            row=row,
        ),
    )


def programs(request: Request) -> Response:
    """List the programmes that documents name."""
    catalog, base = catalog_of(request), store_of(request).base

    def row(one: Named) -> tuple[Cell, ...]:
        return (
            Cell(one.label, address_of(one.iri, base)),
            Cell(kind_word(one.kind)),
            Cell(level_word(one.level)),
            Cell(f"{one.documents:,}"),
        )

    return show_list(
        request,
        Listing(
            title=pair("programs"),
            things=catalog.programs,
            name=lambda one: one.label,
            filters=(kinds(lambda one: one.kind), levels(lambda one: one.level)),
            orders={"documents": lambda one: one.documents, "name": lambda one: one.label},
            usual="-documents",
            columns=(
                Column("program", "name"),
                Column("kind"),
                Column("level", minor=True),
                Column("naming-documents", "documents", number=True),
            ),
            row=row,
        ),
    )


def cited(request: Request) -> Response:
    """List the documents that are cited and not held."""
    catalog, base = catalog_of(request), store_of(request).base

    def row(one: Named) -> tuple[Cell, ...]:
        return (
            Cell(one.label, address_of(one.iri, base)),
            Cell(kind_word(one.kind)),
            Cell(f"{one.documents:,}"),
        )

    return show_list(
        request,
        Listing(
            title=pair("cited-not-held"),
            about=pair("about-cited"),
            things=catalog.ghosts,
            name=lambda one: one.label,
            filters=(kinds(lambda one: one.kind),),
            orders={"documents": lambda one: one.documents, "title": lambda one: one.label},
            usual="-documents",
            columns=(
                Column("title", "title"),
                Column("kind", minor=True),
                Column("citing-documents", "documents", number=True),
            ),
            row=row,
        ),
    )


def targets(request: Request) -> Response:
    """List what is to be reached."""
    catalog, base = catalog_of(request), store_of(request).base
    held = catalog.by_document

    def row(one: Target) -> tuple[Cell, ...]:
        document = held.get(one.document)
        place = place_address(one.source, one.begin, one.end, base)
        return (
            Cell(one.words, address_of(one.iri, base), one.sentence, place),
            Cell(quantity_of(one)),
            Cell(one.due),
            Cell(document.title if document else "", address_of(one.document, base)),
        )

    def of_document(part: Callable[[Holding], str]) -> Callable[[Target], str]:
        return lambda one: part(held[one.document]) if one.document in held else ""

    return show_list(
        request,
        Listing(
            title=pair("targets"),
            things=catalog.targets,
            name=lambda one: one.words,
            filters=(
                Filter(
                    "document",
                    "document",
                    lambda one: (one.document,),
                    lambda iri: _plain(held[iri].title if iri in held else iri),
                    offered=_never,
                ),
                Filter(
                    "indicator",
                    "indicator",
                    lambda one: (one.indicator,) if one.indicator else (),
                    lambda iri: _plain(unquote(iri.rpartition("/")[2])),
                    offered=_never,
                ),
                levels(of_document(lambda document: document.level)),
                regions(of_document(lambda one: one.region), catalog.places, catalog.targets),
                Filter("due", "due-year", lambda one: _year(one.due), _plain, _backwards),
                Filter(
                    "modality",
                    "modality",
                    lambda one: (one.modality,) if one.modality else (),
                    lambda name: pair(name, "values"),
                ),
            ),
            orders={
                "document": lambda one: 0,
                "name": lambda one: one.words,
                "due": lambda one: one.due,
            },
            usual="document",
            columns=(
                Column("indicator", "name"),
                Column("quantity", number=True),
                Column("due", "due", whole=True),
                Column("document", minor=True),
            ),
            row=row,
        ),
    )


# -- filters that several lists have ---------------------------------------------------------------


def kinds(kind: Callable[[T], str]) -> Filter[T]:
    """Return the choice of a subclass."""
    return Filter("kind", "kind", partial(_one, kind), lambda name: pair(name, "classes"))


def levels(level: Callable[[T], str]) -> Filter[T]:
    """Return the choice of a level of government, from the top."""
    order = {name: number for number, name in enumerate((*LEVELS, "Area"))}
    return Filter(
        "level",
        "level",
        partial(_one, level),
        lambda name: pair(name, "classes"),
        lambda name: order.get(name, len(order)),
    )


def regions(region: Callable[[T], str], places: Places, things: Iterable[T]) -> Filter[T]:
    """Return the choice of a region, which takes what lies in it too."""
    chains = {
        iri: tuple(one.iri for one in places.chain(iri)) for iri in {region(one) for one in things}
    }
    few = len(chains) <= _FEW

    def label(iri: str) -> Pair:
        chain = [one.name for one in places.chain(iri)]
        return ("　" * (len(chain) - 1) + (chain or [iri])[0],) * 2

    def order(iri: str) -> list[tuple[str, str]]:
        return [(one.code or "9", one.name) for one in reversed(places.chain(iri))]

    return Filter(
        "region",
        "region",
        lambda one: chains.get(region(one), ()),
        label,
        order,
        lambda iri: few or (iri in places.by_iri and places.by_iri[iri].level in _OFFERED),
    )


def _one(value: Callable[[T], str], thing: T) -> tuple[str, ...]:
    found = value(thing)
    return (found,) if found else ()


def _year(date: str) -> tuple[str, ...]:
    return (date[:4],) if date else ()


def _never(value: str) -> bool:
    return False


def _plain(value: str) -> Pair:
    return value, value


def _backwards(year: str) -> int:
    return -int(year) if year.isdecimal() else 0


def kind_word(kind: str) -> str | Markup:
    """Return the word for a subclass, "" where there is none."""
    return both(kind, "classes") if kind else ""


def quantity_of(target: Target) -> str | Markup:
    """Return what is to be reached, or that the text hides it; "" where it says nothing."""
    return both("masked-figure") if target.masked else target.quantity


def level_word(level: str) -> str | Markup:
    """Return the word for a level of government, "" where none is known."""
    return both(level, "classes") if level else ""


ROUTES = (
    Route("/documents", documents),
    Route("/agencies", agencies),
    Route("/programs", programs),
    Route("/targets", targets),
    Route("/cited", cited),
)
