"""A title to its stem: what the document is about, without place, issuer, year and kind.

《云陵市人民政府办公室关于印发云陵市推进社区食堂建设实施方案的通知》 → 社区食堂建设
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from kg.traces.passages import plain_letters
from kg.vocabulary import rows, words

SHORTEST = 4  # letters of a stem that can be told from other subjects: 学校美育
WITHIN = 5  # of one that is looked for in another
LONGEST = 300  # characters of a title that is looked for in a text
CONTAINED = 0.6  # of the longer stem, where one holds the other

_HAN = re.compile("[\u4e00-\u9fff]")
_QUOTED = re.compile(r"[《〈]([^《》〈〉]+)[》〉]")
_ABOUT = re.compile(r"^.*?关于(?:印发|转发|批转|公布|发布|颁布|下发)?(?:实施)?")
_BRACKETS = re.compile(r"[（(【〔\[][^（）()【】〔〕\[\]]*[）)】〕\]]")
_YEARS = re.compile(
    r"(?:19|20)\d\d(?:[—–－~至-]+(?:(?:19|20)?\d\d))?(?:年度?|学年)?|[“\"]?十[二三四五六]五[”\"]?(?:时期)?"
    r"|第[一二三四五六七八九十]+(?:轮|期|批|次)"
)


@cache
def _marks(role: str) -> tuple[str, ...]:
    found = [row["word"] for row in rows("title_stems.tsv") if row["role"] == role]
    # Longest first: 三年行动计划 must go before 计划 alone does.
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def _ends() -> tuple[str, ...]:
    found = {*words("title_heads.tsv"), *_marks("end")}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def stem(title: str, names: Sequence[str] = ()) -> str:
    """Return the stem of a title; empty where nothing is left that tells it from others.

    `names` are those of the places and of the issuers.
    """
    quoted = _QUOTED.search(title)
    core = quoted[1] if quoted is not None else title
    core = _YEARS.sub("", _BRACKETS.sub("", core))
    core = plain_letters(_ABOUT.sub("", core, count=1))
    core = _YEARS.sub("", core)
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    core = _without_front(core, (*longest_first, *_marks("front")))
    core = _without_front(_without_end(core), _marks("front"))
    if len(_HAN.findall(core)) < SHORTEST or core.startswith(_marks("generic")):
        return ""
    return "" if any(word in title for word in _marks("comment")) else core


def _without_front(core: str, front: Iterable[str]) -> str:
    listed = tuple(front)
    while True:
        word = next((one for one in listed if core.startswith(one)), "")
        if not word:
            return core
        core = core[len(word) :]


def _without_end(core: str) -> str:
    while True:
        word = next((one for one in _ends() if core.endswith(one)), "")
        if not word:
            return core
        core = core[: -len(word)].rstrip("的")


def is_attachment(title: str) -> bool:
    """Tell whether a title is that of a form or a list, which asks nothing of anybody."""
    return plain_letters(_BRACKETS.sub("", title)).endswith(_marks("attachment"))


def places(title: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text has its title; of one that is broken over lines, the first place."""
    at = text.find(title) if title else -1
    if at < 0:
        words = list(map(re.escape, re.findall(r"\S", title[:LONGEST])))
        broken = re.search(r"\s*".join(words), text) if words else None
        if broken is not None:
            yield broken.span()
    while at >= 0:
        yield at, at + len(title)
        at = text.find(title, at + len(title))


def likeness(one: str, other: str) -> float:
    """Return how much of the longer stem both have: 1 for equal ones, 0 for unlike ones."""
    short, long = sorted((one, other), key=len)
    if short == long:
        return float(bool(short))
    if len(short) < WITHIN or short not in long:
        return 0.0
    share = len(short) / len(long)
    return share if share >= CONTAINED else 0.0
