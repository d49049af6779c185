"""`kg verify`: whether a store is sound."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kg.commands.options import as_json, opened, store_option


@click.command()
@click.option("--accept", is_flag=True, help="Note what the store holds now as what it should.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text")
@store_option
@click.pass_context
def verify(ctx: click.Context, accept: bool, form: str, place: Path) -> None:
    """Find damage that a store can hide; end with exit code 1 where there is some.

    Compares every graph with the manifest that is written with it, Oxigraph's tables with their
    digests, graphs with their union and with the files they came from, and reads corrections and
    the other files of the store. Changes nothing: each line says what to do.

    A store from before there was a manifest gets one by --accept, which trusts what it holds.

    \b
    Examples:
      kg verify
      kg verify --store education --format json
    """
    from kg.store import Store
    from kg.verify import verify as go_through

    if accept:
        with opened(place):
            pass  # raises where there is no store, which would be made
        with Store(place) as store:
            click.echo(f"{place}: the manifest now has {store.accept():,} graphs", err=True)
    found = go_through(place)
    if form == "json":
        click.echo(as_json(asdict(found)))
    else:
        for finding in found.findings:
            click.echo(str(finding))
        state = f"{len(found.findings):,} findings" if found.findings else "sound"
        click.echo(f"{place}: {state}: {found.documents:,} documents, {found.quads:,} quads")
    if found.findings:
        ctx.exit(1)
