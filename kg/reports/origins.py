"""What a document took up itself: documents that it cites, echoes or copies, programs it names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyoxigraph

from kg.errors import NotFoundError
from kg.reports.dating import BY_NUMBER, Dating, by_time, dating, lag_days, year_of_number
from kg.reports.report import Report, Row, Value
from kg.reports.subjects import Subject, subject
from kg.reports.traced import trace_notes
from kg.reports.uptakes import KINDS, Holdings, Uptake, of_kinds, read_holdings, uptakes
from kg.store import Store

COLUMNS = ("kind", "how", "taken_up", "number", "held", "date", "dated_by", "lag_days", "times")

_NAMES = """
SELECT ?earlier ?name ?number {{
    VALUES ?earlier {{ {iris} }}
    OPTIONAL {{ ?earlier skos:prefLabel ?name }}
    OPTIONAL {{ ?earlier pol:documentNumber ?number }}
}}
"""


def origins(store: Store, name: str, *, kinds: Collection[str] = (), since: str = "") -> Report:
    """Return what a held document took up, by kind, then date: a row for each way.

    The arguments are those of `trace`; `lag_days` is from what is taken up to the document. Raise
    NotFoundError where the name means no one document that is held.
    """
    held = read_holdings(store)
    about = subject(store, held, name, since)
    if not about.is_held:
        what = "is a program" if about.is_program else "is cited only"
        raise NotFoundError(f"{name}: {what}; what was taken up is known of documents held")
    found = of_kinds(uptakes(store, "origins", about.iri), kinds)
    known = _known(store, {one.earlier for one in found})
    order = sorted(
        found,
        key=lambda one: (
            KINDS.index(one.kind),
            by_time(_dated(one.earlier, known, held)),
            known[one.earlier],
            one.earlier,
            one.how,
        ),
    )
    return Report(
        name="trace",
        title=f"What {about.name} took up",
        columns=COLUMNS,
        rows=tuple(_row(one, known[one.earlier], about, held) for one in order),
        notes=(*_notes(found, about), *trace_notes(store)),
        query="origins",
    )


def _known(store: Store, iris: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return name and 文号 of documents and programs, the first in order of several."""
    terms = " ".join(str(pyoxigraph.NamedNode(iri)) for iri in sorted(iris))
    found: dict[str, tuple[str, str]] = {}
    for row in store.select(_NAMES.format(iris=terms)) if terms else []:
        one = (row["name"] or row["earlier"], row["number"])
        found[row["earlier"]] = min(one, found.get(row["earlier"], one))
    return found


def _dated(iri: str, known: dict[str, tuple[str, str]], held: Holdings) -> Dating | None:
    return held.dating(iri) or dating(year_of_number(known[iri][1]), BY_NUMBER)


def _row(one: Uptake, known: tuple[str, str], about: Subject, held: Holdings) -> Row:
    name, number = known
    when = _dated(one.earlier, {one.earlier: known}, held)
    is_document = one.kind != "adoption"
    values: tuple[Value, ...] = (
        one.kind,
        one.how or None,
        name,
        number or None,
        ("yes" if one.earlier in held.documents else "no") if is_document else None,
        when.text if when else None,
        when.basis if when else None,
        lag_days(when, about.dating),
        one.times,
    )
    return Row(values, (one.evidence,))


def _notes(found: Collection[Uptake], about: Subject) -> Iterator[str]:
    counts = {kind: len({one.earlier for one in found if one.kind == kind}) for kind in KINDS}
    yield ", ".join(f"{kind}: {number}" for kind, number in counts.items() if number) or "nothing"
    if about.dating is None:
        yield "its date is not known: no lags; --since DATE gives it"
    else:
        yield f"its date: {about.dating.text} ({about.dating.basis})"
