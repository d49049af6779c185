"""`kg serve`: the store as pages and as a SPARQL endpoint, on this machine or for others."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.commands.options import store_option
from kg.errors import KgError, StoreError

if TYPE_CHECKING:
    from types import FrameType

    from starlette.applications import Starlette

    from kg.serve.app import Options

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
@click.option(
    "--allow-update",
    is_flag=True,
    help="Let the graphs be changed by SPARQL, by who sends the token in KG_TOKEN.",
)
@click.option(
    "--update-seconds",
    default=60.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help="How long one update may take.",
)
@click.option(
    "--query-seconds",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0.1),
    help="How long one SPARQL query may take.",
)
@click.option(
    "--query-memory",
    default=1024,
    show_default=True,
    type=click.IntRange(16),
    metavar="MB",
    help="What one SPARQL query may need.",
)
@click.option(
    "--query-rows",
    default=100_000,
    show_default=True,
    type=click.IntRange(1),
    help="Rows or triples that one answer may have.",
)
@click.option(
    "--query-size",
    default=50,
    show_default=True,
    type=click.IntRange(1),
    metavar="MB",
    help="How large one answer may be.",
)
@click.option("--host", default=HOST, show_default=True, help="The address to listen on.")
@click.option(
    "--allow-remote", is_flag=True, help="Let other machines in, with the token in KG_TOKEN."
)
@click.option(
    "--name", "names", multiple=True, help="A name by which others ask, as behind a TLS proxy."
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site of which the pages may ask SPARQL; * for all, to read only.",
)
@click.option("--no-check", is_flag=True, help="Serve the store even if it is damaged.")
@store_option
def serve(
    port: int,
    show: bool,
    allow_upload: bool,
    allow_update: bool,
    update_seconds: float,
    query_seconds: float,
    query_memory: int,
    query_rows: int,
    query_size: int,
    host: str,
    allow_remote: bool,
    names: tuple[str, ...],
    origins: tuple[str, ...],
    no_check: bool,
    place: Path,
) -> None:
    """Show the store as pages on http://127.0.0.1, for this machine only.

    Documents, agencies, programmes, targets and regions, each fact with its sentence; every
    entity's page is also Turtle, JSON-LD and N-Triples. SPARQL is asked at /sparql. Ctrl-C ends it.

    \b
    Examples:
      kg serve
      kg serve --store kg-store --port 8080 --open
      KG_TOKEN=$(openssl rand -hex 16) kg serve --allow-update
    """
    try:
        import uvicorn  # noqa: F401  # what is missing is said before anything is opened

        from kg.endpoint.limits import MEGABYTE, QueryLimits
        from kg.endpoint.updates import UpdateLimits
        from kg.serve.app import Options, make_app
    except ModuleNotFoundError as error:
        raise KgError(
            f"kg serve needs {error.name}; run: pip install 'policy-kg[serve]'"
        ) from error
    options = Options(
        upload=allow_upload,
        update=allow_update,
        token=_token(host, allow_update, allow_remote, names),
        host=host,
        names=_names(names),
        cors=_origins(origins),
        limits=QueryLimits(
            query_seconds, query_memory * MEGABYTE, query_rows, query_size * MEGABYTE
        ),
        updates=UpdateLimits(seconds=update_seconds),
    )
    _check_together(options)
    if not no_check:
        _check(place)
    with ExitStack() as last:
        listener = last.enter_context(_listening(host, port))
        app = make_app(place, options)
        last.enter_context(closing(app.state.holding))
        if app.state.changes is not None:
            last.callback(app.state.changes.close)
        address = _address(listener)
        click.echo(f"{address}  (Ctrl-C ends it)")
        if show:
            # Connections wait in the listening socket until the server takes them.
            threading.Thread(target=click.launch, args=(address,), daemon=True).start()
        _run(app, listener)


# -- who may ask what ------------------------------------------------------------------------------


def _token(host: str, update: bool, remote: bool, names: tuple[str, ...]) -> str:
    """Return the token of the environment, where it is needed; raises KgError."""
    from kg.serve.access import VARIABLE, check_token, is_loopback

    if not is_loopback(host) and not remote:
        raise KgError(
            f"--host {host}: other machines could reach the store; if they are to: "
            f"--allow-remote, with a secret in {VARIABLE}"
        )
    token = os.environ.get(VARIABLE, "")
    purposes = {
        "--allow-update": update,
        f"--host {host}": not is_loopback(host),
        "--name": bool(names),
    }
    for purpose in (one for one, wanted in purposes.items() if wanted):
        check_token(token, purpose)
    return token if any(purposes.values()) else ""


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    from kg.serve.access import check_name

    return tuple(check_name(one) for one in names)


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    from kg.serve.access import check_origin

    return tuple(check_origin(one) for one in origins)


def _check_together(options: Options) -> None:
    if options.upload and options.update:
        raise KgError(
            "--allow-upload: not together with --allow-update, for one process writes the store; "
            "add files by kg build while no server runs, or serve with one of the two"
        )


def _check(place: Path) -> None:
    """Refuse a store of which damage is plain to see."""
    from kg.verify import glance

    for finding in glance(place):
        raise StoreError(f"{finding}; --no-check serves it all the same")


# -- listening -------------------------------------------------------------------------------------


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address."""
    try:
        (family, _, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise KgError(f"--host {host}: no address of this machine; try 127.0.0.1") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        what = f"port {port}" if host == HOST else f"{host} port {port}"
        raise KgError(f"{what}: {error.strerror}; try another: --port 0") from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host.partition("%")[0])
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://[{address}]:{port}/" if address.version == 6 else f"http://{address}:{port}/"


def _run(app: Starlette, listener: socket.socket) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """Ends at once, unless the store is being changed."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            """Say what keeps queries and updates from doing harm."""
            await super().startup(sockets)
            click.echo(_fences(app))

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            """End the process without waiting for whoever still reads, or for a query."""
            if app.state.holding.is_changing:
                super().handle_exit(sig, frame)
                return
            if app.state.changes is not None:
                app.state.changes.writer.close()
            os._exit(0 if sig == signal.SIGINT else 128 + sig)

    # Whoever asks through a proxy is told by what the proxy adds (kg.serve.access).
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, date_header=False, proxy_headers=False
    )
    Server(config).run(sockets=[listener])


def _fences(app: Starlette) -> str:
    """Return a line on which fences stand around the processes of queries and of updates."""
    told = {"queries": app.state.pool.fences()}
    if app.state.changes is not None:
        told["updates"] = app.state.changes.writer.fences
    return "; ".join(f"{what}: {_stand(found)}" for what, found in told.items())


def _stand(fences: Mapping[str, bool]) -> str:
    return ", ".join(name if up else f"{name} (not here)" for name, up in fences.items())
