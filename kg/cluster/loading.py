"""Parts to a store: as if it had been built from the same inputs."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from kg.build import BuildReport, Extractor, Job, Outcome, Progress, bring_in, read_jobs
from kg.cluster import manifest as written
from kg.cluster.comparing import read_pairs
from kg.cluster.manifest import Document, File, Manifest, Part, read_account, read_manifest
from kg.cluster.parts import is_whole, split
from kg.cluster.places import Place
from kg.errors import ClusterError
from kg.fingerprint import Survey
from kg.inputs import AUTOMATIC, Contents, Intake, Locator, Skipped, locate
from kg.ledger import Claim
from kg.models import DIGEST
from kg.prepare import Prepared, prepared
from kg.read.columns import Columns
from kg.stamps import read_corrections
from kg.store import Store
from kg.traces import likeness
from kg.traces.memory import Memory
from kg.workers import DEFAULT_LIMITS, Limits

AGAIN = "run the same kg parts again, then kg load"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file of a place that is not what the manifest says; nothing of it was taken."""

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load has done."""

    report: BuildReport
    damaged: tuple[Damaged, ...]


def open_manifest(place: str) -> Manifest:
    """Read the manifest of a place."""
    there = Place(place)
    try:
        data = there.read(written.FILE)
    except FileNotFoundError as error:
        raise ClusterError(
            f"{there.where}: no {written.FILE} here, so no parts or not all of them; "
            "kg parts writes it last"
        ) from error
    return read_manifest(data, f"{there.where}/{written.FILE}")


def load(
    place: str,
    store: Store,
    read_by: Callable[[Manifest], Extractor],
    *,
    limits: Limits = DEFAULT_LIMITS,
    compare: bool = True,
    report: Callable[[Progress], None] | None = None,
) -> Loaded:
    """Bring the documents of a place into a store; those that it holds are left alone.

    Stopped, the same call goes on. A part that is damaged or missing is named in the result and
    nothing of it goes in. `read_by` gives what reads a document again, where the store knows
    other names of it than the parts do.
    """
    manifest = open_manifest(place)
    if manifest.base != store.base:
        raise ClusterError(
            f"{place}: made for the base {manifest.base}, the store's is {store.base}; "
            f"make the parts with --base {store.base}, or load into a new store"
        )
    parts = _Parts(manifest, Place(place))
    extractor = Extractor(
        # Only what goes by other names is read; and the ontology is that of the parts.
        lambda *given: read_by(manifest).process(*given),
        manifest.version,
        parts.ontology(),
        read_corrections(store).corrections,
    )
    parts.read_accounts()
    if compare:
        _remember(parts, store)
    again = partial(_again, read_by=read_by, limits=limits, store=store, parts=parts)
    read = partial(_read, parts=parts, again=again)
    done = bring_in(parts.contents(), store, extractor, read, report=report, compare=compare)
    return Loaded(done, tuple(parts.damaged))


class _Parts:
    """The parts of a place, each checked before anything of it is taken."""

    def __init__(self, manifest: Manifest, place: Place) -> None:
        self.manifest, self.place = manifest, place
        self.damaged: list[Damaged] = []
        self.documents: dict[str, tuple[Part, Document]] = {}  # by the digest of the content
        self._accounts: dict[str, list[Document]] = {}  # by part

    def ontology(self) -> str:
        """Return the ontology, without which nothing can be loaded."""
        data = self.take(self.manifest.ontology)
        if data is None:
            raise ClusterError(f"{self.place.where}/{written.ONTOLOGY_FILE}: damaged; {AGAIN}")
        return data.decode()

    def read_accounts(self) -> None:
        """Read which documents there are."""
        for part in self.manifest.parts:
            data = self.take(part.account)
            if data is None:
                continue
            documents = read_account(data, part.account.name)
            self._accounts[part.name] = documents
            self.documents |= {one.sha256: (part, one) for one in documents}

    def take(self, file: File) -> bytes | None:
        """Return what is in a file, unpacked; None, and a note, if it is not what was written."""
        try:
            return _unpacked(file, self.place.read(file.name))
        except FileNotFoundError:
            self.damaged.append(Damaged(file.name, f"missing; {AGAIN}"))
        except (ClusterError, OSError, EOFError, zlib.error) as error:
            self.damaged.append(Damaged(file.name, f"{' '.join(str(error).split())}; {AGAIN}"))
        return None

    def graphs(self, part: Part) -> dict[str, Prepared] | None:
        """Return the graphs of a part by the digest of the content; None where it is damaged."""
        text = self.take(part.quads)
        if text is None:
            return None
        documents = self._accounts[part.name]
        if is_whole(text, documents) and all(map(self._is_own, documents)):
            with contextlib.suppress(SyntaxError, ValueError):
                return {
                    one.sha256: prepared(
                        one.graph, b"".join(lines), one.remarks, Survey(one.fingerprint, None)
                    )
                    for one, lines in split(text, documents)
                }
        problem = f"holds other graphs than its account says; {AGAIN}"
        self.damaged.append(Damaged(part.quads.name, problem))
        return None

    def _is_own(self, document: Document) -> bool:
        name = f"{self.manifest.base}source/{document.sha256[:DIGEST]}"
        return document.outcome == written.SKIPPED or document.graph == name

    def contents(self) -> Contents:
        """Return what the inputs were, as a build has them after listing."""
        manifest = self.manifest
        contents = Contents({})
        for _, document in self.documents.values():
            for path, name in document.claims:
                contents.claims.append(Claim(path, name, document.sha256))
                contents.there |= {path, name}
        contents.locators = dict(_rows(manifest, (claim.path for claim in contents.claims)))
        contents.there |= set(manifest.there)
        contents.skipped = [Skipped(path, reason) for path, reason in manifest.left_out]
        contents.unread.update(dict(manifest.unread))
        if not self.damaged:
            # What is in a damaged part only seems to have gone from its archive.
            contents.listed = set(manifest.listed)
        return contents


def _unpacked(file: File, data: bytes) -> bytes:
    if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
        raise ClusterError("damaged, its bytes are not those that were written")
    if not file.name.endswith(".gz"):
        return data
    with gzip.open(io.BytesIO(data)) as stream:
        text = stream.read(file.unpacked + 1)
    if len(text) != file.unpacked:
        raise ClusterError("damaged, it unpacks to another size")
    return text


def _rows(manifest: Manifest, paths: Iterable[str]) -> Iterator[tuple[str, Locator]]:
    """Yield where rows of dumps are of which the columns were named."""
    named = {file: Columns(**given) for file, given in manifest.columns}
    for path in paths if named else ():
        file = next((file for file in named if path.startswith(file)), "")
        if file:
            where = locate(path, Intake(named[file], AUTOMATIC.max_expanded))
            if where.file == file:
                yield path, where


# -- graphs ------------------------------------------------------------------------------------


def _read(
    jobs: list[Job], parts: _Parts, again: Callable[[list[Job]], Iterator[Outcome]]
) -> Iterator[Outcome]:
    """Yield the graphs of contents from their parts, a part after the other."""
    by_part: dict[str, list[Job]] = defaultdict(list)
    others = []
    for job in jobs:
        part, document = parts.documents.get(job.sha256, (None, None))
        if part is None or document is None or document.names != job.names:
            others.append(job)
        elif document.outcome == written.SKIPPED:
            yield Outcome(job, None, document.remarks[0])
        else:
            by_part[part.name].append(job)
    for part in parts.manifest.parts:
        if part.name in by_part:
            yield from _from_part(part, by_part[part.name], parts)
    yield from again(others)


def _from_part(part: Part, jobs: Sequence[Job], parts: _Parts) -> Iterator[Outcome]:
    graphs = parts.graphs(part)
    for job in jobs:
        if graphs is None:
            yield Outcome(job, None, f"in {part.quads.name}, which is damaged or missing; {AGAIN}")
        else:
            yield Outcome(job, graphs[job.sha256])


def _again(
    jobs: list[Job],
    read_by: Callable[[Manifest], Extractor],
    limits: Limits,
    store: Store,
    parts: _Parts,
) -> Iterator[Outcome]:
    """Read contents that go by other names here, as a build does."""
    if not jobs:
        return
    extractor = read_by(parts.manifest)
    if extractor.version != parts.manifest.version:
        reason = "goes by other names here than in the parts; kg build reads it"
        yield from (Outcome(job, None, reason) for job in jobs)
        return
    yield from read_jobs(jobs, 1, limits, extractor.process, store.base)


# -- what was computed of texts ----------------------------------------------------------------


def _remember(parts: _Parts, store: Store) -> None:
    """Keep what comparing needs; without it, or where it is damaged, it is computed anew."""
    if store.path is None or parts.manifest.compared_by != likeness.VERSION:
        return
    mark = _compared(parts.manifest)
    if store.fact("compared") == mark and store.traced:
        return  # taken before, and the store has its traces
    with Memory(store.path, likeness.VERSION) as memory:
        for file in parts.manifest.compared:
            data = parts.take(file)
            if data is not None:
                memory.keep_pairs(read_pairs(data), ())
    store.note("compared", mark)


def _compared(manifest: Manifest) -> str:
    digests: list[Any] = [file.sha256 for file in manifest.compared]
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()
