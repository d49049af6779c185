"""Paths to the documents that they stand for: files, members of archives, rows of dumps.

What is in a container is hashed while it is listed, and read again, by its locator, when its turn
comes: however large it is, only one document of it is held at a time.
"""

from __future__ import annotations

import glob
import hashlib
import io
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO

from kg import workers
from kg.errors import ReadError
from kg.ledger import Claim
from kg.models import AS_IT_IS
from kg.read.archives import HONEST_RATIO, Archive, archive_kind, closed_archive, open_archive
from kg.read.columns import COMMON, Columns, has_text, listed, values_of
from kg.read.dumps import Dump, Row, dump_kind, open_dump
from kg.read.encoding import decode
from kg.read.kinds import (
    HEAD,
    Kind,
    document_suffixes,
    kind_of,
    label_of,
    other_suffixes,
    suffix_of,
)
from kg.read.records import record
from kg.store import MARKER
from kg.workers import TOO_LARGE, Limits, Lost

ABOUT_FOLDER = "readme"  # speaks of the documents beside it, and is none
MAX_BYTES = 64 * 1024 * 1024
CONTAINER_TIMES = 10
SAMPLED_ROWS = 50
SHORTEST_DOCUMENT = 100  # characters: what most texts of a dump of documents have
DEEPEST = 2  # archives: a packed folder, and those packed in it
FOREIGN_FOLDERS = ("__MACOSX",)  # what macOS adds to a ZIP file
# The end of a claim's path: what of a container is meant.
STEP = re.compile(r"!/|#(?=\d+\Z)")
ROW = re.compile(r"#(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Intake:
    """What a user may decide about containers."""

    columns: Columns = COMMON
    max_expanded: int = AS_IT_IS.max_expanded  # bytes that an archive may unpack to


AUTOMATIC = Intake()


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a document's bytes are: a file, and what of it where it holds several."""

    file: str  # absolute
    steps: tuple[str | int, ...] = ()  # members of archives; a row of a dump
    intake: Intake = AUTOMATIC

    def __str__(self) -> str:
        """Return the path of a claim: /abs/archive.zip!/inner/a.txt, /abs/dump.jsonl#17."""
        return self.file + _tail(self.steps)

    def inside(self, step: str | int) -> Locator:
        """Return where a member or a row of what lies here is."""
        return replace(self, steps=(*self.steps, step))


def _tail(steps: Iterable[str | int]) -> str:
    return "".join(f"!/{step}" if isinstance(step, str) else f"#{step}" for step in steps)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not get into the graph."""

    path: str
    reason: str
    trace: str = ""  # of an unexpected error


# -- which files -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The files that some paths stand for."""

    files: dict[str, str]  # absolute path → name below the folder that was given
    containers: dict[str, str]  # the same of archives and dumps
    named: set[str]  # those of either that the user named
    skipped: list[Skipped]
    unread: Counter[str]


def find_files(paths: Sequence[str], store: Path | None = None) -> Found:
    """Find the files of paths, folders, globs and lists; a store's directory is passed over."""
    found = Found({}, {}, set(), [], Counter())
    for path in paths:
        for root, place in _expand(path, found.skipped):
            if os.path.isdir(place):
                _walk(place, root, found)
            else:
                _offer(place, os.path.relpath(place, root), found, named=True)
    return found


def _expand(path: str, skipped: list[Skipped]) -> Iterator[tuple[str, str]]:
    """Yield the folder that names start from, with each place that a path stands for."""
    if os.path.lexists(path):
        yield (path if os.path.isdir(path) else os.path.dirname(path) or "."), path
        return
    if path.startswith("@"):
        yield from _expand_list(path[1:], skipped)
        return
    matches = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else []
    if not matches:
        skipped.append(Skipped(path, "no such file or folder"))
    plain = path.split(os.sep)
    depth = next((n for n, part in enumerate(plain) if glob.has_magic(part)), 0)
    root = os.sep.join(plain[:depth]) or (os.sep if path.startswith(os.sep) else ".")
    for match in matches:
        yield root, match


def _expand_list(name: str, skipped: list[Skipped]) -> Iterator[tuple[str, str]]:
    """Yield the places of a list: a path or glob a line, relative to the list; # for remarks."""
    try:
        reason = _refusal(os.stat(name))
        text = "" if reason else decode(Path(name).read_bytes(), name)[0]
    except OSError as error:
        reason = error.strerror or str(error)
    except ReadError as error:
        reason = str(error)
    if reason:
        skipped.append(Skipped(f"@{name}", reason))
        return
    folder = os.path.dirname(name)
    for line in text.removeprefix("\ufeff").splitlines():
        entry = line.strip()
        if entry.startswith("@"):
            skipped.append(Skipped(entry, f"in {name}: a list in a list is not followed"))
        elif entry and not entry.startswith("#"):
            yield from _expand(os.path.join(folder, entry), skipped)


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
            if not name.startswith("."):
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


def _offer(path: str, name: str, found: Found, *, named: bool = False) -> None:
    """Take a file for what it is; one that the user names is a document if nothing else."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            found.skipped.append(Skipped(path, _refusal(status)))
            return
        kind, label = _look(path, name)
    except OSError as error:
        found.skipped.append(Skipped(path, error.strerror or str(error)))
        return
    if not named and is_about_folder(name):
        kind, label = "other", os.path.basename(name)
    if kind in ("archive", "dump"):
        _take(found.containers, path, name, found, named=named)
    elif kind == "closed":
        found.skipped.append(Skipped(path, label))
    elif kind == "other" and not named:
        found.unread[_encodable(label)] += 1
    elif reason := _refusal(status):
        found.skipped.append(Skipped(path, reason))
    else:
        _take(found.files, path, name, found, named=named)


def _look(path: str, name: str) -> tuple[Kind, str]:
    """Return what a file is, and what it is counted as where it is not taken."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
        return kind_of(name, head, file), _label(name, head)


def _label(name: str, head: bytes) -> str:
    closed = closed_archive(head)
    return f"{closed}, which cannot be opened here; unpack it" if closed else label_of(name, head)


def is_about_folder(name: str) -> bool:
    """Tell the README of a folder."""
    stem, suffix = os.path.splitext(os.path.basename(name).lower())
    return stem == ABOUT_FOLDER and suffix in document_suffixes()


def _take(into: dict[str, str], path: str, name: str, found: Found, *, named: bool) -> None:
    absolute = os.path.abspath(path)
    name = _encodable(name).replace(os.sep, "/")
    # Given twice, as `docs docs/a.txt`: the longer name says more, whatever comes first.
    into[absolute] = max(name, into.get(absolute, ""), key=lambda one: (len(one), one))
    if named:
        found.named.add(absolute)


def _encodable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


def _refusal(status: os.stat_result) -> str:
    """Say why something is not opened: a pipe or device would never end."""
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > MAX_BYTES:
        return too_large(status.st_size)
    return ""


def too_large(size: int) -> str:
    """Say that a document has too many bytes."""
    return f"{size / 2**20:,.0f} MB; a document may have {MAX_BYTES / 2**20:,.0f} MB"


# -- what is in them ---------------------------------------------------------------------------


@dataclass(slots=True)
class Contents:
    """The documents of some files, in the order in which they are best read."""

    names: dict[str, str]  # absolute path → name below the folder that was given
    claims: list[Claim] = field(default_factory=list)
    locators: dict[str, Locator] = field(default_factory=dict)  # by the path of the claim
    # Paths and names of containers gone through to their end, and of all that is in them.
    listed: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    def name_of(self, where: Locator) -> str:
        """Return what the graph calls a document."""
        return self.names[where.file] + _tail(where.steps)

    def add(self, where: Locator, sha256: str) -> None:
        """Note a document."""
        self.there |= {str(where), self.name_of(where)}
        self.claims.append(Claim(str(where), self.name_of(where), sha256))
        self.locators[str(where)] = where

    def skip(self, where: Locator, reason: str) -> None:
        """Note what cannot be had."""
        self.there |= {str(where), self.name_of(where)}
        self.skipped.append(Skipped(str(where), " ".join(reason.split())))

    def count(self) -> int:
        """Count all that was noted, in whatever way."""
        return len(self.claims) + len(self.skipped) + self.unread.total()

    def finish(self, where: Locator) -> None:
        """Note that a container holds nothing else."""
        self.listed |= {str(where), self.name_of(where)}

    def merge(self, other: Contents) -> None:
        """Add what is in a container that was gone through apart."""
        self.claims += other.claims
        self.locators |= other.locators
        self.listed |= other.listed
        self.there |= other.there
        self.skipped += other.skipped
        self.unread.update(other.unread)

    def has_lost(self, path: str) -> bool:
        """Tell whether a claim's path was in a container that holds it no more, or became one."""
        hosts = list(hosts_of(path))
        broken = any(host in self.there and host not in self.listed for host in hosts)
        gone = path not in self.there and not broken and not self.listed.isdisjoint(hosts)
        return gone or path in self.listed


def hosts_of(path: str) -> Iterator[str]:
    """Yield the paths of the containers that a claim's path leads through."""
    yield from (path[: step.start()] for step in STEP.finditer(path))


def read_contents(
    found: Found, intake: Intake = AUTOMATIC, limits: Limits | None = None
) -> Contents:
    """Hash every document; what cannot be read is given back with the reason.

    With limits a container is gone through in a process of its own, which may take as long as
    CONTAINER_TIMES documents.
    """
    contents = Contents({**found.files, **found.containers})
    for path in sorted(found.files):
        where = Locator(path, (), intake)
        try:
            with open(path, "rb") as file:
                contents.add(where, hashlib.file_digest(file, "sha256").hexdigest())
        except OSError as error:
            contents.skip(where, error.strerror or str(error))
    jobs = [
        (Locator(path, (), intake), name, path in found.named)
        for path, name in sorted(found.containers.items())
    ]
    if limits is None:
        for job in jobs:
            contents.merge(_list_container(job))
        return contents
    longer = replace(limits, seconds=limits.seconds * CONTAINER_TIMES)
    for (where, _, _), listed_ in workers.run(_list_container, jobs, 1, longer):
        if isinstance(listed_, Lost):
            contents.skip(where, listed_.reason)
        else:
            contents.merge(listed_)
    return contents


def _list_container(job: tuple[Locator, str, bool]) -> Contents:
    """Return what is in a container, with its name and whether the user named it."""
    where, name, is_named = job
    contents = Contents({where.file: name})
    try:
        with open(where.file, "rb") as file:
            _Lister(contents, where, is_named).list(file, where)
    except ReadError as error:
        contents.skip(where, str(error))
    except OSError as error:
        contents.skip(where, error.strerror or str(error))
    except MemoryError:
        contents.skip(where, TOO_LARGE)
    return contents


class _Lister:
    """Goes through a container and those in it, counting what comes out of them all."""

    def __init__(self, contents: Contents, where: Locator, is_named: bool) -> None:
        self._contents, self._is_named = contents, is_named
        size = os.stat(where.file).st_size
        self._left = max(where.intake.max_expanded, size * HONEST_RATIO)

    def list(self, file: IO[bytes], where: Locator) -> None:
        """Add what a container holds."""
        opened = _open(file, where.intake, self._contents.name_of(where))
        try:
            if isinstance(opened, _Rows):
                self._list_rows(opened, where)
            else:
                self._list_members(opened, where)
        finally:
            opened.close()

    def _list_members(self, archive: Archive, where: Locator) -> None:
        before = self._contents.count()
        for member in archive.members():
            if _is_passed_over(member.name):
                continue
            inner = where.inside(member.name)
            if suffix_of(member.name) in other_suffixes() or is_about_folder(member.name):
                self._count(member.name, b"")
            elif member.problem:
                self._contents.skip(inner, member.problem)
            else:
                self._list_member(archive, inner, member.name)
        self._contents.finish(where)
        if self._contents.count() == before:
            self._contents.skip(where, "an archive with nothing in it")

    def _list_member(self, archive: Archive, where: Locator, name: str) -> None:
        """Add a member, or what is in it; one that is damaged costs itself alone."""
        try:
            data = archive.content(name, self._left)
            self._left -= len(data)
            self._take(data, where, name)
        except ReadError as error:
            self._contents.skip(where, str(error))

    def _take(self, content: bytes, where: Locator, name: str) -> None:
        head, file = content[:HEAD], io.BytesIO(content)
        kind = kind_of(name, head, file)
        if kind == "closed":
            self._contents.skip(where, _label(name, head))
        elif kind == "other":
            self._count(name, head)
        elif kind == "document":
            self._add(where, content)
        elif kind == "archive" and len(where.steps) >= DEEPEST:
            self._contents.skip(where, "an archive too deep in archives; unpack the outer one")
        else:
            file.seek(0)
            self.list(file, where)

    def _add(self, where: Locator, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            self._contents.skip(where, too_large(len(content)))
        else:
            self._contents.add(where, hashlib.sha256(content).hexdigest())

    def _count(self, name: str, head: bytes) -> None:
        label = os.path.basename(name) if is_about_folder(name) else label_of(name, head)
        self._contents.unread[label] += 1

    def _holds_documents(self, dump: Dump, where: Locator) -> bool:
        """Tell a dump of documents, which a table found in a folder or an archive may not be."""
        if where.intake.columns.text or (self._is_named and not where.steps):
            return True
        first = list(islice(dump.rows(), SAMPLED_ROWS))
        if all(row.problem for row in first):
            return bool(first)  # which is to be said
        texts = (values_of(row.cells, where.intake.columns).get("text", "") for row in first)
        lengths = sorted(map(len, texts))
        return lengths[len(lengths) // 2] >= SHORTEST_DOCUMENT

    def _list_rows(self, rows: _Rows, where: Locator) -> None:
        if not self._holds_documents(rows.dump, where):
            self._count(self._contents.name_of(where), b"")
            return
        seen: dict[str, None] = {}
        failed: list[tuple[int, str]] = []
        is_whole = True
        for row in rows.dump.rows():
            is_whole &= not row.is_end
            seen.update(dict.fromkeys(map(str, row.cells)))
            if reason := row.problem or self._list_row(row, where.inside(row.number)):
                failed.append((row.number, reason))
        if not has_text(seen, where.intake.columns):
            self._tell_columns(where, seen, failed)
            return
        for number, reason in failed:
            self._contents.skip(where.inside(number), reason)
        self._finish_rows(where, seen, is_whole=is_whole)

    def _list_row(self, row: Row, where: Locator) -> str:
        """Add a row; return the reason where it is none."""
        values = values_of(row.cells, where.intake.columns)
        if not values.get("text"):
            return "no text in this row"
        content = record(values)
        if len(content) > MAX_BYTES:
            return too_large(len(content))
        self._contents.add(where, hashlib.sha256(content).hexdigest())
        return ""

    def _finish_rows(self, where: Locator, seen: Iterable[str], *, is_whole: bool) -> None:
        """Say which of the columns that the user names are in no row."""
        absent = [column for column in where.intake.columns.named if column not in seen]
        if absent:
            self._contents.skip(where, f"no column {listed(absent)}; its columns: {listed(seen)}")
        if is_whole:
            self._contents.finish(where)

    def _tell_columns(
        self, where: Locator, seen: Iterable[str], failed: Sequence[tuple[int, str]]
    ) -> None:
        """Say that nothing is known to be the text; settings in JSON are not even meant to be."""
        name, wanted = self._contents.name_of(where), where.intake.columns.text
        if suffix_of(name) == ".json" and not self._is_named:
            self._count(name, b"")
        elif not seen:
            first = f"; the first of {len(failed):,}: {failed[0][1]}" if failed else ""
            self._contents.skip(where, f"no row with named columns in it{first}")
        else:
            what = f"no column {wanted}" if wanted else "no column that is known to hold the text"
            self._contents.skip(
                where, f"{what}; its columns: {listed(seen)}; say which: --text-field NAME"
            )


def _is_passed_over(name: str) -> bool:
    parts = name.split("/")
    return parts[0] in FOREIGN_FOLDERS or any(part.startswith(".") for part in parts)


# -- reading them again ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rows:
    """A dump whose rows are asked for as records."""

    dump: Dump
    columns: Columns

    def content(self, number: int) -> bytes:
        """Return the record of a row."""
        row = self.dump.row(number)
        if row.problem:
            raise ReadError(f"row {number}: {row.problem}")
        return record(values_of(row.cells, self.columns))

    def close(self) -> None:
        """Release the file."""
        self.dump.close()


def _open(file: IO[bytes], intake: Intake, name: str) -> Archive | _Rows:
    """Open a container."""
    head = file.read(HEAD)
    file.seek(0)
    if archive_kind(head):
        return open_archive(file, name, intake.max_expanded)
    kind = dump_kind(name, head)
    return _Rows(open_dump(file, name, kind, intake.columns, intake.max_expanded), intake.columns)


# The container opened last, with those in it that lead to the last document: documents come in
# the order in which they lie there, so that none is opened or unpacked for each of them.
_SHELF: list[tuple[object, Archive | _Rows, IO[bytes]]] = []


def content(where: Locator) -> bytes:
    """Read a document's bytes; raises OSError or ReadError where they are not there any more."""
    if not where.steps:
        return Path(where.file).read_bytes()
    status = os.stat(where.file)
    stamp = (where.file, status.st_mtime_ns, status.st_size, where.intake)
    for depth in range(len(where.steps)):
        key = (stamp, where.steps[:depth])
        if depth < len(_SHELF) and _SHELF[depth][0] == key:
            continue
        release(depth)
        name = os.path.basename(where.file) + _tail(where.steps[:depth])
        file = _inner(where, depth)
        try:
            _SHELF.append((key, _open(file, where.intake, name), file))
        except ReadError:
            file.close()
            raise
    return _part(_SHELF[len(where.steps) - 1][1], where, where.steps[-1])


def _inner(where: Locator, depth: int) -> IO[bytes]:
    """Open what lies `depth` steps deep; the one around it is on the shelf."""
    if not depth:
        return open(where.file, "rb")  # noqa: SIM115  stays open with its container
    return io.BytesIO(_part(_SHELF[-1][1], where, where.steps[depth - 1]))


def _part(container: Archive | _Rows, where: Locator, step: str | int) -> bytes:
    if isinstance(container, _Rows) and isinstance(step, int):
        return container.content(step)
    if isinstance(container, _Rows) or isinstance(step, int):
        raise ReadError(f"{where}: the file around it is another one now; build again")
    return container.content(step, max(where.intake.max_expanded, MAX_BYTES))


def release(depth: int = 0) -> None:
    """Close the containers that are open, or those deeper than `depth`."""
    while len(_SHELF) > depth:
        _, container, file = _SHELF.pop()
        container.close()
        file.close()


def locate(path: str, intake: Intake = AUTOMATIC) -> Locator:
    """Return where a claim's path leads: the way back from str(locator)."""
    if os.path.isfile(path):
        return Locator(path, (), intake)
    host = next((host for host in hosts_of(path) if os.path.isfile(host)), path)
    tail, row = path[len(host) :], ROW.search(path, len(host))
    if row is not None:
        tail = tail[: row.start() - len(host)]
    steps: list[str | int] = [*filter(None, tail.split("!/"))]
    return Locator(host, (*steps, *([int(row[1])] if row else [])), intake)
