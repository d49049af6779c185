"""How far a build is, on a terminal or in a log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.build import Progress

MANY_TEXTS = 200  # to compare them takes seconds


class Reporter:
    """Shows how far a build is: a bar on a terminal, else a line every few seconds."""

    INTERVAL = 5.0

    def __init__(self, *, debug: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._debug, self._next = debug, self.INTERVAL
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("documents", total=None, rate="")
        self._comparing = False

    def __enter__(self) -> Reporter:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show a step."""
        if progress.comparing:
            self.compare(progress.done, progress.total)
            return
        rate = f"{progress.done / progress.seconds:.1f}/s" if progress.seconds > 0 else ""
        self._bar.update(self._task, completed=progress.done, total=progress.total, rate=rate)
        if progress.skipped is not None:
            skipped = progress.skipped
            self._print(f"skipped {near(skipped.path)}: {skipped.reason}")
            if self._debug and skipped.trace:
                self._print(skipped.trace)
        if not self._console.is_terminal and progress.seconds >= self._next:
            self._next = progress.seconds + self.INTERVAL
            self._print(f"{progress.done:,} of {progress.total:,} documents, {rate}")

    def compare(self, done: int, total: int) -> None:
        """Show that texts are compared; without a bar this is said once, if it takes long."""
        self._bar.update(
            self._task,
            description="texts compared",
            completed=done,
            total=total,
            rate="",
        )
        if not self._console.is_terminal and not self._comparing and total >= MANY_TEXTS:
            self._print(f"comparing {total:,} texts …")
        self._comparing = True

    def _print(self, text: str) -> None:
        from rich.text import Text

        from kg.results import printable

        for line in text.splitlines():
            indent = line[: len(line) - len(line.lstrip())]
            self._console.print(Text(indent + printable(line)))


def near(path: str) -> str:
    """Give a path as a person in this directory would write it."""
    here = os.path.join(os.getcwd(), "")
    return path.removeprefix(here)


@contextmanager
def progress(*, debug: bool) -> Iterator[Reporter]:
    with Reporter(debug=debug) as reporter:
        yield reporter
