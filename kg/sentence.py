"""A place in a text to the sentence that holds it."""

from __future__ import annotations

import re

_END = re.compile(r"[。！？；\n\r]")
_LONGEST = 200  # characters on either side, where no mark ends a sentence


def sentence_at(text: str, begin: int) -> str:
    """Give the sentence that holds a place in a text."""
    return text[slice(*sentence_span(text, begin))].strip()


def sentence_span(text: str, begin: int) -> tuple[int, int]:
    """Give where the sentence that holds a place begins and ends, its mark included."""
    first = max(0, begin - _LONGEST)
    start = max((match.end() for match in _END.finditer(text, first, begin)), default=first)
    mark = _END.search(text, begin, begin + _LONGEST)
    return start, min(len(text), begin + _LONGEST) if mark is None else mark.end()
