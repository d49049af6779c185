"""What two processes say to each other: a few fields and a body, with their lengths before them.

Not by pickle: a process that answers queries may have been taken over by one.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

_LENGTHS = struct.Struct("<IQ")
_MOST_FIELDS = 4 * 2**20  # bytes; a query has at most 200,000 characters, six bytes for each
_PIECE = 2**18


class TooLargeError(Exception):
    """What comes is larger than it may be; it was not read."""


def send(pipe: socket.socket, fields: dict[str, Any], body: bytes = b"") -> None:
    """Send, waiting until it has gone."""
    pipe.sendall(_packed(fields, body))
    pipe.sendall(body)


def receive(pipe: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for what comes; raises EOFError where the other end has gone."""
    first, second = _LENGTHS.unpack(_read(pipe, _LENGTHS.size))
    return json.loads(_read(pipe, first)), bytes(_read(pipe, second))


def _read(pipe: socket.socket, length: int) -> bytearray:
    content = bytearray(length)
    view, position = memoryview(content), 0
    while position < length:
        read = pipe.recv_into(view[position:])
        if not read:
            raise EOFError
        position += read
    return content


async def send_soon(pipe: socket.socket, fields: dict[str, Any]) -> None:
    """Send without a body, not holding up the event loop."""
    await asyncio.get_running_loop().sock_sendall(pipe, _packed(fields, b""))


async def receive_soon(pipe: socket.socket, most: int) -> tuple[dict[str, Any], bytes]:
    """Wait for what comes, not holding up the event loop; raises EOFError, TooLargeError."""
    lengths = _LENGTHS.unpack(await _read_soon(pipe, _LENGTHS.size))
    if lengths[0] > _MOST_FIELDS or lengths[1] > most:
        raise TooLargeError
    fields: dict[str, Any] = json.loads(await _read_soon(pipe, lengths[0]))
    return fields, bytes(await _read_soon(pipe, lengths[1]))


async def _read_soon(pipe: socket.socket, length: int) -> bytearray:
    loop = asyncio.get_running_loop()
    content = bytearray(length)
    view, position = memoryview(content), 0
    while position < length:
        read = await loop.sock_recv_into(pipe, view[position : position + _PIECE])
        if not read:
            raise EOFError
        position += read
    return content


def _packed(fields: dict[str, Any], body: bytes) -> bytes:
    content = json.dumps(fields).encode("ascii")
    return _LENGTHS.pack(len(content), len(body)) + content
