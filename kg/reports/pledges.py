"""Successive plans of a place to what became of each promise: raised, lowered, dropped …."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from kg.reports.holdings import Holding
from kg.reports.planned import (
    EVERYTHING,
    Chosen,
    Planned,
    Plans,
    find_indicators,
    fold,
    in_order,
    last_day,
    names_of,
    read_plans,
    said,
)
from kg.reports.report import Evidence, Report, Row
from kg.store import Store

VERDICTS = (
    "raised",
    "lowered",
    "repeated",
    "slipped",
    "dropped",
    "new",
    "unclear",
    "not comparable",
)
COLUMNS = (
    *("place", "plan", "indicator", "from", "promised", "to", "promises", "verdict"),
    *("deadline", "remarks"),
)
BETWEEN = "; "
_YEARS = re.compile(
    r"[(（]?(?:19|20)\d\d(?:年?[-—–─－~～至到]{1,2}(?:19|20)?\d\d)?年?(?:度)?[)）]?"
)
_SHELL = re.compile(r"关于印发|关于下发|印发|的通知$|[《》“”\"\s]")
# An office issues in the name of its government, with the same kind of paper.
_OFFICE = re.compile(r"人民政府办公[厅室]|人民政府|政府办公[厅室]")


@dataclass(frozen=True, slots=True)
class Edition:
    """What the plans of one series say for the same years."""

    plans: tuple[Holding, ...]
    targets: tuple[Planned, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """Give the years that it plans for."""
        return self.plans[0].years

    @property
    def year(self) -> str:
        """Give its years as text: 2022 or 2021–2025."""
        first, last = self.years[0], self.years[-1]
        return str(first) if first == last else f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a promise from one plan to the next."""

    before: tuple[Planned, ...]
    after: tuple[Planned, ...]
    verdict: str
    slip: str = ""  # from when to when its deadline slips
    remarks: tuple[str, ...] = ()


def pledges(
    store: Store,
    chosen: Chosen = EVERYTHING,
    *,
    indicator: str = "",
    verdicts: Sequence[str] = (),
) -> Report:
    """Tell what became of promises in the next plan of the same place and kind.

    `chosen` says which plans, `indicator` which promises, `verdicts` which outcomes are listed
    (VERDICTS; none means all). Raise NotFoundError for a place or indicator that is not there.
    """
    asked = find_indicators(store, indicator) if indicator else None
    plans = read_plans(store, chosen, asked.iris if asked else None)
    series = _series(plans)
    regions = in_order((region for region, _ in series), plans.places)
    names = names_of(regions, plans.places)
    rows: list[Row] = []
    for region, name in sorted(series, key=lambda one: (regions.index(one[0]), one[1])):
        for before, after in pairwise(series[region, name]):
            for change in changes(before, after):
                if (
                    not verdicts
                    or change.verdict in verdicts
                    or (change.slip and "slipped" in verdicts)
                ):
                    rows.append(_row(change, before, after, names[region], name))
    title = ", ".join(filter(None, ("pledges", asked.name if asked else "", str(chosen))))
    notes = (*(asked.notes if asked else ()), plans.told(), *_notes(series, rows))
    return Report("pledges", title, COLUMNS, tuple(rows), notes, "pledges")


def _notes(
    series: Mapping[tuple[str, str], Sequence[Edition]], rows: Sequence[Row]
) -> Iterator[str]:
    several = sum(len(editions) > 1 for editions in series.values())
    yield (
        f"{several} of {len(series)} series of plans have more than one edition; a series is the"
        " plans of one place and issuer under the same title but for the year"
    )
    if any("dropped" in row.values for row in rows):
        yield "dropped: the next plan says nothing of it; what was due before may simply be done"


# -- which plan follows which ------------------------------------------------------------------


def _series(plans: Plans) -> dict[tuple[str, str], list[Edition]]:
    """Give the editions of each series (place, name), the earliest first."""
    targets = plans.by_document()
    editions: dict[tuple[str, str], dict[tuple[int, ...], list[Holding]]] = {}
    for plan in plans.held:
        same = editions.setdefault((plan.region, series_name(plan)), {})
        same.setdefault(plan.years, []).append(plan)
    return {
        key: [
            Edition(tuple(several), tuple(fold(t for p in several for t in targets[p.document])))
            for _, several in sorted(by_years.items())
        ]
        for key, by_years in sorted(editions.items())
    }


def series_name(plan: Holding) -> str:
    """Give what the editions of a plan share: issuer and title without year and place.

    青禾县教育局2022年工作要点 → 教育局工作要点; 云陵市2024年政府工作报告 → 政府工作报告.
    """
    title = _plain(plan.title, plan.place)
    issuer = _plain(plan.issuers[0], plan.place) if len(plan.issuers) == 1 else ""
    return title if title.startswith(issuer) else issuer + title


def _plain(words: str, place: str) -> str:
    bare = _SHELL.sub("", _YEARS.sub("", words))
    return _OFFICE.sub("政府", bare.replace(place, ""))


# -- what became of each promise ---------------------------------------------------------------


def changes(before: Edition, after: Edition) -> Iterator[Change]:
    """Yield what became of each promise of a plan in the next, and what is new in that."""
    old, new = _by_kind(before.targets), _by_kind(after.targets)
    for kind in [*old, *(kind for kind in new if kind not in old)]:
        if kind in old and kind in new:
            yield from _paired(old[kind], new[kind], before, after)
    gone = [t for kind, several in old.items() if kind not in new for t in several]
    come = [t for kind, several in new.items() if kind not in old for t in several]
    yield from _unpaired(gone, come)


def _by_kind(targets: Iterable[Planned]) -> dict[object, list[Planned]]:
    found: dict[object, list[Planned]] = defaultdict(list)
    for target in targets:
        found[target.kind].append(target)
    return found


def _paired(
    old: Sequence[Planned], new: Sequence[Planned], before: Edition, after: Edition
) -> Iterator[Change]:
    """Yield what became of promises of the same kind; each due date, where there are several."""
    shift = after.years[-1] - before.years[-1]
    by_due = {_due(t, shift): [] for t in old}  # type: dict[str, list[Planned]]
    for target in old:
        by_due[_due(target, shift)].append(target)
    dues = {_due(target, 0) for target in new}
    if len(by_due) > 1 and set(by_due) == dues:
        for due, several in by_due.items():
            same = [target for target in new if _due(target, 0) == due]
            yield _compared(several, same, before, after)
    else:
        yield _compared(old, new, before, after)


def _due(target: Planned, shift: int) -> str:
    """Give a target's due date, as many years later as one plan is behind the other."""
    day = last_day(target.due)
    return f"{int(day[:4]) + shift}{day[4:]}" if shift and day[:4].isdigit() else day


def _compared(
    old: Sequence[Planned], new: Sequence[Planned], before: Edition, after: Edition
) -> Change:
    verdict = _verdict(old, new)
    slip = _slip(old, new, before, after)
    remarks = [_strictness(verdict, old, new)]
    if len(old) > 1 or len(new) > 1:
        remarks.append("several targets of this kind")
    if verdict == "unclear" and any(target.masked for target in (*old, *new)):
        remarks.append("masked")
    shown = "slipped" if verdict == "repeated" and slip else verdict
    return Change(tuple(old), tuple(new), shown, slip, tuple(filter(None, remarks)))


def _verdict(old: Sequence[Planned], new: Sequence[Planned]) -> str:
    """Compare the figures; where there are several, every one with every one must agree."""
    if {t.figure for t in old} == {t.figure for t in new} and not any(t.masked for t in old):
        return "repeated"
    found = {_moved(one, other) for one in old for other in new}
    return found.pop() if len(found) == 1 else "unclear"


def _moved(old: Planned, new: Planned) -> str:
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return "unclear"
    steps = {_sign(new.low - old.low), _sign(new.high - old.high)} - {0}
    if not steps:
        return "repeated"
    return {1: "raised", -1: "lowered"}[steps.pop()] if len(steps) == 1 else "unclear"


def _sign(difference: Decimal) -> int:
    return (difference > 0) - (difference < 0)


def _strictness(verdict: str, old: Sequence[Planned], new: Sequence[Planned]) -> str:
    """Say whether a changed figure asks for more or less, where the words tell which way."""
    bounds = {target.comparator for target in (*old, *new)} & {"AtLeast", "AtMost"}
    if len(bounds) != 1 or verdict not in ("raised", "lowered"):
        return ""
    return "stricter" if (verdict == "raised") == (bounds == {"AtLeast"}) else "looser"


def _slip(old: Sequence[Planned], new: Sequence[Planned], before: Edition, after: Edition) -> str:
    """Say how far a deadline slips, unless the date only moves on with the year of the plan."""
    if len(old) != 1 or len(new) != 1 or not (old[0].due and new[0].due) or old[0].is_growth:
        return ""
    first, then = last_day(old[0].due), last_day(new[0].due)
    moves_on = (
        int(first[:4]) in before.years and _due(old[0], after.years[-1] - before.years[-1]) == then
    )
    return f"{old[0].due} → {new[0].due}" if then > first and not moves_on else ""


def _unpaired(gone: Sequence[Planned], come: Sequence[Planned]) -> Iterator[Change]:
    """Yield what was dropped and what is new, or what became something that does not compare."""
    used: set[int] = set()
    for target in gone:
        others = [i for i, one in enumerate(come) if one.indicator == target.indicator]
        if others:
            used.update(others)
            after = tuple(come[index] for index in others)
            yield Change((target,), after, "not comparable", "", (_difference(target, after[0]),))
        else:
            yield Change((target,), (), "dropped")
    for index, target in enumerate(come):
        if index not in used:
            yield Change((), (target,), "new")


def _difference(old: Planned, new: Planned) -> str:
    pairs = {
        "group": (old.group or "all", new.group or "all"),
        "unit": (old.unit or "none", new.unit or "none"),
        "measured as": ("change" if old.change else "level", "change" if new.change else "level"),
        "counted": ("each" if old.each else "in all", "each" if new.each else "in all"),
        "recurrence": (old.recurrence or "none", new.recurrence or "none"),
    }
    return ", ".join(f"{what}: {one} → {two}" for what, (one, two) in pairs.items() if one != two)


# -- rows --------------------------------------------------------------------------------------


def _row(change: Change, before: Edition, after: Edition, place: str, name: str) -> Row:
    first = (*change.before, *change.after)[0]
    values = (
        *(place, name, first.label if not first.group else f"{first.label}（{first.group}）"),
        *(before.year, _told(change.before, before), after.year, _told(change.after, after)),
        *(change.verdict, change.slip or None),
        ", ".join(filter(None, (*change.remarks, _gap(before, after)))) or None,
    )
    evidence = (*_said(change.before, "promised"), *_said(change.after, "promises"))
    return Row(values, evidence)


def _gap(before: Edition, after: Edition) -> str:
    """Say for which years between two editions none is held."""
    first, last = before.years[-1] + 1, after.years[0] - 1
    years = str(first) if first == last else f"{first}–{last}"
    return f"{years} not held" if first <= last else ""


def _told(targets: Sequence[Planned], edition: Edition) -> str | None:
    said_once = (said(replace(t, group=""), edition.years[-1]) for t in targets)
    return BETWEEN.join(said_once) or None


def _said(targets: Iterable[Planned], column: str) -> Iterator[Evidence]:
    for target in targets:
        for one in target.evidence:
            yield replace(one, column=column)
