"""`kg import`: RDF files back into a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import store_option

if TYPE_CHECKING:
    from kg.bring import Imported

SHOWN = 5  # predicates that are named


@click.command("import")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--base", help="The base of IRIs, for a store that is made now.")
@click.option("--no-traces", is_flag=True, help="Do not compare texts with each other.")
@click.option(
    "--time-limit",
    default=600.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds that reading one file may take.",
)
@click.option(
    "--memory-limit",
    default=1024,
    show_default=True,
    type=click.IntRange(64),
    help="MB that reading one file may take.",
)
@click.option(
    "--unpack-limit",
    default=4096,
    show_default=True,
    type=click.IntRange(1),
    help="MB that a compressed file may unpack to.",
)
@store_option
@click.pass_context
def import_files(
    ctx: click.Context,
    paths: Sequence[Path],
    base: str | None,
    no_traces: bool,
    time_limit: float,
    memory_limit: int,
    unpack_limit: int,
    place: Path,
) -> None:
    """Take RDF files back into the store: N-Quads, TriG, N-Triples, Turtle, each also as .gz.

    Each graph named like a source replaces the document that the store holds of it. A file
    without graphs (Turtle, N-Triples) must be of one document, as kg export --document writes
    it. Traces are computed anew, an ontology is taken only where the store has none. Of a file
    that is broken, or too large for its limits, nothing goes in.

    \b
    Examples:
      kg export --format nquads -o all.nq && kg import all.nq --store copy
      kg import plan-2023.ttl corpus.nq.gz
    """
    from kg import traces
    from kg.bring import bring
    from kg.store import Store
    from kg.workers import MEGABYTE, Limits

    limits = Limits(time_limit, memory_limit * MEGABYTE)
    with Store(place, base=base) as store:
        done = bring(paths, store, limits=limits, unpacked=unpack_limit * MEGABYTE)
        if done.documents:
            (traces.clear if no_traces else traces.update)(store)
    _tell(done)
    if done.refused:
        ctx.exit(1)


def _tell(done: Imported) -> None:
    for refused in done.refused:
        click.echo(f"{refused.path}: {refused.reason}; nothing of it was taken", err=True)
    for what, number in done.left_out:
        click.echo(f"left out: {number:,} triples of {what}", err=True)
    if done.strange:
        names = ", ".join(name for name, _ in done.strange[:SHOWN])
        total = sum(number for _, number in done.strange)
        click.echo(f"taken, but of no vocabulary known here: {total:,} triples ({names})", err=True)
    replaced = f", {done.replaced:,} of them replaced" if done.replaced else ""
    click.echo(f"{done.documents:,} documents{replaced}; {done.triples:,} triples")
