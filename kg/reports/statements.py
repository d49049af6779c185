"""A figure in its text to the statement that it belongs to, so that two statements compare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kg.extract.text import even
from kg.vocabulary import rows

REACH = 300  # characters of a sentence looked at before and behind a figure
ALIKE = 0.3  # share of the pairs of characters that topics have in common
_END = re.compile("[。！？；\n\r]")
_CLAUSE = re.compile("[，：]")
_FIGURE = re.compile(r"[\d.]+")
_STAGE = re.compile(r"十[一二三四五]五|(?<![前二])[三五]年(?![级制期]|行动)|规划期|远期")
_NUMBER = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）).、．]|[①-⑳•·—*\-])\s*")
_DATE = re.compile(
    r"[到至在于]?(?:20|19)\d\d年[底末内前]{0,2}|\d{1,2}月(?:\d{1,2}日|[底末])?前?|年[底末]前?"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says around a figure."""

    before: str  # its clause before the figure, without what only frames it
    after: str  # and behind
    topic: str  # the clauses before it
    rest: str  # the clauses behind, without figures
    is_whole: bool  # it speaks of the whole place: 全县
    stages: frozenset[str]  # the spans of years that the words before it speak of: 十五五

    def says_the_same(self, other: Statement) -> bool:
        """Tell whether two statements differ in nothing but their figures."""
        return (self.before, self.after) == (other.before, other.after) and bool(self.before)

    def stands_apart(self, other: Statement) -> bool:
        """Tell whether two are about different things: an industry each, or one about a part.

        Or about different times: a report sets aims for five years, then those for this year.
        """
        if self.stages != other.stages or _narrowed(self.topic) != _narrowed(other.topic):
            return True
        pairs, others = _pairs(self.topic), _pairs(other.topic)
        fewer = min(len(pairs), len(others))
        return bool(fewer) and len(pairs & others) < ALIKE * fewer

    @property
    def is_general(self) -> bool:
        """Tell a statement that does not say what is counted: 完成年度投资, 实施重点项目."""
        return len(_choice("general").sub("", self.before + self.after)) < 2


@cache
def _choice(kind: str) -> re.Pattern[str]:
    found = [row["word"] for row in rows("check_words.tsv") if row["kind"] == kind]
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))


def has(kind: str, text: str) -> bool:
    """Tell whether a text has a word of this kind (kg/data/check_words.tsv)."""
    return _choice(kind).search(text) is not None


def ends_in(kind: str, text: str) -> bool:
    """Tell whether a text ends in a word of this kind."""
    return any(match.end() == len(text) for match in _choice(kind).finditer(text))


def _pairs(words: str) -> frozenset[str]:
    """Give the pairs of characters that stand beside each other."""
    return frozenset(words[at : at + 2] for at in range(len(words) - 1))


def _narrowed(topic: str) -> frozenset[str]:
    """Give the parts of a place or of its affairs that the words before a statement name."""
    return frozenset(_choice("narrow").findall(topic))


def statement(text: str, begin: int, end: int) -> Statement:
    """Read the statement around a figure."""
    lead, tail = _around(text, begin, end)
    return Statement(
        before=_bare(lead[-1]),
        after=_bare(tail[0]),
        topic="，".join(lead[:-1]),
        rest=_FIGURE.sub("", "，".join(tail[1:])),
        is_whole=has("whole", lead[-1]),
        stages=frozenset(_STAGE.findall(text, max(0, begin - REACH), begin)),
    )


def clause(text: str, begin: int, end: int) -> str:
    """Give the clause that holds a figure, with the one before it."""
    lead, tail = _around(text, begin, end)
    return "，".join(lead[-2:]) + even(text[begin:end]) + tail[0]


def in_one_sentence(text: str, begin: int, other_begin: int) -> bool:
    """Tell whether two places stand in the same sentence."""
    return _END.search(text, begin, other_begin) is None


def _around(text: str, begin: int, end: int) -> tuple[list[str], list[str]]:
    """Give the clauses of the sentence before a figure and behind it."""
    lead = even(_END.split(text[max(0, begin - REACH) : begin])[-1])
    tail = even(_END.split(text[end : end + REACH])[0])
    return _CLAUSE.split(_END.split(lead)[-1]), _CLAUSE.split(_END.split(tail)[0])


def _bare(words: str) -> str:
    """Take away what says when and how firmly, and the number of an item."""
    number = _NUMBER.match(words)
    rest = words[number.end() :] if number else words
    rest = _choice("whole").sub("", _DATE.sub("", rest))
    return _choice("frame").sub("", rest).strip(" \u3000\t的（）、")
