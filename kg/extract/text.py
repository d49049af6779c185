"""Characters of one width: digits, letters and brackets alike, each in its own place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kg.models import Outline, Sentence

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Sentence marks stay Chinese: they part clauses, the ASCII ones also stand inside numbers.
for mark in "，。；：！？（）":
    WIDE.pop(ord(mark), None)
WIDE |= {
    ord("％"): ord("%"),
    ord("﹪"): ord("%"),
    ord("﹝"): ord("〔"),
    ord("﹞"): ord("〕"),
    ord("･"): ord("·"),
}
WIDE |= {ord(mark): ord("—") for mark in "－–―─−～~"}
NARROW = {ord(","): ord("，"), ord(";"): ord("；"), ord("("): ord("（"), ord(")"): ord("）")}
NARROW |= {ord(":"): ord("："), ord("?"): ord("？"), ord("!"): ord("！")}
QUOTES = {ord("＂"): ord("”"), ord("「"): ord("“"), ord("」"): ord("”"), ord("『"): ord("‘")}
QUOTES |= {ord("』"): ord("’")}
TABLE = WIDE | NARROW | QUOTES
OTHER_WIDTH = re.compile(f"[{re.escape(''.join(map(chr, TABLE)))}]")


@lru_cache(maxsize=16)  # each extractor asks for the same document; what is kept keeps its text
def even(text: str) -> str:
    """Return the text with one width for each character; every offset stays as it is.

    As `text.translate(TABLE)`, which asks of each character: few are to be changed, and finding
    those takes a tenth of the time.
    """
    return OTHER_WIDTH.sub(lambda found: chr(TABLE[ord(found[0])]), text)


def places_of(words: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand in a text, one place after the other."""
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + len(words))


def up_to(text: str, at: int, reach: int = 60) -> str:
    """Return the end of what stands before a place, for what looks at no more of it."""
    return text[max(0, at - reach) : at]


# How a text says what it will call what it has just named: 云陵联盟（以下简称联盟）.
ABBREVIATED = re.compile(
    r"（(?:以下|下)?(?:简|统|并)?称[：“]*(?P<short>[^（）“”，、]{2,12})”?[，）]"
)
# A title of several bodies has a blank between them: 甲市教育局 甲市财政局关于….
BETWEEN_ISSUERS = re.compile(
    r"(?<=[院厅局委部会府央室办])[ \u3000]+(?=[一-鿿]{2,24}(?:[院厅局委部会府央室办]|关于)|关于)"
)


# A blank that belongs to a title parts what could stand alone, as in the names of standards.
BETWEEN_PARTS = re.compile(
    r"(?<=[一-鿿]{4})(?<!关于)[ \u3000](?=(?![及和与的或])[一-鿿A-Z][一-鿿A-Z\d]{3})"
)
LOST_IN_TITLE = re.compile(r"(?<![A-Z])\s+|\s+(?!\d)")  # not that of GB/T 35694


def in_one_line(title: str) -> str:
    """Return a title without the blanks and breaks that a page puts in, but for those it has."""
    parts = (part for one in BETWEEN_ISSUERS.split(title) for part in BETWEEN_PARTS.split(one))
    return " ".join(LOST_IN_TITLE.sub("", part) for part in parts)


def running_text(outline: Outline) -> Iterator[Sentence]:
    """Yield the sentences outside titles and metadata."""
    return (one for one in outline.sentences if one.part not in ("title", "metadata"))


def paragraphs(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs as spans: a title in 《》 may hold 。 or ； of its own."""
    run: list[Sentence] = []
    for sentence in outline.sentences:
        if run and run[-1].end != sentence.begin:
            yield run[0].begin, run[-1].end
            run = []
        run.append(sentence)
    if run:
        yield run[0].begin, run[-1].end
