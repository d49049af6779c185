"""corrections.tsv to corrections, and a correction to its line; what is wrong is said by line."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from kg.correct.references import FACTS, KINDS, reference
from kg.correct.values import NEEDED, changes_of, day_of
from kg.errors import CorrectionError
from kg.models import Action, Correction

NAME = "corrections.tsv"
COLUMNS = (
    *("action", "what", "value", "document", "quote", "context", "occurrence"),
    *("who", "when", "why"),
)
NEEDED_COLUMNS = ("action", "what")
ACTIONS: tuple[Action, ...] = get_args(Action)
DIGEST = 20  # hexadecimal digits of a correction's name
_TOO_MANY = "\t"  # no column is called this
FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would take for a formula


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be used."""

    line: int
    problem: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of corrections."""

    corrections: tuple[Correction, ...] = ()  # those that can be applied or listed
    faults: tuple[Fault, ...] = ()
    header: tuple[str, ...] = COLUMNS
    header_line: int = 0  # 0 where the file has no heading yet


def decode(data: bytes, name: str = NAME) -> str:
    """Return the file's text, as editors and spreadsheets write it; raise CorrectionError."""
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"{name}: is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise CorrectionError(problem) from error


def parse(text: str, name: str = NAME) -> Table:
    """Read a file of corrections; raise CorrectionError where it has no heading to read it by."""
    lines = [
        (number, _cells(line))
        for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)
        if line.strip() and not line.lstrip('"').startswith("#")
    ]
    if not lines:
        return Table()
    header = tuple(cell.casefold() for cell in lines[0][1])
    if not set(NEEDED_COLUMNS) <= set(header):
        wanted = " ".join(COLUMNS)
        raise CorrectionError(f"{name}: line {lines[0][0]} must name the columns: {wanted}")
    read = [(number, _named(header, cells)) for number, cells in lines[1:]]
    return replace(_checked(read), header=header, header_line=lines[0][0])


def line_of(correction: Correction, header: Sequence[str] = COLUMNS) -> str:
    """Write a correction as a line of a file with this heading."""
    out = io.StringIO(newline="")
    cells = _cells_of(correction)
    csv.writer(out, delimiter="\t", lineterminator="\n").writerow(
        [_guarded(" ".join(cells.get(name, "").split())) for name in header]
    )
    return out.getvalue()


def correction_of(cells: Mapping[str, str], line: int = 0) -> Correction:
    """Return what a row says; raise ValueError with what is wrong in it."""
    action = cells.get("action", "").casefold()
    if action not in ACTIONS:
        raise ValueError(f"action {action!r}; known: {', '.join(ACTIONS)}")
    said = {name: cells.get(name, "") for name in COLUMNS if name not in ("action", "occurrence")}
    said["when"] = day_of(said["when"]) if said["when"] else ""
    if action == "kind":
        # Program→Platform says what it was too.
        said["value"] = said["value"].replace("->", "→").rpartition("→")[2].strip()
    correction = Correction(
        id="",
        action=action,
        occurrence=_count(cells.get("occurrence", "")),
        line=line,
        **said,
    )
    _check(correction)
    return replace(correction, id=_identity(correction))


# -- cells -------------------------------------------------------------------------------------


def _cells(line: str) -> list[str]:
    """Split a line; a quotation mark that opens no whole cell is one of the text."""
    cells = line.split("\t")
    if any(cell.startswith('"') for cell in cells):
        try:
            cells = next(csv.reader([line], delimiter="\t", strict=True))
        except csv.Error:
            cells = line.split("\t")
    return [_unguarded(cell.strip()) for cell in cells]


def _guarded(cell: str) -> str:
    """Keep a spreadsheet from taking words of a document for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _named(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found = dict.fromkeys(COLUMNS, "")
    found.update(zip(header, cells, strict=False))
    if any(cells[len(header) :]):
        found[_TOO_MANY] = "yes"
    return found


def _cells_of(correction: Correction) -> dict[str, str]:
    cells = {name: str(getattr(correction, name)) for name in COLUMNS}
    cells["occurrence"] = str(correction.occurrence or "")
    return cells


def _count(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) < 100_000:
        raise ValueError(f"occurrence {text!r}: write a number from 1")
    return int(text)


def _identity(correction: Correction) -> str:
    content = "\0".join(_cells_of(correction).values())
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]


# -- one row -----------------------------------------------------------------------------------


def _check(correction: Correction) -> None:
    if not correction.what:
        raise ValueError("what: is empty; name an entity, a class or a kind of fact")
    if correction.quote and not correction.document:
        raise ValueError("document: is empty; say in which one the quoted words stand")
    _CHECKS[correction.action](correction)


def _check_pair(correction: Correction) -> None:
    one, other = reference(correction.what), reference(correction.value)
    if not correction.value:
        raise ValueError("value: is empty; name the other entity")
    if one.text == other.text or (one.type and (one.type, one.key) == (other.type, other.key)):
        raise ValueError("what and value are the same; name two entities")
    if "Region" in (one.type, other.type) and correction.action == "same":
        raise ValueError("regions are known by their codes; only other entities can be one")
    if one.type and other.type and one.type != other.type:
        raise ValueError(f"{one.type} and {other.type} cannot be one; correct the kind first")


def _check_kind(correction: Correction) -> None:
    if correction.value not in KINDS:
        raise ValueError(f"value {correction.value!r}: no class; known: {', '.join(KINDS)}")
    if reference(correction.what).type == "Region":
        raise ValueError("regions are known by their codes; only other entities change kind")


def _check_not(correction: Correction) -> None:
    if correction.what in (*FACTS, "mention"):
        _check_place(correction)


def _check_place(correction: Correction) -> None:
    if not correction.document or not correction.quote:
        raise ValueError("document and quote: say where the words stand")


def _check_missing(correction: Correction) -> None:
    _check_place(correction)
    if correction.what in KINDS:
        if not correction.value:
            raise ValueError("value: is empty; name the entity")
        return
    if correction.what not in FACTS:
        known = ", ".join((*FACTS, *KINDS))
        raise ValueError(f"what {correction.what!r}: not a fact or class; known: {known}")
    changes_of(correction.what, correction.value)
    said = correction.value.replace("；", ";").split(";")
    given = {part.partition("=")[0].strip() for part in said}
    lacking = [name for name in NEEDED[correction.what] if name not in given]
    if correction.what == "target" and not given & {"value", "min"}:
        lacking.append("value")
    if lacking:
        raise ValueError(f"value: {', '.join(lacking)} must be given")


def _check_value(correction: Correction) -> None:
    _check_place(correction)
    if correction.what not in FACTS:
        raise ValueError(f"what {correction.what!r}: no kind of fact; known: {', '.join(FACTS)}")
    changes_of(correction.what, correction.value)


_CHECKS = {
    "same": _check_pair,
    "different": _check_pair,
    "unsure": _check_pair,
    "kind": _check_kind,
    "not": _check_not,
    "missing": _check_missing,
    "value": _check_value,
}


# -- all rows ----------------------------------------------------------------------------------


def _checked(rows: Iterable[tuple[int, dict[str, str]]]) -> Table:
    corrections: list[Correction] = []
    faults: list[Fault] = []
    cells_by_line = {}
    for line, cells in rows:
        cells_by_line[line] = cells
        try:
            if _TOO_MANY in cells:
                raise ValueError("more cells than the heading has columns")
            corrections.append(correction_of(cells, line))
        except ValueError as error:
            faults.append(Fault(line, str(error), cells))
    told = _contradictions(corrections)
    faults += [Fault(line, problem, cells_by_line[line]) for line, problem in told.items()]
    return Table(
        tuple(one for one in corrections if one.line not in told),
        tuple(sorted(faults, key=lambda fault: fault.line)),
    )


def _contradictions(corrections: Sequence[Correction]) -> dict[int, str]:
    """Return what is wrong between lines, by line."""
    told: dict[int, str] = {}
    for repeated, first in _repeated(corrections):
        told[repeated.line] = f"says what line {first.line} says; take one out"
    left = [one for one in corrections if one.line not in told]
    for several, problem in _against_each_other(left):
        lines = sorted({one.line for one in several})
        for one in several:
            others = ", ".join(str(line) for line in lines if line != one.line)
            told.setdefault(one.line, f"{problem} (see line {others}); none of these is applied")
    return told


def _repeated(corrections: Iterable[Correction]) -> Iterator[tuple[Correction, Correction]]:
    seen: dict[tuple[object, ...], Correction] = {}
    for one in corrections:
        first = seen.setdefault((one.action, one.value, *_place(one)), one)
        if first is not one:
            yield one, first


def _place(one: Correction) -> tuple[object, ...]:
    return one.what, one.document, one.quote, one.context, one.occurrence


def _against_each_other(
    corrections: Sequence[Correction],
) -> Iterator[tuple[list[Correction], str]]:
    by_place: dict[tuple[object, ...], list[Correction]] = defaultdict(list)
    for one in corrections:
        if one.action in ("kind", "value"):
            by_place[(one.action, *_place(one))].append(one)
    for several in by_place.values():
        if len(several) > 1:
            yield several, "gives the same thing another value"
    everywhere = [one for one in corrections if not one.document]
    yield from _broken_chains(everywhere)
    bound: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections:
        if one.document and one.action in ("same", "different"):
            bound[one.document].append(one)
    for several in bound.values():
        yield from _broken_chains([*everywhere, *several])


def _broken_chains(corrections: Sequence[Correction]) -> Iterator[tuple[list[Correction], str]]:
    """Yield rows by which a thing becomes two others, itself, or what it is said not to be."""
    onward: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections:
        if one.action == "same":
            onward[_thing(one.what)].append(one)
    for several in onward.values():
        if len({_thing(one.value) for one in several}) > 1:
            yield several, "makes one thing the same as two others; name the one that stays"
    chains = {thing: _chain(thing, onward) for thing in onward}
    for thing, chain in chains.items():
        if _thing(chain[-1].value) == thing:
            yield chain, "goes round in a circle; name the one that stays"
    yield from _denied([one for one in corrections if one.action == "different"], chains)


def _denied(
    rows: Iterable[Correction], chains: Mapping[str, list[Correction]]
) -> Iterator[tuple[list[Correction], str]]:
    for one in rows:
        first, second = (chains.get(_thing(name), []) for name in (one.what, one.value))
        if _end(one.what, first) == _end(one.value, second) or _meets(one, first, second):
            yield [one, *first, *second], "says that the same two are one and are not"


def _meets(one: Correction, first: list[Correction], second: list[Correction]) -> bool:
    return _thing(one.value) in {_thing(row.value) for row in first} or _thing(one.what) in {
        _thing(row.value) for row in second
    }


def _end(name: str, chain: list[Correction]) -> str:
    return _thing(chain[-1].value) if chain else _thing(name)


def _chain(thing: str, onward: Mapping[str, list[Correction]]) -> list[Correction]:
    """Return the rows that lead on from a thing, up to the last or back to where it began."""
    chain: list[Correction] = []
    seen = {thing}
    here = thing
    while onward.get(here):
        chain.append(onward[here][0])
        here = _thing(chain[-1].value)
        if here in seen:
            break
        seen.add(here)
    return chain


def _thing(text: str) -> str:
    """Return what stands for a thing, by whichever of name and path a row calls it."""
    meant = reference(text)
    return meant.text if meant.type is None else meant.key
