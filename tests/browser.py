"""Pages in headless Chromium, driven by Playwright, with no network.

    with opened(page, fragment="#entity=青禾县教育局") as tab:
        tab.click("#legend button")
        assert not tab.problems

A tab keeps what the console said and every address that the page asked for.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

WIDE, NARROW = (1440, 900), (390, 844)
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)
_NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
_PATIENCE = 20_000  # milliseconds; a machine under load is slow


@dataclass(frozen=True)
class Visit:
    """What a visit of a page gave: its elements afterwards, and what the console said."""

    dom: str
    console: tuple[str, ...]


@dataclass
class Tab:
    """A page that is open, and what it has done; Playwright's own methods are at `page`."""

    page: Page
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Return errors, console messages, and requests for anything but the page itself."""
        asked = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
        return [*self.errors, *self.console, *asked[1:]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)


@cache
def _browser() -> Browser:
    if CHROMIUM is None:
        raise FileNotFoundError("chromium is not installed")
    driver = sync_playwright().start()
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*_FLAGS, _NO_NETWORK])
    atexit.register(driver.stop)
    atexit.register(browser.close)
    return browser


@contextmanager
def opened(
    page: Path | str,
    fragment: str = "",
    *,
    size: tuple[int, int] = (1600, 1000),
    dark: bool = False,
    language: str = "zh-CN",
    script: bool = True,
) -> Iterator[Tab]:
    """Open a file, or an address of 127.0.0.1, in a browser of its own kind of reader."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    context = _browser().new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale=language,
        java_script_enabled=script,
        accept_downloads=True,
    )
    try:
        tab = Tab(context.new_page())
        tab.page.set_default_timeout(_PATIENCE)
        tab.page.on("console", lambda message: tab.console.append(message.text))
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        address = page if isinstance(page, str) else page.as_uri()
        tab.page.goto(address + fragment, wait_until="load")
        yield tab
    finally:
        context.close()


def visit(page: Path, fragment: str = "") -> Visit:
    """Open the page, run its scripts, and return its elements and console messages."""
    with opened(page, fragment) as tab:
        tab.page.wait_for_timeout(100)
        dom = tab.page.content()
        return Visit(dom=dom, console=(*tab.console, *tab.errors))


def screenshot(
    page: Path | str,
    picture: Path,
    fragment: str = "",
    *,
    dark: bool = False,
    size: tuple[int, int] = (1600, 1000),
    language: str = "zh-CN",
) -> None:
    """Write what the page looks like as a PNG file."""
    with opened(page, fragment, size=size, dark=dark, language=language) as tab:
        tab.page.wait_for_timeout(300)
        tab.page.screenshot(path=picture)


def print_pdf(page: Path, target: Path) -> None:
    """Write the page as a PDF file, with no head or foot but its own."""
    with opened(page) as tab:
        tab.page.pdf(path=target)
