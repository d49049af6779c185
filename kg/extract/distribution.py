"""A run of figures to its members: 甲、乙分别增长6%和8% says one thing of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kg.extract.boundary import tagged
from kg.vocabulary import rows

LINKS = ("、", "和", "及", "与", "以及", "或", "，")
QUOTED = r"(?<=”)\s*(?=“)"
# What is measured of each: 甲产业、乙产业|产值|分别达….
HEAD = re.compile(
    "(?:总?产值|(?:主营业务|营业)?收入|营收|增加值|规模|产量|面积|占比|比重|比例|数量|总数|总额|人数|标准"
    "|[一-鿿]{2}率)$"
)
PER_HEAD = ("生均", "人均", "户均", "亩均", "师均")  # 小学、初中|生均经费: 初中生 is a word
LEVEL = 3  # characters at most of 国家, 省级 before the next of a list
SPLITS = (f"、|和|以及|及|与|或|{QUOTED}", f"、|和|以及|{QUOTED}", "和|以及|与|及", f"、|{QUOTED}")


@dataclass(frozen=True, slots=True)
class Run:
    """Figures that follow each other directly, and which one of them is meant."""

    begin: int
    end: int
    index: int
    count: int


def find_runs(sentence: str, figures: Sequence[tuple[int, int]]) -> dict[int, Run]:
    """Return the run that each figure of a sentence stands in, by where the figure begins."""
    runs: list[list[tuple[int, int]]] = []
    for figure in sorted(figures):
        if runs and sentence[runs[-1][-1][1] : figure[0]].strip() in LINKS:
            runs[-1].append(figure)
        else:
            runs.append([figure])
    return {
        figure[0]: Run(run[0][0], run[-1][1], index, len(run))
        for run in runs
        for index, figure in enumerate(run)
    }


def member(things: str, run: Run) -> str:
    """Return the one of the things listed that a figure of a run belongs to, "" if none does.

    What the first or the last one has more than the others belongs to all of them: 城镇、农村居民
    人均可支配收入; 与邻国的货物贸易、服务贸易.
    """
    things = _apart(things, run.count)
    for split in _splits(things):
        items = [item.strip() for item in re.split(split, things) if item.strip()]
        if len(items) == run.count:
            head, mark, first = items[0].rpartition("的")
            if mark and len(first) <= LEVEL:  # 获准建设的省、市级中心: what is said of both
                return head + mark + _completed([first, *items[1:]], run.index)
            return _completed(items, run.index)
    return ""


@cache
def _joint_words() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the words that stand for several things, each with these; longer ones come first."""
    return tuple((row["word"], tuple(row["parts"].split("、"))) for row in rows("joint_words.tsv"))


def _apart(things: str, count: int) -> str:
    """Write out a word that stands for several: 城乡居民收入 → 城镇居民收入、农村居民收入."""
    for joint, parts in _joint_words():
        head, word, tail = things.partition(joint)
        if word and len(parts) == count and not re.search("[、和]", head + tail):
            return "、".join(head + part + tail for part in parts)
    return things


def _splits(things: str) -> Sequence[str]:
    """Return where to part a list, first choice first: what 和 joins before a 、 is one thing.

    软件和信息服务业、制造业分别达到60亿元和20亿元
    """
    every, *others, listed = SPLITS
    is_inner = 0 <= things.find("和") < things.rfind("、")
    return (every, listed, *others) if is_inner else SPLITS


def _completed(items: Sequence[str], index: int) -> str:
    item = items[index]
    first, second, last = items[0], items[1], items[-1]
    width = min(len(item), len(second)) if len(items) > 2 else len(item)
    if index < len(items) - 1:
        item += _common_end(item, last, width)
    if index > 0 and len(items) > 2 and len(first) >= len(second) + 3:
        head, mark, _ = first.rpartition("的")
        item = (head + mark or first[: len(first) - len(second)]) + item
    return item


def _common_end(item: str, last: str, width: int) -> str:
    """Return what the last of a list ends with that is said of the others too."""
    if item[-2:] == last[-2:]:
        return ""
    if last.startswith(PER_HEAD, width):
        return last[width:]
    if len(last) >= width + 3:
        begin = 0
        for word, _ in tagged(last):
            if begin >= width:
                break
            begin += len(word)
        return last[begin:]
    head = HEAD.search(last)
    return head[0] if head is not None and HEAD.search(item) is None else ""
