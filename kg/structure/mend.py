"""Source to a source without damage: repairs that allow one reading, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.models import Repair, Source
from kg.structure.alignment import Alignment, Edit, Step
from kg.structure.mend_blanks import find_blanks
from kg.structure.mend_characters import (
    find_entities,
    find_private,
    find_quotes,
    find_radicals,
    find_unseen,
)
from kg.structure.mend_copies import find_copies
from kg.structure.mend_lines import find_breaks
from kg.structure.mend_numbers import (
    find_dates,
    find_headings,
    find_lossy_years,
    find_marks,
    find_numbers,
    find_numerals,
    find_widths,
)
from kg.structure.relocate import relocate_source
from kg.vocabulary import rows

Finder = Callable[[Source], Iterator[Edit]]

# In this order, each pass over the text as those before have left it. Of edits of one pass that
# overlap the first finder's stays.
PASSES: tuple[tuple[Finder, ...], ...] = (
    (find_entities,),
    (find_unseen, find_radicals, find_private, find_widths),
    (find_blanks,),
    (find_headings,),
    (find_breaks,),
    (find_quotes, find_numbers, find_lossy_years, find_dates, find_numerals, find_marks),
    (find_copies,),
)


@dataclass(frozen=True, slots=True)
class Mended:
    """A source as it is to be understood, and how its offsets lead back to the one written."""

    source: Source
    written: Source  # with its repairs and the notes on them
    alignment: Alignment


def mend(source: Source) -> Mended:
    """Return a source with the damage mended that allows one reading."""
    mended, steps = source, []
    for finders in PASSES:
        step = Step(_apart([edit for finder in finders for edit in finder(mended)]))
        if step.edits:
            text = step.apply(mended.text)
            mended = relocate_source(mended, text, Alignment([step]))
            steps.append(step)
    alignment = Alignment(steps)
    repairs = tuple(_repairs(source.text, mended.text, alignment))
    if not repairs:
        return Mended(source, source, alignment)
    notes = (*source.notes, *_notes(repairs))
    repaired = replace(source, repairs=(*source.repairs, *repairs), notes=notes)
    return Mended(mended, repaired, alignment)


def _apart(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits in order, of those that overlap the one found first."""
    kept: list[Edit] = []
    found = enumerate(edits)
    for _, edit in sorted(found, key=lambda each: (each[1].begin, each[0])):
        if not kept or kept[-1].end <= edit.begin:
            kept.append(edit)
    return kept


def _repairs(written: str, mended: str, alignment: Alignment) -> Iterator[Repair]:
    """Yield what was mended, in the text as written; edits of one place are one repair."""
    found = sorted(_written(alignment))
    merged: list[tuple[int, int, str]] = []
    for begin, end, rule in found:
        if merged and begin < merged[-1][1]:
            start, stop, first = merged[-1]
            merged[-1] = start, max(stop, end), first if stop >= end else rule
        else:
            merged.append((begin, end, rule))
    for begin, end, rule in merged:
        start, stop = alignment.read(begin, end)
        yield Repair(begin, end, written[begin:end], mended[start:stop], rule)


def _written(alignment: Alignment) -> Iterator[tuple[int, int, str]]:
    """Yield the span of every edit in the text as written."""
    for at, step in enumerate(alignment.steps):
        before = Alignment(alignment.steps[:at])
        for edit in step.edits:
            yield *before.written(edit.begin, edit.end), edit.rule


@cache
def _said() -> dict[str, str]:
    return {row["rule"]: row["note"] for row in rows("repairs.tsv")}


def _notes(repairs: Iterable[Repair]) -> Iterator[str]:
    """Yield a line for each rule that mended something: line breaks inside sentences joined: 41."""
    counts = Counter(repair.rule for repair in repairs)
    for rule, said in _said().items():
        if counts[rule]:
            yield f"{said}: {counts[rule]:,}"
