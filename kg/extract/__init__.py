"""Outline to findings: mentions, targets, responsibilities, citations."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from kg.extract.agencies import find_agencies
from kg.extract.citations import find_citations
from kg.extract.deadlines import find_deadlines
from kg.extract.documents import find_documents
from kg.extract.imprint import read_imprint
from kg.extract.indicator_tables import find_table_targets
from kg.extract.jurisdiction import find_jurisdiction
from kg.extract.overlap import Apart
from kg.extract.program_model import read_programs
from kg.extract.program_words import role
from kg.extract.programs import find_programs
from kg.extract.regions import find_regions
from kg.extract.responsibilities import find_responsibilities
from kg.extract.targets import find_targets
from kg.models import Findings, Mention, Outline, Place, Target

Finder = Callable[[Outline, Place | None], Iterator[Mention]]

# In the order in which they win where names overlap and are equally long.
FINDERS: tuple[Finder, ...] = (find_documents, find_agencies, find_programs, find_regions)
RANK = {"Document": 0, "Agency": 1, "Program": 1, "Region": 2}
AWARDED = 0.5
NEAR = 80  # characters between a target and the programme that it is of
OWN_ZONE = "region.zone.own"


def extract(outline: Outline) -> Findings:
    """Return everything that the extractors read in a document."""
    place = find_jurisdiction(outline)
    text = outline.source.text
    found = _find_all(outline, place)
    read = read_programs(outline, untangle(found, text))
    # What lay in a programme of the rules counts where the model reads none: 云陵市|污水处理项目.
    others = (mention for mention in found if mention.type != "Program")
    mentions = tuple(untangle((*read, *others), text))
    own = frozenset(_own(outline, mentions))
    imprint = read_imprint(outline, place)
    deadlines = tuple(find_deadlines(outline, imprint))
    promised = (
        *find_targets(outline, imprint, deadlines),
        *find_table_targets(outline, imprint),
    )
    targets = tuple(_link(promised, mentions))
    return Findings(
        mentions=mentions,
        targets=targets,
        responsibilities=tuple(find_responsibilities(outline, mentions)),
        citations=tuple(find_citations(outline, mentions, own)),
        deadlines=deadlines,
        place=place,
        imprint=imprint,
        own=own,
    )


def read_by_rules(outline: Outline, place: Place | None) -> tuple[Mention, ...]:
    """Return what the rules read, none overlapping."""
    return tuple(untangle(_find_all(outline, place), outline.source.text))


def _find_all(outline: Outline, place: Place | None) -> list[Mention]:
    return [mention for finder in FINDERS for mention in finder(outline, place)]


def untangle(found: Iterable[Mention], text: str) -> list[Mention]:
    """Keep of overlapping mentions the one that counts: a document's name holds no other name.

    Then what is awarded (创建省健康促进学校 is no school), then the longer; of equally long ones
    a city's own zone counts (市开发区), else the order of FINDERS decides (the sort is stable).
    """
    apart = Apart()
    ranked = sorted(found, key=lambda m: (_rank(m, text), m.begin - m.end, m.rule != OWN_ZONE))
    kept = [mention for mention in ranked if apart.take(mention.begin, mention.end)]
    return sorted(kept, key=lambda m: (m.begin, m.end))


def _rank(mention: Mention, text: str) -> float:
    if mention.kind == "Designation":
        before = text[max(0, mention.begin - 6) : mention.begin].rstrip("“")
        if before.endswith(tuple(role("award"))):
            return AWARDED
    # 中国（云渚）自由贸易试验区澄岭片区 is longer than the programme inside it.
    return RANK["Program"] if mention.rule.startswith("region.zone") else RANK[mention.type]


def _own(outline: Outline, mentions: tuple[Mention, ...]) -> Iterator[int]:
    """Yield the mentions that name this document itself."""
    if outline.title is None:
        return
    own = _bare(outline.source.text[outline.title[0] : outline.title[1]])
    for index, mention in enumerate(mentions):
        if mention.type == "Document" and _bare(mention.name) == own:
            yield index


def _bare(title: str) -> str:
    return re.sub(r"\s+", "", title).strip("《》“”")


def _link(targets: Iterable[Target], mentions: tuple[Mention, ...]) -> Iterator[Target]:
    """Drop what is part of a name (“两清零”行动), link a target to the programme that it is of."""
    names = [m for m in mentions if m.type in ("Document", "Program")]  # none overlapping
    programs = [(i, m) for i, m in enumerate(mentions) if m.type == "Program"]
    begins = [m.begin for _, m in programs]
    for target in targets:
        at = bisect_right(names, target.begin, key=_begin) - 1
        if at >= 0 and target.end <= names[at].end and not _counts(target, names[at]):
            continue
        first = bisect_right(begins, target.begin - NEAR)
        behind = bisect_left(begins, target.begin + NEAR)
        near = (i for i, m in programs[first:behind] if m.name in target.indicator)
        program = next(near, None)
        yield target if program is None else replace(target, program=program)


def _counts(target: Target, name: Mention) -> bool:
    """Tell a figure in a programme's name that counts it: 茶园3处示范区, 12项专项行动."""
    return name.type == "Program" and name.text[target.begin - name.begin].isdigit()


def _begin(mention: Mention) -> int:
    return mention.begin
