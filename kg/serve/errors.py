"""What went wrong to a page that says so: what, the problem, what to do."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kg.errors import KgError, NotFoundError, QueryError, QuestionError
from kg.page.words import pair
from kg.serve.holding import BusyError
from kg.serve.negotiate import best
from kg.serve.respond import respond

_RETRY = "2"  # seconds


def error_response(
    request: Request, status: int, text: str = "", *, headers: dict[str, str] | None = None
) -> Response:
    """Return a page, or a line of text to who asks for no HTML, that says what is wrong."""
    words = pair(f"status-{status}")
    title = words if words[0] != f"status-{status}" else (_phrase(status), _phrase(status))
    if best(request.headers.get("accept", ""), ("text/html", "text/plain")) == "text/html":
        response: Response = respond(
            request, "serve/error.html", title, status=status, code=status, text=text
        )
    else:
        said = f"{status} {title[1]}" + (f": {text}" if text else "")
        response = PlainTextResponse(said + "\n", status)
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


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
    status = 404 if isinstance(error, NotFoundError) else 500
    status = 400 if isinstance(error, QueryError | QuestionError) else status
    return error_response(request, status, str(error))


def on_defect(request: Request, error: Exception) -> Response:
    """Answer what should not have happened: which request it was; the log has the rest."""
    # The address as it came is ASCII: nothing in it can be more than text.
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return error_response(request, 500, f"{request.method} {raw.decode('ascii', 'replace')}")


HANDLERS = {HTTPException: on_http_error, KgError: on_our_error, Exception: on_defect}
