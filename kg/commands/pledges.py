"""`kg pledges`: what became of promises in the next plan."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.compare import plan_options, promise_options
from kg.commands.options import opened, print_report, report_options

# As in kg.reports.pledges, which would be slow to import here; a test compares them.
VERDICTS = (
    "raised",
    "lowered",
    "repeated",
    "slipped",
    "dropped",
    "new",
    "unclear",
    "not comparable",
)


@click.command()
@promise_options(VERDICTS)
@plan_options
@report_options()
def pledges(
    indicator: str,
    verdicts: tuple[str, ...],
    region: str,
    level: str | None,
    issuer: str,
    kind: str,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Tell what became of promises in the next plan of the same place and issuer.

    Raised, lowered, repeated, dropped or new; and deadlines that slip. A figure that rises may be
    stricter (at least) or looser (at most): the remarks say which, where the words tell.

    \b
    Examples:
      kg pledges --region 青禾县
      kg pledges --indicator 新增学位 --verdict dropped --verdict lowered
    """
    from kg.reports.planned import Chosen
    from kg.reports.pledges import pledges as report

    chosen = Chosen(region, level or "", None, issuer, kind)
    with opened(place) as store:
        answer = report(store, chosen, indicator=indicator, verdicts=verdicts)
    print_report(answer, form, output)
