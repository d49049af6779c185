"""The ontology: its pages, its statements in whichever form was asked for, shapes and context.

What the namespace's address is to lead to. All of it is part of the package, the same for every
store.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kg.serve.describe import HTML, TYPES, alternates, wanted_type
from kg.serve.respond import VARY, language_of, send_page

PAGES = {"zh": "index.html", "en": "en.html"}


def ontology(request: Request) -> Response:
    """Lead to the page, where a browser finds the term that it asks for; or send policy.ttl."""
    type_ = wanted_type(request)
    if type_ != HTML:
        return _send("policy.ttl", type_)
    headers = {"Vary": VARY, "Link": alternates(request.url.path)}
    return RedirectResponse(f"/ontology/{PAGES[language_of(request)]}", 303, headers)


def page(request: Request) -> Response:
    """Show what the terms mean, in the language of a page."""
    name = request.path_params["name"]
    if name not in PAGES.values():
        raise HTTPException(404)
    return send_page(request, _text(f"pages/{name}"))


def shapes(request: Request) -> Response:
    """Send what every graph promises; who asks for a page gets Turtle, which people can read."""
    type_ = wanted_type(request)
    return _send("shapes.ttl", TYPES["ttl"] if type_ == HTML else type_)


def context(request: Request) -> Response:
    """Send what the names in an export as JSON-LD stand for."""
    return Response(_text("context.jsonld"), media_type=TYPES["jsonld"])


def _send(name: str, type_: str) -> Response:
    content = _in_form(name, type_)
    return Response(content, media_type=f"{type_}; charset=utf-8", headers={"Vary": VARY})


@cache
def _in_form(name: str, type_: str) -> bytes:
    """Return a Turtle file of the package in another form, its statements always in one order."""
    import pyoxigraph as ox

    text = _text(name)
    if type_ == TYPES["ttl"]:
        return text.encode()
    parsed = ox.parse(text, format=ox.RdfFormat.TURTLE)
    statements = ox.Dataset(parsed)
    # The nodes of the shapes that have no name get the same one each time.
    statements.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    format_ = ox.RdfFormat.from_media_type(type_)
    assert format_ is not None
    quads = sorted(statements, key=str)
    return ox.serialize(quads, format=format_, prefixes=parsed.prefixes) or b""


@cache
def _text(name: str) -> str:
    return files("kg.ontology").joinpath(name).read_text(encoding="utf-8")


ROUTES = (
    Route("/ontology", ontology),
    Route("/ontology/shapes", shapes),
    Route("/ontology/context.jsonld", context),
    Route("/ontology/{name}", page),
)
