"""Tables of text and meaning in cases/*.yml to readings, and readings to short strings.

A table has a `frame` (a document with {place} and {text} left open), a default `place` and a
list of `cases`. A case has its `text` and what must be `found` in it, in the order of the text;
an empty list is a text in which nothing may be found. `place` and `frame` may be given anew.
`wrong` marks a case that the code does not read rightly yet, with the reason: remove it with the
fix (the test fails where such a case is read rightly).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from kg.models import Reading
from kg.pipeline import understand
from kg.read import read

TESTS = Path(__file__).parent
ROOT = TESTS.parent
EXAMPLES = ROOT / "examples"
SHARED = ROOT.parent / "shared"
TABLES = (
    "agencies",
    "citations",
    "documents",
    "places",
    "programs",
    "responsibilities",
    "tables",
    "targets",
)
COMPARATORS = {"Exactly": "=", "AtLeast": "≥", "AtMost": "≤", "About": "≈", "Between": "="}


@dataclass(frozen=True)
class Case:
    """A text in its document, and what must be read in it."""

    document: str
    begin: int  # where the text begins in the document
    end: int
    found: tuple[str, ...]


@cache
def table(name: str) -> dict[str, Any]:
    """Load one of the tables."""
    content = yaml.safe_load((TESTS / "cases" / f"{name}.yml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def case_of(row: dict[str, Any], defaults: dict[str, Any]) -> Case:
    """Put a text into its frame."""
    frame = row.get("frame", defaults["frame"]).replace(
        "{place}", row.get("place", defaults["place"])
    )
    begin = frame.index("{text}")
    text = row["text"].rstrip("\n")
    return Case(frame.replace("{text}", text), begin, begin + len(text), tuple(row["found"]))


def cases(name: str) -> list[Any]:
    """Return a table's cases as parameters whose ids show the text."""
    content = table(name)
    return [
        pytest.param(
            case_of(row, content),
            id=re.sub(r"\s+", " ", row["text"])[:60],
            marks=[pytest.mark.xfail(reason=row["wrong"], strict=True)] if "wrong" in row else [],
        )
        for row in content["cases"]
    ]


def understood(text: str, name: str = "case.txt") -> Reading:
    """Read a document from its text."""
    return understand(read(text.encode(), [name]))


def example(name: str) -> Reading:
    """Read one of the invented examples."""
    return understand(read((EXAMPLES / name).read_bytes(), [name]))


def mentions_in(case: Case, type_: str) -> list[str]:
    """Say what the mentions of a type in a case mean: 市教育局 → 云陵市教育局 [GovernmentBody].

    `?` stands for an entity that the text does not decide.
    """
    reading = understood(case.document)
    digest = reading.outline.source.sha256[:12]
    said = []
    for mention, entity in zip(reading.findings.mentions, reading.entities, strict=True):
        if mention.type != type_ or not case.begin <= mention.begin < case.end:
            continue
        name = "?" if entity is None or digest in entity.key else entity.full_name or entity.name
        number = f" {mention.number}" if mention.number else ""
        said.append(f"{mention.text} → {name} [{mention.kind}]{number}")
    return said


def targets_in(case: Case) -> list[str]:
    """Say what the targets of a case promise: 95%以上: 合格率 ≥ 95 %, by 2024-12-31."""
    reading = understood(case.document)
    text = reading.outline.source.text
    return [
        f"{text[t.begin : t.end]}: {_quantity(t)}{''.join(_conditions(t))}"
        for t in reading.findings.targets
        if case.begin <= t.begin < case.end
    ]


def _quantity(target: Any) -> str:
    value = (
        plain(target.value) if target.low is None else f"{plain(target.low)}-{plain(target.high)}"
    )
    sign = COMPARATORS[target.comparator]
    return " ".join(filter(None, (target.indicator, sign, value, target.unit)))


def _conditions(target: Any) -> Iterator[str]:
    if target.due:
        yield f", by {target.due}" if target.due_basis == "Stated" else f" ({target.due})"
    if target.recurrence:
        yield f", every {target.recurrence}"
    yield from (
        f", {word}"
        for word, holds in (
            ("each", target.per_item),
            ("change", target.is_change),
            ("strive", target.modality == "Strive"),
            ("ensure", target.modality == "Ensure"),
        )
        if holds
    )


def plain(value: Any) -> str:
    """Write a decimal without trailing zeros; * where the source masks it."""
    if value is None:
        return "*"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def responsibilities_in(case: Case) -> list[str]:
    """Say who answers for the tasks of a case: 1 市教育局 Lead Explicit."""
    reading = understood(case.document)
    findings = reading.findings
    return [
        " ".join(
            (
                reading.outline.tasks[fact.task].number,
                findings.mentions[fact.agency].text if fact.agency >= 0 else "(issuer)",
                fact.role,
                fact.basis,
            )
        )
        for fact in findings.responsibilities
    ]


def tables_in(case: Case) -> list[str]:
    """Say what the tables of a case set: 1 改造茶园 [section]: 市林业局 Lead, by 2024; targets."""
    reading = understood(case.document)
    return [*tabled_tasks(reading), *targets_in(case)]


def tabled_tasks(reading: Reading) -> list[str]:
    """Say what the rows of a reading's tables set to be done, by whom and when."""
    outline, findings = reading.outline, reading.findings
    told = []
    for index in dict.fromkeys(
        row.task for grid in outline.grids for row in grid.rows if row.task is not None
    ):
        task = outline.tasks[index]
        section = f" [{outline.sections[task.section].title}]" if task.section is not None else ""
        who = [
            f"{findings.mentions[r.agency].text if r.agency >= 0 else '(issuer)'} {r.role}"
            for r in findings.responsibilities
            if r.task == index
        ]
        when = [f"by {deadline.due}" for deadline in findings.deadlines if deadline.task == index]
        told.append(f"{task.number} {task.title}{section}: {', '.join([*who, *when])}")
    return told


def citations_in(case: Case) -> list[str]:
    """Say what the document does with those that a case names: 校车安全管理条例 implements."""
    findings = understood(case.document).findings
    return [
        f"{findings.mentions[fact.cited].text} {fact.stance}"
        for fact in findings.citations
        if case.begin <= fact.begin < case.end
    ]


def rules_of(reading: Reading) -> set[str]:
    """Return the name of every rule that read something in a document."""
    findings = reading.findings
    facts: tuple[Any, ...] = (
        *findings.mentions,
        *findings.targets,
        *findings.responsibilities,
        *findings.citations,
        *findings.deadlines,
        *reading.outline.fields,
    )
    return {fact.rule for fact in facts}


Say = Callable[[Case], list[str]]
