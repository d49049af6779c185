"""Corrections of what a quoted stretch of text says: not, missing, value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from kg.correct.anchor import Span, holds, meant_by
from kg.correct.draft import RULE, Draft, Fact, Named
from kg.correct.entities import entity_of
from kg.correct.references import KINDS, is_meant, reference
from kg.correct.values import Changes, changes_of
from kg.models import (
    Citation,
    Correction,
    Deadline,
    Entity,
    EntityType,
    Mention,
    Outcome,
    Responsibility,
    Stance,
    Target,
)

NOTHING = Target(0, 0, "", "Exactly", None, None, None, "", RULE)


def take_out_facts(draft: Draft, row: Correction, within: Span) -> Outcome:
    """Take out the facts of a kind, or the mentions, that the quoted words hold."""
    parts: list[Named] | list[Fact]
    if row.what == "mention":
        parts = [one for one in draft.mentions if holds(within, one.span)]
    else:
        parts = _facts_at(draft, row.what, within)
    for part in parts:
        draft.take_out(row, part)
    return "applied" if parts else "needless"


def _facts_at(draft: Draft, kind: str, within: Span) -> list[Fact]:
    """Return the facts of a kind that quoted words are about."""
    facts = [fact for fact in draft.facts if fact.kind == kind]
    meant = meant_by([fact.span for fact in facts], within)
    return [fact for fact in facts if fact.span in meant]


# -- value -------------------------------------------------------------------------------------


def change_fact(draft: Draft, row: Correction, within: Span) -> Outcome:
    """Change the one fact that the quoted words hold; of several none is guessed."""
    found = _facts_at(draft, row.what, within)
    if len(found) != 1:
        return "orphaned"
    (fact,) = found
    changes = changes_of(row.what, row.value)
    named = fact.named
    thing = changes.pop("agency", None) or changes.pop("document", None)
    if thing is not None:
        type_: EntityType = "Agency" if row.what == "responsibility" else "Document"
        named = _named_at(draft, row, within, thing, type_)
        if named is None:
            return "orphaned"
    changed = _changed(fact.value, changes)
    if changed == fact.value and named is fact.named:
        return "needless"
    fact.value = changed if isinstance(changed, Deadline) else replace(changed, rule=RULE)
    fact.named = named
    fact.by.append(row)
    if named is not None and isinstance(fact.value, Responsibility) and fact.value.agency < 0:
        # The body is not the issuer that was implied: somebody says so.
        fact.value = replace(fact.value, agency=0, basis="Explicit")
    return "applied"


def _changed(value: Any, changes: Changes) -> Any:
    was_range = isinstance(value, Target) and value.comparator == "Between"
    if was_range and changes.get("value") is not None:
        changes = {"comparator": "Exactly", **changes}
    return replace(value, **changes)


# -- missing -----------------------------------------------------------------------------------


def add(draft: Draft, row: Correction, within: Span) -> Outcome:
    """Add a mention or a fact that is missing, unless it is there."""
    if row.what in KINDS:
        return _add_mention(draft, row, within)
    changes = changes_of(row.what, row.value)
    return _ADDING[row.what](draft, row, within, changes)


def _add_mention(draft: Draft, row: Correction, within: Span) -> Outcome:
    thing = reference(row.value)
    there = [one for one in draft.mentions if holds(within, one.span) and one.entity is not None]
    if any(is_meant(cast(Entity, one.entity), thing) for one in there):
        return "needless"
    type_ = thing.type or KINDS[row.what]
    added = _named_at(draft, row, within, row.value, type_, row.what)
    return "orphaned" if added is None else "applied"


def _named_at(
    draft: Draft, row: Correction, within: Span, name: str, type_: EntityType, kind: str = ""
) -> Named | None:
    """Return the mention of a thing in the quoted words; make one of them where there is none.

    None where the words are a mention of something else, which `same` should correct.
    """
    thing = reference(name)
    for one in draft.mentions:
        there = one.entity is not None and one.entity.type == type_ and is_meant(one.entity, thing)
        if there and holds(within, one.span):
            return one
    if any(one.span == within for one in draft.mentions):
        return None
    bare = Entity(type_, _kind_for(kind, type_), "", "")
    entity = entity_of(thing, bare, draft)
    text = draft.reading.outline.source.text[within[0] : within[1]]
    mention = Mention(type_, entity.kind, *within, text, entity.name, RULE, "=")
    named = Named(mention, entity, own=False, by=[row])
    draft.mentions.append(named)
    draft.entities[row].add((entity.type, entity.key))
    return named


def _kind_for(kind: str, type_: EntityType) -> str:
    if kind in ("", "PolicyDocument"):
        return "GovernmentBody" if type_ == "Agency" else "Other"
    return kind


def _task_at(draft: Draft, within: Span) -> int | None:
    """Return the narrowest task that holds the quoted words."""
    tasks = enumerate(draft.reading.outline.tasks)
    around = [
        (task.end - task.begin, i) for i, task in tasks if holds((task.begin, task.end), within)
    ]
    return min(around)[1] if around else None


def _add_target(draft: Draft, row: Correction, within: Span, changes: Changes) -> Outcome:
    for fact in _facts_at(draft, "target", within):
        if _changed(fact.value, changes | {"due_basis": fact.value.due_basis}) == fact.value:
            return "needless"
    target = replace(
        NOTHING, begin=within[0], end=within[1], task=_task_at(draft, within), **changes
    )
    draft.facts.append(Fact("target", target, None, [row]))
    return "applied"


def _add_duty(draft: Draft, row: Correction, within: Span, changes: Changes) -> Outcome:
    task, thing = _task_at(draft, within), reference(changes["agency"])
    if task is None:
        return "orphaned"
    for fact in draft.facts:
        if fact.kind == "responsibility" and fact.value.task == task and fact.named is not None:
            entity = fact.named.entity
            same_role = fact.value.role == changes["role"] and fact.value.basis == "Explicit"
            if entity is not None and is_meant(entity, thing) and same_role:
                return "needless"
    # Who answers may be named elsewhere in the paper: then the words are the task's own.
    elsewhere = (one for one in draft.mentions if one.entity and is_meant(one.entity, thing))
    inside = [one for one in draft.mentions if holds(within, one.span)]
    named = next((one for one in elsewhere if one not in inside), None)
    if named is None or any(one.entity and is_meant(one.entity, thing) for one in inside):
        named = _named_at(draft, row, within, changes["agency"], "Agency")
    if named is None:
        return "orphaned"
    span = named.span if holds(within, named.span) else within
    duty = Responsibility(*span, task, 0, changes["role"], "Explicit", RULE)
    draft.facts.append(Fact("responsibility", duty, named, [row]))
    return "applied"


def _add_citation(draft: Draft, row: Correction, within: Span, changes: Changes) -> Outcome:
    stance: Stance = changes.get("stance", "cites")
    thing = reference(changes["document"])
    for fact in _facts_at(draft, "citation", within):
        entity = fact.named.entity if fact.named is not None else None
        if entity is not None and is_meant(entity, thing) and fact.value.stance == stance:
            return "needless"
    named = _named_at(draft, row, within, changes["document"], "Document")
    begins = {fact.value.begin for fact in draft.facts if fact.kind == "citation"}
    if named is None or named.span[0] in begins:
        return "orphaned"
    draft.facts.append(Fact("citation", Citation(*named.span, 0, stance, RULE), named, [row]))
    return "applied"


def _add_deadline(draft: Draft, row: Correction, within: Span, changes: Changes) -> Outcome:
    task = _task_at(draft, within)
    if task is None:
        return "orphaned"
    for fact in [one for one in draft.facts if one.kind == "deadline" and one.value.task == task]:
        if fact.value.due == changes["due"]:
            return "needless"
        return "orphaned"  # it has another one: `value` says which of them is right
    deadline = Deadline(*within, task, changes["due"], RULE)
    draft.facts.append(Fact("deadline", deadline, None, [row]))
    return "applied"


_ADDING = {
    "target": _add_target,
    "responsibility": _add_duty,
    "citation": _add_citation,
    "deadline": _add_deadline,
}
