"""Stores that are damaged, in use, on a full disk, or not ours to write: said in one line."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

import pytest
from faulty import Ended, Faulty

from kg.errors import StoreError
from kg.ledger import Ledger
from kg.store import Store

STORE = "kg-store"
ASK = "SELECT ?name { ?agency a pol:Agency ; skos:prefLabel ?name } ORDER BY ?name"
COUNT = "SELECT (COUNT(*) AS ?n) { ?document a pol:PolicyDocument }"


def _has_namespaces(*options: str) -> bool:
    unshare = shutil.which("unshare")
    return bool(unshare) and not subprocess.run([unshare, *options, "true"], check=False).returncode


# As root a namespace of mounts is enough, and a process in it can still become another user.
APART = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--mount", "--map-root-user")
needs_mounts = pytest.mark.skipif(
    not _has_namespaces(*APART[1:]), reason="this system gives no namespace of mounts (unshare)"
)


@pytest.fixture(scope="module")
def faulty() -> Iterator[Faulty]:
    with Faulty(APART if _has_namespaces(*APART[1:]) else ()) as process:
        yield process


@pytest.fixture(scope="module")
def room() -> Iterator[Path]:
    """Give a folder in memory, where that is possible, that everybody may enter."""
    shared = Path("/dev/shm")
    place = Path(mkdtemp(prefix="kg-faults-", dir=shared if os.access(shared, os.W_OK) else None))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def built(faulty: Faulty, room: Path) -> Path:
    documents = room / "built" / "docs"
    documents.mkdir(parents=True)
    for name, text in {"a": "甲\n教育局\n财政局", "b": "乙\n教育局", "c": "丙\n民政局"}.items():
        (documents / f"{name}.txt").write_text(text, encoding="utf-8")
    for command in (("build", "docs"), ("export", "-o", "all.nq")):
        done = faulty.run(command, cwd=room / "built")
        assert done.code == 0, done.stderr
    return room / "built"


@pytest.fixture
def place(built: Path, room: Path) -> Iterator[Path]:
    copy = room / "copy"
    shutil.copytree(built, copy)
    yield copy
    shutil.rmtree(copy)


def refused(done: Ended, *words: str) -> bool:
    """Tell whether a command ended with one line that holds some words."""
    lines = done.stderr.splitlines()
    return (
        done.code == 1
        and len(lines) == 1
        and lines[0].startswith("Error: ")
        and all(word in lines[0] for word in words)
    )


# -- damage ------------------------------------------------------------------------------------

READING = {
    "query": ("query", ASK),
    "export": ("export", "-o", "out.ttl"),
    "search": ("search", "教育局"),
    "render": ("render", "-o", "out.html"),
    "stats": ("stats",),
}
WRITING = {
    "build": ("build", "docs"),
    "import": ("import", "all.nq"),
    "remove": ("remove", "a.txt"),
    "correct": ("correct", "not", "agency/教育局"),
    "accept": ("verify", "--accept"),
}
COMMANDS = READING | WRITING


def without(pattern: str) -> Callable[[Path], None]:
    def take_away(store: Path) -> None:
        found = sorted(store.glob(pattern))
        assert found
        for file in found:
            file.unlink()

    return take_away


def all_but_tables(store: Path) -> None:
    for file in (store / "graph").iterdir():
        if file.suffix != ".sst":
            file.unlink()


def flip_one(store: Path) -> None:
    flip(sorted((store / "graph").glob("*.sst"))[0], 0.5)


def flip(file: Path, share: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * share)] ^= 0x10
    file.write_bytes(content)


def garbage(name: str) -> Callable[[Path], None]:
    return lambda store: (store / name).write_bytes(b"\xff" * 5000) and None  # type: ignore[return-value]


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a flipped bit": (
        flip_one,
        "its bytes have changed since it was written; run: kg verify",
    ),
    "no CURRENT": (without("graph/CURRENT"), "damaged, files are missing"),
    "no MANIFEST": (without("graph/MANIFEST-*"), "if it is damaged, delete it and build again"),
    "no tables": (without("graph/*.sst"), "if it is damaged, delete it and build again"),
    "all but tables": (all_but_tables, "damaged, files are missing"),
    "ledger": (garbage("files.sqlite"), "files.sqlite: file is not a database; delete this file"),
    "marker": (garbage("policy-kg.json"), "policy-kg.json: cannot be understood"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_command_refuses_a_damaged_store(faulty: Faulty, place: Path, damage: str) -> None:
    spoil, words = DAMAGE[damage]
    spoil(place / STORE)
    for arguments in COMMANDS.values():
        done = faulty.run(arguments, cwd=place)
        assert refused(done, f"Error: {STORE}", words), (arguments, done)
        assert not (place / "out.ttl").exists() and not (place / "out.html").exists()


def test_a_flipped_bit_in_any_table_is_refused(faulty: Faulty, place: Path) -> None:
    """Oxigraph gives wrong answers over some of them, and over others takes all memory."""
    shares = random.Random(7)
    for number, table in enumerate(sorted((place / STORE / "graph").glob("*.sst"))):
        whole = table.read_bytes()
        flip(table, shares.random())
        arguments = list(COMMANDS.values())[number % len(COMMANDS)]
        assert refused(faulty.run(arguments, cwd=place), f"{table.name}: its bytes"), table.name
        table.write_bytes(whole)
    assert faulty.run(("query", ASK), cwd=place).code == 0


@pytest.mark.parametrize("damage", ["none", "cut", "deleted"])
def test_a_log_that_was_cut_after_a_kill(faulty: Faulty, place: Path, damage: str) -> None:
    """Oxigraph opens without the last writes and says nothing; the ledger knows."""
    before = faulty.run(("query", ASK), cwd=place).stdout
    remove = ("remove", "c.txt")
    calls = faulty.run(remove, cwd=place).calls
    shutil.rmtree(place / STORE)
    shutil.copytree(place.parent / "built" / STORE, place / STORE)
    # Killed before what was deleted is flushed.
    flushed = calls.index("oxigraph.flush") + 1
    assert faulty.run(remove, cwd=place, fault="kill", at=flushed).code == -9
    (log,) = (one for one in (place / STORE / "graph").glob("*.log") if one.stat().st_size > 100)
    if damage == "cut":
        log.write_bytes(log.read_bytes()[:-10])
    elif damage == "deleted":
        log.unlink()
    for name, arguments in READING.items():
        done = faulty.run(arguments, cwd=place)
        assert done.code == 0, done.stderr
        assert f"{STORE}: a writer was stopped at " in done.stderr, name
    assert faulty.run(WRITING["build"], cwd=place).code == 0
    after = faulty.run(("query", ASK), cwd=place)
    assert (after.stdout, after.stderr) == (before, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_foreign_directory_is_left_untouched(faulty: Faulty, place: Path, name: str) -> None:
    foreign = place / "letters"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine")
    before = os.stat(foreign).st_mtime_ns
    done = faulty.run((*COMMANDS[name], "--store", "letters"), cwd=place)
    assert refused(done, "Error: letters: "), done
    assert [file.name for file in foreign.iterdir()] == ["letter.txt"]
    assert (foreign / "letter.txt").read_text() == "mine"
    assert os.stat(foreign).st_mtime_ns == before


def test_a_table_of_a_copy_that_never_came_is_forgotten(place: Path) -> None:
    """An upload that is killed leaves the ledger of its copy beside the graph as it was."""
    from fake_extractor import graph

    held = {table.name for table in (place / STORE / "graph").glob("*.sst")}
    others = {f"{number:06}.sst" for number in range(1, 1000)} - held
    ledger = Ledger(place / STORE / "files.sqlite")
    ledger.note_tables(dict.fromkeys(others, "0" * 64), [])
    ledger.close()
    with Store(place / STORE) as store:
        store.load([graph("戊\n教育局", "e.txt")])
    assert {table.name for table in (place / STORE / "graph").glob("*.sst")} & others
    Store(place / STORE).close()


# -- what failed is not made worse -------------------------------------------------------------


def test_a_change_of_the_ledger_that_failed_is_undone(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "files.sqlite")) as ledger:
        with pytest.raises(StoreError, match="files.sqlite: NOT NULL constraint failed"):
            ledger.note("key", None)  # type: ignore[arg-type]
        ledger.note("key", "value")
        assert ledger.fact("key") == "value"


def test_a_ledger_that_was_never_finished_is_empty(tmp_path: Path) -> None:
    (tmp_path / "files.sqlite").touch()
    with closing(Ledger(tmp_path / "files.sqlite", read_only=True)) as ledger:
        assert ledger.is_empty
        assert (ledger.all(), ledger.fact("traces"), ledger.manifest()) == ([], "", {})


def test_a_ledger_that_fails_says_so_in_our_words(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "files.sqlite")) as ledger:
        ledger.close()
        for ask in (ledger.all, ledger.manifest, lambda: ledger.fact("traces")):
            with pytest.raises(StoreError, match="files.sqlite: Cannot operate"):
                ask()


def test_what_failed_first_is_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Store) -> None:
        raise StoreError("the second")

    monkeypatch.setattr(Store, "flush", fail)
    with pytest.raises(StoreError, match="the first"), Store(tmp_path / "store"):
        raise StoreError("the first")
    with pytest.raises(StoreError, match="the second"), Store(tmp_path / "store"):
        pass
    monkeypatch.undo()
    Store(tmp_path / "store").close()  # not in use any more


# -- in use ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITING)
def test_a_second_writer_gives_way(faulty: Faulty, place: Path, name: str) -> None:
    with Store(place / STORE):
        done = faulty.run(WRITING[name], cwd=place)
    assert refused(done, f"{STORE}: store in use by process {os.getpid()}; wait until"), done
    assert done.seconds < 2


def test_a_writer_gives_way_to_a_reader(faulty: Faulty, place: Path) -> None:
    with Store(place / STORE, read_only=True):
        assert refused(faulty.run(WRITING["build"], cwd=place), f"by process {os.getpid()};")
        assert faulty.run(READING["query"], cwd=place).code == 0


def test_a_lock_that_was_left_behind_is_none(faulty: Faulty, place: Path) -> None:
    assert faulty.run(WRITING["remove"], cwd=place, fault="kill", at=40).code == -9
    assert (place / STORE / "lock").exists()
    assert faulty.run(WRITING["build"], cwd=place).code == 0


# -- a full disk -------------------------------------------------------------------------------


@pytest.fixture
def disk(faulty: Faulty, room: Path) -> Iterator[Path]:
    """Give where a disk of its own is mounted, for the processes of `faulty` alone."""
    place = room / "disk"
    place.mkdir(exist_ok=True)
    yield place
    faulty.unmount(place)


def documents(folder: Path, number: int, characters: int) -> Path:
    """Write documents whose text no compression makes small."""
    folder.mkdir()
    chance = random.Random(3)
    for one in range(number):
        text = "".join(chr(chance.randrange(0x4E00, 0x9F00)) for _ in range(characters))
        (folder / f"d{one:02}.txt").write_text(f"文{one}\n教育局\n{text}", encoding="utf-8")
    return folder


def titles(faulty: Faulty, place: Path) -> int:
    done = faulty.run(("query", COUNT, "--format", "csv"), cwd=place)
    assert done.code == 0, done.stderr
    return int(done.stdout.split()[1])


@needs_mounts
def test_a_build_on_a_full_disk(faulty: Faulty, room: Path, disk: Path) -> None:
    folder = documents(room / "large", 10, 100_000)
    faulty.mount(disk, "6m")
    build = ("build", str(folder), "--store", str(disk / STORE))
    done = faulty.run(build, cwd=room, batch=1)
    last = done.stderr.splitlines()[-1]
    assert (done.code, "Traceback" in done.stderr) == (1, False)
    assert last.startswith(f"Error: {disk}/{STORE}")
    assert "No space left on device" in last or "disk is full" in last
    assert "MB free on the disk of" in last and "make room" in last
    # What was loaded is there and can be asked, on the full disk.
    loaded = [iri for iri in done.loaded if not iri.endswith("/traces")]
    assert 0 < len(loaded) < 10
    ask = "SELECT ?source { ?source pol:sha256 ?digest }"
    held = faulty.run(("query", ask, "--format", "csv", "--store", str(disk / STORE)), cwd=room)
    assert held.code == 0, held.stderr
    assert set(loaded) <= set(held.stdout.split())
    faulty.mount(disk, "400m")
    again = faulty.run(build, cwd=room)
    assert again.code == 0, again.stderr
    look = json.loads(faulty.run(("look", "--store", str(disk / STORE)), cwd=room).stdout)
    assert look["findings"] == []
    assert set(loaded) <= look["graphs"].keys()
    names = [name for name in look["graphs"] if "/source/" in name]
    assert sum(not name.endswith("/traces") for name in names) == 10


@needs_mounts
@pytest.mark.parametrize(
    "command",
    [
        ("export", "-o", "{disk}/out.ttl"),
        ("export", "--format", "csv", "-o", "{disk}/out"),
        ("export", "-o", "{disk}/out.gexf"),
        ("export", "-o", "{disk}/out.xlsx"),
        ("render", "-o", "{disk}/out.html"),
        ("snapshot", "{disk}/copy"),
    ],
    ids=lambda command: " ".join(command).replace("{disk}/", ""),
)
def test_what_is_made_on_a_full_disk(
    faulty: Faulty, place: Path, disk: Path, command: tuple[str, ...]
) -> None:
    faulty.mount(disk, "1m")
    assert faulty.run(("fill", str(disk)), cwd=place).code == 0
    arguments = [word.format(disk=disk) for word in command]
    done = faulty.run(arguments, cwd=place)
    assert refused(done, str(disk), "MB free on the disk of"), done
    assert done.left == []
    faulty.mount(disk, "100m")
    again = faulty.run(arguments, cwd=place)
    assert again.code == 0, again.stderr
    # Nothing of the first try is in the way, or lies about.
    listed = faulty.run(("list", str(disk)), cwd=place).stdout.split()
    assert listed == sorted(["filler", Path(arguments[-1]).name])


@needs_mounts
def test_a_search_beside_a_full_disk_answers(faulty: Faulty, place: Path, disk: Path) -> None:
    faulty.mount(disk, "20m")
    assert faulty.run(("snapshot", str(disk / "copy")), cwd=place).code == 0
    assert faulty.run(("fill", str(disk)), cwd=place).code == 0
    done = faulty.run(("search", "教育局", "--store", str(disk / "copy")), cwd=place)
    assert (done.code, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "甲" in done.stdout and "乙" in done.stdout


@pytest.mark.parametrize("name", WRITING)
def test_no_log_is_left_to_be_replayed(faulty: Faulty, place: Path, name: str) -> None:
    """Without a flush the next opening takes 26 s for 400,000 rows; so it may as well go."""
    (place / "docs" / "a.txt").write_text("甲二\n民政局", encoding="utf-8")
    assert faulty.run(WRITING[name], cwd=place).code == 0
    before = faulty.run(("look",), cwd=place)
    without("graph/*.log")(place / STORE)
    after = faulty.run(("look",), cwd=place)
    assert (after.code, after.stdout) == (0, before.stdout)
    assert json.loads(after.stdout)["findings"] == []
