"""A store to what is wrong in its documents: sums, conflicts, repetitions, shares, dates."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Literal

from kg import queries
from kg import vocabulary as data
from kg.reports.report import Evidence, Report, Row
from kg.reports.slips import (
    LATEST,
    Slip,
    find_falling_ranges,
    find_past_deadlines,
    sets_date,
)
from kg.reports.statements import (
    Statement,
    clause,
    ends_in,
    has,
    in_one_sentence,
    statement,
)
from kg.reports.sums import Sum, find_sums
from kg.sentence import sentence_at
from kg.store import Store

Severity = Literal["error", "warning", "notice", "right"]
COLUMNS = ("severity", "kind", "document", "about", "finding", "figures")
# What is looked for, in the order of the report's notes.
KINDS = ("sum", "conflict", "duplicate", "recurrence", "percent", "range", "date", "period", "year")
# What a pair of targets is: how grave, what is said of it.
SAYINGS: dict[str, tuple[Severity, str]] = {
    "conflict": ("error", "the same indicator with different figures"),
    "recurrence": ("warning", "the same at different intervals"),
    "duplicate": ("notice", "stated {number} times"),
}
# What tells one candidate from another.
PLACE = ("kind", "source", "begin", "end", "other_begin", "other_end", "sentence", "due", "low")
LABEL = 40  # characters looked at before a figure
CLAUSE_START = re.compile(r"[，。；：、！？（）(),;:\s]")
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice", "right")
TEXTS = """
SELECT ?source ?text ?title ?file ?issued {
    ?source nif:isString ?text .
    ?policy pol:hasText ?source .
    OPTIONAL { ?policy dcterms:title ?title }
    OPTIONAL { ?policy dcterms:issued ?issued }
    OPTIONAL { ?source dcterms:source ?file }
} ORDER BY ?source ?title ?issued ?file
"""
# Parts that fall short of their total by more than this share leave others out: 其中乡村150个.
NEAR, NEARER = Decimal("0.9"), Decimal("0.95")  # the second for parts in clauses of their own
# What sets a date that is to come: 2022年底前, 到2022年; not 2022年度的项目.
DEADLINE = re.compile(r"[年月]?[底末日年月]之?前|[到至](?:20|19)\d\d年(?!前)|年内")
PAST: tuple[Severity, str, str] = ("error", "date", "due before the document was issued")

_Found = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Text:
    """A document's text, and what it is called."""

    source: str
    text: str
    title: str
    file: str
    issued: str

    def evidence(self, begin: int, end: int) -> Evidence:
        sentence = sentence_at(self.text, begin)
        return Evidence(sentence, self.file, self.source, begin, end)


@dataclass(frozen=True, slots=True)
class _Finding:
    """What is wrong, or right, and where."""

    severity: Severity
    kind: str
    text: _Text
    about: str
    finding: str
    figures: str
    evidence: tuple[Evidence, ...]

    def row(self) -> Row:
        title = self.text.title or self.text.file
        values = (self.severity, self.kind, title, self.about, self.finding, self.figures)
        return Row(values, self.evidence)

    @property
    def order(self) -> tuple[int, str, str, int, str, str]:
        """Sort the gravest first, then by document and place."""
        first = self.evidence[0]
        grave = SEVERITIES.index(self.severity)
        return grave, self.text.title, first.source, first.begin, self.kind, self.figures


def check(
    store: Store,
    documents: Collection[str] = (),
    kinds: Collection[str] = (),
    *,
    right: bool = False,
) -> Report:
    """Look for what is wrong inside documents: all, or those of these names, paths, titles, IRIs.

    A row for each finding, the gravest first: an error cannot be right, a warning most likely is
    not, a notice is worth knowing; with `right` also the sums that are right. `kinds` are some of
    KINDS, none for all. Raise NotFoundError for a document that is not held.
    """
    texts = _texts(store, documents)
    query = queries.find("check")
    rows = _once(row for row in store.select(query.text) if row["source"] in texts)
    sums = [_sum(one, text) for text in texts.values() for one in find_sums(text.text)]
    judged = [finding for row in rows for finding in _judged(row, texts[row["source"]])]
    found = [
        *(finding for finding in sums if finding is not None),
        *_repeated(rows, texts),
        *judged,
        *(finding for text in texts.values() for finding in _slips(text, judged)),
    ]
    wanted = kinds or KINDS
    shown = [one for one in found if one.kind in wanted and (right or one.severity != "right")]
    return Report(
        name="check",
        title=f"What is wrong in {_documents(len(texts))}",
        columns=COLUMNS,
        rows=tuple(one.row() for one in sorted(shown, key=lambda one: one.order)),
        notes=tuple(_notes(found, shown)),
        query=query.name,
    )


def _once(rows: Iterable[_Found]) -> list[_Found]:
    """Give each candidate once; a text that several files hold comes once for each of them."""
    found: dict[tuple[str, ...], _Found] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in PLACE), row)
    return list(found.values())


def _documents(number: int) -> str:
    return f"{number:,} document{'' if number == 1 else 's'}"


def _notes(found: Sequence[_Finding], shown: Sequence[_Finding]) -> Iterator[str]:
    right = sum(one.severity == "right" for one in found)
    counts = Counter(one.severity for one in shown)
    if counts:
        yield ", ".join(f"{counts[grade]:,} {grade}" for grade in SEVERITIES if counts[grade])
    yield f"sums that are right: {right:,}"


def _texts(store: Store, documents: Iterable[str]) -> dict[str, _Text]:
    """Give the texts to be looked at, by source; of several names the first in order."""
    chosen = {held.source for name in documents for held in store.find(name)}
    texts: dict[str, _Text] = {}
    for row in store.select(TEXTS):
        if not chosen or row["source"] in chosen:
            text = _Text(*(row[name] for name in ("source", "text", "title", "file", "issued")))
            texts.setdefault(row["source"], text)
    return texts


# -- sums --------------------------------------------------------------------------------------


def _sum(one: Sum, text: _Text) -> _Finding | None:
    """Judge a sum; None where the parts leave others out, which is no error."""
    verdict = _verdict(one)
    if verdict is None:
        return None
    severity, words = verdict
    parts = " + ".join(_plain(part.value) for part in one.parts)
    made = f"{parts} = {_plain(one.made)}" if len(one.parts) > 1 else parts
    about = text.text[max(0, one.total.begin - LABEL) : one.total.begin]
    return _Finding(
        severity=severity,
        kind="sum",
        text=text,
        about=CLAUSE_START.split(about)[-1].strip(),
        finding=words,
        figures=f"{_plain(one.total.value)} {one.total.unit}: {made}",
        evidence=(text.evidence(one.begin, one.end),),
    )


def _verdict(one: Sum) -> tuple[Severity, str] | None:
    difference = one.made - one.total.value
    if abs(difference) <= one.rounding:
        return ("right", "the parts make the total") if len(one.parts) > 1 else None
    if len(one.parts) == 1:
        # 分别是：小区20个、…: only what is said to be one among them is smaller.
        return ("error", "a part is more than the total") if _exceeds(one, difference) else None
    if difference > 0:
        sure = one.is_series or one.completeness == "all"
        return "error" if sure else "warning", "the parts make more than the total"
    if one.completeness == "all":
        return "error", "the parts make less than the total"
    short = NEAR if one.is_series else NEARER if len(one.parts) > 2 else 1
    if one.made >= short * one.total.value:
        return "warning", "the parts make a little less than the total"
    return None


def _exceeds(one: Sum, difference: Decimal) -> bool:
    return difference > 0 and one.completeness == "some"


# -- the same indicator twice ------------------------------------------------------------------


def _repeated(rows: Iterable[_Found], texts: Mapping[str, _Text]) -> Iterator[_Finding]:
    """Yield conflicts, and what is said twice, each with all the places that say it."""
    pairs = [row for row in rows if row["kind"] in SAYINGS]
    same = [row for row in pairs if _is_said_again(row, texts[row["source"]].text)]
    for kind in SAYINGS:
        found = _connected(row for row in same if row["kind"] == kind)
        sayings = [_saying(kind, several, texts[several[0]["source"]]) for several in found]
        yield from _folded(sayings) if kind == "duplicate" else sayings


def _saying(kind: str, several: Sequence[_Found], text: _Text) -> _Finding:
    places = {}
    for row in several:
        places[int(row["begin"]), int(row["end"])] = _figure(row), row["sentence"]
        other = _figure(row, "other_")
        places[int(row["other_begin"]), int(row["other_end"])] = other, row["other_sentence"]
    ordered = sorted(places.items())
    severity, words = SAYINGS[kind]
    said = dict.fromkeys(figure for _, (figure, _) in ordered)
    return _Finding(
        severity=severity,
        kind=kind,
        text=text,
        about=several[0]["what"],
        finding=words.format(number=len(ordered)),
        figures=" / ".join(said) + (f" ({several[0]['due']})" if several[0]["due"] else ""),
        evidence=tuple(
            Evidence(sentence, text.file, text.source, begin, end)
            for (begin, end), (_, sentence) in ordered
        ),
    )


def _folded(sayings: Iterable[_Finding]) -> Iterator[_Finding]:
    """Join what the same sentences say again: 每年实施项目100项和研究30项."""
    by_sentences: dict[tuple[str, ...], list[_Finding]] = defaultdict(list)
    for one in sayings:
        by_sentences[one.text.source, *(e.sentence for e in one.evidence)].append(one)
    for several in by_sentences.values():
        several.sort(key=lambda one: one.order)
        yield replace(
            several[0],
            about="、".join(dict.fromkeys(one.about for one in several)),
            figures="、".join(one.figures for one in several),
        )


def _connected(rows: Iterable[_Found]) -> Iterator[list[_Found]]:
    """Yield the pairs that share places, as one."""
    groups: list[tuple[set[str], list[_Found]]] = []
    for row in rows:
        ends = {f"{row['source']} {row[key]}" for key in ("begin", "other_begin")}
        touching = [group for group in groups if group[0] & ends]
        joined = (set().union(ends, *(g[0] for g in touching)), [r for g in touching for r in g[1]])
        groups = [group for group in groups if group not in touching]
        groups.append((joined[0], [*joined[1], row]))
    yield from (group[1] for group in groups)


def _is_said_again(row: _Found, text: str) -> bool:
    """Tell whether two targets make the same statement, whatever their figures."""
    begin, other_begin = int(row["begin"]), int(row["other_begin"])
    if in_one_sentence(text, begin, other_begin) or _unit_kinds().get(row["unit"]) == "time":
        return False
    one = statement(text, begin, int(row["end"]))
    other = statement(text, other_begin, int(row["other_end"]))
    if not one.says_the_same(other) or one.is_general or one.stands_apart(other):
        return False
    return row["kind"] == "duplicate" or (_is_comparable(row) and _is_one_thing(row, one, other))


def _is_one_thing(row: _Found, one: Statement, other: Statement) -> bool:
    """Tell whether what two statements are about can have one value only."""
    if one.is_whole and other.is_whole:
        return True
    if ends_in("share", row["what"]) or ends_in("share", one.before):
        return True
    return (one.topic, one.rest) == (other.topic, other.rest)


@cache
def _unit_kinds() -> dict[str, str]:
    return {row["unit"]: row["kind"] for row in data.rows("units.tsv")}


def _is_comparable(row: _Found) -> bool:
    """Tell whether two figures exclude each other; not ≥ 95 and ≤ 98, nor 60–70 and 65."""
    bounds = {row["comparator"], row["other_comparator"]}
    if "About" in bounds or bounds == {"AtLeast", "AtMost"}:
        return False
    meant = {row["modality"], row["other_modality"]}
    if len(meant) > 1 and "Strive" in meant:
        return False
    return not (_holds(row, "", "other_") or _holds(row, "other_", ""))


def _holds(row: _Found, outer: str, inner: str) -> bool:
    """Tell whether a range holds another figure."""
    low, high = (Decimal(row[f"{outer}{name}"]) for name in ("low", "high"))
    return low < high and low <= Decimal(row[f"{inner}low"]) <= Decimal(row[f"{inner}high"]) <= high


# -- what cannot be ----------------------------------------------------------------------------


def _judged(row: _Found, text: _Text) -> Iterator[_Finding]:
    """Yield what a row says of one place, where the words around bear it out."""
    judge = JUDGES.get(row["kind"])
    found = judge(row, text.text) if judge is not None else None
    if found is not None:
        severity, words, figures = found
        about = row["what"] if row["begin"] else row["sentence"]
        where = _whereabouts(row, text)
        yield _Finding(severity, row["kind"], text, about, words, figures, (where,))


def _whereabouts(row: _Found, text: _Text) -> Evidence:
    if row["begin"]:
        return Evidence(row["sentence"], text.file, text.source, int(row["begin"]), int(row["end"]))
    # A document's number or title stands somewhere in its text, at its head mostly.
    at = max(text.text.find(row["sentence"]), 0)
    return Evidence(row["sentence"], text.file, text.source, at, at + len(row["sentence"]))


_Verdict = tuple[Severity, str, str]


def _percent(row: _Found, text: str) -> _Verdict | None:
    words = clause(text, int(row["begin"]), int(row["end"]))
    if not ends_in("share", row["what"]) or has("open", words):
        return None
    return "error", "a share of more than 100 %", _figure(row)


def _date(row: _Found, text: str) -> _Verdict | None:
    if not _is_to_come(row, text, row["issued"]):
        return None
    return PAST[0], PAST[2], f"{row['due']} < {row['issued']}"


def _period(row: _Found, text: str) -> _Verdict | None:
    issued_later = row["issued"] and row["due"] >= row["issued"][: len(row["due"])]
    if not _is_to_come(row, text, row["issued"] or row["due"]) or not issued_later:
        return None
    return "warning", "due before the first year that the document plans", row["due"]


def _is_to_come(row: _Found, text: str, issued: str) -> bool:
    """Tell whether the words set a date, and do not only mention one."""
    words = clause(text, int(row["begin"]), int(row["end"]))
    is_old = int(issued[:4]) - int(row["due"][:4]) > LATEST
    return not is_old and sets_date(words) and DEADLINE.search(words) is not None


def _year(row: _Found, text: str) -> _Verdict | None:
    what, issued = row["what"], row["issued"]
    if "〔" in row["sentence"] and what in row["sentence"]:
        later = what > issued[:4]
        words = "a number of a later year than the date" if later else "a number of an earlier year"
        return "warning" if later else "notice", words, f"{what} / {issued}"
    if issued and what[-4:] < issued[:4] and what[-4:] in row["sentence"]:
        return "notice", "issued after the years that it plans", f"{what} / {issued}"
    return "warning", "plans other years than its title says", what


JUDGES: dict[str, Callable[[_Found, str], _Verdict | None]] = {
    "percent": _percent,
    "date": _date,
    "period": _period,
    "year": _year,
}


# -- what the text alone shows -----------------------------------------------------------------


def _slips(text: _Text, judged: Sequence[_Finding]) -> Iterator[_Finding]:
    """Yield ranges upside down, and dates gone by that no finding has yet."""
    for slip in find_falling_ranges(text.text):
        yield _slipped(text, slip, "warning", "range", "a range from more to less")
    told = {one.evidence[0].sentence for one in judged if one.kind == "date"}
    for slip in find_past_deadlines(text.text, text.issued):
        found = _slipped(text, slip, *PAST)
        if found.evidence[0].sentence not in told:
            yield found


def _slipped(text: _Text, slip: Slip, severity: Severity, kind: str, finding: str) -> _Finding:
    where = (text.evidence(slip.begin, slip.end),)
    return _Finding(severity, kind, text, slip.about, finding, slip.figures, where)


def _figure(row: _Found, side: str = "") -> str:
    """Give a target's figure as a person reads it: 95 %, 60–70 名."""
    low, high = (_plain(Decimal(row[f"{side}{name}"])) for name in ("low", "high"))
    return f"{low if low == high else f'{low}–{high}'} {row['unit']}".strip()


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
