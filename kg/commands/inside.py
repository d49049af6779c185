"""A report's command to its report, or to the bytes of its file, for whoever has a store open.

The choices, their checks and their messages are then those of the command line: the pages of
`kg serve` know no report that it does not know.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kg.reports.report import Report
    from kg.store import Store

# Where a command's context keeps the store that it is given, and the list for its report.
_STORE, _KEPT = "kg.store", "kg.kept"


def report_of(command: click.Command, arguments: Sequence[str], store: Store) -> Report:
    """Return a command's report; raise UsageError or KgError where it would end with one."""
    found: list[Report] = []
    _run(command, arguments, store, found)
    return found[0]


def file_of(command: click.Command, arguments: Sequence[str], store: Store, form: str) -> bytes:
    """Return what a command writes into a file of this format."""
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        place = Path(folder) / "report"
        _run(command, [f"--format={form}", f"--output={place}", *arguments], store, None)
        return place.read_bytes()


def _run(
    command: click.Command, arguments: Sequence[str], store: Store, found: list[Report] | None
) -> None:
    with command.make_context(command.name, list(arguments)) as context:
        context.meta[_STORE] = store
        context.meta[_KEPT] = found
        command.invoke(context)


def given_store() -> Store | None:
    """Return the store that the running command was given, if it was."""
    context = click.get_current_context(silent=True)
    store: Store | None = context.meta.get(_STORE) if context else None
    return store


def kept(report: Report) -> bool:
    """Keep the report of the running command for whoever asked for it; False if it is to write."""
    context = click.get_current_context(silent=True)
    found: list[Report] | None = context.meta.get(_KEPT) if context else None
    if found is None:
        return False
    found.append(report)
    return True
