"""Passages that are set formula: words that stand everywhere, which nobody has copied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from kg.traces.facts import Span
from kg.traces.kinship import Kinship, Subjects
from kg.traces.likeness import Block
from kg.traces.passages import Letters, plain_letters
from kg.traces.texts import Texts
from kg.vocabulary import automaton, words

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

UNRELATED = 4  # groups of papers that nothing joins: what they all say belongs to nobody
COUNTED, FORMULA, SHORT = range(3)  # kinds of letters
SUBJECTS = 5  # in the titles of those who say it: the frame of a web page, a form letter
HALF = 0.5  # of a passage's letters in set phrases
SAID = 0.6  # of a passage's letters, in whatever else says it too


@cache
def _phrases() -> AhoCorasick:
    return automaton(tuple(sorted({plain_letters(phrase) for phrase in words("set_phrases.tsv")})))


def phrase_spans(letters: str) -> Iterator[Span]:
    """Yield where set phrases stand among letters, from the first on."""
    for _, begin, end in _phrases().find_matches_as_indexes(letters):
        yield begin, end


def is_formula(passage: str) -> bool:
    """Tell whether set phrases are half of a passage or more."""
    said = sum(end - begin for begin, end in phrase_spans(passage))
    return said >= HALF * len(passage)


def formulas(
    texts: Texts, alike: Mapping[tuple[bytes, bytes], Iterable[Block]], kinship: Kinship
) -> set[bytes]:
    """Return the passages that are formula: by their words, or by who has them.

    A passage that unrelated papers have, whose provinces and subjects differ, is one: none of
    them need have seen another. That the same is asked of all by an upper paper makes them
    related.
    """
    bearers: dict[bytes, set[int]] = {passage: texts.bearers(passage) for passage in texts.places}
    saying: dict[bytes, set[int]] = defaultdict(set)
    for (one, other), blocks in alike.items():
        same = sum(length for _, _, length in blocks)
        if same >= SAID * texts.length(one):
            saying[one] |= bearers[other]
        if same >= SAID * texts.length(other):
            saying[other] |= bearers[one]
    return {
        passage
        for passage, papers in bearers.items()
        if is_nobodys(papers | saying[passage], kinship) or is_formula(texts.words(passage))
    }


def is_nobodys(papers: set[int], kinship: Subjects) -> bool:
    """Tell whether what these papers say belongs to none of them."""
    if len(papers) < UNRELATED:
        return False
    return kinship.unrelated(papers) >= UNRELATED or kinship.subjects(papers) >= SUBJECTS


def kinds_of_letters(texts: Texts, paper: int, found: set[bytes]) -> bytearray:
    """Return for each letter of a paper whether it counts: COUNTED, FORMULA or SHORT.

    Short are headings and other stretches that are no passages.
    """
    names = texts.passages[paper]
    return kinds_of(texts.letters[paper], [name in found for name in names])


def kinds_of(letters: Letters, said: Iterable[bool]) -> bytearray:
    """Return of letters whether they count, where it is said which passages are formula."""
    kinds = bytearray([SHORT]) * len(letters.text)
    for (begin, end), is_said in zip(letters.passages, said, strict=True):
        kinds[begin:end] = bytes([FORMULA if is_said else COUNTED]) * (end - begin)
    for begin, end in phrase_spans(letters.text):
        kinds[begin:end] = bytes([FORMULA]) * (end - begin)
    return kinds
