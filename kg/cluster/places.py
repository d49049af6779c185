"""A folder, on disk or wherever fsspec reaches, to whole files in it.

fsspec (s3://, gs://, hdfs://, memory:// …) is asked for addresses only: what lies on disk needs
no extra.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kg.errors import ClusterError

MISSING = "fsspec is not installed; install it with: pip install 'policy-kg[cluster]'"


def is_address(place: str) -> bool:
    """Tell an address (s3://bucket/folder) from a path."""
    return "://" in place


class Place:
    """Files of a folder, each written and read as a whole."""

    def __init__(self, where: str) -> None:
        self.where = where.rstrip("/") if is_address(where) else os.path.abspath(where)
        self._system: Any = None  # of fsspec
        self._root = self.where
        if is_address(where):
            self._system, self._root = _system(self.where)

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raise FileNotFoundError where there is none."""
        with _told(f"{self.where}/{name}"):
            if self._system is None:
                return Path(self.where, name).read_bytes()
            return bytes(self._system.cat_file(f"{self._root}/{name}"))

    def write(self, name: str, data: bytes) -> None:
        """Write a file, so that nobody ever sees a part of it."""
        with _told(f"{self.where}/{name}"):
            if self._system is None:
                _write(Path(self.where, name), data)
                return
            # An object store shows an object when it is complete; others are moved into place.
            self._system.makedirs(os.path.dirname(f"{self._root}/{name}"), exist_ok=True)
            self._system.pipe_file(f"{self._root}/{name}", data)

    def names(self) -> list[str]:
        """Give the names of all files, sorted, those in folders with the folder."""
        with _told(self.where):
            if self._system is None:
                files = (path for path in Path(self.where).rglob("*") if path.is_file())
                return sorted(path.relative_to(self.where).as_posix() for path in files)
            root = self._root.rstrip("/") + "/"
            return sorted(path.removeprefix(root) for path in self._find())

    def remove(self, name: str) -> None:
        """Take a file away."""
        with _told(f"{self.where}/{name}"):
            if self._system is None:
                Path(self.where, name).unlink(missing_ok=True)
            else:
                self._system.rm_file(f"{self._root}/{name}")

    def _find(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return [str(path) for path in self._system.find(self._root)]
        return []


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def files_at(address: str) -> tuple[str, list[str]]:
    """Return the folder of an address and the names of the files below it; its own if it is one."""
    system, root = _system(address)
    with _told(address):
        if system.isfile(root):
            folder, _, name = address.rstrip("/").rpartition("/")
            return folder, [name]
        prefix = root.rstrip("/") + "/"
        names = sorted(str(path).removeprefix(prefix) for path in system.find(root))
    return address.rstrip("/"), names


def fetch(address: str, copy: Path) -> None:
    """Copy a file to this machine."""
    system, root = _system(address)
    copy.parent.mkdir(parents=True, exist_ok=True)
    with _told(address):
        system.get_file(root, str(copy))


def _system(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ClusterError(f"{address}: {MISSING}") from error
    try:
        system, root = url_to_fs(address)
    except (ValueError, ImportError) as error:
        raise ClusterError(f"{address}: {' '.join(str(error).split())}") from error
    return system, str(root)


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Say where it was that something could not be read or written."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ClusterError(f"{where}: {error.strerror or error}") from error
