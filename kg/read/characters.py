"""Decoded text to text that a graph can hold: one character for one, so that offsets hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from kg.errors import ReadError
from kg.read.plausible import LOST
from kg.vocabulary import rows

# Control characters that XML 1.0, and with it SPARQL's XML results, refuses: Unicode has pictures
# of them (␂). Those above U+007F it takes; some are quotation marks of Windows-1252.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
PICTURES, PICTURE_OF_DELETE = 0x2400, "\u2421"
# What XML refuses besides, and what Unicode keeps from being text.
FORBIDDEN = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
# A form feed ends a page: a break like another, that XML cannot hold either.
BREAKS = re.compile("[\v\f\x85\u2028\u2029]")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FEW_FORBIDDEN = 5  # that the shortest text may hold
MOST_FORBIDDEN = 0.01  # of the characters; with more of them it is no text
SHOWN = 5  # characters that a note names


def clean_characters(text: str, shown: str) -> tuple[str, tuple[str, ...]]:
    """Replace what cannot be written, character by character, and say what was done."""
    if _suspect().search(text) is None:
        return text, ()
    # What a file system leaves where the end was never written.
    written = text.rstrip("\0") or text
    padding = len(text) - len(written)
    text = written + " " * padding
    refused = len(CONTROLS.findall(text)) + len(FORBIDDEN.findall(text))
    if refused > max(FEW_FORBIDDEN, len(text) * MOST_FORBIDDEN):
        what = "zero bytes" if "\0" in text else "control characters"
        raise ReadError(f"{shown}: not a text file ({what} in it)")
    notes = [f"{padding} zero bytes at the end read as blanks"] if padding else []
    for pattern, replace, said in _steps():
        found = pattern.findall(text)
        if found and replace is not None:
            text = pattern.sub(replace, text)
        if found:
            notes.append(f"{len(found)} {said} ({', '.join(_codes(found))})")
    return text, tuple(notes)


@cache
def _suspect() -> re.Pattern[str]:
    """Match any character with which something may be done; most texts have none.

    In few ranges: the patterns of the single steps take five times as long to find nothing.
    """
    return re.compile(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u200e\u200f\u2028-\u202e\u2066-\u2069"
        f"\ud800-\uf8ff\ufdd0-\ufdef\ufffe-\U0010ffff{''.join(sorted(_assigned()))}]"
    )


def _codes(found: list[str]) -> Iterator[str]:
    kinds = sorted(set(found))
    yield from (f"U+{ord(char):04X}" for char in kinds[:SHOWN])
    if len(kinds) > SHOWN:
        yield "…"


@cache
def _assigned() -> dict[str, str]:
    """Return the characters that stood in GB 18030's private use before Unicode had them."""
    return {row["private"]: row["character"] for row in rows("private_use.tsv")}


def _assign(match: re.Match[str]) -> str:
    return _assigned()[match[0]]


def _picture(match: re.Match[str]) -> str:
    char = match[0]
    return PICTURE_OF_DELETE if char == "\x7f" else chr(PICTURES + ord(char))


Replace = str | Callable[[re.Match[str]], str]


@cache
def _steps() -> tuple[tuple[re.Pattern[str], Replace | None, str], ...]:
    """Return what is looked for, what stands in its place if anything, and what a note says."""
    lost = "code points that are no text shown as U+FFFD"
    assigned = re.compile(f"[{''.join(sorted(_assigned()))}]")
    return (
        (CONTROLS, _picture, "control characters shown as their pictures"),
        (FORBIDDEN, LOST, lost),
        (BREAKS, "\n", "page and line separators read as line breaks"),
        (assigned, _assign, "private-use characters read as GB 18030-2022 has them"),
        (PRIVATE, None, "private-use characters left: what they show depends on a font"),
        (DIRECTIONS, None, "direction marks left: the text may look otherwise than it reads"),
    )
