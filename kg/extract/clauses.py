"""An offset in a sentence to the clause around it."""

from __future__ import annotations

import re

CLAUSE = re.compile(r"[^，；。：！？]+")


def clause_at(sentence: str, at: int) -> tuple[int, int]:
    """Return where the clause that holds an offset begins and ends; the sentence if none does."""
    for match in CLAUSE.finditer(sentence):
        if match.start() <= at <= match.end():
            return match.start(), match.end()
    return 0, len(sentence)
