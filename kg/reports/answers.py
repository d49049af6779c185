"""Which places answered a document or a program, and which are silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kg.reports.dating import Dating, by_time, earliest, is_before, lag_days
from kg.reports.holdings import LEVELS, Holding, Region
from kg.reports.report import Report, Row
from kg.reports.subjects import Subject, subject, taken_up
from kg.reports.trace import beginning, first_documents
from kg.reports.traced import trace_notes
from kg.reports.uptakes import Holdings, Uptake, read_holdings
from kg.store import Store

COLUMNS = (
    *("state", "place", "level", "within", "date", "lag_days", "kinds", "answer"),
    *("plans", "searched"),
)
ADOPTED, SILENT, NO_PLAN = "adopted", "silent", "no plan held"
# What is planned for a field or a place as a whole: that it says nothing is silence. That a notice
# or the 实施方案 of another matter says nothing is none.
PLANS = frozenset({"WorkPlan", "Plan", "Report"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A place with what it answered, and its plans that could have."""

    region: Region
    within: str
    answers: tuple[Uptake, ...]  # the first one first
    plans: tuple[Holding, ...]

    @property
    def state(self) -> str:
        if self.answers:
            return ADOPTED
        return SILENT if self.plans else NO_PLAN


def answers(
    store: Store,
    name: str,
    *,
    kinds: Collection[str] = (),
    level: str = "",
    region: str = "",
    since: str = "",
    unanswered: bool = False,
) -> Report:
    """Return each place that could have answered: adopted, silent, or no plan held.

    Places are those below the region that a document is for (all, of a program), inside `region`
    if it is given, of one `level`, else of those levels of which any document is held. A place is
    silent where plans of that time or later are held and none of its documents takes it up; what
    was searched is named. With `unanswered` only the silent ones. The other arguments are those
    of `trace`.
    """
    held = read_holdings(store)
    about = subject(store, held, name, since)
    found = [
        one
        for one in taken_up(store, about, kinds)
        if one.is_answer and not is_before(held.dating(one.later), about.dating)
    ]
    start = _start(about, found, held)
    listed = [_place(one, found, start, held) for one in _regions(about, held, level, region)]
    lag_from = beginning(about, first_documents(found, about, held))
    shown = [one for one in listed if not unanswered or one.state == SILENT]
    shown.sort(key=lambda one: _order(one, held))
    return Report(
        name="trace",
        title=f"Which places have {'not ' if unanswered else ''}answered {about.name}",
        columns=COLUMNS,
        rows=tuple(_row(one, lag_from, held) for one in shown),
        notes=(*_notes(listed, about, start, held, region), *trace_notes(store)),
        query="trace",
    )


def _start(about: Subject, found: Collection[Uptake], held: Holdings) -> Dating | None:
    """Return from when on a place could have answered: its date, or that of its first echo."""
    if about.dating is not None:
        return about.dating
    first = earliest(held.dating(one.later) for one in found)
    return first[0] if first else None


def _regions(about: Subject, held: Holdings, level: str, region: str) -> list[Region]:
    """Return the places that are asked: below the issuer's, of levels of which anything is held."""
    inside = held.regions_named(region)
    below = [
        one
        for one in held.places.by_iri.values()
        if one.level in LEVELS[1:]
        and _is_below(one.iri, about.region, held)
        and (not inside or any(held.places.is_within(one.iri, outer) for outer in inside))
    ]
    with_documents = {one.region for one in held.documents.values()}
    levels = {level} if level else {one.level for one in below if one.iri in with_documents}
    return [one for one in below if one.level in levels]


def _is_below(region: str, outer: str, held: Holdings) -> bool:
    return not outer or (region != outer and held.places.is_within(region, outer))


def _place(
    region: Region, found: Collection[Uptake], start: Dating | None, held: Holdings
) -> _Place:
    own = {iri for iri, one in held.documents.items() if one.region == region.iri}
    answered = sorted(
        (one for one in found if one.later in own),
        key=lambda one: (by_time(held.dating(one.later)), one.later, one.kind, one.how),
    )
    plans = [held.documents[iri] for iri in own if _could_answer(iri, start, held)]
    plans.sort(key=lambda one: (by_time(held.dating(one.document)), one.title, one.document))
    above = held.places.by_iri.get(region.above)
    return _Place(region, above.name if above else "", tuple(answered), tuple(plans))


def _could_answer(document: str, start: Dating | None, held: Holdings) -> bool:
    """Tell whether a document is a plan, of that time or later."""
    plan = held.documents[document]
    if plan.kind not in PLANS or not plan.years:
        return False
    if start is None:
        return True
    is_old = is_before(held.dating(document), start) or max(plan.years) < start.first.year
    return not is_old


def _order(one: _Place, held: Holdings) -> tuple[object, ...]:
    when = held.dating(one.answers[0].later) if one.answers else None
    state = (ADOPTED, SILENT, NO_PLAN).index(one.state)
    rank = LEVELS.index(one.region.level)
    return (state, by_time(when), rank, one.region.code or "~", one.region.name, one.region.iri)


def _row(one: _Place, lag_from: Dating | None, held: Holdings) -> Row:
    first = one.answers[0] if one.answers else None
    when = held.dating(first.later) if first else None
    searched = [f"{plan.title} ({plan.file})" for plan in one.plans]
    return Row(
        (
            one.state,
            one.region.name,
            one.region.level,
            one.within or None,
            when.text if when else None,
            lag_days(lag_from, when),
            ", ".join(sorted({answer.kind for answer in one.answers})) or None,
            held.documents[first.later].title if first else None,
            len(one.plans),
            "；".join(searched) if searched and not first else None,
        ),
        (first.evidence,) if first else (),
    )


def _notes(
    listed: Collection[_Place], about: Subject, start: Dating | None, held: Holdings, region: str
) -> Iterator[str]:
    counts: dict[str, int] = defaultdict(int)
    for one in listed:
        counts[one.state] += 1
    yield ", ".join(f"{state}: {counts[state]}" for state in (ADOPTED, SILENT, NO_PLAN))
    levels = {one.region.level for one in listed}
    yield f"places of level {', '.join(one for one in LEVELS if one in levels) or '(none)'}"
    plans = {plan.document for one in listed for plan in one.plans}
    since = f" of {start.text} or later" if start else ""
    yield f"the closed set: {len(plans)} plans held{since} ({', '.join(sorted(PLANS))})"
    if start is None:
        yield "its date is not known: plans of every year count; --since DATE gives it"
    elif about.dating is None:
        yield f"its date is not known: {start.text} is that of the first that takes it up"
    else:
        yield f"its date: {start.text} ({start.basis})"
    if about.region:
        above = held.places.by_iri[about.region].name
        yield f"places below {above}{' (by its title)' if about.region_is_inferred else ''}"
    elif not region and not about.is_program:
        yield "whose document it is is not known: all places are asked; --region NAME limits them"
    yield f"{SILENT} are the documents held; {NO_PLAN}: nothing is known, it may have answered"
