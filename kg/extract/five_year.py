"""Sentences to five-year plans: the state's “十四五”规划, and 云陵市“十四五”渔业发展规划."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extract.boundary import name_begin
from kg.extract.governors import verbs_in
from kg.models import Mention
from kg.vocabulary import regions

PLAN_LABEL = re.compile(
    r"“(?P<name>十[一二三四五六]五”[一-鿿、]{0,16}?(?:规划纲要|发展规划|专项规划|规划|行动计划|纲要)"
    r"|[一二三四五六七八九十]五”计划)"
    # the state's plans by their number, not the years for which they were made
    r"|(?<!发展)(?P<counted>第[一二三四五六七八九十]{1,3}个五年(?:计划|规划)(?:纲要)?)(?!期)"
)
LEVEL = r"(?:自治[区州]|[省市县区州])"
OWN_LEVEL = re.compile(rf"{LEVEL}$")
# 全面完成|云陵市, 纳入|省: what comes to pass of a plan is no part of its name.
LEADING = re.compile(
    r"^(?:.*(?:完成|实现|进入|结合|启动|聚焦|衔接|争取|抓好|做好|推动|推进|编制|突破))?"
    r"[我本全与及是把在为]?"
)
PLACED = re.compile(rf"(?P<place>[一-鿿]{{2,8}}?{LEVEL})")
UNLISTED = re.compile(rf"[一-鿿]{{2,3}}{LEVEL}")  # by itself before a label it is a place
JOINERS = ("和", "与", "及")
SHARED = re.compile(rf"国家(?:、|和|及)(?:我|本|全)?{LEVEL}$")  # 国家、省“十四五”规划: the state's
STATES = ("国家", "全国", "中央", "我国")
LEAST_TOPIC = 4  # characters that tell a field or a body: 渔港建设“十四五”规划


def find_five_year_plans(stretch: str) -> Iterator[Mention]:
    """Yield “十四五”规划 and the like, from behind the opening mark, and 第一个五年计划.

    By itself it is the state's; with a place, a level, a body or a field before it, theirs.
    """
    for match in PLAN_LABEL.finditer(stretch):
        name = match["counted"] or match["name"]
        full = name if match["counted"] else "“" + name
        owner = "" if match["counted"] else _owner(stretch, match.start())
        begin = match.start() - len(owner) if owner else match.end() - len(name)
        yield Mention(
            "Document", "Plan", begin, match.end(), stretch[begin : match.end()], owner + full,
            "document.five-year-plan", "=",
        )  # fmt: skip


def _owner(stretch: str, label: int) -> str:
    """Return the words before a label that say whose plan it is, "" where none do."""
    begin = name_begin(stretch, label)
    verbs = verbs_in(stretch[begin:label])
    begin += verbs[-1][1] if verbs else 0
    phrase = LEADING.sub("", stretch[begin:label])
    if phrase.endswith(JOINERS) or SHARED.search(stretch[:label]):
        return ""
    if phrase.startswith(STATES):
        return phrase if len(phrase) >= LEAST_TOPIC + 2 else ""
    if OWN_LEVEL.fullmatch(phrase) or UNLISTED.fullmatch(phrase) or _is_placed(phrase):
        return phrase
    return phrase if len(phrase) >= LEAST_TOPIC else ""


def _is_placed(phrase: str) -> bool:
    place = PLACED.match(phrase)
    return place is not None and place["place"] in regions().by_name
