"""Characters that no reader of the paper sees as they are written, to those that were meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from unicodedata import normalize

from kg.models import Source
from kg.structure.alignment import Edit
from kg.vocabulary import rows

# &nbsp; and, where a page was escaped twice, &amp;nbsp;
ENTITY = re.compile(r"&(?:amp;){0,3}(?:[A-Za-z][A-Za-z0-9]{1,9}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")
# Zero width, soft hyphen, marks of direction; control characters but tab and breaks, of which the
# reader shows those of ASCII as their pictures (␂).
UNSEEN = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    r"\u2400-\u2421\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]+"
)
# Breaks other than the line feed; the carriage return where no line feed follows it.
BREAK = re.compile(r"[\x0b\x0c\x85\u2028\u2029]|\r(?!\r{0,3}\n)")
WINDOWS = "cp1252"  # whose quotation marks and dashes a page may give as control characters
RADICAL = re.compile("[\u2e80-\u2fd5\uf900-\ufaff]")
PRIVATE = re.compile("[\ue000-\uf8ff]")
PRIVATE_MARK = re.compile("^[ \t\u3000\u00a0]*\\d{1,2}(?P<mark>[\ue000-\uf8ff])(?=[一-鿿])", re.M)
LINE = re.compile("[^\n]+")
HAN = re.compile("[一-鿿]")


def find_entities(source: Source) -> Iterator[Edit]:
    """Yield the character references that are left in a text: &nbsp; &quot; &amp;quot;."""
    text = source.text
    if "&" not in text:
        return
    for match in ENTITY.finditer(text):
        reading = match[0]
        for _ in range(1 + reading.count("amp;")):
            reading = unescape(reading)
        if not ENTITY.fullmatch(reading) and (reading.isprintable() or reading.isspace()):
            yield Edit(match.start(), match.end(), reading, "repair.entity")


def find_unseen(source: Source) -> Iterator[Edit]:
    """Yield what cannot be seen, and breaks of other systems than ours."""
    text = source.text
    found = [
        *(Edit(m.start(), m.end(), _windows(m[0]), "repair.control") for m in _unseen(text)),
        *(Edit(m.start(), m.end(), "\n", "repair.control") for m in BREAK.finditer(text)),
    ]
    yield from sorted(found, key=lambda edit: edit.begin)


def _unseen(text: str) -> Iterator[re.Match[str]]:
    if not text.isascii():
        yield from UNSEEN.finditer(text)


def _windows(run: str) -> str:
    """Return the quotation marks and dashes among some control characters."""
    shown = (
        bytes([ord(char)]).decode(WINDOWS, "ignore") for char in run if "\x80" <= char <= "\x9f"
    )
    return "".join(char for char in shown if char.isprintable())


@cache
def _readings() -> dict[str, str]:
    """Return the characters that are read as others."""
    return {
        chr(int(row["code"], 16)): " " if row["reading"] == "blank" else row["reading"]
        for row in rows("characters.tsv")
    }


def find_radicals(source: Source) -> Iterator[Edit]:
    """Yield the radicals that a PDF file gives for the words that look the same: ⼯作."""
    for match in RADICAL.finditer(source.text):
        reading = _readings().get(match[0]) or normalize("NFKC", match[0])
        if reading != match[0]:
            yield Edit(match.start(), match.end(), reading, "repair.radical")


def find_private(source: Source) -> Iterator[Edit]:
    """Yield characters of private use that a font has for signs, or a text for its 1. 2. 3."""
    text = source.text
    marks = {match.start("mark") for match in _private_marks(text)}
    for match in PRIVATE.finditer(text):
        at = match.start()
        if at in marks:
            yield Edit(at, at + 1, ".", "repair.private-mark")
        elif match[0] in _readings():
            yield Edit(at, at + 1, _readings()[match[0]], "repair.private-use")


def _private_marks(text: str) -> Iterator[re.Match[str]]:
    """Yield the items whose mark is one and the same private character: at least 1 and 2."""
    found = list(PRIVATE_MARK.finditer(text))
    for mark in {match["mark"] for match in found}:
        own = [match for match in found if match["mark"] == mark]
        numbers = {match[0].strip(" \t\u3000\u00a0" + mark) for match in own}
        if {"1", "2"} <= numbers:
            yield from own


def find_quotes(source: Source) -> Iterator[Edit]:
    """Yield the straight quotation marks of lines in which each opens or closes one phrase."""
    text = source.text
    if '"' not in text:
        return
    for line in LINE.finditer(text):
        if '"' in line[0] and HAN.search(line[0]):
            yield from _paired(line)


def _paired(line: re.Match[str]) -> list[Edit]:
    """Return the marks of a line read as “ and ”, none where one is left over."""
    edits: list[Edit] = []
    opened = -1
    for mark in re.finditer('["“”]', line[0]):
        closes = opened >= 0
        if closes == (mark[0] == "“") and mark[0] != '"':
            return []  # “ inside “, or ” that nothing opens
        straight = closes and line[0][opened] == '"'
        if straight and not HAN.search(line[0], opened, mark.start()):
            return []
        if mark[0] == '"':
            at = line.start() + mark.start()
            edits.append(Edit(at, at + 1, "”" if closes else "“", "repair.quotes"))
        opened = -1 if closes else mark.start()
    return edits if opened < 0 else []
