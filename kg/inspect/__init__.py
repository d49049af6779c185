"""Source to inspection: the document as the system sees it, with what it missed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from kg.extract.text import even
from kg.inspect.figures import find_figures
from kg.inspect.gaps import (
    find_duty_gaps,
    find_masked,
    find_promise_gaps,
    find_unread_titles,
    find_unresolved,
)
from kg.inspect.report import Fact, Inspection, LeftOut, Mended, Part, SeenTable
from kg.inspect.sentences import Sentences
from kg.inspect.stated import find_profile, find_stated
from kg.inspect.verdict import judge
from kg.models import Outline, Reading, Source, Target
from kg.pipeline import understand

__all__ = ["Inspection", "inspect", "report"]

FURNITURE = "furniture"
PASSAGE = 20  # characters of a repair to nothing which is more than a slip
MENTIONED = ("Agency", "Program", "Document", "Region")
SIGNS = {"Exactly": "", "AtLeast": "≥", "AtMost": "≤", "About": "≈", "Between": ""}


def inspect(source: Source) -> Inspection:
    """Return what the system sees in a source."""
    return report(understand(source))


def report(reading: Reading) -> Inspection:
    """Return what the system sees, from a document that is understood already."""
    outline, findings = reading.outline, reading.findings
    source = outline.source
    text, sentences = even(source.text), Sentences(outline)
    facts = tuple(_facts(reading))
    profile = tuple(find_profile(reading, text))
    figures = find_figures(outline, findings, text)
    return Inspection(
        verdict=judge(reading, profile[0]),
        names=source.names,
        media_type=source.media_type,
        encoding=source.encoding,
        sha256=source.sha256,
        url=source.url,
        characters=len(source.text),
        pages=len(source.pages),
        notes=source.notes,
        profile=profile,
        fields=tuple(find_stated(outline.fields, profile)),
        outline=_outline(outline, facts),
        left_out=tuple(_left_out(outline)),
        repairs=tuple(_repairs(source)),
        tables=tuple(sorted(_tables(outline, facts), key=lambda table: table.begin)),
        masked=tuple(find_masked(outline, text, sentences)),
        figures=figures,
        duties=tuple(find_duty_gaps(reading, text, sentences)),
        promises=tuple(find_promise_gaps(reading, text, figures.left, sentences)),
        titles=tuple(find_unread_titles(reading, sentences)),
        unresolved=tuple(find_unresolved(reading, sentences)),
        counts=_counts(reading),
        rules=dict(sorted(Counter(_rules(reading)).items())),
        facts=facts,
        page_begins=source.pages,
        text=source.text,
    )


# -- facts -----------------------------------------------------------------------------------


def _facts(reading: Reading) -> Iterator[Fact]:
    found = sorted(_all_facts(reading), key=lambda fact: (fact.begin, fact.end, fact.kind))
    yield from found


def _all_facts(reading: Reading) -> Iterator[Fact]:
    findings, text = reading.findings, reading.outline.source.text
    names = [entity.full_name or entity.name if entity else "?" for entity in reading.entities]
    for mention, name in zip(findings.mentions, names, strict=True):
        yield Fact(mention.type, mention.begin, mention.end, mention.text, name, mention.rule)
    for target in findings.targets:
        words = text[target.begin : target.end]
        means = _target(target)
        yield Fact("Target", target.begin, target.end, words, means, target.rule)
    for duty in findings.responsibilities:
        who = names[duty.agency] if duty.agency >= 0 else "(issuer)"
        task = reading.outline.tasks[duty.task]
        means = f"{who} {duty.role} ({duty.basis}): {task.number} {task.title}"
        words = text[duty.begin : duty.end]
        yield Fact("Responsibility", duty.begin, duty.end, words, means, duty.rule)
    for citation in findings.citations:
        means = f"{citation.stance} {names[citation.cited]}"
        words = text[citation.begin : citation.end]
        yield Fact("Citation", citation.begin, citation.end, words, means, citation.rule)


def _target(target: Target) -> str:
    """Return a target as a person would note it: 幼儿园等级率 ≥93% (2017)."""
    if target.low is not None and target.high is not None:
        value = f"{_plain(target.low)}–{_plain(target.high)}"
    else:
        value = _plain(target.value)
    when = target.due or target.recurrence
    quantity = f"{SIGNS[target.comparator]}{value}{target.unit}"
    return " ".join(filter(None, (target.indicator, quantity, f"({when})" if when else "")))


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "*"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# -- outline ---------------------------------------------------------------------------------


def _outline(outline: Outline, facts: Sequence[Fact]) -> tuple[Part, ...]:
    """Return the sections with their tasks and sections in them, in the order of the text."""
    below: dict[int | None, list[tuple[int, str, int]]] = {}
    for index, section in enumerate(outline.sections):
        below.setdefault(section.parent, []).append((section.begin, "section", index))
    for index, task in enumerate(outline.tasks):
        below.setdefault(task.section, []).append((task.begin, "task", index))
    return _parts(outline, facts, below, None)


def _parts(
    outline: Outline,
    facts: Sequence[Fact],
    below: dict[int | None, list[tuple[int, str, int]]],
    parent: int | None,
) -> tuple[Part, ...]:
    found = []
    for _, kind, index in sorted(below.get(parent, [])):
        if kind == "section":
            section = outline.sections[index]
            inside = _parts(outline, facts, below, index)
            counts = _inside(facts, section.begin, section.end)
            found.append(
                Part("section", section.number, section.title, section.begin, section.end,
                     section.level, *counts, inside)
            )  # fmt: skip
        else:
            task = outline.tasks[index]
            level = outline.sections[parent].level + 1 if parent is not None else 1
            counts = _inside(facts, task.begin, task.end)
            found.append(
                Part("task", task.number, task.title, task.begin, task.end, level, *counts, ())
            )
    return tuple(found)


def _begin(fact: Fact) -> int:
    return fact.begin


def _inside(facts: Sequence[Fact], begin: int, end: int) -> tuple[int, int, int]:
    """Count the mentions, targets and responsibilities between two offsets."""
    first = bisect_left(facts, begin, key=_begin)
    last = bisect_left(facts, end, lo=first, key=_begin)
    kinds = Counter(fact.kind for fact in facts[first:last])
    mentions = sum(kinds[kind] for kind in MENTIONED)
    return mentions, kinds["Target"], kinds["Responsibility"]


# -- what was left out, put right, counted -------------------------------------------------------


def _left_out(outline: Outline) -> Iterator[LeftOut]:
    """Yield what is no part of the document: furniture, what was read as nothing, what was cut."""
    text = outline.source.text
    for begin, end in outline.furniture:
        yield LeftOut(text[begin:end], begin, end, FURNITURE)
    for one in outline.source.repairs:
        if not one.reading and len(one.original.strip()) >= PASSAGE:  # a second copy of the text
            yield LeftOut(one.original, one.begin, one.end, one.rule)
    for cut in outline.source.cuts:
        yield LeftOut(cut.text, None, None, cut.rule)


def _repairs(source: Source) -> Iterator[Mended]:
    for one in source.repairs:
        yield Mended(one.begin, one.end, one.original, one.reading, one.rule)


def _tables(outline: Outline, facts: Sequence[Fact]) -> Iterator[SeenTable]:
    """Yield the tables that the structure understood, and the file's others."""
    text = outline.source.text
    understood = getattr(outline, "grids", ())
    for grid in understood:
        head = tuple(column.heading for column in grid.columns)
        roles = tuple(column.role for column in grid.columns)
        number = _number_inside(facts, grid.begin, grid.end)
        size = (len(grid.rows) + any(head), len(head))
        yield SeenTable(grid.begin, grid.end, grid.kind, *size, head, roles, number)
    for table in outline.source.tables:
        if all(table.end <= grid.begin or grid.end <= table.begin for grid in understood):
            head = tuple(text[cell.begin : cell.end] for cell in table.cells if cell.row == 0)
            rows = max((cell.row + cell.rows for cell in table.cells), default=0)
            columns = max((cell.column + cell.columns for cell in table.cells), default=0)
            number = _number_inside(facts, table.begin, table.end)
            yield SeenTable(table.begin, table.end, "", rows, columns, head, (), number)


def _number_inside(facts: Sequence[Fact], begin: int, end: int) -> int:
    return bisect_left(facts, end, key=_begin) - bisect_left(facts, begin, key=_begin)


def _counts(reading: Reading) -> dict[str, int]:
    outline, findings = reading.outline, reading.findings
    mentions = Counter[str](mention.type for mention in findings.mentions)
    entities = Counter[str](type_ for type_, _ in {(e.type, e.key) for e in reading.entities if e})
    counts = {
        "Section": len(outline.sections),
        "Task": len(outline.tasks),
        "Sentence": len(outline.sentences),
        "Target": len(findings.targets),
        "Responsibility": len(findings.responsibilities),
        "Citation": len(findings.citations),
    }
    for type_ in MENTIONED:
        counts[type_] = entities[type_]
        counts[f"{type_} mentions"] = mentions[type_]
    return {name: number for name, number in counts.items() if number}


def _rules(reading: Reading) -> Iterator[str]:
    findings, outline = reading.findings, reading.outline
    for facts in (
        *(findings.mentions, findings.targets, findings.responsibilities, findings.citations),
        *(outline.fields, outline.source.repairs, outline.source.cuts),
    ):
        yield from (fact.rule for fact in facts)
