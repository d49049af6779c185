"""What a search gives: names, documents with their passages, and how to narrow them down."""

from __future__ import annotations

from dataclasses import dataclass

Span = tuple[int, int]
Note = tuple[str, str]  # Chinese, English

LEVELS = ("Country", "Province", "Prefecture", "County", "Township")  # from the top


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents are wanted, besides what the words say; empty for all."""

    agency: str = ""  # issues it or is named in it: a name, or part of one
    issuer: str = ""
    place: str = ""  # and those in it: a name or an IRI
    year: str = ""  # 2022, 2021-2023
    kind: str = ""  # 工作要点, WorkPlan
    level: str = ""  # Country, 省 …


@dataclass(frozen=True, slots=True)
class Name:
    """An entity that is called so."""

    iri: str
    kind: str  # Agency, Program, Region, PolicyDocument
    name: str
    called: str  # the name that was found, where it is another; else ""
    documents: int  # that speak of it


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text; offsets are code points in the text, ends exclusive."""

    begin: int
    end: int
    text: str
    marks: tuple[Span, ...]  # what was looked for
    heading: str  # of the section that it stands in
    cut_left: bool  # whether the sentence begins earlier
    cut_right: bool

    @property
    def place(self) -> Span:
        """Give the first place of what was looked for."""
        return self.marks[0]

    def pieces(self) -> list[tuple[str, bool]]:
        """Give the text in pieces, each with whether it is what was looked for."""
        return pieces(self.text, [(b - self.begin, e - self.begin) for b, e in self.marks])


@dataclass(frozen=True, slots=True)
class Document:
    """A document that has what was looked for."""

    source: str  # IRI of the text
    iri: str
    title: str
    marks: tuple[Span, ...]  # in the title
    number: str
    file: str
    kind: str  # WorkPlan … or ""
    issued: str
    years: tuple[int, ...]
    region: str  # IRI
    place: str
    level: str
    issuers: tuple[str, ...]
    found: int  # places in its text
    more: bool  # whether there are more than were counted
    passages: tuple[Passage, ...]  # the best, in the order of the text

    def title_pieces(self) -> list[tuple[str, bool]]:
        """Give the title in pieces, each with whether it is what was looked for."""
        return pieces(self.title, self.marks)


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of the documents found are of each year, place, level or kind."""

    field: str  # of Filters
    counts: tuple[tuple[str, str, int], ...]  # value, name of it, documents
    unknown: int  # documents of which it is not known


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search."""

    text: str
    total: int  # documents
    first: int  # how many come before those given
    documents: tuple[Document, ...]
    names: tuple[Name, ...]
    facets: tuple[Facet, ...]
    notes: tuple[Note, ...] = ()  # how it was found, and what was left out


def pieces(text: str, marks: list[Span] | tuple[Span, ...]) -> list[tuple[str, bool]]:
    """Cut a text at its marks, which are sorted and do not overlap."""
    found, at = [], 0
    for begin, end in marks:
        found += [(text[at:begin], False), (text[begin:end], True)]
        at = end
    found.append((text[at:], False))
    return [one for one in found if one[0]]
