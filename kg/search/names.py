"""Words to the entities that are called so."""

from __future__ import annotations

from collections.abc import Collection

from kg.errors import NotFoundError
from kg.search.found import Name
from kg.search.index import Index
from kg.search.words import fold, words

_BY_WORDS = """
SELECT iri, kind, name, label, documents FROM name_words JOIN names ON row = name_words.rowid
WHERE name_words MATCH ?
ORDER BY lower(label) = ? DESC, substr(lower(label), 1, ?) = ? DESC, documents DESC,
    length(label), label, iri
LIMIT ?
"""
_CANDIDATES = 200  # several names of one entity are one


def find_names(
    index: Index,
    text: str,
    *,
    limit: int = 10,
    kinds: Collection[str] = (),
    without: Collection[str] = (),
) -> list[Name]:
    """Return the entities whose name has these words: the very name first, then beginnings.

    `kinds` are of Agency, Program, Region, PolicyDocument; IRIs `without` are left out.
    """
    parts = [some for part in text.split() if (some := words(part))]
    if not parts:
        return []
    # What is being typed may be the beginning of a word of another script: AI, 5G.
    asked = " AND ".join(f'"{" ".join(part)}" *' for part in parts)
    folded = fold(text.strip())
    rows = index.ask(_BY_WORDS, asked, folded, len(folded), folded, _CANDIDATES + limit)
    found: dict[str, Name] = {}
    for iri, kind, name, label, documents in rows:
        if iri not in without and (not kinds or kind in kinds):
            called = "" if label == name else label
            found.setdefault(iri, Name(iri, kind, name, called, documents))
    return list(found.values())[:limit]


def iris_named(index: Index, name: str, kind: str) -> set[str]:
    """Return what has this name, else what has it in its name; raise where nothing has."""
    same = index.ask("SELECT iri FROM names WHERE kind = ? AND ? IN (label, iri)", kind, name)
    asked = " ".join(words(name))
    rows = same
    if not same and asked:
        rows = index.ask(
            "SELECT iri FROM name_words JOIN names ON row = name_words.rowid "
            "WHERE name_words MATCH ? AND kind = ?",
            f'"{asked}"',
            kind,
        )
    if not rows:
        raise NotFoundError(f"{kind.lower()} {name!r}: nothing in the store is called so")
    return {iri for (iri,) in rows}
