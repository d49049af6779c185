"""What is found across papers: frozen values between the steps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Basis = Literal["IssueDate", "CitationOrder", "PlanYear"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Order:
    """Which of two papers is the earlier one, and from what that follows."""

    later: int  # place in the list of papers
    earlier: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Reuse:
    """A stretch of a paper whose words stand in an earlier one."""

    order: Order
    span: Span  # in the later text
    earlier_span: Span
    similarity: Decimal  # common letters, of the longer stretch
    common_source: str = ""  # IRI of what both are built on, where its text is not held


@dataclass(frozen=True, slots=True)
class Echo:
    """A title on the stem of an earlier one."""

    later: int
    earlier: str  # IRI of the document
    basis: Basis
    span: Span  # where the title stands
    similarity: Decimal  # of the stems
    earlier_source: str = ""  # IRI of its text, where that is held
    earlier_span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a paper, or of a section of it, is of which kind; characters without blanks."""

    writing: str  # IRI
    length: int
    formula: Decimal
    shared: Decimal
    concrete: Decimal


@dataclass(frozen=True, slots=True)
class Traces:
    """All that is found of one paper."""

    source: str
    document: str
    title: str
    reuses: tuple[Reuse, ...]
    echoes: tuple[Echo, ...]
    copies: tuple[str, ...]  # IRIs of documents that are this one under another name
    shares: tuple[Shares, ...]
