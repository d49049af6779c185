"""Text to the words that are searched: a Han character each, words and numbers of other scripts.

A phrase of Han characters so finds them wherever they stand, without a dictionary that would have
to know 学位 from 学|位. What stands between characters (a comma, a line's end) does not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# What depends on Python's Unicode tables: an index of other tables is built anew.
VERSION = f"1 {unicodedata.unidata_version}"

_HAN = (
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_OTHER = rf"[^\W_{_HAN}]"
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
def pattern(asked: str) -> re.Pattern[str]:
    """Return what finds in a folded text where it has the words asked for, in their order.

    Marks at the ends belong to a place where they stand there too: 《意见》 finds 意见 in 一份意见.
    """
    folded = fold(asked.strip())
    parts = list(_WORD.finditer(folded))
    if not parts:
        raise ValueError(f"{asked!r} has no words")
    before, after = folded[: parts[0].start()], folded[parts[-1].end() :]
    words_ = _BETWEEN.join(_whole(part[0]) for part in parts)
    return re.compile(f"{_if_there(before)}{words_}{_if_there(after)}")


def _whole(word: str) -> str:
    """Return a word's expression: a Han character anywhere, 2023 not within 12023."""
    if re.fullmatch(f"[{_HAN}]", word):
        return word
    return rf"(?<!{_OTHER}){re.escape(word)}(?!{_OTHER})"


def _if_there(marks: str) -> str:
    return f"(?:{re.escape(marks)})?" if marks else ""


def places(asked: str, folded: str) -> Iterator[tuple[int, int]]:
    """Yield where a folded text has the words asked for; no two places overlap."""
    for match in pattern(asked).finditer(folded):
        yield match.span()
