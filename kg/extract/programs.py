"""Sentences to programmes: named initiatives, policies, designations, platforms and events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.extract.overlap import Spans
from kg.extract.program_aliases import same_names
from kg.extract.program_labels import find_labels
from kg.extract.program_meetings import find_editions, find_meetings
from kg.extract.program_names import find_names
from kg.extract.program_words import (
    called,
    head_at,
    head_matcher,
    heads,
    kind_of_name,
    unquoted,
    whole_end,
)
from kg.extract.text import even
from kg.models import Mention, Outline, Place
from kg.vocabulary import matcher, regions, terms

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

JOINS = ("—", "-")
LEVEL_BEFORE = re.compile(r"(?:全国|(?:国家级|省级|市级|县级|区级|自治区级)(?:及?以上)?|全省)$")


def find_programs(outline: Outline, place: Place | None) -> Iterator[Mention]:
    """Yield the named programmes of a document; political formulas and descriptions are none."""
    text = outline.source.text
    plain = even(text)
    del place
    named, headed = _places(matcher("programs.ttl")[0], plain), _places(head_matcher()[0], plain)
    found: list[Mention] = []
    for sentence in outline.sentences:
        if sentence.part in ("body", "work", "table", "addressee", "summary"):
            begin, end = sentence.begin, sentence.end
            stretch = plain[begin:end]
            known = list(_known(stretch)) if named.meets(begin, end) else []
            built = _built(stretch, known) if headed.meets(begin, end) else ()
            events = (*find_meetings(stretch), *find_editions(stretch))
            for one in (*known, *find_labels(stretch), *events, *built):
                found.append(_moved(one, begin, text))
    yield from same_names(outline, plain, found)


def _places(names: AhoCorasick, plain: str) -> Spans:
    """Return where names stand in a document; a sentence that meets no such place holds none.

    Not all that a sentence holds: a name may begin in front of it and hide another one in it.
    """
    return Spans((begin, end) for _, begin, end in names.find_matches_as_indexes(plain))


def _built(stretch: str, known: Iterable[Mention]) -> Iterator[Mention]:
    """Yield what is built of words; what ends in a known name begins with it, too.

    企业利用好|中国国际进口博览会: only a level or a place in front belongs to it (_longer).
    """
    ends = {mention.end: mention.begin for mention in known if mention.rule == "program.known"}
    return (m for m in find_names(stretch) if ends.get(m.end, m.begin) <= m.begin)


def _moved(found: Mention, by: int, text: str) -> Mention:
    """Return what was found in a sentence as it stands in the text."""
    begin, end = found.begin + by, found.end + by
    return Mention("Program", found.kind, begin, end, text[begin:end], found.name, found.rule)


def _known(stretch: str) -> Iterator[Mention]:
    """Yield the nationwide programmes of the gazetteer."""
    found, names = matcher("programs.ttl")
    for index, begin, end in found.find_matches_as_indexes(stretch):
        name = names[index]
        is_quoted = stretch.rfind("“", 0, begin) > stretch.rfind("”", 0, begin)
        if is_quoted and stretch[end : end + 1] != "”":
            continue
        term = terms("programs.ttl")[name]
        longer = _longer(stretch, begin, end, term.kind)
        if longer is not None:
            yield longer
        kind = term.kind or "PolicyInstrument"
        text = stretch[begin:end]
        yield Mention("Program", kind, begin, end, text, called(term, text), "program.known")


def _longer(stretch: str, begin: int, end: int, kind: str) -> Mention | None:
    """Return the name that a known one is part of: 省级|文明城市, 平安校园|示范区."""
    before = stretch[max(0, begin - 8) : begin] if kind == "Designation" else ""
    level = _level_before(before, stretch.endswith("区", begin, end))
    head = head_at(stretch, end)
    awarded = head is not None and heads()[head]["kind"] == "designation"
    stop = whole_end(stretch, end + len(head) if head is not None and awarded else end)
    if not level and stop == end:
        return None
    start = begin - level
    name = unquoted(stretch[start:stop])
    kind = kind_of_name(name)
    return Mention("Program", kind, start, stop, stretch[start:stop], name, "program.known.level")


def _level_before(before: str, zone: bool = False) -> int:
    """Return how many characters in front of a title are its level or its place.

    A zone also has the short names of places: 济南—青岛|人工智能创新应用先导区.
    """
    level = LEVEL_BEFORE.search(before)
    if level is not None:
        return len(level[0])
    known = regions()
    places = (before[at:] for at in range(len(before) - 1))
    named = (p for p in places if p in known.by_name or (zone and p in known.by_short))
    length = len(next(named, ""))
    if zone and length and before[-length - 1 : -length] in JOINS:
        length += 1 + _level_before(before[: -length - 1], zone)
    return length
