"""The pictures as pages: each with what it may be narrowed to, and as one file to keep."""

from __future__ import annotations

from functools import cache

import click
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.commands.views import VIEW_OPTIONS, view_options
from kg.errors import KgError, NotFoundError
from kg.page.words import pair
from kg.render.view import render_view
from kg.render.views import STYLES, VIEWS, View, Wanted
from kg.serve.address import links
from kg.serve.forms import (
    Chosen,
    Field,
    address,
    arguments_of,
    chosen,
    field_of,
    tidied,
    wording,
)
from kg.serve.holding import store_of
from kg.serve.kept import kept
from kg.serve.reports import attachment, line_of
from kg.serve.respond import respond


@cache
def _command() -> click.Command:
    """Return what knows the options of `kg render --view`, and checks them."""
    command = click.Command("view")
    view_options(command)
    return command


def fields_of_view(name: str) -> list[Field]:
    """Return the fields of what a view may show."""
    known = {one.name: one for one in _command().params}
    return [field_of(known[option]) for option in VIEW_OPTIONS[name]]


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
    """Show a picture with its form, or give it as a file."""
    name = request.path_params["name"]
    if name not in VIEWS:
        raise NotFoundError(f"view {name!r}: there is none of this name")
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    fields = fields_of_view(name)
    try:
        values = chosen(fields, request.query_params)
        wanted = _wanted(values)
        store = store_of(request)
        form = request.query_params.get("format")
        if form == "html":
            return attachment(render_view(store, name, wanted).encode(), name, "html")
        if form is not None:
            raise NotFoundError(f"format {form[:60]}: not known; known: html")
        key = ("view", name, wanted)
        view = kept(request, key, lambda: VIEWS[name](store, wanted, links(store.base)))
    except (KgError, click.ClickException) as error:
        given = {one.name: tuple(request.query_params.getlist(one.name)) for one in fields}
        return _page(request, name, given, problem=line_of(error))
    return _page(request, name, values, view)


def _wanted(values: Chosen) -> Wanted:
    """Return what a view is to show, checked as on the command line."""
    command = _command()
    with command.make_context(command.name, arguments_of(command, values)) as context:
        return Wanted(**{name: one for name, one in context.params.items() if name in values})


def _page(
    request: Request, name: str, values: Chosen, view: View | None = None, problem: str = ""
) -> Response:
    path = request.url.path
    return respond(
        request,
        "serve/view.html",
        view.title if view else pair(f"view-{name}"),
        styles=(*STYLES, "serve/forms.css"),
        status=400 if problem else 200,
        name=name,
        fields=fields_of_view(name),
        values=values,
        view=view,
        problem=problem,
        permalink=address(path, values),
        file=address(path, values, format="html"),
        **wording(request),
    )


ROUTES = (Route("/views", overview), Route("/views/{name}", view_page))
