"""The bands of passages' signatures to the passages that agree in one, kept in SQLite.

Sorted, in chunks, as of a whole computation; what came since stands in rows of its own until it
is much. So writing all of 10,000 texts takes seconds, and looking a few up takes no time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kg.traces.likeness import BANDS, SIGNATURE

SCHEMA = """
CREATE TABLE IF NOT EXISTS chunks (
    first INTEGER, part INTEGER, keys BLOB, passages BLOB, PRIMARY KEY (first, part)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS late (
    key INTEGER, passage INTEGER, PRIMARY KEY (key, passage)
) WITHOUT ROWID;
"""
CHUNK = 512  # bands in a chunk
LATE = 100_000  # bands that may stand in rows of their own before they are put in order
_WIDTH = SIGNATURE // BANDS
_CHUNKS = """
SELECT keys, passages FROM chunks
WHERE first >= COALESCE((SELECT MAX(first) FROM chunks WHERE first < ?1), ?1) AND first <= ?1
"""

_Numbers = npt.NDArray[np.int64]


def keys_of(signature: bytes) -> list[int]:
    """Return the bands of a signature, each as a number that tells which band it is."""
    return [int(key) for key in _keys([signature])]


def fill(rows: sqlite3.Connection, signatures: Sequence[bytes]) -> None:
    """Write the bands of all passages, which are numbered from 0; forget what was there."""
    passages = np.repeat(np.arange(len(signatures), dtype=np.int64), BANDS)
    _write(rows, _keys(signatures), passages)


def add(rows: sqlite3.Connection, passages: Iterable[tuple[int, bytes]]) -> None:
    """Add the bands of some passages."""
    found = ((key, passage) for passage, signature in passages for key in keys_of(signature))
    rows.executemany("INSERT OR IGNORE INTO late VALUES (?, ?)", found)
    ((late,),) = rows.execute("SELECT COUNT(*) FROM late").fetchall()
    ((chunks,),) = rows.execute("SELECT COUNT(*) FROM chunks").fetchall()
    if late > max(LATE, chunks * CHUNK // 4):
        _put_in_order(rows)


def members(rows: sqlite3.Connection, keys: Iterable[int]) -> dict[int, set[int]]:
    """Give the passages that have each band."""
    found: dict[int, set[int]] = {key: set() for key in sorted(set(keys))}
    chunks: list[tuple[_Numbers, _Numbers]] = []
    for key, passages in found.items():
        late = rows.execute("SELECT passage FROM late WHERE key = ?", (key,))
        passages.update(passage for (passage,) in late)
        # In their order, most stand in the chunk of the one before: 10 times fewer are read.
        if not chunks or not chunks[-1][0][0] < key < chunks[-1][0][-1]:
            read = rows.execute(_CHUNKS, (key,)).fetchall()
            chunks = [
                (np.frombuffer(one, np.int64), np.frombuffer(of, np.int64)) for one, of in read
            ]
        for some, having in chunks:
            begin, end = some.searchsorted(key), some.searchsorted(key, "right")
            passages.update(having[begin:end].tolist())
    return found


def _keys(signatures: Sequence[bytes]) -> _Numbers:
    parts = np.frombuffer(b"".join(signatures), np.uint8).reshape(-1, BANDS, _WIDTH)
    keys = np.repeat(np.arange(BANDS, dtype=np.int64)[None, :], len(parts), axis=0)
    for at in range(_WIDTH):
        keys = (keys << 8) | parts[:, :, at]
    return keys.reshape(-1)


def _put_in_order(rows: sqlite3.Connection) -> None:
    late = np.array(rows.execute("SELECT key, passage FROM late").fetchall(), np.int64)
    chunks = rows.execute("SELECT keys, passages FROM chunks").fetchall()
    keys = [np.frombuffer(one, np.int64) for one, _ in chunks]
    passages = [np.frombuffer(one, np.int64) for _, one in chunks]
    _write(rows, np.concatenate([*keys, late[:, 0]]), np.concatenate([*passages, late[:, 1]]))


def _write(rows: sqlite3.Connection, keys: _Numbers, passages: _Numbers) -> None:
    order = np.argsort(keys, kind="stable")
    keys, passages = keys[order], passages[order]
    starts = range(0, len(keys), CHUNK)
    rows.execute("DELETE FROM chunks")
    rows.execute("DELETE FROM late")
    rows.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?)",
        (
            (
                int(keys[at]),
                at,
                keys[at : at + CHUNK].tobytes(),
                passages[at : at + CHUNK].tobytes(),
            )
            for at in starts
        ),
    )
