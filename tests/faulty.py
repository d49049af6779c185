"""Commands of kg with a fault at their n-th input or output, each in a process of its own.

    with Faulty() as faulty:
        done = faulty.run(["build", "docs"], cwd=place, fault="full", at=7)
        assert (done.code, done.stderr) == (1, "Error: …\n")

A Python that starts takes a second and a fork 20 ms, so one process has everything imported and
forks itself for each trial. What is counted is what the project itself does to files: opening
them to be written, writing, renaming, fsync, folders, each statement of SQLite and each call of
Oxigraph. The extractors are those of fake_extractor.py; jobs are done in the process itself.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# What happens at the n-th call, beside nothing ("").
FAULTS = ("full", "broken", "memory", "kill", "int", "term")
_SIGNALS = {"kill": signal.SIGKILL, "int": signal.SIGINT, "term": signal.SIGTERM}
_ERRORS = {"full": errno.ENOSPC, "broken": errno.EIO}
_SQLITE = {"full": "database or disk is full", "broken": "disk I/O error"}
PATIENCE = 60.0  # seconds for one trial, on a busy machine


@dataclass(frozen=True)
class Trial:
    """A command, and what goes wrong in it."""

    arguments: Sequence[str]
    cwd: str
    fault: str = ""
    at: int = 0  # the call before which it happens, from 1
    lasting: bool = False  # whether every later call fails too, as on a full disk
    workers: bool = False  # whether jobs are done in processes of their own, as usual
    batch: int = 0  # quads after which a build loads what it has read


@dataclass(frozen=True)
class Ended:
    """What became of a trial."""

    code: int  # negative: the signal that ended it
    calls: list[str]  # what was counted, up to the end
    stdout: str
    stderr: str
    loaded: list[str]  # the graphs that Store.load has answered for
    left: list[str]  # in the folder for temporary files
    processes: list[int]  # that still run
    seconds: float


@dataclass
class Faulty:
    """The process that forks; `before` is a command that it is started by, as unshare."""

    before: Sequence[str] = ()
    _process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Faulty:
        self._process = subprocess.Popen(
            [*self.before, sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=PATIENCE)

    def run(self, arguments: Sequence[str], *, cwd: Path, **wanted: Any) -> Ended:
        """Run a command of kg in a folder; `wanted` as in Trial."""
        return Ended(**self._ask(asdict(Trial([*map(str, arguments)], str(cwd), **wanted))))

    def mount(self, place: Path, size: str) -> None:
        """Give a folder a small disk of its own, or change its size; started by unshare -rm."""
        self._ask({"mount": str(place), "size": size})

    def unmount(self, place: Path) -> None:
        """Take such a disk away."""
        self._ask({"mount": str(place), "size": ""})

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


# -- the process that forks --------------------------------------------------------------------


def serve() -> None:
    """Do the trials that come over the standard input, until it ends."""
    _import_everything()
    for line in sys.stdin:
        question = json.loads(line)
        answer = _mounted(**question) if "mount" in question else asdict(_tried(Trial(**question)))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _mounted(mount: str, size: str) -> dict[str, str]:
    if not size:
        subprocess.run(["umount", mount], check=True)
        return {}
    action = "remount," if os.path.ismount(mount) else ""
    options = f"{action}size={size},mode=755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", mount], check=True)
    return {}


def _import_everything() -> None:
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    import fake_extractor  # noqa: F401

    import kg.amend
    import kg.bring
    import kg.build
    import kg.cli
    import kg.export
    import kg.render.document
    import kg.search
    import kg.store
    import kg.traces
    import kg.verify  # noqa: F401


def _tried(trial: Trial) -> Ended:
    with tempfile.TemporaryDirectory(prefix="faulty-") as folder:
        os.chmod(folder, 0o755)
        place = Path(folder)
        temporary = place / "temporary"
        temporary.mkdir()
        temporary.chmod(0o777)
        for name in ("out", "err", "calls", "loaded"):
            (place / name).touch()
            (place / name).chmod(0o666)
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            _be(trial, place)
        code = _waited(child)
        return Ended(
            code=code,
            calls=(place / "calls").read_text().split(),
            stdout=(place / "out").read_text(errors="replace"),
            stderr=(place / "err").read_text(errors="replace"),
            loaded=(place / "loaded").read_text().split(),
            left=sorted(str(file.relative_to(temporary)) for file in temporary.rglob("*")),
            processes=_group(child),
            seconds=time.monotonic() - started,
        )


def _waited(child: int) -> int:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 99


def _group(child: int) -> list[int]:
    """Give the processes that a trial has left running: they are in its session."""
    return [pid for pid, session in _sessions() if session == child]


def _sessions() -> Iterator[tuple[int, int]]:
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = place.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if words[0] != "Z":
            yield int(place.parent.name), int(words[3])


# -- the trial ---------------------------------------------------------------------------------


def _be(trial: Trial, place: Path) -> None:
    """Be the command, to the end of this process."""
    code = 70
    try:
        os.setsid()
        for number, name, flags in ((0, os.devnull, os.O_RDONLY), (1, "out", 1), (2, "err", 1)):
            os.dup2(os.open(place / name if number else name, flags), number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ["TMPDIR"] = tempfile.tempdir = str(place / "temporary")
        os.chdir(trial.cwd)
        _prepare(trial, place)
        sys.argv = ["kg", *trial.arguments]
        code = _run_command()
    except BaseException:  # noqa: BLE001  as Python itself would
        traceback.print_exc()
        code = 1
    finally:
        sys.stderr.flush()
        os._exit(code)


def _run_command() -> int:
    from kg.cli import main

    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _prepare(trial: Trial, place: Path) -> None:
    import importlib

    from fake_extractor import EXTRACTOR

    import kg.cli

    build: Any = importlib.import_module("kg.build")
    build.default_extractor = lambda *_: EXTRACTOR
    build.BATCH_QUADS = trial.batch or build.BATCH_QUADS
    if not trial.workers:
        workers: Any = importlib.import_module("kg.workers")
        workers.run, workers.Standing = _done_here, _StandingHere
    kg.cli.cli.add_command(_snapshot())
    kg.cli.cli.add_command(_look())
    kg.cli.cli.add_command(_fill())
    kg.cli.cli.add_command(_list())
    _note_loads(os.open(place / "loaded", os.O_WRONLY | os.O_APPEND))
    calls = os.open(place / "calls", os.O_WRONLY | os.O_APPEND)
    _count(_Counter(trial, calls))


def _done_here(
    task: Callable[[Any], Any], jobs: Any, processes: int, limits: object
) -> Iterator[tuple[Any, Any]]:
    for job in jobs:
        yield job, task(job)


class _StandingHere:
    """kg.workers.Standing without its processes."""

    def __init__(self, task: Callable[[Any], Any], *_: object) -> None:
        self._task = task

    def start(self) -> None:
        """Have nothing to start."""

    def run(self, jobs: Any) -> Iterator[tuple[Any, Any]]:
        """Do each job here."""
        return _done_here(self._task, jobs, 1, None)

    def end(self) -> None:
        """Have nothing to end."""


def _note_loads(place: int) -> None:
    """Write down each graph for which Store.load answers that it is safe."""
    from kg.store import Store

    load: Any = Store.load

    def noting(store: Any, graphs: Any, files: Any = ()) -> None:
        graphs = list(graphs)
        load(store, graphs, files)
        os.write(place, "".join(f"{graph.iri}\n" for graph in graphs).encode())

    Store.load = noting  # type: ignore[method-assign]


@dataclass
class _Counter:
    """Counts calls, and lets one of them, or all from it on, fail."""

    trial: Trial
    place: int
    number: int = 0
    _write: Callable[[int, bytes], int] = os.write

    def call(self, name: str) -> None:
        """Count a call; raise or end where it is its turn."""
        self.number += 1
        self._write(self.place, f"{name}\n".encode())
        fault, at = self.trial.fault, self.trial.at
        turn = self.number >= at if self.trial.lasting else self.number == at
        if not fault or not turn:
            return
        if fault in _SIGNALS:
            os.kill(os.getpid(), _SIGNALS[fault])
        elif fault == "memory":
            raise MemoryError
        elif name.startswith("sqlite"):
            import sqlite3

            raise sqlite3.OperationalError(_SQLITE[fault])
        elif name.startswith("oxigraph"):
            text = os.strerror(_ERRORS[fault])
            raise OSError(f"IO error: {text}: While appending to file: /x/000001.log: {text}")
        else:
            raise OSError(_ERRORS[fault], os.strerror(_ERRORS[fault]))


def _count(counter: _Counter) -> None:
    """Let the counter hear of all that the project does to files."""
    for name in ("replace", "rename", "link", "mkdir", "fsync", "sendfile"):
        setattr(os, name, _counted(getattr(os, name), f"os.{name}", counter))
    _count_files(counter)
    _count_sqlite(counter)
    _count_oxigraph(counter)


def _counted(function: Callable[..., Any], name: str, counter: _Counter) -> Callable[..., Any]:
    def call(*values: Any, **named: Any) -> Any:
        counter.call(name)
        return function(*values, **named)

    return call


def _count_files(counter: _Counter) -> None:
    import _io
    import builtins
    import io

    plain = io.open

    def opened(file: Any, mode: str = "r", *values: Any, **named: Any) -> Any:
        if not set(mode) & set("wax+"):
            return plain(file, mode, *values, **named)
        counter.call("open")
        found: Any = plain(file, mode, *values, **named)
        for name in ("write", "writelines", "flush", "truncate"):
            setattr(found, name, _counted(getattr(found, name), name, counter))
        return found

    for module in (builtins, io, _io):
        module.open = opened  # type: ignore[attr-defined]
    make = os.open

    def descriptor(path: Any, flags: int, *values: Any, **named: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            counter.call("os.open")
        return make(path, flags, *values, **named)

    os.open = descriptor


def _count_sqlite(counter: _Counter) -> None:
    import sqlite3

    plain = sqlite3.connect

    class Connection(sqlite3.Connection):
        """One that is counted."""

    for name in ("execute", "executemany", "executescript", "commit", "backup"):
        method = getattr(sqlite3.Connection, name)
        setattr(Connection, name, _counted(method, f"sqlite.{name}", counter))

    def connect(*values: Any, **named: Any) -> Any:
        if values[0] == ":memory:":
            return plain(*values, **named)
        counter.call("sqlite.connect")
        return plain(*values, factory=Connection, **named)

    sqlite3.connect = connect


def _count_oxigraph(counter: _Counter) -> None:
    import pyoxigraph

    plain = pyoxigraph.Store

    class Counted:
        """A store that is counted: its type cannot be inherited from."""

        def __init__(self, *values: Any, made: Any = None) -> None:
            if made is None:
                counter.call("oxigraph.open")
            self._store = made or plain(*values)

        @staticmethod
        def read_only(path: str) -> Counted:
            counter.call("oxigraph.open")
            return Counted(made=plain.read_only(path))

        def __len__(self) -> int:
            return len(self._store)

        def __getattr__(self, name: str) -> Any:
            return _counted(getattr(self._store, name), f"oxigraph.{name}", counter)

    pyoxigraph.Store = Counted  # type: ignore[assignment,misc]


# -- commands for the tests alone --------------------------------------------------------------


def _snapshot() -> Any:
    import click

    from kg.commands.options import store_option

    @click.command("snapshot")
    @click.argument("target")
    @store_option
    def snapshot(target: str, place: Path) -> None:
        """Write a copy of a store, as Store.snapshot does."""
        from kg.store import Store

        with Store(place) as store:
            store.snapshot(target)

    return snapshot


def _look() -> Any:
    import click

    from kg.commands.options import store_option

    @click.command("look")
    @store_option
    def look(place: Path) -> None:
        """Tell what a store holds: the digest of each graph, and what kg verify finds."""
        from kg.export import canonical
        from kg.store import Store
        from kg.verify import verify

        findings = [str(finding) for finding in verify(place).findings]
        with Store(place, read_only=True) as store:
            graphs = {
                name: hashlib.sha256(b"".join(canonical(store.ntriples(name)))).hexdigest()
                for name in store.graph_names()
            }
        click.echo(json.dumps({"graphs": graphs, "findings": findings}))

    return look


def _fill() -> Any:
    import click

    @click.command("fill")
    @click.argument("place", type=click.Path(path_type=Path))
    def fill(place: Path) -> None:
        """Write a file into a folder until its disk is full."""
        with open(place / "filler", "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * 4096):
                pass

    return fill


def _list() -> Any:
    import click

    @click.command("list")
    @click.argument("place")
    def list_files(place: str) -> None:
        """Tell what is in a folder, as this process sees it."""
        for name in sorted(os.listdir(place)):
            click.echo(name)

    return list_files


if __name__ == "__main__":
    serve()
