"""Text to the words that are searched: a Han character each, words and numbers of other scripts.

A phrase of Han characters so finds them wherever they stand, without a dictionary that would have
to know 学位 from 学|位. What stands between characters (a comma, a line's end) does not count.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from kg.search.found import Span

# What depends on Python's Unicode tables: an index of other tables is built anew.
VERSION = f"1 {unicodedata.unidata_version}"

_HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_OTHER = rf"[^\W_{_HAN}]"
_IS_HAN = re.compile(f"[{_HAN}]")
_WORD = re.compile(rf"[{_HAN}]|{_OTHER}+")
_BETWEEN = r"[\W_]*+"


class _Folding(dict[int, str]):
    """Characters to those that are searched, one for one, so that offsets stay."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = unicodedata.normalize("NFKC", character)
        # ㎡ would become two characters, and every offset after it wrong.
        folded = folded.lower() if len(folded) == 1 else character.lower()
        self[code] = folded if len(folded) == 1 else character
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return a text of the same length without what makes no difference: ２０２３Ａ is 2023a."""
    return text.translate(_FOLDING)


def words(text: str) -> list[str]:
    """Return the words of a text: 推进5G建设 → 推 进 5g 建 设."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=1000)
def patterns(asked: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds in a folded text the words asked for: as they stand there, and loosely.

    Loosely, marks and line ends may be between them. Marks at the ends belong to a place where
    they stand there too: 《意见》 finds 意见 in 一份意见.
    """
    folded = fold(asked.strip())
    parts = list(_WORD.finditer(folded))
    if not parts:
        raise ValueError(f"{asked!r} has no words")
    first, last = parts[0].start(), parts[-1].end()
    before, after = _if_there(folded[:first]), _if_there(folded[last:])
    exact = _whole(parts[0][0], re.escape(folded[first:last]), parts[-1][0])
    loose = _BETWEEN.join(_whole(part[0], re.escape(part[0]), part[0]) for part in parts)
    return re.compile(f"{before}{exact}{after}"), re.compile(f"{before}{loose}{after}")


def _whole(first: str, expression: str, last: str) -> str:
    """Return an expression that cuts no word of another script: 2023 does not stand in 12023."""
    before = "" if _IS_HAN.match(first) else f"(?<!{_OTHER})"
    after = "" if _IS_HAN.match(last) else f"(?!{_OTHER})"
    return f"{before}{expression}{after}"


def _if_there(marks: str) -> str:
    return f"(?:{re.escape(marks)})?" if marks else ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text has words, in order, none over another."""

    spans: tuple[Span, ...]
    exact: frozenset[int]  # where those begin that stand there as they were asked for


def places(asked: str, folded: str, most: int | None = None) -> Places:
    """Return where a folded text has the words asked for; at most so many places."""
    exact, loose = patterns(asked)
    found = [match.span() for match in islice(exact.finditer(folded), most)]
    begins = frozenset(begin for begin, _ in found)
    # A place as asked is not lost to one that begins before it: 的的 in 的，的的.
    for match in islice(loose.finditer(folded), most):
        at = bisect_left(found, (match.end(), 0))
        if not (at and found[at - 1][1] > match.start()):
            found.insert(at, match.span())
    return Places(tuple(found[:most]), begins)
