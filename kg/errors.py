"""The errors that the package raises.

KgError
├── ReadError        a file cannot be read as a document; says which file and why
├── StoreError       a store cannot be opened, written or understood
├── QueryError       a query is wrong or asks what is refused
├── QuestionError    a question in Chinese is not understood, or may mean several things
├── NotFoundError    nothing in the store has this name
├── EndpointError    a server cannot be reached, or does not take what is sent to it
├── ClusterError     parts cannot be written or read, or an engine cannot be reached
├── CorrectionError  a correction cannot be used; says which line and why
└── VocabularyError  ontology/ or kg/data/ holds something that cannot be used

`told` gives what the system or a library said as one line.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

_FULL = ("No space left on device", "database or disk is full")  # Oxigraph, SQLite
_MEGABYTE = 2**20


def told(error: Exception, place: str | Path | None = None) -> str:
    """Give an error as one line; where a disk is full, with how much is free at `place`."""
    strerror = error.strerror if isinstance(error, OSError) else ""
    text = strerror or " ".join(str(error).split()) or type(error).__name__
    if place is None or not is_full(error):
        return text
    return f"{text}{_free(Path(place))}; make room, then do the same again"


def is_full(error: Exception) -> bool:
    """Tell whether an error says that a disk, or a user's share of it, is full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(words in str(error) for words in _FULL)


def _free(place: Path) -> str:
    there = next((one for one in (place, *place.absolute().parents) if os.path.isdir(one)), None)
    try:
        free = shutil.disk_usage(there or "/").free
    except OSError:
        return ""
    return f" ({free / _MEGABYTE:,.1f} MB free on the disk of {there})"


class KgError(Exception):
    """Something a user can put right; its text is one line: place, problem, what to do."""


class ReadError(KgError):
    """A file cannot be read as a document."""


class StoreError(KgError):
    """A store cannot be opened, written or understood."""


class QueryError(KgError):
    """A query is wrong, or asks for something that is refused."""


class QuestionError(KgError):
    """A question in Chinese is not understood, or may mean several things."""


class NotFoundError(KgError):
    """Nothing in the store has this name."""


class EndpointError(KgError):
    """A server cannot be reached, or does not take what is sent to it."""


class ClusterError(KgError):
    """Parts cannot be written or read, or an engine cannot be reached."""


class CorrectionError(KgError):
    """A correction, or the file of them, cannot be used."""


class VocabularyError(KgError):
    """The ontology or a data file holds something that cannot be used."""
