"""A template to a response: the language that the reader wants, the navigation, the policy."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from kg.page import write_page
from kg.page.words import Pair, in_both, pair

# The parts of the site, in the order of its navigation: address, word of the interface. A page
# whose address lies below one of them (/reports/due below /reports) belongs to it.
PARTS = (
    ("/", "start"),
    ("/search", "search"),
    ("/documents", "documents"),
    ("/agencies", "agencies"),
    ("/programs", "programs"),
    ("/targets", "targets"),
    ("/regions", "regions"),
    ("/cited", "cited-not-held"),
    ("/graph", "graph"),
    ("/views", "views"),
    ("/reports", "reports"),
    ("/queries", "queries"),
    ("/sparql/query", "sparql"),
    ("/ask", "questions"),
    ("/upload", "upload"),
)
UPLOAD = "/upload"  # only where it is allowed
SEARCH = "/search"  # where the box in the head of each page goes, once it is one of the parts
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
# Nothing of ours is to be shown within, opened by, or read by a page of another site.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FENCE = "frame-ancestors 'none'"
VARY = "Accept, Accept-Language, Cookie"


def respond(
    request: Request,
    template: str,
    title: str | Pair,
    *,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Return a page of the site; `template` extends serve/site.html.

    A title in both languages is a pair. What else is given goes to kg.page.write_page.
    """
    language = language_of(request)
    page = write_page(
        template,
        title=_in(language, title),
        heading=title if isinstance(title, str) else in_both(*title),
        styles=("serve/site.css", *styles),
        scripts=("serve/site.js", *scripts),
        forms=True,
        language=language,
        other_language=request.url.include_query_params(
            lang="zh" if language == "en" else "en"
        ).query,
        parts=[one for one in PARTS if one[0] != UPLOAD or request.app.state.options.upload],
        here=_part(request.url.path),
        in_both=in_both,
        pair=pair,
        search=SEARCH if SEARCH in dict(PARTS) else "",
        **values,
    )
    return send_page(request, page, status)


def send_page(request: Request, page: str, status: int = 200) -> HTMLResponse:
    """Return a whole page of ours as a response, its policy in the head of the response too."""
    response = HTMLResponse(page, status, dict(HEADERS))
    stated = _POLICY.search(page)
    policy = html.unescape(stated[1]) if stated else "default-src 'none'"
    response.headers["Content-Security-Policy"] = f"{policy}; {FENCE}"
    response.headers["Vary"] = VARY
    chosen = request.query_params.get("lang")
    if chosen in ("zh", "en"):
        response.set_cookie("lang", chosen, max_age=365 * 24 * 3600, samesite="lax")
    return response


def language_of(request: Request) -> str:
    """Return zh or en: as the reader has chosen, else as the browser asks, else zh."""
    chosen = request.query_params.get("lang") or request.cookies.get("lang") or ""
    asked = request.headers.get("accept-language", "zh")
    return "en" if (chosen or asked).lower().startswith("en") else "zh"


def _in(language: str, title: str | Pair) -> str:
    if isinstance(title, str):
        return title
    return title[1] if language == "en" and title[1] else title[0]


def _part(path: str) -> str:
    """Return the part of the site that a page belongs to."""
    return next(
        (
            part
            for part, _ in PARTS
            if path == part or path.startswith(part.rstrip("/") + "/") and part != "/"
        ),
        "",
    )
