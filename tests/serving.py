"""The site of `kg serve` over some store: asked in this process, or in a browser.

conftest.py has it over the invented plans:

    def test_start(site: TestClient) -> None:
        assert site.get("/").status_code == 200

    @needs_chromium
    def test_start_in_a_browser(address: str) -> None:
        with opened(address + "/", script=False) as tab: ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.testclient import TestClient

from kg.serve.app import Options, make_app

ADDRESS = "http://127.0.0.1:8000"
_PATIENCE = 20.0  # seconds


@contextmanager
def client(place: Path, options: Options | None = None) -> Iterator[TestClient]:
    """Ask a site over some store."""
    app = make_app(place, options)
    with TestClient(app, ADDRESS, raise_server_exceptions=False, follow_redirects=False) as asked:
        yield asked


@contextmanager
def served(place: Path, options: Options | None = None) -> Iterator[str]:
    """Serve a site over some store on a free port, in a thread."""
    config = uvicorn.Config(make_app(place, options), port=0, log_level="warning", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + _PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    assert server.started, "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(_PATIENCE)
