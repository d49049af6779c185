"""Paths and addresses to the documents that they stand for, listed by whoever has time."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kg.build import Job
from kg.cluster.engines import Engine
from kg.cluster.places import fetch, files_at, is_address
from kg.errors import ClusterError
from kg.inputs import Contents, Found, Intake, Locator, Skipped, find_files, read_contents
from kg.ledger import Claim
from kg.workers import Limits

TOGETHER = 64  # files that are listed in one task


@dataclass(frozen=True, slots=True)
class _Remote:
    """Files below an address, and whether the user named them."""

    folder: str
    names: tuple[str, ...]
    is_named: bool


def list_documents(
    inputs: Sequence[str], engine: Engine, intake: Intake, limits: Limits
) -> Contents:
    """Hash every document of paths and addresses, in the order in which they are best read."""
    found = find_files([one for one in inputs if not is_address(one)])
    remote = [batch for one in inputs if is_address(one) for batch in _remote(one)]
    contents = Contents({**found.files, **found.containers})
    contents.skipped += found.skipped
    contents.unread.update(found.unread)
    _list_all([*_batches(found), *remote], engine, intake, limits, contents)
    return contents


def list_here_and_there(
    inputs: Sequence[str], store: Path | None, engine: Engine, intake: Intake, limits: Limits
) -> Contents:
    """Hash every document: of paths here, where alone they may be seen; of addresses there."""
    found = find_files([one for one in inputs if not is_address(one)], store)
    contents = read_contents(found, intake, limits)
    contents.skipped[:0] = found.skipped
    contents.unread.update(found.unread)
    remote = [batch for one in inputs if is_address(one) for batch in _remote(one)]
    _list_all(remote, engine, intake, limits, contents)
    return contents


def _list_all(
    jobs: Sequence[Found | _Remote],
    engine: Engine,
    intake: Intake,
    limits: Limits,
    contents: Contents,
) -> None:
    """Add to contents what an engine's workers find, in the order of the jobs."""
    done = dict(engine.map(partial(_list, intake=intake, limits=limits), jobs))
    for number in sorted(done):
        contents.merge(done[number])


def _batches(found: Found) -> Iterator[Found]:
    """Yield a few files after the other, and each container by itself."""
    files = sorted(found.files.items())
    for at in range(0, len(files), TOGETHER):
        yield Found(dict(files[at : at + TOGETHER]), {}, set(), [], Counter())
    for path, name in sorted(found.containers.items()):
        yield Found({}, {path: name}, found.named & {path}, [], Counter())


def _remote(address: str) -> Iterator[_Remote]:
    try:
        folder, names = files_at(address)
    except FileNotFoundError as error:
        raise ClusterError(f"{address}: no such file or folder") from error
    if not names:
        raise ClusterError(f"{address}: no such file or folder, or nothing in it")
    is_named = names == [address.rsplit("/", 1)[-1]] and not address.endswith("/")
    shown = [name for name in names if not _is_hidden(name)]
    for at in range(0, len(shown), TOGETHER):
        yield _Remote(folder, tuple(shown[at : at + TOGETHER]), is_named)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _list(job: Found | _Remote, intake: Intake, limits: Limits) -> Contents:
    if isinstance(job, Found):
        return read_contents(job, intake, limits)
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        here = os.path.realpath(folder)
        for name in job.names:
            fetch(f"{job.folder}/{name}", Path(here, name))
        given = [os.path.join(here, name) for name in job.names] if job.is_named else [here]
        found = find_files(given)
        contents = read_contents(found, intake, limits)
        contents.skipped[:0] = found.skipped
        contents.unread.update(found.unread)
    return _moved(contents, here, job.folder)


def _moved(contents: Contents, here: str, there: str) -> Contents:
    """Return what was found in a copy as it is where the copy was taken from."""

    def place(path: str) -> str:
        return there + path.removeprefix(here) if path.startswith(here) else path

    return Contents(
        names={place(path): name for path, name in contents.names.items()},
        claims=[Claim(place(one.path), one.name, one.sha256) for one in contents.claims],
        locators={
            place(path): replace(where, file=place(where.file))
            for path, where in contents.locators.items()
        },
        listed=set(map(place, contents.listed)),
        there=set(map(place, contents.there)),
        skipped=[Skipped(place(one.path), one.reason, one.trace) for one in contents.skipped],
        unread=contents.unread,
    )


@contextmanager
def at_hand(jobs: Sequence[Job], sent: Mapping[str, bytes]) -> Iterator[list[Job]]:
    """Give jobs whose documents are on this machine, for as long as they are read.

    `sent` are the bytes of those that came with their job, by digest.
    """
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        copies: dict[str, str] = {}
        yield [
            _written(job, Path(folder), sent[job.sha256])
            if job.sha256 in sent
            else _copied(job, Path(folder), copies)
            for job in jobs
        ]


def _written(job: Job, folder: Path, data: bytes) -> Job:
    """Return a job with the document that came along in a file."""
    file = folder / job.sha256
    file.write_bytes(data)
    return replace(job, places=(Locator(str(file)),))


def _copied(job: Job, folder: Path, copies: dict[str, str]) -> Job:
    """Return a job with a copy of the first place that can be had, if all are far away."""
    if any(not is_address(where.file) for where in job.places):
        return replace(job, places=_near(job.places))
    for where in job.places:
        if where.file not in copies:
            # By its name a dump is known for what it is.
            copy = folder / str(len(copies)) / where.file.rsplit("/", 1)[-1]
            try:
                fetch(where.file, copy)
            except (FileNotFoundError, ClusterError):
                continue
            copies[where.file] = str(copy)
        return replace(job, places=(replace(where, file=copies[where.file]),))
    return replace(job, places=())


def _near(places: Iterable[Locator]) -> tuple[Locator, ...]:
    return tuple(where for where in places if not is_address(where.file))
