"""The pictures as pages: each with what it may be narrowed to, and as one file to keep."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.errors import KgError, NotFoundError, QueryError
from kg.page.words import pair
from kg.render.views import VIEWS, View, Wanted
from kg.serve.forms import Chosen, address, chosen, fields_of_view, tidied, wording
from kg.serve.holding import store_of
from kg.serve.kept import kept
from kg.serve.linked import LINKS
from kg.serve.reports import line_of
from kg.serve.respond import respond


def overview(request: Request) -> Response:
    """List the pictures."""
    return respond(
        request,
        "serve/views.html",
        pair("views"),
        styles=("serve/forms.css",),
        views=tuple(VIEWS),
    )


def view_page(request: Request) -> Response:
    """Show a picture with its form."""
    name = request.path_params["name"]
    if name not in VIEWS:
        raise NotFoundError(f"view {name!r}: there is none of this name")
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    fields = fields_of_view()
    try:
        values = chosen(fields, request.query_params)
        wanted = wanted_of(values)
        view = kept(
            request, ("view", name, wanted), lambda: VIEWS[name](store_of(request), wanted, LINKS)
        )
    except KgError as error:
        given = {one.name: tuple(request.query_params.getlist(one.name)) for one in fields}
        return _page(request, name, given, problem=line_of(error))
    return _page(request, name, values, view)


def wanted_of(values: Chosen) -> Wanted:
    """Return what a view is to show."""
    texts = {name: several[-1] for name, several in values.items() if name != "year"}
    return Wanted(year=_year(values), **texts)


def _year(values: Chosen) -> int | None:
    text = values.get("year", ("",))[-1]
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise QueryError(f"year: {text[:20]} is no year; write 2022")
    return int(text)


def _page(
    request: Request, name: str, values: Chosen, view: View | None = None, problem: str = ""
) -> Response:
    return respond(
        request,
        "serve/view.html",
        view.title if view else pair(name, "views"),
        styles=("serve/forms.css",),
        status=400 if problem else 200,
        name=name,
        fields=fields_of_view(),
        values=values,
        view=view,
        problem=problem,
        permalink=address(request.url.path, values),
        **wording(request),
    )


ROUTES = (Route("/views", overview), Route("/views/{name}", view_page))
