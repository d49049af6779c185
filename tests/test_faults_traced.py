"""What kg asks of the system, as strace sees it: no network, no file but its own, safe on disk.

One process builds a document, asks, exports and draws; the tests read its system calls.
"""

from __future__ import annotations

import ast
import io
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from casebook import ROOT

from kg.build import build
from kg.export import export
from kg.store import Store, table_digest

COMMANDS = ("build docs", "query --name documents", "export -o out/g.ttl", "render -o out/g.html")
PROGRAM = """
import sys
from kg.cli import cli
for words in sys.argv[1:]:
    cli.main(words.split(), standalone_mode=False)
    sys.stdout.flush()
"""
CALLS = (
    "open,openat,creat,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,unlink,unlinkat,"
    "socket,connect,write,pwrite64,fsync,fdatasync"
)


def _works(*command: str) -> bool:
    done = subprocess.run([*command, "true"], check=False, capture_output=True)
    return done.returncode == 0


HAS_STRACE = shutil.which("strace") is not None and _works("strace", "-o", "/dev/null")
WITHOUT_NETWORK = ("unshare", "--user", "--map-root-user", "--net")
HAS_NAMESPACES = shutil.which("unshare") is not None and _works(*WITHOUT_NETWORK)
needs_strace = pytest.mark.skipif(not HAS_STRACE, reason="no strace, or it may not trace")


@dataclass(frozen=True)
class Run:
    """A process that has ended, and what it asked of the system."""

    code: int
    stdout: str
    stderr: str
    folder: Path
    calls: list[str]  # without the process's number


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("traced")
    for name in ("work/docs", "work/out", "temporary", "home"):
        (folder / name).mkdir(parents=True)
    document = min((ROOT / "examples").glob("*.txt"))
    shutil.copy(document, folder / "work" / "docs" / "a.txt")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    tracing = ("strace", "-f", "--seccomp-bpf", "-y", "-s", "160", "-e", f"trace={CALLS}")
    command = [
        *(WITHOUT_NETWORK if HAS_NAMESPACES else ()),
        *((*tracing, "-o", str(folder / "log")) if HAS_STRACE else ()),
        *(sys.executable, "-c", PROGRAM, *COMMANDS),
    ]
    done = subprocess.run(
        command, cwd=folder / "work", env=environment, capture_output=True, text=True, check=False
    )
    log = (folder / "log").read_text(errors="replace") if HAS_STRACE else ""
    calls = [line.partition(" ")[2].strip() for line in log.splitlines()]
    return Run(done.returncode, done.stdout, done.stderr, folder / "work", calls)


@pytest.mark.skipif(not HAS_NAMESPACES, reason="this system gives no namespace without a network")
def test_without_a_network(run: Run) -> None:
    assert run.code == 0, run.stderr
    assert ["documents", "ok", "1"] in [line.split() for line in run.stdout.splitlines()]
    assert "1 row" in run.stdout
    assert (run.folder / "out" / "g.ttl").stat().st_size > 10_000
    assert (run.folder / "out" / "g.html").stat().st_size > 100_000


@needs_strace
def test_no_socket_but_between_its_own_processes(run: Run) -> None:
    assert run.code == 0, run.stderr
    assert len(run.calls) > 1000
    # strace writes of a socket's kind, and of an address's: AF_INET, AF_INET6, AF_UNIX …
    asked = [call for call in run.calls if call.startswith(("socket(", "connect("))]
    assert [call for call in asked if re.search("AF_(?!UNIX)", call)] == []


def test_the_environment_changes_nothing(run: Run, tmp_path: Path) -> None:
    """Another locale and time zone, no home, nothing temporary: the same bytes."""
    nowhere = "/proc/none"
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "TZ": "Pacific/Kiritimati",
        "HOME": nowhere,
        "TMPDIR": nowhere,
        "PYTHONHASHSEED": "7",
    }
    shutil.copytree(run.folder / "docs", tmp_path / "docs")
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, COMMANDS[0], COMMANDS[2]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "g.ttl").read_bytes() == (run.folder / "out" / "g.ttl").read_bytes()


# -- where it writes ---------------------------------------------------------------------------

_CHANGES = ("rename", "mkdir", "link", "unlink", "creat")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')


def written(run: Run) -> Iterator[str]:
    """Yield the paths that were opened to be written, made, renamed or taken away."""
    for call in run.calls:
        opened = call.startswith("open") and re.search("O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE", call)
        if (opened or call.startswith(_CHANGES)) and " = -1 " not in call:
            for path in _PATH.findall(call):
                yield os.path.normpath(run.folder / path)


@needs_strace
def test_nothing_is_written_outside_its_own_places(run: Run) -> None:
    root = run.folder.parent
    own = (
        *(f"{run.folder}/{name}" for name in ("kg-store", "out")),
        *(f"{root}/{name}" for name in ("temporary", "home/.cache")),
    )
    paths = set(written(run))
    assert f"{run.folder}/kg-store/policy-kg.json.new" in paths
    others = {path for path in paths if not path.startswith(own)}
    # A thread of Oxigraph's gives itself a name.
    assert {
        path for path in others if not re.fullmatch("/proc/self/task/[0-9]+/comm", path)
    } == set()
    assert os.listdir(root / "home") == []  # jieba alone, where rjieba is missing, keeps a cache
    assert os.listdir(root / "temporary") == []
    assert sorted(os.listdir(run.folder)) == ["docs", "kg-store", "out"]


# -- safe on disk ------------------------------------------------------------------------------

_DESCRIPTOR = re.compile(r"(write|pwrite64|fsync|fdatasync)\(\d+<([^>]*)>")
_REPORT = "write(1<"


@needs_strace
def test_all_is_on_the_disk_before_the_build_reports_it(run: Run) -> None:
    """Each file of the store is synced after the last write to it, before the summary comes."""
    end = next(number for number, call in enumerate(run.calls) if _is_summary(call))
    written: dict[str, int] = {}
    synced: dict[str, int] = {}
    for number, call in enumerate(run.calls[:end]):
        if found := _DESCRIPTOR.match(call):
            (synced if "sync" in found[1] else written)[found[2]] = number
    own = {path for path in written if "/kg-store/" in path and not path.endswith("/graph/LOG")}
    assert any(path.endswith(".sst") for path in own)
    assert any(path.endswith("files.sqlite") for path in own)
    late = {path for path in own if synced.get(path, -1) < written[path]}
    assert {path for path in late if not _is_half(Path(path))} == set()


def _is_half(file: Path) -> bool:
    """Tell whether a file is a table that Oxigraph did not write to its end.

    It joins tables while nobody waits, and gives that up when it is closed; what it was to join
    is there, and synced.
    """
    return file.suffix == ".sst" and (not file.exists() or not table_digest(file))


def _is_summary(call: str) -> bool:
    return call.startswith(_REPORT) and "built" in call


def test_no_log_is_left_to_be_replayed(run: Run) -> None:
    """Oxigraph reads its log again at every opening: 26 s for 400,000 rows without a flush."""
    logs = list((run.folder / "kg-store" / "graph").glob("*.log"))
    assert logs
    assert sum(log.stat().st_size for log in logs) < 1000


# -- what may run other code -------------------------------------------------------------------

# Of what can run a text or a file as a program: where it is used, and why that is safe.
ALLOWED = {
    # Our own program and jobs, to a process that we have started, over a socket of our own.
    ("kg/workers.py", "Connection"),
    ("kg/endpoint/writer.py", "Connection"),
}
_NAMES = {"eval", "exec", "compile", "__import__"}
_ATTRIBUTES = {
    *("pickle.load", "pickle.loads", "marshal.load", "marshal.loads", "shelve.open"),
    *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "os.system", "os.popen"),
    *("subprocess.getoutput", "subprocess.getstatusoutput", "joblib.load", "dill.loads"),
    *("numpy.load", "np.load", "cloudpickle.loads", "runpy.run_path", "code.interact"),
}


def dangers(tree: ast.AST) -> Iterator[str]:
    """Yield the names of what could run a text or a file as a program."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            # Written out only where it is a name: calls of calls are many, and none of these.
            name = ast.unparse(node.func) if _is_name(node.func) else ""
            if name in _NAMES | _ATTRIBUTES:
                yield name
            if any(_is_shell(word) for word in node.keywords):
                yield "shell=True"
        elif isinstance(node, ast.ImportFrom):
            yield from (
                f"{node.module}.{one.name}"
                for one in node.names
                if f"{node.module}.{one.name}"
                in _ATTRIBUTES | {"multiprocessing.connection.Connection"}
            )


def _is_name(function: ast.expr) -> bool:
    return isinstance(function.value if isinstance(function, ast.Attribute) else function, ast.Name)


def _is_shell(word: ast.keyword) -> bool:
    is_off = isinstance(word.value, ast.Constant) and not word.value.value
    return word.arg == "shell" and not is_off


@pytest.mark.parametrize(
    "text",
    [
        "eval(text)",
        "x = __import__(name)",
        "pickle.loads(data)",
        "from pickle import loads",
        "subprocess.run(line, shell=True)",
        "subprocess.run(line, shell=on)",
        "yaml.load(text, Loader)",
    ],
)
def test_the_scan_finds(text: str) -> None:
    assert list(dangers(ast.parse(text)))


@pytest.mark.parametrize(
    "text",
    ["re.compile(text)", "subprocess.run(line, shell=False)", "yaml.safe_load(x)", "o.eval(x)"],
)
def test_the_scan_leaves(text: str) -> None:
    assert not list(dangers(ast.parse(text)))


def test_nothing_runs_a_text_or_a_file_as_a_program() -> None:
    found = {
        (str(path.relative_to(ROOT)), name.rpartition(".")[2])
        for path in sorted((ROOT / "kg").rglob("*.py"))
        for name in dangers(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == ALLOWED


@pytest.mark.slow
def test_eight_processes_and_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    """With the project's own extractors, over its invented examples."""
    files = sorted((ROOT / "examples").glob("[0-9]*"))
    shuffled = random.Random(3).sample(files, len(files))
    dumps = []
    for paths, jobs in ((files, 1), (shuffled, 8), (files[::-1], 2), (files, 1)):
        out = io.BytesIO()
        with Store(tmp_path / str(len(dumps))) as store:
            assert build(paths, store, jobs=jobs).ok > 0
            export(store, "nquads", out)
        dumps.append(out.getvalue())
    assert len(dumps[0]) > 100_000
    assert len(set(dumps)) == 1
