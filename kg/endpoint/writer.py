"""Changes to the one process that writes a store, one after the other; copies of it to read.

The process holds the store for as long as a server runs that lets it be changed. Each change is
one transaction, on disk before it is said to be done; what takes too long or too much is ended
with the process, which leaves the store as it was, and another takes its place. Whoever reads
asks an image of the store: hard links, made when somebody asks after a change.

    DIR/serving-PID-…/N   the images of the server of this process, for as long as it runs
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from kg.endpoint.fences import fence
from kg.endpoint.limits import MEGABYTE, LimitError
from kg.endpoint.updates import Change, Outcome, UpdateLimits, carry_out
from kg.errors import KgError, StoreError
from kg.store import Store
from kg.workers import clear_left, limit_memory

# Not by multiprocessing, which would run the caller's own script a second time in the process.
PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from kg.endpoint.writer import serve
serve(*map(int, sys.argv[2:5]), *sys.argv[5:7])
"""
STARTING = 300.0  # seconds to open a store: what a killed writer left is gone through first
SETTLING = 300.0  # seconds to bring to the disk what is written
IMAGING = 60.0  # seconds to make an image
_ENDING = 5.0  # seconds to close the store; a change that takes longer is not done
_WRITTEN = "written"  # what the process says once nothing can undo a change


class Writer:
    """The process that writes a store, seen from the server; its methods wait."""

    def __init__(self, place: Path, limits: UpdateLimits | None = None) -> None:
        """Start the process; raises StoreError where the store cannot be written."""
        self.place, self.limits = place, limits or UpdateLimits()
        self.fences: dict[str, bool] = {}
        self.done = 0  # changes that are safe on disk
        self._turn, self._imaging, self._starting = (threading.Lock() for _ in range(3))
        self._process: _Process | None = None
        self._closed = False
        self._images = 0
        self._made: deque[tuple[Path, float]] = deque()  # images that are kept, and since when
        Store.check_place(place)
        clear_left(place, "serving")
        try:
            self.folder = Path(tempfile.mkdtemp(dir=place, prefix=f"serving-{os.getpid()}-"))
        except OSError as error:
            raise StoreError(f"{place}: cannot be written to ({error.strerror})") from error
        try:
            self._running()
        except BaseException:
            self.close()
            raise

    def change(self, change: Change) -> Outcome:
        """Carry out a change when its turn has come; return when it is safe on disk."""
        with self._turn:
            process = self._running()
            try:
                outcome = process.ask(change, self.limits)
            except _EndedError as ended:
                self._end(process)
                if not ended.written:
                    raise ended.told from None
                # The next process takes it up as its own, and brings it to the disk.
                self._running()
                outcome = Outcome()
            self.done += 1
            return outcome

    def image(self) -> Path:
        """Make a new image of the store, with all that is done; also while it is changed."""
        with self._imaging:
            self._images += 1
            place = self.folder / str(self._images)
            for last in (False, True):
                process = self._running()
                try:
                    process.image(place)
                    self._made.append((place, time.monotonic()))
                    return place
                except (EOFError, OSError) as error:
                    # Its process was ended for what it wrote.
                    shutil.rmtree(place, ignore_errors=True)
                    if last:
                        self._end(process)
                        raise StoreError(f"{place}: cannot be made; {_said(error)}") from error
            raise AssertionError("unreachable")

    def forget_images(self, seconds: float) -> None:
        """Take away the images that were followed by another one so long ago."""
        now = time.monotonic()
        while len(self._made) > 1 and self._made[1][1] < now - seconds:
            shutil.rmtree(self._made.popleft()[0], ignore_errors=True)

    def close(self) -> None:
        """End the process, and take the images away; what is done stays."""
        self._closed = True
        with self._starting:
            process, self._process = self._process, None
        if process is not None:
            imaging = self._imaging.acquire(timeout=_ENDING)
            process.close()
            if imaging:
                self._imaging.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Give the number of the process."""
        return self._running().number

    def _running(self) -> _Process:
        with self._starting:
            if self._closed:
                raise StoreError(f"{self.place}: the server ends")
            if self._process is None:
                self._process = _Process(self.place, self.folder, self.limits)
                self.fences = self._process.fences
            return self._process

    def _end(self, process: _Process) -> None:
        with self._starting:
            if self._process is process:
                self._process = None
        process.kill()


class _EndedError(Exception):
    """The process has ended, or was ended; `told` says why, and `written` what it had done."""

    def __init__(self, told: KgError, written: bool) -> None:
        super().__init__(str(told))
        self.told, self.written = told, written


class _Process:
    """One process, its pipes."""

    def __init__(self, place: Path, folder: Path, limits: UpdateLimits) -> None:
        ours, theirs = zip(*(socket.socketpair() for _ in range(2)), strict=True)
        passed = [one.fileno() for one in theirs]
        numbers = [str(one) for one in (*passed, limits.memory)]
        command = [sys.executable, "-c", PROGRAM, json.dumps(sys.path), *numbers]
        # A group of its own: an interrupt at the terminal is the server's to hear.
        self._process = subprocess.Popen(
            [*command, str(place), str(folder)],
            stdin=subprocess.PIPE,
            pass_fds=passed,
            process_group=0,
        )
        for one in theirs:
            one.close()
        self._changes, self._images = (_connection(one) for one in ours)
        try:
            self.fences: dict[str, bool] = self._hear(self._changes, STARTING)
        except (EOFError, OSError) as error:
            self.kill()
            raise StoreError(f"{place}: the writer did not start ({_said(error)})") from error
        except KgError:
            self.kill()
            raise

    @property
    def number(self) -> int:
        return self._process.pid

    def ask(self, change: Change, limits: UpdateLimits) -> Outcome:
        """Have a change carried out."""
        written = False
        try:
            self._changes.send(change)
            answer = self._hear(self._changes, limits.seconds)
            if answer == _WRITTEN:
                written = True
                answer = self._hear(self._changes, SETTLING)
        except TimeoutError:
            text = f"update: took longer than {limits.seconds:g} seconds; nothing of it was written"
            raise _EndedError(LimitError("seconds", limits.seconds, text), written) from None
        except (EOFError, OSError):
            text = (
                f"update: needs more than {limits.memory // MEGABYTE:,} MB, or brought the writer "
                "down; nothing of it was written; send it in parts"
            )
            raise _EndedError(LimitError("memory", limits.memory, text), written) from None
        assert isinstance(answer, Outcome)
        return answer

    def image(self, place: Path) -> None:
        """Have an image made."""
        self._images.send(str(place))
        self._hear(self._images, IMAGING)

    def _hear(self, pipe: Connection[Any, Any], seconds: float) -> Any:
        if not pipe.poll(seconds):
            raise TimeoutError
        answer = pipe.recv()
        if isinstance(answer, KgError):
            raise answer
        return answer

    def close(self) -> None:
        """Let the process close the store; end it where that takes long, as in a change."""
        assert self._process.stdin is not None  # it was asked for
        self._changes.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING)
        self.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None  # it was asked for
        self._process.stdin.close()
        for pipe in (self._changes, self._images):
            pipe.close()


def _connection(end: socket.socket) -> Connection[Any, Any]:
    return Connection(end.detach())


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


# -- in the process --------------------------------------------------------------------------------


def serve(changes: int, images: int, memory: int, place: str, folder: str) -> None:
    """Carry out changes that come over a socket, make images, until the server goes."""
    fences = fence()
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    pipe: Connection[Any, Any] = Connection(changes)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            store = Store(Path(place))
        except KgError as error:
            pipe.send(error)
            return
        with store:
            store.flush()  # what a writer before left that was killed
            limit_memory(memory)
            pipe.send(fences)
            make = threading.Thread(target=_make_images, args=(store, images), daemon=True)
            make.start()
            while True:
                _answer(store, pipe)


def _answer(store: Store, pipe: Connection[Any, Any]) -> None:
    change = pipe.recv()
    try:
        answer: object = carry_out(store, change, lambda: pipe.send(_WRITTEN))
    except KgError as error:
        answer = error
    except MemoryError:
        os._exit(1)  # as Oxigraph itself does: the server says what it means
    pipe.send(answer)


def _make_images(store: Store, descriptor: int) -> None:
    pipe: Connection[Any, Any] = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(_tried(store.image, Path(pipe.recv())))


def _tried(make: Callable[[Path], None], place: Path) -> KgError | None:
    try:
        make(place)
    except KgError as error:
        return error
    except OSError as error:
        return StoreError(f"{place}: {_said(error)}")
    return None


def _end_with_parent(folder: str) -> None:
    """End at once when the server has gone, however it went: its end of the pipe closes."""
    os.read(0, 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)
