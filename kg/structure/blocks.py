"""Text to blocks: the paragraphs of a document, also where its line breaks are lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.signs import matches_at

BLANKS = " \t\r\f\v\u00a0\u3000\u200b\u2002\u2003\ufeff"
LINE = re.compile(r"[^\n]+")
# Two ideographic blanks are how a paragraph is indented: in a text without line breaks they part.
INDENT = re.compile(
    r"(?:(?<![\u3000\u00a0])[\u3000\u00a0]{2,}+|(?:\u00a0[ ]*+){2,40})(?=[^\s\u3000\u00a0])"
)
CHINESE = "[一二三四五六七八九十]{1,3}"
# Where a numbered item may begin inside a line. Not behind 第, nor in 附件1.
MARKER = re.compile(
    rf"(?<![\d第附件图表A-Za-z.．])(?:(?P<top>{CHINESE}|[—－](?=、))[ \u3000]?、"
    rf"|[（(](?P<bracketed>{CHINESE})[）)]"
    r"|(?P<digits>\d{1,2})(?:[.．、](?!\d)|[.．](?=\d{4}年))|[（(](?P<inner>\d{1,2})[）)])(?=\S)"
)
NUMBER_SIGN = re.compile(r"[一二三四五六七八九十—－（(\d]")  # one of which begins each marker
RANKS = {name: rank for rank, name in enumerate(("top", "bracketed", "digits", "inner"))}
PARTED = "。；：！？）)”;:!? \u3000\u00a0"  # what stands before an item that begins a paragraph
# A title, with text behind it: 2.加强教研。每月组织…
LED = re.compile(r"[^。；：]{4,25}。.{10}")
LONGEST_HEADING = 60
LONG_LINE = 300  # below this an inline （一） is an enumeration inside its sentence
# Where a page lost its line breaks: behind the title, the 文号, the addressees, around a signature,
# before a chapter or an article.
TITLE_END = re.compile(
    r"(?:通知|意见|函|批复|公告|通告|决定|方案|办法|规定|通报)(?=[一-鿿]{1,8}[〔\[]\d{4}[〕\]]\d{1,4}号)"
)
NUMBER_END = re.compile(r"[〔\[]\d{4}[〕\]]\d{1,4}号(?=各|[一-鿿、，（）]{2,80}：)")
ADDRESSEES = re.compile(r"(?:^|(?<=号))各[^。：；]{2,160}：")
ANSWERED = re.compile(r"^[^，。；：]{3,60}：(?=你)")  # 云陵县人民政府：你县《…的请示》收悉
SIGNED = re.compile(
    r"(?<=[。！])(?P<who>[一-鿿]{4,30})[ \u3000\u00a0]*"
    r"(?P<when>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?![前起至止以内])"
)
# …&nbsp;云陵市人民政府2013年6月4日&nbsp;附件: set apart by blanks, with more behind it.
SIGNED_APART = re.compile(
    r"(?<=[\u3000\u00a0])(?P<who>[一-鿿]{3,30}[府局委厅会部院办室处校])"
    r"(?P<when>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?=[\u3000\u00a0])"
)
# Who issues it, by the title that opens the line, signs below: 云陵市人民政府办公室关于….
OPENING_ISSUER = re.compile("(?P<who>[一-鿿]{4,24}?)关于")
# The last words of a text, behind blanks or in a line of their own: 云陵市教育局2024年3月4日.
SIGNED_LAST = re.compile(
    r"(?<![一-鿿])(?:[一-鿿]{3,30}[府局委厅会部院办室处校][ \u2002\u2003\u3000\u00a0]{0,60}"
    r"|(?<=[ \u2002\u2003\u3000\u00a0]))(?P<when>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)\s{0,9}$"
)
CHAPTER = re.compile(
    r"(?<![、和至及或与到第])(?=第[一二三四五六七八九十百]{1,4}[章条][\u3000\u00a0 ])"
)
# The head of a web page names its title, then its site: …答记者问_云陵市政府网.
PAGE_TITLE = re.compile(r"(?P<title>[^\s_|｜](?:[^\n_|｜](?! - )){3,88}[^\n_|｜])(?:_| [-–—|｜] )")
# Some sites put one blank for each lost break. Not such: behind a number, between spaced letters.
JOINT = re.compile(
    r"(?:(?<=[一-鿿。；：！？）”》】])|(?<=:\d\d))[ \u00a0\u2002\u2003\u200b]+"
    # an edition belongs to the title before it, and behind it chapter 1 may begin
    r"(?=(?!（(?:试行|暂行)）)[一-鿿（《“【]|(?:19|20)\d\d年|(?<=行）.)1[ \u3000][一-鿿])"
)
NUMBERED = re.compile(
    r"(?:.*[\s。])?第[一二三四五六七八九十百]{1,4}[章条节]|(?:.*[\s。])?[一二三四五六七八九十]{1,3}[、是]?"
)
BRACKETED = re.compile("《[^》]*》|（[^）]*）")
LONG_JOINED = 1000  # characters of a line whose blanks are lost breaks
LEAST_JOINTS = 8
WRAPPED_AT = (20, 60)
SIGNED_REACH = 100  # characters before the end of a line: blanks stand between name and date
HEAD_REACH = 400  # a title, a 文号 and addressees stand so near the beginning
MISREAD = str.maketrans("—－", "一一")  # a dash that opens a line as a number would
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
    expected: dict[str, int] = {}
    for number, line in enumerate(LINE.finditer(text)):
        for begin, end, indented in _pieces(line[0], expected):
            block = _trim(text, line.start() + begin, line.start() + end, number, indented)
            if block is not None:
                yield block


def ordinal(numeral: str) -> int:
    """Return the value of a heading's number: 十二 → 12, 3 → 3, 0 where it is none."""
    numeral = numeral.translate(MISREAD)
    if numeral.isdecimal():
        return int(numeral)
    if numeral.isdigit():  # ①
        return int(unicodedata.numeric(numeral))
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return DIGITS.get(numeral, 0)
    return (DIGITS.get(tens, 1) if tens else 1) * 10 + (DIGITS.get(ones, 0) if ones else 0)


def _trim(text: str, begin: int, end: int, line: int, indented: bool) -> Block | None:
    words = text[begin:end].rstrip(BLANKS)
    bare = words.lstrip(BLANKS)
    begin += len(words) - len(bare)
    return Block(begin, begin + len(bare), bare, line, indented) if bare else None


def _pieces(line: str, expected: dict[str, int]) -> Iterator[tuple[int, int, bool]]:
    indents = [match.end() for match in _indents(line) if match.start() > 0]
    markers = _inline_markers(line, expected)
    cuts = sorted({0, *indents, *markers, *_lost_breaks(line), *_joints(line), len(line)})
    for begin, end in zip(cuts, cuts[1:], strict=False):
        yield begin, end, begin in indents


def _indents(line: str) -> Iterator[re.Match[str]]:
    if "\u3000" in line or "\u00a0" in line:
        yield from INDENT.finditer(line)


def _lost_breaks(line: str) -> Iterator[int]:
    """Yield where a long line must have lost a break, by the parts that an official paper has."""
    last = "日" in line[-12:] and SIGNED_LAST.search(line, max(0, len(line) - SIGNED_REACH))
    if last:
        yield from (last.start(), last.start("when"))
    if len(line) < LONG_LINE:
        return
    for pattern in (TITLE_END, NUMBER_END, ADDRESSEES, ANSWERED):
        found = pattern.search(line, 0, HEAD_REACH)
        if found is not None:
            yield found.end()
    page = PAGE_TITLE.match(line)
    if page is not None and f" {page['title']} " in line:
        begin = line.index(f" {page['title']} ") + 1
        yield from (begin, begin + len(page["title"]))
    for signed in _signed(line):
        yield from (signed.start("who"), signed.start("when"), signed.end())
    for chapter in CHAPTER.finditer(line):
        yield chapter.start()


def _signed(line: str) -> Iterator[re.Match[str]]:
    yield from SIGNED.finditer(line)
    yield from SIGNED_APART.finditer(line)
    issuer = OPENING_ISSUER.match(line)
    if issuer is not None:
        date = r"(?P<when>(?:19|20)\d\d年\d{1,2}月\d{1,2}日)(?=（此件|附件|$)"
        yield from re.finditer(f"(?P<who>{issuer['who']}){date}", line)


def _joints(line: str) -> list[int]:
    """Return where the blanks of a very long line stand for its breaks."""
    if len(line) < LONG_JOINED:
        return []
    blanks = list(JOINT.finditer(line))
    if len(blanks) < LEAST_JOINTS:
        return []
    behind_sentences = sum(line[blank.start() - 1] in "。；：！？”）" for blank in blanks)
    if behind_sentences * 2 < len(blanks) and _are_wraps(blanks):
        return []
    edges = [0, *(blank.end() for blank in blanks), len(line)]
    quoted = {at for span in BRACKETED.finditer(line) for at in range(span.start(), span.end())}
    return [
        blank.end()
        for blank, before, after in zip(blanks, edges, edges[2:], strict=False)
        if min(blank.start() - before, after - blank.end()) > 1
        and blank.start() not in quoted
        and not NUMBERED.fullmatch(line, before, blank.start())
    ]


def _are_wraps(blanks: Sequence[re.Match[str]]) -> bool:
    """Tell blanks where the lines of a printed page end: mostly about as far apart as those."""
    gaps = [after.start() - before.end() for before, after in pairwise(blanks)]
    return sum(WRAPPED_AT[0] <= gap <= WRAPPED_AT[1] for gap in gaps) * 2 >= len(gaps)


def _inline_markers(line: str, expected: dict[str, int]) -> Iterator[int]:
    """Yield where a numbered item begins inside a line, if its number is the next one.

    `expected` has the next number of each style, and is kept up to date from line to line.
    """
    begins = _begins_in_long_line if len(line) >= LONG_LINE else _begins_in_short_line
    if len(line) >= LONG_LINE:
        expected |= _first_of_runs(line) | expected
    last: re.Match[str] | None = None
    for match in matches_at(NUMBER_SIGN, MARKER, line):
        style = match.lastgroup
        assert style is not None  # one of the groups always matches
        value = ordinal(match[style])
        opens = not line[: match.start()].strip(BLANKS)
        if opens or begins(match, value, expected.get(style), last):
            expected[style] = value + 1
            last = match
            if not opens:
                yield match.start()


def _first_of_runs(line: str) -> dict[str, int]:
    """Return the number that each style begins with where it begins in the midst of counting."""
    values: dict[str, list[int]] = {}
    for match in matches_at(NUMBER_SIGN, MARKER, line):
        style = match.lastgroup or ""
        values.setdefault(style, []).append(ordinal(match[style]))
    runs = {
        style: [value for value, after in pairwise(found) if after == value + 1]
        for style, found in values.items()
    }
    return {style: run[0] for style, run in runs.items() if run}


def _begins_in_long_line(
    match: re.Match[str], value: int, expected: int | None, last: re.Match[str] | None
) -> bool:
    """Tell whether an item begins: behind a sentence, a blank, or the heading right above it."""
    if value not in (1, expected):
        return False
    return match.string[match.start() - 1] in PARTED or _is_below(match, last)


def _is_below(match: re.Match[str], last: re.Match[str] | None) -> bool:
    """Tell an item right behind the heading of a higher rank: 一、强化保障1.加大投入。"""
    if last is None or RANKS[last.lastgroup or ""] >= RANKS[match.lastgroup or ""]:
        return False
    heading = match.string[last.end() : match.start()]
    return 2 <= len(heading) <= LONGEST_HEADING and not re.search("[。；：]", heading)


def _begins_in_short_line(
    match: re.Match[str], value: int, expected: int | None, last: re.Match[str] | None
) -> bool:
    """Tell whether an item begins: only one with a lead title, the rest is an enumeration."""
    if match.lastgroup != "digits" or LED.match(match.string, match.end()) is None:
        return False
    if value == expected and match.string[match.start() - 1] == "。":
        return True
    return value in (1, expected) and _is_below(match, last)
