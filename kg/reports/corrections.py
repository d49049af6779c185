"""A store's corrections to what became of each: applied, no longer needed, orphaned, unsure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph

from kg import queries
from kg.correct import Text, anchor
from kg.correct.references import reference
from kg.correct.table import Fault
from kg.models import Correction
from kg.reports.report import Evidence, Report, Row, evidence
from kg.stamps import asking, concerned, read_corrections, waiting
from kg.store import Store

COLUMNS = (
    *("line", "status", "times", "action", "what", "value", "document", "quote"),
    *("problem", "who", "when", "why"),
)
SHOWN = 10  # sentences of one correction
WAITING = "waits for the next build"
NEEDLESS, ORPHANED = "no longer needed", "orphaned"

_TEXT = "SELECT ?text { VALUES ?source { <%s> } ?source nif:isString ?text }"
_PATHS = """
SELECT DISTINCT ?thing {
    ?thing skos:prefLabel ?label ; a ?class
    FILTER(STR(?label) = ?name && ?class IN (pol:Agency, pol:Program, pol:PolicyDocument))
} ORDER BY ?thing
"""


@dataclass(frozen=True, slots=True)
class _Held:
    """What the store knows of corrections."""

    outcomes: Mapping[str, list[dict[str, str]]]  # by correction, the rows of the saved query
    sources: Mapping[Correction, list[str]]  # that it concerns
    waiting: frozenset[str]  # the sources that the next build reads again


def corrections(store: Store) -> Report:
    """Return a row for each line of the store's corrections, in their order.

    `times` counts the places that a correction changed. Raises CorrectionError where the file
    cannot be understood.
    """
    table = read_corrections(store)
    held = _held(store, table.corrections)
    rows = {one.line: _row(store, one, held) for one in table.corrections}
    rows |= {one.line: _faulty(one) for one in table.faults}
    ordered = tuple(rows[line] for line in sorted(rows))
    return Report(
        name="corrections",
        title="Corrections and what became of them",
        columns=COLUMNS,
        rows=ordered,
        notes=tuple(_notes(ordered, held)),
        query="corrections",
    )


def _held(store: Store, rows: Sequence[Correction]) -> _Held:
    outcomes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in store.select(queries.find("corrections").text):
        outcomes[row["correction"].rpartition("/")[2]].append(row)
    sources: dict[Correction, list[str]] = defaultdict(list)
    for source, several in concerned(store, rows).items():
        for one in several:
            sources[one].append(source)
    return _Held(outcomes, sources, frozenset(waiting(store, rows)))


def _faulty(fault: Fault) -> Row:
    cells = fault.cells
    said = [cells.get(name, "") for name in ("action", "what", "value", "document", "quote")]
    who = [cells.get(name, "") for name in ("who", "when", "why")]
    return Row((fault.line, "invalid", None, *said, fault.problem, *who))


def _row(store: Store, one: Correction, held: _Held) -> Row:
    found = held.outcomes.get(one.id, [])
    places = [row for row in found if row["outcome"] == "applied"]
    status, problem = _status(store, one, {row["outcome"] for row in found}, held)
    shown = tuple(evidence(row) for row in places[:SHOWN])
    if status == "applied" and not shown:
        shown = tuple(_quoted(store, one, found))
    said = (one.action, one.what, one.value, one.document, one.quote)
    times = len({(row["source"], row["begin"], row["end"]) for row in places})
    known = times if status == "applied" else None
    return Row((one.line, status, known, *said, problem, one.who, one.when, one.why), shown)


def _status(store: Store, one: Correction, told: set[str], held: _Held) -> tuple[str, str]:
    if one.action == "unsure":
        return "unsure", ""
    behind = [source for source in held.sources.get(one, ()) if source in held.waiting]
    if told & {"applied", "applied in"}:
        more = f"{len(behind):,} documents wait for the next build" if behind else ""
        return "applied", more
    if behind:
        return WAITING, f"{len(behind):,} documents: run kg build"
    if one.document:
        return _bound_status(store, one, told, held)
    return _status_everywhere(store, one)


def _bound_status(store: Store, one: Correction, told: set[str], held: _Held) -> tuple[str, str]:
    if NEEDLESS in told:
        return NEEDLESS, "the extractors read it right now; take the line out"
    sources = held.sources.get(one, [])
    if not sources:
        return ORPHANED, "no document held has this file name, title or IRI"
    return ORPHANED, _why_orphaned(store, one, sources[0])


def _why_orphaned(store: Store, one: Correction, source: str) -> str:
    if not one.quote:
        return f"the document names neither {one.what!r} nor {one.value!r}"
    found = anchor(Text(_text(store, source)), one)
    return found.problem or f"the quoted words hold not exactly one {one.what} to correct"


def _status_everywhere(store: Store, one: Correction) -> tuple[str, str]:
    known = {name for name in (one.what, one.value) if name and store.select(asking(store, name))}
    several = _paths(store, one.what) if one.what in known else []
    if several and reference(one.what).type is None and one.action in ("same", "kind", "not"):
        paths = ", ".join(path.removeprefix(store.base) for path in several[:3])
        return ORPHANED, f"this name does not say which body is meant; write its path: {paths}"
    if one.action == "not" or (one.value if one.action != "kind" else one.what) in known:
        return NEEDLESS, "nothing held is read otherwise; take the line out"
    return ORPHANED, "no document held names it any more"


def _paths(store: Store, name: str) -> list[str]:
    return [
        row["thing"] for row in store.select(_PATHS.replace("?name", str(pyoxigraph.Literal(name))))
    ]


def _text(store: Store, source: str) -> str:
    return next((row["text"] for row in store.select(_TEXT % source)), "")


def _quoted(store: Store, one: Correction, found: Iterable[dict[str, str]]) -> Iterable[Evidence]:
    """Yield where the quoted words stand, of what changed no node that carries its place."""
    for row in found:
        if one.quote and row["outcome"] == "applied in":
            span = anchor(Text(_text(store, row["source"])), one).span
            if span is not None:
                yield Evidence(one.context or one.quote, row["file"], row["source"], *span)


def _notes(rows: Sequence[Row], held: _Held) -> Iterable[str]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[str(row.values[1])] += 1
    yield ", ".join(f"{name}: {number:,}" for name, number in sorted(counts.items())) or "none"
    if held.waiting:
        yield f"{len(held.waiting):,} documents are read again at the next build"
    if any(len(row.evidence) == SHOWN for row in rows):
        yield f"of each correction the first {SHOWN} places are shown"
