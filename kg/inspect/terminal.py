"""An inspection to what a terminal shows: in colour there, plain whole lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING

from kg.inspect.report import Inspection, Mended, Part, Spot, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

SHOWN = 8  # rows of a list, unless all are wanted
LONGEST = 60  # characters of a value in a row
AROUND = 24  # characters shown on either side of a place
STYLES = {"ok": "bold green", "repaired": "bold yellow", "suspicious": "bold red"}
KINDS = {
    "unread": "not read",
    "unclosed": "never closed",
    "weighed": "no promise",
    "review": "looks back",
    "no-agency": "names no agency",
    "no-task": "in no task",
    "figure": "a figure",
    "name": "a name",
    "source": "of this text alone",
    "open": "undecided",
}
Row = Sequence["str | Text"]


def write(inspections: Iterable[Inspection], out: IO[str], *, all_rows: bool = False) -> None:
    """Write the inspections one after the other."""
    from rich.console import Console

    # Without a terminal nothing is folded: who pipes a report wants whole lines.
    width = None if out.isatty() else 10_000
    console = Console(file=out, width=width, highlight=False, soft_wrap=False)
    for number, inspection in enumerate(inspections):
        if number:
            console.print()
        _Page(console, SHOWN if not all_rows else None).show(inspection)


class _Page:
    """Writes one inspection; `limit` is how many rows of a list it shows."""

    def __init__(self, console: Console, limit: int | None) -> None:
        self._console = console
        self._limit = limit

    def show(self, seen: Inspection) -> None:
        """Write it, what a person looks at first at the top."""
        self._head(seen)
        self._list("profile", _profile(seen), whole=True)
        self._list("fields", _fields(seen))
        self._list(_outline_title(seen), list(_parts(seen.outline, 0)))
        self._list("left out", _left_out(seen))
        self._list("repairs", [_repair(one) for one in seen.repairs])
        self._list("tables", _tables(seen))
        for title, spots in _spots(seen):
            self._list(title, [_spot(spot) for spot in spots])
        self._list("found", [(name, f"{n:,}") for name, n in seen.counts.items()], whole=True)
        self._list("rules", [(name, f"{number:,}") for name, number in seen.rules.items()])

    def _head(self, seen: Inspection) -> None:
        from rich.text import Text

        from kg.results import printable

        name = printable(", ".join(seen.names)) or "-"
        verdict = Text.assemble((seen.verdict.state, STYLES[seen.verdict.state]), "  ", name)
        self._console.print(verdict)
        for reason in dict.fromkeys((*seen.verdict.reasons, *seen.notes)):
            self._console.print(Text(f"    {printable(reason)}"))
        pages = f", {seen.pages:,} pages" if seen.pages else ""
        size = f"{seen.characters:,} characters{pages}"
        self._console.print(Text(f"    {seen.media_type}, {seen.encoding}, {size}", "dim"))
        self._console.print(Text(f"    sha256 {seen.sha256}", "dim"))
        if seen.url:
            self._console.print(Text(f"    {printable(seen.url)}", "dim"))

    def _list(self, title: str, rows: Sequence[Row], *, whole: bool = False) -> None:
        if not rows:
            return
        from rich.table import Table
        from rich.text import Text

        shown = rows if whole or self._limit is None else rows[: self._limit]
        number = "" if whole else f" ({len(rows):,})"
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        for row in shown:
            grid.add_row(
                Text("   "), *(cell if isinstance(cell, Text) else Text(cell) for cell in row)
            )
        self._console.print(Text(title + number, "bold cyan"))
        with self._console.capture() as capture:
            self._console.print(grid)
        for line in capture.get().splitlines():
            self._console.file.write(line.rstrip() + "\n")
        if len(shown) < len(rows):
            self._console.print(Text(f"    … {len(rows) - len(shown):,} more (--all)", "dim"))


# -- rows ------------------------------------------------------------------------------------


def _short(text: str) -> str:
    from kg.results import printable

    line = printable(text)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _place(begin: int | None, end: int | None) -> Text:
    from rich.text import Text

    return Text("" if begin is None else f"{begin}–{end}", "dim")


def _rule(rule: str) -> Text:
    from rich.text import Text

    return Text(rule, "dim")


def _profile(seen: Inspection) -> list[Row]:
    return [
        (one.name, _short(one.value), _rule(one.rule), _place(one.begin, one.end))
        for one in seen.profile
    ]


def _fields(seen: Inspection) -> list[Row]:
    return [
        (
            "*" if one.wins else " ",
            one.name,
            _short(one.value),
            _rule(one.rule),
            _place(one.begin, one.end),
        )
        for one in seen.fields
    ]


def _outline_title(seen: Inspection) -> str:
    sections, tasks = seen.counts.get("Section", 0), seen.counts.get("Task", 0)
    return f"outline: {sections:,} sections, {tasks:,} tasks"


def _parts(parts: Sequence[Part], depth: int) -> Iterator[Row]:
    for part in parts:
        title = f"{'  ' * depth}{part.number}{' ' if part.number else ''}{part.title}"
        counts = (
            (part.mentions, "mentions"),
            (part.targets, "targets"),
            (part.responsibilities, "responsible"),
        )
        inside = ", ".join(f"{number:,} {name}" for number, name in counts if number)
        yield part.kind, _short(title), inside, _place(part.begin, part.end)
        yield from _parts(part.parts, depth + 1)


def _left_out(seen: Inspection) -> list[Row]:
    return [
        (_rule(one.rule), _short(one.text), _place(one.begin, one.end)) for one in seen.left_out
    ]


def _repair(one: Mended) -> Row:
    words = f"{_short(visible(one.original))} → {_short(visible(one.reading)) or '(nothing)'}"
    return words, _rule(one.rule), _place(one.begin, one.end)


def _tables(seen: Inspection) -> list[Row]:
    return [
        (
            one.kind or "table",
            f"{one.rows} × {one.columns}",
            _short(" | ".join(map(_column, one.head, one.roles or one.head))),
            f"{one.facts:,} facts",
            _place(one.begin, one.end),
        )
        for one in seen.tables
    ]


def _column(head: str, role: str) -> str:
    return head if role in ("", head) else f"{head} ({role})"


def _spots(seen: Inspection) -> Iterator[tuple[str, Sequence[Spot]]]:
    figures = seen.figures
    yield "masked", seen.masked
    consumed = f"{figures.consumed:,} of {figures.total:,} consumed, {figures.share:.0%}"
    yield f"figures that nothing consumed: {consumed}; left", figures.left
    yield "cues of responsibility that gave none", seen.duties
    yield "cues of commitment that gave no target", seen.promises
    yield "titles not read as documents", seen.titles
    yield "agencies not resolved", seen.unresolved


def _spot(spot: Spot) -> Row:
    """Give a place in its sentence, which is shortened on both sides of it."""
    from rich.text import Text

    at = spot.begin - spot.sentence_begin
    before, behind = spot.sentence[:at], spot.sentence[at + spot.end - spot.begin :]
    words = Text.assemble(
        ("…" if len(before) > AROUND else "") + _in_line(before[-AROUND:]),
        (_in_line(spot.text), "bold reverse"),
        _in_line(behind[:AROUND]) + ("…" if len(behind) > AROUND else ""),
    )
    return KINDS.get(spot.kind, spot.kind), words, _place(spot.begin, spot.end)


def _in_line(text: str) -> str:
    """Give a piece of a sentence without what could steer a terminal; its blanks stay."""
    return "".join(char if char.isprintable() else " " for char in text)
