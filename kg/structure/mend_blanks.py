"""Words with blanks between their characters to words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.models import Source
from kg.structure.alignment import Edit
from kg.vocabulary import segmenter

# A heading set wide: 工 作 要 点, 2023 年 工 作 要 点.
SPACED = re.compile(
    r"^[ \t\u3000\u00a0]*(?P<words>(?:(?:[一-鿿]|\d{1,4})[ \u3000\u00a0]{1,3}){2,40}[一-鿿])"
    r"[ \t\u3000\u00a0\r]*$",
    re.M,
)
COUNTED = re.compile(
    "[一二三四五六七八九十甲乙丙丁戊是否有无男女左右上中下年月日\\d \u3000\u00a0]+"
)
GAPS = re.compile("[ \u3000\u00a0]+")
# Between two ideographs. The blank first: re looks for a character six times as fast as behind one.
BLANK = re.compile(r"[ \u00a0](?<=[一-鿿].)(?=[一-鿿])")
LINE = re.compile("[^\n]+")
MARK = re.compile("[，。；：]")
CLAUSE = re.compile("[^，。；：、！？（）《》“”\\t\u3000]+")
LONG = 1000  # characters of a line whose blanks stand for its lost breaks
LEAST_BLANKS = 3
LEAST_SPLIT = 2  # blanks inside a word of the dictionary
SHARE_SPLIT = 0.4  # of the blanks
LEAST_EVERYWHERE, SHARE_EVERYWHERE = 12, 0.35  # of all blanks in a text whose prose is full of them


def find_blanks(source: Source) -> Iterator[Edit]:
    """Yield the blanks inside words: of headings set wide, and of lines that a PDF file gives."""
    for line in SPACED.finditer(source.text):
        if not COUNTED.fullmatch(line["words"]):
            yield from _narrow(line)
    lines = (line for line in LINE.finditer(source.text) if len(line[0]) < LONG)
    prose = [line for line in lines if BLANK.search(line[0]) and MARK.search(line[0])]
    yield from _everywhere(prose) or (edit for line in prose for edit in _scattered(line))


def _everywhere(lines: Sequence[re.Match[str]]) -> list[Edit]:
    """Return all blanks of the lines of prose, if very many stand inside a word."""
    blanks = [[match.start() for match in BLANK.finditer(line[0])] for line in lines]
    count = sum(map(len, blanks))
    least = max(LEAST_EVERYWHERE, SHARE_EVERYWHERE * count)
    if count < least or sum(map(_inside, (line[0] for line in lines), blanks)) < least:
        return []
    return [
        Edit(line.start() + at, line.start() + at + 1, "", "repair.blank")
        for line, places in zip(lines, blanks, strict=True)
        for at in places
    ]


def _narrow(line: re.Match[str]) -> Iterator[Edit]:
    """Yield the narrowest blanks of a heading set wide: wider ones part its words."""
    begin = line.start("words")
    gaps = list(GAPS.finditer(line["words"]))
    least = min(len(gap[0]) for gap in gaps)
    for gap in gaps:
        if len(gap[0]) == least:
            yield Edit(begin + gap.start(), begin + gap.end(), "", "repair.blank")


def _scattered(line: re.Match[str]) -> Iterator[Edit]:
    """Yield the blanks of a line of prose, clause by clause, if many stand inside a word."""
    if len(BLANK.findall(line[0])) < LEAST_BLANKS:
        return
    found = [split for clause in CLAUSE.finditer(line[0]) if (split := _split(clause))]
    if sum(count for count, _ in found) >= LEAST_SPLIT:
        for at in (at for _, places in found for at in places):
            yield Edit(line.start() + at, line.start() + at + 1, "", "repair.blank")


def _split(clause: re.Match[str]) -> tuple[int, list[int]] | None:
    """Return the blanks of a clause and how many are inside words; None where those are few."""
    blanks = [match.start() for match in BLANK.finditer(clause[0])]
    inside = _inside(clause[0], blanks) if blanks else 0
    few = not inside or inside < SHARE_SPLIT * len(blanks)
    return None if few else (inside, [clause.start() + at for at in blanks])


def _inside(text: str, blanks: Sequence[int]) -> int:
    """Return how many of the blanks stand inside a word of the dictionary."""
    places = {at - count for count, at in enumerate(blanks)}
    return sum(at in places for at in _inside_words(BLANK.sub("", text)))


def _inside_words(text: str) -> Iterator[int]:
    """Yield the offsets that lie inside a word of the dictionary."""
    at = 0
    for word in segmenter().cut(text):
        yield from range(at + 1, at + len(word))
        at += len(word)
