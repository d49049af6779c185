"""The package's word lists to compiled patterns, loaded once."""

from __future__ import annotations

import re
from functools import cache

from kg.vocabulary import rows, words

OWN = "kg.inspect"
BOUND_WORD = 2  # characters of a bound at least: 多, 内 and 为 say little alone
REACHED = "达"


@cache
def frames() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return what holds figures that count nothing, in the order in which they claim them."""
    return tuple(
        (row["frame"], re.compile(row["pattern"])) for row in rows("frames.tsv", package=OWN)
    )


@cache
def masks() -> tuple[re.Pattern[str], ...]:
    """Return how figures and names are hidden."""
    return tuple(re.compile(row["pattern"]) for row in rows("masks.tsv", package=OWN))


@cache
def duty_cue() -> re.Pattern[str]:
    """Return the words by which a sentence says who answers for something."""
    table = sorted(rows("duty_words.tsv", package=OWN), key=lambda row: -len(row["word"]))
    # A line may end between the word and what makes another one of it.
    behind = (f"(?!\\s{{0,2}}(?:{row['unless']}))" if row["unless"] else "" for row in table)
    return re.compile("|".join(row["word"] + no for row, no in zip(table, behind, strict=True)))


@cache
def promise_cue(side: str) -> re.Pattern[str]:
    """Return the words that promise the figure behind them ("before"), or before them ("after")."""
    found = {row["word"] for row in rows("bounds.tsv") if row["side"] == side}
    if side == "before":
        found |= {row["verb"] for row in rows("verbs.tsv") if row["role"] in ("change", "reach")}
    kept = {word for word in found if len(word) >= BOUND_WORD or word == REACHED}
    choice = "|".join(map(re.escape, sorted(kept, key=lambda word: (-len(word), word))))
    if side == "before":
        return re.compile(rf"(?:{choice})[^，。；：！？\d]{{0,16}}$")
    return re.compile(rf"[^，。；：！？\d]{{0,4}}?(?:{choice})")


@cache
def counter() -> re.Pattern[str]:
    """Return what follows a figure, and so also one that is hidden: a unit, 万, 年, 号."""
    return re.compile(f"[年月日号%万亿千百多余]|[〕）]\\d*号|{_units()}")


@cache
def _units() -> str:
    return "|".join(sorted(map(re.escape, words("units.tsv")), key=len, reverse=True))


@cache
def counted() -> re.Pattern[str]:
    """Return the figures of a text: Arabic ones, Chinese ones that count or share something."""
    units = _units()
    power = "(?:万亿|百万|千万|亿|万|千|百)?"
    return re.compile(
        r"(?:\d{1,6}(?:\.\d{1,4})?[—至])?"  # 2—3年 is one figure
        rf"(?:\d{{1,3}}(?:，\d{{3}}){{1,6}}(?!\d)|\d+)(?:\.\d+)?[多余]?{power}(?:{units})?"
        r"|[百千]分之[零一二三四五六七八九十百点]{1,8}"
        r"|(?:[一二三四五六七八九两][十百千万亿][一二三四五六七八九十百千万亿零]{0,7}"
        rf"|十[一二三四五六七八九])[多余]?(?:{units})"
    )
