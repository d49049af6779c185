"""Blocks to titles: which lines are names of the document that this is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from kg.structure.blocks import Block
from kg.vocabulary import words

LONGEST_TITLE = 90
LONGEST_PART = 45  # of a title that a page breaks into lines
SHORTEST_PART = 8  # that tells one title from another
NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十\da-z]+[）)]|\d+[.．、]|第.{1,4}[章节条]|附件)"
)
SHELL = re.compile(
    r"(?:印发|转发|发布|公布|颁布|批转)(?P<inner>.+?)(?:的通知|的公告|的通告|的决定|的函|的批复)?$"
)
OPENING = re.compile(
    "关于|(?:印发|转发|批转)[一-鿿]{0,60}$"
)  # of a title that goes on in the next line
WRAPPING = re.compile(r"^《(.*)》$")
SPACED = re.compile(r"(?:[一-鿿]\s{1,2}){2,}[一-鿿]")
# What stands above a title and is no part of it; what is a title by itself.
PAGE_HEAD = re.compile(
    r"(?:文件|网站|门户|网|公报|首页|频道|[部局委厅署办院会]|政府|办公室|令|\d)$"
)
WHOLE = re.compile(r"(?:19|20)\d\d|.{1,8}[省市县区]|关于|政府工作报告")
LONGEST_REST = 16
ISSUED_BY = re.compile(r"^[一-鿿 \u3000、“”]+(?:[部局委厅署办院]|政府|办公室|委员会)$")
SUBJECT = re.compile(r"关于|印发|转发|批转")
# What a title says of itself in a line below it.
EDITION = re.compile(
    r"[（(]\s*(?:20\d\d\s*(?:年\s*)?(?:[-—–－~～至]{1,2}\s*20\d\d\s*年?|年?\s*版|年)"
    r"|试行|暂行|草案|征求意见稿|修订稿?|送审稿)\s*[）)]"
)
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
    return re.compile(rf"(?:{heads})[ \u3000]?(?:{years})?(?:的通知|的公告|的通告)?[”》]?$")


def compact(text: str) -> str:
    """Drop blanks, and tell full and half width brackets no more apart."""
    bare = "".join(text.split())
    return bare.replace("(", "（").replace(")", "）").replace("—", "-")


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
            text = "".join(unspaced(part.text) for part in blocks[index : index + count])
            taken = index + count - 1
            inner = enclosed(text)
            carried = inner or carried
            yield TitleLine(block.begin, blocks[taken].end, text, inner is not None)


def _lines_of(blocks: Sequence[Block], index: int, title: str | None) -> int:
    """Return how many blocks from this one make the title that a shell above names; 0 if none."""
    wanted = compact(title or "")
    if not wanted or not wanted.startswith(compact(blocks[index].text)):
        return 0
    for count in (2, 3):
        parts = blocks[index : index + count]
        if compact("".join(part.text for part in parts)) == wanted:
            return count
    return 0


def _lines_of_title(blocks: Sequence[Block], index: int) -> int:
    """Return how many blocks from this one make a title; 0 where it is none."""
    first = unspaced(blocks[index].text)
    if looks_like_title(first) and first.count("《") == first.count("》"):
        edition = index + 1 < len(blocks) and EDITION.fullmatch(blocks[index + 1].text)
        return 2 if edition else 1
    if len(first) > LONGEST_PART or NOT_A_TITLE.search(first):
        return 0
    below = [unspaced(block.text) for block in blocks[index + 1 : index + 4]]
    if not below:
        return 0
    opens = OPENING.search(first) is not None or _goes_on(first, below[0])
    text = first
    for count, part in enumerate(below, start=2):
        if len(part) > LONGEST_PART or NUMBERED.match(part):
            return 0
        text += part
        if looks_like_title(text) and text.count("《") == text.count("》"):
            return count if opens or (index == 0 and _is_rest(part, first)) else 0
    return 0


def unspaced(text: str) -> str:
    """Close up what is set with a blank between all its letters: 工 作 报 告."""
    return re.sub(r"\s", "", text) if SPACED.fullmatch(text) else text


def _is_rest(part: str, first: str) -> bool:
    """Tell whether a line only ends the title that the first one begins: 管理办法（试行）."""
    opens = not PAGE_HEAD.search(first) and len(first) >= SHORTEST_PART
    return opens and len(part) <= LONGEST_REST and not WHOLE.match(part)


def _goes_on(first: str, second: str) -> bool:
    """Tell whether a line is who wrote the paper whose title goes on below: …局 / 关于…."""
    return ISSUED_BY.search(first) is not None and SUBJECT.match(second) is not None


def enclosed(title: str) -> str | None:
    """Return the title of the document that a notice carries: 关于印发《…》的通知 → …."""
    found = SHELL.search(title)
    if found is None or "印发" not in title[: found.end()] and "的通知" not in title:
        return None
    inner = found["inner"]
    wrapped = WRAPPING.match(inner)
    return wrapped[1] if wrapped else inner


def choose_title(lines: Sequence[TitleLine], blocks: Sequence[Block]) -> TitleLine | None:
    """Return the title of what the text holds: the carried document's before its shell's."""
    if not lines:
        return None
    first = lines[0]
    inner = enclosed(first.text)
    if inner is None:
        return first
    below = [block for block in blocks if block.begin >= first.end]
    wanted = _unmarked(inner)
    whole = [line for line in lines[1:] if not line.shell and _same(line.text, inner)]
    broken = [line for line in _broken(below) if _ends(line.text, inner)]
    exact = (line for line in (*whole, *broken) if _unmarked(line.text) == wanted)
    return next(chain(exact, whole, broken), first)


def _broken(blocks: Sequence[Block]) -> Iterator[TitleLine]:
    """Yield every two or three short lines that stand together, as if they were one title."""
    for count in (2, 3):
        for index in range(len(blocks) - count + 1):
            parts = blocks[index : index + count]
            if all(len(part.text) <= LONGEST_PART for part in parts):
                text = "".join(part.text for part in parts)
                yield TitleLine(parts[0].begin, parts[-1].end, text, False)


def _same(line: str, inner: str) -> bool:
    """Tell whether a line is the title that a shell names, whatever its marks."""
    text, wanted = _unmarked(line), _unmarked(inner)
    return text == wanted or (len(text) >= SHORTEST_PART and (text in wanted or wanted in text))


def _ends(text: str, inner: str) -> bool:
    """Tell whether lines joined are the title that a shell names, but for who wrote it."""
    bare = _unmarked(text)
    return len(bare) >= SHORTEST_PART and _unmarked(inner).endswith(bare)


def _unmarked(title: str) -> str:
    return re.sub("[《》〈〉<>“”的]", "", compact(title))
