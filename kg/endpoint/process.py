"""The processes of queries as the server sees them: asked for, spoken to, ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kg.endpoint import frames
from kg.endpoint.forks import ENDED, resident
from kg.endpoint.limits import QueryLimits
from kg.errors import StoreError

# Not by multiprocessing, which would run the caller's own script a second time in the process.
PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from kg.endpoint.forks import serve
serve(int(sys.argv[1]))
"""
# What Python and its libraries need to start; a token or a password is none of it.
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONUTF8")
_STARTING = 60.0  # seconds that a process may take to come up, on a machine under load
_TRIES = 3
_REPORT = 2.0  # seconds in which it is told how a process has ended


class DeadError(Exception):
    """The process has gone, and what was asked of it is not to blame."""


class Process:
    """A process that answers queries, one at a time."""

    def __init__(self, pipe: socket.socket, number: int, handle: int | None, state: int) -> None:
        """Take the socket to it, its number, a handle to kill it by, of which store it reads."""
        self.pipe, self.number, self._handle, self.state = pipe, number, handle, state
        self.ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self.since = self._worked_before = 0.0  # when it was asked what it works on
        self._nice = 0
        self.reason: Exception | None = None  # for which it was ended

    async def ask(self, fields: dict[str, Any], most: int) -> tuple[dict[str, Any], bytes]:
        """Give what it answers; raises EOFError where it ends, TooLargeError."""
        self.since, self._worked_before = time.monotonic(), self._worked()
        try:
            await frames.send_soon(self.pipe, fields)
            return await frames.receive_soon(self.pipe, most)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error

    @property
    def is_alive(self) -> bool:
        """Tell whether it still has its end of the socket; of a process that nobody has asked."""
        try:
            self.pipe.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # it has gone, or says what nobody has asked

    def end(self, reason: Exception | None = None) -> None:
        """Kill it, whatever it does."""
        self.reason = self.reason or reason
        with contextlib.suppress(ProcessLookupError):
            if self._handle is None:
                os.kill(self.number, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> None:
        """Kill it, and let go of what leads to it."""
        self.end()
        self.pipe.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def cost(self) -> float:
        """Return how many seconds of a processor were spent on what it was asked."""
        return self._worked() - self._worked_before

    def _worked(self) -> float:
        # The clock of another process's processor time, as clock_getcpuclockid(3) makes its number.
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                return time.clock_gettime((~self.number << 3) | 2)
        return time.monotonic()

    @property
    def gives_way(self) -> bool:
        """Tell whether it lets others go first."""
        return self._nice > 0

    def give_way(self, nice: int) -> None:
        """Let processes that have just begun go first; there is no way back from that."""
        if nice > self._nice:
            self._nice = nice
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.number, nice)

    def held(self) -> int:
        """Return how many bytes it holds alone, 0 where the system does not tell."""
        try:
            return resident(Path(f"/proc/{self.number}/statm").read_bytes())
        except OSError:
            return 0


class Forker:
    """The process that forks them; started anew where it has gone."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._program: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._heard = b""
        self._children: dict[int, Process] = {}
        self._starting = asyncio.Lock()
        self._fences: dict[str, bool] = {}

    async def start(self) -> dict[str, bool]:
        """Start it unless it runs; return which fences it has put up."""
        async with self._starting:
            for _ in range(_TRIES):
                if self._control is None:
                    with contextlib.suppress(EOFError):
                        await self._start()
            if self._control is None:
                raise StoreError("the process that starts those for queries ends at once")
        return self._fences

    async def _start(self) -> None:
        self._reap()
        here, there = socket.socketpair()
        with there:
            here.setblocking(False)
            self._program = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(there.fileno()), json.dumps(sys.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                # A group of its own: an interrupt at the terminal is the parent's to hear.
                process_group=0,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            )
        try:
            async with asyncio.timeout(_STARTING):
                self._fences = json.loads(await _line(here))
            self._control = here
        except TimeoutError as error:
            raise StoreError("the process that starts those for queries does not start") from error
        finally:
            if self._control is None:
                here.close()
                self._reap()
        asyncio.get_running_loop().add_reader(here, self._hear)

    async def begin(self, place: Path, limits: QueryLimits, state: int) -> Process:
        """Give a new process that has opened a store; raises StoreError, DeadError."""
        await self.start()
        here, there = socket.socketpair()
        here.setblocking(False)
        process, is_ready = None, False
        try:
            with there:
                self._fork(there)
            async with asyncio.timeout(_STARTING):
                process = await self._greet(here, state)
                asked = {"place": str(place), "limits": asdict(limits)}
                said, _ = await process.ask(asked, 0)
            is_ready = "error" not in said
        except (EOFError, OSError, TimeoutError) as error:
            raise DeadError from error
        finally:
            if process is None:
                here.close()
            elif not is_ready:
                process.close()
        if not is_ready:
            raise StoreError(said["text"])
        self._fences.update(said["fences"])
        return process

    def _fork(self, there: socket.socket) -> None:
        if self._control is None:
            raise EOFError
        try:
            socket.send_fds(self._control, [b"."], [there.fileno()])
        except (BrokenPipeError, ConnectionResetError):
            self._lose()  # it has gone, which the event loop has not heard yet
            raise

    async def _greet(self, pipe: socket.socket, state: int) -> Process:
        await _readable(pipe)
        number, handles, _, _ = socket.recv_fds(pipe, 20, 1)
        if not number:
            raise EOFError
        process = Process(pipe, int(number), handles[0] if handles else None, state)
        self._children[process.number] = process
        return process

    @property
    def fences(self) -> dict[str, bool]:
        """Return which fences stand, as far as a process was started."""
        return dict(self._fences)

    async def how_ended(self, process: Process) -> int | None:
        """Return the exit status of a process, negative for a signal; None where nobody knows."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REPORT):
                return await asyncio.shield(process.ended)
        return None

    async def have_ended(self, running: Collection[Process]) -> None:
        """Wait until all processes have ended but those that run."""
        ending = [one for one in self._children.values() if one not in running]
        await asyncio.gather(*(self.how_ended(one) for one in ending))

    def _hear(self) -> None:
        """Take note of processes that have ended, or of the forking one's own end."""
        assert self._control is not None
        try:
            heard = self._control.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            heard = b""
        if not heard:
            self._lose()
            return
        self._heard += heard
        while len(self._heard) >= ENDED.size:
            number, status = ENDED.unpack(self._heard[: ENDED.size])
            self._heard = self._heard[ENDED.size :]
            self._note_end(number, status)

    def _note_end(self, number: int, status: int | None) -> None:
        process = self._children.pop(number, None)
        if process is not None and not process.ended.done():
            process.ended.set_result(status)

    def _lose(self) -> None:
        if self._control is None:
            return
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        self._control, self._heard = None, b""
        for number in list(self._children):
            self._note_end(number, None)

    def _reap(self) -> None:
        """See the forking process off, which has gone or goes."""
        if self._program is not None:
            self._program.kill()
            self._program.wait()
            self._program = None

    async def close(self) -> None:
        """End the forking process, and with it all that it has forked."""
        self._lose()
        if self._program is not None:
            # By itself, so that it ends its children where the system does not.
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._program.wait, 2)
            self._reap()


async def _line(pipe: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\n"):
        heard = await asyncio.get_running_loop().sock_recv(pipe, 4096)
        if not heard:
            raise EOFError
        said += heard
    return said


async def _readable(pipe: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    something = asyncio.Event()
    loop.add_reader(pipe, something.set)
    try:
        await something.wait()
    finally:
        loop.remove_reader(pipe)
