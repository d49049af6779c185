"""A stretch to the companies and universities that the whole country knows: 比亚迪, 哈工大."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from kg.extract.agency_bounds import ends_name, mention_agency
from kg.extract.agency_trades import BEHIND, may_be_brand, trade_behind
from kg.extract.boundary import tagged
from kg.extract.longer_names import opens_word
from kg.models import Mention
from kg.vocabulary import KINDS, automaton, rows

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

LEGAL_FORM = "集团|公司|有限|股份"  # of longer names, which are told by their last word


def find_known(stretch: str) -> Iterator[Mention]:
    """Yield known bodies, a company with its trade or its daughter: 比亚迪|半导体."""
    found, names, table = _bodies()
    for index, begin, end in found.find_matches_as_indexes(stretch):
        row = table[names[index]]
        if _unless(row["unless"]).match(stretch, end) or not opens_word(stretch, begin):
            continue
        if row["kind"] == "enterprise":
            stop = _with_its_own(stretch, end)
        elif ends_name(stretch, end):
            stop = end
        else:
            continue
        name = row["full"] or stretch[begin:stop]
        kind = KINDS[row["kind"]]
        yield mention_agency(kind, stretch, begin, stop, name, "agency.known", "=")


@cache
def _bodies() -> tuple[AhoCorasick, tuple[str, ...], dict[str, dict[str, str]]]:
    table = {row["name"]: row for row in rows("known_bodies.tsv")}
    names = tuple(sorted(table))
    return automaton(names), names, table


@cache
def _unless(behind: str) -> re.Pattern[str]:
    return re.compile(f"{behind}|{LEGAL_FORM}" if behind else LEGAL_FORM)


def _with_its_own(stretch: str, end: int) -> int:
    """Return where a company's name ends with its trade or its daughter's: 徐工|鹭瓴."""
    trade = trade_behind(stretch, end)
    if trade is not None and BEHIND.match(stretch, trade) is not None:
        return trade
    letters = takewhile(lambda pair: may_be_brand(*pair), tagged(stretch[end : end + 6]))
    stop = end + sum(len(word) for word, _ in letters)
    return stop if stop - end < 4 and BEHIND.match(stretch, stop) is not None else end
