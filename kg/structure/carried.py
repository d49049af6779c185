"""Blocks to the title of a paper that a notice carries, where only the notice names it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg.models import Field
from kg.structure.blocks import Block
from kg.structure.titles import TitleLine, enclosed

# 《…》已经市政府同意，现印发给你们; 现将《…》印发给你们; not one of several: 《…》和《…》.
QUOTED = re.compile(
    r"(?<![》和及与、])《(?P<title>(?:[^《》]|《[^《》]*》){4,80})》(?:[（(][^（）()]{0,30}[）)])?"
    r"[^。；《》]{0,40}?[，。]?(?:现予?以?(?:印发|转发|公布|发布|下发)|(?:印发|转发|下发)给?你们)"
)
ATTACHMENT = re.compile(r"附(?:件|表)")
SHELL = re.compile(
    r"(?:(?!印发|转发|批转)[^《》])*(?:印发|转发|批转)[^《》]*(?:《.*》[^《》]*)?(?:通知|函)"
)  # no 《…的通知》解读
NEWS = re.compile(r"[^《》]*印发《[^《》]*》")  # a page on a paper that it gives in full
PARTED = re.compile(r"一、|第一[章条]|[（(]一[）)]")
LEAST_CARRIED = (
    300  # characters below the signature that make a paper, and no list of what is attached
)
LEAST_UNSIGNED = 1000
OWN_MATTER = re.compile(r"如下")  # …印发给你们，并就有关事项通知如下: the notice goes on itself


def find_carried(
    body: Sequence[Block], signatures: Sequence[Field], shell: TitleLine | None, until: int
) -> TitleLine | None:
    """Return the title of what a notice carries, from its first sentence or its own title.

    None where the text ends with the notice: then it is the notice's.
    """
    start = shell.end if shell is not None else 0
    below = [block for block in body if block.begin >= start]
    for index, block in enumerate(below):
        if block.begin > until:
            break
        found = QUOTED.search(block.text)
        if found is None:
            continue
        if not _follows(below[index + 1 :], block.text[found.end() :], signatures):
            return None
        begin, end = found.span("title")
        return TitleLine(block.begin + begin, block.begin + end, found["title"], False)
    if shell is None:
        return None
    if NEWS.fullmatch(shell.text):
        whole = any(PARTED.match(block.text) for block in below)
        length, least = sum(len(block.text) for block in below) * whole, LEAST_UNSIGNED
    else:
        length, least = _signed(below, signatures), LEAST_CARRIED
    return _named_by(shell, body) if length >= least and _names_paper(shell) else None


def _names_paper(shell: TitleLine) -> bool:
    return (NEWS.fullmatch(shell.text) or SHELL.fullmatch(shell.text)) is not None


def _follows(below: Sequence[Block], rest: str, signatures: Sequence[Field]) -> bool:
    """Tell whether a paper stands below the notice's sentence whose rest this is."""
    if any(field.name == "signed" for field in signatures):
        return _signed(below, signatures) >= LEAST_CARRIED
    length = len(rest) + sum(len(block.text) for block in below)
    return length >= LEAST_UNSIGNED and OWN_MATTER.search(rest[:60]) is None


def _signed(below: Sequence[Block], signatures: Sequence[Field]) -> int:
    """Return how many characters stand below the notice's date of signature."""
    dates = [field.end for field in signatures if field.name == "signed"]
    first = next((end for end in dates if below and end > below[0].begin), None)
    if first is None:
        return 0
    papers = (block for block in below if block.begin >= first)
    return sum(len(block.text) for block in papers if not ATTACHMENT.match(block.text))


def _named_by(shell: TitleLine, body: Sequence[Block]) -> TitleLine | None:
    """Return the part of a notice's title that names what it carries."""
    inner = enclosed(shell.text)
    if inner is None or inner not in shell.text:
        return None
    at = shell.text.index(inner)
    places = list(_places(shell, body))
    return TitleLine(places[at], places[at + len(inner) - 1] + 1, inner, False)


def _places(line: TitleLine, body: Sequence[Block]) -> Iterator[int]:
    """Yield where each character of a title stands in the text, the line breaks left out."""
    for block in body:
        if line.begin <= block.begin < line.end:
            yield from range(block.begin, block.end)
