"""A figure in its text to the statement that it belongs to, so that two statements compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kg.extract.text import even
from kg.vocabulary import rows

ENDS = "。！？；\n\r"
_END = re.compile(f"[{ENDS}]")
_CLAUSE = re.compile(r"[，：,]")
REACH = 300  # characters of a sentence looked at before and behind a figure
NUMBER = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[）).、．]|[①-⑳•·—\-*\s]")
DATED = re.compile(r"(?:20|19)\d\d年|\d{1,2}月(?:底|末|\d{1,2}日)?|年底|年末")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says around a figure."""

    before: str  # its clause before the figure, without what only frames it
    after: str  # and behind
    topic: str  # the clauses before it
    is_whole: bool  # it speaks of the whole place: 全县

    def says_the_same(self, other: Statement) -> bool:
        """Tell whether two statements differ in nothing but their figures."""
        return (self.before, self.after) == (other.before, other.after) and bool(self.before)

    def stands_apart(self, other: Statement) -> bool:
        """Tell whether one of two is about a part that the other is not about: an industry."""
        return narrowed(self.topic) != narrowed(other.topic)


@cache
def _choice(kind: str) -> re.Pattern[str]:
    found = sorted(
        (row["word"] for row in rows("check_words.tsv") if row["kind"] == kind), key=len, reverse=True
    )
    return re.compile("|".join(map(re.escape, found)))


def has(kind: str, text: str) -> bool:
    """Tell whether a text has a word of this kind (kg/data/check_words.tsv)."""
    return _choice(kind).search(text) is not None


def ends_in(kind: str, text: str) -> bool:
    """Tell whether a text ends in a word of this kind."""
    return any(match.end() == len(text) for match in _choice(kind).finditer(text))


def narrowed(topic: str) -> frozenset[str]:
    """Give the parts of a place or of its affairs that the words before a statement name."""
    return frozenset(_choice("narrow").findall(topic))


def is_general(indicator: str) -> bool:
    """Tell an indicator that does not say what is counted: 年度投资, 重点项目."""
    return len(_choice("general").sub("", even(indicator))) < 2


def statement(text: str, begin: int, end: int) -> Statement:
    """Read the statement around a figure."""
    first = max(0, begin - REACH)
    lead = _CLAUSE.split(even(_END.split(text[first:begin])[-1]))
    tail = _CLAUSE.split(even(_END.split(text[end : end + REACH])[0]))[0]
    return Statement(
        before=_bare(lead[-1]),
        after=_bare(tail),
        topic="，".join(lead[:-1]),
        is_whole=has("whole", lead[-1]),
    )


def in_one_sentence(text: str, begin: int, other_begin: int) -> bool:
    """Tell whether two places stand in the same sentence."""
    return _END.search(text, begin, other_begin) is None


def clause(text: str, begin: int, end: int) -> str:
    """Give the clause that holds a figure, and the one before it."""
    lead = _CLAUSE.split(even(_END.split(text[max(0, begin - REACH) : begin])[-1]))
    tail = _CLAUSE.split(even(_END.split(text[end : end + REACH])[0]))[0]
    return "，".join(lead[-2:]) + even(text[begin:end]) + tail


def _bare(words: str) -> str:
    """Take away what says when and how firmly, and the numbers of items."""
    number = NUMBER.match(words)
    rest = words[number.end() :] if number else words
    rest = _choice("whole").sub("", DATED.sub("", rest))
    return _choice("frame").sub("", rest).strip(" \u3000的（）()、")
