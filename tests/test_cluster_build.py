"""A build by workers: the same store, the same account, whoever reads and whoever dies."""

from __future__ import annotations

import json
import os
import signal
import sys
import zipfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from fake_extractor import DEADLY, EXTRACTOR, GATED, NEXT, version
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Killer, cluster
from test_build import dump, write
from test_cluster import GENEROUS, SAID, SAID_AGAIN

from kg.build import BuildReport, Extractor, Job, Progress, build
from kg.cli import cli
from kg.cluster import building, engines
from kg.cluster.building import build_on
from kg.cluster.engines import Engine, Here, engine
from kg.errors import ClusterError
from kg.inputs import Locator
from kg.store import Store
from kg.workers import Limits

HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give documents in files, an archive and a dump, some of which cannot be read."""
    place = tmp_path / "docs"
    write(
        place, a_txt="甲\n教育局", b_txt="乙\n财政局", twice_txt="乙\n财政局", lost_txt="丁DAMAGED"
    )
    write(place, one_txt=f"戊\n教育局\n\n{SAID}。", other_txt=f"己\n财政局\n\n{SAID_AGAIN}。")
    write(place, bad_txt="BUG", dies_txt="DIE", README_md="about", picture_png="%PDF")
    (place / "not text.txt").write_bytes(b"\xff\xfe\xfd")
    with zipfile.ZipFile(place / "more.zip", "w") as archive:
        archive.writestr("inner/c.txt", "丙\n水利局")
    row = {"title": "行", "content": f"行\n教育局\n{'文' * 100}"}
    (place / "rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return place


def built(
    inputs: Path | str, store: Store, on: Engine, extractor: Extractor = EXTRACTOR, **others: Any
) -> BuildReport:
    given = {"limits": GENEROUS, "version_here": version}
    return build_on(on, [str(inputs)], store, extractor=extractor, **{**given, **others})


def here(inputs: Path, store: Store, extractor: Extractor = EXTRACTOR) -> BuildReport:
    return build([inputs], store, extractor=extractor, limits=GENEROUS)


def account(report: BuildReport) -> list[Any]:
    """Give all that a report says, but for times."""
    files = [(one.path, one.outcome, one.remarks) for one in report.files]
    skipped = [(one.path, one.reason) for one in report.skipped]
    counts = (report.ok, report.repaired, report.unchanged, report.replaced, report.quads)
    return [files, skipped, counts, report.unread, report.entities]


def assert_same(one: Store, other: Store) -> None:
    assert dump(one) == dump(other)
    assert one.claims() == other.claims()
    assert one.traced == other.traced


# -- as a build here ---------------------------------------------------------------------------


def test_a_build_is_the_same_whoever_reads(folder: Path) -> None:
    """Also after files have changed, gone from an archive, or taken another name."""
    stores = Store(), Store()
    steps: list[Progress] = []
    for changed in ({}, {"a_txt": "甲的新稿\n教育局", "b_txt": "乙的新稿", "m_txt": "丙\n水利局"}):
        write(folder, **changed)
        by_workers = built(folder, stores[0], Here(), report=steps.append)
        assert account(by_workers) == account(here(folder, stores[1]))
        assert_same(*stores)
    reading = [step for step in steps if not step.comparing]
    assert (reading[0].done, reading[0].total) == (0, 10)
    assert max(step.done for step in reading) == 10
    left_out = {Path(step.skipped.path).name for step in reading if step.skipped}
    assert left_out == {"bad.txt", "dies.txt", "not text.txt"}


def test_a_document_that_hangs_costs_itself_alone(tmp_path: Path) -> None:
    place = write(tmp_path / "docs", a_txt="甲", b_txt="HANG", c_txt="丙")
    report = built(place, Store(), Here(), limits=Limits(2.0))
    assert report.ok == 2
    (skipped,) = report.skipped
    assert skipped.reason == "took longer than 2 seconds; --time-limit allows more"


def test_what_goes_away_before_it_is_sent(tmp_path: Path) -> None:
    place = write(tmp_path / "docs", a_txt="甲\n教育局", b_txt="乙")

    def vanish(progress: object) -> None:
        (place / "a.txt").unlink(missing_ok=True)

    report = built(place, Store(), Here(), report=vanish)
    (skipped,) = report.skipped
    assert skipped.path == str(place / "a.txt")
    assert skipped.reason == "changed or went away while it was being read; build again"


def test_addresses_are_opened_by_workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec = pytest.importorskip("fsspec")
    far = fsspec.filesystem("memory")
    monkeypatch.setattr(building, "MOST_FAR", 3)
    try:
        for path in folder.rglob("*"):
            far.pipe_file(f"/papers/{path.name}", path.read_bytes())
        # This process alone can see them: it is the worker.
        stores = Store(), Store()
        report = built("memory://papers", stores[0], Here())
        here(folder, stores[1])
        assert dump(stores[0]) == dump(stores[1])
        (dead,) = (one for one in report.skipped if one.path.endswith("dies.txt"))
        assert dead.path == "memory://papers/dies.txt"
    finally:
        far.store.clear()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.booleans(), st.booleans()), max_size=40))
def test_each_document_is_sent_once(given: list[tuple[int, bool, bool]]) -> None:
    """In parcels that stay small; what cannot be opened goes along, to be told of."""
    sizes = {f"{number}": one for number, one in enumerate(given)}
    jobs = [
        Job(sha256, (sha256,), (sha256,), (Locator(f"s3://{sha256}" if far else sha256),))
        for sha256, (_, far, _) in sizes.items()
    ]

    def opened(task: object, jobs: list[Job], processes: int, limits: Limits) -> Any:
        for job in jobs:
            size, _, gone = sizes[job.sha256]
            yield job, building.Lost("gone") if gone else b"x" * size

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building.workers, "run", opened)
        patch.setattr(building, "MOST_BYTES", 1000)
        patch.setattr(building, "MOST_FAR", 5)
        parcels = list(building._parcels(jobs, GENEROUS))
    put = [job.sha256 for parcel in parcels for job in parcel.jobs]
    unread = [one.job.sha256 for parcel in parcels for one in parcel.unread]
    assert sorted([*put, *unread]) == sorted(sizes)
    assert set(unread) == {key for key, (_, far, gone) in sizes.items() if gone and not far}
    for parcel in parcels:
        assert len(parcel.jobs) <= building.MOST_DOCUMENTS
        assert sum(map(len, parcel.sent.values())) == parcel.size < 1000 + 900
        near = {job.sha256 for job in parcel.jobs if not sizes[job.sha256][1]}
        assert set(parcel.sent) == near
        assert not near or len(near) == len(parcel.jobs)


class Scheduler:
    """Stands for a client, and for what waits for its tasks; each is done at once, in turn."""

    loop = None

    def __init__(self, threads: list[int]) -> None:
        self._threads, self.given, self.most, self._waiting = threads, 0, 0, deque[Any]()

    def nthreads(self) -> dict[str, int]:
        return {"worker": self._threads.pop(0) if len(self._threads) > 1 else self._threads[0]}

    def submit(self, function: Any, *arguments: Any, **_: object) -> Any:
        self.given += 1
        return SimpleNamespace(key=self.given, result=lambda: function(*arguments))

    def __call__(self, loop: None) -> Scheduler:
        return self

    def add(self, future: Any) -> None:
        self._waiting.append(future)
        self.most = max(self.most, len(self._waiting))

    def __iter__(self) -> Iterator[Any]:
        while self._waiting:
            yield self._waiting.popleft()

    def clear(self) -> None:
        self._waiting.clear()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9)), st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_no_more_is_underway_than_workers_come_to(sizes: list[int], threads: list[int]) -> None:
    """As many as the threads ask for that there are then, and not too many bytes at a time."""
    pytest.importorskip("distributed")
    scheduler = Scheduler(list(threads))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("distributed.as_completed", scheduler)
        patch.setattr(engines, "MOST_UNDERWAY", 12)
        underway = engines._Underway(scheduler, str, sizes, int)  # type: ignore[arg-type]
        done = []
        for number, size, _ in underway:
            done.append((number, size))
            others = [size for _, size in underway._jobs.values()]
            assert underway._bytes == sum(others) < 12 + 9
    assert done == list(enumerate(sizes))
    assert scheduler.most <= engines.AHEAD * max(1, *threads)


def test_a_cluster_that_grows_is_given_more() -> None:
    pytest.importorskip("distributed")
    scheduler = Scheduler([1, 1, 5])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("distributed.as_completed", scheduler)
        jobs = [0] * 60
        seen = []
        for _ in engines._Underway(scheduler, str, jobs, int):  # type: ignore[arg-type]
            seen.append(scheduler.most)
    assert (seen[0], seen[-1]) == (engines.AHEAD, 5 * engines.AHEAD)
    assert len(seen) == 60


# -- a real scheduler, real workers ------------------------------------------------------------


def test_two_workers_of_which_one_is_killed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its documents are read by the other; the N-Quads are those of a build here, to the byte."""
    write(folder, wait_txt="WAIT\n教育局")
    gate = tmp_path / "gate"
    killer = Killer(gate)
    monkeypatch.setattr(engines, "WAITING", 1.0)
    monkeypatch.setattr(engines, "MOST_UNDERWAY", 100)  # bytes: the rest waits here
    monkeypatch.setattr(building, "MOST_DOCUMENTS", 2)
    stores = Store(), Store()
    with cluster(tmp_path, 2, KG_TEST_GATE=str(gate)) as address:
        with engine("dask", address, 1) as chosen:
            killer.start()
            report = built(folder, stores[0], chosen, GATED)
            killer.join()
        assert killer.killed, "no worker came to the document"
        with engine("dask", address, 1) as chosen:
            with pytest.raises(ClusterError, match="has version test-1, not test-2: install"):
                built(folder, Store(), chosen, NEXT)
            again = built(folder, stores[0], chosen, GATED)
            _kill_the_scheduler(chosen)
            write(folder, new_txt="新")
            with pytest.raises(ClusterError, match="the scheduler has gone; the same command"):
                built(folder, stores[0], chosen, GATED)
    (folder / "new.txt").unlink()
    assert account(report) == account(here(folder, stores[1], GATED))
    assert (again.ok, again.unchanged) == (0, report.ok + report.repaired)
    assert_same(*stores)


def _kill_the_scheduler(chosen: Any) -> None:
    os.kill(chosen._client.run_on_scheduler(os.getpid), signal.SIGKILL)


def test_a_document_that_takes_down_its_workers(tmp_path: Path) -> None:
    """It is tried by itself, and given up; those that were sent with it are read."""
    folder = write(tmp_path / "docs", a_txt="甲", b_txt="KILL", c_txt="丙\n教育局")
    allowed = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with cluster(tmp_path, 3, **allowed) as address, engine("dask", address, 1) as chosen:
        report = built(folder, Store(), chosen, DEADLY)
    assert (report.ok, [Path(one.path).name for one in report.skipped]) == (2, ["b.txt"])
    assert report.skipped[0].reason == building.WORKERS_DIED


def test_machines_without_this_package(tmp_path: Path) -> None:
    """They are told of before anything is sent: it would end the worker without a word."""
    (tmp_path / "other" / "kg").mkdir(parents=True)
    (tmp_path / "other" / "kg" / "__init__.py").write_text("")
    other = {"PYTHONPATH": str(tmp_path / "other"), "PYTHONSAFEPATH": "1"}
    with cluster(tmp_path, 1, **other) as address:
        said = r"has no policy-kg \(.*\): install policy-kg"
        with pytest.raises(ClusterError, match=said), engine("dask", address, 1):
            pass


# -- the command -------------------------------------------------------------------------------


def test_the_command_with_workers_of_its_own(tmp_path: Path) -> None:
    """The project's own extractors, corrections and options: as kg build by itself."""
    pytest.importorskip("distributed")
    docs = write(
        tmp_path / "docs",
        a_txt="青禾县教育局2023年工作要点\n1.增加学位。年底前新增学位500个。（牵头单位：县财政局）",
        b_txt="雲陵市教育局2023年工作要點\n1.增加學位。年底前新增學位900個。",
    )
    dumps, reports = [], []
    for name, chosen in (("here", []), ("workers", ["--engine", "dask", "-j", "1"])):
        place = tmp_path / name
        with Store(place) as store:
            (place / "corrections.tsv").write_text(
                "action\twhat\tvalue\tdocument\tquote\n"
                "value\ttarget\tvalue=600\ta.txt\t新增学位500个\n",
                encoding="utf-8",
            )
        told = tmp_path / f"{name}.json"
        arguments = ["build", str(docs), "--store", str(place), "--simplify", "--report", str(told)]
        result = CliRunner().invoke(cli, [*arguments, *chosen])
        assert result.exit_code == 0, result.output
        with Store(place, read_only=True) as store:
            dumps.append(dump(store))
        reports.append([line for line in told.read_text().splitlines() if "seconds" not in line])
    assert dumps[0] == dumps[1]
    assert '"600"' in dumps[0]
    assert (
        "雲陵" not in dumps[0].replace("雲陵市教育局2023年工作要點", "")
        or "云陵市教育局" in dumps[0]
    )
    assert reports[0] == reports[1]


@pytest.mark.parametrize(
    ("given", "code", "line"),
    [
        (["--scheduler", "tcp://127.0.0.1:9"], 2, "Error: --scheduler goes with --engine dask"),
        (
            ["--engine", "dask", "--scheduler", "tcp://127.0.0.1:9"],
            1,
            "Error: tcp://127.0.0.1:9: no dask scheduler answers",
        ),
        (["--engine", "dask"], 1, "Error: dask is not installed; install it with: pip install"),
    ],
    ids=["for nobody", "nobody there", "without the extra"],
)
def test_what_cannot_be(
    given: list[str], code: int, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(engines, "WAITING", 0.5)
    if "not installed" in line:
        monkeypatch.setitem(sys.modules, "distributed", None)
    place = tmp_path / "store"
    result = CliRunner().invoke(cli, ["build", str(HERE), "--store", str(place), *given])
    assert (result.exit_code, place.exists()) == (code, False)
    assert result.output.splitlines()[-1].startswith(line)


def test_an_address_in_the_environment_is_not_for_builds_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:9")
    docs = write(tmp_path / "docs", a_txt="青禾县教育局2023年工作要点\n1.增加学位。")
    result = CliRunner().invoke(cli, ["build", str(docs), "--store", str(tmp_path / "store")])
    assert result.exit_code == 0, result.output
