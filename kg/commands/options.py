"""What commands share: options, opening a store, writing a report.

Heavy libraries are imported inside the functions, so that help comes at once.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kg.reports.report import Report
    from kg.store import Store

# As in kg.reports.holdings and (with the page) kg.reports.write, which would be slow to import;
# tests compare them.
LEVELS = ("Country", "Province", "Prefecture", "County", "Township")
REPORT_FORMATS = ("table", "csv", "json", "markdown", "xlsx", "html")
MOST_ROWS = 1_000  # that a terminal is given
_DOCUMENTS = "kg.documents"  # where a command's context keeps the folder of pages
_SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
    ".xlsx": "xlsx",
    ".ics": "ics",
    ".html": "html",
}


class Words(click.ParamType[str]):
    """A name or a query, in UTF-8 whatever the locale says."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Undo what Python makes of bytes that its locale does not know."""
        if value.isascii() or all(not "\ud800" <= character <= "\udfff" for character in value):
            return value
        return os.fsencode(value).decode("utf-8", "replace")


WORDS = Words()

store_option = click.option(
    "--store",
    "place",
    default="kg-store",
    show_default=True,
    envvar="KG_STORE",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The directory that holds the graph.",
)


@contextmanager
def opened(place: Path) -> Iterator[Store]:
    """Open a store to read it; nothing is lost when the process is killed meanwhile."""
    from kg.commands.inside import given_store
    from kg.store import Store

    given = given_store()
    if given is not None:
        yield given
        return
    # Oxigraph cannot be stopped in a long query: Ctrl-C must end the process itself.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        with Store(place, read_only=True, checked=True) as store:
            stopped = len(store.unsettled())
            if stopped:
                left = (
                    f"a writer was stopped at {stopped:,} graphs; the next kg build puts it right"
                )
                click.echo(f"{place}: {left}", err=True)
            yield store
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def output_file(path: Path) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from kg.export import replacing

    with replacing(path) as file:
        yield file


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def document_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add of which documents: of a place, or of a name."""
    for option in (
        click.option(
            "--document",
            type=WORDS,
            default="",
            metavar="NAME",
            help="Documents of this title, or part of one, file name or IRI.",
        ),
        click.option(
            "--region",
            type=WORDS,
            default="",
            metavar="NAME",
            help="Documents of this place and of those in it.",
        ),
    ):
        command = option(command)
    return command


def report_options(*more: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add how and where a report is written, and the store; `more` are formats of its own."""
    formats = (*REPORT_FORMATS, *more)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(
            (
                click.option(
                    "--format",
                    "form",
                    type=click.Choice(formats),
                    help="How to write it.  [default: by the name of the output, else table]",
                ),
                click.option(
                    "-o",
                    "--output",
                    default="-",
                    show_default=True,
                    type=click.Path(path_type=Path, allow_dash=True),
                    help="The file to write; - is the standard output.",
                ),
                click.option(
                    "--documents",
                    type=click.Path(exists=True, file_okay=False, path_type=Path),
                    callback=_keep_documents,
                    expose_value=False,
                    help="For html: a folder of pages from kg inspect, to which sentences link.",
                ),
                store_option,
            )
        ):
            command = option(command)
        return command

    return decorate


def _keep_documents(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    ctx.meta[_DOCUMENTS] = folder


def form_of(form: str | None, output: Path, allowed: Sequence[str] = REPORT_FORMATS) -> str:
    """Give the format that was asked for, or that the output's name says."""
    named = _SUFFIXES.get(output.suffix.lower(), "table")
    return form or (named if named in allowed else "table")


def print_report(report: Report, form: str | None, output: Path) -> None:
    """Write a report where the user wants it."""
    from kg.commands.inside import kept
    from kg.reports.write import write

    if kept(report):
        return
    chosen = form_of(form, output)
    if chosen == "xlsx" and str(output) == "-" and sys.stdout.isatty():
        raise click.UsageError("a workbook needs a file: -o report.xlsx")
    on_terminal = str(output) == "-" and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if on_terminal else None
    if on_terminal and chosen == "table":
        report = first_rows(report)
    with output_file(output) as out:
        if chosen == "html":
            out.write(_page(report, output).encode())
        else:
            write(report, chosen, out, width=width)


def first_rows(report: Report) -> Report:
    """Cut a report to what a person looks through; laying out 10,000 rows would take 10 s."""
    left = len(report.rows) - MOST_ROWS
    if left <= 0:
        return report
    note = f"… and {left:,} more rows; -o report.csv writes all."
    return replace(report, rows=report.rows[:MOST_ROWS], notes=(note, *report.notes))


def _page(report: Report, output: Path) -> str:
    from kg.render.report import render_report

    folder = click.get_current_context().meta.get(_DOCUMENTS)
    return render_report(report, pages_in(folder, output) if folder is not None else {})


def pages_in(folder: Path, output: Path) -> dict[str, str]:
    """Give the pages of a folder by the source that they show, as the output would link to them."""
    from urllib.parse import quote

    start = Path() if output == Path("-") else output.parent
    below = Path(os.path.relpath(folder, start)).as_posix()
    return {page.stem: quote(f"{below}/{page.name}") for page in sorted(folder.glob("*.html"))}
