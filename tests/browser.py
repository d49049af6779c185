"""A page to what headless Chromium makes of it, with no network."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1600,1000",
    "--virtual-time-budget=4000",
    "--enable-logging=stderr",
    "--v=0",
)


@dataclass(frozen=True)
class Visit:
    """What a visit of a page gave: its elements afterwards, and what the console said."""

    dom: str
    console: tuple[str, ...]


def visit(page: Path, fragment: str = "") -> Visit:
    """Open the page, run its scripts, and return its elements and console messages."""
    run = _run(page, fragment, "--dump-dom")
    return Visit(
        dom=run.stdout,
        console=tuple(line for line in run.stderr.splitlines() if "CONSOLE" in line),
    )


def screenshot(page: Path, picture: Path, fragment: str = "", *, dark: bool = False) -> None:
    """Write what the page looks like as a PNG file."""
    scheme = ("--blink-settings=preferredColorScheme=0",) if dark else ()
    _run(page, fragment, f"--screenshot={picture}", *scheme)


def print_pdf(page: Path, target: Path) -> None:
    """Write the page as a PDF file, with no head or foot but its own."""
    _run(page, "", "--no-pdf-header-footer", f"--print-to-pdf={target}")


def _run(page: Path, fragment: str, *flags: str) -> subprocess.CompletedProcess[str]:
    if CHROMIUM is None:
        raise FileNotFoundError("chromium is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        return subprocess.run(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri() + fragment],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
