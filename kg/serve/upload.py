"""Files from a browser into the store; only where whoever starts the server allows it."""

from __future__ import annotations

import hmac
import re
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from kg.errors import NotFoundError
from kg.inputs import MAX_BYTES
from kg.page.words import pair
from kg.render.marked import UNSEEN
from kg.serve.address import address_of
from kg.serve.forms import wording
from kg.serve.respond import respond
from kg.serve.uploads import Read, Upload, Uploads

PATH = "/upload"
MEGABYTE = 2**20
MOST_IN_ALL = 256 * MEGABYTE  # bytes of one upload
MOST_FILES = 200
FRAME = MEGABYTE  # what the form itself may take beside its files
CHUNK = MEGABYTE
LONGEST_NAME = 180  # bytes; most file systems hold 255
_PARTS = re.compile(r"[/\\]")  # what ends the name of a folder, in whichever system
# What would break a line is shown; # would be taken for the row of a dump.
_SHOWN: dict[int, int | str | None] = {**UNSEEN, 9: "␉", 10: "␊", 13: "␍", ord("#"): "＃"}


async def upload_page(request: Request) -> Response:
    """Show the form."""
    return _form(request)


async def receive(request: Request) -> Response:
    """Take files, and start reading them."""
    uploads: Uploads = request.app.state.uploads
    if uploads.busy:
        return _form(request, pair("upload-busy")[0] + " " + pair("upload-busy")[1], 409)
    async with _limited(request).form(max_files=MOST_FILES, max_fields=10) as form:
        token = form.get("token")
        if not isinstance(token, str) or not hmac.compare_digest(
            token.encode(), request.app.state.form_token.encode()
        ):
            raise HTTPException(403, "token: the form is not of this server; open it again")
        given = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
        given = [one for one in given if one.filename]
        if not given:
            return _form(request, "files: none were chosen; choose one", 400)
        folder, refused = await run_in_threadpool(_save, given)
    name = secrets.token_hex(8)
    try:
        uploads.start(name, folder, refused)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return RedirectResponse(f"{PATH}/{name}", 303)


def _limited(request: Request) -> Request:
    """Return the same request, which fails as soon as it sends more than is allowed."""
    most = MOST_IN_ALL + FRAME
    length = request.headers.get("content-length", "")
    problem = HTTPException(413, f"files: at most {MOST_IN_ALL // MEGABYTE} MB in all; send less")
    if length.isdecimal() and int(length) > most:
        raise problem
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most:
            raise problem
        return message

    return Request(request.scope, counted)


def _save(given: Sequence[UploadFile]) -> tuple[Path, tuple[Read, ...]]:
    """Write files into a new folder, each in one of its own; return what was too large."""
    folder = Path(tempfile.mkdtemp(prefix="kg-upload-"))
    refused = []
    try:
        for number, one in enumerate(given, 1):
            name = plain_name(one.filename or "")
            if (one.size or 0) > MAX_BYTES:
                reason = f"larger than {MAX_BYTES // MEGABYTE} MB; split it"
                refused.append(Read(name, "skipped", (reason,)))
                continue
            place = folder / f"{number:04}"
            place.mkdir()
            with open(place / name, "xb") as file:
                shutil.copyfileobj(one.file, file, CHUNK)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder, tuple(refused)


def plain_name(given: str) -> str:
    """Return the name of a file without folders and without what cannot be seen."""
    name = _PARTS.split(given)[-1].translate(_SHOWN).strip().lstrip(".")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 12:
        stem, suffix = name, ""
    end = dot + suffix if suffix else ""
    kept = stem.encode("utf-8", "replace")[: LONGEST_NAME - len(end.encode())]
    return (kept.decode("utf-8", "ignore") + end) or "file"


async def outcome(request: Request) -> Response:
    """Show how far an upload is, then what became of each file."""
    uploads: Uploads = request.app.state.uploads
    upload = uploads.get(request.path_params["name"])
    if upload is None:
        raise NotFoundError("upload: not known here, or long ago; the documents are in the list")
    response = respond(
        request,
        "serve/upload-outcome.html",
        pair(f"upload-{upload.state}"),
        styles=("serve/table.css", "serve/forms.css"),
        upload=upload,
        files=_files(upload),
        address=lambda source: address_of(source, uploads.base),
        **wording(request),
    )
    response.headers["Cache-Control"] = "no-store"
    if upload.state == "running":
        response.headers["Refresh"] = "2"
    return response


def _files(upload: Upload) -> list[Read]:
    return [*upload.refused, *upload.files]


def _form(request: Request, problem: str = "", status: int = 200) -> Response:
    response = respond(
        request,
        "serve/upload.html",
        pair("upload"),
        styles=("serve/forms.css",),
        status=status,
        token=request.app.state.form_token,
        problem=problem,
        each=MAX_BYTES // MEGABYTE,
        together=MOST_IN_ALL // MEGABYTE,
        most=MOST_FILES,
        **wording(request),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


ROUTES = (
    Route(PATH, upload_page, methods=["GET"]),
    Route(PATH, receive, methods=["POST"]),
    Route(PATH + "/{name}", outcome),
)
