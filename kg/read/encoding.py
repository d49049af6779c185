"""Bytes to text: which encoding a file is in, and what can be had of it where it is damaged.

No encoding of Chinese checks itself but UTF-8: GB18030 reads almost any bytes without an error.
So a reading counts only where it is everyday Chinese, and a damaged file is read line by line.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kg.errors import ReadError
from kg.read.mojibake import undo_mojibake
from kg.read.plausible import LOST, everyday_share, has_han, is_unlike_prose, plausible, rare

Decoded = tuple[str, str, tuple[str, ...]]

# UTF-32 first: its mark begins with that of UTF-16.
BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")  # may hold zero bytes
BYTEWISE = ("gb18030", "utf-8", "cp950")  # a line feed is one byte, and never part of a character
BOTH = "utf-8 and gb18030"
NAMES = {"cp950": "big5"}  # Windows' Big5, a little more than the standard's
SOUND_LINE = 0.8  # of a line's characters, how many must be everyday ones before others are tried
DAMAGE_SHARE = 0.1  # of the characters, how many may be lost before a file is refused
FEW_RARE = 2  # rare characters that need no note: a name, a place
WITNESSED = 65_536  # bytes that charset-normalizer sees
LEAST_BETWEEN = 4  # bytes that show another encoding; fewer are a broken character
UNDECODED = re.compile("[\udc80-\udcff]")  # a byte that is no UTF-8, as Python keeps it
HIGH_RUN = re.compile(rb"[\x80-\xff]++")


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read."""

    text: str
    encoding: str


def decode(data: bytes, shown: str) -> Decoded:
    """Return the text, the name of its encoding, and what had to be put right."""
    for bom, encoding in BOMS:
        if data.startswith(bom) and encoding != "utf-8-sig":
            return _marked(data, encoding, shown)
    body = data.removeprefix(codecs.BOM_UTF8)
    text, encoding, notes = _unmarked(body, shown)
    if body is not data and encoding == "utf-8":
        return text, "utf-8-sig", notes
    return text, encoding, notes


def _marked(data: bytes, encoding: str, shown: str) -> Decoded:
    """Read what a byte order mark says; a cut end or a broken pair costs its character."""
    text = data.decode(encoding, "replace")
    if text.count(LOST) > max(1, len(text) * DAMAGE_SHARE):
        raise ReadError(f"{shown}: marked as {encoding}, but damaged; save it again as UTF-8")
    return text, encoding, (*_lost(text, encoding), *_suspicious(text))


def _unmarked(data: bytes, shown: str) -> Decoded:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(data, shown)
    if "\0" in text and (wide := _best(data, WIDE)):
        return wide
    if _is_gb18030_by_chance_utf8(text):
        return _not_utf8(data, shown)
    mended, notes = undo_mojibake(text)
    return mended, "utf-8", notes


def _is_gb18030_by_chance_utf8(text: str) -> bool:
    """Tell the few words of GB18030 that are strict UTF-8 too: 联通 is ͨ behind a letter."""
    if len(text) > 20 or text.isascii() or has_han(text) or re.search("[A-Za-z]", text):
        return False
    read = text.encode().decode("gb18030", "replace")
    return everyday_share(read) == 1


def _not_utf8(data: bytes, shown: str) -> Decoded:
    """Read by the encoding that gives the most everyday Chinese, damaged lines by themselves."""
    if b"\0" in data and (wide := _best(data, WIDE)):
        return wide
    base = max(BYTEWISE, key=lambda name: everyday_share(data.decode(name, "replace")))
    found = _by_lines(data, base)
    if found is not None:
        return found
    found = _best(data, WIDE) or _by_witness(data)
    if found is not None:
        return found
    raise ReadError(
        f"{shown}: neither UTF-8, UTF-16, GB18030 nor Big5 text; if it is text, save it as UTF-8"
    )


def _best(data: bytes, encodings: tuple[str, ...]) -> Decoded | None:
    """Read by the best of some encodings without a mark; None where none gives Chinese."""
    readings = [(data.decode(name, "replace"), name) for name in encodings]
    text, encoding = max(readings, key=lambda reading: _worth(reading[0]))
    few = max(1, len(text) * DAMAGE_SHARE)
    if text.count("\0") + text.count(LOST) > few or not plausible(text):
        return None
    note = f"read as {encoding}: no byte order mark"
    return text, encoding, (note, *_lost(text, encoding), *_suspicious(text))


def _worth(text: str) -> tuple[bool, float]:
    """Rank readings: plain ASCII spread over wide characters is a good one too."""
    sound = text.count("\0") + text.count(LOST) <= max(1, len(text) * DAMAGE_SHARE)
    return sound, 1.0 if text.isascii() else everyday_share(text)


# -- line by line ------------------------------------------------------------------------------


def _by_lines(data: bytes, base: str) -> Decoded | None:
    """Read each line by the file's encoding, or by another where that gives no Chinese."""
    lines = [_line(line, base) for line in data.split(b"\n")]
    text = "\n".join(line.text for line in lines)
    if text.count(LOST) > max(1, len(text) * DAMAGE_SHARE) or not plausible(text):
        return None
    others = Counter(line.encoding for line in lines if line.encoding != base)
    notes = [
        f"{count} lines in {_named(other)} among lines in {_named(base)}"
        for other, count in sorted(others.items())
    ]
    if base == "cp950":
        notes.append("read as big5: no other encoding gives Chinese text")
    checked = () if base == "utf-8" else _suspicious(text)
    return text, _named(base), (*notes, *_lost(text, _named(base)), *checked)


def _line(line: bytes, base: str) -> Line:
    if line.isascii():
        return Line(line.decode(), base)
    first = _strict(line, base)
    if first is not None and (base == "utf-8" or everyday_share(first) >= SOUND_LINE):
        return Line(first, base)
    return max(_readings(line, base), key=lambda reading: everyday_share(reading.text))


def _readings(line: bytes, base: str) -> Iterator[Line]:
    """Yield the ways to read a line that its file's encoding does not read well.

    What comes first wins among equals.
    """
    yield Line(line.decode(base, "replace"), base)
    if base == "gb18030":
        yield Line("".join(_resumed(line)), base)
    for other in BYTEWISE:
        text = _strict(line, other) if other != base else None
        if text is not None:
            yield Line(text, other)
    if base != "cp950":
        yield Line(_changing(line), BOTH)


def _strict(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _resumed(line: bytes) -> Iterator[str]:
    """Read a line of GB18030 in which single bytes are lost.

    From a lost byte on, all pairs of a run are wrong; read the rest from the next byte.
    """
    end = 0
    for run in HIGH_RUN.finditer(line):
        yield line[end : run.start()].decode("gb18030", "replace")
        yield _run(run[0])
        end = run.end()
    yield line[end:].decode("gb18030", "replace")


def _run(run: bytes) -> str:
    """Read a run of pairs; of an odd number of bytes leave out the one that makes most sense."""
    if len(run) % 2 == 0:
        return run.decode("gb18030", "replace")
    pairs = [_everyday_pairs(run[start:-1] if start == 0 else run[start:]) for start in (0, 1)]
    before, after = 0, sum(pairs[1])
    best, at = after, 0
    for index, (even, odd) in enumerate(zip(*pairs, strict=True), start=1):
        before, after = before + even, after - odd
        if before + after > best:
            best, at = before + after, index
    kept, rest = run[: 2 * at], run[2 * at + 1 :]
    return kept.decode("gb18030", "replace") + LOST + rest.decode("gb18030", "replace")


def _everyday_pairs(run: bytes) -> list[bool]:
    """Tell for each pair of bytes whether it is a Han of GB 2312's first level or a mark."""
    return [0xA1 <= first <= 0xA3 or 0xB0 <= first <= 0xD7 for first in run[::2]]


def _changing(line: bytes) -> str:
    """Read a line that is UTF-8 at its ends and GB18030 between; one end may be missing."""
    first, last = _sound_ends(line)
    between = line[first:last]
    middle = between.decode("gb18030" if len(between) >= LEAST_BETWEEN else "utf-8", "replace")
    ends = line[:first], line[max(first, last) :]
    return ends[0].decode("utf-8", "replace") + middle + ends[1].decode("utf-8", "replace")


def _sound_ends(line: bytes) -> tuple[int, int]:
    """Return where the UTF-8 at the beginning of a line ends, and where that at its end begins."""
    text = line.decode("utf-8", "surrogateescape")
    undecoded = [match.start() for match in UNDECODED.finditer(text)]
    if not undecoded:
        return len(line), 0
    head, tail = text[: undecoded[0]], text[undecoded[-1] + 1 :]
    return len(head.encode()), len(line) - len(tail.encode())


# -- the last witness, and what is said about a reading ----------------------------------------


def _by_witness(data: bytes) -> Decoded | None:
    """Read by what charset-normalizer takes the file for, if that is Chinese."""
    encoding = _witness(data[:WITNESSED])
    text = _strict(data, encoding) if encoding else None
    if text is None or not (has_han(text) and plausible(text)):
        return None
    return text, encoding, (f"read as {encoding}: charset-normalizer takes it for that",)


def _witness(data: bytes) -> str:
    import charset_normalizer

    found = charset_normalizer.from_bytes(data).best()
    return found.encoding if found is not None else ""


def _lost(text: str, encoding: str) -> tuple[str, ...]:
    lost = text.count(LOST)
    if not lost:
        return ()
    lines = sum(LOST in line for line in text.split("\n"))
    return (f"{lost} damaged characters of {encoding} in {lines} lines shown as U+FFFD",)


def _suspicious(text: str) -> tuple[str, ...]:
    """Note characters that come of damaged bytes sooner than of a writer."""
    if is_unlike_prose(text):
        return ("hardly any everyday word in it: another encoding?",)
    found = rare(text)
    if len(found) <= max(FEW_RARE, len(text) // 2000):
        return ()
    return (f"{len(found)} characters as Chinese text does not have them: damaged bytes?",)


def _named(encoding: str) -> str:
    return NAMES.get(encoding, encoding)
