"""A store to what its documents are made of: set formulas, words of others, concrete sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from kg import queries
from kg.errors import NotFoundError, QueryError
from kg.reports.report import Evidence, Report, Row, Value, evidence
from kg.reports.traced import trace_notes
from kg.store import Store

SHARES = ("formula", "shared", "own", "concrete")
SORTS = ("document", "issued", "length", *SHARES)
TEXTS = "SELECT ?source ?text { ?source nif:isString ?text }"
NO_SHARES = "originality: the store holds no shares, which are counted at build; run: kg build"


def originality(
    store: Store,
    documents: Collection[str] = (),
    *,
    sections: bool = False,
    sort: str = "document",
) -> Report:
    """Tell what documents are made of: all, or those of these names, paths, titles or IRIs.

    A row for each document, with `sections` also one for each of its sections. Shares are per
    cent of the characters without blanks: formula (set phrases), shared (words of earlier or upper
    documents), own (neither), concrete (in sentences with a target, an owner or a due date); None
    where the store does not say. `sort` is one of SORTS: names and dates from the first on,
    figures from the highest down, unknown ones last. Raise NotFoundError for a document that is
    not held, and where no shares were counted; QueryError for an unknown order.
    """
    if sort not in SORTS:
        raise QueryError(f"originality: no order {sort!r}; known: {', '.join(SORTS)}")
    chosen = {held.source for name in documents for held in store.find(name)}
    query = queries.find("originality")
    counted = _first(store.select(query.text))
    if not counted:
        raise NotFoundError(NO_SHARES)
    rows = [row for row in counted if not chosen or row["source"] in chosen]
    shown = [row for row in rows if sections or not row["section"]]
    texts = {row["source"]: row["text"] for row in store.select(TEXTS)}
    names = ("document", *(("section",) if sections else ()), "issued", "length")
    columns = (*names, *(f"{share} %" for share in SHARES))
    return Report(
        name="originality",
        title="What documents are made of",
        columns=columns,
        rows=tuple(
            Row(_values(row, sections), (_whereabouts(row, texts),)) for row in _sorted(shown, sort)
        ),
        notes=(*_notes(store, counted, chosen), *trace_notes(store)),
        query=query.name,
    )


def _whereabouts(row: dict[str, str], texts: Mapping[str, str]) -> Evidence:
    """Give the title where it stands in the text, or the heading with where its section reaches."""
    words = evidence(row)
    at = -1 if row["section"] else texts.get(words.source, "").find(words.sentence)
    return words if at < 0 else replace(words, begin=at, end=at + len(words.sentence))


def _first(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Give each document and section once; a document of several files or dates is one."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        found.setdefault((row["source"], row["section"], row["begin"], row["end"]), row)
    return list(found.values())


def _values(row: Mapping[str, str], sections: bool) -> tuple[Value, ...]:
    name: tuple[Value, ...] = (row["title"], *((row["section"] or None,) if sections else ()))
    shares = (None if share is None else _percent(share) for share in _shares(row))
    return (*name, row["issued"] or None, int(row["length"]), *shares)


def _shares(row: Mapping[str, str]) -> tuple[Decimal | None, ...]:
    """Give the shares in the order of SHARES."""
    formula, shared, concrete = (
        Decimal(row[name]) if row[name] else None for name in ("formula", "shared", "concrete")
    )
    own = None if formula is None or shared is None else max(1 - formula - shared, Decimal(0))
    return formula, shared, own, concrete


def _percent(share: Decimal) -> Decimal:
    return (share * 100).quantize(Decimal("0.1"))


def _sorted(rows: Iterable[dict[str, str]], sort: str) -> list[dict[str, str]]:
    by_place = sorted(rows, key=_place)
    if sort == "document":
        return by_place
    if sort == "issued":
        return sorted(by_place, key=lambda row: (not row["issued"], row["issued"]))
    return sorted(by_place, key=lambda row: _down(row, sort))


def _place(row: Mapping[str, str]) -> tuple[str, str, bool, int, int]:
    """Sort by document; in it the whole first, then its sections as they stand."""
    begin, end = int(row["begin"]), int(row["end"])
    return row["title"], row["source"], bool(row["section"]), begin, -end


def _down(row: Mapping[str, str], sort: str) -> Decimal:
    figure = Decimal(row["length"]) if sort == "length" else _shares(row)[SHARES.index(sort)]
    return Decimal(1) if figure is None else -figure


def _notes(
    store: Store, rows: Iterable[Mapping[str, str]], chosen: Collection[str]
) -> Iterator[str]:
    yield "own: neither set formula nor shared with an earlier or upper document"
    held = set(store.sources()) & set(chosen) if chosen else set(store.sources())
    without = len(held - {row["source"] for row in rows if not row["section"]})
    if without:
        yield f"documents without counted shares: {without:,}"
