"""kg missing: what is cited and not held."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import LEVELS, WORDS, opened, print_report, report_options


@click.command()
@click.option(
    "--level",
    type=click.Choice(LEVELS, case_sensitive=False),
    help="Only what documents of this level of government cite.",
)
@click.option("--region", type=WORDS, help="Only what documents inside this region cite.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(0), help="Rows; 0 for all."
)
@report_options()
def missing(
    level: str | None,
    region: str | None,
    limit: int,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """List documents that are cited and not held, the most cited first.

    How they are cited (how many documents carry them out, plan to issue them …), by whom, with a
    sentence. `perhaps_in` names a held notice that may contain the document.

    \b
    Examples:
      kg missing
      kg missing --region 云陵市 --limit 0 -o missing.csv
    """
    from kg.reports.missing import missing as missing_documents

    with opened(place) as store:
        report = missing_documents(
            store, level=level or "", region=region or "", limit=limit or None
        )
    print_report(report, form, output)
