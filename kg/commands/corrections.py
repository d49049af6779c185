"""kg corrections: what became of each correction."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import opened, print_report, report_options


@click.command()
@report_options()
def corrections(form: str | None, output: Path, place: Path) -> None:
    """List the corrections of the store, and what became of each.

    applied (how often, where), no longer needed (the extractors read it right now), orphaned
    (words or entity are not found any more), unsure, invalid (what is wrong in the line), or
    waiting for the next build.

    \b
    Examples:
      kg corrections
      kg corrections --format csv -o corrections.csv
    """
    from kg.reports.corrections import corrections as report

    with opened(place) as store:
        print_report(report(store), form, output)
