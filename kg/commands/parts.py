"""`kg parts`: documents to partitioned N-Quads, on this machine or on many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.engines import engine_options
from kg.commands.progress import near, progress
from kg.commands.reading import column_options, columns_of, reading_options

if TYPE_CHECKING:
    from kg.cluster.making import Made

SHOWN = 20  # files that were left out


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out",
    "place",
    required=True,
    metavar="PLACE",
    help="The folder to write to: a path, or an address (s3://bucket/folder).",
)
@engine_options
@click.option(
    "--jobs",
    "-j",
    default=1,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Parts that this machine writes at the same time; a dask worker writes one per thread.",
)
@click.option("--base", metavar="IRI", help="What IRIs begin with, as in the store to be.")
@click.option(
    "--documents",
    "usual",
    default=64,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="About how many documents a part has.",
)
@click.option(
    "--no-traces",
    is_flag=True,
    help="Do not look across documents: kg load then compares texts where it runs, and no names "
    "are counted.",
)
@reading_options
@column_options
@click.pass_context
def parts(
    ctx: click.Context,
    /,
    inputs: Sequence[str],
    place: str,
    engine_name: str,
    scheduler: str,
    jobs: int,
    base: str | None,
    usual: int,
    no_traces: bool,
    simplify: bool,
    time_limit: float,
    memory_limit: int,
    unpack_limit: int,
    **columns: str,
) -> None:
    """Read documents into parts that kg load brings into a store: on one machine or on many.

    What can be read is what kg build reads, and addresses that fsspec knows (s3://, gs://,
    hdfs://). Written are compressed N-Quads with a manifest, the same bytes whatever the engine:
    a part whose worker died is written again, one that is there is kept, so after a stop the same
    command goes on. Needs pip install 'policy-kg[cluster]' for dask and addresses.

    \b
    Examples:
      kg parts documents/ --out parts/ --jobs 2
      kg parts documents/ --out /shared/parts --engine dask --scheduler tcp://node1:8786
      kg parts s3://papers/2023/ --out s3://papers-kg/2023 --engine dask
    """
    from kg import pipeline
    from kg.build import default_extractor
    from kg.cluster.engines import engine
    from kg.cluster.making import make_parts
    from kg.inputs import Intake
    from kg.models import ReadOptions
    from kg.read.columns import Columns
    from kg.workers import MEGABYTE, Limits

    base = base or pipeline.DEFAULT_BASE
    options = ReadOptions(simplify, unpack_limit * MEGABYTE)
    debug = bool(ctx.find_root().params.get("debug"))
    with engine(engine_name, scheduler, jobs) as chosen, progress(debug=debug) as report:
        made = make_parts(
            inputs,
            place,
            chosen,
            default_extractor(base, options),
            version_here=partial(pipeline.version_for, options),
            base=base,
            options={"simplify": simplify, "max_expanded": options.max_expanded},
            intake=Intake(Columns(**columns_of(columns)), options.max_expanded),
            limits=Limits(time_limit, memory_limit * MEGABYTE),
            usual=usual,
            compare=not no_traces,
            report=report,
        )
    _tell(made, place)
    if made.skipped:
        ctx.exit(1)


def _tell(made: Made, place: str) -> None:
    from kg.results import printable, table

    for one in made.skipped[:SHOWN]:
        click.echo(f"skipped {printable(near(one.path))}: {printable(one.reason)}", err=True)
    if len(made.skipped) > SHOWN:
        rest = len(made.skipped) - SHOWN
        click.echo(f"… and {rest:,} more: see the .jsonl files and manifest.json", err=True)
    written, names = made.manifest.parts, made.manifest.names
    rows = [
        ["parts", f"{len(written):,}"],
        ["documents", f"{sum(one.documents - one.skipped for one in written):,}"],
        ["quads", f"{sum(one.triples for one in written):,}"],
        ["bytes", f"{sum(one.quads.size for one in written):,}"],
        ["files skipped", f"{len(made.skipped):,}"],
        *([["names of several entities", names.name]] if names and names.size else []),
        *([f"files not read: {suffix}", f"{n:,}"] for suffix, n in made.manifest.unread),
        ["seconds", f"{made.seconds:.1f}"],
    ]
    shown = place if "://" in place else str(Path(place))
    click.echo(table(["written", shown], rows, None), nl=False)
