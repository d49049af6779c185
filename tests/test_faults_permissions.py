"""Files that this user may not read or write: each is named, and the others go through."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from faulty import Faulty

STORE = "kg-store"
# Root may read and write whatever the bits of a file say; a process without this cannot.
PLAIN = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
BEFORE = PLAIN if os.geteuid() == 0 else ()
pytestmark = pytest.mark.skipif(
    bool(BEFORE) and shutil.which("setpriv") is None, reason="root, and no setpriv"
)


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    with Faulty(BEFORE) as process:
        yield process


@pytest.fixture(scope="module")
def place(faulty: Faulty) -> Iterator[Path]:
    """Give a folder with documents and a store that may be read but not written."""
    folder = Path(mkdtemp(prefix="kg-faults-"))
    folder.chmod(0o755)
    (folder / "docs").mkdir()
    for name, text in {"a": "甲\n教育局", "b": "乙\n民政局"}.items():
        (folder / "docs" / f"{name}.txt").write_text(text, encoding="utf-8")
    done = faulty.run(("build", "docs"), cwd=folder)
    assert done.code == 0, done.stderr
    (folder / "docs" / "a.txt").chmod(0)
    (folder / "mine").mkdir()
    for path in (folder / STORE, folder / STORE / "graph", folder):
        path.chmod(0o555)
    for path in (folder / STORE).iterdir():
        path.chmod(path.stat().st_mode & ~0o222)
    yield folder
    for path in (folder, folder / STORE, folder / STORE / "graph"):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("query", "ASK { ?x a pol:Agency }"), "yes\n"),
        (("export", "--format", "nquads", "--no-ontology"), "教育局"),
        (("export", "-o", "mine/out.xlsx"), ""),
        (("render", "-o", "-"), "教育局"),
        (("search", "教育局"), "甲"),
        (("stats",), "documents  2"),
        (("verify",), "sound: 2 documents"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_store_that_may_only_be_read(
    faulty: Faulty, place: Path, arguments: tuple[str, ...], answer: str
) -> None:
    before = _times(place / STORE)
    done = faulty.run(arguments, cwd=place)
    assert (done.code, done.stderr) == (0, ""), done
    assert answer in done.stdout
    assert _times(place / STORE) == before


def _times(folder: Path) -> dict[str, int]:
    return {str(file): os.stat(file).st_mtime_ns for file in folder.rglob("*")}


def test_a_search_without_an_index_makes_one_for_itself(faulty: Faulty, place: Path) -> None:
    shutil.copytree(place / STORE, place / "mine" / "copy")
    (place / "mine" / "copy").chmod(0o755)
    (place / "mine" / "copy" / "search.sqlite").unlink()
    (place / "mine" / "copy").chmod(0o555)
    done = faulty.run(("search", "教育局", "--store", "mine/copy"), cwd=place)
    for path in (place / "mine" / "copy", place / "mine" / "copy" / "graph"):
        path.chmod(0o755)
    assert done.code == 0, done.stderr
    assert "甲" in done.stdout
    assert "search.sqlite" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("build", "docs"), f"{STORE}/lock: Permission denied"),
        (("remove", "b.txt"), f"{STORE}/lock: Permission denied"),
        (("verify", "--accept"), f"{STORE}/lock: Permission denied"),
        (("correct", "not", "agency/教育局"), f"{STORE}/corrections.tsv: Permission denied"),
        (("build", "docs", "--store", "new"), "new: Permission denied"),
        (("export", "-o", "out.ttl"), "out.ttl: Permission denied"),
        (("export", "--format", "csv", "-o", "out"), "out: Permission denied"),
        (("render", "-o", "out.html"), "out.html: Permission denied"),
        (("snapshot", "copy"), f"{STORE}/lock: Permission denied"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_may_not_be_written(
    faulty: Faulty, place: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = _times(place)
    done = faulty.run(arguments, cwd=place)
    assert (done.code, done.stderr) == (1, f"Error: {words}\n")
    assert _times(place) == before


def test_a_store_whose_graph_may_not_be_written(faulty: Faulty, place: Path) -> None:
    """Oxigraph's own words come without the advice to delete what is sound."""
    (place / STORE / "lock").chmod(0o644)
    done = faulty.run(("build", "docs"), cwd=place)
    (place / STORE / "lock").chmod(0o444)
    assert done.code == 1
    assert done.stderr.startswith(f"Error: {STORE}/graph: ")
    assert done.stderr.endswith("Permission denied\n")


def test_a_file_that_may_not_be_read_costs_itself_alone(faulty: Faulty, place: Path) -> None:
    done = faulty.run(("build", "docs", "--store", "mine/s"), cwd=place)
    assert done.code == 1
    assert done.stderr == "skipped docs/a.txt: Permission denied\n"
    assert ["documents", "ok", "1"] in [line.split() for line in done.stdout.splitlines()]
    ask = ("query", "SELECT ?t { ?d dcterms:title ?t }", "--format", "csv", "--store", "mine/s")
    assert faulty.run(ask, cwd=place).stdout.split() == ["t", "乙"]
