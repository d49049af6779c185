"""A name's last word to its first: where a nominal phrase begins, by jieba's parts of speech."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg.extract.places import everyday, find_names
from kg.vocabulary import regions, rows, segmenter

WINDOW = 36  # characters looked at before the last word; official names are shorter
CLAUSE_START = re.compile(r"[，。；：！？、（）《》\s“”‘’—…【】\[\]|]")
NOMINAL = (
    "n",
    "j",
    "b",
    "s",
    "f",
    "m",
    "q",
    "x",
    "eng",
    "l",
    "i",
    "vn",
    "an",
    "a",
    "h",
    "k",
    "g",
    "z",
)
ANCHOR = re.compile(r"国家|全国|[省市县区](?![级直属])")
WHOLE_BODY = re.compile(r"[院校园馆所局厅部会团司处社府镇站厂]$|中心$|基地$|集团$|大学$|公司$")
VERBAL = ("v", "vn", "vd", "vi")


@cache
def _words(role: str) -> frozenset[str]:
    return frozenset(row["word"] for row in rows("boundary_words.tsv") if row["role"] == role)


def governs(word: str) -> bool:
    """Tell a word behind which a name may begin: 建设|市科技馆, 做强|市水务集团."""
    return any(word in _words(role) for role in ("governor", "leading", "link"))


@lru_cache(maxsize=20_000)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """Cut a short stretch into words with their parts of speech."""
    return tuple(segmenter().tag(text))


def name_begin(stretch: str, head: int, quotes: bool = False) -> int:
    """Return where the nominal phrase begins whose last word begins at `head`.

    Walks back over nominal words; stops at punctuation, at verbs that govern, at words that open
    a phrase. With `quotes` a quoted part (“双减”联席会议) may belong to it.
    """
    floor = max(0, head - WINDOW)
    begin = head
    while begin > floor:
        start = _clause_floor(stretch, begin, floor)
        walked = _walk(stretch, start, begin)
        if not quotes or stretch[start - 1 : start] != "”":
            return walked
        if walked > start and _walk_nouns(stretch, start, begin)[1] > start:
            return walked
        opening = stretch.rfind("“", floor, start)
        if opening < 0:
            return walked
        begin = opening
    return begin


def _clause_floor(stretch: str, begin: int, floor: int) -> int:
    for at in range(begin - 1, floor - 1, -1):
        if CLAUSE_START.match(stretch[at]):
            return at + 1
    return floor


def _walk(stretch: str, start: int, begin: int) -> int:
    """Walk back over words that a name may hold; a verb stays only inside (充电|服务|联盟)."""
    at, walked = _walk_nouns(stretch, start, begin)
    # 药品集中采购|和|使用试点工作小组: what begins with the state or a level goes on over 和.
    if walked - 1 > start and stretch[walked - 1] in "和与及":
        further, _ = _walk_nouns(stretch, start, walked - 1)
        first = stretch[further : walked - 1]
        if further < walked - 1 and (ANCHOR.match(first) or _opens_with_place(first)):
            return further
    return at


def _opens_with_place(part: str) -> bool:
    """Tell 云陵市人力资源|和|社会保障信息中心, but not a place's body joined with another."""
    return WHOLE_BODY.search(part) is None and any(
        begin == 0 and len(name) > 2 and end < len(part) for begin, end, name in find_names(part)
    )


def _walk_nouns(stretch: str, start: int, begin: int) -> tuple[int, int]:
    """Return where the phrase begins, and how far back its words go with verbs that lead it."""
    at = begin
    kept: list[tuple[str, str]] = []
    for word, flag in reversed(tagged(stretch[start:begin])):
        if word in _words("opener") or word in _words("governor") or not _may_be_inside(word, flag):
            break
        kept.append((word, flag))
        at -= len(word)
    walked = at
    while kept and _only_leads(*kept[-1]):
        at += len(kept.pop()[0])
    return at, walked


def _only_leads(word: str, flag: str) -> bool:
    """Tell a verb that cannot open a name: it governs the name."""
    return (
        not _is_place(word) and (flag.startswith("v") and flag != "vn") or word in _words("leading")
    )


def _is_place(word: str) -> bool:
    """Tell a place that the tagger takes for a verb: 遵义."""
    return word in regions().by_short and word not in everyday()


def _may_be_inside(word: str, flag: str) -> bool:
    if word == "投":
        return True  # 城|投|集团, 文|旅|投|集团: short for 投资
    if flag in VERBAL:
        return len(word) > 1
    return flag.startswith(NOMINAL)
