"""Text that was read by the wrong encoding once, and saved so, to what it was."""

from __future__ import annotations

from functools import cache

from kg.read.plausible import LOST, everyday_share, has_han

GARBLED_SHARE = 0.7  # everyday characters in a line, below which it may be garbled
MENDED_SHARE = 0.9  # everyday characters in what it was
LOST_SHARE = 0.4  # of the characters of a line, how many may be lost in it
LOST_IN_GB18030 = LOST.encode("gb18030")


def undo_mojibake(text: str) -> tuple[str, tuple[str, ...]]:
    """Undo lines of UTF-8 that were taken for GBK or Latin: 鏀垮簻 → 政府, æ”¿åºœ → 政府.

    Only where the bytes that it would have been are strict UTF-8 and everyday Chinese.
    """
    if text.isascii():
        return text, ()
    lines = text.split("\n")
    undone = {at: mended for at, line in enumerate(lines) if (mended := _undone(line))}
    if not undone:
        return text, ()
    for at, mended in undone.items():
        lines[at] = mended
    left = sum(_is_garbled(line) for line in lines)
    note = f"{len(undone)} lines of UTF-8 that had been read as another encoding undone"
    if left:
        note += f", {left} left as they are"
    return "\n".join(lines), (note,)


def _is_garbled(line: str) -> bool:
    return not line.isascii() and everyday_share(line) < GARBLED_SHARE


def _undone(line: str) -> str | None:
    if not _is_garbled(line):
        return None
    for back in (_from_latin, _from_gb18030):
        mended = back(line)
        if mended is not None and _makes_sense(mended):
            return mended
    return None


def _makes_sense(mended: str) -> bool:
    kept = mended.replace(LOST, "")
    lost = len(mended) - len(kept)
    return (
        has_han(kept) and everyday_share(kept) >= MENDED_SHARE and lost <= len(mended) * LOST_SHARE
    )


def _from_gb18030(line: str) -> str | None:
    """Return what a line was before its bytes were paired as GBK.

    A byte left over was 0x80 where Windows shows €, and is lost where U+FFFD or ? stands.
    """
    try:
        data = line.encode("gb18030").replace("€".encode("gb18030"), b"\x80")
        if LOST_IN_GB18030 in data:
            return data.replace(LOST_IN_GB18030, b"").decode("utf-8", "replace")
        return data.decode("utf-8")
    except UnicodeError:
        return None


def _from_latin(line: str) -> str | None:
    """Return what a line was before each of its bytes became a Western letter."""
    try:
        return line.translate(_windows()).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


@cache
def _windows() -> dict[int, int]:
    """Return the letters that Windows' Latin puts where Latin-1 has control characters."""
    table = {byte: bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}
    return {ord(letter): byte for byte, letter in table.items() if letter}
