"""Faults at any input or output of a command: whole documents, one line, and it can go on.

Each command is run with a fault before its n-th call (tests/faulty.py). By default some n are
tried, drawn with a seed; all of them with: pytest -m slow tests/test_faults.py
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from faulty import Ended, Faulty

BATCH = 30  # quads: a batch for each document
STORE = "kg-store"


@dataclass(frozen=True)
class Case:
    """A command, what it is given, and what it leaves."""

    arguments: tuple[str, ...]
    start: str  # the folder that it begins in
    store: str = STORE  # the store that it writes or reads
    makes: str = ""  # the file or folder that it makes
    done_already: str = ""  # what it says where it had been done before it was stopped


CASES = {
    "build": Case(("build", "docs"), "documents"),
    "build what has changed": Case(("build", "docs"), "changed"),
    "build without traces": Case(("build", "docs", "--no-traces"), "changed"),
    "remove": Case(("remove", "a.txt"), "built", done_already="no document has this IRI"),
    "correct": Case(
        ("correct", "not", "agency/教育局", "--who", "x", "--when", "2026-01-02"),
        "built",
        done_already="says what line 2 says",
    ),
    "import": Case(("import", "all.nq", "--store", "copy"), "built", "copy"),
    "import into a store": Case(("import", "new.nq"), "built"),
    "accept": Case(("verify", "--accept"), "built"),
    "snapshot": Case(("snapshot", "copy"), "built", "copy", done_already="exists already"),
    "export": Case(("export", "-o", "out.ttl"), "built", makes="out.ttl"),
    "export tables": Case(("export", "--format", "csv", "-o", "out"), "built", makes="out"),
    "export a network": Case(("export", "-o", "out.gexf"), "built", makes="out.gexf"),
    "page": Case(("render", "-o", "out.html"), "built", makes="out.html"),
    "index": Case(("search", "教育局"), "without index"),
}
WRITERS = tuple(name for name, case in CASES.items() if not case.makes and name != "index")


# -- where commands begin ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    with Faulty() as process:
        yield process


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """Give a folder in memory, where that is possible: fsync then costs nothing."""
    shared = Path("/dev/shm")
    parent = shared if os.access(shared, os.W_OK) else None
    place = Path(mkdtemp(prefix="kg-faults-", dir=parent))
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def starts(faulty: Faulty, room: Path) -> Path:
    """Give the folders in which commands begin, by their names."""
    documents = room / "documents" / "docs"
    documents.mkdir(parents=True)
    for name, text in {"a": "甲\n教育局\n财政局", "b": "乙\n教育局", "c": "丙\n民政局"}.items():
        (documents / f"{name}.txt").write_text(text, encoding="utf-8")
    built = _copy(room / "documents", room / "built")
    _do(faulty, built, "build", "docs")
    changed = _copy(built, room / "changed")
    (changed / "docs" / "b.txt").write_text("乙二\n教育局\n审计局", encoding="utf-8")
    (changed / "docs" / "d.txt").write_text("丁\n民政局", encoding="utf-8")
    other = _copy(changed, room / "other")
    _do(faulty, other, "build", "docs")
    _do(faulty, other, "export", "-o", "new.nq")
    shutil.copy(other / "new.nq", built)
    _do(faulty, built, "export", "-o", "all.nq")
    (_copy(built, room / "without index") / STORE / "search.sqlite").unlink()
    return room


def _copy(one: Path, other: Path) -> Path:
    shutil.copytree(one, other)
    return other


def _do(faulty: Faulty, place: Path, *arguments: str, **wanted: Any) -> Ended:
    done = faulty.run(arguments, cwd=place, **wanted)
    assert done.code == 0, done.stderr
    return done


# -- what there is afterwards ------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What a store and a folder hold."""

    graphs: dict[str, str]  # the digest of each
    findings: list[str]
    files: set[str]
    made: dict[str, bytes]

    @property
    def documents(self) -> dict[str, str]:
        return {name: one for name, one in self.graphs.items() if not name.endswith("/traces")}


def see(faulty: Faulty, place: Path, case: Case) -> Seen:
    done = faulty.run(["look", "--store", case.store], cwd=place)
    found = {"graphs": {}, "findings": []}
    if done.code == 0:
        found = json.loads(done.stdout)
    else:
        assert done.stderr.count("\n") == 1, done.stderr
        assert "no store here" in done.stderr or "nothing in it yet" in done.stderr, done.stderr
    return Seen(found["graphs"], found["findings"], set(_files(place)), _made(place / case.makes))


def _files(place: Path) -> Iterator[str]:
    """Yield the files of a folder, but not those that Oxigraph numbers."""
    for file in place.rglob("*"):
        if file.parent.name != "graph":
            yield str(file.relative_to(place))


def _made(place: Path) -> dict[str, bytes]:
    if place.is_file():
        return {"": place.read_bytes()}
    return {file.name: file.read_bytes() for file in place.glob("*") if file.is_file()}


@pytest.fixture(scope="module")
def outcome(faulty: Faulty, starts: Path) -> Any:
    """Give what a command does where nothing goes wrong: before, after, and its calls."""

    @cache
    def of(name: str) -> tuple[Seen, Seen, Ended]:
        case, place = CASES[name], starts / "undisturbed" / name
        _copy(starts / case.start, place)
        before = see(faulty, place, case)
        done = _do(faulty, place, *case.arguments, batch=BATCH)
        return before, see(faulty, place, case), done

    return of


# -- trials ------------------------------------------------------------------------------------


def trial(faulty: Faulty, starts: Path, outcome: Any, name: str, **fault: Any) -> Ended:
    """Disturb a command once; check what it left, and that the same command then goes through."""
    case, place = CASES[name], starts / "trial"
    before, after, _ = outcome(name)
    shutil.rmtree(place, ignore_errors=True)
    _copy(starts / case.start, place)
    ended = faulty.run(case.arguments, cwd=place, batch=BATCH, **fault)
    found = see(faulty, place, case)
    assert whole(found, before, after)
    for graph in ended.loaded:
        assert found.graphs.get(graph) == after.graphs[graph], f"{graph} was acknowledged"
    if ended.code == 0:
        assert (found.graphs, found.made) == (after.graphs, after.made)
    if fault["fault"] != "kill":
        assert ended.left == ended.processes == []
    if ended.code >= 0:  # what a signal ends leaves SQLite's journal, which the next one uses
        assert found.files <= before.files | after.files
    again = faulty.run(case.arguments, cwd=place, batch=BATCH)
    is_done = case.done_already and case.done_already in again.stderr
    assert again.code == 0 or is_done, again.stderr
    last = see(faulty, place, case)
    assert (last.graphs, last.findings, last.made) == (after.graphs, after.findings, after.made)
    return ended


def whole(found: Seen, before: Seen, after: Seen) -> bool:
    """Tell whether each document, and what is made, is as before or as after."""
    known = before.documents.items() | after.documents.items()
    stopped = [one for one in found.findings if "a writer was stopped" not in one]
    settled = set(before.findings) | set(after.findings)
    return (
        found.documents.items() <= known
        and before.documents.keys() & after.documents.keys() <= found.documents.keys()
        and set(stopped) <= settled
        and found.made in (before.made, after.made)
    )


def some(name: str, calls: int, number: int) -> list[int]:
    """Draw some of a command's calls."""
    return sorted(random.Random(name).sample(range(1, calls + 1), min(number, calls)))


KINDS = ("full", "broken", "memory")


def fail(faulty: Faulty, starts: Path, outcome: Any, name: str, **fault: Any) -> None:
    ended = trial(faulty, starts, outcome, name, **fault)
    assert ended.code in (0, 1), ended.stderr
    assert "Traceback" not in ended.stderr
    if ended.code == 1:
        errors = [one for one in ended.stderr.splitlines() if one.startswith("Error: ")]
        # What kg verify meets while it goes through a store is a finding, on standard output; of
        # several files that are imported each has its line.
        findings = [one for one in ended.stdout.splitlines() if "; " in one and name == "accept"]
        refused = [one for one in ended.stderr.splitlines() if "nothing of it was taken" in one]
        assert len(errors) == 1 or (not errors and (findings or refused)), ended


@pytest.mark.parametrize("name", CASES)
def test_input_or_output_that_fails(faulty: Faulty, starts: Path, outcome: Any, name: str) -> None:
    calls = len(outcome(name)[2].calls)
    for turn, at in enumerate(some(name, calls, 2)):
        fault = KINDS[(turn + len(name)) % 3]
        fail(faulty, starts, outcome, name, fault=fault, at=at, lasting=turn % 2 == 0)


@pytest.mark.parametrize("call", ["write", "os.fsync"])
def test_a_correction_that_cannot_be_kept_is_not_there(
    faulty: Faulty, starts: Path, outcome: Any, call: str
) -> None:
    before, _, done = outcome("correct")
    at = done.calls.index(call) + 1
    place = _copy(starts / "built", starts / f"without {call}")
    ended = faulty.run(CASES["correct"].arguments, cwd=place, fault="full", at=at)
    assert ended.code == 1
    assert re.fullmatch(
        r"Error: kg-store/corrections.tsv: No space left on device \([0-9,.]+ MB free on the disk"
        r" of [^)]+/kg-store\); make room, then do the same again; nothing was written\n",
        ended.stderr,
    )
    assert (place / STORE / "corrections.tsv").read_bytes() == b""


def test_no_memory_is_said_in_one_line(faulty: Faulty, starts: Path, outcome: Any) -> None:
    at = outcome("build")[2].calls.index("oxigraph.bulk_load") + 1
    place = _copy(starts / "documents", starts / "no memory")
    ended = faulty.run(CASES["build"].arguments, cwd=place, fault="memory", at=at)
    assert (ended.code, ended.stderr) == (1, "Error: there is not enough memory for this\n")


@pytest.mark.parametrize("name", WRITERS)
def test_killed_at_any_call(faulty: Faulty, starts: Path, outcome: Any, name: str) -> None:
    calls = len(outcome(name)[2].calls)
    for at in some(f"{name} killed", calls, 3):
        assert trial(faulty, starts, outcome, name, fault="kill", at=at).code == -9


# What only reads leaves an interrupt to the system, which ends it: Oxigraph cannot be stopped.
INTERRUPTED = {"int": (130, -2), "term": (143,)}


@pytest.mark.parametrize("signal", INTERRUPTED)
@pytest.mark.parametrize("name", ["build", "import", "accept", "export tables", "export", "remove"])
def test_interrupted_at_any_call(
    faulty: Faulty, starts: Path, outcome: Any, name: str, signal: str
) -> None:
    calls = len(outcome(name)[2].calls)
    for at in some(f"{name} {signal}", calls, 1):
        ended = trial(faulty, starts, outcome, name, fault=signal, at=at)
        assert ended.code in INTERRUPTED[signal], ended
        assert ended.seconds < 5
        assert "Traceback" not in ended.stderr
        assert ended.code < 0 or ended.stderr.splitlines()[-1].startswith(("Interr", "Term"))


@pytest.mark.parametrize("signal", INTERRUPTED)
@pytest.mark.parametrize("name", ["build", "import", "accept"])
def test_interrupted_while_another_process_works(
    faulty: Faulty, starts: Path, outcome: Any, name: str, signal: str
) -> None:
    """Documents are read, RDF is parsed and a store is gone through in processes of their own."""
    ended = trial(faulty, starts, outcome, name, fault=signal, at=12, workers=True)
    assert ended.code in INTERRUPTED[signal], ended


@pytest.mark.slow
@pytest.mark.parametrize("signal", INTERRUPTED)
@pytest.mark.parametrize("name", CASES)
def test_interrupted_at_each_call(
    faulty: Faulty, starts: Path, outcome: Any, name: str, signal: str
) -> None:
    for at in range(1, len(outcome(name)[2].calls) + 1):
        ended = trial(faulty, starts, outcome, name, fault=signal, at=at)
        assert ended.code in INTERRUPTED[signal], ended


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_each_input_or_output_fails(faulty: Faulty, starts: Path, outcome: Any, name: str) -> None:
    for at in range(1, len(outcome(name)[2].calls) + 1):
        lasting = at % 2 == 0
        fail(faulty, starts, outcome, name, fault=KINDS[at % 3], at=at, lasting=lasting)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_killed_at_each_call(faulty: Faulty, starts: Path, outcome: Any, name: str) -> None:
    for at in range(1, len(outcome(name)[2].calls) + 1):
        assert trial(faulty, starts, outcome, name, fault="kill", at=at).code == -9
