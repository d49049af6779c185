"""`kg push`: the graphs to a SPARQL server."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import opened, store_option


@click.command()
@click.argument("address", metavar="ENDPOINT")
@click.option("--update", is_flag=True, help="ENDPOINT takes SPARQL Update, in parts of 1 MB.")
@click.option("--all", "everything", is_flag=True, help="Send also what the server took before.")
@click.option(
    "--token",
    envvar="KG_PUSH_TOKEN",
    show_envvar=True,
    default="",
    help="Sent as Authorization: Bearer. Better in the environment, where others do not see it.",
)
@click.option(
    "--user",
    envvar="KG_PUSH_USER",
    show_envvar=True,
    default="",
    metavar="NAME:PASSWORD",
    help="Sent as Authorization: Basic.",
)
@click.option(
    "--timeout",
    default=120.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Seconds that one answer may take.",
)
@store_option
def push(
    address: str,
    update: bool,
    everything: bool,
    token: str,
    user: str,
    timeout: float,
    place: Path,
) -> None:
    """Send the graphs to a server by the SPARQL 1.1 Graph Store Protocol, or by SPARQL Update.

    Each graph replaces the server's of that name; its other graphs are left alone. What was
    taken is noted in the store's directory: a push that was stopped goes on, the next one sends
    only what has changed, and takes out what has gone. After the server lost it: --all.

    \b
    Examples:
      kg push http://localhost:7878/store
      kg push --update https://example.org/policies/update
    """
    from kg.push import Endpoint
    from kg.push import push as send

    endpoint = Endpoint(address, update, token, user, timeout)
    with opened(place) as store:
        done = send(store, endpoint, everything=everything)
    click.echo(f"{done.sent:,} graphs sent, {done.unchanged:,} unchanged, {done.removed:,} removed")
