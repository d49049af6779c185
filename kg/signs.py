"""A text to the matches of a pattern that always begins with one of a few signs."""

from __future__ import annotations

import re
from collections.abc import Iterator


def matches_at(
    signs: re.Pattern[str], pattern: re.Pattern[str], text: str
) -> Iterator[re.Match[str]]:
    """Yield the same as `pattern.finditer(text)`, tried only where one of the signs stands.

    For a pattern that never matches without a sign at its first character. One that begins with a
    look behind or an optional part is else tried at every character: five times as long.
    """
    at = 0
    for sign in signs.finditer(text):
        match = pattern.match(text, sign.start()) if sign.start() >= at else None
        if match is not None:
            at = match.end()
            yield match
