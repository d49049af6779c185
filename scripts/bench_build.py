"""A folder to a store by the command, as a user builds it, in one process that reads and in two.

Time and memory are those of the command with all processes that it starts. Beside those that read
there is the one that writes the store; memory of one that reads is looked at while it runs.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from bench_child import Package
from bench_documents import add_documents
from bench_tables import Row, Table

LOOK = 0.1  # seconds between two looks at the processes
MORE = 10  # documents


def measure(package: Package, folder: Path, place: Path, jobs: tuple[int, ...] = (1, 2)) -> Table:
    """Build a store for each number of processes; the last one again, and with more documents."""
    table: Table = {}
    for number in jobs:
        store = store_of(place, number)
        table[_called(number)] = built(package, folder, store, number)
    table["again, nothing new"] = _seconds(built(package, folder, store, jobs[-1]))
    added = add_documents(folder, MORE)
    if added:
        again = built(package, folder, store, jobs[-1])
        table[f"again, {MORE} more"] = {**_seconds(again), "each document": _cost(again) / MORE}
    return table


def store_of(place: Path, jobs: int) -> Path:
    """Return where the store is that so many processes have read for."""
    return place / f"store-{jobs}"


def _called(jobs: int) -> str:
    return "one process" if jobs == 1 else f"{jobs} processes"


def _seconds(row: Row) -> Row:
    return {name: row[name] for name in ("CPU s", "wall s")}


def _cost(row: Row) -> float:
    return float(row["CPU s"])


def built(package: Package, folder: Path, store: Path, jobs: int) -> Row:
    """Build and return what it took."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    command = package.kg("build", str(folder), "--store", str(store), "-j", str(jobs))
    spent = run(command, package.environment)
    wall = float(spent["wall s"])
    rates: Row = {"MB/s of the wall": size / wall, "documents/s": len(files) / wall}
    return {
        "CPU s": spent["CPU s"],
        "MB/s": size / float(spent["CPU s"]),
        "wall s": wall,
        **rates,
        "reader MB": spent["reader MB"],
        "writer MB": spent["writer MB"],
    }


def run(command: list[str], environment: dict[str, str]) -> Row:
    """Run a command to its end; return its time and memory."""
    started, readers, writer = time.perf_counter(), 0.0, 0.0
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, **quiet)
    try:
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            writer = max(writer, _peak(process.pid))
            readers = max([readers, *map(_peak, _children(process.pid))])
            time.sleep(LOOK)
    except BaseException:
        process.kill()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: some files are no documents
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")
    return {
        "CPU s": usage.ru_utime + usage.ru_stime,
        "wall s": time.perf_counter() - started,
        "reader MB": readers,
        "writer MB": writer,
    }


def _children(pid: int) -> list[int]:
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in _read(file).split()]


def _peak(pid: int) -> float:
    """Return the most megabytes that a process has had until now; 0 if it has gone."""
    lines = _read(Path(f"/proc/{pid}/status")).splitlines()
    held = (int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return next(held, 0) / 1024


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
