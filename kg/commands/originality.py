"""`kg originality`: what documents are made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kg.commands.options import WORDS, opened, print_report, report_options

# As in kg.reports.originality, which would be slow to import here; a test compares them.
SORTS = ("document", "issued", "length", "formula", "shared", "own", "concrete")


@click.command()
@click.argument("names", nargs=-1, type=WORDS, metavar="[DOCUMENT]...")
@click.option("--sections", is_flag=True, help="Show each section of the documents too.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="document",
    show_default=True,
    help="By what to sort; figures from the highest down.",
)
@report_options()
def originality(
    names: Sequence[str],
    sections: bool,
    sort: str,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Tell what documents are made of: set formulas, words of others, their own, concrete ones.

    In per cent of the characters: what is set formula, what is shared with earlier or upper
    documents, what is neither, and what stands in sentences with a target, an owner or a due
    date. Counted when the store is built. Documents are named by file, title or IRI.

    \b
    Examples:
      kg originality --sort own
      kg originality plan-2023.txt --sections
      kg originality -o originality.xlsx
    """
    from kg.reports.originality import originality as tell

    with opened(place) as store:
        report = tell(store, names, sections=sections, sort=sort)
    print_report(report, form, output)
