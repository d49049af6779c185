"""Texts whose lines a page breaks, to the sentences that go on over the breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.extract.text import even
from kg.models import Outline, Sentence

LINE = re.compile(r"[^\n]+")
LEAST_LINES = 30
WIDEST = 60  # characters of a printed line; a longer one is a paragraph
LEAST_OPEN = 0.4  # share of lines that end inside a sentence where a page breaks them
FULL = 0.7  # of the page's width: a shorter line has ended by itself
CLOSED = "。！？；：!?;:"
NEW_PART = re.compile(
    r"[ \u3000\u00a0]*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,2}[.．、](?!\d)|第.{1,4}[章节条]|附[件表]|专栏|$)"
)
CUT_TITLE = re.compile(r"《[^《》\n]{1,60}$")
REST_OF_TITLE = re.compile(r"[^《》\n]{1,60}》")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The text of a sentence without breaks inside, and where in the document each letter is."""

    text: str
    offsets: tuple[int, ...]

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the span of the document that a span of the text stands for."""
        return self.offsets[begin], self.offsets[end - 1] + 1


def unwrapped(text: str) -> str:
    """Return the text with a blank for each break inside a sentence; offsets stay as they are."""
    characters = list(even(text))
    for at in _breaks(text):
        characters[at] = " "
    return "".join(characters)


def stretches(outline: Outline, without: tuple[str, ...]) -> Iterator[Stretch]:
    """Yield the sentences outside the parts named, those that a page breaks as one."""
    text = even(outline.source.text)
    sentences = [sentence for sentence in outline.sentences if sentence.part not in without]
    for run in _runs(sentences, _Joints(outline.source.text)):
        offsets = [at for sentence in run for at in range(sentence.begin, sentence.end)]
        yield Stretch("".join(text[at] for at in offsets), tuple(offsets))


def paragraphs(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the paragraphs as spans: a title in 《》 may hold 。 or ； of its own, or a break."""
    joints = _Joints(outline.source.text)
    for run in _runs(outline.sentences, lambda end, begin: begin == end or joints(end, begin)):
        yield run[0].begin, run[-1].end


class _Joints:
    """Tell whether what stands between two sentences is a break inside one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.breaks = _breaks(text)

    def __call__(self, end: int, begin: int) -> bool:
        broken = any(at in self.breaks for at in range(end, begin))
        return broken and not self.text[end:begin].strip()


def _runs(
    sentences: Sequence[Sentence], joined: Callable[[int, int], bool]
) -> Iterator[list[Sentence]]:
    run: list[Sentence] = []
    for sentence in sentences:
        if run and not joined(run[-1].end, sentence.begin):
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


@lru_cache(maxsize=4)
def _breaks(text: str) -> frozenset[int]:
    """Return where a line ends inside a sentence because the page ends there, or inside 《》."""
    return frozenset(_find_breaks(text))


def _find_breaks(text: str) -> Iterator[int]:
    lines = [line for line in LINE.finditer(text) if line[0].strip()]
    width = _width([len(line[0].strip()) for line in lines])
    wraps = _is_wrapped(lines, width)
    for line, following in zip(lines, lines[1:], strict=False):
        if following.start() != line.end() + 1:
            continue
        full = len(line[0].strip()) >= FULL * width and line[0].rstrip()[-1] not in CLOSED
        goes_on = wraps and full and NEW_PART.match(following[0]) is None
        if goes_on or (CUT_TITLE.search(line[0]) and REST_OF_TITLE.match(following[0])):
            yield line.end()


def _width(lengths: list[int]) -> int:
    """Return how many characters the lines of a page hold: what nine of ten do not exceed."""
    return sorted(lengths)[len(lengths) * 9 // 10] if lengths else 0


def _is_wrapped(lines: Sequence[re.Match[str]], width: int) -> bool:
    if len(lines) < LEAST_LINES or width > WIDEST:
        return False
    # A table's cells are short: what tells a page is that its lines are full.
    full = [line for line in lines if len(line[0].strip()) >= FULL * width]
    inside = sum(line[0].rstrip()[-1] not in CLOSED for line in full)
    return width >= 18 and inside >= LEAST_OPEN * len(lines)
