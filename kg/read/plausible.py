"""Text to whether it is Chinese as people write it, or bytes read by the wrong encoding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

LOST = "�"
HAN = re.compile("[㐀-䶿一-鿿豈-﫿𠀀-𳑿]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
PLAUSIBLE_SHARE = 0.85  # of the characters beyond ASCII, how many must be everyday ones
TRADITIONAL_SHARE = 0.05  # of a text's Han, from which it is written in traditional characters
# Rows of the two national standards: signs, and the Han that they hold to be in daily use. Rows
# 1–3 and 16–55 of GB 2312, A1–C6 of Big5 (whose
# last row holds kana too, which Chinese has not).
GB_2312_ROWS = (*range(0xA1, 0xA4), *range(0xB0, 0xD8))
BIG5_ROWS = tuple(range(0xA1, 0xC7))
TRAILS = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
# The Han that any prose of some length repeats; every second one of a page is not among them.
FREQUENT = re.compile(
    "[的一是不了在有人这這中大来來上国國和地到以时時要为為会會对對于於生年工作发發]"
)
FREQUENT_SHARE = 0.02
LEAST_HAN = 50
SIGNS = "·•–—‘’“”…\u00a0\u2002\u2003\u3000"


def everyday_share(text: str) -> float:
    """Return how much of a text beyond ASCII is everyday Chinese; 0 where nothing is beyond it."""
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return sum(map(len, _everyday().findall(text))) / beyond if beyond else 0.0


def plausible(text: str) -> bool:
    """Tell whether a decoded text is everyday Chinese, not another encoding read wrongly."""
    if text.isascii():
        return bool(text.strip()) and len(CONTROL.findall(text)) * 100 <= len(text)
    return everyday_share(text) >= PLAUSIBLE_SHARE


def has_han(text: str) -> bool:
    """Tell whether there is any Chinese character in a text."""
    return HAN.search(text) is not None


def is_traditional(text: str) -> bool:
    """Tell traditional characters: 為, 國, 這, which Big5 has and GB 2312 has not."""
    found = len(_traditional().findall(text))
    return found > 0 and found >= len(HAN.findall(text)) * TRADITIONAL_SHARE


def is_unlike_prose(text: str) -> bool:
    """Tell where hardly any of a text's Han is a frequent one: Korean read as Chinese is so."""
    written = len(HAN.findall(text))
    return written >= LEAST_HAN and len(FREQUENT.findall(text)) < written * FREQUENT_SHARE


def rare(text: str) -> list[str]:
    """Return the characters that neither GB 2312 nor Big5 knows, nor plain Latin text."""
    return _rare().findall(text)


@cache
def _everyday() -> re.Pattern[str]:
    return re.compile(f"[{_class(_characters('gb2312', GB_2312_ROWS) | _big5() | set(SIGNS))}]+")


@cache
def _traditional() -> re.Pattern[str]:
    simplified = _characters("gb2312", tuple(range(0xA1, 0xF8)))
    return re.compile(f"[{_class({char for char in _big5() - simplified if has_han(char)})}]")


@cache
def _rare() -> re.Pattern[str]:
    known = _characters("gb2312", tuple(range(0xA1, 0xF8)))
    known |= _characters("big5", tuple(range(0xA1, 0xFA)))
    # Emoji, circled numbers and the like are signs that a writer puts, not a decoder.
    return re.compile(
        f"[^\\x00-\\xff\u2000-\u27ff\u3000-\u33ff{LOST}\U0001f000-\U0001faff{_class(known)}]"
    )


@cache
def _big5() -> frozenset[str]:
    return frozenset(char for char in _characters("big5", BIG5_ROWS) if not "぀" <= char <= "ヿ")


def _characters(encoding: str, rows: tuple[int, ...]) -> set[str]:
    """Return the characters in rows of a table of two bytes a character."""
    return set(_decoded(encoding, rows))


def _decoded(encoding: str, rows: tuple[int, ...]) -> Iterator[str]:
    for row in rows:
        yield from bytes(byte for trail in TRAILS for byte in (row, trail)).decode(
            encoding, "ignore"
        )


def _class(characters: set[str] | frozenset[str]) -> str:
    return "".join(map(re.escape, sorted(char for char in characters if char > "\x7f")))
