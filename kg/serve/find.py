"""Words to a page of the documents that have them: the search of the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import NotFoundError, QueryError
from kg.page.words import Pair, both, pair
from kg.render.marked import UNSEEN
from kg.search import Document, Facet, Filters, Found, Name, Search, open_index
from kg.search.query import LONGEST
from kg.serve.address import links
from kg.serve.asked import Asked
from kg.serve.holding import holding_of, store_of
from kg.serve.respond import respond

A_PAGE = 20
FEW = 8  # values of a facet that are seen at once
UNKNOWN = "unknown"
_FILTERS = tuple(one.name for one in fields(Filters))
_KNOWN = ("q", *_FILTERS, "page")
_MOST_PAGES = 100_000
_WORDS = {
    "agency": ("Agency", "classes"),
    "issuer": ("issuer", "interface"),
    "place": ("Region", "classes"),
    "year": ("search-year", "interface"),
    "kind": ("kind", "interface"),
    "level": ("level", "interface"),
}
# What stands in the help: what is typed, the word of the interface that explains it.
HELP = (
    ("学前教育 学位", "search-and"),
    ("“扩优提质”", "search-phrase"),
    ("公办 或 民办", "search-or"),
    ("-小学", "search-not"),
    ("标题:工作要点", "search-in-title"),
    ("地区:江西省", "search-place"),
    ("年份:2021-2023", "search-years"),
    ("机构:教育局", "search-agency"),
    ("文种:通知 层级:县", "search-kind"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that narrows the search down, or one that does and can be taken back."""

    label: str | Markup
    href: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """The values of one facet: those that are seen, and the others."""

    title: Markup
    few: list[Choice]
    more: list[Choice]


def find(request: Request) -> Response:
    """Show the documents that have the words asked for."""
    asked = Asked(request, _KNOWN)
    chosen = {name: asked.text(name) for name in _FILTERS}
    text, page = asked.text("q", longest=10 * LONGEST), asked.number("page", 1, 1, _MOST_PAGES)
    given = {name: value for name, value in {"q": text, **chosen}.items() if value}
    found, error, status = None, "", 200
    if given:
        try:
            found = _searched(request, text, Filters(**chosen), (page - 1) * A_PAGE)
        except (QueryError, NotFoundError) as problem:
            # The page stays, with what was typed, to be put right.
            error, status = _visible(str(problem)), 400
    return respond(
        request,
        "serve/find.html",
        pair("search"),
        styles=("serve/find.css",),
        status=status,
        looked_for=_visible(text),
        hidden=[(name, value) for name, value in chosen.items() if value],
        active=list(_active(given)),
        error=error,
        help=HELP,
        **(_shown(request, found, given, page) if found is not None else {"found": None}),
    )


def _searched(request: Request, text: str, filters: Filters, first: int) -> Found:
    index = holding_of(request).once("search", open_index)
    return Search(store_of(request), index).find(text, filters, A_PAGE, first)


def _shown(request: Request, found: Found, given: Mapping[str, str], page: int) -> dict[str, Any]:
    """Return what the template shows of what was found."""
    pages = max(1, -(-found.total // A_PAGE))
    if page > pages:
        raise NotFoundError(f"page {page:,}: there are {pages:,}")
    to = links(store_of(request).base)

    def entity(iri: str) -> str:
        return to.entity(iri) if iri else ""

    return {
        "found": found,
        "first": found.first + 1,
        "last": found.first + len(found.documents),
        "page": page,
        "pages": pages,
        "to_page": lambda number: _address({**given, "page": str(number) if number > 1 else ""}),
        "names": [(one, entity(one.iri), _own(one, given)) for one in found.names],
        "boxes": [box for one in found.facets if (box := _box(one, given)) is not None],
        "entity": entity,
        "place": to.place,
        "marked": _marked,
        "visible": _visible,
        "label": _label,
        "issuers": _issuers(request, found.documents),
    }


def _marked(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """Return pieces of a text as markup: what was looked for is marked, all else is text."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(_visible(text)) if found else escape(_visible(text))
        for text, found in pieces
    )


def _visible(text: str) -> str:
    return text.translate(UNSEEN)


def _issuers(request: Request, documents: Iterable[Document]) -> Mapping[str, str]:
    """Return the names of those who issued these documents."""
    iris = {iri for one in documents for iri in one.issuers}
    return holding_of(request).once("search", open_index).names_of(iris)


# -- narrowing down ----------------------------------------------------------------------------


def _address(given: Mapping[str, str]) -> str:
    """Return the address of a search; words first, so that it reads well."""
    return "/search?" + urlencode({name: value for name, value in given.items() if value})


def _box(facet: Facet, given: Mapping[str, str]) -> Box | None:
    """Return a facet's values as links; none where it would leave all as it is."""
    if facet.field in given or len(facet.counts) + bool(facet.unknown) < 2:
        return None
    choices = [
        Choice(_label(facet.field, name), _address({**given, facet.field: value}), number)
        for value, name, number in facet.counts
    ]
    if facet.unknown:
        href = _address({**given, facet.field: UNKNOWN})
        choices.append(Choice(both("unknown"), href, facet.unknown))
    return Box(both(*_WORDS[facet.field]), choices[:FEW], choices[FEW:])


def _active(given: Mapping[str, str]) -> Iterator[Choice]:
    """Yield the filters chosen, each with the search without it."""
    for name, value in given.items():
        if name != "q":
            left = {key: kept for key, kept in given.items() if key != name}
            label = both("unknown") if value == UNKNOWN else _label(name, value)
            yield Choice(Markup("{} {}").format(both(*_WORDS[name]), label), _address(left))


def _label(field: str, value: str) -> Markup:
    return both(value, "classes") if field in ("kind", "level") else escape(_visible(value))


def _own(name: Name, given: Mapping[str, str]) -> tuple[str, Pair] | None:
    """Return the search that leaves an agency's or a region's documents, and what to call it."""
    if name.kind == "Region":
        return _address({"place": name.name}), pair("search-its-place")
    if name.kind == "Agency":
        return _address({"agency": name.name}), pair("search-its-agency")
    return None


ROUTES = (Route("/search", find),)
