"""What an inspection says of a document: frozen values, the keys of `kg inspect --format json`.

All offsets are code points in `text`, the end exclusive; they are null where something stands
nowhere in the text. A `rule` is the name of what found a thing, as in the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "repaired", "suspicious"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a person should look at the document, and why."""

    state: State
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the profile says of the document, and from where it has it."""

    name: str  # title, kind, issuer, issued, number, index, region, period
    value: str
    begin: int | None
    end: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A field that the document or its file states; `wins` where the profile took it."""

    name: str
    value: str
    begin: int
    end: int
    rule: str
    wins: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section or a task with what was found in it, its parts included."""

    kind: Literal["section", "task"]
    number: str
    title: str
    begin: int
    end: int
    level: int
    mentions: int
    targets: int
    responsibilities: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was read at a place: a mention, a target, a responsibility, a citation."""

    kind: str  # Agency, Program, Document, Region, Target, Responsibility, Citation
    begin: int
    end: int
    text: str
    means: str
    rule: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to look at, in its sentence; `kind` says what is the matter with it."""

    kind: str
    begin: int
    end: int
    text: str
    sentence: str
    sentence_begin: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was taken for no part of the document; without offsets where a reader left it out."""

    text: str
    begin: int | None
    end: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class Mended:
    """Damage that was read in the only way that it allows."""

    begin: int
    end: int
    original: str
    reading: str
    rule: str


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as found: its head, and what its columns are taken for."""

    begin: int
    end: int
    kind: str  # tasks, indicators, other; "" where nothing looked at its columns
    rows: int
    columns: int
    head: tuple[str, ...]
    roles: tuple[str, ...]  # of its columns, "" for one that says nothing known
    facts: int  # how many were read in it


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the figures in the sentences of the body."""

    total: int
    consumed: int
    share: float  # of the figures that something consumed, 1.0 where there is none
    by: dict[str, int]  # what consumed them → how many
    left: tuple[Spot, ...]  # kind: unread, weighed (seen and taken for no promise), review


@dataclass(frozen=True, slots=True)
class Inspection:
    """A document as the system sees it."""

    verdict: Verdict
    names: tuple[str, ...]
    media_type: str
    encoding: str
    sha256: str
    url: str
    characters: int
    pages: int
    notes: tuple[str, ...]
    profile: tuple[Known, ...]
    fields: tuple[Stated, ...]
    outline: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    repairs: tuple[Mended, ...]
    tables: tuple[SeenTable, ...]
    masked: tuple[Spot, ...]  # kind: figure, name
    figures: Figures
    duties: tuple[Spot, ...]  # a responsibility cue that gave none: unread, no-agency, no-task
    promises: tuple[Spot, ...]  # a cue of commitment with a figure, in a sentence without target
    titles: tuple[Spot, ...]  # behind 《 and not read as a document: unread, unclosed
    unresolved: tuple[Spot, ...]  # agencies known from this source alone; open: not even that
    counts: dict[str, int]  # class → how many
    rules: dict[str, int]  # rule → how often
    facts: tuple[Fact, ...]
    page_begins: tuple[int, ...]
    text: str


# What a person cannot see, and how it is shown where it is what matters: in a repair.
BLANKS = str.maketrans({"\n": "↵", "\r": "↵", "\t": "⇥", " ": "␣", "\u3000": "␣␣", "\u00a0": "␣"})


def visible(text: str) -> str:
    """Return text with the blanks shown, where there is nothing else or a line ends."""
    blank = not text.strip()
    return text.translate(BLANKS) if blank or "\n" in text else text
