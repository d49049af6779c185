"""An OLE container (DOC, WPS, XLS, PPT, MSG) to the names and places of its streams."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_SECTOR = 0xFFFFFFFA  # from here on a sector's number says that there is none
ENTRY = 128  # bytes of an entry in the directory
IN_HEADER = 109  # sectors of the allocation table that the header lists
SMALL = 4096  # streams below this size stand together in a stream of their own


class DamagedContainer(Exception):
    """A container whose directory, or what it points to, is not there."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream: the first of its sectors, and its length in bytes."""

    start: int
    length: int


class Container:
    """The sectors of a container; reads its directory and no more of it than is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size = 1 << (self._number("<H", 30) & 15)
        if self._size < 512:
            raise DamagedContainer
        self._count = len(data) // self._size + 1
        self._tables = list(self._allocation_tables())

    def streams(self) -> dict[str, Stream]:
        """Return the streams and storages right under the root, by name."""
        sectors = list(self._chain(self._number("<I", 48)))
        entries = b"".join(self._sector(at) for at in sectors)
        found: dict[str, Stream] = {}
        seen: set[int] = set()
        waiting = [self._number("<I", 76, entries)]
        while waiting:
            at = waiting.pop()
            if at in seen or (at + 1) * ENTRY > len(entries):
                continue
            seen.add(at)
            entry = entries[at * ENTRY : (at + 1) * ENTRY]
            length = min(self._number("<H", 64, entry), 64)
            name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
            found[name] = Stream(*struct.unpack_from("<II", entry, 116))
            waiting.extend(struct.unpack_from("<II", entry, 68))
        return found

    def begin(self, stream: Stream) -> bytes:
        """Return the first sector of a stream."""
        return self._sector(stream.start)

    def is_whole(self, stream: Stream) -> bool:
        """Tell whether every sector of a stream is there."""
        if stream.length < SMALL:
            return True
        try:
            sectors = list(self._chain(stream.start))
        except DamagedContainer:
            return False
        last = max(sectors, default=0)
        return len(sectors) * self._size >= stream.length and self._at(last) < len(self._data)

    def _at(self, sector: int) -> int:
        return (sector + 1) * self._size

    def _sector(self, sector: int) -> bytes:
        at = self._at(sector)
        if at >= len(self._data):
            raise DamagedContainer
        return self._data[at : at + self._size]

    def _chain(self, sector: int) -> Iterator[int]:
        """Yield the sectors that follow one another in the allocation table."""
        per_table = self._size // 4
        for _ in range(self._count):
            if sector >= NO_SECTOR:
                return
            yield sector
            table, at = divmod(sector, per_table)
            if table >= len(self._tables):
                raise DamagedContainer
            sector = self._number("<I", self._at(self._tables[table]) + 4 * at)
        raise DamagedContainer  # a loop

    def _allocation_tables(self) -> Iterator[int]:
        yield from self._listed(76, IN_HEADER)
        more = self._number("<I", 68)
        for _ in range(self._count):
            if more >= NO_SECTOR:
                return
            at = self._at(more)
            yield from self._listed(at, self._size // 4 - 1)
            more = self._number("<I", at + self._size - 4)

    def _listed(self, at: int, count: int) -> Iterator[int]:
        for place in range(at, at + 4 * count, 4):
            sector = self._number("<I", place)
            if sector < NO_SECTOR:
                yield sector

    def _number(self, form: str, at: int, data: bytes | None = None) -> int:
        try:
            return int(struct.unpack_from(form, self._data if data is None else data, at)[0])
        except struct.error as error:
            raise DamagedContainer from error
