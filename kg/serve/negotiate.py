"""What a client accepts to the form that it gets: the Accept header of RFC 9110."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A quality is 0 to 1 with at most three decimals; what is none counts as not given.
_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_MOST = 100  # ranges that are looked at


@dataclass(frozen=True, slots=True)
class _Range:
    """One range of an Accept header: text/turtle;q=0.8."""

    type: str
    subtype: str
    quality: float

    def matches(self, type_: str, subtype: str) -> bool:
        return self.type in (type_, "*") and self.subtype in (subtype, "*")

    @property
    def precision(self) -> int:
        return (self.type != "*") + (self.subtype != "*")


def best(accept: str, offered: Sequence[str]) -> str | None:
    """Return the media type to send: what is wanted most, the first offered among equals.

    The most precise range decides on a type: `text/*, text/html;q=0` takes no HTML. No header
    accepts everything; None where nothing offered is accepted.
    """
    ranges = list(_ranges(accept)) or [_Range("*", "*", 1)]
    qualities = [_quality(ranges, one) for one in offered]
    most = max(qualities, default=0)
    return offered[qualities.index(most)] if most else None


def _quality(ranges: Sequence[_Range], offered: str) -> float:
    type_, _, subtype = offered.partition("/")
    found = [one for one in ranges if one.matches(type_, subtype)]
    return max(found, key=lambda one: (one.precision, one.quality)).quality if found else 0


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.split(",")[:_MOST]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        type_, slash, subtype = name.partition("/")
        if slash and type_ and subtype and (type_ != "*" or subtype == "*"):
            yield _Range(type_, subtype, _stated_quality(parameters))


def _stated_quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _QUALITY.fullmatch(value.strip()):
            return float(value)
    return 1
