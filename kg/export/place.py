"""Files and folders that take their place only when they are complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kg.errors import KgError, told


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes its place only when it is complete."""
    if path.is_dir():
        raise KgError(f"{path}: is a directory; name a file")
    try:
        handle, temporary = tempfile.mkstemp(
            dir=path.absolute().parent, prefix=f".{path.name[:40]}."
        )
    except OSError as error:
        raise KgError(f"{path}: {told(error, path)}") from error
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _usual_mode())
        os.replace(temporary, path)
    except OSError as error:
        raise KgError(f"{path}: {told(error, path)}") from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _usual_mode() -> int:
    # mkstemp makes files that only their owner reads; an export is for others.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `path` only when it is complete.

    A folder there is replaced if it holds nothing but files of the names that are written now:
    an export made earlier, but nothing of a user's own.
    """
    if path.exists() and not path.is_dir():
        raise KgError(f"{path}: is a file; name a folder")
    try:
        place = tempfile.mkdtemp(dir=path.absolute().parent, prefix=f".{path.name[:40]}.")
    except OSError as error:
        raise KgError(f"{path}: {told(error, path)}") from error
    try:
        made = Path(place) / "made"
        made.mkdir()
        yield made
        _put_in_place(made, path, Path(place) / "before")
    except OSError as error:
        raise KgError(f"{path}: {told(error, path)}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _put_in_place(made: Path, path: Path, before: Path) -> None:
    for file in made.iterdir():
        with open(file, "rb") as written:
            os.fsync(written.fileno())
    if path.is_dir():
        others = sorted({entry.name for entry in path.iterdir()} - set(os.listdir(made)))
        if others:
            raise KgError(f"{path}: holds {others[0]}, which is no part of this; name a new folder")
        path.rename(before)
    try:
        made.rename(path)
    except OSError:
        if before.is_dir():
            before.rename(path)
        raise
