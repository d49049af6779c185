"""Documents to what each stage of reading them takes, each alone and all together.

The stages are timed where the pipeline calls them, by names in its module, so that what is
measured is the pipeline itself: what none of them accounts for stands in the row "rest".
"""

from __future__ import annotations

import functools
import pickle
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from bench_tables import Figures, Row, Table

# Stage → the names in kg.pipeline that it goes by.
STAGES = {
    "read": ("read",),
    "structure": ("mend", "structure"),
    "extract": ("extract",),
    "resolve": ("resolve", "relocate", "correct", "surroundings", "measure"),
    "graph": ("build_graph",),
}
# Part of the extraction → the names in kg.extract.
PARTS = {
    "jurisdiction": ("find_jurisdiction",),
    "documents": ("find_documents",),
    "agencies": ("find_agencies",),
    "programmes": ("find_programs",),
    "regions": ("find_regions",),
    "model": ("read_programs",),
    "targets": ("read_imprint", "find_deadlines", "find_targets", "find_table_targets"),
    "responsibilities": ("find_responsibilities",),
    "citations": ("find_citations",),
}
TOGETHER = "together"
MEGABYTE = 2**20
MILESTONES = (0.1, 0.5, 1.0)  # shares of the documents after which memory is looked at


def measure(documents: str, spool: str = "") -> Figures:
    """Read every document of a folder; keep their graphs in a file where one is named.

    Times are of the processor: what else the machine does is in the time of the wall alone.
    """
    pipeline = _import()
    memory: Table = {"after the imports": {"MB": resident()}}
    files = sorted(path for path in Path(documents).rglob("*") if path.is_file())
    clock = _Clock()
    with ExitStack() as stack:
        graphs = stack.enter_context(Path(spool or "/dev/null").open("wb"))
        stack.enter_context(clock.watching(pipeline, STAGES))
        stack.enter_context(clock.watching(sys.modules["kg.extract"], PARTS))
        first = _read_first(files, pipeline, clock)
        memory["after the first document"] = {"MB": resident()}
        marks = {round(len(files) * share): f"after {share:.0%}" for share in MILESTONES}
        for number, file in enumerate(files, 1):
            graph = clock.process(pipeline, file)
            if graph is not None:
                pickle.dump(graph, graphs)
            if number in marks:
                memory[f"{marks[number]} of the documents"] = {"MB": resident()}
    memory["peak"] = {"MB": peak()}
    return {
        "stages": clock.table(STAGES, TOGETHER),
        "parts": clock.table(PARTS, "extract"),
        "memory": memory,
        "first": {"first document": first},
    }


def _import() -> ModuleType:
    from kg import pipeline

    return pipeline


def _read_first(files: list[Path], pipeline: ModuleType, clock: _Clock) -> Row:
    """Read one document, which loads data and compiles patterns; it is read again with the rest."""
    before, started = time.process_time(), time.perf_counter()
    clock.process(pipeline, files[0])
    row: Row = {
        "CPU s": time.process_time() - before,
        "wall s": time.perf_counter() - started,
        "with the start of Python, CPU s": time.process_time(),
    }
    clock.reset()
    return row


class _Clock:
    """Adds up what calls take, by the row that they belong to."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.spent: dict[str, float] = defaultdict(float)
        self.wall, self.bytes, self.documents, self.failed = 0.0, 0, 0, 0

    def process(self, pipeline: ModuleType, file: Path) -> Any:
        """Return the graph of a file; None where it is no document."""
        from kg.errors import KgError

        content = file.read_bytes()
        before, started = time.process_time(), time.perf_counter()
        try:
            graph = pipeline.process(content, [file.name])
        except KgError:
            self.failed += 1
            return None
        self.spent[TOGETHER] += time.process_time() - before
        self.wall += time.perf_counter() - started
        self.documents += 1
        return graph

    @contextmanager
    def watching(self, module: ModuleType, rows: dict[str, tuple[str, ...]]) -> Iterator[None]:
        """Time what a module calls by these names, also where a list of it holds them."""
        replaced = {
            name: getattr(module, name)
            for names in rows.values()
            for name in names
            if hasattr(module, name)
        }
        of = {name: row for row, names in rows.items() for name in names}
        timed = {name: self._timed(of[name], function) for name, function in replaced.items()}
        if hasattr(module, "FINDERS"):
            replaced["FINDERS"] = module.FINDERS
            timed["FINDERS"] = tuple(
                timed.get(getattr(one, "__name__", ""), one) for one in module.FINDERS
            )
        for name, function in timed.items():
            setattr(module, name, function)
        try:
            yield
        finally:
            for name, function in replaced.items():
                setattr(module, name, function)

    def _timed(self, row: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            started = time.process_time()
            result = function(*arguments, **options)
            if isinstance(result, Iterator):
                result = iter(list(result))  # else its caller would pay
            self.spent[row] += time.process_time() - started
            if row == "read":
                self.bytes += len(result.text.encode("utf-8", "surrogatepass"))
            return result

        return call

    def table(self, rows: dict[str, tuple[str, ...]], whole: str) -> Table:
        """Return what each row took of the whole, and what none of them did."""
        total = self.spent[whole]
        named = {row: self.spent[row] for row in rows if row in self.spent}
        table = {row: self._row(seconds, total) for row, seconds in named.items()}
        table["rest"] = self._row(max(0.0, total - sum(named.values())), total)
        table[whole] = self._row(total, total)
        if whole == TOGETHER:
            table[whole] |= {"wall s": self.wall}
            if self.failed:
                table[whole] |= {"not read": self.failed}
        return table

    def _row(self, seconds: float, total: float) -> Row:
        row: Row = {"CPU s": seconds, "share %": 100 * seconds / total if total else 0.0}
        if seconds:
            row |= {"MB/s": self.bytes / 1e6 / seconds, "documents/s": self.documents / seconds}
        return row


def resident() -> float:
    """Return the megabytes of memory that this process has."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / MEGABYTE


def peak() -> float:
    """Return the most megabytes that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def spooled(spool: str | Path) -> Iterator[Any]:
    """Yield the graphs that were kept."""
    with Path(spool).open("rb") as graphs:
        while True:
            try:
                yield pickle.load(graphs)
            except EOFError:
                return
