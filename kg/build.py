"""Files to a store that holds their graphs.

Contents, not files, are what is read: the same bytes under several names are one document. In
whatever order files come and however many processes read them, the graph is the same.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyoxigraph

from kg.errors import KgError, ReadError
from kg.inputs import (
    AUTOMATIC,
    Contents,
    Intake,
    Locator,
    Skipped,
    content,
    find_files,
    hosts_of,
    locate,
    read_contents,
    release,
)
from kg.ledger import Claim
from kg.models import DocumentGraph
from kg.read.columns import COMMON, Columns
from kg.store import Held, Store

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
    unread: tuple[tuple[str, int], ...]  # suffix or README → how many in folders and archives
    entities: tuple[tuple[str, int], ...]  # class → nodes in the store
    quads: int  # in the store
    seconds: float


@dataclass(frozen=True, slots=True)
class _Job:
    """One content to be read."""

    sha256: str
    paths: tuple[Locator, ...]
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
    intake: Intake = AUTOMATIC,
    report: Callable[[Progress], None] | None = None,
    extractor: Extractor | None = None,
) -> BuildReport:
    """Bring files, folders, archives, dumps and lists of them into a store.

    Documents that it holds are not read again. Can be stopped at any moment: the store then
    holds whole documents only, and the same call goes on. A file that fails is in the report
    with its reason. `intake` says how containers are read.
    """
    started = time.monotonic()
    extractor = extractor or default_extractor(store.base)
    found = find_files([str(path) for path in paths], store.path)
    contents = read_contents(found, intake)
    skipped = [*found.skipped, *contents.skipped]
    tally = _Tally()
    store.set_ontology(extractor.ontology, extractor.version)
    store.claim(contents.claims)
    _note_columns(store, contents)
    work = _plan(store, contents, extractor.version, tally)
    steps = _Steps(len(work), started, report, skipped)
    steps.announce()
    _read_and_load(store, work, jobs, extractor, tally, steps)
    _settle(store, contents, extractor, tally)
    release()
    return BuildReport(
        ok=tally.ok,
        repaired=tally.repaired,
        unchanged=tally.unchanged,
        replaced=tally.replaced,
        skipped=tuple(sorted(skipped, key=lambda one: one.path)),
        unread=tuple(sorted((found.unread + contents.unread).items())),
        entities=tuple(store.counts().items()),
        quads=store.size()[1],
        seconds=time.monotonic() - started,
    )


def default_extractor(base: str) -> Extractor:
    """Give the project's own extractor."""
    from kg import pipeline

    return Extractor(pipeline.process, pipeline.extractor_version(), pipeline.ontology_nquads(base))


# -- what is to be done ------------------------------------------------------------------------


def _plan(store: Store, contents: Contents, version: str, tally: _Tally) -> list[_Job]:
    """List the contents that the store does not hold as these extractors would write them.

    In the order in which they lie in their files: an archive is gone through once.
    """
    held = {one.sha256: one for one in store.sources().values()}
    jobs = []
    for sha256 in dict.fromkeys(claim.sha256 for claim in contents.claims):
        job = _job(sha256, store.claims(sha256), store, contents)
        if _is_current(held.get(sha256), job, version):
            tally.unchanged += 1
        else:
            jobs.append(job)
    return jobs


def _job(sha256: str, claims: Iterable[Claim], store: Store, contents: Contents) -> _Job:
    claims = list(claims)
    return _Job(
        sha256,
        paths=tuple(_locator(path, store, contents) for path in sorted(c.path for c in claims)),
        names=tuple(sorted({claim.name for claim in claims})),
    )


def _locator(path: str, store: Store, contents: Contents) -> Locator:
    """Return where a claim leads; one that is not given now, as its dump was read before."""
    known = contents.locators.get(path)
    if known is not None:
        return known
    where = locate(path)
    noted = store.fact(_columns_key(where.file))
    columns = Columns(**json.loads(noted)) if noted else COMMON
    return replace(where, intake=replace(AUTOMATIC, columns=columns))


def _note_columns(store: Store, contents: Contents) -> None:
    """Note which columns the user named for each dump, to find its rows again."""
    dumps = {
        where.file: where.intake.columns
        for where in contents.locators.values()
        if where.steps and isinstance(where.steps[-1], int)
    }
    for file, columns in dumps.items():
        noted = "" if columns == COMMON else json.dumps(asdict(columns), ensure_ascii=True)
        if store.fact(_columns_key(file)) != noted:
            store.note(_columns_key(file), noted)


def _columns_key(file: str) -> str:
    return f"columns {ascii(file)}"


def _is_current(held: Held | None, job: _Job, version: str) -> bool:
    return held is not None and (held.version, held.names) == (version, job.names)


def _settle(store: Store, contents: Contents, extractor: Extractor, tally: _Tally) -> None:
    """Take out what files held before they changed, now that their new content is there.

    Graphs go first and claims last: a build killed in between finds them again.
    """
    held = {one.sha256: one for one in store.sources().values()}
    stale = _superseded(store.claims(), contents, set(held))
    by_content = defaultdict(set)
    for claim in stale:
        by_content[claim.sha256].add(claim)
    renamed = []
    for sha256 in sorted(by_content.keys() & held.keys()):
        left = [claim for claim in store.claims(sha256) if claim not in by_content[sha256]]
        job = _job(sha256, left, store, contents)
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


def _superseded(noted: list[Claim], contents: Contents, held: set[str]) -> list[Claim]:
    """Find the claims on earlier content of files whose present content is held.

    What an archive or a dump does not hold any more is gone with all its content.
    """
    given = [claim for claim in contents.claims if claim.sha256 in held]
    # A recovered claim knows its file by name alone.
    present = {claim.name: claim.sha256 for claim in given}
    present |= {claim.path: claim.sha256 for claim in given}
    return [
        claim
        for claim in noted
        if present.get(claim.path, claim.sha256) != claim.sha256
        or contents.has_lost(claim.path)
        or any(host in present for host in hosts_of(claim.path))
    ]


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
        failed = [Skipped(str(where), outcome.reason, outcome.trace) for where in outcome.job.paths]
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
    for where in job.paths:
        try:
            data = content(where)
        except (OSError, ReadError):
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
