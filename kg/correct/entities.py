"""Corrections of what is what: same, different, kind, not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from kg.correct.anchor import Span
from kg.correct.draft import Draft, Named
from kg.correct.references import (
    KINDS,
    Reference,
    is_meant,
    is_meant_everywhere,
    kinds_of,
    plain,
    reference,
)
from kg.models import DIGEST, Correction, Entity, EntityType
from kg.vocabulary import Term, terms

_Change = Callable[[Entity], Entity]
GAZETTEERS = {"Agency": "agencies.ttl", "Program": "programs.ttl", "Document": "laws.ttl"}


def tell_apart(draft: Draft, rows: Iterable[Correction]) -> None:
    """Let words that were taken for an entity name one of their own."""
    for row in rows:
        words, wrong = reference(row.what), reference(row.value)
        for named in list(draft.mentions):
            entity = named.entity
            if entity is None or not is_meant(entity, wrong) or named.own:
                continue
            if re.sub(r"\s+", "", named.mention.text) == words.name:
                named.means(_own(words.name, named, draft), row)
                draft.outcomes[row] = "applied"
        _without_alias(draft, words.name, wrong)


def _own(name: str, named: Named, draft: Draft) -> Entity | None:
    """Return an entity of that name: a body's of this text alone, as no place is said."""
    if named.mention.type == "Region":
        return None
    bound = (
        f"{draft.reading.outline.source.sha256[:DIGEST]}/" if named.mention.type == "Agency" else ""
    )
    kind = named.entity.kind if named.entity is not None else named.mention.kind
    return Entity(named.mention.type, kind, name, bound + name)


def _without_alias(draft: Draft, name: str, wrong: Reference) -> None:
    def without(entity: Entity) -> Entity:
        if not is_meant(entity, wrong):
            return entity
        left = tuple(one for one in entity.alternatives if one != name)
        return replace(entity, alternatives=left)

    _each(draft, without)


def unite(draft: Draft, rows: Sequence[Correction]) -> None:
    """Let the entities that are one have one name, each the other's as an alias."""
    for named in draft.mentions:
        if named.own:
            continue
        told: set[str] = set()
        while (row := _next(rows, named, told)) is not None:
            told.add(row.id)
            entity = named.entity
            if entity is not None:
                new = entity_of(reference(row.value), entity, draft)
                if (new.type, new.key) != (entity.type, entity.key):
                    named.means(new, row)
                    _note(draft, row, new)
    for row in rows:
        _unite_own(draft, row)
    _with_aliases(draft, rows)


def _next(rows: Sequence[Correction], named: Named, told: set[str]) -> Correction | None:
    return next((row for row in rows if row.id not in told and _applies(row, named)), None)


def _applies(row: Correction, named: Named) -> bool:
    """Tell whether a row speaks of a mention: bound to a document also by how it is written."""
    thing, entity = reference(row.what), named.entity
    if entity is None:
        return False
    if is_meant_everywhere(entity, thing):
        return True
    if named.by and is_meant(entity, thing):
        return True  # told apart by another correction, under this name
    if not row.document or thing.type is not None:
        return False
    return is_meant(entity, thing) or re.sub(r"\s+", "", named.mention.text) == thing.text


def _unite_own(draft: Draft, row: Correction) -> None:
    """Apply a row to who issued the document, and to the document itself."""
    thing, profile = reference(row.what), draft.profile
    issuers = []
    for issuer in profile.issuers:
        meant = is_meant_everywhere(issuer, thing) or bool(row.document) and is_meant(issuer, thing)
        new = entity_of(reference(row.value), issuer, draft) if meant else issuer
        if new.key != issuer.key:
            _note(draft, row, new)
        issuers.append(new)
    draft.profile = profile = replace(profile, issuers=tuple(dict.fromkeys(issuers)))
    own = Entity("Document", profile.kind, profile.title, profile.key)
    if is_meant(own, thing) and thing.type in (None, "Document"):
        new = entity_of(reference(row.value), own, draft)
        if new.key != own.key and new.type == "Document":
            draft.profile = replace(profile, key=new.key)
            for named in draft.mentions:
                named.entity = replace(own, key=new.key) if named.own else named.entity
            _note(draft, row, new)


def _with_aliases(draft: Draft, rows: Sequence[Correction]) -> None:
    """Give an entity the names of those that are the same, wherever it is described."""
    named = [(reference(row.what), reference(row.value)) for row in rows if not row.document]

    def aliased(entity: Entity) -> Entity:
        names = {
            other.name
            for other, this in named
            if is_meant_everywhere(entity, this) and not other.is_source_bound
        }
        more = names - {entity.name, *entity.alternatives}
        if not more:
            return entity
        return replace(entity, alternatives=(*entity.alternatives, *sorted(more)))

    for _ in range(len(rows)):  # a chain hands its names on
        before = [one.entity for one in draft.mentions], draft.profile
        _each(draft, aliased)
        if ([one.entity for one in draft.mentions], draft.profile) == before:
            break


def entity_of(thing: Reference, like: Entity, draft: Draft) -> Entity:
    """Return the entity that is meant, as the document or a gazetteer describes it.

    Of one that neither knows, what is said is what was said of the entity in whose place it comes.
    """
    found = [entity for entity in draft.known() if is_meant(entity, thing)]
    right = [entity for entity in found if entity.type == (thing.type or like.type)]
    if right:
        return min(right, key=lambda entity: (entity.key, entity.kind))
    type_ = thing.type or like.type
    term = terms(GAZETTEERS[type_]).get(thing.name) if type_ in GAZETTEERS else None
    if term is not None:
        return _published(type_, term)
    key = thing.key or thing.text
    return replace(
        like,
        type=type_,
        name=thing.name,
        key=key,
        alternatives=(),
        number="",
        successor="",
        until="",
        parent=like.parent if like.parent != key else "",
    )


def _published(type_: EntityType, term: Term) -> Entity:
    entity = Entity(type_, term.kind, term.label, term.label, term.alternatives)
    if type_ != "Agency":
        return entity
    return replace(entity, level=term.level, parent=term.parent, jurisdiction="100000")


def change_kinds(draft: Draft, rows: Iterable[Correction]) -> None:
    """Let entities be of another kind; one of another type is another entity."""
    for row in rows:
        thing = reference(row.what)
        for named in list(draft.mentions):
            entity = named.entity
            if entity is None or named.own or not _is_of(row, thing, entity):
                continue
            if entity.kind != row.value:
                _change_kind(draft, named, entity, row)
        own = Entity("Document", draft.profile.kind, draft.profile.title, draft.profile.key)
        if KINDS[row.value] == "Document" and is_meant(own, thing):
            kind = "Other" if row.value == "PolicyDocument" else row.value
            if draft.profile.kind != kind:
                draft.profile = replace(draft.profile, kind=kind)
                _note(draft, row, own)
        _change_issuers(draft, row, thing)


def _is_of(row: Correction, thing: Reference, entity: Entity) -> bool:
    meant = is_meant if row.document else is_meant_everywhere
    return meant(entity, thing)


def _change_kind(draft: Draft, named: Named, entity: Entity, row: Correction) -> None:
    type_ = KINDS[row.value]
    kind = "Other" if row.value == "PolicyDocument" else row.value
    if type_ == entity.type:
        named.entity = replace(entity, kind=kind)
        named.by.append(row)
    else:
        named.means(Entity(type_, kind, entity.name, entity.name, entity.alternatives), row)
        named.mention = replace(named.mention, type=type_, kind=kind)
        for fact in [fact for fact in draft.facts if fact.named is named]:
            draft.let_go(fact)
    assert named.entity is not None
    _note(draft, row, named.entity)


def _change_issuers(draft: Draft, row: Correction, thing: Reference) -> None:
    def changed(entity: Entity) -> Entity:
        meant = _is_of(row, thing, entity) and row.value in kinds_of(entity.type)
        return replace(entity, kind=row.value) if meant else entity

    issuers = tuple(changed(issuer) for issuer in draft.profile.issuers)
    for before, after in zip(draft.profile.issuers, issuers, strict=True):
        if before.kind != after.kind:
            _note(draft, row, after)
    draft.profile = replace(draft.profile, issuers=issuers)


def take_out_entities(draft: Draft, row: Correction, within: Span | None) -> None:
    """Take out what names nothing: everywhere in the document, or in the quoted words alone."""
    thing = reference(row.what)
    for named in list(draft.mentions):
        inside = within is None or (within[0] <= named.span[0] and named.span[1] <= within[1])
        if inside and named.entity is not None and not named.own and _is_named(row, thing, named):
            draft.take_out(row, named)
    if within is None:
        left = tuple(one for one in draft.profile.issuers if not _is_of(row, thing, one))
        if left != draft.profile.issuers:
            draft.profile = replace(draft.profile, issuers=left)
            draft.outcomes[row] = "applied"


def _is_named(row: Correction, thing: Reference, named: Named) -> bool:
    assert named.entity is not None
    written = re.sub(r"\s+", "", named.mention.text) == thing.text
    return _is_of(row, thing, named.entity) or bool(row.document) and written


def settle_parents(draft: Draft, rows: Sequence[Correction]) -> None:
    """Let parts of a body be part of the one that it is the same as."""
    onward = {plain(reference(row.what).key or row.what): reference(row.value) for row in rows}

    def settled(entity: Entity) -> Entity:
        parent = plain(entity.parent)
        if entity.type != "Agency" or parent not in onward:
            return entity
        above = onward[parent]
        key = above.key or above.text
        return replace(entity, parent="" if key == entity.key else key)

    _each(draft, settled)


def _each(draft: Draft, change: _Change) -> None:
    for named in draft.mentions:
        if named.entity is not None and not named.own:
            named.entity = change(named.entity)
    issuers = tuple(change(issuer) for issuer in draft.profile.issuers)
    draft.profile = replace(draft.profile, issuers=issuers)


def _note(draft: Draft, row: Correction, entity: Entity) -> None:
    draft.entities[row].add((entity.type, entity.key))
    draft.outcomes[row] = "applied"
