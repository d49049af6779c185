"""What is built from the sources carries every file that the program needs."""

import configparser
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOT_FILES = [
    "CHANGELOG.md",
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "pyproject.toml",
    "requirements.lock",
    "setup.cfg",
    "setup.py",
]

# Folder in the sources → folder in the installed package.
CARRIED = {"kg": "kg", "ontology": "kg/ontology"}


def source_files(folder: str) -> Iterator[str]:
    """Yield the path of every file that belongs to a folder, relative to it."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT / folder).as_posix()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an sdist, and the wheel from it, in a copy: building writes beside the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ROOT_FILES:
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy)
    for folder in CARRIED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(copy / "dist")]
    done = subprocess.run([*command, str(copy)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


def test_wheel_carries_every_file(wheel: Path) -> None:
    expected = {
        f"{installed}/{file}"
        for folder, installed in CARRIED.items()
        for file in source_files(folder)
    }
    with zipfile.ZipFile(wheel) as archive:
        assert expected - set(archive.namelist()) == set()


def test_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kg"}


def test_sdist_carries_every_file(built: Path) -> None:
    expected = {f"{folder}/{file}" for folder in CARRIED for file in source_files(folder)}
    expected |= {name for name in ROOT_FILES if (ROOT / name).exists()}
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert expected - names == set()


def test_wheel_finds_its_data_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from importlib.resources import files\n"
        "print(files('kg.ontology') / 'regions.tsv')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == tmp_path / "kg" / "ontology" / "regions.tsv"


def test_wheel_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = archive.read(entry).decode("utf-8")
        entry_points = archive.read(entry.replace("METADATA", "entry_points.txt")).decode("utf-8")
    assert "\nName: policy-kg\n" in metadata
    assert f"\nVersion: {package_version()}\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata
    assert "kg = kg.cli:main" in entry_points


def package_version() -> str:
    """Return `kg.__version__` as setuptools reads it: without importing the package."""
    text = (ROOT / "kg" / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "(.+)"$', text, flags=re.MULTILINE)
    assert match is not None
    return match[1]


def test_editable_install_finds_its_data(tmp_path: Path) -> None:
    """Ask from another folder, so that only the installation can answer."""
    if not any(importlib.metadata.distributions(name="policy-kg")):
        pytest.skip("policy-kg is not installed here; scripts/test installs it")
    program = "import kg.ontology; print(kg.ontology.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert (Path(done.stdout.strip()).parent / "regions.tsv").exists()


def requirement_names(lines: str) -> set[str]:
    """Return the normalised names in lines like `rdflib >= 7.1`."""
    found = re.findall(r"^([A-Za-z][\w.-]*)", lines, flags=re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def test_lock_pins_every_dependency() -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = "\n".join(
        [config["options"]["install_requires"], *config["options.extras_require"].values()]
    )
    pins = [line for line in lock.splitlines() if not line.startswith("#")]
    assert requirement_names(wanted) - requirement_names(lock) == {"policy-kg"}
    # No address of an index, and no hash: the user's own index serves what it has.
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+", pin)] == []
