"""A reading to what a person may miss in it: cues that gave nothing, names that stayed open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from kg.inspect.patterns import counter, duty_cue, masks, promise_cue
from kg.inspect.report import Spot
from kg.inspect.sentences import OWN, Sentences
from kg.models import Outline, Reading, Sentence

QUOTED = re.compile(r"《(?:[^《》\n]{1,200}》|[^《》\n]{1,24})")  # closed, or its beginning
REACH = 24  # characters before a figure in which its cue stands
NEXT = 12  # … behind it


def find_duty_gaps(reading: Reading, text: str, sentences: Sentences) -> Iterator[Spot]:
    """Yield the cues of sentences that say who answers for something, and gave no responsibility.

    Only the first cue of each. `text` has even widths.
    """
    given = {r.begin for r in reading.findings.responsibilities if r.basis != "Implied"}
    agencies = {m.begin for m in reading.findings.mentions if m.type == "Agency"}
    for sentence in _body(reading.outline):
        cue = duty_cue().search(text, sentence.begin, sentence.end)
        if cue is None or _any_in(given, sentence):
            continue
        kind = "unread" if _any_in(agencies, sentence) else "no-agency"
        if kind == "unread" and sentence.task is None:
            kind = "no-task"
        yield sentences.spot(kind, *cue.span())


def _body(outline: Outline) -> Iterator[Sentence]:
    return (sentence for sentence in outline.sentences if sentence.part in OWN)


def _any_in(offsets: set[int], sentence: Sentence) -> bool:
    return any(at in offsets for at in range(sentence.begin, sentence.end))


def find_promise_gaps(
    reading: Reading, text: str, left: Sequence[Spot], sentences: Sentences
) -> Iterator[Spot]:
    """Yield the figures that stand at a word of commitment, in sentences that gave no target.

    `left` are the figures that nothing consumed, in order; one is shown for each sentence.
    """
    given = {_begin(sentences, target.begin) for target in reading.findings.targets}
    bound = (spot for spot in left if spot.kind != "review" and _is_bound(text, spot))
    for begin, spots in groupby(bound, key=lambda spot: _begin(sentences, spot.begin)):
        if begin not in given:
            yield next(spots)


def _begin(sentences: Sentences, offset: int) -> int | None:
    sentence = sentences.at(offset)
    return sentence.begin if sentence is not None else None


def _is_bound(text: str, spot: Spot) -> bool:
    before = text[max(spot.sentence_begin, spot.begin - REACH) : spot.begin]
    return (
        promise_cue("before").search(before) is not None
        or promise_cue("after").match(text, spot.end, spot.end + NEXT) is not None
    )


def find_masked(outline: Outline, text: str, sentences: Sentences) -> Iterator[Spot]:
    """Yield where the document hides a figure or a name: 培训***人, 王某某, 云陵市××局."""
    stated = {at for field in outline.fields for at in range(field.begin, field.end)}
    found = sorted({match.span() for mask in masks() for match in mask.finditer(text)})
    last = 0
    for begin, end in found:
        if begin >= last and (begin in stated or sentences.at(begin) is not None):
            last = end
            before = text[max(0, begin - 1) : begin]
            hides = before.isdecimal() or before == "〔" or counter().match(text, end)
            yield sentences.spot("figure" if hides else "name", begin, end)


def find_unread_titles(reading: Reading, sentences: Sentences) -> Iterator[Spot]:
    """Yield what 《 opens in the document's own text and was not read as a document."""
    outline = reading.outline
    read = {
        at
        for mention in reading.findings.mentions
        if mention.type == "Document"
        for at in range(mention.begin, mention.end)
    }
    for match in QUOTED.finditer(outline.source.text):
        inside = range(match.start() + 1, match.end())
        if sentences.at(match.start()) is not None and read.isdisjoint(inside):
            yield sentences.spot("unread" if match[0][-1] == "》" else "unclosed", *match.span())


def find_unresolved(reading: Reading, sentences: Sentences) -> Iterator[Spot]:
    """Yield the agencies that the text leaves open: each name where it stands first."""
    digest = reading.outline.source.sha256[:20]
    seen: set[str] = set()
    for mention, entity in zip(reading.findings.mentions, reading.entities, strict=True):
        open_ = entity is None or entity.key.startswith(digest + "/")
        if mention.type == "Agency" and open_ and mention.text not in seen:
            seen.add(mention.text)
            kind = "open" if entity is None else "source"
            yield sentences.spot(kind, mention.begin, mention.end)
