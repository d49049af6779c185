"""What reports say in English, to both languages: columns, set answers, notes, titles.

A report is data for programs too, so its words are fixed; here they are found again in the words
of the interface. What is not found stands as it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg.page.words import Pair, pair, words_of

_CLASS = re.compile(r"\b[A-Z]\w+")
BETWEEN = ", "
_CELLS = ("answers", "classes")
LONGEST = 600  # characters of a note that is looked at
_VALUE = re.compile(r"\\\{(\w+)\\\}")


def column(name: str) -> Pair:
    """Return the name of a column."""
    return pair(name, "columns")


def answer(text: str, column: str = "") -> Pair:
    """Return a cell that is said in words of ours: silent, Lead, "citation, title", County."""
    # Plan is a kind of document, and how firmly something is promised.
    tables = ("values",) if column == "modality" else _CELLS
    known = next((table for table in tables if text in words_of(table)), None)
    if known:
        return pair(text, known)
    parts = text.split(BETWEEN)
    if len(parts) > 1:
        said = [answer(part)[0] for part in parts]
        return ("，".join(said) if said != parts else text), text
    # All of our words are English; text of documents seldom begins so.
    return told(text) if text[:1].isascii() and text[:1].isalnum() else (text, text)


def _class(found: re.Match[str]) -> str:
    return pair(found[0], "classes")[0]


@lru_cache(4096)
def told(text: str) -> Pair:
    """Return a note or a title: "2022: 3 of 5 places promise something …"."""
    if len(text) > LONGEST:
        return text, text
    for pattern, chinese in _templates():
        found = pattern.fullmatch(text)
        values = found.groupdict() if found else {}
        # What a title is narrowed by follows words that are ours, or it is no such title.
        if "kinds" in values:
            values["kinds"] = _CLASS.sub(_class, values["kinds"])
        title = values.get("title")
        if title is not None:
            values["title"] = told(title)[0]
        if found and (title is None or values["title"] != title):
            return chinese.format(**values), text
    return text, text


@cache
def _templates() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(_VALUE.sub(_group, re.escape(english))), chinese)
        for chinese, english in words_of("reports").values()
    )


def _group(found: re.Match[str]) -> str:
    name = found[1]
    # n1, n2: numbers; all else is any text, as short as can be.
    return rf"(?P<{name}>{'[0-9,]+' if re.fullmatch('n[0-9]', name) else '.*?'})"
