"""What is sent with a request to text: as much as is allowed, and only as it says that it is."""

from __future__ import annotations

from email.message import Message as Header

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from kg.errors import QueryError

MEGABYTE = 2**20
_UTF_8 = ("utf-8", "utf8", "us-ascii")  # ASCII is UTF-8 too


def content_type(request: Request) -> tuple[str, str]:
    """Return the media type of what is sent, and its charset; both empty where none is said."""
    header = Header()
    header["Content-Type"] = request.headers.get("content-type", "")
    media_type = header["Content-Type"].partition(";")[0].strip().lower()
    return media_type, str(header.get_content_charset("")).lower()


async def read_text(request: Request, most: int) -> str:
    """Return what is sent as text; raises QueryError where it is not UTF-8."""
    charset = content_type(request)[1]
    if charset and charset not in _UTF_8:
        raise QueryError(f"body: charset {charset[:40]} is not read; send UTF-8")
    try:
        return (await read_body(request, most)).decode("utf-8")
    except UnicodeDecodeError as error:
        raise QueryError(f"body: byte {error.start + 1:,} is not UTF-8; send UTF-8") from error


async def read_body(request: Request, most: int) -> bytes:
    """Return what is sent, at most so many bytes; whoever sends more is told so while sending."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        # What 1 KB unfolds to nobody knows beforehand.
        raise HTTPException(
            415, f"body: {coding[:40]} is not read; send it plain", {"Accept-Encoding": "identity"}
        )
    problem = HTTPException(413, f"body: at most {most // MEGABYTE} MB; send less")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise problem
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise problem
    return bytes(body)


def again(request: Request, text: str) -> Request:
    """Return the same request as if nothing of its body had been read yet."""
    body: Message = {"type": "http.request", "body": text.encode("utf-8"), "more_body": False}
    unread = [body]

    async def receive() -> Message:
        return unread.pop() if unread else await request.receive()

    return Request(request.scope, receive)
