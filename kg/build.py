"""Files to a store that holds their graphs.

Contents, not files, are what is read: the same bytes under several names are one document. In
whatever order files come and however many processes read them, the graph is the same.
"""

from __future__ import annotations

import glob
import hashlib
import multiprocessing
import os
import signal
import stat
import threading
import time
import traceback
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyoxigraph

from kg.errors import KgError, ReadError
from kg.ledger import Claim
from kg.models import AS_IT_IS, DocumentGraph, ReadOptions
from kg.store import MARKER, Held, Store

SUFFIXES = ("", ".txt", ".text", ".md")  # what is taken from folders; a file named is always
ABOUT_FOLDER = "readme"  # speaks of the documents beside it, and is none
MAX_BYTES = 64 * 1024 * 1024
BATCH_QUADS = 200_000
BATCH_SECONDS = 5.0
CHUNK = 4  # documents handed to a process at once: fewer trips, and little to lose

Process = Callable[[bytes, Sequence[str], str], DocumentGraph]


@dataclass(frozen=True, slots=True)
class Extractor:
    """What reads a document, and what its version is called."""

    process: Process
    version: str
    ontology: str  # N-Quads


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not get into the graph."""

    path: str
    reason: str
    trace: str = ""  # of an unexpected error


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come."""

    done: int
    total: int
    seconds: float
    skipped: Skipped | None = None  # what was just left out


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build has done; documents are contents, so two equal files are one."""

    ok: int
    repaired: int  # read, after the reader had to put something right
    unchanged: int  # held already from the same version of the extractors
    replaced: int  # of those read, how many took the place of an earlier graph
    skipped: tuple[Skipped, ...]
    unread: tuple[tuple[str, int], ...]  # suffix or README → how many in folders
    entities: tuple[tuple[str, int], ...]  # class → nodes in the store
    quads: int  # in the store
    seconds: float


@dataclass(frozen=True, slots=True)
class _Job:
    """One content to be read."""

    sha256: str
    paths: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    job: _Job
    graph: DocumentGraph | None
    reason: str = ""
    trace: str = ""


@dataclass(slots=True)
class _Tally:
    """Counts that grow while a build runs."""

    ok: int = 0
    repaired: int = 0
    unchanged: int = 0
    replaced: int = 0


def build(
    paths: Iterable[str | Path],
    store: Store,
    *,
    jobs: int = 1,
    report: Callable[[Progress], None] | None = None,
    extractor: Extractor | None = None,
    options: ReadOptions = AS_IT_IS,
) -> BuildReport:
    """Bring files, folders and globs into a store; documents that it holds are not read again.

    Can be stopped at any moment: the store then holds whole documents only, and the same call
    goes on. A file that fails is in the report with its reason.
    """
    started = time.monotonic()
    extractor = extractor or default_extractor(store.base, options)
    found = find_files([str(path) for path in paths], store.path)
    claims, unreadable = _read_contents(found.files)
    skipped = [*found.skipped, *unreadable]
    tally = _Tally()
    store.set_ontology(extractor.ontology, extractor.version)
    store.claim(claims)
    work = _plan(store, claims, extractor.version, tally)
    steps = _Steps(len(work), started, report, skipped)
    steps.announce()
    _read_and_load(store, work, jobs, extractor, tally, steps)
    _settle(store, claims, extractor, tally)
    return BuildReport(
        ok=tally.ok,
        repaired=tally.repaired,
        unchanged=tally.unchanged,
        replaced=tally.replaced,
        skipped=tuple(sorted(skipped, key=lambda one: one.path)),
        unread=tuple(sorted(found.unread.items())),
        entities=tuple(store.counts().items()),
        quads=store.size()[1],
        seconds=time.monotonic() - started,
    )


def default_extractor(base: str, options: ReadOptions = AS_IT_IS) -> Extractor:
    """Give the project's own extractor; with other options it has another version."""
    from kg import pipeline

    process = partial(pipeline.process, options=options)
    return Extractor(process, pipeline.version_for(options), pipeline.ontology_nquads(base))


# -- which files -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The files that some paths stand for."""

    files: dict[str, str]  # absolute path → name below the folder that was given
    skipped: list[Skipped]
    unread: Counter[str]


def find_files(paths: Sequence[str], store: Path | None = None) -> Found:
    """Find the files of paths, folders and globs; a store's directory is passed over."""
    found = Found({}, [], Counter())
    for path in paths:
        for root, place in _expand(path, found.skipped):
            if os.path.isdir(place):
                _walk(place, root, found)
            else:
                _offer(place, os.path.relpath(place, root), found)
    return found


def _expand(path: str, skipped: list[Skipped]) -> Iterator[tuple[str, str]]:
    """Yield the folder that names start from, with each place that a path stands for."""
    if os.path.lexists(path):
        yield (path if os.path.isdir(path) else os.path.dirname(path) or "."), path
        return
    matches = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else []
    if not matches:
        skipped.append(Skipped(path, "no such file or folder"))
    plain = path.split(os.sep)
    depth = next((n for n, part in enumerate(plain) if glob.has_magic(part)), 0)
    root = os.sep.join(plain[:depth]) or (os.sep if path.startswith(os.sep) else ".")
    for match in matches:
        yield root, match


def _walk(folder: str, root: str, found: Found) -> None:
    """Offer every file below a folder, sorted; a link into what is walked anyway is left out."""
    top = os.path.realpath(folder)
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_refuser(found)):
        if MARKER in files:
            folders.clear()
            continue
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".") and _is_new(os.path.join(place, name), top, seen)
        ]
        for name in sorted(files):
            if name.startswith("."):
                continue
            stem, suffix = os.path.splitext(name.lower())
            if suffix not in SUFFIXES or stem == ABOUT_FOLDER:
                found.unread[name if suffix in SUFFIXES else suffix] += 1
                continue
            path = os.path.join(place, name)
            _offer(path, os.path.relpath(path, root), found)


def _is_new(folder: str, top: str, seen: set[str]) -> bool:
    """Tell whether a folder is to be walked: not a link up, into the same tree, or twice."""
    if not os.path.islink(folder):
        return True
    real = os.path.realpath(folder)
    loops = os.path.commonpath([real, top]) in (real, top)
    if loops or real in seen:
        return False
    seen.add(real)
    return True


def _refuser(found: Found) -> Callable[[OSError], None]:
    def refuse(error: OSError) -> None:
        found.skipped.append(Skipped(str(error.filename), error.strerror or str(error)))

    return refuse


def _offer(path: str, name: str, found: Found) -> None:
    try:
        status = os.stat(path)
    except OSError as error:
        found.skipped.append(Skipped(path, error.strerror or str(error)))
        return
    reason = _refusal(status)
    if reason:
        found.skipped.append(Skipped(path, reason))
        return
    absolute = os.path.abspath(path)
    name = os.fsencode(name).decode("utf-8", "replace").replace(os.sep, "/")
    # Given twice, as `docs docs/a.txt`: the longer name says more, whatever comes first.
    found.files[absolute] = max(name, found.files.get(absolute, ""), key=lambda n: (len(n), n))


def _refusal(status: os.stat_result) -> str:
    """Say why something is not opened: a pipe or device would never end."""
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > MAX_BYTES:
        size, limit = status.st_size / 2**20, MAX_BYTES / 2**20
        return f"{size:,.0f} MB; a document may have {limit:,.0f} MB"
    return ""


def _read_contents(files: dict[str, str]) -> tuple[list[Claim], list[Skipped]]:
    """Hash every file; what cannot be read is given back with the reason."""
    claims, skipped = [], []
    for path, name in sorted(files.items()):
        try:
            with open(path, "rb") as file:
                claims.append(Claim(path, name, hashlib.file_digest(file, "sha256").hexdigest()))
        except OSError as error:
            skipped.append(Skipped(path, error.strerror or str(error)))
    return claims, skipped


# -- what is to be done ------------------------------------------------------------------------


def _plan(store: Store, claims: list[Claim], version: str, tally: _Tally) -> list[_Job]:
    """List the contents that the store does not hold as these extractors would write them."""
    held = {one.sha256: one for one in store.sources().values()}
    jobs = []
    for sha256 in sorted({claim.sha256 for claim in claims}):
        job = _job(sha256, store.claims(sha256))
        if _is_current(held.get(sha256), job, version):
            tally.unchanged += 1
        else:
            jobs.append(job)
    return jobs


def _job(sha256: str, claims: Iterable[Claim]) -> _Job:
    claims = list(claims)
    return _Job(
        sha256,
        paths=tuple(sorted(claim.path for claim in claims)),
        names=tuple(sorted({claim.name for claim in claims})),
    )


def _is_current(held: Held | None, job: _Job, version: str) -> bool:
    return held is not None and (held.version, held.names) == (version, job.names)


def _settle(store: Store, claims: list[Claim], extractor: Extractor, tally: _Tally) -> None:
    """Take out what files held before they changed, now that their new content is there.

    Graphs go first and claims last: a build killed in between finds them again.
    """
    held = {one.sha256: one for one in store.sources().values()}
    stale = _superseded(store.claims(), claims, set(held))
    by_content = defaultdict(set)
    for claim in stale:
        by_content[claim.sha256].add(claim)
    renamed = []
    for sha256 in sorted(by_content.keys() & held.keys()):
        left = [claim for claim in store.claims(sha256) if claim not in by_content[sha256]]
        job = _job(sha256, left)
        if not left:
            store.drop(held[sha256].source)
            tally.replaced += 1
        elif not _is_current(held[sha256], job, extractor.version):
            renamed.append(job)
    # Another file that had this content may have changed too without being given now; then the
    # graph stays as it is until that one is built.
    outcomes = _outcomes(renamed, 1, extractor.process, store.base)
    store.load([outcome.graph for outcome in outcomes if outcome.graph is not None])
    store.withdraw(stale)


def _superseded(noted: list[Claim], given: list[Claim], held: set[str]) -> list[Claim]:
    """Find the claims on earlier content of files whose present content is held."""
    present = {claim.path: claim.sha256 for claim in given if claim.sha256 in held}
    # A recovered claim knows its file by name alone.
    present |= {claim.name: claim.sha256 for claim in given if claim.sha256 in held}
    return [claim for claim in noted if present.get(claim.path, claim.sha256) != claim.sha256]


# -- reading and loading -----------------------------------------------------------------------


class _Steps:
    """Tells how far the build is, and collects what failed."""

    def __init__(
        self,
        total: int,
        started: float,
        report: Callable[[Progress], None] | None,
        skipped: list[Skipped],
    ) -> None:
        self._total, self._started, self._report = total, started, report
        self._skipped, self._done = skipped, 0

    def announce(self) -> None:
        """Tell what was left out before reading began."""
        self._tell(None)
        for one in self._skipped:
            self._tell(one)

    def step(self, outcome: _Outcome) -> None:
        """Count a document; keep why it failed, for each file that holds it."""
        self._done = min(self._done + 1, self._total)
        failed = [Skipped(path, outcome.reason, outcome.trace) for path in outcome.job.paths]
        if outcome.graph is not None:
            failed = []
        self._skipped.extend(failed)
        if not failed:
            self._tell(None)
        for one in failed:
            self._tell(one)

    def _tell(self, skipped: Skipped | None) -> None:
        if self._report is not None:
            seconds = time.monotonic() - self._started
            self._report(Progress(self._done, self._total, seconds, skipped))


def _read_and_load(
    store: Store,
    jobs: list[_Job],
    processes: int,
    extractor: Extractor,
    tally: _Tally,
    steps: _Steps,
) -> None:
    """Read contents and load them in batches of whole documents."""
    batch: list[DocumentGraph] = []
    quads, since = 0, time.monotonic()
    for outcome in _outcomes(jobs, processes, extractor.process, store.base):
        steps.step(outcome)
        if outcome.graph is None:
            continue
        _count(outcome.graph, store, tally)
        batch.append(outcome.graph)
        quads += outcome.graph.nquads.count("\n")
        if quads >= BATCH_QUADS or time.monotonic() - since >= BATCH_SECONDS:
            store.load(batch)
            batch, quads, since = [], 0, time.monotonic()
    store.load(batch)


def _count(graph: DocumentGraph, store: Store, tally: _Tally) -> None:
    if graph.notes:
        tally.repaired += 1
    else:
        tally.ok += 1
    if store.holds(graph.iri):
        tally.replaced += 1


def _outcomes(jobs: list[_Job], processes: int, process: Process, base: str) -> Iterator[_Outcome]:
    if processes <= 1 or len(jobs) < 2:
        return (_run(job, process, base) for job in jobs)
    return _pooled(jobs, processes, process, base)


def _run(job: _Job, process: Process, base: str) -> _Outcome:
    """Read one content; whatever happens in it stays with it."""
    try:
        graph = process(_content(job), job.names, base)
        _check_syntax(graph)
        return _Outcome(job, graph)
    except KgError as error:
        return _Outcome(job, None, str(error))
    except Exception as error:  # noqa: BLE001  a bug in one document must not cost the others
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
        return _Outcome(job, None, " ".join(reason.split()), traceback.format_exc())


def _check_syntax(graph: DocumentGraph) -> None:
    """Raise where a graph cannot be loaded; in the store it would take its batch down with it."""
    for _ in pyoxigraph.parse(graph.nquads, pyoxigraph.RdfFormat.N_QUADS):
        pass


def _run_all(jobs: list[_Job], process: Process, base: str) -> list[_Outcome]:
    return [_run(job, process, base) for job in jobs]


def _content(job: _Job) -> bytes:
    """Read the bytes that were hashed, from whichever file still has them."""
    for path in job.paths:
        try:
            data = Path(path).read_bytes()
        except OSError:
            continue  # another name of the same content may do
        if hashlib.sha256(data).hexdigest() == job.sha256:
            return data
    raise ReadError("changed or went away while it was being read; build again")


def _pooled(jobs: list[_Job], processes: int, process: Process, base: str) -> Iterator[_Outcome]:
    """Read contents in processes; one that takes its process down costs itself alone."""
    chunks = deque(jobs[start : start + CHUNK] for start in range(0, len(jobs), CHUNK))
    while chunks:
        lost = yield from _until_broken(chunks, processes, process, base)
        for job in lost:
            yield _run_alone(job, process, base)


def _until_broken(
    chunks: deque[list[_Job]], processes: int, process: Process, base: str
) -> Generator[_Outcome, None, list[_Job]]:
    """Work off chunks; return what was in work when a process died."""
    running: dict[Future[list[_Outcome]], list[_Job]] = {}
    pool = _pool(processes)
    try:
        while chunks or running:
            while chunks and len(running) < 2 * processes:
                chunk = chunks.popleft()
                running[pool.submit(_run_all, chunk, process, base)] = chunk
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                outcomes = future.result()
                del running[future]
                yield from outcomes
    except BrokenProcessPool:
        return [job for chunk in running.values() for job in chunk]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return []


def _run_alone(job: _Job, process: Process, base: str) -> _Outcome:
    with _pool(1) as pool:
        try:
            return pool.submit(_run, job, process, base).result()
        except BrokenProcessPool:
            return _Outcome(job, None, "took down the process that read it; please report it")


def _pool(processes: int) -> ProcessPoolExecutor:
    # Spawned: a fork would copy the threads' locks that Oxigraph holds at that moment.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_start_worker)


def _start_worker() -> None:
    """Leave interrupts to the parent, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
