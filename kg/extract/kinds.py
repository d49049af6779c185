"""Titles to kinds of document, by their last words."""

from __future__ import annotations

import re
from functools import cache

from kg.extract.unmarked import heads
from kg.vocabulary import rows


@cache
def _kinds() -> dict[str, str]:
    """Load the kinds of document by a title's last word; papers named without marks add theirs."""
    unmarked = {head: found.kind for head, found in heads().items() if found.kind}
    return unmarked | {row["head"]: row["kind"] for row in rows("title_heads.tsv")}


def kind_of_title(title: str) -> str:
    """Return the kind of document that a title's last word makes; PolicyDocument for none.

    What a notice carries (关于印发…方案的通知) stays a notice: its kind is its own.
    """
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", title.strip("《》“” "))
    for length in range(min(8, len(bare)), 0, -1):
        kind = _kinds().get(bare[-length:])
        if kind is not None:
            return _kind(kind, bare)
    return "Other"


def is_paper(title: str) -> bool:
    """Tell whether a title's last word is one of papers, and not of a book, a film, a newspaper."""
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", title.strip("《》“” "))
    return bare.endswith(tuple(_kinds()))


def _kind(kind: str, title: str) -> str:
    if kind == "Notice" and not title.endswith("通知"):
        return "Other"  # 公告, 通告 and 通报 are papers of their own without a class
    if kind == "Law" and re.search(
        r"(?:办法|做法|方法|看法|用法|写法|书法|立法|执法|司法|普法|工作法)$", title
    ):
        return "Other"
    return kind
