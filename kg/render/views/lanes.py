"""Documents with their dates to a figure: a lane for each level, time from left to right.

Where a lane holds more documents than there is room for their names, they are counted by month,
quarter, year or more years. Nothing is placed by chance, so the same documents give one figure.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.page.words import Pair, told
from kg.render.views.spread import ORIGIN, Entry, Spread
from kg.reports.dating import Dating
from kg.reports.holdings import LEVELS

ORDER = (*LEVELS, "Area", "")  # of the lanes, from the top
AXIS = 34  # height of the years above the lanes
ROW = 21
PADDING = 8
WIDE_CHAR, SLIM_CHAR = 12.0, 6.9  # of a label
MOST_LINES = 60  # of ties, before they would hide the marks
_STEPS = (1, 3, 6, 12, 24, 60, 120, 240)  # months between years on the axis
_BINS = (1, 3, 12, 24, 60, 120)  # months that are counted together
_LEAST_BIN = 30.0
_LEAST_STEP = 54.0


@dataclass(frozen=True, slots=True)
class Frame:
    """How much room a figure has."""

    name: str
    width: int
    left: int  # for the names of the lanes; none where they stand above
    right: int  # for what is not dated
    rows: int  # of labels in a lane, before its documents are counted
    sides: int  # lines of what is not dated in a lane

    @property
    def is_narrow(self) -> bool:
        """Tell whether the names of the lanes, and what is not dated, stand in lines of theirs."""
        return not self.left


# One for each width of what holds the picture (timeline.css).
WIDE = Frame("wide", 1060, 128, 158, 6, 4)
MEDIUM = Frame("medium", 760, 108, 158, 7, 4)
NARROW = Frame("narrow", 356, 0, 0, 9, 3)


@dataclass(frozen=True, slots=True)
class Mark:
    """A document in the figure."""

    entry: Entry
    row: int  # of the table below
    x: float
    y: float
    whisker: tuple[float, float] | None  # where its date is not exact to the day
    label: str
    label_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Documents of the same time, counted."""

    x: float
    y: float
    radius: float
    span: str  # 2024, 2024-Q1, 2024-03
    entries: tuple[Entry, ...]
    row: int


@dataclass(frozen=True, slots=True)
class Side:
    """What is not dated, as a line beside the lane."""

    words: Pair
    entries: tuple[Entry, ...]
    row: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Lane:
    """A level of government."""

    level: str
    y: float
    height: float
    marks: tuple[Mark, ...]
    bins: tuple[Bin, ...]
    sides: tuple[Side, ...]
    documents: int
    held: int
    first: str  # date


@dataclass(frozen=True, slots=True)
class Line:
    """A tie between two marks."""

    way: str
    path: str
    source: str
    begin: int
    end: int
    title: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its parts placed."""

    frame: Frame
    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    lines_left: int  # ties that are not drawn
    origin: float | None  # where what is traced was issued
    is_counted: bool  # some lane counts its documents


@dataclass(frozen=True, slots=True)
class Scale:
    """Days to places."""

    first: datetime.date
    last: datetime.date
    left: float
    right: float

    def x(self, day: datetime.date) -> float:
        """Give the place of a day."""
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(self.left + share * (self.right - self.left), 1)

    def middle(self, when: Dating) -> float:
        """Give the place of a date; of a month or year its middle."""
        return round((self.x(when.first) + self.x(when.last)) / 2, 1)

    def months(self, number: int) -> float:
        """Give how wide so many months are."""
        return number * 30.44 / max(1, (self.last - self.first).days) * (self.right - self.left)


def scale_of(datings: Iterable[Dating], left: float, right: float) -> Scale | None:
    """Return the time that the dates take, with a month to either side; None without dates."""
    known = list(datings)
    if not known:
        return None
    first, last = min(one.first for one in known), max(one.last for one in known)
    return Scale(_month(first, -1), _month(last, 2), left, right)


def ticks_of(scale: Scale, least: float = _LEAST_STEP) -> tuple[tuple[float, str], ...]:
    """Return where years (or months, where there is room) begin, with their names."""
    step = next((s for s in _STEPS if scale.months(s) >= least), _STEPS[-1])
    number = -(-_number(scale.first) // step) * step
    found = []
    while (day := _day(number)) <= scale.last:
        name = str(day.year) if step >= 12 or day.month == 1 else f"{day.year}-{day.month:02}"
        found.append((scale.x(day), name))
        number += step
    return tuple(found)


def _month(day: datetime.date, ahead: int) -> datetime.date:
    return _day(_number(day) + ahead)


def _number(day: datetime.date) -> int:
    return day.year * 12 + day.month - 1


def _day(number: int) -> datetime.date:
    return datetime.date(number // 12, number % 12 + 1, 1)


# -- the figure --------------------------------------------------------------------------------


def rows_of(spread: Spread) -> list[Entry]:
    """Return the documents in the order of the table: by level, then time."""
    ranks = {level: number for number, level in enumerate(ORDER)}
    return sorted(spread.entries, key=lambda one: ranks.get(one.level, len(ORDER)))


def lay_out(spread: Spread, held: Mapping[str, int], frame: Frame) -> Figure:
    """Return the figure; `held` says how many documents of each level the store holds."""
    scale = scale_of(
        [*(e.when for e in spread.entries if e.when and e.is_dated), *_since(spread)],
        frame.left + 14,
        frame.width - frame.right - 14,
    )
    rows = rows_of(spread)
    number = {entry.iri: at for at, entry in enumerate(rows)}
    lanes: list[Lane] = []
    y = float(AXIS)
    for level in ORDER:
        own = [entry for entry in rows if entry.level == level]
        if own or held.get(level):
            lane = _lane(level, own, held.get(level, 0), scale, frame, y, number)
            lanes.append(lane)
            y += lane.height
    lines = _lines(spread, lanes)
    return Figure(
        frame=frame,
        height=y + 4,
        lanes=tuple(lanes),
        ticks=ticks_of(scale) if scale else (),
        lines=lines[:MOST_LINES],
        lines_left=max(0, len(lines) - MOST_LINES),
        origin=scale.middle(spread.since) if scale and spread.since else None,
        is_counted=any(lane.bins for lane in lanes),
    )


def _since(spread: Spread) -> list[Dating]:
    return [spread.since] if spread.since else []


def _lane(
    level: str,
    own: Sequence[Entry],
    held: int,
    scale: Scale | None,
    frame: Frame,
    y: float,
    number: Mapping[str, int],
) -> Lane:
    dated = [one for one in own if one.is_dated]
    top = y + PADDING + (ROW if frame.is_narrow else 0)
    marks, bins, rows = _placed(dated, scale, frame, top, number) if scale else ((), (), 0)
    sides = _sides([one for one in own if not one.is_dated], frame, top, rows, number)
    lines = max(rows, 0 if frame.is_narrow else len(sides))
    lines += len(sides) if frame.is_narrow else 0
    height = 2 * PADDING + lines * ROW + (ROW if frame.is_narrow else 0)
    documents = [one for one in own if one.rank != ORIGIN]
    return Lane(
        level=level,
        y=y,
        height=max(height, 0 if frame.is_narrow else _least(bool(documents))),
        marks=marks,
        bins=bins,
        sides=sides,
        documents=len(documents),
        held=held,
        first=next((one.when.text for one in documents if one.when and one.is_dated), ""),
    )


def _least(is_taken_up: bool) -> float:
    """Return how high a lane is at least: its name, how many, and since when."""
    return 58 if is_taken_up else 42


def _placed(
    dated: Sequence[Entry], scale: Scale, frame: Frame, top: float, number: Mapping[str, int]
) -> tuple[tuple[Mark, ...], tuple[Bin, ...], int]:
    """Return the marks of a lane, those counted, and how many rows they take."""
    marks, rows = _packed(dated, scale, frame, top, number)
    if rows <= frame.rows:
        return marks, (), rows
    alone = [one for one in dated if one.rank]
    marks, rows = _packed(alone, scale, frame, top, number)
    if rows > frame.rows:  # many that may be the first: counted like the others
        alone, marks, rows = [], (), 0
    rest = [one for one in dated if one not in alone]
    bins = _bins(rest, scale, top + rows * ROW + ROW, number)
    return marks, bins, rows + 2


def _packed(
    entries: Sequence[Entry], scale: Scale, frame: Frame, top: float, number: Mapping[str, int]
) -> tuple[tuple[Mark, ...], int]:
    """Place each mark with its label in the first row where both are free."""
    taken: list[list[tuple[float, float]]] = []
    marks = []
    for entry in entries:
        if entry.when is None:
            continue
        x, label = scale.middle(entry.when), _label(entry)
        width, gap = width_of(label) * (1.08 if entry.rank else 1), 14 if entry.rank else 10
        is_left = x + gap + width > scale.right + 12 and x - gap - width > scale.left - 12
        ends = (x - gap - width, x + gap) if is_left else (x - gap, x + gap + width)
        row = next((n for n, own in enumerate(taken) if _is_free(own, ends)), len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append(ends)
        marks.append(
            Mark(
                entry=entry,
                row=number[entry.iri],
                x=x,
                y=top + row * ROW + ROW / 2,
                whisker=_whisker(entry.when, scale),
                label=label,
                label_x=round(x - gap if is_left else x + gap, 1),
                anchor="end" if is_left else "start",
            )
        )
    return tuple(marks), len(taken)


def _label(entry: Entry) -> str:
    year = entry.when.text[:4] if entry.when else ""
    place = entry.place if len(entry.place) <= 8 else f"{entry.place[:7]}…"
    return f"{place} {year}".strip()


def width_of(text: str) -> float:
    """Return about how wide a label is: a Chinese character is as wide as it is high."""
    return sum(WIDE_CHAR if ord(char) > 0x2E7F else SLIM_CHAR for char in text)


def _is_free(taken: Iterable[tuple[float, float]], ends: tuple[float, float]) -> bool:
    return all(ends[1] + 4 <= first or last + 4 <= ends[0] for first, last in taken)


def _whisker(when: Dating, scale: Scale) -> tuple[float, float] | None:
    ends = scale.x(when.first), scale.x(when.last)
    return ends if ends[1] - ends[0] > 12 else None


# -- many documents ----------------------------------------------------------------------------


def grouped(
    entries: Iterable[Entry], scale: Scale, least: float
) -> tuple[int, list[tuple[int, list[Entry]]]]:
    """Return how many months are counted together, and the documents by where those begin.

    As few as have room (`least`) and as the dates are exact.
    """
    dated = [(one.when, one) for one in entries if one.when]
    exact = max((_exact_to(when) for when, _ in dated), default=1)
    months = next((n for n in _BINS if n >= exact and scale.months(n) >= least), _BINS[-1])
    groups: dict[int, list[Entry]] = defaultdict(list)
    for when, one in dated:
        groups[_number(when.first) // months * months].append(one)
    return months, sorted(groups.items())


def _bins(
    entries: Sequence[Entry], scale: Scale, y: float, number: Mapping[str, int]
) -> tuple[Bin, ...]:
    months, groups = grouped(entries, scale, _LEAST_BIN)
    most = max((len(own) for _, own in groups), default=1)
    room = min(scale.months(months) / 2 - 1, ROW - 1.0)
    radii = [round(max(9.0, room * math.sqrt(len(own) / most)), 1) for _, own in groups]
    return tuple(
        Bin(
            x=min(center(start, months, scale), scale.right + 12 - radius),
            y=y,
            radius=radius,
            span=_span(start, months),
            entries=tuple(own),
            row=number[own[0].iri],
        )
        for (start, own), radius in zip(groups, radii, strict=True)
    )


def _exact_to(when: Dating) -> int:
    return 12 if len(when.text) == 4 else 1


def center(start: int, months: int, scale: Scale) -> float:
    """Return the place of what is counted together."""
    first = max(_day(start), scale.first)
    last = min(_day(start + months), scale.last)
    return round((scale.x(first) + scale.x(last)) / 2, 1)


def _span(start: int, months: int) -> str:
    year, month = start // 12, start % 12 + 1
    if months == 1:
        return f"{year}-{month:02}"
    if months == 3:
        return f"{year}-Q{month // 3 + 1}"
    return str(year) if months == 12 else f"{year}–{year + months // 12 - 1}"


# -- what is not dated -------------------------------------------------------------------------


def _sides(
    entries: Sequence[Entry], frame: Frame, top: float, rows: int, number: Mapping[str, int]
) -> tuple[Side, ...]:
    """Return a line for each document not dated; for each year planned where they are many."""
    x = 14.0 if frame.is_narrow else frame.width - frame.right + 12.0
    top += rows * ROW if frame.is_narrow else 0
    groups = _by_one(entries) if len(entries) <= frame.sides else _by_year(entries, frame.sides)
    return tuple(
        Side(words, tuple(own), number[own[0].iri], x, top + line * ROW + ROW / 2)
        for line, (words, own) in enumerate(groups)
    )


def _by_one(entries: Sequence[Entry]) -> list[tuple[Pair, list[Entry]]]:
    found = []
    for one in entries:
        place = one.place if len(one.place) <= 6 else f"{one.place[:5]}…"
        year = one.when.text if one.when else ""
        place = place or "—"
        found.append(
            (
                told("timeline-side-planning", place=place, year=year) if year else (place, place),
                [one],
            )
        )
    return found


def _by_year(entries: Sequence[Entry], most: int) -> list[tuple[Pair, list[Entry]]]:
    years = Counter(one.when.text if one.when else "" for one in entries)
    single = {year for year, _ in years.most_common(most if len(years) <= most else most - 1)}
    groups: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        year = one.when.text if one.when else ""
        groups[year if year in single else "other"].append(one)
    return [(_counted(year, len(own)), own) for year, own in sorted(groups.items())]


def _counted(year: str, number: int) -> Pair:
    if year == "other":
        return told("timeline-side-others", number=number)
    if not year:
        return told("timeline-side-no-year", number=number)
    return told("timeline-side-of-year", number=number, year=year)


# -- lines -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Points:
    """Where the documents are."""

    at: dict[str, tuple[float, float]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def _lines(spread: Spread, lanes: Iterable[Lane]) -> tuple[Line, ...]:
    points = _points(lanes)
    lines: dict[str, Line] = {}
    for tie in spread.ties:
        if tie.later in points.at and tie.earlier in points.at:
            path = _path(points.at[tie.later], points.at[tie.earlier])
            title = f"{points.names[tie.later]} → {points.names[tie.earlier]}"
            if path:
                lines.setdefault(path, Line(tie.way, path, tie.source, tie.begin, tie.end, title))
    return tuple(lines.values())


def _points(lanes: Iterable[Lane]) -> _Points:
    points = _Points()
    for lane in lanes:
        placed = [(mark.entry, mark.x, mark.y) for mark in lane.marks]
        placed += [(entry, one.x, one.y) for one in lane.bins for entry in one.entries]
        for entry, x, y in placed:
            points.at[entry.iri] = (x, y)
            points.names[entry.iri] = f"{entry.place}《{entry.title}》"
    return points


def _path(later: tuple[float, float], earlier: tuple[float, float]) -> str:
    """Return a curve that leaves both marks sidewards; "" between two of the same count."""
    (x1, y1), (x2, y2) = later, earlier
    if later == earlier:
        return ""
    if abs(y1 - y2) < ROW / 2:  # over the labels that stand between them
        return f"M{x1:g} {y1:g}Q{(x1 + x2) / 2:g} {y1 - 1.6 * ROW:g} {x2:g} {y2:g}"
    bend = max(24.0, abs(x1 - x2) / 2)
    return f"M{x1:g} {y1:g}C{x1 - bend:g} {y1:g} {x2 + bend:g} {y2:g} {x2:g} {y2:g}"
