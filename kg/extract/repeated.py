"""Papers once named to the other places at which the same words stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.extract.kinds import is_paper
from kg.extract.text import even, running_text
from kg.models import Mention, Outline

RULES = ("document.bracketed", "document.built")
SHORTEST = 8  # a shorter name may be a common phrase elsewhere
# 标准体系, 管理办法实施细则, broken over two lines as well: another thing
GOES_ON = ("化", "体系", "编制", "起草", "制定", "修订", "管理", "实施细则", "实施办法", "配套")


def find_repeated(named: Sequence[Mention], outline: Outline) -> Iterator[Mention]:
    """Yield a named paper where its words stand again without marks or verb, the longest first."""
    plain = even(outline.source.text)
    taken = [(mention.begin, mention.end) for mention in named]
    for words, mention in sorted(_names(named).items(), key=lambda item: -len(item[0])):
        if plain.count(words) < 2:
            continue  # it stands where it was found, and nowhere else
        for begin, end in _places(words, plain, outline):
            if inside_brackets(plain, begin) or plain[end : end + 8].lstrip().startswith(GOES_ON):
                continue
            if all(end <= other[0] or other[1] <= begin for other in taken):
                taken.append((begin, end))
                yield replace(
                    mention, begin=begin, end=end, text=outline.source.text[begin:end],
                    rule="document.repeated", number="",
                )  # fmt: skip


def inside_brackets(text: str, at: int) -> bool:
    """Tell whether a place lies between title marks."""
    opened = text.rfind("《", max(0, at - 80), at)
    return opened >= 0 and text.find("》", opened, at) < 0 and text.find("》", at, at + 80) >= 0


def _names(named: Sequence[Mention]) -> dict[str, Mention]:
    found: dict[str, Mention] = {}
    for mention in named:
        words = even(mention.text)
        if mention.rule in RULES and len(words) >= SHORTEST and is_paper(mention.name):
            found.setdefault(words, mention)
    return found


def _places(words: str, plain: str, outline: Outline) -> Iterator[tuple[int, int]]:
    for sentence in running_text(outline):
        at = plain.find(words, sentence.begin, sentence.end)
        while at >= 0:
            yield at, at + len(words)
            at = plain.find(words, at + 1, sentence.end)
