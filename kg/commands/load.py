"""`kg load`: the parts that `kg parts` wrote into a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import store_option
from kg.commands.progress import progress

if TYPE_CHECKING:
    from kg.build import Extractor
    from kg.cluster.manifest import Manifest


@click.command()
@click.argument("parts", metavar="PLACE")
@store_option
@click.option(
    "--no-traces",
    is_flag=True,
    help="Do not compare texts with each other; what was found so far is taken out.",
)
@click.pass_context
def load(ctx: click.Context, parts: str, place: Path, no_traces: bool) -> None:
    """Load parts that kg parts wrote; the store is then as kg build makes it of the same files.

    PLACE is a folder or an address (s3://bucket/folder). What the store holds already stays; a
    later kg build of the same files reads nothing anew. A part that is damaged or missing is
    named and nothing of it goes in. Stopped, the same command goes on.

    \b
    Example:
      kg parts documents/ --out parts/ && kg load parts/ --store kg-store
    """
    from kg.cluster.loading import load as load_parts
    from kg.cluster.loading import open_manifest
    from kg.store import Store

    debug = bool(ctx.find_root().params.get("debug"))
    base = open_manifest(parts).base
    with Store(place, base=base) as store, progress(debug=debug) as report:
        done = load_parts(parts, store, _extractor, compare=not no_traces, report=report)
    for one in done.damaged:
        click.echo(f"{one.name}: {one.problem}", err=True)
    counts = done.report
    click.echo(
        f"{counts.ok + counts.repaired:,} documents loaded, {counts.replaced:,} of them replaced; "
        f"{counts.unchanged:,} unchanged; {len(counts.skipped):,} files skipped; "
        f"{counts.quads:,} quads in {place}; {counts.seconds:.1f} s"
    )
    if done.damaged:
        ctx.exit(1)


def _extractor(manifest: Manifest) -> Extractor:
    from kg.build import default_extractor
    from kg.models import ReadOptions

    return default_extractor(manifest.base, ReadOptions(**manifest.options))
