"""`kg cascade`: targets of places against those of the places above them."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.compare import plan_options, promise_options
from kg.commands.options import opened, print_report, report_options

# As in kg.reports.cascade, which would be slow to import here; a test compares them.
VERDICTS = ("stricter", "equal", "looser", "silent", "not comparable")


@click.command()
@click.option("--year", type=click.IntRange(1900, 2200), metavar="YEAR", help="Plans for it only.")
@promise_options(VERDICTS)
@plan_options
@report_options()
def cascade(
    indicator: str,
    year: int | None,
    verdicts: tuple[str, ...],
    region: str,
    level: str | None,
    issuer: str,
    kind: str,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Compare the targets of places with those of the city and province above them.

    Stricter, equal, looser, silent (a plan for that year is held and says nothing of it), or not
    comparable, with the reason. Rates, growth, figures for each and deadlines compare; counts do
    not, because a province is larger than a county.

    \b
    Examples:
      kg cascade --region 青禾县
      kg cascade --indicator 学前三年毛入园率 --verdict looser --verdict silent
    """
    from kg.reports.cascade import cascade as report
    from kg.reports.planned import Chosen

    chosen = Chosen(region, level or "", year, issuer, kind)
    with opened(place) as store:
        answer = report(store, chosen, indicator=indicator, verdicts=verdicts)
    print_report(answer, form, output)
