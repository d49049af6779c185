"""Packages and documents to the figures of each section, one package after the other in turns."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import bench_build
import bench_start
import bench_tables as tables
from bench_baselines import BASE
from bench_child import Package
from bench_documents import copy_documents
from bench_stages import TOGETHER
from bench_tables import Figures

GROWING = ("stages", "build", "store", "reports")
GOALS = {
    ("stages", TOGETHER): "≥ 1, aim 3 times jieba.cut",
    ("build", "one process"): "≥ half of jieba.cut",
    ("memory", "peak"): "< 300 MB",
}


class Bench:
    """The sections of one package over one folder of documents."""

    def __init__(
        self, package: Package, folder: Path, place: Path, options: argparse.Namespace
    ) -> None:
        self.package, self.folder, self.place, self.options = package, folder, place, options
        place.mkdir(parents=True)
        self.graphs, self.loaded, self.built = place / "graphs", place / "loaded", place / "built"

    def stages(self) -> Figures:
        """Read; the graphs are kept for what is measured on them."""
        return self.package.measure("stages", documents=str(self.folder), spool=str(self.graphs))

    def baselines(self) -> Figures:
        """Segment the same texts."""
        return self.package.measure("baselines", documents=str(self.folder))

    def build(self) -> Figures:
        """Build by the command; the store is kept for the reports."""
        shutil.rmtree(self.built, ignore_errors=True)
        documents = self.built / "documents"
        copy_documents(self.folder, documents)
        return {"build": bench_build.measure(self.package, documents, self.built, self._jobs())}

    def store(self) -> Figures:
        """Load the graphs that were kept, export and check them."""
        shutil.rmtree(self.loaded, ignore_errors=True)
        return self.package.measure("store", spool=str(self.graphs), store=str(self.loaded))

    def queries(self) -> Figures:
        """Ask the saved queries."""
        limit = self.options.query_limit
        return self.package.measure("queries", spool=str(self.graphs), limit=limit)

    def reports(self) -> Figures:
        """Ask for all reports of the store that was built."""
        store = bench_build.store_of(self.built, self._jobs()[-1])
        return self.package.measure("reports", store=str(store))

    def start(self) -> Figures:
        """Start commands, and build the first page of the folder."""
        shutil.rmtree(self.place / "start", ignore_errors=True)
        page = min(path for path in self.folder.rglob("*") if path.is_file())
        return {"start": bench_start.measure(self.package, page, self.place / "start")}

    def _jobs(self) -> tuple[int, ...]:
        return tuple(sorted({1, self.options.jobs}))


# In their order.
SECTIONS: dict[str, Callable[[Bench], Figures]] = {
    "stages": Bench.stages,
    "baselines": Bench.baselines,
    "build": Bench.build,
    "store": Bench.store,
    "queries": Bench.queries,
    "reports": Bench.reports,
    "start": Bench.start,
}
# Section → the one that makes what it is measured on.
NEEDS = {"store": "stages", "queries": "stages", "reports": "build"}


def measured(
    packages: dict[str, Package],
    wanted: tuple[str, ...],
    folder: Path,
    place: Path,
    options: argparse.Namespace,
) -> dict[str, Figures]:
    """Return the figures of each package; of several rounds those of the quickest."""
    benches = {
        label: Bench(package, folder, place / label, options) for label, package in packages.items()
    }
    figures: dict[str, Figures] = {label: {} for label in packages}
    for section in in_order(wanted):
        runs: dict[str, list[Figures]] = {label: [] for label in benches}
        for _ in range(options.rounds):
            for label, bench in benches.items():
                print(f"  {section}, {label}", file=sys.stderr, flush=True)
                runs[label].append(SECTIONS[section](bench))
        for label, found in runs.items():
            figures[label] |= tables.quickest(found)
    return {label: rated(found) for label, found in figures.items()}


def in_order(wanted: tuple[str, ...]) -> list[str]:
    """Return the sections that are wanted with those that they need, in their order."""
    needed = {NEEDS[name] for name in wanted if name in NEEDS}
    return [name for name in SECTIONS if name in needed or name in wanted]


def rated(figures: Figures) -> Figures:
    """Return figures with ratios to jieba.cut, where it was measured, and with the goals."""
    found = {name: {row: dict(cells) for row, cells in figures[name].items()} for name in figures}
    rate = found.get("baselines", {}).get(BASE, {}).get("MB/s")
    for name in ("stages", "parts", "baselines", "build"):
        if isinstance(rate, float) and name in found:
            found[name] = tables.with_ratios(found[name], rate, "MB/s", "to jieba.cut")
    for (name, row), goal in GOALS.items():
        if row in found.get(name, {}):
            found[name][row] |= {"goal": goal}
    return found
