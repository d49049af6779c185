"""kg who: who answers for what."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import WORDS, document_options, opened, print_report, report_options


@click.command()
@click.argument("name", required=False, default="", type=WORDS)
@click.option("--matrix", is_flag=True, help="Tasks × agencies, with the gaps.")
@click.option("--pairs", is_flag=True, help="Agencies that work together; with NAME, its own.")
@click.option("--unowned", is_flag=True, help="Targets and tasks that nobody owns explicitly.")
@click.option("--support-only", is_flag=True, help="Agencies that are never named to lead.")
@document_options
@report_options()
def who(
    name: str,
    matrix: bool,
    pairs: bool,
    unowned: bool,
    support_only: bool,
    region: str,
    document: str,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Show who answers for what: the tasks of an agency, or the agencies of a task.

    NAME is an agency (a name, an alias, part of a name, an IRI or its part below the base) or a
    task (its title, part of it, an IRI). In the matrix L leads, S supports; (L) is inherited from
    the section's heading, [L] implied: nobody is named, so the issuer is taken for it.

    \b
    Examples:
      kg who 青禾县教育局
      kg who 增加学位供给 --region 云陵市
      kg who --matrix --document 青禾县教育局2022年工作要点 -o matrix.xlsx
      kg who 青禾县教育局 --pairs
      kg who --unowned --region 青禾县
    """
    chosen = sum((matrix, pairs, unowned, support_only))
    if chosen > 1 or (name and chosen and not pairs) or not (name or chosen):
        raise click.UsageError(
            "give NAME, or one of --matrix, --pairs (also with NAME), --unowned, --support-only"
        )
    with opened(place) as store:
        if matrix:
            from kg.reports.matrix import matrix as report_matrix

            report = report_matrix(store, region=region, document=document)
        elif pairs:
            from kg.reports.pairs import pairs as report_pairs

            report = report_pairs(store, agency=name, region=region, document=document)
        elif unowned:
            from kg.reports.unowned import unowned as report_unowned

            report = report_unowned(store, region=region, document=document)
        elif support_only:
            from kg.reports.support_only import support_only as report_support_only

            report = report_support_only(store, region=region, document=document)
        else:
            from kg.reports.who import who as report_who

            report = report_who(store, name, region=region, document=document)
    print_report(report, form, output)
