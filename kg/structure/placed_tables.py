"""Grids in their document: what of the text they take, and the sections and tasks they add."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from kg.models import Field, Grid, Section, Sentence, Task
from kg.structure.blocks import Block
from kg.structure.table_tasks import Listing, cell_sentences, find_caption
from kg.structure.titles import TitleLine


def outside(blocks: Iterable[Block], grids: Sequence[Grid]) -> Iterator[Block]:
    """Yield the blocks that stand in no table."""
    begins = [grid.begin for grid in grids]
    for block in blocks:
        at = bisect_right(begins, block.begin) - 1
        if at < 0 or grids[at].end <= block.begin:
            yield block


def kept(
    grids: Sequence[Grid], blocks: Sequence[Block], furniture: Sequence[Block]
) -> Sequence[Grid]:
    """Return the tables but those below the place from where on all is the page's."""
    dropped = {block.begin for block in furniture}
    last = max((block.end for block in blocks if block.begin not in dropped), default=0)
    foot = min((block.begin for block in furniture if block.begin >= last), default=None)
    return [grid for grid in grids if foot is None or grid.begin < foot]


class PlacedTables:
    """The tables of a document, and where they stand in it."""

    def __init__(
        self,
        text: str,
        grids: Sequence[Grid],
        titles: Sequence[TitleLine],
        signatures: Sequence[Field],
    ) -> None:
        self.text = text
        self.grids = list(grids)
        since = [0, *(grid.end for grid in grids)]
        captions = [find_caption(text, *pair) for pair in zip(grids, since, strict=False)]
        own = [(line.begin, line.end) for line in titles]
        self.captions = [
            None if one is None or any(b <= one.begin < e for b, e in own) else one
            for one in captions
        ]
        signed = min((field.end for field in signatures), default=len(text))
        self.attached = [
            grid.begin > signed or (caption is not None and caption.attached)
            for grid, caption in zip(grids, captions, strict=True)
        ]

    @property
    def end(self) -> int:
        """Return where the last table ends that is no paper attached to the document."""
        own = zip(self.grids, self.attached, strict=True)
        return max((grid.end for grid, attached in own if not attached), default=0)

    def listed(
        self,
        sections: Sequence[Section],
        tasks: Sequence[Task],
        section_of: Callable[[int], int | None],
        guides: bool,
    ) -> tuple[tuple[Section, ...], tuple[Task, ...], list[Sentence]]:
        """Return sections and tasks with those of the tables, and the sentences of their cells.

        The tables of a page that `guides` who reads it set no tasks.
        """
        headings = {section.begin for section in sections}
        listing = Listing(self.text, sections, tasks)
        cells: list[Sentence] = []
        for at, grid in enumerate(self.grids):
            above = None if self.attached[at] else section_of(grid.begin)
            if not guides:
                # What is a heading of the text is no caption besides: 三、任务分工.
                caption = self.captions[at]
                caption = None if caption and caption.begin in headings else caption
                self.grids[at] = listing.add(grid, caption, above)
            cells += cell_sentences(self.text, self.grids[at], above)
        places = listing.in_order()
        self.grids = [_renumbered(grid, places) for grid in self.grids]
        moved = [
            sentence if sentence.task is None else replace(sentence, task=places[sentence.task])
            for sentence in cells
        ]
        return tuple(listing.sections), tuple(listing.tasks), moved


def _renumbered(grid: Grid, places: Sequence[int]) -> Grid:
    rows = (row if row.task is None else replace(row, task=places[row.task]) for row in grid.rows)
    return replace(grid, rows=tuple(rows))
