"""`kg serve`: the store as pages on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from kg.commands.options import store_option


@click.command()
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes a free one.",
)
@click.option("--allow-upload", is_flag=True, help="Let files be added to the store.")
@store_option
def serve(port: int, allow_upload: bool, place: Path) -> None:
    """Show the store as pages on http://127.0.0.1, for this machine only.

    \b
    Example:
      kg serve --store kg-store --port 8000
    """
    import uvicorn

    from kg.serve.app import Options, make_app

    app = make_app(place, Options(upload=allow_upload))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
