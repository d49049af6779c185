"""What a place holds, and how it was made: to JSON and back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg.errors import ClusterError

FILE = "manifest.json"
ONTOLOGY_FILE = "ontology.nq.gz"
FORMAT = 1
SKIPPED = "skipped"
_NAME = re.compile(r"part-[0-9a-f]{16}|[a-z]+/[0-9a-z-]+\.gz|ontology\.nq\.gz|names\.jsonl")


@dataclass(frozen=True, slots=True)
class Document:
    """The account of one content."""

    sha256: str
    claims: tuple[tuple[str, str], ...]  # path and name of each file that has it
    outcome: str  # ok, repaired or skipped
    remarks: tuple[str, ...] = ()  # what was put right, or why it was skipped
    graph: str = ""  # its name
    triples: int = 0
    fingerprint: str = ""  # kg.fingerprint

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names that the document was read under."""
        return tuple(sorted({name for _, name in self.claims}))


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was written."""

    name: str
    size: int
    sha256: str
    unpacked: int = 0  # bytes, where it is compressed


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents: their graphs in one file, their account in another."""

    name: str
    documents: int
    skipped: int
    triples: int
    quads: File
    account: File


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a place holds."""

    version: str  # of the extractors
    base: str
    options: Mapping[str, Any]
    ontology: File
    parts: tuple[Part, ...]
    compared: tuple[File, ...] = ()
    compared_by: str = ""  # the version of what compares
    names: File | None = None  # of which several entities have one
    # Of the inputs, what no document tells: files left out with the reason, how many were no
    # documents, containers gone through to their end, what else stood in them, columns of dumps.
    left_out: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, int], ...] = ()
    listed: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    columns: tuple[tuple[str, Mapping[str, str]], ...] = ()


def file_of(name: str, data: bytes, unpacked: int = 0) -> File:
    """Describe a file by its bytes."""
    return File(name, len(data), hashlib.sha256(data).hexdigest(), unpacked)


def write_manifest(manifest: Manifest) -> bytes:
    """Write a manifest as JSON, the same for the same manifest."""
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=True, indent=1)
    return text.encode() + b"\n"


def read_manifest(data: bytes, where: str) -> Manifest:
    """Read a manifest; raise where it cannot be understood."""
    try:
        given = json.loads(data)
        if given.pop("format") != FORMAT:
            raise ClusterError(f"{where}: of another format than {FORMAT}; make the parts anew")
        parts = tuple(_part(one) for one in given.pop("parts"))
        compared = tuple(_file(one) for one in given.pop("compared"))
        ontology = _file(given.pop("ontology"))
        names = given.pop("names", None)
        plain = {key: _frozen(value) for key, value in given.items()}
        named = None if names is None else _file(names)
        return Manifest(ontology=ontology, parts=parts, compared=compared, names=named, **plain)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ClusterError(f"{where}: damaged ({error}); run the same kg parts again") from error


def write_account(documents: Iterable[Document]) -> bytes:
    """Write the account of a part, a line for each document."""
    lines = (json.dumps(asdict(one), ensure_ascii=True) + "\n" for one in documents)
    return "".join(lines).encode()


def read_account(data: bytes, where: str) -> list[Document]:
    """Read the account of a part."""
    try:
        rows = [json.loads(line) for line in data.splitlines()]
        return [Document(**{key: _frozen(value) for key, value in row.items()}) for row in rows]
    except (ValueError, TypeError, AttributeError) as error:
        raise ClusterError(f"{where}: damaged ({error}); run the same kg parts again") from error


def _part(given: Any) -> Part:
    fields = {**given, "quads": _file(given["quads"], ""), "account": _file(given["account"], "")}
    part = Part(**fields)
    named = (f"{part.name}.nq.gz", f"{part.name}.jsonl")
    if not _NAME.fullmatch(part.name) or (part.quads.name, part.account.name) != named:
        raise ValueError(f"{part.name!r} names no part")
    return part


def _file(given: Any, pattern: str | None = None) -> File:
    file = File(**given)
    # Nothing outside the place is ever read, whatever a manifest says.
    if pattern is None and not _NAME.fullmatch(file.name):
        raise ValueError(f"{file.name!r} names no file of parts")
    return file


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
