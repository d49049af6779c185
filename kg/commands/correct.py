"""kg correct: note what somebody knows better than the extractors."""

from __future__ import annotations

import datetime
import getpass
from pathlib import Path

import click

from kg.commands.options import WORDS, opened, store_option

ACTIONS = ("same", "different", "unsure", "kind", "not", "missing", "value")


@click.command()
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("what", type=WORDS)
@click.argument("value", type=WORDS, default="")
@click.option("--document", type=WORDS, default="", metavar="NAME", help="Only in this document.")
@click.option("--quote", type=WORDS, default="", metavar="WORDS", help="The words it is about.")
@click.option(
    "--context", type=WORDS, default="", metavar="WORDS", help="Longer words around the quote."
)
@click.option("--occurrence", type=click.IntRange(1), help="Which of several equal places, from 1.")
@click.option(
    "--who",
    type=WORDS,
    envvar="KG_WHO",
    show_envvar=True,
    help="Who says so.  [default: the name of the login]",
)
@click.option("--when", type=WORDS, help="On which day.  [default: today]")
@click.option("--why", type=WORDS, default="", help="On what grounds.")
@store_option
def correct(
    action: str,
    what: str,
    value: str,
    document: str,
    quote: str,
    context: str,
    occurrence: int | None,
    who: str | None,
    when: str | None,
    why: str,
    place: Path,
) -> None:
    """Note a correction in the store's corrections.tsv; the next `kg build` applies it.

    \b
    same A B        A is B; the name of B stays (with --document: also words as written)
    different A B   the words A do not mean B
    unsure A B      A may be B: listed, nothing is changed
    kind X CLASS    X is of another class: Platform, GovernmentBody, Notice …
    not X           X is none; not target|responsibility|citation|deadline|mention
                    with --document and --quote takes out what was read there
    missing WHAT VALUE   a target, responsibility, citation, deadline, or a class and the
                         name of what is named there; with --document and --quote
    value WHAT VALUE     other fields of what was read there: 'value=600; unit=个'

    An entity is called by its name or its path (agency/青禾县教育局). The file can be edited
    by hand; `kg corrections` tells what became of each line.

    \b
    Examples:
      kg correct same 青禾县卫健局 青禾县卫生健康局 --why 简称
      kg correct kind 云陵智慧教育平台 Platform
      kg correct not program/开展活动
      kg correct value target 'value=600' --document plan.txt --quote 新增学位500个
      kg correct missing responsibility 'agency=青禾县财政局; role=Support' \\
         --document plan.txt --quote 县财政局
    """
    from kg import amend
    from kg.results import printable

    cells = {
        "action": action,
        "what": what,
        "value": value,
        "document": document,
        "quote": quote,
        "context": context,
        "occurrence": str(occurrence or ""),
        "who": getpass.getuser() if who is None else who,
        "when": when or datetime.date.today().isoformat(),
        "why": why,
    }
    with opened(place) as store:
        found = amend.plan(store, {name: " ".join(cell.split()) for name, cell in cells.items()})
        line = amend.append(store, found.correction)
    click.echo(f"{place / 'corrections.tsv'}: line {line}")
    click.echo(f"at the next build: {printable(found.consequence)}")
