"""Commands to how long they take to start, and a page to its first store.

Rounds go through all commands, so that a busy minute is the same for each; the middle one of
several counts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

from bench_child import Package
from bench_tables import Table

ROUNDS = 5
PAGE = "page.txt"
NOTHING = "python -c pass"
FIRST, SECOND = "kg build of a page, first", "kg build of a page, again"
GOALS = {"kg --help": "< 0.15 s", FIRST: "< 1.5 s"}


def measure(package: Package, document: Path, place: Path, rounds: int = ROUNDS) -> Table:
    """Time each command so many times."""
    place.mkdir(parents=True)
    page = shutil.copyfile(document, place / PAGE)
    store = place / "store"
    building = package.kg("build", str(page), "--store", str(store))
    commands = {
        NOTHING: package.python("-c", "pass"),
        "import click": package.python("-c", "import click"),
        "import pyoxigraph": package.python("-c", "import pyoxigraph"),
        "import rdflib": package.python("-c", "import rdflib"),
        "import kg": package.python("-c", "import kg"),
        "kg --help": package.kg("--help"),
        FIRST: building,
        SECOND: building,
        "kg stats": package.kg("stats", "--store", str(store)),
    }
    walls, costs = defaultdict(list), defaultdict(list)
    for _ in range(rounds):
        shutil.rmtree(store, ignore_errors=True)
        for name, command in commands.items():
            wall, cost = run(command, package.environment)
            walls[name].append(wall)
            costs[name].append(cost)
    return _table(walls, costs)


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return seconds of the wall, and of the processor with its children's."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime


def _table(walls: dict[str, list[float]], costs: dict[str, list[float]]) -> Table:
    base = median(costs[NOTHING])
    return {
        name: {
            "CPU s": median(costs[name]),
            "wall s": median(walls[name]),
            "quickest s": min(walls[name]),
            "to nothing": median(costs[name]) / base if base else 0.0,
            "goal": GOALS.get(name, ""),
        }
        for name in walls
    }
