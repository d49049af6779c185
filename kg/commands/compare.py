"""`kg compare`: what places promise of an indicator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from kg.commands.options import LEVELS, WORDS, opened, print_report, report_options

# As in kg.reports, which would be slow to import here; a test compares them.
PIVOTS = ("region×year", "region", "year", "none")


class Pivot(click.Choice[str]):
    """A layout; × is hard to type, so x is taken for it."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the name of a layout."""
        return super().convert(WORDS.convert(value, param, ctx).replace("x", "×"), param, ctx)


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add which plans are to be compared."""
    for option in reversed(
        (
            click.option("--region", type=WORDS, default="", metavar="NAME", help="Places in it."),
            click.option(
                "--level",
                type=click.Choice(LEVELS, case_sensitive=False),
                help="Places of this level only.",
            ),
            click.option(
                "--issuer",
                type=WORDS,
                default="",
                metavar="WORDS",
                help="Plans of issuers whose name holds this: 教育局.",
            ),
            click.option(
                "--kind",
                type=WORDS,
                default="",
                metavar="CLASS",
                help="Plans of this class: WorkPlan, Report, ImplementationPlan ….",
            ),
        )
    ):
        command = option(command)
    return command


def promise_options(verdicts: Sequence[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add of which indicator, and which outcomes are to be shown."""
    indicator = click.option(
        "--indicator", type=WORDS, default="", metavar="NAME", help="Only this one, and below it."
    )
    outcome = click.option(
        "--verdict",
        "verdicts",
        multiple=True,
        type=click.Choice(verdicts),
        help="Only what came out so; can be repeated.",
    )
    return lambda command: indicator(outcome(command))


@click.command()
@click.option(
    "--indicator", type=WORDS, required=True, metavar="NAME", help="Its name, or words of it."
)
@click.option("--year", type=click.IntRange(1900, 2200), metavar="YEAR", help="This year only.")
@plan_options
@click.option(
    "--pivot",
    type=Pivot(PIVOTS),
    default=PIVOTS[0],
    show_default=True,
    help="How to lay it out; none gives a row for each target, with all that is known of it.",
)
@report_options()
def compare(
    indicator: str,
    year: int | None,
    region: str,
    level: str | None,
    issuer: str,
    kind: str,
    pivot: str,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Compare what the plans of places promise of an indicator.

    A place whose plan for a year is held and says nothing of it is "silent"; without a plan it is
    "no plan"; a figure that the text hides is "masked". ≥ at least, ≤ at most, ≈ about, + a change,
    "corrected" by hand (kg correct), which may differ from the sentence.

    \b
    Examples:
      kg compare --indicator 新增学位
      kg compare --indicator 新增学位 --year 2022 --region 浙江省 --level County
      kg compare --indicator 学前三年毛入园率 --pivot none -o targets.xlsx
    """
    from kg.reports.compare import compare as report
    from kg.reports.planned import Chosen

    chosen = Chosen(region, level or "", year, issuer, kind)
    with opened(place) as store:
        answer = report(store, indicator, chosen, pivot=pivot)
    print_report(answer, form, output)
