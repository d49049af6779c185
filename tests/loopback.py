"""A dask scheduler and workers on this machine, as processes that a test may kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@contextmanager
def cluster(folder: Path, workers: int, **environment: str) -> Iterator[str]:
    """Give the address of a dask scheduler on loopback that has workers."""
    pytest.importorskip("distributed")
    where = folder / "scheduler.json"
    paths = os.pathsep.join((str(HERE), str(HERE.parent)))
    environ = {**os.environ, "PYTHONPATH": paths, **environment}
    dask = [sys.executable, "-m", "dask"]
    commands = [
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        *(
            [*dask, "worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny"]
            + ["--no-dashboard", "--local-directory", str(folder / f"worker-{number}")]
            for number in range(workers)
        ),
    ]
    with open(folder / "dask.log", "wb") as log:
        running = [
            subprocess.Popen(
                [*command, "--scheduler-file", str(where)], env=environ, stdout=log, stderr=log
            )
            for command in commands
        ]
        try:
            yield _address(where, folder / "dask.log")
        finally:
            for process in reversed(running):
                process.kill()
                process.wait()


def _address(where: Path, log: Path) -> str:
    for _ in range(1200):
        if where.exists() and (text := where.read_text()):
            return str(json.loads(text)["address"])
        time.sleep(0.1)
    raise AssertionError(log.read_text())


class Killer(threading.Thread):
    """Kills the worker that comes to a text which says WAIT (fake_extractor.GATED)."""

    def __init__(self, gate: Path) -> None:
        super().__init__()
        self._gate = gate
        self.killed: list[int] = []  # the worker and, by its end, the process that read

    def run(self) -> None:
        for _ in range(1200):
            if self._gate.exists():
                worker, reader = map(int, self._gate.read_text().split())
                os.kill(worker, signal.SIGKILL)
                self.killed.extend((worker, reader))
                return
            time.sleep(0.1)


def is_alive(process: int) -> bool:
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        state = Path(f"/proc/{process}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        time.sleep(0.1)
    return True
