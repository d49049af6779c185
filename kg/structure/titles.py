"""Blocks to titles: which lines are names of the document that this is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kg.structure.blocks import Block
from kg.vocabulary import words

LONGEST_TITLE = 90
LONGEST_PART = 45  # of a title that a page breaks into lines
NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、]|第.{1,4}[章节条]|附件)"
)
SHELL = re.compile(
    r"(?:印发|转发|发布|公布|颁布|批转)(?P<inner>.+?)(?:的通知|的公告|的通告|的决定|的函|的批复)?$"
)
WRAPPING = re.compile(r"^《(.*)》$")
NOT_A_TITLE = re.compile(r"[>＞。！；？\n|｜]|[:：]$|^[（(].*[）)]$|^[>＞]|https?:|^附[:：]")


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A title as it stands in the text, over one line or several."""

    begin: int
    end: int
    text: str  # without the line breaks inside
    shell: bool  # a notice that only carries another document


@cache
def _heads() -> re.Pattern[str]:
    heads = "|".join(sorted(map(re.escape, words("title_heads.tsv")), key=len, reverse=True))
    marks = r"\d{2,4}|试行|暂行|草案|征求意见稿|修订|稿|版|年|摘要"
    years = rf"[（(][^（）()]{{0,14}}(?:{marks})[^（）()]{{0,10}}[）)]"
    return re.compile(rf"(?:{heads})(?:{years})?(?:的通知|的公告|的通告)?[”》]?$")


def compact(text: str) -> str:
    """Drop blanks, and tell full and half width brackets no more apart."""
    return re.sub(r"\s+", "", text).translate(str.maketrans("()—", "（）-"))


def looks_like_title(text: str) -> bool:
    """Tell whether a line could be a document's title by its form alone."""
    if not 5 <= len(text) <= LONGEST_TITLE or NOT_A_TITLE.search(text) or NUMBERED.match(text):
        return False
    return _heads().search(text) is not None


def find_title_lines(blocks: Sequence[Block]) -> Iterator[TitleLine]:
    """Yield the lines that look like titles, joining those that a page breaks."""
    taken = -1
    carried: str | None = None
    for index, block in enumerate(blocks):
        if index <= taken:
            continue
        count = _lines_of(blocks, index, carried) or _lines_of_title(blocks, index)
        if count:
            text = "".join(part.text for part in blocks[index : index + count])
            taken = index + count - 1
            inner = enclosed(text)
            carried = inner or carried
            yield TitleLine(block.begin, blocks[taken].end, text, inner is not None)


def _lines_of(blocks: Sequence[Block], index: int, title: str | None) -> int:
    """Return how many blocks from this one make the title that a shell above names; 0 if none."""
    wanted = compact(title or "")
    for count in (2, 3):
        parts = blocks[index : index + count]
        if wanted and compact("".join(part.text for part in parts)) == wanted:
            return count
    return 0


def _lines_of_title(blocks: Sequence[Block], index: int) -> int:
    """Return how many blocks from this one make a title; 0 where it is none."""
    first = blocks[index].text
    if looks_like_title(first) and first.count("《") == first.count("》"):
        return 1
    if len(first) > LONGEST_PART or "关于" not in first or NOT_A_TITLE.search(first):
        return 0
    text = first
    for count, block in enumerate(blocks[index + 1 : index + 3], start=2):
        if len(block.text) > LONGEST_PART or NUMBERED.match(block.text):
            return 0
        text += block.text
        if looks_like_title(text) and text.count("《") == text.count("》"):
            return count
    return 0


def enclosed(title: str) -> str | None:
    """Return the title of the document that a notice carries: 关于印发《…》的通知 → …."""
    found = SHELL.search(title)
    if found is None or "印发" not in title[: found.end()] and "的通知" not in title:
        return None
    inner = found["inner"]
    wrapped = WRAPPING.match(inner)
    return wrapped[1] if wrapped else inner


def choose_title(lines: Sequence[TitleLine]) -> TitleLine | None:
    """Return the title of what the text holds: the carried document's before its shell's."""
    if not lines:
        return None
    first = lines[0]
    inner = enclosed(first.text)
    if inner is None:
        return first
    wanted = compact(inner)
    carried = (line for line in lines[1:] if not line.shell)
    return next((line for line in carried if _same(compact(line.text), wanted)), first)


def _same(text: str, wanted: str) -> bool:
    return text == wanted or (len(text) >= 8 and (text in wanted or wanted in text))
