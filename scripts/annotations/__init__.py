"""Excerpts of the corpus annotated by hand, kept as offsets beside the texts: no text is here.

The tables say where things stand (code points of the excerpt, the end exclusive), of what type and
kind they are, and the beginning of a digest of what they are called, enough to tell a right name.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PARTS = ("mentions", "targets", "tasks", "relations", "documents")


@dataclass(frozen=True)
class Span:
    """A mention: its type and kind as GUIDELINES.md names them, and the digest of its name."""

    begin: int
    end: int
    type: str
    kind: str
    name: str


@dataclass(frozen=True)
class Excerpt:
    """A text and what was annotated in it; of targets and tasks the rows of the tables."""

    file: str
    text: str
    use: str  # train: learned from, read: its errors were, kept: to measure, fresh: measured once
    annotated: str  # whole, all without relations and metadata, or programs alone
    mentions: tuple[Span, ...]
    targets: tuple[dict[str, str], ...]
    tasks: tuple[dict[str, str], ...]
    relations: tuple[dict[str, str], ...]
    fields: tuple[dict[str, str], ...]


def excerpts(corpus: Path) -> Iterator[Excerpt]:
    """Yield the excerpts. Raises ValueError where a file is not the one that was annotated."""
    parts = {name: by_file(f"{name}.tsv") for name in PARTS}
    for row in table("excerpts.tsv"):
        file = row["file"]
        data = (corpus / file).read_bytes()
        if not hashlib.sha256(data).hexdigest().startswith(row["digest"]):
            raise ValueError(f"{corpus / file}: not the file that was annotated")
        yield Excerpt(
            file,
            cut(data.decode().replace("\r\n", "\n"), row["pieces"]),
            row["use"],
            row["annotated"],
            tuple(span(mention) for mention in parts["mentions"][file]),
            *(tuple(parts[name][file]) for name in PARTS[1:]),
        )


def table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    header, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
    yield from (dict(zip(header, row, strict=True)) for row in rows)


def by_file(name: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of a table by the file they are of."""
    found = defaultdict(list)
    for row in table(name):
        found[row["file"]].append(row)
    return found


def span(row: dict[str, str]) -> Span:
    """Return a row of mentions.tsv."""
    return Span(int(row["begin"]), int(row["end"]), row["type"], row["kind"], row["name"])


def cut(text: str, pieces: str) -> str:
    """Return the pieces of a text: `0-942 / 6890-10209`, a line break for the `/`."""
    parts = (piece.split("-") for piece in pieces.split(" "))
    return "".join("\n" if len(p) == 1 else text[int(p[0]) : int(p[1])] for p in parts)


def digest(name: str) -> str:
    """Return what the tables keep of a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]
