"""A template to a response: the language that the reader wants, the navigation, the policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from kg.page import write_page

# The parts of the site, in the order of its navigation: address, word of the interface.
PARTS = (("/", "start"),)


def respond(
    request: Request,
    template: str,
    title: str,
    *,
    styles: Sequence[str] = (),
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return a page of the site; `template` extends serve/site.html."""
    page = write_page(
        template,
        title=title,
        styles=("serve/site.css", *styles),
        forms=True,
        language=language_of(request),
        parts=PARTS,
        here=request.url.path,
        **values,
    )
    return HTMLResponse(page, status)


def language_of(request: Request) -> str:
    """Return zh or en: as the reader has chosen, else as the browser asks, else zh."""
    chosen = request.query_params.get("lang") or request.cookies.get("lang") or ""
    asked = request.headers.get("accept-language", "zh")
    return "en" if (chosen or asked).lower().startswith("en") else "zh"
