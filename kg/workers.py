"""Work on documents in processes that can be killed: each document within its limits.

A document that hangs, grows or crashes costs its own process and nothing else.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from kg.errors import KgError

Job = TypeVar("Job")
Result = TypeVar("Result")

QUEUED = 3  # jobs that a process has before it: no wait while the caller stores a result
MEGABYTE = 2**20
# What a task says of the two errors that it may meet in any document.
TOO_LARGE = "needs more memory than it may have; --memory-limit allows more"
TOO_DEEP = "nested too deeply to be read"
NEW_OBJECTS = 50_000  # after which cycles are looked for
STARTING = 300.0  # seconds that a process may take to come up, on a machine under load
# numpy else sets memory aside for a thread on each core, which counts as the document's.
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# Not by multiprocessing, which would run the caller's own script a second time in the process.
PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from kg.workers import serve
serve(int(sys.argv[1]), sys.argv[3])
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost."""

    seconds: float = 120.0
    memory: int = 1024 * MEGABYTE  # bytes beyond what a process holds before it reads anything


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a job has no result."""

    reason: str


class Elsewhere:
    """A function named by its place: a process imports it when it is handed the task.

    The process that only hands out jobs need not load what does them.
    """

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        return _imported, self._place

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call the function, here."""
        return _imported(*self._place)(*args, **named)


def _imported(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


@dataclass(slots=True)
class _Worker(Generic[Job]):
    """A process, the jobs that it was given and has not answered, and when it must answer."""

    process: subprocess.Popen[bytes]
    pipe: Connection[Any, Any]
    folder: str  # for its temporary files, which it cannot take away when it is killed
    deadline: float
    ready: bool = False
    jobs: deque[Job] = field(default_factory=deque)


def run(
    task: Callable[[Job], Result], jobs: Iterable[Job], processes: int, limits: Limits
) -> Iterator[tuple[Job, Result | Lost]]:
    """Yield each job with what `task` makes of it, in the order in which they are done.

    `task` and `jobs` must be picklable. What takes too long or takes its process down is Lost;
    so is what raises, and `task` should rather say what was wrong.
    """
    crew = _Crew(task, deque(jobs), processes, limits)
    try:
        yield from crew.work()
    finally:
        crew.end()


class Standing(Generic[Job, Result]):
    """Processes that stay for the next jobs: of a part of a few documents, starting is much."""

    def __init__(self, task: Callable[[Job], Result], processes: int, limits: Limits) -> None:
        self._crew: _Crew[Job, Result] = _Crew(task, deque(), processes, limits)

    def start(self) -> None:
        """Let a process come up while the caller still finds out what there is to do."""
        self._crew.start()

    def run(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Result | Lost]]:
        """Yield each job with what the task makes of it, as `run` does."""
        self._crew.add(jobs)
        yield from self._crew.work()

    def end(self) -> None:
        """Stop all processes, whatever they do."""
        self._crew.end()


class _Crew(Generic[Job, Result]):
    """The processes at work."""

    def __init__(
        self,
        task: Callable[[Job], Result],
        jobs: deque[Job],
        processes: int,
        limits: Limits,
    ) -> None:
        self._task, self._jobs, self._limits = task, jobs, limits
        self._processes = processes
        self._workers: list[_Worker[Job]] = []

    def start(self) -> None:
        """Let a process come up if there is none."""
        if not self._workers:
            self._workers.append(self._start())

    def add(self, jobs: Iterable[Job]) -> None:
        """Take more jobs; a process that has gone while it waited is not asked."""
        for worker in [worker for worker in self._workers if worker.process.poll() is not None]:
            _stop(worker)
            self._workers.remove(worker)
        self._jobs.extend(jobs)

    def work(self) -> Iterator[tuple[Job, Result | Lost]]:
        """Yield results until no job is left."""
        while self._jobs or any(worker.jobs for worker in self._workers):
            self._hand_out()
            pipes = [worker.pipe for worker in self._workers]
            nearest = min(worker.deadline for worker in self._workers)
            answered = wait(pipes, timeout=max(0.0, nearest - time.monotonic()))
            for worker in list(self._workers):
                # What has answered is heard before its time is looked at.
                if worker.pipe in answered:
                    yield from self._hear(worker)
                elif time.monotonic() >= worker.deadline:
                    yield from self._give_up(worker, self._too_slow(worker))

    def end(self) -> None:
        """Stop all processes, whatever they do."""
        for worker in self._workers:
            _stop(worker)
        self._workers.clear()

    def _hand_out(self) -> None:
        busy = sum(bool(worker.jobs) for worker in self._workers)
        wanted = min(self._processes, len(self._jobs) + busy)
        while len(self._workers) < wanted:
            self._workers.append(self._start())
        # One by one, so that a few long documents do not all wait in one queue.
        for length in range(QUEUED):
            for worker in self._workers:
                if self._jobs and worker.ready and len(worker.jobs) == length:
                    self._send(worker, self._jobs.popleft())

    def _send(self, worker: _Worker[Job], job: Job) -> None:
        if not worker.jobs:
            worker.deadline = time.monotonic() + self._limits.seconds
        worker.jobs.append(job)
        with contextlib.suppress(OSError):  # it has gone: that is heard at its pipe's end
            worker.pipe.send(job)

    def _start(self) -> _Worker[Job]:
        folder = _folder()
        here, there = socket.socketpair()
        with here, there:
            # A group of its own: an interrupt at the terminal is the parent's to hear.
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(there.fileno()), json.dumps(sys.path), folder],
                stdin=subprocess.PIPE,
                pass_fds=[there.fileno()],
                process_group=0,
                env={**os.environ, **ALONE, **({"TMPDIR": folder} if folder else {})},
            )
            pipe: Connection[Any, Any] = Connection(here.detach())
        pipe.send((self._task, self._limits.memory))
        return _Worker(process, pipe, folder, time.monotonic() + STARTING)

    def _hear(self, worker: _Worker[Job]) -> Iterator[tuple[Job, Result | Lost]]:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._give_up(worker, _ended(worker, self._limits))
            return
        if not worker.ready:
            worker.ready = True
            worker.deadline = float("inf")
            return
        job = worker.jobs.popleft()
        waiting = bool(worker.jobs)
        worker.deadline = time.monotonic() + self._limits.seconds if waiting else float("inf")
        yield job, answer

    def _give_up(self, worker: _Worker[Job], reason: str) -> Iterator[tuple[Job, Result | Lost]]:
        """End a process; of its jobs the first is to blame, the others are done by another."""
        _stop(worker)
        self._workers.remove(worker)
        if not worker.ready:
            # So does a task that is defined in the script that is run, not in a module.
            raise KgError(f"a process to read documents in did not start: {reason}")
        if worker.jobs:
            yield worker.jobs.popleft(), Lost(reason)
        self._jobs.extendleft(reversed(worker.jobs))

    def _too_slow(self, worker: _Worker[Job]) -> str:
        return f"took longer than {self._limits.seconds:g} seconds; --time-limit allows more"


def _ended(worker: _Worker[Any], limits: Limits) -> str:
    with contextlib.suppress(subprocess.TimeoutExpired):
        worker.process.wait(timeout=5)
    code = worker.process.returncode
    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    return f"took down the process that read it ({how}): {_beyond_memory(limits)}"


def _beyond_memory(limits: Limits) -> str:
    return f"it may need more than {limits.memory / MEGABYTE:,.0f} MB; --memory-limit allows more"


def _stop(worker: _Worker[Any]) -> None:
    _end(worker.process.pid)
    worker.process.wait()
    if worker.process.stdin is not None:
        worker.process.stdin.close()
    worker.pipe.close()
    _remove(worker.folder)


def clear_left(place: Path, kind: str) -> None:
    """Take away the folders KIND-PROCESS-… that processes have left behind which were killed."""
    for folder in place.glob(f"{kind}-*"):
        process = folder.name.removeprefix(f"{kind}-").partition("-")[0]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def _folder() -> str:
    """Make a folder for a process; none where nothing can be written, for it may need none."""
    try:
        return tempfile.mkdtemp(prefix="kg-")
    except OSError:
        return ""


def _remove(folder: str) -> None:
    """Take away a folder in which those that were just ended may still write."""
    for _ in range(20):
        if not folder or not os.path.exists(folder):
            return
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


def _end(process: int) -> None:
    """End a process and those that it has started (converters); stopped, it starts no more."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, signal.SIGSTOP)
        # Of each thread. No Linux has no such files: there a converter ends by its own limit.
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            for child in children.read_text().split():
                _end(int(child))
        os.kill(process, signal.SIGKILL)


# -- in the process ----------------------------------------------------------------------------


def serve(descriptor: int, folder: str) -> None:
    """Do the jobs that come over a socket, until its other end goes; `folder` goes then, too."""
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    pipe: Connection[Any, Any] = Connection(descriptor)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        task, memory = pipe.recv()
        limit_memory(memory)
        leave_no_core()
        pipe.send(None)
        collect_seldom()
        while True:
            pipe.send(task(pipe.recv()))
    # The thread may not have come to it, and ends with this one.
    _remove(folder)


def _end_with_parent(folder: str) -> None:
    """End at once when the parent has gone, however it went: its end of the pipe closes."""
    os.read(0, 1)
    _remove(folder)
    os._exit(1)


def collect_seldom() -> None:
    """Look for cycles among objects less often: what reads documents makes many, and hardly any.

    Python's own 700 new objects cost a tenth of the time; memory stays as it was.
    """
    gc.set_threshold(NEW_OBJECTS)


def limit_memory(allowance: int) -> None:
    """Let this process take so many bytes more than it has now; where the system can do that."""
    if sys.platform != "linux":
        return
    import resource

    held = 0
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmData:"):
                held = int(line.split()[1]) * 1024
    limit = held + allowance
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def leave_no_core() -> None:
    """A process that is killed or aborts leaves no picture of its memory behind."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
