"""Sentences to the conferences and editions of events that they name: 全市职业教育会议, 第二届….

An event that is counted has a name, whatever is known of it: 第二届云陵国际茶叶采购会.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kg.extract.program_words import choice, heads, unquoted
from kg.extract.text import up_to
from kg.models import Mention
from kg.vocabulary import regions

# A conference has a topic of its own; the sessions of congresses and committees are no events, nor
# is the yearly one on the economy, which a committee holds with its plenary session.
MEETING = re.compile(
    r"(?P<name>(?:中央|全国|全[省市县区州]|自治区党委|[省市县区州]委)"
    r"(?P<topic>[一-鿿]{2,14}?)(?:工作会议|工作会|会议|座谈会|大会))(?![代室议])"
)
SESSION = re.compile(
    r"人大|人民代表|政协|党代|代表大会|委员|常委|全会|全体|常务|联席|政治局|[届次]|[的在和与及通按]|召开|落实|部署|举[行办]|出席|传达|学习|贯彻|组织|^经济$"
)
COUNTED = re.compile(r"第[一二三四五六七八九十百零\d]+届")
# Congresses, councils and the years of students are counted, too.
CONGRESS = re.compile(
    r"人大|人民代表|政协|党代|代表大会|委员会?(?!年会)|常委|全会|理事|会员|全体|毕业|建设|筹备|[的在]|村委|换届"
)
OF_LEVEL = re.compile(r"(?:全国|全[省市县区州])$")
LONGEST_PLACE = 8


def find_meetings(stretch: str) -> Iterator[Mention]:
    """Yield the conferences named with their level and topic."""
    if "会" not in stretch:
        return
    for match in MEETING.finditer(stretch):
        if SESSION.search(match["topic"]) is None:
            begin, end = match.span("name")
            yield Mention(
                "Program", "Event", begin, end, match["name"], match["name"], "program.meeting"
            )


def find_editions(stretch: str) -> Iterator[Mention]:
    """Yield the events named with their number: 第三届|云陵国际茶叶采购会."""
    if "届" not in stretch:
        return
    for counted in COUNTED.finditer(stretch):
        event = _event().match(stretch, counted.end())
        if event is not None and CONGRESS.search(event[0]) is None:
            begin, end = counted.start() - _level(stretch, counted.start()), event.end()
            text = stretch[begin:end]
            yield Mention("Program", "Event", begin, end, text, unquoted(text), "program.edition")


def _level(stretch: str, end: int) -> int:
    """Return how many characters in front of a number are the level or the place of the event."""
    before = up_to(stretch, end, LONGEST_PLACE)
    level = OF_LEVEL.search(before)
    if level is not None:
        return len(level[0])
    places = (before[at:] for at in range(len(before) - 1))
    return len(next((place for place in places if place in regions().by_name), ""))


@cache
def _event() -> re.Pattern[str]:
    """Return a pattern for what is counted, up to the first word that can be its last."""
    known = [head for head, row in heads().items() if row["kind"] == "event"]
    last = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    part = r"[^，。；：、《》“”（）\s…]|“[^“”\n]{1,20}”|（[^（）\n]{1,12}）"
    return re.compile(
        rf"(?:{part}){{1,32}}?(?:{last}|{choice('edition')})+(?!{choice('edition-goes-on')})"
    )
