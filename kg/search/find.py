"""What was asked to the documents that answer it, the best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from kg.errors import QueryError
from kg.search.conditions import conditions_of, level_of, meeting
from kg.search.entries import Entry, Region
from kg.search.found import LEVELS, Document, Facet, Filters, Found, Name, Note
from kg.search.index import WEIGHTS, Index, open_index
from kg.search.names import find_names
from kg.search.passages import MOST, find_places, passages
from kg.search.query import Clause, Query, Term, parse
from kg.search.words import words
from kg.store import Store

SHOWN = 20  # documents
NAMES = 6

_RANKED = (
    f"SELECT rowid, bm25(words, {', '.join(map(str, WEIGHTS))}) FROM words WHERE words MATCH ?"
)
_HAVING = "SELECT rowid FROM words WHERE words MATCH ?"
_TIERS = ("title", "together", "apart")  # what comes first, however often words occur


def search(
    store: Store,
    text: str,
    filters: Filters | None = None,
    *,
    limit: int = SHOWN,
    first: int = 0,
    index: Index | None = None,
) -> Found:
    """Return what a store has of these words; kg.search.query says how they are read.

    `limit` documents are given, after the `first` ones. Without an index the store's own is
    opened, and made where there is none.
    """
    if index is not None:
        return Search(store, index).find(text, filters or Filters(), limit, first)
    with open_index(store) as own:
        return Search(store, own).find(text, filters or Filters(), limit, first)


class Search:
    """Answers from one store and its index."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store, self._index = store, index

    def find(self, text: str, filters: Filters, limit: int, first: int) -> Found:
        """Return what answers."""
        query = parse(text)
        conditions = [*query.conditions, *conditions_of(filters)]
        if not (query.clauses or conditions):
            raise QueryError("search: nothing to look for; write a word, for example 学前教育")
        scores = self._scores(query)
        if conditions:
            rows = meeting(self._store, self._index, conditions)
            scores = {row: score for row, score in scores.items() if row in rows}
        ranked = self._ranked(scores, query)
        shown = ranked[first : first + limit]
        return Found(
            text=text,
            total=len(ranked),
            first=first,
            documents=tuple(self._document(row, query) for row in shown),
            names=tuple(self._names(query)),
            facets=tuple(_facets(self._index, ranked)),
            notes=tuple(self._notes(query, len(scores))),
        )

    def _scores(self, query: Query) -> dict[int, float]:
        """Return how well each document answers; the less the better, as SQLite has it."""
        wanted = [one for one in query.clauses if not one.excluded]
        excluded = [one for one in query.clauses if one.excluded]
        if not query.clauses or not wanted:
            gone = self._having(_any(excluded)) if excluded else set()
            return dict.fromkeys(self._index.entries.keys() - gone, 0.0)
        asked = " AND ".join(_expression(one) for one in wanted)
        if excluded:
            asked = f"({asked}) NOT {_any(excluded)}"
        return dict(self._index.ask(_RANKED, asked))

    def _having(self, asked: str) -> set[int]:
        return {row for (row,) in self._index.ask(_HAVING, asked)}

    def _ranked(self, scores: dict[int, float], query: Query) -> list[int]:
        """Return rows in order: named so, words together, words apart; then score, then date."""
        whole = query.whole
        together = self._having(_phrase(whole)) if len(query.wanted) > 1 and whole else set()
        named = self._named(whole)

        def tier(row: int) -> str:
            return "title" if row in named else "together" if row in together else "apart"

        entries = self._index.entries
        rows = sorted(scores, key=lambda row: (entries[row].title, entries[row].source))
        rows.sort(key=lambda row: entries[row].issued, reverse=True)
        # Three digits: a hair's breadth of score does not outweigh a date.
        rows.sort(key=lambda row: (_TIERS.index(tier(row)), float(f"{scores[row]:.3g}")))
        return rows

    def _named(self, whole: tuple[str, ...]) -> set[int]:
        """Return the documents whose title or number is these words and no more."""
        if not whole:
            return set()
        entries = self._index.entries
        return {
            row
            for row in self._having(f"{{title number}} : {_phrase(whole)}")
            if list(whole) in (words(entries[row].title), words(entries[row].number))
        }

    def _document(self, row: int, query: Query) -> Document:
        entry, text = self._index.entries[row], self._index.text(row)
        terms = query.wanted
        found = find_places(text, [term for term in terms if not term.in_title])
        whole = " ".join(term.text for term in terms) if len(terms) > 1 and query.whole else ""
        region = self._index.regions.get(entry.region)
        return Document(
            source=entry.source,
            iri=entry.document,
            title=entry.title,
            marks=find_places(entry.title, terms).all,
            number=entry.number,
            file=entry.file,
            kind=entry.kind,
            issued=entry.issued,
            years=entry.years,
            region=entry.region,
            place=region.name if region else "",
            level=region.level if region else "",
            issuers=entry.issuers,
            found=len(found.all),
            more=any(len(some) >= MOST for some in found.by_term),
            passages=passages(text, entry.title, found, entry.sections, whole),
        )

    def _names(self, query: Query) -> list[Name]:
        if not query.whole:
            return []
        held = {entry.document for entry in self._index.entries.values()}
        text = " ".join(term.text for term in query.wanted)
        return find_names(self._index, text, limit=NAMES, without=held)

    def _notes(self, query: Query, total: int) -> Iterator[Note]:
        if self._index.note is not None:
            yield self._index.note
        if query.ignored:
            left = " ".join(query.ignored)
            yield f"没有可查的字词，已略去：{left}", f"left out, as it holds no word: {left}"
        wanted = [one for one in query.clauses if not one.excluded]
        if not total and len(query.clauses) + len(query.conditions) > 1 and wanted:
            alone = [
                (" 或 ".join(term.text for term in one.terms), len(self._having(_expression(one))))
                for one in wanted
            ]
            yield (
                "单独查找：" + "，".join(f"{text} {number:,} 件" for text, number in alone),
                "by itself: " + ", ".join(f"{text} {number:,} documents" for text, number in alone),
            )


# -- what SQLite is asked: words of letters and digits alone, in quotes ------------------------


def _any(clauses: Collection[Clause]) -> str:
    return f"({' OR '.join(_expression(one) for one in clauses)})"


def _expression(clause: Clause) -> str:
    return f"({' OR '.join(_term(term) for term in clause.terms)})"


def _term(term: Term) -> str:
    return f"{{title}} : {_phrase(term.words)}" if term.in_title else _phrase(term.words)


def _phrase(parts: Iterable[str]) -> str:
    return f'"{" ".join(parts)}"'


# -- how to narrow down ------------------------------------------------------------------------


def _facets(index: Index, rows: list[int]) -> Iterator[Facet]:
    entries = [index.entries[row] for row in rows]
    names = Counter(region.name for region in index.regions.values())

    def place(entry: Entry) -> list[str]:
        region = index.regions.get(entry.region)
        if region is None:
            return []
        # Two places of one name are told apart by what names them to us.
        return [region.name if names[region.name] == 1 else region.iri]

    yield _facet("level", [[level_of(index, one)] for one in entries], _by_level)
    yield _facet("place", [place(one) for one in entries], _by_number, index.regions)
    yield _facet("year", [list(map(str, one.years)) for one in entries], _by_year)
    yield _facet("kind", [[one.kind] for one in entries], _by_number)


_Count = tuple[str, str, int]  # value, its name, documents


def _facet(
    field: str,
    values: list[list[str]],
    order: Callable[[_Count], tuple[int | str, ...]],
    regions: Mapping[str, Region] = MappingProxyType({}),
) -> Facet:
    known = [[value for value in some if value] for some in values]
    counts = Counter(value for some in known for value in some)
    named = [
        (value, regions[value].name if value in regions else value, number)
        for value, number in counts.items()
    ]
    return Facet(field, tuple(sorted(named, key=order)), sum(not some for some in known))


def _by_level(one: _Count) -> tuple[int | str, ...]:
    return LEVELS.index(one[0]) if one[0] in LEVELS else len(LEVELS), one[0]


def _by_number(one: _Count) -> tuple[int | str, ...]:
    return -one[2], one[1], one[0]


def _by_year(one: _Count) -> tuple[int | str, ...]:
    return (-int(one[0]),)
