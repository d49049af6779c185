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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Protocol

from kg.extract.crf import Model
from kg.extract.overlap import Spans
from kg.extract.program_edges import Edges, Span
from kg.extract.program_features import Word, Words
from kg.extract.program_labels import COUNTED, with_head_behind
from kg.extract.program_names import is_generic
from kg.extract.program_weights import Weigher
from kg.extract.program_words import called, head_of, heads, kind_of_name, unquoted, whole_end
from kg.extract.text import even
from kg.models import Mention, Outline, Sentence
from kg.vocabulary import segmenter, terms, words

MODEL = "programs.crfsuite"
PARTS = ("body", "work", "table", "addressee", "summary")
# What the rules are sure of stays, whatever the model thinks of it.
CERTAIN = (
    "program.known.quoted",
    "program.meeting",
    "program.edition",
    "program.quoted.head",
    "program.short",
)
WHOLE = ("program.edition", "program.short")  # a counted event, a name that the document defines
ACTIVITY = re.compile("(?<=.{4})(?:系列|实践)?活动$")
NOTE_AT_END = re.compile(r"”?[（(［\[]\d{1,3}[）)］\]]$")
NAME = re.compile("[BI]I*")  # the labels of one
LEVELS = re.compile("[一-鿿][两二三四五]级")  # 市、县、|园三级巡查制度: the end of a longer name
THROUGH = (2, 3)  # characters of what a name goes through: 建设, 再提升
SHORTEST = 2  # characters in front of a head that make a name of a member of a list
TITLE = 3  # characters of a head that shows a title by itself
SO_MANY = re.compile("[一二两三四五六七八九十几]+[所家座批]")  # 一所|公办中心园
PLACE_IN_BRACKETS = re.compile("（[一-鿿]{2,4}$|（[一-鿿]{2,4}）$")
OPENING = "（(“”"  # 国家数据中心（北方） is the whole of a name
MARKS = "“”\"' \t\n\u3000"


class Labeller(Protocol):
    """Says which words of sentences are programmes."""

    def labels(self, sentences: Sequence[tuple[Words, Iterable[Mention]]]) -> list[str]:
        """Return a label for each word: B and I for a programme's first and other words, or O."""


# -- mentions --------------------------------------------------------------------------------


def read_programs(
    outline: Outline, mentions: Sequence[Mention], model: Labeller | None = None
) -> Iterator[Mention]:
    """Yield the mentions with the programmes as the model reads them; those of other types stay.

    `mentions` are what the rules read, none overlapping. A programme that both read keeps the
    rule's name; one that the rules alone read stays only where they are certain of it.
    """
    found = _without_parts(_found(outline, mentions, model or _model()), mentions)
    learned = Spans((m.begin, m.end) for m in found)
    for mention in mentions:
        if mention.type != "Program" or (
            mention.rule in CERTAIN and not learned.meets(mention.begin, mention.end)
        ):
            yield mention
    yield from found


def _without_parts(found: Iterable[Mention], mentions: Iterable[Mention]) -> list[Mention]:
    """Drop what is read of a name that is whole as it stands, unless it is all of it and more."""
    wholes = [m for m in mentions if m.rule in WHOLE]
    places = Spans((m.begin, m.end) for m in wholes)
    ends = {m.end: m.begin for m in wholes}
    return [
        one
        for one in found
        if not places.meets(one.begin, one.end) or one.begin <= ends.get(one.end, -1)
    ]


def _found(outline: Outline, mentions: Sequence[Mention], model: Labeller) -> Iterator[Mention]:
    text = outline.source.text
    titles = Spans((m.begin, m.end) for m in mentions if m.type == "Document")
    quoted = _quoted_heads(mentions)
    fields = _fields(mentions)
    edges = Edges(text, mentions)
    places = [(m.begin, m.end) for m in mentions if m.type == "Region"]
    decided = {m.begin for m in mentions if m.rule == "agency.central"}  # 中央|减税政策
    ruled = {(m.begin, m.end): m for m in mentions}
    for span in _read(outline, mentions, model):
        for begin, end in edges.of(*_bare(text, *span)):
            same = ruled.get((begin, end)) or _headed(end, quoted.get(begin, ()))
            same = fields.get((text.rfind("“", 0, begin), end)) or same
            same = same or with_head_behind(text, begin, end)
            mention = same or _done_to(begin, end, text, ruled) or _mention(text, begin, end)
            if mention is None or mention.type != "Program" or titles.meets(begin, end):
                continue
            if same is None and (begin in decided or _is_place(text[begin:end], begin, places)):
                continue
            yield from _each(mention, text)


def _read(outline: Outline, mentions: Sequence[Mention], model: Labeller) -> Iterator[Span]:
    """Yield what the model labels as names."""
    ordered = sorted(mentions, key=lambda m: m.begin)
    begins = [m.begin for m in ordered]
    sentences = [
        (
            found,
            ordered[bisect_left(begins, found.borders[0]) : bisect_left(begins, found.borders[-1])],
        )
        for found in read_words(outline, mentions)
    ]
    for (found, _), labels in zip(sentences, model.labels(sentences), strict=True):
        yield from spans(found, labels)


def _each(mention: Mention, text: str) -> Iterator[Mention]:
    """Yield the members of a list that was read as one name, if each has a head of its own."""
    members = mention.text.split("、")
    label = text[mention.begin - 1 : mention.begin] == "“" or "“" in mention.text
    listed = mention.rule == "program.learned" and not label and all(map(_is_whole, members))
    at = mention.begin
    for member in members if listed else (mention.text,):
        begin, end = _bare(text, at, at + len(member))
        found = _mention(text, begin, end) if listed and len(members) > 1 else mention
        if found is not None:
            yield found
        at += len(member) + 1


def _is_whole(member: str) -> bool:
    """Tell a member of a list that is a name by itself: 青禾音乐节、|渔港马拉松赛."""
    name = unquoted(member)
    head = head_of(name) or name
    if len(name) - len(head) < SHORTEST:
        return False
    return len(head) >= TITLE or heads()[head]["kind"] in ("event", "initiative", "platform")


def _is_place(name: str, begin: int, places: Sequence[tuple[int, int]]) -> bool:
    """Tell what begins with a place and says nothing else: 湖北（武汉）, 浙江”二字."""
    at = bisect_left(places, (begin, 0))
    if at == len(places) or places[at][0] != begin:
        return False
    rest = name[places[at][1] - begin :].lstrip("”")
    return PLACE_IN_BRACKETS.match(rest) is not None or rest in ("", "二字")


def _done_to(
    begin: int, end: int, text: str, ruled: Mapping[tuple[int, int], Mention]
) -> Mention | None:
    """Return what the rules read where the model adds what it goes through: 粤港澳大湾区|建设."""
    for length in THROUGH:
        mention = ruled.get((begin, end - length))
        rest = text[end - length : end]
        if mention is not None and (mention.type == "Region" or rest == "建设"):
            return mention if head_of(rest) in (None, rest) and rest[0] not in OPENING else None
    return None


def _quoted_heads(mentions: Iterable[Mention]) -> dict[int, list[Mention]]:
    """Return the quoted names with their heads by where they begin."""
    heads: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.rule == "program.quoted.head":
            heads[mention.begin].append(mention)
    return heads


def _fields(mentions: Iterable[Mention]) -> dict[tuple[int, int], Mention]:
    """Return the labels that rules read with their field, by mark and end: 云陵技能|“双优计划."""
    found = (m for m in mentions if m.rule == "program.quoted" and "“" in m.text)
    return {(m.begin + m.text.index("“"), m.end): m for m in found}


def _headed(end: int, quoted: Sequence[Mention]) -> Mention | None:
    """Return the quoted campaign that a span only begins: its head is part of it, 双减|”攻坚战."""
    mention = next((one for one in quoted if end < one.end), None)
    return mention if mention is not None and mention.kind == "Initiative" else None


def _bare(text: str, begin: int, end: int) -> tuple[int, int]:
    """Return a span without marks at its ends, up to a bracket that it does not close."""
    inner = NOTE_AT_END.sub("", text[begin:end])
    opened = max(inner.rfind("（"), inner.rfind("("))
    if opened > 0 and not re.search("[）)]", inner[opened:]):
        inner = inner[:opened]
    begin += len(inner) - len(inner.lstrip(MARKS))
    return begin, whole_end(text, begin + len(inner.strip(MARKS)))


def _mention(text: str, begin: int, end: int) -> Mention | None:
    """Return the mention of what the model alone read; none for a formula, a count, a field."""
    inner = text[begin:end]
    name = unquoted(re.sub(r"[\"\s]", "", even(inner)))
    term = terms("programs.ttl").get(name)
    if term is not None:
        return Mention("Program", term.kind, begin, end, inner, called(term, name), "program.known")
    if len(name) < 2 or name in _formulas() or COUNTED.match(name) or SO_MANY.match(name):
        return None
    if LEVELS.match(name) and text.startswith("、", begin - 1):
        return None
    if is_generic(name) or ("、" in name and all(map(_sets_nothing_apart, name.split("、")))):
        return None
    name = ACTIVITY.sub("", name)
    return Mention("Program", kind_of_name(name), begin, end, inner, name, "program.learned")


def _sets_nothing_apart(part: str) -> bool:
    return part == head_of(part) or is_generic(part)  # 专项整治、系列活动


@cache
def _formulas() -> frozenset[str]:
    return frozenset(words("formulas.tsv"))


# -- words -----------------------------------------------------------------------------------


def read_words(outline: Outline, mentions: Iterable[Mention]) -> Iterator[Words]:
    """Yield the sentences that may hold a programme, cut into words and at the rules' findings."""
    plain = even(outline.source.text)
    cuts = sorted({at for m in mentions for at in (m.begin, m.end)})
    for sentence in outline.sentences:
        if sentence.part in PARTS:
            found = _cut(plain, sentence, cuts)
            if found:
                yield found


def _cut(plain: str, sentence: Sentence, cuts: Sequence[int]) -> Words:
    """Return the words of a sentence; one that a finding's border parts is two of the same flag."""
    begin, end = sentence.begin, sentence.end
    pairs = list(segmenter().tag(plain[begin:end]))
    borders = list(accumulate([len(text) for text, _ in pairs], initial=begin))
    for cut in cuts[bisect_right(cuts, begin) : bisect_left(cuts, end)]:
        at = bisect_left(borders, cut)
        if borders[at] != cut:
            text, flag = pairs[at - 1]
            inside = cut - borders[at - 1]
            pairs[at - 1 : at] = (text[:inside], flag), (text[inside:], flag)
            borders.insert(at, cut)
    return Words(pairs, borders)


def spans(found: Sequence[Word], labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches labelled B I I …, as offsets in the text."""
    for name in NAME.finditer("".join(labels)):
        yield found[name.start()].begin, found[name.end() - 1].end


# -- the model -------------------------------------------------------------------------------


@cache
def _model() -> Weigher:
    return Weigher(Model((resources.files("kg.data") / MODEL).read_bytes()))
