"""kg ask: a question in Chinese, answered from the graph."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import WORDS, form_of, opened, print_report, report_options


@click.command()
@click.argument("question", type=WORDS)
@click.option("--sparql", is_flag=True, help="Show only the query that the question becomes.")
@click.option(
    "--today",
    default="",
    metavar="DATE",
    help="The day on which it is asked, as 2022-03-01: for 去年, 今年, 明年.",
)
@report_options()
def ask(
    question: str, sparql: bool, today: str, form: str | None, output: Path, place: Path
) -> None:
    """Answer a QUESTION in Chinese, with the sentences and the SPARQL that gave them.

    Years, places, levels, dates and figures may stand anywhere in it. What no template fits is
    said, with the nearest questions; so is a name that may mean several things.

    \b
    Examples:
      kg ask 2022年哪些县提出新增学位目标？
      kg ask 云陵市教育局牵头哪些任务 -o tasks.xlsx
      kg ask 去年云陵市的新增学位目标是多少 --today 2023-03-01
      kg ask 青禾县2022年有哪些目标 --sparql | kg query --file -
    """
    from kg.ask import ask as answer_question

    with opened(place) as store:
        answer = answer_question(store, question, check_day(today))
    if sparql:
        click.echo(answer.sparql, nl=False)
        return
    print_report(answer.report, form, output)
    if form_of(form, output) == "table" and str(output) == "-":
        click.echo(f"\nSPARQL:\n{answer.sparql}", nl=False)


def check_day(text: str) -> str:
    """Check a date; an empty text is none."""
    import datetime

    try:
        return datetime.date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no date: write 2022-03-01", param_hint="'--today'"
        ) from error
