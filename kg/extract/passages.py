"""Sentences to passages: a sentence that the lines of a page cut is read in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.models import Outline, Sentence

CLOSED = re.compile(r"[。；：！？:;!?]\s*$")
PAGE_NUMBER = re.compile(r"[\s—-]*\d{1,3}[\s—-]*")
OPENS = re.compile(
    r"[ \t]{2}|\u3000|[（(][一二三四五六七八九十\d]{1,3}[）)]|[一二三四五六七八九十]{1,3}、"
    r"|\d{1,2}[.．、]|第[一二三四五六七八九十百]{1,4}[章节条]|—{2}"
)
LINE = 15  # characters: what is shorter was not cut by the margin


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence without the line breaks inside it; `offsets` lead back to the source."""

    text: str
    offsets: Sequence[int]
    sentence: Sentence  # the first one, of which section and task are taken


def find_passages(outline: Outline, text: str) -> Iterator[Passage]:
    """Yield the sentences of the body and of what tables set to be done.

    Those of the body that a line break cuts are joined.
    """
    body = [sentence for sentence in outline.sentences if sentence.part in ("body", "work")]
    if not _is_cut(text):
        for sentence in body:
            yield _passage([sentence], text)
        return
    parts: list[Sentence] = []
    for sentence in body:
        if PAGE_NUMBER.fullmatch(text, sentence.begin, sentence.end):
            continue
        if parts and not _goes_on(parts[-1], sentence, text):
            yield _passage(parts, text)
            parts = []
        parts.append(sentence)
    if parts:
        yield _passage(parts, text)


def _is_cut(text: str) -> bool:
    """Tell a text whose lines end where the page's margin was: most have no mark at the end."""
    lines = [line.strip() for line in text.split("\n") if len(line.strip()) >= LINE]
    cut = sum(CLOSED.search(line) is None for line in lines)
    return len(lines) >= 10 and cut > len(lines) * 0.6


def _goes_on(first: Sentence, second: Sentence, text: str) -> bool:
    between = PAGE_NUMBER.sub("", text[first.end : second.begin])
    if "work" in (first.part, second.part):
        return False  # cells side by side are no sentence
    if first.section != second.section or between.strip() or "\n" not in between:
        return False
    start = text.rfind("\n", 0, first.end) + 1
    line = text[start : first.end].strip()
    return (
        len(line) >= LINE
        and CLOSED.search(line) is None
        and OPENS.match(text, text.rfind("\n", 0, second.begin) + 1) is None
    )


def _passage(parts: Sequence[Sentence], text: str) -> Passage:
    if len(parts) == 1:
        only = parts[0]
        return Passage(text[only.begin : only.end], range(only.begin, only.end), only)
    offsets = [at for part in parts for at in range(part.begin, part.end) if text[at] != "\n"]
    return Passage("".join(text[at] for at in offsets), offsets, parts[0])
