"""Inputs to parts: listed, read, compared, and a manifest of it all."""

from __future__ import annotations

import gzip
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from kg.build import Extractor, Progress
from kg.cluster import manifest as written
from kg.cluster.comparing import compare_parts
from kg.cluster.engines import Engine
from kg.cluster.listing import list_documents
from kg.cluster.manifest import Document, File, Manifest, Part, file_of, read_account
from kg.cluster.naming import name_parts
from kg.cluster.parts import LEVEL, Order, orders, write_part
from kg.cluster.places import Place, is_address
from kg.cluster.reading import Recipe, dismiss
from kg.errors import ClusterError
from kg.inputs import AUTOMATIC, Contents, Intake, Skipped
from kg.read.columns import COMMON
from kg.store import MARKER
from kg.traces import likeness
from kg.workers import DEFAULT_LIMITS, Limits

USUAL = 64  # documents of a part
_OURS = re.compile(
    r"part-[0-9a-f]{16}\.(nq\.gz|jsonl)|names\.jsonl|compared/pairs-[0-9a-f-]+\.gz"
    r"|(compared/)?\.writing-\w{8}"
)


@dataclass(frozen=True, slots=True)
class Made:
    """What has been made, and what was left out."""

    manifest: Manifest
    skipped: tuple[Skipped, ...]
    removed: int  # files of parts that were made before and are not needed any more
    seconds: float


def make_parts(
    inputs: Sequence[str],
    place: str,
    engine: Engine,
    extractor: Extractor,
    *,
    version_here: Callable[[], str],
    base: str,
    options: Mapping[str, Any],
    intake: Intake = AUTOMATIC,
    limits: Limits = DEFAULT_LIMITS,
    usual: int = USUAL,
    compare: bool = True,
    report: Callable[[Progress], None] | None = None,
) -> Made:
    """Read documents on an engine's machines and write them as parts.

    The same inputs give the same bytes, on whatever engine, however often it was stopped: what
    is there already is kept, and the manifest is written last.
    """
    started = time.monotonic()
    _check_apart(inputs, place)
    there = _claimed(place)
    contents = list_documents(inputs, engine, intake, limits)
    recipe = Recipe(
        extractor.process,
        extractor.version,
        version_here,
        base,
        limits,
        run=uuid4().hex,
    )
    wanted = list(orders(contents, recipe, usual))
    parts = _write_all(wanted, there, recipe, engine, _Steps(wanted, started, report))
    _check_seen(parts, there)
    across = compare and bool(parts)
    compared = compare_parts(parts, there.where, engine) if across else ()
    names = name_parts(parts, there.where, engine) if across else None
    ontology = extractor.ontology.encode()
    packed = gzip.compress(ontology, LEVEL, mtime=0)
    there.write(written.ONTOLOGY_FILE, packed)
    manifest = Manifest(
        version=extractor.version,
        base=base,
        options=dict(options),
        ontology=file_of(written.ONTOLOGY_FILE, packed, len(ontology)),
        parts=tuple(parts),
        compared=compared,
        compared_by=likeness.VERSION if compare else "",
        names=names,
        **_of_inputs(contents),
    )
    there.write(written.FILE, written.write_manifest(manifest))
    skipped = [*contents.skipped, *_skipped(parts, there)]
    return Made(
        manifest,
        tuple(sorted(skipped, key=lambda one: one.path)),
        _remove_others(manifest, there),
        time.monotonic() - started,
    )


def _check_apart(inputs: Sequence[str], place: str) -> None:
    """Refuse parts among the inputs, where the next run would read them."""
    where = _folder(place)
    for one in inputs:
        if not one.startswith("@") and where.startswith(_folder(one)):
            raise ClusterError(f"{place}: lies in {one}, which is read; name a folder outside it")


def _claimed(place: str) -> Place:
    """Mark a place as one of parts, which no build reads; refuse one that holds other files."""
    there = Place(place)
    names = there.names()
    if names and MARKER not in names:
        raise ClusterError(f"{there.where}: holds other files and no parts; name a new folder")
    if not names:
        there.write(MARKER, json.dumps({"parts": written.FORMAT}).encode())
    elif b'"parts"' not in there.read(MARKER):
        raise ClusterError(f"{there.where}: is a store; name a new folder")
    return there


def _folder(place: str) -> str:
    return (place if is_address(place) else os.path.realpath(place)).rstrip("/") + "/"


class _Steps:
    """Tells how many documents are read."""

    def __init__(
        self,
        wanted: Sequence[Order],
        started: float,
        report: Callable[[Progress], None] | None,
    ) -> None:
        self._total = sum(len(order.jobs) for order in wanted)
        self._started, self._report, self._done = started, report, 0
        self.tell(0)

    def tell(self, documents: int) -> None:
        """Count documents that were read."""
        self._done += documents
        if self._report is not None:
            self._report(Progress(self._done, self._total, time.monotonic() - self._started))


def _write_all(
    wanted: Sequence[Order], place: Place, recipe: Recipe, engine: Engine, steps: _Steps
) -> list[Part]:
    found: dict[int, Part] = {}
    task = partial(write_part, where=place.where, recipe=recipe)
    try:
        for number, part in engine.map(task, wanted):
            found[number] = part
            steps.tell(part.documents)
    finally:
        engine.everywhere(partial(dismiss, recipe.run))
    return [found[number] for number in sorted(found)]


def _check_seen(parts: Sequence[Part], place: Place) -> None:
    """Refuse a place that workers see otherwise, each a folder of its own."""
    missing = {file.name for part in parts for file in (part.quads, part.account)}
    missing.difference_update(place.names())
    if missing:
        raise ClusterError(
            f"{place.where}: {len(missing)} files that workers have written are not here; "
            "name a folder that all machines share, or an address"
        )


def _of_inputs(contents: Contents) -> dict[str, Any]:
    """Give what a manifest says of inputs beside their documents."""
    said = {text for claim in contents.claims for text in (claim.path, claim.name)}
    dumps = {
        where.file: where.intake.columns
        for where in contents.locators.values()
        if where.steps and isinstance(where.steps[-1], int)
    }
    return {
        "left_out": tuple(sorted((one.path, one.reason) for one in contents.skipped)),
        "unread": tuple(sorted(contents.unread.items())),
        "listed": tuple(sorted(contents.listed)),
        "there": tuple(sorted(contents.there - said)),
        "columns": tuple(
            (file, asdict(columns)) for file, columns in sorted(dumps.items()) if columns != COMMON
        ),
    }


def _skipped(parts: Sequence[Part], place: Place) -> Iterator[Skipped]:
    """Yield each file of which the document could not be read."""
    for part in parts:
        if part.skipped:
            name = part.account.name
            yield from skipped_of(read_account(place.read(name), name))


def skipped_of(documents: Sequence[Document]) -> Iterator[Skipped]:
    """Yield the files of documents that could not be read."""
    for document in documents:
        if document.outcome == written.SKIPPED:
            yield from (Skipped(path, document.remarks[0]) for path, _ in document.claims)


def _remove_others(manifest: Manifest, place: Place) -> int:
    """Take away what an earlier run wrote and this one does not need."""
    needed = {written.FILE, *(file.name for file in files_of(manifest))}
    others = [name for name in place.names() if name not in needed and _OURS.fullmatch(name)]
    for name in others:
        place.remove(name)
    return len(others)


def files_of(manifest: Manifest) -> Iterator[File]:
    """Yield all files that a manifest names."""
    yield manifest.ontology
    for part in manifest.parts:
        yield part.quads
        yield part.account
    yield from manifest.compared
    if manifest.names is not None:
        yield manifest.names
