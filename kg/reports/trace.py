"""Who took a document or a program up: how, when, and who was first."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from kg.reports.dating import Dating, by_time, earliest, is_before, lag_days
from kg.reports.report import Report, Row
from kg.reports.subjects import Subject, subject, taken_up
from kg.reports.traced import trace_notes
from kg.reports.uptakes import COMMON_SOURCE, Holdings, Uptake, read_holdings
from kg.store import Store

COLUMNS = (
    *("first", "date", "dated_by", "lag_days", "level", "place"),
    *("document", "kind", "how", "times"),
)


def trace(
    store: Store,
    name: str,
    *,
    kinds: Collection[str] = (),
    level: str = "",
    region: str = "",
    since: str = "",
) -> Report:
    """Return the documents that take something up, the earliest first, a row for each way.

    `name` is a document (title or part of it, 文号, IRI; held or only cited) or a program. `kinds`
    are citation, title (a title built on its title), copy (of its words), adoption (of a
    program); `level` is Country, Province, Prefecture, County or Township; `region` holds the
    places of the documents; `since` is the date of what is traced, where the store lacks it.
    Raise NotFoundError where the name means nothing, or several things.
    """
    held = read_holdings(store)
    about = subject(store, held, name, since)
    regions = held.regions_named(region)
    found = [
        one for one in taken_up(store, about, kinds) if held.is_chosen(one.later, level, regions)
    ]
    first = first_documents(found, about, held)
    begun = beginning(about, first)
    found.sort(key=lambda one: _order(one, held))
    return Report(
        name="trace",
        title=f"Who took up {about.name}",
        columns=COLUMNS,
        rows=tuple(_row(one, begun, held, first) for one in found),
        notes=(
            *_origin(about, held),
            *_notes(found, about, held, first),
            *trace_notes(store),
        ),
        query="trace",
    )


def first_documents(found: Collection[Uptake], about: Subject, held: Holdings) -> dict[str, Dating]:
    """Return the documents that may have answered first, with their dates; one where certain.

    What is older than its origin, or is not dated, is not among them.
    """
    dated = {one.later: held.dating(one.later) for one in found if one.is_answer}
    after = {iri: when for iri, when in dated.items() if not is_before(when, about.dating)}
    first = earliest(after.values())
    return {iri: when for iri, when in after.items() if when is not None and when in first}


def beginning(about: Subject, first: dict[str, Dating]) -> Dating | None:
    """Return what lags count from: a document's date; of a program the first that names it."""
    if about.dating is not None or not about.is_program or len(set(first.values())) != 1:
        return about.dating
    return next(iter(first.values()))


def _order(one: Uptake, held: Holdings) -> tuple[object, ...]:
    title = held.documents[one.later].title if one.later in held.documents else ""
    return (*by_time(held.dating(one.later)), title, one.later, one.kind, one.how)


def _row(one: Uptake, begun: Dating | None, held: Holdings, first: dict[str, Dating]) -> Row:
    document, when = held.documents.get(one.later), held.dating(one.later)
    return Row(
        (
            rank(one.later, first) if one.is_answer else None,
            when.text if when else None,
            when.basis if when else None,
            lag_days(begun, when),
            (document.level or None) if document else None,
            (document.place or None) if document else None,
            document.title if document else one.later,
            one.kind,
            one.how or None,
            one.times,
        ),
        (one.evidence,),
    )


def rank(document: str, first: dict[str, Dating]) -> str | None:
    """Say of a document that it came first; of several it is certain only on the same day."""
    if document not in first:
        return None
    days = {(when.first, when.last) for when in first.values()}
    is_certain = len(first) == 1 or (len(days) == 1 and all(a == b for a, b in days))
    return "first" if is_certain else "perhaps"


def _origin(about: Subject, held: Holdings) -> Iterator[str]:
    """Say what is traced, and what is known of it."""
    what = "program" if about.is_program else "document held" if about.is_held else "cited only"
    yield "  ".join(filter(None, (f"{about.name}: {what}", about.number, about.iri)))
    for iri in about.same:
        document = held.documents.get(iri)
        yield f"counted with it: {document.title if document else iri}"
    if about.dating is not None:
        yield f"its date: {about.dating.text} ({about.dating.basis})"
    elif about.is_program:
        yield "lags count from the first document that names it"
    else:
        yield "its date is not known: no lags; --since DATE gives it"


def _notes(
    found: Collection[Uptake], about: Subject, held: Holdings, first: dict[str, Dating]
) -> Iterator[str]:
    documents = {one.later for one in found if one.is_answer}
    places = {held.documents[iri].region for iri in documents if iri in held.documents} - {""}
    yield f"taken up by {len(documents)} documents of {len(places)} places"
    if first:
        named = "、".join(sorted(_short(iri, held) for iri in first))
        certain = "first" if rank(next(iter(first)), first) == "first" else "first, perhaps"
        yield f"{certain}: {named}"
    undated = sum(not _is_dated(held.dating(iri)) for iri in documents)
    if undated:
        yield f"{undated} of them not dated: any could be earlier"
    older = sum(is_before(held.dating(iri), about.dating) for iri in documents)
    if older:
        yield f"{older} dated before it (negative lag): never first; one of the dates may be wrong"
    rest = [one for one in found if one.later not in documents]
    third = {one.later for one in rest if one.how == COMMON_SOURCE}
    if others := {one.later for one in rest} - third:
        yield f"{len(others)} only announce or put it in force (plansToIssue, promulgates)"
    if third:
        yield f"{len(third)} only share words that both may have from a third (commonSource)"


def _is_dated(when: Dating | None) -> bool:
    return when is not None and when.is_of_issue


def _short(iri: str, held: Holdings) -> str:
    document, when = held.documents[iri], held.dating(iri)
    return f"{document.place} {when.text if when else ''} 《{document.title}》".strip()
