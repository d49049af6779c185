"""What the programme model sees of each word of a sentence.

The words themselves with their parts of speech, classes and roles, two to each side; what the
rules read there; the next head of a name in the clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple, overload

from kg.extract.program_words import head_of, heads, role
from kg.models import Mention
from kg.vocabulary import rows

LEVEL = re.compile("(?:国家级?|全国|中国|省级?|市级?|县级?|区级|全[省市县区]|自治区级?|校级)$")
CLAUSE_END = "，。；：！？、"
ROLES = ("award", "make", "run", "governor", "soft", "generic", "after")
FAR = 6  # words to the next head from which on the distance says no more
_NUMBER = re.compile(r"[\d.]+")
_LATIN = re.compile(r"[A-Za-z0-9+.\-]+")
_HAN = re.compile("[一-鿿]+")


class Word(NamedTuple):
    """A word of a sentence with its place in the text and its part of speech."""

    begin: int
    end: int
    text: str
    flag: str


@dataclass(frozen=True, slots=True)
class Words(Sequence[Word]):
    """The words of a sentence: what they are, and the offsets between which they stand."""

    pairs: Sequence[tuple[str, str]]  # text and part of speech
    borders: Sequence[int]  # one more: where each begins, and where the last ends

    def __len__(self) -> int:
        """Return how many words there are."""
        return len(self.pairs)

    @overload
    def __getitem__(self, at: int) -> Word: ...

    @overload
    def __getitem__(self, at: slice) -> list[Word]: ...

    def __getitem__(self, at: int | slice) -> Word | list[Word]:
        """Return a word, or some."""
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        return Word(self.borders[at], self.borders[at + 1], *self.pairs[at])


def features(found: Sequence[Word], mentions: Iterable[Mention]) -> list[list[str]]:
    """Return what the model sees of each word of a sentence, and of the words around it."""
    texts = ["<", "<", *(word.text for word in found), ">", ">"]
    flags = ["<", "<", *(word.flag for word in found), ">", ">"]
    fine = [classes(text)[0] for text in texts]
    broad = [classes(text)[1] for text in texts]
    rules = ["<", "<", *rules_at(found, mentions), ">", ">"]
    ahead = ahead_of(found)
    return [
        [
            *alone(word.text, word.flag),
            *_around(i + 2, texts, flags, fine, broad),
            f"rule={rules[i + 2]}",
            f"rule-1={rules[i + 1]}",
            f"rule+1={rules[i + 3]}",
            f"rules={rules[i + 1]}|{rules[i + 2]}",
            *ahead[i],
        ]
        for i, word in enumerate(found)
    ]


def _around(
    i: int, texts: Sequence[str], flags: Sequence[str], fine: Sequence[str], broad: Sequence[str]
) -> list[str]:
    return [
        f"w-1={texts[i - 1]}",
        f"w+1={texts[i + 1]}",
        f"w-2={texts[i - 2]}",
        f"w+2={texts[i + 2]}",
        f"p-1={flags[i - 1]}",
        f"p+1={flags[i + 1]}",
        f"p-2,-1={flags[i - 2]}|{flags[i - 1]}",
        f"p-1,0={flags[i - 1]}|{flags[i]}",
        f"p0,+1={flags[i]}|{flags[i + 1]}",
        f"c-2={fine[i - 2]}",
        f"c-1={fine[i - 1]}",
        f"c+1={fine[i + 1]}",
        f"c+2={fine[i + 2]}",
        f"b-1,0={broad[i - 1]}|{broad[i]}",
        f"b0,+1={broad[i]}|{broad[i + 1]}",
        f"b-1,0,+1={broad[i - 1]}|{broad[i]}|{broad[i + 1]}",
        f"b-2,-1,0={broad[i - 2]}|{broad[i - 1]}|{broad[i]}",
        *placed("-2", texts[i - 2]),
        *placed("-1", texts[i - 1]),
        *placed("+1", texts[i + 1]),
    ]


def alone(text: str, flag: str) -> list[str]:
    """Return what is seen of a word itself."""
    return [f"{name}={value}" if value else name for name, value in seen(text, flag)]


def seen(text: str, flag: str) -> list[tuple[str, str]]:
    """Return what is seen of a word as names with values, where it is more than a role."""
    return [
        ("all", ""),
        ("w", text),
        ("p", flag),
        ("tag", flag[0]),
        ("shape", _shape(text)),
        ("last", text[-1]),
        ("end", text[-2:]),
        ("first", text[0]),
        ("c", classes(text)[0]),
        *((name, "") for name in roles(text)),
    ]


def placed(where: str, text: str) -> list[str]:
    """Return the roles of a word that stands there, from -2 to +1."""
    return [f"{name}{where}" for name in roles(text)]


def roles(text: str) -> tuple[str, ...]:
    """Return the roles of a word: what program_words.tsv says of it, and whether it is a level."""
    found = _all_roles().get(text, ())
    return (*found, "level") if LEVEL.match(text) else tuple(found)


@cache
def _all_roles() -> dict[str, list[str]]:
    """Return the words that have roles, with them in the order of ROLES."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in ROLES:
        for word in role(name):
            found[word].append(name)
    return dict(found)


def _shape(text: str) -> str:
    if _HAN.fullmatch(text):
        return f"han{min(len(text), 5)}"
    if _NUMBER.fullmatch(text):
        return "number"
    return "latin" if _LATIN.fullmatch(text) else text[0]


@cache
def _all_classes() -> dict[str, tuple[str, str]]:
    return {row["word"]: (row["fine"], row["broad"]) for row in rows("word_classes.tsv")}


def classes(text: str) -> tuple[str, str]:
    """Return the finer and the broader class of a word."""
    return _all_classes().get(text, ("-", "-"))


def rules_at(found: Sequence[Word], mentions: Iterable[Mention]) -> list[str]:
    """Return for each word what the rules read there: Agency-B, program.built-I, nothing."""
    labels = [""] * len(found)
    for at, label in ruled([*(word.begin for word in found), found[-1].end], mentions):
        labels[at] = label
    return labels


def ruled(borders: Sequence[int], mentions: Iterable[Mention]) -> Iterator[tuple[int, str]]:
    """Yield the words between borders that the rules read in a mention, and as what."""
    last = len(borders) - 1
    for mention in mentions:
        if not borders[0] <= mention.begin < borders[last]:
            continue
        name = mention.rule if mention.type == "Program" else mention.type
        begin, end = mention.begin, mention.end
        for at in range(bisect_left(borders, begin), bisect_left(borders, end, 0, last)):
            if borders[at + 1] <= end:
                place = "B" if borders[at] == begin else "E" if borders[at + 1] == end else "I"
                yield at, f"{name}-{place}"


def ahead_of(found: Sequence[Word]) -> list[list[str]]:
    """Return for each word the next head of a name in its clause, how far, and the marks around."""
    return [coming(*one) for one in coming_heads(found)]


def coming_heads(found: Sequence[Word]) -> list[tuple[str, str, int]]:
    """Return for each word whether it is quoted, the next head in its clause, how far it is."""
    listed: list[tuple[str, str, int]] = []
    head, far = "", 0
    quoted = _quoted(found)
    for i in range(len(found) - 1, -1, -1):
        text = found[i].text
        if text[0] in CLAUSE_END:
            head = ""
        here = _head(found[i - 1].text if i else "", text)
        if here:
            head, far = here, 0
        listed.append((quoted[i], head, min(far, FAR) if head else 0))
        far += 1
    return listed[::-1]


def coming(quoted: str, head: str, far: int) -> list[str]:
    """Return what is seen of a head that comes."""
    if not head:
        return [f"quoted={quoted}", "head="]
    row = heads()[head]
    return [
        f"quoted={quoted}",
        f"head={head}",
        f"far={far}",
        f"kind={row['kind']}|{row['unquoted']}",
        f"kind,far={row['kind']}|{min(far, 4)}",
    ]


@lru_cache(maxsize=50_000)
def _head(before: str, text: str) -> str:
    """Return the head that a word is or ends with, or makes with the word before it."""
    if before + text in heads():
        return before + text
    if len(text) == 1:
        return text if text in heads() else ""
    return head_of(text) or ""


def _quoted(found: Sequence[Word]) -> list[str]:
    labels = []
    inside = False
    for word in found:
        inside = inside or word.text == "“"
        labels.append("end" if inside and word.text == "”" else "in" if inside else "")
        inside = inside and word.text != "”"
    return labels
