"""Text to blocks: the paragraphs of a document, also where its line breaks are lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLANKS = " \t\r\f\v\u00a0\u3000\u200b\u2002\u2003\ufeff"
LINE = re.compile(r"[^\n]+")
# Two ideographic blanks are how a paragraph is indented: in a text without line breaks they part.
INDENT = re.compile(r"[\u3000\u00a0]{2,}(?=[^\s\u3000\u00a0])")
MARKER = re.compile(
    r"(?<=[。；：！？）)”])[ \u3000]*"
    r"(?=(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、](?!\d))[^\s])"
)
ORDINAL = re.compile(r"[（(]?([一二三四五六七八九十]{1,3}|\d{1,2})[）)、.．]")
LONG_LINE = 300  # below this an inline （一） is an enumeration inside its sentence
# Where a page lost its line breaks: behind the title, the 文号, the addressees, around a signature,
# before a chapter or an article.
TITLE_END = re.compile(
    r"(?:通知|意见|函|批复|公告|通告|决定|方案|办法|规定|通报)(?=[一-鿿]{1,8}[〔\[]\d{4}[〕\]]\d{1,4}号)"
)
NUMBER_END = re.compile(r"[〔\[]\d{4}[〕\]]\d{1,4}号(?=各|[一-鿿、，（）]{2,80}：)")
ADDRESSEES = re.compile(r"(?:^|(?<=号))各[^。：；]{2,160}：")
SIGNED = re.compile(
    r"(?<=[。！])(?P<who>[一-鿿]{4,30})(?:&nbsp;|[ \u3000])*"
    r"(?P<when>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?![前起至止以内])"
)
CHAPTER = re.compile(
    r"(?<=[。日法定则例章\u3000 ])(?=第[一二三四五六七八九十百]{1,4}[章条](?:[\u3000 ]|&nbsp;))"
)
HEAD_REACH = 400  # a title, a 文号 and addressees stand so near the beginning
DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one paragraph, blanks at its ends cut off."""

    begin: int
    end: int
    text: str
    line: int  # number of its line, from 0
    indented: bool  # stands behind an indent inside a line whose breaks are lost


def split_blocks(text: str) -> Iterator[Block]:
    """Yield the paragraphs of a text in order; no two share a character."""
    for number, line in enumerate(LINE.finditer(text)):
        for begin, end, indented in _pieces(line[0]):
            block = _trim(text, line.start() + begin, line.start() + end, number, indented)
            if block is not None:
                yield block


def ordinal(numeral: str) -> int:
    """Return the value of a heading's number: 十二 → 12, 3 → 3, 0 where it is none."""
    if numeral.isdigit():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return DIGITS.get(numeral, 0)
    return (DIGITS.get(tens, 1) if tens else 1) * 10 + (DIGITS.get(ones, 0) if ones else 0)


def _trim(text: str, begin: int, end: int, line: int, indented: bool) -> Block | None:
    while begin < end and text[begin] in BLANKS:
        begin += 1
    while end > begin and text[end - 1] in BLANKS:
        end -= 1
    return Block(begin, end, text[begin:end], line, indented) if begin < end else None


def _pieces(line: str) -> Iterator[tuple[int, int, bool]]:
    indents = [match.end() for match in INDENT.finditer(line) if match.start() > 0]
    cuts = sorted({0, *indents, *_inline_markers(line), *_lost_breaks(line), len(line)})
    for begin, end in zip(cuts, cuts[1:], strict=False):
        yield begin, end, begin in indents


def _lost_breaks(line: str) -> Iterator[int]:
    """Yield where a long line must have lost a break, by the parts that an official paper has."""
    if len(line) < LONG_LINE:
        return
    for pattern in (TITLE_END, NUMBER_END, ADDRESSEES):
        found = pattern.search(line, 0, HEAD_REACH)
        if found is not None:
            yield found.end()
    for signed in SIGNED.finditer(line):
        yield from (signed.start("who"), signed.start("when"), signed.end())
    for chapter in CHAPTER.finditer(line):
        yield chapter.start()


def _inline_markers(line: str) -> Iterator[int]:
    """Yield where a numbered item begins inside a long line, if its number is the next one."""
    if len(line) < LONG_LINE:
        return
    expected: dict[str, int] = {}
    for match in MARKER.finditer(line):
        found = ORDINAL.match(line, match.end())
        if found is None:
            continue
        style = re.sub(r"[一二三四五六七八九十\d]+", "#", found[0])
        value = ordinal(found[1])
        if value == 1 or value == expected.get(style):
            expected[style] = value + 1
            yield match.end()
