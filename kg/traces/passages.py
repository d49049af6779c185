"""A text to passages: stretches of its letters that can be found again in another text."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg.vocabulary import automaton, rows

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

SHORTEST = 12  # letters; what is shorter cannot be told from chance
ENOUGH = 24  # letters after which a passage ends with the clause
LONGEST = 80  # letters of a clause that no mark ends
NEAR = 60  # characters around a word of a web page that are no part of the document either
FULL_LINE = 20  # characters of a line that the width of a page may have cut

# Who names a document has not copied its words: 《关于推进…的意见》（省教发〔2022〕3号).
_TITLE = re.compile(r"《[^《》\n]{1,100}》(?:[（(][^（）()\n]{0,30}号[）)])?")
# 云陵市人民政府办公室文件, and 各县（区）教育局，市直各学校： are nobody's words.
_LETTERHEAD = re.compile(r"^[^\n，。]{2,40}文件[ \t\r]*$", re.MULTILINE)
_ADDRESSEES = re.compile(
    r"^[^\n。；]{0,300}各[^\n。；]{1,300}[：:][ \t\r]*$"
    r"|各[^\n。；：:]{1,120}(?:部门|机构|办事处|单位|政府|局|院|企业|公司|学校)[：:]",
    re.MULTILINE,
)
_NOTICE = re.compile(r"关于(?:印发|转发|公布|发布)[^\n。]{2,80}?的(?:通知|公告|通告)")
# Nor who says which bodies answer for it: （县教育局牵头，县财政局配合）.
_BRACKET = re.compile(r"[（(][^（）()\n]{1,300}[）)]")
_DUTY = re.compile(r"牵头|配合|负责|责任单位|责任部门")
_LINE_END = re.compile(r"[\n。]")
_MARK = re.compile(r"[，,、：:；;。！？\t\n]")
_SENTENCE = re.compile(r"[^。！？；;\n]+")
_CLAUSE = re.compile(r"[^，,、：:\t]+")
_LETTERS = re.compile("[0-9\u3007\u3400-\u4dbf\u4e00-\u9fff]+")  # no addresses of web pages
_WORDS = re.compile(r"[^\W_]+")
# What a line of its own begins with: 一、 （二） 第三条 4. and an indented paragraph.
_NEW_LINE = re.compile(r"[ \t\u3000]|[一二三四五六七八九十]{1,3}、|[（(第\d●•★*]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Letters:
    """What counts of a text: its characters and figures, each with its place."""

    text: str
    places: array[int]  # offsets in the text
    passages: tuple[Span, ...]  # places among the letters, the end exclusive

    def span(self, begin: int, end: int) -> Span:
        """Give where a stretch of letters stands in the text."""
        return self.places[begin], self.places[end - 1] + 1


def letters_of(text: str, aside: Iterable[Span] = ()) -> Letters:
    """Return the letters of a text, and its passages; spans that are `aside` do not count.

    A passage ends with its sentence, or with the clause that makes it long enough: so a copy has
    the same passages whatever stands around it.
    """
    counted = _counted(text, aside)
    found, places = list[str](), array("I")
    spans: list[Span] = []
    for begin, end in _sentences(counted):
        pieces = list(_pieces(counted, begin, end))
        first = len(places)
        for words in pieces:
            for word in words:
                found.append(word[0])
                places.extend(range(word.start(), word.end()))
        spans += _passages([_size(words) for words in pieces], first)
    return Letters("".join(found), places, tuple(spans))


def plain_letters(text: str) -> str:
    """Return the letters and figures of a name."""
    return "".join(_WORDS.findall(text.translate(_FULL_WIDTH)))


@cache
def _furniture() -> AhoCorasick:
    return automaton(
        tuple(row["phrase"] for row in rows("furniture.tsv") if row["where"] == "line")
    )


def _of_the_page(text: str) -> Iterator[Span]:
    """Yield what a web page adds: short lines with its words, and what stands around several.

    One alone says nothing in a long line: 为乡镇食堂提供技术支持.
    """
    found = [(begin, end) for _, begin, end in _furniture().find_matches_as_indexes(text)]
    ends = [-NEAR, *(end for _, end in found)]
    begins = [*(begin for begin, _ in found), len(text) + NEAR]
    for number, (begin, end) in enumerate(found):
        before, after = text[max(0, begin - NEAR) : begin], text[end : end + NEAR]
        is_short = _is_cut(before, begin) and _is_cut(after, len(text) - end)
        if is_short or begin - ends[number] < NEAR or begins[number + 1] - end < NEAR:
            left, right = _LINE_END.split(before)[-1], _LINE_END.split(after)[0]
            yield begin - len(left), end + len(right)


def _is_cut(side: str, rest: int) -> bool:
    """Tell whether a line, or the text, ends on this side of a word of the page."""
    return "\n" in side or rest <= NEAR


def clause_of(text: str, at: int) -> Span:
    """Give where the clause that holds a place begins and ends."""
    first = max(0, at - LONGEST)
    marks = [mark.end() for mark in _MARK.finditer(text, first, at)]
    end = _MARK.search(text, at, at + LONGEST)
    return max(marks, default=first), end.start() if end else min(len(text), at + LONGEST)


def _counted(text: str, aside: Iterable[Span]) -> str:
    """Return a text of the same length, with blanks for what does not count."""
    counted = text.translate(_FULL_WIDTH)
    for pattern in (_TITLE, _NOTICE, _LETTERHEAD, _ADDRESSEES):
        counted = pattern.sub(_blank, counted)
    counted = _BRACKET.sub(_without_duty, counted)
    parts, last = list[str](), 0
    for begin, end in sorted((*aside, *_of_the_page(counted))):
        if end > last:
            parts += [counted[last : max(begin, last)], " " * (end - max(begin, last))]
            last = end
    return "".join([*parts, counted[last:]])


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _without_duty(bracket: re.Match[str]) -> str:
    return _blank(bracket) if _DUTY.search(bracket[0]) else bracket[0]


def _sentences(counted: str) -> Iterator[Span]:
    """Yield the sentences; lines that the width of a page has cut are one."""
    begin = end = -1
    for match in _SENTENCE.finditer(counted):
        if begin >= 0 and _goes_on(counted, end, match.start()):
            end = match.end()
            continue
        if begin >= 0:
            yield begin, end
        begin, end = match.span()
    if begin >= 0:
        yield begin, end


def _goes_on(counted: str, end: int, begin: int) -> bool:
    """Tell whether the line that ends here is continued by the one that begins there."""
    if counted[end:begin] != "\n":
        return False
    start = max(counted.rfind("\n", 0, end) + 1, end - 4 * FULL_LINE)
    line = counted[start:end]
    return (
        len(line.strip()) >= FULL_LINE and "\t" not in line and not _NEW_LINE.match(counted, begin)
    )


def _pieces(counted: str, begin: int, end: int) -> Iterator[list[re.Match[str]]]:
    """Yield the words of as few clauses together as are long enough."""
    words: list[re.Match[str]] = []
    size = 0
    for clause in _CLAUSE.finditer(counted, begin, end):
        for word in _LETTERS.finditer(counted, *clause.span()):
            words.append(word)
            size += word.end() - word.start()
            if size >= LONGEST:
                yield words
                words, size = [], 0
        if size >= ENOUGH:
            yield words
            words, size = [], 0
    if words:
        yield words


def _size(words: Iterable[re.Match[str]]) -> int:
    return sum(word.end() - word.start() for word in words)


def _passages(sizes: list[int], first: int) -> Iterator[Span]:
    """Yield where the pieces of a sentence stand; a short rest belongs to the one before it."""
    if len(sizes) > 1 and sizes[-1] < SHORTEST:
        sizes = [*sizes[:-2], sizes[-2] + sizes[-1]]
    for size in sizes:
        if size >= SHORTEST:
            yield first, first + size
        first += size
