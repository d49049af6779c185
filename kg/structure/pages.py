"""Blocks to the title that a web page gives itself: in its head, and again above its text."""

from __future__ import annotations

from collections.abc import Sequence

from kg.structure.blocks import PAGE_TITLE, Block
from kg.structure.titles import TitleLine, compact


def find_page_title(blocks: Sequence[Block], body: Sequence[Block]) -> TitleLine | None:
    """Return the title that a page names before its site (…答记者问_云陵市政府网), where it stands.

    Whatever its last word is; None where it does not stand above the text once more.
    """
    head = PAGE_TITLE.match(blocks[0].text) if blocks else None
    if head is None:
        return None
    wanted = compact(head["title"])
    again = (block for block in body if block is not blocks[0] and compact(block.text) == wanted)
    title = next(again, None)
    return TitleLine(title.begin, title.end, title.text, False) if title is not None else None
