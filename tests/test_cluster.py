"""Parts: the same bytes from any engine, whoever dies; and the store that they make."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fake_extractor import BASE, EXTRACTOR, GATED, NEXT, version
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Killer, cluster, is_alive
from test_build import dump, write

from kg.build import Extractor, Job, Reader, build
from kg.cluster.engines import Engine, Here, engine
from kg.cluster.loading import Loaded, load, open_manifest
from kg.cluster.making import Made, make_parts
from kg.cluster.manifest import read_account
from kg.cluster.parts import orders
from kg.cluster.reading import Recipe
from kg.errors import ClusterError, StoreError
from kg.inputs import Contents, Locator
from kg.store import Store
from kg.traces import likeness
from kg.workers import Limits

HERE = Path(__file__).parent
GENEROUS = Limits(120.0)
SAID = "各乡镇要把危旧桥梁的排查放在入冬之前做完，并把结果张贴在村口的公告栏里"
SAID_AGAIN = "各街道要把危旧桥梁的排查放在入冬之前做完，并把结果张贴在社区的公告栏里"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return documents(tmp_path / "docs")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that no test changes: docs and the parts of it, which are to be copied."""
    place = tmp_path_factory.mktemp("given")
    parts(documents(place / "docs"), place / "parts")
    return place


@pytest.fixture
def place(whole: Path, tmp_path: Path) -> Path:
    """Give a copy of the parts of whole / "docs"."""
    shutil.copytree(whole / "parts", tmp_path / "parts")
    return tmp_path / "parts"


def documents(place: Path) -> Path:
    """Write 24 documents: two with one content, one in an archive, some with the same words."""
    for number in range(20):
        write(place, **{f"n{number:02}_txt": f"文{number}\n教育局\n机关{number % 3}"})
    write(place, twice_txt="文7\n教育局\n机关1", README_md="about", picture_png="%PDF")
    write(place, one_txt=f"甲\n教育局\n\n{SAID}。", other_txt=f"乙\n财政局\n\n{SAID_AGAIN}。")
    with zipfile.ZipFile(place / "more.zip", "w") as archive:
        archive.writestr("inner/c.txt", "丙\n水利局")
    return place


def parts(
    inputs: Path | str,
    place: Path | str,
    on: Engine | None = None,
    *,
    extractor: Extractor = EXTRACTOR,
    **others: Any,
) -> Made:
    given = {"limits": GENEROUS, "usual": 4, "version_here": version, "base": BASE, "options": {}}
    return make_parts([str(inputs)], str(place), on or Here(), extractor, **{**given, **others})


def loaded(place: Path | str, store: Store) -> Loaded:
    return load(str(place), store, lambda manifest: EXTRACTOR, limits=GENEROUS)


def built(*inputs: Path) -> Store:
    store = Store()
    build(inputs, store, extractor=EXTRACTOR, limits=None)
    return store


def files(place: Path) -> dict[str, str]:
    """Give the digest of every file of a folder."""
    return {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in place.rglob("*")
        if path.is_file()
    }


# -- parts -------------------------------------------------------------------------------------


def test_what_is_written(place: Path) -> None:
    manifest = open_manifest(str(place))
    assert (manifest.version, manifest.base, manifest.unread) == (
        "test-1",
        BASE,
        ((".png", 1), ("README.md", 1)),
    )
    accounts = [
        one
        for part in manifest.parts
        for one in read_account((place / part.account.name).read_bytes(), part.name)
    ]
    assert len(manifest.parts) > 2
    assert len(accounts) == len({one.sha256 for one in accounts}) == 23
    names = {one.names for one in accounts if len(one.names) > 1}
    assert names == {("n07.txt", "twice.txt")}
    assert ("more.zip!/inner/c.txt",) in {one.names for one in accounts}
    for part in manifest.parts:
        lines = gzip.decompress((place / part.quads.name).read_bytes()).splitlines()
        assert (
            len(lines)
            == part.triples
            == sum(
                one.triples
                for one in read_account((place / part.account.name).read_bytes(), part.name)
            )
        )
        assert (place / part.quads.name).read_bytes()[4:8] == b"\0\0\0\0", "a time in the file"


def test_the_same_inputs_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    made = parts(folder, tmp_path / "one")
    parts(folder, tmp_path / "two", Here(2))
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert open_manifest(str(tmp_path / "one")) == made.manifest


def test_parts_that_are_there_are_kept(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "parts"
    parts(folder, place)
    before = {path: path.stat().st_mtime_ns for path in place.glob("part-*.nq.gz")}
    broken, lost, *kept = sorted(before)
    broken.write_bytes(broken.read_bytes()[:-9])
    lost.unlink()
    (place / "manifest.json").unlink()  # as where the run was killed
    whole = tmp_path / "whole"
    parts(folder, place)
    parts(folder, whole)
    assert files(place) == files(whole)
    assert [path.stat().st_mtime_ns for path in kept] == [before[path] for path in kept]


def test_a_document_more_changes_the_part_that_it_stands_in(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "parts"
    before = parts(folder, place).manifest.parts
    write(folder, n05a_txt="新来的文\n教育局")
    made = parts(folder, place)
    same = {one.name for one in before} & {one.name for one in made.manifest.parts}
    assert len(before) - 2 <= len(same) < len(before)
    assert made.removed > 0
    on_disk = {path.name.split(".")[0] for path in place.glob("part-*")}
    assert on_disk == {one.name for one in made.manifest.parts}


def test_a_document_that_hangs_costs_itself_alone(folder: Path, tmp_path: Path) -> None:
    write(folder, bad_txt="HANG", dies_txt="DIE", wrong_txt="BUG")
    made = parts(folder, tmp_path / "parts", limits=Limits(5.0))
    reasons = {Path(one.path).name: one.reason for one in made.skipped}
    assert reasons.pop("bad.txt") == "took longer than 5 seconds; --time-limit allows more"
    assert reasons.pop("dies.txt").startswith("took down the process that read it (exit status 9)")
    assert "ZeroDivisionError" in reasons.pop("wrong.txt")
    assert not reasons
    assert sum(part.documents - part.skipped for part in made.manifest.parts) == 23


def test_a_reader_that_died_while_it_waited_costs_no_document(folder: Path) -> None:
    reader = Reader(GENEROUS, EXTRACTOR.process, BASE)
    try:
        jobs = [_job(path) for path in sorted(folder.glob("n0*.txt"))]
        assert [outcome.reason for outcome in reader.read(jobs[:2])] == ["", ""]
        (worker,) = reader._standing._crew._workers
        worker.process.kill()
        worker.process.wait()
        assert [outcome.reason for outcome in reader.read(jobs[2:5])] == ["", "", ""]
    finally:
        reader.end()


def _job(path: Path) -> Job:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Job(sha256, (str(path),), (path.name,), (Locator(str(path)),))


RECIPE = Recipe(EXTRACTOR.process, "test-1", version, BASE, GENEROUS, "run")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), unique=True), st.integers(1, 9))
def test_each_document_is_in_one_part(files: list[tuple[int, int]], usual: int) -> None:
    """However many names a content has: one part, where all its files are told."""
    contents = Contents({})
    for content, name in files:
        path = f"/docs/{content}-{name}.txt"
        contents.names[path] = path.removeprefix("/docs/")
        contents.add(Locator(path), hashlib.sha256(b"%d" % content).hexdigest())
    made = list(orders(contents, RECIPE, usual))
    assert [order.name for order in made] == [o.name for o in orders(contents, RECIPE, usual)]
    told = [pair for order in made for claims in order.claims for pair in claims]
    assert sorted(told) == sorted((claim.path, claim.name) for claim in contents.claims)
    digests = [job.sha256 for order in made for job in order.jobs]
    assert len(digests) == len(set(digests)) == len({content for content, _ in files})
    assert len({order.name for order in made}) == len(made)


def test_a_worker_with_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="a worker has version test-1, not test-2"):
        parts(folder, tmp_path / "parts", extractor=NEXT)
    assert not (tmp_path / "parts" / "manifest.json").exists()


def test_parts_among_the_inputs_are_refused(folder: Path) -> None:
    with pytest.raises(ClusterError, match="which is read; name a folder outside it"):
        parts(folder, folder / "parts")


def test_parts_are_no_documents_and_no_store(place: Path, tmp_path: Path) -> None:
    write(tmp_path, a_txt="甲\n教育局")
    report = build([f"{tmp_path}/*"], Store(), extractor=EXTRACTOR, limits=None)
    assert [Path(one.path).name for one in report.files] == ["a.txt"]
    with pytest.raises(StoreError):
        Store(place)


@pytest.mark.parametrize(
    ("name", "is_taken_away"),
    [
        ("part-0123456789abcdef.nq.gz", True),
        ("compared/pairs-4-0001.gz", True),
        ("part-one.txt", False),
        ("notes/part-0123456789abcdef.nq.gz", False),
    ],
)
def test_what_is_not_ours_stays(place: Path, whole: Path, name: str, is_taken_away: bool) -> None:
    write(place / Path(name).parent)
    (place / name).write_text("of an earlier run, or of somebody else")
    parts(whole / "docs", place)
    assert (place / name).exists() != is_taken_away


def test_a_folder_with_other_files_is_refused(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "mine", letter_txt="…")
    with pytest.raises(ClusterError, match="holds other files and no parts"):
        parts(folder, tmp_path / "mine")
    with Store(tmp_path / "store"):
        pass
    with pytest.raises(ClusterError, match="is a store"):
        parts(folder, tmp_path / "store")


def test_addresses(folder: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    far = fsspec.filesystem("memory")
    try:
        for path in folder.rglob("*"):
            far.pipe_file(f"/papers/{path.name}", path.read_bytes())
        parts("memory://papers", "memory://written/here")
        store = Store()
        assert not loaded("memory://written/here", store).damaged
        assert dump(store) == dump(built(folder))
        paths = {claim.path for claim in store.claims()}
        assert {"memory://papers/one.txt", "memory://papers/more.zip!/inner/c.txt"} <= paths
        with pytest.raises(ClusterError, match="no such file"):
            parts("memory://nothing", tmp_path / "none")
    finally:
        far.store.clear()


# -- a store of them ---------------------------------------------------------------------------


def test_a_loaded_store_is_as_a_built_one(whole: Path, place: Path, tmp_path: Path) -> None:
    folder, folder_of_store = whole / "docs", tmp_path / "store"
    expected = built(folder)
    with Store(folder_of_store) as store:
        done = loaded(place, store)
        assert (done.report.ok, done.damaged) == (23, ())
        assert dump(store) == dump(expected)
        assert store.claims() == expected.claims()
        assert store.traced == expected.traced
        manifest = store.manifest()
        again = loaded(place, store)
        assert (again.report.ok, again.report.unchanged) == (0, 23)
        rebuilt = build([folder], store, extractor=EXTRACTOR, limits=None)
        assert (rebuilt.ok, rebuilt.unchanged) == (0, 23)
        assert store.manifest() == manifest
        assert dump(store) == dump(expected)
    assert (folder_of_store / "search.sqlite").exists()


def test_what_has_changed_is_replaced_as_by_a_build(folder: Path, tmp_path: Path) -> None:
    store = Store()
    parts(folder, tmp_path / "first")
    loaded(tmp_path / "first", store)
    write(folder, n03_txt="文3的新稿\n教育局", n07_txt="文7的新稿")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("inner/d.txt", "丁\n水利局")
    parts(folder, tmp_path / "second")
    done = loaded(tmp_path / "second", store)
    expected = built(folder)
    assert dump(store) == dump(expected)
    assert store.claims() == expected.claims()
    assert done.report.replaced > 0


def test_other_names_that_the_store_knows(whole: Path, place: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", same_txt="文9\n教育局\n机关0")
    store = built(other)
    loaded(place, store)
    expected = built(other)
    build([whole / "docs"], expected, extractor=EXTRACTOR, limits=None)
    assert dump(store) == dump(expected)
    names = {held.title: held.names for held in store.sources().values()}
    assert names["文9"] == ("n09.txt", "same.txt")


DAMAGE = [
    ("nq.gz", "one byte is another", lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:]),
    ("nq.gz", "broken off", lambda data: data[:-7]),
    ("nq.gz", "packed anew, with a line less", lambda data: _without_a_line(data)),
    ("nq.gz", "missing", lambda data: None),
    ("jsonl", "a line less", lambda data: b"".join(data.splitlines(keepends=True)[1:])),
    ("jsonl", "missing account", lambda data: None),
]


def _without_a_line(data: bytes) -> bytes:
    return gzip.compress(b"".join(gzip.decompress(data).splitlines(keepends=True)[1:]), mtime=0)


@pytest.mark.parametrize(("kind", "name", "damage"), DAMAGE, ids=[one[1] for one in DAMAGE])
def test_damage(place: Path, kind: str, name: str, damage: Any) -> None:
    """Of a damaged part nothing goes in, of the others everything; whole again, it does too."""
    part = open_manifest(str(place)).parts[1]
    victim = place / f"{part.name}.{kind}"
    before, data = victim.read_bytes(), damage(victim.read_bytes())
    victim.unlink() if data is None else victim.write_bytes(data)
    store = Store()
    done = loaded(place, store)
    assert [one.name for one in done.damaged] == [victim.name]
    assert "run the same kg parts again" in done.damaged[0].problem
    account = read_account(
        before if kind == "jsonl" else (place / part.account.name).read_bytes(), ""
    )
    assert not [one.graph for one in account if store.holds(one.graph)]
    assert len(store.sources()) == 23 - part.documents
    if data is not None:
        victim.write_bytes(before)
        assert loaded(place, store).report.ok == part.documents


def test_a_manifest_that_lies(place: Path, tmp_path: Path) -> None:
    given = json.loads((place / "manifest.json").read_text())
    account = place / given["parts"][0]["account"]["name"]
    rows = [json.loads(line) for line in account.read_text().splitlines()]
    rows[0]["sha256"] = "0" * 64
    account.write_text("".join(json.dumps(row) + "\n" for row in rows))
    given["parts"][0]["account"] |= {
        "size": account.stat().st_size,
        "sha256": hashlib.sha256(account.read_bytes()).hexdigest(),
    }
    (place / "manifest.json").write_text(json.dumps(given))
    store = Store()
    (damaged,) = loaded(place, store).damaged
    assert damaged.problem.startswith("holds other graphs than its account says")
    given["ontology"]["name"] = "../../secret"
    (place / "manifest.json").write_text(json.dumps(given))
    with pytest.raises(ClusterError, match="names no file of parts"):
        loaded(place, store)
    with pytest.raises(ClusterError, match=r"no manifest\.json here"):
        loaded(tmp_path, store)


def test_another_base_is_refused(place: Path) -> None:
    with pytest.raises(ClusterError, match=r"made for the base .* the store's is http://other/"):
        loaded(place, Store(base="http://other/"))


def test_a_load_that_is_stopped_goes_on(whole: Path, place: Path) -> None:
    store, count = Store(), 0

    def stop(progress: object) -> None:
        nonlocal count
        count += 1
        if count == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(str(place), store, lambda manifest: EXTRACTOR, report=stop)
    loaded(place, store)
    assert dump(store) == dump(built(whole / "docs"))


# -- what comparing needs ----------------------------------------------------------------------


def test_comparing_is_done_before_the_load(
    whole: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is computed at the load that the parts bring, and both find the same."""
    with Store(tmp_path / "built") as store:
        build([whole / "docs"], store, extractor=EXTRACTOR, limits=None)
    before = likeness.blocks(SAID, SAID_AGAIN)
    assert before, "the two are alike"

    def never(*_: object) -> Any:
        raise AssertionError("computed at the load")

    with monkeypatch.context() as patch:
        patch.setattr(likeness, "blocks", never)
        with Store(tmp_path / "loaded") as store:
            loaded(place, store)
    rows = [_memory(tmp_path / name) for name in ("built", "loaded")]
    assert rows[0] == rows[1]
    assert any(found for _, _, found in rows[0][1])


def _memory(store: Path) -> tuple[list[Any], list[Any]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(store / "traces.sqlite")) as rows:
        tables = ("signatures", "pairs")
        first, second = (sorted(rows.execute(f"SELECT * FROM {table}")) for table in tables)
    return first, second


def test_a_damaged_memory_costs_time_only(whole: Path, place: Path, tmp_path: Path) -> None:
    compared = open_manifest(str(place)).compared
    for file in compared:
        (place / file.name).write_bytes(b"nothing")
    with Store(tmp_path / "store") as store:
        assert len(loaded(place, store).damaged) == len(compared) > 0
        assert dump(store) == dump(built(whole / "docs"))


# -- a real scheduler, real workers ------------------------------------------------------------


def test_two_workers_of_which_one_is_killed(folder: Path, tmp_path: Path) -> None:
    """A worker dies while it reads a document; what is written is the same to the byte."""
    write(folder, wait_txt="WAIT\n教育局", bad_txt="DIE")
    gate = tmp_path / "gate"
    killer = Killer(gate)
    with cluster(tmp_path, 2, KG_TEST_GATE=str(gate)) as address:
        with engine("dask", address, 1) as chosen:
            killer.start()
            made = parts(folder, tmp_path / "dask", chosen, extractor=GATED)
            killer.join()
        assert killer.killed, "no worker came to the document"
        assert not is_alive(killer.killed[1]), "what the dead worker had started goes on"
        with engine("dask", address, 1) as chosen:  # the one that is left
            parts(folder, tmp_path / "alone", chosen, extractor=GATED)
    parts(folder, tmp_path / "local", extractor=GATED)
    assert [Path(one.path).name for one in made.skipped] == ["bad.txt"]
    assert files(tmp_path / "dask") == files(tmp_path / "local") == files(tmp_path / "alone")
    assert made.manifest.compared, "pairs of passages"


def test_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("kg.cluster.engines.WAITING", 0.5)
    with pytest.raises(ClusterError, match="no dask scheduler answers"):  # noqa: SIM117
        with engine("dask", "tcp://127.0.0.1:9", 1):
            pass


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ClusterError, match=r"policy-kg\[cluster\]"):  # noqa: SIM117
        with engine("dask", "tcp://127.0.0.1:1", 1):
            pass
    with pytest.raises(ClusterError, match=r"s3://papers: fsspec is not installed"):
        parts("s3://papers", tmp_path)


# -- the commands ------------------------------------------------------------------------------


def test_the_commands_on_the_examples(tmp_path: Path) -> None:
    """The project's own extractors: parts of examples, loaded, are what kg build makes of them."""
    from click.testing import CliRunner

    from kg.cli import cli

    given = str(HERE.parent / "examples" / "0[1-3]*.txt")
    for arguments in (
        ["parts", given, "--out", str(tmp_path / "parts"), "--documents", "2"],
        ["load", str(tmp_path / "parts"), "--store", str(tmp_path / "loaded")],
        ["build", given, "--store", str(tmp_path / "built")],
        ["build", given, "--store", str(tmp_path / "loaded")],
    ):
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
    assert re.search(r"documents unchanged +3\n", result.output), result.output
    graphs = []
    for name in ("loaded", "built"):
        with Store(tmp_path / name, read_only=True) as store:
            graphs.append(dump(store))
    assert graphs[0] == graphs[1]
