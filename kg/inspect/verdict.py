"""What was found out about a document to whether a person should look at it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.inspect.report import Known, Verdict
from kg.inspect.sentences import OWN
from kg.models import Outline, Reading

FILE_NAME = "title.file-name"
SHORTEST = 40  # characters of a document at least: a title and a sentence
LEAST_SHARE = 0.5  # of the written text, how much must be the document's own
LEAST_MAPPED = 0.05  # of its sentences, how many must have given something
ENOUGH = 10  # sentences of which a share says something
LEAST_HAN = 0.3
WRITTEN = re.compile(r"\S")
HAN = re.compile(r"[㐀-鿿]")
PRIVATE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\uf8ff\ud800-\udfff]")


def judge(reading: Reading, title: Known) -> Verdict:
    """Return the verdict: suspicious with every reason, repaired, or ok.

    `title` is what the profile says. A report that its genre names (2024年…政府工作报告) has one.
    """
    reasons = tuple(_reasons(reading, title))
    if reasons:
        return Verdict("suspicious", reasons)
    source = reading.outline.source
    if source.notes:
        return Verdict("repaired", source.notes)
    repairs = len(source.repairs)
    return Verdict("repaired", (f"repairs: {repairs}",)) if repairs else Verdict("ok", ())


def _reasons(reading: Reading, title: Known) -> Iterator[str]:
    outline = reading.outline
    text = outline.source.text
    written = len(WRITTEN.findall(text))
    if written < SHORTEST:
        yield f"empty: {written} characters"
    if title.rule == FILE_NAME:
        yield "no title: called after its file"
    yield from _damaged(text, written)
    body = _body_length(outline)
    if written and body < written * LEAST_SHARE:
        yield f"{1 - body / written:.0%} of the text is outside the body"
    mapped, sentences = _mapped(reading)
    if sentences >= ENOUGH and mapped < sentences * LEAST_MAPPED:
        yield f"mostly unmapped: {mapped} of {sentences} sentences gave something"


def _damaged(text: str, written: int) -> Iterator[str]:
    replaced = text.count("�")
    if replaced:
        yield f"replaced characters: {replaced}"
    private = len(PRIVATE.findall(text))
    if private:
        yield f"control or private-use characters: {private}"
    if written >= SHORTEST and len(HAN.findall(text)) < written * LEAST_HAN:
        yield "few Chinese characters"


def _body_length(outline: Outline) -> int:
    text = outline.source.text
    own = {at for s in outline.sentences for at in range(s.begin, s.end)}
    own |= {at for field in outline.fields for at in range(field.begin, field.end)}
    return sum(not text[at].isspace() for at in own)


def _mapped(reading: Reading) -> tuple[int, int]:
    """Return how many sentences of the body something was read in, and how many there are."""
    findings = reading.findings
    given = {mention.begin for mention in findings.mentions}
    given |= {target.begin for target in findings.targets}
    body = [sentence for sentence in reading.outline.sentences if sentence.part in OWN]
    mapped = sum(any(at in given for at in range(s.begin, s.end)) for s in body)
    return mapped, len(body)
