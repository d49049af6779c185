"""The figures of a document's sentences to those that nothing consumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kg.extract.quantities import find_quantities
from kg.extract.reviews import find_reviews
from kg.inspect.patterns import counted, frames
from kg.inspect.report import Figures, Spot
from kg.inspect.sentences import OWN, Sentences
from kg.models import Findings, Outline, Sentence


def find_figures(outline: Outline, findings: Findings, text: str) -> Figures:
    """Return how many figures of the body were consumed, by what, and which were not.

    `text` is the source's with even widths. Consumed is what stands in a target or a name, in a
    field or a repair, or in a frame that makes it no count: a date, a 文号, a list number, a
    telephone number.
    """
    owners = _owners(findings, outline)
    reviews = _covered(find_reviews(outline, text))
    sentences = Sentences(outline)
    by: Counter[str] = Counter()
    left: list[Spot] = []
    for sentence in outline.sentences:
        if sentence.part in OWN:
            for begin, end, owner in _figures(sentence, text, owners):
                if owner:
                    by[owner] += 1
                else:
                    kind = "review" if begin in reviews else "unread"
                    left.append(sentences.spot(kind, begin, end))
    left = list(_weighed(left, text, sentences))
    total = by.total() + len(left)
    share = round(by.total() / total, 4) if total else 1.0
    return Figures(total, by.total(), share, dict(sorted(by.items())), tuple(left))


def _owners(findings: Findings, outline: Outline) -> dict[int, str]:
    """Return for each character in a fact or a field what claims it."""
    owners: dict[int, str] = {}
    claims: list[tuple[int, int, str]] = [
        *((target.begin, target.end, "Target") for target in findings.targets),
        *((mention.begin, mention.end, mention.type) for mention in findings.mentions),
        *((field.begin, field.end, "field") for field in outline.fields),
        *((repair.begin, repair.end, "repair") for repair in outline.source.repairs),
    ]
    for begin, end, owner in claims:
        for at in range(begin, end):
            owners.setdefault(at, owner)
    return owners


def _covered(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {at for begin, end in spans for at in range(begin, end)}


def _figures(
    sentence: Sentence, text: str, owners: dict[int, str]
) -> Iterator[tuple[int, int, str]]:
    """Yield the figures of a sentence, each with what consumed it, "" where nothing did."""
    words = text[sentence.begin : sentence.end]
    found = list(counted().finditer(words))
    framed = dict[int, str]()
    if found:
        for name, pattern in frames():
            for match in pattern.finditer(words):
                for at in range(*match.span()):
                    framed.setdefault(at, name)
    for match in found:
        begin = sentence.begin + match.start()
        owner = owners.get(begin) or framed.get(match.start(), "")
        yield begin, sentence.begin + match.end(), owner


def _weighed(left: Sequence[Spot], text: str, sentences: Sentences) -> Iterator[Spot]:
    """Tell of what is left the figures that were seen as quantities and taken for no promise."""
    seen: dict[int, set[int]] = {}
    for spot in left:
        sentence = sentences.at(spot.begin)
        if sentence is None or spot.kind != "unread":
            yield spot
            continue
        first = sentence.begin
        if first not in seen:
            found = find_quantities(text[first : sentence.end])
            seen[first] = _covered((first + one.begin, first + one.end) for one in found)
        yield replace(spot, kind="weighed") if spot.begin in seen[first] else spot
