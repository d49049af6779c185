"""The words of a sentence to the programmes in it, by a sequence model over the rules' findings.

Where a programme's name begins, whether a quoted label is a name or a slogan: rules decide the
plain cases, a linear-chain CRF (CRFsuite) weighs the rest. It sees the words with their parts of
speech, the class that each word belongs to (kg/data/word_classes.tsv), the roles that
program_words.tsv gives them, the heads of names to come and what the rules read there. It was
trained by scripts/train on documents annotated by hand; what it alone read has its own rule name.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from kg.extract.boundary import tagged
from kg.extract.overlap import Spans
from kg.extract.program_labels import COUNTED
from kg.extract.program_names import is_generic
from kg.extract.program_words import head_of, heads, kind_of_name, role
from kg.extract.text import even
from kg.models import Mention, Outline, Sentence
from kg.vocabulary import rows, terms, words

if TYPE_CHECKING:
    from pycrfsuite import Tagger

MODEL = "programs.crfsuite"
PARTS = ("body", "work", "table", "addressee", "summary")
# What the rules are sure of stays, whatever the model thinks of it.
CERTAIN = ("program.known.quoted", "program.meeting", "program.quoted.head", "program.short")
LEVEL = re.compile("(?:国家级?|全国|中国|省级?|市级?|县级?|区级|全[省市县区]|自治区级?|校级)$")
CLAUSE_END = re.compile("[，。；：！？、]")
ROLES = ("award", "make", "run", "governor", "soft", "generic", "after")
ACTIVITY = re.compile("(?<=.{4})(?:系列|实践|教学评选)?活动$")
MARKS = "“”\"' \t\n\u3000"
FAR = 6  # words to the next head from which on the distance says no more


class Word(NamedTuple):
    """A word of a sentence with its place in the text and its part of speech."""

    begin: int
    end: int
    text: str
    flag: str


# -- mentions --------------------------------------------------------------------------------


def read_programs(
    outline: Outline, mentions: Sequence[Mention], model: Tagger | None = None
) -> Iterator[Mention]:
    """Yield the mentions with the programmes as the model reads them; those of other types stay.

    `mentions` are what the rules read, none overlapping. A programme that both read keeps the
    rule's name; one that the rules alone read stays only where they are certain of it.
    """
    found = list(_found(outline, mentions, model or _tagger()))
    learned = Spans((m.begin, m.end) for m in found)
    for mention in mentions:
        if mention.type != "Program" or (
            mention.rule in CERTAIN and not learned.meets(mention.begin, mention.end)
        ):
            yield mention
    yield from found


def _found(outline: Outline, mentions: Sequence[Mention], model: Tagger) -> Iterator[Mention]:
    text = outline.source.text
    titles = Spans((m.begin, m.end) for m in mentions if m.type == "Document")
    quoted = _quoted_heads(mentions)
    ordered = sorted(mentions, key=lambda m: m.begin)
    begins = [m.begin for m in ordered]
    ruled = {(m.begin, m.end): m for m in mentions}
    for found in read_words(outline, mentions):
        near = slice(bisect_left(begins, found[0].begin), bisect_left(begins, found[-1].end))
        labels = model.tag(features(found, ordered[near]))
        for begin, end in spans(found, labels):
            begin, end = _bare(text, begin, end)
            same = ruled.get((begin, end)) or _headed(end, quoted.get(begin, ()))
            mention = same or _mention(text, begin, end)
            if mention is None or mention.type != "Program" or titles.meets(begin, end):
                continue
            if not (text.endswith("建设", begin, end) and (begin, end - 2) in ruled):
                yield mention  # 粤港澳大湾区|建设 is what a place goes through


def _quoted_heads(mentions: Iterable[Mention]) -> dict[int, list[Mention]]:
    """Return the quoted names with their heads by where they begin."""
    heads: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.rule == "program.quoted.head":
            heads[mention.begin].append(mention)
    return heads


def _headed(end: int, quoted: Sequence[Mention]) -> Mention | None:
    """Return the quoted campaign that a span only begins: its head is part of it, 双减|”攻坚战."""
    mention = next((one for one in quoted if end < one.end), None)
    return mention if mention is not None and mention.kind == "Initiative" else None


def _bare(text: str, begin: int, end: int) -> tuple[int, int]:
    """Return a span without marks at its ends, up to a bracket that it does not close."""
    inner = text[begin:end]
    opened = max(inner.rfind("（"), inner.rfind("("))
    if opened > 0 and not re.search("[）)]", inner[opened:]):
        inner = inner[:opened]
    begin += len(inner) - len(inner.lstrip(MARKS))
    return begin, begin + len(inner.strip(MARKS))


def _mention(text: str, begin: int, end: int) -> Mention | None:
    """Return the mention of what the model alone read; none for a formula, a count, a field."""
    inner = text[begin:end]
    name = re.sub(r"[“”\"\s]", "", even(inner))
    term = terms("programs.ttl").get(name)
    if term is not None:
        return Mention("Program", term.kind, begin, end, inner, term.label, "program.known")
    if len(name) < 2 or name in _formulas() or COUNTED.match(name) or is_generic(name):
        return None
    name = ACTIVITY.sub("", name)
    return Mention("Program", kind_of_name(name), begin, end, inner, name, "program.learned")


@cache
def _formulas() -> frozenset[str]:
    return frozenset(words("formulas.tsv"))


# -- words -----------------------------------------------------------------------------------


def read_words(outline: Outline, mentions: Iterable[Mention]) -> Iterator[list[Word]]:
    """Yield the sentences that may hold a programme, cut into words and at the rules' findings."""
    plain = even(outline.source.text)
    cuts = sorted({at for m in mentions for at in (m.begin, m.end)})
    for sentence in outline.sentences:
        if sentence.part in PARTS:
            found = list(_cut(plain, sentence, cuts))
            if found:
                yield found


def _cut(plain: str, sentence: Sentence, cuts: Sequence[int]) -> Iterator[Word]:
    at = sentence.begin
    for text, flag in tagged(plain[sentence.begin : sentence.end]):
        end = at + len(text)
        for cut in (*cuts[bisect_right(cuts, at) : bisect_left(cuts, end)], end):
            yield Word(at, cut, plain[at:cut], flag)
            at = cut


def spans(found: Sequence[Word], labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches labelled B I I …, as offsets in the text."""
    begin = end = -1
    for word, label in zip(found, labels, strict=True):
        if begin >= 0 and label != "I":
            yield begin, end
            begin = -1
        if label == "B" or (label == "I" and begin < 0):
            begin = word.begin
        end = word.end
    if begin >= 0:
        yield begin, end


# -- features --------------------------------------------------------------------------------


def features(found: Sequence[Word], mentions: Iterable[Mention]) -> list[list[str]]:
    """Return what the model sees of each word of a sentence, and of the words around it."""
    texts = ["<", "<", *(word.text for word in found), ">", ">"]
    flags = ["<", "<", *(word.flag for word in found), ">", ">"]
    fine = [_classes(text)[0] for text in texts]
    broad = [_classes(text)[1] for text in texts]
    rules = ["<", "<", *_rules(found, mentions), ">", ">"]
    ahead = _ahead(found)
    return [
        [
            *_alone(word.text, word.flag),
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
        *_placed("-2", texts[i - 2]),
        *_placed("-1", texts[i - 1]),
        *_placed("+1", texts[i + 1]),
    ]


@lru_cache(maxsize=50_000)
def _alone(text: str, flag: str) -> tuple[str, ...]:
    return (
        "all",
        f"w={text}",
        f"p={flag}",
        f"tag={flag[0]}",
        f"shape={_shape(text)}",
        f"last={text[-1]}",
        f"end={text[-2:]}",
        f"first={text[0]}",
        f"c={_classes(text)[0]}",
        *_placed("", text),
    )


@lru_cache(maxsize=50_000)
def _placed(where: str, text: str) -> tuple[str, ...]:
    roles = tuple(f"{name}{where}" for name in ROLES if text in role(name))
    return (*roles, f"level{where}") if LEVEL.match(text) else roles


def _shape(text: str) -> str:
    if re.fullmatch(r"[\d.]+", text):
        return "number"
    if re.fullmatch(r"[A-Za-z0-9+.\-]+", text):
        return "latin"
    return f"han{min(len(text), 5)}" if re.fullmatch("[一-鿿]+", text) else text[0]


@cache
def _all_classes() -> dict[str, tuple[str, str]]:
    return {row["word"]: (row["fine"], row["broad"]) for row in rows("word_classes.tsv")}


def _classes(text: str) -> tuple[str, str]:
    return _all_classes().get(text, ("-", "-"))


def _rules(found: Sequence[Word], mentions: Iterable[Mention]) -> list[str]:
    """Return for each word what the rules read there: Agency-B, program.built-I, nothing."""
    near = [m for m in mentions if found[0].begin <= m.begin < found[-1].end]
    labels = [""] * len(found)
    begins = [word.begin for word in found]
    for mention in near:
        name = mention.rule if mention.type == "Program" else mention.type
        for i in range(bisect_left(begins, mention.begin), bisect_left(begins, mention.end)):
            word = found[i]
            if word.end <= mention.end:
                first, last = word.begin == mention.begin, word.end == mention.end
                labels[i] = f"{name}-{'B' if first else 'E' if last else 'I'}"
    return labels


def _ahead(found: Sequence[Word]) -> list[list[str]]:
    """Return for each word the next head of a name in its clause, how far, and the marks around."""
    listed: list[list[str]] = []
    head, far = "", 0
    quoted = _quoted(found)
    for i in range(len(found) - 1, -1, -1):
        text = found[i].text
        if CLAUSE_END.match(text):
            head = ""
        before = found[i - 1].text if i else ""
        here = _head(before, text)
        if here:
            head, far = here, 0
        if head:
            row = heads()[head]
            listed.append(
                [
                    f"quoted={quoted[i]}",
                    f"head={head}",
                    f"far={min(far, FAR)}",
                    f"kind={row['kind']}|{row['unquoted']}",
                    f"kind,far={row['kind']}|{min(far, 4)}",
                ]
            )
        else:
            listed.append([f"quoted={quoted[i]}", "head="])
        far += 1
    return listed[::-1]


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


@cache
def _tagger() -> Tagger:
    """Load the model."""
    from pycrfsuite import Tagger

    found = Tagger()
    found.open_inmemory(_model())
    return found


@cache
def _model() -> bytes:
    """Read the model; the tagger points into these bytes and does not hold them itself."""
    return (resources.files("kg.data") / MODEL).read_bytes()
