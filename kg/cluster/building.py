"""Inputs to a store, as kg.build makes it; documents are read by the workers of an engine.

    paths      listed and opened here: their bytes go with the task
    addresses  listed and opened by workers

The store is written here, by what writes it after any reading.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from kg import workers
from kg.build import (
    BuildReport,
    Extractor,
    Job,
    Outcome,
    Progress,
    bring_in,
    content_of,
    default_extractor,
)
from kg.cluster.engines import Engine
from kg.cluster.listing import list_here_and_there
from kg.cluster.places import is_address
from kg.cluster.reading import Recipe, dismiss, read
from kg.errors import KgError
from kg.inputs import AUTOMATIC, Intake
from kg.models import AS_IT_IS, ReadOptions
from kg.stamps import read_corrections
from kg.store import Store
from kg.workers import DEFAULT_LIMITS, TOO_LARGE, Limits, Lost

# Of one task: some seconds of work, so that the last ones do not keep the others waiting.
MOST_DOCUMENTS = 8
MOST_BYTES = 2**20
MOST_FAR = 64  # documents at addresses: an archive is fetched by each task that reads of it
WORKERS_DIED = (
    "the workers that read it died, one after the other; they may need more memory for the "
    "process that reads (--memory-limit)"
)


@dataclass(slots=True)
class _Parcel:
    """Documents that one task reads: with their bytes, unless they lie at an address."""

    jobs: list[Job] = field(default_factory=list)
    sent: dict[str, bytes] = field(default_factory=dict)  # by digest
    unread: list[Outcome] = field(default_factory=list)  # of which there are no bytes to send
    size: int = 0

    def put(self, job: Job, data: bytes | Lost) -> None:
        """Add a document, or why it cannot be had."""
        if isinstance(data, Lost):
            self.unread.append(Outcome(job, None, data.reason))
            return
        self.jobs.append(job)
        self.sent[job.sha256] = data
        self.size += len(data)


def build_on(
    engine: Engine,
    paths: Iterable[str | Path],
    store: Store,
    *,
    version_here: Callable[[], str],
    intake: Intake = AUTOMATIC,
    limits: Limits = DEFAULT_LIMITS,
    report: Callable[[Progress], None] | None = None,
    extractor: Extractor | None = None,
    options: ReadOptions = AS_IT_IS,
    compare: bool = True,
) -> BuildReport:
    """Bring files, folders, archives, dumps, lists and addresses into a store.

    As kg.build.build does it, with the same result and the same account of each file, but for
    who reads. `version_here` gives the version of the extractors where a document is read.
    """
    started = time.monotonic()
    table = read_corrections(store)
    extractor = extractor or default_extractor(store.base, options, table.corrections)
    recipe = Recipe(
        extractor.process, extractor.version, version_here, store.base, limits, uuid4().hex
    )
    given = [str(path) for path in paths]
    contents = list_here_and_there(given, store.path, engine, intake, limits)
    reading = partial(_read, engine=engine, recipe=recipe)
    try:
        done = bring_in(contents, store, extractor, reading, report=report, compare=compare)
    finally:
        engine.everywhere(partial(dismiss, recipe.run))
    faults = tuple(f"line {one.line}: {one.problem}" for one in table.faults)
    return replace(done, seconds=time.monotonic() - started, faults=faults)


def _read(jobs: list[Job], engine: Engine, recipe: Recipe) -> Iterator[Outcome]:
    """Yield what becomes of each content, in the order in which they are read.

    Documents whose task took its workers down are read once more, each by itself: that costs
    the one to blame and none of the others.
    """
    again: list[Job] = []

    def put_off(parcel: _Parcel) -> list[Outcome]:
        again.extend(parcel.jobs)
        return parcel.unread

    yield from _read_on(engine, _parcels(jobs, recipe.limits), recipe, put_off)
    alone = (parcel for job in again for parcel in _parcels([job], recipe.limits))
    yield from _read_on(engine, alone, recipe, _give_up)


def _read_on(
    engine: Engine,
    parcels: Iterable[_Parcel],
    recipe: Recipe,
    lost: Callable[[_Parcel], list[Outcome]],
) -> Iterator[Outcome]:
    task = partial(_read_parcel, recipe=recipe)
    for _, outcomes in engine.map(task, parcels, lost=lost, weight=_weight):
        yield from outcomes


def _read_parcel(parcel: _Parcel, recipe: Recipe) -> list[Outcome]:
    """Read documents where a worker is; tell of each where the user has it, not where it was."""
    jobs = {job.sha256: job for job in parcel.jobs}
    outcomes = read(parcel.jobs, recipe, parcel.sent) if jobs else []
    return parcel.unread + [replace(one, job=jobs[one.job.sha256]) for one in outcomes]


def _give_up(parcel: _Parcel) -> list[Outcome]:
    return parcel.unread + [Outcome(job, None, WORKERS_DIED) for job in parcel.jobs]


def _weight(parcel: _Parcel) -> int:
    return parcel.size


# -- what is sent ------------------------------------------------------------------------------


def _parcels(jobs: Sequence[Job], limits: Limits) -> Iterator[_Parcel]:
    """Yield documents with their bytes, a few at a time; then those that workers fetch."""
    parcel = _Parcel()
    # Opened in a process: an archive may be made to harm whoever opens it.
    for job, data in workers.run(_open, [job for job in jobs if not _is_far(job)], 1, limits):
        parcel.put(job, data)
        if len(parcel.jobs) >= MOST_DOCUMENTS or parcel.size >= MOST_BYTES:
            yield parcel
            parcel = _Parcel()
    if parcel.jobs or parcel.unread:
        yield parcel
    far = [job for job in jobs if _is_far(job)]
    for at in range(0, len(far), MOST_FAR):
        yield _Parcel(far[at : at + MOST_FAR])


def _is_far(job: Job) -> bool:
    return all(is_address(where.file) for where in job.places)


def _open(job: Job) -> bytes | Lost:
    try:
        return content_of(job)
    except KgError as error:
        return Lost(str(error))
    except MemoryError:
        return Lost(TOO_LARGE)
