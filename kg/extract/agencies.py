"""Sentences to agencies: organisations named in full, by their short forms, or in lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg.extract.agency_fellows import find_fellows
from kg.extract.agency_groups import find_called, find_founded
from kg.extract.agency_heads import find_organisations
from kg.extract.agency_known import find_known
from kg.extract.agency_lists import (
    find_departments,
    find_items,
    find_listed,
    members_since,
    without_posts,
)
from kg.extract.agency_local import (
    find_bare,
    find_local,
    find_of_corps,
    find_of_same_level,
    find_paired,
    find_party_groups,
    find_police,
    find_split_forms,
    find_state_departments,
)
from kg.extract.agency_national import find_contextual, find_national
from kg.extract.agency_trades import find_builders, find_makers, find_trading
from kg.extract.agency_zones import find_committees
from kg.extract.jurisdiction import is_local
from kg.extract.overlap import Apart
from kg.extract.text import even
from kg.models import Mention, Outline, Place

# A place's level → how its own bodies are called, and those of the divisions below it.
LEVELS = {
    "province": ("省市", "县区旗镇乡"),
    "prefecture": ("市州盟", "县区旗镇乡"),
    "county": ("县市区旗", "镇乡"),
}
ABBREVIATED = re.compile(r"\n?（(?:以下)?(?:统一)?简称[:：]?[“]?(?P<short>[一-鿿]{2,12})[”]?）")
# A page saved as one line ends with its site's foot: 关闭 云陵市… © 版权所有 承办：….
SITE_FOOT = re.compile(
    r"_[一-鿿]{4,30} 设为首页|(?:关闭|返回顶部) [^。；\n]{4,80}?版权所有[^。；\n]*"
)
# What a field of government at several levels is called by.
SEVERAL = (
    "省、市",
    "市、区",
    "市、县",
    "市和区",
    "市（区）",
    "县（市、区）",
    "市、县（区）",
    "两级",
)
ITS_OFFICE = "办公室"
# Up to eight bodies issue a paper together, each named by some 14 characters.
ISSUED = re.compile("[^《]{2,120}?(?=关于(?:印发|转发|发布|公布)|印发《|转发《)")
SUBJECT_BELOW = re.compile(r"\s*关于")
# A title may go on in a second line, which is a sentence of its own.
WRAPPED = re.compile(r"《|关于(?:印发|转发)[^\n]*\n?[^\n]{0,40}的通知")
NEXT_LINE = 40
OFFICE = re.compile(r"[一-鿿]{2,8}(?:司|处|科|室|股)")


def find_agencies(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the organisations named in a document of that place, none overlapping another."""
    named = list(_of_one_level(outline.source.text, _first_pass(outline, place)))
    found = list(_not_below(named, place))
    found += find_founded(outline, found)
    abbreviated = list(_abbreviated(outline, found))
    yield from abbreviated
    yield from found
    yield from find_called(outline, (*abbreviated, *found))


def _of_one_level(text: str, found: Iterable[Mention]) -> Iterator[Mention]:
    """Leave out 教育部门 where the text gives its duties to several levels: 市、区教育部门."""
    for mention in found:
        alone = mention.rule == "agency.departments" and mention.text.endswith("部门")
        if alone and any(f"{levels}{mention.text}" in text for levels in SEVERAL):
            continue
        yield mention


def _not_below(found: Sequence[Mention], place: Place | None) -> Iterator[Mention]:
    """Leave out what each of the lower divisions has: 到区教育局办理 in a city's paper.

    Only where the paper names bodies of its own level, too: else it may be a lower one's.
    """
    own, below = LEVELS.get(place.level if place is not None else "", ("", ""))
    if not any(mention.scope and mention.scope in own for mention in found):
        below = ""
    yield from (m for m in found if not (m.scope and m.scope in below))


def _abbreviated(outline: Outline, found: Iterable[Mention]) -> Iterator[Mention]:
    """Yield an agency again where the text calls it by a name that it has introduced."""
    text = outline.source.text
    plain = even(text)
    for mention in found:
        introduced = ABBREVIATED.match(plain, mention.end)
        if introduced is None:
            continue
        short = introduced["short"]
        begin, end = introduced.span("short")
        yield replace(
            mention, begin=begin, end=end, text=text[begin:end], rule="agency.abbreviated"
        )
        # A long one is its own also in the heading before: 成立示范工作小组.
        since = 0 if len(short) > 4 else introduced.end()
        for begin, end in _called(short, plain, since):
            if begin < introduced.end() and end > mention.begin:
                continue
            office = plain[begin + len(short) : end]
            whole = begin + len(short) - len(mention.text)
            if text.startswith(mention.text, max(0, whole)):
                begin = whole  # the office of the body by its full name
            yield replace(
                mention,
                begin=begin,
                end=end,
                text=text[begin:end],
                name=mention.name + office,
                rule="agency.abbreviated",
            )


def _called(short: str, text: str, since: int) -> Iterator[tuple[int, int]]:
    """Yield where a short name stands, with the office of the body that it calls behind it."""
    begin = text.find(short, since)
    while begin >= 0:
        end = begin + len(short)
        end += len(ITS_OFFICE) if text.startswith(ITS_OFFICE, end) else 0
        yield begin, end
        begin = text.find(short, end)


def _first_pass(outline: Outline, place: Place | None) -> Iterator[Mention]:
    text = outline.source.text
    plain = even(text)
    if "设为首页" in plain or "版权所有" in plain:
        plain = SITE_FOOT.sub(lambda foot: " " * len(foot[0]), plain)
    local = place is None and is_local(text)
    members = members_since(plain)
    for sentence in outline.sentences:
        if sentence.part == "title":
            yield from _in_shell(text, sentence.begin, sentence.end, place)
            continue
        stretch = plain[sentence.begin : sentence.end]
        if sentence.begin >= members:
            stretch = without_posts(stretch)
        placed = list(find_local(stretch, place))
        found = [
            *find_national(stretch),
            *find_contextual(stretch, place),
            *find_of_corps(stretch),
            *placed,
            *find_paired(stretch),
            *find_of_same_level(stretch, placed),
            *find_state_departments(stretch),
            *find_split_forms(stretch, place),
            *find_listed(stretch),
            *find_departments(stretch, place, local),
            *find_bare(stretch),
            *find_party_groups(stretch),
            *find_police(stretch, place),
            *find_organisations(stretch, place),
            *find_committees(stretch),
            *find_known(stretch),
            *find_trading(stretch),
            *find_builders(stretch),
            *find_makers(stretch),
            *(find_items(stretch, 0, len(stretch)) if sentence.part == "bodies" else ()),
        ]
        apart = _longest(found)
        apart += find_fellows(stretch, apart)
        for mention in sorted(apart, key=lambda m: m.begin):
            at = sentence.begin + mention.begin
            yield _moved(mention, sentence.begin, text[at : at + len(mention.text)])
    yield from _in_fields(outline, place)


def _in_fields(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield who the metadata block says issued the document."""
    text = outline.source.text
    for field in outline.fields:
        if field.name == "title":
            yield from _in_shell(text, field.begin, field.end, place)
        if field.name in ("issuer", "origin"):
            found = list(agencies_in(field.value, field.begin, place))
            yield from found or _office(field.value, field.begin)


def _office(value: str, begin: int) -> Iterator[Mention]:
    """Yield a part of the issuer that put the document out: 科技司."""
    if OFFICE.fullmatch(value):
        yield Mention(
            "Agency",
            "InternalUnit",
            begin,
            begin + len(value),
            value,
            "{}" + value,
            "agency.office",
            "~",
        )


def _in_shell(text: str, begin: int, end: int, place: Place | None) -> Iterator[Mention]:
    """Yield who issues what a notice carries: 教育部关于印发《…》的通知, …关于印发…的通知."""
    lead = ISSUED.match(text, begin, end)
    if lead is not None and WRAPPED.search(text, lead.start(), end + NEXT_LINE):
        yield from agencies_in(lead[0], begin, place)
    elif SUBJECT_BELOW.match(text, end) and "转" not in text[begin:end]:
        yield from _all_issuers(text[begin:end], begin, place)


def _all_issuers(line: str, begin: int, place: Place | None) -> Iterator[Mention]:
    """Yield the bodies of a line of a title that holds nothing else: 教育部 文化和旅游部."""
    issuers = list(agencies_in(line, begin, place))
    if sum(len(issuer.text) for issuer in issuers) == len(re.sub(r"[\s、]", "", line)):
        yield from issuers


def agencies_in(value: str, offset: int, place: Place | None) -> Iterator[Mention]:
    """Yield the agencies in a stretch that is nothing but names: an issuer, a signature."""
    plain = even(value)
    found = [
        *find_national(plain),
        *find_contextual(plain, place),
        *find_local(plain, place),
        *find_split_forms(plain, place),
        *find_items(plain, 0, len(plain)),
        *find_organisations(plain, place),
    ]
    for mention in _longest(found):
        yield _moved(mention, offset, value[mention.begin : mention.end])


def _moved(mention: Mention, offset: int, text: str) -> Mention:
    return replace(mention, begin=mention.begin + offset, end=mention.end + offset, text=text)


def _longest(found: Iterable[Mention]) -> list[Mention]:
    """Keep the longest of overlapping mentions; of equal ones the first listed."""
    apart = Apart()
    longest = sorted(found, key=lambda m: m.begin - m.end)
    kept = [mention for mention in longest if apart.take(mention.begin, mention.end)]
    return sorted(kept, key=lambda m: m.begin)
