"""Plans of places and of those above them to who asks for more: stricter, equal, looser, silent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.reports.holdings import Places
from kg.reports.planned import (
    EVERYTHING,
    Chosen,
    Planned,
    Plans,
    better,
    ends,
    find_indicators,
    fold,
    in_order,
    is_in,
    names_of,
    read_plans,
    said,
)
from kg.reports.report import Evidence, Report, Row
from kg.store import Store
from kg.vocabulary import rows as table

VERDICTS = ("stricter", "equal", "looser", "silent", "not comparable")
COLUMNS = ("place", "above", "indicator", "year", "target", "target above", "verdict", "why")
OPPOSITE = {"stricter": "looser", "looser": "stricter"}
LONGEST_SILENCE = 200  # rows, before they are only counted unless a place or indicator is named
_SHARES = ("%", "‰", "百分点")


@dataclass(frozen=True, slots=True)
class Promise:
    """A target with the day by which it is to be reached."""

    target: Planned
    day: str  # ISO 8601
    year: int  # of that day
    years: tuple[int, ...]  # of the plans that set it


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a place's promise stands to that of a place above."""

    verdict: str
    why: str = ""


SILENCE = Judgement("silent")


def cascade(
    store: Store,
    chosen: Chosen = EVERYTHING,
    *,
    indicator: str = "",
    verdicts: Sequence[str] = (),
) -> Report:
    """Compare the targets of places with those of the places that hold them.

    `chosen` says for which places (and whose plans) it is told, `indicator` for which targets,
    `verdicts` what is listed (VERDICTS; none means all). A target is compared with that for the
    same indicator, group and year above; rates, growth, figures for each, and deadlines compare,
    counts do not. Raise NotFoundError for a place or indicator that is not there.
    """
    asked = find_indicators(store, indicator) if indicator else None
    # The places above lie outside what was chosen, so all plans are read.
    wide = replace(chosen, region="", level="")
    plans = read_plans(store, wide, asked.iris if asked else None)
    found = list(_cascade(plans, chosen))
    kept = [one for one in found if not verdicts or one.judgement.verdict in verdicts]
    named = bool(chosen.region or indicator or verdicts)
    shown = kept if named else _without_long_silence(kept)
    order = in_order({one.region for one in shown} | {one.above for one in shown}, plans.places)
    names, rank = names_of(order, plans.places), {iri: place for place, iri in enumerate(order)}
    # Of the places above the nearest first.
    shown = sorted(shown, key=lambda c: (rank[c.region], *c.what, -rank[c.above], *c.words))
    title = ", ".join(filter(None, ("cascade", asked.name if asked else "", str(chosen))))
    notes = (*(asked.notes if asked else ()), plans.told(), *_notes(found, len(kept) - len(shown)))
    return Report("cascade", title, COLUMNS, tuple(_row(c, names) for c in shown), notes, "cascade")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A place's promise beside one of a place above it; or the place's silence."""

    region: str
    above: str
    local: Promise | None
    upper: Promise
    judgement: Judgement

    @property
    def what(self) -> tuple[str, str, int]:
        """Give what it is about, to sort by."""
        return self.upper.target.label, self.upper.target.group, self.upper.year

    @property
    def words(self) -> tuple[tuple[str, int, int], tuple[str, int, int]]:
        """Give where both promises stand, to sort by."""
        return self.local.target.place if self.local else ("", 0, 0), self.upper.target.place


def _without_long_silence(found: Sequence[Comparison]) -> list[Comparison]:
    silent = sum(one.judgement.verdict == "silent" for one in found)
    if silent <= LONGEST_SILENCE:
        return list(found)
    return [one for one in found if one.judgement.verdict != "silent"]


def _notes(found: Iterable[Comparison], hidden: int) -> Iterator[str]:
    counts = Counter(one.judgement.verdict for one in found)
    yield ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    if counts["silent"]:
        yield "silent: a plan for that year is held, whoever issued it, and says nothing of it"
    if hidden:
        yield f"{hidden} silent ones are not listed; name a --region, --indicator or --verdict"
    yield "which way is stricter is told by ≥ and ≤, else by the indicator's name (why says so)"


# -- which promises face each other ------------------------------------------------------------


def _cascade(plans: Plans, chosen: Chosen) -> Iterator[Comparison]:
    promises = _promises(plans)
    planned = _years(plans)
    above: dict[str, dict[str, list[Promise]]] = {
        region: _by_indicator(several) for region, several in promises.items()
    }
    for region in sorted(planned):
        if _is_asked(region, chosen, plans.places):
            for outer in plans.places.chain(region)[1:]:
                facing = _faced(above.get(outer.iri, {}), above.get(region, {}), planned[region])
                for upper, local, judgement in facing:
                    yield Comparison(region, outer.iri, local, upper, judgement)


def _faced(
    uppers: Mapping[str, Sequence[Promise]],
    own: Mapping[str, Sequence[Promise]],
    planned: Container[int],
) -> Iterator[tuple[Promise, Promise | None, Judgement]]:
    """Yield the promises of a place above with what a place below has to say to each."""
    for indicator, several in uppers.items():
        locals_ = own.get(indicator)
        for upper in several:
            if locals_:
                for local, judgement in _facing(upper, locals_, planned):
                    yield upper, local, judgement
            elif upper.year in planned:
                yield upper, None, SILENCE


def _is_asked(region: str, chosen: Chosen, known: Places) -> bool:
    if not is_in(region, chosen.region, known):
        return False
    return not chosen.level or known.by_iri[region].level == chosen.level


def _promises(plans: Plans) -> dict[str, list[Promise]]:
    """Give what each place promises, what several of its plans say for the same day as one."""
    held = {plan.document: plan for plan in plans.held}
    same: dict[tuple[str, str], list[Planned]] = defaultdict(list)
    years: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for target in plans.targets:
        plan = held[target.document]
        day = ends(target, plan)
        same[plan.region, day].append(replace(target, due=target.due or day[:4]))
        years[plan.region, day, target.indicator].update(plan.years)
    found: dict[str, list[Promise]] = defaultdict(list)
    for (region, day), targets in sorted(same.items()):
        for target in fold(targets):
            span = tuple(sorted(years[region, day, target.indicator]))
            found[region].append(Promise(target, day, int(day[:4]), span))
    return found


def _years(plans: Plans) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for plan in plans.held:
        found[plan.region].update(plan.years)
    return found


def _by_indicator(promises: Iterable[Promise]) -> dict[str, list[Promise]]:
    found: dict[str, list[Promise]] = defaultdict(list)
    for promise in promises:
        found[promise.target.indicator].append(promise)
    return found


def _facing(
    upper: Promise, locals_: Sequence[Promise], planned: Container[int]
) -> Iterator[tuple[Promise | None, Judgement]]:
    """Yield the promises that answer one of a place above, or that there is none.

    Those for the same year answer it; else one that is earlier and no less, or later and no more.
    """
    same = [local for local in locals_ if local.year == upper.year]
    alike = [local for local in same if local.target.group == upper.target.group]
    if alike or same:
        yield from ((local, judge(local, upper)) for local in alike or same)
        return
    others = [
        (local, judge(local, upper))
        for local in locals_
        if set(local.years) & set(upper.years) and not upper.target.recurrence
    ]
    decided = [(one, how) for one, how in others if how.verdict in OPPOSITE]
    if decided:
        yield from decided
    elif upper.year in planned:
        yield None, SILENCE


# -- the verdict -------------------------------------------------------------------------------


def judge(local: Promise, upper: Promise) -> Judgement:
    """Tell how one promise stands to another; turned round, stricter and looser change places."""
    one, other = local.target, upper.target
    obstacle = _obstacle(one, other)
    if obstacle:
        return Judgement("not comparable", obstacle)
    sooner = _sign(local.day < upper.day, local.day > upper.day)
    if sooner and (one.is_growth or one.recurrence):
        return Judgement("not comparable", f"different due: {local.day} here, {upper.day} above")
    more, why = _more(one, other)
    if more is None:
        return Judgement("not comparable", "nothing says whether more or less is stricter")
    if more * sooner < 0:
        return Judgement("not comparable", f"different due: {local.day} here, {upper.day} above")
    verdict = {1: "stricter", -1: "looser", 0: "equal"}[more or sooner]
    dates = f"due {local.day} here, {upper.day} above" if sooner else ""
    return Judgement(verdict, ", ".join(filter(None, (why if more else "", dates))))


def _sign(plus: bool, minus: bool) -> int:
    return plus - minus


def _obstacle(one: Planned, other: Planned) -> str:
    """Say why two targets do not compare; nothing where they do."""
    if one.masked or other.masked or None in (one.low, one.high, other.low, other.high):
        return "masked"
    if one.unit != other.unit:
        return f"units differ: {one.unit or 'none'} here, {other.unit or 'none'} above"
    pairs = (
        (one.is_growth, other.is_growth, ("growth", "level")),
        (one.each, other.each, ("each", "in all")),
    )
    for here, above, (yes, no) in pairs:
        if here != above:
            return f"{yes if here else no} here, {yes if above else no} above"
    if one.group != other.group:
        return f"group differs: {one.group or 'all'} here, {other.group or 'all'} above"
    if one.recurrence != other.recurrence:
        return f"every {one.recurrence or '–'} here, every {other.recurrence or '–'} above"
    return "" if _has_base(one) else "counts of places of different size, without a base"


def _has_base(target: Planned) -> bool:
    """Tell whether a figure means the same in a county as in a province."""
    return (
        target.each
        or target.measure in ("Rate", "Growth")
        or target.unit.endswith(_SHARES)
        or "/" in target.unit
        or any(word in target.label for word in _bases())
        or (target.low == 0 == target.high)
    )


@cache
def _bases() -> tuple[str, ...]:
    return tuple(row["word"] for row in table("bases.tsv"))


def _more(one: Planned, other: Planned) -> tuple[int | None, str]:
    """Tell whether the first asks for more (1), less (-1) or the same (0), and how it is known."""
    bounds = {one.comparator, other.comparator} & {"AtLeast", "AtMost"}
    if len(bounds) == 2:
        return None, ""
    assert one.low is not None and one.high is not None  # _obstacle has seen to that
    assert other.low is not None and other.high is not None
    steps = {
        _sign(one.low > other.low, one.low < other.low),
        _sign(one.high > other.high, one.high < other.high),
    } - {0}
    if not steps:
        return 0, ""
    way = {"AtLeast": "more", "AtMost": "less"}.get(next(iter(bounds), "")) or better(one.label)
    if len(steps) > 1 or not way:
        return None, ""
    why = "" if bounds else f"by its name, {'less' if way == 'less' else 'more'} is stricter"
    return steps.pop() * (-1 if way == "less" else 1), why


# -- rows --------------------------------------------------------------------------------------


def _row(found: Comparison, names: Mapping[str, str]) -> Row:
    local, upper, judgement = found.local, found.upper, found.judgement
    label = upper.target.label
    group = f"（{upper.target.group}）" if upper.target.group else ""
    return Row(
        (
            *(names[found.region], names[found.above], label + group, upper.year),
            *(_told(local, upper.year) if local else None, _told(upper, upper.year)),
            *(judgement.verdict, judgement.why or None),
        ),
        (*(_said(local, "target") if local else ()), *_said(upper, "target above")),
    )


def _told(promise: Promise, year: int) -> str:
    return said(promise.target, year)


def _said(promise: Promise, column: str) -> Iterator[Evidence]:
    for one in promise.target.evidence:
        yield replace(one, column=column)
