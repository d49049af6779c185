"""The values that pass between the stages: frozen, without behaviour.

All offsets are code points in `Source.text`, the end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

EntityType = Literal["Agency", "Program", "Document", "Region"]
Stance = Literal["cites", "implements", "plansToIssue", "revises", "promulgates"]
Role = Literal["Lead", "Support"]
Basis = Literal["Explicit", "Inherited", "Implied"]
Comparator = Literal["Exactly", "AtLeast", "AtMost", "About", "Between"]
Modality = Literal["Ensure", "Plan", "Strive"]
DueBasis = Literal["Stated", "Inherited"]
Action = Literal["same", "different", "unsure", "kind", "not", "missing", "value"]
Outcome = Literal["applied", "needless", "orphaned"]
GridKind = Literal["tasks", "indicators", "other"]


# Hexadecimal digits of the SHA-256 in a source's IRI: 80 bits, one collision in 10¹² texts.
DIGEST = 20


# -- read ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """A piece of metadata that the document, or the file around it, states about it."""

    name: str  # number, index, issued, published, issuer, title, url …
    value: str  # as written
    begin: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what stands in the text from `begin` to `end`, blanks cut off."""

    row: int  # from 0
    column: int  # from 0
    begin: int
    end: int
    rows: int = 1  # over how many rows and columns it reaches
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table: in texts that a reader writes a line for each row, a tab between cells."""

    begin: int
    end: int
    cells: tuple[Cell, ...]  # by row, then column; one that spans several is there once


@dataclass(frozen=True, slots=True)
class Heading:
    """A paragraph that the file marks as a heading (by style, tag or #)."""

    begin: int
    end: int
    level: int  # from 1; 0 is the title of the whole document


@dataclass(frozen=True, slots=True)
class Repair:
    """Damage that allows one reading only: what stands in the text, and how it is read."""

    begin: int
    end: int
    original: str
    reading: str
    rule: str  # repair.number, repair.line-break …


@dataclass(frozen=True, slots=True)
class Cut:
    """What a reader left out of the text, and why: navigation, running heads, hidden text."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document as read.

    For a text file `text` is the decoded file untouched, so that offsets point into what the user
    has; for every other format it is the text that the reader wrote: a line for each paragraph
    and each row of a table.
    """

    names: tuple[str, ...]  # every file name under which these bytes were given, sorted
    sha256: str  # of the bytes, 64 hexadecimal digits
    text: str
    encoding: str
    media_type: str = "text/plain"
    notes: tuple[str, ...] = ()  # what the reader had to put right, one line each
    fields: tuple[Field, ...] = ()  # metadata that the file carries beside its text
    tables: tuple[Table, ...] = ()
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()  # where each page begins, of formats that have pages
    repairs: tuple[Repair, ...] = ()
    cuts: tuple[Cut, ...] = ()
    url: str = ""  # where the file says that it comes from


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a user may decide about reading; documents read otherwise are other documents."""

    simplify: bool = False  # traditional characters to simplified ones
    max_expanded: int = 256 * 2**20  # bytes that a compressed document may unpack to


AS_IT_IS = ReadOptions()


# -- structure -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that groups tasks or text; `end` is where its content ends."""

    begin: int
    end: int
    title: str
    number: str
    level: int
    parent: int | None  # index in Outline.sections


@dataclass(frozen=True, slots=True)
class Task:
    """A numbered work item with its own lead title; `begin` is where its number stands."""

    begin: int
    end: int
    title: str
    title_begin: int
    title_end: int
    number: str
    section: int | None  # index in Outline.sections


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of running text up to 。！？； or the end of its line."""

    begin: int
    end: int
    section: int | None
    task: int | None  # index in Outline.tasks
    # title, addressee, body, signature, metadata, summary; of a table's cells: work (read like
    # the body), bodies (nothing but who answers), table (the rest)
    part: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, told by its heading."""

    role: str  # of kg/data/table_headers.tsv, or year; "" where the heading says nothing known
    heading: str  # as written, without blanks; of a heading in two rows both


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of a table says in one of its columns, also in a cell that reaches over rows."""

    column: int  # index in Grid.columns
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table below its heading."""

    entries: tuple[Entry, ...]  # by column; empty cells are left out
    task: int | None = None  # index in Outline.tasks


@dataclass(frozen=True, slots=True)
class Grid:
    """A table that is understood: who answers for which task, which indicator is to reach what.

    Of other ones (price lists, forms, lists of names) only is known that they promise nothing.
    """

    begin: int
    end: int  # behind its footnotes
    kind: GridKind
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""  # of all its figures: （单位：万元）


@dataclass(frozen=True, slots=True)
class Outline:
    """A source with its parts told apart."""

    source: Source
    title: tuple[int, int] | None  # the title that the content carries
    titles: tuple[tuple[int, int], ...]  # every place where a title stands, the shell's too
    fields: tuple[Field, ...]
    sections: tuple[Section, ...]
    tasks: tuple[Task, ...]
    sentences: tuple[Sentence, ...]
    furniture: tuple[tuple[int, int], ...]  # navigation, share buttons, footers
    grids: tuple[Grid, ...] = ()


# -- extract ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A division of the country; `code` is empty where the published tables have none."""

    name: str  # 温岭市
    level: str  # country, province, prefecture, county, township, area
    code: str = ""  # GB/T 2260, nine digits for a township
    full_name: str = ""  # 浙江省台州市温岭市
    parent: str = ""  # code of the place above


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that names something.

    `scope` says what the name hangs on: "市" (the place of that level that the document belongs
    to), "@331081" (the place with that code), "=" (the name stands alone, complete), "" (the
    document's own place). An agency's `name` is its official name with `{}` where the place goes.
    """

    type: EntityType
    kind: str  # the subclass, by the name of the ontology: GovernmentBody, Initiative, Law …
    begin: int
    end: int
    text: str
    name: str
    rule: str
    scope: str = ""
    number: str = ""  # a document's 文号 where it stands behind the title


@dataclass(frozen=True, slots=True)
class Target:
    """A quantified commitment."""

    begin: int
    end: int
    indicator: str
    comparator: Comparator
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    unit: str
    rule: str
    masked: bool = False
    is_change: bool = False
    per_item: bool = False
    modality: Modality = "Plan"
    due: str = ""  # ISO 8601 date, month or year
    due_basis: DueBasis | None = None
    recurrence: str = ""  # ISO 8601 duration
    task: int | None = None
    program: int | None = None  # index in Extraction.mentions


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Who answers for a task, as the text states it or a rule infers it."""

    begin: int
    end: int
    task: int
    agency: int  # index in Extraction.mentions, or -1 for the issuer
    role: Role
    basis: Basis
    rule: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a whole task is to be done."""

    begin: int
    end: int
    task: int
    due: str  # ISO 8601 date, month or year
    rule: str


@dataclass(frozen=True, slots=True)
class Citation:
    """How the document relates to another one that it names."""

    begin: int
    end: int
    cited: int  # index in Extraction.mentions
    stance: Stance
    rule: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a document says about itself, as read: its title, who issued it, when, its number."""

    title: str = ""
    kind: str = "Other"
    issuers: tuple[Mention, ...] = ()
    issued: str = ""  # ISO 8601 date, month or year
    number: str = ""
    index: str = ""
    period: str = ""  # 2022 or 2021-2025


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the extractors read in one document."""

    mentions: tuple[Mention, ...] = ()
    targets: tuple[Target, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    citations: tuple[Citation, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    place: Place | None = None  # the jurisdiction that the text shows
    imprint: Imprint = Imprint()
    own: frozenset[int] = frozenset()  # the mentions that name this document itself


# -- measure ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """What a target measures, so that it compares with targets in other words and units."""

    indicator: str  # the label of the indicator
    key: str  # what the indicator's IRI is made of, below indicator/
    broader: str = ""  # of one that the scheme does not hold: the label that it is a kind of
    group: str = ""  # to whom or where alone it applies: 农村
    unit: str = ""  # the base unit
    value: Decimal | None = None  # in the base unit, like low and high
    low: Decimal | None = None
    high: Decimal | None = None


# -- resolve ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing in the world that mentions name; equal entities get one IRI in every document."""

    type: EntityType
    kind: str
    name: str  # official full name; a region's short one (温岭市)
    key: str  # what its IRI is made of, below the type's path
    alternatives: tuple[str, ...] = ()
    full_name: str = ""  # a region's path from the province
    code: str = ""  # a region's own code; an agency's or document's region's code
    level: str = ""  # National, Provincial, Prefectural, County, Township
    parent: str = ""  # the key of the entity above: region within, agency part of
    jurisdiction: str = ""  # the key of the region that an agency or document belongs to
    number: str = ""  # a document's 文号
    successor: str = ""  # the key of the body that took an agency's place
    until: str = ""  # the year in which it did


@dataclass(frozen=True, slots=True)
class Profile:
    """What the document says about itself, resolved."""

    title: str
    kind: str
    key: str
    issuers: tuple[Entity, ...] = ()
    issued: str = ""
    number: str = ""
    index: str = ""
    region: Entity | None = None
    period: str = ""
    alternatives: tuple[str, ...] = ()
    name: str = ""  # 云陵市政府工作报告, where the title itself says no place


@dataclass(frozen=True, slots=True)
class Correction:
    """A row of corrections.tsv: what somebody knows better than the extractors."""

    id: str  # 20 hexadecimal digits, of what the row says
    action: Action
    what: str  # an entity (name or path: agency/青禾县教育局), a class, or a kind of fact
    value: str = ""  # what it should be
    document: str = ""  # file name, title or IRI; empty where it holds everywhere
    quote: str = ""  # the words that it is about
    context: str = ""  # longer words around them, to find them again
    occurrence: int = 0  # which of several equal places, from 1; 0 where that is not said
    who: str = ""
    when: str = ""  # ISO 8601 date
    why: str = ""
    line: int = field(default=0, compare=False)  # in the file, from 1


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of a correction in one document; numbers are indexes in its findings."""

    correction: Correction
    outcome: Outcome
    mentions: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    responsibilities: tuple[int, ...] = ()
    citations: tuple[int, ...] = ()
    tasks: tuple[int, ...] = ()  # those whose due date it set
    entities: tuple[tuple[EntityType, str], ...] = ()  # by type and key
    withdrawn: tuple[tuple[int, int], ...] = ()  # where it took something out of the reading


@dataclass(frozen=True, slots=True)
class Reading:
    """A document understood: everything that its named graph will say."""

    outline: Outline
    profile: Profile
    findings: Findings
    entities: tuple[Entity | None, ...]  # one a mention, in the order of Findings.mentions
    context: tuple[Entity, ...] = ()  # further entities that those refer to: regions above, parents
    measures: tuple[Measure | None, ...] = ()  # one a target, in the order of Findings.targets
    corrected: tuple[Corrected, ...] = ()


# -- graph -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DocumentGraph:
    """One document's named graph, ready to be loaded."""

    iri: str  # the graph's name: the source's IRI
    document: str  # the document's IRI
    title: str
    nquads: str  # sorted lines, each ending in a line feed
    counts: tuple[tuple[str, int], ...]  # class → number of entities or nodes
    notes: tuple[str, ...] = ()
