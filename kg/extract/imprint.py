"""Outline to imprint: what a document says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from kg.extract.agencies import agencies_in
from kg.extract.documents import normal_number
from kg.extract.kinds import kind_of_title
from kg.extract.period import find_period
from kg.extract.text import BETWEEN_ISSUERS, even
from kg.models import Field, Imprint, Mention, Outline, Place

CHINESE_DIGITS = str.maketrans("〇○ＯO零一二三四五六七八九", "00000123456789")
FULL_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s*[年\-./]\s*(?P<month>\d{1,2})\s*[月\-./]\s*(?P<day>\d{1,2})"
)
MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)\s*[年\-./]\s*(?P<month>\d{1,2})(?:月|$)")
RUN_TOGETHER = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<rest>\d{3,4})")
CUT_NUMBER = re.compile(r"(?P<head>[一-鿿]{2,12}〔)(?P<year>(?:19|20)\d\d)(?P<serial>\d{1,4})")
WHOLE_NUMBER = re.compile(r"[一-鿿]{1,15}〔(?:19|20)\d\d〕\d{1,5}号")
WRAPPED = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")  # of a title on several lines
REPORT = re.compile(r"各位代表[：:]")
SPEAKER = re.compile(r"(?:我代表|受)(?P<who>[一-鿿]{0,10}人民政府|国务院)")
DATE_FIELDS = ("issued", "signed", "published")
HEAD_DATE = re.compile(r"[（(—](?:\d{4}年\d{1,2}月\d{1,2}日)")


def read_imprint(outline: Outline, place: Place | None) -> Imprint:
    """Return title, kind, issuers, date of issue, number, index number and period."""
    title = _title(outline)
    issued = _issued(outline)
    return Imprint(
        title=title,
        kind=_kind(outline, title),
        issuers=tuple(_issuers(outline, place)),
        issued=issued,
        number=_number(outline),
        index=_first(outline, "index"),
        period=find_period(outline, issued),
    )


def _title(outline: Outline) -> str:
    if outline.title is not None:
        begin, end = outline.title
        parts = BETWEEN_ISSUERS.split(outline.source.text[begin:end])
        return " ".join(WRAPPED.sub("", part) for part in parts)
    return _first(outline, "title")


def _first(outline: Outline, name: str) -> str:
    return next((field.value for field in outline.fields if field.name == name), "")


def _kind(outline: Outline, title: str) -> str:
    if title:
        return kind_of_title(title)
    return "Report" if REPORT.search(outline.source.text[:200]) else "Other"


# -- dates -----------------------------------------------------------------------------------


def _issued(outline: Outline) -> str:
    """Return the date of signature, before that of publication."""
    for name in DATE_FIELDS:
        for field in outline.fields:
            found = iso_date(field.value) if field.name == name else ""
            if found:
                return found
    head = HEAD_DATE.search(outline.source.text[:600])
    return iso_date(head[0]) if head else ""


def iso_date(text: str) -> str:
    """Return a written date as ISO 8601, "" where it is none or can be read in two ways."""
    plain = even(text)
    full = FULL_DATE.search(plain)
    if full is not None:
        return _valid(full["year"], full["month"], full["day"])
    month = MONTH.search(plain)
    if month is not None:
        return f"{month['year']}-{int(month['month']):02}" if 1 <= int(month["month"]) <= 12 else ""
    year = re.fullmatch(r"((?:19|20)\d\d)年?", plain.strip())
    return _in_words(plain) or _run_together(plain) or (year[1] if year else "")


def _valid(year: str, month: str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _in_words(text: str) -> str:
    """Read 二〇二二年四月二十四日."""
    found = re.search(
        r"(?P<year>[〇○O零一二三四五六七八九]{4})年(?P<month>[〇○零一二三四五六七八九十]{1,3})月(?:(?P<day>[〇○零一二三四五六七八九十]{1,3})日)?",
        text,
    )
    if found is None:
        return ""
    year, month = found["year"].translate(CHINESE_DIGITS), _small(found["month"])
    if not found["day"]:
        return f"{year}-{month:02}" if 1 <= month <= 12 else ""
    return _valid(year, str(month), str(_small(found["day"])))


def _small(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int(numeral.translate(CHINESE_DIGITS))
    return int(tens.translate(CHINESE_DIGITS) or 1) * 10 + int(ones.translate(CHINESE_DIGITS) or 0)


def _run_together(text: str) -> str:
    """Restore a date whose 年月日 were lost (2022424) where only one reading is a date."""
    found = RUN_TOGETHER.fullmatch(text.strip())
    if found is None:
        return ""
    rest = found["rest"]
    readings = {
        _valid(found["year"], rest[:cut], rest[cut:])
        for cut in (1, 2)
        if rest[cut:] and rest[cut] != "0" and rest[0] != "0" or len(rest) == 4
    }
    readings.discard("")
    return readings.pop() if len(readings) == 1 else ""


# -- number ----------------------------------------------------------------------------------


def _number(outline: Outline) -> str:
    for field in outline.fields:
        if field.name != "number":
            continue
        number = normal_number(field.value)
        whole = WHOLE_NUMBER.search(number)
        if whole is not None:
            return whole[0]
        cut = CUT_NUMBER.fullmatch(number)
        if cut is not None:
            return (
                f"{cut['head']}{cut['year']}〕{cut['serial']}号"  # 〔20222: only the marks are lost
            )
    return ""


# -- issuers ---------------------------------------------------------------------------------


def _issuers(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield who issued the document: the signature, else the metadata block, else the title."""
    for fields in (_named(outline, "signatory"), _named(outline, "issuer")):
        found = list(_agencies_of(fields, place))
        if found:
            yield from _distinct(found)
            return
    text = outline.source.text
    for begin, end in outline.titles:
        lead = re.match(r"[^《]{2,60}?(?=关于|印发|转发)", text[begin:end])
        found = list(agencies_in(lead[0], begin, place)) if lead else []
        if found:
            yield from _distinct(found)
            return
    speaker = SPEAKER.search(text[:1000])
    if speaker is not None:
        yield from agencies_in(speaker["who"], speaker.start("who"), place)


def _named(outline: Outline, name: str) -> list[Field]:
    """Return the fields of a name; of issuers only those from the first kind of statement."""
    fields = [field for field in outline.fields if field.name == name]
    return fields[:1] if name == "issuer" else fields


def _agencies_of(fields: Iterable[Field], place: Place | None) -> Iterator[Mention]:
    for field in fields:
        yield from agencies_in(field.value, field.begin, place)


def _distinct(found: Iterable[Mention]) -> Iterator[Mention]:
    seen: set[tuple[str, str]] = set()
    for mention in found:
        if (mention.name, mention.scope) not in seen:
            seen.add((mention.name, mention.scope))
            yield mention
