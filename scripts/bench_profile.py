"""Documents to where the time goes, function by function.

A timer of the processor's time looks every few milliseconds at what Python is doing: unlike
cProfile it makes no call slower than another. A call into C counts for the function that makes it.
"""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from bench_tables import Figures, Table

EVERY = 0.002  # seconds; the system may look less often
SHOWN = 25


def measure(documents: str, shown: int = SHOWN) -> Figures:
    """Return the functions with the largest shares, of their own and with what they call."""
    from kg import pipeline
    from kg.errors import KgError

    files = sorted(path for path in Path(documents).rglob("*") if path.is_file())
    sampler = _Sampler()

    def read(some: list[Path]) -> None:
        for file in some:
            try:
                pipeline.process(file.read_bytes(), [file.name])
            except KgError:
                continue

    read(files[:1])
    sampler.watch(read, files)
    return {
        "profile-own": _table(sampler.own, sampler, shown),
        "profile-inclusive": _table(sampler.inclusive, sampler, shown),
    }


class _Sampler:
    """Counts what is at work whenever the timer rings."""

    def __init__(self) -> None:
        self.own: Counter[str] = Counter()
        self.inclusive: Counter[str] = Counter()
        self.samples = 0

    def watch(self, act: Any, *arguments: Any) -> None:
        """Do something and look at it."""
        before = signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        try:
            act(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def _look(self, number: int, frame: FrameType | None) -> None:
        names = []
        while frame is not None:
            name = _name(frame)
            if name:
                names.append(name)
            frame = frame.f_back
        self.samples += 1
        self.own.update(names[:1])
        self.inclusive.update(set(names))  # once, however deep it calls itself


def _name(frame: FrameType) -> str:
    """Return module and function of ours; empty for a library's, which counts for its caller."""
    module = str(frame.f_globals.get("__name__", ""))
    if not module.startswith("kg."):
        return ""
    return f"{module.removeprefix('kg.')}:{frame.f_code.co_qualname}"


def _table(counted: Counter[str], sampler: _Sampler, shown: int) -> Table:
    total = sampler.samples or 1
    return {
        name: {
            "own %": 100 * sampler.own[name] / total,
            "with what it calls %": 100 * sampler.inclusive[name] / total,
        }
        for name, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:shown]
    }
