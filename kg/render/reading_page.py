"""A reading to HTML that needs no script: the text with its marks, and lists of what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from kg.page import fill
from kg.page.words import Pair, pair, words_of
from kg.render.links import Links, digest_of
from kg.render.marked import UNSEEN, Layers, safe, write_lines
from kg.render.reading import LAYERS, Fact, Mark, Part, Reading
from kg.render.reading_lines import looks_of

STYLES = ("render/reading.css",)  # what the page that holds a reading needs
SCRIPTS = ("render/places.js", "render/reading.js")  # what follows #char=B,E in it

_HERE = "here"


def write_reading(reading: Reading, links: Links, *, at: tuple[int, int] | None = None) -> Markup:
    """Return a text beside what was read in it: tasks, targets, citations, copied passages.

    Each mark has an anchor, `c` and where it begins; the place `at` is marked, its anchor is
    `here`. The page takes STYLES, and SCRIPTS where addresses with #char=B,E should be followed.
    """
    return fill(
        "render/reading.html",
        digest=digest_of(reading.source),
        legend=list(_legend(reading.marks)),
        tasks=[_task(reading, part, links) for part in reading.parts if part.kind == "task"],
        sections=[part for part in reading.parts if part.kind == "section"],
        lists=list(_lists(reading, links)),
        text=write_text(reading, links, at=at),
        shown=_shown,
    )


def _shown(text: str) -> str:
    return text.translate(UNSEEN)


# -- the text --------------------------------------------------------------------------------


def write_text(reading: Reading, links: Links, *, at: tuple[int, int] | None = None) -> Markup:
    """Return the text alone: a paragraph for each line, the innermost of its marks a link."""
    place = [Mark(_HERE, *at)] if at is not None and at[0] < at[1] else []
    marks = [*place, *reading.marks]
    write = partial(_write, _Marks(reading, links, marks))
    return Markup("\n".join(write_lines(reading.text, looks_of(reading), write)))


class _Marks:
    """The marks of a text, and which of them have an anchor already."""

    def __init__(self, reading: Reading, links: Links, marks: Sequence[Mark]) -> None:
        self.reading = reading
        self.links = links
        self.marks = marks
        self.layers = Layers(marks)
        self._anchored: set[str] = set()

    def anchors(self, held: Sequence[int]) -> list[str]:
        """Return the anchors that stand where these marks first hold."""
        marks = [self.marks[number] for number in held]
        names = dict.fromkeys(_HERE if mark.layer == _HERE else f"c{mark.begin}" for mark in marks)
        new = [name for name in names if name not in self._anchored]
        self._anchored.update(new)
        return new

    def named(self, held: Sequence[int]) -> Mark | None:
        """Return the innermost of these marks that names an entity."""
        named = [self.marks[n] for n in held if self.marks[n].entity]
        return min(named, key=lambda mark: mark.end - mark.begin, default=None)


def _write(marks: _Marks, begin: int, end: int) -> str:
    return "".join(_piece(marks, *piece) for piece in marks.layers.pieces(begin, end))


def _piece(marks: _Marks, begin: int, end: int, held: tuple[int, ...]) -> str:
    """Return a stretch of the text in which the same marks hold."""
    inner = safe(marks.reading.text[begin:end])
    if not held:
        return inner
    first, *others = [*marks.anchors(held), ""]
    anchor = f' id="{first}"' if first else ""
    before = "".join(f'<span id="{name}"></span>' for name in others if name)
    looks = f'class="{marks.layers.names(held, begin)}"'
    mark = marks.named(held)
    address = marks.links.entity(mark.entity) if mark else ""
    if mark is None or not address:
        return f"{before}<span {looks}{anchor}>{inner}</span>"
    label = marks.reading.names.get(mark.entity, "")
    means = f' title="{safe(label)}"' if label else ""
    return f'{before}<a href="{safe(address)}" {looks}{anchor}{means}>{inner}</a>'


# -- what stands beside it -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the kinds of marks in the legend."""

    name: str
    words: Pair
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A fact in a list: what is said, of what, where it stands, and where that leads."""

    word: Pair
    value: str
    place: str
    address: str = ""
    notes: tuple[Pair, ...] = ()
    there: str = ""  # the same words in an earlier text


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with who answers for it and what it promises."""

    number: str
    title: str
    place: str
    due: str
    rows: tuple[Row, ...]


def word_of(name: str) -> Pair:
    """Return what a fact is called: lead, implements, reuse, Target …"""
    for table in ("ties", "classes"):
        if name in words_of(table):
            return pair(name, table)
    return pair(name)


def _legend(marks: Iterable[Mark]) -> Iterator[Layer]:
    counts = Counter(mark.layer for mark in marks)
    for layer in LAYERS:
        if counts[layer]:
            yield Layer(layer, pair(layer, "document"), counts[layer])


def _task(reading: Reading, part: Part, links: Links) -> TaskRow:
    rows = tuple(_row(fact, links) for fact in reading.facts_of(part.node))
    return TaskRow(_shown(part.number), _shown(part.title), _place(part), part.due, rows)


def _row(fact: Fact, links: Links) -> Row:
    there = fact.there
    return Row(
        word_of(fact.word),
        _shown(fact.value),
        _place(fact),
        # A target leads to where it stands, what it counts for is its task's.
        links.entity(fact.entities[0]) if fact.entities and fact.kind != "Target" else "",
        (pair(fact.note),) if fact.note else (),
        links.place(there.source, there.begin, there.end) if there else "",
    )


def _place(one: Fact | Part) -> str:
    return f"#c{one.begin}"


def _lists(reading: Reading, links: Links) -> Iterator[tuple[Pair, list[Row]]]:
    for kind in ("Target", "Citation", "Reuse", "repair"):
        facts = [fact for fact in reading.facts if fact.kind == kind]
        # What belongs to a task stands with it.
        rows = [_row(fact, links) for fact in facts if not fact.task]
        if rows:
            yield pair(kind, "document"), rows
