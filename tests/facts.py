"""What a document says, without where it says so: to compare one text in several formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple

from kg.models import Entity, Mention, Reading


def facts(reading: Reading) -> Counter[tuple[object, ...]]:
    """Return the facts of a reading, offsets and digests apart; how often each is stated."""
    found: Counter[tuple[object, ...]] = Counter()
    findings, outline = reading.findings, reading.outline
    named = [_entity(reading, entity) for entity in reading.entities]
    found.update(_profile(reading))
    for section in outline.sections:
        found["section", section.number, _plain(section.title), section.level] += 1
    for task in outline.tasks:
        found["task", task.number, _plain(task.title)] += 1
    for mention, name in zip(findings.mentions, named, strict=True):
        found["mention", *_mention(mention), name] += 1
    for target in findings.targets:
        where = None if target.task is None else _plain(outline.tasks[target.task].title)
        stated = astuple(target)[2:-2]  # without its offsets and the indexes at its end
        found["target", where, *(_plain(one) for one in stated)] += 1
    for one in findings.responsibilities:
        agency = named[one.agency] if one.agency >= 0 else "the issuer"
        task = _plain(outline.tasks[one.task].title)
        found["responsibility", task, agency, one.role, one.basis] += 1
    for deadline in findings.deadlines:
        found["deadline", _plain(outline.tasks[deadline.task].title), deadline.due] += 1
    for citation in findings.citations:
        found["citation", named[citation.cited], citation.stance] += 1
    return found


def _profile(reading: Reading) -> Iterator[tuple[object, ...]]:
    profile = reading.profile
    for what in ("title", "kind", "issued", "number", "index", "period"):
        yield "profile", what, _plain(getattr(profile, what))
    for issuer in profile.issuers:
        yield "issuer", _entity(reading, issuer)
    yield "region", _entity(reading, profile.region)


def _plain(value: object) -> object:
    return re.sub(r"\s+", "", value) if isinstance(value, str) else value


def _mention(mention: Mention) -> tuple[object, ...]:
    return mention.type, mention.kind, _plain(mention.text), _plain(mention.name), mention.scope


def _entity(reading: Reading, entity: Entity | None) -> str:
    if entity is None:
        return "?"
    key = re.sub(reading.outline.source.sha256[:12] + "[0-9a-f]*", "…", entity.key)
    return f"{entity.type} {_plain(key)}"
