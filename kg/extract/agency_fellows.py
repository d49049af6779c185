"""A list that names a company to the other companies in it: 鹭瓴电子、|天驷线路板等项目."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from kg.extract.agency_bounds import mention_agency
from kg.extract.agency_names import words
from kg.extract.agency_trades import (
    BEHIND,
    PUBLIC_WORKS,
    WEATHER,
    behind_place,
    is_kind,
    is_no_brand,
    may_be_brand,
    trade_behind,
)
from kg.extract.boundary import governs, tagged
from kg.extract.places import places_named
from kg.models import Mention

LIST = re.compile(r"[^，。；：！？\n（）“”《》]+")
MEMBER = re.compile(r"[^、]+")
LEADS = 8  # characters that may stand before the company that opens a member: 加快推进|鹭瓴电子
NAME_FLAGS = ("nz", "nrt", "nr", "ns", "j")
COMPANY = re.compile("[一-鿿]{3,18}(?:有限公司|有限责任公司)")
NO_NAME = re.compile("[一二三四五六七八九十]|日产|年产")


def find_fellows(stretch: str, found: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the companies that stand in a list beside one that is found."""
    if "、" not in stretch or not any(m.kind == "Enterprise" for m in found):
        return
    for listed in LIST.finditer(stretch):
        for members in _lists(stretch, listed):
            inside = [m for m in found if members[0].start() <= m.begin < members[-1].end()]
            yield from _fellows(stretch, members, inside)


def _lists(stretch: str, clause: re.Match[str]) -> Iterator[list[re.Match[str]]]:
    """Yield the members of each list of a clause: 等 in a member ends one."""
    members: list[re.Match[str]] = []
    for member in MEMBER.finditer(stretch, clause.start(), clause.end()):
        members.append(member)
        if "等" in member[0]:
            yield members
            members = []
    if members:
        yield members


def _fellows(
    stretch: str, members: list[re.Match[str]], found: Sequence[Mention]
) -> Iterator[Mention]:
    """Yield the companies in a list, each beside another, from the known ones on to both sides."""
    known = [_opening_company(member, found) for member in members]
    for order in (range(len(members)), range(len(members) - 1, -1, -1)):
        for at in order:
            beside = any(known[max(0, at - 1) : at] + known[at + 1 : at + 2])
            if not beside or known[at] or _is_taken(members[at], found):
                continue
            named = _brand(members[at][0], first=at == 0)
            if named is not None:
                known[at] = True
                begin, end = (members[at].start() + offset for offset in named)
                name = stretch[begin:end]
                yield mention_agency("Enterprise", stretch, begin, end, name, "agency.fellow", "=")


def _opening_company(member: re.Match[str], found: Sequence[Mention]) -> bool:
    return any(
        m.kind == "Enterprise" and 0 <= m.begin - member.start() <= LEADS and m.end <= member.end()
        for m in found
    )


def _is_taken(member: re.Match[str], found: Sequence[Mention]) -> bool:
    return any(m.begin < member.end() and member.start() < m.end for m in found)


def _brand(piece: str, first: bool) -> tuple[int, int] | None:
    """Return where the brand of a member begins and ends, with its trade behind it."""
    begin = behind_place(piece, _behind_verbs(piece) if first else 0)
    rest = piece[begin:]
    if PUBLIC_WORKS.search(rest, _province(rest)) or WEATHER.match(rest):
        return None
    company = COMPANY.match(rest)
    if company is not None:
        return begin, begin + company.end()
    brand = _opening_name(rest)
    if not 2 <= len(brand) <= 5 or is_no_brand(brand) or is_kind(brand):
        return None
    end = begin + len(brand)
    trade = trade_behind(piece, end)
    return begin, end if trade is None else trade


def _province(rest: str) -> int:
    """Return where a province ends that opens a member: the 江 of 江苏 is no river."""
    word = next((word for word, _ in tagged(rest)), "")
    return len(word) if any(place.level == "province" for place in places_named(word)) else 0


def _behind_verbs(piece: str) -> int:
    """Return where the first member begins behind the last verb that leads it: 加快推进|鹭瓴…."""
    at, behind = 0, 0
    for word, flag in tagged(piece):
        at += len(word)
        if len(word) > 1 and (governs(word) or flag[0] in "vd" and flag != "vn") or word == "的":
            behind = at
    return behind if behind < len(piece) else 0


def _opening_name(rest: str) -> str:
    """Return the letters and names that open a member.

    Letters behind a name belong to it only where the trade or nothing follows: 吉利|热管理.
    """
    pairs = list(takewhile(lambda pair: _may_be_name(*pair), tagged(rest)))
    whole = "".join(word for word, _ in pairs)
    named = next((at for at, (word, _) in enumerate(pairs) if len(word) > 1), len(pairs))
    if BEHIND.match(rest, len(whole)) or trade_behind(rest, len(whole)) is not None:
        return whole
    if pairs and any(places_named(pairs[0][0])):
        named += 1
    return "".join(word for word, _ in pairs[: named + 1])


def _may_be_name(word: str, flag: str) -> bool:
    """Tell a letter of a brand, or a word that the tagger knows as a name and that is no place."""
    if may_be_brand(word, flag):
        return True
    named = 1 < len(word) < 4 and flag in NAME_FLAGS and word not in words("no-name")
    return named and NO_NAME.search(word) is None and not _is_local(word)


def _is_local(word: str) -> bool:
    """Tell a place; companies are called by provinces: 江苏|鹭瓴."""
    levels = {place.level for place in places_named(word)}
    return bool(levels) and "province" not in levels
