"""A reading to its profile and its fields, each with the place and the rule that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.extract.documents import normal_number
from kg.extract.imprint import FULL_DATE, MONTH, iso_date
from kg.inspect.report import Known, Stated
from kg.inspect.verdict import FILE_NAME
from kg.models import Field, Reading

DATES = ("issued", "signed", "published")  # in the order in which they win
GENRE = "政府工作报告"  # what resolve calls a report to deputies that has no title
HEAD = 3000  # characters in which a text says its date without a field


def find_profile(reading: Reading, text: str) -> Iterator[Known]:
    """Yield what the profile says, and where it was read; `text` has even widths."""
    profile = reading.profile
    yield _title(reading)
    yield Known(
        "kind",
        profile.kind,
        None,
        None,
        "kind.title" if reading.findings.imprint.title else "kind.text",
    )
    yield from _issuers(reading)
    if profile.issued:
        yield _issued(reading, text)
    if profile.number:
        yield _from_field(reading, "number", profile.number, _is_number)
    if profile.index:
        yield _from_field(reading, "index", profile.index, str.__eq__)
    if profile.region is not None:
        name = profile.region.full_name or profile.region.name
        yield Known("region", name, None, None, "jurisdiction")
    if profile.period:
        yield Known("period", profile.period, None, None, "period")


def _title(reading: Reading) -> Known:
    outline, title = reading.outline, reading.profile.title
    if outline.title is not None:
        return Known("title", title, *outline.title, _title_rule(outline.fields, outline.title))
    stated = next((field for field in outline.fields if field.name == "title"), None)
    if stated is not None:
        return Known("title", title, stated.begin, stated.end, stated.rule)
    of_genre = title.endswith(GENRE) and not any(title in name for name in outline.source.names)
    return Known("title", title, None, None, "title.genre" if of_genre else FILE_NAME)


def _title_rule(fields: Sequence[Field], span: tuple[int, int]) -> str:
    inside = (f.rule for f in fields if f.begin <= span[0] and span[1] <= f.end)
    return next(inside, "title.line")


def _issuers(reading: Reading) -> Iterator[Known]:
    read, entities = reading.findings.imprint.issuers, reading.profile.issuers
    for position, entity in enumerate(entities):
        if len(read) == len(entities):
            mention = read[position]
            yield Known("issuer", entity.name, mention.begin, mention.end, mention.rule)
        else:
            yield Known("issuer", entity.name, None, None, "issuer.title")


def _issued(reading: Reading, text: str) -> Known:
    issued, fields = reading.profile.issued, reading.outline.fields
    for name in DATES:
        for field in fields:
            if field.name == name and iso_date(field.value) == issued:
                return Known("issued", issued, field.begin, field.end, field.rule)
    for pattern in (FULL_DATE, MONTH):
        for match in pattern.finditer(text, 0, HEAD):
            if iso_date(match[0]) == issued:
                return Known("issued", issued, *match.span(), "issued.text")
    return Known("issued", issued, None, None, "issued.number" if len(issued) == 4 else "issued")


def _is_number(stated: str, number: str) -> bool:
    return number in (stated, normal_number(stated)) or number in normal_number(stated)


def _from_field(reading: Reading, name: str, value: str, is_same: object) -> Known:
    assert callable(is_same)
    fields = [field for field in reading.outline.fields if field.name == name]
    same = (field for field in fields if is_same(field.value, value))
    found = next(same, fields[0] if fields else None)
    if found is None:
        return Known(name, value, None, None, name)
    return Known(name, value, found.begin, found.end, found.rule)


def find_stated(fields: Sequence[Field], profile: Sequence[Known]) -> Iterator[Stated]:
    """Yield every field; a field wins where the profile has its value from there."""
    won = {(known.rule, known.begin) for known in profile}
    inside = [known.begin for known in profile if known.begin is not None]
    for field in sorted(fields, key=lambda field: (field.begin, field.end)):
        names_issuer = field.name in ("issuer", "signatory") and any(
            field.begin <= begin < field.end for begin in inside
        )
        wins = names_issuer or (field.rule, field.begin) in won
        value = re.sub(r"\s+", " ", field.value)
        yield Stated(field.name, value, field.begin, field.end, field.rule, wins)
