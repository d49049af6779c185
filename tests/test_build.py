"""Building: the same graph from any order, whole documents at any moment."""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_extractor import EXTRACTOR, NEXT, graph

from kg.build import BuildReport, Progress, build
from kg.export import export
from kg.inputs import find_files
from kg.store import Store
from kg.workers import Limits

HERE = Path(__file__).parent


def write(folder: Path, **texts: str) -> Path:
    """Write files: a_txt="…" becomes a.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def run(
    store: Store, *paths: Path | str, jobs: int = 1, extractor: object = EXTRACTOR
) -> BuildReport:
    return build(paths, store, jobs=jobs, extractor=extractor)  # type: ignore[arg-type]


def dump(store: Store) -> str:
    out = io.BytesIO()
    export(store, "nquads", out)
    return out.getvalue().decode()


def titles(store: Store) -> list[str]:
    return sorted(held.title for held in store.sources().values())


def file_names(store: Store) -> dict[str, tuple[str, ...]]:
    return {held.title: held.names for held in store.sources().values()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", a_txt="甲\n教育局", b_txt="乙\n教育局\n财政局", c_txt="丙")


def test_report(folder: Path) -> None:
    write(folder, d_txt="丁DAMAGED", e_png="%PDF", README_md="about", f_txt="BUG")
    steps: list[Progress] = []
    report = build([folder], Store(), report=steps.append, extractor=EXTRACTOR)
    assert (report.ok, report.repaired, report.unchanged, report.replaced) == (3, 1, 0, 0)
    assert report.unread == ((".png", 1), ("README.md", 1))
    (skipped,) = report.skipped
    assert skipped.path == str(folder / "f.txt")
    assert skipped.reason == (
        "internal error, please report it: ZeroDivisionError: a bug in two lines"
    )
    assert "process_as" in skipped.trace
    account = [(Path(one.path).name, one.outcome, one.remarks) for one in report.files]
    assert account == [
        ("a.txt", "ok", ()),
        ("b.txt", "ok", ()),
        ("c.txt", "ok", ()),
        ("d.txt", "repaired", ("one line was lost",)),
        ("f.txt", "skipped", (skipped.reason,)),
    ]
    assert all(one.seconds > 0 for one in report.files if one.outcome != "skipped")
    assert dict(report.entities)["https://w3id.org/policy-kg/ontology#Agency"] == 2
    assert [step.done for step in steps if not step.comparing] == [0, 1, 2, 3, 4, 5]
    assert {step.total for step in steps if not step.comparing} == {5}
    assert [step.done for step in steps if step.comparing] == [1, 2, 3, 4]


def test_what_is_held_is_not_read_again(folder: Path) -> None:
    store = Store()
    run(store, folder)
    before = dump(store)
    report = run(store, folder)
    assert (report.ok, report.unchanged) == (0, 3)
    assert dump(store) == before


def test_a_new_version_reads_everything_again(folder: Path) -> None:
    store = Store()
    run(store, folder)
    report = run(store, folder, extractor=NEXT)
    assert (report.ok, report.replaced, report.unchanged) == (3, 3, 0)
    fresh = Store()
    run(fresh, folder, extractor=NEXT)
    assert dump(store) == dump(fresh)


def test_order_and_processes_do_not_matter(folder: Path, tmp_path: Path) -> None:
    write(folder, d_txt="甲\n教育局")  # the content of a.txt
    for number in range(8):
        write(folder, **{f"n{number}_txt": f"文{number}\n教育局\n机关{number % 3}"})
    files = sorted(folder.iterdir())
    stores = [Store(), Store(tmp_path / "store"), Store()]
    run(stores[0], *files)
    run(stores[1], *reversed(files), jobs=2)
    for file in random.Random(7).sample(files, len(files)):
        run(stores[2], file)
    for form in ("turtle", "nquads"):
        outs = [io.BytesIO() for _ in stores]
        for store, out in zip(stores, outs, strict=True):
            export(store, form, out)
        assert len({out.getvalue() for out in outs}) == 1
    stores[1].close()


def test_equal_contents_are_one_document(tmp_path: Path) -> None:
    one, two = write(tmp_path / "1", a_txt="甲"), write(tmp_path / "2", b_txt="甲")
    store = Store()
    report = run(store, one)
    assert report.ok == 1
    report = run(store, two)
    assert (report.ok, report.replaced) == (1, 1)
    assert file_names(store) == {"甲": ("a.txt", "b.txt")}


@pytest.mark.parametrize("lose_ledger", [False, True])
def test_a_changed_file_replaces_its_graph(folder: Path, tmp_path: Path, lose_ledger: bool) -> None:
    place = tmp_path / "store"
    with Store(place) as store:
        run(store, folder)
    if lose_ledger:
        (place / "files.sqlite").unlink()
    write(folder, b_txt="乙二\n教育局")
    with Store(place) as store:
        report = run(store, folder)
        assert (report.ok, report.replaced, report.unchanged) == (1, 1, 2)
        fresh = Store()
        run(fresh, folder)
        assert dump(store) == dump(fresh)


def test_a_changed_file_leaves_what_another_still_holds(tmp_path: Path) -> None:
    folder = write(tmp_path, a_txt="甲", b_txt="甲")
    store = Store()
    run(store, folder)
    write(folder, b_txt="乙")
    run(store, folder)
    assert file_names(store) == {"甲": ("a.txt",), "乙": ("b.txt",)}
    write(folder, a_txt="乙")
    run(store, folder)
    assert file_names(store) == {"乙": ("a.txt", "b.txt")}


def test_a_file_that_breaks_keeps_its_old_graph(folder: Path) -> None:
    store = Store()
    run(store, folder)
    (folder / "a.txt").write_bytes(b"\xff\xfe\xfa")
    report = run(store, folder)
    assert [one.reason for one in report.skipped] == ["a.txt: not text"]
    assert titles(store) == ["丙", "乙", "甲"]
    write(folder, a_txt="甲二")
    run(store, folder)
    assert titles(store) == ["丙", "乙", "甲二"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_failures_do_not_stop_the_others(folder: Path, jobs: int) -> None:
    (folder / "bad.txt").write_bytes(b"\xff")
    write(folder, bug_txt="BUG")
    store = Store()
    report = run(store, folder, jobs=jobs)
    assert titles(store) == ["丙", "乙", "甲"]
    assert [Path(one.path).name for one in report.skipped] == ["bad.txt", "bug.txt"]


def test_a_graph_that_is_no_rdf_costs_itself_alone(folder: Path) -> None:
    write(folder, bad_txt="a title with spaces makes a bad IRI")
    store = Store()
    (skipped,) = run(store, folder).skipped
    assert "Invalid IRI" in skipped.reason
    assert titles(store) == ["丙", "乙", "甲"]


def test_a_document_that_kills_its_process_costs_itself_alone(folder: Path) -> None:
    write(folder, bad_txt="DIE")
    for number in range(5):
        write(folder, **{f"n{number}_txt": f"文{number}"})
    store = Store()
    report = run(store, folder, jobs=2)
    (skipped,) = report.skipped
    assert Path(skipped.path).name == "bad.txt"
    assert skipped.reason.startswith("took down the process that read it (exit status 9)")
    assert len(titles(store)) == 8


def test_removed_and_built_again(folder: Path) -> None:
    store = Store()
    run(store, folder)
    before = dump(store)
    store.remove(str(folder / "b.txt"))
    assert titles(store) == ["丙", "甲"]
    run(store, folder)
    assert dump(store) == before


# -- which files -------------------------------------------------------------------------------


def offered(*paths: Path | str, store: Path | None = None) -> dict[str, str]:
    found = find_files([str(path) for path in paths], store)
    return {os.path.basename(path): name for path, name in sorted(found.files.items())}


def test_files_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, b_txt="", a_TXT="", plain="", c_md="", d_docx="", e_png="", _hidden="")
    write(tmp_path / "sub", e_text="")
    write(tmp_path / ".git", config="")
    Store(tmp_path / "kg-store").close()
    assert offered(tmp_path) == {
        "a.TXT": "a.TXT",
        "b.txt": "b.txt",
        "c.md": "c.md",
        "d.docx": "d.docx",
        "plain": "plain",
        "e.text": "sub/e.text",
    }


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path: Path) -> None:
    write(tmp_path, a_docx="", _b="")
    assert offered(tmp_path / "a.docx", tmp_path / ".b") == {".b": ".b", "a.docx": "a.docx"}


def test_globs_name_files_from_where_they_begin(tmp_path: Path) -> None:
    write(tmp_path / "x" / "y", a_txt="")
    write(tmp_path / "x", b_txt="", c_doc="")
    assert offered(f"{tmp_path}/x/**/*.txt") == {"a.txt": "y/a.txt", "b.txt": "b.txt"}
    write(tmp_path, **{"d[1]_txt": ""})
    assert offered(tmp_path / "d[1].txt") == {"d[1].txt": "d[1].txt"}


def test_given_twice_the_longer_name_wins(tmp_path: Path) -> None:
    write(tmp_path / "sub", a_txt="")
    both = [tmp_path, tmp_path / "sub", tmp_path / "sub" / "a.txt"]
    assert offered(*both) == offered(*reversed(both)) == {"a.txt": "sub/a.txt"}


def test_link_loops_are_walked_once(tmp_path: Path) -> None:
    write(tmp_path / "docs" / "sub", a_txt="")
    write(tmp_path / "other", b_txt="")
    (tmp_path / "docs" / "sub" / "up").symlink_to(tmp_path / "docs")
    (tmp_path / "docs" / "a-link").symlink_to(tmp_path / "docs" / "sub")
    (tmp_path / "docs" / "far").symlink_to(tmp_path / "other")
    (tmp_path / "docs" / "far2").symlink_to(tmp_path / "other")
    assert offered(tmp_path / "docs") == {"a.txt": "sub/a.txt", "b.txt": "far/b.txt"}


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    with open(tmp_path / "big", "wb") as file:
        file.truncate(65 * 2**20)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        report = run(Store(), tmp_path, "/dev/zero", tmp_path / "none", f"{tmp_path}/*.none")
    reasons = {os.path.basename(one.path): one.reason for one in report.skipped}
    assert reasons == {
        "pipe": "not a regular file",
        "broken": "No such file or directory",
        "self": "Too many levels of symbolic links",
        "big": "65 MB; a document may have 64 MB",
        "socket": "not a regular file",
        "zero": "not a regular file",
        "none": "no such file or folder",
        "*.none": "no such file or folder",
    }


def test_a_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xb0\xa1.txt")
    with open(path, "wb") as file:
        file.write("甲".encode())
    store = Store()
    assert run(store, tmp_path).ok == 1
    assert run(store, tmp_path).unchanged == 1
    assert file_names(store) == {"甲": ("\ufffd\ufffd.txt",)}


# -- limits -------------------------------------------------------------------------------------


def test_what_hangs_grows_or_dies_costs_itself_alone(folder: Path) -> None:
    write(folder, hangs_txt="HANG", grows_txt="GROW", dies_txt="DIE", last_txt="文")
    store = Store()
    limits = Limits(seconds=2.0, memory=64 * 2**20)
    report = build([folder], store, limits=limits, extractor=EXTRACTOR)
    reasons = {Path(one.path).stem: one.reason for one in report.skipped}
    assert reasons == {
        "hangs": "took longer than 2 seconds; --time-limit allows more",
        "grows": "needs more memory than it may have; --memory-limit allows more",
        "dies": "took down the process that read it (exit status 9): "
        "it may need more than 64 MB; --memory-limit allows more",
    }
    assert "文" in file_names(store)


def test_what_a_document_starts_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folder = write(tmp_path / "docs", a_txt="CONVERT")
    report = build([folder], Store(), limits=Limits(seconds=1.0), extractor=EXTRACTOR)
    assert [one.reason for one in report.skipped] == [
        "took longer than 1 seconds; --time-limit allows more"
    ]
    deadline = time.monotonic() + 5
    while (left := list(_sleepers())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []
    assert list(temporary.iterdir()) == []


def _sleepers() -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if process.joinpath("cmdline").read_bytes() == b"sleep\x00613\x00":
                yield process.name


def test_without_limits_this_process_reads(folder: Path) -> None:
    write(folder, bug_txt="BUG", grows_txt="GROW")
    report = build([folder], Store(), limits=None, extractor=EXTRACTOR)
    assert [Path(one.path).stem for one in report.skipped] == ["bug"]


# -- interrupted -------------------------------------------------------------------------------

SLOW = """
import importlib, sys, time
sys.path.insert(0, sys.argv[1])
build = importlib.import_module("kg.build")
from fake_extractor import SLOW
from kg.store import Store

def report(progress):
    if progress.done == 1:
        print("reading", flush=True)

build.BATCH_QUADS = 60
with Store(sys.argv[2]) as store:
    build.build([sys.argv[3]], store, jobs=int(sys.argv[4]), report=report, extractor=SLOW)
"""


@pytest.mark.parametrize(("seed", "jobs"), [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2)])
def test_killed_at_any_moment(tmp_path: Path, seed: int, jobs: int) -> None:
    folder, place = tmp_path / "docs", tmp_path / "store"
    texts = {f"d{number}": f"文{number}\n教育局\n机关{number % 7}" for number in range(60)}
    write(folder, **{f"{name}_txt": text for name, text in texts.items()})
    whole = {graph(text, f"{name}.txt").iri: text for name, text in texts.items()}
    (tmp_path / "slow.py").write_text(SLOW)
    command = [sys.executable, str(tmp_path / "slow.py"), str(HERE), str(place), str(folder)]
    with subprocess.Popen([*command, str(jobs)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(random.Random(seed).uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
    with Store(place) as store:
        for source, held in store.sources().items():
            expected = graph(whole[source], *held.names).nquads.splitlines()
            assert len(store.ntriples(source)) == len(expected)
        run(store, folder)
        fresh = Store()
        run(fresh, folder)
        assert dump(store) == dump(fresh)
        assert store.size() == fresh.size()


def _left(workers: list[str], folder: Path) -> list[str]:
    """Give the workers that still run, and the files that they have not taken away."""
    files = [str(path) for path in folder.iterdir()]
    return [worker for worker in workers if _runs(worker)] + files


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    folder = write(tmp_path / "docs", **{f"d{number}_txt": f"文{number}" for number in range(900)})
    (tmp_path / "slow.py").write_text(SLOW)
    command = [
        sys.executable,
        str(tmp_path / "slow.py"),
        str(HERE),
        str(tmp_path / "s"),
        str(folder),
    ]
    (tmp_path / "temporary").mkdir()
    here = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen([*command, "2"], stdout=subprocess.PIPE, text=True, env=here) as process:
        assert process.stdout is not None
        process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers: list[str] = []
        deadline = time.monotonic() + 10
        while len(workers) < 2 and time.monotonic() < deadline:
            workers = children.read_text().split()
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while _left(workers, tmp_path / "temporary") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _left(workers, tmp_path / "temporary") == []


def _runs(process: str) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
