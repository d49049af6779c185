"""`kg check`: what is wrong inside documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kg.commands.options import WORDS, opened, print_report, report_options

# As in kg.reports.check, which would be slow to import here; a test compares them.
KINDS = ("sum", "conflict", "duplicate", "recurrence", "percent", "range", "date", "period", "year")


@click.command()
@click.argument("names", nargs=-1, type=WORDS, metavar="[DOCUMENT]...")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    help="What to look for, several times for several.  [default: everything]",
)
@click.option("--all", "right", is_flag=True, help="Show the sums that are right too.")
@click.option("--fail", is_flag=True, help="End with exit code 1 where there is an error.")
@report_options()
@click.pass_context
def check(
    ctx: click.Context,
    names: Sequence[str],
    kinds: Sequence[str],
    right: bool,
    fail: bool,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Look for what is wrong inside documents: all, or those named by file, title or IRI.

    Totals against their parts, conflicting figures, what is stated twice, shares over 100 %,
    ranges upside down, due dates before the document or its years, numbers of another year.
    An error cannot be right; a warning most likely is not; a notice is worth knowing.

    \b
    Examples:
      kg check
      kg check plan-2023.txt --all
      kg check --kind sum --kind conflict -o findings.xlsx
      kg check draft.txt --fail
    """
    from kg.reports.check import check as check_documents

    with opened(place) as store:
        report = check_documents(store, names, kinds, right=right)
    print_report(report, form, output)
    if fail and any(row.values[0] == "error" for row in report.rows):
        ctx.exit(1)
