"""What a format is: how its files are told by their content, and what reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kg.models import ReadOptions, Source

Reader = Callable[[bytes, Sequence[str], ReadOptions], Source]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of documents. `matches` sees the bytes and the file's name, and opens nothing."""

    name: str  # as a message says it: a web page, a Word document
    suffixes: tuple[str, ...]  # which files of a folder are taken for it
    matches: Callable[[bytes, str], bool]
    read: Reader  # raises ReadError with the reason
