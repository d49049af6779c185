"""Headings to columns: what each column of a table states, and what the table is for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache

from kg.models import Column, GridKind
from kg.vocabulary import rows

BLANK = re.compile(r"[\s\u200b\ufeff]+")
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
YEAR = re.compile(
    r"(?:到|至)?(?:20\d\d年?(?:度|底|末)?(?:前)?|[“\"]?十[二三四五六]五[”\"]?(?:规划|时期|期间)?(?:期?末)?)"
)
JOINT = re.compile("[和及、/]|(?<!参)与")
LONGEST = 24  # characters: what is longer is no heading
ANSWERS = frozenset(("lead", "list", "support"))
WORK = frozenset(("task", "detail"))
AIMS = frozenset(("goal", "year", "growth"))


@cache
def _headings(match: str) -> dict[str, str]:
    listed = rows("table_headers.tsv")
    return {row["heading"]: row["role"] for row in listed if row["match"] == match}


def plain(heading: str) -> str:
    """Return a heading in one width without blanks: 责 任 单 位 → 责任单位."""
    return BLANK.sub("", unicodedata.normalize("NFKC", heading))


def read_column(parts: Sequence[str]) -> Column:
    """Return the column under a heading of one or two rows: 目标值 / 2025年."""
    headings = [plain(part) for part in parts]
    said = [heading for heading in dict.fromkeys(headings) if heading]
    return Column(_role(said), " ".join(said))


def _role(headings: Sequence[str]) -> str:
    """Return the role that a heading tells, the lower row first; a year of a goal is one."""
    roles = [role for heading in reversed(headings) if (role := role_of(heading))]
    if not roles:
        return ""
    if roles[0] in ("year", "growth") and len(roles) > 1:
        return roles[1] if roles[1] in ("goal", "base") and roles[0] == "year" else roles[0]
    return roles[0]


@cache
def role_of(heading: str) -> str:
    """Return the role of a plain heading: 市级牵头单位 → lead, 2025年 → year, "" if unknown."""
    if not heading or len(heading) > LONGEST:
        return ""
    bare = ASIDE.sub("", heading).rstrip(":：*")
    rest = YEAR.sub("", bare)
    if not rest:
        return "year" if bare else ""
    found = _known(rest)
    if found or not JOINT.search(rest):
        return found
    roles = {role for part in JOINT.split(rest) if (role := _known(part))}
    return "list" if roles and roles <= ANSWERS else _first_known(JOINT.split(rest))


def _first_known(parts: Sequence[str]) -> str:
    return next((role for part in parts if (role := _known(part))), "")


def _known(heading: str) -> str:
    whole = _headings("whole").get(heading)
    if whole is not None:
        return whole
    ends = _headings("end")
    if JOINT.search(heading):
        return ""
    return next((ends[heading[at:]] for at in range(len(heading)) if heading[at:] in ends), "")


def kind_of(roles: Collection[str]) -> GridKind | None:
    """Return what a table with columns of such roles is for, None where it is no known one."""
    found = set(roles) - {""}
    if "none" in found:
        return "other"
    if "indicator" in found and found & AIMS:
        return "indicators"
    if found & WORK and found & (ANSWERS | {"due"}):
        return "tasks"
    return "other" if "number" in found and len(roles) > 2 else None
