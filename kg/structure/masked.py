"""Text to the places where names or figures were made unreadable on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator

MASKED = re.compile(
    r"(?<![\d*＊])[*＊]{1,6}(?![*＊])|(?<=\d)[*＊]{2,6}(?![*＊])"  # 排查***所; not 5*8
    r"|(?<![\d×])×{1,6}(?![×\d])|(?<=\d)×{2,6}(?!×)"
    r"|(?<![A-Za-zＸ])[XＸ]{2,6}(?![A-Za-zＸ])|(?<=[年第月])[XＸ](?=[月日号])"
    r"|(?<![一二三四五六七八九零〇○])[○〇]{2,4}(?![一二三四五六七八九零〇○年])"
    r"|(?<=[\d一-鿿])□{1,4}(?=[\d一-鿿])"
    r"|某{1,3}(?![种些个一时项人类次日天方])"
)


def find_masked(text: str) -> Iterator[tuple[int, int]]:
    """Yield where something is masked: ***, ××, XX, 某, □; it is never guessed."""
    return (match.span() for match in MASKED.finditer(text))
