"""Blocks to page furniture: what a web page adds around the document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from kg.structure.blocks import BLANKS, Block
from kg.vocabulary import rows

DECORATION = BLANKS + "•·-—_|【】[]>›»＞/\\:：."
LONGEST = 120  # a line of furniture is short, unless it is nothing but a row of links
LINKS = re.compile(r"(?:[^\s|｜]{2,8}[\s|｜]+){3,}[^\s|｜]{2,8}")
LEAST_LINKS = 2  # a row of words is a row of links if so many of them are known ones
FOOT = re.compile("版权所有|ICP备|公网安备|网站标识码")
PATH = re.compile(r"(?:网站)?首页\s*[>＞›»]")
TAIL_FROM = 0.6  # a heading like 相关阅读 cuts the rest off only this far down the text


@cache
def _phrases(where: str) -> tuple[str, ...]:
    return tuple(row["phrase"] for row in rows("furniture.tsv") if row["where"] == where)


@cache
def _in_line(footed: bool) -> tuple[str, ...]:
    return _phrases("line") + _phrases("foot") * footed


def is_furniture(block: Block, footed: bool) -> bool:
    """Tell whether a paragraph belongs to the page, which may have a foot, not to the document."""
    bare = block.text.strip(DECORATION)
    if not bare or bare in _phrases("whole") or PATH.match(block.text):
        return True
    if len(block.text) <= LONGEST and any(phrase in block.text for phrase in _in_line(footed)):
        return True
    return len(block.text) <= LONGEST and LINKS.fullmatch(bare) is not None and _is_links(bare)


def _is_links(row: str) -> bool:
    """Tell a row of links from a row of a table: a bar between them, or known words."""
    if len(re.findall(r"[|｜]", row)) >= LEAST_LINKS:
        return True
    return sum(word in _phrases("whole") for word in row.split()) >= LEAST_LINKS


def find_furniture(blocks: Iterable[Block], length: int) -> Iterator[Block]:
    """Yield the paragraphs of a text of that length which are page furniture."""
    cut = False
    listed = list(blocks)
    footed = any(FOOT.search(block.text) is not None for block in listed)
    crumbs = set(_breadcrumbs(listed))
    for index, block in enumerate(listed):
        bare = block.text.strip(DECORATION)
        cut = cut or (block.begin > length * TAIL_FROM and bare in _phrases("tail"))
        if cut or index in crumbs or is_furniture(block, footed):
            yield block


def _breadcrumbs(blocks: Sequence[Block]) -> Iterator[int]:
    """Yield the steps of a path to the page (首页 > 机关司局 > 文件), each on a line of its own."""
    for index, block in enumerate(blocks):
        if block.text in (">", "＞", "›", "»"):
            yield index
            yield from (
                near
                for near in (index - 1, index + 1)
                if 0 <= near < len(blocks) and len(blocks[near].text) <= 16
            )
