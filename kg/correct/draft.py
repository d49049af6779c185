"""A reading taken apart, so that facts keep hold of what they name while corrections change it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kg.correct.anchor import Span
from kg.models import (
    Citation,
    Corrected,
    Correction,
    Deadline,
    Entity,
    EntityType,
    Mention,
    Outcome,
    Reading,
    Responsibility,
    Target,
)

RULE = "correction"
Value = Target | Responsibility | Citation | Deadline


@dataclass(slots=True, eq=False)
class Named:
    """A mention and what it means."""

    mention: Mention
    entity: Entity | None
    own: bool  # it names this document itself
    by: list[Correction] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """Give where it stands."""
        return self.mention.begin, self.mention.end

    def means(self, entity: Entity | None, by: Correction) -> None:
        """Let it mean something else."""
        self.entity = entity
        self.mention = replace(self.mention, rule=RULE)
        self.by.append(by)


@dataclass(slots=True, eq=False)
class Fact:
    """A fact, and the mention that it speaks of."""

    kind: str  # target, responsibility, citation, deadline
    value: Any  # Target, Responsibility, Citation or Deadline
    named: Named | None = None
    by: list[Correction] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """Give where it stands."""
        return self.value.begin, self.value.end


class Draft:
    """A reading that is being corrected."""

    def __init__(self, reading: Reading) -> None:
        findings = reading.findings
        self.reading = reading
        self.profile = reading.profile
        self.mentions = [
            Named(mention, entity, index in findings.own)
            for index, (mention, entity) in enumerate(
                zip(findings.mentions, reading.entities, strict=True)
            )
        ]
        self.facts = list(self._facts())
        self.entities: dict[Correction, set[tuple[EntityType, str]]] = defaultdict(set)
        self.withdrawn: dict[Correction, set[Span]] = defaultdict(set)
        self.outcomes: dict[Correction, Outcome] = {}

    def _facts(self) -> Iterator[Fact]:
        findings, mentions = self.reading.findings, self.mentions
        for target in findings.targets:
            program = mentions[target.program] if target.program is not None else None
            yield Fact("target", target, program)
        for duty in findings.responsibilities:
            yield Fact("responsibility", duty, mentions[duty.agency] if duty.agency >= 0 else None)
        for citation in findings.citations:
            yield Fact("citation", citation, mentions[citation.cited])
        for deadline in findings.deadlines:
            yield Fact("deadline", deadline)

    def known(self) -> Iterator[Entity]:
        """Yield every entity that the reading describes."""
        yield from (named.entity for named in self.mentions if named.entity is not None)
        yield from self.profile.issuers
        yield from self.reading.context

    def take_out(self, correction: Correction, part: Named | Fact) -> None:
        """Take a mention with the facts about it, or a fact, out of the reading."""
        self.withdrawn[correction].add(part.span)
        self.outcomes[correction] = "applied"
        if isinstance(part, Fact):
            self.facts.remove(part)
            return
        self.mentions.remove(part)
        for fact in [fact for fact in self.facts if fact.named is part]:
            self.let_go(fact)

    def let_go(self, fact: Fact) -> None:
        """Do without what a fact named; a duty or a citation is nothing without it."""
        fact.named = None
        if fact.kind in ("responsibility", "citation"):
            self.facts.remove(fact)

    def result(self) -> Reading:
        """Put the reading together again."""
        numbers = {id(named): index for index, named in enumerate(self.mentions)}
        parts: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            parts[fact.kind].append(fact)
        findings = replace(
            self.reading.findings,
            mentions=tuple(named.mention for named in self.mentions),
            targets=tuple(_with(fact, "program", numbers, None) for fact in parts["target"]),
            responsibilities=tuple(
                _with(fact, "agency", numbers, -1) for fact in parts["responsibility"]
            ),
            citations=tuple(_with(fact, "cited", numbers, None) for fact in parts["citation"]),
            deadlines=tuple(fact.value for fact in parts["deadline"]),
            own=frozenset(index for index, named in enumerate(self.mentions) if named.own),
        )
        return replace(
            self.reading,
            profile=self.profile,
            findings=findings,
            entities=tuple(named.entity for named in self.mentions),
            corrected=tuple(self._told(parts)),
        )

    def _told(self, parts: dict[str, list[Fact]]) -> Iterator[Corrected]:
        mentions = _by_correction(self.mentions)
        facts = {kind: _by_correction(of_kind) for kind, of_kind in parts.items()}
        tasks: dict[Correction, set[int]] = defaultdict(set)
        for fact in parts["deadline"]:
            for correction in fact.by:
                tasks[correction].add(fact.value.task)
        for correction, outcome in sorted(self.outcomes.items(), key=lambda pair: pair[0].id):
            yield Corrected(
                correction,
                outcome,
                mentions=mentions[correction],
                targets=facts.get("target", {}).get(correction, ()),
                responsibilities=facts.get("responsibility", {}).get(correction, ()),
                citations=facts.get("citation", {}).get(correction, ()),
                tasks=tuple(sorted(tasks[correction])),
                entities=tuple(sorted(self.entities[correction])),
                withdrawn=tuple(sorted(self.withdrawn[correction])),
            )


def _with(fact: Fact, name: str, numbers: dict[int, int], otherwise: int | None) -> Any:
    if fact.kind == "responsibility" and fact.named is None:
        return fact.value
    number = numbers[id(fact.named)] if fact.named is not None else otherwise
    return replace(fact.value, **{name: number})


def _by_correction(parts: Iterable[Named | Fact]) -> dict[Correction, tuple[int, ...]]:
    found: dict[Correction, tuple[int, ...]] = defaultdict(tuple)
    for index, part in enumerate(parts):
        for correction in part.by:
            found[correction] += (index,)
    return found
