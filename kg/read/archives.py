"""Archives to their members: ZIP, TAR and gzip files, of which nothing is ever written to disk.

What an archive says of itself is summed before anything is unpacked, and what comes out is
counted while it comes: a bomb is refused, a large honest archive is not.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Protocol, cast

from kg.errors import ReadError
from kg.read.plausible import plausible

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
COMPRESSED = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\x00": ".xz"}
CLOSED = {b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive"}
TAR_MARK, TAR_MARK_AT = b"ustar", 257
MOST_MEMBERS = 100_000
# Prose packs 3 to 10 times, tables and markup up to 20; only what repeats itself packs 100 times.
HONEST_RATIO = 20
LARGE_STEP = 2**20
SMALL_STEP = 4096  # of bzip2 and LZMA, where Python unpacks all that it was given at once
PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
Packed = bz2.BZ2File | lzma.LZMAFile | gzip.GzipFile
ENCRYPTED = 0x1
UTF8_NAME = 0x800
DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, or why it cannot be had."""

    name: str
    size: int
    problem: str = ""


class Archive(Protocol):
    """A file of files."""

    def members(self) -> Iterator[Member]:
        """Yield the files in it, in the order in which they are best read."""

    def content(self, name: str, limit: int) -> bytes:
        """Return a member's bytes; raises ReadError where they are more than `limit`."""

    def close(self) -> None:
        """Release the file."""


def archive_kind(head: bytes) -> str:
    """Tell an archive by its first bytes; empty if it is none. DOCX files are ZIP files too."""
    if head.startswith((ZIP, EMPTY_ZIP)):
        return "ZIP"
    if head.startswith(tuple(COMPRESSED)):
        return "compressed"
    return "TAR" if _is_tar(head) else ""


def closed_archive(head: bytes) -> str:
    """Name an archive that cannot be opened here; empty if it is none."""
    return next((what for mark, what in CLOSED.items() if head.startswith(mark)), "")


def open_archive(file: IO[bytes], name: str, limit: int) -> Archive:
    """Open an archive; raises ReadError with the reason.

    `limit` is how many bytes it may unpack to, whatever its own size; large archives may unpack
    to HONEST_RATIO times their size.
    """
    head = file.read(512)
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    limit = max(limit, size * HONEST_RATIO)
    kind = archive_kind(head)
    if kind == "ZIP":
        return ZipArchive(file, name, limit)
    stream = file if kind == "TAR" else _counted(_unpacked(file, head), name, limit)
    if kind == "TAR" or _is_tar(_first(stream)):
        return TarArchive(stream, name)
    return SingleFile(stream, name)


def _is_tar(head: bytes) -> bool:
    return head[TAR_MARK_AT : TAR_MARK_AT + len(TAR_MARK)] == TAR_MARK


def _unpacked(file: IO[bytes], head: bytes) -> Packed:
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\xfd7zXZ"):
        return lzma.LZMAFile(file)
    return gzip.GzipFile(fileobj=file)


def _counted(file: Packed, name: str, limit: int) -> IO[bytes]:
    return cast("IO[bytes]", Counted(file, name, limit))


def _first(stream: IO[bytes]) -> bytes:
    try:
        head = stream.read(512)
        stream.seek(0)
    except DAMAGE:
        return b""  # said again, by its name, when its content is asked for
    return head


def shown_name(name: str) -> str:
    """Return a member's name as a path below the archive, wherever it would lead to."""
    parts = name.replace("\\", "/").replace("\0", "").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "unnamed"


def decoded_name(raw: bytes) -> str:
    """Decode a name that its archive does not say the encoding of."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        name = raw.decode("gb18030")
    except UnicodeDecodeError:
        name = ""
    return name if name and plausible(name) else raw.decode("cp437")


def _damaged(name: str, what: str, error: BaseException) -> ReadError:
    why = " ".join(str(error).split())[:120] or type(error).__name__
    return ReadError(f"{name}: {what}, cut off or damaged ({why}); unpack or copy it again")


# -- ZIP ---------------------------------------------------------------------------------------


class ZipArchive:
    """A ZIP file."""

    def __init__(self, file: IO[bytes], name: str, limit: int) -> None:
        self._file, self._name = file, name
        refuse_crowd(file, name)
        try:
            self._zip = zipfile.ZipFile(file)
        except DAMAGE as error:
            raise _damaged(name, "a ZIP archive", error) from error
        entries = [info for info in self._zip.infolist() if not info.is_dir()]
        _refuse_bomb(name, sum(info.file_size for info in entries), limit)
        # Of two members of one name the later one is meant: archives are added to at their end.
        self._entries = {shown_name(_zip_name(info)): info for info in entries}
        meant = {id(info) for info in self._entries.values()}
        self._earlier = [info for info in entries if id(info) not in meant]

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all members."""
        return frozenset(self._entries)

    def members(self) -> Iterator[Member]:
        """Yield the files in it."""
        for name, info in self._entries.items():
            problem = ""
            if info.flag_bits & ENCRYPTED:
                problem = "encrypted; unpack the archive with its password and give the folder"
            yield Member(name, info.file_size, problem)
        for info in self._earlier:
            name = shown_name(_zip_name(info))
            yield Member(name, info.file_size, "the archive holds a later file of this name")

    def content(self, name: str, limit: int) -> bytes:
        """Return a member's bytes; raises ReadError where they are more than `limit`."""
        shown = f"{self._name}!/{name}"
        info = self._entries.get(name)
        if info is None:
            raise ReadError(f"{shown}: no such file in the archive")
        try:
            with self._zip.open(info) as file:
                step = LARGE_STEP if info.compress_type in PLAIN_METHODS else SMALL_STEP
                return _read(file, shown, limit, step)
        except NotImplementedError as error:
            raise ReadError(
                f"{shown}: packed in a way that is not known here ({error}); unpack the archive"
            ) from error
        except DAMAGE as error:
            raise _damaged(shown, "a member of a ZIP archive", error) from error

    def close(self) -> None:
        """Release the file."""
        self._zip.close()
        self._file.close()


def _zip_name(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if info.flag_bits & UTF8_NAME:
        return name
    try:
        return decoded_name(name.encode("cp437"))
    except UnicodeEncodeError:
        return name


def refuse_crowd(file: IO[bytes], name: str) -> None:
    """Refuse too many members before the list of them is read."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    file.seek(0)
    count = 0
    ends = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    if ends[0] >= 0 and len(tail) >= ends[0] + 12:
        count = int.from_bytes(tail[ends[0] + 10 : ends[0] + 12], "little")
    if ends[1] >= 0 and len(tail) >= ends[1] + 40:
        count = int.from_bytes(tail[ends[1] + 32 : ends[1] + 40], "little")
    if count > MOST_MEMBERS:
        raise ReadError(
            f"{name}: a ZIP archive of {count:,} files; {MOST_MEMBERS:,} may be: unpack it and "
            "give the folder"
        )


def _refuse_bomb(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise ReadError(
            f"{name}: would unpack to {size / 2**20:,.0f} MB; it may to {limit / 2**20:,.0f} MB; "
            "--unpack-limit allows more"
        )


def _read(file: IO[bytes], shown: str, limit: int, step: int = LARGE_STEP) -> bytes:
    data = bytearray()
    while part := file.read(step):
        data += part
        if len(data) > limit:
            most = f"{limit // 2**20:,} MB"
            raise ReadError(f"{shown}: unpacks to more than {most}; --unpack-limit allows more")
    return bytes(data)


# -- TAR, gzip ---------------------------------------------------------------------------------


class Counted(io.RawIOBase):
    """A packed file that unpacks to no more than a limit, however it is read."""

    def __init__(self, file: Packed, name: str, limit: int) -> None:
        self._unpacked, self._name, self._limit = file, name, limit

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be moved in."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read some bytes."""
        left = self._limit - self._unpacked.tell()
        data = self._unpacked.read(left + 1 if size < 0 else min(size, left + 1))
        if len(data) > left:
            limit = f"{self._limit / 2**20:,.0f} MB"
            raise ReadError(
                f"{self._name}: unpacks to more than {limit}; --unpack-limit allows more"
            )
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; what lies between is unpacked."""
        if whence == io.SEEK_SET:
            _refuse_bomb(self._name, offset, self._limit)
        return self._unpacked.seek(offset, whence)

    def tell(self) -> int:
        """Tell where it is."""
        return self._unpacked.tell()

    def close(self) -> None:
        """Release the file."""
        self._unpacked.close()
        super().close()


class TarArchive:
    """A TAR file, packed or not."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self._entries: dict[str, tarfile.TarInfo] = {}
        try:
            self._tar = tarfile.TarFile(fileobj=stream)
        except DAMAGE as error:
            raise _damaged(name, "a TAR archive", error) from error
        self._walk = self.members()

    def members(self) -> Iterator[Member]:
        """Yield the files in it; links and devices are passed over."""
        try:
            for count, info in enumerate(self._tar):
                if count >= MOST_MEMBERS:
                    raise ReadError(f"{self._name}: more than {MOST_MEMBERS:,} files; unpack it")
                if info.isreg():
                    name = shown_name(_tar_name(info))
                    first = self._entries.setdefault(name, info) is info
                    problem = "" if first else "the archive holds an earlier file of this name"
                    yield Member(name, info.size, problem)
        except DAMAGE as error:
            raise _damaged(self._name, "a TAR archive", error) from error

    def content(self, name: str, limit: int) -> bytes:
        """Return a member's bytes; raises ReadError where they are more than `limit`."""
        shown = f"{self._name}!/{name}"
        while name not in self._entries and next(self._walk, None) is not None:
            pass
        if name not in self._entries:
            raise ReadError(f"{shown}: no such file in the archive")
        try:
            file = self._tar.extractfile(self._entries[name])
            return _read(file, shown, limit) if file else b""
        except DAMAGE as error:
            raise _damaged(shown, "a member of a TAR archive", error) from error

    def close(self) -> None:
        """Release the file."""
        self._tar.close()
        self._stream.close()


def _tar_name(info: tarfile.TarInfo) -> str:
    raw = info.name.encode("utf-8", "surrogateescape")
    return decoded_name(raw)


class SingleFile:
    """A packed file that is no TAR file: its name without the ending is its member."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        last = name.rpartition("/")[2]
        stem, _, ending = last.rpartition(".")
        self._member = stem if stem and f".{ending.lower()}" in COMPRESSED.values() else last

    def members(self) -> Iterator[Member]:
        """Yield the one file in it."""
        yield Member(self._member, 0)

    def content(self, name: str, limit: int) -> bytes:
        """Return its bytes; raises ReadError where they are more than `limit`."""
        shown = f"{self._name}!/{name}"
        try:
            self._stream.seek(0)
            return _read(self._stream, shown, limit)
        except DAMAGE as error:
            raise _damaged(shown, "a packed file", error) from error

    def close(self) -> None:
        """Release the file."""
        self._stream.close()
