"""Queries to answers in processes that can be killed: what runs in these processes.

One process forks the others. It has loaded what they need and opened nothing, so that a fork
costs less than a millisecond and opens the store for itself; it has one thread, so that nothing
is held that is lost in a fork; and it has put up the fences that all inherit.

    the server ── asks for a process, by a socket to speak to it through
      └─ serve   forks it, and tells how each one ended
           └─ _work   opens the store, says that it is ready, answers one query after the other
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from kg.endpoint import frames
from kg.endpoint.evaluate import evaluate
from kg.endpoint.fences import end_with_parent, fence, fence_reading, fence_writing
from kg.endpoint.limits import MEGABYTE, LimitError, QueryLimits, UnacceptableError
from kg.endpoint.models import Query
from kg.errors import QueryError, StoreError
from kg.store import Store
from kg.workers import limit_memory

ENDED = struct.Struct("<ii")  # a process and the status with which it ended
_SIZES = "/proc/self/statm"
_GROWN = 32 * MEGABYTE  # a process that has grown by so much is not asked again
# From the most special one to the most general; each is told to the server by its name.
ERRORS: tuple[type[QueryError | StoreError], ...] = (UnacceptableError, QueryError, StoreError)


def serve(descriptor: int) -> None:
    """Fork a process for each socket that comes over a socket, until its other end goes."""
    fences = {**fence(), **fence_writing()}
    gc.freeze()  # so that no collection touches, and copies, what the forks share
    with socket.socket(fileno=descriptor) as control:
        control.sendall(json.dumps(fences).encode() + b"\n")
        _fork_on_demand(control)


def _fork_on_demand(control: socket.socket) -> None:
    here, there = socket.socketpair()
    here.setblocking(False)
    there.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # at a terminal: the server's to hear
    children: set[int] = set()
    with here, there, _waking(there), contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while True:
            ready = select.select([control, here], [], [])[0]
            if here in ready:
                here.recv(4096)
                _tell_ended(control, children)
            if control in ready and not _fork(control, children, (here, there)):
                break
    for child in children:
        os.kill(child, signal.SIGKILL)


@contextlib.contextmanager
def _waking(end: socket.socket) -> Iterator[None]:
    """Have signals written to a socket; no longer when it is closed, or Python complains."""
    signal.set_wakeup_fd(end.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)


def _tell_ended(control: socket.socket, children: set[int]) -> None:
    while children:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        children.discard(child)
        control.sendall(ENDED.pack(child, os.waitstatus_to_exitcode(status)))


def _fork(
    control: socket.socket, children: set[int], own: tuple[socket.socket, socket.socket]
) -> bool:
    """Fork a process that speaks through the socket which comes; False where none comes."""
    asked, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    if not asked:
        return False
    forker = os.getpid()
    with socket.socket(fileno=descriptors[0]) as pipe, contextlib.suppress(BlockingIOError):
        # Where there are too many processes, the socket's end says so.
        child = os.fork()
        if child == 0:
            _begin(pipe, forker, (control, *own))
        children.add(child)
    return True


# -- in a process that was forked --------------------------------------------------------------


def _begin(pipe: socket.socket, forker: int, others: tuple[socket.socket, ...]) -> NoReturn:
    """Answer queries, and end without a way back into what was forked."""
    try:
        end_with_parent(forker)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in others:
            other.close()
        # What Oxigraph prints when it runs out of memory is said by the server.
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)
        os.close(silence)
        with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _work(pipe)
    finally:
        os._exit(0)


def _work(pipe: socket.socket) -> None:
    _introduce(pipe)
    asked, _ = frames.receive(pipe)
    place, limits = Path(asked["place"]), QueryLimits(**asked["limits"])
    with contextlib.ExitStack() as opened:
        try:
            store = opened.enter_context(Store(place, read_only=True))
            # Whatever a first query does once is done, and belongs to what is held before.
            store.query("ASK { ?s ?p ?o }")
            sizes = opened.enter_context(
                open(_SIZES if os.path.exists(_SIZES) else os.devnull, "rb")
            )
            limit_memory(limits.memory)
            fences = fence_reading(place)
        except (StoreError, QueryError) as error:
            frames.send(pipe, {"error": "StoreError", "text": str(error)})
            return
        frames.send(pipe, {"fences": fences})
        before = _held(sizes.fileno())
        while True:
            asked, _ = frames.receive(pipe)
            fields, body = _answer(store, _query(asked), limits)
            fields["spent"] = _held(sizes.fileno()) - before > _GROWN
            frames.send(pipe, fields, body)


def _introduce(pipe: socket.socket) -> None:
    """Say which process this is, with a handle by which it is killed and never another one."""
    number = str(os.getpid()).encode()
    try:
        handle = os.pidfd_open(os.getpid())
    except (AttributeError, OSError):
        pipe.sendall(number)
        return
    socket.send_fds(pipe, [number], [handle])
    os.close(handle)


def _query(asked: dict[str, Any]) -> Query:
    graphs = {name: tuple(asked[name]) for name in ("default_graphs", "named_graphs")}
    return Query(**{**asked, **graphs})


def asking(query: Query) -> dict[str, Any]:
    """Return a query as it is sent to a process."""
    return asdict(query)


def _answer(store: Store, query: Query, limits: QueryLimits) -> tuple[dict[str, Any], bytes]:
    try:
        answer = evaluate(store, query, limits)
        return {"media_type": answer.media_type, "rows": answer.rows}, answer.body
    except LimitError as error:
        fields = {"error": "LimitError", "limit": error.limit, "most": error.most}
        return {**fields, "text": str(error)}, b""
    except ERRORS as error:
        name = next(kind.__name__ for kind in ERRORS if isinstance(error, kind))
        return {"error": name, "text": str(error)}, b""
    except MemoryError:
        return {"error": "memory", "text": ""}, b""
    except RecursionError:
        return {"error": "QueryError", "text": "query: nested too deeply; make it flatter"}, b""
    except BaseException as error:  # noqa: BLE001  # raised again, by the server
        if isinstance(error, Exception):
            return {"error": "bug", "text": traceback.format_exc()}, b""
        # Oxigraph's own: it found itself in a state that it holds to be impossible.
        return {"error": "engine", "text": str(error)}, b""


def _held(sizes: int) -> int:
    """Return how many bytes this process holds alone, 0 where the system does not tell."""
    return resident(os.pread(sizes, 100, 0))


def resident(statm: bytes) -> int:
    """Return the bytes that a process holds alone, of what /proc/PID/statm says."""
    words = statm.split()
    return (int(words[1]) - int(words[2])) * os.sysconf("SC_PAGE_SIZE") if words else 0
