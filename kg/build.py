"""Files to a store that holds their graphs.

Contents, not files, are what is read: the same bytes under several names are one document. In
whatever order files come and however many processes read them, the graph is the same.
"""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from kg import workers
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
from kg.models import AS_IT_IS, Correction, DocumentGraph, ReadOptions
from kg.prepare import Prepared, prepare
from kg.read.columns import COMMON, Columns
from kg.stamps import read_corrections, stamps
from kg.store import Held, Store
from kg.workers import DEFAULT_LIMITS, TOO_DEEP, TOO_LARGE, Limits, Lost

# Each batch adds tables, and Oxigraph merges what it has with every other one: in batches of
# 200,000 quads 2,240,000 cost 12 s of merging, of 500,000 4 s. Small ones are made faster and
# take less memory; so a batch is a part of what was loaded before, within these bounds.
BATCH_QUADS = 150_000
MOST_QUADS = 500_000
PART = 4
BATCH_SECONDS = 15.0
HEARD = 0.1  # seconds after which a lost call is made up for
FIRST = 100  # contents, one of which will be read if any is new: of more, a second matters less

Process = Callable[[bytes, Sequence[str], str], DocumentGraph]


@dataclass(frozen=True, slots=True)
class Extractor:
    """What reads a document, and what its version is called."""

    process: Process
    version: str
    made: str | Callable[[], str]  # the ontology, or what makes it: not before it is asked for
    corrections: tuple[Correction, ...] = ()  # those that `process` applies

    @property
    def ontology(self) -> str:
        """Return the ontology's N-Quads."""
        return self.made if isinstance(self.made, str) else self.made()


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file: each file that was given has one."""

    path: str
    outcome: str  # ok, repaired, unchanged or skipped
    remarks: tuple[str, ...] = ()  # why it was skipped, or what was put right; a line each
    seconds: float = 0.0  # that reading its content took


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come."""

    done: int
    total: int
    seconds: float
    skipped: Skipped | None = None  # what was just left out
    comparing: bool = False  # texts with each other; else reading documents


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build has done; documents are contents, so two equal files are one."""

    ok: int
    repaired: int  # read, after the reader had to put something right
    unchanged: int  # held already from the same version of the extractors
    replaced: int  # of those read, how many took the place of an earlier graph
    skipped: tuple[Skipped, ...]
    files: tuple[FileOutcome, ...]  # the account of all, by path
    unread: tuple[tuple[str, int], ...]  # suffix or README → how many in folders and archives
    entities: tuple[tuple[str, int], ...]  # class → nodes in the store
    quads: int  # in the store
    seconds: float
    faults: tuple[str, ...] = ()  # the lines of corrections.tsv that could not be used


@dataclass(frozen=True, slots=True)
class Job:
    """One content to be read."""

    sha256: str
    paths: tuple[str, ...]
    names: tuple[str, ...]
    places: tuple[Locator, ...]  # of the paths


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a content: its graph, or the reason why there is none."""

    job: Job
    graph: Prepared | None
    reason: str = ""
    trace: str = ""
    seconds: float = 0.0


Read = Callable[[list[Job]], Iterator[Outcome]]


@dataclass(slots=True)
class _Tally:
    """What grows while a build runs."""

    ok: int = 0
    repaired: int = 0
    unchanged: int = 0
    replaced: int = 0
    files: list[FileOutcome] = field(default_factory=list)


def build(
    paths: Iterable[str | Path],
    store: Store,
    *,
    jobs: int = 1,
    intake: Intake = AUTOMATIC,
    limits: Limits | None = DEFAULT_LIMITS,
    report: Callable[[Progress], None] | None = None,
    extractor: Extractor | None = None,
    options: ReadOptions = AS_IT_IS,
    compare: bool = True,
) -> BuildReport:
    """Bring files, folders, archives, dumps and lists of them into a store.

    Documents that it holds are not read again. Can be stopped at any moment: the store then
    holds whole documents only, and the same call goes on. A file that fails is in the report
    with its reason. `intake` says how containers are read. `jobs` processes read, each document
    within `limits`; without limits this process reads, unprotected. At the end texts are
    compared with each other (kg.traces), unless `compare` is false: then the store has no traces;
    and the full-text index is brought up to date (kg.search).
    """
    started = time.monotonic()
    table = read_corrections(store)
    extractor = extractor or default_extractor(store.base, options, table.corrections)
    found = find_files([str(path) for path in paths], store.path)
    contents = read_contents(found, intake, limits)
    contents.skipped[:0] = found.skipped
    contents.unread.update(found.unread)
    with ExitStack() as undo:
        read: Read = partial(_read_here, process=extractor.process, base=store.base)
        if limits is not None:
            reader = Reader(limits, extractor.process, store.base, jobs)
            undo.callback(reader.end)
            read = reader.read_and_end
            if any(not store.claims(claim.sha256) for claim in contents.claims[:FIRST]):
                reader.start()  # it loads what reads a document while the store gets its ontology
        done = bring_in(contents, store, extractor, read, report=report, compare=compare)
    faults = tuple(f"line {one.line}: {one.problem}" for one in table.faults)
    return replace(done, seconds=time.monotonic() - started, faults=faults)


def bring_in(
    contents: Contents,
    store: Store,
    extractor: Extractor,
    read: Read,
    *,
    report: Callable[[Progress], None] | None = None,
    compare: bool = True,
) -> BuildReport:
    """Bring contents into a store, those that it does not hold as `read` gives their graphs."""
    from kg import search, traces  # here: no process that reads documents needs them

    started = time.monotonic()
    skipped = list(contents.skipped)
    tally = _Tally()
    store.set_ontology(extractor.ontology, extractor.version)
    store.claim(contents.claims)
    _note_columns(store, contents)
    work = _plan(store, contents, extractor, tally)
    steps = _Steps(len(work), started, report, skipped)
    steps.announce()
    _load(store, read(work), tally, steps)
    _settle(store, contents, read, extractor, tally)
    release()
    if compare:
        traces.update(store, steps.compare)
    else:
        traces.clear(store)
    search.update(store)
    return BuildReport(
        ok=tally.ok,
        repaired=tally.repaired,
        unchanged=tally.unchanged,
        replaced=tally.replaced,
        skipped=tuple(sorted(skipped, key=lambda one: one.path)),
        files=_account(tally, skipped),
        unread=tuple(sorted(contents.unread.items())),
        entities=tuple(store.counts().items()),
        quads=store.quads(),
        seconds=time.monotonic() - started,
    )


def _account(tally: _Tally, skipped: Iterable[Skipped]) -> tuple[FileOutcome, ...]:
    """Give every file's outcome, in the order of their paths."""
    left_out = (FileOutcome(one.path, "skipped", (one.reason,)) for one in skipped)
    return tuple(sorted([*tally.files, *left_out], key=lambda one: one.path))


def default_extractor(
    base: str, options: ReadOptions = AS_IT_IS, corrections: tuple[Correction, ...] = ()
) -> Extractor:
    """Give the project's own extractor; with other options it has another version."""
    from kg.version import ontology_nquads, version_for

    process = partial(
        workers.Elsewhere("kg.pipeline", "process"), options=options, corrections=corrections
    )
    return Extractor(process, version_for(options), partial(ontology_nquads, base), corrections)


# -- what is to be done ------------------------------------------------------------------------


def _plan(store: Store, contents: Contents, extractor: Extractor, tally: _Tally) -> list[Job]:
    """List the contents that the store does not hold as these extractors would write them.

    In the order in which they lie in their files: an archive is gone through once.
    """
    held = store.held(claim.sha256 for claim in contents.claims)
    versions = _Versions(store, extractor, held.values())
    jobs = []
    for sha256 in dict.fromkeys(claim.sha256 for claim in contents.claims):
        job = _job(sha256, store.claims(sha256), store, contents)
        if _is_current(held.get(sha256), job, versions):
            tally.unchanged += 1
            tally.files += [FileOutcome(path, "unchanged") for path in job.paths]
        else:
            jobs.append(job)
    return jobs


def _job(sha256: str, claims: Iterable[Claim], store: Store, contents: Contents) -> Job:
    claims = list(claims)
    paths = tuple(sorted(claim.path for claim in claims))
    return Job(
        sha256,
        paths=paths,
        names=tuple(sorted({claim.name for claim in claims})),
        places=tuple(_locator(path, store, contents) for path in paths),
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


class _Versions:
    """What the version of each of these documents would be, were it read now."""

    def __init__(self, store: Store, extractor: Extractor, held: Iterable[Held]) -> None:
        self._version = extractor.version
        self._stamps = stamps(store, extractor.corrections, [one.source for one in held])

    def of(self, held: Held) -> str:
        """Give a document's version: the extractors', and the corrections that concern it."""
        return self._version + self._stamps.get(held.source, "")


def _is_current(held: Held | None, job: Job, versions: _Versions) -> bool:
    return held is not None and (held.version, held.names) == (versions.of(held), job.names)


def _settle(
    store: Store, contents: Contents, read: Read, extractor: Extractor, tally: _Tally
) -> None:
    """Take out what files held before they changed, now that their new content is there.

    Graphs go first and claims last: a build killed in between finds them again.
    """
    given = store.held(claim.sha256 for claim in contents.claims)
    stale = _superseded(store.claims(), contents, set(given))
    if not stale:
        return
    held = store.held(claim.sha256 for claim in stale)
    by_content = defaultdict(set)
    for claim in stale:
        by_content[claim.sha256].add(claim)
    versions = _Versions(store, extractor, held.values())
    renamed = []
    for sha256 in sorted(by_content.keys() & held.keys()):
        left = [claim for claim in store.claims(sha256) if claim not in by_content[sha256]]
        job = _job(sha256, left, store, contents)
        if not left:
            store.drop(held[sha256].source)
            tally.replaced += 1
        elif not _is_current(held[sha256], job, versions):
            renamed.append(job)
    # Another file that had this content may have changed too without being given now; then the
    # graph stays as it is until that one is built.
    store.load([outcome.graph for outcome in read(renamed) if outcome.graph is not None])
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

    def step(self, outcome: Outcome) -> None:
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

    def compare(self, done: int, total: int) -> None:
        """Tell how many texts are compared."""
        if self._report is not None:
            seconds = time.monotonic() - self._started
            self._report(Progress(done, total, seconds, comparing=True))

    def _tell(self, skipped: Skipped | None) -> None:
        if self._report is not None:
            seconds = time.monotonic() - self._started
            self._report(Progress(self._done, self._total, seconds, skipped))


def _load(store: Store, outcomes: Iterable[Outcome], tally: _Tally, steps: _Steps) -> None:
    """Load graphs in batches of whole documents, each while the next is read."""
    batch: list[Prepared] = []
    quads, loaded, since = 0, 0, time.monotonic()
    with _beside(store.load) as load:
        for outcome in outcomes:
            steps.step(outcome)
            if outcome.graph is None:
                continue
            _count(outcome, outcome.graph, store, tally)
            batch.append(outcome.graph)
            quads += outcome.graph.nquads.count(b"\n")
            if quads >= _enough(loaded) or time.monotonic() - since >= BATCH_SECONDS:
                load(batch)
                batch, quads, loaded, since = [], 0, loaded + quads, time.monotonic()
        load(batch)


def _enough(loaded: int) -> int:
    """Give of how many quads the next batch is, when so many were loaded."""
    return max(BATCH_QUADS, min(loaded // PART, MOST_QUADS))


@contextmanager
def _beside(
    load: Callable[[list[Prepared]], None],
) -> Iterator[Callable[[list[Prepared]], None]]:
    """Give what loads in a thread of its own, one batch at a time; at the end all are loaded.

    Oxigraph works without Python's lock, so whoever reads is answered meanwhile. What went wrong
    is raised with the next batch. Waited for is what the thread has noted, not that it calls: a
    call may be lost in an interrupt, and Python's own futures are left in disorder by one.
    """
    batches, calls = SimpleQueue[list[Prepared] | None](), SimpleQueue[None]()
    answers: list[BaseException | None] = []
    Thread(target=_load_each, args=(load, batches, answers, calls), daemon=True).start()
    given = 0

    def wait() -> None:
        while len(answers) < given:
            with suppress(Empty):
                calls.get(timeout=HEARD)
        for error in filter(None, answers):
            raise error

    def start(batch: list[Prepared]) -> None:
        nonlocal given
        wait()
        batches.put(batch)
        given += 1

    try:
        yield start
    finally:
        batches.put(None)
        wait()


def _load_each(
    load: Callable[[list[Prepared]], None],
    batches: SimpleQueue[list[Prepared] | None],
    answers: list[BaseException | None],
    calls: SimpleQueue[None],
) -> None:
    while (batch := batches.get()) is not None:
        try:
            load(batch)
        except BaseException as error:  # noqa: BLE001  it is raised where the batch came from
            answers.append(error)
        else:
            answers.append(None)
        calls.put(None)


def _count(outcome: Outcome, graph: Prepared, store: Store, tally: _Tally) -> None:
    if graph.notes:
        tally.repaired += 1
    else:
        tally.ok += 1
    kind = "repaired" if graph.notes else "ok"
    tally.files += [
        FileOutcome(path, kind, graph.notes, outcome.seconds) for path in outcome.job.paths
    ]
    if store.holds(graph.iri):
        tally.replaced += 1


def read_jobs(
    jobs: Iterable[Job], processes: int, limits: Limits | None, process: Process, base: str
) -> Iterator[Outcome]:
    """Yield what becomes of each content, in the order in which they are read."""
    if limits is None:
        yield from _read_here(jobs, process, base)
        return
    task = partial(_run, process=process, base=base)
    yield from _outcomes(workers.run(task, jobs, processes, limits))


def _read_here(jobs: Iterable[Job], process: Process, base: str) -> Iterator[Outcome]:
    return map(partial(_run, process=process, base=base), jobs)


class Reader:
    """Processes that read contents, each within its limits, and stay for the next ones."""

    def __init__(self, limits: Limits, process: Process, base: str, processes: int = 1) -> None:
        task = partial(_run, process=process, base=base)
        self._standing = workers.Standing(task, processes, limits)

    def start(self) -> None:
        """Let a process come up that will be needed soon."""
        self._standing.start()

    def read(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Yield what becomes of each content."""
        yield from _outcomes(self._standing.run(jobs))

    def read_and_end(self, jobs: Iterable[Job]) -> Iterator[Outcome]:
        """Yield what becomes of each content; what comes next may need the processes' memory."""
        try:
            yield from self.read(jobs)
        finally:
            self.end()

    def end(self) -> None:
        """End the process."""
        self._standing.end()


def _outcomes(done: Iterable[tuple[Job, Outcome | Lost]]) -> Iterator[Outcome]:
    for job, outcome in done:
        yield Outcome(job, None, outcome.reason) if isinstance(outcome, Lost) else outcome


def _run(job: Job, process: Process, base: str) -> Outcome:
    """Read one content; whatever happens in it stays with it."""
    started = time.monotonic()
    outcome = _attempt(job, process, base)
    return replace(outcome, seconds=time.monotonic() - started)


def _attempt(job: Job, process: Process, base: str) -> Outcome:
    try:
        return Outcome(job, prepare(process(content_of(job), job.names, base)))
    except KgError as error:
        return Outcome(job, None, str(error))
    except MemoryError:
        return Outcome(job, None, TOO_LARGE)
    except RecursionError:
        return Outcome(job, None, TOO_DEEP)
    except Exception as error:  # noqa: BLE001  a bug in one document must not cost the others
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
        return Outcome(job, None, " ".join(reason.split()), traceback.format_exc())


def content_of(job: Job) -> bytes:
    """Read the bytes that were hashed, from whichever file still has them."""
    for where in job.places:
        try:
            data = content(where)
        except (OSError, ReadError):
            continue  # another name of the same content may do
        if hashlib.sha256(data).hexdigest() == job.sha256:
            return data
    raise ReadError("changed or went away while it was being read; build again")
