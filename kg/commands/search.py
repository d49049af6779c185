"""kg search: words to the sentences that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import WORDS, opened, print_report, report_options

if TYPE_CHECKING:
    from kg.reports.report import Report, Row
    from kg.search import Document, Found


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("texts", nargs=-1, type=WORDS, metavar="WORD...")
@click.option("--region", "place_name", type=WORDS, default="", metavar="NAME", help="And in it.")
@click.option("--year", type=WORDS, default="", metavar="YEAR", help="2022, or 2021-2023.")
@click.option("--kind", type=WORDS, default="", metavar="NAME", help="工作要点, WorkPlan …")
@click.option("--level", type=WORDS, default="", metavar="NAME", help="省, Province …")
@click.option(
    "--agency", type=WORDS, default="", metavar="NAME", help="That it issued, or that name it."
)
@click.option("--issuer", type=WORDS, default="", metavar="NAME", help="That it issued.")
@click.option(
    "--limit", default=10, show_default=True, type=click.IntRange(1, 10_000), help="Documents."
)
@click.option(
    "--after", default=0, show_default=True, type=click.IntRange(0), help="Leave out the first."
)
@report_options()
def search(
    texts: Sequence[str],
    place_name: str,
    year: str,
    kind: str,
    level: str,
    agency: str,
    issuer: str,
    limit: int,
    after: int,
    form: str | None,
    output: Path,
    place: Path,
) -> None:
    """Find words in the texts, titles and document numbers; the best documents first.

    Documents that have every WORD are found, wherever it stands in them; characters between
    which only a mark or a line's end stands are together. For each the best passages are shown;
    `places` counts where the words stand in the text (of a word up to 5,000).

    \b
    “扩优提质”     these words as one (in a shell: '"扩优 提质"')
    公办 或 民办   one of the two        -小学   none that has it
    title:要点     in the title          year:2021-2023 place:青禾县 kind:通知
                                         level:县 agency:教育局 issuer:教育局

    \b
    Examples:
      kg search 学前教育 学位
      kg search 学前教育 -小学 --region 云陵市 --year 2022
      kg search 学位 --format csv -o places.csv
    """
    from kg.search import Filters
    from kg.search import search as find

    for word in texts:
        if word.startswith("--"):
            raise click.NoSuchOption(word)
    filters = Filters(agency, issuer, place_name, year, kind, level)
    with opened(place) as store:
        found = find(store, " ".join(texts), filters, limit=limit, first=after)
    print_report(_report(found), form, output)


def _report(found: Found) -> Report:
    from kg.reports.report import Report

    return Report(
        name="search",
        title=f"search {found.text}".strip(),
        columns=("document", "number", "date", "region", "places", "section"),
        rows=tuple(row for one in found.documents for row in _rows(one)),
        notes=tuple(_notes(found)),
    )


def _rows(one: Document) -> Iterator[Row]:
    """Yield a row for each passage; one without where only the title has the words."""
    from kg.reports.report import Evidence, Row

    head = (one.title or one.file, one.number, one.issued, one.place, one.found)
    if not one.passages:
        nowhere = Evidence("", one.file, one.source, 0, 0)
        yield Row((*head, ""), (nowhere,))
    for passage in one.passages:
        sentence = f"{'…' * passage.cut_left}{passage.text}{'…' * passage.cut_right}"
        begin, end = passage.place
        evidence = Evidence(sentence, one.file, one.source, begin, end)
        yield Row((*head, passage.heading), (evidence,))


def _notes(found: Found) -> Iterator[str]:
    last = found.first + len(found.documents)
    yield f"{found.total:,} documents" + (
        f"; these are {found.first + 1:,} to {last:,} (--limit, --after)"
        if found.documents and len(found.documents) < found.total
        else ""
    )
    for one in found.names:
        called = f" ({one.called})" if one.called else ""
        yield f"called so: {one.name}{called}, {one.documents:,} documents (kg show)"
    for facet in found.facets:
        if len(facet.counts) > 1:
            shown = [f"{name} {number:,}" for _, name, number in facet.counts[:10]]
            more = len(facet.counts) - len(shown)
            unknown = [f"unknown {facet.unknown:,}"] if facet.unknown else []
            rest = [f"… {more:,} more"] if more else []
            yield f"by {facet.field}: {', '.join([*shown, *rest, *unknown])}"
    yield from (english for _, english in found.notes)
