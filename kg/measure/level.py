"""A figure's surroundings to whether it is all there is of a thing, or a part that is added.

高新技术企业达到800家 are all of them; 培育高新技术企业20家 are not, nor need 高新技术企业20家 be.
"""

from __future__ import annotations

import re
from functools import cache

from kg.measure.normal import ALL, LONGEST, words
from kg.models import Target
from kg.vocabulary import rows

WISHES = ("ensure", "strive")
CLAUSE = re.compile("[，；。：！？\n]")
BLANKS = re.compile(r"[^\S\n]+")
UNFIGURED = re.compile(r"\D*")


@cache
def _reached() -> re.Pattern[str]:
    return re.compile(f"(?:数量|总量|{ALL}|累计)?(?:{'|'.join(words('level'))})[约近了]?$")


@cache
def _doing() -> re.Pattern[str]:
    """Match a verb of doing; 力争 and 实现 before a thing say nothing of how it comes to be."""
    wishes = {row["word"] for row in rows("commitment_words.tsv") if row["role"] in WISHES}
    wishes.update(words("scope"))
    verbs = {row["verb"] for row in rows("verbs.tsv") if row["role"] != "reach"} - wishes
    return re.compile("|".join(sorted(map(re.escape, verbs | {*words("flow")}))))


def is_level(target: Target, text: str) -> bool:
    """Tell whether the words before a figure say that so many there are to be."""
    if target.unit not in words("counter") or target.per_item:
        return False
    bound = UNFIGURED.match(text, target.begin, target.end)  # 突破|800家 is a figure with its bound
    figure = bound.end() if bound is not None else target.begin
    # Without the blanks that a text may have inside its words.
    before = BLANKS.sub("", text[max(0, target.begin - LONGEST) : figure])
    found = _reached().search(before)
    if found is None:
        return False
    clause, thing = CLAUSE.split(before[: found.start()])[-1], BLANKS.sub("", target.indicator)
    if not thing or not clause.endswith(thing) or not _is_thing(thing):
        return False
    # Of a list too: 新增瞪羚企业超20家、独角兽企业超2家.
    return _doing().search(clause.removesuffix(thing)) is None


def _is_thing(name: str) -> bool:
    """Tell whether a name is of a thing, not of what is done to it or of how much there is."""
    done = words("front") + words("behind") + words("joined")
    if name.startswith((*done, *words("flow"), "每")):
        return False
    return not name.endswith((*done, *words("stock"), "数"))
