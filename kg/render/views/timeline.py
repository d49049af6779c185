"""A store to when which level took something up: a program, a document, or the dozen most named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kg.page import fill
from kg.page.words import Pair, pair, told
from kg.render.links import Links
from kg.render.views.base import View, Wanted
from kg.render.views.lanes import (
    MEDIUM,
    NARROW,
    ORDER,
    WIDE,
    Figure,
    Scale,
    center,
    grouped,
    lay_out,
    rows_of,
    scale_of,
    ticks_of,
)
from kg.render.views.spread import (
    LONGEST,
    ORIGIN,
    Choice,
    Entry,
    Spread,
    most_spread,
    seen,
    spread_of,
)
from kg.reports.dating import lag_days
from kg.reports.holdings import Holding
from kg.reports.traced import trace_notes
from kg.reports.uptakes import Holdings, read_holdings
from kg.store import Store

NAME = "timeline"
MOST = 12  # programs, where none is asked for
FIRST = 3  # places named that were first
# The shapes of marks, by kind of document; what is none of these is "other".
SHAPES = {
    "WorkPlan": "circle",
    "Notice": "square",
    "Opinion": "square",
    "Plan": "diamond",
    "ImplementationPlan": "diamond",
    "Report": "triangle",
}
PATHS = {
    "square": "M-5.5 -5.5H5.5V5.5H-5.5Z",
    "diamond": "M0 -7.5L7.5 0L0 7.5L-7.5 0Z",
    "triangle": "M0 -7L7 5.5H-7Z",
    "other": "M0 7L7 -5.5H-7Z",
}
WAYS = ("origin", "adoption", "implements", "revises", "cites", "title", "copy")
STRIP = 13  # height of a level in a strip
STRIP_ENDS = (4.5, 99)  # where time begins and ends in it: hundredths of its width
STRIP_LEAST, STRIP_STEP = 1.0, 9.0  # how far apart dots, and years, are at least
_LEVEL_WORDS = {"": "timeline-level-unknown", "Area": "timeline-level-area"}


@dataclass(frozen=True, slots=True)
class Dots:
    """Documents of a level and month in a strip, counted; `x` is a share of the width."""

    x: float
    y: float
    radius: float
    title: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What a page shows of one thing: how it spread in short, as a picture, and as a table."""

    key: int
    spread: Spread
    figures: tuple[Figure, ...]
    rows: tuple[Entry, ...]
    counts: Pair
    first: Pair | None  # who began, and when
    notes: tuple[Pair, ...]
    dots: tuple[Dots, ...] = ()
    undated: int = 0

    @property
    def by_level(self) -> list[tuple[str, list[tuple[int, Entry]]]]:
        """Give the rows with their numbers, a list for each level."""
        numbered = enumerate(self.rows)
        return [(level, list(own)) for level, own in groupby(numbered, lambda row: row[1].level)]


def draw(store: Store, wanted: Wanted, links: Links) -> View:
    """Return how one thing spread; where none is named the programs that most documents name."""
    held, about = read_holdings(store), wanted.program or wanted.document
    choice = _choice(wanted, held)
    levels = Counter(one.level for one in held.documents.values() if choice(one))
    if about:
        spreads: tuple[Spread, ...] = (spread_of(store, held, about, choice),)
        notes = [_stale(note) for note in trace_notes(store)]
    else:
        spreads, total = most_spread(store, held, choice, MOST)
        notes = [told("timeline-shown", shown=len(spreads), all=total)] if spreads else []
    pieces = [_piece(key, spread, levels) for key, spread in enumerate(spreads)]
    levels_shown = [lv for lv in ORDER if any(e.level == lv for p in pieces for e in p.rows)]
    scale = None if about else _scale(spreads)
    pieces = [_with_strip(piece, levels_shown, scale) for piece in pieces]
    is_empty = not any(piece.spread.adopters for piece in pieces)
    if is_empty:
        notes = [pair("timeline-empty"), *notes]
    body = fill(
        "render/views/timeline.html",
        pieces=pieces,
        alone=bool(about),
        is_empty=is_empty,
        axis=ticks_of(scale, STRIP_STEP) if scale else (),
        levels=levels_shown,
        strip=STRIP,
        shapes=SHAPES,
        paths=PATHS,
        shapes_shown=_shapes(spreads),
        ways=[way for way in WAYS if any(way in e.ways for s in spreads for e in s.entries)],
        lines=_line_ways(pieces),
        links=links,
        level_of=level_of,
        strip_word=lambda level: pair(f"timeline-short-{level}"),
        hint=hint,
        lag=lag,
        origin=ORIGIN,
        pair_of=pair,
        told=told,
        plain=seen,
    )
    title = pair("timeline-of-most")
    if about:
        title = told("timeline-of", what=spreads[0].name)
    return View(NAME, title, body, tuple(notes), is_empty)


def _choice(wanted: Wanted, held: Holdings) -> Choice:
    regions = held.regions_named(wanted.region)

    def is_chosen(one: Holding) -> bool:
        when = held.dating(one.document)
        return (
            held.is_chosen(one.document, "", regions)
            and any(wanted.issuer in issuer for issuer in one.issuers or ("",))
            and (wanted.year is None or (when is not None and when.first.year == wanted.year))
        )

    return is_chosen


def _stale(note: str) -> Pair:
    return pair("timeline-traces-not-current")[0], note


def _piece(key: int, spread: Spread, held: Counter[str]) -> Piece:
    figures = tuple(lay_out(spread, held, frame) for frame in (WIDE, MEDIUM, NARROW))
    adopters = spread.adopters
    places = {one.place for one in adopters if one.place}
    return Piece(
        key=key,
        spread=spread,
        figures=figures,
        rows=tuple(rows_of(spread)),
        counts=told("timeline-documents-of-places", documents=len(adopters), places=len(places)),
        first=first_words([one for one in adopters if one.rank]),
        notes=tuple(_notes(spread, figures[0])),
        undated=sum(not one.is_dated for one in adopters),
    )


def first_words(entries: Sequence[Entry]) -> Pair | None:
    """Say who was first; of several, who may have been."""
    if not entries:
        return None
    chinese, english = pair(f"timeline-rank-{entries[0].rank}")
    dates = dict.fromkeys(one.when.text for one in entries if one.when)
    places = list(dict.fromkeys(one.place for one in entries if one.place))
    who = "、".join(places[:FIRST]) + ("…" if len(places) > FIRST else "")
    said = " ".join(filter(None, ("、".join(list(dates)[:FIRST]), who)))
    return f"{chinese} {said}", f"{english} {said}"


def _notes(spread: Spread, figure: Figure) -> list[Pair]:
    """Say what the picture does not show, or cannot know."""
    found = []
    adopters = spread.adopters
    is_held = len(adopters) < len(spread.entries)
    if spread.since:
        found.append(told("timeline-since", date=spread.since.text))
    if not (spread.is_program or is_held):
        found.append(pair("timeline-not-held"))
    perhaps = sum(one.rank == "perhaps" for one in adopters)
    planned = sum(not one.is_dated and one.when is not None for one in adopters)
    undated = sum(one.when is None for one in adopters)
    if perhaps:
        found.append(told("timeline-perhaps", number=perhaps))
    if planned or undated:
        found.append(told("timeline-undated", planned=planned, undated=undated))
    if figure.is_counted:
        found.append(pair("timeline-counted"))
    if figure.lines_left:
        found.append(told("timeline-lines-left", number=figure.lines_left))
    if spread.announced:
        found.append(told("timeline-announced", number=spread.announced))
    return found


# -- legend ------------------------------------------------------------------------------------


def _shapes(spreads: Sequence[Spread]) -> list[str]:
    kinds = {SHAPES.get(e.kind, "other") for s in spreads for e in s.entries if e.is_dated}
    return [
        shape for shape in ("circle", "square", "diamond", "triangle", "other") if shape in kinds
    ]


def _line_ways(pieces: Sequence[Piece]) -> list[str]:
    drawn = {line.way for piece in pieces for figure in piece.figures for line in figure.lines}
    return [way for way in WAYS if way in drawn]


def level_of(level: str) -> Pair:
    """Return what a level is called."""
    word = _LEVEL_WORDS.get(level)
    return pair(word) if word else pair(level, "classes")


def hint(entries: Sequence[Entry]) -> str:
    """Return what is shown where a mark is pointed at: the document with its sentence, or some."""
    if len(entries) == 1:
        (one,) = entries
        said = one.evidence.sentence if one.evidence else ""
        said = f"{said[:LONGEST]}…" if len(said) > LONGEST else said
        return "\n".join(filter(None, (f"{_dated(one)}《{one.title}》", said)))
    more = f"\n… +{len(entries) - 6}" if len(entries) > 6 else ""
    return "\n".join(f"{_dated(one)}《{one.title}》" for one in entries[:6]) + more


def lag(spread: Spread, one: Entry) -> str:
    """Return how many days after its beginning a document took something up: 154, 300–664, ≤364."""
    days = None if one.rank == ORIGIN else lag_days(spread.begun, one.when)
    return "" if days is None else str(days).replace(" to ", "–").replace("at most ", "≤")


def _dated(one: Entry) -> str:
    return " ".join(filter(None, (one.place, one.when.text if one.when else "")))


# -- many at once ------------------------------------------------------------------------------


def _scale(spreads: Iterable[Spread]) -> Scale | None:
    """Return the time that all of them take, in hundredths of the width."""
    dated = (e.when for s in spreads for e in s.entries if e.when and e.is_dated)
    return scale_of(dated, *STRIP_ENDS)


def _with_strip(piece: Piece, levels: Sequence[str], scale: Scale | None) -> Piece:
    return replace(piece, dots=tuple(_dots(piece, levels, scale)) if scale else ())


def _dots(piece: Piece, levels: Sequence[str], scale: Scale) -> Iterator[Dots]:
    for at, level in enumerate(levels):
        own = (one for one in piece.spread.adopters if one.level == level and one.is_dated)
        months, groups = grouped(own, scale, STRIP_LEAST)
        for start, several in groups:
            yield Dots(
                x=center(start, months, scale),
                y=at * STRIP + STRIP / 2,
                radius=round(min(1.8 + 1.2 * len(several) ** 0.5, STRIP * 0.75), 1),
                title=hint(several),
            )
