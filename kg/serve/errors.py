"""What went wrong to a page that says so: what, the problem, what to do.

Programs ask the SPARQL endpoint, so there it is said in JSON (RFC 9457) to who accepts JSON, in a
line of text to who does not, and as a page to a browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from kg.endpoint.limits import LimitError, UnacceptableError
from kg.errors import KgError, NotFoundError, QueryError, QuestionError
from kg.page.words import Pair, pair
from kg.serve.holding import BusyError
from kg.serve.negotiate import best
from kg.serve.respond import respond

_RETRY = "2"  # seconds
_PROBLEM = "application/problem+json"
_PROGRAMS = "/sparql"  # where programs ask, rather than persons
_JSON = (*(_PROBLEM, "application/json", "application/sparql-results+json", "application/ld+json"),)


def error_response(
    request: Request,
    status: int,
    text: str = "",
    *,
    headers: dict[str, str] | None = None,
    words: str = "",
    members: Mapping[str, object] | None = None,
) -> Response:
    """Return what is wrong as a page, as a line of text, or as JSON with more members.

    A page's title is that of the status, unless `words` name another one.
    """
    form = _form(request)
    title = _title(words or f"status-{status}", status)
    if form == "text/html":
        response: Response = respond(
            request, "serve/error.html", title, status=status, code=status, text=text
        )
    elif form == _PROBLEM:
        problem = {"title": _phrase(status), "status": status, "detail": text, **(members or {})}
        response = JSONResponse(problem, status, media_type=_PROBLEM)
    else:
        said = f"{status} {title[1]}" + (f": {text}" if text else "")
        response = PlainTextResponse(said + "\n", status)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def _form(request: Request) -> str:
    accept = ", ".join(request.headers.getlist("accept"))
    if not _asks_program(request):
        return best(accept, ("text/html", "text/plain")) or "text/plain"
    form = best(accept, (*_JSON, "text/plain", "text/html")) or "text/plain"
    return _PROBLEM if form in _JSON else form


def _asks_program(request: Request) -> bool:
    return f"{request.url.path}/".startswith(f"{_PROGRAMS}/")


def _title(words: str, status: int) -> Pair:
    found = pair(words)
    return found if found[0] != words else (_phrase(status), _phrase(status))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "error"


def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what Starlette refuses: no such page, no such method, a form that is too big."""
    if not isinstance(error, HTTPException):
        raise error
    text = "" if error.detail == _phrase(error.status_code) else error.detail
    return error_response(request, error.status_code, text, headers=dict(error.headers or {}))


def on_our_error(request: Request, error: Exception) -> Response:
    """Answer what a person can put right."""
    if isinstance(error, BusyError):
        return error_response(request, 503, str(error), headers={"Retry-After": _RETRY})
    if isinstance(error, LimitError):
        return _on_limit(request, error)
    if isinstance(error, UnacceptableError):
        return error_response(request, 406, str(error))
    status = 404 if isinstance(error, NotFoundError) else 500
    status = 400 if isinstance(error, QueryError | QuestionError) else status
    words = "query-wrong" if status == 400 and _asks_program(request) else ""
    return error_response(request, status, str(error), words=words)


def _on_limit(request: Request, error: LimitError) -> Response:
    """Answer a query that costs too much: another one is needed, or another time."""
    is_large = error.limit in ("rows", "size")
    return error_response(
        request,
        400 if is_large else 503,
        str(error),
        headers={} if is_large else {"Retry-After": _RETRY},
        words="query-limit",
        members={"limit": error.limit, "most": error.most},
    )


def on_defect(request: Request, error: Exception) -> Response:
    """Answer what should not have happened: which request it was; the log has the rest."""
    # The address as it came is ASCII: nothing in it can be more than text.
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return error_response(request, 500, f"{request.method} {raw.decode('ascii', 'replace')}")


HANDLERS = {HTTPException: on_http_error, KgError: on_our_error, Exception: on_defect}
