"""Uploads one after the other: a process reads the files, then the store changes at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.endpoint.pool import Pool
from kg.errors import KgError
from kg.serve.copies import copied, take_over
from kg.serve.holding import BusyError, Holding
from kg.serve.reading import PROGRAM

MOST = 20  # uploads whose outcome is remembered
LONGEST = 3600.0  # seconds that one may take
TRIES = 3  # to find a moment in which nobody reads


@dataclass(frozen=True, slots=True)
class Read:
    """What became of an uploaded file."""

    name: str
    outcome: str  # ok, repaired, unchanged or skipped
    remarks: tuple[str, ...] = ()
    title: str = ""
    source: str = ""  # IRI of its text


@dataclass(slots=True)
class Upload:
    """Some files on their way into the store."""

    folder: Path
    refused: tuple[Read, ...] = ()  # what was not even taken
    state: str = "running"  # running, done or failed
    done: int = 0
    total: int = 0
    comparing: bool = False
    problem: str = ""
    files: tuple[Read, ...] = ()
    unread: tuple[tuple[str, int], ...] = ()  # suffix → how many files in archives
    process: subprocess.Popen[str] | None = field(default=None, repr=False)


class Uploads:
    """What is being uploaded, and what became of the last ones."""

    def __init__(self, holding: Holding, pool: Pool) -> None:
        """Take the store that they go into, and who else reads it."""
        self._pool = pool
        self._holding, self._base = holding, holding.store.base
        self._lock = threading.Lock()
        self._running: Upload | None = None
        self._thread: threading.Thread | None = None
        self._known: OrderedDict[str, Upload] = OrderedDict()

    @property
    def base(self) -> str:
        """Give what the store's IRIs begin with."""
        return self._base

    def get(self, name: str) -> Upload | None:
        """Return an upload that is remembered."""
        return self._known.get(name)

    def start(self, name: str, folder: Path, refused: tuple[Read, ...]) -> None:
        """Read the files of a folder, which is gone afterwards; one upload at a time."""
        with self._lock:
            if self._running is not None:
                raise BusyError("upload: another one is being read; wait until it ends")
            upload = self._running = Upload(folder, refused)
            self._known[name] = upload
            while len(self._known) > MOST:
                self._known.popitem(last=False)
            self._thread = threading.Thread(target=self._run, args=[upload], daemon=True)
            self._thread.start()

    @property
    def busy(self) -> bool:
        """Tell whether an upload is being read."""
        return self._running is not None

    def close(self) -> None:
        """Stop what is being read; the store stays as it was."""
        upload, thread = self._running, self._thread
        if upload is not None and upload.process is not None:
            upload.process.kill()
        if thread is not None:
            thread.join(10)

    def _run(self, upload: Upload) -> None:
        try:
            self._read(upload)
            upload.state = "done"
        except (KgError, OSError) as error:
            upload.problem, upload.state = " ".join(str(error).split()), "failed"
        except BaseException:
            upload.problem, upload.state = "internal error; see the server's log", "failed"
            raise
        finally:
            shutil.rmtree(upload.folder, ignore_errors=True)
            self._running = None

    def _read(self, upload: Upload) -> None:
        state = self._holding.state
        if not any(upload.folder.iterdir()):
            return  # nothing was taken
        with copied(self._holding.place) as copy:
            account = _follow(upload, copy)
            files = tuple(_read_of(one) for one in account["files"])
            if any(one.outcome in ("ok", "repaired", "unchanged") for one in files):
                self._take_over(copy, state)
        upload.files = files
        upload.unread = tuple((suffix, number) for suffix, number in account["unread"])

    def _take_over(self, copy: Path, state: str) -> None:
        """Change the store in a moment in which nobody reads; counted as the one who does."""
        for left in reversed(range(TRIES)):
            if self._holding.enter():
                try:
                    take_over(copy, self._holding, state, self._pool.rest)
                    return
                except BusyError:
                    if not left:
                        raise
                finally:
                    self._pool.renew(self._holding.place)
                    self._holding.leave()


def _follow(upload: Upload, copy: Path) -> dict[str, Any]:
    """Run the process that reads, and return its account of all files."""
    command = [sys.executable, "-c", PROGRAM, json.dumps(sys.path), str(copy), str(upload.folder)]
    with tempfile.TemporaryFile("w+", prefix="kg-", encoding="utf-8") as told:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=told, text=True
        )
        upload.process = process
        limit = threading.Timer(LONGEST, process.kill)
        limit.start()
        try:
            account = _listen(upload, process)
            process.wait()
        finally:
            limit.cancel()
            process.kill()
            process.wait()
        if account is None or process.returncode:
            told.seek(0)
            raise KgError(f"upload: {_why(process.returncode, told.read())}")
        return account


def _listen(upload: Upload, process: subprocess.Popen[str]) -> dict[str, Any] | None:
    account = None
    assert process.stdout is not None  # it was asked for
    with process.stdout as lines:
        for line in lines:
            said = json.loads(line)
            account = said.get("account", account)
            if "done" in said:
                upload.comparing = said["comparing"]
                upload.done, upload.total = said["done"], said["total"]
    return account


def _why(code: int, told: str) -> str:
    """Return in one line why the process gave no account."""
    if code < 0:
        return f"reading was stopped (signal {-code})"
    last = told.strip().splitlines()[-1:] or ["no reason given"]
    return f"reading ended with an error: {last[0][:300]}"


def _read_of(one: dict[str, Any]) -> Read:
    return Read(one["name"], one["outcome"], tuple(one["remarks"]), one["title"], one["source"])
