"""`kg serve`: the store as pages on this machine."""

from __future__ import annotations

import os
import signal
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import store_option
from kg.errors import KgError

if TYPE_CHECKING:
    from types import FrameType

    from starlette.applications import Starlette

HOST = "127.0.0.1"
_WAITING = 64  # connections that may wait to be answered


@click.command()
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0 takes a free one.",
)
@click.option("--open", "show", is_flag=True, help="Open the pages in the browser.")
@click.option("--allow-upload", is_flag=True, help="Let files be added to the store.")
@store_option
def serve(port: int, show: bool, allow_upload: bool, place: Path) -> None:
    """Show the store as pages on http://127.0.0.1, for this machine only.

    Documents, agencies, programmes, targets and regions, each fact with its sentence; every
    entity's page is also Turtle, JSON-LD and N-Triples. Ctrl-C ends it.

    \b
    Examples:
      kg serve
      kg serve --store kg-store --port 8080 --open
    """
    try:
        from kg.serve.app import Options, make_app
    except ModuleNotFoundError as error:
        raise KgError(
            f"kg serve needs {error.name}; run: pip install 'policy-kg[serve]'"
        ) from error
    app = make_app(place, Options(upload=allow_upload))
    with _listening(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/"
        click.echo(f"{address}  (Ctrl-C ends it)")
        if show:
            # Connections wait in the listening socket until the server takes them.
            threading.Thread(target=click.launch, args=(address,), daemon=True).start()
        _run(app, listener)


def _listening(port: int) -> socket.socket:
    """Return a socket that listens on this machine alone."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        raise KgError(f"port {port}: {error.strerror}; try another: --port 0") from error
    return listener


def _run(app: Starlette, listener: socket.socket) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """Ends at once, unless the store is being changed."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """End the process without waiting for whoever still reads, or for a query."""
            if app.state.holding.is_changing:
                super().handle_exit(sig, frame)
            else:
                os._exit(0 if sig == signal.SIGINT else 128 + sig)

    config = uvicorn.Config(app, log_level="warning", server_header=False, date_header=False)
    Server(config).run(sockets=[listener])
