"""The values that pass between the steps from a question to its answer: frozen, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.reports.report import Report


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the store that a question names."""

    kind: str  # Agency, Program, PolicyDocument, Region
    text: str  # as the question writes it
    begin: int  # in the question as it is read
    end: int
    things: tuple[tuple[str, str], ...]  # IRI and name of all that are called so


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What narrows a question, wherever it stands in it."""

    years: tuple[str, ...] = ()
    since: str = ""  # first and last day, ISO 8601
    until: str = ""
    least: str = ""  # figures
    most: str = ""
    every: str = ""  # ISO 8601 duration
    places: tuple[tuple[str, str], ...] = ()  # IRI and name
    levels: tuple[str, ...] = ()
    written: tuple[tuple[str, str], ...] = ()  # for the reader: 年份 2022年


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of question that can be answered."""

    name: str
    query: str
    title: str
    takes: frozenset[str]
    needs: frozenset[str]
    example: str


@dataclass(frozen=True, slots=True)
class Match:
    """A question under a template: what stands in the template's slots."""

    template: str
    slots: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, Named] = field(default_factory=dict)  # of slots that hold one name
    levels: tuple[str, ...] = ()
    cost: int = 0  # characters that were not known


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question was understood to be, the query that was run, and what came of it."""

    template: str
    slots: dict[str, str]
    told: str  # the answer in a sentence
    sparql: str  # as it ran, with its values
    report: Report
