"""kg trace: how documents and programs spread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from kg.commands.options import LEVELS, WORDS, opened, print_report, report_options

if TYPE_CHECKING:
    from kg.reports.report import Report
    from kg.store import Store

# As in kg.reports, which would be slow to import here; a test compares them.
KINDS = ("citation", "title", "adoption", "copy")
_ONLY = "with it, --by is document or passage, and no place is unanswered"
VIEWS = ("document", "place", "level", "year", "passage")


@click.command()
@click.argument("name", required=False, type=WORDS)
@click.option("--up", is_flag=True, help="What the document took up itself.")
@click.option(
    "--by",
    "view",
    type=click.Choice(VIEWS),
    default="document",
    show_default=True,
    help="A row for each document that takes it up, each place, level, year or copied passage.",
)
@click.option("--unanswered", is_flag=True, help="Only the places whose plans say nothing of it.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="Only this way of taking up; can be repeated.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS, case_sensitive=False),
    help="Only documents, or places, of this level of government.",
)
@click.option("--region", type=WORDS, help="Only documents, or places, inside this region.")
@click.option(
    "--since",
    metavar="DATE",
    help="The date of NAME where the store lacks it: 2021, 2021-05, 2021-05-12.",
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(0),
    help="Without NAME: this many documents and programs; 0 for all.",
)
@report_options()
def trace(
    name: str | None,
    up: bool,
    view: str,
    unanswered: bool,
    kinds: tuple[str, ...],
    level: str | None,
    region: str | None,
    since: str | None,
    limit: int,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Trace who took up NAME: a document, held or only cited, or a program.

    NAME is a title or part of it, a 文号, an IRI, or a program's name. Each row is dated and has
    its sentence: a citation, a title built on the title, copied words, a program adopted. Without
    NAME: which documents and programs were taken up most.

    \b
    Examples:
      kg trace
      kg trace 学前教育扩优提质的意见
      kg trace 晨曦护苗行动 --by year
      kg trace 学前教育扩优提质的意见 --unanswered --level County
      kg trace 青禾县推进学前教育扩优提质实施方案 --up
      kg trace 青禾县推进学前教育扩优提质实施方案 --by passage
    """
    _refuse(name, up=up, view=view, unanswered=unanswered, kinds=kinds, since=since or "")
    with opened(place) as store:
        if name is None:
            from kg.reports.uptake import uptake

            report = uptake(store, level=level or "", region=region or "", limit=limit or None)
        elif view == "passage":
            from kg.reports.passages import passages

            where = {"level": level or "", "region": region or ""}
            report = passages(store, name, up=up, since=since or "", **where)
        elif up:
            from kg.reports.origins import origins

            report = origins(store, name, kinds=kinds, since=since or "")
        else:
            view = "unanswered" if unanswered else view
            report = _report(store, name, view, kinds, level or "", region or "", since or "")
    print_report(report, form, output)


def _refuse(name: str | None, *, up: bool, view: str, unanswered: bool, **others: object) -> None:
    """Stop where options were given that say nothing together."""
    if name is None and (up or unanswered or view != "document" or any(others.values())):
        raise click.UsageError("without NAME only --level, --region and --limit have a meaning")
    if up and (unanswered or view not in ("document", "passage")):
        raise click.UsageError(f"--up lists what a document took up: {_ONLY}")
    if view in ("level", "year") and others["since"]:
        raise click.UsageError(f"--since dates NAME, on which --by {view} does not rest")
    if view == "passage" and others["kinds"]:
        raise click.UsageError("--by passage lists copied words: give no --kind")
    if unanswered and view not in ("document", "place"):
        raise click.UsageError(f"--unanswered lists places: give no --by {view}")


def _report(
    store: Store,
    name: str,
    view: str,
    kinds: tuple[str, ...],
    level: str,
    region: str,
    since: str,
) -> Report:
    from kg.reports.adoption import adoption
    from kg.reports.answers import answers
    from kg.reports.trace import trace as trace_name

    if view == "level" or view == "year":
        by: Literal["level", "year"] = "level" if view == "level" else "year"
        return adoption(store, name, by=by, kinds=kinds, level=level, region=region)
    if view == "document":
        return trace_name(store, name, kinds=kinds, level=level, region=region, since=since)
    only = view == "unanswered"
    return answers(
        store, name, kinds=kinds, level=level, region=region, since=since, unanswered=only
    )
