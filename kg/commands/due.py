"""kg due: what is to be done by when."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import (
    REPORT_FORMATS,
    WORDS,
    document_options,
    form_of,
    opened,
    output_file,
    print_report,
    report_options,
)


@click.command()
@click.option("--before", type=WORDS, default="", metavar="DATE", help="Due on or before.")
@click.option("--after", type=WORDS, default="", metavar="DATE", help="Due on or after.")
@click.option(
    "--agency",
    type=WORDS,
    default="",
    metavar="NAME",
    help="What it leads or supports: a name, an alias, part of a name, an IRI.",
)
@document_options
@click.option("--undated", is_flag=True, help="What has no date instead.")
@click.option("--stated", is_flag=True, help="Dates that the text states.")
@click.option("--inherited", is_flag=True, help="Dates of the plan's own year or period.")
@click.option("--recurring", is_flag=True, help="What recurs within the plan's years.")
@report_options("ics")
def due(
    before: str,
    after: str,
    agency: str,
    region: str,
    document: str,
    undated: bool,
    stated: bool,
    inherited: bool,
    recurring: bool,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """List what falls due, the earliest first: targets, and tasks of tables that set a date.

    DATE is 2022, 2022-06 or 2022-06-30, and both ends count. A due month or year means by its
    end: --before 2022-06-30 takes in what is due in 2022-06, but not what is due in 2022, which is
    the end of the year. Inherited dates are those of the plan's own year or period; what recurs is
    due at the end of each interval within it. Of --stated, --inherited and --recurring several
    can be given; none means all. --format ics writes whole-day events for a calendar.

    \b
    Examples:
      kg due --before 2022-06-30 --stated
      kg due --agency 青禾县教育局 --format ics -o due.ics
      kg due --undated --region 云陵市 -o undated.csv
    """
    from kg.reports.due import due as report_due

    asked = {"Stated": stated, "Inherited": inherited, "Recurring": recurring}
    bases = [basis for basis, wanted in asked.items() if wanted]
    if undated and (before or after or bases):
        raise click.UsageError("--undated goes with no date: leave out what chooses dates")
    as_calendar = form_of(form, output, (*REPORT_FORMATS, "ics")) == "ics"
    if undated and as_calendar:
        raise click.UsageError("--undated has no days for a calendar; choose another format")
    with opened(place) as store:
        if as_calendar:
            from kg.reports.calendar import calendar
            from kg.reports.commitments import Choice, dated

            found = dated(store, Choice(region, document, agency), before, after)
            content = calendar(one for one in found if not bases or one.basis in bases)
        else:
            report = report_due(
                store,
                before=before,
                after=after,
                agency=agency,
                region=region,
                document=document,
                bases=bases,
                without_date=undated,
            )
    if as_calendar:
        with output_file(output) as out:
            out.write(content)
    else:
        print_report(report, form, output)
