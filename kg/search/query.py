"""What a person types to what is looked for.

    学前教育 学位        both, anywhere in the document
    "扩优提质" “…” 「…」  these words, as they stand
    公办 或 民办         one of the two (also OR, |)
    -小学               not in the document
    title:要点 标题：    in the title
    agency: issuer: place: year: kind: level:   which documents (机构 发文机关 地区 年份 文种 层级);
                        place:unknown those of which it is not known

Everything else is text: no mark means anything to the database below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.errors import QueryError
from kg.search.words import words

LONGEST = 500  # characters; nobody types more, a pasted page would take seconds
MOST_WORDS = 30

FIELDS = {
    "title": ("title", "标题", "题目"),
    "agency": ("agency", "机构", "单位"),
    "issuer": ("issuer", "发文机关", "发文机构"),
    "place": ("place", "region", "地区", "地方"),
    "year": ("year", "年", "年份", "年度"),
    "kind": ("kind", "type", "文种", "类别"),
    "level": ("level", "层级", "级别"),
}
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_QUOTED = {'"': '"', "“": "”", "”": "”", "„": "“", "＂": "＂", "「": "」", "『": "』"}
UNKNOWN = ("unknown", "未知", "不详")  # as a value: documents of which it is not known
_OR = frozenset(("或", "OR", "or", "|", "｜"))
_NAME = "|".join(sorted(map(re.escape, _FIELD_OF), key=len, reverse=True))
_QUOTE = "|".join(f"{begin}[^{end}]*{end}?" for begin, end in _QUOTED.items())
_PIECE = re.compile(
    rf"(?P<minus>[-－−–](?=\S))?(?:(?P<field>{_NAME})[:：])?(?:(?P<quoted>{_QUOTE})|(?P<bare>(?(field)\S*|\S+)))",
    re.IGNORECASE,
)
_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
_YEARS = re.compile(r"(\d{4})年?(?:(?:-|–|—|－|~|～|至|到|\.\.)(\d{4})年?)?")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other."""

    text: str  # as it was typed
    words: tuple[str, ...]
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One of several terms, that a document must have or must not."""

    terms: tuple[Term, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """What kind of document is wanted, or not."""

    field: str  # of FIELDS, without title
    value: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    text: str
    clauses: tuple[Clause, ...]
    conditions: tuple[Condition, ...]
    ignored: tuple[str, ...] = ()  # what was typed and holds no word

    @property
    def wanted(self) -> list[Term]:
        """Give the terms whose places are shown."""
        return [term for one in self.clauses if not one.excluded for term in one.terms]

    @property
    def whole(self) -> tuple[str, ...]:
        """Give all words as one phrase; empty where that is not what was typed."""
        if any(one.excluded or len(one.terms) > 1 for one in self.clauses):
            return ()
        return tuple(word for term in self.wanted for word in term.words)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    field: str
    excluded: bool
    quoted: bool


def parse(text: str) -> Query:
    """Understand what was typed; raise QueryError, in a line, where that cannot be."""
    if len(text) > LONGEST:
        raise QueryError(f"search: {len(text):,} characters; at most {LONGEST:,} are allowed")
    clauses: list[Clause] = []
    conditions: list[Condition] = []
    ignored: list[str] = []
    joining = False
    for piece in _pieces(text):
        if _is_or(piece):
            joining = True
            continue
        if piece.field not in ("", "title"):
            conditions.append(_condition(piece))
        elif not words(piece.text):
            ignored.append(piece.text)
        else:
            _add(clauses, piece, joining)
        joining = False
    _check(clauses, conditions)
    return Query(text, tuple(clauses), tuple(conditions), tuple(ignored))


def _pieces(text: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(text):
        quoted = match["quoted"]
        value = match["bare"] if quoted is None else quoted[1:].rstrip(_QUOTED[quoted[0]])
        field = _FIELD_OF[match["field"].lower()] if match["field"] else ""
        yield _Piece(value, field, bool(match["minus"]), quoted is not None)


def _is_or(piece: _Piece) -> bool:
    return piece.text in _OR and not (piece.quoted or piece.field or piece.excluded)


def _add(clauses: list[Clause], piece: _Piece, joining: bool) -> None:
    """Add a term: to the last clause where 或 stands before it."""
    term = Term(piece.text, tuple(words(piece.text)), in_title=piece.field == "title")
    if joining and clauses and not clauses[-1].excluded and not piece.excluded:
        clauses[-1] = Clause((*clauses[-1].terms, term))
    else:
        clauses.append(Clause((term,), piece.excluded))


def _condition(piece: _Piece) -> Condition:
    if not piece.text.strip():
        raise QueryError(f"search: {piece.field}: has no value; write for example year:2022")
    if piece.field == "year" and piece.text not in UNKNOWN:
        years(piece.text)
    return Condition(piece.field, piece.text.strip(), piece.excluded)


def years(value: str) -> range:
    """Return the years that 2022 or 2021-2023 means."""
    match = _YEARS.fullmatch(value.translate(_DIGITS).strip())
    if match is None:
        raise QueryError(f"search: {value!r} is no year; write 2022, or 2021-2023")
    first, last = int(match[1]), int(match[2] or match[1])
    return range(min(first, last), max(first, last) + 1)


def _check(clauses: list[Clause], conditions: list[Condition]) -> None:
    number = sum(len(one.terms) for one in clauses) + len(conditions)
    if number > MOST_WORDS:
        raise QueryError(f"search: {number} words; at most {MOST_WORDS} are allowed")
