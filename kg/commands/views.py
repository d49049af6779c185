"""`kg render --view`: pictures other than the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from kg.commands.options import WORDS, opened, output_file, pages_in

# Which of its options each view takes. As in kg.render.views, which would be slow to import here;
# a test compares them.
VIEW_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "indicators": ("indicator", "region", "issuer", "year"),
    "duties": ("document", "region", "issuer", "year"),
    "timeline": ("program", "document", "region", "issuer", "year"),
    "regions": ("indicator", "region", "issuer", "year"),
}
# What each shows, for the help of the command.
_SHOWS = {
    "indicators": "what each place promises, as a heat table",
    "duties": "who leads and who supports",
    "timeline": "who took up a program, by level and date",
    "regions": "the places, coloured by a figure",
}
VIEWS_TOLD = "\b\nViews, and what each takes:\n" + "\n".join(
    f"  {name:<12} {_SHOWS.get(name, '')}: {' '.join(f'--{one}' for one in names)}"
    for name, names in VIEW_OPTIONS.items()
)
_OF_THE_GRAPH = ("about", "depth", "types", "limit")
_CHOICES = (
    click.option(
        "--view",
        type=click.Choice(tuple(VIEW_OPTIONS)),
        help="A picture instead of the graph; the options below are for views.",
    ),
    click.option("--indicator", type=WORDS, metavar="NAME", help="This one, and what is below it."),
    click.option("--program", type=WORDS, metavar="NAME", help="This program."),
    click.option("--region", type=WORDS, metavar="NAME", help="Places in this one."),
    click.option("--issuer", type=WORDS, metavar="WORDS", help="Issuers whose name holds this."),
    click.option("--year", type=click.IntRange(1900, 2200), metavar="YEAR", help="This year only."),
    click.option(
        "--document", type=WORDS, metavar="NAME", help="Of this title, or part of one, file or IRI."
    ),
)


def view_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which view is wanted, and of what."""
    for option in reversed(_CHOICES):
        command = option(command)
    return command


def write_view(
    ctx: click.Context,
    view: str,
    wanted: Mapping[str, Any],
    output: Path,
    documents: Path | None,
    place: Path,
) -> None:
    """Write the page of a view; without a name for it, as VIEW.html."""
    from kg.render.view import render_view
    from kg.render.views import Wanted

    chosen = {name: value for name, value in wanted.items() if value is not None}
    _require_own(ctx, view, chosen)
    if ctx.get_parameter_source("output") is ParameterSource.DEFAULT:
        output = Path(f"{view}.html")
    pages = pages_in(documents, output) if documents is not None else {}
    with opened(place) as store:
        page = render_view(store, view, Wanted(**chosen), pages)
    with output_file(output) as out:
        out.write(page.encode())


def require_view(wanted: Mapping[str, Any]) -> None:
    """Raise UsageError where the graph is asked for with an option of views."""
    given = [name for name, value in wanted.items() if value is not None]
    if given:
        views = [view for view, names in VIEW_OPTIONS.items() if given[0] in names]
        raise click.UsageError(f"--{given[0]} is for a view: --view {' or '.join(views)}".rstrip())


def _require_own(ctx: click.Context, view: str, chosen: Mapping[str, Any]) -> None:
    taken = VIEW_OPTIONS[view]
    wrong = [name for name in chosen if name not in taken]
    wrong += [
        "type" if name == "types" else name
        for name in _OF_THE_GRAPH
        if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if wrong:
        known = ", ".join(f"--{name}" for name in taken)
        raise click.UsageError(f"--{wrong[0]} is not for --view {view}, which takes {known}")
