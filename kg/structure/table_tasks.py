"""Grids to tasks: the rows of a table of who answers for what, and the headings over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.models import Entry, Grid, Row, Section, Sentence, Task
from kg.structure.table_heads import ANSWERS, WORK
from kg.structure.table_layouts import NOTE, is_heading_row

NUMBERING = re.compile(
    r"(?:(\d{1,3})[.．、](?!\d)|[（(](\d{1,2})[）)]|([①-⑳])"
    r"|([一二三四五六七八九十]{1,3})[、.．]|[（(]([一二三四五六七八九十]{1,3})[）)])[ \u3000]*"
)
NUMBER = re.compile(r"\d{1,4}|[一二三四五六七八九十]{1,3}")
LABEL = re.compile(r"[^，。；：:\n]{2,30}(?=[：:]\s*\S)")  # 教研提质：每月组织…
# Behind a line that no mark ends, a line with a sentence is another paragraph.
LEAD_END = re.compile(
    r"。|(?<=[；：！])\n|\n(?=[ \u3000]{0,4}(?:\d{1,2}[.．、]|[（(])|[^\n。]{1,200}。)"
)
CLOSING = "。；;：:，, \u3000\n"
HAN = re.compile(r"[一-鿿]")
LONGEST_HEADING = 60
# What stands over a table and says what it lists: 附件2 / 2024年重点任务分工表.
CAPTION = re.compile(
    r"(?:附[件表]\s*\d*|专栏\s*[一二三四五六七八九十\d]*|表\s*[一二三四五六七八九十\d]+(?:[-—]\d+)?)"
    r"[\s:：.．、]*"
)
CAPTION_ENDS = re.compile(
    r"(?:[表单账册]|分工|分解|任务|安排|一览|汇总|项目|事项|要点|措施|举措|指标|目标)(?:[（(][^（）()]*[）)])?$"
)
ATTACHED = re.compile(r"附[件表]")
ABOVE = 4  # lines above a table among which its caption stands
LONGEST_CAPTION = 50
PASSED = re.compile(r"[（(]?(?:单位|时间|日期|填报)\s*[^\n]{0,30}[）)]?")
LEVEL = 5  # of the first heading over the rows; a caption stands above it
GROUP_LEVEL = 7
PROSE = WORK | {"goal", "year"}  # what a row says of its work besides: 年度目标


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands over a table, and whether it opens a paper attached to the document."""

    begin: int
    end: int
    title_begin: int
    attached: bool


def find_caption(text: str, grid: Grid, since: int) -> Caption | None:
    """Return the line over a table that names it, below `since`, where the one before ends."""
    attached = False
    found: Caption | None = None
    for begin, end in _lines_above(text, grid.begin):
        if begin < since:
            break
        words = text[begin:end]
        if ATTACHED.match(words) and found is not None:
            attached = True
            break
        label = CAPTION.match(words)
        title = begin + (label.end() if label else 0)
        names = len(words) <= LONGEST_CAPTION and "。" not in words and title < end
        if found is None and names and (label or CAPTION_ENDS.search(words)):
            found = Caption(begin, end, title, ATTACHED.match(words) is not None)
        elif not PASSED.fullmatch(words):
            break
    return replace(found, attached=found.attached or attached) if found else None


def _lines_above(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the lines above a place that are not blank, the nearest first."""
    for _ in range(ABOVE):
        stop = len(text[max(0, at - 400) : at].rstrip()) + max(0, at - 400)
        start = text.rfind("\n", 0, stop) + 1
        if stop <= start:
            return
        yield start + len(text[start:stop]) - len(text[start:stop].lstrip()), stop
        at = start


# -- rows ------------------------------------------------------------------------------------


class Listing:
    """The sections and tasks of a document in the making, a table added to those before."""

    def __init__(self, text: str, sections: Sequence[Section], tasks: Sequence[Task]) -> None:
        self.text = text
        self.sections = list(sections)
        self.tasks = list(tasks)

    def add(self, grid: Grid, caption: Caption | None, above: int | None) -> Grid:
        """Add the tasks of a table; `above` is the section it stands in. Return it with them."""
        if grid.kind == "indicators":
            return grid
        if grid.kind == "other":
            caption = None
        part = _Part(self, grid, self._captioned(grid, caption, above))
        return replace(grid, rows=tuple(part.read(number) for number in range(len(grid.rows))))

    def _captioned(self, grid: Grid, caption: Caption | None, above: int | None) -> int | None:
        if caption is None:
            return above
        title = self.text[caption.title_begin : caption.end]
        level = LEVEL - 1 if above is None else self.sections[above].level + 1
        return self.open(Section(caption.begin, grid.end, title, "", level, above))

    def in_order(self) -> list[int]:
        """Put the tasks in the order of the text; return where each of them is now."""
        order = sorted(range(len(self.tasks)), key=lambda at: self.tasks[at].begin)
        self.tasks = [self.tasks[at] for at in order]
        places = [0] * len(order)
        for place, at in enumerate(order):
            places[at] = place
        return places

    def open(self, section: Section) -> int:
        """Add a section."""
        self.sections.append(section)
        return len(self.sections) - 1


class _Part:
    """A table whose rows become tasks one after the other, under the headings among them."""

    def __init__(self, listing: Listing, grid: Grid, above: int | None) -> None:
        self.listing = listing
        self.text = listing.text
        self.grid = grid
        self.above = above
        # What heads the next row, the outermost first: rows, and cells that reach over several.
        self.headings: list[int] = []  # their sections
        self.groups: list[tuple[Entry, int]] = []
        self.heading_column = _grouping(grid)
        self.task_at: dict[int, int] = {}  # where the work of a task begins → its index
        self.begins: set[int] = set()

    def read(self, number: int) -> Row:
        """Add the heading or the task that a row is."""
        row = self.grid.rows[number]
        heading = self._heading(row)
        if heading is not None:
            self._head(heading)
        if heading is not None or self.grid.kind == "other":
            return row
        return replace(row, task=self._task(row, number))

    def _role(self, entry: Entry) -> str:
        return self.grid.columns[entry.column].role

    def _words(self, entry: Entry) -> str:
        return self.text[entry.begin : entry.end]

    # -- headings

    def _heading(self, row: Row) -> Entry | None:
        """Return the only cell of a row that heads those below it."""
        if len(row.entries) > 1:
            return None
        (entry,) = row.entries
        words = self._words(entry)
        if len(words) > LONGEST_HEADING or "。" in words or NOTE.match(words):
            return None
        alone = self._role(entry) not in WORK or entry.column == 0
        alone = alone and self.grid.kind == "tasks"
        return entry if is_heading_row(words) or (alone and HAN.search(words)) else None

    def _head(self, entry: Entry) -> None:
        level = LEVEL + _rank(self._words(entry))
        sections = self.listing.sections
        while self.headings and sections[self.headings[-1]].level >= level:
            closed = self.headings.pop()
            sections[closed] = replace(sections[closed], end=entry.begin)
        self.groups = []
        self.headings.append(self._open(entry, self.grid.end, level))

    def _open(self, entry: Entry, end: int, level: int) -> int:
        begin, stop, number = _titled(self.text, entry)
        title, above = self.text[begin:stop], self._section()
        return self.listing.open(Section(entry.begin, end, title, number, level, above))

    def _section(self) -> int | None:
        """Return the innermost section that is open."""
        if self.groups:
            return self.groups[-1][1]
        return self.headings[-1] if self.headings else self.above

    # -- tasks

    def _task(self, row: Row, number: int) -> int | None:
        work = [entry for entry in row.entries if self._role(entry) in WORK]
        heads = self._group_cells(row, work)
        for entry in heads:
            self._open_group(entry, number)
        work = [entry for entry in work if entry not in heads]
        if not work or not self._is_task(row, work[0]):
            return None
        begin = work[0].begin
        if begin not in self.task_at:  # one cell of work may stand beside several of agencies
            self.task_at[begin] = len(self.listing.tasks)
            self.listing.tasks.append(self._built(row, work[0], heads))
        return self.task_at[begin]

    def _is_task(self, row: Row, work: Entry) -> bool:
        said = {self._role(entry) for entry in row.entries}
        return HAN.search(self._words(work)) is not None and bool(
            said & (ANSWERS | {"number", "due"})
        )

    def _group_cells(self, row: Row, work: Sequence[Entry]) -> list[Entry]:
        """Return the cells of a row that head several rows."""
        heads = [entry for entry in row.entries if self._role(entry) == "group"]
        if len(work) > 1:
            heads += [entry for entry in work if entry.column == self.heading_column]
        return heads

    def _open_group(self, entry: Entry, number: int) -> None:
        """Open the section of a cell that heads a row, unless the row above is of it too."""
        if all(entry != group for group, _ in self.groups):
            self.groups = [one for one in self.groups if one[0].column < entry.column]
            end = _group_end(self.grid.rows, number, entry)
            self.groups.append((entry, self._open(entry, end, GROUP_LEVEL + len(self.groups))))

    def _built(self, row: Row, work: Entry, heads: Sequence[Entry]) -> Task:
        number, begin = self._numbered(row, work)
        self.begins.add(begin)
        first, stop, own = _titled(self.text, work)
        first, stop = _lead(self.text, first, stop, work.end)
        end = max(e.end for e in row.entries if e.begin >= begin and e not in heads)
        title = self.text[first:stop]
        return Task(begin, end, title, first, stop, number or own, self._section())

    def _numbered(self, row: Row, work: Entry) -> tuple[str, int]:
        """Return the number of a row, and where its task begins; rows may share a number."""
        cell = next((entry for entry in row.entries if self._role(entry) == "number"), None)
        found = NUMBER.search(self._words(cell)) if cell is not None else None
        if cell is None or cell.begin > work.begin or cell.begin in self.begins:
            return found[0] if found else "", work.begin
        return found[0] if found else "", cell.begin


def _titled(text: str, entry: Entry) -> tuple[int, int, str]:
    """Return where the words of a cell behind its number begin and end, and the number."""
    words = text[entry.begin : entry.end]
    found = NUMBERING.match(words)
    bare = words.rstrip(CLOSING)
    if found is None or found.end() >= len(bare):
        return entry.begin, entry.begin + (len(bare) or len(words)), ""
    number = next(group for group in found.groups() if group)
    return entry.begin + found.end(), entry.begin + len(bare), number


def _group_end(rows: Sequence[Row], first: int, head: Entry) -> int:
    """Return where the rows end that a cell heads: those it reaches over, or blank below it."""
    end = head.end
    for number in range(first, len(rows)):
        row = rows[number]
        cell = next((entry for entry in row.entries if entry.column == head.column), None)
        if len(row.entries) == 1 or (cell is not None and cell.begin != head.begin):
            break
        end = max(end, row.entries[-1].end)
    return end


def _rank(words: str) -> int:
    """Return how deep a heading stands: 一、 above （一）."""
    return 1 if words[:1] in "（(" else 0


def _grouping(grid: Grid) -> int | None:
    """Return the column of tasks that heads several rows of details, None where each has one."""
    columns = [n for n, column in enumerate(grid.columns) if column.role in WORK]
    if len(columns) < 2:
        return None
    first = columns[0]
    begins = [
        next((entry.begin for entry in row.entries if entry.column == first), None)
        for row in grid.rows
        if len(row.entries) > 1
    ]
    stated = [begin for begin in begins if begin is not None]
    shared = len(set(stated)) < len(stated) or len(stated) < len(begins)
    return first if stated and shared else None


def _lead(text: str, begin: int, end: int, cell_end: int) -> tuple[int, int]:
    """Return the lead of a cell: 教研提质 of 教研提质：每月…, or its first sentence.

    `end` is where its words end, closing marks left out.
    """
    label = LABEL.match(text, begin, end)
    if label is not None:
        return begin, label.end()
    first = LEAD_END.search(text, begin, cell_end)
    stop = min(first.start(), end) if first is not None and first.start() > begin else end
    return begin, begin + len(text[begin:stop].rstrip(CLOSING))


# -- cells to sentences ----------------------------------------------------------------------

SENTENCE = re.compile(r"[^。！？；;\n]*[。！？；;]?[”’）)]?")


def cell_sentences(text: str, grid: Grid, section: int | None) -> Iterator[Sentence]:
    """Yield the sentences of a table's cells, and what stands between and below them."""
    at = grid.begin
    seen: set[int] = set()
    for row in grid.rows:
        for entry in sorted(row.entries, key=lambda entry: entry.begin):
            if entry.begin in seen:
                continue
            seen.add(entry.begin)
            yield from _rest(text, at, entry.begin, section)
            yield from _cell(text, grid, row, entry, section)
            at = max(at, entry.end)
    yield from _rest(text, at, grid.end, section)


def _cell(text: str, grid: Grid, row: Row, entry: Entry, section: int | None) -> Iterator[Sentence]:
    role = grid.columns[entry.column].role
    if grid.kind != "other" and role in ANSWERS:
        yield Sentence(entry.begin, entry.end, section, row.task, "bodies")
    else:
        part = "work" if role in PROSE and row.task is not None else "table"
        yield from _parted(text, entry.begin, entry.end, (section, row.task), part)


def _rest(text: str, begin: int, end: int, section: int | None) -> Iterator[Sentence]:
    for match in re.finditer(r"[^\n\t|｜│┃]+", text[begin:end]):
        yield from _parted(
            text, begin + match.start(), begin + match.end(), (section, None), "table"
        )


def _parted(
    text: str, begin: int, end: int, where: tuple[int | None, int | None], part: str
) -> Iterator[Sentence]:
    for match in SENTENCE.finditer(text, begin, end):
        if match[0].strip():
            yield Sentence(match.start(), match.end(), *where, part)
